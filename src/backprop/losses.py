"""Loss functions, each next to its derivative.

Every loss receives `Z`, the pre-activations of the last layer, `A`, the outputs, and `Y`, the
targets, all of shape (samples, outputs). The shapes must be equal: NumPy would stretch (n, 1) minus
(n,) to (n, n) without an error.

The squared error uses A. A cross-entropy is *fused* with the activation that belongs to it: it uses
Z, since A may have been rounded to 0 or 1, and then its logarithm is lost. For both
cross-entropies, the derivative with respect to Z is the plain difference, (A − Y)/n.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from backprop import checks
from backprop.activations import Activation

__all__ = [
    "LOSSES",
    "BinaryCrossEntropy",
    "CategoricalCrossEntropy",
    "CrossEntropy",
    "Loss",
    "SquaredError",
    "get_loss",
]

# The smallest number of each type with full precision.
SMALLEST = {np.dtype(kind): np.finfo(kind).tiny for kind in (np.float32, np.float64)}
DIVISORS = ("rows", "elements", "nothing")


class Loss(ABC):
    """The number that a network minimizes, and its derivative with respect to Z or A.

    A subclass has a `name`, by which it is found, and either `derivative`, from which `delta`
    follows for every activation, or its own `delta` and, in `fused_with`, the name of the one
    activation that it belongs to.
    """

    name: str
    fused_with: str | None = None

    @abstractmethod
    def value(self, Z: np.ndarray, A: np.ndarray, Y: np.ndarray) -> float:
        """The loss. Raises ValueError if the shapes differ."""

    def derivative(self, A: np.ndarray, Y: np.ndarray) -> np.ndarray:
        """∂L/∂A, in the shape of A. Raises ValueError if the shapes differ."""
        raise NotImplementedError(f"{self} gives ∂L/∂Z only: call delta")

    def delta(
        self, Z: np.ndarray, A: np.ndarray, Y: np.ndarray, activation: Activation
    ) -> np.ndarray:
        """∂L/∂Z of the last layer, where A = activation(Z): equation BP1."""
        return activation.delta(self.derivative(A, Y), Z, A)

    def settings(self) -> dict[str, object]:
        """The name, and the arguments that rebuild this loss."""
        return {"name": self.name}

    def share(self, rows: int, all_rows: int) -> float:
        """The weight of some rows' loss in the loss of all rows: their proportion of a mean."""
        return rows / all_rows

    def check_targets(self, Y: np.ndarray) -> None:
        """Raise ValueError for targets that the loss does not accept. Here, it accepts all."""
        return None

    def check_activation(self, activation: Activation) -> None:
        """Raise ValueError for an activation of the last layer that does not suit the loss."""
        if self.fused_with not in (None, activation.name):
            raise ValueError(
                f"{self} needs the activation {self.fused_with!r} in the last layer, not "
                f"{activation.name!r}"
            )


@dataclass(frozen=True)
class SquaredError(Loss):
    """The squared error L = c · Σ (A − Y)², summed over samples and outputs.

    Published programs differ in the constant c, and with it in the size of every step:

    ============  ======  ===========  ==========================================
    divide_by     half    c            who uses it
    ============  ======  ===========  ==========================================
    "rows"        True    1 / (2n)     this course: the mean of ½ Σ over samples
    "elements"    False   1 / (nk)     NumPy's mean, scikit-learn's metric
    "elements"    True    1 / (2nk)    the usual iris tutorial
    "nothing"     True    1 / 2        the examples computed by hand
    "nothing"     False   1            the error that a tutorial prints per epoch
    ============  ======  ===========  ==========================================

    with n samples and k outputs. `half` says whether there is a factor ½. Raises ValueError for
    another `divide_by`.
    """

    divide_by: str = "rows"
    half: bool = True

    name = "squared error"

    def __post_init__(self) -> None:
        checks.choice(self.divide_by, "divisor of the squared error", DIVISORS)

    def settings(self) -> dict[str, object]:
        """The name, the divisor, and whether there is a factor ½."""
        return {"name": self.name, "divide_by": self.divide_by, "half": self.half}

    def constant(self, shape: tuple[int, ...]) -> float:
        """The factor c for outputs of this shape."""
        counted = {"rows": shape[:-1], "elements": shape, "nothing": ()}[self.divide_by]
        return (0.5 if self.half else 1.0) / math.prod(counted)

    def share(self, rows: int, all_rows: int) -> float:
        """The weight of some rows' loss in the loss of all rows; 1 in a sum."""
        return 1.0 if self.divide_by == "nothing" else rows / all_rows

    def value(self, Z: np.ndarray, A: np.ndarray, Y: np.ndarray) -> float:
        """The constant c times Σ (A − Y)². Raises ValueError if the shapes differ."""
        check_same_shape(A, Y)
        error = A - Y
        return self.constant(A.shape) * float(np.vdot(error, error))

    def derivative(self, A: np.ndarray, Y: np.ndarray) -> np.ndarray:
        """∂L/∂A = 2c · (A − Y), in the shape of A. Raises ValueError if the shapes differ."""
        check_same_shape(A, Y)
        derivative: np.ndarray = (2.0 * self.constant(A.shape)) * (A - Y)
        return derivative


class CrossEntropy(Loss):
    """The common part of the cross-entropies: L is a mean over rows; ∂L/∂Z = (A − Y)/n."""

    def delta(
        self, Z: np.ndarray, A: np.ndarray, Y: np.ndarray, activation: Activation
    ) -> np.ndarray:
        """∂L/∂Z of the last layer, where A = activation(Z): equation BP1, with f′ cancelled."""
        check_same_shape(A, Y)
        delta: np.ndarray = A - Y
        delta /= rows_of(A)
        return delta

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class BinaryCrossEntropy(CrossEntropy):
    """−(y ln a + (1 − y) ln(1 − a)) for sigmoid outputs a, summed over outputs, mean over rows.

    Each output answers a separate yes-or-no question; the targets lie between 0 and 1.
    """

    name = "binary cross-entropy"
    fused_with = "sigmoid"

    def value(self, Z: np.ndarray, A: np.ndarray, Y: np.ndarray) -> float:
        """With a = σ(z) the formula is max(z, 0) − zy + ln(1 + e^(−|z|)), finite for any z."""
        check_same_shape(Z, Y)
        terms = np.maximum(Z, 0) - Z * Y + np.log1p(np.exp(-np.abs(Z)))
        return float(terms.sum(dtype=np.float64)) / rows_of(Z)

    def check_targets(self, Y: np.ndarray) -> None:
        """Raise ValueError unless every target lies between 0 and 1."""
        outside = Y[(Y < 0) | (Y > 1)]
        if outside.size:
            raise ValueError(
                f"a target is {outside[0]:g}: for the binary cross-entropy, targets must be "
                f"probabilities, from 0 to 1"
            )


class CategoricalCrossEntropy(CrossEntropy):
    """−Σ y ln a for softmax outputs a, mean over rows: one class out of several.

    The targets are rows of probabilities, such as one-hot rows; a row adds up to 1.
    """

    name = "categorical cross-entropy"
    fused_with = "softmax"

    def value(self, Z: np.ndarray, A: np.ndarray, Y: np.ndarray) -> float:
        """The formula above, unless an output is so close to 0 that its logarithm is lost.

        Then, with a = softmax(z), ln a = z − ln Σ e^z. The largest z of a row is subtracted from
        all, which does not change the result and keeps e^z from overflowing.
        """
        check_same_shape(Z, Y)
        if A.min() >= SMALLEST[A.dtype]:
            return -float(np.vdot(np.log(A), Y)) / rows_of(Z)
        with np.errstate(over="ignore"):
            Z = Z - Z.max(axis=-1, keepdims=True)
        logarithms = np.log(np.exp(Z).sum(axis=-1))
        weighted = np.vdot(Z, Y)
        if not math.isfinite(weighted):
            # A difference too large for a float became −∞, and −∞ times a target of 0 is NaN.
            weighted = np.vdot(np.maximum(Z, np.finfo(Z.dtype).min / rows_of(Z)), Y)
        return float(logarithms.sum(dtype=np.float64) - weighted) / rows_of(Z)

    def check_targets(self, Y: np.ndarray) -> None:
        """Raise ValueError unless every row of targets adds up to 1, and none is negative."""
        negative = Y[Y < 0]
        if negative.size:
            raise ValueError(
                f"a target is {negative[0]:g}: for the categorical cross-entropy, targets must be "
                f"probabilities, from 0 to 1"
            )
        sums = Y.sum(axis=-1).ravel()
        wrong = np.flatnonzero(np.abs(sums - 1) > 1e-3)
        if wrong.size:
            raise ValueError(
                f"row {wrong[0]} of the targets adds up to {sums[wrong[0]]:g}: with softmax each "
                f"row must add up to 1; turn labels into rows with datasets.one_hot"
            )


LOSSES: dict[str, type[Loss]] = {
    loss.name: loss for loss in (SquaredError, BinaryCrossEntropy, CategoricalCrossEntropy)
}
"""The losses that can be chosen by name."""


def get_loss(loss: str | Loss) -> Loss:
    """The loss of that name with its usual constant. Raises ValueError, which lists the names."""
    if isinstance(loss, Loss):
        return loss
    return LOSSES[checks.choice(loss, "loss", LOSSES)]()


def rows_of(outputs: np.ndarray) -> int:
    """The number of rows of outputs: the product of all axes but the last."""
    return math.prod(outputs.shape[:-1])


def check_same_shape(A: np.ndarray, Y: np.ndarray) -> None:
    """Raise ValueError unless outputs and targets are rows of the same shape."""
    if A.ndim < 2 or A.shape != Y.shape:
        raise ValueError(
            f"outputs have shape {A.shape} and targets {Y.shape}: both must be (samples, "
            f"outputs); turn labels into rows with datasets.one_hot"
        )
