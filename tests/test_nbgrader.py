"""nbgrader takes the sources as they are, and an honest submission scores the same there and here.

nbgrader is no requirement of the course. This test runs where it is installed in the environment
of the tests (`pip install -r requirements-coursework.txt`), or where NBGRADER names its program.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from solutions import solved, wrong_solutions

from coursework import notebook
from coursework.grader import grade
from coursework.jail import NoJail, try_jail

PROGRAM = os.environ.get("NBGRADER") or shutil.which(
    "nbgrader", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
)
NAME = "01_by_hand"
ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.skipif(
    PROGRAM is None,
    reason="nbgrader is not installed: pip install -r requirements-coursework.txt, or set NBGRADER",
)
def test_the_same_points_as_with_nbgrader(tmp_path):
    shutil.copytree(notebook.SOURCE / NAME, tmp_path / "source" / NAME)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    title = "slope of the sigmoid left out"
    classroom = {"reference": None, "another": wrong_solutions(NAME)[title]["edit"]}
    path = f"{Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PATH": path}

    def nbgrader(*arguments):
        command = [PROGRAM, *arguments, NAME]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr

    nbgrader("generate_assignment")
    released = notebook.release(NAME)
    theirs = notebook.read_submission((tmp_path / "release" / NAME / f"{NAME}.ipynb").read_bytes())
    assert [cell.source.strip() for cell in theirs] == [cell.source for cell in released.cells]

    for student, edit in classroom.items():
        path = tmp_path / "submitted" / student / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        content = solved(NAME, (edit or {}) | ({} if student == "reference" else as_(student)))
        path.write_text(notebook.as_text(content), encoding="utf-8")
    nbgrader("autograde")

    assignment = notebook.read_assignment(NAME)
    try:
        try_jail()
        sandbox = True
    except NoJail:
        sandbox = False  # these are our own
    for student in classroom:
        path = tmp_path / "submitted" / student / NAME / f"{NAME}.ipynb"
        ours = grade(assignment, path.read_bytes(), student, sandbox=sandbox)
        earned = {mark.grade_id: mark.points for mark in ours.marks if mark.points is not None}
        assert earned == points_in(tmp_path / "gradebook.db", student, earned)
        assert sum(earned.values()) > 0


def as_(student):
    """The same notebook, with the name of another student in it."""
    return {"student": f'STUDENT = "{student}"'}


def points_in(database, student, names):
    """The points that nbgrader gave a student, by the names of the cells."""
    with sqlite3.connect(database) as connection:
        rows = connection.execute(
            "SELECT base_cell.name, grade.auto_score FROM grade"
            " JOIN base_cell ON grade.cell_id = base_cell.id"
            " JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id"
            " JOIN submitted_assignment"
            " ON submitted_notebook.assignment_id = submitted_assignment.id"
            " WHERE submitted_assignment.student_id = ?",
            (student,),
        ).fetchall()
    connection.close()
    return {name: points for name, points in rows if name in names}
