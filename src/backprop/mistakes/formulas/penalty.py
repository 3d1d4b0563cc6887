"""The known mistakes with a penalty on the weights."""

from __future__ import annotations

from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import PENALTY

# The slope of a weight of the loss with the penalty ½α Σ w²: from its slope without it, α and w.
PENALIZED_SLOPE = Formula(
    lambda slope, alpha, w: slope + alpha * w,
    (
        WrongFormula(
            "missing penalty",
            "the penalty's part, α w, is missing. It is part of the loss.",
            PENALTY,
            lambda slope, alpha, w: slope,
        ),
        WrongFormula(
            "constant factor in the penalty",
            "the penalty's part is half of what it should be. The 2 from the square cancels the ½.",
            PENALTY,
            lambda slope, alpha, w: slope + alpha * w / 2,
        ),
        WrongFormula(
            "the penalty in place of its slope",
            "the penalty ½α w² itself was added. The slope needs its derivative, α w.",
            PENALTY,
            lambda slope, alpha, w: slope + alpha * w**2 / 2,
        ),
        WrongFormula(
            "penalty subtracted",
            "the penalty's part has the wrong sign. A larger weight makes the loss larger, so α w "
            "is added.",
            PENALTY,
            lambda slope, alpha, w: slope - alpha * w,
        ),
        WrongFormula(
            "penalty without the weight",
            "the number α was added as it is. The larger a weight is, the more the penalty pulls: "
            "multiply by w.",
            PENALTY,
            lambda slope, alpha, w: slope + alpha,
        ),
    ),
)
