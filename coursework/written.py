"""Written answers: a table in which a person gives points, and a page to read them on.

Nothing that a person typed into the table is lost. An answer is known again by its `id`, which no
spreadsheet takes for a number or a date. A row whose answer has changed or is gone moves to the end
and keeps what was typed, and so does every column that was added.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from coursework import feedback
from coursework.files import (
    PICTURES,
    REMOVED,
    Refused,
    one_line,
    printable,
    read_table,
    store,
    table_text,
    unguarded,
)
from coursework.names import same_person
from coursework.notebook import Assignment, Cell, marked_lines

NEEDED = ("student", "task", "points", "comment", "answer")
COLUMNS = (
    *("student", "task", "question", "mark scheme", "answer"),
    *("maximum", "points", "comment", "remark", "id"),
)
CHANGED = "not used: the answer has changed since"
GONE = "not used: there is no such submission any more"
PICTURE = re.compile(r"[0-9a-f]{32}\.(?:png|jpeg|gif|webp)")


# The marks


@dataclass(frozen=True)
class Given:
    """What a person gave for an answer; or why that cannot be read; or how it was read."""

    points: float | None = None
    comment: str = ""
    problem: str = ""
    note: str = ""


@dataclass
class Written:
    """The table of written answers: its rows by id, and what is wrong with the points in it."""

    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    by_hand: set[str] = field(default_factory=set)  # rows without an id, perhaps added by a person
    added: list[str] = field(default_factory=list)  # columns that a person added
    numbers: dict[str, int] = field(default_factory=dict)
    delimiter: str = ","
    content: bytes | None = None
    path: Path = Path()
    former: list[dict] = field(default_factory=list)  # records of students who are gone

    def find(self, record: dict, mark: dict, name: str) -> dict[str, str] | None:
        """The row of an answer: that of its id or, without that column, of all it says.

        After marking began, a roster may have given the student another name, or none any more. So
        the answer may be in the row of someone who is gone and shares a name with the student.
        """
        people = names_of(record)
        people += [old["student"] for old in self.former if same_person(people, names_of(old))]
        ids = [answer_id({"student": person}, mark) for person in people]
        ids.append(digest(one_line(record["student"]), name, mark["answer"]))
        return next((self.rows[key] for key in ids if key in self.rows), None)

    def given(self, record: dict, mark: dict, name: str) -> Given:
        """What a person gave for one answer."""
        row = self.find(record, mark, name)
        if row is None:
            return Given()
        typed, maximum = row["points"].strip(), mark["maximum"]
        points = read_points(typed)
        where = (
            f"{self.path}, row {self.numbers[row['id']]}: {one_line(typed, 40)!r} for "
            f"{one_line(record['student'], 60)}, {name}"
        )
        if typed and (points is None or points > maximum):
            why = " (spreadsheets make a date of 1/2: write 0.5)" if is_date(typed) else ""
            return Given(
                problem=f"{where} is not a number from 0 to {maximum:g}, and does not count{why}"
            )
        # Does 1/2 of two points mean a half, or one of two? It is read as a number, and said so.
        two_ways = points is not None and is_share(typed, points, maximum)
        note = f"{where} counts as {float(points):g} points" if two_ways else ""
        return Given(None if points is None else float(points), row["comment"], "", note)


FRACTIONS = {"½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3"}


def read_points(typed: str) -> Fraction | None:
    """Points as people write them: 1.5, 1,5, 3/2, 1 1/2 or 1½; None for anything else."""
    for sign, words in FRACTIONS.items():
        typed = typed.replace(sign, words)
    found = re.fullmatch(r"(?:(\d{1,6}) +)?(\d{1,6})/([1-9]\d{0,5})", typed.strip(), re.ASCII)
    if found:
        return Fraction(int(found[1] or 0)) + Fraction(int(found[2]), int(found[3]))
    if re.fullmatch(r"\d{0,6}(?:[.,]\d{0,12})?", typed.strip(), re.ASCII) and re.search(
        r"\d", typed
    ):
        return Fraction(typed.strip().replace(",", ".").rstrip("."))
    return None


def is_share(typed: str, points: Fraction, maximum: float) -> bool:
    """Whether points, such as 1/2, might also be meant as "1 of 2", which is another number."""
    found = re.fullmatch(r"(\d+)/(\d+)", typed, re.ASCII)
    return bool(found) and int(found[2]) == maximum and points != int(found[1]) <= maximum


# Months in English, French, German and Spanish, as far as spreadsheets write them out.
MONTH = (
    r"\b(?:jan|ene|feb|fév|mar|mär|apr|avr|abr|may|mai|jun|jui|jul|aug|aoû|ago|sep|oct|okt|nov|dec"
    r"|dez|déc|dic)"
)
DAYS = r"\d{1,4}([./-])\d{1,2}(?:\1\d{0,4})?"
SERIAL = r"[34]\d{4}"  # the days since 1900, in a cell that is not formatted as a date


def is_date(typed: str) -> bool:
    """Whether points look like a date, which a spreadsheet makes of 1/2."""
    month = re.search(MONTH, typed, re.IGNORECASE) and re.search(r"\d", typed)
    return bool(month or re.fullmatch(DAYS, typed) or re.fullmatch(SERIAL, typed))


def names_of(record: dict) -> list[str]:
    """All names of the student of a grade."""
    return [record["student"], *record.get("aliases", ())]


def answer_id(record: dict, mark: dict) -> str:
    """The id of an answer: letters alone, other ones for another answer."""
    pictures = "".join(picture["file"] for picture in mark.get("pictures", []))
    return digest(record["student"], mark["grade_id"], mark["answer"] + pictures)


def digest(student: str, task: str, answer: str) -> str:
    """The id of an answer. White space does not count: spreadsheets change line breaks."""
    words = "\0".join([student, task, " ".join(printable(answer).split())])
    number = hashlib.sha256(words.encode("utf-8", errors="surrogatepass")).hexdigest()[:16]
    return number.translate(str.maketrans("0123456789abcdef", "abcdfghjkmnpqrst"))


def read_written(graded: Path) -> Written:
    """The table of written answers; an empty one if there is none.

    Raises Refused if it cannot be read, without changing it.
    """
    path = graded / "written.csv"
    if not path.exists():
        return Written(path=path)
    table = read_table(path)
    missing = [name for name in NEEDED if name not in table.columns]
    twice = {name for name in table.columns if table.columns.count(name) > 1}
    if missing or twice:
        raise Refused(
            f"{path} must have the columns {', '.join(NEEDED)}, each once: restore its first line, "
            f"and save it as CSV in UTF-8"
        )
    written = Written(delimiter=table.delimiter, content=path.read_bytes(), path=path)
    written.former = former_records(graded)
    written.added = [name for name in table.columns if name and name not in COLUMNS]
    for row, number in zip(table.rows, table.numbers):
        add_row(written, {name: unguarded(text) for name, text in row.items()}, number)
    return written


def former_records(graded: Path) -> list[dict]:
    """The grades of students who are gone, as far as they can be read."""
    found = []
    for path in sorted((graded / REMOVED).glob("*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(record, dict) and isinstance(record.get("student"), str):
            found.append(record)
    return found


def add_row(written: Written, row: dict[str, str], number: int) -> None:
    """Add a row. Raises Refused if there is another one with other points for the same answer."""
    key = row.get("id", "").strip()
    if not key:
        key = digest(row["student"], row["task"], row["answer"])
        written.by_hand.add(key)
    other = written.rows.setdefault(key, row | {"id": key})
    written.numbers.setdefault(key, number)
    if (other["points"], other["comment"]) != (row["points"], row["comment"]):
        raise Refused(
            f"{written.path}: rows {written.numbers[key]} and {number} are the same answer with "
            f"different points or comments: delete one of them"
        )


# Writing the table and the page


@dataclass(frozen=True)
class Question:
    """A question of an assignment, and how it is marked."""

    text: str
    scheme: str
    answer: str  # the source's own


def questions(assignment: Assignment) -> dict[str, Question]:
    """The questions for written answers, by the id of their cell."""
    found: dict[str, Question] = {}
    texts: dict[str, str] = {}  # by title: the last cell above with this heading
    for cell in assignment.cells:
        if cell.kind == "written":
            text = texts.get(cell.title, "")
            found[cell.grade_id] = Question(text, *scheme_and_answer(cell))
        elif cell.kind == "free" and cell.title and f"# {cell.title}" in cell.source:
            texts[cell.title] = cell.source.strip()
    return found


def scheme_and_answer(cell: Cell) -> tuple[str, str]:
    """The mark scheme in a cell for a written answer, and the answer above it."""
    lines = [line for line in marked_lines(cell.source) if line.mark is None]
    scheme = (line.text for line in lines if line.region == "MARK SCHEME")
    answer = (line.text for line in lines if line.region != "MARK SCHEME")
    return "\n".join(scheme).strip(), "\n".join(answer).strip()


def write_written(graded: Path, records: list[dict], assignment: Assignment) -> None:
    """Write written.csv and written.html again, with the points and comments so far.

    Raises Refused if the table cannot be read, or is open in another program; it is then unchanged.
    """
    written, asked = read_written(graded), questions(assignment)
    rows, used = [], set()
    for record, mark, name in answers(records):
        question = asked.get(mark["grade_id"], Question("", "", ""))
        row = written.find(record, mark, name) or {}
        used.add(row.get("id"))
        rows.append(
            {**row, "student": one_line(record["student"]), "task": name, "answer": mark["answer"]}
            | {"question": question.text, "mark scheme": question.scheme}
            | {"maximum": feedback.number(mark["maximum"]), "id": answer_id(record, mark)}
            | {"remark": remark_on(row, mark)}
        )
    rows += unused(written, used, {one_line(record["student"]) for record in records})
    if rows or written.content is not None:
        text = table_text((*COLUMNS, *written.added), rows, written.delimiter)
        replace_table(written, text.encode("utf-8-sig", errors="backslashreplace"))
        store(graded / "written.html", page(assignment, records, asked))
    remove_old_pictures(graded, records)


def answers(records: Iterable[dict]) -> Iterable[tuple[dict, dict, str]]:
    """All written answers: record, mark, and the readable name of the task."""
    for record in records:
        for mark, name in zip(record["marks"], feedback.titles(record["marks"])):
            if mark["answer"] or mark.get("pictures"):
                yield record, mark, name


def remark_on(row: dict[str, str], mark: dict) -> str:
    """The remark in a row that is used, with what replaced the answer, if changed."""
    remark, answer = row.get("remark", ""), row.get("answer", "")
    remark = "" if remark in (CHANGED, GONE) else remark
    if answer.split() in ([], printable(mark["answer"]).split()):
        return remark
    return f"{remark} The answer's cell had: {answer}".strip()


def unused(written: Written, used: set[str], students: set[str]) -> list[dict[str, str]]:
    """The rows that belong to no answer any more, if a person typed something into them."""
    rows = []
    for key, row in written.rows.items():
        typed = [row["points"], row["comment"], *(row.get(name, "") for name in written.added)]
        if key in used:
            continue
        if key in written.by_hand:  # and without an id also in the next run
            rows.append(row | {"id": ""})
        elif any(map(str.strip, typed)):
            rows.append(row | {"remark": CHANGED if row["student"] in students else GONE})
    return rows


def replace_table(written: Written, content: bytes) -> None:
    """Replace the table by a new one. Raises Refused if another program may have it open."""
    path = written.path
    if written.content == content:
        return
    if path.with_name(f".~lock.{path.name}#").exists():
        raise Refused(f"{path} is open in a spreadsheet: close it there, then run this again")
    if written.content is not None and path.read_bytes() != written.content:
        raise Refused(f"{path} was saved by another program just now: run this again")
    store(path, content)


def remove_old_pictures(graded: Path, records: list[dict]) -> None:
    """Remove the files of pictures that no answer has any more."""
    pictures = (picture for _, mark, _ in answers(records) for picture in mark.get("pictures", []))
    used = {picture["file"] for picture in pictures}
    for path in (graded / PICTURES).glob("*"):
        if PICTURE.fullmatch(path.name) and path.name not in used:
            path.unlink(missing_ok=True)


def page(assignment: Assignment, records: list[dict], asked: dict[str, Question]) -> str:
    """All written answers with their pictures, question by question, to read while marking."""
    parts = [
        "<p>Points and comments go into <code>written.csv</code>, in the row with the same id.</p>"
    ]
    for grade_id, question in asked.items():
        found = [item for item in answers(records) if item[1]["grade_id"] == grade_id]
        if found:
            parts.append(f"<h2>{feedback.text(found[0][2])}</h2>")
            parts.append(f"<pre>{feedback.text(question.text)}</pre>")
            parts.append(f"<h3>How it is marked</h3><pre>{feedback.text(question.scheme)}</pre>")
            parts.append(f"<h3>An answer</h3><pre>{feedback.text(question.answer)}</pre>")
            parts += [one_answer(record, mark) for record, mark, _ in found]
    return feedback.html(f"{assignment.title}: written answers", parts)


def one_answer(record: dict, mark: dict) -> str:
    """An answer, with its pictures, as HTML."""
    pictures = "".join(
        f'<p><img src="{PICTURES}/{picture["file"]}" alt="{feedback.text(picture["name"])}" '
        "loading=lazy></p>"
        for picture in mark.get("pictures", [])
        if PICTURE.fullmatch(picture["file"])
    )
    return (
        f"<h3>{feedback.text(record['student'])} <small>({answer_id(record, mark)})</small></h3>"
        f"<pre>{feedback.text(mark['answer'])}</pre>{pictures}"
    )
