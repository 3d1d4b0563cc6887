"""What a person types as an answer, read as numbers.

Accepted are −0.68765 with either minus sign, 0,68765 with a decimal comma, 13753/20000, 1.2e-3,
1.2·10^−3, 543,210 and 97 %. A text such as "1,234" can be two numbers; both are tried.
"""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import product
from numbers import Real
from typing import Any

import numpy as np

__all__ = ["NotNumbers", "read_number", "read_numbers"]

SIGNS = str.maketrans({"−": "-", "–": "-", "·": "*", "×": "*"} | dict.fromkeys("\xa0  _'’ "))
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
POWER = re.compile(r"\*10(?:\^|\*\*)?\(?([-+]?\d+)\)?$")
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
LONGEST = 60  # characters


class NotNumbers(ValueError):
    """An answer that has no numbers; says why, and what was expected."""


def read_number(text: str) -> tuple[Fraction, ...]:
    """The number in a text, or the two that it can be. Raises NotNumbers."""
    plain = text.translate(SUPERSCRIPTS).translate(SIGNS)
    plain, percent = plain.removesuffix("%"), plain.endswith("%")
    plain = POWER.sub(r"e\1", plain)
    parts = [_readings(part) for part in plain.split("/")]
    if not plain or len(text) > LONGEST or len(parts) > 2 or not all(parts):
        raise NotNumbers(
            f"{text[:LONGEST]!r} is not a number: type one such as −0.25, −1/4 or 2.5e-3."
        )
    if len(parts) == 1:
        found = parts[0]
    else:
        found = [over / under for over, under in product(*parts) if under]
        if not found:
            raise NotNumbers(f"{text!r} divides by 0.")
    return tuple(number / 100 if percent else number for number in found)


def _readings(part: str) -> list[Fraction]:
    """The numbers that a part without spaces, signs of other alphabets and powers can be."""
    found = []
    if THOUSANDS.fullmatch(part):
        found.append(part.replace(",", ""))
    if NUMBER.fullmatch(part.replace(",", ".", 1)):
        found.append(part.replace(",", ".", 1))
    return [Fraction(number) for number in found]


def read_numbers(answer: Any) -> tuple[list[tuple[Fraction, ...]], tuple[int, ...]]:
    """The possible values of each number in an answer, and the shape: () for one number.

    An answer is a number, a text, or an array or nested lists of them. Raises NotNumbers.
    """
    if isinstance(answer, str):
        answer = split(answer.strip())
    if isinstance(answer, tuple | list):
        if not answer:
            raise NotNumbers("the answer is an empty list.")
        values, shapes = zip(*map(read_numbers, answer))
        if len(set(shapes)) > 1:
            raise NotNumbers("the rows of the answer have different lengths.")
        return [value for row in values for value in row], (len(answer), *shapes[0])
    if isinstance(answer, np.ndarray) and answer.ndim:
        return read_numbers(answer.tolist())
    return [read_scalar(answer)], ()


def split(text: str) -> str | list[str]:
    """The parts of a text with several numbers: "1; 2", "(1, 2)", or one per line."""
    bracketed = re.fullmatch(r"[(\[]([^()\[\]]*)[)\]]", text)
    separator = r"[;\n]|, " if bracketed else r"[;\n]"
    parts = re.split(separator, bracketed[1] if bracketed else text)
    parts = [part for part in parts if part.strip()]
    return parts if len(parts) > 1 else text


def read_scalar(answer: Any) -> tuple[Fraction, ...]:
    """The possible values of one number. Raises NotNumbers."""
    if isinstance(answer, str):
        return read_number(answer)
    if isinstance(answer, np.ndarray | np.generic):
        answer = answer.item()
    if not isinstance(answer, Real) or isinstance(answer, bool):
        raise NotNumbers(f"the answer has the type {type(answer).__name__}: give a number.")
    try:
        return (Fraction(answer) if isinstance(answer, Fraction | int) else Fraction(str(answer)),)
    except (ValueError, OverflowError):
        raise NotNumbers(f"the answer is {answer}, which is not a finite number.") from None
