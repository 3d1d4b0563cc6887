"""The numerical gradient, and a check of any network against it.

A derivative is a limit of slopes. The slope between two points, one on either side::

    ∂L/∂w ≈ (L(w + ε) − L(w − ε)) / 2ε

differs from it by an amount of order ε², and needs nothing but the forward pass. It is slow (two
forward passes for each parameter), but it is independent of every formula that it checks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backprop import checks
from backprop.model import Model

__all__ = ["GradientCheck", "check_gradient", "numerical_gradient", "relative_error"]

STEP = 1e-5


def numerical_gradient(
    function: Callable[[np.ndarray], float], parameters: np.ndarray, step: float = STEP
) -> np.ndarray:
    """The gradient of `function` at `parameters`, a flat float64 vector, by central differences.

    `function` may use the vector in place: one entry at a time is changed and restored, even if
    `function` raises. The result has the same shape. Raises ValueError for a step that is not
    positive and for a vector that is not flat or not float64.
    """
    checks.number(step, "the step", above=0)
    if not isinstance(parameters, np.ndarray) or parameters.ndim != 1:
        shape = np.shape(parameters)
        raise ValueError(
            f"parameters has shape {shape}: central differences need a flat "
            f"vector, such as parameters.ravel()"
        )
    if parameters.dtype != np.float64:
        raise ValueError(
            f"parameters is of type {parameters.dtype}: float32 rounds central differences away, "
            f"so convert with .astype(np.float64)"
        )
    gradient = np.empty_like(parameters)
    for index, value in enumerate(parameters.copy()):
        try:
            parameters[index] = value + step
            above = function(parameters)
            parameters[index] = value - step
            below = function(parameters)
        finally:
            parameters[index] = value
        gradient[index] = (above - below) / (2 * step)
    return gradient


def relative_error(first: np.ndarray, second: np.ndarray, smallest: float = 1e-8) -> np.ndarray:
    """`|a − b| / max(|a|, |b|)`, entry by entry.

    `smallest` replaces the divisor where both numbers are closer to 0 than that: rounding alone
    gives a central difference an error of about 1e−11, however small the derivative is.
    """
    size = np.maximum(np.abs(first), np.abs(second))
    return np.abs(first - second) / np.maximum(size, smallest)  # type: ignore[no-any-return]  # NumPy gives it no type


@dataclass(frozen=True)
class GradientCheck:
    """Where two gradients of a network differ most, and by how much.

    `parameter` names the place, such as 'layer 1, W[0, 2]', and `largest_relative_error` is the
    error there, as `relative_error` defines it. `backpropagated` and `numerical` are the two
    derivatives.
    """

    largest_relative_error: float
    parameter: str
    backpropagated: float
    numerical: float

    def __str__(self) -> str:
        return (
            f"largest relative error {self.largest_relative_error:.1e} at {self.parameter}: "
            f"{self.backpropagated:.10g} backpropagated, {self.numerical:.10g} numerical"
        )


def check_gradient(network: Model, X: ArrayLike, Y: ArrayLike, step: float = STEP) -> GradientCheck:
    """Compare the backpropagated gradient of `network` on X, Y with the numerical one.

    Leaves the network's parameters as they were. Expect 1e-6 or less where the activations are
    smooth; at the kink of a ReLU the two may differ legitimately.
    """
    _, backpropagated = network.loss_and_gradient(X, Y)
    numerical = numerical_gradient(lambda _: network.loss_value(X, Y), network.parameters, step)
    errors = relative_error(backpropagated, numerical)
    worst = int(errors.argmax())
    return GradientCheck(
        largest_relative_error=float(errors[worst]),
        parameter=network.parameter_name(worst),
        backpropagated=float(backpropagated[worst]),
        numerical=float(numerical[worst]),
    )
