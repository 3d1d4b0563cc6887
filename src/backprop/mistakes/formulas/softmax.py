"""The known mistakes in softmax and in the cross-entropies, one row at a time."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, log10

from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import CROSS_ENTROPY, SOFTMAX

PAGE = "09_losses_activations_initialization.ipynb"
OVERFLOW = f"{PAGE}#without-overflow"
LOSS = f"{PAGE}#the-loss-that-goes-with-it"


def softmax_of(Z: Sequence[float]) -> list[float]:
    """Powers of e, divided by their sum."""
    powers = [exp(z) for z in Z]
    return [power / sum(powers) for power in powers]


# Output j of softmax, counted from 0, from the pre-activations Z of its row.
SOFTMAX_OUTPUT = Formula(
    lambda Z, j: softmax_of(Z)[j],
    (
        WrongFormula(
            "not divided by the sum",
            "this is a power of e. Divide it by the sum of all powers of the row, so that the "
            "outputs add up to 1.",
            SOFTMAX,
            lambda Z, j: exp(Z[j]),
        ),
        WrongFormula(
            "exponential left out",
            "the pre-activation was divided by the sum of the row. That can be negative, and the "
            "sum can be 0: take the powers of e first.",
            SOFTMAX,
            lambda Z, j: Z[j] / sum(Z) if abs(sum(Z)) > 1e-9 else Z[j],
        ),
        WrongFormula(
            "sigmoid in place of softmax",
            "this is the sigmoid of one pre-activation. Each output of softmax depends on the "
            "whole row.",
            SOFTMAX,
            lambda Z, j: 1 / (1 + exp(-Z[j])),
        ),
        WrongFormula(
            "its own power left out of the sum",
            "the power was divided by the sum of the others. The sum has all powers of the row.",
            SOFTMAX,
            lambda Z, j: exp(Z[j]) / (sum(map(exp, Z)) - exp(Z[j])),
        ),
        WrongFormula(
            "shifted above the fraction only",
            "the largest pre-activation was subtracted in the numerator, but not in the sum. Only "
            "if both are shifted, the quotient stays the same.",
            OVERFLOW,
            lambda Z, j: exp(Z[j] - max(Z)) / sum(map(exp, Z)),
        ),
        WrongFormula(
            "sign in the exponent",
            "the exponents have the wrong sign. The largest pre-activation has the largest output.",
            SOFTMAX,
            lambda Z, j: softmax_of([-z for z in Z])[j],
        ),
    ),
)

# The categorical cross-entropy of one row of probabilities, and the index of the right class.
CLASS_LOSS = Formula(
    lambda A, j: -log(A[j]),
    (
        WrongFormula(
            "sign of the logarithm",
            "the sign is missing. The logarithm of a probability is negative, and the loss is "
            "minus that.",
            LOSS,
            lambda A, j: log(A[j]),
        ),
        WrongFormula(
            "logarithm to the base 10",
            "the logarithm of the cross-entropy is the natural one.",
            CROSS_ENTROPY,
            lambda A, j: -log10(A[j]),
        ),
        WrongFormula(
            "all classes counted",
            "the logarithms of all outputs were added. With one-hot targets only the right class "
            "has a term.",
            LOSS,
            lambda A, j: -sum(map(log, A)),
        ),
        WrongFormula(
            "one question per class",
            "the other outputs were counted too, with ln(1 − a). That is the binary cross-entropy, "
            "for sigmoids that answer separate questions.",
            LOSS,
            lambda A, j: -sum(log(a if i == j else 1 - a) for i, a in enumerate(A)),
        ),
        WrongFormula(
            "probability of the wrong classes",
            "this is minus the logarithm of 1 − a. The loss uses the output of the right class.",
            LOSS,
            lambda A, j: -log(1 - A[j]),
        ),
        WrongFormula(
            "squared error",
            "this is ½ Σ (a − y)². The cross-entropy is minus the logarithm of the right class's "
            "output.",
            LOSS,
            lambda A, j: sum((a - (i == j)) ** 2 for i, a in enumerate(A)) / 2,
        ),
    ),
)

# The binary cross-entropy of one output a with the target y.
BINARY_LOSS = Formula(
    lambda a, y: -(y * log(a) + (1 - y) * log(1 - a)),
    (
        WrongFormula(
            "loss for the other target",
            "this is the loss for the other target. For y = 1 it is −ln a, for y = 0 −ln(1 − a).",
            CROSS_ENTROPY,
            lambda a, y: -((1 - y) * log(a) + y * log(1 - a)),
        ),
        WrongFormula(
            "sign of the logarithm",
            "the sign is missing. The logarithm of a probability is negative, and the loss is "
            "minus that.",
            CROSS_ENTROPY,
            lambda a, y: y * log(a) + (1 - y) * log(1 - a),
        ),
        WrongFormula(
            "both terms counted",
            "both logarithms were added. The target is 0 or 1, so one of the two terms is 0.",
            CROSS_ENTROPY,
            lambda a, y: -(log(a) + log(1 - a)),
        ),
        WrongFormula(
            "logarithm to the base 10",
            "the logarithm of the cross-entropy is the natural one.",
            CROSS_ENTROPY,
            lambda a, y: -(y * log10(a) + (1 - y) * log10(1 - a)),
        ),
        WrongFormula(
            "squared error",
            "this is ½(a − y)². The cross-entropy is minus a logarithm.",
            CROSS_ENTROPY,
            lambda a, y: (a - y) ** 2 / 2,
        ),
    ),
)
