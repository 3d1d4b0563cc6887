"""Softmax along any axis, in the middle of a network.

a_i = e^(z_i) / Σ_j e^(z_j). Every output depends on every input along the axis, and with g = ∂L/∂a
the sum of all these ways is (chapter 9 derives it)::

    δ_i = a_i (g_i − Σ_j g_j a_j)

The sum in the brackets is one number for each slice along the axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import checks
from backprop.layers.layer import Layer
from backprop.parameters import Gradient

__all__ = ["Softmax", "delta_along", "softmax_along"]


def softmax_along(Z: np.ndarray, axis: int = -1) -> np.ndarray:
    """Numbers of the same shape, above 0, with the sum 1 along the axis; −∞ becomes 0.

    The largest number is subtracted first, so that no power overflows.
    """
    powers: np.ndarray = np.exp(Z - Z.max(axis=axis, keepdims=True))
    powers /= powers.sum(axis=axis, keepdims=True)
    return powers


def delta_along(G: np.ndarray, A: np.ndarray, axis: int = -1) -> np.ndarray:
    """∂L/∂Z = A ⊙ (G − Σ G ⊙ A), from G = ∂L/∂A, all in one shape."""
    delta: np.ndarray = A * (G - (G * A).sum(axis=axis, keepdims=True))
    return delta


class Softmax(Layer):
    """Softmax along an `axis` of the input, counted as NumPy does: 0 is that of the samples.

    Raises ValueError for an axis that is not a whole number.
    """

    def __init__(self, axis: int = -1) -> None:
        self.axis = checks.whole_number(axis, "the axis", -8)
        super().__init__()

    def settings(self) -> dict[str, Any]:
        """The axis."""
        return {"axis": self.axis}

    def forward(self, X: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """The output, in the shape of X, which is also the cache."""
        if not -X.ndim <= self.axis < X.ndim:
            raise ValueError(
                f"softmax along axis {self.axis} got an input with {X.ndim} axes, {X.shape}"
            )
        A = softmax_along(X, self.axis)
        return A, A

    def backward(
        self, G: np.ndarray, cache: np.ndarray, gradient: Gradient, need_input: bool = True
    ) -> np.ndarray | None:
        """∂L/∂X from G = ∂L/∂A."""
        return self.delta(G, cache)

    def delta(self, G: np.ndarray, A: np.ndarray) -> np.ndarray:
        """A ⊙ (G − Σ G ⊙ A) along the axis."""
        return delta_along(G, A, self.axis)
