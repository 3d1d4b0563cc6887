"""Numbers from the package that explorers start from."""

from __future__ import annotations

from random import Random

import numpy as np

from backprop.loops import initialize_network

__all__ = ["arrays_of_a_layer", "xor_starts"]


def xor_starts() -> dict[int, list[list[list[list[float]]]]]:
    """The initial weights of 2-2-2 and 2-3-2 networks for the seeds 0 to 19, as in chapter 4.

    By the number of hidden neurons and the seed: for each layer a list of neurons, and for each
    neuron its weights with the bias at the end.
    """
    return {
        neurons: [
            [
                [neuron["weights"] for neuron in layer]
                for layer in initialize_network([2, neurons, 2], Random(seed))
            ]
            for seed in range(20)
        ]
        for neurons in (2, 3)
    }


def arrays_of_a_layer() -> dict[str, list[list[float]]]:
    """Numbers with one decimal place for the arrays of a layer, each at its largest, 7 by 7."""
    generator = np.random.default_rng(6)
    return {
        name: (generator.integers(-9, 10, size=(7, 7)) / 10).tolist()
        for name in ("A_in", "W", "delta")
    }
