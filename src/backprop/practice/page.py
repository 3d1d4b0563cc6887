"""A question as Markdown for a page of the book: folded options, which need no script.

The page's script reads the attributes to make a field or buttons of the options. A notebook
program that removes them shows the same folded options.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np

from backprop.mistakes import WrongValue
from backprop.practice.question import (
    Question,
    as_text,
    capital,
    exact_numbers,
    section_title,
)

__all__ = ["explained", "on_page", "to_markdown"]

MOST_OPTIONS = 7  # on a page, the right one included


def to_markdown(question: Question, name: str) -> str:
    """The Markdown of a question; `name` identifies it, such as '02.output_slope'."""
    right = WrongValue("", question.reason, "", question.right)
    options = in_order([right, *on_page(question)], question, name)
    kind = "choice" if question.is_choice or exact_numbers(question.right)[1] else "number"
    folded = "\n\n".join(as_option(option, option is right, question) for option in options)
    return (
        f"**Predict.** {question.text}\n\n"
        f'<details class="question" data-question="{name}" data-kind="{kind}" '
        f'data-digits="{question.digits}">\n<summary>Options</summary>\n\n'
        f"{folded}\n\n</details>"
    )


def on_page(question: Question) -> list[WrongValue]:
    """The wrong values that are options on a page: not too many, each of another mistake."""
    first = {mistake.form or mistake.value: mistake for mistake in question.wrong[::-1]}
    kept = [m for m in question.wrong if first[m.form or m.value] is m]
    return kept[: MOST_OPTIONS - 1]


def in_order(options: list[WrongValue], question: Question, name: str) -> list[WrongValue]:
    """Numbers by their size; texts in an order that the name decides."""
    if question.is_choice:
        order = np.random.default_rng(crc32(name.encode())).permutation(len(options))
        return [options[index] for index in order]
    return sorted(options, key=lambda option: exact_numbers(option.value)[0])


def as_option(option: WrongValue, right: bool, question: Question) -> str:
    """One option, folded."""
    value = as_text(option.value, question.digits)
    if right:
        text, mark = f"**Right.** {option.explanation}", " data-right"
    else:
        text, mark = explained(option), ""
    return f'<details class="option"{mark}>\n<summary>{value}</summary>\n\n{text}\n\n</details>'


def explained(mistake: WrongValue) -> str:
    """A known mistake in words, with a link to the section to read again."""
    form = f"**{capital(mistake.form)}.** " if mistake.form else ""
    link = f"[{section_title(mistake.section)}]({mistake.section})"
    return f"{form}{capital(mistake.explanation)} Read again: {link}."
