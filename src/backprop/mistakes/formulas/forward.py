"""The known mistakes in a forward pass with biases and sigmoids."""

from __future__ import annotations

from backprop import activations
from backprop.arrays import Array
from backprop.byhand import sigmoid
from backprop.mistakes.dense import UnbiasedForward
from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import BIAS, DERIVATIVE, EQUATIONS, SIGMOID

LAYERS = f"{EQUATIONS}#from-neurons-to-layers"
NETWORK = f"{EQUATIONS}#the-2-2-1-network-with-sigmoids"


# The output of a neuron, from its two weights, its two inputs and its bias.
NEURON = Formula(
    lambda w, v, x, y, b: sigmoid(w * x + v * y + b),
    (
        WrongFormula(
            UnbiasedForward.form,
            "the bias was left out. Each weighted sum includes its bias.",
            UnbiasedForward.section,
            lambda w, v, x, y, b: sigmoid(w * x + v * y),
        ),
        WrongFormula(
            "activation left out",
            "this is the pre-activation. The output of the neuron is the sigmoid of it.",
            SIGMOID,
            lambda w, v, x, y, b: w * x + v * y + b,
        ),
        WrongFormula(
            "sign in the exponent",
            "the exponent has the wrong sign: σ(z) is 1/(1 + e^(−z)), and grows with z.",
            SIGMOID,
            lambda w, v, x, y, b: sigmoid(-(w * x + v * y + b)),
        ),
        WrongFormula(
            "derivative in place of the output",
            "this is the derivative a(1 − a). The forward pass needs the output a; the derivative "
            "belongs to the backward pass.",
            DERIVATIVE,
            lambda w, v, x, y, b: (sigmoid(w * x + v * y + b) * (1 - sigmoid(w * x + v * y + b))),
        ),
        WrongFormula(
            "bias added after the activation",
            "the bias was added to the output. It belongs into the weighted sum, before the "
            "activation function.",
            BIAS,
            lambda w, v, x, y, b: sigmoid(w * x + v * y) + b,
        ),
        WrongFormula(
            "weights exchanged",
            "each weight met the other input. A weight belongs to one connection, and multiplies "
            "what enters that connection.",
            NETWORK,
            lambda w, v, x, y, b: sigmoid(w * y + v * x + b),
        ),
    ),
)


def outputs_of(x: Array, W: Array, b: Array) -> Array:
    """The outputs of a layer of sigmoids for one row x."""
    return activations.sigmoid(x @ W + b)


# The prediction of a network with one hidden layer and sigmoids in both layers.
PREDICTION = Formula(
    lambda x, W1, b1, w2, b2: float(outputs_of(outputs_of(x, W1, b1), w2, b2)),
    (
        WrongFormula(
            UnbiasedForward.form,
            "the biases were left out. Each weighted sum includes its bias.",
            UnbiasedForward.section,
            lambda x, W1, b1, w2, b2: float(outputs_of(outputs_of(x, W1, 0 * b1), w2, 0 * b2)),
        ),
        WrongFormula(
            "rows taken for columns",
            "row $j$ of $W_1$ was used for neuron $j$. The weights into neuron $j$ are in column "
            "$j$.",
            LAYERS,
            lambda x, W1, b1, w2, b2: float(outputs_of(outputs_of(x, W1.T, b1), w2, b2)),
        ),
        WrongFormula(
            "activation left out at the end",
            "this is the weighted sum of the output neuron. It has a sigmoid too.",
            NETWORK,
            lambda x, W1, b1, w2, b2: float(outputs_of(x, W1, b1) @ w2 + b2),
        ),
        WrongFormula(
            "activation left out in the hidden layer",
            "the hidden neurons passed on their weighted sums. What a neuron passes on is its "
            "output, the sigmoid of the sum.",
            NETWORK,
            lambda x, W1, b1, w2, b2: float(outputs_of(x @ W1 + b1, w2, b2)),
        ),
    ),
)
