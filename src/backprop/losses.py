"""Loss functions, each beside its derivative.

`A` holds the outputs of a network, `Z` the weighted sums that they came from, and `Y` what the
outputs should be, all of shape (samples, outputs). The shapes must be equal: NumPy would stretch
(n, 1) minus (n,) to (n, n) without a word.

The squared error looks at A. A cross-entropy is *fused* with the activation that goes with it: it
looks at Z, since A may have been rounded to 0 or 1, whose logarithm is lost. In both the derivative
by Z is the plain difference, (A − Y)/n.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from backprop.activations import Activation

DIVISORS = ("rows", "elements", "nothing")


@dataclass(frozen=True)
class SquaredError:
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

    with n samples and k outputs. Raises ValueError for another `divide_by`.
    """

    divide_by: str = "rows"
    half: bool = True

    fused_with = None  # it goes with every activation

    def __post_init__(self) -> None:
        if self.divide_by not in DIVISORS:
            raise ValueError(
                f"cannot divide the squared error by {self.divide_by!r}; "
                f"known are {', '.join(DIVISORS)}"
            )

    def constant(self, shape: tuple[int, int]) -> float:
        """The factor c for outputs of this shape."""
        samples, outputs = shape
        divisor = {"rows": samples, "elements": samples * outputs, "nothing": 1}[self.divide_by]
        return (0.5 if self.half else 1.0) / divisor

    def value(self, A: np.ndarray, Y: np.ndarray) -> float:
        """C · Σ (A − Y)². Raises ValueError where the shapes differ."""
        check_same_shape(A, Y)
        error = (A - Y).ravel()
        return self.constant(A.shape) * float(error @ error)

    def derivative(self, A: np.ndarray, Y: np.ndarray) -> np.ndarray:
        """∂L/∂A = 2c · (A − Y), in the shape of A. Raises ValueError where the shapes differ."""
        check_same_shape(A, Y)
        return (2.0 * self.constant(A.shape)) * (A - Y)

    def check_targets(self, Y: np.ndarray) -> None:
        """Any finite number may be a target."""

    def delta(self, A: np.ndarray, Y: np.ndarray, activation: Activation) -> np.ndarray:
        """∂L/∂Z of the last layer, where A = activation(Z): equation BP1."""
        return activation.delta(A, self.derivative(A, Y))


class CrossEntropy:
    """What the two cross-entropies share: L is a mean over rows, and ∂L/∂Z = (A − Y)/n."""

    fused_with: str

    def delta(self, A: np.ndarray, Y: np.ndarray, activation: Activation) -> np.ndarray:
        """∂L/∂Z of the last layer, where A = activation(Z): equation BP1, with f′ cancelled."""
        check_same_shape(A, Y)
        return (A - Y) / len(A)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class BinaryCrossEntropy(CrossEntropy):
    """−(y ln a + (1 − y) ln(1 − a)) for sigmoid outputs a, summed over outputs, mean over rows.

    Each output answers a yes-or-no question of its own; the targets lie between 0 and 1.
    """

    fused_with = "sigmoid"

    def value(self, Z: np.ndarray, Y: np.ndarray) -> float:
        """With a = σ(z) the formula is max(z, 0) − zy + ln(1 + e^(−|z|)), finite for any z."""
        check_same_shape(Z, Y)
        terms = np.maximum(Z, 0) - Z * Y + np.log1p(np.exp(-np.abs(Z)))
        return float(terms.sum(dtype=np.float64)) / len(Z)

    def check_targets(self, Y: np.ndarray) -> None:
        """Raise ValueError unless every target lies between 0 and 1."""
        outside = Y[(Y < 0) | (Y > 1)]
        if outside.size:
            raise ValueError(
                f"a target is {outside[0]:g}: with the binary cross-entropy targets are "
                f"probabilities, from 0 to 1"
            )


class CategoricalCrossEntropy(CrossEntropy):
    """−Σ y ln a for softmax outputs a, mean over rows: one class out of several.

    The targets are rows of probabilities, such as one-hot rows; a row adds up to 1.
    """

    fused_with = "softmax"

    def value(self, Z: np.ndarray, Y: np.ndarray) -> float:
        """With a = softmax(z) the formula above is ln Σ e^z − Σ y z, written without overflow.

        The largest z of a row is subtracted from all, which changes nothing.
        """
        check_same_shape(Z, Y)
        with np.errstate(over="ignore"):
            Z = Z - Z.max(axis=1, keepdims=True)
        logarithms = np.log(np.exp(Z).sum(axis=1))
        weighted = np.vdot(Z, Y)
        if not math.isfinite(weighted):
            # A difference that no float can hold became −∞, and −∞ times a target of 0 is NaN.
            weighted = np.vdot(np.maximum(Z, np.finfo(Z.dtype).min / len(Z)), Y)
        return float(logarithms.sum(dtype=np.float64) - weighted) / len(Z)

    def check_targets(self, Y: np.ndarray) -> None:
        """Raise ValueError unless every row of targets adds up to 1, and none is negative."""
        negative = Y[Y < 0]
        if negative.size:
            raise ValueError(
                f"a target is {negative[0]:g}: with the categorical cross-entropy targets are "
                f"probabilities, from 0 to 1"
            )
        sums = Y.sum(axis=1)
        wrong = np.flatnonzero(np.abs(sums - 1) > 1e-3)
        if wrong.size:
            raise ValueError(
                f"row {wrong[0]} of the targets adds up to {sums[wrong[0]]:g}: with softmax each "
                f"row must add up to 1; turn labels into rows with datasets.one_hot"
            )


Loss = SquaredError | BinaryCrossEntropy | CategoricalCrossEntropy

LOSSES = {
    "squared error": SquaredError,
    "binary cross-entropy": BinaryCrossEntropy,
    "categorical cross-entropy": CategoricalCrossEntropy,
}


def get_loss(loss: str | Loss) -> Loss:
    """The loss of that name with its usual constant. Raises ValueError, which lists the names."""
    if not isinstance(loss, str):
        return loss
    if loss not in LOSSES:
        raise ValueError(f"unknown loss {loss!r}; known are {', '.join(LOSSES)}")
    return LOSSES[loss]()


def check_same_shape(A: np.ndarray, Y: np.ndarray) -> None:
    """Raise ValueError unless outputs and targets are rows of the same shape."""
    if A.ndim != 2 or A.shape != Y.shape:
        raise ValueError(
            f"outputs of shape {A.shape} and targets of shape {Y.shape}: "
            f"both must be (samples, outputs); turn labels into rows with datasets.one_hot"
        )
