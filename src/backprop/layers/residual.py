"""A residual connection: the input of some layers is added to their output, A = X + F(X).

The scalar case. x reaches a on two ways, directly and through f, so two terms add up::

    a = x + f(x)        ∂L/∂x = g + g f′(x), with g = ∂L/∂a

The first term has neither a weight nor a derivative in it: however deep the network is, it brings
the gradient to the input unchanged. With arrays the second term is what the backward pass of the
layers inside returns for G.

Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition" (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from backprop.layers.layer import Layer
from backprop.parameters import Gradient, Parameters


class Residual(Layer):
    """The layers of `layers` one after another, and around them a connection that skips them.

    Each may also be given as its kind and settings, as a saved network has it. The parameters are
    those of the layers inside, named '1 W', '1 b', '2 W' and so on.

    Raises ValueError for no layers, and for layers that change the shape of a sample.
    """

    def __init__(self, layers: Sequence[Layer | tuple[str, dict[str, Any]]]) -> None:
        from backprop.layers import make_layer  # the folder imports this file

        self.layers = [one if isinstance(one, Layer) else make_layer(*one) for one in layers]
        if not self.layers:
            raise ValueError("a residual connection needs at least one layer to skip")
        self.input_shape = next((one.input_shape for one in self.layers if one.input_shape), None)
        ends = [one.output_shape for one in self.layers if one.output_shape]
        self.output_shape = ends[-1] if ends else None
        if self.input_shape != self.output_shape:
            raise ValueError(
                f"the layers inside take samples of shape {self.input_shape} and give "
                f"{self.output_shape}: the sum of a residual connection needs equal shapes"
            )
        self.all_shapes = [one.shapes for one in self.layers]
        named = enumerate(self.all_shapes, 1)
        super().__init__({f"{i} {name}": s for i, own in named for name, s in own.items()})
        inside = enumerate(self.layers, 1)
        self.penalized = tuple(f"{i} {name}" for i, one in inside for name in one.penalized)
        self.bind(Parameters(self.shapes), Gradient(self.shapes))

    def settings(self) -> dict[str, Any]:
        """The kind and the settings of each layer inside."""
        return {"layers": [(type(one).__name__, one.settings()) for one in self.layers]}

    def bind(self, parts: Parameters, gradients: Gradient) -> None:
        """Give each layer inside its section of the vectors."""
        super().bind(parts, gradients)
        sections = zip(parts.sections(self.all_shapes), gradients.sections(self.all_shapes))
        for layer, (own, gradient) in zip(self.layers, sections):
            layer.bind(own, gradient)

    def initialize(self, generator: np.random.Generator) -> None:
        """Draw the parameters of the layers inside, in their order."""
        for layer in self.layers:
            layer.initialize(generator)

    def forward(self, X: np.ndarray, training: bool = False) -> tuple[np.ndarray, list[Any]]:
        """X + F(X), in the shape of X, and the caches of the layers inside."""
        A, caches = X, []
        for layer in self.layers:
            A, cache = layer.forward(A, training)
            caches.append(cache)
        return X + A, caches

    def backward(
        self, G: np.ndarray, cache: list[Any], gradient: Gradient, need_input: bool = True
    ) -> np.ndarray | None:
        """G plus what comes back through the layers inside."""
        inner = G
        sections = gradient.sections(self.all_shapes)
        for layer, own, part in reversed(list(zip(self.layers, cache, sections))):
            back = layer.backward(inner, own, part)
            assert back is not None  # a layer returns it when it is asked to
            inner = back
        return self.joined(G, inner)

    def joined(self, direct: np.ndarray, inner: np.ndarray) -> np.ndarray:
        """The sum of both ways."""
        total: np.ndarray = direct + inner
        return total
