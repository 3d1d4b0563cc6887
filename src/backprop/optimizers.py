"""Update rules: how a gradient from backpropagation changes the parameters.

Every optimizer has one method, `step`, which changes the flat vector of parameters in place. The
learning rate η is a number, or a schedule: a function of the number of steps done so far.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np

from backprop import checks

__all__ = [
    "OPTIMIZERS",
    "Adam",
    "GradientDescent",
    "Momentum",
    "Optimizer",
    "RMSProp",
    "Schedule",
    "constant",
    "cosine",
    "step_decay",
    "warm_up",
]

Schedule = Callable[[int], float]
"""Takes the number of steps done and returns the learning rate of the next one."""


class Optimizer:
    """The common part of all update rules: the learning rate, the step count and the memory.

    The memory is a few vectors as long as the gradient, allocated at the first step and reused in
    every later one: new ones would cost more than the arithmetic. For the same reason a step
    overwrites the gradient. `memories` counts the vectors that a rule carries from step to step,
    `scratch` its work vectors. `usual_rate` is a learning rate to start with. An optimizer belongs
    to the network whose parameters it changed first. Raises ValueError unless the learning rate is
    a schedule or a finite number greater than 0.
    """

    name = ""
    usual_rate = 0.1
    arguments: tuple[str, ...] = ()  # the attributes that are arguments besides the learning rate
    memories = 0
    scratch = 0

    def __init__(self, learning_rate: float | Schedule) -> None:
        if not callable(learning_rate):
            checks.number(learning_rate, "the learning rate", above=0)
        self.given_rate = learning_rate
        self.steps_done = 0
        self.memory: list[np.ndarray] = []
        self._scratch: list[np.ndarray] = []
        self._parameters: np.ndarray | None = None

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        rate = self.given_rate
        return rate(self.steps_done) if callable(rate) else rate

    def step(self, parameters: np.ndarray, gradient: np.ndarray) -> None:
        """Change `parameters` in place; both are flat vectors of the same length.

        Afterwards `gradient` holds the subtracted vector: pass a copy to keep it. Raises ValueError
        for the parameters of a different network from that of the earlier steps.
        """
        if self._parameters is not parameters:
            self._adopt(parameters)
        self.rule(parameters, gradient, *self.memory, *self._scratch)
        parameters -= gradient
        self.steps_done += 1

    def _adopt(self, parameters: np.ndarray) -> None:
        """Allocate the memory for these parameters; a copied optimizer keeps the memory it has."""
        own = parameters.shape, parameters.dtype
        fits = all((vector.shape, vector.dtype) == own for vector in self.memory)
        if self._parameters is not None or not fits:
            raise ValueError(
                f"this {type(self).__name__} has made {self.steps_done} steps with another "
                f"network, which it remembers: make a new optimizer for each network"
            )
        self._parameters = parameters
        missing = self.memories - len(self.memory)
        self.memory += [np.zeros_like(parameters) for _ in range(missing)]
        self._scratch = [np.empty_like(parameters) for _ in range(self.scratch)]

    def rule(
        self, parameters: np.ndarray, gradient: np.ndarray, *memory: Any, **named: Any
    ) -> None:
        """Turn the gradient into the vector to subtract from the parameters; update the memory.

        The vectors of the memory come last, each under a name chosen by the rule.
        """
        raise NotImplementedError

    def settings(self) -> dict[str, object]:
        """The name, the arguments that rebuild this optimizer, and the steps done.

        Raises ValueError for a schedule, which is a function and has no name.
        """
        if not isinstance(self.given_rate, Real):
            raise ValueError(
                "the learning rate is a schedule, a function that cannot be saved: give a number"
            )
        arguments = {name: getattr(self, name) for name in self.arguments}
        return {
            "name": self.name,
            "learning_rate": self.given_rate,
            "steps_done": self.steps_done,
            **arguments,
        }

    def __getstate__(self) -> dict[str, object]:
        """A copy has the same memory in its own vectors, and belongs to the next network."""
        memory = [vector.copy() for vector in self.memory]
        return vars(self) | {"memory": memory, "_parameters": None, "_scratch": []}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.learning_rate})"


class GradientDescent(Optimizer):
    """w ← w − η g for every parameter at once, with g = ∂L/∂w (Cauchy 1847)."""

    name = "gradient descent"
    usual_rate = 0.2

    def rule(self, parameters: np.ndarray, gradient: np.ndarray) -> None:
        """Subtract η g."""
        gradient *= self.learning_rate


class Momentum(Optimizer):
    """v ← μ v + g, w ← w − η v: a ball that keeps rolling (Polyak 1964).

    With `nesterov` the step is η(μ v + g), which looks one step ahead (Nesterov 1983, in the form
    of Bengio and others 2013 that is used in practice). Raises ValueError unless 0 ≤ μ < 1.
    """

    name = "momentum"
    usual_rate = 0.02
    arguments = ("momentum", "nesterov")
    memories = 1

    def __init__(
        self, learning_rate: float | Schedule, momentum: float = 0.9, *, nesterov: bool = False
    ) -> None:
        super().__init__(learning_rate)
        checks.number(momentum, "the momentum", at_least=0, below=1)
        if not isinstance(nesterov, bool | np.bool_):
            raise ValueError(f"nesterov is {nesterov!r}: give True or False")
        self.momentum = momentum
        self.nesterov = nesterov

    def rule(
        self, parameters: np.ndarray, gradient: np.ndarray, faded_velocity: np.ndarray
    ) -> None:
        """Subtract η v, or η(μ v + g). The memory holds μ v, which both need."""
        if self.nesterov:
            faded_velocity += gradient
            faded_velocity *= self.momentum
            gradient += faded_velocity
        else:
            gradient += faded_velocity
            np.multiply(gradient, self.momentum, out=faded_velocity)
        gradient *= self.learning_rate


class RMSProp(Optimizer):
    """s ← β s + (1 − β) g², w ← w − η g / (√s + ε) (Tieleman and Hinton 2012).

    s is a running mean of the squared derivatives: every parameter gets steps of length about η,
    whether its derivatives are large or small. Raises ValueError unless 0 ≤ β < 1.
    """

    name = "rmsprop"
    usual_rate = 0.001
    arguments = ("decay", "epsilon")
    memories = 1
    scratch = 1

    def __init__(
        self, learning_rate: float | Schedule, decay: float = 0.99, epsilon: float = 1e-8
    ) -> None:
        super().__init__(learning_rate)
        checks.number(decay, "the decay", at_least=0, below=1)
        self.decay = decay
        self.epsilon = checks.number(epsilon, "epsilon", above=0)

    def rule(
        self,
        parameters: np.ndarray,
        gradient: np.ndarray,
        mean_square: np.ndarray,
        scratch: np.ndarray,
    ) -> None:
        """Subtract η g / (√s + ε)."""
        follow(mean_square, np.multiply(gradient, gradient, out=scratch), self.decay)
        np.sqrt(mean_square, out=scratch)
        scratch += self.epsilon
        gradient /= scratch
        gradient *= self.learning_rate


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g, s ← β₂ s + (1 − β₂) g², w ← w − η m̂ / (√ŝ + ε) (Kingma and Ba 2015).

    m̂ = m / (1 − β₁ᵗ) and ŝ = s / (1 − β₂ᵗ), where t is the number of the step, correct for the
    start at 0. Raises ValueError unless 0 ≤ β < 1 for both.
    """

    name = "adam"
    usual_rate = 0.001
    arguments = ("beta1", "beta2", "epsilon")
    memories = 2
    scratch = 1

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(learning_rate)
        checks.number(beta1, "beta1", at_least=0, below=1)
        checks.number(beta2, "beta2", at_least=0, below=1)
        self.beta1, self.beta2 = beta1, beta2
        self.epsilon = checks.number(epsilon, "epsilon", above=0)

    def rule(
        self,
        parameters: np.ndarray,
        gradient: np.ndarray,
        mean: np.ndarray,
        mean_square: np.ndarray,
        scratch: np.ndarray,
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
    """A running mean: mean ← share · mean + (1 − share) · news, in place; `news` is overwritten."""
    mean *= share
    news *= 1 - share
    mean += news


OPTIMIZERS: dict[str, type[Optimizer]] = {
    kind.name: kind for kind in (GradientDescent, Momentum, RMSProp, Adam)
}
"""The optimizers by name."""


# Schedules: the learning rate as a function of the steps done so far


def constant(rate: float) -> Schedule:
    """The same learning rate for every step."""
    checks.number(rate, "the learning rate", above=0)
    return lambda step: rate


def step_decay(rate: float, every: int, factor: float = 0.1) -> Schedule:
    """`rate`, multiplied by `factor` after each `every` steps."""
    checks.number(rate, "the learning rate", above=0)
    checks.number(factor, "the factor", above=0)
    checks.whole_number(every, "every")
    return lambda step: rate * factor ** (step // every)


def cosine(rate: float, steps: int, lowest: float = 0.0) -> Schedule:
    """From `rate` down to `lowest` within `steps` steps, along half a wave of the cosine."""
    checks.number(rate, "the learning rate", above=0)
    checks.number(lowest, "the lowest learning rate", at_least=0)
    checks.whole_number(steps, "steps")

    def schedule(step: int) -> float:
        progress = min(step / steps, 1.0)
        return lowest + 0.5 * (rate - lowest) * (1 + math.cos(math.pi * progress))

    return schedule


def warm_up(after: float | Schedule, steps: int) -> Schedule:
    """A linear rise to the first learning rate of `after` within `steps` steps, then `after`."""
    checks.whole_number(steps, "steps")
    schedule = after if callable(after) else constant(after)
    return lambda step: (
        schedule(0) * (step + 1) / steps if step < steps else schedule(step - steps)
    )
