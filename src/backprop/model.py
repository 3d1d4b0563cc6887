"""The common part of all networks: one vector of parameters, one gradient, a loss, and copies.

A kind of network defines its forward and backward pass. The loss over some samples, its gradient,
names for parameters, copying and pickling follow from these; optimizers, training, the gradient
check and saving need nothing else.
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

    `parts` is the first, with its named views; `gradients` is the second. Assigning to `parameters`
    or `gradient` writes into the vector.
    """

    loss: Loss
    parts: Parameters
    gradients: Gradient

    def _allocate(self, shapes: Shapes, dtype: DTypeLike = np.float64) -> None:
        """Allocate the two flat vectors, filled with zeros."""
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
        """The settings that rebuild this network, without the values of its parameters."""

    @classmethod
    @abstractmethod
    def from_settings(cls, settings: dict[str, Any]) -> Self:
        """The network that `settings` describes, with parameters yet to be filled in."""

    @abstractmethod
    def forward(self, X: Any, training: bool = False) -> Any:
        """The forward pass for X, already checked: its `outputs`, and the data for `backward`."""

    @abstractmethod
    def data_loss(self, forward: Any, Y: np.ndarray) -> float:
        """The loss of a forward pass against the targets Y, without a penalty."""

    def penalty(self) -> float:
        """The term of the loss that depends only on the parameters. By default, 0."""
        return 0.0

    @abstractmethod
    def _backward(self, forward: Any, Y: np.ndarray, gradient: Gradient) -> None:
        """Add the gradient of the loss to `gradient`, which is empty at first."""

    @abstractmethod
    def check_examples(self, X: ArrayLike, Y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """X and Y as arrays of the network's type. Raises ValueError if they do not fit."""

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
        """The same gradient as a vector of its own; `gradient` does not change."""
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

        `gradient` then holds the same numbers. Several threads may call this at once.
        """
        X, Y = self.check_examples(X, Y)
        forward = self.forward(X)
        gradient = self.gradient_of(forward, Y)
        self.gradient = gradient
        return self.loss_of(forward, Y), gradient

    def parameter_name(self, index: int) -> str:
        """The place of an entry of the flat vector, such as 'layer 1, W[0, 2]'."""
        return self.parts.name_of(index)

    def __reduce__(self) -> tuple[Any, ...]:
        """How a copy is made, also for another process: a new network with vectors of its own.

        If it were copied part by part, the views would become arrays independent of the vector.
        """
        rebuilt = {"parts", "gradients", "layers"}
        others = {name: value for name, value in vars(self).items() if name not in rebuilt}
        vectors = self.parameters.copy(), self.gradient.copy()
        return restore, (type(self), self.settings(), *vectors), others


def restore(
    kind: type[Model], settings: dict[str, Any], parameters: np.ndarray, gradient: np.ndarray
) -> Model:
    """The network of these settings, with these parameters and this gradient."""
    network = kind.from_settings(settings)
    network.parameters, network.gradient = parameters, gradient
    return network
