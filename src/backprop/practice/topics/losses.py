"""The squared error and its constants: means, sums and factors."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from backprop.losses import SquaredError
from backprop.mistakes.formulas.arrays import (
    BEST_CARELESS,
    PERFECT_ERRORS,
    SUM_AGAINST_MEAN,
    TRANSLATED_RATES,
)
from backprop.mistakes.formulas.squared_error import MEAN_ERROR, RATE_FOR_MEAN
from backprop.practice.question import Question, as_text, ask
from backprop.practice.topics import Topic
from backprop.practice.topics.drawing import decimals, entry, exact_row, matrix, one_of, row
from backprop.practice.topics.equations import make_network, missed

FORMULAS = {
    ("rows", True): "\\frac{1}{2n} \\sum (A - Y)^2",
    ("rows", False): "\\frac{1}{n} \\sum (A - Y)^2",
    ("elements", True): "\\frac{1}{2nk} \\sum (A - Y)^2",
    ("elements", False): "\\frac{1}{nk} \\sum (A - Y)^2",
    ("nothing", True): "\\tfrac12 \\sum (A - Y)^2",
    ("nothing", False): "\\sum (A - Y)^2",
}


def mean_error(generator: Generator) -> Question:
    """The mean of ½ Σ over the rows."""
    n = int(generator.integers(2, 4))
    A = [exact_row(generator, 3, 15) for _ in range(n)]
    Y = [[Fraction(int(y)) for y in line] for line in generator.integers(0, 2, size=(n, 3))]
    return ask(
        f"For {n} samples, the outputs are $A = {matrix(A)}$ and the targets $Y = {matrix(Y)}$. "
        f"What is the loss $L = \\frac{{1}}{{2n}} \\sum (A - Y)^2$, the mean over the samples?",
        MEAN_ERROR(A, Y),
        f"Square each of the {3 * n} differences, add them, and divide by $2n = {2 * n}$.",
        MEAN_ERROR.wrong_values(A, Y),
    )


def gradient_of(generator: Generator) -> Question:
    """The gradient of a bias for one of six constants."""
    divide_by, half = one_of(generator, list(FORMULAS))
    loss = SquaredError(divide_by, half)
    network = make_network(
        generator,
        [1, 2],
        [
            "identity",
        ],
        loss=loss,
    )
    X = decimals(generator, (3, 1))
    forward = network.forward(X)
    Y = missed(generator, forward.outputs)
    j = int(generator.integers(2))
    right, wrong = entry(network, X, Y, "layer 1, b", (j,))
    return ask(
        f"A linear layer with two outputs has the loss $L = {FORMULAS[divide_by, half]}$, where "
        f"$n$ is the number of samples and $k$ that of outputs. For three samples, the outputs are "
        f"$A = {matrix(forward.outputs)}$ and the targets $Y = {matrix(Y)}$. What is the gradient "
        f"of the bias of output {j + 1}?",
        right,
        f"The differences of column {j + 1} add up, times {as_text(2 * loss.constant((3, 2)))}, "
        f"which is twice the constant of this loss.",
        wrong,
        digits=3,
    )


def sum_against_mean(generator: Generator) -> Question:
    """How the gradients of a sum and of a mean differ."""
    n, k = int(generator.integers(5, 200)), int(generator.integers(2, 10))
    return ask(
        f"A program for {n} samples with {k} outputs each uses $\\tfrac12 \\sum (A - Y)^2$, "
        f"another one $\\frac{{1}}{{2n}} \\sum (A - Y)^2$. How many times as long is the gradient "
        f"of the first?",
        SUM_AGAINST_MEAN(n, k),
        f"The losses differ by the factor $n = {n}$, and so do their gradients.",
        SUM_AGAINST_MEAN.wrong_values(n, k),
    )


def rate_for_mean(generator: Generator) -> Question:
    """The learning rate for the mean that makes the steps of the sum."""
    n = int(generator.integers(3, 150))
    rate = one_of(generator, [Fraction(text) for text in ("0.001", "0.002", "0.005", "0.01")])
    return ask(
        f"A program trains on {n} samples with the loss $\\tfrac12 \\sum (A - Y)^2$ and gradient "
        f"descent with the learning rate {as_text(rate)}. You change the loss to the mean, "
        f"$\\frac{{1}}{{2n}} \\sum (A - Y)^2$. Which learning rate makes the same steps?",
        RATE_FOR_MEAN(rate, n),
        f"The gradient becomes {n} times as short, so the learning rate has to be {n} times as "
        f"large.",
        RATE_FOR_MEAN.wrong_values(rate, n),
    )


def translated_rates(generator: Generator) -> Question:
    """The learning rates for another constant, with momentum and with Adam."""
    k = int(one_of(generator, [3, 4, 5, 8, 10]))
    rate = one_of(generator, [Fraction(text) for text in ("0.01", "0.05", "0.1", "0.3")])
    return ask(
        f"A network with $k = {k}$ outputs is trained with the loss $\\frac{{1}}{{nk}} \\sum (A - "
        f"Y)^2$ and the learning rate {as_text(rate)}. You change the loss to $\\frac{{1}}{{2n}} "
        f"\\sum (A - Y)^2$. Which learning rate makes the same steps with momentum, and which with "
        f"Adam? (Give two numbers.)",
        TRANSLATED_RATES(rate, k),
        "The new gradient is $k/2$ times as long. With momentum, multiply the learning rate by "
        "$2/k$. Adam divides by the size of the gradient, so its learning rate stays.",
        TRANSLATED_RATES.wrong_values(rate, k),
    )


def careless_error(generator: Generator) -> Question:
    """What a difference of a column and a flat array gives for perfect outputs."""
    targets = [abs(y) for y in exact_row(generator, int(generator.integers(2, 4)), 30)]
    return ask(
        f"The targets of {len(targets)} samples are {row(targets)}, and every output is equal to "
        f"its target. What is the mean squared error, and what does `((A - y) ** 2).mean()` give "
        f"if `A` has the shape ({len(targets)}, 1) and `y` the shape ({len(targets)},)? (Give two "
        f"numbers.)",
        PERFECT_ERRORS(targets),
        "The outputs are right, so the error is 0. NumPy subtracts every target from every output: "
        "the result is the mean over all pairs.",
        PERFECT_ERRORS.wrong_values(targets),
    )


def best_careless(generator: Generator) -> Question:
    """The output that makes the careless error smallest."""
    targets = [abs(y) for y in exact_row(generator, int(generator.integers(2, 4)), 30)]
    return ask(
        f"The targets of {len(targets)} samples are {row(targets)}. A program minimizes the mean "
        f"of `(A - y) ** 2` with `A` of the shape ({len(targets)}, 1) and `y` of the shape "
        f"({len(targets)},). Which output, the same for all samples, makes it smallest, and what "
        f"is the mean then? (Give two numbers.)",
        BEST_CARELESS(targets),
        "Every output is compared with every target, so the best output is the mean of the "
        "targets, and what is left is their variance.",
        BEST_CARELESS.wrong_values(targets),
    )


TOPICS = (
    Topic(
        "losses",
        "the squared error and its constants",
        6,
        (
            mean_error,
            gradient_of,
            sum_against_mean,
            rate_for_mean,
            translated_rates,
            careless_error,
            best_careless,
        ),
    ),
)
