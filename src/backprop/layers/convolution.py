"""A convolution: one small kernel of weights, applied at every place of an image or a sequence.

The scalar case. A sequence x_0 … x_(n−1) and a kernel w_0 … w_(k−1) give at each place p::

    z_p = w_0 x_p + w_1 x_(p+1) + … + w_(k−1) x_(p+k−1) + b

It is a dense layer in which most weights are 0 and the others are shared: w_j is used once at every
place. What is used several times receives the sum of its gradients, and so with δ_p = ∂L/∂z_p::

    ∂L/∂w_j = Σ_p δ_p x_(p+j)        ∂L/∂b = Σ_p δ_p
    ∂L/∂x_i = Σ_j δ_(i−j) w_j

In the last line the index of δ falls while that of w rises: it is the same sum with the kernel
turned round. (In the language of signal processing the line above it is a correlation and the last
one a convolution; in networks both are called convolution.)

With arrays, the numbers under the kernel at one place are a row, a *patch*. All patches, one below
the other, make a matrix, and the convolution is a dense layer on its rows, so BP3 and BP4 stay as
they are. The gradient with respect to a patch is BP2, and each input adds up what it gets from the
patches that saw it::

    Z = patches @ W + b                   (samples · places, filters)
    dW = patchesᵀ @ delta                 (entries of the kernel · channels, filters)
    gradient of the patches = delta @ Wᵀ  (samples · places, entries · channels)

Sources: Fukushima, "Neocognitron" (1980); LeCun and others, "Backpropagation applied to handwritten
zip code recognition" (1989); the matrix of patches: Chellapilla, Puri and Simard (2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from backprop import checks
from backprop.activations import Activation, get_activation, name_or_itself
from backprop.initialization import Initialization, get_initialization
from backprop.layers.layer import Layer
from backprop.layers.patches import Window
from backprop.parameters import Gradient, Part


class ConvolutionCache(NamedTuple):
    """What a forward pass keeps: all `patches` as rows, the pre-activations `Z`, the output `A`."""

    patches: np.ndarray
    Z: np.ndarray
    A: np.ndarray


class Convolution(Layer):
    """`filters` kernels over an input of the size `size` with `channels` numbers at each place.

    `size` is (height, width) for images, (samples, height, width, channels), and (steps,) for
    sequences, (samples, steps, channels). `kernel`, `stride` and `padding` are one number, or one
    for each axis. The weights `W` are (entries of the kernel, channels, filters), row after row of
    the kernel, and the biases `b` (filters,).

    Raises ValueError for sizes that do not fit together, and unknown names.
    """

    penalized = ("W",)
    W, b = Part("W"), Part("b")
    dW, db = Part("W", "gradients"), Part("b", "gradients")

    def __init__(
        self,
        size: int | Sequence[int],
        channels: int,
        filters: int,
        kernel: int | Sequence[int],
        activation: str | Activation = "identity",
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        initialization: str | Initialization = "1/sqrt(n)",
    ) -> None:
        self.window = Window.of(size, kernel, stride, padding)
        self.channels = checks.whole_number(channels, "channels")
        self.filters = checks.whole_number(filters, "filters")
        self.activation = get_activation(activation)
        self.draw = get_initialization(initialization)
        self.input_shape = (*self.window.size, self.channels)
        self.output_shape = (*self.window.places, self.filters)
        entries = int(np.prod(self.window.kernel))
        super().__init__({"W": (entries, self.channels, self.filters), "b": (self.filters,)})

    def settings(self) -> dict[str, Any]:
        """The arguments that rebuild this layer."""
        window = self.window
        return {
            "size": list(window.size),
            "channels": self.channels,
            "filters": self.filters,
            "kernel": list(window.kernel),
            "activation": name_or_itself(self.activation),
            "stride": list(window.stride),
            "padding": list(window.padding),
        }

    @property
    def matrix(self) -> np.ndarray:
        """The weights as a matrix, (entries · channels, filters)."""
        matrix: np.ndarray = self.W.reshape(-1, self.filters)
        return matrix

    def initialize(self, generator: np.random.Generator) -> None:
        """Draw the weights; each filter has entries · channels inputs."""
        inputs = self.matrix.shape[0]
        self.W = self.draw(generator, inputs, self.filters).reshape(self.W.shape)

    def forward(self, X: np.ndarray, training: bool = False) -> tuple[np.ndarray, ConvolutionCache]:
        """A = f(Z), (samples, places…, filters), for X, (samples, size…, channels)."""
        patches = self.window.take(self.window.padded(X))
        patches = patches.reshape(-1, self.matrix.shape[0])
        Z = (patches @ self.matrix).reshape(len(X), *self.window.places, self.filters)
        Z += self.b
        A = self.activation.function(Z)
        return A, ConvolutionCache(patches, Z, A)

    def backward(
        self, G: np.ndarray, cache: ConvolutionCache, gradient: Gradient, need_input: bool = True
    ) -> np.ndarray | None:
        """∂L/∂X from G = ∂L/∂A; adds dW and db."""
        delta = self.activation.delta(G, cache.Z, cache.A)
        return self.backward_from_delta(delta, cache, gradient, need_input)

    def backward_from_delta(
        self,
        delta: np.ndarray,
        cache: ConvolutionCache,
        gradient: Gradient,
        need_input: bool = True,
    ) -> np.ndarray | None:
        """∂L/∂X from delta = ∂L/∂Z; adds dW and db."""
        self.add_dW(delta, cache, gradient)
        self.add_db(delta, gradient)
        return self.input_gradient(delta) if need_input else None

    def add_dW(self, delta: np.ndarray, cache: ConvolutionCache, gradient: Gradient) -> None:
        """BP4 on the patches: dW = patchesᵀ @ delta."""
        dW = cache.patches.T @ delta.reshape(-1, self.filters)
        gradient.add("W", dW.reshape(self.W.shape))

    def add_db(self, delta: np.ndarray, gradient: Gradient) -> None:
        """BP3: db = Σ delta over samples and places."""
        gradient.add_rows("b", delta.reshape(-1, self.filters))

    def input_gradient(self, delta: np.ndarray) -> np.ndarray:
        """BP2 for each patch, delta @ Wᵀ, and the sums over the patches that saw an input."""
        patches = delta.reshape(-1, self.filters) @ self.matrix.T
        shape = (len(delta), *self.window.places, -1, self.channels)
        return self.window.inside(self.window.put_back(patches.reshape(shape)))

    def pre_activations(self, A: np.ndarray, cache: ConvolutionCache) -> np.ndarray:
        """Z, (samples, places…, filters)."""
        return cache.Z
