"""Checks of arguments that several figures share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from backprop.figures.canvas import Label
from backprop.figures.style import SERIES


def finite_numbers(values: ArrayLike, name: str) -> np.ndarray:
    """The values as a flat array of floats. Raises ValueError unless there are some, all finite."""
    numbers = np.asarray(values, dtype=float)
    if numbers.ndim != 1 or numbers.size == 0 or not np.isfinite(numbers).all():
        raise ValueError(f"{name!r} must be a list of finite numbers, with at least one in it")
    return numbers


def check_span(span: tuple[float, float]) -> None:
    """Raise ValueError unless the span runs from a lower to a higher number."""
    if not span[0] < span[1]:
        raise ValueError(f"span is {span}: give the lower and then the higher end")


def check_count(curves: Sequence[object] | Mapping[str, object]) -> None:
    """Raise ValueError for no curves, and for more than are distinguishable."""
    if not 1 <= len(curves) <= len(SERIES):
        raise ValueError(f"{len(curves)} curves: give between 1 and {len(SERIES)}")


def check_lengths(**parts: Sized) -> None:
    """Raise ValueError unless all parts have the same length."""
    if len({len(part) for part in parts.values()}) > 1:
        lengths = ", ".join(f"{name} has {len(part)}" for name, part in parts.items())
        raise ValueError(f"the lengths must agree: {lengths}")


def check_sizes(**sizes: int) -> None:
    """Raise ValueError unless each size is a whole number of at least 1."""
    for name, size in sizes.items():
        if not isinstance(size, int) or size < 1:
            raise ValueError(f"{name} is {size!r}: give a whole number of at least 1")


def check_labels(
    layer_sizes: Sequence[int],
    labels: Sequence[Sequence[Label]] | None,
    weight_labels: Sequence[ArrayLike] | None,
) -> None:
    """Raise ValueError unless there is a label for each node, and one for each weight."""
    if labels is not None and [len(layer) for layer in labels] != list(layer_sizes):
        raise ValueError(
            f"labels for layers of {[len(layer) for layer in labels]} nodes: "
            f"this network has {list(layer_sizes)}"
        )
    shapes = list(pairwise(layer_sizes))
    if weight_labels is not None and [np.shape(table) for table in weight_labels] != shapes:
        raise ValueError(
            f"weight_labels has tables of shapes {[np.shape(table) for table in weight_labels]}: "
            f"this network needs {shapes}, (inputs, outputs) of each layer"
        )


def check_names(
    nodes: Mapping[str, object], edges: Sequence[tuple[str, str]], *others: Mapping[str, object]
) -> None:
    """Raise ValueError for no nodes, and for an edge or number with a name that no node has."""
    if not nodes:
        raise ValueError("the graph has no nodes: give at least one")
    unknown = {name for edge in edges for name in edge}.union(*others) - set(nodes)
    if unknown:
        raise ValueError(f"no node is named {sorted(unknown)}: choose from {', '.join(nodes)}")
