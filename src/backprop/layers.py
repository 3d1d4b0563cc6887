"""One layer: Z = A_in @ W + b forward, and its three gradients backward."""

from __future__ import annotations

import numpy as np

from backprop.activations import Activation, get_activation


class Layer:
    """A fully connected layer of `outputs` neurons with `inputs` inputs each.

    Its weights `W` (inputs, outputs) and biases `b` (outputs,), and their gradients `dW` and `db`,
    are views into two flat vectors that belong to the network; `bind` makes the views.
    Without biases `b` and `db` are None.
    """

    def __init__(
        self, inputs: int, outputs: int, activation: str | Activation, bias: bool = True
    ) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.activation = get_activation(activation)
        self.bias = bias

    @property
    def parameter_count(self) -> int:
        """How many numbers of the flat vector belong to this layer."""
        return (self.inputs + self.bias) * self.outputs

    def bind(self, parameters: np.ndarray, gradient: np.ndarray) -> None:
        """Use these two vectors, each of length `parameter_count`, as storage: W first, then b."""
        weights = self.inputs * self.outputs
        shape = (self.inputs, self.outputs)
        self.W, self.dW = parameters[:weights].reshape(shape), gradient[:weights].reshape(shape)
        self.b = parameters[weights:] if self.bias else None
        self.db = gradient[weights:] if self.bias else None

    def forward(self, A_in: np.ndarray) -> np.ndarray:
        """A = f(Z), Z = A_in @ W + b, (samples, outputs); keeps A_in, Z and A for what follows."""
        self.A_in = A_in
        self.Z = A_in @ self.W
        if self.bias:
            self.Z += self.b
        self.A = self.activation.function(self.Z)
        return self.A

    def backward(self, delta: np.ndarray) -> None:
        """Fill dW and db from delta = ∂L/∂Z, (samples, outputs).

        Z = A_in @ W + b adds to each ∂L/∂W the product of its input and its delta, once a sample;
        a bias has the input 1. Hence

            dW = A_inᵀ @ delta      (BP4)
            db = Σ delta over rows  (BP3)
        """
        np.matmul(self.A_in.T, delta, out=self.dW)
        if self.bias:
            delta.sum(axis=0, out=self.db)

    def delta_below(self, delta: np.ndarray, activation: Activation) -> np.ndarray:
        """∂L/∂Z of the layer below, whose output A_in came out of `activation` (BP2).

        A_in reaches the loss through every neuron of this layer: ∂L/∂A_in = delta @ Wᵀ.
        """
        return activation.delta(self.A_in, delta @ self.W.T)
