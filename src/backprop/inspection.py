"""Look into a trained network: what its neurons answer, and what they look for."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from backprop.network import Network


def layer_outputs(network: Network, X: ArrayLike) -> list[np.ndarray]:
    """The outputs of every layer for the rows of X, each (samples, outputs of the layer)."""
    network.predict(X)
    return [layer.A.copy() for layer in network.layers]


def input_gradient(network: Network, x: ArrayLike, layer: int, neuron: int) -> np.ndarray:
    """∂a/∂x, the slope of a neuron's output by each input, at the input x, shape (inputs,).

    `layer` counts from 0, as `network.layers` does. Raises IndexError for a neuron that is not
    there.
    """
    check_neuron(network, layer, neuron)
    network.predict(np.reshape(x, (1, -1)))
    top = network.layers[layer]
    slope = np.zeros_like(top.A)
    slope[0, neuron] = 1.0
    delta = top.activation.delta(top.A, slope)
    for below, above in reversed(list(zip(network.layers[:layer], network.layers[1:]))):
        delta = above.delta_below(delta, below.activation)
    return (delta @ network.layers[0].W.T)[0]


def most_exciting_input(
    network: Network,
    layer: int,
    neuron: int,
    *,
    steps: int = 200,
    learning_rate: float = 0.1,
) -> np.ndarray:
    """An input between 0 and 1 for which a neuron answers as much as it can, shape (inputs,).

    Gradient *ascent* on the input: from grey, 0.5 everywhere, it takes `steps` steps of the length
    `learning_rate`·√inputs along the slope, and keeps every input between 0 and 1. What it finds
    is a local maximum. Raises IndexError for a neuron that is not there.
    """
    x = np.full(network.sizes[0], 0.5, network.dtype)
    for _ in range(steps):
        slope = input_gradient(network, x, layer, neuron)
        length = np.linalg.norm(slope)
        if length == 0:  # a saturated neuron, or a ReLU that is off
            break
        x = np.clip(x + learning_rate * len(x) ** 0.5 * slope / length, 0.0, 1.0)
    return x


def check_neuron(network: Network, layer: int, neuron: int) -> None:
    """Raise IndexError unless the network has that layer, and the layer that neuron."""
    if not 0 <= layer < len(network.layers):
        raise IndexError(f"layer {layer} of a network with layers 0 to {len(network.layers) - 1}")
    outputs = network.layers[layer].outputs
    if not 0 <= neuron < outputs:
        raise IndexError(f"neuron {neuron} of a layer with neurons 0 to {outputs - 1}")
