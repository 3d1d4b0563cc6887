"""Notebooks as students might hand them in, made from an assignment's source."""

import runpy
from pathlib import Path

from coursework import notebook

FOLDER = Path(__file__).with_name("wrong_solutions")


def wrong_solutions(name):
    """What `wrong_solutions/NAME.py` lists: a dictionary of cases by their title.

    Each case has

    - `edit`, for a cell: (text of the reference, text in its place), a list of such pairs, or the
      whole cell;
    - `loses`: the test cells that get no points;
    - `form`, the misconception that a feedback names, or `says`, a part of its text.
    """
    return runpy.run_path(str(FOLDER / f"{name}.py"))["WRONG"]


def solved(name, edit=None, overlay=None):
    """The release of an assignment, filled in with the reference solutions, changed by `edit`."""
    filled = notebook.release(name, overlay)
    source = notebook.read_assignment(name, overlay)
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
