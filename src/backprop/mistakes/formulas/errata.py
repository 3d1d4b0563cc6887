"""The known mistakes about shapes, factors and scores of a training program."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backprop.arrays import Array
from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import BP2, CONSTANTS

PAGE = "15_errata.ipynb"
STRETCHED = f"{PAGE}#labels-that-are-not-one-hot-rows"
COMPARISON = f"{PAGE}#a-comparison-that-is-never-true"
SUM = f"{PAGE}#a-sum-next-to-a-mean"


def fitted(x: Array, targets: Array) -> list[float]:
    """The weight and the bias of the straight line with the smallest squared error."""
    slope, intercept = np.polyfit(x, targets, 1)
    return [round(float(slope), 6), round(float(intercept), 6)]


# The weight and bias that a linear neuron learns if every prediction is compared with every target,
# for inputs around 0.
STRETCHED_ERROR = Formula(
    lambda x, targets: [0.0, float(targets.mean())],
    (
        WrongFormula(
            "shapes taken for equal",
            "this is the line through the targets. The shapes (20, 1) and (20,) are stretched to "
            "(20, 20), so each prediction is compared with all targets.",
            STRETCHED,
            fitted,
        ),
        WrongFormula(
            "nothing learned",
            "these are the values at the start. The bias gets a gradient: the mean of all "
            "differences, which is 0 only if the bias is the mean of the targets.",
            STRETCHED,
            lambda x, targets: [0.0, 0.0],
        ),
        WrongFormula(
            "weight learned, bias lost",
            "it is the other way round. All targets pull at every prediction alike, and that is "
            "what a bias can follow and a weight cannot.",
            STRETCHED,
            lambda x, targets: [fitted(x, targets)[0], 0.0],
        ),
    ),
)

# The score of the true one-hot rows by np.sum(predicted == true) / len(true).
SCORE_OF_TRUTH = Formula(
    lambda Y: float(np.sum(Y == Y) / len(Y)),
    (
        WrongFormula(
            "one per row",
            "this is what a score should give. `==` compares element by element, and the sum "
            "counts every element that is equal.",
            COMPARISON,
            lambda Y: float((Y == Y).all(axis=1).mean()),
        ),
        WrongFormula(
            "never equal",
            "0 is the score of outputs such as 0.98, which are never exactly 1. Here the rows are "
            "compared with themselves.",
            COMPARISON,
            lambda Y: 0.0,
        ),
        WrongFormula(
            "divided by the elements",
            "the ones were counted and divided by all elements. The sum also counts zeros that are "
            "equal, and `len` is the number of rows.",
            COMPARISON,
            lambda Y: float(Y.sum() / Y.size),
        ),
        WrongFormula(
            "not divided",
            "this is the number of equal elements. The function divides it by the number of rows.",
            COMPARISON,
            lambda Y: float(np.sum(Y == Y)),
        ),
    ),
)

# How many times the gradient of the mean of all squares fits into that of half their sum.
SUM_OVER_MEAN = Formula(
    lambda rows, outputs: rows * outputs / 2,
    (
        WrongFormula(
            "factor 2 forgotten",
            "the derivative of a square has a factor 2. In the sum the ½ cancels it, in the "
            "printed mean nothing does.",
            CONSTANTS,
            lambda rows, outputs: rows * outputs,
        ),
        WrongFormula(
            "factor 2 on the other side",
            "the 2 belongs to the gradient of the printed mean, which makes the factor smaller.",
            CONSTANTS,
            lambda rows, outputs: 2 * rows * outputs,
        ),
        WrongFormula(
            "rows counted, not elements",
            "this divides by the rows. The printed mean divides by all elements, rows times "
            "outputs.",
            SUM,
            lambda rows, outputs: rows / 2,
        ),
        WrongFormula(
            "rows alone",
            "this is the number of rows. The printed mean divides by all elements, and the "
            "derivative of a square has a factor 2.",
            SUM,
            lambda rows, outputs: rows,
        ),
    ),
)

# The sizes of a network with one hidden layer in which W2 and its transpose have the same shape.
SQUARE_WEIGHTS = Formula(
    lambda inputs, outputs: [inputs, outputs, outputs],
    (
        WrongFormula(
            "first weights square",
            "with these sizes W1 is square. BP2 multiplies by the weights between the hidden layer "
            "and the outputs, W2.",
            BP2,
            lambda inputs, outputs: [inputs, inputs, outputs],
        ),
        WrongFormula(
            "number of inputs changed",
            "the flowers have more features than that. The hidden layer is the one to choose.",
            BP2,
            lambda inputs, outputs: [outputs, outputs, outputs],
        ),
        WrongFormula(
            "number of outputs changed",
            "there are fewer classes than that. The hidden layer is the one to choose.",
            BP2,
            lambda inputs, outputs: [inputs, inputs, inputs],
        ),
    ),
)


def sum_factors(rows: Sequence[int], outputs: int) -> list[float]:
    """How many times the mean fits into the sum, for several numbers of rows."""
    return [float(n) for n in rows]


# The factor by which a sum is longer than the mean over rows.
SUM_FACTORS = Formula(
    sum_factors,
    (
        WrongFormula(
            "elements in place of rows",
            "this divides by rows times outputs. The loss of this network is a mean over rows.",
            CONSTANTS,
            lambda rows, outputs: [float(n * outputs) for n in rows],
        ),
        WrongFormula(
            "sum and mean exchanged",
            "this is the factor of the mean. The sum is the longer one.",
            SUM,
            lambda rows, outputs: [1 / n for n in rows],
        ),
        WrongFormula(
            "no factor",
            "this says that both are right. The sum over 30 rows has 30 terms, and their mean is "
            "one thirtieth of it.",
            SUM,
            lambda rows, outputs: [1.0 for _ in rows],
        ),
        WrongFormula(
            "square root of the rows",
            "this is how the spread of a mean shrinks. A sum of n terms is n times their mean.",
            SUM,
            lambda rows, outputs: [float(np.sqrt(n)) for n in rows],
        ),
    ),
)
