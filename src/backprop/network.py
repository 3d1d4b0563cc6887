"""A feed-forward network: layers one after another, over one flat vector of parameters.

The forward pass goes through the layers from the first to the last, and keeps the cache of each
layer for the backward pass. The backward pass starts from the loss (BP1) and goes through them from
the last to the first; each layer receives the gradient with respect to its output and returns the
gradient with respect to its input. `backprop.layers` describes the steps in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from backprop import checks
from backprop.activations import Activation
from backprop.initialization import Initialization
from backprop.layers import Dense, Layer, make_layer
from backprop.losses import Loss, get_loss
from backprop.model import Model
from backprop.parameters import Gradient

__all__ = ["ForwardPass", "Network"]


class ForwardPass(NamedTuple):
    """The result of a forward pass.

    `A` is a list: A[0] is X, and A[k] the output of layer k, counted from 1. `Z` has the
    pre-activations of the last layer. `caches` has what each layer's backward pass needs; for a
    dense layer that is (X, Z, A).
    """

    A: list[np.ndarray]
    Z: np.ndarray
    caches: list[Any]

    @property
    def outputs(self) -> np.ndarray:
        """The outputs of the network, (samples, outputs)."""
        return self.A[-1]


class Network(Model):
    """A feed-forward network of dense layers; `of_layers` makes one from layers of any kind.

    `sizes` gives the number of inputs and then the neurons of each layer. `activations` is one name
    for all layers of weights or a list with one for each; `loss` a name or a loss object.
    `initialization` says how the weights are drawn, by name or as a function (see the module of
    that name); biases start at 0. `l2` is the α of a penalty ½α Σ w² over all weights, but not the
    biases, which is added to the loss. `dtype` is float64 or float32.

    Raises ValueError for sizes that do not make a network, the wrong number of activations, unknown
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
        """A network of these layers; their parameters are drawn again and belong to the network."""
        checks.random_generator(generator)
        network = cls.__new__(cls)
        network._build(list(layers), loss, l2, dtype)
        network._initialize(generator)
        return network

    def _build(self, layers: list[Layer], loss: str | Loss, l2: float, dtype: DTypeLike) -> None:
        check_layers(layers)
        self.layers = layers
        self.loss = get_loss(loss)
        self.loss.check_activation(layers[-1].activation)
        self.l2 = checks.number(l2, "the L2 penalty", at_least=0)
        self.shapes = [layer.shapes for layer in layers]
        self._allocate(
            {
                f"layer {number}, {part}": shape
                for number, shapes in enumerate(self.shapes, 1)
                for part, shape in shapes.items()
            },
            checks.float_type(dtype),
        )
        sections = zip(
            layers, self.parts.sections(self.shapes), self.gradients.sections(self.shapes)
        )
        for layer, parameters, gradient in sections:
            layer.bind(parameters, gradient)

    def _initialize(self, generator: np.random.Generator) -> None:
        for layer in self.layers:
            layer.initialize(generator)

    def settings(self) -> dict[str, Any]:
        """The layers, each with its kind and settings, the loss, the penalty and the dtype."""
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
        shape: tuple[int, ...] = ()
        for layer in self.layers:
            shape = shape_after(layer, shape)
        return shape

    @property
    def sizes(self) -> list[int]:
        """The number of inputs, then the neurons of each layer."""
        shapes = [layer.output_shape for layer in self.layers]
        return [self.input_shape[-1], *(shape[-1] for shape in shapes if shape is not None)]

    def forward(self, X: np.ndarray, training: bool = False) -> ForwardPass:
        """The forward pass for the rows of X, (samples, inputs).

        `predict` checks X and returns only the outputs.
        """
        A, caches = [X], []
        for layer in self.layers:
            output, cache = layer.forward(A[-1], training)
            A.append(output)
            caches.append(cache)
        return ForwardPass(A, self.layers[-1].pre_activations(A[-1], caches[-1]), caches)

    def data_loss(self, forward: ForwardPass, Y: np.ndarray) -> float:
        """The loss of a forward pass against the targets Y, without the penalty."""
        return self.loss.value(forward.Z, forward.outputs, Y)

    def penalty(self) -> float:
        """½α Σ w² over the penalized parameters."""
        if not self.l2:
            return 0.0
        return (
            0.5
            * self.l2
            * sum(
                float(np.vdot(layer.parts[name], layer.parts[name]))
                for layer in self.layers
                for name in layer.penalized
            )
        )

    def _backward(self, forward: ForwardPass, Y: np.ndarray, gradient: Gradient) -> None:
        sections = gradient.sections(self.shapes)
        steps = list(zip(self.layers, forward.caches, sections))
        layer, cache, own = steps.pop()
        G: Any  # an array; None only from the first layer, where it is not needed
        if self.loss.fused_with:
            delta = self.loss.delta(forward.Z, forward.outputs, Y, layer.activation)
            G = layer.backward_from_delta(delta, cache, own, need_input=bool(steps))
        else:
            G = self.loss.derivative(forward.outputs, Y)
            G = layer.backward(G, cache, own, need_input=bool(steps))
        while steps:
            layer, cache, own = steps.pop()
            G = layer.backward(G, cache, own, need_input=bool(steps))
        if self.l2:
            gradient.finish()
            for layer, own in zip(self.layers, sections):
                for name in layer.penalized:
                    own.add(name, self.l2 * layer.parts[name])

    @property
    def penalized(self) -> np.ndarray:
        """A mask of the flat vector: True for each parameter on which a penalty acts."""
        return np.concatenate(
            [
                np.full(layer.parts[name].size, name in layer.penalized)
                for layer in self.layers
                for name in layer.shapes
            ]
        )

    def predict(self, X: ArrayLike) -> np.ndarray:
        """The outputs, (samples, outputs), for X of shape (samples, inputs), checked."""
        return self.forward(self.check_inputs(X)).outputs

    def classify(self, X: ArrayLike) -> np.ndarray:
        """The index of the largest output for each row of X, shape (samples,)."""
        classes: np.ndarray = self.predict(X).argmax(axis=-1)
        return classes

    def check_inputs(self, X: ArrayLike) -> np.ndarray:
        """X as an array of the network's type.

        Raises ValueError unless X is (samples, inputs) with at least one row, all finite.
        """
        return checks.samples(X, "X", self.input_shape, self.dtype)

    def check_examples(self, X: ArrayLike, Y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """X and Y as arrays of the network's type.

        Raises ValueError unless X and Y have the same number of rows, at least one, and the
        network's widths, all finite. The message says so if Y holds labels instead of one-hot rows.
        """
        X = self.check_inputs(X)
        Y = checks.targets(Y, len(X), self.output_shape, self.dtype)
        self.loss.check_targets(Y)
        return X, Y

    def __repr__(self) -> str:
        if all(type(layer) is Dense for layer in self.layers):
            kinds = [layer.activation.name for layer in self.layers]
            sizes = "-".join(map(str, self.sizes))
        else:
            kinds = [type(layer).__name__ for layer in self.layers]
            sizes = f"{self.input_shape} to {self.output_shape}"
        return (
            f"Network({sizes}, {', '.join(kinds)}, {self.parameters.size} parameters, {self.dtype})"
        )


def dense_layers(
    sizes: list[int],
    activations: str | Activation | Sequence[str | Activation],
    bias: bool,
    initialization: str | Initialization,
) -> list[Layer]:
    """One dense layer between each pair of neighbouring sizes. Raises ValueError (see Network)."""
    if len(sizes) < 2:
        raise ValueError(
            f"sizes is {sizes}: give the number of inputs and then the neurons of each layer, such "
            f"as [4, 8, 3]"
        )
    for place, size in enumerate(sizes):
        checks.whole_number(size, f"sizes[{place}]", unit=", as in [4, 8, 3]")
    if isinstance(activations, str | Activation):
        activations = [activations] * (len(sizes) - 1)
    if len(activations) != len(sizes) - 1:
        raise ValueError(
            f"there are {len(activations)} activations for {len(sizes) - 1} layers of weights: "
            f"give one name for all, or a list with one for each"
        )
    return [
        Dense(inputs, outputs, activation, bias, initialization)
        for inputs, outputs, activation in zip(sizes, sizes[1:], activations)
    ]


def check_layers(layers: list[Layer]) -> None:
    """Raise ValueError unless these are layers that fit together, each used once."""
    wrong = [layer for layer in layers if not isinstance(layer, Layer)]
    if not layers or wrong:
        raise ValueError(
            f"layers is {layers}: give a list of layers, such as [Dense(4, 8, 'tanh'), Dense(8, 3)]"
        )
    if len(set(map(id, layers))) < len(layers):
        raise ValueError("a layer occurs twice in the list: make a layer for each place")
    shape: tuple[int, ...] = ()
    for number, layer in enumerate(layers, 1):
        if shape and layer.input_shape is not None:
            taken = min(len(shape), len(layer.input_shape))  # Dense takes more axes as rows
            if shape[-taken:] != layer.input_shape[-taken:]:
                raise ValueError(
                    f"layer {number} takes samples of shape {layer.input_shape}, and the layer "
                    f"before it gives {shape}: the shapes must be equal"
                )
        shape = shape_after(layer, shape)
    if not shape:
        raise ValueError(
            "no layer says how many inputs it takes: start with one that does, such as Dense"
        )


def shape_after(layer: Layer, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a sample after a layer: what a layer does not take as its own stays in front."""
    if layer.output_shape is None:
        return shape
    kept = shape[: max(0, len(shape) - len(layer.input_shape or ()))]
    return (*kept, *layer.output_shape)
