"""What networks of all kinds share: one vector of parameters, one gradient, a loss, and copies.

A kind of network says how its forward and backward pass go. From these follow the loss over some
samples, its gradient, names for parameters, copying and sending: optimizers, training, the gradient
check and saving need no more.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from backprop import checks
from backprop.losses import Loss
from backprop.parameters import Gradient, Parameters, Shapes

__all__ = ["Model"]


class Model(ABC):
    """A network with all parameters in one flat vector, and the gradient in another.

    `parts` is the one with its named views, `gradients` the other. Assigning to `parameters` or
    `gradient` writes into the vector.
    """

    loss: Loss
    parts: Parameters
    gradients: Gradient

    def _allocate(self, shapes: Shapes, dtype: DTypeLike = np.float64) -> None:
        """Make the two flat vectors, filled with zeros."""
        self.dtype = np.dtype(dtype)
        self.parts, self.gradients = Parameters(shapes, dtype=dtype), Gradient(shapes, dtype=dtype)

    @property
    def parameters(self) -> np.ndarray:
        """All parameters, a flat vector that belongs to the network: copy it to keep it."""
        return self.parts.vector

    @parameters.setter
    def parameters(self, values: ArrayLike) -> None:
        if values is not self.parts.vector:
            checks.assign(self.parts.vector, values, "parameters")

    @property
    def gradient(self) -> np.ndarray:
        """The gradient of the last `backward`, a flat vector: copy it to keep it."""
        return self.gradients.vector

    @gradient.setter
    def gradient(self, values: ArrayLike) -> None:
        if values is not self.gradients.vector:
            checks.assign(self.gradients.vector, values, "gradient")

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """What builds this network again, without the values of its parameters."""

    @classmethod
    @abstractmethod
    def from_settings(cls, settings: dict[str, Any]) -> Self:
        """The network that `settings` describes, with parameters that are still to be filled in."""

    @abstractmethod
    def forward(self, X: Any, training: bool = False) -> Any:
        """The forward pass for X, checked already: its `outputs`, and what `backward` needs."""

    @abstractmethod
    def data_loss(self, forward: Any, Y: np.ndarray) -> float:
        """The loss of a forward pass against the targets Y, without a penalty."""

    def penalty(self) -> float:
        """What is added to the loss because of the parameters alone. Here, nothing."""
        return 0.0

    @abstractmethod
    def _backward(self, forward: Any, Y: np.ndarray, gradient: Gradient) -> None:
        """Add the gradient of the loss to `gradient`, which is empty at first."""

    @abstractmethod
    def check_examples(self, X: ArrayLike, Y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """X and Y as arrays of the network's type. Raises ValueError for what does not fit."""

    def loss_of(self, forward: Any, Y: np.ndarray) -> float:
        """The loss of a forward pass against the targets Y, with the penalty if any."""
        return self.data_loss(forward, Y) + self.penalty()

    def backward(self, forward: Any, Y: np.ndarray) -> np.ndarray:
        """The gradient of the loss against the targets Y, for a forward pass of this network.

        Fills and returns `gradient`, the vector that belongs to the network: copy it to keep it.
        """
        self.gradients.clear()
        self._backward(forward, Y, self.gradients)
        self.gradients.finish()
        return self.gradient

    def gradient_of(self, forward: Any, Y: np.ndarray) -> np.ndarray:
        """The same gradient as a vector of its own; `gradient` stays as it is."""
        gradient = Gradient(self.parts.shapes, dtype=self.dtype)
        self._backward(forward, Y, gradient)
        gradient.finish()
        return gradient.vector

    def loss_value(self, X: ArrayLike, Y: ArrayLike) -> float:
        """The loss over the samples of X and Y."""
        X, Y = self.check_examples(X, Y)
        return self.loss_of(self.forward(X), Y)

    def loss_and_gradient(self, X: ArrayLike, Y: ArrayLike) -> tuple[float, np.ndarray]:
        """The loss over the samples of X and Y, and its gradient, a vector of its own.

        `gradient` then holds the same numbers. Several threads may call this at a time.
        """
        X, Y = self.check_examples(X, Y)
        forward = self.forward(X)
        gradient = self.gradient_of(forward, Y)
        self.gradient = gradient
        return self.loss_of(forward, Y), gradient

    def parameter_name(self, index: int) -> str:
        """Where a number of the flat vector belongs, such as 'layer 1, W[0, 2]'."""
        return self.parts.name_of(index)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, also one that is sent elsewhere, is built again and has vectors of its own.

        Copied part by part, the views would become arrays that have nothing to do with the vector.
        """
        rebuilt = {"parts", "gradients", "layers"}
        others = {name: value for name, value in vars(self).items() if name not in rebuilt}
        vectors = self.parameters.copy(), self.gradient.copy()
        return restore, (type(self), self.settings(), *vectors), others


def restore(
    kind: type[Model], settings: dict[str, Any], parameters: np.ndarray, gradient: np.ndarray
) -> Model:
    """The network of these settings, with these numbers."""
    network = kind.from_settings(settings)
    network.parameters, network.gradient = parameters, gradient
    return network
