"""The format: a source notebook, its release, and the file of a submission.

The format is nbgrader's, schema 3, so that nbgrader itself can use the sources unchanged. The
metadata ``nbgrader`` of a cell gives its kind:

- *solution* cells are written by the student; lines between ``### BEGIN SOLUTION`` and
  ``### END SOLUTION`` are not released;
- *test* cells (locked, graded) give all their points or none; lines between
  ``### BEGIN HIDDEN TESTS`` and ``### END HIDDEN TESTS`` are not released;
- *written* answers (graded, not locked) get points from a person, by the scheme between
  ``### BEGIN MARK SCHEME`` and ``### END MARK SCHEME``, which is not released;
- *locked* cells without points have the code that both sides need: imports, data, helpers;
- all other cells are free: text, pictures, demonstrations.
"""

from __future__ import annotations

import ast
import json
import os
import re
import stat
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from coursework.sandbox.submission import BadSubmission

if TYPE_CHECKING:
    from nbformat import NotebookNode

SOURCE = Path(__file__).resolve().parent / "source"
RELEASE = SOURCE.with_name("release")
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
WRITTEN_STUB = "YOUR ANSWER HERE"
STUBS = {"solution": STUB, "written": WRITTEN_STUB}  # in place of what students write
LARGEST_SUBMISSION = 20 * 2**20  # bytes


class BadSource(Exception):
    """An unusable source notebook; says which cell, and why."""


@dataclass(frozen=True)
class Cell:
    """A cell of a source notebook; its kind is one of those in this module's docstring."""

    grade_id: str
    kind: str
    source: str
    points: float = 0
    title: str = ""  # the heading above it, without the points

    @cached_property
    def stub(self) -> str:
        """What students get of it."""
        return released(self.source, STUBS.get(self.kind)).strip("\n")

    @cached_property
    def defined_names(self) -> set[str]:
        """The names that its code defines at the top level; none if it is not Python."""
        try:
            return defined_names(self.source)
        except SyntaxError:  # text, or a magic
            return set()

    def is_hidden(self, numbers: Iterable[int]) -> bool:
        """Whether one of the lines with these numbers, from 1, belongs to hidden tests."""
        lines = marked_lines(self.source)
        return any(lines[number - 1].region == "HIDDEN TESTS" for number in numbers if number)

    def part(self, hidden: bool) -> str:
        """Its hidden tests, or all the rest; the other lines are empty, so that numbers stay."""
        lines = marked_lines(self.source)
        return "\n".join(
            line.text if (line.region == "HIDDEN TESTS") == hidden else "" for line in lines
        )


@dataclass(frozen=True)
class Assignment:
    """A source notebook, read and checked."""

    name: str
    title: str
    cells: list[Cell]
    seconds: float  # available to a submission
    forbidden: tuple[str, ...] = ()  # modules that its solutions cannot import

    @property
    def points(self) -> float:
        """The largest possible number of points."""
        return sum(cell.points for cell in self.cells)

    @cached_property
    def student_names(self) -> set[str]:
        """The names that the solution cells of the source define, and the student must write."""
        return {
            name
            for cell in self.cells
            if cell.kind == "solution"
            for name in defined_names(cell.source)
        }

    @cached_property
    def given(self) -> dict[str, str]:
        """The code given to students, by grade_id: locked cells, and helpers of the checks.

        A helper is a test cell of 0 points; only its visible part is given.
        """
        cells = [cell for cell in self.of_kind("locked", "test") if not cell.points]
        return {cell.grade_id: cell.stub for cell in cells}

    def of_kind(self, *kinds: str) -> list[Cell]:
        """Its cells of these kinds, in order."""
        return [cell for cell in self.cells if cell.kind in kinds]


def defined_names(source: str) -> set[str]:
    """The names that a cell's code binds at its top level by def, class, import or assignment."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                names |= {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}
    return names


# Regions


MARK = re.compile(r"\b(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)\b")


@dataclass(frozen=True)
class Line:
    """A line of a cell, the region it belongs to, and BEGIN or END if it is that region's mark."""

    text: str
    region: str | None
    mark: str | None


def marked_lines(source: str) -> list[Line]:
    """The lines of a cell. Raises BadSource unless marks come in pairs."""
    lines, region = [], None
    for text in source.split("\n"):
        found = MARK.search(text)
        mark, name = found.groups() if found else (None, region)
        if found and region != (None if mark == "BEGIN" else name):
            raise BadSource(
                f"{text.strip()!r} is out of place: BEGIN and END must come in pairs, one "
                f"after another"
            )
        lines.append(Line(text, name, mark))
        region = None if mark == "END" else name
    if region is not None:
        raise BadSource(f"BEGIN {region} without its END")
    return lines


def released(source: str, stub: str | None) -> str:
    """A cell's source for students: `stub` in place of each solution, and no hidden part.

    A cell with a stub but without marks is a solution as a whole.
    """
    lines = marked_lines(source)
    if stub is not None and not any(line.region == "SOLUTION" for line in lines):
        return stub
    kept = []
    for line in lines:
        if line.region is None:
            kept.append(line.text)
        elif line.region == "SOLUTION" and line.mark == "BEGIN":
            kept.append(textwrap.indent(stub, re.match(r"\s*", line.text)[0]))
    return "\n".join(kept)


# Source notebooks


def kind_of(cell: dict) -> str:
    """The kind of a cell of a source notebook: solution, test, written, locked or free."""
    data = cell["metadata"].get("nbgrader")
    if not data or data.get("task"):
        return "free"
    if data["solution"]:
        return "written" if data["grade"] else "solution"
    if data["grade"]:
        return "test"
    return "locked" if data["locked"] else "free"


def source_path(name: str, overlay: Path | None = None) -> Path:
    """The source of an assignment, the instructor's own if there is an overlay."""
    folder = overlay or SOURCE
    path = folder / name / f"{name}.ipynb"
    if not path.is_file():
        known = ", ".join(assignment_names(overlay))
        raise BadSource(f"there is no assignment {name!r} in {folder}: choose from {known}")
    return path


def assignment_names(overlay: Path | None = None) -> list[str]:
    """All assignments, in order. Raises BadSource if there is none."""
    folder = overlay or SOURCE
    paths = folder.glob("*/*.ipynb")
    names = sorted(path.stem for path in paths if path.stem == path.parent.name)
    if not names:
        raise BadSource(f"there is no assignment in {folder}: each must be NAME/NAME.ipynb")
    return names


def read_assignment(name: str, overlay: Path | None = None) -> Assignment:
    """Read a source and check it for this grader and for nbgrader. Raises BadSource."""
    path = source_path(name, overlay)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells, seen, title = [], set(), ""
    for number, data in enumerate(notebook["cells"]):
        try:
            cell = _source_cell(data, number, title)
        except (BadSource, SyntaxError, KeyError) as error:
            raise BadSource(f"{path.name}, cell {number}: {error!r}") from None
        if cell.grade_id in seen:
            raise BadSource(f"{path.name}: two cells with grade_id {cell.grade_id!r}")
        cells.append(cell)
        seen.add(cell.grade_id)
        title = cell.title
    title = re.match(r"# (.+)", cells[0].source)
    if title is None:
        raise BadSource(f"{path.name}: its first cell has no heading '# …'")
    settings = notebook["metadata"].get("coursework", {})
    forbidden = tuple(settings.get("forbidden", []))
    for module in forbidden:
        if not re.fullmatch(r"backprop(\.\w+)*", module):
            raise BadSource(f"{path.name}: forbidden are modules such as backprop.network")
    return Assignment(name, title[1], cells, settings.get("seconds", 60), forbidden)


def _source_cell(cell: dict, number: int, title: str) -> Cell:
    kind, data, source = kind_of(cell), cell["metadata"].get("nbgrader", {}), cell["source"]
    source = source if isinstance(source, str) else "".join(source)
    code = cell["cell_type"] == "code"
    if kind != "free" and data["schema_version"] != 3:
        raise BadSource("nbgrader's schema_version is not 3")
    if kind == "test" and not (data["locked"] and code):
        raise BadSource("a test cell is a locked code cell")
    if kind in ("solution", "locked") and not code:
        kind = "free"
    if code and kind != "free":
        ast.parse(source)
    regions = {line.region for line in marked_lines(source)}
    if "SOLUTION" in regions and kind not in ("solution", "written"):
        raise BadSource("a solution in a cell that is not a solution cell")
    if "HIDDEN TESTS" in regions and kind != "test":
        raise BadSource("hidden tests in a cell that is not a test cell")
    if kind == "test":
        parse_hidden(source)
    headings = [] if code else re.findall(r"^##+ (.+)$", released(source, None), re.MULTILINE)
    return Cell(
        grade_id=data.get("grade_id", f"cell {number}"),
        kind=kind,
        source=source,
        points=float(data["points"]) if kind in ("test", "written") else 0.0,
        title=re.sub(r" \([\d +]+ points?\)$", "", headings[-1]) if headings else title,
    )


def parse_hidden(source: str) -> None:
    """Raise BadSource unless the hidden lines of a test are statements of their own.

    They run after the visible parts of all cells.
    """
    cell = Cell("", "test", source)
    try:
        ast.parse(cell.part(hidden=True))
        ast.parse(cell.part(hidden=False))
    except SyntaxError:
        raise BadSource("hidden tests must be whole statements at the top level") from None


def release(name: str, overlay: Path | None = None) -> NotebookNode:
    """The notebook for students: no solution, no hidden test, no output."""
    import nbformat  # for authors alone: grading does without it, and without its long import

    notebook = nbformat.read(source_path(name, overlay), as_version=4)
    for cell in notebook.cells:
        kind = kind_of(cell)
        cell.source = released(cell.source, STUBS.get(kind)).strip("\n")
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if kind in ("test", "locked"):
            cell.metadata |= {"deletable": False, "editable": False}
        elif kind in ("solution", "written"):
            cell.metadata["deletable"] = False
    notebook.metadata.pop("coursework", None)
    return notebook


def as_text(notebook: NotebookNode) -> str:
    """A notebook as the text of its file."""
    import nbformat

    return nbformat.writes(notebook) + "\n"


# Submissions


def read_file(path: Path) -> bytes:
    """The content of a submitted file. Raises BadSubmission for anything but a file."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        link = path.is_symlink()
        raise BadSubmission(
            "the file is a link to another file" if link else f"cannot be read: {error.strerror}"
        ) from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise BadSubmission("it is not a regular file")
    with open(number, "rb") as file:
        content = file.read(LARGEST_SUBMISSION + 1)
    if len(content) > LARGEST_SUBMISSION:
        limit = LARGEST_SUBMISSION // 2**20
        raise BadSubmission(
            f"the file is larger than {limit} MB: clear its outputs and hand it in again"
        )
    return content
