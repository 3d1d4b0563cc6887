"""The drawing of a recorded graph, checked as numbers and texts."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Ellipse, FancyArrowPatch
from test_figures import overlapping_texts, shown, squares, texts_of

from backprop import figures
from backprop.autodiff import Value, topological_order
from backprop.byhand import EXAMPLE_INPUTS, EXAMPLE_WEIGHTS
from backprop.figures.automatic import columns_of, rows_of


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def two_two_one():
    """The error of the 2-2-1 network of chapter 14, and the names of its values."""
    w1, w2, w3, w4, w5, w6 = weights = [Value(float(weight)) for weight in EXAMPLE_WEIGHTS]
    x1, x2 = (Value(float(x)) for x in EXAMPLE_INPUTS)
    h1, h2 = w1 * x1 + w2 * x2, w3 * x1 + w4 * x2
    p = w5 * h1 + w6 * h2
    E = 0.5 * (p - 1) ** 2
    names = {f"w{index}": weight for index, weight in enumerate(weights, 1)}
    return E, names | {"x1": x1, "x2": x2, "h1": h1, "h2": h2, "p": p}


def test_the_two_two_one_network_shows_its_numbers_and_nothing_collides():
    E, names = two_two_one()
    E.backward(keep_graph=True)
    figure = figures.draw_value_graph(E, names)
    texts = texts_of(figure)
    assert {"0.85", "0.48", "0.191", "−0.809", "0.327", "−0.227", "−0.388"} <= set(texts)
    assert {"$w_{1}$", "$x_{2}$", "$h_{2}$", "$p$", "^2", "×", "−", "1", "0.5"} <= set(texts)
    assert len(squares(figure)) == 10 and len(shown(figure, Ellipse)) == 12  # leaves, operations
    assert len(shown(figure, FancyArrowPatch)) == 23
    assert not overlapping_texts(figure)


def test_each_value_stands_to_the_right_of_its_parents_and_on_no_other():
    E, _ = two_two_one()
    order = topological_order(E)
    columns = columns_of(order)
    rows = rows_of(order, columns)
    assert all(columns[parent] < columns[value] for value in order for parent in value.parents)
    assert len({(columns[value], rows[value]) for value in order}) == len(order)
    assert min(columns.values()) == 0


def test_in_single_file_no_arrow_runs_through_a_node():
    a = Value(2.0)
    b = a * a
    result = (b + a) * b
    result.backward(keep_graph=True)
    figure = figures.draw_value_graph(result, {"a": a, "b": b})
    order = topological_order(result)
    rows = rows_of(order, columns_of(order))
    assert [rows[value] for value in order] == [0, 0.6, 0, 0.6]
    assert {"44", "10", "4", "1", "24"} <= set(texts_of(figure))
    assert len(shown(figure, FancyArrowPatch)) == 6


def test_a_value_that_is_both_operands_has_two_arrows_that_can_be_told_apart():
    a = Value(3.0)
    first, second = shown(figures.draw_value_graph(a * a, {"a": a}), FancyArrowPatch)
    assert np.array_equal(first._posA_posB, second._posA_posB)
    bends = {arrow.get_connectionstyle().rad for arrow in (first, second)}
    assert len(bends) == 2 and sum(bends) == 0


def test_arrays_show_their_shapes():
    X, W, b = Value(np.ones((3, 2))), Value(np.ones((2, 4))), Value(np.ones(4))
    figure = figures.draw_value_graph((X @ W + b).sigmoid().sum(), {"X": X, "W": W, "b": b})
    assert {"(3, 2)", "(2, 4)", "(4,)", "(3, 4)", "@", "Σ"} <= set(texts_of(figure))
