"""The known mistakes with a state that is carried along: shared weights, and gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backprop.mistakes.formula import Formula, WrongFormula

PAGE = "13_through_time.ipynb"
UNROLLED = f"{PAGE}#unrolled-it-is-a-deep-network"
BACKWARD = f"{PAGE}#backpropagation-through-time"
DISTANCE = f"{PAGE}#how-far-does-the-gradient-get"
PADDING = f"{PAGE}#reading-digits-row-by-row"
CUTS = f"{PAGE}#cutting-the-gradient-off"
MEMORY = f"{PAGE}#how-long-can-it-remember"
GATES = f"{PAGE}#what-gates-change"
NAMES = f"{PAGE}#a-network-that-invents-names"

# The derivative with respect to a weight that all steps share: the states h0, h1, … and the deltas
# δ1, δ2, …
SHARED_WEIGHT = Formula(
    lambda states, deltas: sum(h * delta for h, delta in zip(states, deltas)),
    (
        WrongFormula(
            "last step only",
            "this is the term of the last step. The weight is used at every step, and its "
            "gradients add up.",
            BACKWARD,
            lambda states, deltas: states[-2] * deltas[-1],
        ),
        WrongFormula(
            "mean over the steps",
            "the terms of the steps were averaged. A number that is used in several places gets "
            "the sum of the gradients.",
            UNROLLED,
            lambda states, deltas: (
                sum(h * delta for h, delta in zip(states, deltas)) / len(deltas)
            ),
        ),
        WrongFormula(
            "state after the step",
            "each delta was multiplied by the state that its own step computed. The weight "
            "multiplies the state before it.",
            BACKWARD,
            lambda states, deltas: sum(h * delta for h, delta in zip(states[1:], deltas)),
        ),
        WrongFormula(
            "sums multiplied",
            "the states were added, the deltas were added, and the two sums multiplied. Multiply "
            "step by step, and then add.",
            BACKWARD,
            lambda states, deltas: sum(states[:-1]) * sum(deltas),
        ),
        WrongFormula(
            "states left out",
            "these are the deltas, added up. For a bias that is right. A weight has the state that "
            "it multiplies as a factor.",
            BACKWARD,
            lambda states, deltas: sum(deltas),
        ),
    ),
)

Numbers = Sequence[Any]


def two_steps(w: Any, u: Any, x: Numbers, y: Any, passed: Any = None) -> list[Any]:
    """h1, h2, δ2, δ1, ∂E/∂w and ∂E/∂u of a linear neuron; δ1 = δ2 · `passed`, which is w."""
    h1 = u * x[0]
    h2 = w * h1 + u * x[1]
    delta2 = h2 - y
    delta1 = delta2 * (w if passed is None else passed)
    return [h1, h2, delta2, delta1, delta2 * h1, delta1 * x[0] + delta2 * x[1]]


def state_forgotten(w: Any, u: Any, x: Numbers, y: Any) -> list[Any]:
    """The same if the second step begins without a state."""
    h1, h2 = u * x[0], u * x[1]
    return [h1, h2, h2 - y, (h2 - y) * w, (h2 - y) * h1, (h2 - y) * (w * x[0] + x[1])]


# A linear neuron over two steps, from its weights, the two inputs and the target.
TWO_STEPS = Formula(
    two_steps,
    (
        WrongFormula(
            "target minus prediction",
            "the sign of the error is wrong: $\\delta_2 = h_2 - y$.",
            BACKWARD,
            lambda w, u, x, y: [
                value * sign for value, sign in zip(two_steps(w, u, x, y), (1, 1, -1, -1, -1, -1))
            ],
        ),
        WrongFormula(
            "last step only",
            "the derivative with respect to $u$ has only the term of step 2. Step 1 uses $u$ too.",
            BACKWARD,
            lambda w, u, x, y: [*two_steps(w, u, x, y)[:5], two_steps(w, u, x, y)[2] * x[1]],
        ),
        WrongFormula(
            "state after the step",
            "in the derivative with respect to $w$ each delta was multiplied by the state that its "
            "own step computed. Take the state before it.",
            BACKWARD,
            lambda w, u, x, y: [
                *two_steps(w, u, x, y)[:4],
                sum(
                    a * b for a, b in zip(two_steps(w, u, x, y)[:2], two_steps(w, u, x, y)[3:1:-1])
                ),
                two_steps(w, u, x, y)[5],
            ],
        ),
        WrongFormula(
            "delta not multiplied by the weight",
            "$\\delta_2$ was passed to step 1 unchanged. On the way it passes the connection with "
            "the weight $w$.",
            BACKWARD,
            lambda w, u, x, y: two_steps(w, u, x, y, passed=1),
        ),
        WrongFormula(
            "state not carried along",
            "$h_2$ was computed from $x_2$ alone. It also takes the state $h_1$, times $w$.",
            UNROLLED,
            state_forgotten,
        ),
    ),
)


def sizes(inputs: int, neurons: int, outputs: int, samples: int, steps: int) -> list[int]:
    """The parameters of an Elman network and of a GRU, and the numbers of all states."""
    state = neurons**2 + inputs * neurons + neurons
    output = neurons * outputs + outputs
    return [state + output, 3 * state + output, samples * (steps + 1) * neurons]


# From the inputs, neurons and outputs, and the samples and steps of a batch.
SIZES = Formula(
    sizes,
    (
        WrongFormula(
            "biases forgotten",
            "the weights are right. The neurons and the outputs have biases too.",
            UNROLLED,
            lambda inputs, neurons, outputs, samples, steps: [
                neurons**2 + inputs * neurons + neurons * outputs,
                3 * (neurons**2 + inputs * neurons) + neurons * outputs,
                samples * (steps + 1) * neurons,
            ],
        ),
        WrongFormula(
            "first state forgotten",
            "the parameters are right. There is one state more than there are steps: the 0 before "
            "the first step.",
            UNROLLED,
            lambda inputs, neurons, outputs, samples, steps: [
                *sizes(inputs, neurons, outputs, samples, steps)[:2],
                samples * steps * neurons,
            ],
        ),
        WrongFormula(
            "separate weights for each step",
            "the parameters were multiplied by the number of steps. All steps share them.",
            UNROLLED,
            lambda inputs, neurons, outputs, samples, steps: [
                neurons * outputs + outputs + gates * steps * (neurons + inputs + 1) * neurons
                for gates in (1, 3)
            ]
            + [samples * (steps + 1) * neurons],
        ),
        WrongFormula(
            "output layer counted three times",
            "the GRU was counted as three Elman networks. It has the gates and the candidate "
            "three times, but only one output layer.",
            GATES,
            lambda inputs, neurons, outputs, samples, steps: [
                sizes(inputs, neurons, outputs, samples, steps)[0] * factor for factor in (1, 3)
            ]
            + [samples * (steps + 1) * neurons],
        ),
        WrongFormula(
            "two gates without the candidate",
            "the GRU was counted with its two gates only. The candidate is a third layer of this "
            "kind.",
            GATES,
            lambda inputs, neurons, outputs, samples, steps: [
                neurons * outputs + outputs + gates * (neurons + inputs + 1) * neurons
                for gates in (1, 2)
            ]
            + [samples * (steps + 1) * neurons],
        ),
    ),
)

# The candidate's delta in one neuron of a GRU: the upstream gradient, the keep gate, the candidate.
CANDIDATE_DELTA = Formula(
    lambda G, keep, candidate: G * (1 - keep) * (1 - candidate**2),
    (
        WrongFormula(
            "candidate multiplied by the keep gate",
            "the gate multiplies the old state. The candidate is multiplied by $1 - \\kappa$.",
            GATES,
            lambda G, keep, candidate: G * keep * (1 - candidate**2),
        ),
        WrongFormula(
            "missing activation derivative",
            "this is what arrives at the candidate. Its delta belongs to the weighted sum, so "
            "multiply by the derivative of tanh.",
            GATES,
            lambda G, keep, candidate: G * (1 - keep),
        ),
        WrongFormula(
            "keep gate left out",
            "the gradient passes the product with $1 - \\kappa$ on its way to the candidate.",
            GATES,
            lambda G, keep, candidate: G * (1 - candidate**2),
        ),
        WrongFormula(
            "derivative of another activation",
            "this takes the derivative of the sigmoid. The candidate comes from tanh, whose "
            "derivative is $1 - \\tilde h^2$.",
            GATES,
            lambda G, keep, candidate: G * (1 - keep) * candidate * (1 - candidate),
        ),
    ),
)

# The reset gate's delta in one neuron: the candidate's delta and weight, the old state, the gate.
RESET_DELTA = Formula(
    lambda delta, w, h, reset: delta * w * h * reset * (1 - reset),
    (
        WrongFormula(
            "weight left out",
            "the error signal goes from the candidate back through its weight to the product "
            "$r h$.",
            GATES,
            lambda delta, w, h, reset: delta * h * reset * (1 - reset),
        ),
        WrongFormula(
            "old state left out",
            "the gate multiplies the old state, so the old state is a factor of its gradient.",
            GATES,
            lambda delta, w, h, reset: delta * w * reset * (1 - reset),
        ),
        WrongFormula(
            "missing activation derivative",
            "this is what arrives at the output of the gate. Multiply by the derivative of the "
            "sigmoid, $r (1 - r)$.",
            GATES,
            lambda delta, w, h, reset: delta * w * h,
        ),
        WrongFormula(
            "gate in place of the old state",
            "what reaches the product $r h$ was multiplied by r. That is the gradient for the old "
            "state. For the gate, multiply by the old state.",
            GATES,
            lambda delta, w, h, reset: delta * w * reset * reset * (1 - reset),
        ),
    ),
)


def old_state_terms(
    G: Any, h: Any, keep: Any, reset: Any, candidate: Any, weights: Numbers
) -> list[Any]:
    """The four terms of ∂L/∂h of the old state; `weights` of the keep gate, reset gate, candidate.

    In order: kept directly, through the candidate, the keep gate and the reset gate.
    """
    w_keep, w_reset, w = weights
    delta = G * (1 - keep) * (1 - candidate**2)
    delta_keep = G * (h - candidate) * keep * (1 - keep)
    delta_reset = delta * w * h * reset * (1 - reset)
    return [G * keep, delta * w * reset, delta_keep * w_keep, delta_reset * w_reset]


# The gradient for the old state in one neuron.
OLD_STATE = Formula(
    lambda *numbers: sum(old_state_terms(*numbers)),
    (
        WrongFormula(
            "direct term only",
            "this is the term of the state that is kept. The old state is used in three more "
            "places.",
            GATES,
            lambda *numbers: old_state_terms(*numbers)[0],
        ),
        WrongFormula(
            "gates left out",
            "the two gates use the old state too, so each of them adds a term.",
            GATES,
            lambda *numbers: sum(old_state_terms(*numbers)[:2]),
        ),
        WrongFormula(
            "reset gate left out",
            "the term of the reset gate is missing. The gate uses the old state as well.",
            GATES,
            lambda *numbers: sum(old_state_terms(*numbers)[:3]),
        ),
        WrongFormula(
            "direct term left out",
            "the old state is also kept as it is, times $\\kappa$. That term has no weight.",
            GATES,
            lambda *numbers: sum(old_state_terms(*numbers)[1:]),
        ),
        WrongFormula(
            "keep gate's delta with the wrong sign",
            "the difference in the delta of the keep gate is old state minus candidate: more "
            "keeping means more of the old state.",
            GATES,
            lambda *numbers: sum(
                term * sign for term, sign in zip(old_state_terms(*numbers), (1, 1, -1, 1))
            ),
        ),
        WrongFormula(
            "reset gate missing in the candidate's term",
            "the candidate sees $r h$, so what it sends to the old state is multiplied by r.",
            GATES,
            lambda G, h, keep, reset, candidate, weights: (
                sum(old_state_terms(G, h, keep, reset, candidate, weights))
                + old_state_terms(G, h, keep, reset, candidate, weights)[1] * (1 - reset) / reset
            ),
        ),
    ),
)
