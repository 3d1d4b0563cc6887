"""The update rules of optimizers, for one weight, and schedules of the learning rate."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from backprop.mistakes.formulas.optimizers import (
    ADAM_STEP,
    MOMENTUM_STEP,
    NESTEROV_STEP,
    RMSPROP_STEP,
    STEP_DECAY,
    WARM_UP,
)
from backprop.practice.question import Question, as_text, ask
from backprop.practice.topics import Topic
from backprop.practice.topics.drawing import decimals, exact_row, factor, one_of, row

DIGITS = 3
RATES = [Fraction(text) for text in ("0.1", "0.2", "0.5")]
MOMENTA = [Fraction(text) for text in ("0.5", "0.8", "0.9")]


def draw_step(generator: Generator) -> tuple[Fraction, ...]:
    """A weight, a velocity, a slope, a learning rate and a momentum."""
    w, v, g = exact_row(generator, 3)
    return w, v, g, one_of(generator, RATES), one_of(generator, MOMENTA)


def momentum(generator: Generator) -> Question:
    """A step with momentum."""
    w, v, g, rate, mu = numbers = draw_step(generator)
    return ask(
        "With momentum, a step is $v \\leftarrow \\mu v + g$ and then $w \\leftarrow w - \\eta v$. "
        f"Here $w = {as_text(w)}$, its velocity so far is $v = {as_text(v)}$, its slope "
        f"$g = {as_text(g)}$, $\\eta = {as_text(rate)}$ and $\\mu = {as_text(mu)}$. What is $w$ "
        f"after the step?",
        MOMENTUM_STEP(*numbers),
        f"The new velocity is ${as_text(mu)} \\cdot {factor(v)} + {factor(g)} = "
        f"{as_text(mu * v + g)}$, and the step is $\\eta$ times that.",
        MOMENTUM_STEP.wrong_values(*numbers),
        digits=DIGITS,
    )


def nesterov(generator: Generator) -> Question:
    """A step of Nesterov's variant."""
    w, v, g, rate, mu = numbers = draw_step(generator)
    return ask(
        f"Nesterov's variant of momentum updates the velocity, $v \\leftarrow \\mu v + g$, and "
        f"then takes the step $\\eta(\\mu v + g)$ with the new $v$. Here $w = {as_text(w)}$, its "
        f"velocity so far is $v = {as_text(v)}$, its slope $g = {as_text(g)}$, "
        f"$\\eta = {as_text(rate)}$ and $\\mu = {as_text(mu)}$. What is $w$ after the step?",
        NESTEROV_STEP(*numbers),
        f"The new velocity is {as_text(mu * v + g)}. The step is $\\eta$ times "
        f"${as_text(mu)} \\cdot {factor(mu * v + g)} + {factor(g)}$.",
        NESTEROV_STEP.wrong_values(*numbers),
        digits=DIGITS,
    )


def rmsprop(generator: Generator) -> Question:
    """A step of RMSProp."""
    s = float(one_of(generator, [0.04, 0.09, 0.16, 0.25, 0.36]))
    g, beta = float(decimals(generator)), float(one_of(generator, [0.8, 0.9]))
    rate = float(one_of(generator, RATES))
    return ask(
        f"RMSProp keeps a running mean of squared slopes, $s \\leftarrow \\beta s + (1 - \\beta) "
        f"g^2$, and takes the step $\\eta g/\\sqrt{{s}}$ with the new $s$ ($\\varepsilon$ is left "
        f"out). Here $s = {as_text(s)}$ so far, $g = {as_text(g)}$, $\\eta = {as_text(rate)}$ and "
        f"$\\beta = {as_text(beta)}$. What is subtracted from the weight?",
        RMSPROP_STEP(s, g, rate, beta),
        f"The new mean is {as_text(beta * s + (1 - beta) * g**2)}. Divide the slope by its root, "
        f"and multiply by $\\eta$.",
        RMSPROP_STEP.wrong_values(s, g, rate, beta),
        digits=DIGITS,
    )


def adam(generator: Generator) -> Question:
    """The second or third step of Adam."""
    slopes = [float(g) for g in decimals(generator, int(generator.integers(2, 4)))]
    rate, beta1, beta2 = float(one_of(generator, [0.01, 0.1])), 0.9, 0.999
    t = len(slopes)
    return ask(
        f"The slopes of a weight were {row(slopes)} in the first {t} steps of Adam, with "
        f"$\\eta = {as_text(rate)}$, $\\beta_1 = {beta1}$ and $\\beta_2 = {beta2}$ ($\\varepsilon$ "
        f"is left out). The running means of the slopes and of their squares start at 0. What does "
        f"step {t} subtract from the weight?",
        ADAM_STEP(slopes, rate, beta1, beta2),
        f"Compute $m$ and $s$ after step {t}, divide them by $1 - \\beta_1^{t}$ and "
        f"$1 - \\beta_2^{t}$, and subtract $\\eta$ times the first over the root of the second.",
        ADAM_STEP.wrong_values(slopes, rate, beta1, beta2),
        digits=DIGITS,
    )


def step_decay(generator: Generator) -> Question:
    """The learning rate after some periods."""
    rate, factor_ = one_of(generator, RATES), one_of(generator, [Fraction(1, 2), Fraction(1, 5)])
    every = int(one_of(generator, [100, 200, 500]))
    step = every * int(generator.integers(2, 5)) + int(generator.integers(1, every))
    return ask(
        f"The learning rate starts at {as_text(rate)} and is multiplied by {as_text(factor_)} "
        f"after each {every} steps. What is it when {step} steps are done?",
        STEP_DECAY(rate, step, every, factor_),
        f"{step // every} periods are over, so it is ${as_text(rate)} \\cdot "
        f"{as_text(factor_)}^{step // every}$.",
        STEP_DECAY.wrong_values(rate, step, every, factor_),
        digits=DIGITS,
    )


def warm_up(generator: Generator) -> Question:
    """The learning rate during a warm-up."""
    rate, steps = one_of(generator, RATES), int(one_of(generator, [10, 20, 50]))
    step = int(generator.integers(2, steps // 2))
    return ask(
        f"A linear warm-up leads to the learning rate {as_text(rate)} within {steps} steps: the "
        f"first step has 1/{steps} of it, and step {steps} all of it. With which learning rate is "
        f"the next step made when {step} steps are done?",
        WARM_UP(rate, step, steps),
        f"It is step {step + 1}, so the share is {step + 1}/{steps}.",
        WARM_UP.wrong_values(rate, step, steps),
        digits=DIGITS,
    )


TOPICS = (
    Topic(
        "optimizers",
        "momentum, RMSProp, Adam and schedules",
        10,
        (momentum, nesterov, rmsprop, adam, step_decay, warm_up),
    ),
)
