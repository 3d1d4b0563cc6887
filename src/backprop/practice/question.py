"""A question: its text, the right answer, and what each known mistake gives on the same numbers.

A question is made by a small function. From it come the question on a page (`page`), the check of
an exercise (`check`), the drill (`drill`) and the question bank for instructors. An answer is
judged by what it is equal to: the right value, or that of a known mistake.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from backprop.byhand import as_exact
from backprop.mistakes import WrongValue
from backprop.practice.answers import NotNumbers, read_numbers

__all__ = ["Question", "Verdict", "as_text", "ask", "section_title"]

ROUNDED_TOO_EARLY = 0.03  # relative: closer than this to the right number, but not close enough
CLOSE = (
    "It is close: was a number rounded on the way? Give {digits} significant digits, and round "
    "only at the end."
)
NONE_OF_THEM = "This is none of the known mistakes."


@dataclass(frozen=True)
class Verdict:
    """What is said about an answer: whether it is `right`, and a `message`.

    `form` is the name of the known mistake, None for a right answer and for one that is wrong in
    another way, and `section` is the page and heading to read again. The right answer is never
    part of it.
    """

    right: bool
    message: str
    form: str | None = None
    section: str | None = None

    def __str__(self) -> str:
        text = f"Right. {self.message}".strip() if self.right else f"Not right. {self.message}"
        return text + (f" Read again: {section_title(self.section)}." if self.section else "")

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        """The same with a link, for a notebook."""
        title = section_title(self.section) if self.section else ""
        return str(self).replace(title, f"[{title}]({self.section})") if title else str(self)


@dataclass(frozen=True)
class Question:
    """A question with a right answer and the answers of known mistakes.

    `text` and `reason`, why the answer is right, are Markdown with formulas. `right` is a number,
    an array or a sequence of numbers, or a text out of several. `wrong` has a value of the same
    kind for each known mistake; no two values can be mistaken for each other. `digits` is how many
    significant digits an answer needs. With `calls`, a tuple of arguments for each call, the answer
    is a function, and its values are compared.
    """

    text: str
    right: Any
    reason: str
    wrong: tuple[WrongValue, ...]
    digits: int = 4
    calls: tuple[tuple[Any, ...], ...] = field(default=(), repr=False)

    @property
    def is_choice(self) -> bool:
        """Whether the answer is a text, and not a number."""
        return isinstance(self.right, str)

    def judge(self, answer: Any) -> Verdict:
        """The verdict on an answer, which can be anything."""
        if self.calls:
            return self._judge_function(answer)
        if self.is_choice:
            return self._judge_text(answer)
        try:
            values, shape = read_numbers(answer)
        except NotNumbers as problem:
            return Verdict(False, capital(str(problem)))
        wanted, wanted_shape = exact_numbers(self.right)
        for mistake in self.wrong:
            wrong, wrong_shape = exact_numbers(mistake.value)
            if shape == wrong_shape != wanted_shape and self._agree(values, wrong):
                return named(mistake)
        if len(values) != len(wanted):
            return Verdict(False, f"The answer has the shape {shape}: give {wanted_shape}.")
        if self._agree(values, wanted):
            return Verdict(True, "")
        for mistake in self.wrong:
            if self._agree(values, exact_numbers(mistake.value)[0]):
                return named(mistake)
        if self._agree(values, wanted, ROUNDED_TOO_EARLY):
            return Verdict(False, CLOSE.format(digits=self.digits), "rounded too early")
        return Verdict(False, self._where(values, wanted) + NONE_OF_THEM)

    def _judge_text(self, answer: Any) -> Verdict:
        known = {plain(self.right): None} | {plain(m.value): m for m in self.wrong}
        if plain(str(answer)) not in known:
            choices = ", ".join(repr(text) for text in sorted([self.right, *self._texts()]))
            return Verdict(False, f"Choose one of: {choices}.")
        mistake = known[plain(str(answer))]
        return named(mistake) if mistake else Verdict(True, "")

    def _texts(self) -> list[str]:
        return [mistake.value for mistake in self.wrong]

    def _judge_function(self, answer: Any) -> Verdict:
        if not callable(answer):
            return Verdict(False, "The answer is a function: give its name, without brackets.")
        values = []
        for arguments in self.calls:
            try:
                values.append(answer(*copy.deepcopy(arguments)))
            except Exception as error:
                return Verdict(False, f"It raised {type(error).__name__}: {error}.")
        numbers = Question(self.text, self.right, self.reason, self.wrong, self.digits)
        return numbers.judge(values)

    def _agree(
        self,
        values: Sequence[tuple[Fraction, ...]],
        wanted: Sequence[Fraction],
        tolerance: float | None = None,
    ) -> bool:
        """Whether all numbers agree, up to the rounding that is allowed."""
        if len(values) != len(wanted):
            return False
        allowed = Fraction(tolerance or 0.6 * 10.0 ** (1 - self.digits))
        least = max(map(abs, wanted)) / 10**9
        return all(
            any(abs(value - number) <= max(allowed * abs(number), least) for value in possible)
            for possible, number in zip(values, wanted)
        )

    def _where(self, values: Sequence[tuple[Fraction, ...]], wanted: Sequence[Fraction]) -> str:
        """Which numbers of several are wrong; nothing for a single one."""
        off = [
            str(place)
            for place, (value, number) in enumerate(zip(values, wanted), 1)
            if not self._agree([value], [number])
        ]
        if len(wanted) == 1 or not off:
            return ""
        if len(off) == len(wanted):
            return f"All {len(wanted)} numbers differ. "
        if len(off) > 6:
            return f"{len(off)} of {len(wanted)} numbers differ, the first is number {off[0]}. "
        return f"Counted from 1, number {', '.join(off)} of {len(wanted)} differs. "


def named(mistake: WrongValue) -> Verdict:
    """The verdict that an answer is that of a known mistake."""
    text = f"{mistake.form}: {mistake.explanation}" if mistake.form else mistake.explanation
    return Verdict(False, capital(text), mistake.form or None, mistake.section)


def capital(text: str) -> str:
    """A text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def ask(
    text: str,
    right: Any,
    reason: str,
    wrong: Iterable[WrongValue],
    *,
    digits: int = 4,
    calls: Sequence[tuple[Any, ...]] = (),
) -> Question:
    """A question with those of the known mistakes that can be told apart on its numbers.

    Of two mistakes with the same value, up to rounding, the first is kept, and none is kept that
    gives the right value.
    """
    kept: list[WrongValue] = []
    values = [comparable(right)]
    for mistake in wrong:
        value = comparable(mistake.value)
        if not any(alike(value, other, digits) for other in values):
            kept.append(mistake)
            values.append(value)
    return Question(text, right, reason, tuple(kept), digits, tuple(calls))


Comparable = str | tuple[list[Fraction], tuple[int, ...]]


def comparable(value: Any) -> Comparable:
    """A text without what does not matter in it, or the numbers of a value and its shape."""
    return plain(value) if isinstance(value, str) else exact_numbers(value)


def alike(one: Comparable, other: Comparable, digits: int) -> bool:
    """Whether two values are the same text, or the same numbers up to rounding."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    (first, first_shape), (second, second_shape) = one, other
    allowed = Fraction(2.5 * 10.0 ** (1 - digits))
    return first_shape == second_shape and all(
        abs(a - b) <= allowed * max(abs(a), abs(b)) for a, b in zip(first, second)
    )


def exact_numbers(value: Any) -> tuple[list[Fraction], tuple[int, ...]]:
    """The numbers of a value as fractions, and its shape."""
    numbers, shape = read_numbers(value)
    return [number[0] for number in numbers], shape


def plain(text: str) -> str:
    """A text in small letters, with single spaces."""
    return " ".join(text.lower().split()).rstrip(".")


def as_text(value: Any, digits: int = 4) -> str:
    """A value as people write it: an exact decimal if it is short, otherwise rounded."""
    if isinstance(value, str):
        return value
    numbers, shape = exact_numbers(value)
    if shape:
        parts = [as_text(part, digits) for part in np.asarray(value, dtype=object)]
        return f"({', '.join(parts)})"
    exact = isinstance(value, Fraction | int) and as_exact(Fraction(value), longest=14)
    return exact or without_exponent(f"{float(numbers[0]):.{digits}g}").replace("-", "−")


def without_exponent(text: str) -> str:
    """A rounded number such as 4.28e+03 as 4280, unless it is very long."""
    large = re.fullmatch(r"[-\d.]+e\+0[1-8]", text)
    return f"{float(text):.0f}" if large else text


def section_title(section: str) -> str:
    """A section of the book in words: chapter 3, “bp2 the delta of the layer below”."""
    page, _, anchor = section.partition("#")
    chapter = page.split("_")[0].lstrip("0")
    words = re.sub(r"\bbp(?=\d)", "BP", anchor.replace("-", " "))
    return f"chapter {chapter}, “{words[:1].upper()}{words[1:]}”" if words else f"chapter {chapter}"
