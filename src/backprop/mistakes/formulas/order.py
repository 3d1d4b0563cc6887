"""The known mistakes in the order of a backward pass; the answers are texts."""

from __future__ import annotations

from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.formulas.autodiff import ORDER, TOO_OFTEN

# The order for middle = start · start, total = middle + start, result = total · middle.
BACKWARD_ORDER = Formula(
    lambda start, middle, total, result: ", ".join((result, total, middle, start)),
    (
        WrongFormula(
            "passed on too early",
            "the square was processed before the sum. It is used in the sum too, so it has to wait "
            "for the share that comes from there.",
            ORDER,
            lambda start, middle, total, result: ", ".join((result, middle, total, start)),
        ),
        WrongFormula(
            "processed once per use",
            "the square was processed twice, and the second time it passed on again what it had "
            "passed on before. It has to wait for both shares, and pass on their sum once.",
            TOO_OFTEN,
            lambda start, middle, total, result: ", ".join((result, middle, total, middle, start)),
        ),
        WrongFormula(
            "order of the forward pass",
            "this is the order in which the numbers were computed. The backward pass begins at the "
            "result.",
            ORDER,
            lambda start, middle, total, result: ", ".join((start, middle, total, result)),
        ),
        WrongFormula(
            "start before the middle",
            "the first number was processed before the square that was made from it. Then its last "
            "share is missing.",
            ORDER,
            lambda start, middle, total, result: ", ".join((result, total, start, middle)),
        ),
        WrongFormula(
            "result in between",
            "the sum was processed before the result. Nothing has arrived at the sum by then.",
            ORDER,
            lambda start, middle, total, result: ", ".join((total, result, middle, start)),
        ),
    ),
)
