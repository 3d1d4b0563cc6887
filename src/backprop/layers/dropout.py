"""Dropout: in a training step each entry of the input is set to 0 with probability `rate`.

The scalar case. An entry x is multiplied by a number m that does not depend on it: 0, or
1 / (1 − rate), so that the mean of m is 1 and nothing has to be scaled when training is over::

    a = m x        ∂L/∂x = g m, with g = ∂L/∂a

The same m belongs to both passes, so the forward pass keeps it for the backward pass. Outside
training a = x.

Source: Srivastava and others, "Dropout: a simple way to prevent neural networks from overfitting"
(2014); there the scaling is done after training instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import checks
from backprop.layers.layer import Layer
from backprop.parameters import Gradient


class Dropout(Layer):
    """Sets entries to 0 with the probability `rate`, in training only.

    The masks come from a generator of its own, which a network draws from the one it is given; a
    layer outside a network gets it by `initialize`. Raises ValueError for a rate outside [0, 1).
    """

    def __init__(self, rate: float) -> None:
        self.rate = checks.number(rate, "the dropout rate", at_least=0, below=1)
        self.generator: np.random.Generator | None = None
        super().__init__()

    def settings(self) -> dict[str, Any]:
        """The rate."""
        return {"rate": self.rate}

    def initialize(self, generator: np.random.Generator) -> None:
        """Take a generator for the masks."""
        self.generator = generator.spawn(1)[0]

    def forward(
        self, X: np.ndarray, training: bool = False
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """X times the mask, in the shape of X, and the mask; outside training X, and None.

        Raises ValueError in training if the layer has no generator yet.
        """
        if not training:
            return X, None
        if self.generator is None:
            raise ValueError(
                "this Dropout has no generator, as after loading a network: give it one with "
                "layer.initialize(generator) before training goes on"
            )
        mask = self.generator.random(X.shape) >= self.rate
        mask = mask.astype(X.dtype) / X.dtype.type(1 - self.rate)
        return X * mask, mask

    def backward(
        self,
        G: np.ndarray,
        cache: np.ndarray | None,
        gradient: Gradient,
        need_input: bool = True,
    ) -> np.ndarray | None:
        """G times the same mask."""
        return G if cache is None else self.masked(G, cache)

    def masked(self, G: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """∂L/∂X = G ⊙ mask."""
        through: np.ndarray = G * mask
        return through
