"""An activation function as a layer of its own: A = f(Z), where Z is the input.

The backward pass is one line, delta = G ⊙ f′(Z), for every elementwise function; softmax has its
own formula (see `backprop.activations`). A dense layer already contains its activation; this layer
is for an activation that follows another kind of layer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop.activations import Activation, get_activation, name_or_itself
from backprop.layers.layer import Layer
from backprop.parameters import Gradient


class ActivationLayer(Layer):
    """f applied to the input. Raises ValueError for an unknown name."""

    def __init__(self, activation: str | Activation) -> None:
        self.activation = get_activation(activation)
        super().__init__()

    def settings(self) -> dict[str, Any]:
        """The activation's name, or an activation of your own."""
        return {"activation": name_or_itself(self.activation)}

    def forward(
        self, X: np.ndarray, training: bool = False
    ) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
        """A = f(X), in the shape of X, and the cache (Z, A), where Z is X."""
        A = self.activation.function(X)
        return A, (X, A)

    def backward(
        self,
        G: np.ndarray,
        cache: tuple[np.ndarray, np.ndarray],
        gradient: Gradient,
        need_input: bool = True,
    ) -> np.ndarray | None:
        """∂L/∂Z from G = ∂L/∂A."""
        return self.activation.delta(G, *cache)

    def backward_from_delta(
        self,
        delta: np.ndarray,
        cache: tuple[np.ndarray, np.ndarray],
        gradient: Gradient,
        need_input: bool = True,
    ) -> np.ndarray | None:
        """The loss has already done this layer's step."""
        return delta

    def pre_activations(self, A: np.ndarray, cache: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """Z, the input."""
        return cache[0]
