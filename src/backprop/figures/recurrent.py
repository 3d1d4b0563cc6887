"""Networks with cycles: converging to a fixed point, and unrolled in time."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from backprop.figures.canvas import Node, along, draw_arrow, draw_node, new_canvas, write
from backprop.figures.checks import check_sizes
from backprop.figures.style import BACKWARD, FORWARD, LARGE, MUTED, WIDTH, figure_of, in_house_style
from backprop.through_time import READINGS

PANEL_COLUMNS, PANEL_HEIGHT, CIRCLE = 3, 2.2, 0.64  # CIRCLE is a radius


@in_house_style
def draw_relaxation(
    W: ArrayLike, states: ArrayLike, *, steps: Sequence[int], passes: str = "forward"
) -> Figure:
    """Neurons in a circle, the first at the top, with their values after each of some steps.

    Each neuron has its number above its value. `W` is (neurons, neurons): an arrow for each weight
    that is not 0, in the direction of the pass, 'forward' or 'backward'. `states` is (all steps,
    neurons), and `steps` selects those to draw. Raises ValueError for shapes that do not fit, a
    step outside `states` and any other pass.
    """
    W, states = np.asarray(W, dtype=float), np.asarray(states, dtype=float)
    if W.ndim != 2 or len(W) < 2 or W.shape[0] != W.shape[1] or states.shape[1:] != (len(W),):
        raise ValueError(
            f"W has shape {W.shape} and states {states.shape}: give (neurons, neurons), at least "
            f"two, and (steps, neurons)"
        )
    if passes not in ("forward", "backward"):
        raise ValueError(f"unknown passes {passes!r}: choose from forward, backward")
    for step in steps:
        if step not in range(len(states)):
            raise ValueError(f"step {step} is not among the {len(states)} states, counted from 0")
    forward = passes == "forward"
    color, line = (FORWARD, "-") if forward else (BACKWARD, "--")
    rows = math.ceil(len(steps) / PANEL_COLUMNS)
    axes = new_canvas(-PANEL_HEIGHT * rows, 0.4)
    heading = "Forward pass: values" if forward else "Backward pass: deltas"
    write(axes, (0.15, 0.2), heading, color, ha="left", fontsize=LARGE)
    for number, step in enumerate(steps):
        row, column = divmod(number, PANEL_COLUMNS)
        x, y = WIDTH * (column + 0.5) / PANEL_COLUMNS, -PANEL_HEIGHT * (row + 0.62)
        write(axes, (x - 0.95, y + 1.05), f"step {step}", MUTED, ha="left")
        labels = [f"{place}\n{value:.3f}" for place, value in enumerate(states[step], 1)]
        nodes = draw_circle(axes, (x, y), labels)
        for i, j in np.argwhere(W):
            start, end = (i, j) if forward else (j, i)
            if i != j:
                draw_arrow(axes, nodes[start], nodes[end], color, line, bend=0.2)
    return figure_of(axes)


@in_house_style
def draw_cycles(W: ArrayLike) -> Figure:
    """Numbered neurons and their weights; next to them the adjoint network, its arrows reversed.

    `W` is (neurons, neurons); each weight that is not 0 is written on its arrow, which is solid in
    the network and dashed in the adjoint one. Raises ValueError for another shape.
    """
    W = np.asarray(W, dtype=float)
    if W.ndim != 2 or len(W) < 2 or W.shape[0] != W.shape[1]:
        raise ValueError(f"W has shape {W.shape}: give (neurons, neurons), at least two")
    axes = new_canvas(-2.9, 0.4)
    panels = [("the network: weights", FORWARD, "-"), ("adjoint: arrows reversed", BACKWARD, "--")]
    for column, (heading, color, line) in enumerate(panels):
        x = WIDTH * (column + 0.5) / len(panels)
        write(axes, (x, 0.2), heading, color, fontsize=LARGE)
        names = [str(place) for place in range(1, len(W) + 1)]
        nodes = draw_circle(axes, (x, -1.55), names, radius=1.1)
        for i, j in np.argwhere(W):
            start, end = (i, j) if line == "-" else (j, i)
            if i != j:
                draw_arrow(axes, nodes[start], nodes[end], color, line, bend=0.2)
                middle = beside(nodes[start], nodes[end], 0.1)
                write(axes, middle, f"{W[i, j]:g}".replace("-", "−"), color)
    return figure_of(axes)


def beside(start: Node, end: Node, share: float) -> tuple[float, float]:
    """A point to the right of the middle of two nodes, at a proportion of their distance."""
    x, y = along(start, end, 0.5)
    return x + share * (end.place[1] - start.place[1]), y - share * (end.place[0] - start.place[0])


def draw_circle(
    axes: Axes, middle: tuple[float, float], labels: Sequence[str], radius: float = CIRCLE
) -> list[Node]:
    """Round nodes in a circle, clockwise from the top."""
    x, y = middle
    angles = [math.pi / 2 - 2 * math.pi * place / len(labels) for place in range(len(labels))]
    return [
        draw_node(
            axes,
            (x + radius * math.cos(angle), y + radius * math.sin(angle)),
            label.replace("-", "−"),
            "hidden",
        )
        for angle, label in zip(angles, labels)
    ]


@in_house_style
def draw_unrolled(
    steps: int, *, reading: str = "last step", truncation: int | None = None
) -> Figure:
    """A recurrent network unrolled: one column per step, inputs below, states, and outputs above.

    Solid arrows lead forward, dashed ones carry the gradient back. `reading` says where outputs are
    read, at the 'last step' or at 'every step'. With `truncation` the gradient does not cross the
    dotted lines, one after every `truncation` steps, counted from the end. Raises ValueError for a
    number of steps or a truncation below 1, and for any other reading.
    """
    check_sizes(steps=steps, truncation=1 if truncation is None else truncation)
    if reading not in READINGS:
        raise ValueError(f"unknown reading {reading!r}: choose from {', '.join(READINGS)}")
    axes = new_canvas(-2.05, 1.95)
    write(axes, (0.15, 1.7), "solid: forward", FORWARD, ha="left")
    write(axes, (WIDTH - 0.15, 1.7), "dashed: the gradient back", BACKWARD, ha="right")
    places = np.linspace(0.5, WIDTH - 0.5, steps + 1)
    before = draw_node(axes, (places[0], 0), "H0", "input")
    for step, x in enumerate(places[1:], 1):
        x_node, h_node = (
            draw_node(axes, (x, height), f"{name}{step}", kind)
            for name, height, kind in (("X", -1.3, "input"), ("H", 0.0, "hidden"))
        )
        join(axes, x_node, h_node, "$U$")
        cut = truncation is not None and (steps - step + 1) % truncation == 0
        join(axes, before, h_node, "$W$", back=step > 1 and not cut)
        if cut and step > 1:
            middle, _ = along(before, h_node, 0.5)
            axes.plot([middle, middle], [-1.6, 1.3], ":", color=MUTED, marker="", zorder=1)
            write(axes, (middle, -1.8), "cut", MUTED)
        if step == steps or reading == "every step":
            join(axes, h_node, draw_node(axes, (x, 1.15), f"P{step}", "output"), "$V$", back=True)
        before = h_node
    return figure_of(axes)


def join(axes: Axes, start: Node, end: Node, weight: str, back: bool = False) -> None:
    """An arrow forward with its weight; if the gradient goes back, a dashed one next to it."""
    bend = 0.25 if back else 0.0
    draw_arrow(axes, start, end, FORWARD, bend=bend)
    if back:
        draw_arrow(axes, end, start, BACKWARD, "--", bend=bend)
    write(axes, along(start, end, 0.5), weight, FORWARD)
