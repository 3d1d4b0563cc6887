"""The right programs: short, complete, and each written in another way.

Every program defines `parameters`, `X` and `Y`, a `loss` and a `gradient`, both functions of
`(parameters, X, Y)`. The parameters are a list with the W and b of each layer, starting at the
inputs, and the gradient is a list of the same shapes. A mistake (`changes`) replaces some text in
`gradient`, or in what only `gradient` calls, so the loss of every program is right.
"""

from __future__ import annotations

from backprop.losses import BinaryCrossEntropy, CategoricalCrossEntropy, SquaredError
from backprop.practice.detective.program import Program

__all__ = ["PROGRAMS"]

# ---- parts of the texts

START = '''
"""$title"""
import numpy as np

generator = np.random.default_rng($seed)
X = generator.normal(size=($rows, $inputs))
Y = $targets
rate, shapes = $rate, ($shapes)
parameters = [generator.normal(size=shape) for shape in shapes]
'''
FUNCTION = """

def f(Z):
    return $f
"""
SLOPE_OF_A = """

def slope(A):
    return $slope_of_A
"""
SLOPE_OF_Z = """

def slope(Z):
    return $slope_of_Z
"""
LOSS = """

def loss(parameters, X, Y):
    W1, b1, W2, b2 = parameters
    A2 = $outputs
    return $formula
"""
HALF_MEAN = "((A2 - Y) ** 2).sum() / (2 * len(X))"
ONCE = """

print("loss:", loss(parameters, X, Y))
after = [p - rate / 100 * g for p, g in zip(parameters, gradient(parameters, X, Y))]
print("loss after a small step:", loss(after, X, Y))
"""
ALL_ROWS = """

trained = parameters
for step in range(50):
    trained = [p - rate * g for p, g in zip(trained, gradient(trained, X, Y))]
print("loss:", loss(parameters, X, Y), "after 50 steps:", loss(trained, X, Y))
"""
MOMENTUM = """

trained, velocity = parameters, [0, 0, 0, 0]
for step in range(50):
    slopes = gradient(trained, X, Y)
    velocity = [0.8 * v - rate * g for v, g in zip(velocity, slopes)]
    trained = [p + v for p, v in zip(trained, velocity)]
print("loss:", loss(parameters, X, Y), "after 50 steps:", loss(trained, X, Y))
"""


def start(title: str) -> str:
    """The first lines of a program."""
    return START.replace("$title", title)


def loss_lines(formula: str = HALF_MEAN, outputs: str = "f(f(X @ W1 + b1) @ W2 + b2)") -> str:
    """The loss of a network with two layers."""
    return LOSS.replace("$formula", formula).replace("$outputs", outputs)


# ---- the programs


BY_HAND = Program(
    '''
"""A 2-2-1 network by hand, with one row. The loss is half the squared error."""

X, Y = [[$n0, $n1]], [[1.0]]
# Of w1 to w6, one row for each input of a layer, and one column for each neuron.
parameters = [[[$n2, $n3], [$n4, $n5]], [[$n6], [$n7]]]
rate = $rate


def loss(parameters, X, Y):
    ((w1, w3), (w2, w4)), ((w5,), (w6,)) = parameters
    (x1, x2), (y,) = X[0], Y[0]
    p = w5 * (w1 * x1 + w2 * x2) + w6 * (w3 * x1 + w4 * x2)
    return (p - y) ** 2 / 2


def gradient(parameters, X, Y):
    """One number for each weight, in the same lists."""
    ((w1, w3), (w2, w4)), ((w5,), (w6,)) = parameters
    (x1, x2), (y,) = X[0], Y[0]
    h1 = w1 * x1 + w2 * x2
    h2 = w3 * x1 + w4 * x2
    p = w5 * h1 + w6 * h2
    at_p = p - y
    g5, g6 = at_p * h1, at_p * h2
    at_h1, at_h2 = at_p * w5, at_p * w6
    g1, g2 = at_h1 * x1, at_h1 * x2
    g3, g4 = at_h2 * x1, at_h2 * x2
    return [[[g1, g3], [g2, g4]], [[g5], [g6]]]


print("loss:", loss(parameters, X, Y))
for part in gradient(parameters, X, Y):
    print("gradient:", part)
''',
    SquaredError("nothing"),
    hidden="identity",
    output="identity",
    bias=False,
)

LOOPS = Program(
    '''
"""Sigmoids in pure Python, 2-2-1. The loss is half the mean squared error."""
from math import exp

X, Y = [[$n0, $n1], [$n2, $n3], [$n4, $n5]], [[1.0], [0.0], [1.0]]
parameters = [[[$n6, $n7], [$n8, $n9]], [$n10, $n11], [[$n12], [$n13]], [$n14]]
rate = $rate


def sigmoid(z):
    return 1 / (1 + exp(-z))


def forward(parameters, x):
    V, b, W, c = parameters
    h = [sigmoid(V[0][j] * x[0] + V[1][j] * x[1] + b[j]) for j in range(2)]
    return h, sigmoid(W[0][0] * h[0] + W[1][0] * h[1] + c[0])


def loss(parameters, X, Y):
    errors = [forward(parameters, x)[1] - y[0] for x, y in zip(X, Y)]
    return sum(error**2 for error in errors) / 2 / len(X)


def gradient(parameters, X, Y):
    W = parameters[2]
    dV, db, dW, dc = [[0, 0], [0, 0]], [0, 0], [[0], [0]], [0]
    for x, y in zip(X, Y):
        h, p = forward(parameters, x)
        out = (p - y[0]) * p * (1 - p) / len(X)
        dc[0] += out
        for j in range(2):
            dW[j][0] += out * h[j]
            inner = out * W[j][0] * h[j] * (1 - h[j])
            db[j] += inner
            for i in range(2):
                dV[i][j] += inner * x[i]
    return [dV, db, dW, dc]


print("loss:", loss(parameters, X, Y), "gradient:", gradient(parameters, X, Y))
''',
    SquaredError(),
    hidden="sigmoid",
    output="sigmoid",
)

ARRAYS = Program(
    start("Two layers. The loss is the mean over the rows of half the squared error.")
    + FUNCTION
    + SLOPE_OF_A
    + loss_lines()
    + """

def gradient(parameters, X, Y):
    W1, b1, W2, b2 = parameters
    Z1 = X @ W1 + b1
    A1 = f(Z1)
    Z2 = A1 @ W2 + b2
    A2 = f(Z2)
    delta2 = (A2 - Y) * slope(A2) / len(X)
    delta1 = delta2 @ W2.T * slope(A1)
    return [X.T @ delta1, delta1.sum(axis=0), A1.T @ delta2, delta2.sum(axis=0)]
"""
    + ALL_ROWS,
    SquaredError(),
)

OF_SUMS = Program(
    start("Two layers, the last one linear. The loss is half the squared error, summed.")
    + FUNCTION
    + SLOPE_OF_Z
    + loss_lines("((A2 - Y) ** 2).sum() / 2", "f(X @ W1 + b1) @ W2 + b2")
    + """

def gradient(parameters, X, Y):
    W1, b1, W2, b2 = parameters
    Z1 = X @ W1 + b1
    A1 = f(Z1)
    delta2 = A1 @ W2 + b2 - Y
    delta1 = delta2 @ W2.T * slope(Z1)
    dW1, db1 = X.T @ delta1, delta1.sum(axis=0)
    dW2, db2 = A1.T @ delta2, delta2.sum(axis=0)
    return [dW1, db1, dW2, db2]
"""
    + ONCE,
    SquaredError("nothing"),
    output="identity",
)

RELU = Program(
    start("A layer of ReLUs below a linear one. The loss is half the mean squared error.")
    + loss_lines(HALF_MEAN, "np.maximum(0, X @ W1 + b1) @ W2 + b2")
    + """

def gradient(parameters, X, Y):
    W1, b1, W2, b2 = parameters
    Z1 = X @ W1 + b1
    A1 = np.maximum(0, Z1)
    delta2 = (A1 @ W2 + b2 - Y) / len(X)
    delta1 = delta2 @ W2.T * (Z1 > 0)
    return [X.T @ delta1, delta1.sum(axis=0), A1.T @ delta2, delta2.sum(axis=0)]


trained, small = parameters, rate / 10
for step in range(30):
    batch = generator.permutation(len(X))[:5]
    slopes = gradient(trained, X[batch], Y[batch])
    trained = [p - small * g for p, g in zip(trained, slopes)]
print("loss:", loss(parameters, X, Y), "after 30 steps:", loss(trained, X, Y))
""",
    SquaredError(),
    hidden="relu",
    output="identity",
)

SOFTMAX = Program(
    start("One class out of $outputs. The loss is the mean cross-entropy of a softmax.")
    + """

def forward(parameters, X):
    W1, b1, W2, b2 = parameters
    Z1 = X @ W1 + b1
    A1 = 1 / (1 + np.exp(-Z1))
    powers = np.exp(A1 @ W2 + b2)
    return Z1, A1, powers / powers.sum(axis=1, keepdims=True)


def loss(parameters, X, Y):
    return -(Y * np.log(forward(parameters, X)[-1])).sum() / len(X)


def gradient(parameters, X, Y):
    Z1, A1, A2 = forward(parameters, X)
    W1, b1, W2, b2 = parameters
    delta2 = (A2 - Y) / len(X)
    delta1 = delta2 @ W2.T * A1 * (1 - A1)
    return [X.T @ delta1, delta1.sum(axis=0), A1.T @ delta2, delta2.sum(axis=0)]
"""
    + ALL_ROWS,
    CategoricalCrossEntropy(),
    hidden="sigmoid",
    output="softmax",
)

YES_OR_NO = Program(
    start("Yes-or-no questions: sigmoids with the binary cross-entropy, a mean over rows.")
    + """

def f(Z):
    return 1 / (1 + np.exp(-Z))


def loss(parameters, X, Y):
    W1, b1, W2, b2 = parameters
    A2 = f(f(X @ W1 + b1) @ W2 + b2)
    return -(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)).sum() / len(X)


def gradient(parameters, X, Y):
    W1, b1, W2, b2 = parameters
    Z1 = X @ W1 + b1
    A1 = f(Z1)
    A2 = f(A1 @ W2 + b2)
    delta2 = A2 - Y
    delta1 = (delta2 @ W2.T) * A1 * (1 - A1)
    sums = [X.T @ delta1, delta1.sum(axis=0), A1.T @ delta2, delta2.sum(axis=0)]
    return [part / len(X) for part in sums]
"""
    + MOMENTUM,
    BinaryCrossEntropy(),
    hidden="sigmoid",
    output="sigmoid",
)

SOFTMAX_SQUARED = Program(
    start("A softmax, which is unusual with its loss, half the mean squared error.")
    + """

def forward(parameters, X):
    W1, b1, W2, b2 = parameters
    A1 = np.tanh(X @ W1 + b1)
    powers = np.exp(A1 @ W2 + b2)
    return A1, powers / powers.sum(axis=1, keepdims=True)


def loss(parameters, X, Y):
    return ((forward(parameters, X)[-1] - Y) ** 2).sum() / (2 * len(X))


def gradient(parameters, X, Y):
    W1, b1, W2, b2 = parameters
    A1, A2 = forward(parameters, X)
    error = (A2 - Y) / len(X)
    delta2 = A2 * (error - (error * A2).sum(axis=1, keepdims=True))
    delta1 = delta2 @ W2.T * (1 - A1**2)
    dW1, dW2 = X.T @ delta1, A1.T @ delta2
    db1, db2 = delta1.sum(axis=0), delta2.sum(axis=0)
    return [dW1, db1, dW2, db2]
"""
    + ALL_ROWS,
    SquaredError(),
    square=True,
    hidden="tanh",
    output="softmax",
)

ROWS = Program(
    start("Row by row. The loss is the mean over the rows of half the squared error.")
    + FUNCTION
    + SLOPE_OF_A
    + loss_lines()
    + """

def gradient(parameters, X, Y):
    W1, b1, W2, b2 = parameters
    total = [np.zeros_like(part) for part in parameters]
    for x, y in zip(X, Y):
        a1 = f(x @ W1 + b1)
        a2 = f(a1 @ W2 + b2)
        d2 = (a2 - y) * slope(a2)
        d1 = W2 @ d2 * slope(a1)
        parts = [np.outer(x, d1), d1, np.outer(a1, d2), d2]
        total = [old + new / len(X) for old, new in zip(total, parts)]
    return total
"""
    + ONCE,
    SquaredError(),
    square=True,
)

IN_PLACE = Program(
    start("Steps in place. The loss is the mean over the rows of half the squared error.")
    + """

def forward(parameters, X):
    A1 = np.tanh(X @ parameters[0] + parameters[1])
    return A1, np.tanh(A1 @ parameters[2] + parameters[3])


def loss(parameters, X, Y):
    return ((forward(parameters, X)[-1] - Y) ** 2).sum() / (2 * len(X))


def step(parameters, X, Y):
    W1, b1, W2, b2 = parameters
    A1, A2 = forward(parameters, X)
    delta2 = (A2 - Y) * (1 - A2**2) / len(X)
    delta1 = (delta2 @ W2.T) * (1 - A1**2)
    W2 -= rate * A1.T @ delta2
    b2 -= rate * delta2.sum(axis=0)
    W1 -= rate * X.T @ delta1
    b1 -= rate * delta1.sum(axis=0)


def gradient(parameters, X, Y):
    new = [part.copy() for part in parameters]
    step(new, X, Y)
    return [(p - q) / rate for p, q in zip(parameters, new)]


print("loss:", loss(parameters, X, Y), "gradient:", gradient(parameters, X, Y))
""",
    SquaredError(),
    square=True,
    hidden="tanh",
    output="tanh",
)

SINGLE = Program(
    start("In float32. The loss is half the squared error, a mean over all entries of Y.")
    .replace("size=shape)", "size=shape).astype(np.float32)")
    .replace("rate, ", "X, Y = X.astype(np.float32), Y.astype(np.float32)\nrate, ", 1)
    + FUNCTION
    + SLOPE_OF_A
    + loss_lines("((A2 - Y) ** 2).mean() / 2")
    + """

def gradient(parameters, X, Y):
    W1, b1, W2, b2 = parameters
    Z1 = X @ W1 + b1
    A1 = f(Z1)
    A2 = f(A1 @ W2 + b2)
    delta2 = (A2 - Y) * slope(A2) / Y.size
    delta1 = delta2 @ W2.T * slope(A1)
    return [X.T @ delta1, delta1.sum(axis=0), A1.T @ delta2, delta2.sum(axis=0)]
"""
    + ALL_ROWS,
    SquaredError("elements"),
)

DEPTH_LOSS = """

def loss(parameters, X, Y):
    for W, b in zip(parameters[::2], parameters[1::2]):
        X = f(X @ W + b)
    return ((X - Y) ** 2).sum() / (2 * len(X))
"""
DEPTH = Program(
    start("Layers in a list. The loss is half the mean squared error.")
    + FUNCTION
    + SLOPE_OF_A
    + DEPTH_LOSS
    + """

def gradient(parameters, X, Y):
    A = [X]
    for W, b in zip(parameters[::2], parameters[1::2]):
        A.append(f(A[-1] @ W + b))
    delta = (A[-1] - Y) * slope(A[-1]) / len(X)
    found = []
    for k in range(len(A) - 2, -1, -1):
        found = [A[k].T @ delta, delta.sum(axis=0)] + found
        delta = delta @ parameters[2 * k].T * slope(A[k])
    return found
"""
    + ONCE,
    SquaredError(),
    layers=3,
    square=True,
)

PENALTY = Program(
    start("Half the mean squared error, and the penalty alpha/2 times the sum of all w².").replace(
        "rate, shapes = $rate,", "rate, alpha, shapes = $rate, $alpha,"
    )
    + FUNCTION
    + SLOPE_OF_A
    + """

def loss(parameters, X, Y):
    penalty = alpha / 2 * sum((W**2).sum() for W in parameters[::2])
    for W, b in zip(parameters[::2], parameters[1::2]):
        X = f(X @ W + b)
    return ((X - Y) ** 2).sum() / (2 * len(X)) + penalty


def gradient(parameters, X, Y):
    A = [X]
    for W, b in zip(parameters[::2], parameters[1::2]):
        A.append(f(A[-1] @ W + b))
    G, found = (A[-1] - Y) / len(X), []
    for k in range(len(A) - 2, -1, -1):
        W, b = parameters[2 * k : 2 * k + 2]
        delta = G * slope(A[k + 1])
        found = [A[k].T @ delta + alpha * W, delta.sum(axis=0)] + found
        G = delta @ W.T
    return found


print("loss:", loss(parameters, X, Y), "gradient:", gradient(parameters, X, Y))
""",
    SquaredError(),
    layers=3,
)

PROGRAMS = {
    "by hand": BY_HAND,
    "loops": LOOPS,
    "arrays": ARRAYS,
    "derivative of the sum": OF_SUMS,
    "relu": RELU,
    "softmax": SOFTMAX,
    "binary cross-entropy": YES_OR_NO,
    "softmax with squared error": SOFTMAX_SQUARED,
    "row by row": ROWS,
    "in place": IN_PLACE,
    "float32": SINGLE,
    "any depth": DEPTH,
    "penalty": PENALTY,
}
