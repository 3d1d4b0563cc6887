"""Exercises whose answer is a program: 14.1 and 15.1 a function, 14.6 a strategy of hypothesis."""

import numpy as np
import pytest
from hypothesis import strategies as st

from backprop.practice import check

row = st.integers(0, 3)


@pytest.mark.parametrize(
    "strategy", [st.lists(row), st.lists(st.integers(-4, 3), min_size=2), st.just([1, 1])]
)
def test_a_strategy_that_repeats_rows_finds_the_mistake(strategy):
    assert check("14.6", strategy).right


@pytest.mark.parametrize(
    ("strategy", "form"),
    [
        (st.lists(row, unique=True), "no row used twice"),
        (st.permutations(range(4)), "no row used twice"),
        (st.lists(row, max_size=1), "at most one row at a time"),
        (row, "at most one row at a time"),
        (st.lists(st.integers(0, 4)), "the right rule accused"),
        (st.lists(st.floats()), "the right rule accused"),
        (st.lists(st.booleans(), min_size=4, max_size=4), "the mistake not found"),
        (st.nothing(), "the mistake not found"),
    ],
)
def test_another_strategy_is_told_what_it_misses(strategy, form):
    verdict = check("14.6", strategy)
    assert not verdict.right and verdict.form == form


def test_an_accusation_comes_with_an_example():
    assert "One such list: [4]." in check("14.6", st.lists(st.integers(0, 4))).message


@pytest.mark.parametrize("answer", [[0, 0], "st.lists(st.integers(0, 3))", 3])
def test_an_answer_has_to_be_a_strategy(answer):
    assert "give a strategy" in check("14.6", answer).message


def test_a_backward_rule_may_return_a_tuple_or_an_array():
    def rule(g, y, a):
        return (g - (g * y).sum()) / a.sum()

    assert check("14.1", rule).right
    assert check("14.1", lambda g, y, a: (rule(g, y, a),)).right
    assert check("14.1", lambda g, y, a: (g / a.sum(),)).form == "path through the sum forgotten"
    assert "ZeroDivisionError" in check("14.1", lambda g, y, a: 1 / 0).message
    assert check("14.1", lambda g, y, a: None) is None


def both(gradient_function, network, X, Y):
    once = gradient_function(network, X, Y)
    return zip(once, gradient_function(network, np.vstack([X, X]), np.vstack([Y, Y])))


def is_mean(*arguments):
    pairs = both(*arguments)
    return all(np.allclose(a, b) for one, two in pairs for a, b in zip(one, two))


def test_a_function_that_recognizes_a_mean():
    assert check("15.1", is_mean).right
    assert check("15.1", lambda *a: np.bool_(is_mean(*a))).right
    assert check("15.1", lambda *a: not is_mean(*a)).form == "True and False exchanged"
    weights = check("15.1", lambda *a: all(np.allclose(x[0], y[0]) for x, y in both(*a)))
    assert weights.form == "weights only"
    assert check("15.1", lambda *_: None) is None
    assert not check("15.1", lambda *_: "yes").right
    assert not check("15.1", True).right
