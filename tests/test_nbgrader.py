"""nbgrader takes the sources as they are, and an honest submission scores the same there and here.

nbgrader is not a requirement of the course. This test runs where it is installed in the environment
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
from coursework.sandbox.jail import NoJail
from coursework.sandbox.process import try_jail

PROGRAM = shutil.which(
    os.environ.get("NBGRADER", "nbgrader"),
    path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
)
ROOT = Path(__file__).resolve().parents[1]


def classroom_of(name):
    """Notebooks by student: the reference, nothing done, and two wrong solutions."""
    wrong = list(wrong_solutions(name).values())
    edits = {"reference": {}, "half": wrong[len(wrong) // 2]["edit"], "most": wrong[-1]["edit"]}
    has_name = any(cell.grade_id == "student" for cell in notebook.read_assignment(name).cells)
    for student, edit in edits.items():
        typed = {"student": f'STUDENT = "{student}"'} if has_name else {}
        yield student, solved(name, typed | edit)
    yield "nothing", notebook.release(name)


@pytest.mark.skipif(
    PROGRAM is None,
    reason="nbgrader is not installed: pip install -r requirements-coursework.txt, or set NBGRADER",
)
@pytest.mark.parametrize("name", notebook.assignment_names())
def test_the_same_points_as_with_nbgrader(name, tmp_path):
    shutil.copytree(notebook.SOURCE / name, tmp_path / "source" / name)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    program = Path(PROGRAM).absolute()
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PATH": path}

    def nbgrader(*arguments):
        command = [program, *arguments, name]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
        )
        assert done.returncode == 0, done.stderr

    nbgrader("generate_assignment")
    released = notebook.release(name)
    theirs = notebook.read_submission((tmp_path / "release" / name / f"{name}.ipynb").read_bytes())
    assert [cell.source.strip() for cell in theirs] == [cell.source for cell in released.cells]

    submissions = {}
    for student, content in classroom_of(name):
        path = tmp_path / "submitted" / student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(notebook.as_text(content), encoding="utf-8")
        submissions[student] = path
    nbgrader("autograde")
    nbgrader("generate_feedback")

    assignment = notebook.read_assignment(name)
    try:
        try_jail()
        sandbox = True
    except NoJail:
        sandbox = False  # these are our own
    points = {}
    for student, path in submissions.items():
        ours = grade(assignment, path.read_bytes(), student, sandbox=sandbox)
        tests = {cell.grade_id for cell in assignment.of_kind("test") if cell.points}
        earned = {mark.grade_id: mark.points for mark in ours.marks if mark.grade_id in tests}
        assert earned == points_in(tmp_path / "gradebook.db", student, earned), student
        assert (tmp_path / "feedback" / student / name / f"{name}.html").is_file()
        points[student] = sum(earned.values())
    assert points["reference"] > points["half"] > points["nothing"] == 0 < points["most"]


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
