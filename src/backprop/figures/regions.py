"""The plane of two inputs: the line of each hidden neuron, and where a network predicts a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import ArrayLike

from backprop.figures.checks import check_lengths, check_span
from backprop.figures.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    PURPLE,
    figure_of,
    in_house_style,
    new_plots,
)

Predict = Callable[[Sequence[float]], int]
Panel = tuple[Predict, Sequence[Sequence[float]]]
# Distinguished without colour: by dashes, and by markers.
LINES: tuple[tuple[str, Any], ...] = ((BLUE, "-"), (ORANGE, "--"), (PURPLE, "-."), (INK, ":"))
POINTS: tuple[dict[str, Any], ...] = (
    {"marker": "o", "markerfacecolor": PAPER},
    {"marker": "s", "markerfacecolor": INK},
)
GRID_POINTS = 121  # along each axis


@in_house_style
def plot_regions(
    panels: Mapping[str, Panel],
    points: ArrayLike,
    labels: Sequence[int],
    class_names: tuple[str, str],
    *,
    span: tuple[float, float] = (-1.0, 2.0),
) -> Figure:
    """The region where a network predicts the second of two classes, and its neurons' lines.

    There is one panel per title. It has a function that predicts the class, 0 or 1, of a pair of
    inputs, and the weights of each hidden neuron, w1, w2 and the bias; a line shows where the
    neuron's weighted sum is 0, with an arrow to the side where it is positive. `points` are the
    examples, (examples, 2), and `labels` their classes. `span` holds for both axes, which have the
    same scale. A line that does not cross this square is not drawn.

    Raises ValueError for no panels, for panels with different numbers of neurons or more than four,
    for points that are not pairs or lack a label, and for labels other than 0 and 1.
    """
    points = np.asarray(points, dtype=float)
    check_panels(panels)
    check_lengths(points=points, labels=labels)
    check_span(span)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"points have the shape {points.shape}: give (examples, 2)")
    if not set(labels) <= {0, 1}:
        raise ValueError(f"labels are {sorted(set(labels))}: give 0 or 1 for each point")
    parts = new_plots(len(panels), 3.3, xlabel="$x_1$")
    for axes, (title, (predict, neurons)) in zip(parts, panels.items()):
        axes.set(title=title, xlim=span, ylim=span, aspect="equal", xticks=[0, 1], yticks=[0, 1])
        axes.grid(visible=False)
        shade(axes, predict, span)
        for weights, (color, dashes) in zip(neurons, LINES):
            draw_neuron(axes, weights, span, color, dashes)
        for label, look in enumerate(POINTS):
            chosen = points[np.asarray(labels) == label]
            axes.plot(*chosen.T, linestyle="", color=INK, markersize=8, zorder=4, **look)
    parts[0].set_ylabel("$x_2$")
    figure = figure_of(parts[0])
    entries = legend_entries(class_names, len(next(iter(panels.values()))[1]))
    figure.legend(handles=entries, loc="outside lower center", ncols=3, frameon=False)
    return figure


def check_panels(panels: Mapping[str, Panel]) -> None:
    """Raise ValueError unless there are panels, all with the same one to four neurons."""
    counts = {len(neurons) for _, neurons in panels.values()}
    if len(counts) != 1 or not 1 <= max(counts) <= len(LINES):
        raise ValueError(
            f"panels with {sorted(counts)} neurons: give at least one panel, and the same number "
            f"of neurons in each, from 1 to {len(LINES)}"
        )


def shade(axes: Axes, predict: Predict, span: tuple[float, float]) -> None:
    """Tint and hatch the region in which the class is 1."""
    ticks = np.linspace(*span, GRID_POINTS)
    classes = np.array([[predict([x1, x2]) for x1 in ticks.tolist()] for x2 in ticks.tolist()])
    if classes.any():
        region = axes.contourf(
            ticks, ticks, classes, levels=[0.5, 1.5], colors=[GREEN], alpha=0.25, hatches=["//"]
        )
        region.set_edgecolor(MUTED)
        region.set_linewidth(0)


def draw_neuron(
    axes: Axes, weights: Sequence[float], span: tuple[float, float], color: str, dashes: str
) -> None:
    """The line on which the weighted sum is 0, and an arrow to its positive side."""
    ends = line_in_square(weights, span)
    if len(ends) == 2:
        axes.plot(*ends.T, dashes, color=color, marker="", zorder=3)
        w1, w2, _ = weights
        uphill = np.array([w1, w2]) / np.hypot(w1, w2)
        foot = ends[0] + 0.4 * (ends[1] - ends[0])
        axes.annotate(
            "",
            foot + 0.12 * (span[1] - span[0]) * uphill,
            foot,
            arrowprops={"arrowstyle": "-|>", "color": color, "shrinkA": 0, "shrinkB": 0},
            zorder=3,
        )


def line_in_square(weights: Sequence[float], span: tuple[float, float]) -> np.ndarray:
    """The ends of the line w1 x1 + w2 x2 + b = 0 in the square: (2, 2), or empty."""
    w1, w2, bias = weights
    low, high = span
    crossings = []
    for edge in span:
        if w2 != 0:
            crossings.append((edge, -(w1 * edge + bias) / w2))
        if w1 != 0:
            crossings.append((-(w2 * edge + bias) / w1, edge))
    inside = sorted(point for point in set(crossings) if low <= min(point) <= max(point) <= high)
    return np.array([inside[0], inside[-1]] if len(inside) > 1 else [])


def legend_entries(class_names: tuple[str, str], neurons: int) -> list[Line2D | Patch]:
    """The entries of the legend: both classes, the region, and the line of each neuron."""
    entries: list[Line2D | Patch] = [
        Line2D([], [], linestyle="", color=INK, markersize=8, label=name, **look)
        for name, look in zip(class_names, POINTS)
    ]
    look: dict[str, Any] = {
        "facecolor": to_rgba(GREEN, 0.25),
        "edgecolor": MUTED,
        "hatch": "//",
        "linewidth": 0,
    }
    entries.append(Patch(label=f"predicted: {class_names[1]}", **look))
    for number, (color, dashes) in enumerate(LINES[:neurons], 1):
        entries.append(
            Line2D([], [], linestyle=dashes, color=color, label=f"hidden neuron {number}")
        )
    return entries
