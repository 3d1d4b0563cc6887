"""Trials: many scores of each contender, as bands over a level or as boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from backprop.figures.checks import check_count, finite_numbers
from backprop.figures.style import (
    BLUE,
    GRID,
    INK,
    ORANGE,
    SERIES,
    figure_of,
    in_house_style,
    new_grid,
    new_plot,
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
    columns: int | None = None,
    log: bool = False,
) -> Figure:
    """The mean of the scores at each level, with a band of one standard deviation to either side.

    There is a panel for each title, with a curve for each name. A curve maps each level to its
    scores; it is a mapping, or a pandas Series of lists with the levels as index. Panels are
    arranged in rows of `columns`, by default all in one row; they may have different curves, and a
    name looks the same in all of them. They share both scales.

    Numeric levels have their places on a scale, logarithmic with `log`. Text levels are equally
    spaced; next to numbers, a text is a separate case: a point with a bar, at the left, not joined
    to the others. The standard deviation is that of the scores shown, with their number minus one
    as the divisor. Raises ValueError for no panels, and for more names than are distinguishable.
    """
    names = list(dict.fromkeys(chain.from_iterable(panels.values())))
    check_count(names)
    columns = columns or len(panels)
    rows = -(-len(panels) // columns)
    height = (3.4 if rows == 1 else 1.9 * rows) + 0.25 * -(-len(names) // 2)
    figure, grid = new_grid(rows, columns, height, sharex=True, sharey=True)
    parts = list(grid.flat)
    for axes in parts[len(panels) :]:
        axes.set_visible(False)
    places = level_places(panels, log)
    styles = dict(zip(names, SERIES))
    for axes, (title, curves) in zip(parts, panels.items()):
        if log:
            axes.set_xscale("log")
        for name, curve in curves.items():
            draw_curve(axes, name, dict(curve), places, styles[name])
        axes.set_xticks(list(places.values()), list(map(level_label, places)), minor=False)
        axes.set_xticks([], minor=True)
        axes.set_title(title)
    for axes in grid[-1]:
        axes.set_xlabel(xlabel)
    for axes in grid[:, 0]:
        axes.set_ylabel(ylabel)
    if len(names) > 1:
        lines = {line.get_label(): line for axes in parts for line in axes.lines}
        handles = [lines[name] for name in names]
        figure.legend(handles, names, loc="outside lower center", ncols=2)
    arrange_once(figure)
    return figure


def level_label(level: Level) -> str:
    """The label of a level on the axis."""
    return level if isinstance(level, str) else f"{level:g}"


def level_places(
    panels: Mapping[str, Mapping[str, Mapping[Level, Scores]]], log: bool
) -> dict[Level, float]:
    """The place of each level on the horizontal axis."""
    curves = chain.from_iterable(panel.values() for panel in panels.values())
    levels = list(dict.fromkeys(chain.from_iterable(dict(curve) for curve in curves)))
    numbers = sorted(level for level in levels if not isinstance(level, str))
    texts = [level for level in levels if isinstance(level, str)]
    if not numbers:
        return {level: float(place) for place, level in enumerate(texts)}
    low, high = numbers[0], numbers[-1]
    apart: dict[Level, float] = {}
    for number, level in enumerate(reversed(texts), start=1):
        apart[level] = low * 4.0**-number if log else low - 0.25 * number * (high - low)
    return {**dict(reversed(apart.items())), **{level: float(level) for level in numbers}}


def draw_curve(
    axes: Axes,
    name: str,
    curve: Mapping[Level, Scores],
    places: Mapping[Level, float],
    style: Mapping[str, Any],
) -> None:
    """One line of means with its band; separate levels get a point with a bar."""
    scores = {level: finite_numbers(part, name) for level, part in curve.items()}
    means = {level: float(part.mean()) for level, part in scores.items()}
    spreads = {level: sample_deviation(part) for level, part in scores.items()}
    mixed = any(not isinstance(level, str) for level in places)
    apart = [level for level in curve if mixed and isinstance(level, str)]
    joined = sorted((level for level in curve if level not in apart), key=lambda x: places[x])
    at = [places[level] for level in joined]
    axes.plot(at, [means[level] for level in joined], label=name, **style)
    low = [means[level] - spreads[level] for level in joined]
    high = [means[level] + spreads[level] for level in joined]
    axes.fill_between(at, low, high, color=style["color"], alpha=0.18, linewidth=0)
    for level in apart:
        axes.errorbar(
            places[level],
            means[level],
            spreads[level],
            color=style["color"],
            marker=style["marker"],
            capsize=3,
        )


def sample_deviation(scores: np.ndarray) -> float:
    """The standard deviation, with the number of scores minus one as the divisor; 0 for one."""
    return float(scores.std(ddof=1)) if len(scores) > 1 else 0.0


@in_house_style
def plot_boxes(
    groups: Mapping[str, Mapping[str, Scores]],
    *,
    xlabel: str = "test accuracy",
    log: bool = False,
) -> Figure:
    """A box for each list of scores, one per row, under the heading of its group.

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
