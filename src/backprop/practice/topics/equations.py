"""The four equations: one at a time from given deltas, and all of them in small networks.

The gradient of a layer whose input is the identity matrix is its delta: BP4 says Xᵀ δ. So the known
mistakes in gradients also give the wrong deltas, if the rows of the input are those of the identity
matrix and its weights the pre-activations.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from backprop.activations import get_activation
from backprop.losses import Loss
from backprop.mistakes.formulas.equations import BIAS_SLOPE, DELTA_BELOW, WEIGHT_SLOPE
from backprop.network import ForwardPass, Network
from backprop.practice.question import Question, as_text, ask
from backprop.practice.topics import Topic
from backprop.practice.topics.drawing import (
    LAYOUTS,
    clean,
    decimals,
    entries,
    entry,
    exact_row,
    factor,
    matrix,
    one_of,
    row,
)

DIGITS = 3
MEAN = r"$L = \frac{1}{2n} \sum (A - Y)^2$, a mean over the $n$ samples"
# Mistakes in adding up rows: a delta is not a sum.
OF_SUMS = LAYOUTS | {"last row only", "missing bias gradient", "weighted sums in place of outputs"}
CURVES = ("sigmoid", "tanh")
DERIVATIVES = {
    "sigmoid": "$A (1 - A)$",
    "tanh": "$1 - A^2$",
    "relu": "1 where A is positive, else 0",
    "identity": "1",
}


def make_network(
    generator: Generator,
    sizes: list[int],
    activations: list[str],
    *,
    loss: str | Loss = "squared error",
    l2: float = 0.0,
) -> Network:
    """A network whose parameters have one decimal."""
    network = Network(sizes, activations, loss=loss, l2=l2, generator=generator)
    network.parameters[...] = decimals(generator, network.parameters.size)
    return network


def dense(network: Network) -> list[Any]:
    """The layers, which are dense ones."""
    return list(network.layers)


def with_sums(network: Network, Z: np.ndarray) -> np.ndarray:
    """Let the first layer have the pre-activations Z; the inputs for that."""
    layer = dense(network)[0]
    layer.W[...], layer.b[...] = Z, 0.0
    return np.eye(len(Z))


def sums_and_outputs(forward: ForwardPass, layer: int, name: str = "") -> str:
    """The pre-activations and outputs of a layer, counted from 1, in words."""
    Z, A = forward.caches[layer - 1].Z, forward.A[layer]
    if Z is A:
        return f"$A{name} = Z{name} = {matrix(A)}$"
    return f"$Z{name} = {matrix(Z)}$, and so $A{name} = f(Z{name}) = {matrix(A)}$"


def missed(generator: Generator, outputs: np.ndarray) -> np.ndarray:
    """Whole numbers as targets, at least ½ away from the outputs."""
    targets: np.ndarray = np.round(outputs) + generator.choice([-1, 1], size=outputs.shape) + 0.0
    return targets


def place_in(generator: Generator, array: np.ndarray) -> tuple[int, ...]:
    """An entry of an array, at random."""
    return tuple(int(generator.integers(size)) for size in array.shape)


def where(place: tuple[int, ...]) -> str:
    """The place of a delta in words, counted from 1."""
    return f"row {place[0] + 1} and column {place[1] + 1}"


# BP1


def last_delta(generator: Generator) -> Question:
    """The delta of the last layer after a squared error."""
    activation = one_of(generator, [*CURVES, *CURVES, "relu", "identity"])
    network = make_network(generator, [3, 2], [activation])
    X = with_sums(network, decimals(generator, (3, 2), 15))
    Y = generator.integers(0, 2, size=(3, 2)).astype(float)
    forward = network.forward(X)
    place = place_in(generator, Y)
    right, wrong = entry(network, X, Y, "layer 1, W", place, leave_out=OF_SUMS)
    a, y = forward.outputs[place], Y[place]
    slope = get_activation(activation).delta(np.ones_like(Y), forward.Z, forward.outputs)[place]
    return ask(
        f"The last layer has the activation {activation}. For three samples, "
        f"{sums_and_outputs(forward, 1)}. The targets are $Y = {matrix(Y)}$, and the loss is "
        f"{MEAN}. What is the delta, $\\partial L/\\partial Z$, in {where(place)}?",
        right,
        f"By BP1 it is $(A - Y)/n$ times $f'(Z)$: "
        f"$({as_text(a)} - {as_text(y)})/3 \\cdot {factor(slope)}$.",
        wrong,
        digits=DIGITS,
    )


def last_delta_of_cross_entropy(generator: Generator) -> Question:
    """The delta of the last layer after the binary cross-entropy, where f′ cancels."""
    network = make_network(generator, [3, 1], ["sigmoid"], loss="binary cross-entropy")
    X = with_sums(network, decimals(generator, (3, 1), 15))
    Y = generator.integers(0, 2, size=(3, 1)).astype(float)
    forward = network.forward(X)
    place = place_in(generator, Y)
    right, wrong = entry(network, X, Y, "layer 1, W", place, leave_out=OF_SUMS)
    return ask(
        f"A network has one sigmoid output and the binary cross-entropy, a mean over the samples, "
        f"as its loss. For three samples, {sums_and_outputs(forward, 1)}. The targets are "
        f"$Y = {matrix(Y)}$. What is the delta of the last layer, $\\partial L/\\partial Z$, in "
        f"row {place[0] + 1}?",
        right,
        "With this loss $f'$ cancels, and the delta is the plain difference, $(A - Y)/n$: "
        f"$({as_text(forward.outputs[place])} - {as_text(Y[place])})/3$.",
        wrong,
        digits=DIGITS,
    )


# BP2


def delta_from_above(generator: Generator) -> Question:
    """The delta of a neuron, from the deltas above."""
    size = int(generator.integers(2, 4))
    W = exact_row(generator, size * size)
    W_rows = [W[index * size : (index + 1) * size] for index in range(size)]
    deltas = exact_row(generator, size)
    neuron = int(generator.integers(size))
    outputs = [abs(a) for a in exact_row(generator, size)]
    column = [line[neuron] for line in W_rows]
    derivative = outputs[neuron] * (1 - outputs[neuron])
    numbers = deltas, W_rows[neuron], column, derivative
    terms = " + ".join(f"{factor(d)} \\cdot {factor(w)}" for d, w in zip(deltas, W_rows[neuron]))
    return ask(
        f"For one sample, a hidden layer of sigmoids has the outputs {row(outputs)}. The weights "
        f"from it to the layer above are $W = {matrix(W_rows)}$, where row $i$ belongs to hidden "
        f"neuron $i$, and the deltas of the layer above are {row(deltas)}. What is the delta of "
        f"hidden neuron {neuron + 1}?",
        DELTA_BELOW(*numbers),
        f"By BP2 it is the sum over the layer above times $f'$: "
        f"$({terms}) \\cdot {factor(derivative)}$.",
        DELTA_BELOW.wrong_values(*numbers),
    )


def hidden_delta(generator: Generator) -> Question:
    """The delta of a hidden layer, from the outputs: BP1 and BP2."""
    activation = one_of(generator, [*CURVES, *CURVES, "relu"])
    network = make_network(generator, [2, 2, 2], [activation, "identity"])
    X = with_sums(network, decimals(generator, (2, 2), 15))
    forward = network.forward(X)
    Y = missed(generator, forward.outputs)
    place = place_in(generator, forward.A[1])
    right, wrong = entry(network, X, Y, "layer 1, W", place, leave_out=OF_SUMS)
    return ask(
        f"Layer 1 of a network has the activation {activation}. For two samples, "
        f"{sums_and_outputs(forward, 1, '_1')}. Layer 2 is linear, with the weights "
        f"$W_2 = {matrix(dense(network)[1].W)}$ (row $i$ belongs to neuron $i$ of layer "
        f"1), and its outputs are $A_2 = {matrix(forward.A[2])}$. The targets are "
        f"$Y = {matrix(Y)}$, and the loss is {MEAN}. What is the delta of layer 1 in "
        f"{where(place)}?",
        right,
        f"BP1 gives $\\delta_2 = (A_2 - Y)/2$, and BP2 "
        f"$\\delta_1 = (\\delta_2 W_2^\\top) \\odot f'(Z_1)$, where $f'$ is "
        f"{DERIVATIVES[activation]}.",
        wrong,
        digits=DIGITS,
    )


def chain_of_two(generator: Generator) -> Question:
    """The gradients of both biases of a 1-1-1 network: what a layer uses, and what it passes on."""
    network = make_network(generator, [1, 1, 1], ["sigmoid", "sigmoid"])
    X = with_sums(network, decimals(generator, (1, 1), 15))
    Y = generator.integers(0, 2, size=(1, 1)).astype(float)
    forward = network.forward(X)
    places = {"layer 2, b": (0,), "layer 1, b": (0,)}
    right, wrong = entries(network, X, Y, places)
    first, second = dense(network)
    return ask(
        f"A chain of two sigmoids has the pre-activations {as_text(first.W[0, 0])} and "
        f"{as_text(clean(forward.Z[0, 0]))}, so their outputs are "
        f"$a_1 = {as_text(forward.A[1][0, 0])}$ and $a_2 = {as_text(forward.A[2][0, 0])}$. The "
        f"weight between them is {as_text(second.W[0, 0])} and the second bias "
        f"{as_text(second.b[0])}; the first one is 0. The target is {as_text(Y[0, 0])}, and "
        f"$E = \\tfrac12 (a_2 - y)^2$. What are the deltas $\\delta_2$ and $\\delta_1$, which are "
        f"also the gradients of the biases? (Give two numbers, the last layer first.)",
        right,
        "$\\delta_2 = (a_2 - y) a_2 (1 - a_2)$ by BP1, and by BP2 $\\delta_1$ is $\\delta_2$, not "
        "$a_2 - y$, times the weight and $a_1 (1 - a_1)$.",
        wrong,
        digits=DIGITS,
    )


# BP3


def bias_from_deltas(generator: Generator) -> Question:
    """The gradient of a bias, from the deltas of its neuron."""
    deltas, inputs = exact_row(generator, 3), exact_row(generator, 3)
    terms = " + ".join(map(factor, deltas))
    return ask(
        f"A neuron has the deltas {row(deltas)} for three samples; the loss is a mean over them. "
        f"Its first input is {row(inputs)}. What is the gradient of its bias?",
        BIAS_SLOPE(deltas, inputs),
        f"A bias acts in every row, with the factor 1, so by BP3 the deltas add up: ${terms}$.",
        BIAS_SLOPE.wrong_values(deltas, inputs),
    )


def output_bias(generator: Generator) -> Question:
    """The gradient of a bias of the last layer, from the outputs, with or without a penalty."""
    activation, l2 = one_of(generator, ["sigmoid", "tanh", "identity"]), 0.1
    network = make_network(generator, [2, 1], [activation], l2=l2)
    X = decimals(generator, (3, 2))
    Y = generator.integers(0, 2, size=(3, 1)).astype(float)
    forward = network.forward(X)
    right, wrong = entry(network, X, Y, "layer 1, b", (0,))
    wrong.sort(key=lambda mistake: mistake.form != "penalty on the biases")
    bias = dense(network)[0].b[0]
    return ask(
        f"A network has one output, with the activation {activation} and the bias "
        f"$b = {factor(bias)}$. For three samples, {sums_and_outputs(forward, 1)}. The targets are "
        f"$Y = {matrix(Y)}$. The loss is {MEAN}, plus the penalty "
        f"$\\tfrac12 \\alpha \\sum w^2$ over the weights, with $\\alpha = {l2}$. What is "
        f"$\\partial L/\\partial b$?",
        right,
        "By BP3 it is the sum of the deltas over the rows, $\\sum (A - Y)/3 \\cdot f'(Z)$, where "
        f"$f'$ is {DERIVATIVES[activation]}. The penalty acts on the weights alone.",
        wrong,
        digits=DIGITS,
    )


# BP4


def weight_from_deltas(generator: Generator) -> Question:
    """The gradient of a weight, from the deltas of its neuron."""
    deltas, sums = exact_row(generator, 3), exact_row(generator, 3)
    inputs = [max(z, 0 * z) for z in sums]
    terms = " + ".join(f"{factor(a)} \\cdot {factor(d)}" for a, d in zip(inputs, deltas))
    return ask(
        f"For three samples, a hidden ReLU has the weighted sums {row(sums)}, so its outputs are "
        f"{row(inputs)}. A neuron of the layer above has the deltas {row(deltas)}; the loss is a "
        f"mean over the samples. What is the gradient of the weight between the two?",
        WEIGHT_SLOPE(deltas, inputs, sums),
        f"By BP4, each row gives what enters the connection times the delta of the neuron to which "
        f"it leads: ${terms}$.",
        WEIGHT_SLOPE.wrong_values(deltas, inputs, sums),
    )


def output_weight(generator: Generator) -> Question:
    """The gradient of a weight of layer 2, from the outputs of both layers."""
    activation = one_of(generator, CURVES)
    network = make_network(generator, [2, 2, 1], [activation, "identity"])
    X = with_sums(network, decimals(generator, (2, 2), 15))
    forward = network.forward(X)
    Y = missed(generator, forward.outputs)
    neuron = int(generator.integers(2))
    right, wrong = entry(network, X, Y, "layer 2, W", (neuron, 0))
    return ask(
        f"Layer 1 of a network has the activation {activation}. For two samples, "
        f"{sums_and_outputs(forward, 1, '_1')}. Layer 2 has one linear output, which is "
        f"$A_2 = {matrix(forward.A[2])}$. The targets are $Y = {matrix(Y)}$, and the loss is "
        f"{MEAN}. What is the gradient of the weight from neuron {neuron + 1} of layer 1 to the "
        f"output?",
        right,
        f"BP1 gives $\\delta_2 = (A_2 - Y)/2$, and BP4 the product of column {neuron + 1} of $A_1$ "
        f"with it, added up over the rows.",
        wrong,
        digits=DIGITS,
    )


def whole_backward_pass(generator: Generator) -> Question:
    """The gradient of a weight of layer 1, with nothing given but the network and two samples."""
    network = make_network(generator, [2, 2, 1], ["sigmoid", "identity"])
    X = decimals(generator, (2, 2), 20)
    Y = missed(generator, network.predict(X))
    (W1, b1), (W2, b2) = ((layer.W, layer.b) for layer in dense(network))
    rate = float(one_of(generator, [0.5, 1.0, 2.0]))
    place = place_in(generator, W1)
    right, wrong = entry(network, X, Y, "layer 1, W", place, learning_rate=rate)
    return ask(
        f"A 2-2-1 network has hidden sigmoids and a linear output: $A_1 = \\sigma(X W_1 + b_1)$, "
        f"$A_2 = A_1 W_2 + b_2$, with $W_1 = {matrix(W1)}$, $b_1 = {row(b1)}$, "
        f"$W_2 = {matrix(W2)}$ and $b_2 = {factor(b2[0])}$. Two samples are $X = {matrix(X)}$ with "
        f"the targets $Y = {matrix(Y)}$. The loss is {MEAN}, and the learning rate of the next "
        f"step {rate:g}. What is $\\partial L/\\partial W_1$ in {where(place)}? (Take a "
        f"calculator, or Python.)",
        right,
        "Forward to $A_1$ and $A_2$; then BP1, $\\delta_2 = (A_2 - Y)/2$; BP2, "
        "$\\delta_1 = (\\delta_2 W_2^\\top) \\odot A_1 \\odot (1 - A_1)$; and BP4, "
        "$X^\\top \\delta_1$. The learning rate is not part of the gradient.",
        wrong,
        digits=DIGITS,
    )


TOPICS = (
    Topic("BP1", "the delta of the last layer", 3, (last_delta, last_delta_of_cross_entropy)),
    Topic("BP2", "the delta of the layer below", 3, (delta_from_above, chain_of_two, hidden_delta)),
    Topic("BP3", "the gradient of the biases", 3, (bias_from_deltas, output_bias)),
    Topic(
        "BP4",
        "the gradient of the weights",
        3,
        (weight_from_deltas, output_weight, whole_backward_pass),
    ),
)
