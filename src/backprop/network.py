"""A network of any depth: a list of layers over one flat vector of parameters.

All weights and biases live in `parameters`, all their gradients in `gradient`, and each layer
looks at its own part of the two. An optimizer is then one line of array arithmetic whatever the
depth, and a gradient check is one loop.

The four equations of backpropagation, with rows as samples and ⊙ elementwise:

    BP1   delta of the last layer   = ∂L/∂A ⊙ f′(Z)
    BP2   delta of the layer below  = (delta @ Wᵀ) ⊙ f′(Z below)
    BP3   db = Σ delta over the rows
    BP4   dW = A_inᵀ @ delta

They are those of Nielsen, "Neural Networks and Deep Learning" (2015), chapter 2, written for a
batch of rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from backprop.activations import Activation
from backprop.initialization import Initialization, get_initialization
from backprop.layers import Layer
from backprop.losses import Loss, get_loss


class Network:
    """A feed-forward network, `sizes` giving the inputs and then the neurons of each layer.

    `activations` is one name for all layers of weights or a list with one for each; `loss` a name
    or a loss object. `initialization` says how the weights are drawn, by name or as a function
    (see the module of that name); biases start at 0. `l2` is λ of the penalty ½λ Σ w² over all
    weights, but not the biases, that is added to the loss. `dtype` is float64 or float32.

    Raises ValueError for sizes that are no network, a wrong count of activations, unknown names,
    a cross-entropy without its activation, a negative penalty, and another dtype.

    >>> Network([4, 8, 3], generator=np.random.default_rng(0))
    Network(4-8-3, sigmoid, sigmoid, 67 parameters, float64)
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activations: str | Sequence[str | Activation] = "sigmoid",
        *,
        generator: np.random.Generator,
        loss: str | Loss = "squared error",
        bias: bool = True,
        initialization: str | Initialization = "1/sqrt(n)",
        l2: float = 0.0,
        dtype: DTypeLike = np.float64,
    ) -> None:
        sizes = list(sizes)
        if len(sizes) < 2 or not all(isinstance(size, Integral) and size >= 1 for size in sizes):
            raise ValueError(
                f"sizes is {sizes}: give the number of inputs and then the neurons of each layer, "
                f"whole numbers of at least 1, such as [4, 8, 3]"
            )
        if isinstance(activations, str):
            activations = [activations] * (len(sizes) - 1)
        if len(activations) != len(sizes) - 1:
            raise ValueError(
                f"{len(activations)} activations for {len(sizes) - 1} layers of weights: "
                f"give one name for all, or a list with one for each"
            )
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float64, np.float32):
            raise ValueError(f"dtype is {self.dtype}; known are float64 and float32")
        self.loss = get_loss(loss)
        self.layers = [
            Layer(inputs, outputs, activation, bias)
            for inputs, outputs, activation in zip(sizes, sizes[1:], activations)
        ]
        check_fused(self.loss, self.layers[-1].activation)
        if not 0 <= l2 < np.inf:
            raise ValueError(f"the L2 penalty is {l2}: give a finite number of at least 0")
        self.l2 = l2
        self._allocate()
        draw = get_initialization(initialization)
        for layer in self.layers:
            layer.W[...] = draw(generator, layer.inputs, layer.outputs)

    def _allocate(self) -> None:
        """Make the two flat vectors, filled with zeros, and give each layer its part of them."""
        ends = np.cumsum([layer.parameter_count for layer in self.layers])
        self.parameters = np.zeros(ends[-1], self.dtype)
        self.gradient = np.zeros(ends[-1], self.dtype)
        for layer, end in zip(self.layers, ends):
            part = slice(end - layer.parameter_count, end)
            layer.bind(self.parameters[part], self.gradient[part])

    def __setstate__(self, state: dict[str, object]) -> None:
        """Restore a copy, with vectors of its own and layers that look into them."""
        self.__dict__.update(state)
        self.layers = [copy(layer) for layer in self.layers]
        parameters, gradient = self.parameters, self.gradient
        self._allocate()
        self.parameters[...], self.gradient[...] = parameters, gradient

    @property
    def sizes(self) -> list[int]:
        """The number of inputs, then the neurons of each layer."""
        return [self.layers[0].inputs, *(layer.outputs for layer in self.layers)]

    def forward(self, X: np.ndarray) -> np.ndarray:
        """The outputs for the rows of X: (samples, inputs) to (samples, outputs).

        Each layer keeps what the backward pass needs. `predict` is the same with checks.
        """
        A = X
        for layer in self.layers:
            A = layer.forward(A)
        return A

    def backward(self, Y: np.ndarray) -> np.ndarray:
        """The gradient of the loss against the targets Y, after a forward pass.

        Fills and returns `gradient`, the vector that belongs to the network: copy it to keep it.
        """
        last = self.layers[-1]
        delta = self.loss.delta(last.A, Y, last.activation)
        for below, layer in reversed(list(zip(self.layers, self.layers[1:]))):
            layer.backward(delta)
            delta = layer.delta_below(delta, below.activation)
        self.layers[0].backward(delta)
        if self.l2:
            for layer in self.layers:
                layer.dW += self.l2 * layer.W
        return self.gradient

    def current_loss(self, Y: np.ndarray) -> float:
        """The loss against the targets Y, after a forward pass, with the penalty if any."""
        last = self.layers[-1]
        loss = self.loss.value(last.Z if self.loss.fused_with else last.A, Y)
        if self.l2:
            loss += 0.5 * self.l2 * sum(float(np.vdot(layer.W, layer.W)) for layer in self.layers)
        return loss

    def predict(self, X: ArrayLike) -> np.ndarray:
        """The outputs, (samples, outputs), for X of shape (samples, inputs), checked."""
        return self.forward(self.check_inputs(X))

    def classify(self, X: ArrayLike) -> np.ndarray:
        """The index of the largest output for each row of X, shape (samples,)."""
        return self.predict(X).argmax(axis=1)

    def loss_value(self, X: ArrayLike, Y: ArrayLike) -> float:
        """The loss over the rows of X and Y."""
        X, Y = self.check_examples(X, Y)
        self.forward(X)
        return self.current_loss(Y)

    def loss_and_gradient(self, X: ArrayLike, Y: ArrayLike) -> tuple[float, np.ndarray]:
        """The loss over the rows of X and Y, and a copy of its gradient."""
        X, Y = self.check_examples(X, Y)
        self.forward(X)
        return self.current_loss(Y), self.backward(Y).copy()

    def parameter_name(self, index: int) -> str:
        """Where a number of the flat vector belongs, such as 'layer 1, W[0, 2]'."""
        index = range(self.parameters.size)[index]
        for number, layer in enumerate(self.layers, 1):
            if index < layer.W.size:
                row, column = divmod(index, layer.outputs)
                return f"layer {number}, W[{row}, {column}]"
            if index < layer.parameter_count:
                return f"layer {number}, b[{index - layer.W.size}]"
            index -= layer.parameter_count
        raise AssertionError("the layers own every parameter")

    def check_inputs(self, X: ArrayLike) -> np.ndarray:
        """X as an array of the network's dtype.

        Raises ValueError unless X is (samples, inputs), at least one row, all finite.
        """
        X = np.asarray(X, dtype=self.dtype)
        if X.ndim != 2 or X.shape[1] != self.sizes[0]:
            raise ValueError(
                f"X has shape {X.shape}; this network takes (samples, {self.sizes[0]}), a row for "
                f"each sample and a column for each feature"
            )
        check_finite(X, "X")
        return X

    def check_examples(self, X: ArrayLike, Y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """X and Y as arrays of the network's dtype.

        Raises ValueError unless X and Y have as many rows, at least one, of the network's widths,
        all finite. Labels in place of one-hot rows are named as such.
        """
        X = self.check_inputs(X)
        Y = np.asarray(Y)
        outputs = self.sizes[-1]
        if len(X) == 0:
            raise ValueError("X has no rows: give at least one sample")
        if Y.ndim != 2 or Y.shape[1] != outputs:
            raise ValueError(
                f"Y has shape {Y.shape}; a network with {outputs} outputs needs rows of shape "
                f"({len(X)}, {outputs}); turn labels into rows with datasets.one_hot, and a "
                f"single column of numbers with Y.reshape(-1, 1)"
            )
        if len(Y) != len(X):
            raise ValueError(
                f"X has {len(X)} rows and Y has {len(Y)}: each sample needs its own target"
            )
        Y = Y.astype(self.dtype, copy=False)
        check_finite(Y, "Y")
        self.loss.check_targets(Y)
        return X, Y

    def __repr__(self) -> str:
        activations = ", ".join(layer.activation.name for layer in self.layers)
        sizes = "-".join(map(str, self.sizes))
        return f"Network({sizes}, {activations}, {self.parameters.size} parameters, {self.dtype})"


def check_fused(loss: Loss, activation: Activation) -> None:
    """Raise ValueError for a cross-entropy without its own activation in the last layer."""
    if loss.fused_with not in (None, activation.name):
        raise ValueError(
            f"{loss} needs the activation {loss.fused_with!r} in the last layer, and it is "
            f"{activation.name!r}"
        )


def all_finite(array: np.ndarray) -> bool:
    """Whether no entry is NaN or infinite.

    A sum of squares is finite only then, and costs less than a look at each entry. Where it
    overflows, the entries may still be finite, and each is looked at.
    """
    return math.isfinite(np.vdot(array, array)) or bool(np.isfinite(array).all())


def check_finite(array: np.ndarray, name: str) -> None:
    """Raise ValueError that names the first entry that is NaN or infinite."""
    if not all_finite(array):
        row, column = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(
            f"{name}[{row}, {column}] is {array[row, column]}: every entry must be a finite "
            f"number; drop the row or fill the value in"
        )
