"""A forward pass with biases and sigmoids."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from backprop.mistakes.formulas.curves import SIGMOID_SLOPE, TANH_SLOPE
from backprop.mistakes.formulas.forward import NEURON, PREDICTION
from backprop.practice.question import Question, as_text, ask
from backprop.practice.topics import Topic
from backprop.practice.topics.drawing import decimals, factor, matrix, row

DIGITS = 3


def neuron(generator: Generator) -> Question:
    """The output of a single neuron."""
    w, v, b = map(float, decimals(generator, 3))
    x, y = map(float, generator.choice([-3, -2, -1, 1, 2, 3, 4], size=2, replace=False))
    return ask(
        f"A neuron has the weights {row([w, v])} and the bias {as_text(b)}, and its activation is "
        f"the sigmoid. Its inputs are {row([x, y])}. What is its output?",
        NEURON(w, v, x, y, b),
        f"The sigmoid of the weighted sum with its bias: $\\sigma({as_text(w)} \\cdot {factor(x)} "
        f"+ {factor(v)} \\cdot {factor(y)} + {factor(b)})$.",
        NEURON.wrong_values(w, v, x, y, b),
        digits=DIGITS,
    )


def prediction(generator: Generator) -> Question:
    """The output of a 2-2-1 network."""
    W1, b1, w2 = decimals(generator, (2, 2)), decimals(generator, 2), decimals(generator, 2, 20)
    b2, x = decimals(generator), generator.choice([-2, -1, 1, 2], size=2)
    numbers = x.astype(float), W1, b1, w2, b2
    return ask(
        f"A 2-2-1 network has sigmoids in both layers. Its parameters are $W_1 = {matrix(W1)}$ "
        f"(column $j$ belongs to hidden neuron $j$), $b_1 = {row(b1)}$, "
        f"$W_2 = {matrix(w2[:, None])}$ and $b_2 = {as_text(float(b2))}$. What does it predict for "
        f"the sample {row(x)}?",
        PREDICTION(*numbers),
        "The hidden outputs are $\\sigma(x W_1 + b_1)$, and the prediction is the sigmoid of their "
        "weighted sum with $b_2$.",
        PREDICTION.wrong_values(*numbers),
        digits=DIGITS,
    )


def sigmoid_slope(generator: Generator) -> Question:
    """The derivative of the sigmoid at a given z."""
    z = float(decimals(generator, (), 30))
    a = float(1 / (1 + np.exp(-z)))
    return ask(
        f"The pre-activation of a sigmoid is $z = {as_text(z)}$. What is the derivative "
        f"$\\sigma'(z)$?",
        SIGMOID_SLOPE(z),
        f"The output is $a = \\sigma({as_text(z)})$, about {a:.4f}, and the derivative is "
        f"$a (1 - a)$.",
        SIGMOID_SLOPE.wrong_values(z),
        digits=DIGITS,
    )


def tanh_slope(generator: Generator) -> Question:
    """The derivative of tanh where its output is given."""
    t = int(generator.integers(5, 96)) / 100
    return ask(
        f"The output of a neuron with $\\tanh$ is {as_text(t)}. What is the derivative of its "
        f"activation there?",
        TANH_SLOPE(t),
        f"Written with the output, it is $1 - a^2 = 1 - {as_text(t)}^2$.",
        TANH_SLOPE.wrong_values(t),
        digits=DIGITS,
    )


TOPICS = (
    Topic(
        "forward",
        "a forward pass, and the slopes of its activations",
        3,
        (neuron, prediction, sigmoid_slope, tanh_slope),
    ),
)
