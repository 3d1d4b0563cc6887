"""Initial weights: the distributions from which the weights of a layer are drawn.

Each function takes a generator, the number of inputs and the number of outputs of a layer, and
returns a matrix of weights, (inputs, outputs). Biases start at 0.

A sum of n products with weights of standard deviation s is about s·√n times as large as the inputs.
With s = 1/√n the pre-activations are about as large as the inputs, whatever the layer's width.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backprop import checks

__all__ = [
    "INITIALIZATIONS",
    "Initialization",
    "get_initialization",
    "glorot",
    "he",
    "normal",
    "scaled_normal",
    "uniform",
    "zeros",
]

Initialization = Callable[[np.random.Generator, int, int], np.ndarray]
"""Takes a generator, inputs and outputs, and returns the weights, (inputs, outputs)."""


def zeros(generator: np.random.Generator, inputs: int, outputs: int) -> np.ndarray:
    """All weights 0: hidden neurons that start equal stay equal, so the network cannot learn."""
    return np.zeros((inputs, outputs))


def uniform(generator: np.random.Generator, inputs: int, outputs: int) -> np.ndarray:
    """Uniform on [0, 1), whatever the width: all positive, so that products do not cancel."""
    return generator.random((inputs, outputs))


def scaled_normal(generator: np.random.Generator, inputs: int, outputs: int) -> np.ndarray:
    """Normal with standard deviation 1/√inputs (LeCun and others 1998)."""
    return generator.normal(scale=inputs**-0.5, size=(inputs, outputs))


def glorot(generator: np.random.Generator, inputs: int, outputs: int) -> np.ndarray:
    """Uniform between ±√(6/(inputs + outputs)), designed for tanh (Glorot and Bengio 2010).

    The standard deviation is √(2/(inputs + outputs)), a compromise between the forward pass, which
    needs 1/√inputs, and the backward pass, which needs 1/√outputs. Also named after Xavier.
    """
    limit = (6 / (inputs + outputs)) ** 0.5
    return generator.uniform(-limit, limit, size=(inputs, outputs))


def he(generator: np.random.Generator, inputs: int, outputs: int) -> np.ndarray:
    """Normal with standard deviation √(2/inputs), designed for ReLU (He and others 2015).

    A ReLU sets about half of its inputs to 0; the factor 2 compensates for that.
    """
    return generator.normal(scale=(2 / inputs) ** 0.5, size=(inputs, outputs))


def normal(deviation: float) -> Initialization:
    """Normal with this standard deviation, whatever the width."""

    def draw(generator: np.random.Generator, inputs: int, outputs: int) -> np.ndarray:
        return generator.normal(scale=deviation, size=(inputs, outputs))

    return draw


INITIALIZATIONS: dict[str, Initialization] = {
    "zeros": zeros,
    "uniform": uniform,
    "1/sqrt(n)": scaled_normal,
    "glorot": glorot,
    "he": he,
}
"""The initializations that can be chosen by name."""


def get_initialization(name: str | Initialization) -> Initialization:
    """The initialization of that name. Raises ValueError, which lists the known names."""
    if callable(name):
        return name
    return INITIALIZATIONS[checks.choice(name, "initialization", INITIALIZATIONS)]
