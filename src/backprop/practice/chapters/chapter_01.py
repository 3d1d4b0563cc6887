"""Chapter 1: what backpropagation is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from backprop.byhand import EXAMPLE_WEIGHTS, Trace, trace_step
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.by_hand import ERROR_SLOPE, OUTER_SLOPE, WEIGHTED_SUM
from backprop.mistakes.formulas.measuring import (
    COST,
    KNOB,
    MEASURED_SLOPE,
    MEASURING_PASSES,
    ONE_SIDED_PASSES,
    ONE_STEP_RATE,
    PARAMETER_COUNT,
)
from backprop.mistakes.formulas.update import NEW_WEIGHT
from backprop.mistakes.sections import DOWNHILL
from backprop.practice.question import Question, ask

PAGE = "01_what_backpropagation_is.ipynb"
FORWARD = f"{PAGE}#the-forward-pass"
ERROR = f"{PAGE}#how-wrong-is-it"
WISH = f"{PAGE}#three-ways-to-grant-a-wish"
PHASES = f"{PAGE}#three-phases-two-algorithms"


def here(mistakes: Iterable[WrongValue], section: str) -> list[WrongValue]:
    """Mistakes that a later chapter explains, with the section of this one to read again."""
    return [replace(mistake, section=section) for mistake in mistakes]


# In the text


def turn_w5() -> Question:
    """Before the errors for three values of w5."""
    return ask(
        "The prediction 0.191 is below the target 1, and $h_1 = 0.85$ is positive. If $w_5$ grows "
        "a little, what happens to the error?",
        "it falls",
        "$w_5 h_1$ grows, so the prediction grows, and comes closer to the target.",
        [
            WrongValue(
                "prediction and error confused",
                "the prediction grows. The error measures its distance from the target, and the "
                "prediction comes closer to that.",
                ERROR,
                "it grows",
            ),
            WrongValue(
                "one weight among six",
                "five weights stay as they are, but the prediction depends on $w_5$ as well: one "
                "of its two terms is $w_5 h_1$.",
                KNOB,
                "it stays the same",
            ),
            WrongValue(
                "other weights thought to matter",
                "the other weights are known, and they are not changed. So the error is a "
                "function of $w_5$ alone.",
                KNOB,
                "that depends on the other weights",
            ),
        ],
    )


def measured_slope() -> Question:
    """Before the slope is measured."""
    numbers = Fraction("0.3204001"), Fraction("0.3341531"), Fraction("0.01")
    return ask(
        "The last output has an error on each side of $w_5 = 0.14$: 0.3341531 at 0.13 and "
        "0.3204001 at 0.15. What slope do they give?",
        MEASURED_SLOPE(*numbers),
        "The error changes by $-0.013753$ while the weight changes by 0.02.",
        MEASURED_SLOPE.wrong_values(*numbers),
    )


def new_w5() -> Question:
    """Before the walk downhill."""
    numbers = Fraction("0.14"), Fraction("-0.68765"), Fraction("0.5")
    return ask(
        "Take the first step yourself: $w_5 = 0.14$, its slope is $-0.68765$, and the learning "
        "rate is 0.5. What is the new weight?",
        NEW_WEIGHT(*numbers),
        "$0.14 - 0.5 \\cdot (-0.68765)$: the slope is negative, so the weight grows.",
        here(NEW_WEIGHT.wrong_values(*numbers), DOWNHILL),
    )


def passes_for_a_gradient() -> Question:
    """Before the cost of measuring."""
    parameters = PARAMETER_COUNT([784, 100, 10])
    return ask(
        "Chapter 11 has a network that reads handwritten digits, with "
        f"{parameters:,} weights and biases. How many forward passes would "
        "`measured_gradient` need for it?",
        MEASURING_PASSES(parameters),
        f"One with the parameter moved up and one with it moved down: $2 \\cdot {parameters}$.",
        MEASURING_PASSES.wrong_values(parameters),
    )


def algorithm_at_work() -> Question:
    """Before the two algorithms are kept apart."""
    return ask(
        'In the section "Six knobs at once" you measured the gradient by moving each weight, '
        "and then changed all weights. Which of the two algorithms was at work there?",
        "gradient descent alone",
        "The weights changed by $-\\eta$ times their slopes. The slopes were measured: nothing "
        "was sent backwards.",
        [
            WrongValue(
                "named after the whole of training",
                "each slope came from two forward passes, and no derivative was passed from "
                "neuron to neuron.",
                PHASES,
                "backpropagation alone",
            ),
            WrongValue(
                "measuring counted as backpropagation",
                "backpropagation is one way to compute a gradient, and measuring is another. Here "
                "the gradient was measured.",
                COST,
                "both",
            ),
            WrongValue(
                "gradient descent tied to backpropagation",
                "gradient descent is the rule for the change of the weights. It uses a gradient, "
                "wherever that came from.",
                DOWNHILL,
                "neither",
            ),
        ],
    )


# The exercises


def exercise_1() -> Question:
    """h1, h2 and p for other inputs."""

    def forward(neuron: Callable[..., Any], *inputs: int) -> list[Any]:
        w1, w2, w3, w4, w5, w6 = map(Fraction, EXAMPLE_WEIGHTS)
        h1, h2 = neuron(w1, w2, *inputs), neuron(w3, w4, *inputs)
        return [h1, h2, neuron(w5, w6, h1, h2)]

    wrong = [
        WrongValue(m.form, m.explanation, FORWARD, forward(m.compute, 1, -1))
        for m in WEIGHTED_SUM.mistakes
    ]
    sign = WrongValue(
        "sign of the second input lost",
        "the second input was taken as 1. It is −1, so its product is negative.",
        FORWARD,
        forward(WEIGHTED_SUM.compute, 1, 1),
    )
    right = forward(WEIGHTED_SUM.compute, 1, -1)
    return ask("What are $h_1$, $h_2$ and $p$?", right, "", [sign, *wrong])


def exercise_2() -> Question:
    """∂E/∂w5 as a function of p, y and h1."""
    calls = [(0.191, 1.0, 0.85), (2.5, -0.5, 0.4), (-1.25, 0.75, -3.0)]
    forgotten = OUTER_SLOPE.mistakes[1]
    slopes = [(m, [m.compute(p, y) * h for p, y, h in calls]) for m in ERROR_SLOPE.mistakes]
    slopes += [(forgotten, [forgotten.compute(ERROR_SLOPE(p, y), h, 0) for p, y, h in calls])]
    wrong = [WrongValue(m.form, m.explanation, KNOB, values) for m, values in slopes]
    right = [ERROR_SLOPE(p, y) * h for p, y, h in calls]
    return ask("What is $\\partial E/\\partial w_5$?", right, "", wrong, calls=calls)


def exercise_3() -> Question:
    """The learning rate with which one step reaches the minimum."""
    numbers = Fraction("0.85"), Fraction("0.809")
    wrong = ONE_STEP_RATE.wrong_values(*numbers)
    return ask("Which learning rate?", ONE_STEP_RATE(*numbers), "", wrong)


def exercise_4() -> Question:
    """Directions in a network with a negative weight, in words."""
    negative = trace_step(weights=[*EXAMPLE_WEIGHTS[:5], "-0.15"])
    right = directions(negative)
    h2, grow, _ = right.split(", ")
    positive = directions(trace_step())
    p_as_target = "the prediction is below its target"
    wrong = [
        WrongValue(
            "sign of the weight overlooked",
            f"{p_as_target}, so it should go up. But $h_2$ enters it with a negative weight, so "
            f"a larger $h_2$ makes it smaller.",
            WISH,
            positive,
        ),
        WrongValue(
            "negative weight counted twice",
            "$h_2$ goes in that direction, but $w_3$ and $w_4$ act on the error through $h_2$ "
            "alone, and their inputs are positive: they go in the same direction.",
            WISH,
            f"{h2}, {'grow' if grow == 'shrink' else 'shrink'}, w4",
        ),
        WrongValue(
            "larger weight in place of larger input",
            "the directions are right. How much a weight changes depends on its input: the "
            "slopes are ∂E/∂h2 times 2 and times 3.",
            WISH,
            f"{h2}, {grow}, w3",
        ),
        WrongValue(
            "weights without their neuron",
            f"{p_as_target}, so it should go up, and it does so if $h_2$ goes down. Nothing but "
            f"$w_3$ and $w_4$ can move $h_2$.",
            WISH,
            f"up, {grow}, w4",
        ),
    ]
    return ask("Which directions?", right, "", wrong)


def directions(trace: Trace) -> str:
    """Where h2, and w3 and w4, should go for a smaller error, and which of these changes more."""
    neuron = "down" if trace["∂E/∂h2"] > 0 else "up"
    weights = "shrink" if trace["∂E/∂w3"] > 0 else "grow"
    more = max(("w3", "w4"), key=lambda weight: abs(float(trace[f"∂E/∂{weight}"])))
    return f"{neuron}, {weights}, {more}"


def exercise_5() -> Question:
    """Parameters of a larger network, and the forward passes of a measured gradient."""
    sizes = [784, 500, 500, 10]
    n = PARAMETER_COUNT(sizes)
    right = [n, MEASURING_PASSES(n), ONE_SIDED_PASSES(n)]
    wrong = [
        replace(m, value=[m.value, MEASURING_PASSES(m.value), ONE_SIDED_PASSES(m.value)])
        for m in PARAMETER_COUNT.wrong_values(sizes)
    ]
    both = [replace(m, value=[n, m.value, n + 1]) for m in MEASURING_PASSES.wrong_values(n)]
    one = [replace(m, value=[n, 2 * n, m.value]) for m in ONE_SIDED_PASSES.wrong_values(n)]
    return ask("How many?", right, "", [*both, *one, *wrong], digits=8)
