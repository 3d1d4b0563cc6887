"""Activation functions, each next to its derivative.

A layer computes A = f(Z). Where possible, the derivative f′(Z) is written with the *output* A, so
that the backward pass does not evaluate a function a second time: σ′ = σ(1 − σ), tanh′ = 1 − tanh².

All but softmax act on each number separately. Softmax acts on a row: every output depends on every
pre-activation of its row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backprop import checks
from backprop.arrays import Array

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Softmax",
    "get_activation",
    "identity",
    "identity_derivative",
    "leaky_relu",
    "leaky_relu_derivative",
    "name_or_itself",
    "relu",
    "relu_derivative",
    "sigmoid",
    "sigmoid_derivative",
    "softmax",
    "tanh",
    "tanh_derivative",
]


@dataclass(frozen=True)
class Activation:
    """An elementwise `function` of Z, and its derivative.

    `name` is its name in arguments and output. `derivative_of` says what the function `derivative`
    takes: 'A', the output A = f(Z), or 'Z'. Both functions keep the shape of their argument. `kink`
    says whether the derivative jumps at Z = 0, and `initialization` names the initial weights that
    suit it (see `backprop.initialization`).
    """

    name: str
    function: Callable[[Array], Array]
    derivative: Callable[[Array], Array]
    derivative_of: str = "A"
    kink: bool = False
    initialization: str = "1/sqrt(n)"

    elementwise = True

    def delta(self, G: Array, Z: Array, A: Array) -> Array:
        """∂L/∂Z from the upstream gradient G = ∂L/∂A, all of the same shape: G ⊙ f′(Z)."""
        return G * self.derivative(Z if self.derivative_of == "Z" else A)


class Softmax(Activation):
    """Softmax: its derivative is a matrix for each row, so it is used through `delta` only."""

    elementwise = False

    def __init__(self) -> None:
        super().__init__("softmax", softmax, no_derivative)

    def delta(self, G: Array, Z: Array, A: Array) -> Array:
        """∂L/∂Z_j = A_j · (G_j − Σ_i G_i A_i) in each row: ∂A_i/∂Z_j = A_i([i=j] − A_j)."""
        of_row: Array = np.sum(G * A, axis=-1, keepdims=True)
        return A * (G - of_row)


@np.errstate(over="ignore")
def sigmoid(Z: Array) -> Array:
    """1 / (1 + e^(−Z)), any shape. An e^(−Z) too large for a float becomes ∞, and 1/∞ is 0."""
    return 1.0 / (1.0 + np.exp(-Z))


def sigmoid_derivative(A: Array) -> Array:
    """The derivative of the sigmoid where its output is A: A(1 − A)."""
    return A * (1.0 - A)


def tanh(Z: Array) -> Array:
    """The hyperbolic tangent, a sigmoid between −1 and 1. Any shape."""
    return np.tanh(Z)


def tanh_derivative(A: Array) -> Array:
    """The derivative of tanh where its output is A: 1 − A²."""
    return 1.0 - A * A


def relu(Z: Array) -> Array:
    """max(0, Z), the rectified linear unit. Any shape."""
    return np.maximum(Z, 0.0)


def relu_derivative(A: Array) -> Array:
    """1 where the output is positive, else 0. At the kink, Z = 0, the derivative is taken as 0.

    The comparison must be strict: A ≥ 0 holds for every output of a ReLU.
    """
    return (A > 0).astype(A.dtype)


LEAK = 0.01


def leaky_relu(Z: Array) -> Array:
    """Z where it is positive, else Z/100: a ReLU that lets a small part through. Any shape."""
    A: Array = np.maximum(Z, LEAK * Z)
    return A


def leaky_relu_derivative(A: Array) -> Array:
    """1 where the output is positive, else 1/100, also at the kink, Z = 0."""
    return np.where(A > 0, A.dtype.type(1), A.dtype.type(LEAK))


def softmax(Z: Array) -> Array:
    """e^Z divided by its sum along each row: positive numbers that add up to 1. (samples, outputs).

    The largest number of a row is subtracted first, which changes no quotient and keeps every
    exponent at 0 or below, so that nothing overflows.
    """
    powers = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]  # NumPy gives it no type


def identity(Z: Array) -> Array:
    """Z itself: a linear unit. Any shape."""
    return Z


def identity_derivative(A: Array) -> Array:
    """1 everywhere."""
    return np.ones_like(A)


def no_derivative(A: Array) -> Array:
    """Raise TypeError: an output of softmax depends on the whole row."""
    raise TypeError("softmax has no elementwise derivative: use its delta, or a loss with it")


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("sigmoid", sigmoid, sigmoid_derivative),
        Activation("tanh", tanh, tanh_derivative),
        Activation("relu", relu, relu_derivative, kink=True, initialization="he"),
        Activation("leaky relu", leaky_relu, leaky_relu_derivative, kink=True, initialization="he"),
        Activation("identity", identity, identity_derivative),
        Softmax(),
    )
}
"""The activations that can be chosen by name."""
OTHER_NAMES = {"linear": "identity"}


def get_activation(name: str | Activation) -> Activation:
    """The activation of that name. Raises ValueError, which lists the known names."""
    if isinstance(name, Activation):
        return name
    return ACTIVATIONS[checks.choice(OTHER_NAMES.get(name, name), "activation", ACTIVATIONS)]


def name_or_itself(activation: Activation) -> str | Activation:
    """The name by which `get_activation` finds this activation; without one, itself."""
    return activation.name if ACTIVATIONS.get(activation.name) == activation else activation
