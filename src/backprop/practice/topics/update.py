"""A step of gradient descent, and what it promises."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from backprop.mistakes.formulas.by_hand import FORECAST
from backprop.mistakes.formulas.measuring import MEASURED_SLOPE, ONE_STEP_RATE
from backprop.mistakes.formulas.penalty import PENALIZED_SLOPE
from backprop.mistakes.formulas.update import NEW_WEIGHT
from backprop.practice.question import Question, as_text, ask
from backprop.practice.topics import Topic
from backprop.practice.topics.drawing import exact_row, factor, one_of, row

RATES = [Fraction(text) for text in ("0.01", "0.02", "0.05", "0.1", "0.2", "0.5")]


def new_weight(generator: Generator) -> Question:
    """A weight after the step, given its slope."""
    w, slope = (Fraction(int(n), 100) for n in generator.integers(11, 99, size=2))
    slope *= one_of(generator, [-1, 1])
    rate = one_of(generator, RATES)
    return ask(
        f"A weight is $w = {as_text(w)}$, its slope is $\\partial E/\\partial w = "
        f"{as_text(slope)}$, and the learning rate is {as_text(rate)}. What is $w$ after the step?",
        NEW_WEIGHT(w, slope, rate),
        f"A step against the slope: ${as_text(w)} - {as_text(rate)} \\cdot {factor(slope)}$.",
        NEW_WEIGHT.wrong_values(w, slope, rate),
    )


def promise(generator: Generator) -> Question:
    """By how much a step lowers the error, according to the slopes."""
    slopes, rate = exact_row(generator, 3), one_of(generator, RATES)
    squares = " + ".join(f"{factor(slope)}^2" for slope in slopes)
    return ask(
        f"A network has three weights, with the slopes {row(slopes)}. By how much does a step of "
        f"gradient descent with the learning rate {as_text(rate)} lower the error, if the slopes "
        f"stay as they are? (Give a positive number.)",
        FORECAST(rate, *slopes),
        f"Each weight changes by the learning rate times its slope, and that changes the error by "
        f"the slope once more: ${as_text(rate)} \\cdot ({squares})$.",
        FORECAST.wrong_values(rate, *slopes),
    )


def penalized_slope(generator: Generator) -> Question:
    """The slope of a weight with a penalty."""
    slope, w = exact_row(generator, 2, 20)
    alpha = one_of(generator, [Fraction(text) for text in ("0.1", "0.2", "0.3", "0.5")])
    return ask(
        f"Without a penalty, the slope of the weight $w = {as_text(w)}$ is {as_text(slope)}. Now "
        f"the penalty $\\tfrac12 \\alpha \\sum w^2$ with $\\alpha = {as_text(alpha)}$ is added to "
        f"the loss. What is the slope of this weight?",
        PENALIZED_SLOPE(slope, alpha, w),
        f"The penalty's derivative is $\\alpha w$: ${as_text(slope)} + {as_text(alpha)} \\cdot "
        f"{factor(w)}$.",
        PENALIZED_SLOPE.wrong_values(slope, alpha, w),
    )


def rate_of_one_step(generator: Generator) -> Question:
    """The learning rate with which one step reaches the minimum."""
    h = one_of(generator, [Fraction(text) for text in ("0.2", "0.4", "0.5", "0.8", "2.5", "4")])
    missed = exact_row(generator, 1)[0]
    return ask(
        f"A weight multiplies $h = {as_text(h)}$, and the prediction $p$ misses the target by "
        f"$p - y = {as_text(missed)}$. Only this weight is updated. With which learning rate does "
        f"a single step reach the minimum of $E = \\tfrac12 (p - y)^2$?",
        ONE_STEP_RATE(h, missed),
        "The step changes the weight by $\\eta (p - y) h$, and the prediction by $h$ times that. "
        "It reaches the target if $\\eta h^2 = 1$.",
        ONE_STEP_RATE.wrong_values(h, missed),
    )


def measured_slope(generator: Generator) -> Question:
    """A slope from two values of the error."""
    step = one_of(generator, [Fraction(text) for text in ("0.01", "0.02", "0.05")])
    middle, slope = exact_row(generator, 2)
    above, below = abs(middle) + 1 + step * slope, abs(middle) + 1 - step * slope
    return ask(
        f"To measure the slope of a weight, you move it by {as_text(step)} to either side. With "
        f"the larger weight the error is {as_text(above)}, with the smaller one {as_text(below)}. "
        f"What is the slope, as a central difference?",
        MEASURED_SLOPE(above, below, step),
        f"The change of the error divided by that of the weight: "
        f"$({as_text(above)} - {as_text(below)})/(2 \\cdot {as_text(step)})$.",
        MEASURED_SLOPE.wrong_values(above, below, step),
    )


TOPICS = (
    Topic(
        "update",
        "slopes, steps and what they promise",
        2,
        (new_weight, promise, rate_of_one_step, measured_slope, penalized_slope),
    ),
)
