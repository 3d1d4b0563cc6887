"""A feed-forward network: layers one after another, over one flat vector of parameters.

The forward pass goes through the layers from the first to the last, and keeps what each one says
that its backward pass needs. The backward pass starts from the loss (BP1) and goes through them
from the last to the first; each layer receives the gradient with respect to its output and returns
the one with respect to its input. What a layer does in between is in `backprop.layers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from backprop import checks
from backprop.activations import Activation
from backprop.initialization import Initialization
from backprop.layers import Dense, Layer, make_layer
from backprop.losses import Loss, get_loss
from backprop.model import Model
from backprop.parameters import Gradient


@dataclass(frozen=True)
class ForwardPass:
    """What a forward pass leaves: the outputs, and one cache per layer.

    Of a dense layer, `caches[k]` has X, what went in, (samples, inputs), and Z and A, both
    (samples, outputs). `Z` is that of the last layer.
    """

    outputs: np.ndarray
    Z: np.ndarray
    caches: list[Any]


class Network(Model):
    """A feed-forward network of dense layers; `of_layers` makes one of any layers.

    `sizes` gives the inputs and then the neurons of each layer. `activations` is one name for all
    layers of weights or a list with one for each; `loss` a name or a loss object. `initialization`
    says how the weights are drawn, by name or as a function (see the module of that name); biases
    start at 0. `l2` is λ of the penalty ½λ Σ w² over all weights, but not the biases, that is added
    to the loss. `dtype` is float64 or float32.

    Raises ValueError for sizes that do not make a network, a wrong count of activations, unknown
    names, a cross-entropy without its activation, a negative penalty, and another dtype.

    >>> Network([4, 8, 3], generator=np.random.default_rng(0))
    Network(4-8-3, sigmoid, sigmoid, 67 parameters, float64)
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activations: str | Activation | Sequence[str | Activation] = "sigmoid",
        *,
        generator: np.random.Generator,
        loss: str | Loss = "squared error",
        bias: bool = True,
        initialization: str | Initialization = "1/sqrt(n)",
        l2: float = 0.0,
        dtype: DTypeLike = np.float64,
    ) -> None:
        layers = dense_layers(list(sizes), activations, bias, initialization)
        checks.random_generator(generator)
        self._build(layers, loss, l2, dtype)
        self._initialize(generator)

    @classmethod
    def of_layers(
        cls,
        layers: Sequence[Layer],
        *,
        generator: np.random.Generator,
        loss: str | Loss = "squared error",
        l2: float = 0.0,
        dtype: DTypeLike = np.float64,
    ) -> Self:
        """A network of these layers, whose parameters are drawn anew and belong to the network."""
        checks.random_generator(generator)
        network = cls.__new__(cls)
        network._build(list(layers), loss, l2, dtype)
        network._initialize(generator)
        return network

    def _build(
        self, layers: list[Layer], loss: str | Loss, l2: float, dtype: DTypeLike
    ) -> None:
        check_layers(layers)
        self.layers = layers
        self.loss = get_loss(loss)
        self.loss.check_activation(layers[-1].activation)
        self.l2 = checks.number(l2, "the L2 penalty", at_least=0)
        shapes = [layer.shapes for layer in layers]
        names = [f"layer {number}" for number in range(1, len(layers) + 1)]
        self._allocate(
            {f"{name}, {part}": own[part] for name, own in zip(names, shapes) for part in own},
            checks.float_type(dtype),
        )
        sections = zip(layers, self.parts.sections(shapes), self.gradients.sections(shapes))
        for layer, parameters, gradient in sections:
            layer.bind(parameters, gradient)

    def _initialize(self, generator: np.random.Generator) -> None:
        for layer in self.layers:
            layer.initialize(generator)

    def settings(self) -> dict[str, Any]:
        """The layers, each with its kind and settings, the loss, the penalty and the type."""
        return {
            "layers": [(type(layer).__name__, layer.settings()) for layer in self.layers],
            "loss": self.loss,
            "l2": self.l2,
            "dtype": self.dtype.name,
        }

    @classmethod
    def from_settings(cls, settings: dict[str, Any]) -> Self:
        """The network that `settings` describes, with all parameters 0."""
        layers = [make_layer(kind, own) for kind, own in settings["layers"]]
        network = cls.__new__(cls)
        network._build(layers, settings["loss"], settings["l2"], settings["dtype"])
        return network

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one sample."""
        return next(layer.input_shape for layer in self.layers if layer.input_shape is not None)

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The shape of the outputs for one sample."""
        known = [layer.output_shape for layer in self.layers if layer.output_shape is not None]
        return known[-1]

    @property
    def sizes(self) -> list[int]:
        """The number of inputs, then the neurons of each layer."""
        shapes = [layer.output_shape for layer in self.layers]
        return [self.input_shape[-1], *(shape[-1] for shape in shapes if shape is not None)]

    def forward(self, X: np.ndarray, training: bool = False) -> ForwardPass:
        """The forward pass for the rows of X, (samples, inputs).

        `predict` returns the outputs alone, and checks X.
        """
        A, caches = X, []
        for layer in self.layers:
            A, cache = layer.forward(A, training)
            caches.append(cache)
        return ForwardPass(A, self.layers[-1].pre_activations(A, caches[-1]), caches)

    def loss_of(self, forward: ForwardPass, Y: np.ndarray) -> float:
        """The loss of a forward pass against the targets Y, with the penalty if any."""
        return self.loss.value(forward.Z, forward.outputs, Y) + self.penalty()

    def penalty(self) -> float:
        """½λ Σ w² over the penalized parameters."""
        if not self.l2:
            return 0.0
        return 0.5 * self.l2 * sum(
            float(np.vdot(layer.parameters[name], layer.parameters[name]))
            for layer in self.layers
            for name in layer.penalized
        )

    def _backward(self, forward: ForwardPass, Y: np.ndarray, gradient: Gradient) -> None:
        sections = self._sections(gradient)
        *below, last = list(zip(self.layers, forward.caches, sections))
        layer, cache, own = last
        delta = self.loss.delta(forward.Z, forward.outputs, Y, layer.activation)
        G = layer.backward_from_delta(delta, cache, own, bool(below))
        for layer, cache, own in reversed(below):
            G = layer.backward(G, cache, own, layer is not self.layers[0])
        for layer, own in zip(self.layers, sections):
            own.finish()
            if self.l2:
                for name in layer.penalized:
                    own[name][...] += self.l2 * layer.parameters[name]
