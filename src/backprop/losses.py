"""Loss functions, each beside its derivative.

`A` holds the outputs of a network and `Y` what they should be, both of shape (samples, outputs).
The two shapes must be equal: NumPy would stretch (n, 1) minus (n,) to (n, n) without a word.
"""

from __future__ import annotations

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

    def delta(self, A: np.ndarray, Y: np.ndarray, activation: Activation) -> np.ndarray:
        """∂L/∂Z of the last layer, where A = activation(Z): equation BP1."""
        return self.derivative(A, Y) * activation.derivative(A)


LOSSES = {"squared error": SquaredError}


def get_loss(loss: str | SquaredError) -> SquaredError:
    """The loss of that name with its usual constant. Raises ValueError, which lists the names."""
    if not isinstance(loss, str):
        return loss
    if loss not in LOSSES:
        raise ValueError(f"unknown loss {loss!r}; known are {', '.join(LOSSES)}")
    return LOSSES[loss]()


def check_same_shape(A: np.ndarray, Y: np.ndarray) -> None:
    """Raise ValueError unless outputs and targets are rows of the same shape."""
    if np.ndim(A) != 2 or np.shape(A) != np.shape(Y):
        raise ValueError(
            f"outputs of shape {np.shape(A)} and targets of shape {np.shape(Y)}: "
            f"both must be (samples, outputs); turn labels into rows with datasets.one_hot"
        )
