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
                assert heights.max() == pytest.approx(np.mean(part) + np.std(part, ddof=1))
                assert heights.min() == pytest.approx(np.mean(part) - np.std(part, ddof=1))


def test_panels_of_bands_share_their_scale_and_cut_nothing():
    figure = figures.plot_bands(PANELS, xlabel="level")
    limits = {axes.get_ylim() for axes in figure.axes}
    assert len(limits) == 1
    low, high = limits.pop()
    assert low < 0.2 and high > 1.0
    [legend] = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["network", "baseline"]


def test_bands_refuse_what_they_cannot_show():
    with pytest.raises(ValueError, match="between 1 and 6"):
        figures.plot_bands({}, xlabel="level")
    with pytest.raises(ValueError, match="between 1 and 6"):
        figures.plot_bands({"a": {str(n): {"0": [1.0]} for n in range(7)}}, xlabel="level")
    with pytest.raises(ValueError, match="'network' must be a list of finite numbers"):
        figures.plot_bands({"a": {"network": {"0": []}}}, xlabel="level")


def test_levels_that_are_numbers_stand_at_their_places():
    curve = {0.4: [0.5, 0.6], 0.0: [0.9, 0.9], 0.1: [0.8, 0.7], 0.2: [0.7, 0.6]}
    [axes] = figures.plot_bands({"a": {"network": curve}}, xlabel="share").axes
    [line] = axes.lines
    assert list(line.get_xdata()) == [0.0, 0.1, 0.2, 0.4]
    assert list(line.get_ydata()) == pytest.approx([0.9, 0.75, 0.65, 0.55])
    assert list(axes.get_xticks()) == [0.0, 0.1, 0.2, 0.4]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["0", "0.1", "0.2", "0.4"]


def test_a_text_among_numbers_stands_apart_and_no_line_leads_to_it():
    curve = {"none": [0.9, 0.7], 1: [0.2, 0.2], 10: [0.8, 0.8], 100: [0.9, 0.9]}
    [axes] = figures.plot_bands({"a": {"network": curve}}, xlabel="width", log=True).axes
    assert axes.get_xscale() == "log"
    joined = [line for line in axes.lines if line.get_label() == "network"]
    assert [list(line.get_xdata()) for line in joined] == [[1, 10, 100]]
    [(point, _, [bar])] = axes.containers
    assert point.get_xdata()[0] < 1 and point.get_ydata()[0] == pytest.approx(0.8)
    low, high = bar.get_segments()[0][:, 1]
    assert (high - low) / 2 == pytest.approx(np.std([0.9, 0.7], ddof=1))
    assert axes.get_xticklabels()[0].get_text() == "none"


def test_panels_in_rows_share_their_scales_and_a_name_looks_the_same_in_all():
    panels = {
        "wheat, plain": {"network": {0.0: [0.9, 1.0], 0.2: [0.6, 0.8]}},
        "digits, plain": {"network": {0.0: [0.8, 0.9], 0.2: [0.2, 0.4]}},
        "wheat, regularized": {"rival": {0.0: [0.9, 0.9]}, "network": {0.2: [0.9, 0.8]}},
    }
    figure = figures.plot_bands(panels, xlabel="level", columns=2)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title() for axes in shown] == list(panels)
    assert len({axes.get_ylim() for axes in shown}) == 1
    looks = {
        (line.get_label(), line.get_color(), line.get_marker())
        for axes in shown
        for line in axes.lines
    }
    assert len(looks) == 2
    [legend] = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["network", "rival"]


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
