"""How large weighted sums and outputs are with random weights."""

from __future__ import annotations

from numpy.random import Generator

from backprop.mistakes.formulas.initialization import RELU_FACTORS, SUM_DEVIATION
from backprop.practice.question import Question, as_text, ask
from backprop.practice.topics import Topic
from backprop.practice.topics.drawing import one_of

DIGITS = 3


def sum_deviation(generator: Generator) -> Question:
    """The standard deviation of a weighted sum."""
    n = int(one_of(generator, [16, 25, 49, 64, 100, 144, 196, 400, 784]))
    std = int(generator.integers(1, 13)) / 20
    return ask(
        f"A neuron has {n} independent weights with the mean 0 and the standard deviation "
        f"{as_text(std)}. The mean square of its inputs is 1. What is the standard deviation of "
        f"its weighted sum?",
        SUM_DEVIATION(n, std),
        f"The variances of the products add up, so it is ${as_text(std)} \\cdot \\sqrt{{{n}}}$.",
        SUM_DEVIATION.wrong_values(n, std),
        digits=DIGITS,
    )


def relu_factors(generator: Generator) -> Question:
    """The factors by which two layers of ReLUs change the root mean square."""
    doublings = [float(one_of(generator, [0.5, 1, 1.5, 2.5, 3, 4])) for _ in range(2)]
    return ask(
        f"In two layers of ReLUs, the number of inputs times the variance of the weights is "
        f"{as_text(doublings[0])} and {as_text(doublings[1])}. The biases are 0. By which factor "
        f"does each layer change the root mean square of the outputs, on average? (Give two "
        f"numbers.)",
        RELU_FACTORS(*doublings),
        "The mean square of the weighted sums changes by this number, the ReLU halves it, and the "
        "root of that is the factor.",
        RELU_FACTORS.wrong_values(*doublings),
        digits=DIGITS,
    )


TOPICS = (
    Topic("initial weights", "how large sums and outputs are", 9, (sum_deviation, relu_factors)),
)
