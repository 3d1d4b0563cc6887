"""*Recurrent or engine*: the half that a student names counts, and the other one not at all."""

import contextlib
import io

import pytest
from solutions import seen, solved

from coursework import notebook
from coursework.grader import grade

NAME = "06_recurrent_or_engine"
HALVES = {
    "recurrent": ("relax", "relax_error", "gradient"),
    "engine": ("softplus", "maximum", "softmax"),
}
WRONG = "def {}(*arguments):\n    return 0"
UNWRITTEN = "def {}(*arguments):\n    raise NotImplementedError()"


def marks(choice, edit):
    """The marks of the checks, task by task."""
    content = notebook.as_text(solved(NAME, edit | {"choice": f"CHOICE = {choice!r}"})).encode()
    given = grade(notebook.read_assignment(NAME), content, "reference").marks
    return [mark for mark in given if mark.grade_id.startswith("check")]


def points(choice, unwritten, code=UNWRITTEN):
    """The points of the checks, where some functions are not written, or return nonsense."""
    return [mark.points for mark in marks(choice, {name: code.format(name) for name in unwritten})]


@pytest.mark.parametrize("choice, other", [("recurrent", "engine"), ("engine", "recurrent")])
def test_either_half_earns_all_points_and_only_the_one_that_is_named(choice, other):
    for code in (UNWRITTEN, WRONG):
        assert points(choice, HALVES[other], code) == [4, 5, 5]
        assert points(choice, HALVES[choice], code) == [0, 0, 0]


@pytest.mark.parametrize("choice", ["Engine", " engine ", "ENGINE", '"engine"'])
def test_the_choice_may_be_written_with_capitals_spaces_and_quotes(choice):
    assert points(choice, HALVES["recurrent"]) == [4, 5, 5]


@pytest.mark.parametrize("choice", ["", "both", "engine 1", None, ["engine"], 2])
def test_without_a_choice_nothing_is_graded_and_the_reason_names_it(choice):
    for mark in marks(choice, {}):
        assert mark.points == 0 and "CHOICE" in mark.message


@pytest.mark.parametrize("earlier", ["relax", "relax_error"])
@pytest.mark.parametrize("code", [UNWRITTEN, WRONG])
def test_the_gradient_is_graded_with_right_versions_of_the_functions_that_it_calls(earlier, code):
    lost = [int(name != earlier) for name in HALVES["recurrent"]]
    assert [float(point > 0) for point in points("recurrent", [earlier], code)] == lost


def test_a_passed_check_reminds_of_a_choice_that_names_the_other_half():
    """In the free cell below each task, before the checks that count."""
    content, cells = solved(NAME), {}
    for cell in content.cells:
        cells.setdefault(cell.id, cell)
    for name, part in (("cell-009", "recurrent"), ("cell-025", "engine")):
        cells[name].metadata["nbgrader"] = {"grade_id": name, "grade": True, "points": 1}
        said = seen(content)[name]
        assert said[0] is None and said[1].startswith("Passed.")
        assert (f'write "{part}" into CHOICE' in said[1]) == (part == "engine")


def run_all(choice, unwritten, code=UNWRITTEN):
    """What Run All prints, cell after cell, as far as no error stops it."""
    edit = {name: code.format(name) for name in unwritten} | {"choice": f"CHOICE = {choice!r}"}
    names, printed = {"__name__": "__main__"}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        for cell in solved(NAME, edit).cells:
            if cell.cell_type == "code":
                exec(cell.source, names)
    return printed.getvalue()


@pytest.mark.parametrize("choice, other", [("recurrent", "engine"), ("engine", "recurrent")])
def test_run_all_goes_through_the_half_that_was_not_chosen(choice, other):
    """Unwritten, wrong, or without its cells; and the own half is not passed over."""
    assert "Not your half" not in run_all(choice, [])
    for code in (UNWRITTEN, WRONG, "del_{} = None"):
        printed = run_all(choice, HALVES[other], code)
        assert printed.count(f'Not your half: CHOICE is "{choice}".') == 4
        assert printed.count("Passed.") == 6
        with pytest.raises((NotImplementedError, AssertionError, NameError)):
            run_all(choice, HALVES[choice], code)


def test_without_a_choice_run_all_says_how_to_go_on():
    with pytest.raises(NotImplementedError, match="If your half is the other one"):
        run_all("", HALVES["recurrent"])
    with pytest.raises(AssertionError, match="an array of numbers"):
        run_all("", HALVES["recurrent"], WRONG)


def test_what_would_solve_the_tasks_is_forbidden():
    metadata = notebook.json.loads(notebook.source_path(NAME).read_text(encoding="utf-8"))
    forbidden = metadata["metadata"]["coursework"]["forbidden"]
    assert {"backprop.fixed_point", "backprop.autodiff", "backprop.gradients"} <= set(forbidden)
