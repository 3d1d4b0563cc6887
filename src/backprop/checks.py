"""Checks on entry: arguments, data, and the answers of learners.

All modules use these checks, so all are equally strict. A check of an argument returns the value in
the form in which it is used, or raises an error that says what was wrong, what was expected and
what to do.

A learner's code returns all kinds of things: a column instead of a row, a string, a list in a list,
NaN. A comparison that raises a TypeError, or that is True only because of broadcasting, helps no
one. `agrees` is True only for the same shape and nearly the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

__all__ = [
    "agrees",
    "all_finite",
    "assign",
    "check_finite",
    "choice",
    "finite_array",
    "float_type",
    "number",
    "random_generator",
    "real_array",
    "samples",
    "targets",
    "whole_number",
]


def whole_number(
    value: object, name: str, lowest: int = 1, highest: int | None = None, unit: str = ""
) -> int:
    """The value as an int. Raises ValueError unless it is a whole number in the given range.

    A float is rejected even if it is whole, and so is True: both are usually mistakes.
    """
    if isinstance(value, Integral) and not isinstance(value, bool):
        whole = int(value)
        if lowest <= whole and (highest is None or whole <= highest):
            return whole
    span = f"of at least {lowest}" if highest is None else f"from {lowest} to {highest}"
    raise ValueError(f"{name} is {value!r}: give a whole number {span}{unit}")


def number(
    value: object,
    name: str,
    *,
    above: float = -math.inf,
    at_least: float = -math.inf,
    below: float = math.inf,
) -> float:
    """The value, unchanged. Raises ValueError unless it is a finite number in the given range."""
    in_range = (
        isinstance(value, Real)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and not value <= above
        and not value < at_least
        and value < below
    )
    if not in_range:
        limits = [
            text
            for limit, text in (
                (above, f"greater than {above:g}"),
                (at_least, f"of at least {at_least:g}"),
                (below, f"less than {below:g}"),
            )
            if math.isfinite(limit)
        ]
        raise ValueError(
            f"{name} is {value!r}: give a finite number {' and '.join(limits)}".strip()
        )
    return value  # type: ignore[return-value]  # any kind of real number computes as a float


def choice(value: object, name: str, known: Collection[str]) -> str:
    """The value. Raises ValueError, which lists the known values and the nearest, for any other."""
    if not isinstance(value, str) or value not in known:
        nearest = get_close_matches(str(value).lower(), known, n=1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise ValueError(f"unknown {name} {value!r}; choose from {', '.join(known)}{hint}")
    return value


def random_generator(value: object) -> np.random.Generator:
    """The generator. Raises ValueError for anything else, such as a seed.

    NumPy's older RandomState is accepted too: some published programs can be repeated only with it.
    """
    if not isinstance(value, np.random.Generator | np.random.RandomState):
        raise ValueError(
            f"generator is {value!r}: numbers are drawn at random, so pass "
            f"generator=np.random.default_rng(seed)"
        )
    return cast(np.random.Generator, value)


def float_type(value: DTypeLike) -> np.dtype[np.floating]:
    """The type of numbers, float64 or float32. Raises ValueError for any other."""
    try:
        dtype: np.dtype[Any] = np.dtype(value)
    except TypeError:
        raise ValueError(f"dtype is {value!r}; choose from float64 and float32") from None
    if dtype not in (np.float64, np.float32):
        raise ValueError(f"dtype is {dtype}; choose from float64 and float32")
    return dtype


def real_array(value: ArrayLike, name: str, dtype: DTypeLike = np.float64) -> np.ndarray:
    """The value as an array of that type; an array of that type is not copied.

    Raises ValueError for numbers written as text, complex numbers, masked entries, rows of
    different lengths, and anything else that is not an array of real numbers.
    """
    if isinstance(value, np.ma.MaskedArray):
        if np.ma.is_masked(value):
            raise ValueError(
                f"{name} is a masked array with masked entries, which have no value: fill them "
                f"with .filled(...), or drop their rows"
            )
        value = value.data
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        array = np.empty(0, object)
    if array.dtype.kind not in "biuf":
        kinds = {"U": "text", "S": "bytes", "c": "complex numbers", "M": "dates", "O": "objects"}
        what = kinds.get(array.dtype.kind, f"entries of type {array.dtype}")
        raise ValueError(
            f"{name} holds {what}: give an array of real numbers, in rows of the same length"
        )
    return array.astype(dtype, copy=False)


def finite_array(value: ArrayLike, name: str, dtype: DTypeLike = np.float64) -> np.ndarray:
    """The value as an array of real numbers, all finite. Raises ValueError (see `real_array`)."""
    array = real_array(value, name, dtype)
    check_finite(array, name)
    return array


def all_finite(array: np.ndarray) -> bool:
    """Whether no entry is NaN or infinite.

    A sum of squares is finite only then, and costs less than a test of each entry. If it overflows,
    the entries may still be finite, so each one is tested.
    """
    return math.isfinite(np.vdot(array, array)) or bool(np.isfinite(array).all())


def check_finite(array: np.ndarray, name: str) -> None:
    """Raise ValueError, which names the first entry that is NaN or infinite."""
    if not all_finite(array):
        place = tuple(map(int, np.argwhere(~np.isfinite(array))[0]))
        raise ValueError(
            f"{name}{list(place)} is {array[place]}: every entry must be a finite number; drop the "
            f"sample or fill in the value"
        )


def samples(value: ArrayLike, name: str, shape: Sequence[int], dtype: DTypeLike) -> np.ndarray:
    """The value as a finite array (samples, …), of samples of this `shape`, and at least one.

    Raises ValueError for another shape and for what `finite_array` rejects.
    """
    array = real_array(value, name, dtype)
    if array.ndim != len(shape) + 1 or array.shape[1:] != tuple(shape):
        expected = ", ".join(["samples", *map(str, shape)])
        raise ValueError(
            f"{name} has shape {array.shape}; this network takes ({expected}), one row per sample"
            + (" and one column per feature" if len(shape) == 1 else "")
        )
    if len(array) == 0:
        raise ValueError(f"{name} has no rows: give at least one sample")
    check_finite(array, name)
    return array


def targets(
    value: ArrayLike, count: int, shape: Sequence[int], dtype: DTypeLike = np.float64
) -> np.ndarray:
    """The targets Y as a finite array (count, …), one row of this `shape` per sample.

    Raises ValueError for another shape, and says so where labels were given in place of rows.
    """
    array = real_array(value, "Y", dtype)
    if array.ndim != len(shape) + 1 or array.shape[1:] != tuple(shape):
        expected = ", ".join(map(str, (count, *shape)))
        raise ValueError(
            f"Y has shape {array.shape}, and the outputs have shape ({expected}): each output "
            f"needs its own target; turn labels into rows with datasets.one_hot, and a single "
            f"column of numbers with Y.reshape(-1, 1)"
        )
    if len(array) != count:
        raise ValueError(
            f"X has {count} rows and Y has {len(array)}: each sample needs its own target"
        )
    check_finite(array, "Y")
    return array


def assign(view: np.ndarray, value: ArrayLike, name: str) -> None:
    """Write `value` into `view`, a part of a flat vector.

    Raises ValueError unless it is a single number or has exactly the shape of the view.
    """
    array = real_array(value, name, view.dtype)
    if array.ndim and array.shape != view.shape:
        raise ValueError(
            f"{name} has shape {view.shape}, and what is assigned to it {array.shape}: the shapes "
            f"must be equal"
        )
    view[...] = array


def agrees(answer: object, expected: Any, tolerance: float = 1e-9) -> bool:
    """Whether `answer` is plain data of the shape of `expected`, with nearly the same numbers.

    Numbers a and e agree if `|a − e| ≤ tolerance · max(1, |e|)`, so NaN agrees with nothing.
    Arrays need the same shape, lists and tuples the same length, dictionaries the same keys;
    strings, booleans and None must be equal. Anything else, such as a generator, never agrees.
    """
    if isinstance(expected, np.ndarray):
        if not isinstance(answer, np.ndarray) or answer.shape != expected.shape:
            return False
        if answer.dtype.kind not in "biuf":
            return False
        limit = tolerance * np.maximum(1, np.abs(expected))
        return bool(np.all(np.abs(answer - expected) <= limit))
    if isinstance(expected, Mapping):
        if not isinstance(answer, Mapping) or answer.keys() != expected.keys():
            return False
        return all(agrees(answer[key], expected[key], tolerance) for key in expected)
    if isinstance(expected, str | bool) or expected is None:
        return type(answer) is type(expected) and answer == expected
    if isinstance(expected, Sequence):
        if not isinstance(answer, Sequence) or isinstance(answer, str):
            return False
        if len(answer) != len(expected):
            return False
        return all(agrees(a, e, tolerance) for a, e in zip(answer, expected))
    if not isinstance(answer, Real) or isinstance(answer, bool):
        return False
    return bool(abs(answer - expected) <= tolerance * max(1, abs(expected)))
