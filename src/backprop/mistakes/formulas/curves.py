"""The known mistakes in the derivatives of the sigmoid and of tanh."""

from __future__ import annotations

from math import exp, tanh

from backprop.mistakes.dense import DerivativeOfA, DerivativeOfZ, SigmoidDerivative
from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import DERIVATIVE, SIGMOID


def sigma(z: float) -> float:
    """σ(z) for one number that is not far from 0."""
    return 1 / (1 + exp(-z))


# The derivative of the sigmoid, from z.
SIGMOID_SLOPE = Formula(
    lambda z: sigma(z) * (1 - sigma(z)),
    (
        WrongFormula(
            DerivativeOfZ.form,
            "this is $z(1 - z)$. The formula $a(1 - a)$ takes the output of the sigmoid.",
            DERIVATIVE,
            lambda z: z * (1 - z),
        ),
        WrongFormula(
            DerivativeOfA.form,
            "the sigmoid was applied twice: once to $z$, and then to its own output.",
            DERIVATIVE,
            lambda z: sigma(sigma(z)) * (1 - sigma(sigma(z))),
        ),
        WrongFormula(
            "the output in place of the derivative",
            "this is the sigmoid itself. Its derivative is the output times 1 minus the output.",
            SIGMOID,
            lambda z: sigma(z),
        ),
        WrongFormula(
            "one factor left out",
            "this is $1 - a$. The derivative has the factor $a$ too.",
            DERIVATIVE,
            lambda z: 1 - sigma(z),
        ),
        WrongFormula(
            "sign",
            "the sigmoid rises everywhere, so its derivative is positive. The two minus signs of "
            "the chain rule cancel.",
            DERIVATIVE,
            lambda z: -sigma(z) * (1 - sigma(z)),
        ),
    ),
)

# The derivative of tanh, from its output.
TANH_SLOPE = Formula(
    lambda t: 1 - t**2,
    (
        WrongFormula(
            SigmoidDerivative.form,
            "this is the derivative of the sigmoid, written with its own output. The output of "
            "tanh is another number.",
            DERIVATIVE,
            lambda t: t * (1 - t),
        ),
        WrongFormula(
            DerivativeOfA.form,
            "tanh was applied to its own output. The function takes the output, so no tanh has to "
            "be computed.",
            DERIVATIVE,
            lambda t: 1 - tanh(t) ** 2,
        ),
        WrongFormula(
            "not squared",
            "this is $1 - t$. Both $1 + t$ and $1 - t$ are factors.",
            DERIVATIVE,
            lambda t: 1 - t,
        ),
        WrongFormula(
            "inner derivative forgotten",
            "this is half of it. In $\\tanh u = 2\\sigma(2u) - 1$ the inner function $2u$ has the "
            "derivative 2, which is a factor of its own.",
            DERIVATIVE,
            lambda t: (1 - t**2) / 2,
        ),
        WrongFormula(
            "both factors of 2 forgotten",
            "this is a quarter of it. In $\\tanh u = 2\\sigma(2u) - 1$ there is one 2 in front of "
            "the sigmoid and one inside it.",
            DERIVATIVE,
            lambda t: (1 - t**2) / 4,
        ),
    ),
)
