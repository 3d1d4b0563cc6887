"""The interface of every layer: gradient in, gradient out.

In the forward pass, a layer turns its input into its output. In the backward pass, it receives the
gradient with respect to its output, adds up the gradients of its own parameters, and returns the
gradient with respect to its input. The layer before it needs nothing else, so layers of all kinds
can follow each other in any order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop import checks
from backprop.activations import ACTIVATIONS, Activation
from backprop.parameters import Gradient, Parameters, Shapes


class Layer(ABC):
    """A step of a network.

    A new kind of layer calls `super().__init__` with the shapes of its parameters by name, and
    defines `settings`, `forward` and `backward`. It stores nothing between the two passes, so
    several passes can be in progress at once.

    `input_shape` and `output_shape` are those of one sample; None means any. `penalized` names the
    parameters on which an L2 penalty acts. `activation` is the activation of its output, which the
    loss of a network needs to know for the last layer.
    """

    penalized: tuple[str, ...] = ()
    input_shape: tuple[int, ...] | None = None
    output_shape: tuple[int, ...] | None = None
    activation: Activation = ACTIVATIONS["identity"]

    def __init__(self, shapes: Shapes | None = None) -> None:
        self.shapes = dict(shapes or {})

    @cached_property
    def parts(self) -> Parameters:
        """The parameters. A layer that is not in a network has a vector of its own."""
        return Parameters(self.shapes)

    @cached_property
    def gradients(self) -> Gradient:
        """The gradients of the last backward pass of the network, in the layout of `parts`."""
        return Gradient(self.shapes)

    def bind(self, parts: Parameters, gradients: Gradient) -> None:
        """Store parameters and gradients in these, parts of a network's vectors."""
        self.parts, self.gradients = parts, gradients

    @property
    def parameter_count(self) -> int:
        """The number of entries of the flat vector that belong to this layer."""
        return self.parts.vector.size

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """The arguments that rebuild this layer, without the values of its parameters."""

    def initialize(self, generator: np.random.Generator) -> None:
        """Draw the initial parameters. By default, they stay 0."""
        return None

    @abstractmethod
    def forward(self, X: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """The output for the input X, and a cache: whatever the backward pass needs.

        `training` says whether the pass belongs to a training step.
        """

    @abstractmethod
    def backward(
        self, G: np.ndarray, cache: Any, gradient: Gradient, need_input: bool = True
    ) -> np.ndarray | None:
        """The gradient with respect to the input, from G, the gradient with respect to the output.

        Adds the gradients of the layer's parameters to `gradient`. Without `need_input`, as in the
        first layer of a network, it may return None.
        """

    def backward_from_delta(
        self, delta: np.ndarray, cache: Any, gradient: Gradient, need_input: bool = True
    ) -> np.ndarray | None:
        """`backward` for the last layer, with delta = ∂L/∂Z from the loss (BP1).

        A layer whose output is f(Z) starts after its activation. Any other has Z = A.
        """
        return self.backward(delta, cache, gradient, need_input)

    def pre_activations(self, A: np.ndarray, cache: Any) -> np.ndarray:
        """The pre-activations Z, from the output and the cache. Without an activation, Z = A."""
        return A

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy by rebuilding from the settings, with parameters of its own."""
        return restore_layer, (type(self), self.settings(), self.parts.vector.copy())

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.settings().items())
        return f"{type(self).__name__}({given})"


def restore_layer(kind: type[Layer], settings: dict[str, Any], vector: ArrayLike) -> Layer:
    """The layer with these settings, with these parameters."""
    layer = kind(**settings)
    dtype = np.asarray(vector).dtype
    layer.bind(Parameters(layer.shapes, dtype=dtype), Gradient(layer.shapes, dtype=dtype))
    checks.assign(layer.parts.vector, vector, "parameters")
    return layer
