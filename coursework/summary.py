"""What a command tells a person about a class: who is graded, who is not, and what to do."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path

from coursework import feedback
from coursework.exports import Grades
from coursework.files import one_line

MOST_OF_A_CLASS = 0.5
MOST_LINES = 50  # of one kind


@dataclass(frozen=True)
class Told:
    """What a run knows in addition to its grades."""

    roster: bool = False  # whether there was one
    unknown: dict[str, str] = field(default_factory=dict)  # who is not in it, and why
    gone: dict[str, str] = field(default_factory=dict)  # whose submission is gone: the new name
    doors: list[str] = field(default_factory=list)  # what is open in the jail
    noted: int = 0  # notebooks with notes


def of_run(graded: Path, grades: Grades, told: Told) -> list[str]:
    """The lines at the end of `grade`; what needs a person comes first."""
    return [
        *not_in_roster(told.unknown),
        *names_that_differ(grades, told.roster, told.unknown),
        counted(len(grades.graded), "submission is graded", "submissions are graded")
        + f" in {graded}",
        *not_graded(grades),
        *chosen(grades),
        *waiting(graded, grades),
        *renamed(told.gone),
        *removed(told.gone),
        *with_notes(graded, told.noted),
        *(f"open in the jail: {one_line(door)}" for door in told.doors),
    ]


def left_out(graded: Path, grades: Grades) -> list[str]:
    """The lines after `feedback` and `export`: what is not in their files."""
    return [*not_graded(grades), *waiting(graded, grades)]


def counted(number: int, one: str, several: str) -> str:
    """A number with its noun and verb."""
    return f"{number} {one if number == 1 else several}"


def not_in_roster(unknown: dict[str, str]) -> list[str]:
    """Whose submission belongs to nobody in the roster, and why."""
    if not unknown:
        return []
    head = counted(len(unknown), "submission belongs", "submissions belong")
    lines = [f"{one_line(name, 60)}: {why}" for name, why in unknown.items()]
    return [
        f"{head} to nobody in the roster. Rename the file or folder to the login of its "
        f"student, or correct the roster:",
        *listed(lines),
    ]


def names_that_differ(
    grades: Grades, roster: bool = False, unknown: Container[str] = ()
) -> list[str]:
    """Who typed another name into the notebook than that of the file, of those who are known."""
    typed = [
        record
        for record in grades.graded
        if record.get("typed", "").strip() and record["student"] not in unknown
    ]
    other = [record for record in typed if feedback.differs(record)]
    if not other:
        return []
    if len(other) > 1 and len(other) > MOST_OF_A_CLASS * len(typed):
        what = (
            "no name of that person in the roster: check that it is the roster of this class"
            if roster
            else "not the name of the file: give --roster, with the gradebook of this class, or "
            "rename the files"
        )
        return [
            f"In {len(other)} of {len(typed)} notebooks STUDENT is {what}. Where each student has "
            f"different numbers, right answers earn no points until then."
        ]
    head = counted(len(other), "notebook has", "notebooks have")
    lines = [
        f"{one_line(record['student'], 60)}: STUDENT is {one_line(record['typed'], 60)!r}"
        for record in other
    ]
    what = (
        "the roster has for that person. Rename the file if it is another person's"
        if roster
        else "the file. Rename the file if it is the wrong one, or give --roster"
    )
    return [
        f"{head} another name in STUDENT than {what}; otherwise the student has to correct "
        f"STUDENT:",
        *listed(lines),
    ]


def not_graded(grades: Grades) -> list[str]:
    """Who has no grade, and why."""
    number = len(grades.ungraded) + len(grades.missing)
    if not number:
        return []
    lines = [
        f"{one_line(record['student'], 60)}: {reason_of(record)}" for record in grades.ungraded
    ]
    lines += [f"{one_line(name, 60)}: the run was stopped before" for name in grades.missing]
    return [
        counted(number, "submission is not graded:", "submissions are not graded:"),
        *listed(lines),
    ]


def reason_of(record: dict) -> str:
    """Why a submission is not graded; without a fingerprint it is not the student's fault."""
    reason = one_line(record["reason"].removeprefix("Not graded: "))
    if record.get("note"):  # what the instructor has to do, which the student is not told
        reason = f"{reason.removesuffix('.')}: {one_line(record['note'])}."
    return reason if record["fingerprint"] else f"{reason} The next run tries again."


def waiting(graded: Path, grades: Grades) -> list[str]:
    """How many written answers have no points yet, and which points cannot be read."""
    lines = [*cut(grades.problems), *cut(grades.notes)]
    if grades.marked and grades.unmarked:
        answers = counted(grades.unmarked, "written answer waits", "written answers wait")
        lines.append(f"{answers} for points in {graded / 'written.csv'}")
    return lines


def with_notes(graded: Path, number: int) -> list[str]:
    """In how many notebooks cells were replaced, left out or stopped by an error."""
    if not number:
        return []
    head = counted(number, "notebook has cells", "notebooks have cells")
    return [f"{head} that were changed, left out or stopped: {graded / 'notes.csv'}"]


def chosen(grades: Grades) -> list[str]:
    """Of whom one of several notebooks is graded, and which."""
    lines = [
        f"{one_line(record['student'], 60)}: {one_line(record['note'])}"
        for record in grades.graded
        if record.get("note")
    ]
    head = counted(len(lines), "student handed", "students handed")
    return [f"{head} in more than one notebook:", *listed(lines)] if lines else []


def renamed(gone: dict[str, str]) -> list[str]:
    """Who has another name than in the last run."""
    lines = [
        f"{one_line(before, 60)} is now {one_line(now, 60)}" for before, now in gone.items() if now
    ]
    head = counted(len(lines), "student has", "students have")
    return [f"{head} another name than in the last run:", *listed(lines)] if lines else []


def removed(gone: dict[str, str]) -> list[str]:
    """Whose grades were taken out of the gradebook, since the submission is gone."""
    lines = [one_line(name, 60) for name, now in gone.items() if not now]
    if not lines:
        return []
    head = counted(len(lines), "grade has", "grades have")
    return [
        f"{head} no submission any more, and moved to the folder `removed`:",
        *listed(lines),
    ]


def listed(lines: list[str]) -> list[str]:
    """The lines of a list, not too many."""
    return [f"  {line}" for line in cut(lines)]


def cut(lines: list[str]) -> list[str]:
    """The first of many lines, and how many there are in addition."""
    more = len(lines) - MOST_LINES
    return lines[:MOST_LINES] + [f"and {more} more"] * (more > 0)
