"""Speed and scale: the use of time, the gain from more rows per step, several machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from backprop.figures.canvas import Node, draw_arrow, new_canvas, write
from backprop.figures.checks import check_count, check_sizes, finite_numbers
from backprop.figures.style import (
    BACKWARD,
    BLUE,
    FORWARD,
    GREEN,
    GRID,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    TINT,
    figure_of,
    in_house_style,
    label_plainly,
    new_plot,
)

HATCHES = {BLUE: "", ORANGE: "//", GREEN: "..", PURPLE: "xx", MUTED: "--"}
SHORTEST_LABELLED = 0.08  # the smallest share with room for its number


@in_house_style
def plot_time_shares(shares: Mapping[str, Mapping[str, float]]) -> Figure:
    """The share of each kind of work in the time: a bar for each case, divided into shares.

    `shares` maps each case to its kinds of work, the same in all, with numbers that add up to about
    1. Raises ValueError for shares that do not, for different kinds, and for more than five.
    """
    kinds = list(next(iter(shares.values()), {}))
    if not 1 <= len(kinds) <= len(HATCHES):
        raise ValueError(f"{len(kinds)} kinds of work: give between 1 and {len(HATCHES)}")
    for name, parts in shares.items():
        numbers = finite_numbers(list(parts.values()), name)
        if list(parts) != kinds or (numbers < 0).any() or abs(numbers.sum() - 1) > 0.05:
            raise ValueError(f"{name!r} needs shares of {', '.join(kinds)} that add up to 1")
    axes = new_plot(1.3 + 0.55 * len(shares), xlabel="share of the time of a step")
    ends = np.zeros(len(shares))
    for kind, (color, hatch) in zip(kinds, HATCHES.items()):
        widths = np.array([parts[kind] for parts in shares.values()])
        axes.barh(
            range(len(shares)),
            widths,
            left=ends,
            height=0.62,
            facecolor=to_rgba(color, TINT),
            edgecolor=color,
            hatch=hatch,
            label=kind,
        )
        for row, (end, width) in enumerate(zip(ends, widths)):
            if width >= SHORTEST_LABELLED:
                write(axes, (end + width / 2, row), f"{100 * width:.0f} %")
        ends += widths
    axes.set_yticks(range(len(shares)), [fill(name, 20) for name in shares])
    axes.set_xlim(0, 1.02)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axes.grid(axis="y", visible=False)
    figure_of(axes).legend(loc="outside upper center", ncols=3)
    return figure_of(axes)


@in_house_style
def plot_by_rows(curves: Mapping[str, Mapping[int, float]], *, ylabel: str) -> Figure:
    """Quantities that grow with the rows per step: one curve each, on two logarithmic scales.

    Each curve has a number greater than 0 for every count of rows.
    """
    check_count(curves)
    axes = new_plot(3.8, xlabel="samples per step", ylabel=ylabel)
    for name, points in curves.items():
        values = finite_numbers(list(points.values()), name)
        if not (values > 0).all() or min(points) < 1:
            raise ValueError(f"{name!r} needs numbers greater than 0 for 1 row or more")
        axes.plot(list(points), values, label=name)
    axes.set(xscale="log", yscale="log")
    label_plainly(axes.xaxis)
    label_plainly(axes.yaxis)
    axes.legend()
    return figure_of(axes)


@in_house_style
def plot_roofline(
    points: Mapping[str, Mapping[float, float]], roofs: Mapping[str, float]
) -> Figure:
    """The share of the processor's limit that is reached, against the work per number moved.

    Each of `points` maps multiplications per number moved to a share of the limit. Each of `roofs`
    is a memory, with the number of multiplications that the processor does at its limit while this
    memory moves one number: with less work per number, the memory is the limit. Both scales are
    logarithmic. Raises ValueError for numbers that are not greater than 0.
    """
    check_count(points)
    given = {name: [*places, *places.values()] for name, places in points.items()}
    for name, numbers in (given | {"roofs": list(roofs.values())}).items():
        if not numbers or not (finite_numbers(numbers, name) > 0).all():
            raise ValueError(f"{name!r} needs numbers greater than 0")
    axes = new_plot(4.2, xlabel="multiplications per number moved", ylabel="share of the limit")
    works = [work for places in points.values() for work in places]
    lowest, highest = min(*works, *roofs.values()) / 2, max(works) * 2
    for (name, ridge), style in zip(roofs.items(), ("-", "--", ":")):
        corners = [lowest, ridge, highest]
        heights = [lowest / ridge, 1, 1]
        axes.plot(corners, heights, color=MUTED, linestyle=style, marker="", label=f"roof: {name}")
    for (name, places), marker in zip(points.items(), "os^v"):
        axes.plot(list(places), list(places.values()), marker, markersize=7, label=name)
    axes.set(xscale="log", yscale="log", xlim=(lowest, highest), ylim=(None, 1.4))
    axes.xaxis.set_major_formatter(lambda work, _: f"{work:g}")
    axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
    axes.legend()
    return figure_of(axes)


@in_house_style
def draw_data_parallel(rows: Sequence[int]) -> Figure:
    """A step of data-parallel training, with one worker for each of these counts of rows.

    Solid lines lead from the coordinator to the workers, for parameters; dashed lines lead back,
    for gradients, each with its proportion of the rows. Raises ValueError for counts that are not
    whole numbers of at least 1.
    """
    check_sizes(**{f"rows of part {number}": count for number, count in enumerate(rows, 1)})
    check_count(rows)
    spacing = 1.05
    top = spacing * (len(rows) - 1) / 2
    axes = new_canvas(-top - 1.15, top + 0.95)
    client = box(axes, (0.95, 0), (1.5, 1.1), "coordinator\nparameters,\nupdate")
    for number, count in enumerate(rows, 1):
        y = top - spacing * (number - 1)
        worker = box(axes, (5.4, y), (1.6, 0.72), f"worker {number}\n{count} samples")
        for offset, color, line in ((0.14, FORWARD, "-"), (-0.14, BACKWARD, "--")):
            near = Node((client.place[0] + 0.75, 0.35 * y + offset))
            far = Node((worker.place[0] - 0.8, y + offset))
            start, end = (near, far) if offset > 0 else (far, near)
            draw_arrow(axes, start, end, color, line)
        share = f"{count}/{sum(rows)} $g_{number}$"
        write(axes, (3.75, 0.35 * y + 0.71 * (0.65 * y) - 0.14), share, BACKWARD)
    write(axes, (3.1, top + 0.7), "parameters go out: solid, left to right", FORWARD)
    write(axes, (3.1, -top - 0.75), "gradients come back: dashed, right to left", BACKWARD)
    return figure_of(axes)


def box(axes: Axes, place: tuple[float, float], size: tuple[float, float], text: str) -> Node:
    """A machine: a rectangle about `place` with text in it."""
    (x, y), (width, height) = place, size
    shape = Rectangle((x - width / 2, y - height / 2), width, height)
    shape.set(facecolor=GRID, edgecolor=INK, linewidth=1.3, zorder=3)
    axes.add_patch(shape)
    axes.text(x, y, text, ha="center", va="center", linespacing=1.2, zorder=4)
    return Node(place, shape)
