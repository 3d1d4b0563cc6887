"""Notebooks as students might hand them in, made from an assignment's source."""

import contextlib
import io
import runpy
import warnings
from functools import cache
from pathlib import Path

from coursework import notebook
from coursework.grader import grade

FOLDER = Path(__file__).with_name("wrong_solutions")


def wrong_solutions(name):
    """What `wrong_solutions/NAME.py` lists: a dictionary of cases by their title.

    Each case has

    - `edit`, for a cell: (text of the reference, text in its place), a list of such pairs, or the
      whole cell;
    - `loses`: for each test cell that gets no points, a part of what its feedback says, and of what
      the visible check says in the student's notebook;
    - `unseen`: those of them whose visible check passes, so that only grading notices (a few, where
      a visible check would give the solution away);
    - `also`: for each visible check that stops although its task keeps its points, a part of what
      it says, such as the name of the earlier task that is at fault.
    """
    return runpy.run_path(str(FOLDER / f"{name}.py"))["WRONG"]


def right_solutions(name):
    """What `wrong_solutions/NAME.py` lists as RIGHT: other ways to write a solution, by title."""
    return runpy.run_path(str(FOLDER / f"{name}.py")).get("RIGHT", {})


@cache
def assignment(name):
    """The source of an assignment, read once: grading does not change it."""
    return notebook.read_assignment(name)


def solved(name, edit=None, overlay=None):
    """The release of an assignment, filled in with the reference solutions, changed by `edit`."""
    filled = notebook.release(name, overlay)
    source = notebook.read_assignment(name, overlay) if overlay else assignment(name)
    reference = {cell.grade_id: cell for cell in source.of_kind("solution", "written")}
    edit = dict(edit or {})
    for cell in filled.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in reference:
            lines = notebook.marked_lines(reference[grade_id].source)
            kept = [line.text for line in lines if not line.mark and line.region != "MARK SCHEME"]
            cell.source = edited("\n".join(kept), edit.pop(grade_id, None))
    assert not edit, f"no such solution cells: {', '.join(edit)}"
    return filled


def edited(source, change):
    if change is None or isinstance(change, str):
        return source if change is None else change
    for old, new in change if isinstance(change, list) else [change]:
        assert old in source, f"the reference has no {old!r}"
        source = source.replace(old, new)
    return source


def graded(name, content):
    """The grade of a notebook."""
    content = notebook.as_text(content).encode()
    return grade(assignment(name), content, "reference")


def failed(result):
    """The cells that have no points."""
    return [mark.grade_id for mark in result.marks if mark.points == 0]


def seen(content):
    """What each test cell with points says in the student's own notebook, by grade_id.

    The notebook runs in a plain interpreter, from top to bottom, and goes on after an error. What
    is seen is (the message of its error or None, what it printed).
    """
    names, said = {"__name__": "__main__", "display": print}, {}
    for cell in content.cells:
        data = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code":
            continue
        message, printed = None, io.StringIO()
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                exec(compile(cell.source, f"<{data.get('grade_id')}>", "exec"), names)
            except Exception as error:
                message = str(error) or type(error).__name__
        if data.get("grade") and data["points"]:
            said[data["grade_id"]] = (message, printed.getvalue())
    return said
