"""Chapter 12: fixed points."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np

from backprop.arrays import Array
from backprop.fixed_point import FixedPointNetwork
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.fixed_point import (
    BACKWARD_FACTOR,
    DELTA_OF_FEEDER,
    DELTAS,
    GRADIENT,
    HALF_STEP_FACTOR,
    LINEAR_LOOP,
    LONG_RUN_FACTOR,
    OUTPUT_DELTA,
    PAGE,
    RADIUS,
    STEPS_TO_A_TENTH,
    WEIGHT_IN_CYCLE,
    WEIGHTED_SUM_IN_CYCLE,
)
from backprop.practice.measured import measured
from backprop.practice.question import Question, ask

W = np.array([[0.0, 0.4, -0.5], [0.5, 0.0, 0.2], [-0.3, 0.6, 0.0]])
U = np.array([0.5, -0.2, 0.1])  # what each neuron receives from outside
TARGET = 1.0  # of neuron 3
HOW_GOOD = f"{PAGE}#how-good-is-it"


def converged() -> tuple[Array, Array]:
    """The outputs of the three neurons at the fixed point, and f′ there."""
    A = FixedPointNetwork(W, np.eye(3), outputs=1).forward(U[None]).A[0]
    return A, 1 - A * A


def deltas(W_back: Array, slope: Array, e: Array) -> Array:
    """The deltas of the three neurons; `W_back` has the weights from j to i in row j."""
    solved: Array = np.linalg.solve((np.eye(3) - W_back * slope).T, e * slope)
    return solved


# In the text


def sum_at_step_2() -> Question:
    """Before the three neurons run."""
    numbers = np.tanh(U).round(3), W, U, 2
    return ask(
        "The weights and the inputs from outside are\n\n"
        "$$\nW = \\begin{pmatrix} 0 & 0.4 & -0.5 \\\\ 0.5 & 0 & 0.2 \\\\ -0.3 & 0.6 & 0 "
        "\\end{pmatrix}, \\qquad u = (0.5, -0.2, 0.1) .\n$$\n\n"
        "All outputs start at 0, so after step 1 they are $\\tanh(u) = (0.462, -0.197, 0.100)$. "
        "What is the weighted sum of neuron 3 at step 2, before $\\tanh$?",
        WEIGHTED_SUM_IN_CYCLE(*numbers),
        "Column 3 of $W$ leads into neuron 3: "
        "$0.462 \\cdot (-0.5) - 0.197 \\cdot 0.2 + 0.1$. Its $\\tanh$ is about $-0.169$.",
        WEIGHTED_SUM_IN_CYCLE.wrong_values(*numbers),
    )


def long_run_factor() -> Question:
    """Before the spectral radius is computed."""
    _, slope = converged()
    values = np.linalg.eigvals(W * slope)
    return ask(
        "The Jacobian matrix of the three neurons has the eigenvalues $-0.7526$ and "
        "$0.3763 \\pm 0.1888\\,\\mathrm{i}$. By which factor does the size of a small disturbance "
        "change per step, in the long run?",
        LONG_RUN_FACTOR(values),
        "The spectral radius: the absolute values are 0.7526 and, twice, "
        "$\\sqrt{0.3763^2 + 0.1888^2} = 0.421$.",
        LONG_RUN_FACTOR.wrong_values(values),
    )


def delta_of_neuron_1() -> Question:
    """Before the deltas converge."""
    A, slope = converged()
    delta_3 = (A[2] - TARGET) * slope[2]
    numbers = delta_3, W[0, 2], W[2, 0], slope[0], slope[2]
    return ask(
        "After step 1 only the output neuron has a delta, $\\delta_3 = -1.1227$. Neuron 1 feeds it "
        "through $W_{13} = -0.5$ and is fed by it through $W_{31} = -0.3$. The derivatives are "
        "$f'(z_1) = 0.7928$ and $f'(z_3) = 0.9782$. What is $\\delta_1$ after step 2?",
        DELTA_OF_FEEDER(*numbers),
        "$\\delta_3 W_{13} f'(z_1)$: neuron 1 has no error of its own, and neuron 2 has no delta "
        "yet.",
        DELTA_OF_FEEDER.wrong_values(*numbers),
        digits=3,
    )


def backward_factor() -> Question:
    """Before the argument about the backward pass."""
    _, slope = converged()
    return ask(
        "In the forward pass the distance from the fixed point shrinks in the long run by 0.7526 "
        "per step. By which factor does it shrink per step of the backward pass?",
        BACKWARD_FACTOR(W, slope),
        "The same factor. The argument follows.",
        BACKWARD_FACTOR.wrong_values(W, slope),
    )


def best_memory() -> Question:
    """Before the table of ten trials."""
    results = measured("memories")
    restored = results.groupby("method")["missing_90"].mean()
    options = {
        "nearest pattern": "the nearest pattern",
        "formula, tanh": "the better formula, with tanh",
        "trained, 600 updates": "the trained memory, with 600 updates",
        "two layers, 1,800 updates": "the two layers",
        "Hopfield's rule": "Hopfield's memory",
    }
    shares = {name: restored[method] for method, name in options.items()}
    best = max(shares, key=lambda name: shares[name])
    why = {
        "the better formula, with tanh": "it maps the whole patterns to themselves, which helps "
        "less when only a tenth of the pixels is known.",
        "the trained memory, with 600 updates": "it was trained for this task, but with 60 % "
        "missing, and it learned the patterns from examples of damage.",
        "the two layers": "they compute in one pass and were trained with 60 % missing. With 90 % "
        "missing they have not practised.",
        "Hopfield's memory": "these patterns share 80 % of their pixels. Its formula needs "
        "patterns that have little in common.",
    }
    wrong = [
        WrongValue(
            f"restores {shares[name]:.2f}",
            f"{why[name]} {best[:1].upper()}{best[1:]} restores {shares[best]:.2f}.",
            HOW_GOOD,
            name,
        )
        for name in options.values()
        if name != best
    ]
    return ask(
        "Which method restores the most digits completely when 90 % of the pixels are missing "
        "(mean of ten trials)?",
        best,
        f"It restores {shares[best]:.2f} of them. It keeps all 20 images, and the question is only "
        "which of them it was: a tenth of 196 pixels is usually enough to tell.",
        wrong,
    )


# The exercises


def exercise_1a() -> Question:
    """The fixed point of a neuron that feeds itself, and its derivative."""
    numbers = Fraction("-0.6"), Fraction(2)
    return ask(
        "What are $a$ and $\\partial a/\\partial u$?",
        LINEAR_LOOP(*numbers),
        "",
        LINEAR_LOOP.wrong_values(*numbers),
    )


def exercise_1b() -> Question:
    """Between which weights repeating reaches the fixed point."""
    limits = [
        (
            "only positive weights",
            "these weights work, but some negative ones do too. With them the output overshoots, "
            "and still converges.",
            [0, 1],
        ),
        (
            "the factor 1 − w",
            "between these limits $1 - w$ has a size below 1. A disturbance is multiplied by w at "
            "each step.",
            [0, 2],
        ),
        (
            "weights up to a half",
            "these weights work, but larger ones do too.",
            [Fraction("-0.5"), Fraction("0.5")],
        ),
    ]
    wrong = [WrongValue(form, text, RADIUS, value) for form, text, value in limits]
    return ask("Between which two weights?", [-1, 1], "", wrong)


def exercise_2() -> Question:
    """Steps to a tenth of the distance, for three radii."""
    radii = (0.5, 0.9, 0.99)
    right = [STEPS_TO_A_TENTH(radius) for radius in radii]
    wrong = [
        WrongValue(m.form, m.explanation, m.section, [m.compute(radius) for radius in radii])
        for m in STEPS_TO_A_TENTH.mistakes
    ]
    whole = WrongValue(
        "rounded up to whole steps",
        "after so many steps the distance is below a tenth. Give the numbers as the equation has "
        "them, with three digits.",
        RADIUS,
        [ceil(steps) for steps in right],
    )
    return ask("How many steps?", right, "", [*wrong, whole], digits=3)


def exercise_3() -> Question:
    """The factors of a disturbance with half steps, for the two neurons."""
    neuron = FixedPointNetwork([[-1.5]], [[1.0]], outputs=1, damping=0.5)
    overshooting = -1.5 * (1 - neuron.predict([[0.3]])[0, 0] ** 2)
    formulas = [HALF_STEP_FACTOR.compute, *(m.compute for m in HALF_STEP_FACTOR.mistakes)]
    values = [[formula(factor) for factor in (overshooting, 1.5)] for formula in formulas]
    wrong = [
        WrongValue(m.form, m.explanation, m.section, value)
        for m, value in zip(HALF_STEP_FACTOR.mistakes, values[1:])
    ]
    at_zero = WrongValue(
        "derivative of tanh taken as 1",
        "the first fixed point is not at 0, so the derivative of tanh is not 1 there: it is "
        "$1 - a^2$.",
        RADIUS,
        [HALF_STEP_FACTOR(-1.5), HALF_STEP_FACTOR(1.5)],
    )
    return ask("Which factors?", values[0], "", [*wrong, at_zero], digits=3)


def exercise_4() -> Question:
    """The error of the gradient with W for its transpose."""
    A, slope = converged()
    e = np.array([0.0, 0.0, A[2] - TARGET])
    right, wrong = (np.outer(A, deltas(back, slope, e)) for back in (W.T, W))
    distance = np.linalg.norm(wrong - right)
    size = np.linalg.norm(right)
    mistakes = [
        (
            "share of the wrong gradient",
            "the length of the difference was divided by that of the wrong gradient. Divide by "
            "that of the right one.",
            distance / np.linalg.norm(wrong),
        ),
        (
            "difference of the lengths",
            "the two lengths were subtracted. Subtract the gradients, entry by entry, and then "
            "take the length.",
            abs(np.linalg.norm(wrong) - size) / size,
        ),
        (
            "not divided",
            "this is the length of the difference. Divide by the length of the right gradient.",
            distance,
        ),
        (
            "outputs and deltas exchanged",
            "the outer product was transposed too. The derivative of $W_{ij}$ is $a_i \\delta_j$.",
            np.linalg.norm(wrong.T - right) / size,
        ),
        (
            "error of the deltas",
            "this compares the deltas. The gradient of the weights has the outputs as factors.",
            np.linalg.norm(deltas(W, slope, e) - deltas(W.T, slope, e))
            / np.linalg.norm(deltas(W.T, slope, e)),
        ),
    ]
    found = [WrongValue(form, text, GRADIENT, float(value)) for form, text, value in mistakes]
    return ask("Which share?", float(distance / size), "", found, digits=3)


def exercise_5a() -> Question:
    """The missing line: the delta of the output neuron of two that feed each other."""
    numbers = (
        (0, Fraction("-0.5")),
        Fraction("0.5"),
        Fraction("-2.5"),
        (Fraction("0.64"), Fraction("0.75")),
    )
    no_substitution = WrongValue(
        "substituted without its factor",
        "$\\delta_1$ was replaced by $\\delta_2$ itself. It is 0.32 times as much.",
        DELTAS,
        numbers[0][1] * numbers[3][1] / (1 - numbers[2] * numbers[3][1]),
    )
    wrong = [*OUTPUT_DELTA.wrong_values(*numbers), no_substitution]
    return ask("What is $\\delta_2$?", OUTPUT_DELTA(*numbers), "", wrong)


def exercise_5b() -> Question:
    """The same derivation from a blank page: ∂E/∂W12 of two other neurons."""
    numbers = (
        (Fraction("-0.5"), 0),
        Fraction(2),
        Fraction("0.625"),
        (Fraction("0.75"), Fraction("0.64")),
        (Fraction("0.5"), Fraction("0.6")),
    )
    return ask(
        "What is $\\partial E/\\partial W_{12}$?",
        WEIGHT_IN_CYCLE(*numbers),
        "",
        WEIGHT_IN_CYCLE.wrong_values(*numbers),
    )
