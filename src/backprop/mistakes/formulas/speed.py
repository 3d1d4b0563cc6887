"""The known mistakes in counting what a step costs: its work, its memory, and its messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.formulas.counting import weights_of

SPEED = "17_speed_and_scale.ipynb"
MACHINES = "17b_several_machines.ipynb"

COUNT = f"{SPEED}#where-the-time-goes"
ROOF = f"{SPEED}#the-limits-of-the-processor-and-of-its-memory"
SEGMENTS = f"{SPEED}#keep-less-compute-again"
PARTS = f"{MACHINES}#the-gradient-of-a-whole-from-its-parts"
MORE_MACHINES = f"{MACHINES}#more-machines-longer-steps"


# The multiplications per sample that pass δ down through all layers.
PASSING_DELTA = Formula(
    lambda sizes: sum(weights_of(sizes)[1:]),
    (
        WrongFormula(
            "delta passed to the inputs",
            "the first layer was counted too. There is no layer below it that needs a δ, so it "
            "skips this product.",
            COUNT,
            lambda sizes: sum(weights_of(sizes)),
        ),
        WrongFormula(
            "first layer in place of the others",
            "this counts the first layer alone, and that is the layer that does not pass δ down.",
            COUNT,
            lambda sizes: weights_of(sizes)[0],
        ),
        WrongFormula(
            "one multiplication per neuron",
            "the neurons were counted. Passing δ down is a matrix product: one multiplication for "
            "each weight.",
            COUNT,
            lambda sizes: sum(sizes[1:]),
        ),
        WrongFormula(
            "delta and dW counted together",
            "this is the whole backward pass. The product for dW is another one.",
            COUNT,
            lambda sizes: sum(weights_of(sizes)) + sum(weights_of(sizes)[1:]),
        ),
    ),
)

# The highest share of the processor's limit that the memory allows, from the multiplications per
# number that a step does, and those that the processor can do while one number arrives.
MEMORY_ROOF = Formula(
    lambda work, needed: min(1, work / needed),
    (
        WrongFormula(
            "limit that the step does not reach",
            "this is what the step cannot reach. Ask what it can.",
            ROOF,
            lambda work, needed: 1 - work / needed,
        ),
        WrongFormula(
            "fraction upside down",
            "a share cannot be above 1. The step does few multiplications for each number, and the "
            "processor could do more of them: divide the first by the second.",
            ROOF,
            lambda work, needed: needed / work,
        ),
        WrongFormula(
            "no limit by the memory",
            "the processor waits. It could do several multiplications while one number arrives, "
            "and this step has fewer to do.",
            ROOF,
            lambda work, needed: 1,
        ),
    ),
)

# The units of memory with segments of some length: inputs of segments, and caches of one of them.
# The values are the length and its units.
BEST_SEGMENT = Formula(
    lambda layers: min(((n, layers / n + n) for n in range(1, layers + 1)), key=lambda p: p[1]),
    (
        WrongFormula(
            "inputs of the segments not counted",
            "only the caches of one segment were counted. The input of each segment is kept too.",
            SEGMENTS,
            lambda layers: (1, 1),
        ),
        WrongFormula(
            "caches of the segment not counted",
            "only the inputs of the segments were counted. While a segment is worked on, the cache "
            "of each of its layers is needed.",
            SEGMENTS,
            lambda layers: (layers, 1),
        ),
        WrongFormula(
            "one kind of memory at the best length",
            "the length is right. With it the inputs of the segments and the caches take as much "
            "each, and they are needed at the same time: add them.",
            SEGMENTS,
            lambda layers: (round(layers**0.5), layers**0.5),
        ),
        WrongFormula(
            "two halves",
            "two segments were tried. Half of all caches is still much: shorter segments need "
            "less, until there are too many inputs to keep.",
            SEGMENTS,
            lambda layers: (layers // 2, 2 + layers // 2),
        ),
    ),
)


def weighted(gradients: Sequence[Any], counts: Sequence[Any]) -> Any:
    """The sum of the products."""
    return sum(gradient * count for gradient, count in zip(gradients, counts))


# The gradient over all samples, from those over the parts and the numbers of samples in them.
GRADIENT_OF_THE_WHOLE = Formula(
    lambda gradients, counts: weighted(gradients, counts) / sum(counts),
    (
        WrongFormula(
            "plain mean of the parts",
            "each part counted as much as the other, whatever its size. Each counts by its share "
            "of the samples.",
            PARTS,
            lambda gradients, counts: sum(gradients) / len(gradients),
        ),
        WrongFormula(
            "parts added up",
            "the results of the parts were added. Each of them is a mean, and so is the result: "
            "multiply each by its share of the samples first.",
            PARTS,
            lambda gradients, counts: sum(gradients),
        ),
        WrongFormula(
            "not divided by the number of samples",
            "this is the sum over the samples. The loss is their mean.",
            PARTS,
            lambda gradients, counts: weighted(gradients, counts),
        ),
        WrongFormula(
            "shares exchanged",
            "each part got the share of the other.",
            PARTS,
            lambda gradients, counts: weighted(gradients, counts[::-1]) / sum(counts),
        ),
    ),
)

# How many times as fast several workers are, from their number and the time of the messages, in
# units of the work.
TIMES_AS_FAST = Formula(
    lambda workers, messages: 1 / (1 / workers + messages),
    (
        WrongFormula(
            "messages forgotten",
            "this is the number of workers. The work is divided among them, and then the messages "
            "take their time.",
            MORE_MACHINES,
            lambda workers, messages: workers,
        ),
        WrongFormula(
            "limit for any number of workers",
            "this is what no number of workers exceeds. These still need time for their work.",
            MORE_MACHINES,
            lambda workers, messages: 1 / messages,
        ),
        WrongFormula(
            "messages subtracted from the speed",
            "the speed was lowered by the share of the messages. Add times, not speeds: the time "
            "of the messages comes on top of the time of the work.",
            MORE_MACHINES,
            lambda workers, messages: workers * (1 - messages),
        ),
        WrongFormula(
            "messages divided among the workers",
            "work and messages were both divided. The messages take the same time, however many "
            "workers there are.",
            MORE_MACHINES,
            lambda workers, messages: workers / (1 + messages),
        ),
        WrongFormula(
            "Amdahl's formula",
            "here the messages are a part of the work that cannot be divided. They come on top of "
            "the work: one process has none.",
            MORE_MACHINES,
            lambda workers, messages: 1 / (messages + (1 - messages) / workers),
        ),
    ),
)
