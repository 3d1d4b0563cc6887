"""The plane of two inputs, checked as numbers."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from backprop import figures
from backprop.figures.regions import LINES, line_in_square

POINTS, LABELS = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
STRIP = [[2.0, 2.0, -1.0], [-2.0, -2.0, 3.0]]


def strip(inputs):
    return int(0.5 < sum(inputs) < 1.5)


@pytest.fixture
def axes():
    figure = figures.plot_regions({"after": (strip, STRIP)}, POINTS, LABELS, ("no", "yes"))
    yield figure.axes[0]
    plt.close(figure)


def test_the_region_is_where_the_class_is_predicted_and_both_axes_have_one_scale(axes):
    [region] = axes.collections
    [path] = region.get_paths()
    inside = path.contains_points([[0.5, 0.5], [1, 0], [0, 1], [-1, 1.9]])
    outside = path.contains_points([[0, 0], [1, 1], [-0.9, -0.9]])
    assert inside.all() and not outside.any()
    assert region.hatches == ["//"]  # not by colour alone
    assert axes.get_aspect() == 1 and axes.get_xlim() == axes.get_ylim() == (-1, 2)


def test_a_neurons_weighted_sum_is_0_on_its_line_and_positive_at_the_tip_of_its_arrow(axes):
    lines = [curve for curve in axes.lines if curve.get_linestyle() != "None"]
    assert len(lines) == len(axes.texts) == len(STRIP)
    for curve, arrow, (*weights, bias) in zip(lines, axes.texts, STRIP):
        ends = curve.get_xydata()
        np.testing.assert_allclose(ends @ weights + bias, 0, atol=1e-12)
        assert np.isin(ends, [-1, 2]).any(axis=1).all()  # from edge to edge
        assert np.dot(weights, arrow.xyann) + bias == pytest.approx(0)
        assert np.dot(weights, arrow.xy) + bias > 0


def test_the_classes_are_told_apart_by_their_markers(axes):
    points = [curve for curve in axes.lines if curve.get_linestyle() == "None"]
    for label, (curve, marker) in enumerate(zip(points, "os", strict=True)):
        chosen = [point for point, other in zip(POINTS, LABELS) if other == label]
        np.testing.assert_array_equal(curve.get_xydata(), chosen)
        assert curve.get_marker() == marker
    assert len({dashes for _, dashes in LINES}) == len(LINES)


@pytest.mark.parametrize(
    ("weights", "ends"),
    [
        ([0, 2, -1], [[-1, 0.5], [2, 0.5]]),
        ([3, 0, 3], [[-1, -1], [-1, 2]]),
        ([1, -1, 0], [[-1, -1], [2, 2]]),
        ([1, 1, 2], np.empty((0,))),  # only the corner
        ([1, 1, 5], np.empty((0,))),
        ([0, 0, 1], np.empty((0,))),
    ],
)
def test_a_line_is_cut_at_the_edges_of_the_square(weights, ends):
    np.testing.assert_allclose(line_in_square(weights, (-1, 2)), ends, atol=1e-12)
