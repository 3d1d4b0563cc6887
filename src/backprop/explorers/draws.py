"""Standard-normal draws for the explorer of depth, small enough for a page."""

from __future__ import annotations

import base64

import numpy as np

__all__ = ["LAYERS", "NEURONS", "PARTS", "SAMPLES", "normal_draws", "unpacked"]

LAYERS, NEURONS, SAMPLES = 20, 30, 8
PARTS = 32  # a draw is stored as a whole number of such parts of 1, in one byte


def normal_draws(seed: int = 9) -> str:
    """The inputs and the upstream gradient, a row per sample, then the weights of every layer.

    The bytes are written as base64.
    """
    count = 2 * SAMPLES * NEURONS + LAYERS * NEURONS**2
    draws = np.random.default_rng(seed).normal(size=count)
    parts = np.rint(PARTS * draws).clip(-128, 127).astype(np.int8)
    return base64.b64encode(parts.tobytes()).decode("ascii")


def unpacked(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The inputs, the upstream gradient and the weights as arrays."""
    draws = np.frombuffer(base64.b64decode(text), dtype=np.int8) / PARTS
    inputs, upstream, weights = np.split(draws, [SAMPLES * NEURONS, 2 * SAMPLES * NEURONS])
    rows = SAMPLES, NEURONS
    return inputs.reshape(rows), upstream.reshape(rows), weights.reshape(LAYERS, NEURONS, NEURONS)
