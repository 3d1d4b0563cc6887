"""One submission in the student's process: its cells, and the copies that the tests call.

The student's code runs from top to bottom, before any test. At the place of each test in the
notebook, the process makes a copy of itself: the test will call that copy, with the names as they
were there.
So no test sees what another did, and no cell sees anything of a test.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from coursework.matching import Plan, Step
from coursework.notebook import Assignment
from coursework.sandbox.jail import Limits
from coursework.sandbox.process import (
    Clock,
    Conversation,
    Ended,
    OutOfTime,
    Process,
    Remote,
    StudentError,
)
from coursework.sandbox.submission import BadSubmission

SECONDS_OF_OWN_CELLS = 30.0  # imports are slow on a busy machine, which is not the student's fault
PART = 2**20  # bytes of a file that are sent at a time
MOST_OF_A_CELL = 20  # errors, and commands
MOST_NOTES = 40
LONGEST_NOTE = 1000  # characters
LONGEST_NAME = 100
UNWRITTEN = "This is not written yet."


class Session:
    """One submission: its steps, the process in which they run, and notes on what happened."""

    def __init__(self, assignment: Assignment, limits: Limits, sandbox: bool):
        self.assignment = assignment
        self.names = sorted(assignment.student_names)
        self.notes: list[str] = []
        self.starts = 0  # of the student's cells
        self.demonstrations = False  # whether free cells run, which nobody changed
        tests = [cell for cell in assignment.of_kind("test") if cell.points]
        self._clock = Clock(replace(limits, copies=2 * len(tests)))
        self._sandbox = sandbox
        self._steps: list[Step] = []
        self.missing: set[str] = set()  # the cells of the source that the submission does not have
        self._skip: dict[str, list[int]] = {}  # statements that ended the process, by cell
        self._copies: dict[str, Conversation] = {}
        self._process: Process | None = None

    def read(self, content: bytes) -> list:
        """The cells of the submitted file, read in the jail. Raises BadSubmission."""
        self._begin()
        try:
            for start in range(0, len(content), PART):
                self._process.ask(do="load", part=content[start : start + PART])
            read = self._process.ask(do="read")["value"]
        except (Ended, StudentError, ValueError):
            raise BadSubmission("the file has too many parts to be read") from None
        if isinstance(read, str):
            raise BadSubmission(read)
        return read

    def start(self, plan: Plan) -> None:
        """Run the student's cells."""
        self._steps, self.missing = plan.steps, plan.missing
        self.note(*plan.notes)
        self._run_all()

    def close(self) -> None:
        """End the process and its copies."""
        if self._process is not None:
            self._process.close()
        for copy in self._copies.values():
            copy.close()
        self._copies.clear()

    def at_test(self, grade_id: str) -> dict[str, object]:
        """The student's names and values at the place of a test.

        Raises Ended if there is no copy of the process for it, and OutOfTime.
        """
        return self._values(lambda: self._copy_for(grade_id))

    def at_end(self) -> dict[str, object]:
        """The student's names and values at the end of the notebook, in a new copy.

        Raises Ended if there can be no copy of the process, and OutOfTime.
        """
        return self._values(self._new_copy)

    def _copy_for(self, grade_id: str) -> Conversation:
        if grade_id not in self._copies:
            raise Ended("left no room for the process of a test, or ended it")
        return self._copies[grade_id]

    def _new_copy(self) -> Conversation:
        copy = self._copies[f"end {len(self._copies)}"] = self._process.snapshot()
        return copy

    def is_lost(self, grade_id: str) -> bool:
        """Whether the copy for a test has ended, which the code of another test may cause."""
        try:
            self._copies[grade_id].ask(do="names", names=[])
        except StudentError:
            return False
        except (Ended, OutOfTime, KeyError):
            return True
        return False

    def text(self, name: str) -> str:
        """A variable at the end of the notebook if it is a text or whole number, otherwise ''."""
        found = None
        if name in self.names:
            with contextlib.suppress(Ended, StudentError, OutOfTime, KeyError):
                found = value_of(self._process, name)
        if isinstance(found, str):
            return found[:LONGEST_NAME].strip()
        return str(found) if type(found) is int and abs(found) < 10**LONGEST_NAME else ""

    def run_demonstrations(self) -> bool:
        """Run everything again, with the free cells; False if that was done, or there are none."""
        if self.demonstrations or not any(step.optional for step in self._steps):
            return False
        self.demonstrations = True
        self._run_all()
        return True

    def _begin(self) -> None:
        self._process = Process(self._clock, self._sandbox, self.assignment.forbidden)

    def _run_all(self) -> None:
        """Run the steps; if one ends the process, leave out the statement, and begin again."""
        while True:
            errors: list[str] = []
            try:
                if self._copies or not self._process.alive:
                    self.close()
                    self._begin()
                self.starts += 1
                for step in self._steps:
                    if step.test:
                        self._copies[step.name] = self._process.snapshot()
                    elif self.demonstrations or not step.optional:
                        errors += self._run(step)
            except Dropped:
                self.close()
                continue
            except Ended as error:  # in a copy's making
                errors.append(f"The rest of the notebook was left out: it {error}.")
            except OutOfTime as error:
                errors.append(f"The rest of the notebook {error}.")
            self.note(*errors)
            return

    def _run(self, step: Step) -> list[str]:
        """Run a cell. Returns notes on what went wrong in it."""
        skip = self._skip.setdefault(step.name, [])
        self._process.at = None
        try:
            errors, left_out = self._process.ask(
                SECONDS_OF_OWN_CELLS if step.given else None,
                do="run",
                source=step.source,
                name=step.name,
                skip=skip,
                without=step.without,
            )["value"]
            errors = [StudentError.of(error) for error in list(errors)[:MOST_OF_A_CELL]]
            left_out = [str(command)[:80] for command in list(left_out)[:MOST_OF_A_CELL]]
        except StudentError as error:
            if error.kind == "MemoryError":  # and its memory may still be in use
                self._drop(step, "it used more memory than allowed")
            errors, left_out = [error], []
        except (TypeError, AttributeError):
            self._drop(step, "it sent what is not an answer")
        except (Ended, ValueError) as error:
            self._drop(step, f"it {error}")
        if step.given:  # what it lacks was the student's to give, or is forbidden
            return []
        notes = [note for error in errors if (note := note_on(error, step))]
        if left_out:
            commands = ", ".join(f"`{command}`" for command in left_out)
            notes.append(
                f"Cell {step.title}: left out, as grading has no such command: {commands}."
            )
        if step.without and self._process.at:
            notes.append(f"Cell {step.title}: what you added to it was run.")
        return notes

    def _drop(self, step: Step, reason: str) -> NoReturn:
        """Leave out the statement that ran, or the cell if none is known, and begin again."""
        number, line = self._process.at or (0, 0)
        if line < 1 or number in self._skip[step.name]:
            self._steps.remove(step)
            self.note(f"Cell {step.title or step.name} was left out: {reason}.")
        else:
            self._skip[step.name].append(number)
            self.note(f"Cell {step.title or step.name}, line {line} was left out: {reason}.")
        raise Dropped

    def _values(self, take: Callable[[], Conversation]) -> dict[str, object]:
        """The student's names that exist in a copy; if it has ended, in that of a new start."""
        blamed, kept = "", self._clock.kept
        while True:
            self._clock.kept, values, name = kept, {}, None
            try:
                copy = take()
                for name in list(self.names):
                    with contextlib.suppress(StudentError, KeyError):  # there is no such name
                        values[name] = value_of(copy, name)
                return values
            except Ended as error:
                if name == blamed:  # it was not another test that ended the process
                    if name is None:
                        raise
                    self.names.remove(name)
                    self.note(f"`{name}` was left out: it {error}.")
                blamed = name
                self._run_all()

    def note(self, *notes: str) -> None:
        """Add notes, each once, and not too many or too long ones."""
        for note in notes:
            if note[:LONGEST_NOTE] not in self.notes and len(self.notes) < MOST_NOTES:
                self.notes.append(note[:LONGEST_NOTE])


def value_of(conversation: Conversation, name: str) -> object:
    """The value of one of the student's names. Raises KeyError if there is none."""
    found = conversation.ask(do="names", names=[name])["value"]
    if type(found) is not dict or name not in found:  # and whatever else is in it is not taken
        raise KeyError(name)
    if isinstance(found[name], Remote):  # by its name, since a test may replace what has it
        return Remote(conversation.ask, {"name": name}, found[name]._kind)
    return found[name]


class Dropped(Exception):
    """A statement ended the student's process; the next process runs without it."""


def note_on(error: StudentError, step: Step) -> str:
    """A note on an error in a student's cell; none for what the marks say in any case."""
    own = error.line is not None and error.line[0] == step.name
    if error.kind == "NotImplementedError":
        if own and "raise NotImplementedError" in step.source:
            return f"Cell {step.title}: the line `raise NotImplementedError()` is still in it."
        return ""
    place = f", line {error.line[1]}" if own else ""
    return f"Cell {step.title}{place}: {raised(error) if own else told(error)}"


def told(error: StudentError) -> str:
    """An error in the student's code, with the place that the student's process reports."""
    if error.kind == "NotImplementedError":
        return UNWRITTEN
    if error.line is None:
        return raised(error)
    cell, line = error.line
    place = f"cell {cell}, line {line}" if cell.isdecimal() else "in code that was given to you"
    return f"{raised(error).removesuffix('.')} ({place})."


def raised(error: StudentError) -> str:
    """An error in the student's code, as a sentence."""
    if error.kind == "NotAvailable":
        return f"{error.message}: your code uses it, or calls a helper of the checks that does."
    return f"Your code raised {str(error).removesuffix('.')}."
