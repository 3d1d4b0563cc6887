"""What the figures on speed and scale show, checked as numbers and texts."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Text

from backprop import figures
from backprop.figures.style import BACKWARD, FORWARD

SHARES = {
    "small": {"products": 0.3, "activations": 0.65, "update": 0.05},
    "large": {"products": 0.9, "activations": 0.1, "update": 0.0},
}


@pytest.fixture(autouse=True)
def no_figure_stays_open():
    yield
    plt.close("all")


def texts_of(figure):
    return {text.get_text() for text in figure.findobj(Text)}


def test_shares_are_cut_one_after_another_and_differ_without_colour():
    figure = figures.plot_time_shares(SHARES)
    bars = figure.axes[0].containers
    assert [bar.get_label() for bar in bars] == ["products", "activations", "update"]
    pieces = [[(piece.get_x(), piece.get_width()) for piece in bar] for bar in bars]
    wanted = [[(0, 0.3), (0, 0.9)], [(0.3, 0.65), (0.9, 0.1)], [(0.95, 0.05), (1, 0)]]
    np.testing.assert_allclose(pieces, wanted)
    assert {"30 %", "65 %", "90 %", "10 %"} <= texts_of(figure)
    assert "5 %" not in texts_of(figure)  # too narrow for its number
    assert len({piece.get_hatch() for bar in bars for piece in bar}) == 3


def test_curves_by_rows_have_their_points_on_logarithmic_scales():
    figure = figures.plot_by_rows({"a": {1: 1.0, 32: 20.0}, "b": {1: 2.0}}, ylabel="speed")
    axes = figure.axes[0]
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert [line.get_xydata().tolist() for line in axes.lines] == [[[1, 1], [32, 20]], [[1, 2]]]


def test_a_roof_rises_to_its_ridge_and_points_lie_where_they_were_measured():
    figure = figures.plot_roofline({"small": {1: 0.05, 60: 0.7}}, {"cache": 0.5, "memory": 6})
    axes = figure.axes[0]
    assert axes.get_xscale() == axes.get_yscale() == "log"
    cache, memory, points = (line.get_xydata() for line in axes.lines)
    np.testing.assert_allclose(cache, [[0.25, 0.5], [0.5, 1], [120, 1]])
    np.testing.assert_allclose(memory, [[0.25, 0.25 / 6], [6, 1], [120, 1]])
    np.testing.assert_allclose(points, [[1, 0.05], [60, 0.7]])
    assert {"roof: cache", "roof: memory", "small"} <= texts_of(figure)
    assert len({line.get_linestyle() for line in axes.lines}) == 3  # told apart without colour


def test_each_worker_gets_parameters_and_sends_its_share():
    figure = figures.draw_data_parallel([3, 5])
    texts = {"worker 1\n3 samples", "worker 2\n5 samples", "3/8 $g_1$", "5/8 $g_2$"}
    assert texts <= texts_of(figure)
    arrows = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    for color, line, to_the_right in ((FORWARD, "-", True), (BACKWARD, "--", False)):
        chosen = [arrow for arrow in arrows if arrow.get_linestyle() == line]
        assert len(chosen) == 2
        for arrow in chosen:
            (start, _), (end, _) = arrow._posA_posB
            assert (end > start) == to_the_right
            assert plt.matplotlib.colors.to_hex(arrow.get_edgecolor()) == color


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: figures.plot_time_shares({}), "0 kinds of work"),
        (lambda: figures.plot_time_shares({"a": dict.fromkeys("abcdef", 1 / 6)}), "6 kinds"),
        (lambda: figures.plot_time_shares({"a": {"x": 0.5}}), "'a' needs shares of x"),
        (lambda: figures.plot_time_shares({"a": {"x": 1}, "b": {"y": 1}}), "'b' needs shares"),
        (lambda: figures.plot_by_rows({}, ylabel="y"), "0 curves"),
        (lambda: figures.plot_by_rows({"a": {1: 0}}, ylabel="y"), "'a' needs numbers"),
        (lambda: figures.plot_roofline({}, {"cache": 1}), "0 curves"),
        (lambda: figures.plot_roofline({"a": {1: 0}}, {"cache": 1}), "'a' needs numbers"),
        (lambda: figures.plot_roofline({"a": {1: 0.5}}, {"cache": -1}), "'roofs' needs numbers"),
        (lambda: figures.plot_roofline({"a": {1: 0.5}}, {}), "'roofs' needs numbers"),
        (lambda: figures.draw_data_parallel([3, 0]), "rows of part 2 is 0"),
        (lambda: figures.draw_data_parallel([]), "0 curves"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
