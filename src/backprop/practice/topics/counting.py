"""How many: parameters, products, passes and updates."""

from __future__ import annotations

from numpy.random import Generator

from backprop.mistakes.formulas.arrays import MULTIPLICATIONS
from backprop.mistakes.formulas.counting import BACKWARD_COUNTS
from backprop.mistakes.formulas.epochs import UPDATES
from backprop.mistakes.formulas.measuring import (
    MEASURING_PASSES,
    ONE_SIDED_PASSES,
    PARAMETER_COUNT,
    parameter_count,
)
from backprop.practice.question import Question, ask
from backprop.practice.topics import Topic
from backprop.practice.topics.drawing import one_of


def draw_sizes(generator: Generator, largest: int = 12) -> list[int]:
    """The sizes of a network with three or four layers of numbers."""
    return [int(size) for size in generator.integers(2, largest, size=generator.integers(3, 5))]


def named(sizes: list[int]) -> str:
    """A network by its sizes."""
    return "-".join(map(str, sizes))


def parameters(generator: Generator) -> Question:
    """The weights and biases of a network."""
    sizes = draw_sizes(generator)
    terms = " + ".join(f"({n} + 1) \\cdot {m}" for n, m in zip(sizes, sizes[1:]))
    return ask(
        f"How many parameters, weights and biases, does a network of the sizes {named(sizes)} "
        f"have?",
        PARAMETER_COUNT(sizes),
        f"Each neuron has one weight per input and a bias: ${terms}$.",
        PARAMETER_COUNT.wrong_values(sizes),
    )


def measuring(generator: Generator) -> Question:
    """The forward passes that central differences take."""
    sizes = draw_sizes(generator)
    count = parameter_count(sizes)
    return ask(
        f"A network of the sizes {named(sizes)} has {count} parameters. How many forward passes "
        f"does a gradient by central differences take?",
        MEASURING_PASSES(count),
        "Each parameter is moved up and down, and the error is computed both times.",
        MEASURING_PASSES.wrong_values(count),
    )


def measuring_on_one_side(generator: Generator) -> Question:
    """The forward passes that differences to one side take."""
    sizes = draw_sizes(generator)
    count = parameter_count(sizes)
    _, *others = MEASURING_PASSES.wrong_values(count)
    return ask(
        f"A network of the sizes {named(sizes)} has {count} parameters. A gradient is measured by "
        f"moving each parameter up, and not down. How many forward passes does that take?",
        ONE_SIDED_PASSES(count),
        "One for each parameter, and one for the network as it is.",
        [*ONE_SIDED_PASSES.wrong_values(count), *others],
        digits=6,
    )


def products_with_reuse(generator: Generator) -> Question:
    """The work of a backward pass, written out and with reuse."""
    sizes = [*draw_sizes(generator, 6)[:3], 1]
    return ask(
        f"A linear network of the sizes {named(sizes)} has no biases. Count what the slopes of all "
        f"its weights take, for one sample: the products if every path is written out, the "
        f"subtractions $p - y$ in that case, and the products with reuse. (Give three numbers.)",
        BACKWARD_COUNTS(sizes),
        "Written out, every path from a weight to the output has its own product of weights, an "
        "input and $p - y$. With reuse each weight takes one product for its slope and, above the "
        "first layer, one that sends the error through it.",
        BACKWARD_COUNTS.wrong_values(sizes),
    )


def multiplications(generator: Generator) -> Question:
    """The multiplications of the passes of a network."""
    sizes = draw_sizes(generator)
    layers = [n * m for n, m in zip(sizes, sizes[1:])]
    numbers = layers[0], sum(layers[1:])
    return ask(
        f"A network has the sizes {named(sizes)}. How many multiplications does it make per sample "
        f"in the forward pass, and how many in both passes together? Count only those in matrix "
        f"products. (Give two numbers.)",
        MULTIPLICATIONS(*numbers),
        f"Forward, one per weight: {sum(layers)}. Backward, one more per weight for its gradient, "
        f"and above the first layer one for the error signal that is passed down.",
        MULTIPLICATIONS.wrong_values(*numbers),
    )


def updates(generator: Generator) -> Question:
    """The updates of a training run."""
    rows, batch = int(generator.integers(90, 2000)), int(one_of(generator, [10, 20, 32, 50, 64]))
    epochs = int(generator.integers(2, 21))
    return ask(
        f"A network is trained on {rows} rows for {epochs} epochs, in mini-batches of {batch} "
        f"rows. How many updates does that make? (Every epoch uses all rows.)",
        UPDATES(rows, batch, epochs),
        f"An epoch has {-(-rows // batch)} mini-batches; the last one may be smaller.",
        UPDATES.wrong_values(rows, batch, epochs),
        digits=6,
    )


TOPICS = (
    Topic(
        "counting",
        "how many parameters, products, passes and updates",
        8,
        (
            parameters,
            measuring,
            measuring_on_one_side,
            products_with_reuse,
            multiplications,
            updates,
        ),
    ),
)
