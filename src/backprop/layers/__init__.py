"""The kinds of layers, one file each. A new file in this folder is found by its class's name.

`Layer` is the interface that all of them implement.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from inspect import isabstract
from pkgutil import iter_modules
from typing import Any

from backprop import checks
from backprop.layers.activation import ActivationLayer
from backprop.layers.attention import Attention, AttentionCache
from backprop.layers.convolution import Convolution, ConvolutionCache
from backprop.layers.dense import Dense, DenseCache
from backprop.layers.dropout import Dropout
from backprop.layers.embedding import Embedding
from backprop.layers.gated import GRU, GRUCache
from backprop.layers.layer import Layer
from backprop.layers.normalization import (
    BatchNormalization,
    LayerNormalization,
    NormalizationCache,
)
from backprop.layers.pooling import MaxPooling
from backprop.layers.reshape import Reshape
from backprop.layers.residual import Residual
from backprop.layers.softmax import Softmax

__all__ = [
    "GRU",
    "ActivationLayer",
    "Attention",
    "AttentionCache",
    "BatchNormalization",
    "Convolution",
    "ConvolutionCache",
    "Dense",
    "DenseCache",
    "Dropout",
    "Embedding",
    "GRUCache",
    "Layer",
    "LayerNormalization",
    "MaxPooling",
    "NormalizationCache",
    "Reshape",
    "Residual",
    "Softmax",
    "layer_kinds",
    "make_layer",
]


def layer_kinds() -> dict[str, type[Layer]]:
    """Every kind of layer by the name of its class: those in this folder, and your own."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return {kind.__name__: kind for kind in kinds_below(Layer)}


def kinds_below(kind: type) -> Iterator[type[Layer]]:
    """The kinds derived directly from this one, and from an abstract one what it stands for.

    What is derived from a kind that can be made is a variant of it, such as one with a mistake.
    """
    below: type[Layer]
    for below in kind.__subclasses__():
        if isabstract(below):
            yield from kinds_below(below)
        else:
            yield below


def make_layer(kind: str, settings: dict[str, Any]) -> Layer:
    """The layer of that kind and these settings. Raises ValueError for an unknown kind."""
    kinds = layer_kinds()
    return kinds[checks.choice(kind, "kind of layer", kinds)](**settings)
