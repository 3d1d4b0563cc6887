"""What several topics draw and write: numbers for a pencil, matrices, entries of a gradient."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.random import Generator

from backprop.diagnosis import wrong_gradients
from backprop.mistakes import WrongValue
from backprop.network import Network
from backprop.practice.question import as_text

__all__ = [
    "clean",
    "decimals",
    "entries",
    "entry",
    "exact_row",
    "factor",
    "matrix",
    "one_of",
    "row",
    "starts",
]

# What moves numbers to other places of the vector: a question about one entry does not ask that.
LAYOUTS = frozenset({"wrong layer order", "transposed gradient", "parameters in another order"})


def decimals(
    generator: Generator, shape: int | tuple[int, ...] = (), largest: int = 9
) -> np.ndarray:
    """Numbers with one decimal, of either sign, none of them 0: from 0.1 up to `largest` / 10."""
    size = generator.integers(1, largest + 1, size=shape)
    drawn: np.ndarray = np.round(size * generator.choice([-1, 1], size=shape) / 10, 1)
    return drawn


def exact_row(generator: Generator, count: int, largest: int = 9) -> list[Fraction]:
    """The same as exact numbers."""
    return [Fraction(str(number)) for number in decimals(generator, count, largest)]


def one_of(generator: Generator, options: Sequence[Any]) -> Any:
    """One of several things of any kind."""
    return options[int(generator.integers(len(options)))]


def matrix(rows: Iterable[Iterable[Any]]) -> str:
    """A matrix as a formula, without the dollar signs."""
    lines = r" \\ ".join(" & ".join(map(as_text, line)) for line in rows)
    return rf"\begin{{pmatrix}} {lines} \end{{pmatrix}}"


def row(numbers: Iterable[Any]) -> str:
    """Numbers in brackets."""
    return f"({', '.join(map(as_text, numbers))})"


def factor(number: Any) -> str:
    """A number as a factor: a negative one is in brackets."""
    return as_text(number) if number >= 0 else f"({as_text(number)})"


def clean(number: float) -> float:
    """A float without the rounding of its last places."""
    return 0.0 if abs(number) < 1e-12 else float(f"{float(number):.12g}")


def entry(
    network: Network,
    X: np.ndarray,
    Y: np.ndarray,
    part: str,
    place: tuple[int, ...],
    **settings: Any,
) -> tuple[float, list[WrongValue]]:
    """One entry of the gradient, and what the known mistakes give for it (see `entries`)."""
    (right,), found = entries(network, X, Y, {part: place}, **settings)
    return right, [WrongValue(w.form, w.explanation, w.section, w.value[0]) for w in found]


def entries(
    network: Network,
    X: np.ndarray,
    Y: np.ndarray,
    places: Mapping[str, tuple[int, ...]],
    *,
    learning_rate: float | None = None,
    leave_out: Collection[str] = LAYOUTS,
) -> tuple[list[float], list[WrongValue]]:
    """Some entries of the gradient, and what the known mistakes give for them.

    `places` has the indices in each part, such as 'layer 1, W'. Mistakes of the forms in
    `leave_out` are left out.
    """
    numbers = np.arange(network.parameters.size)
    views = dict(zip(network.parts.shapes, np.split(numbers, starts(network))))
    chosen = [
        int(views[part].reshape(network.parts.shapes[part])[place])
        for part, place in places.items()
    ]
    right, found = wrong_gradients(network, X, Y, learning_rate=learning_rate)
    return list(map(clean, right[chosen])), [
        WrongValue(w.form, w.explanation, w.section, list(map(clean, w.vector[chosen])))
        for w in found
        if w.form not in leave_out
    ]


def starts(network: Network) -> np.ndarray:
    """Where each part begins in the vector, but the first one."""
    return np.cumsum([math.prod(shape) for shape in network.parts.shapes.values()])[:-1]
