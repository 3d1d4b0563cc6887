"""The known mistakes in foretelling where training on XOR ends; an answer is a number of corners.

It is the number of corners of the square that share an output between 0 and 1 when training is
stuck, and 0 if all four answers are right.
"""

from __future__ import annotations

from backprop.mistakes.formula import Formula, WrongFormula

LEARNS = "04_six_steps.ipynb#it-learns"
ALWAYS = "04_six_steps.ipynb#does-it-always-work"

TAKEN_FOR_THE_END = "a plateau taken for the end"
TAKEN_FOR_SLOWNESS = "a plateau taken for slowness"

# The network learns all four.
SOLVED = Formula(
    lambda: 0,
    (
        WrongFormula(
            TAKEN_FOR_THE_END,
            "a loss near ⅛ with one wrong answer is only a plateau of this network. On a plateau "
            "the gradient is small, but not 0, and the lines keep moving.",
            LEARNS,
            lambda: 2,
        ),
        WrongFormula(
            TAKEN_FOR_THE_END,
            "a loss near ⅙ with one wrong answer is only a plateau of this network. On a plateau "
            "the gradient is small, but not 0, and the lines keep moving.",
            LEARNS,
            lambda: 3,
        ),
    ),
)

# The network is stuck with so many corners that share an output.
STUCK = Formula(
    lambda sharing: sharing,
    (
        WrongFormula(
            TAKEN_FOR_SLOWNESS,
            "after 2,000 epochs this network is still stuck: corners with different labels share "
            "an output, and the loss hardly falls any more. A new seed helps more often than "
            "waiting.",
            ALWAYS,
            lambda sharing: 0,
        ),
        WrongFormula(
            "the other way to be stuck",
            "one answer stays wrong, but the loss is another one. Two corners that share an output "
            "settle near ½, with a loss near ⅛. Three corners, two of them with label 1, settle "
            "near ⅔, with a loss near ⅙.",
            ALWAYS,
            lambda sharing: 5 - sharing,
        ),
    ),
)
