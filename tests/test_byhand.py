"""The 2-2-1 network by hand: every formula, exactly."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop.byhand import WEIGHTS, as_decimal, as_exact, exact, repeat_steps, sigmoid, trace_step

decimals = st.decimals(min_value=-5, max_value=5, places=2).map(str)
SYMBOLS = ("x1", "x2", "y", *WEIGHTS)


def error_of(given, activation="linear"):
    """E for nine numbers in the order of SYMBOLS, written independently of the trace."""
    x1, x2, y, w1, w2, w3, w4, w5, w6 = given
    f = (lambda z: z) if activation == "linear" else (lambda z: 1 / (1 + math.exp(-z)))
    p = f(w5 * f(w1 * x1 + w2 * x2) + w6 * f(w3 * x1 + w4 * x2))
    return (p - y) ** 2 / 2


def trace_of(numbers, **options):
    x1, x2, y, *weights = numbers
    return trace_step((x1, x2), y, weights, "0.05", **options)


@given(st.lists(decimals, min_size=9, max_size=9), st.sampled_from(WEIGHTS))
def test_linear_gradient_equals_the_central_difference_exactly(numbers, weight):
    # E is a quadratic function of each single weight, so the central difference has no error.
    numbers = [Fraction(number) for number in numbers]
    index, step = SYMBOLS.index(weight), Fraction(1, 7)
    above, below = list(numbers), list(numbers)
    above[index] += step
    below[index] -= step
    slope = (error_of(above) - error_of(below)) / (2 * step)
    assert trace_of(numbers)[f"∂E/∂{weight}"] == slope


@given(st.lists(decimals, min_size=9, max_size=9), st.sampled_from(WEIGHTS))
def test_sigmoid_gradient_agrees_with_central_differences(numbers, weight):
    numbers = [float(number) for number in numbers]
    index, step = SYMBOLS.index(weight), 1e-5
    above, below = list(numbers), list(numbers)
    above[index] += step
    below[index] -= step
    slope = (error_of(above, "sigmoid") - error_of(below, "sigmoid")) / (2 * step)
    assert trace_of(numbers, activation="sigmoid")[f"∂E/∂{weight}"] == pytest.approx(
        slope, abs=1e-8
    )


@pytest.mark.parametrize("activation", ["linear", "sigmoid"])
def test_each_formula_with_its_numbers_put_in_gives_its_value(activation):
    for quantity in trace_step(activation=activation).quantities:
        expression = quantity.numbers.replace("−", "-").replace("·", "*").replace("²", "**2")
        value = eval(expression.replace("½", "0.5").replace("σ", "sigmoid"), {"sigmoid": sigmoid})
        # The numbers put in are rounded to seven digits.
        assert value == pytest.approx(float(quantity.value), rel=1e-5), quantity


def test_every_quantity_of_the_step_is_there_once():
    symbols = [quantity.symbol for quantity in trace_step().quantities]
    assert len(symbols) == len(set(symbols)) == 23
    assert {quantity.phase for quantity in trace_step().quantities} == {
        "forward",
        "error",
        "backward",
        "update",
        "again",
    }


def test_exact_steps_and_float_steps_agree():
    exactly = [float(trace["p′"]) for trace in repeat_steps(6, in_floats=False)]
    assert exactly == pytest.approx([trace["p′"] for trace in repeat_steps(6)], abs=1e-14)


def test_repeated_steps_go_on_from_the_new_weights():
    first, second = repeat_steps(2, activation="sigmoid")
    assert tuple(second[weight] for weight in WEIGHTS) == first.new_weights
    assert list(repeat_steps(0)) == []


def test_fractions_and_decimals_may_be_mixed():
    trace = trace_step(("1/3", 0.5), 1, ["1/7"] * 6, Fraction(1, 10))
    assert trace["h1"] == Fraction(1, 7) * (Fraction(1, 3) + Fraction(1, 2))


def test_table_as_text_and_as_html():
    trace = trace_step()
    lines = str(trace).splitlines()
    assert len(lines) == 1 + len(trace.quantities)
    assert lines[0].split() == [
        "phase",
        "symbol",
        "formula",
        "numbers",
        "put",
        "in",
        "value",
    ]
    html = trace._repr_html_()
    phases = {quantity.phase for quantity in trace.quantities}
    assert html.count('scope="rowgroup"') == len(phases) == 5
    assert html.count("<tr>") == len(lines) + len(phases)
    assert html.count('<th scope="col"') == 4
    assert "(−0.809)·0.85" in html
    assert trace_step(activation="sigmoid")._repr_html_().count('<th scope="col"') == 4


@pytest.mark.parametrize("activation", ["linear", "sigmoid"])
def test_every_row_of_the_html_table_has_a_cell_for_each_column(activation):
    trace = trace_step(activation=activation)
    table = trace._repr_html_()
    columns = table.count('scope="col"')
    assert columns == 4
    rows = [row for row in table.split("<tr>") if "<td" in row]
    assert len(rows) == len(trace.rows()) and {row.count("<td") for row in rows} == {columns}
    assert f">{trace.rows()[0][1]}<" in table


def test_values_are_in_full_unless_they_are_long():
    values = {symbol: value for _, symbol, _, _, value in trace_step().rows()}
    assert values["p′"] == "0.2557457808075"
    assert [symbol for symbol, value in values.items() if "rounded" in value] == ["E′"]
    assert values["E′"] == "0.2769572 (rounded)"
    thirds = trace_step(weights=["1/3"] * 6)
    assert {symbol: value for _, symbol, _, _, value in thirds.rows()}["p"] == "1.111111 (rounded)"
    assert "rounded" not in str(trace_step(activation="sigmoid"))


@pytest.mark.parametrize("weights", [["1"] * 6, ["-0.5", "20", "1/3", "0.08", "-12", "7"]])
def test_the_points_of_the_values_are_aligned(weights):
    trace = trace_step(weights=weights)
    start = str(trace).splitlines()[0].index("value")
    points = {
        line[start:].split(" (")[0].index(".")
        for line in str(trace).splitlines()[1:]
        if "." in line[start:]
    }
    whole = {
        start + len(line[start:].split(" (")[0])
        for line in str(trace).splitlines()[1:]
        if "." not in line[start:]
    }
    assert len(points) <= 1 and len({start + point for point in points} | whole) == 1
    assert "\N{FIGURE SPACE}" in trace._repr_html_()


def test_the_error_of_fractions_is_a_fraction():
    trace = trace_step()
    assert isinstance(trace["E"], Fraction) and trace["E"] == (trace["p"] - trace["y"]) ** 2 / 2
    assert isinstance(trace_step(activation="sigmoid")["E"], float)


def test_decimals_are_exact_where_they_end():
    assert as_exact(Fraction(1, 8)) == "0.125"
    assert as_exact(Fraction(-1, 3)) == "−1/3"
    assert as_exact(Fraction(1, 3**100)) == ""
    assert as_decimal(-2 / 3) == "−0.6666667"


@given(st.floats(-700, 700))
def test_sigmoid_is_the_textbook_formula(z):
    assert sigmoid(z) == pytest.approx(1 / (1 + math.exp(-z)), rel=1e-12, abs=1e-15)


def test_sigmoid_cannot_overflow():
    assert sigmoid(-1e6) == 0 and sigmoid(1e6) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": ("2",)}, "inputs is .* takes a list of 2 numbers"),
        ({"inputs": "23"}, "inputs is '23'"),
        ({"weights": ["1"] * 5}, "weights is .* list of 6"),
        ({"weights": ["1"] * 5 + ["one"]}, "w6 is 'one', which is not a finite number"),
        ({"target": float("nan")}, "the target y is nan"),
        ({"target": "1/0"}, "the target y is '1/0'"),
        ({"learning_rate": "0"}, "learning rate η is 0; it must be greater than 0"),
        ({"learning_rate": np.inf}, "learning rate η is inf"),
        ({"activation": "cubic"}, "unknown activation 'cubic': choose from linear, sigmoid"),
    ],
)
def test_bad_input_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        trace_step(**change)


def test_linear_and_identity_are_one():
    linear, identity = trace_step(activation="linear"), trace_step(activation="identity")
    assert str(linear) == str(identity)
    (repeated,) = repeat_steps(1, activation="identity", in_floats=False)
    assert str(repeated) == str(linear)


@pytest.mark.parametrize(
    ("name", "meant"), [("Sigmoid", "sigmoid"), ("lineer", "linear"), ("iidentity", "identity")]
)
def test_an_unknown_activation_is_compared_with_the_known_ones(name, meant):
    with pytest.raises(ValueError, match=f"unknown activation .*; did you mean '{meant}'"):
        trace_step(activation=name)
    with pytest.raises(ValueError, match="unknown activation None"):
        trace_step(activation=None)


def test_an_unknown_symbol_is_compared_with_the_known_ones():
    with pytest.raises(KeyError, match="no quantity .*dE/dw5.*did you mean .*∂E/∂w5"):
        trace_step()["dE/dw5"]


def test_unknown_symbol_lists_the_known_ones():
    with pytest.raises(KeyError, match="no quantity 'w7'.*w1.*E′"):
        trace_step()["w7"]


def test_negative_count_of_steps():
    with pytest.raises(ValueError, match="steps is -1"):
        next(repeat_steps(-1))


def test_exact_takes_decimals_as_written():
    assert exact("0.11") == exact(0.11) == Fraction(11, 100)
