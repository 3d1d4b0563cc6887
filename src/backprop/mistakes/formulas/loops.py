"""The known mistakes in the network of lists and dictionaries: one number, or one line, each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from backprop.mistakes.dense import MissingDerivative, TransposedWeights
from backprop.mistakes.formula import Formula, WrongFormula

SIX_STEPS = "04_six_steps.ipynb"
BACKWARD = f"{SIX_STEPS}#step-3-backward"
STORED = f"{SIX_STEPS}#how-the-network-is-stored"

Neuron = dict[str, Any]  # as in backprop.loops
Layer = list[Neuron]


def sigmoid_slope(output: float) -> float:
    """The derivative of the sigmoid, from its output."""
    return output * (1 - output)


def deltas_by(
    share: Callable[[Neuron, int, Neuron, int], float],
) -> Callable[[Layer, Layer], list[float]]:
    """The deltas of a layer, with this share of each next neuron.

    The share is computed from the neuron, its index, the next neuron and the index of that.
    """

    def deltas(layer: Layer, next_layer: Layer) -> list[float]:
        return [
            sum(share(neuron, i, other, k) for k, other in enumerate(next_layer))
            * sigmoid_slope(neuron["output"])
            for i, neuron in enumerate(layer)
        ]

    return deltas


right_deltas = deltas_by(lambda neuron, i, other, k: other["delta"] * other["weights"][i])

# The deltas of a hidden layer: the layer with its outputs, and the next layer with its deltas.
HIDDEN_DELTAS = Formula(
    right_deltas,
    (
        WrongFormula(
            TransposedWeights.form,
            "these are the neuron's own weights, by which it multiplies its inputs. Its output "
            "reaches the next neuron through a weight of the next neuron.",
            BACKWARD,
            deltas_by(lambda neuron, i, other, k: other["delta"] * neuron["weights"][k]),
        ),
        WrongFormula(
            "passed without the weights",
            "the deltas of the next layer were added as they are. Each passes a connection, and "
            "is multiplied by its weight.",
            BACKWARD,
            deltas_by(lambda neuron, i, other, k: other["delta"]),
        ),
        WrongFormula(
            "the output in place of the weight",
            "delta times the neuron's output is the derivative with respect to the weight. To "
            "pass the connection, multiply by the weight itself.",
            BACKWARD,
            deltas_by(lambda neuron, i, other, k: other["delta"] * neuron["output"]),
        ),
        WrongFormula(
            "the bias in place of the weight",
            "the last number in the list of weights is the bias. No output of this layer is "
            "multiplied by it.",
            STORED,
            deltas_by(lambda neuron, i, other, k: other["delta"] * other["weights"][-1]),
        ),
        WrongFormula(
            "the deltas left out",
            "these are sums of weights. What comes back through each of them is the delta of the "
            "next neuron.",
            BACKWARD,
            deltas_by(lambda neuron, i, other, k: other["weights"][i]),
        ),
        WrongFormula(
            "last neuron only",
            "only the last neuron of the next layer counts here. Add the shares with `+=`: a `=` "
            "replaces the earlier ones.",
            BACKWARD,
            lambda layer, next_layer: right_deltas(layer, [*muted(next_layer), next_layer[-1]]),
        ),
        WrongFormula(
            MissingDerivative.form,
            "the sum was not multiplied by the derivative of the neuron's own sigmoid.",
            BACKWARD,
            lambda layer, next_layer: [
                delta / sigmoid_slope(neuron["output"])
                for neuron, delta in zip(layer, right_deltas(layer, next_layer))
            ],
        ),
    ),
)


def muted(next_layer: Layer) -> Layer:
    """All but the last neuron, each with the delta 0."""
    return [{**neuron, "delta": 0.0} for neuron in next_layer[:-1]]


def products_by_weights(sizes: Sequence[int]) -> list[int]:
    """Multiplications by a weight in one forward pass and in one backward pass."""
    layers = [inputs * outputs for inputs, outputs in zip(sizes, sizes[1:])]
    return [sum(layers), sum(layers[1:])]


COUNT = f"{SIX_STEPS}#step-3-backward"

# The same, from the sizes of the layers.
PRODUCTS_BY_WEIGHTS = Formula(
    products_by_weights,
    (
        WrongFormula(
            "deltas of the inputs",
            "both passes have the same count here. The loop over pairs of layers ends at the "
            "first hidden layer: nothing needs the deltas of the inputs.",
            COUNT,
            lambda sizes: 2 * products_by_weights(sizes)[:1],
        ),
        WrongFormula(
            "the wrong layer left out",
            "the backward pass was counted with the weights of the first layer. Those of the last "
            "layers pass the deltas on.",
            COUNT,
            lambda sizes: [products_by_weights(sizes)[0], products_by_weights(sizes[:-1])[0]],
        ),
        WrongFormula(
            "biases multiplied",
            "the biases were counted. A bias is added, and `zip` stops before it.",
            f"{SIX_STEPS}#step-2-forward",
            lambda sizes: [
                products_by_weights(sizes)[0] + sum(sizes[1:]),
                products_by_weights(sizes)[1],
            ],
        ),
        WrongFormula(
            "other products counted",
            "the backward pass was counted with the products by a derivative too. Count those by "
            "a weight.",
            COUNT,
            lambda sizes: [
                products_by_weights(sizes)[0],
                products_by_weights(sizes)[1] + sum(sizes[1:]),
            ],
        ),
    ),
)
