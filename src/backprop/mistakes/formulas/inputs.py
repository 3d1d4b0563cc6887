"""The known mistakes about the sizes of inputs, and what they do to gradients."""

from __future__ import annotations

from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import BP4

SCALING = "05_wheat_seeds.ipynb#scaling"

# How many times as large the derivative with respect to the weight of the input x is as that of the
# input y, from the same delta.
DERIVATIVES_OF_TWO_WEIGHTS = Formula(
    lambda x, y: x / y,
    (
        WrongFormula(
            "the same delta, the same derivative",
            "the delta is the same, but BP4 multiplies it by the input, and the inputs differ.",
            BP4,
            lambda x, y: 1.0,
        ),
        WrongFormula(
            "the other way round",
            "the larger input has the larger derivative.",
            BP4,
            lambda x, y: y / x,
        ),
        WrongFormula(
            "inputs squared",
            "the input is a factor once. (The weighted sum moves by another factor of the input, "
            "but that is the effect of a step, not the derivative.)",
            BP4,
            lambda x, y: (x / y) ** 2,
        ),
        WrongFormula(
            "inputs subtracted",
            "this is by how much the inputs differ. The derivatives have the ratio of the inputs.",
            SCALING,
            lambda x, y: x - y,
        ),
    ),
)
