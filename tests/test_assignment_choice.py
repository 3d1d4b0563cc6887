"""*Recurrent or engine*: the half that a student names counts, and the other one not at all."""

import pytest
from solutions import solved

from coursework import notebook
from coursework.grader import grade

NAME = "06_recurrent_or_engine"
HALVES = {
    "recurrent": ("relax", "relax_error", "gradient"),
    "engine": ("softplus", "maximum", "softmax"),
}


def points(choice, unwritten):
    """The points of the checks, task by task, where one half is written and the other is not."""
    edit = {name: f"def {name}(*arguments):\n    raise NotImplementedError()" for name in unwritten}
    content = solved(NAME, edit | {"choice": f"CHOICE = {choice!r}"})
    content = notebook.as_text(content).encode()
    marks = grade(notebook.read_assignment(NAME), content, "reference").marks
    return [mark.points for mark in marks if mark.grade_id.startswith("check")]


@pytest.mark.parametrize("choice, other", [("recurrent", "engine"), ("engine", "recurrent")])
def test_either_half_earns_all_points_and_only_the_one_that_is_named(choice, other):
    assert points(choice, unwritten=HALVES[other]) == [4, 5, 5]
    assert points(choice, unwritten=HALVES[choice]) == [0, 0, 0]
