"""The known mistakes in the four equations, for one neuron whose deltas are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backprop.mistakes.dense import (
    LastRowOnly,
    MissingBias,
    MissingDerivative,
    NothingBelow,
    TransposedWeights,
    WeightedSumsIn,
)
from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import BP2, BP3, BP4


def products(one: Sequence[Any], other: Sequence[Any]) -> Any:
    """The sum of the products."""
    return sum(a * b for a, b in zip(one, other))


# BP2 for one neuron and one sample: the deltas of the layer above, the neuron's row of the weights,
# the column with the same number, and f′.
DELTA_BELOW = Formula(
    lambda deltas, row, column, derivative: products(deltas, row) * derivative,
    (
        WrongFormula(
            MissingDerivative.form,
            MissingDerivative.explanation,
            MissingDerivative.section,
            lambda deltas, row, column, derivative: products(deltas, row),
        ),
        WrongFormula(
            TransposedWeights.form,
            TransposedWeights.explanation,
            TransposedWeights.section,
            lambda deltas, row, column, derivative: (products(deltas, column) * derivative),
        ),
        WrongFormula(
            "one path only",
            "the neuron feeds every neuron of the layer above, and what comes back along all these "
            "connections is added up. This is the share of one of them.",
            BP2,
            lambda deltas, row, column, derivative: (deltas[0] * row[0] * derivative),
        ),
        WrongFormula(
            "passed without the weights",
            "the deltas of the layer above were added without their weights. Each one comes back "
            "through a connection and is multiplied by its weight.",
            BP2,
            lambda deltas, row, column, derivative: sum(deltas) * derivative,
        ),
        WrongFormula(
            NothingBelow.form,
            NothingBelow.explanation,
            NothingBelow.section,
            lambda deltas, row, column, derivative: 0 * derivative,
        ),
    ),
)

# The delta of a neuron, from what arrives at its output and f′.
DELTA = Formula(
    lambda arrives, derivative: arrives * derivative,
    (
        WrongFormula(
            MissingDerivative.form,
            MissingDerivative.explanation,
            MissingDerivative.section,
            lambda arrives, derivative: arrives,
        ),
    ),
)

# BP3 for one neuron: its delta and an input in each row.
BIAS_SLOPE = Formula(
    lambda deltas, inputs: sum(deltas),
    (
        WrongFormula(
            "constant factor in the biases",
            "the deltas were averaged over the rows. They contain the 1/n of the loss already, so "
            "they are only added up.",
            BP3,
            lambda deltas, inputs: sum(deltas) / len(deltas),
        ),
        WrongFormula(
            "a weight's input in the bias's gradient",
            "each delta was multiplied by an input. That is the gradient of a weight; the input of "
            "a bias is always 1.",
            BP3,
            products,
        ),
        WrongFormula(
            LastRowOnly.form,
            LastRowOnly.explanation,
            BP3,
            lambda deltas, inputs: deltas[-1],
        ),
        WrongFormula(
            MissingBias.form,
            MissingBias.explanation,
            MissingBias.section,
            lambda deltas, inputs: 0 * deltas[0],
        ),
    ),
)

# The same for a single row.
BIAS_SLOPE_OF_ROW = Formula(
    lambda delta, enters: delta,
    (
        WrongFormula(
            BIAS_SLOPE.mistakes[1].form,
            BIAS_SLOPE.mistakes[1].explanation,
            BIAS_SLOPE.mistakes[1].section,
            lambda delta, enters: delta * enters,
        ),
        WrongFormula(
            MissingBias.form,
            MissingBias.explanation,
            MissingBias.section,
            lambda delta, enters: 0 * delta,
        ),
    ),
)

# BP4 for one weight: the delta of its neuron, its input, and the weighted sum of which that input
# is the activation, in each row.
WEIGHT_SLOPE = Formula(
    lambda deltas, inputs, sums: products(deltas, inputs),
    (
        WrongFormula(
            WeightedSumsIn.form,
            WeightedSumsIn.explanation,
            WeightedSumsIn.section,
            lambda deltas, inputs, sums: products(deltas, sums),
        ),
        WrongFormula(
            LastRowOnly.form,
            LastRowOnly.explanation,
            LastRowOnly.section,
            lambda deltas, inputs, sums: deltas[-1] * inputs[-1],
        ),
        WrongFormula(
            "mean over the rows taken again",
            "the products were averaged over the rows. The deltas contain the 1/n of the loss "
            "already, so the products are only added up.",
            BP4,
            lambda deltas, inputs, sums: products(deltas, inputs) / len(deltas),
        ),
        WrongFormula(
            "sums multiplied",
            "the deltas were added, the inputs were added, and the two sums multiplied. Each row's "
            "delta belongs to the input of the same row: multiply first, then add.",
            BP4,
            lambda deltas, inputs, sums: sum(deltas) * sum(inputs),
        ),
        WrongFormula(
            "the inputs left out",
            "this is the sum of the deltas, the gradient of the bias. For a weight, each delta is "
            "multiplied by what the weight multiplies in the forward pass.",
            BP4,
            lambda deltas, inputs, sums: sum(deltas),
        ),
    ),
)
