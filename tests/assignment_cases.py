"""The tests of an assignment's wrong and right solutions.

Each assignment has a file of its own with these tests, so that several run at a time.
"""

import pytest
from solutions import failed, graded, right_solutions, seen, solved, wrong_solutions


def cases_of(name):
    """The two tests of an assignment, one for its wrong solutions and one for its right ones."""
    wrong, right = wrong_solutions(name), right_solutions(name)

    @pytest.mark.parametrize("title", wrong)
    def test_a_wrong_solution_loses_what_it_should_and_hears_why(title):
        check_wrong(name, wrong[title])

    @pytest.mark.parametrize("title", right)
    def test_a_right_solution_of_another_kind_keeps_all_points(title):
        check_right(name, right[title])

    return (
        test_a_wrong_solution_loses_what_it_should_and_hears_why,
        test_a_right_solution_of_another_kind_keeps_all_points,
    )


def check_wrong(name, case):
    """The graded check says it in the feedback, and the visible one in the notebook."""
    content = solved(name, case["edit"])
    result, said = graded(name, content), seen(content)
    messages = {mark.grade_id: mark.message for mark in result.marks if mark.points == 0}
    assert messages.keys() == case["loses"].keys(), messages
    stopped = {grade_id: message for grade_id, (message, _) in said.items() if message}
    expected = {**case["loses"], **case.get("also", {})}
    for grade_id in case.get("unseen", []):
        del expected[grade_id]
    assert stopped.keys() == expected.keys(), stopped
    for grade_id, text in case["loses"].items():
        assert text and text in messages[grade_id], (grade_id, messages[grade_id])
    for grade_id, text in expected.items():
        assert text and text in stopped[grade_id], (grade_id, stopped[grade_id])


def check_right(name, case):
    """All points, and every visible check passes."""
    content = solved(name, case["edit"])
    result = graded(name, content)
    assert failed(result) == [], [(mark.grade_id, mark.message) for mark in result.marks]
    assert {message for message, _ in seen(content).values()} == {None}, seen(content)
