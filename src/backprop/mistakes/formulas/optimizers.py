"""The known mistakes in the update rules of optimizers, for one weight."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import DOWNHILL

PAGE = "10_optimizers.ipynb"
MOMENTUM = f"{PAGE}#momentum"
NESTEROV = f"{PAGE}#nesterovs-variant"
ADAM = f"{PAGE}#rmsprop-and-adam"
SCHEDULES = f"{PAGE}#schedules"

# A new weight by momentum: from the weight, the velocity so far, its slope g, η and μ.
MOMENTUM_STEP = Formula(
    lambda w, v, g, rate, mu: w - rate * (mu * v + g),
    (
        WrongFormula(
            "velocity forgotten",
            "this is a step of plain gradient descent. The velocity of the earlier steps, times μ, "
            "is part of the step.",
            MOMENTUM,
            lambda w, v, g, rate, mu: w - rate * g,
        ),
        WrongFormula(
            "old velocity",
            "the step was made with the velocity before this slope was added to it. First update "
            "the velocity, then the weight.",
            MOMENTUM,
            lambda w, v, g, rate, mu: w - rate * v,
        ),
        WrongFormula(
            "velocity does not fade",
            "the velocity was not multiplied by μ. Without that factor it never fades.",
            MOMENTUM,
            lambda w, v, g, rate, mu: w - rate * (v + g),
        ),
        WrongFormula(
            "slope times μ",
            "μ multiplied the slope too. Only the old velocity fades.",
            MOMENTUM,
            lambda w, v, g, rate, mu: w - rate * mu * (v + g),
        ),
        WrongFormula(
            "running mean in place of a sum",
            "the slope was multiplied by 1 − μ, as in a running mean. Momentum adds up the slopes.",
            MOMENTUM,
            lambda w, v, g, rate, mu: w - rate * (mu * v + (1 - mu) * g),
        ),
        WrongFormula(
            "step uphill",
            "the step was added. It is subtracted, as in gradient descent.",
            DOWNHILL,
            lambda w, v, g, rate, mu: w + rate * (mu * v + g),
        ),
    ),
)

# The same in Nesterov's variant, in the form of the package: the step is η(μ v′ + g).
NESTEROV_STEP = Formula(
    lambda w, v, g, rate, mu: w - rate * (mu * (mu * v + g) + g),
    (
        WrongFormula(
            "plain momentum",
            "this is a step of plain momentum. Nesterov's variant looks one step ahead: it takes "
            "μ times the new velocity plus the slope.",
            NESTEROV,
            lambda w, v, g, rate, mu: w - rate * (mu * v + g),
        ),
        WrongFormula(
            "velocity forgotten",
            "this is a step of plain gradient descent. The velocity of the earlier steps is part "
            "of the step.",
            MOMENTUM,
            lambda w, v, g, rate, mu: w - rate * g,
        ),
        WrongFormula(
            "slope left out of the step",
            "the step is μ times the new velocity alone. The slope is added once more.",
            NESTEROV,
            lambda w, v, g, rate, mu: w - rate * mu * (mu * v + g),
        ),
        WrongFormula(
            "new velocity does not fade",
            "the new velocity was added without the factor μ.",
            NESTEROV,
            lambda w, v, g, rate, mu: w - rate * ((mu * v + g) + g),
        ),
        WrongFormula(
            "step uphill",
            "the step was added. It is subtracted, as in gradient descent.",
            DOWNHILL,
            lambda w, v, g, rate, mu: w + rate * (mu * (mu * v + g) + g),
        ),
    ),
)

# The step of RMSProp, without ε: from the running mean so far, the slope, η and β.
RMSPROP_STEP = Formula(
    lambda s, g, rate, beta: rate * g / sqrt(beta * s + (1 - beta) * g**2),
    (
        WrongFormula(
            "root left out",
            "the slope was divided by the mean of squares itself. Its root has the unit of a "
            "slope.",
            ADAM,
            lambda s, g, rate, beta: rate * g / (beta * s + (1 - beta) * g**2),
        ),
        WrongFormula(
            "old mean of squares",
            "the mean of squares before this step was used. First update it with the new slope.",
            ADAM,
            lambda s, g, rate, beta: rate * g / sqrt(s),
        ),
        WrongFormula(
            "shares exchanged",
            "the old mean has the share 1 − β here, and the new square β. It is the other way "
            "round: with β near 1 the mean changes slowly.",
            ADAM,
            lambda s, g, rate, beta: rate * g / sqrt((1 - beta) * s + beta * g**2),
        ),
        WrongFormula(
            "sum of squares",
            "the new square was added in full, as in AdaGrad. Then the steps become shorter and "
            "shorter; RMSProp takes a running mean.",
            ADAM,
            lambda s, g, rate, beta: rate * g / sqrt(s + g**2),
        ),
        WrongFormula(
            "slope not squared",
            "the mean took the slope without its square.",
            ADAM,
            lambda s, g, rate, beta: rate * g / sqrt(beta * s + (1 - beta) * abs(g)),
        ),
        WrongFormula(
            "not divided",
            "this is a step of gradient descent. RMSProp divides it by the root of the mean of "
            "squares.",
            ADAM,
            lambda s, g, rate, beta: rate * g,
        ),
    ),
)


def running_mean(numbers: Sequence[float], beta: float) -> float:
    """A running mean that starts at 0."""
    mean = 0.0
    for number in numbers:
        mean = beta * mean + (1 - beta) * number
    return mean


def adam(
    slopes: Sequence[float],
    rate: float,
    beta1: float,
    beta2: float,
    corrections: tuple[float, float] | None = None,
) -> float:
    """The last step of Adam, without ε; `corrections` are the divisors of m and s."""
    t = len(slopes)
    first, second = corrections or (1 - beta1**t, 1 - beta2**t)
    mean = running_mean(slopes, beta1) / first
    mean_square = running_mean([g**2 for g in slopes], beta2) / second
    return rate * mean / sqrt(mean_square)


# The last of Adam's steps, without ε: from all slopes so far, η, β₁ and β₂.
ADAM_STEP = Formula(
    adam,
    (
        WrongFormula(
            "correction left out",
            "the two running means start at 0, so at first they are too small. Divide them by "
            "1 − βᵗ.",
            ADAM,
            lambda slopes, rate, b1, b2: adam(slopes, rate, b1, b2, (1, 1)),
        ),
        WrongFormula(
            "only the first mean corrected",
            "the mean m was divided by 1 − β₁ᵗ, but s was not divided by 1 − β₂ᵗ.",
            ADAM,
            lambda slopes, rate, b1, b2: adam(slopes, rate, b1, b2, (1 - b1 ** len(slopes), 1)),
        ),
        WrongFormula(
            "steps not counted",
            "the correction is that of the first step. The exponent t is the number of the step.",
            ADAM,
            lambda slopes, rate, b1, b2: adam(slopes, rate, b1, b2, (1 - b1, 1 - b2)),
        ),
        WrongFormula(
            "β₁ and β₂ exchanged",
            "β₁ belongs to the mean of the slopes, and β₂ to that of their squares.",
            ADAM,
            lambda slopes, rate, b1, b2: adam(slopes, rate, b2, b1),
        ),
        WrongFormula(
            "earlier slopes forgotten",
            "this is the step from the last slope alone, whose length is the learning rate. The "
            "running means remember the earlier ones.",
            ADAM,
            lambda slopes, rate, b1, b2: adam(slopes[-1:], rate, b1, b2),
        ),
        WrongFormula(
            "root left out",
            "the mean m was divided by s itself. Its root has the unit of a slope.",
            ADAM,
            lambda slopes, rate, b1, b2: (
                rate
                * (running_mean(slopes, b1) / (1 - b1 ** len(slopes)))
                / (running_mean([g**2 for g in slopes], b2) / (1 - b2 ** len(slopes)))
            ),
        ),
    ),
)

# The learning rate of a step decay: from the first one, the steps done, how many steps it stays
# the same, and the factor.
STEP_DECAY = Formula(
    lambda rate, step, every, factor: rate * factor ** (step // every),
    (
        WrongFormula(
            "factor once only",
            "the learning rate was lowered once. The factor comes again after each period.",
            SCHEDULES,
            lambda rate, step, every, factor: rate * factor,
        ),
        WrongFormula(
            "multiplied, not to a power",
            "the factor was multiplied by the number of periods. Each period multiplies by it once "
            "more: it is a power.",
            SCHEDULES,
            lambda rate, step, every, factor: rate * factor * (step // every),
        ),
        WrongFormula(
            "one period too many",
            "the factor was counted once too often. In the first period it does not act yet.",
            SCHEDULES,
            lambda rate, step, every, factor: rate * factor ** (step // every + 1),
        ),
        WrongFormula(
            "first learning rate",
            "this is the learning rate of the first period.",
            SCHEDULES,
            lambda rate, step, every, factor: rate,
        ),
    ),
)

# The learning rate of a linear warm-up: from the one that it leads to, the steps done, and how
# many steps it takes.
WARM_UP = Formula(
    lambda rate, step, steps: rate * (step + 1) / steps,
    (
        WrongFormula(
            "first step not counted",
            "the steps were counted from 0, so the first step would have the learning rate 0.",
            SCHEDULES,
            lambda rate, step, steps: rate * step / steps,
        ),
        WrongFormula(
            "no warm-up",
            "this is the learning rate after the warm-up.",
            SCHEDULES,
            lambda rate, step, steps: rate,
        ),
        WrongFormula(
            "falling in place of rising",
            "this falls from step to step. A warm-up begins with small steps.",
            SCHEDULES,
            lambda rate, step, steps: rate * (steps - step) / steps,
        ),
    ),
)
