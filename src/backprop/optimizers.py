"""Update rules: what to do with a gradient once backpropagation has computed it.

Every optimizer has one method, `step`, which changes the flat vector of parameters in place. The
learning rate η is a number, or a schedule: a function of the number of steps done so far.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

Schedule = Callable[[int], float]


class Optimizer:
    """What all update rules share: the learning rate, the count of steps, and their memory.

    The memory is a few vectors as long as the gradient, made at the first step and used again in
    every other: making new ones would cost more than the arithmetic. For the same reason a step
    uses the gradient up. Raises ValueError unless the learning rate is a schedule or a finite
    number greater than 0.
    """

    memories = 0  # how many vectors a rule keeps from step to step

    def __init__(self, learning_rate: float | Schedule) -> None:
        if not callable(learning_rate):
            check_learning_rate(learning_rate)
        self.schedule = learning_rate if callable(learning_rate) else constant(learning_rate)
        self.steps_done = 0
        self.memory: list[np.ndarray] = []

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return self.schedule(self.steps_done)

    def step(self, parameters: np.ndarray, gradient: np.ndarray) -> None:
        """Change `parameters` in place; both are flat vectors of the same length.

        Afterwards `gradient` holds what was subtracted: pass a copy to keep it.
        """
        if len(self.memory) < self.memories:
            self.memory = [np.zeros_like(gradient) for _ in range(self.memories)]
        self.rule(gradient, *self.memory)
        parameters -= gradient
        self.steps_done += 1

    def rule(self, gradient: np.ndarray, *memory: np.ndarray) -> None:
        """Turn the gradient into what to subtract from the parameters; bring the memory forward."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.learning_rate})"


class GradientDescent(Optimizer):
    """w ← w − η g for every parameter at once, with g = ∂L/∂w (Cauchy 1847)."""

    def rule(self, gradient: np.ndarray) -> None:
        """Subtract η g."""
        gradient *= self.learning_rate


class Momentum(Optimizer):
    """v ← μ v + g, w ← w − η v: a ball that rolls on (Polyak 1964).

    With `nesterov` the step is η(μ v + g), which looks one step ahead (Nesterov 1983, in the form
    of Bengio and others 2013 that programs use). Raises ValueError unless 0 ≤ μ < 1.
    """

    memories = 1

    def __init__(
        self, learning_rate: float | Schedule, momentum: float = 0.9, *, nesterov: bool = False
    ) -> None:
        super().__init__(learning_rate)
        check_share(momentum, "the momentum")
        self.momentum = momentum
        self.nesterov = nesterov

    def rule(self, gradient: np.ndarray, faded_velocity: np.ndarray) -> None:
        """Subtract η v, or η(μ v + g). What is kept is μ v, which both need."""
        if self.nesterov:
            faded_velocity += gradient
            faded_velocity *= self.momentum
            gradient += faded_velocity
        else:
            gradient += faded_velocity
            np.multiply(gradient, self.momentum, out=faded_velocity)
        gradient *= self.learning_rate


class RMSProp(Optimizer):
    """s ← ρ s + (1 − ρ) g², w ← w − η g / (√s + ε) (Tieleman and Hinton 2012).

    s is a running mean of the squared slopes: every parameter gets steps of about the length η,
    whether its slopes are large or small. Raises ValueError unless 0 ≤ ρ < 1.
    """

    memories = 2

    def __init__(
        self, learning_rate: float | Schedule, decay: float = 0.99, epsilon: float = 1e-8
    ) -> None:
        super().__init__(learning_rate)
        check_share(decay, "the decay")
        self.decay = decay
        self.epsilon = epsilon

    def rule(self, gradient: np.ndarray, mean_square: np.ndarray, scratch: np.ndarray) -> None:
        """Subtract η g / (√s + ε)."""
        follow(mean_square, np.multiply(gradient, gradient, out=scratch), self.decay)
        np.sqrt(mean_square, out=scratch)
        scratch += self.epsilon
        gradient /= scratch
        gradient *= self.learning_rate


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g, s ← β₂ s + (1 − β₂) g², w ← w − η m̂ / (√ŝ + ε) (Kingma and Ba 2015).

    m̂ = m / (1 − β₁ᵗ) and ŝ = s / (1 − β₂ᵗ), with t the number of the step, make up for the start
    at 0. Raises ValueError unless 0 ≤ β < 1 for both.
    """

    memories = 3

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(learning_rate)
        check_share(beta1, "beta1")
        check_share(beta2, "beta2")
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def rule(
        self, gradient: np.ndarray, mean: np.ndarray, mean_square: np.ndarray, scratch: np.ndarray
    ) -> None:
        """Subtract η m̂ / (√ŝ + ε)."""
        t = self.steps_done + 1
        follow(mean_square, np.multiply(gradient, gradient, out=scratch), self.beta2)
        follow(mean, gradient, self.beta1)
        np.sqrt(mean_square, out=scratch)
        scratch /= (1 - self.beta2**t) ** 0.5
        scratch += self.epsilon
        np.divide(mean, scratch, out=gradient)
        gradient *= self.learning_rate / (1 - self.beta1**t)


def follow(mean: np.ndarray, news: np.ndarray, share: float) -> None:
    """A running mean: mean ← share · mean + (1 − share) · news, in place; `news` is used up."""
    mean *= share
    news *= 1 - share
    mean += news


# Schedules: the learning rate as a function of the steps done so far


def constant(rate: float) -> Schedule:
    """The same rate for every step."""
    check_learning_rate(rate)
    return lambda step: rate


def step_decay(rate: float, every: int, factor: float = 0.1) -> Schedule:
    """`rate`, multiplied by `factor` after each `every` steps."""
    check_learning_rate(rate)
    check_learning_rate(factor)
    check_steps(every)
    return lambda step: rate * factor ** (step // every)


def cosine(rate: float, steps: int, lowest: float = 0.0) -> Schedule:
    """From `rate` down to `lowest` within `steps` steps, along half a wave of the cosine."""
    check_learning_rate(rate)
    check_steps(steps)

    def schedule(step: int) -> float:
        progress = min(step / steps, 1.0)
        return lowest + 0.5 * (rate - lowest) * (1 + math.cos(math.pi * progress))

    return schedule


def warm_up(after: float | Schedule, steps: int) -> Schedule:
    """Evenly up to the rate that `after` begins with, within `steps` steps; from there `after`."""
    check_steps(steps)
    schedule = after if callable(after) else constant(after)
    return lambda step: (
        schedule(0) * (step + 1) / steps if step < steps else schedule(step - steps)
    )


# Checks at the door


def check_learning_rate(rate: float) -> None:
    """Raise ValueError unless the rate is a finite number greater than 0."""
    if not 0 < rate < np.inf:
        raise ValueError(f"the learning rate is {rate}: give a finite number greater than 0")


def check_share(value: float, name: str) -> None:
    """Raise ValueError unless the value is at least 0 and less than 1."""
    if not 0 <= value < 1:
        raise ValueError(f"{name} is {value}: give a number of at least 0 and less than 1")


def check_steps(steps: int) -> None:
    """Raise ValueError unless the count of steps is at least 1."""
    if steps < 1:
        raise ValueError(f"the number of steps is {steps}: give 1 or more")
