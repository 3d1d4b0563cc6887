"""Shapes, the products that fit them, and places in the vector of all parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from backprop.diagnosis import wrong_gradients
from backprop.mistakes import Formula, WrongValue
from backprop.mistakes.formulas.arrays import BACKWARD_SHAPES, LAYER_SHAPE, PASSED_BACK
from backprop.mistakes.formulas.shapes import (
    COLUMN_MINUS_FLAT,
    PRODUCT_OF_DW,
    PRODUCT_PASSED_BACK,
    SUM_OF_DB,
)
from backprop.practice.question import Question, ask
from backprop.practice.topics import Topic
from backprop.practice.topics.drawing import (
    LAYOUTS,
    clean,
    decimals,
    matrix,
    one_of,
    row,
    starts,
)
from backprop.practice.topics.equations import make_network, missed


def in_brackets(shape: Sequence[Any]) -> str:
    """A shape as NumPy writes it, or several of them."""
    if not isinstance(shape[0], int):
        return ", ".join(map(in_brackets, shape))
    return f"({', '.join(map(str, shape))})"


def as_texts(wrong: list[WrongValue]) -> list[WrongValue]:
    """The same with shapes as texts."""
    return [WrongValue(w.form, w.explanation, w.section, in_brackets(w.value)) for w in wrong]


def different(generator: Generator, count: int) -> list[int]:
    """Sizes that all differ."""
    return [int(size) for size in generator.choice(np.arange(2, 10), size=count, replace=False)]


def layer_shape(generator: Generator) -> Question:
    """The shape of the pre-activations."""
    samples, inputs, outputs = numbers = different(generator, 3)
    return ask(
        f"A layer with {inputs} inputs and {outputs} neurons computes `Z = A_in @ W + b` for "
        f"{samples} samples. What is the shape of `Z`?",
        in_brackets(LAYER_SHAPE(*numbers)),
        f"({samples}, {inputs}) times ({inputs}, {outputs}): one row per sample, one column per "
        f"neuron.",
        as_texts(LAYER_SHAPE.wrong_values(*numbers)),
    )


def backward_shapes(generator: Generator) -> Question:
    """The shapes of the gradients of weights and of what is passed back."""
    n, *sizes = different(generator, 4)
    name = "-".join(map(str, sizes))
    return ask(
        f"A network of the sizes {name} gets {n} samples. What are the shapes of "
        "$\\partial L/\\partial W_2$, $\\partial L/\\partial A_1$ and "
        "$\\partial L/\\partial W_1$, in this order?",
        in_brackets(BACKWARD_SHAPES(n, sizes)),
        "A gradient has the shape of the array that it belongs to.",
        as_texts(BACKWARD_SHAPES.wrong_values(n, sizes)),
    )


PRODUCTS: tuple[tuple[str, Formula, str], ...] = (
    (
        "the gradient of `W`",
        PRODUCT_OF_DW,
        "({inputs}, {n}) times ({n}, {outputs}) gives the shape of `W`; the sum goes over the "
        "samples.",
    ),
    (
        "what is passed to the layer below, $\\partial L/\\partial A_{{\\text{{in}}}}$",
        PRODUCT_PASSED_BACK,
        "({n}, {outputs}) times ({outputs}, {inputs}) gives the shape of `A_in`.",
    ),
    (
        "the gradient of `b`",
        SUM_OF_DB,
        "Each bias acts on every sample: add over the {n} samples, and {outputs} numbers remain.",
    ),
)


def which_product(generator: Generator) -> Question:
    """The expression for a gradient."""
    n, inputs, outputs = different(generator, 3)
    sizes = {"n": n, "inputs": inputs, "outputs": outputs}
    what, formula, reason = one_of(generator, PRODUCTS)
    return ask(
        f"A layer computes `Z = A_in @ W + b`, where `A_in` has the shape ({n}, {inputs}), `W` "
        f"({inputs}, {outputs}) and `b` ({outputs},). Its `delta` has the shape of `Z`. Which "
        f"expression gives {what.format()}?",
        formula(),
        reason.format(**sizes),
        formula.wrong_values(),
    )


def passed_back(generator: Generator) -> Question:
    """What a layer passes back, in numbers."""
    delta, W = decimals(generator, (2, 2)), decimals(generator, (2, 2))
    return ask(
        f"For two samples, a layer has the deltas ${matrix(delta)}$, one row per sample. Its "
        f"weights are $W = {matrix(W)}$, where row $i$ belongs to input $i$. Which matrix does it "
        f"pass to the layer below? (Give two rows.)",
        np.round(PASSED_BACK(delta, W), 4).tolist(),
        "It is the matrix product $\\delta W^\\top$: each row of $\\delta$ meets each row of $W$.",
        [
            WrongValue(w.form, w.explanation, w.section, np.round(w.value, 4).tolist())
            for w in PASSED_BACK.wrong_values(delta, W)
        ],
        digits=2,
    )


def column_minus_flat(generator: Generator) -> Question:
    """The shape of a difference that was meant to be a column."""
    n = int(generator.integers(3, 100))
    return ask(
        f"The outputs `A` have the shape ({n}, 1), and the targets `y` the shape ({n},). What is "
        f"the shape of `A - y`?",
        COLUMN_MINUS_FLAT(n),
        f"NumPy reads `y` as (1, {n}) and stretches both arrays, so every target is subtracted "
        f"from every output.",
        COLUMN_MINUS_FLAT.wrong_values(n),
    )


def place_in_vector(generator: Generator) -> Question:
    """A number of the gradient as one vector."""
    network = make_network(generator, [2, 3, 2], ["tanh", "identity"])
    X = decimals(generator, (3, 2), 20)
    Y = missed(generator, network.predict(X))
    right, found = wrong_gradients(network, X, Y)
    parts = zip(np.split(right, starts(network)), network.parts.shapes.values())
    dW1, db1, dW2, db2 = (np.round(part.reshape(shape), 2) for part, shape in parts)
    place = int(generator.integers(1, len(right) - 1))
    return ask(
        "The gradient of a 2-3-2 network is "
        f"$dW_1 = {matrix(dW1)}$, $db_1 = {row(db1)}$, $dW_2 = {matrix(dW2)}$ and "
        f"$db_2 = {row(db2)}$. In the vector of the whole gradient, which number is in place "
        f"{place + 1}, counted from 1?",
        clean(round(right[place], 2)),
        "Each layer, starting at the inputs, has first its dW, row by row, and then its db.",
        [
            WrongValue(w.form, w.explanation, w.section, clean(round(w.vector[place], 2)))
            for w in found
            if w.form in LAYOUTS
        ],
        digits=3,
    )


TOPICS = (
    Topic(
        "shapes",
        "shapes, products and places",
        6,
        (
            layer_shape,
            backward_shapes,
            which_product,
            passed_back,
            column_minus_flat,
            place_in_vector,
        ),
    ),
)
