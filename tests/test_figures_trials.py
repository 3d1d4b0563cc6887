"""What the figures of trials show, checked as numbers."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest

from backprop import figures

PANELS = {
    "wheat": {
        "network": {"0": [0.9, 1.0], "0.2": [0.6, 0.8, 1.0]},
        "baseline": {"0": [0.7, 0.9], "0.2": [0.5, 0.7]},
    },
    "digits": {
        "network": {"0": [0.8, 0.9], "0.2": [0.2, 0.4]},
        "baseline": {"0": [0.8, 0.8], "0.2": [0.4, 0.6]},
    },
}


@pytest.fixture(autouse=True)
def no_figure_stays_open() -> Iterator[None]:
    yield
    plt.close("all")


def test_bands_show_means_and_a_standard_deviation_to_either_side():
    figure = figures.plot_bands(PANELS, xlabel="level")
    assert [axes.get_title() for axes in figure.axes] == list(PANELS)
    for axes, curves in zip(figure.axes, PANELS.values()):
        assert [text.get_text() for text in axes.get_xticklabels()] == ["0", "0.2"]
        for line, band, (name, levels) in zip(axes.lines, axes.collections, curves.items()):
            assert line.get_label() == name
            scores = list(levels.values())
            assert line.get_ydata() == pytest.approx([np.mean(part) for part in scores])
            edges = band.get_paths()[0].vertices
            for place, part in enumerate(scores):
                heights = edges[edges[:, 0] == place, 1]
                assert heights.max() == pytest.approx(np.mean(part) + np.std(part))
                assert heights.min() == pytest.approx(np.mean(part) - np.std(part))


def test_panels_of_bands_share_their_scale_and_cut_nothing():
    figure = figures.plot_bands(PANELS, xlabel="level")
    limits = {axes.get_ylim() for axes in figure.axes}
    assert len(limits) == 1
    low, high = limits.pop()
    assert low < 0.2 and high > 1.0
    [legend] = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["network", "baseline"]


def test_bands_refuse_panels_that_cannot_be_compared():
    with pytest.raises(ValueError, match="same curves.*network.*baseline"):
        figures.plot_bands({"a": PANELS["wheat"], "b": {"network": {"0": [1.0]}}}, xlabel="level")
    with pytest.raises(ValueError, match="between 1 and 6"):
        figures.plot_bands({}, xlabel="level")
    with pytest.raises(ValueError, match="'network' must be a list of finite numbers"):
        figures.plot_bands({"a": {"network": {"0": []}}}, xlabel="level")


def test_boxes_show_the_middle_half_the_ends_and_the_mean_under_their_heading():
    groups = {"wheat": {"network": [0.0, 0.1, 0.2, 0.3, 0.9]}, "digits": {"network": [0.5, 0.7]}}
    axes = figures.plot_boxes(groups).axes[0]
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels == ["wheat", "network", "digits", "network"]
    weights = [text.get_fontweight() for text in axes.get_yticklabels()]
    assert weights == ["bold", "normal", "bold", "normal"]

    boxes = [patch.get_path().vertices for patch in axes.patches]
    assert len(boxes) == 2
    first = boxes[0]
    assert (first[:, 0].min(), first[:, 0].max()) == pytest.approx((0.1, 0.3))
    assert first[:, 1].mean() == pytest.approx(1, abs=0.2)
    ends = {round(x, 6) for line in axes.lines for x in line.get_xdata()}
    assert {0.0, 0.9, 0.2, 0.6} <= ends  # whiskers, median, median of the second
    means = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "D"]
    assert means == pytest.approx([0.3, 0.6])


def test_boxes_of_ratios_have_a_logarithmic_scale():
    axes = figures.plot_boxes({"time": {"full batch": [10, 30]}}, xlabel="ratio", log=True).axes[0]
    assert axes.get_xscale() == "log"
    assert "10" in [text.get_text() for text in axes.get_xticklabels()]


def test_boxes_refuse_what_is_empty():
    for groups in ({}, {"wheat": {}}):
        with pytest.raises(ValueError, match="at least one group"):
            figures.plot_boxes(groups)
