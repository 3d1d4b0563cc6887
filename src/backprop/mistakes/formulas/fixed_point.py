"""The known mistakes with neurons that feed each other, one number or one matrix at a time."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any

import numpy as np

from backprop.arrays import Array
from backprop.mistakes.formula import Formula, WrongFormula

PAGE = "12_fixed_points.ipynb"
NEURONS = f"{PAGE}#three-neurons"
RADIUS = f"{PAGE}#does-it-converge"
DELTAS = f"{PAGE}#the-error-back-through-the-cycles"
GRADIENT = f"{PAGE}#the-gradient-and-the-gradient-check"

Numbers = Sequence[Any]

# The new weighted sum of neuron j, counted from 0: the outputs A, the weights W, the inputs u.
WEIGHTED_SUM_IN_CYCLE = Formula(
    lambda A, W, u, j: A @ W[:, j] + u[j],
    (
        WrongFormula(
            "row in place of the column",
            "the weights are those that lead out of the neuron. Its weighted sum takes the weights "
            "that lead into it, and they are its column of W.",
            NEURONS,
            lambda A, W, u, j: A @ W[j] + u[j],
        ),
        WrongFormula(
            "input from outside forgotten",
            "this is only what the other neurons send. Each neuron also gets its own input from "
            "outside, at every step.",
            NEURONS,
            lambda A, W, u, j: A @ W[:, j],
        ),
        WrongFormula(
            "own output carried along",
            "the neuron's old output was added. Its weight to itself is 0, so it enters only "
            "through the other neurons.",
            NEURONS,
            lambda A, W, u, j: A @ W[:, j] + u[j] + A[j],
        ),
        WrongFormula(
            "outputs of the others forgotten",
            "this is the input from outside alone, as at step 1. Now the other neurons have "
            "outputs, and they arrive too.",
            NEURONS,
            lambda A, W, u, j: u[j],
        ),
    ),
)

# The factor per step, in the long run, of a small disturbance: from the eigenvalues of J.
LONG_RUN_FACTOR = Formula(
    lambda values: max(abs(value) for value in values),
    (
        WrongFormula(
            "largest eigenvalue by its sign",
            "this is the largest real part. What counts is the absolute value: a negative "
            "eigenvalue only makes its part change sign at each step.",
            RADIUS,
            lambda values: max(np.real(value) for value in values),
        ),
        WrongFormula(
            "smallest in place of the largest",
            "this part dies out first. What remains after many steps is the part with the largest "
            "absolute value.",
            RADIUS,
            lambda values: min(abs(value) for value in values),
        ),
        WrongFormula(
            "mean of the eigenvalues' sizes",
            "the parts do not share one mean factor. Each has its own, and after many steps the "
            "largest outweighs the others.",
            RADIUS,
            lambda values: sum(abs(value) for value in values) / len(values),
        ),
        WrongFormula(
            "eigenvalues multiplied",
            "this is the determinant, which says how volumes change. One disturbance is not "
            "scaled by all eigenvalues at once.",
            RADIUS,
            lambda values: float(np.prod([abs(value) for value in values])),
        ),
    ),
)


def radius_of(matrix: Array) -> float:
    """The largest absolute value of an eigenvalue."""
    return float(np.abs(np.linalg.eigvals(matrix)).max())


# The factor per step of the backward pass, from the weights and the derivatives.
BACKWARD_FACTOR = Formula(
    lambda W, slope: radius_of(W.T * slope),
    (
        WrongFormula(
            "reciprocal of the forward factor",
            "the backward pass does not undo the forward pass. It sends derivatives through the "
            "same weights, so it multiplies by such factors again.",
            DELTAS,
            lambda W, slope: 1 / radius_of(W * slope),
        ),
        WrongFormula(
            "square of the forward factor",
            "a backward step passes each weight and each derivative once, as a forward step does.",
            DELTAS,
            lambda W, slope: radius_of(W * slope) ** 2,
        ),
        WrongFormula(
            "derivatives left out",
            "this is the radius of the weights alone. A delta passes the derivatives f′ too.",
            DELTAS,
            lambda W, slope: radius_of(W.T),
        ),
    ),
)

# A neuron's delta, if of all neurons that it feeds only j has one so far: δ_j, the weight from i to
# j, the weight from j to i, and the derivatives f′ of the two.
DELTA_OF_FEEDER = Formula(
    lambda delta, there, back, own, other: delta * there * own,
    (
        WrongFormula(
            "weight of the opposite direction",
            "the error signal went through the weight from the output neuron to this one. It goes "
            "back through the weight from this neuron to the output neuron.",
            DELTAS,
            lambda delta, there, back, own, other: delta * back * own,
        ),
        WrongFormula(
            "missing activation derivative",
            "this is what arrives at the output of the neuron. A delta belongs to the weighted "
            "sum, so multiply by f′.",
            DELTAS,
            lambda delta, there, back, own, other: delta * there,
        ),
        WrongFormula(
            "derivative of the other neuron",
            "the derivative was taken at the output neuron, whose delta contains it already. Take "
            "it at the neuron whose delta is wanted.",
            DELTAS,
            lambda delta, there, back, own, other: delta * there * other,
        ),
        WrongFormula(
            "weight left out",
            "the delta passes a connection on its way, so it is multiplied by the weight.",
            DELTAS,
            lambda delta, there, back, own, other: delta * own,
        ),
    ),
)

# The fixed point of a = w a + u, and its derivative with respect to u.
LINEAR_LOOP = Formula(
    lambda w, u: [u / (1 - w), 1 / (1 - w)],
    (
        WrongFormula(
            "sign of the weight changed",
            "put a on one side: a − wa = u. The factor of a is 1 − w.",
            NEURONS,
            lambda w, u: [u / (1 + w), 1 / (1 + w)],
        ),
        WrongFormula(
            "first step only",
            "this is the output after the first step, when nothing has come back yet. At the fixed "
            "point the neuron also receives its own output.",
            NEURONS,
            lambda w, u: [u, 1],
        ),
        WrongFormula(
            "second step only",
            "this is the output after two steps: the input, and what came back of it once. It "
            "comes back again and again.",
            NEURONS,
            lambda w, u: [u * (1 + w), 1 + w],
        ),
        WrongFormula(
            "direct effect only",
            "the fixed point is right, but its derivative counts the push only once. The output "
            "moves, and so the neuron receives more from itself.",
            DELTAS,
            lambda w, u: [u / (1 - w), 1],
        ),
        WrongFormula(
            "derivative multiplied by the input",
            "the fixed point is right. Its derivative with respect to u does not contain u: a is "
            "u times a constant.",
            DELTAS,
            lambda w, u: [u / (1 - w), u / (1 - w)],
        ),
    ),
)

# How many steps make a distance ten times as small, from the factor per step.
STEPS_TO_A_TENTH = Formula(
    lambda radius: log(10) / -log(radius),
    (
        WrongFormula(
            "the same amount per step",
            "the distance was made smaller by the same amount at each step. It is multiplied by "
            "the radius, so the amounts get smaller.",
            RADIUS,
            lambda radius: 0.9 / (1 - radius),
        ),
        WrongFormula(
            "approximation for a radius near 1",
            "$-\\ln \\rho$ was replaced by $1 - \\rho$. That is close only for a radius near 1.",
            RADIUS,
            lambda radius: log(10) / (1 - radius),
        ),
        WrongFormula(
            "distance divided by e",
            "after these steps the distance is about 37 % of what it was. Solve "
            "$\\rho^t = \\tfrac{1}{10}$.",
            RADIUS,
            lambda radius: 1 / -log(radius),
        ),
    ),
)

# The factor of a small disturbance if each step goes half the way, from that of a whole step.
HALF_STEP_FACTOR = Formula(
    lambda factor: 0.5 + 0.5 * factor,
    (
        WrongFormula(
            "the kept half forgotten",
            "this is the half that is computed. The other half of the state stays, and its "
            "derivative is ½.",
            RADIUS,
            lambda factor: 0.5 * factor,
        ),
        WrongFormula(
            "whole steps",
            "this is the factor without damping. With half steps it is the mean of 1 and this "
            "number.",
            RADIUS,
            lambda factor: factor,
        ),
        WrongFormula(
            "old state kept whole",
            "the old state was added to half of the new one. Only half of it is kept.",
            RADIUS,
            lambda factor: 1 + 0.5 * factor,
        ),
    ),
)


def two_deltas(e: Numbers, there: Any, back: Any, f: Numbers) -> tuple[Any, Any]:
    """The deltas of two neurons that feed each other: from 1 to 2 `there`, from 2 to 1 `back`.

    They solve δ1 = (e1 + δ2 · there) f1 and δ2 = (e2 + δ1 · back) f2.
    """
    loop = 1 - there * f[0] * back * f[1]
    first = (e[0] + e[1] * f[1] * there) * f[0] / loop
    second = (e[1] + e[0] * f[0] * back) * f[1] / loop
    return first, second


# δ2 where neuron 2 is the output.
OUTPUT_DELTA = Formula(
    lambda e, there, back, f: two_deltas(e, there, back, f)[1],
    (
        WrongFormula(
            "the cycle left out",
            "this is what the error says directly. The output neuron also feeds the other one, and "
            "a part of the error signal returns.",
            DELTAS,
            lambda e, there, back, f: e[1] * f[1],
        ),
        WrongFormula(
            "one round of the cycle only",
            "what returns was counted once. It goes around again: solve the equation for δ.",
            DELTAS,
            lambda e, there, back, f: e[1] * f[1] * (1 + there * f[0] * back * f[1]),
        ),
        WrongFormula(
            "sign of the cycle changed",
            "put both terms with δ on one side, and keep their signs: the factor of δ is 1 minus "
            "the product around the cycle.",
            DELTAS,
            lambda e, there, back, f: e[1] * f[1] / (1 + there * f[0] * back * f[1]),
        ),
        WrongFormula(
            "missing activation derivative",
            "the derivatives f′ were left out. Each delta contains that of its own neuron.",
            DELTAS,
            lambda e, there, back, f: two_deltas(e, there, back, (1, 1))[1],
        ),
    ),
)

# ∂E/∂W12 where neuron 1 is the output, with the outputs A.
WEIGHT_IN_CYCLE = Formula(
    lambda e, there, back, f, A: A[0] * two_deltas(e, there, back, f)[1],
    (
        WrongFormula(
            "output and delta exchanged",
            "this belongs to the weight in the opposite direction. A weight multiplies the output "
            "of the neuron where it begins, and pushes the neuron where it ends.",
            GRADIENT,
            lambda e, there, back, f, A: A[1] * two_deltas(e, there, back, f)[0],
        ),
        WrongFormula(
            "delta of the neuron where the weight begins",
            "the delta is that of the output neuron. Take the neuron that the weight leads into.",
            GRADIENT,
            lambda e, there, back, f, A: A[0] * two_deltas(e, there, back, f)[0],
        ),
        WrongFormula(
            "transposed weights",
            "each error signal went through the weight in the opposite direction. It goes back "
            "through the weight that the neuron's output went through.",
            DELTAS,
            lambda e, there, back, f, A: A[0] * two_deltas(e, back, there, f)[1],
        ),
        WrongFormula(
            "the cycle left out",
            "the error signal went from the output neuron to the other one, and no further. It "
            "returns and goes around again: solve the two equations together.",
            DELTAS,
            lambda e, there, back, f, A: A[0] * e[0] * f[0] * back * f[1],
        ),
        WrongFormula(
            "the delta in place of the derivative",
            "this is the delta. For a weight, multiply it by the output that the weight carries.",
            GRADIENT,
            lambda e, there, back, f, A: two_deltas(e, there, back, f)[1],
        ),
        WrongFormula(
            "missing activation derivative",
            "the derivatives f′ were left out. Each delta contains that of its own neuron.",
            DELTAS,
            lambda e, there, back, f, A: A[0] * two_deltas(e, there, back, (1, 1))[1],
        ),
    ),
)
