"""The submissions of a class: which files belong to whom, and which of them counts."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from coursework.files import Refused, one_line
from coursework.names import (
    GRADESCOPE_LIST,
    SCHEMES,
    Label,
    Person,
    Roster,
    parts_of,
    read_gradescope,
    read_label,
    systems_of,
)
from coursework.notebook import read_file
from coursework.sandbox.submission import BadSubmission

MOST_FILES = 10_000  # in the folder of one student
DEEPEST = 20  # folders in folders
JUNK = {"__macosx", "thumbs.db", "desktop.ini", "icon\r"}  # what systems put into any folder


@dataclass(frozen=True)
class Submission:
    """One student's submission: a file, or the reason why there is none to grade."""

    student: str
    path: Path | None
    problem: str = ""
    aliases: tuple[str, ...] = ()  # other names of the same person
    partners: tuple[str, ...] = ()  # names of those who handed in the same file with this person
    note: str = ""  # which of several files is graded, or what an instructor has to do
    unknown: str = ""  # why this is nobody in the roster


class File(NamedTuple):
    """A file that a student handed in."""

    name: str  # that the student gave it
    path: Path
    entry: Path  # in the folder of submissions
    together: str = ""  # equal for files that were handed in together
    upload: int = 0  # larger for what was uploaded later; 0 if that is not known


@dataclass
class Found:
    """What one student handed in, and what of it could not be read."""

    aliases: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    unknown: str = ""
    entries: list[Path] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, entry: Path, label: Label, assignment: str) -> None:
        """Add a file, or the files in a folder."""
        if label.receipt:
            return
        self.entries.append(entry)
        try:
            if not entry.is_dir():
                files = [(label.file or entry.name, entry)]
            elif entry.is_symlink():
                files = []
                self.problems.append("it is a link to another folder")
            else:
                files = files_in(entry, assignment)
        except OSError as error:
            files = []
            self.problems.append(f"it cannot be read: {error.strerror}")
        together = label.together or entry.name
        self.files += [File(*file, entry, together, label.upload) for file in files]


def find_submissions(
    folder: Path, name: str, roster: Roster, graded: Path | None = None
) -> list[Submission]:
    """The submissions in a folder, one per student, in the order of their ids.

    The folder has a folder or a file for each student, as nbgrader, Canvas, Moodle, Blackboard and
    Gradescope write them, or with the student's id as its name. `graded` is left out if it is
    inside. Raises Refused if the folder cannot be read or is empty.
    """
    entries = entries_of(folder, graded)
    listed = read_gradescope(folder)
    systems = systems_of(entry.name for entry in entries)
    read = [
        (entry, listed.get(entry.name) or [read_label(entry.name, is_folder(entry), systems)])
        for entry in entries
        if entry.name != GRADESCOPE_LIST
    ]
    known = {label.student for _, labels in read for label in labels}
    found: dict[str, Found] = {}
    for entry, labels in read:
        people = [roster.find(label.ids, label.columns) for label in labels]
        names = [names_of(label, person) for label, person in zip(labels, people)]
        for place, (label, person) in enumerate(zip(labels, people)):
            own = label.original if label.original in known else label.student
            student = person.login if person else own
            lost = bool(roster.people) and person is None
            new = Found(
                aliases=tuple(other for other in names[place] if other != student),
                partners=tuple(
                    {name: None for group in names[:place] + names[place + 1 :] for name in group}
                ),
                unknown=roster.why_not(label.ids, label.columns) if lost else "",
            )
            found.setdefault(student, new).add(entry, label, name)
    if not found:
        raise Refused(f"{folder} holds no submissions: it needs one file or folder per student")
    return [submission_of(student, files, name) for student, files in sorted(found.items())]


def submission_of(student: str, found: Found, name: str) -> Submission:
    """The submission in what a student handed in."""
    path, problem, note = choose(found, name)
    return Submission(student, path, problem, found.aliases, found.partners, note, found.unknown)


def names_of(label: Label, person: Person | None) -> list[str]:
    """All names of one who handed in something."""
    return list(dict.fromkeys([label.student, *label.ids, *(person.aliases if person else ())]))


def entries_of(folder: Path, graded: Path | None = None) -> list[Path]:
    """What is in a folder, except for what a system put there, and the folder `graded`.

    Raises Refused if it cannot be read.
    """
    if not folder.is_dir():
        raise Refused(f"there is no folder {folder}: name the one with the submissions")
    try:
        entries = sorted(entry for entry in folder.iterdir() if not is_junk(entry.name))
    except OSError as error:
        raise Refused(f"the folder {folder} cannot be read: {error.strerror}") from None
    return [entry for entry in entries if not (graded and graded.is_relative_to(entry))]


def is_junk(name: str) -> bool:
    """Whether a file is hidden, or one that a system puts into any folder."""
    return name.startswith(".") or name.casefold() in JUNK


def is_folder(path: Path) -> bool:
    """Whether this is a folder, as far as it can be told."""
    try:
        return path.is_dir()
    except OSError:
        return False


def files_in(folder: Path, name: str) -> list[tuple[str, Path]]:
    """The files of one student's folder, by name: those nearest to its top that have a notebook.

    In nbgrader's folders only the one of this assignment counts, if it is there. Raises OSError if
    a folder cannot be read.
    """
    inner = folder / name
    if inner.is_dir() and not inner.is_symlink():
        folder = inner
    seen: list[tuple[str, Path]] = []
    levels: dict[int, list[tuple[str, Path]]] = {}

    def refuse(error: OSError) -> None:
        raise error

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(part for part in folders if not is_junk(part))
        here = Path(place)
        if len(here.relative_to(folder).parts) >= DEEPEST:
            folders.clear()
        if here != folder and here.name != name and f"{here.name}.ipynb" in names:
            continue  # another assignment, in nbgrader's folders
        files = [(part, here / part) for part in sorted(names) if not is_junk(part)]
        seen += files
        if any(is_notebook(part) for part, _ in files):
            levels.setdefault(len(here.relative_to(folder).parts), []).extend(files)
        if len(seen) > MOST_FILES:
            break
    return levels[min(levels)] if levels else seen


def is_notebook(name: str) -> bool:
    """Whether a file has the name of a notebook."""
    return name.lower().endswith(".ipynb")


class Choice(NamedTuple):
    """The file to grade, or the reason why there is none; and what else there is to say."""

    path: Path | None
    problem: str = ""
    note: str = ""


def choose(found: Found, name: str) -> Choice:
    """The file to grade among those of one student.

    Of files that were handed in together, the one with the assignment's name counts; of others the
    last one, whatever its name.
    """
    notebooks = [file for file in found.files if is_notebook(file.name)]
    if not notebooks:
        return without_notebook(found)
    last = max(notebooks, key=lambda file: file.upload)
    candidates = [file for file in notebooks if file.together == last.together]
    if len(candidates) < len(notebooks) and not all(file.upload for file in notebooks):
        names = one_line(" and ".join(sorted({file.entry.name for file in notebooks})))
        return Choice(None, f"there are two submissions or more, {names}", "keep one of them")
    exact = [file for file in candidates if file.name[:-6].casefold() == name.casefold()]
    chosen = exact if len(exact) == 1 else candidates
    if len(chosen) > 1:
        how = f"{len(exact)} of them are" if exact else "none is"
        return Choice(None, f"there are {len(chosen)} notebooks, and {how} called {name}.ipynb")
    same = len({file.name for file in notebooks}) < len(notebooks)
    which = one_line(chosen[0].entry.name if same else chosen[0].name)
    note = f"{which} is graded, the last of {len(notebooks)} notebooks"
    return Choice(chosen[0].path, "", note if len(candidates) < len(notebooks) else "")


def without_notebook(found: Found) -> Choice:
    """What there is to grade, or the reason why not, if no file has the name of a notebook."""
    if not found.entries:
        return Choice(None, "no file was handed in")
    if found.problems:
        return Choice(None, found.problems[0])
    if len(found.files) == 1 and found.files[0].path in found.entries:
        return Choice(found.files[0].path)  # the grader says what is wrong with it
    others = one_line(", ".join(file.name for file in found.files[:3]))
    others += ", …" if len(found.files) > 3 else ""
    where = "in the folder" if len(found.entries) == 1 else "among the files"
    return Choice(None, f"there is no notebook {where}" + (f", only {others}" if others else ""))


# The folder of a class


def class_folder(folder: Path, name: str, graded: Path | None = None) -> Path:
    """The folder with the submissions: this one, or the one that it has in it.

    An unpacked archive is often a folder in a folder, and nbgrader has one in that of its course.
    """
    if is_course(folder):
        return folder / "submitted"
    entries = entries_of(folder, graded)
    if len(entries) == 1 and holds_a_class(entries[0], name):
        return class_folder(entries[0], name, graded)
    return folder


def is_course(folder: Path) -> bool:
    """Whether this is the folder of a course in nbgrader."""
    return all(is_folder(folder / part) for part in ("source", "submitted"))


def holds_a_class(folder: Path, name: str) -> bool:
    """Whether a folder has the submissions of several students, and not one student's files."""
    if not is_folder(folder) or folder.is_symlink() or is_named_by_a_system(folder):
        return False
    try:
        inside = entries_of(folder)
        if len(inside) == 1 and not (folder / f"{name}.ipynb").exists():
            return holds_a_class(inside[0], name)
        listed = (folder / GRADESCOPE_LIST).is_file()
        students = [entry for entry in inside if is_of_a_student(entry, name)]
    except (OSError, Refused):
        return False
    return listed or is_course(folder) or len(students) > 1


def is_of_a_student(entry: Path, name: str) -> bool:
    """Whether a file or folder in a folder can only be that of a student."""
    if is_named_by_a_system(entry):
        return True
    assignment = entry.name == name or (entry / f"{entry.name}.ipynb").exists()
    if assignment or not is_folder(entry) or entry.is_symlink():
        return False
    return any(is_notebook(file) for file, _ in files_in(entry, name))


def is_named_by_a_system(entry: Path) -> bool:
    """Whether a system that collects submissions gave this name."""
    return any(parts_of(entry.name, system) for system in SCHEMES)


def content_of(submission: Submission) -> tuple[bytes, str]:
    """The bytes of the submission, or none and the reason."""
    if submission.path is None:
        return b"", submission.problem
    try:
        return read_file(submission.path), ""
    except BadSubmission as error:
        return b"", str(error)
    except OSError as error:
        return b"", f"it cannot be read: {error.strerror}"
