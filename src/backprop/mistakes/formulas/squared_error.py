"""The known mistakes with the constant of the squared error."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import CONSTANTS

Rows = Sequence[Sequence[Any]]


def squares(A: Rows, Y: Rows) -> Any:
    """Σ (A − Y)² over rows and outputs."""
    return sum((a - y) ** 2 for row, targets in zip(A, Y) for a, y in zip(row, targets))


# The mean of ½ Σ over the outputs, over the rows.
MEAN_ERROR = Formula(
    lambda A, Y: squares(A, Y) / (2 * len(A)),
    (
        WrongFormula(
            "sum instead of mean",
            "the rows were added up. The loss is a mean, so divide by the number of rows.",
            CONSTANTS,
            lambda A, Y: squares(A, Y) / 2,
        ),
        WrongFormula(
            "factor ½ left out",
            "the factor ½ is missing.",
            CONSTANTS,
            lambda A, Y: squares(A, Y) / len(A),
        ),
        WrongFormula(
            "mean over all numbers",
            "this is NumPy's mean, over rows and outputs. The loss adds the outputs of a row, and "
            "takes the mean over the rows only.",
            CONSTANTS,
            lambda A, Y: squares(A, Y) / (len(A) * len(A[0])),
        ),
        WrongFormula(
            "squared after adding up",
            "the differences of each row were added before they were squared, so that those of "
            "different signs cancelled. Square first.",
            CONSTANTS,
            lambda A, Y: (
                sum((sum(row) - sum(targets)) ** 2 for row, targets in zip(A, Y)) / (2 * len(A))
            ),
        ),
        WrongFormula(
            "not squared",
            "the differences were not squared.",
            CONSTANTS,
            lambda A, Y: (
                sum(abs(a - y) for row, targets in zip(A, Y) for a, y in zip(row, targets))
                / (2 * len(A))
            ),
        ),
    ),
)

# From a learning rate η that suits the sum, ½ Σ, the one that makes the same steps with the mean
# over n rows.
RATE_FOR_MEAN = Formula(
    lambda rate, n: rate * n,
    (
        WrongFormula(
            "divided in place of multiplied",
            "the learning rate was divided by the number of rows. The gradient of the mean is n "
            "times as short, so for the same step the learning rate is n times as large.",
            CONSTANTS,
            lambda rate, n: Fraction(rate) / n,
        ),
        WrongFormula(
            "learning rate kept",
            "the learning rate stayed the same. Then every step is n times as short.",
            CONSTANTS,
            lambda rate, n: rate,
        ),
        WrongFormula(
            "factor 2 too much",
            "both losses have the factor ½, so only the number of rows matters.",
            CONSTANTS,
            lambda rate, n: 2 * rate * n,
        ),
        WrongFormula(
            "number of rows squared",
            "the number of rows was multiplied twice. It is in the gradient once.",
            CONSTANTS,
            lambda rate, n: rate * n**2,
        ),
    ),
)
