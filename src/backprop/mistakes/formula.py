"""A formula and the known mistakes in it, for numbers that are not a gradient.

A mistake in a backward pass is a layer with one step replaced (`mistake`). What comes before and
after it, such as a weighted sum, an error or an update, is one formula, and a mistake there is
another formula of the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Formula", "WrongFormula", "WrongValue"]


@dataclass(frozen=True)
class WrongValue:
    """A known mistake and the value that it gives.

    `form` is its short name, `explanation` says why it happens, and `section` is the page and
    heading of the book to read again. The `value` is a number, a sequence of numbers, or a text.
    """

    form: str
    explanation: str
    section: str
    value: Any


@dataclass(frozen=True)
class WrongFormula:
    """A known mistake in a formula.

    `form`, `explanation` and `section` are as in `WrongValue`; `compute` takes the same arguments
    as the right formula.
    """

    form: str
    explanation: str
    section: str
    compute: Callable[..., Any]


@dataclass(frozen=True)
class Formula:
    """A formula, `compute`, with its known `mistakes`.

    With fractions as arguments the values are exact.
    """

    compute: Callable[..., Any]
    mistakes: tuple[WrongFormula, ...]

    def __call__(self, *arguments: Any) -> Any:
        """The right value."""
        return self.compute(*arguments)

    def wrong_values(self, *arguments: Any) -> list[WrongValue]:
        """What the mistakes give on these arguments."""
        return [
            WrongValue(m.form, m.explanation, m.section, m.compute(*arguments))
            for m in self.mistakes
        ]
