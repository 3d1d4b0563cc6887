"""The known mistakes in comparing scores, and in the smallest loss that labels allow."""

from __future__ import annotations

from math import log, sqrt

from backprop.arrays import Array
from backprop.mistakes.formula import Formula, WrongFormula

PAGE = "16_strengths_and_limits.ipynb"
FAIR = f"{PAGE}#a-fair-trial"
EXACTLY = f"{PAGE}#claim-4-exactly"
YARDSTICK = "05_wheat_seeds.ipynb#effect-spread-and-evidence"
CROSS_ENTROPY = "09_losses_activations_initialization.ipynb#the-cross-entropy"


def deviation(scores: Array) -> float:
    """The standard deviation of a sample."""
    return float(scores.std(ddof=1))


def unpaired(first: Array, second: Array) -> float:
    """The standard deviation of the difference of independent scores."""
    return sqrt(first.var(ddof=1) + second.var(ddof=1))


# The standard deviation of the difference of two methods' scores, on the same splits and on
# different ones.
PAIRING = Formula(
    lambda first, second: [deviation(first - second), unpaired(first, second)],
    (
        WrongFormula(
            "deviations added",
            "the two standard deviations were added. Of independent numbers the variances add up: "
            "square, add, and take the root.",
            YARDSTICK,
            lambda first, second: [
                deviation(first - second),
                deviation(first) + deviation(second),
            ],
        ),
        WrongFormula(
            "root not taken",
            "these are variances. A standard deviation is the root of one.",
            YARDSTICK,
            lambda first, second: [
                deviation(first - second) ** 2,
                unpaired(first, second) ** 2,
            ],
        ),
        WrongFormula(
            "difference of the deviations",
            "the first number is one standard deviation minus the other. Take the difference of "
            "the scores in each trial first, then its standard deviation.",
            FAIR,
            lambda first, second: [
                abs(deviation(first) - deviation(second)),
                unpaired(first, second),
            ],
        ),
        WrongFormula(
            "divided by n",
            "the squares were divided by the number of trials, as NumPy's std does by default. For "
            "a sample divide by one less, as pandas does: ddof=1.",
            YARDSTICK,
            lambda first, second: [
                float((first - second).std()),
                sqrt(first.var() + second.var()),
            ],
        ),
        WrongFormula(
            "paired and unpaired exchanged",
            "the two numbers are in the other order. Pairing makes the difference vary less.",
            FAIR,
            lambda first, second: [unpaired(first, second), deviation(first - second)],
        ),
    ),
)

# How much the best of a method's scores is above their mean.
BEST_OVER_MEAN = Formula(
    lambda scores: float(scores.max() - scores.mean()),
    (
        WrongFormula(
            "best over worst",
            "this is the best score minus the worst. A paper that reports the best is compared "
            "with the mean.",
            FAIR,
            lambda scores: float(scores.max() - scores.min()),
        ),
        WrongFormula(
            "mean over worst",
            "this is how far the worst score is below the mean. The paper reports the best.",
            FAIR,
            lambda scores: float(scores.mean() - scores.min()),
        ),
        WrongFormula(
            "standard deviation",
            "this is the standard deviation. The best of 20 scores is usually further from the "
            "mean.",
            YARDSTICK,
            lambda scores: deviation(scores),
        ),
        WrongFormula(
            "best score",
            "this is the best score itself. Subtract the mean.",
            FAIR,
            lambda scores: float(scores.max()),
        ),
    ),
)


def entropy(share: float) -> float:
    """The mean cross-entropy of the output that equals the share."""
    return -(share * log(share) + (1 - share) * log(1 - share))


# The best output for one input that has a label in this share of its rows, and its mean loss.
TWO_TARGETS = Formula(
    lambda share: [share, entropy(share)],
    (
        WrongFormula(
            "one of the rows learned",
            "the output fits one row exactly. The other row then has a loss without limit, and the "
            "outputs of equal inputs are equal.",
            EXACTLY,
            lambda share: [1.0, 0.0],
        ),
        WrongFormula(
            "sum in place of the mean",
            "the losses of both rows were added. The network's loss is their mean.",
            CROSS_ENTROPY,
            lambda share: [share, 2 * entropy(share)],
        ),
        WrongFormula(
            "one row's loss halved",
            "only one row was counted. Both rows have the same loss, and their mean is that loss.",
            CROSS_ENTROPY,
            lambda share: [share, entropy(share) / 2],
        ),
        WrongFormula(
            "logarithm to base 2",
            "the loss was computed with the logarithm to base 2. The cross-entropy of this book "
            "has the natural one.",
            CROSS_ENTROPY,
            lambda share: [share, entropy(share) / log(2)],
        ),
    ),
)
