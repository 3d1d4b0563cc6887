"""A drill: one question after another, with fresh numbers, that returns to what went wrong.

Each function of `backprop.practice.topics` makes one kind of question. The first answer to a
question counts:

- A kind that was answered wrong comes back, with other numbers, until two answers to it are right.
- Every second question at most is one that comes back: the kind that has waited longest. It is
  never the kind of the question before, unless there is no other.
- The other questions are drawn from the kinds that were asked least often.

With a `record`, the counts are kept in a small file of the learner's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from backprop import checks
from backprop.files import write_whole
from backprop.practice.answers import NotNumbers, read_numbers
from backprop.practice.plain import without_formulas
from backprop.practice.question import Question, Verdict, as_text
from backprop.practice.topics import Maker, all_topics, fresh_question

__all__ = ["Drill", "Record", "Shown"]

FORMAT = "backprop drill, version 1"
RIGHT_ANSWERS = 2  # after a wrong one


@dataclass(frozen=True)
class Shown:
    """A `text` for the learner, typeset in a notebook and plain elsewhere."""

    text: str

    def __repr__(self) -> str:
        return without_formulas(self.text)

    def _repr_markdown_(self) -> str:
        return self.text


@dataclass
class Record:
    """How often each kind of question was asked, and answered right.

    `counts` has [asked, right] for each kind, such as 'BP2.hidden_delta'. `again` has the kinds
    that come back, the one that has waited longest first, each with the number of right answers
    that are still to be given.
    """

    counts: dict[str, list[int]] = field(default_factory=dict)
    again: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, right: bool) -> None:
        """Count an answer."""
        asked, answered = self.counts.get(kind, [0, 0])
        self.counts[kind] = [asked + 1, answered + right]
        left = self.again.pop(kind, 0)
        left = left - 1 if right else RIGHT_ANSWERS
        if left > 0:
            self.again[kind] = left

    @classmethod
    def read(cls, path: Path) -> Record:
        """The record in a file. Raises ValueError for a file with anything else."""
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            if stored["format"] != FORMAT:
                raise ValueError(f"its format is {stored['format']!r}")
            record = cls(stored["counts"], stored["again"])
            record._check()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
            raise ValueError(
                f"{path} is not the record of a drill, or it is damaged ({problem}): give the name "
                f"of another file, or move this one away. It was not changed."
            ) from None
        return record

    def _check(self) -> None:
        """Raise ValueError for counts that no drill writes."""
        for counts in self.counts.values():
            asked, right = counts
            checks.whole_number(asked, "a count", 1)
            checks.whole_number(right, "a count", 0, asked)
        for left in self.again.values():
            checks.whole_number(left, "a count", 1, RIGHT_ANSWERS)

    def write(self, path: Path) -> None:
        """Write the file, completely or not at all."""
        stored = {"format": FORMAT, "counts": self.counts, "again": self.again}
        write_whole(path, (json.dumps(stored, ensure_ascii=False, indent=1) + "\n").encode())


class Drill:
    """Questions about one topic, or about all of them.

    `topic` is one of `Drill.topics()`, in capitals or not; None means all. `record` is the path of
    a file in which the counts are kept; it is made if it does not exist. `generator` draws the
    numbers; without one they differ in every drill.

    >>> drill = Drill("by hand", generator=np.random.default_rng(1))
    >>> question = drill.ask()
    >>> drill.answer("no number")
    Not right. 'no number' is not a number: type one such as −0.25, −1/4 or 2.5e-3.
    >>> drill
    Drill(by hand: 0 of 0 right)

    Raises ValueError for an unknown topic, anything but a generator, and a file that is not a
    record; such a file is not changed. Raises OSError for a record that cannot be written.
    """

    def __init__(
        self,
        topic: str | None = None,
        *,
        record: str | Path | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        found = all_topics()
        chosen = found if topic is None else [topic_name(topic, found)]
        self.topic = None if topic is None else topic_name(topic, found)
        self.makers: dict[str, Maker] = {
            f"{name}.{maker.__name__}": maker for name in chosen for maker in found[name].makers
        }
        self.generator = np.random.default_rng() if generator is None else generator
        checks.random_generator(self.generator)
        self.path = None if record is None else Path(record)
        self.record = Record()
        self._update_record()
        self.kind: str | None = None
        self.question: Question | None = None
        self._counted = self._returned = False

    @staticmethod
    def topics() -> dict[str, str]:
        """The names of the topics, each with a title, in the order of the book."""
        return {name: topic.title for name, topic in all_topics().items()}

    def ask(self) -> Shown:
        """The next question."""
        self.kind = self._next_kind()
        self.question = fresh_question(self.makers[self.kind], self.generator)
        self._counted = False
        return Shown(f"{self.question.text}\n\n{self._how_to_answer()}")

    def answer(self, answer: Any) -> Verdict:
        """Whether an answer is right; otherwise, which mistake it comes from.

        The first answer to a question counts; after a wrong one, try again. What cannot be read as
        an answer does not count. Of several options, type one, or its letter. Raises ValueError if
        there is no question yet.
        """
        question = self._asked()
        if question.is_choice and isinstance(answer, str):
            answer = dict(lettered(question)).get(answer.strip().lower().rstrip(".)"), answer)
        verdict = question.judge(answer)
        if verdict.right or can_be_read(answer, question):
            self._count(verdict.right)
        return verdict

    def explain(self) -> Shown:
        """The right answer, and why it is right. Before an answer this counts as a wrong one.

        Raises ValueError if there is no question yet.
        """
        question = self._asked()
        self._count(False)
        return Shown(f"The answer is {as_text(question.right, question.digits)}. {question.reason}")

    def results(self) -> dict[str, dict[str, int]]:
        """For each topic of which something was asked: asked, right, and how many come back."""
        found: dict[str, dict[str, int]] = {}
        for name in all_topics():
            own = [kind for kind in self.record.counts if topic_of(kind) == name]
            if own:
                asked, right = map(sum, zip(*(self.record.counts[kind] for kind in own)))
                again = sum(kind in self.record.again for kind in own)
                found[name] = {"asked": asked, "right": right, "to repeat": again}
        return found

    def __repr__(self) -> str:
        counts = [count for kind, count in self.record.counts.items() if kind in self.makers]
        asked, right = map(sum, zip(*counts)) if counts else (0, 0)
        return f"Drill({self.topic or 'all topics'}: {right} of {asked} right)"

    def _next_kind(self) -> str:
        """The kind of the next question; the rule is at the head of this module."""
        waiting = [kind for kind in self.record.again if kind in self.makers and kind != self.kind]
        self._returned = bool(waiting) and not self._returned
        if self._returned:
            return waiting[0]
        candidates = (
            [k for k in self.makers if k != self.kind and k not in self.record.again]
            or [k for k in self.makers if k != self.kind]
            or list(self.makers)
        )
        asked = [self.record.counts.get(kind, [0, 0])[0] for kind in candidates]
        fewest = [kind for kind, count in zip(candidates, asked) if count == min(asked)]
        return fewest[int(self.generator.integers(len(fewest)))]

    def _asked(self) -> Question:
        if self.question is None:
            raise ValueError("there is no question yet: call ask() first")
        return self.question

    def _count(self, right: bool) -> None:
        """Count the first answer to the question."""
        if not self._counted and self.kind is not None:
            self._counted = True
            self._update_record(self.kind, right)

    def _update_record(self, kind: str | None = None, right: bool = False) -> None:
        """Add to what the file has by now: another drill may have written to it."""
        if self.path is not None and self.path.is_file():
            self.record = Record.read(self.path)
        if kind is not None:
            self.record.add(kind, right)
        if self.path is not None:
            self.record.write(self.path)

    def _how_to_answer(self) -> str:
        question = self._asked()
        if question.is_choice:
            lines = [f"- {letter}) {text}" for letter, text in lettered(question)]
            return "Choose one:\n\n" + "\n".join(lines)
        return f"If you round, keep {question.digits} significant digits."


def lettered(question: Question) -> Iterable[tuple[str, str]]:
    """The options of a question, in alphabetical order, each with a letter."""
    options = sorted([question.right, *(mistake.value for mistake in question.wrong)])
    return zip("abcdefghijklmnopqrstuvwxyz", options)


def can_be_read(answer: Any, question: Question) -> bool:
    """Whether this is an answer, right or wrong, and not something else."""
    if question.is_choice:
        return answer in dict(lettered(question)).values()
    try:
        read_numbers(answer)
    except NotNumbers:
        return False
    return True


def topic_of(kind: str) -> str:
    """The name of a kind's topic."""
    return kind.rpartition(".")[0]


def topic_name(topic: object, known: Iterable[str]) -> str:
    """The topic's name as it is written. Raises ValueError, which lists the names."""
    by_small = {name.lower(): name for name in known}
    small = str(topic).lower().strip()
    if isinstance(topic, str) and small in by_small:
        return by_small[small]
    near = get_close_matches(small, by_small, n=2)
    hint = f"; did you mean {' or '.join(repr(by_small[name]) for name in near)}?" if near else ""
    raise ValueError(f"unknown topic {topic!r}; choose from {', '.join(by_small.values())}{hint}")
