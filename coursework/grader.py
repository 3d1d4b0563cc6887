"""Grade one submission: the student's cells run in a jail, the test cells run here.

The cells that a student may write run first, in a process of their own. Then the locked cells and
the test cells of the *source* run in this process, one after another, as in a notebook. For them
the student's functions look like functions, but a call goes to the student's process and back as
plain data (:mod:`coursework.jail`). So no student code ever runs next to a test, and no test,
expected value or point is ever in a process, file or text that student code can reach.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import re
import traceback
import warnings
from dataclasses import asdict, dataclass, field
from typing import NoReturn

from backprop.diagnosis import Diagnosis
from coursework.jail import Clock, Ended, Limits, OutOfTime, Process, Remote, StudentError
from coursework.notebook import (
    WRITTEN_STUB,
    Assignment,
    BadSubmission,
    Cell,
    SubmittedCell,
    read_submission,
    released,
)

BUILTIN_ERRORS = {name for name in vars(builtins) if name.endswith(("Error", "Exit", "Interrupt"))}
UNWRITTEN = "This is not written yet."
SECONDS_OF_OWN_CELLS = 30.0  # imports are slow on a busy machine, which is not the student's fault
LONGEST_MESSAGE = 2000  # characters
LONGEST_ANSWER = 20_000  # characters, fewer than a cell of a spreadsheet holds
STUDENT = "STUDENT"  # the name of the student's id; here, that of the submitter


NUMBERS = re.compile(r"\([\d,\s]*\d[\d,\s]*\)|\d+\.\d\S*|\d{2,}")  # shapes, fractions, counts


@dataclass
class Mark:
    """The points for one cell of the source, and the reason."""

    grade_id: str
    title: str
    points: float | None  # None if a person has yet to give them
    maximum: float
    message: str = ""
    form: str = ""  # the name of the misconception, if the test recognized one
    answer: str = ""  # the text of a written answer


@dataclass
class Grade:
    """The points for one submission, and the reason."""

    assignment: str
    title: str  # of the assignment
    student: str
    reason: str
    marks: list[Mark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # on the student's own cells

    @property
    def points(self) -> float:
        """The points so far, without answers that a person has yet to mark."""
        return sum(mark.points or 0 for mark in self.marks)

    @property
    def maximum(self) -> float:
        """The largest possible number of points."""
        return sum(mark.maximum for mark in self.marks)

    def as_dict(self) -> dict:
        """The grade as plain data, for a JSON file."""
        return {**asdict(self), "points": self.points, "maximum": self.maximum}


def grade(
    assignment: Assignment,
    content: bytes,
    student: str,
    limits: Limits | None = None,
    sandbox: bool = True,
) -> Grade:
    """Grade any submission. An error raised here is never caused by the submission."""
    try:
        cells = read_submission(content)
    except BadSubmission as error:
        return nothing(assignment, student, f"Not graded: {error}.")
    session = Session(assignment, cells, limits or Limits(seconds=assignment.seconds), sandbox)
    try:
        values = session.start()
        marks = mark_tests(session, values, student) + mark_written(assignment, cells)
    finally:
        session.close()
    order = [cell.grade_id for cell in assignment.cells]
    marks.sort(key=lambda earned: order.index(earned.grade_id))
    typed = values.get(STUDENT)
    if isinstance(typed, str) and typed.strip().lower() != student.lower():
        session.notes.append(
            f"The notebook says {STUDENT} = {typed[:100]!r}, but {student!r} submitted it. "
            f"Where each student has different numbers, those of {student!r} count."
        )
    return Grade(assignment.name, assignment.title, student, "Graded.", marks, session.notes)


def nothing(assignment: Assignment, student: str, reason: str) -> Grade:
    """No points, for one reason."""
    marks = [mark(cell, 0.0) for cell in assignment.cells if cell.points]
    return Grade(assignment.name, assignment.title, student, reason, marks)


def mark(cell: Cell, points: float | None, message: str = "", **more: str) -> Mark:
    """The mark of a cell."""
    return Mark(cell.grade_id, cell.title, points, cell.points, message[:LONGEST_MESSAGE], **more)


# The student's side


class Session:
    """One submission: its cells, their process, and the notes on what happened there."""

    def __init__(
        self, assignment: Assignment, cells: list[SubmittedCell], limits: Limits, sandbox: bool
    ):
        self.assignment = assignment
        self.names = sorted(assignment.student_names)
        self.notes: list[str] = []
        self._clock, self._sandbox = Clock(limits), sandbox
        self._cells = cells_to_run(assignment, cells)
        self._process: Process | None = None

    def start(self) -> dict[str, object]:
        """Run the student's cells in a new process, and return the names and values they defined.

        If a cell ends the process, it is dropped, and the others run again in a new process. The
        same happens for a variable that cannot be fetched.
        """
        while True:
            self.close()
            self._process = Process(self._clock, self._sandbox)
            errors: list[str] = []
            values: dict[str, object] = {}
            try:
                self._run_cells(errors)
                self._fetch(values)
            except Dropped:
                continue
            except OutOfTime as error:
                errors.append(f"The rest of the notebook {error}.")
            self.notes += [note for note in errors if note not in self.notes]
            return values

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()

    def ask(self, **request: object) -> dict:
        """Ask the student's process; if the last request ended it, start a new one."""
        if not self._process.alive:
            self.start()
        return self._process.ask(**request)

    def _run_cells(self, errors: list[str]) -> None:
        given = self.assignment.given
        for name, source in list(self._cells.items()):
            seconds = SECONDS_OF_OWN_CELLS if name in given else None
            try:
                self._process.ask(seconds, do="run", source=source, name=name)
            except StudentError as error:
                if error.kind == "MemoryError":  # and its memory may still be in use
                    self._drop(name, "it used more memory than allowed")
                errors.append(f"Cell {name}: {told(error)}")
            except (Ended, ValueError) as error:
                self._drop(name, f"it {error}")

    def _drop(self, name: str, reason: str) -> NoReturn:
        del self._cells[name]
        self.notes.append(f"Cell {name} was left out: {reason}.")
        raise Dropped

    def _fetch(self, values: dict[str, object]) -> None:
        for name in list(self.names):
            try:
                found = self._process.ask(do="names", names=[name])["value"]
            except StudentError:
                continue
            except Ended as error:
                self.names.remove(name)
                self.notes.append(f"`{name}` was left out: it {error}.")
                raise Dropped from None
            if isinstance(found, dict) and name in found:
                value = found[name]
                if isinstance(value, Remote):  # found by its name, also in a process started later
                    value = Remote(self.ask, {"name": name}, value._kind)
                values[name] = value


class Dropped(Exception):
    """A cell or variable ended the student's process; the next process runs without it."""


def cells_to_run(assignment: Assignment, submitted: list[SubmittedCell]) -> dict[str, str]:
    """The cells that run in the student's process, in order: their names and sources.

    These are the student's solutions and added cells, and the given cells as in the source. Test
    cells with points are left out, and so are free cells that nobody changed.
    """
    known = {cell.grade_id: cell for cell in assignment.cells}
    free = {cell.source.strip() for cell in assignment.of_kind("free")}
    present = {cell.grade_id for cell in submitted}
    given = assignment.given
    cells = {grade_id: source for grade_id, source in given.items() if grade_id not in present}
    for number, cell in enumerate(submitted, 1):
        source = known.get(cell.grade_id)
        if cell.cell_type == "code" and cell.grade_id in given:
            cells[cell.grade_id] = given[cell.grade_id]
        elif cell.cell_type != "code" or (source and source.kind in ("test", "written")):
            continue
        elif source and source.grade_id not in cells:
            cells[source.grade_id] = cell.source
        elif cell.source.strip() not in free:
            cells[f"number {number}"] = cell.source
    return cells


# The tests' side


def mark_tests(session: Session, values: dict[str, object], student: str) -> list[Mark]:
    """Run the locked cells and the test cells of the source in order, as one notebook."""
    namespace = {"__name__": "__main__", **values, STUDENT: student}
    marks = []
    for cell in session.assignment.of_kind("locked", "test"):
        error = run_here(cell, namespace)
        if cell.points and error is None:
            marks.append(mark(cell, cell.points))
        elif cell.points:
            message, form = explain(error, cell, session)
            marks.append(mark(cell, 0.0, message, form=form))
    return marks


def run_here(cell: Cell, namespace: dict[str, object]) -> Exception | None:
    """Run a cell of the source in this process; the error that it raised, if any."""
    code = compile(cell.source, f"<{cell.grade_id}>", "exec")
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(code, namespace)
        except Exception as error:
            return error
    return None


def mark_written(assignment: Assignment, submitted: list[SubmittedCell]) -> list[Mark]:
    """The written answers, for a person to mark; a missing or unchanged one has no points."""
    answers, marks = written_answers(assignment, submitted), []
    for cell in assignment.of_kind("written"):
        stub = released(cell.source, WRITTEN_STUB).strip()
        answer = "\n\n".join(part for part in answers[cell.grade_id] if part not in ("", stub))
        if answer:
            text = "This answer is marked by a person."
            marks.append(mark(cell, None, text, answer=answer[:LONGEST_ANSWER]))
        else:
            marks.append(mark(cell, 0.0, "There is no answer."))
    return marks


def written_answers(assignment: Assignment, submitted: list[SubmittedCell]) -> dict[str, list[str]]:
    """The texts that answer each question: its cell, and the cells added below it."""
    answers: dict[str, list[str]] = {cell.grade_id: [] for cell in assignment.of_kind("written")}
    known = {cell.grade_id for cell in assignment.cells}
    free = {cell.source.strip() for cell in assignment.of_kind("free")}
    question = None
    for cell in submitted:
        text = cell.source.strip()
        if cell.grade_id in known or text in free or cell.cell_type != "markdown":
            question = cell.grade_id if cell.grade_id in answers else None
        if question:
            answers[question].append(text)
    return answers


# Messages about an error


def explain(error: Exception, cell: Cell, session: Session) -> tuple[str, str]:
    """The message for a failed test, and the name of the misconception, if known.

    For a hidden test it holds only text of the source and the package: no text and no number from
    the student's code, since that could contain the arguments of the test.
    """
    lines = [
        f.lineno
        for f in traceback.extract_tb(error.__traceback__)
        if f.filename == f"<{cell.grade_id}>"
    ]
    hidden = bool(lines) and lines[0] in cell.hidden_lines
    where = "A hidden test: " if hidden else ""
    reason = error.args[0] if error.args else ""
    if isinstance(error, AssertionError):
        if isinstance(reason, Diagnosis):
            return where + advice(reason, hidden), reason.form or ""
        if reason and (not hidden or reason in written_texts(session.assignment)):
            return where + str(reason), ""
        return where + "The result is not the expected one.", ""
    if isinstance(error, Ended | OutOfTime):
        return f"{where}Your code {error}.", ""
    if isinstance(error, StudentError):
        if error.kind == "NotImplementedError":
            return where + UNWRITTEN, ""
        if hidden:
            kind = error.kind if error.kind in BUILTIN_ERRORS else "an error"
            return f"{where}Your code raised {kind}.", ""
        return told(error), ""
    if isinstance(error, NotImplementedError):
        return (
            f"This is not written yet: {error}." if reason and not hidden else UNWRITTEN,
            "",
        )
    if isinstance(error, NameError) and error.name in session.names:
        return f"{where}`{error.name}` is missing: no cell defined it.", ""
    if hidden:
        return where + "The test could not use what your code returned.", ""
    return f"The test could not use what your code returned: {error}", ""


def advice(diagnosis: Diagnosis, hidden: bool) -> str:
    """A diagnosis as text. For a hidden test without numbers: they come from the student's."""
    form, explanation = diagnosis.form or "not right", diagnosis.explanation
    parts = [f"{form}: {NUMBERS.sub('…', explanation) if hidden else explanation}"]
    if diagnosis.also:
        parts.append(f"On these numbers it cannot be told from: {', '.join(diagnosis.also)}.")
    if diagnosis.section:
        page, _, heading = diagnosis.section.partition("#")
        parts.append(f"Read again: chapter {page[:2].lstrip('0')}, “{heading.replace('-', ' ')}”.")
    return " ".join(parts)


def told(error: StudentError) -> str:
    """An error in the student's code, with the place that the student's process reports."""
    if error.kind == "NotImplementedError":
        return UNWRITTEN
    place = ""
    if error.line and len(error.line) == 2:
        place = f" (cell {str(error.line[0])[:100]}, line {str(error.line[1])[:10]})"
    return f"Your code raised {error}{place}."


def written_texts(assignment: Assignment) -> set[str]:
    """The texts of the source's own written cells."""
    cells = assignment.of_kind("locked", "test")
    nodes = (node for cell in cells for node in ast.walk(ast.parse(cell.source)))
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
