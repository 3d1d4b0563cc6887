"""The mistakes: a text in a right program, and what takes its place.

Only the name of a mistake is here. What it means and where to read again is what
`backprop.diagnosis` says about the numbers of the program.
"""

from __future__ import annotations

from dataclasses import dataclass

from backprop.practice.detective.program import Program

__all__ = ["CHANGES", "Change"]


@dataclass(frozen=True)
class Change:
    """A replacement in the text of a right program.

    `form` is the name of the known mistake, and `level` says how hard it is to find, from 1 to 3.
    The text `old`, which has to occur exactly once, becomes `new`. With `square` that is done only
    where all layers have the same size: elsewhere the shapes would give the mistake away.
    """

    form: str
    level: int
    old: str
    new: str
    square: bool = False

    def fits(self, program: Program) -> bool:
        """Whether the mistake can be made in this program."""
        return program.text.count(self.old) == 1 and (program.square or not self.square)


def changes(
    form: str, level: int, texts: dict[str, str], square: bool = False
) -> tuple[Change, ...]:
    """One change for each old text and the new one."""
    return tuple(Change(form, level, old, new, square) for old, new in texts.items())


CHANGES: tuple[Change, ...] = (
    # The error at the output
    *changes(
        "sign",
        1,
        {
            "= (A2 - Y)": "= (Y - A2)",
            "= A2 - Y": "= Y - A2",
            "= A1 @ W2 + b2 - Y": "= Y - A1 @ W2 - b2",
            "= (A1 @ W2 + b2 - Y)": "= (Y - A1 @ W2 - b2)",
            "= (A[-1] - Y)": "= (Y - A[-1])",
            "= p - y": "= y - p",
            "= (p - y[0])": "= (y[0] - p)",
            "= (a2 - y)": "= (y - a2)",
            "(p - q) / rate": "(q - p) / rate",
        },
    ),
    *changes(
        "constant factor",
        2,
        {
            "= (A2 - Y)": "= 2 * (A2 - Y)",
            "= A1 @ W2 + b2 - Y": "= 2 * (A1 @ W2 + b2 - Y)",
            "= (A1 @ W2 + b2 - Y)": "= 2 * (A1 @ W2 + b2 - Y)",
            "= (A[-1] - Y)": "= 2 * (A[-1] - Y)",
            "= p - y": "= 2 * (p - y)",
            "= (p - y[0])": "= 2 * (p - y[0])",
            "= (a2 - y)": "= 2 * (a2 - y)",
            "/ Y.size": "/ len(X)",
        },
    ),
    *changes(
        "sum instead of mean",
        2,
        {
            ") / len(X)\n    delta": ")\n    delta",
            ") / len(X), []": "), []",
            ") / len(X)\n    found": ")\n    found",
            "[part / len(X) for part in sums]": "sums",
            "* p * (1 - p) / len(X)": "* p * (1 - p)",
            "old + new / len(X)": "old + new",
            " / Y.size": "",
        },
    ),
    *changes(
        "mean instead of sum",
        2,
        {"delta2 = A1 @ W2 + b2 - Y": "delta2 = (A1 @ W2 + b2 - Y) / len(X)"},
    ),
    *changes(
        "mean taken twice",
        2,
        {
            "slope(A2) / len(X)": "slope(A2) / len(X) ** 2",
            "delta2 = A2 - Y": "delta2 = (A2 - Y) / len(X)",
            "return total": "return [part / len(X) for part in total]",
            "slope(A[-1]) / len(X)": "slope(A[-1]) / len(X) ** 2",
        },
    ),
    # The derivatives of the activations
    *changes(
        "missing activation derivative",
        1,
        {
            " * slope(A1)": "",
            " * slope(Z1)": "",
            " * slope(a1)": "",
            " * (1 - A1**2)": "",
            " * A1 * (1 - A1)": "",
            " * (Z1 > 0)": "",
            "inner = out * W[j][0] * h[j] * (1 - h[j])": "inner = out * W[j][0]",
            " * slope(A[k])": "",
            " * slope(A[k + 1])": "",
            " * slope(A2)": "",
            " * slope(a2)": "",
            " * (1 - A2**2)": "",
            " * p * (1 - p)": "",
            " * slope(A[-1])": "",
        },
    ),
    *changes(
        "missing activation derivative",
        3,
        {
            "(Z1 > 0)": "(A1 >= 0)",
            "A2 * (error - (error * A2).sum(axis=1, keepdims=True))": "error",
        },
    ),
    *changes(
        "derivative for A, given Z",
        2,
        {
            "slope(A1)": "slope(Z1)",
            "slope(A2) / len": "slope(Z2) / len",
            "* A1 * (1 - A1)": "* Z1 * (1 - Z1)",
        },
    ),
    *changes("derivative for Z, given A", 2, {"slope(Z1)": "slope(A1)"}),
    *changes(
        "derivative of another activation",
        2,
        {
            "return $slope_of_A": "return $slope_of_other",
            "(1 - A1**2)": "A1 * (1 - A1)",
            "(1 - A2**2)": "A2 * (1 - A2)",
            "A1 * (1 - A1)": "(1 - A1**2)",
        },
    ),
    *changes(
        "activation derivative once too often",
        2,
        {
            "delta2 = (A2 - Y) / len(X)": "delta2 = (A2 - Y) * A2 * (1 - A2) / len(X)",
            "delta2 = A2 - Y": "delta2 = (A2 - Y) * A2 * (1 - A2)",
        },
    ),
    *changes(
        "softmax taken element by element",
        3,
        {"A2 * (error - (error * A2).sum(axis=1, keepdims=True))": "error * A2 * (1 - A2)"},
    ),
    # From layer to layer
    *changes(
        "transposed weights",
        2,
        {
            "delta2 @ W2.T": "delta2 @ W2",
            "W2 @ d2": "d2 @ W2",
            "parameters[2 * k].T": "parameters[2 * k]",
        },
        square=True,
    ),
    *changes(
        "transposed weights",
        3,
        {"W2.T": "W2.reshape(W2.T.shape)", "@ W.T": "@ W.reshape(W.T.shape)"},
    ),
    *changes(
        "error carried back in place of the delta",
        3,
        {
            "slope(A2) / len(X)\n    delta1 = delta2 @ W2.T": (
                "slope(A2) / len(X)\n    delta1 = (A2 - Y) / len(X) @ W2.T"
            ),
            "delta1 = (delta2 @ W2.T) * (1": "delta1 = (A2 - Y) / len(X) @ W2.T * (1",
            "keepdims=True))\n    delta1 = delta2": "keepdims=True))\n    delta1 = error",
            "W2 @ d2": "W2 @ (a2 - y)",
            "G = delta @ W.T": "G = G @ W.T",
        },
    ),
    *changes(
        "error not carried back",
        1,
        {
            "delta2 @ W2.T * slope(A1)": "np.zeros_like(A1)",
            "delta2 @ W2.T * (Z1 > 0)": "np.zeros_like(Z1)",
            "W2 @ d2 * slope(a1)": "np.zeros_like(a1)",
            "delta @ parameters[2 * k].T * slope(A[k])": "np.zeros_like(A[k])",
        },
    ),
    *changes(
        "mean taken again in each layer",
        3,
        {
            "delta2 @ W2.T": "delta2 / len(X) @ W2.T",
            "W2 @ d2": "W2 @ d2 / len(X)",
            "inner = out *": "inner = out / len(X) *",
            "G = delta @": "G = delta / len(X) @",
            "delta = delta @": "delta = delta / len(X) @",
        },
    ),
    *changes(
        "new weights used too early",
        3,
        {
            "    delta1 = delta2": "    W2 = W2 - rate * A1.T @ delta2\n    delta1 = delta2",
            """    delta1 = (delta2 @ W2.T) * (1 - A1**2)
    W2 -= rate * A1.T @ delta2
""": """    W2 -= rate * A1.T @ delta2
    delta1 = (delta2 @ W2.T) * (1 - A1**2)
""",
            "    at_h1, at_h2 =": "    w5, w6 = w5 - rate * g5, w6 - rate * g6\n    at_h1, at_h2 =",
        },
    ),
    # The weights and biases of a layer
    *changes(
        "weighted sums in place of outputs",
        2,
        {"A1.T @ delta2, delta2.sum": "Z1.T @ delta2, delta2.sum"},
    ),
    *changes(
        "missing bias gradient",
        2,
        {
            "X.T @ delta1, delta1.sum(axis=0)": "X.T @ delta1, np.zeros_like(b1)",
            "A1.T @ delta2, delta2.sum(axis=0)": "A1.T @ delta2, np.zeros_like(b2)",
            "= delta1.sum(axis=0), delta2.sum(axis=0)": "= np.zeros_like(b1), delta2.sum(axis=0)",
            "    b1 -= rate * delta1.sum(axis=0)\n": "",
            "    b2 -= rate * delta2.sum(axis=0)\n": "",
            "            db[j] += inner\n": "",
            "        dc[0] += out\n": "",
            "d1, np.outer(a1, d2)": "0 * d1, np.outer(a1, d2)",
            "np.outer(a1, d2), d2]": "np.outer(a1, d2), 0 * d2]",
            "delta.sum(axis=0)": "np.zeros_like(delta[0])",
        },
    ),
    *changes("constant factor in the biases", 3, {"delta.sum(axis=0)": "delta.mean(axis=0)"}),
    *changes(
        "biases missing in the forward pass",
        2,
        {
            "A[-1] @ W + b": "A[-1] @ W",
            "X @ W1 + b1\n    A1 = f(Z1)\n    Z2 = A1 @ W2 + b2": (
                "X @ W1\n    A1 = f(Z1)\n    Z2 = A1 @ W2"
            ),
            "X @ W1 + b1\n    A1 = f(Z1)\n    A2 = f(A1 @ W2 + b2)": (
                "X @ W1\n    A1 = f(Z1)\n    A2 = f(A1 @ W2)"
            ),
            "x @ W1 + b1)\n        a2 = f(a1 @ W2 + b2)": "x @ W1)\n        a2 = f(a1 @ W2)",
        },
    ),
    *changes(
        "last row only",
        3,
        {
            "old + new / len(X) for old, new in zip(total, parts)": "new / len(X) for new in parts",
            """    total = [np.zeros_like(part) for part in parameters]
    for x, y in zip(X, Y):
""": """    for x, y in zip(X, Y):
        total = [np.zeros_like(part) for part in parameters]
""",
            """    dV, db, dW, dc = [[0, 0], [0, 0]], [0, 0], [[0], [0]], [0]
    for x, y in zip(X, Y):
""": """    for x, y in zip(X, Y):
        dV, db, dW, dc = [[0, 0], [0, 0]], [0, 0], [[0], [0]], [0]
""",
        },
    ),
    *changes("missing penalty", 2, {" + alpha * W": ""}),
    *changes("constant factor in the penalty", 3, {"+ alpha * W": "+ 2 * alpha * W"}),
    *changes(
        "penalty on the biases", 3, {"W, delta.sum(axis=0)": "W, delta.sum(axis=0) + alpha * b"}
    ),
    # What is returned
    *changes(
        "new parameters in place of the gradient",
        1,
        {
            "return found": "return [p - rate * g for p, g in zip(parameters, found)]",
            "return total": "return [p - rate * g for p, g in zip(parameters, total)]",
            "return [part / len(X) for part in sums]": (
                "return [p - rate * s / len(X) for p, s in zip(parameters, sums)]"
            ),
            "return [(p - q) / rate for p, q in zip(parameters, new)]": "return new",
        },
    ),
    *changes(
        "step in place of the gradient",
        2,
        {
            "= (A2 - Y)": "= rate * (A2 - Y)",
            "= A1 @ W2 + b2 - Y": "= rate * (A1 @ W2 + b2 - Y)",
            "= (A1 @ W2 + b2 - Y)": "= rate * (A1 @ W2 + b2 - Y)",
            "= p - y": "= rate * (p - y)",
            "[part / len(X) for part in sums]": "[rate * part / len(X) for part in sums]",
            "return found": "return [rate * part for part in found]",
            "return total": "return [rate * part for part in total]",
            "(p - q) / rate": "p - q",
        },
    ),
    *changes("transposed gradient", 2, {"[[g1, g3], [g2, g4]]": "[[g1, g2], [g3, g4]]"}),
    *changes(
        "transposed gradient",
        2,
        {
            "A[k].T @ delta": "delta.T @ A[k]",
            "np.outer(x, d1), d1, np.outer(a1, d2)": "np.outer(d1, x), d1, np.outer(d2, a1)",
        },
        square=True,
    ),
    *changes(
        "wrong layer order",
        2,
        {
            "found = [A[k].T @ delta, delta.sum(axis=0)] + found": (
                "found += [A[k].T @ delta, delta.sum(axis=0)]"
            ),
            "[np.outer(x, d1), d1, np.outer(a1, d2), d2]": (
                "[np.outer(a1, d2), d2, np.outer(x, d1), d1]"
            ),
            "return [dW1, db1, dW2, db2]": "return [dW2, db2, dW1, db1]",
        },
        square=True,
    ),
)
