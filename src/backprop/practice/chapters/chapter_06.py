"""Chapter 6: from loops to arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from backprop import loops
from backprop.arrays import Array
from backprop.datasets import load_wheat_seeds, standardize
from backprop.diagnosis import wrong_gradients
from backprop.losses import SquaredError
from backprop.mistakes import WrongValue
from backprop.mistakes.dense import DenseMistake, ErrorCarriedBack, TransposedWeights
from backprop.mistakes.formulas.arrays import (
    BACKWARD,
    BACKWARD_SHAPES,
    BEST_CARELESS,
    FASTER,
    LAYER_SHAPE,
    MULTIPLICATIONS,
    PASSED_BACK,
    PERFECT_ERRORS,
    SAME,
    SUM_AGAINST_MEAN,
    TRANSLATED_RATES,
    TRAP,
)
from backprop.mistakes.sections import CONSTANTS, ONE_VECTOR
from backprop.network import Network
from backprop.practice.measured import measured
from backprop.practice.question import Question, ask

EPOCH = "04_six_steps.ipynb"


@dataclass(frozen=True)
class Batch:
    """Two samples in a 2-2-2 network: sigmoids in the hidden layer, the identity at the outputs.

    The inputs `X`, the targets `Y`, the hidden outputs `A1` and the weights `W2`. All biases are 0.
    """

    X: Array
    Y: Array
    A1: Array
    W2: Array

    @property
    def A2(self) -> Array:
        """The outputs of the network."""
        outputs: Array = self.A1 @ self.W2
        return outputs

    @property
    def delta2(self) -> Array:
        """BP1; f′ of the identity is 1."""
        return (self.A2 - self.Y) / len(self.Y)

    def network(self) -> Network:
        """The network with these outputs."""
        settings: dict[str, Any] = {"activations": ["sigmoid", "identity"]}
        network = Network([2, 2, 2], generator=np.random.default_rng(0), **settings)
        W1 = np.linalg.solve(self.X, np.log(self.A1 / (1 - self.A1)))
        network.parameters = np.concatenate([W1.ravel(), [0, 0], self.W2.ravel(), [0, 0]])
        return network

    def dW1(self) -> tuple[Array, list[WrongValue]]:
        """The gradient of the first weights, and what the known mistakes give."""
        right, found = wrong_gradients(self.network(), self.X, self.Y)
        wrong = [
            WrongValue(w.form, w.explanation, w.section, w.vector[:4].reshape(2, 2)) for w in found
        ]
        return right[:4].reshape(2, 2), wrong


def batch(**lists: Any) -> Batch:
    """A batch whose arrays are given as lists."""
    return Batch(**{name: np.array(numbers, dtype=float) for name, numbers in lists.items()})


WORKED = batch(
    X=[[1, 0], [2, -1]], Y=[[1, 0], [0, 1]], A1=[[0.5, 0.8], [0.2, 0.5]], W2=[[2, -1], [1, 0.5]]
)
BLANK = batch(
    X=[[1, 2], [3, -1]], Y=[[1, 0], [2, -1]], A1=[[0.2, 0.5], [0.5, 0.6]], W2=[[1, -2], [3, 0.5]]
)


# In the text


def layer_shape() -> Question:
    """Before the first product is read by its shapes."""
    sizes = 168, 7, 5
    return ask(
        "Our wheat network is 7-5-3. A batch of 168 samples, with seven features each, enters its "
        "first layer. What is the shape of $Z$?",
        LAYER_SHAPE(*sizes),
        "One row per sample, one column per neuron: (168, 7) times (7, 5).",
        LAYER_SHAPE.wrong_values(*sizes),
    )


def passed_back() -> Question:
    """Before the backward pass in arrays."""

    def known(kind: type[DenseMistake], code: str) -> WrongValue:
        return WrongValue(kind.form, kind.explanation, kind.section, code)

    return ask(
        "`delta2`, the delta of the output layer, has the shape (210, 3), and `W2` has the shape "
        "(5, 3). Which product does the output layer pass back?",
        "delta2 @ W2.T",
        "(210, 3) times (3, 5) gives (210, 5), one number for each hidden output of each sample.",
        [
            known(TransposedWeights, "delta2 @ W2.reshape(3, 5)"),
            known(ErrorCarriedBack, "(A2 - Y) / n @ W2.T"),
            WrongValue(
                "gradient of the weights",
                "this is BP4, with the shape (5, 3) of the weights. What is passed back has the "
                "shape of $A_1$.",
                BACKWARD,
                "A1.T @ delta2",
            ),
            WrongValue(
                "factors exchanged",
                "(5, 3) times (3, 210) has the samples as columns. In this book they are rows.",
                BACKWARD,
                "W2 @ delta2.T",
            ),
        ],
    )


def gradient_length() -> Question:
    """Before the gradients of three constants are compared."""
    return ask(
        "There are 210 samples and 3 outputs. How many times as long is the gradient with "
        '`SquaredError("nothing")` as with `SquaredError("rows")`?',
        SUM_AGAINST_MEAN(210, 3),
        "The constants are ½ and 1/(2·210), and the gradient has the same ratio.",
        SUM_AGAINST_MEAN.wrong_values(210, 3),
        digits=3,
    )


def same_training() -> Question:
    """Before the runs with half the constant and twice the learning rate."""
    return ask(
        "One of these also does the same training with half the constant and twice the learning "
        "rate, if nothing else is changed. Which?",
        "momentum, which adds up the gradients of earlier steps",
        "A sum of gradients has the constant as a factor too, so the steps scale with the loss, "
        "as those of plain gradient descent do.",
        [
            WrongValue(
                "the penalty does not scale",
                "the penalty is added to the loss and keeps its strength, so it now weighs more "
                "against the smaller loss.",
                SAME,
                "an L2 penalty, which adds a fixed multiple of all squared weights to the loss",
            ),
            WrongValue(
                "the limit does not scale",
                "the limit on the gradient's length stays the same, so other gradients exceed it.",
                SAME,
                "clipping, which shortens each gradient that is longer than a limit",
            ),
            WrongValue(
                "the constant cancels",
                "the constant cancels in the quotient, so twice the learning rate makes each step "
                "twice as long.",
                SAME,
                "Adam, which divides the gradient by its usual size",
            ),
        ],
    )


def difference_shape() -> Question:
    """Before the trap in the shapes."""
    return ask(
        "What is the shape of `A - targets`?",
        "(n, n)",
        "Broadcasting repeats the column n times and the row n times.",
        [
            WrongValue(
                "shape of the outputs",
                "NumPy does not turn (n,) into a column. It puts missing sizes in front, so the "
                "targets count as a row, (1, n).",
                TRAP,
                "(n, 1)",
            ),
            WrongValue(
                "shape of the targets",
                "the 1 in (n, 1) does not vanish. Broadcasting repeats the column along it.",
                TRAP,
                "(n,)",
            ),
            WrongValue(
                "an error was expected",
                "NumPy raises an error only if two sizes differ and neither of them is 1. Here "
                "(n, 1) meets (1, n).",
                TRAP,
                "none: NumPy raises an error",
            ),
        ],
    )


def one_sample() -> Question:
    """Before the measured ratios of times."""
    times = measured("loops_and_arrays").set_index(["network", "rows"])["loops_over_arrays"]
    right, ten, hundred, large = (
        f"{times[network, samples]:g} times"
        for network, samples in [("7-5-3", 1), ("7-5-3", 10), ("7-5-3", 100), ("784-30-10", 1)]
    )
    return ask(
        "For the gradient of a *single* sample in the small network, 7-5-3: how many times as fast "
        "as the loops were the arrays?",
        right,
        "The arrays were slower: the fixed overhead of each NumPy call is larger than the work.",
        [
            WrongValue(
                "ten samples",
                "that was measured with ten samples in one batch, which share the overhead of each "
                "NumPy call.",
                FASTER,
                ten,
            ),
            WrongValue(
                "a hundred samples",
                "that was measured with a hundred samples in one batch. A single one gives each "
                "NumPy call too little work.",
                FASTER,
                hundred,
            ),
            WrongValue(
                "the larger network",
                "that was measured with one sample in the 784-30-10 network, where each NumPy call "
                "has far more work.",
                FASTER,
                large,
            ),
        ],
    )


# The exercises


def exercise_1() -> Question:
    """The shapes of the three products of the backward pass."""
    numbers = 32, [784, 100, 10]
    return ask(
        "Which shapes do the products of the backward pass have?",
        BACKWARD_SHAPES(*numbers),
        "",
        BACKWARD_SHAPES.wrong_values(*numbers),
    )


TARGETS = [Fraction(0), Fraction(1), Fraction(1), Fraction(0)]


def exercise_2a() -> Question:
    """The mean squared error of a perfect network, and the careless one."""
    wrong = PERFECT_ERRORS.wrong_values(TARGETS)
    return ask("What are the two errors?", PERFECT_ERRORS(TARGETS), "", wrong)


def exercise_2b() -> Question:
    """The outputs with the smallest careless error."""
    wrong = BEST_CARELESS.wrong_values(TARGETS)
    return ask("Which outputs, and which error?", BEST_CARELESS(TARGETS), "", wrong)


def exercise_3() -> Question:
    """The parameters after one epoch, one sample per step."""

    def after(divide_by: str = "rows", half: bool = True, per_step: int = 1) -> Array:
        network = wheat_network(SquaredError(divide_by, half=half))
        for start in range(0, len(wheat.X), per_step):
            rows = slice(start, start + per_step)
            _, gradient = network.loss_and_gradient(wheat.X[rows], wheat.Y[rows])
            network.parameters -= 0.3 * gradient
        return network.parameters

    (wheat,) = standardize(load_wheat_seeds())
    return ask(
        "What are the parameters after the epoch?",
        after(),
        "",
        [
            WrongValue(
                "divided by the outputs",
                "the loss was divided by the number of elements, so each step is a third as long.",
                CONSTANTS,
                after("elements"),
            ),
            WrongValue(
                "factor ½ left out",
                "the deltas of chapter 4 belong to a loss with the factor ½. Without it each step "
                "is twice as long.",
                CONSTANTS,
                after(half=False),
            ),
            WrongValue(
                "one step for all samples",
                "all samples went into one step with the mean gradient. Take one step per sample.",
                EPOCH,
                after(per_step=len(wheat.X)),
            ),
            WrongValue(
                "initial parameters",
                "these are the parameters before the epoch. Subtract 0.3 times the gradient after "
                "each sample.",
                ONE_VECTOR,
                wheat_network(SquaredError("rows")).parameters,
            ),
        ],
    )


def wheat_network(loss: SquaredError) -> Network:
    """The 7-5-3 network with the initial weights that the exercise gives."""
    lists = loops.initialize_network([7, 5, 3], Random(3))
    network = Network([7, 5, 3], loss=loss, generator=np.random.default_rng(0))
    layers = [np.array([neuron["weights"] for neuron in layer]) for layer in lists]
    parts = [part.ravel() for rows in layers for part in (rows[:, :-1].T, rows[:, -1])]
    network.parameters = np.concatenate(parts)
    return network


def exercise_4a() -> Question:
    """The multiplications of two networks: forward, and both passes."""
    networks = [(7 * 5, 5 * 3), (784 * 30, 30 * 10)]
    wrong = [
        WrongValue(m.form, m.explanation, m.section, [m.compute(*weights) for weights in networks])
        for m in MULTIPLICATIONS.mistakes
    ]
    return ask("How many?", [MULTIPLICATIONS(*weights) for weights in networks], "", wrong)


def exercise_4b() -> Question:
    """The bounds of the ratio: all weights in the first layer, and none."""

    def ratio(first: int, others: int, compute: Callable[..., Any]) -> Fraction:
        forward, both = compute(first, others)
        return Fraction(both, forward)

    def bounds(compute: Callable[..., Any]) -> list[Fraction]:
        return [ratio(1, 0, compute), ratio(0, 1, compute)]

    wrong = [
        WrongValue(m.form, m.explanation, m.section, bounds(m.compute))
        for m in MULTIPLICATIONS.mistakes
    ]
    return ask("Between which numbers?", bounds(MULTIPLICATIONS.compute), "", wrong)


def exercise_5() -> Question:
    """A learning rate for another constant: with momentum, and with Adam."""
    numbers = Fraction("0.3"), 3
    return ask(
        "Which learning rates?",
        TRANSLATED_RATES(*numbers),
        "",
        TRANSLATED_RATES.wrong_values(*numbers),
    )


def exercise_6a() -> Question:
    """The missing line of a backward pass: ∂L/∂A1."""
    numbers = WORKED.delta2, WORKED.W2
    wrong = PASSED_BACK.wrong_values(*numbers)
    return ask("What is $\\partial L/\\partial A_1$?", PASSED_BACK(*numbers), "", wrong)


def exercise_6b() -> Question:
    """The same backward pass from a blank page: ∂L/∂W1 of another batch."""
    right, wrong = BLANK.dW1()
    return ask("What is $\\partial L/\\partial W_1$?", right, "", wrong)
