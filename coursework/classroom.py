"""A class: its submissions, its grades, and the tables for learning management systems.

Each submission is graded by a process of its own, which writes one file, completely or not at all:
``GRADED/grades/STUDENT.json``. So no submission can affect the grade of another, and an interrupted
run resumes where it stopped: a submission that has a grade, and was not resubmitted, keeps it.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from tqdm import tqdm

from backprop.files import write_whole
from coursework import grader
from coursework.notebook import (
    Assignment,
    BadSubmission,
    read_assignment,
    read_file,
    source_path,
)

HERE = Path(__file__).resolve().parent
# How Canvas names the files of all students in one archive: name, id of the person, id of the file.
CANVAS_FILE = re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<person>\d+)_\d+_.+\.ipynb", re.IGNORECASE)
SPARE_SECONDS = 60  # for the tests themselves, in addition to the time of the student's code


class Refused(Exception):
    """A command that cannot be carried out; says why and what to do."""


def store(path: Path, content: str | bytes) -> None:
    """Write a file completely or not at all, and create its folder if necessary."""
    if isinstance(content, str):
        content = content.encode("utf-8", errors="backslashreplace")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with commas or, as some programs write it, semicolons.

    Raises Refused for a file that cannot be read in this way.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            head = file.readline()
            file.seek(0)
            delimiter = ";" if head.count(";") > head.count(",") else ","
            return list(csv.DictReader(file, delimiter=delimiter))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused(f"{path} cannot be read as a CSV file in UTF-8: {error}") from None


def file_name(student: str) -> str:
    """A student's id as the name of a file: different for each id, and never a path."""
    return re.sub(
        r"[^\w.@+ -]", lambda match: quote(match[0], safe="", errors="surrogateescape"), student
    )


# The people


@dataclass
class Roster:
    """The people of a class, from a gradebook exported by Canvas."""

    people: dict[str, dict[str, str]] = field(default_factory=dict)  # by login
    logins: dict[str, str] = field(default_factory=dict)  # by any of a person's ids

    @classmethod
    def read(cls, path: Path) -> Roster:
        """Read Canvas's CSV file. Raises Refused if it has no column of names and ids."""
        roster = cls()
        for row in read_table(path):
            person = {name: (row.get(name) or "").strip() for name in CANVAS_COLUMNS}
            ids = [person[name] for name in IDS if person[name]]
            if ids and not person["Student"].startswith("Points Possible"):
                roster.people[ids[0]] = person
                roster.logins |= dict.fromkeys(ids, ids[0])
        if not roster.people:
            wanted = ", ".join(CANVAS_COLUMNS)
            raise Refused(f"{path} lists nobody: export the gradebook from Canvas, with {wanted}")
        return roster


IDS = (
    "SIS Login ID",
    "SIS User ID",
    "ID",
)  # a person's first non-empty one is the student's name here
CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


# The submissions


@dataclass(frozen=True)
class Submission:
    """One student's submission: a file, or the reason why there is none to grade."""

    student: str
    path: Path | None
    problem: str = ""


def find_submissions(folder: Path, name: str, roster: Roster) -> list[Submission]:
    """The submissions in a folder, one per student, in the order of their ids.

    The folder has, for each student, either a folder (nbgrader's ``STUDENT/NAME/NAME.ipynb``, or
    one with the notebook directly in it) or a file (``STUDENT.ipynb``, or the name that Canvas
    gives it in its archive of all submissions).
    """
    if not folder.is_dir():
        raise Refused(f"there is no folder {folder}: name the one with the submissions")
    found: dict[str, Submission] = {}
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        canvas = CANVAS_FILE.fullmatch(entry.name)
        if canvas:
            person = canvas["person"]
            student = roster.logins.get(person, f"{canvas['name']}_{person}")
        else:
            student = entry.name if entry.is_dir() else entry.stem
            student = roster.logins.get(student, student)
        path, problem = choose(entry, name)
        if student in found:
            other = (found[student].path or entry).name
            path, problem = None, f"there are two submissions, {other} and {entry.name}: keep one"
        found[student] = Submission(student, path, problem)
    if not found:
        raise Refused(f"{folder} holds no submissions: it needs one file or folder per student")
    return list(found.values())


def choose(entry: Path, name: str) -> tuple[Path | None, str]:
    """The file to grade in one student's submission, or None and the reason."""
    if entry.is_symlink() and entry.is_dir():
        return None, "it is a link to another folder"
    if not entry.is_dir():
        return entry, ""
    inner = entry / name
    folder = inner if inner.is_dir() and not inner.is_symlink() else entry
    notebooks = sorted(path for path in folder.iterdir() if path.suffix == ".ipynb")
    exact = [path for path in notebooks if path.stem == name]
    if len(exact or notebooks) == 1:
        return (exact or notebooks)[0], ""
    if notebooks:
        return None, f"there are {len(notebooks)} notebooks, but none is called {name}.ipynb"
    return None, "there is no notebook in the folder"


# Grading


@dataclass(frozen=True)
class Run:
    """One run of the grader over a class."""

    name: str
    graded: Path
    overlay: Path | None = None  # absolute, like the others: other processes have another folder
    sandbox: bool = True

    def file(self, student: str) -> Path:
        """The file of a student's grade."""
        return self.graded / "grades" / f"{file_name(student)}.json"

    @cached_property
    def setting(self) -> bytes:
        """A digest of everything except the submission on which a grade depends."""
        files = [source_path(self.name, self.overlay), *HERE.glob("*.py")]
        files += (HERE.parent / "src" / "backprop").rglob("*.py")
        contents = sorted(hashlib.sha256(path.read_bytes()).digest() for path in files)
        return b"".join(contents) + bytes([self.sandbox])

    def fingerprint(self, content: bytes) -> str:
        """A digest that changes whenever the grade might change."""
        return hashlib.sha256(self.setting + content).hexdigest()

    def is_graded(self, submission: Submission) -> bool:
        """Whether exactly this submission has a grade from exactly this grader."""
        try:
            record = json.loads(self.file(submission.student).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        content, _ = content_of(submission)
        return record["fingerprint"] == self.fingerprint(content)

    def store(self, grade: grader.Grade, fingerprint: str | None) -> None:
        """Write a grade. Without a fingerprint the next run grades again."""
        record = grade.as_dict() | {"fingerprint": fingerprint}
        store(self.file(grade.student), json.dumps(record, indent=1) + "\n")

    def here(self, submission: Submission) -> None:
        """Grade one submission in this process, and write its grade."""
        assignment = read_assignment(self.name, self.overlay)
        content, problem = content_of(submission)
        if problem:
            grade = grader.nothing(assignment, submission.student, f"Not graded: {problem}.")
        else:
            grade = grader.grade(assignment, content, submission.student, sandbox=self.sandbox)
        self.store(grade, self.fingerprint(content))

    def apart(self, submission: Submission, assignment: Assignment) -> str:
        """Grade one submission in a process of its own. Returns the grader's error, if any."""
        if content_of(submission)[1]:  # there is nothing to run
            self.here(submission)
            return ""
        command = [sys.executable, "-m", "coursework", "one"]
        command += ["--overlay", str(self.overlay)] if self.overlay else []
        command += [] if self.sandbox else ["--unsafe"]
        command += ["--", self.name, submission.student, str(submission.path or "")]
        command += [submission.problem, str(self.graded)]
        seconds = assignment.seconds + SPARE_SECONDS
        try:
            done = subprocess.run(
                command,
                cwd=HERE.parent,
                capture_output=True,
                encoding="utf-8",
                # Only its output: in Python's UTF-8 mode, it would read different file names from
                # those of this process if the locale is not UTF-8.
                env=os.environ | {"PYTHONIOENCODING": "utf-8"},
                timeout=seconds,
            )
            if done.returncode == 0:
                return ""
            problem = (done.stderr.strip() or f"it ended with {done.returncode}").split("\n")[-1]
        except subprocess.TimeoutExpired:
            problem = f"the tests took longer than {seconds:g} s"
        reason = f"Not graded: the grader failed: {problem}"
        self.store(grader.nothing(assignment, submission.student, reason), None)
        return f"{submission.student}: {problem}"


def content_of(submission: Submission) -> tuple[bytes, str]:
    """The bytes of the submission, or none and the reason."""
    if submission.path is None:
        return submission.problem.encode(), submission.problem
    try:
        return read_file(submission.path), ""
    except BadSubmission as error:
        return str(error).encode(), str(error)


def grade_all(run: Run, submissions: list[Submission], jobs: int) -> list[str]:
    """Grade all submissions without a grade, several at a time. Returns the grader's errors."""
    assignment = read_assignment(run.name, run.overlay)
    waiting = [item for item in submissions if not run.is_graded(item)]
    problems = []
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        futures = [pool.submit(run.apart, item, assignment) for item in waiting]
        try:
            for future in tqdm(as_completed(futures), total=len(futures), disable=None):
                problems.append(future.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [problem for problem in problems if problem]
