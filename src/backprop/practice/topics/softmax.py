"""Softmax, the cross-entropies, and the deltas that go with them."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.losses import (
    DELTA_RATIO,
    MATCHING_LOSS,
    MATCHING_SLOPE,
    SOFTMAX_DELTA,
)
from backprop.mistakes.formulas.softmax import (
    BINARY_LOSS,
    CLASS_LOSS,
    SOFTMAX_OUTPUT,
    softmax_of,
)
from backprop.practice.question import Question, as_text, ask
from backprop.practice.topics import Topic
from backprop.practice.topics.drawing import clean, decimals, entry, matrix, one_of, row
from backprop.practice.topics.equations import (
    MEAN,
    OF_SUMS,
    make_network,
    place_in,
    sums_and_outputs,
    where,
    with_sums,
)

DIGITS = 3


def draw_row(generator: Generator) -> list[float]:
    """The pre-activations of a row of three outputs."""
    return [float(z) for z in decimals(generator, 3, 20)]


def softmax_output(generator: Generator) -> Question:
    """One output of softmax."""
    Z, j = draw_row(generator), int(generator.integers(3))
    return ask(
        f"The pre-activations of a row are {row(Z)}. What is output {j + 1} of softmax?",
        SOFTMAX_OUTPUT(Z, j),
        f"The power of e, divided by the sum of all three: $e^{{{as_text(Z[j])}}}/\\sum e^z$.",
        SOFTMAX_OUTPUT.wrong_values(Z, j),
        digits=DIGITS,
    )


def class_loss(generator: Generator) -> Question:
    """The categorical cross-entropy of one row."""
    A = [round(a, 2) for a in softmax_of(draw_row(generator))]
    A[2] = round(1 - A[0] - A[1], 2)
    A = [min(max(a, 0.01), 0.98) for a in A]
    j = int(generator.integers(3))
    return ask(
        f"The outputs of softmax for one sample are {row(A)}, and class {j + 1} is right. What is "
        f"the categorical cross-entropy of this sample?",
        CLASS_LOSS(A, j),
        f"Minus the natural logarithm of the right class's output: $-\\ln {as_text(A[j])}$.",
        CLASS_LOSS.wrong_values(A, j),
        digits=DIGITS,
    )


def binary_loss(generator: Generator) -> Question:
    """The binary cross-entropy of one output."""
    a, y = float(generator.integers(5, 96)) / 100, int(generator.integers(2))
    chosen = as_text(a) if y else f"(1 - {as_text(a)})"
    return ask(
        f"A sigmoid output is $a = {as_text(a)}$, and its target is {y}. What is the binary "
        f"cross-entropy of this sample?",
        BINARY_LOSS(a, y),
        f"With the target {y} it is $-\\ln {chosen}$.",
        BINARY_LOSS.wrong_values(a, y),
        digits=DIGITS,
    )


def softmax_delta(generator: Generator) -> Question:
    """The delta of softmax with its cross-entropy: the plain difference."""
    network = make_network(generator, [2, 3], ["softmax"], loss="categorical cross-entropy")
    X = with_sums(network, decimals(generator, (2, 3), 20))
    Y = np.eye(3)[generator.integers(3, size=2)]
    forward = network.forward(X)
    place = place_in(generator, Y)
    right, wrong = entry(network, X, Y, "layer 1, W", place, leave_out=OF_SUMS)
    return ask(
        f"The last layer has softmax, and the loss is the categorical cross-entropy, a mean over "
        f"the samples. For two samples, {sums_and_outputs(forward, 1)}. The targets are "
        f"$Y = {matrix(Y)}$. What is the delta, $\\partial L/\\partial Z$, in {where(place)}?",
        right,
        f"With this loss it is the plain difference, $(A - Y)/n$: "
        f"$({as_text(forward.outputs[place])} - {as_text(Y[place])})/2$.",
        wrong,
        digits=DIGITS,
    )


def softmax_with_squares(generator: Generator) -> Question:
    """The delta of softmax with the squared error: every output depends on the row."""
    network = make_network(generator, [2, 3], ["softmax"])
    X = with_sums(network, decimals(generator, (2, 3), 20))
    Y = np.eye(3)[generator.integers(3, size=2)]
    forward = network.forward(X)
    place = place_in(generator, Y)
    right, wrong = entry(network, X, Y, "layer 1, W", place, leave_out=OF_SUMS)
    A = forward.outputs[place[0]]
    of_row = SOFTMAX_DELTA.wrong_values(A, (A - Y[place[0]]) / 2)
    first = [WrongValue(w.form, w.explanation, w.section, clean(w.value[place[1]])) for w in of_row]
    return ask(
        f"The last layer has softmax, but the loss is the squared error, {MEAN}. For two samples, "
        f"{sums_and_outputs(forward, 1)}. The targets are $Y = {matrix(Y)}$. What is the delta, "
        f"$\\partial L/\\partial Z$, in {where(place)}?",
        right,
        "With $g = (A - Y)/2$, it is $A_j (g_j - \\sum g A)$, where the sum goes over the outputs "
        "of the row: when one pre-activation changes, all outputs of its row change.",
        [*first, *wrong],
        digits=DIGITS,
    )


def loss_of_guessing(generator: Generator) -> Question:
    """The cross-entropy of equal probabilities."""
    k = int(generator.integers(3, 60))
    return ask(
        f"A network gives each of {k} classes the same probability. What is its categorical "
        f"cross-entropy?",
        CLASS_LOSS([1 / k] * k, 0),
        f"The right class has the probability 1/{k}, so the loss is $\\ln {k}$.",
        CLASS_LOSS.wrong_values([1 / k] * k, 0),
        digits=DIGITS,
    )


def delta_ratio(generator: Generator) -> Question:
    """The deltas of two sigmoid outputs, one of them saturated."""
    a, b = (int(n) / 100 for n in generator.choice(np.arange(60, 99), size=2, replace=False))
    return ask(
        f"A sigmoid output should be 0, and the error is $\\tfrac12 (a - y)^2$. How many times as "
        f"large is its delta for $a = {as_text(a)}$ as for $a = {as_text(b)}$?",
        DELTA_RATIO(a, b),
        "Each delta is $(a - 0) \\cdot a (1 - a)$: divide the first by the second.",
        DELTA_RATIO.wrong_values(a, b),
        digits=DIGITS,
    )


def matching_slope(generator: Generator) -> Question:
    """The slope of a loss whose delta is the plain difference after tanh."""
    a, y = int(generator.choice(np.arange(-90, 91, 7))) / 100, int(one_of(generator, [-1, 1]))
    return ask(
        f"After $\\tanh$, a loss has the delta $a - y$, without a factor $f'$. Its output is "
        f"$a = {as_text(a)}$ and its target $y = {as_text(y)}$. What is $\\partial E/\\partial a$?",
        MATCHING_SLOPE(a, y),
        "The delta is $\\partial E/\\partial a$ times $1 - a^2$, so divide the difference by "
        "$1 - a^2$.",
        MATCHING_SLOPE.wrong_values(a, y),
        digits=DIGITS,
    )


def matching_loss(generator: Generator) -> Question:
    """That loss itself, for the target −1."""
    a = int(generator.choice(np.arange(-85, 91, 7))) / 100
    return ask(
        f"After $\\tanh$, a loss has $\\partial E/\\partial a = (a - y)/(1 - a^2)$. The target is "
        f"$-1$, and the loss is 0 for $a = -1$. What is it for $a = {as_text(a)}$?",
        MATCHING_LOSS(a),
        "For this target the slope is $1/(1 - a)$. Its integral from $-1$ to $a$ is "
        "$\\ln 2 - \\ln (1 - a)$.",
        MATCHING_LOSS.wrong_values(a),
        digits=DIGITS,
    )


TOPICS = (
    Topic(
        "softmax",
        "softmax, the cross-entropies and their deltas",
        9,
        (
            softmax_output,
            class_loss,
            binary_loss,
            loss_of_guessing,
            softmax_delta,
            softmax_with_squares,
            delta_ratio,
            matching_slope,
            matching_loss,
        ),
    ),
)
