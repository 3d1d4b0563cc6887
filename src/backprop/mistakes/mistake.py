"""A known mistake: one step of one layer's backward pass, replaced.

Each kind of layer divides its backward pass into small steps. A mistake is a subclass of that kind
that replaces one of them, with a name, a reason and the section of the book to read again. It takes
the place of layers in a network, and the gradient is then that of a program with this mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop.layers import Layer
from backprop.network import ForwardPass, Network


class Mistake:
    """The base class that turns a subclass of a layer into a mistake.

    `places` says where it is looked for: 'all' means in all layers at once, 'each' in one layer at
    a time, and 'sets' both, and in all hidden layers too.
    """

    form = explanation = section = ""
    places = "sets"

    context: Context

    @classmethod
    def in_place_of(cls, layer: Layer, context: Context) -> Any:
        """The layer with this mistake; it has the same parameters."""
        wrong = cls.__new__(cls)
        vars(wrong).update(vars(layer))
        wrong.context = context
        return wrong


@dataclass
class Context:
    """The information available to a mistake, in addition to its own layer.

    The `network`, the `index` of the layer in it, counted from 0, the right `forward` pass, the
    `learning_rate`, 0 if it is not known, and `l2`, the factor α of the penalty.
    """

    network: Network
    index: int
    forward: ForwardPass
    learning_rate: float
    l2: float


class Examination:
    """A network in float64, some rows, and the gradients of mistakes on them."""

    def __init__(
        self, network: Network, X: np.ndarray, Y: np.ndarray, learning_rate: float | None = None
    ) -> None:
        self.l2, self.learning_rate = network.l2, learning_rate or 0.0
        precise = network.settings() | {"dtype": "float64", "l2": 0.0}
        self.network = Network.from_settings(precise)
        self.network.parameters = network.parameters
        self.X, self.Y = X.astype(np.float64), Y.astype(np.float64)
        self.forward = self.network.forward(self.X)

    def gradient(
        self, kind: type[Mistake] | None = None, where: Sequence[int] | None = None
    ) -> np.ndarray:
        """The gradient without the penalty, a flat vector, with this mistake in these layers.

        `where` contains indices counted from 0; None means all layers of the mistake's kind.
        """
        network = self.network if kind is None else self.with_mistake(kind, where)
        forward = self.forward
        if kind is not None and "forward" in vars(kind):
            forward = network.forward(self.X)
        return network.gradient_of(forward, self.Y)

    def with_mistake(self, kind: type[Mistake], where: Sequence[int] | None) -> Network:
        """The network with some of its layers replaced."""
        wrong = object.__new__(Network)
        vars(wrong).update(vars(self.network))
        wrong.layers = list(self.network.layers)
        for index in self.layers_of(kind) if where is None else where:
            context = Context(self.network, index, self.forward, self.learning_rate, self.l2)
            wrong.layers[index] = kind.in_place_of(self.network.layers[index], context)
        return wrong

    def layers_of(self, kind: type) -> list[int]:
        """The indices of the layers in which this mistake can be made."""
        return [
            index
            for index, layer in enumerate(self.network.layers)
            if issubclass(kind, type(layer))
        ]

    def places(self, kind: type[Mistake]) -> Iterator[tuple[tuple[int, ...], str]]:
        """The sets of layers in which a mistake is looked for, largest first, and their names."""
        layers = tuple(self.layers_of(kind))
        if not layers:
            return
        if kind.places != "each":
            yield layers, ""
        if kind.places == "sets" and len(layers) > 2:
            yield layers[:-1], " That concerns the hidden layers."
        if kind.places == "each" or (kind.places == "sets" and len(layers) > 1):
            for index in reversed(layers):
                yield (index,), f" That concerns layer {index + 1}."


@dataclass(frozen=True)
class WrongGradient:
    """A known mistake and the gradient that it gives.

    `form` is its short name, `explanation` says why it happens, and `section` is the page and
    heading of the book to read again. `vector` is the flat gradient, `factor` times too large
    unless that is None.
    """

    form: str
    explanation: str
    section: str
    vector: np.ndarray
    factor: float | None = None
