"""The fully connected layer: Z = X @ W + b, A = f(Z).

First the scalar case. A neuron computes z = w x + b and a = f(z). The loss L depends on w only
through z, so the chain rule gives, with δ = ∂L/∂z and g = ∂L/∂a::

    δ = g f′(z)        ∂L/∂w = δ x        ∂L/∂b = δ        ∂L/∂x = δ w

Now many neurons and many samples. X has one row per sample, (samples, inputs), and W has one column
per neuron, (inputs, outputs). A weight is used once per sample, so its gradients add up over the
rows. An input feeds every neuron, so its gradients add up over the columns. Both sums are matrix
products. ⊙ is elementwise::

    BP1, BP2   delta = G ⊙ f′(Z)                       (samples, outputs)
    BP3        db = Σ delta over the rows              (outputs,)
    BP4        dW = Xᵀ @ delta                         (inputs, outputs)
    BP2        gradient with respect to X = delta @ Wᵀ (samples, inputs)

They are those of Nielsen, "Neural Networks and Deep Learning" (2015), chapter 2, for a batch
of rows.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from backprop import checks
from backprop.activations import Activation, get_activation, name_or_itself
from backprop.initialization import Initialization, get_initialization
from backprop.layers.layer import Layer
from backprop.parameters import Gradient, Part


class DenseCache(NamedTuple):
    """The data that a forward pass through a dense layer keeps for the backward pass.

    The input `X`, (samples, inputs), the pre-activations `Z` and the output `A`, both (samples,
    outputs).
    """

    X: np.ndarray
    Z: np.ndarray
    A: np.ndarray


class Dense(Layer):
    """A fully connected layer of `outputs` neurons with `inputs` inputs each.

    Its weights `W` (inputs, outputs) and biases `b` (outputs,) are views into the flat vector of
    parameters, `dW` and `db` into that of the gradient. Without biases `b` and `db` are None.
    parameters, `dW` and `db` into that of the gradient. Without biases `b` and `db` are None. The
    weights are drawn by `initialization`; the biases start at 0. If the inputs have several leading
    axes, as in (samples, steps, inputs), all of them count as rows.

    Raises ValueError for sizes below 1 and unknown names.
    """

    penalized = ("W",)
    W, b = Part("W"), Part("b")
    dW, db = Part("W", "gradients"), Part("b", "gradients")

    def __init__(
        self,
        inputs: int,
        outputs: int,
        activation: str | Activation = "identity",
        bias: bool = True,
        initialization: str | Initialization = "1/sqrt(n)",
    ) -> None:
        self.inputs = checks.whole_number(inputs, "inputs")
        self.outputs = checks.whole_number(outputs, "outputs")
        self.activation = get_activation(activation)
        self.bias = bool(bias)
        self.draw = get_initialization(initialization)
        self.input_shape, self.output_shape = (self.inputs,), (self.outputs,)
        weights = {"W": (self.inputs, self.outputs)}
        super().__init__(weights | {"b": (self.outputs,)} if bias else weights)

    def settings(self) -> dict[str, Any]:
        """The arguments that rebuild this layer; a custom activation is given as an object."""
        return {
            "inputs": self.inputs,
            "outputs": self.outputs,
            "activation": name_or_itself(self.activation),
            "bias": self.bias,
        }

    def initialize(self, generator: np.random.Generator) -> None:
        """Draw the weights."""
        self.W = self.draw(generator, self.inputs, self.outputs)

    def forward(self, X: np.ndarray, training: bool = False) -> tuple[np.ndarray, DenseCache]:
        """A = f(Z) with Z = X @ W + b, (samples, outputs), and the cache (X, Z, A)."""
        Z = X @ self.W
        if self.bias:
            Z += self.b
        A = self.activation.function(Z)
        return A, DenseCache(X, Z, A)

    def backward(
        self, G: np.ndarray, cache: DenseCache, gradient: Gradient, need_input: bool = True
    ) -> np.ndarray | None:
        """∂L/∂X from G = ∂L/∂A; adds dW and db."""
        delta = self.delta(G, cache)
        return self.backward_from_delta(delta, cache, gradient, need_input)

    def backward_from_delta(
        self, delta: np.ndarray, cache: DenseCache, gradient: Gradient, need_input: bool = True
    ) -> np.ndarray | None:
        """∂L/∂X from delta = ∂L/∂Z; adds dW and db."""
        self.add_dW(delta, cache, gradient)
        if self.bias:
            self.add_db(delta, cache, gradient)
        return self.input_gradient(delta, cache) if need_input else None

    # The steps of the backward pass, each of which some known mistake replaces.

    def delta(self, G: np.ndarray, cache: DenseCache) -> np.ndarray:
        """∂L/∂Z from G = ∂L/∂A: BP1 at the outputs, BP2 below."""
        return self.activation.delta(G, cache.Z, cache.A)

    def add_dW(self, delta: np.ndarray, cache: DenseCache, gradient: Gradient) -> None:
        """BP4: dW = Xᵀ @ delta."""
        gradient.add_product("W", rows(cache.X).T, rows(delta))

    def add_db(self, delta: np.ndarray, cache: DenseCache, gradient: Gradient) -> None:
        """BP3: db = Σ delta over the rows."""
        gradient.add_rows("b", rows(delta))

    def input_gradient(self, delta: np.ndarray, cache: DenseCache) -> np.ndarray:
        """BP2: ∂L/∂X = delta @ Wᵀ."""
        gradient: np.ndarray = delta @ self.W.T
        return gradient

    def pre_activations(self, A: np.ndarray, cache: DenseCache) -> np.ndarray:
        """Z, (samples, outputs)."""
        return cache.Z


def rows(array: np.ndarray) -> np.ndarray:
    """All axes but the last as one axis of rows."""
    return array if array.ndim == 2 else array.reshape(-1, array.shape[-1])
