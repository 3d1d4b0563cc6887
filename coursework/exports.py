"""The uses of grades: answers to mark, feedback, and tables for other systems."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

from coursework import feedback
from coursework.classroom import (
    CANVAS_COLUMNS,
    Refused,
    Roster,
    file_name,
    read_table,
    store,
)

WRITTEN_COLUMNS = ("student", "task", "maximum", "points", "comment", "answer")


def read_grades(graded: Path) -> list[dict]:
    """All grades in a folder, with the points for written answers that a person has marked.

    Raises Refused for a folder without grades and for invalid points.
    """
    files = sorted((graded / "grades").glob("*.json"))
    if not files:
        raise Refused(f"{graded} has no grades: run `python -m coursework grade` first")
    records = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    given = read_written(graded)
    for record in records:
        for mark in record["marks"]:
            row = given.get(key_of(record, mark))
            if mark["points"] is None and row and row["points"].strip():
                mark["points"] = points_of(row, mark["maximum"], graded)
                mark["message"] = row["comment"]
        record["points"] = sum(mark["points"] or 0 for mark in record["marks"])
    return records


def points_of(row: dict[str, str], maximum: float, graded: Path) -> float:
    """The points in a row of written.csv. Raises Refused unless they are a number in that range."""
    try:
        points = float(row["points"].replace(",", "."))
    except ValueError:
        points = -1.0
    if not 0 <= points <= maximum:
        raise Refused(
            f"{graded / 'written.csv'}: {row['points']!r} for {row['student']}, {row['task']}: "
            f"give a number from 0 to {maximum:g}"
        )
    return points


# Written answers


def read_written(graded: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    """The rows of written.csv, by student, task and answer. Raises Refused without those columns.

    Spreadsheets write line breaks in their own way, so all white space counts as the same.
    """
    path = graded / "written.csv"
    rows = read_table(path) if path.exists() else []
    if any(row.get(name) is None for row in rows for name in WRITTEN_COLUMNS):
        wanted = ", ".join(WRITTEN_COLUMNS)
        raise Refused(
            f"{path} must have the columns {wanted}: restore its first line, and save it as CSV in "
            f"UTF-8"
        )
    return {(row["student"], row["task"], " ".join(row["answer"].split())): row for row in rows}


def key_of(record: dict, mark: dict) -> tuple[str, str, str]:
    """The key of an answer's points in `read_written`."""
    return record["student"], mark["grade_id"], " ".join(plain(mark["answer"]).split())


def write_written(graded: Path) -> None:
    """Write written.csv again: every written answer, with the points that it has so far."""
    given, rows = read_written(graded), []
    for record in read_grades(graded):
        for mark in record["marks"]:
            if mark["answer"]:
                values = (record["student"], mark["grade_id"], mark["maximum"], "", "")
                row = dict(zip(WRITTEN_COLUMNS, (*values, plain(mark["answer"]))))
                rows.append(given.get(key_of(record, mark), row))
    if rows:
        store(graded / "written.csv", table(WRITTEN_COLUMNS, rows))


def unmarked(graded: Path) -> int:
    """The number of written answers that have no points yet."""
    return sum(mark["points"] is None for record in read_grades(graded) for mark in record["marks"])


def plain(text: str) -> str:
    """A text that a spreadsheet displays instead of treating it as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def table(columns: tuple[str, ...], rows: list[dict]) -> str:
    """Rows as a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


# Output


def write_feedback(graded: Path) -> int:
    """Write feedback/STUDENT.html for every grade. Returns their number."""
    records = read_grades(graded)
    for record in records:
        path = graded / "feedback" / f"{file_name(record['student'])}.html"
        store(path, feedback.page(record["title"], record))
    return len(records)


def write_canvas(graded: Path, roster: Roster) -> tuple[int, list[str]]:
    """Write gradebook.csv, in the columns that Canvas imports.

    With a roster it has one line per person in it, and students who submitted nothing keep an empty
    score. Returns the number of grades in it, and the students who have a grade but are not in the
    roster.
    """
    records = {record["student"]: record for record in read_grades(graded)}
    first = next(iter(records.values()))
    column = first["title"]
    people = roster.people or {
        student: {"Student": plain(student), "SIS Login ID": student} for student in records
    }
    rows = [{"Student": "    Points Possible", column: feedback.number(first["maximum"])}]
    for student, person in people.items():
        points = feedback.number(records[student]["points"]) if student in records else ""
        rows.append(person | {column: points})
    store(graded / "gradebook.csv", table((*CANVAS_COLUMNS, column), rows))
    return len(people.keys() & records.keys()), sorted(records.keys() - people.keys())


def write_gradescope(graded: Path) -> int:
    """Write gradescope.zip, an autograder for Gradescope that returns these grades.

    It runs no student code: it looks up the submitter by e-mail address, or by the part of it
    before the @, and returns that student's results.json. Returns the number of grades.
    """
    records = read_grades(graded)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(executable("setup.sh"), "#!/bin/sh\n")
        archive.writestr(executable("run_autograder"), LOOK_UP)
        for record in records:
            results = json.dumps(gradescope_results(record), indent=1)
            archive.writestr(f"results/{file_name(record['student']).lower()}.json", results)
    store(graded / "gradescope.zip", content.getvalue())
    return len(records)


def executable(name: str) -> zipfile.ZipInfo:
    """The entry of a program in an archive."""
    information = zipfile.ZipInfo(name)
    information.external_attr = 0o755 << 16
    return information


def gradescope_results(record: dict) -> dict:
    """A grade in the form of Gradescope's results.json."""
    return {
        "score": record["points"],
        "output": "\n".join([record["reason"], *record["notes"]]),
        "tests": [
            {
                "name": mark["title"] or mark["grade_id"],
                "score": mark["points"] or 0,
                "max_score": mark["maximum"],
                "output": mark["message"],
                "visibility": "visible",
            }
            for mark in record["marks"]
        ],
    }


LOOK_UP = '''\
#!/usr/bin/env python3
"""Return the grade that was made elsewhere for the student who handed this in."""
import json
import pathlib

here = pathlib.Path("/autograder")
users = json.loads((here / "submission_metadata.json").read_text(encoding="utf-8"))["users"]
emails = [user["email"].lower() for user in users]
names = emails + [email.split("@")[0] for email in emails]
files = {path.stem: path for path in (here / "source" / "results").glob("*.json")}
found = [files[name].read_text(encoding="utf-8") for name in names if name in files]
nothing = json.dumps({"score": 0, "output": "There is no grade for " + ", ".join(emails) + " yet."})
(here / "results" / "results.json").write_text(found[0] if found else nothing, encoding="utf-8")
'''
