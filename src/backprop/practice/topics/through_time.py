"""Backpropagation through time: shared weights, and the gates of a GRU."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from backprop.mistakes.formulas.through_time import (
    CANDIDATE_DELTA,
    OLD_STATE,
    RESET_DELTA,
    SHARED_WEIGHT,
    SIZES,
    TWO_STEPS,
)
from backprop.practice.question import Question, as_text, ask
from backprop.practice.topics import Topic
from backprop.practice.topics.drawing import exact_row, factor, row

DIGITS = 3


def shared_weight(generator: Generator) -> Question:
    """The derivative with respect to a weight that all steps share."""
    states, deltas = [Fraction(0), *exact_row(generator, 3)], exact_row(generator, 3)
    terms = " + ".join(f"{factor(h)} \\cdot {factor(d)}" for h, d in zip(states, deltas))
    return ask(
        f"A single neuron carries its state from step to step through the weight $w$. Its states "
        f"$h_0$ to $h_3$ are {row(states)}, and its deltas at steps 1 to 3 are {row(deltas)}. What "
        f"is $\\partial E/\\partial w$?",
        SHARED_WEIGHT(states, deltas),
        f"At step $t$ the weight multiplies $h_{{t-1}}$, and the steps add up: ${terms}$.",
        SHARED_WEIGHT.wrong_values(states, deltas),
        digits=DIGITS,
    )


def two_steps(generator: Generator) -> Question:
    """All numbers of two steps of a linear neuron."""
    w, u, y = exact_row(generator, 3)
    x = [Fraction(int(n)) for n in generator.choice([-2, -1, 1, 2, 3], size=2, replace=False)]
    numbers = w, u, x, y
    return ask(
        f"A linear neuron has $h_1 = u x_1$, $h_2 = w h_1 + u x_2$ and $E = \\tfrac12 (h_2 - "
        f"y)^2$, with $w = {as_text(w)}$, $u = {as_text(u)}$, $x_1 = {as_text(x[0])}$, $x_2 = "
        f"{as_text(x[1])}$ and $y = {as_text(y)}$. What are $h_1$, $h_2$, $\\delta_2$, "
        f"$\\delta_1$, $\\partial E/\\partial w$ and $\\partial E/\\partial u$? (Give "
        f"six numbers.)",
        TWO_STEPS(*numbers),
        "$\\delta_2 = h_2 - y$ and $\\delta_1 = \\delta_2 w$. The gradients of both steps add up: "
        "$\\partial E/\\partial w = \\delta_2 h_1$, since $h_0 = 0$, and $\\partial E/\\partial u "
        "= \\delta_1 x_1 + \\delta_2 x_2$.",
        TWO_STEPS.wrong_values(*numbers),
        digits=DIGITS,
    )


def sizes(generator: Generator) -> Question:
    """The parameters of two kinds of network, and the numbers in the states of a batch."""
    inputs, neurons, outputs = (int(n) for n in generator.integers(2, 12, size=3))
    samples, steps = (int(n) for n in generator.integers(5, 30, size=2))
    numbers = inputs, neurons, outputs, samples, steps
    return ask(
        f"An Elman network and a GRU have {inputs} inputs, {neurons} neurons and {outputs} outputs "
        f"each, with biases. How many parameters does each of them have, and how many numbers are "
        f"the states $H_0$, $H_1$, … of {samples} sequences with {steps} steps? (Give three "
        f"numbers.)",
        SIZES(*numbers),
        f"Each of the GRU's two gates and its candidate are as large as the Elman network without "
        f"its output layer. There are {steps + 1} states per sequence.",
        SIZES.wrong_values(*numbers),
        digits=5,
    )


def shares(generator: Generator, count: int) -> list[Fraction]:
    """Outputs of gates: between 0 and 1."""
    return [abs(number) for number in exact_row(generator, count)]


def candidate_delta(generator: Generator) -> Question:
    """The delta of a GRU's candidate."""
    (keep,), (G, candidate) = shares(generator, 1), exact_row(generator, 2)
    return ask(
        f"In one neuron of a GRU, the new state is $h = \\kappa h_{{\\text{{old}}}} + "
        f"(1 - \\kappa) \\tilde h$, where the candidate $\\tilde h$ comes from tanh. Here "
        f"$\\kappa = {as_text(keep)}$ and $\\tilde h = {as_text(candidate)}$, and "
        f"$\\partial L/\\partial h = {as_text(G)}$. What is the delta of the candidate?",
        CANDIDATE_DELTA(G, keep, candidate),
        f"Through the factor $1 - \\kappa$ and the derivative of tanh: ${as_text(G)} \\cdot "
        f"{as_text(1 - keep)} \\cdot {as_text(1 - candidate**2)}$.",
        CANDIDATE_DELTA.wrong_values(G, keep, candidate),
        digits=DIGITS,
    )


def reset_delta(generator: Generator) -> Question:
    """The delta of a GRU's reset gate."""
    delta, w, h = exact_row(generator, 3)
    (reset,) = shares(generator, 1)
    numbers = delta, w, h, reset
    return ask(
        f"In one neuron of a GRU, the candidate's weighted sum contains $w r h_{{\\text{{old}}}}$, "
        f"where the reset gate $r$ comes from a sigmoid. Here $w = {as_text(w)}$, $r = "
        f"{as_text(reset)}$ and $h_{{\\text{{old}}}} = {as_text(h)}$, and the candidate's delta is "
        f"{as_text(delta)}. What is the delta of the reset gate?",
        RESET_DELTA(*numbers),
        f"The delta times what multiplies $r$, times the derivative $r (1 - r)$: "
        f"${as_text(delta)} \\cdot {factor(w)} \\cdot {factor(h)} \\cdot "
        f"{as_text(reset * (1 - reset))}$.",
        RESET_DELTA.wrong_values(*numbers),
        digits=DIGITS,
    )


def old_state(generator: Generator) -> Question:
    """The gradient for the old state of a GRU."""
    G, h, candidate, *weights = exact_row(generator, 6)
    keep, reset = shares(generator, 2)
    numbers = G, h, keep, reset, candidate, weights
    return ask(
        f"One neuron of a GRU has $h = \\kappa h_{{\\text{{old}}}} + (1 - \\kappa) \\tilde h$. The "
        f"weighted sums of the keep gate $\\kappa$, of the reset gate $r$ and of the candidate "
        f"$\\tilde h$ contain $h_{{\\text{{old}}}}$ times {as_text(weights[0])}, "
        f"$h_{{\\text{{old}}}}$ times {as_text(weights[1])}, and $r h_{{\\text{{old}}}}$ times "
        f"{as_text(weights[2])}. Here $h_{{\\text{{old}}}} = {as_text(h)}$, $\\kappa = "
        f"{as_text(keep)}$, $r = {as_text(reset)}$ and $\\tilde h = {as_text(candidate)}$, and "
        f"$\\partial L/\\partial h = {as_text(G)}$. What is the gradient of $h_{{\\text{{old}}}}$?",
        OLD_STATE(*numbers),
        "The old state is used in four places, and their shares add up: kept directly, through the "
        "candidate, and through each of the two gates.",
        OLD_STATE.wrong_values(*numbers),
        digits=DIGITS,
    )


TOPICS = (
    Topic(
        "through time",
        "shared weights and gates",
        13,
        (shared_weight, two_steps, sizes, candidate_delta, reset_delta, old_state),
    ),
)
