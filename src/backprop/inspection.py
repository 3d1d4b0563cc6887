"""Look into a trained network: the outputs of its neurons, and the inputs they respond to."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop.network import Network
from backprop.parameters import Gradient

__all__ = ["input_gradient", "layer_outputs", "most_exciting_input"]


def layer_outputs(network: Network, X: ArrayLike) -> list[np.ndarray]:
    """The outputs of every layer for the rows of X, each (samples, neurons of the layer)."""
    return [A.copy() for A in network.forward(network.check_inputs(X)).A[1:]]


def input_gradient(network: Network, x: ArrayLike, layer: int, neuron: int) -> np.ndarray:
    """∂a/∂x, the gradient of a neuron's output with respect to the input x, shape (inputs,).

    `layer` counts from 0, as `network.layers` does. Raises IndexError for a neuron that does not
    exist.
    """
    check_neuron(network, layer, neuron)
    forward = network.forward(network.check_inputs(np.reshape(x, (1, -1))))
    G: Any = np.zeros_like(forward.A[layer + 1])
    G[0, neuron] = 1.0
    for step, cache in reversed(list(zip(network.layers, forward.caches))[: layer + 1]):
        G = step.backward(G, cache, Gradient(step.shapes, dtype=network.dtype))
    gradient: np.ndarray = G[0]
    return gradient


def most_exciting_input(
    network: Network,
    layer: int,
    neuron: int,
    *,
    steps: int = 200,
    learning_rate: float = 0.1,
) -> np.ndarray:
    """An input between 0 and 1 that maximizes the output of a neuron, shape (inputs,).

    Gradient *ascent* on the input: from grey, 0.5 everywhere, it takes `steps` steps of length
    `learning_rate`·√inputs along the gradient, and clips every input to between 0 and 1. The result
    is a local maximum. Raises IndexError for a neuron that does not exist.
    """
    x = np.full(network.sizes[0], 0.5, network.dtype)
    for _ in range(steps):
        gradient = input_gradient(network, x, layer, neuron)
        length = np.linalg.norm(gradient)
        if length == 0:  # a saturated neuron, or a ReLU that is off
            break
        x = np.clip(x + learning_rate * len(x) ** 0.5 * gradient / length, 0.0, 1.0)
    return x


def check_neuron(network: Network, layer: int, neuron: int) -> None:
    """Raise IndexError unless the network has that layer and the layer has that neuron."""
    last = len(network.layers) - 1
    if not 0 <= layer <= last:
        raise IndexError(
            f"layer is {layer}, but this network has layers 0 to {last}: choose one of them"
        )
    outputs = network.sizes[layer + 1]
    if not 0 <= neuron < outputs:
        raise IndexError(
            f"neuron is {neuron}, but layer {layer} has neurons 0 to {outputs - 1}: choose one of "
            f"them"
        )
