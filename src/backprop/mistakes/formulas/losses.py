"""The known mistakes in losses that fit an output, and in the delta of softmax."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import BP1, CROSS_ENTROPY, DOWNHILL

PAGE = "09_losses_activations_initialization.ipynb"
SLOWEST = f"{PAGE}#slowest-when-most-wrong"
SOFTMAX_GRADIENT = f"{PAGE}#the-gradient-of-softmax"
TANH = f"{PAGE}#other-activations"

# The delta of a sigmoid output a for the target 0 and the squared error, divided by that of b.
DELTA_RATIO = Formula(
    lambda a, b: a * a * (1 - a) / (b * b * (1 - b)),
    (
        WrongFormula(
            "missing activation derivative",
            "this compares the two differences a − y. A delta has one more factor, the sigmoid's "
            "derivative a(1 − a).",
            BP1,
            lambda a, b: a / b,
        ),
        WrongFormula(
            "derivative alone",
            "this compares the two derivatives a(1 − a). A delta also has the factor a − y.",
            BP1,
            lambda a, b: a * (1 - a) / (b * (1 - b)),
        ),
        WrongFormula(
            "errors in place of deltas",
            "this compares the two errors. A step follows the slope of the error, not its size.",
            DOWNHILL,
            lambda a, b: (a / b) ** 2,
        ),
        WrongFormula(
            "quotient turned over",
            "this is the delta of the bad start divided by that of the mild one.",
            SLOWEST,
            lambda a, b: b * b * (1 - b) / (a * a * (1 - a)),
        ),
    ),
)


def weighted_mean(A: Sequence[float], g: Sequence[float]) -> float:
    """The mean of g, weighted by the probabilities A."""
    return sum(a * x for a, x in zip(A, g))


# The deltas of softmax outputs A, one for each logit, from g = ∂E/∂A.
SOFTMAX_DELTA = Formula(
    lambda A, g: [a * (x - weighted_mean(A, g)) for a, x in zip(A, g)],
    (
        WrongFormula(
            "the other outputs forgotten",
            "this is only the first term, $g_j A_j$. When one logit grows, the other outputs "
            "change too: subtract $A_j \\sum gA$.",
            SOFTMAX_GRADIENT,
            lambda A, g: [a * x for a, x in zip(A, g)],
        ),
        WrongFormula(
            "factor A forgotten",
            "this is $g_j$ minus the weighted mean. It has to be multiplied by $A_j$: a small "
            "output changes little when its logit moves.",
            SOFTMAX_GRADIENT,
            lambda A, g: [x - weighted_mean(A, g) for x in g],
        ),
    ),
)

# ∂E/∂a of a loss whose ∂E/∂z is a − y after tanh.
MATCHING_SLOPE = Formula(
    lambda a, y: (a - y) / (1 - a * a),
    (
        WrongFormula(
            "derivative of the sigmoid",
            "the difference was divided by a(1 − a), which is the sigmoid's derivative. The neuron "
            "has tanh.",
            TANH,
            lambda a, y: (a - y) / (a * (1 - a)),
        ),
        WrongFormula(
            "multiplied by the derivative",
            "the difference was multiplied by the derivative of tanh. That leads from ∂E/∂a to "
            "∂E/∂z; here you go from ∂E/∂z to ∂E/∂a, so divide.",
            CROSS_ENTROPY,
            lambda a, y: (a - y) * (1 - a * a),
        ),
        WrongFormula(
            "missing activation derivative",
            "this is ∂E/∂z. To get ∂E/∂a, divide by the derivative of the activation.",
            CROSS_ENTROPY,
            lambda a, y: a - y,
        ),
        WrongFormula(
            "target minus output",
            "the sign is wrong: the difference is a − y.",
            BP1,
            lambda a, y: (y - a) / (1 - a * a),
        ),
        WrongFormula(
            "factor of 1 − a² lost",
            "1 − a² has two factors, 1 − a and 1 + a. The numerator cancels one of them, and the "
            "other one stays.",
            CROSS_ENTROPY,
            lambda a, y: (a - y) / (1 + a),
        ),
    ),
)

# That loss for the target −1, 0 at a = −1.
MATCHING_LOSS = Formula(
    lambda a: log(2) - log(1 - a),
    (
        WrongFormula(
            "sign of the integral",
            "the sign is wrong: the integral of 1/(1 − a) is −ln(1 − a), because the inner "
            "derivative is −1.",
            CROSS_ENTROPY,
            lambda a: log(1 - a) - log(2),
        ),
        WrongFormula(
            "constant left out",
            "the integral has a constant. Choose it so that the loss is 0 where the output is "
            "equal to the target.",
            CROSS_ENTROPY,
            lambda a: -log(1 - a),
        ),
        WrongFormula(
            "loss for the other target",
            "this is the loss for the target 1. For −1 the numerator is a + 1, and it cancels the "
            "other factor.",
            CROSS_ENTROPY,
            lambda a: log(2) - log(1 + a),
        ),
        WrongFormula(
            "derivative in place of the loss",
            "this is ∂E/∂a. Integrate it to get the loss.",
            CROSS_ENTROPY,
            lambda a: 1 / (1 - a),
        ),
        WrongFormula(
            "squared error",
            "this is ½(a − y)². Its derivative does not cancel that of tanh.",
            SLOWEST,
            lambda a: (a + 1) ** 2 / 2,
        ),
    ),
)
