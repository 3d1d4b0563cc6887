"""Does an answer agree with what was expected? For exercises and coursework.

Code that is being learned returns all kinds of things: a column where a row was meant, a text, a
list in a list, NaN. A check that raises a TypeError or that broadcasts its way to True helps no
one. This one is True only for the same shape and nearly the same numbers.
"""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence

import numpy as np


def agrees(answer: object, expected: object, tolerance: float = 1e-9) -> bool:
    """Whether `answer` is plain data of the shape of `expected`, with nearly the same numbers.

    Numbers a and e agree if |a − e| ≤ tolerance · max(1, |e|), so NaN agrees with nothing.
    Arrays need the same shape, lists and tuples the same length, dictionaries the same keys;
    texts, booleans and None must be equal. Anything else, such as a generator, never agrees.
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
    if not isinstance(answer, numbers.Real) or isinstance(answer, bool):
        return False
    return bool(abs(answer - expected) <= tolerance * max(1, abs(expected)))
