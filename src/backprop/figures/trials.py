"""Trials: many scores of each contender, as bands over a level or as boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from matplotlib.figure import Figure

from backprop.figures.checks import check_count, finite_numbers
from backprop.figures.style import (
    BLUE,
    GRID,
    INK,
    ORANGE,
    figure_of,
    in_house_style,
    new_plot,
    new_plots,
)

Scores = Sequence[float]
Level = str | int | float


def arrange_once(figure: Figure) -> None:
    """Fix the places of the parts: to arrange many takes longer than to draw them."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


@in_house_style
def plot_bands(
    panels: Mapping[str, Mapping[str, Mapping[Level, Scores]]],
    *,
    xlabel: str,
    ylabel: str = "test accuracy",
) -> Figure:
    """The mean of the scores at each level, with a band of one standard deviation to either side.

    A panel for each title, in it a curve for each name, and for each level of a curve its scores: a
    mapping, or a pandas Series of lists with the levels as index.
    Levels stand at equal distances, in the order in which they come. All panels have the same
    curves and one vertical scale. The standard deviation is that of the scores shown (divided by
    their number). Raises ValueError for no panels, for panels with different curves or for more
    curves than can be told apart.
    """
    names = list(dict.fromkeys(chain.from_iterable(panels.values())))
    check_count(names)
    if any(list(curves) != names for curves in panels.values()):
        raise ValueError(f"all panels need the same curves, in the same order: {names}")
    parts = new_plots(len(panels), 3.4 + 0.25 * -(-len(names) // 2), xlabel=xlabel)
    for axes in parts[1:]:
        axes.sharey(parts[0])
    for axes, (title, curves) in zip(parts, panels.items()):
        levels = [str(level) for level in dict(curves[names[0]])]
        for name, curve in curves.items():
            scores = [finite_numbers(scores, name) for scores in dict(curve).values()]
            means = np.array([part.mean() for part in scores])
            deviations = np.array([part.std() for part in scores])
            places = range(len(means))
            (line,) = axes.plot(places, means, label=name)
            low, high = means - deviations, means + deviations
            axes.fill_between(places, low, high, color=line.get_color(), alpha=0.12, linewidth=0)
        axes.set_xticks(range(len(levels)), levels)
        axes.set_title(title)
    parts[0].set_ylabel(ylabel)
    figure = figure_of(parts[0])
    if len(names) > 1:
        lines = parts[0].get_legend_handles_labels()
        figure.legend(*lines, loc="outside lower center", ncols=2)
    arrange_once(figure)
    return figure


@in_house_style
def plot_boxes(
    groups: Mapping[str, Mapping[str, Scores]],
    *,
    xlabel: str = "test accuracy",
    log: bool = False,
) -> Figure:
    """A box for each list of scores, a row each, under the heading of its group.

    The box holds the middle half of the scores and the line in it their median; the whiskers reach
    to the smallest and the largest; the diamond is the mean. `log` makes the scale logarithmic, for
    ratios. Raises ValueError for no scores.
    """
    if not groups or not all(groups.values()):
        raise ValueError("there are no scores: give at least one group with one list of them")
    labels: list[str] = []
    places: list[int] = []
    boxes: list[np.ndarray] = []
    for heading, rows in groups.items():
        labels.append(heading)
        for name, scores in rows.items():
            places.append(len(labels))
            labels.append(name)
            boxes.append(finite_numbers(scores, name))
    axes = new_plot(0.8 + 0.24 * len(labels), xlabel=xlabel)
    axes.boxplot(
        boxes,
        positions=places,
        orientation="horizontal",
        widths=0.6,
        whis=(0, 100),
        showfliers=False,
        showmeans=True,
        patch_artist=True,
        boxprops={"facecolor": GRID, "edgecolor": INK},
        medianprops={"color": BLUE, "linewidth": 2, "linestyle": "-", "marker": ""},
        meanprops={"marker": "D", "markersize": 4, "markerfacecolor": ORANGE}
        | {"markeredgecolor": ORANGE, "linestyle": "none"},
        whiskerprops={"color": INK, "linewidth": 1, "linestyle": "-", "marker": ""},
        capprops={"color": INK, "linewidth": 1, "linestyle": "-", "marker": ""},
    )
    if log:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
    axes.set_yticks(range(len(labels)), labels)
    for place, text in enumerate(axes.get_yticklabels()):
        text.set_fontweight("normal" if place in places else "bold")
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    arrange_once(figure_of(axes))
    return figure_of(axes)
