"""The checks of the exercises: they say "right" or name the mistake, and never show the answer.

What an answer is compared with is computed when `check` is called.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

from backprop.practice.question import Question, Verdict

__all__ = ["check", "exercise"]

NAME = re.compile(r"(\d{1,2})(b?)\.(\d{1,2}[a-z]?)")


def check(name: str, answer: Any = None) -> Verdict | None:
    """The verdict on an answer to an exercise.

    `name` is the chapter's number and that of the exercise, with a letter if it has several
    answers: "2.1a". Without an answer the result is None: an answer is missing if it is None or
    `...`, contains one of these, or is a function that returns one or raises NotImplementedError.
    Raises ValueError for a name that no exercise has.
    """
    make = maker(name)
    if is_missing(answer):
        return None  # without making the question, which may take some seconds
    question = make()
    return None if is_missing(answer, question) else question.judge(answer)


def exercise(name: str) -> Question:
    """The question of an exercise. Raises ValueError for a name that no exercise has."""
    return maker(name)()


def maker(name: str) -> Callable[[], Question]:
    """The function that makes it."""
    found = NAME.fullmatch(name)
    if found:
        chapter, page, number = found.groups()
        module = f"backprop.practice.chapters.chapter_{int(chapter):02}{page}"
        try:
            make: Callable[[], Question] = getattr(import_module(module), f"exercise_{number}")
        except (ModuleNotFoundError, AttributeError):
            pass
        else:
            return make
    raise ValueError(f"no exercise {name!r} has a check: give its name, such as '2.1'")


def is_missing(answer: Any, question: Question | None = None) -> bool:
    """Whether there is no answer yet. A function is called only if its question is given."""
    if answer is None or answer is ...:
        return True
    if isinstance(answer, tuple | list):
        return any(is_missing(part, question) for part in answer)
    if question and question.calls and callable(answer):
        try:
            value = answer(*copy.deepcopy(question.calls[0]))
        except NotImplementedError:
            return True
        except Exception:
            return False
        return value is None or value is ...
    return False
