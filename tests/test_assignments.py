"""Each assignment: its release, its reference solution, and what a student sees of both."""

import contextlib
import re

import nbformat
import pytest
from solutions import FOLDER, failed, graded, seen, solved, wrong_solutions

from coursework import notebook

NAMES = notebook.assignment_names()


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_gets_all_points(name):
    result = graded(name, solved(name))
    assert failed(result) == [] and result.notes == []
    given = sum(mark.maximum for mark in result.marks if mark.points is not None)
    assert result.points == given > 0


@pytest.mark.parametrize("name", NAMES)
def test_the_release_gets_nothing_and_is_only_unwritten(name):
    result = graded(name, notebook.release(name))
    assert result.points == 0 and all(mark.points == 0 for mark in result.marks)
    for mark in result.marks:
        assert "not written yet" in mark.message or "no answer" in mark.message, mark


@pytest.mark.parametrize("name", NAMES)
def test_the_release_raises_nothing_but_not_implemented(name):
    """In a plain interpreter, cell after cell, as a student runs it."""
    names = {"__name__": "__main__"}
    for cell in notebook.release(name).cells:
        if cell.cell_type == "code":
            with contextlib.suppress(NotImplementedError):
                exec(cell.source, names)


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_release_is_in_step(name):
    path = notebook.RELEASE / name / f"{name}.ipynb"
    assert path.read_text(encoding="utf-8") == notebook.as_text(notebook.release(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_release_holds_no_solution_and_no_hidden_test(name):
    """No line of them, and no mark, unless a visible line of the source has the same text."""
    released = "\n".join(cell.source for cell in notebook.release(name).cells)
    cells = notebook.read_assignment(name).cells
    lines = [line for cell in cells for line in notebook.marked_lines(cell.source)]
    open_to_all = "\n".join(line.text for line in lines if line.region is None)
    secrets = {line.text.strip() for line in lines if line.region and len(line.text.strip()) > 4}
    assert len(secrets) > 10
    for secret in secrets:
        assert secret in open_to_all or secret not in released, secret


@pytest.mark.parametrize("name", NAMES)
def test_a_passed_check_says_so_and_that_grading_uses_more(name):
    for grade_id, (message, printed) in seen(solved(name)).items():
        assert message is None, (grade_id, message)
        assert re.search(r"^Passed\b.*\b[Gg]rad", printed, re.MULTILINE), (grade_id, printed)


@pytest.mark.parametrize("name", NAMES)
def test_every_test_cell_is_failed_by_some_wrong_solution(name):
    cases = wrong_solutions(name).values()
    assignment = notebook.read_assignment(name)
    tests = {cell.grade_id for cell in assignment.of_kind("test") if cell.points}
    assert tests == {cell for case in cases for cell in case["loses"]} and len(cases) >= 30


@pytest.mark.parametrize("name", NAMES)
def test_each_mark_stands_under_the_heading_that_tells_its_points(name):
    cells = notebook.release(name).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    headings = set(re.findall(r"^##+ (.+) \([\d +]+ points?\)$", text, flags=re.MULTILINE))
    titles = {cell.title for cell in notebook.read_assignment(name).cells if cell.points}
    assert titles <= headings and len(titles) > 4


@pytest.mark.parametrize("name", NAMES)
def test_solutions_can_use_all_that_students_see(name):
    """What locked cells and helpers of checks define or import, in a cell of the student's own."""
    source = notebook.read_assignment(name)
    cells = [cell for cell in source.of_kind("locked", "test") if not cell.points]
    defined = {}
    for cell in cells:
        exec(notebook.released(cell.source, None), defined)
    content = solved(name)
    content.cells.append(nbformat.v4.new_code_cell(f"({', '.join(defined)})", id="added"))
    assert graded(name, content).notes == []


@pytest.mark.parametrize("name", NAMES)
def test_the_first_cell_tells_points_and_time_and_no_link_leads_out(name):
    assignment = notebook.read_assignment(name)
    first = assignment.cells[0].source
    assert f"**Points**: {assignment.points:g}" in first and "**Time**" in first
    for cell in notebook.release(name).cells:
        if cell.cell_type == "markdown":
            assert "](" not in cell.source and "```{" not in cell.source, cell.source


def test_the_book_lists_every_assignment_with_its_points():
    page = (notebook.SOURCE.parents[1] / "book" / "coursework.md").read_text(encoding="utf-8")
    for name in NAMES:
        (line,) = (line for line in page.split("\n") if f"<../coursework/release/{name}/" in line)
        assert f"| {notebook.read_assignment(name).points:g} |" in line


def test_wrong_solutions_belong_to_an_assignment():
    assert {path.stem for path in FOLDER.glob("*.py")} == set(NAMES)
