"""The uses of grades: feedback, and tables for other systems."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursework import feedback
from coursework.classroom import SUBMISSIONS, remove
from coursework.files import Refused, one_line, store, table_text
from coursework.names import Person, Roster, file_name, normal
from coursework.written import answers, read_written

RECORD = {"student", "title", "reason", "marks", "notes", "maximum", "fingerprint"}
CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


@dataclass
class Grades:
    """All grades in a folder, with the points that a person has given."""

    records: list[dict]
    missing: list[str] = field(default_factory=list)  # handed in, and not graded yet
    problems: list[str] = field(default_factory=list)  # points that cannot be read
    notes: list[str] = field(default_factory=list)  # points that could be read in two ways
    marked: bool = True  # whether points that a person gave are in the records

    @property
    def graded(self) -> list[dict]:
        """The submissions that have a grade."""
        return [record for record in self.records if record["graded"]]

    @property
    def ungraded(self) -> list[dict]:
        """The submissions that could not be graded; `reason` says why."""
        return [record for record in self.records if not record["graded"]]

    @property
    def unmarked(self) -> int:
        """The number of written answers that have no points yet."""
        return sum(mark["points"] is None for record in self.graded for mark in record["marks"])


def read_grades(graded: Path) -> Grades:
    """All grades in a folder. Raises Refused for a folder without grades, or unreadable ones."""
    grades = read_records(graded)
    written = read_written(graded)
    grades.marked = True
    for record, mark, name in answers(grades.graded):
        if mark["points"] is None:
            given = written.given(record, mark, name)
            grades.problems += filter(None, [given.problem])
            grades.notes += filter(None, [given.note])
            if given.points is not None:
                mark["points"], mark["message"] = given.points, given.comment
    for record in grades.records:
        record["points"] = sum(mark["points"] or 0 for mark in record["marks"])
    return grades


def read_records(graded: Path) -> Grades:
    """All grades in a folder as the grader left them. Raises Refused like `read_grades`."""
    files = sorted((graded / "grades").glob("*.json"))
    if not files:
        raise Refused(f"{graded} has no grades: run `grade` first")
    records = [read_json(file) for file in files]
    for record in records:
        record.setdefault("graded", not record["reason"].startswith("Not graded"))
    names = {record["student"] for record in records}
    listed = graded / SUBMISSIONS
    missing = [name for name in read_json(listed) if name not in names] if listed.exists() else []
    records.sort(key=lambda record: record["student"])
    return Grades(records, missing, marked=False)


def read_json(path: Path) -> Any:
    """The content of a file that `grade` wrote. Raises Refused for any other content."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        content = None
    if isinstance(content, list) or (isinstance(content, dict) and content.keys() >= RECORD):
        return content
    raise Refused(f"{path} cannot be read: remove it, then run `grade` again")


# Output


def write_feedback(graded: Path, grades: Grades) -> list[Path]:
    """Write feedback/STUDENT.html for every grade, and remove pages that are out of date.

    A student whose submission could not be graded gets a page that says why, unless the grader
    itself failed: the next run tries again. Returns the pages.
    """
    pages = {
        graded / "feedback" / f"{file_name(record['student'])}.html": record
        for record in grades.records
        if record["graded"] or record["fingerprint"]
    }
    for path in sorted((graded / "feedback").glob("*.html")):
        if path not in pages and feedback.GENERATOR in path.read_text(
            encoding="utf-8", errors="replace"
        ):
            remove(path)
    for path, record in pages.items():
        store(path, feedback.page(record["title"], record))
    return list(pages)


def write_notes(graded: Path, grades: Grades) -> int:
    """Write notes.csv: what was replaced, left out or wrong in the students' own cells.

    Returns the number of students in it.
    """
    rows = [
        {"student": record["student"], "note": note}
        for record in grades.graded
        for note in record["notes"]
    ]
    store(graded / "notes.csv", table_text(("student", "note"), rows))
    return len({row["student"] for row in rows})


def write_canvas(graded: Path, grades: Grades, roster: Roster) -> tuple[int, list[str]]:
    """Write gradebook.csv, in the columns that Canvas imports.

    With a roster it has one line per person in it, and the column of the assignment in Canvas if
    the roster has it. Those who submitted nothing, or whose submission could not be graded, keep
    the score that they have there. Returns the number of grades in it, and the students who have a
    grade but are not in the roster.
    """
    records = {record["student"]: record for record in grades.graded}
    first = grades.records[0]
    column = canvas_column(one_line(first["title"]), roster)
    people = roster.people or {
        record["student"]: Person(record["student"], record["student"], {}, {})
        for record in grades.records
    }
    rows = [{"Student": "    Points Possible", column: feedback.number(first["maximum"])}]
    for student, person in people.items():
        score = one_line(person.row.get(column, ""))
        if student in records:
            score = feedback.number(records[student]["points"])
        cells = {name: person.row.get(name, "") for name in CANVAS_COLUMNS}
        cells["Student"] = cells["Student"] or person.name
        cells["SIS Login ID"] = cells["SIS Login ID"] or person.login
        rows.append({name: one_line(text) for name, text in cells.items()} | {column: score})
    store(graded / "gradebook.csv", table_text((*CANVAS_COLUMNS, column), rows))
    return len(people.keys() & records.keys()), sorted(records.keys() - people.keys())


def canvas_column(title: str, roster: Roster) -> str:
    """The column of an assignment: in Canvas, its title with a number; otherwise a new one.

    There the title may be without the part after the colon, which says what the assignment is
    about.
    """
    columns = {column for person in roster.people.values() for column in person.row}
    for name in (title, title.partition(":")[0]):
        found = [
            column for column in columns if re.fullmatch(rf"{re.escape(name)} \(\d+\)", column)
        ]
        if len(found) == 1:
            return found[0]
    return title


def write_gradescope(graded: Path, grades: Grades) -> int:
    """Write gradescope.zip, an autograder for Gradescope that returns these grades.

    It runs no student code: it looks up the submitter by e-mail address, or by the part of it
    before the @, and returns that student's results. Returns the number of grades.
    """
    content, index = io.BytesIO(), []
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry("setup.sh", 0o755), "#!/bin/sh\n")
        archive.writestr(entry("run_autograder", 0o755), LOOK_UP)
        for place, record in enumerate(grades.graded):
            names = {record["student"], *record.get("aliases", [])}
            exact = any("@" in name for name in names)
            index.append({"names": sorted(map(normal, names)), "address": exact})
            results = json.dumps(gradescope_results(record), indent=1)
            archive.writestr(entry(f"results/{place}.json"), results)
        archive.writestr(entry("index.json"), json.dumps(index, indent=1))
    store(graded / "gradescope.zip", content.getvalue())
    return len(grades.graded)


def entry(name: str, mode: int = 0o644) -> zipfile.ZipInfo:
    """A file in an archive, with the same time in every archive."""
    information = zipfile.ZipInfo(name)
    information.external_attr = mode << 16
    information.compress_type = zipfile.ZIP_DEFLATED
    return information


def gradescope_results(record: dict) -> dict:
    """A grade in the form of Gradescope's results.json."""
    return {
        "score": record["points"],
        "output": "\n".join([record["reason"], *feedback.notes_of(record)]),
        "tests": [
            {
                "name": name,
                "score": mark["points"] or 0,
                "max_score": mark["maximum"],
                "output": mark["message"],
                "visibility": "visible",
            }
            for mark, name in zip(record["marks"], feedback.titles(record["marks"]))
        ],
    }


LOOK_UP = '''\
#!/usr/bin/env python3
"""Return the grade that was made elsewhere for the student who handed this in."""
import json
import pathlib
import unicodedata

here = pathlib.Path("/autograder")


def normal(name):
    name = unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", name).split()))
    return unicodedata.normalize("NFC", name.casefold())


users = json.loads((here / "submission_metadata.json").read_text(encoding="utf-8"))["users"]
emails = [user["email"] for user in users]
index = json.loads((here / "source" / "index.json").read_text(encoding="utf-8"))
found = []
for email in map(normal, emails):
    # A login alone counts where no address is known: another address may begin with it, too.
    login = email.rpartition("@")[0]
    exact = [n for n, known in enumerate(index) if email in known["names"]]
    found += exact or [
        n for n, known in enumerate(index) if login in known["names"] and not known["address"]
    ]
if len(set(found)) == 1:
    path = here / "source" / "results" / f"{found[0]}.json"
    results = json.loads(path.read_text(encoding="utf-8"))
else:
    what = "There is more than one grade for " if found else "There is no grade yet for "
    results = {"score": 0, "output": what + ", ".join(emails) + "."}
(here / "results" / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
'''
