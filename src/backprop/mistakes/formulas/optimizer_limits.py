"""The known mistakes about how far and how fast an optimizer can go."""

from __future__ import annotations

from math import ceil, floor, log, sqrt

from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.formulas.optimizers import ADAM, MOMENTUM, NESTEROV, PAGE

ZIGZAG = f"{PAGE}#gradient-descent-zigzags"
LIMIT = f"{PAGE}#how-far-and-how-fast"

# The largest learning rate with which momentum μ converges where the curvature is q.
MOMENTUM_LIMIT = Formula(
    lambda mu, q: 2 * (1 + mu) / q,
    (
        WrongFormula(
            "limit of plain gradient descent",
            "this is the limit without momentum. Momentum raises it by the factor 1 + μ.",
            LIMIT,
            lambda mu, q: 2 / q,
        ),
        WrongFormula(
            "not divided by the curvature",
            "this is the limit of ηq. Divide it by the curvature q of the steep direction.",
            LIMIT,
            lambda mu, q: 2 * (1 + mu),
        ),
        WrongFormula(
            "sign of μ",
            "the sign of μ is wrong. Across the valley the velocity points the other way than "
            "the new gradient, so momentum allows a larger learning rate.",
            LIMIT,
            lambda mu, q: 2 * (1 - mu) / q,
        ),
        WrongFormula(
            "gain of a constant gradient",
            "the limit was divided by 1 − μ. That factor is for gradients that agree; at the limit "
            "they change sign in every step.",
            MOMENTUM,
            lambda mu, q: 2 / (q * (1 - mu)),
        ),
        WrongFormula(
            "end of the complex range",
            "this is where the two solutions become real again. Both are then still smaller than "
            "1 in size.",
            LIMIT,
            lambda mu, q: (1 + sqrt(mu)) ** 2 / q,
        ),
    ),
)

# The same for Nesterov momentum.
NESTEROV_LIMIT = Formula(
    lambda mu, q: (2 + 2 * mu) / ((1 + 2 * mu) * q),
    (
        WrongFormula(
            "limit of plain momentum",
            "this is the limit of momentum without the look ahead. Nesterov's gradient is measured "
            "at another point.",
            NESTEROV,
            lambda mu, q: 2 * (1 + mu) / q,
        ),
        WrongFormula(
            "limit of plain gradient descent",
            "this is the limit without any velocity.",
            ZIGZAG,
            lambda mu, q: 2 / q,
        ),
        WrongFormula(
            "not divided by the curvature",
            "this is the limit of ηq. Divide it by q.",
            LIMIT,
            lambda mu, q: (2 + 2 * mu) / (1 + 2 * mu),
        ),
    ),
)

# After how many steps the velocity of constant gradients has reached a share of its limit.
STEPS_TO_SHARE = Formula(
    lambda share, mu: ceil(log(1 - share) / log(mu)),
    (
        WrongFormula(
            "rounded down",
            "after this many steps the velocity is still a little below. Round up.",
            MOMENTUM,
            lambda share, mu: floor(log(1 - share) / log(mu)),
        ),
        WrongFormula(
            "not a whole number",
            "steps are whole. The first whole number that is large enough counts.",
            MOMENTUM,
            lambda share, mu: log(1 - share) / log(mu),
        ),
        WrongFormula(
            "share in place of the rest",
            "the equation was solved for μ to the power t equal to the share. What shrinks by μ is "
            "the distance to the limit.",
            MOMENTUM,
            lambda share, mu: ceil(log(share) / log(mu)),
        ),
        WrongFormula(
            "limit in place of the steps",
            "this is the limit of the velocity, 1/(1 − μ).",
            MOMENTUM,
            lambda share, mu: 1 / (1 - mu),
        ),
    ),
)

# The first step of Adam without its corrections, in learning rates.
UNCORRECTED_STEP = Formula(
    lambda beta1, beta2: (1 - beta1) / sqrt(1 - beta2),
    (
        WrongFormula(
            "with the corrections",
            "this is the first step with the corrections. Without them m and s are too small, but "
            "not by the same factor.",
            ADAM,
            lambda beta1, beta2: 1.0,
        ),
        WrongFormula(
            "root left out",
            "the mean m was divided by s. Adam divides by the root of s.",
            ADAM,
            lambda beta1, beta2: (1 - beta1) / (1 - beta2),
        ),
        WrongFormula(
            "quotient turned over",
            "the root of s was divided by m. It is the other way round: the step is longer than "
            "the learning rate.",
            ADAM,
            lambda beta1, beta2: sqrt(1 - beta2) / (1 - beta1),
        ),
        WrongFormula(
            "only the first mean uncorrected",
            "only m was taken without its correction. s is too small too.",
            ADAM,
            lambda beta1, beta2: 1 - beta1,
        ),
        WrongFormula(
            "only the second mean uncorrected",
            "only s was taken without its correction. m is too small too.",
            ADAM,
            lambda beta1, beta2: 1 / sqrt(1 - beta2),
        ),
        WrongFormula(
            "β₁ and β₂ exchanged",
            "the two were exchanged: β₁ belongs to the mean of the derivatives, and β₂ to that of "
            "their squares.",
            ADAM,
            lambda beta1, beta2: (1 - beta2) / sqrt(1 - beta1),
        ),
    ),
)
