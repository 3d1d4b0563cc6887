"""The kinds of layers, one file each. A new file in this folder is found by its class's name.

`Layer` is the interface that all of them implement.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from backprop import checks
from backprop.layers.activation import ActivationLayer
from backprop.layers.dense import Dense, DenseCache
from backprop.layers.layer import Layer

__all__ = ["ActivationLayer", "Dense", "DenseCache", "Layer", "layer_kinds", "make_layer"]


def layer_kinds() -> dict[str, type[Layer]]:
    """Every kind of layer by the name of its class: those in this folder, and your own."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return {kind.__name__: kind for kind in Layer.__subclasses__()}


def make_layer(kind: str, settings: dict[str, Any]) -> Layer:
    """The layer of that kind and these settings. Raises ValueError for an unknown kind."""
    kinds = layer_kinds()
    return kinds[checks.choice(kind, "kind of layer", kinds)](**settings)
