"""The known mistakes in counting the work of a backward pass."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import BY_HAND

REUSE = f"{BY_HAND}#what-the-reuse-is-worth"


def backward_counts(sizes: Sequence[int]) -> list[int]:
    """Products and subtractions with every slope written out, and products with reuse."""
    depth = len(sizes) - 1
    layers = range(1, depth + 1)
    weights = [sizes[layer - 1] * sizes[layer] for layer in layers]
    paths = [prod(sizes[layer + 1 :]) for layer in layers]  # from a neuron to the output
    return [
        sum(w * p * (depth - layer + 1) for w, p, layer in zip(weights, paths, layers)),
        sum(w * p for w, p in zip(weights, paths)),
        weights[0] + 2 * sum(weights[1:]),
    ]


# For a network with one output and no biases.
BACKWARD_COUNTS = Formula(
    backward_counts,
    (
        WrongFormula(
            "one product per weight",
            "each weight was counted once. With reuse a weight of the last layers takes two "
            "products: one for its slope, and one that sends the error through it.",
            REUSE,
            lambda sizes: [*backward_counts(sizes)[:2], backward_counts(sizes)[1]],
        ),
        WrongFormula(
            "error sent back to the inputs",
            "nothing needs the slopes of the inputs, so the first layer takes one product per "
            "weight, not two.",
            REUSE,
            lambda sizes: [*backward_counts(sizes)[:2], 2 * sum(weights_of(sizes))],
        ),
        WrongFormula(
            "with and without reuse exchanged",
            "the counts are right, but the first is the one with reuse.",
            REUSE,
            lambda sizes: [backward_counts(sizes)[index] for index in (2, 1, 0)],
        ),
        WrongFormula(
            "one subtraction in all",
            "written out, every slope begins with its own $p - y$. Only reuse keeps it.",
            REUSE,
            lambda sizes: [backward_counts(sizes)[0], 1, backward_counts(sizes)[2]],
        ),
    ),
)


def weights_of(sizes: Sequence[int]) -> list[int]:
    """The number of weights in each layer."""
    return [inputs * outputs for inputs, outputs in zip(sizes, sizes[1:])]
