"""Which cell of a submission is which cell of the source, and what runs when.

Editors copy, split, move and delete cells, and some lose their metadata. A cell is recognized by
its grade_id, otherwise by its text. Whatever the student wrote runs, in the order of the submitted
notebook; given code is restored, and for each test there is a place in that order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from coursework.notebook import Assignment, Cell
from coursework.sandbox.submission import BadSubmission


@dataclass(frozen=True)
class SubmittedCell:
    """A submitted cell; `origin` is the cell of the source that it is, or None."""

    number: int  # in the submitted notebook, from 1
    cell_type: str
    source: str
    pictures: tuple[tuple[str, str, bytes], ...] = ()  # name, type and bytes of each
    origin: Cell | None = None

    @property
    def title(self) -> str:
        """What messages call it: its number and its first line."""
        line = next(filter(None, map(str.strip, self.source.split("\n"))), "")
        return (
            f"{self.number} (“{line[:40]}{'…' * (len(line) > 40)}”)" if line else f"{self.number}"
        )

    @property
    def changed(self) -> bool:
        """Whether it differs from what the student was given, by more than comments and spaces."""
        if self.origin is None:
            return True
        return lines_of(self.source, self.cell_type) != lines_of(self.origin.stub, self.cell_type)


@dataclass(frozen=True)
class Step:
    """Something to do in the student's process: run a cell, or keep the state for a test."""

    name: str  # the number of the cell, or the grade_id of a cell of the source
    source: str = ""
    title: str = ""  # of the cell in messages
    without: str = ""  # a cell whose statements are left out
    given: bool = False  # it is not the student's code
    optional: bool = False  # a demonstration, run only if something else needs it
    test: bool = False


@dataclass(frozen=True)
class Plan:
    """The steps of a submission, in order, and what student and instructor are told about them."""

    steps: list[Step]
    notes: list[str]
    missing: set[str]  # the cells of the source that the submission does not have


def recognize(assignment: Assignment, cells: list) -> list[SubmittedCell]:
    """The cells of a submission, as `read_cells` returns them, with their origins.

    The halves of a cell that was split in the middle of a function are joined again. Raises
    BadSubmission for the notebook of another assignment.
    """
    refuse_other_notebook(assignment, cells)
    known = {cell.grade_id: cell for cell in assignment.cells}
    by_text = {cell.stub.strip(): cell for cell in assignment.cells if cell.kind != "written"}
    found: list[SubmittedCell] = []
    for number, (grade_id, cell_type, source, pictures) in enumerate(cells, 1):
        origin = known.get(grade_id)
        if origin is None or origin.kind == "free":
            origin = by_text.get(source.strip()) if source.strip() else None
        cell = SubmittedCell(number, cell_type, source, tuple(pictures), origin)
        if found and is_rest_of(cell, found[-1]):
            found[-1] = replace(found[-1], source=f"{found[-1].source}\n{source}")
        else:
            found.append(cell)
    return found


def refuse_other_notebook(assignment: Assignment, cells: list) -> None:
    """Raise BadSubmission if most cells belong to an assignment, but not to this one."""
    ids = [grade_id for grade_id, *_ in cells if grade_id]
    known = {cell.grade_id for cell in assignment.cells}
    texts = (source for _, kind, source, _ in cells if kind == "markdown")
    heading = next(
        (line[2:] for text in texts for line in text.split("\n") if line[:2] == "# "), ""
    )
    other = sum(grade_id not in known for grade_id in ids) > len(ids) / 2
    if other and heading.strip() != assignment.title:
        raise BadSubmission(
            f"it is the notebook of another assignment, “{heading.strip()[:80]}”, and this one is "
            f"“{assignment.title}”"
        )


def lines_of(source: str, cell_type: str) -> list[str]:
    """The lines of a cell that matter, without spaces at their ends; in code, without comments."""
    lines = [line.rstrip() for line in source.splitlines() if line.strip()]
    if cell_type != "code":
        return lines
    return [line for line in lines if not line.lstrip().startswith("#")]


def is_rest_of(cell: SubmittedCell, before: SubmittedCell) -> bool:
    """Whether a cell is the second half of a function in the cell before it."""
    same = cell.origin is not None and cell.origin is before.origin
    return same and cell.cell_type == "code" and cell.source.lstrip("\n").startswith((" ", "\t"))


# What runs


def plan(assignment: Assignment, cells: list[SubmittedCell]) -> Plan:
    """What to run of a submission, and where each test belongs."""
    notes = []
    if not any(cell.origin and cell.origin.kind != "free" for cell in cells):
        notes.append("No cell of the assignment was found in this notebook.")
    written = {cell.origin.grade_id for cell in cells if cell.origin and cell.changed}
    groups: list[tuple[str | None, list[Step]]] = []
    seen: set[str] = set()
    for cell in cells:
        origin = cell.origin
        grade_id = origin.grade_id if origin else None
        steps, note = steps_of(cell, assignment, again=grade_id in seen, written=written)
        groups.append((grade_id, steps))
        notes += [note] if note else []
        if origin:
            seen.add(grade_id)
    for number, cell in enumerate(assignment.cells):
        if cell.grade_id not in seen and (cell.kind == "test" or cell.kind == "locked"):
            before = {other.grade_id for other in assignment.cells[:number]}
            places = [place for place, (name, _) in enumerate(groups, 1) if name in before]
            group = (cell.grade_id, own_steps(cell, assignment))
            groups.insert(max(places, default=0), group)
    missing = {cell.grade_id for cell in assignment.cells} - seen
    return Plan([step for _, steps in groups for step in steps], notes, missing)


def own_steps(cell: Cell, assignment: Assignment) -> list[Step]:
    """What a locked cell or a test is for, whatever the submission has in its place."""
    if cell.kind == "test" and cell.points:
        return [Step(cell.grade_id, test=True)]
    if cell.grade_id in assignment.given:
        return [Step(cell.grade_id, cell.stub, given=True)]
    return []


def steps_of(
    cell: SubmittedCell, assignment: Assignment, again: bool, written: set[str]
) -> tuple[list[Step], str]:
    """The steps for one submitted cell, and a note if it was not run as it is.

    `again` says that its origin had a cell before; `written` has the cells that were changed.
    """
    origin = cell.origin
    kind = origin.kind if origin else "added"
    own = [] if again or not origin else own_steps(origin, assignment)
    run = Step(f"{cell.number}", cell.source, cell.title)
    if cell.cell_type != "code":
        text = kind in ("free", "written", "added")
        return own, "" if text else f"Cell {cell.title} is no longer a code cell: it was not run."
    if kind == "solution" and not cell.changed and origin.grade_id in written:
        return [], f"Cell {cell.title} is a copy without a solution: it was not run."
    if kind == "solution" and again:
        return [run], f"Cell {cell.title} is a second cell for its task: of both, the later counts."
    if kind in ("added", "solution"):
        return [replace(run, given=not cell.changed)], ""
    if kind in ("free", "written"):
        return ([run] if cell.changed else [replace(run, optional=True)]), ""
    if not cell.changed:
        return own, ""
    added = replace(run, without=origin.stub)
    note = f"Cell {cell.title} is a locked cell that was changed: the original was used."
    if own and not own[0].test:
        return [*own, added, *own], note  # so the names of the original count
    return [added, *own], note


# Written answers


def written_answers(
    assignment: Assignment, cells: list[SubmittedCell]
) -> dict[str, list[SubmittedCell]]:
    """The cells that answer each question: its own, and cells that were added below it.

    If these are empty, the answer is what was written next to the place of the question's cell: a
    person decides whether it is one.
    """
    answers: dict[str, list[SubmittedCell]] = {
        cell.grade_id: [] for cell in assignment.of_kind("written")
    }
    question = None
    for cell in cells:
        if cell.origin:
            question = cell.origin.grade_id if cell.origin.grade_id in answers else None
        elif cell.cell_type != "markdown":
            question = None
        if question and cell.changed:
            answers[question].append(cell)
    return {name: found or cells_near(name, assignment, cells) for name, found in answers.items()}


def cells_near(
    question: str, assignment: Assignment, cells: list[SubmittedCell]
) -> list[SubmittedCell]:
    """What the student wrote between the cells before and after the one for an answer."""
    order = {cell.grade_id: number for number, cell in enumerate(assignment.cells)}
    places = [
        (order[cell.origin.grade_id] - order[question], place)
        for place, cell in enumerate(cells)
        if cell.origin and cell.origin.grade_id != question
    ]
    first = max((place + 1 for distance, place in places if distance < 0), default=0)
    last = min((place for distance, place in places if distance > 0), default=len(cells))
    return [cell for cell in cells[first:last] if cell.changed]
