"""The known mistakes in automatic differentiation: in a backward pass's order, and in its rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp
from typing import Any

import numpy as np

from backprop.arrays import Array
from backprop.mistakes.formula import Formula, WrongFormula

PAGE = "14_automatic_differentiation.ipynb"
FIRST_PASS = f"{PAGE}#a-first-backward-pass"
USED_TWICE = f"{PAGE}#bug-one-a-number-used-twice"
TOO_OFTEN = f"{PAGE}#bug-two-too-early-and-too-often"
ORDER = f"{PAGE}#the-right-order"
ZERO = f"{PAGE}#bug-three-the-gradient-of-the-last-step"
ARRAYS = f"{PAGE}#from-numbers-to-arrays"
RULES = f"{PAGE}#all-rules-in-one-table"
FORWARD_MODE = f"{PAGE}#the-other-direction"
SECOND = f"{PAGE}#the-gradient-of-a-gradient"

# A value of an engine: it has `parents` and the rule `pass_back`.
Node = Any
Program = Callable[..., Node]


def right_pass(result: Node) -> dict[Node, float]:
    """The gradient of each value: each passes its own on when all shares have arrived."""
    gradients = {result: 1.0}
    for value in reversed(oldest_first(result)):
        for parent, share in parents_shares(value, gradients[value]):
            gradients[parent] = gradients.get(parent, 0.0) + share
    return gradients


def overwriting_pass(result: Node) -> dict[Node, float]:
    """What arrives replaces what has arrived before."""
    gradients, waiting = {result: 1.0}, [result]
    while waiting:
        value = waiting.pop()
        for parent, share in parents_shares(value, gradients[value]):
            gradients[parent] = share
            waiting.append(parent)
    return gradients


def repeated_pass(result: Node) -> dict[Node, float]:
    """A value that is used twice passes its gradient on twice."""
    gradients, waiting = {result: 1.0}, [result]
    while waiting:
        value = waiting.pop()
        for parent, share in parents_shares(value, gradients[value]):
            gradients[parent] = gradients.get(parent, 0.0) + share
            waiting.append(parent)
    return gradients


def early_pass(result: Node) -> dict[Node, float]:
    """A value passes its gradient on once, but not always after the last share."""
    gradients, waiting, seen = {result: 1.0}, [result], {result}
    while waiting:
        value = waiting.pop()
        for parent, share in parents_shares(value, gradients[value]):
            gradients[parent] = gradients.get(parent, 0.0) + share
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return gradients


def forward_pass(result: Node) -> dict[Node, float]:
    """The right order, but from the oldest value to the newest."""
    order = oldest_first(result)
    gradients = dict.fromkeys(order, 0.0) | {result: 1.0}
    for value in order:
        for parent, share in parents_shares(value, gradients[value]):
            gradients[parent] += share
    return gradients


def parents_shares(value: Node, gradient: float) -> list[tuple[Node, float]]:
    """What each parent of a value gets; a leaf has none."""
    if not value.parents:
        return []
    return list(zip(value.parents, map(float, value.pass_back(np.asarray(gradient)))))


def oldest_first(result: Node) -> list[Node]:
    """A small graph's values, each after its parents."""
    order: list[Node] = []

    def visit(value: Node) -> None:
        if value not in order_set:
            order_set.add(value)
            for parent in value.parents:
                visit(parent)
            order.append(value)

    order_set: set[Node] = set()
    visit(result)
    return order


def gradients_by(
    backward: Callable[[Node], dict[Node, float]],
) -> Callable[[Program, Sequence[Node]], list[float]]:
    """The gradients of a program's leaves, with one of these passes."""

    def compute(program: Program, leaves: Sequence[Node]) -> list[float]:
        gradients = backward(program(*leaves))
        return [gradients.get(leaf, 0.0) for leaf in leaves]

    return compute


# The gradients of the leaves of a program.
BACKWARD_PASS = Formula(
    gradients_by(right_pass),
    (
        WrongFormula(
            "earlier shares overwritten",
            "what arrives at a number replaced what had arrived before. A number that is used "
            "several times gets the sum.",
            USED_TWICE,
            gradients_by(overwriting_pass),
        ),
        WrongFormula(
            "processed once per use",
            "a number in the middle passed its gradient on once per use, and each time it passed "
            "on all that had arrived. It has to pass on the whole sum, once.",
            TOO_OFTEN,
            gradients_by(repeated_pass),
        ),
        WrongFormula(
            "passed on too early",
            "a number passed its gradient on before its last share had arrived. It has to come "
            "after everything computed from it.",
            ORDER,
            gradients_by(early_pass),
        ),
    ),
)

# The gradient of the leaf of a program and the length of its tape.
TAPE = Formula(
    lambda program, leaf: [gradients_by(right_pass)(program, [leaf])[0], length(program, leaf)],
    (
        WrongFormula(
            "tape read from its beginning",
            "the oldest number was processed first, when no gradient had arrived there yet. The "
            "backward pass reads the tape from its end.",
            ORDER,
            lambda program, leaf: [
                gradients_by(forward_pass)(program, [leaf])[0],
                length(program, leaf),
            ],
        ),
        WrongFormula(
            "leaf not on the tape",
            "only the results of operations were counted. The leaf is a number on the tape too: "
            "the gradient has to reach it.",
            f"{PAGE}#numbers-that-remember",
            lambda program, leaf: [
                gradients_by(right_pass)(program, [leaf])[0],
                length(program, leaf) - 1,
            ],
        ),
        WrongFormula(
            "tape of two runs",
            "the program ran twice, and the numbers of the first run are still on the tape. Begin "
            "with an empty one.",
            ORDER,
            lambda program, leaf: [
                gradients_by(right_pass)(program, [leaf])[0],
                2 * length(program, leaf),
            ],
        ),
    ),
)


def length(program: Program, leaf: Node) -> int:
    """How many numbers are recorded."""
    return len(oldest_first(program(leaf)))


# The gradient of a number that was used in a product and in a sum, from the two shares.
SHARES_ADDED = Formula(
    lambda product, total: product + total,
    (
        WrongFormula(
            "share of the sum forgotten",
            "only the share of the product is there. Two arrows lead away from this number, so two "
            "shares arrive.",
            ORDER,
            lambda product, total: product,
        ),
        WrongFormula(
            "share of the product forgotten",
            "only the share of the sum is there. Two arrows lead away from this number, so two "
            "shares arrive.",
            ORDER,
            lambda product, total: total,
        ),
        WrongFormula(
            "shares multiplied",
            "the two shares were multiplied. Derivatives are multiplied along one path and added "
            "over several.",
            USED_TWICE,
            lambda product, total: product * total,
        ),
    ),
)

# A weight after the second step, from the weight before it and the derivatives of two steps, if
# the gradient is never set to zero.
NEVER_ZEROED = Formula(
    lambda w, rate, first, second: w - rate * (first + second),
    (
        WrongFormula(
            "earlier derivative left out",
            "this is the step with the new derivative alone. Nothing has set the gradient to zero, "
            "so the new derivative is added to the first one.",
            USED_TWICE,
            lambda w, rate, first, second: w - rate * second,
        ),
        WrongFormula(
            "new derivative left out",
            "this step uses the first derivative again. The second backward pass adds its own.",
            USED_TWICE,
            lambda w, rate, first, second: w - rate * first,
        ),
        WrongFormula(
            "mean of both derivatives",
            "the two derivatives were averaged. With `+=` they are added.",
            USED_TWICE,
            lambda w, rate, first, second: w - rate * (first + second) / 2,
        ),
        WrongFormula(
            "step uphill",
            "the step was added. Gradient descent subtracts the learning rate times the gradient.",
            "01_what_backpropagation_is.ipynb#gradient-descent-walk-downhill",
            lambda w, rate, first, second: w + rate * (first + second),
        ),
    ),
)

# The gradient of a row that was added to each row of a matrix, from that of the result.
ROW_ADDED = Formula(
    lambda G: G.sum(axis=0),
    (
        WrongFormula(
            "one row only",
            "this is the share of a single row. The row of biases was added to each row of the "
            "matrix, so each of its numbers was used several times.",
            USED_TWICE,
            lambda G: G[0],
        ),
        WrongFormula(
            "all numbers added up",
            "the sum went over the columns too. Each bias was added to one column only.",
            "03_chain_rule_and_sigmoid.ipynb#bp3-the-biases",
            lambda G: np.full(G.shape[1], G.sum()),
        ),
        WrongFormula(
            "summed over the columns",
            "each row was added up. That gives one number per row, and a gradient has the shape of "
            "its array.",
            ARRAYS,
            lambda G: G.sum(axis=1),
        ),
    ),
)

# The backward rule of y = a / Σ a.
SHARES_RULE = Formula(
    lambda g, y, a: ((g - (g * y).sum()) / a.sum(),),
    (
        WrongFormula(
            "path through the sum forgotten",
            "the rule treats the sum s as a constant. Each number changes s, and s changes all "
            "results.",
            RULES,
            lambda g, y, a: (g / a.sum(),),
        ),
        WrongFormula(
            "products not added up",
            "the second term has the product of one place only. A number changes all results "
            "through s, so the products are added over all of them.",
            RULES,
            lambda g, y, a: ((g - g * y) / a.sum(),),
        ),
        WrongFormula(
            "sign of the path through the sum",
            "the second term was added. A larger s makes every result smaller.",
            RULES,
            lambda g, y, a: ((g + (g * y).sum()) / a.sum(),),
        ),
        WrongFormula(
            "operand in place of the result",
            "the second term has a where y belongs: one factor 1/s is missing.",
            RULES,
            lambda g, y, a: ((g - (g * a).sum()) / a.sum(),),
        ),
        WrongFormula(
            "second term alone",
            "the direct path is missing: each result also contains its own number as numerator.",
            RULES,
            lambda g, y, a: (np.full(a.shape, -(g * y).sum() / a.sum()),),
        ),
    ),
)

# The derivative of tanh u = 1 − 2 / (e^(2u) + 1) by the rules of e^x and 1/x.
TANH_FROM_EXP = Formula(
    lambda u: 4 * exp(2 * u) / (exp(2 * u) + 1) ** 2,
    (
        WrongFormula(
            "inner factor 2 forgotten",
            "the exponent is 2u, so the product of 2 and u passes a factor 2 to u.",
            FIRST_PASS,
            lambda u: 2 * exp(2 * u) / (exp(2 * u) + 1) ** 2,
        ),
        WrongFormula(
            "1/x without the square",
            "the rule of 1/x multiplies by the value once. Its derivative is minus the square of "
            "the value.",
            RULES,
            lambda u: 4 * exp(2 * u) / (exp(2 * u) + 1),
        ),
        WrongFormula(
            "sign of 1/x",
            "the sign is wrong. When x grows, 1/x shrinks: its derivative is −1/x².",
            RULES,
            lambda u: -4 * exp(2 * u) / (exp(2 * u) + 1) ** 2,
        ),
        WrongFormula(
            "operand in the rule of exp",
            "the rule of e^x multiplies by the operand. The derivative of e^x is e^x itself, the "
            "value.",
            RULES,
            lambda u: 4 * 2 * u / (exp(2 * u) + 1) ** 2,
        ),
        WrongFormula(
            "value in place of the derivative",
            "this is the value tanh u. The derivative is the gradient of u after the backward "
            "pass.",
            FIRST_PASS,
            lambda u: 1 - 2 / (exp(2 * u) + 1),
        ),
    ),
)

# The derivative of a chain of sums, each of the last sum and the start, with respect to the start.
CHAIN = Formula(
    lambda sums: sums + 1,
    (
        WrongFormula(
            "first use forgotten",
            "one share per sum was counted. The start is also the first number of the chain, which "
            "is one share more.",
            USED_TWICE,
            lambda sums: sums,
        ),
        WrongFormula(
            "one use only",
            "this is one share. The start is an operand of every sum, and the shares add up.",
            USED_TWICE,
            lambda sums: 1,
        ),
        WrongFormula(
            "two shares per sum",
            "two shares per sum were counted. Of each sum one operand is the start, the other the "
            "sum before.",
            USED_TWICE,
            lambda sums: 2 * sums,
        ),
    ),
)

# The first and second derivative of a³ by forward mode over reverse mode.
CUBE_TWICE = Formula(
    lambda a: [3 * a**2, 6 * a],
    (
        WrongFormula(
            "tangent lost",
            "the tangent is 0: either a began without the tangent 1, or a rule returned a plain "
            "number and dropped it.",
            FORWARD_MODE,
            lambda a: [3 * a**2, 0],
        ),
        WrongFormula(
            "tangent of the value",
            "this is the tangent of a³, its first derivative again. The second derivative is in "
            "the tangent of a's gradient.",
            FORWARD_MODE,
            lambda a: [3 * a**2, 3 * a**2],
        ),
        WrongFormula(
            "tangent in the first gradient",
            "the gradient of the result began with the tangent 1. It is the constant 1, whose "
            "tangent is 0.",
            FORWARD_MODE,
            lambda a: [3 * a**2, 3 * a**2 + 6 * a],
        ),
        WrongFormula(
            "last factor only",
            "one of the factors received its share, the others did not. a is used three times.",
            USED_TWICE,
            lambda a: [a**2, 2 * a],
        ),
    ),
)


def operation_counts(size: int) -> dict[str, int]:
    """Weights and operations of a linear network with as many hidden neurons as inputs."""
    products, sums = size * size + size, size * size - 1
    return {
        "weights": products,
        "value": products + sums,
        "forward": products * (4 * products + 2 * sums),
        "reverse": 5 * products + 3 * sums,
    }


# How many times the operations of the value a gradient by reverse mode costs, rounded.
COST = Formula(
    lambda size: round(operation_counts(size)["reverse"] / operation_counts(size)["value"]),
    (
        WrongFormula(
            "one evaluation per weight",
            "this is one evaluation per weight, as differences need. One backward pass gives all "
            "derivatives at once.",
            ORDER,
            lambda size: operation_counts(size)["weights"],
        ),
        WrongFormula(
            "central differences",
            "this is what central differences cost: two evaluations per weight.",
            "03_chain_rule_and_sigmoid.ipynb#the-gradient-check",
            lambda size: 2 * operation_counts(size)["weights"],
        ),
        WrongFormula(
            "forward mode",
            "this is the cost of forward mode, with one pass per weight. Reverse mode needs one "
            "pass for one result.",
            FORWARD_MODE,
            lambda size: round(operation_counts(size)["forward"] / operation_counts(size)["value"]),
        ),
        WrongFormula(
            "backward pass for free",
            "this is the value alone. The backward pass multiplies and adds at every node too.",
            f"{PAGE}#the-other-direction",
            lambda size: 1,
        ),
    ),
)


def row_gradient(g: Array, rows: Sequence[int], a: Array) -> Array:
    """The gradient of `a`, of which `rows` were taken: every use adds its share."""
    gradient = np.zeros(a.shape)
    np.add.at(gradient, rows, g)
    return gradient


def row_gradient_in_place(g: Array, rows: Sequence[int], a: Array) -> Array:
    """The same with `+=`, which adds only one share of a row that was taken twice."""
    gradient = np.zeros(a.shape)
    gradient[rows] += g
    return gradient


# The backward rule of a[rows].
ROWS_TAKEN = Formula(
    row_gradient,
    (
        WrongFormula(
            "one share per row",
            "a row that was taken twice has one share only.",
            RULES,
            row_gradient_in_place,
        ),
    ),
)
