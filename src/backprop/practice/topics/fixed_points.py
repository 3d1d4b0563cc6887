"""Networks with cycles: fixed points, how fast they are reached, and deltas."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.random import Generator

from backprop.mistakes.formulas.fixed_point import (
    BACKWARD_FACTOR,
    DELTA_OF_FEEDER,
    HALF_STEP_FACTOR,
    LINEAR_LOOP,
    LONG_RUN_FACTOR,
    OUTPUT_DELTA,
    STEPS_TO_A_TENTH,
    WEIGHT_IN_CYCLE,
    WEIGHTED_SUM_IN_CYCLE,
    radius_of,
)
from backprop.practice.question import Question, as_text, ask
from backprop.practice.topics import Topic
from backprop.practice.topics.drawing import decimals, exact_row, factor, matrix, one_of, row

DIGITS = 3


def linear_loop(generator: Generator) -> Question:
    """A linear neuron that feeds itself."""
    w = one_of(generator, [Fraction(n, 10) for n in (-6, -5, -4, -2, 2, 4, 5, 6, 8)])
    u = exact_row(generator, 1, 20)[0]
    return ask(
        f"A linear neuron feeds itself through the weight $w = {as_text(w)}$ and gets $u = "
        f"{as_text(u)}$ from outside: $a = w a + u$. What is its fixed point, and how fast does it "
        f"change with $u$? (Give $a$ and $\\partial a/\\partial u$.)",
        LINEAR_LOOP(w, u),
        f"Solve for $a$: $a = u/(1 - w)$. The derivative is $1/(1 - w) = 1/{as_text(1 - w)}$.",
        LINEAR_LOOP.wrong_values(w, u),
        digits=DIGITS,
    )


def weighted_sum(generator: Generator) -> Question:
    """A weighted sum in a step of the forward iteration."""
    W = decimals(generator, (3, 3))
    np.fill_diagonal(W, 0.0)
    A, u, j = decimals(generator, 3), decimals(generator, 3), int(generator.integers(3))
    terms = " + ".join(f"{factor(a)} \\cdot {factor(w)}" for a, w in zip(A, W[:, j]))
    return ask(
        f"Three neurons feed each other: $W = {matrix(W)}$, where $W_{{ij}}$ leads from $i$ to "
        f"$j$. From outside they get $u = {row(u)}$, and their outputs are now $A = {row(A)}$. "
        f"What is the weighted sum of neuron {j + 1} in the next step?",
        float(WEIGHTED_SUM_IN_CYCLE(A, W, u, j)),
        f"Column {j + 1} of $W$ leads into this neuron: ${terms} + {factor(u[j])}$.",
        WEIGHTED_SUM_IN_CYCLE.wrong_values(A, W, u, j),
        digits=DIGITS,
    )


def long_run(generator: Generator) -> Question:
    """The factor per step, from eigenvalues."""
    first, second, third = (float(value) for value in decimals(generator, 3))
    values = first, second, third
    return ask(
        f"The matrix of derivatives of a step has the eigenvalues {row(values)}. By which factor "
        f"does the size of a small disturbance change per step, in the long run?",
        LONG_RUN_FACTOR(values),
        "The largest absolute value decides, the spectral radius: the other parts become small in "
        "comparison.",
        LONG_RUN_FACTOR.wrong_values(values),
        digits=DIGITS,
    )


def steps_to_a_tenth(generator: Generator) -> Question:
    """How many steps make a distance ten times as small."""
    radius = int(generator.integers(30, 97)) / 100
    return ask(
        f"Near its fixed point, a network's distance from it shrinks by the factor "
        f"{as_text(radius)} per step. How many steps make it ten times as small? (The exact "
        f"number, not rounded up.)",
        STEPS_TO_A_TENTH(radius),
        f"After $n$ steps the factor is ${as_text(radius)}^n$. It is 1/10 for "
        f"$n = -\\ln 10/\\ln {as_text(radius)}$.",
        STEPS_TO_A_TENTH.wrong_values(radius),
        digits=DIGITS,
    )


def backward_factor(generator: Generator) -> Question:
    """The factor per step of the backward pass."""
    W = decimals(generator, (3, 3))
    slope = generator.integers(30, 99, size=3) / 100
    return ask(
        f"In the forward pass of a network with cycles, the distance from the fixed point changes "
        f"in the long run by the factor {as_text(radius_of(W * slope))} per step. The spectral "
        f"radius of its weights alone is {as_text(radius_of(W))}. By which factor does the "
        f"distance change per step of the backward pass?",
        BACKWARD_FACTOR(W, slope),
        "By the same factor: the matrices of both passes have the same eigenvalues.",
        BACKWARD_FACTOR.wrong_values(W, slope),
        digits=DIGITS,
    )


def half_steps(generator: Generator) -> Question:
    """The factor of a damped step."""
    whole = Fraction(-int(generator.integers(2, 26)), 10)
    return ask(
        f"A step multiplies a small distance from the fixed point by {as_text(whole)}. With "
        f"damping, each step goes only half the way to the new state. By which factor does a "
        f"damped step multiply the distance?",
        HALF_STEP_FACTOR(whole),
        f"Half of the old distance stays, and half of the new one is added: "
        f"$0.5 + 0.5 \\cdot {factor(whole)}$.",
        HALF_STEP_FACTOR.wrong_values(whole),
        digits=DIGITS,
    )


def delta_of_feeder(generator: Generator) -> Question:
    """The delta that a neuron gets in one step of the backward iteration."""
    delta, there, back = (float(number) for number in decimals(generator, 3))
    own, other = (int(n) / 100 for n in generator.choice(np.arange(30, 99), 2, replace=False))
    numbers = delta, there, back, own, other
    return ask(
        f"In the backward pass of a network with cycles, only neuron 2 has a delta so far: "
        f"$\\delta_2 = {as_text(delta)}$. Neuron 1 feeds it through $W_{{12}} = {as_text(there)}$ "
        f"and is fed by it through $W_{{21}} = {as_text(back)}$. The derivatives are "
        f"$f'(z_1) = {as_text(own)}$ and $f'(z_2) = {as_text(other)}$. Neuron 1 is not an output. "
        f"What is $\\delta_1$ after the next step?",
        DELTA_OF_FEEDER(*numbers),
        "It is $\\delta_2 W_{12} f'(z_1)$: the error signal goes against the arrow from 1 to 2.",
        DELTA_OF_FEEDER.wrong_values(*numbers),
        digits=DIGITS,
    )


def draw_cycle(generator: Generator) -> tuple[float, float, tuple[float, float]]:
    """The two weights between two neurons, and the derivatives of the two."""
    there, back = (float(number) for number in decimals(generator, 2))
    own, other = (int(n) / 100 for n in generator.choice(np.arange(30, 99), 2, replace=False))
    return there, back, (own, other)


def output_delta(generator: Generator) -> Question:
    """The delta at the fixed point of the output neuron of two."""
    there, back, f = draw_cycle(generator)
    e = 0.0, float(decimals(generator))
    numbers = e, there, back, f
    return ask(
        f"Two neurons feed each other: $W_{{12}} = {as_text(there)}$ leads from 1 to 2, and "
        f"$W_{{21}} = {as_text(back)}$ back. At the fixed point the derivatives are $f'(z_1) = "
        f"{as_text(f[0])}$ and $f'(z_2) = {as_text(f[1])}$. Neuron 2 is the output, with "
        f"$\\partial E/\\partial a_2 = {as_text(e[1])}$. What is $\\delta_2$, when the backward "
        f"pass has converged?",
        OUTPUT_DELTA(*numbers),
        "The two equations are $\\delta_1 = \\delta_2 W_{12} f'(z_1)$ and $\\delta_2 = (e_2 + "
        "\\delta_1 W_{21}) f'(z_2)$. So $\\delta_2 = e_2 f'(z_2)/(1 - W_{12} f'(z_1) W_{21} "
        "f'(z_2))$.",
        OUTPUT_DELTA.wrong_values(*numbers),
        digits=DIGITS,
    )


def weight_in_cycle(generator: Generator) -> Question:
    """The derivative with respect to a weight of the cycle."""
    there, back, f = draw_cycle(generator)
    e = float(decimals(generator)), 0.0
    A = [int(n) / 100 for n in generator.choice(np.arange(-90, 91, 7), 2, replace=False)]
    numbers = e, there, back, f, A
    return ask(
        f"Two neurons feed each other: $W_{{12}} = {as_text(there)}$ leads from 1 to 2, and "
        f"$W_{{21}} = {as_text(back)}$ back. At the fixed point their outputs are {row(A)}, and "
        f"the derivatives $f'(z_1) = {as_text(f[0])}$ and $f'(z_2) = {as_text(f[1])}$. Neuron 1 is "
        f"the output, with $\\partial E/\\partial a_1 = {as_text(e[0])}$. What is "
        f"$\\partial E/\\partial W_{{12}}$?",
        WEIGHT_IN_CYCLE(*numbers),
        "It is what the weight multiplies, $a_1$, times the delta of the neuron to which it leads, "
        "$\\delta_2 = \\delta_1 W_{21} f'(z_2)$, with $\\delta_1 = e_1 f'(z_1)/(1 - W_{12} f'(z_1) "
        "W_{21} f'(z_2))$.",
        WEIGHT_IN_CYCLE.wrong_values(*numbers),
        digits=DIGITS,
    )


TOPICS = (
    Topic(
        "fixed points",
        "networks with cycles",
        12,
        (
            linear_loop,
            weighted_sum,
            long_run,
            steps_to_a_tenth,
            half_steps,
            backward_factor,
            delta_of_feeder,
            output_delta,
            weight_in_cycle,
        ),
    ),
)
