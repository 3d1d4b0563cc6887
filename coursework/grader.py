"""Grade one submission: the student's cells run in a jail, the test cells run here.

The cells that a student may write run first, in a process of their own, which copies itself where
a test stands. Then the locked cells and the test cells of the *source* run in this process, one
after another, as in a notebook. For them the student's functions look like functions, but a call
goes to the copy of the student's process and back as plain data (``sandbox``). So
no student code ever runs next to a test, and no test, expected value or point is ever in a process,
file or text that student code can reach.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import re
import traceback
import warnings
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

from backprop.diagnosis import Diagnosis
from coursework.files import printable
from coursework.matching import SubmittedCell, plan, recognize, written_answers
from coursework.names import same_name
from coursework.notebook import Assignment, Cell
from coursework.sandbox.jail import Limits
from coursework.sandbox.process import Ended, Lost, OutOfTime, StudentError
from coursework.sandbox.session import UNWRITTEN, Session, told
from coursework.sandbox.submission import BadSubmission

KINDS = (  # of errors that are told for a hidden test; with more of them a test could be asked
    *("TypeError", "ValueError", "IndexError", "KeyError"),
    *("NameError", "AttributeError", "ZeroDivisionError", "RecursionError"),
)
BOOK = Path(__file__).resolve().parents[1] / "book"
LONGEST_MESSAGE = 2000  # characters
LONGEST_ANSWER = 20_000  # characters, fewer than a cell of a spreadsheet holds
STUDENT = "STUDENT"  # the name of the student's id; here, that of the submitter
OTHER_NAME = (
    "The notebook says STUDENT = “{typed}”, but it was handed in as “{student}”. Where each "
    "student has different numbers, those of the second name count, so right answers for the first "
    "one earn no points. If the second name is not yours, tell your instructor; otherwise correct "
    "STUDENT and hand in again."
)
NO_PICTURE = "[A picture, {!r}: not in the notebook, too large, or of a kind that cannot be shown.]"
LATER = (
    "{title}: the check passes only with the names at the end of the notebook. Where it stands, it "
    "stops when the notebook runs from top to bottom. The points are yours."
)


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
    pictures: list[dict[str, str]] = field(default_factory=list)  # in it: name, and data as a URL


@dataclass
class Grade:
    """The points for one submission, and the reason."""

    assignment: str
    title: str  # of the assignment
    student: str
    reason: str
    marks: list[Mark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # on the student's own cells
    graded: bool = False  # False: there was nothing to grade, and the reason says why
    typed: str = ""  # the name that the notebook gives

    @property
    def points(self) -> float:
        """The points so far, without answers that a person has yet to mark."""
        return sum(mark.points or 0 for mark in self.marks)

    @property
    def maximum(self) -> float:
        """The largest possible number of points."""
        return sum(mark.maximum for mark in self.marks)

    def as_dict(self) -> dict:
        """The grade as plain data, for a JSON file; every text of the student's can be shown."""
        record = {**asdict(self), "points": self.points, "maximum": self.maximum}
        return readable(record) | {"student": self.student}  # which is the name of a file


def grade(
    assignment: Assignment,
    content: bytes,
    student: str,
    limits: Limits | None = None,
    sandbox: bool = True,
    aliases: tuple[str, ...] = (),
) -> Grade:
    """Grade any submission. An error raised here is never caused by the submission.

    `student` is the name under which it was submitted; `aliases` are other names of that person.
    """
    limits = limits or Limits(seconds=assignment.seconds)
    session = Session(assignment, limits, sandbox)
    try:
        cells = recognize(assignment, session.read(content))
        session.start(plan(assignment, cells))
        typed = session.text(STUDENT)
        own_name = any(same_name(typed, name) for name in (student, *aliases))
        marks = mark_tests(session, typed if own_name else student)
    except BadSubmission as error:
        return nothing(assignment, student, f"Not graded: {error}.")
    finally:
        session.close()
    marks += mark_written(assignment, cells)
    order = [cell.grade_id for cell in assignment.cells]
    marks.sort(key=lambda earned: order.index(earned.grade_id))
    reason = "Graded."
    if typed and not own_name:
        reason = OTHER_NAME.format(typed=typed[:100], student=student[:100])
    return Grade(
        assignment.name,
        assignment.title,
        student,
        reason,
        marks,
        session.notes,
        graded=True,
        typed=typed[:100],
    )


def readable(value: object) -> object:
    """Plain data in which every text can be shown on a page and in a terminal."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [readable(item) for item in value]
    if isinstance(value, dict):
        return {key: readable(item) for key, item in value.items()}
    return value


def nothing(assignment: Assignment, student: str, reason: str) -> Grade:
    """No points, for one reason."""
    marks = [mark(cell, 0.0) for cell in assignment.cells if cell.points]
    return Grade(assignment.name, assignment.title, student, reason, marks)


def mark(cell: Cell, points: float | None, message: str = "", **more: object) -> Mark:
    """The mark of a cell."""
    return Mark(cell.grade_id, cell.title, points, cell.points, message[:LONGEST_MESSAGE], **more)


# The tests' side


def mark_tests(session: Session, student: str) -> list[Mark]:
    """Run the locked cells and the test cells of the source in order, as one notebook.

    First run the visible parts of all, whose messages may show what the student's code returned.
    Then finish each test with its hidden part, so that no text shown was made after a hidden test
    was seen. Of both parts, the line that fails first counts. A test that fails at its place is
    tried again with the names at the end of the notebook: students add cells below a test, and run
    it again. It is finished before a later test lends the right function to the student's code.
    """
    tests = [cell for cell in session.assignment.of_kind("test") if cell.points]
    room = Room(session, student)
    errors = {}
    for cell in session.assignment.of_kind("locked", "test"):
        if cell.points:
            errors[cell.grade_id] = room.try_visible(cell)
        else:
            room.run(cell.source, cell)
    lacking = any(needs_demonstration(error, session) for error in errors.values())
    if lacking and session.run_demonstrations():
        return mark_tests(session, student)
    for cell in tests:
        error = errors[cell.grade_id]
        if is_missing(error, session):  # what was written elsewhere says more
            errors[cell.grade_id] = room.try_visible(cell, at_end=True) or error
    return [room.mark(cell, errors[cell.grade_id]) for cell in tests]


class Room:
    """The namespace in which the tests of a submission run, and its states at each of them."""

    def __init__(self, session: Session, student: str):
        self.session, self.student = session, student
        self.names: dict[str, object] = {"__name__": "__main__", STUDENT: student}
        self.before: dict[str, dict[str, object]] = {}  # each test
        self.after: dict[str, dict[str, object]] = {}  # the visible part of each test
        self.starts: dict[str, int] = {}  # of the student's process, as it was then

    def run(self, source: str, cell: Cell) -> Exception | None:
        """Run code of the source in this process; the error that it raised, if any."""
        code = compile(source, f"<{cell.grade_id}>", "exec")
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                exec(code, self.names)
            except Exception as error:
                return error
        return None

    def restore(self, state: dict[str, object]) -> None:
        """Go back to a state of the names, in the same dictionary: helpers look them up there."""
        self.names.clear()
        self.names.update(state)

    def try_visible(self, cell: Cell, at_end: bool = False) -> Exception | None:
        """Run the visible part of a test, with the student's names there or at the end."""
        name = cell.grade_id
        before = self.before.setdefault(name, dict(self.names))
        error = None
        for _ in range(2):
            try:
                values = self.session.at_end() if at_end else self.session.at_test(name)
            except (Ended, OutOfTime) as problem:
                return problem
            self.restore(before)
            for student_name in self.session.assignment.student_names:
                self.names.pop(student_name, None)
            self.names.update(values | {STUDENT: self.student})
            error = self.run(cell.part(hidden=False), cell)
            if not isinstance(error, Lost):  # otherwise another function may have ended the copy
                break
        if not at_end:
            self.after[name], self.starts[name] = dict(self.names), self.session.starts
        return error

    def try_hidden(self, cell: Cell) -> Exception | None:
        """Run the hidden part of a test after its visible part, at its place."""
        name, error = cell.grade_id, None
        for _ in range(2):
            if self.starts[name] == self.session.starts and not self.session.is_lost(name):
                self.restore(self.after[name])
            elif error := self.try_visible(cell):  # once more, since there is a new copy
                return error
            error = self.run(cell.part(hidden=True), cell)
            if not isinstance(error, Lost):
                break
        return error

    def mark(self, cell: Cell, error: Exception | None) -> Mark:
        """The mark of a test, after its visible part raised this error or none: all points or none.

        From here on no text of the student's is shown: hidden tests have been seen.
        """
        hidden = False
        if error is None or cell.is_hidden(range(1, line_of(error, cell))):
            found = self.try_hidden(cell)
            if found and (error is None or line_of(found, cell) < line_of(error, cell)):
                error, hidden = found, True
        if error and not isinstance(error, Ended | OutOfTime):
            later = self.try_visible(cell, at_end=True) or self.run(cell.part(hidden=True), cell)
            if later is None and cell.grade_id not in self.session.missing:
                self.session.note(LATER.format(title=cell.title))
            missing = is_missing(error, self.session)
            if later is None or (missing and not is_missing(later, self.session)):
                error, hidden = later, True
        if error is None:
            return mark(cell, cell.points)
        message, form = explain(error, cell, self.session, hidden)
        return mark(cell, 0.0, message, form=form)


def is_missing(error: Exception | None, session: Session) -> bool:
    """Whether a test stopped because something is not written at its place."""
    if isinstance(error, StudentError):
        return error.kind == "NotImplementedError"
    return isinstance(error, NotImplementedError) or (
        isinstance(error, NameError) and error.name in session.names
    )


def needs_demonstration(error: Exception | None, session: Session) -> bool:
    """Whether the student's code lacks a name that a demonstration in the notebook defines."""
    if not isinstance(error, StudentError) or error.kind != "NameError":
        return False
    cells = session.assignment.of_kind("free")
    names = {name for cell in cells for name in cell.defined_names}
    return any(f"'{name}'" in error.message for name in names)


def mark_written(assignment: Assignment, cells: list[SubmittedCell]) -> list[Mark]:
    """The written answers, for a person to mark; a missing or unchanged one has no points."""
    answers, marks = written_answers(assignment, cells), []
    for question in assignment.of_kind("written"):
        parts = answers[question.grade_id]
        answer = "\n\n".join(cell.source.strip() for cell in parts if cell.source.strip())
        found = [picture for cell in parts for picture in cell.pictures]
        pictures = [picture_of(*picture) for picture in found if picture[2]]
        lacking = [name for name, _, data in found if not data]
        answer = "\n\n".join([answer, *map(NO_PICTURE.format, lacking)]).strip()
        if answer or pictures:
            text = "This answer is marked by a person."
            given = {"answer": answer[:LONGEST_ANSWER], "pictures": pictures}
            marks.append(mark(question, None, text, **given))
        else:
            marks.append(mark(question, 0.0, "There is no answer."))
    return marks


def picture_of(name: str, kind: str, content: bytes) -> dict[str, str]:
    """A picture as plain text, for a page."""
    data = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    return {"name": name[:100], "data": data}


# Messages about an error


def explain(
    error: Exception, cell: Cell, session: Session, hidden: bool = False
) -> tuple[str, str]:
    """The message for a failed test, and the name of the misconception, if known.

    For a hidden test it holds only text of the source and the package: no text and no number from
    the student's code, since that could contain the arguments of the test.
    """
    hidden = hidden or cell.is_hidden([line_of(error, cell)])
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
            kind = error.kind if error.kind in KINDS else "an error"
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


def line_of(error: Exception, cell: Cell) -> int:
    """The line of a test at which it stopped; 0 if that is not known."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno for f in frames if f.filename == f"<{cell.grade_id}>"), 0)


def advice(diagnosis: Diagnosis, hidden: bool) -> str:
    """A diagnosis as text. For a hidden test without numbers: they come from the student's."""
    form, explanation = diagnosis.form or "not right", diagnosis.explanation
    parts = [f"{form}: {NUMBERS.sub('…', explanation) if hidden else explanation}"]
    if diagnosis.also:
        parts.append(f"On these numbers it cannot be told from: {', '.join(diagnosis.also)}.")
    if diagnosis.section:
        number = diagnosis.section[:2].lstrip("0")
        parts.append(f"Read again: chapter {number}, “{heading_of(diagnosis.section)}”.")
    return " ".join(parts)


@cache
def heading_of(section: str) -> str:
    """The heading in a chapter to which a page and an anchor lead, or what stands for an anchor."""
    page, _, anchor = section.partition("#")
    chapter = json.loads((BOOK / page).read_text(encoding="utf-8"))
    texts = ("".join(cell["source"]) for cell in chapter["cells"])
    headings = re.findall(r"^#+ (.+)$", "\n".join(texts), re.MULTILINE)
    return next((text for text in headings if anchor_of(text) == anchor), anchor)


def anchor_of(heading: str) -> str:
    """The anchor that the book's pages give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def written_texts(assignment: Assignment) -> set[str]:
    """The texts of the source's own written cells."""
    cells = assignment.of_kind("locked", "test")
    nodes = (node for cell in cells for node in ast.walk(ast.parse(cell.source)))
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
