"""Questions with fresh numbers, one file for each topic or for a few that belong together.

A file in this folder is found. Its tuple `TOPICS` has the topics, each with the functions that take
a generator and return a question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from numpy.random import Generator

from backprop.practice.question import Question

__all__ = ["Maker", "Topic", "all_topics", "fresh_question"]

Maker = Callable[[Generator], Question]
"""Draws the numbers of a question, and makes it."""

FEWEST_WRONG, MOST_DRAWS = 3, 20


@dataclass(frozen=True)
class Topic:
    """Questions with fresh numbers about one thing.

    `name` is short and is what one types; `title` says more. `chapter` is the number of the chapter
    that teaches it, and `makers` are the functions that make its questions.
    """

    name: str
    title: str
    chapter: int
    makers: tuple[Maker, ...]


def fresh_question(maker: Maker, generator: Generator) -> Question:
    """A question of this function, on which at least three mistakes can be told apart.

    On some numbers several mistakes give the same value; then the numbers are drawn again.
    """
    for _ in range(MOST_DRAWS):
        question = maker(generator)
        if len(question.wrong) >= FEWEST_WRONG:
            break
    return question


def all_topics() -> dict[str, Topic]:
    """Every topic by its name, in the order of the book."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found: list[Topic] = [topic for module in modules for topic in getattr(module, "TOPICS", ())]
    return {topic.name: topic for topic in sorted(found, key=lambda topic: topic.chapter)}
