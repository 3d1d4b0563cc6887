"""The known mistakes in a step of gradient descent."""

from __future__ import annotations

from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import DOWNHILL, UPDATE

# A new weight from the weight, its slope and the learning rate.
NEW_WEIGHT = Formula(
    lambda w, slope, rate: w - rate * slope,
    (
        WrongFormula(
            "step uphill",
            "the step was added. A slope points to where the error grows, so the step is "
            "subtracted.",
            DOWNHILL,
            lambda w, slope, rate: w + rate * slope,
        ),
        WrongFormula(
            "learning rate forgotten",
            "the whole slope was subtracted. A slope says how steep the error is, not how far to "
            "go: multiply it by the learning rate.",
            UPDATE,
            lambda w, slope, rate: w - slope,
        ),
        WrongFormula(
            "step in place of the new weight",
            "this is the step alone. The new weight is the old one minus the step.",
            UPDATE,
            lambda w, slope, rate: -rate * slope,
        ),
        WrongFormula(
            "weight shrunk by the learning rate",
            "the learning rate multiplies the weight here. It multiplies the slope.",
            UPDATE,
            lambda w, slope, rate: rate * w - slope,
        ),
    ),
)
