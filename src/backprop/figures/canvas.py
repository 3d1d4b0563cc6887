"""The elements of drawings: canvases in inches, nodes, arrows, texts, and their places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, FancyArrowPatch, Patch, Rectangle, RegularPolygon
from matplotlib.text import Text

from backprop.byhand import as_decimal
from backprop.figures.style import GRID, INK, LARGE, PAPER, SMALL, WIDTH, SharpFigure

NODE_RADIUS = 0.27
SHOWN_NEURONS = 8  # of a larger layer only the first four and the last are drawn
Label = str | int | float


@dataclass(frozen=True)
class Node:
    """The place of a node on its canvas, and the shape at whose rim arrows end, if any."""

    place: tuple[float, float]
    shape: Patch | None = None


def new_canvas(bottom: float, top: float, title: str | None = None) -> Axes:
    """A figure without axes on which one unit is one inch, from (0, bottom) to (WIDTH, top)."""
    title_top = top + (0.4 if title else 0)
    size = (WIDTH, title_top - bottom)
    figure = plt.figure(figsize=size, layout="none", FigureClass=SharpFigure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(bottom, title_top))
    axes.axis("off")
    if title:
        write(axes, (WIDTH / 2, top + 0.1), title, fontsize=LARGE)
    return axes


def draw_node(axes: Axes, place: tuple[float, float], label: Label, kind: str) -> Node:
    """A node of one `kind`: 'input' (square), 'hidden' (round), 'output' (two rings) or 'error'."""
    (x, y), width, height = place, node_width(axes, label, kind), 2 * NODE_RADIUS
    shape: Patch
    if kind == "input":
        shape = Rectangle((x - width / 2, y - height / 2), width, height)
    elif kind == "error":
        shape = RegularPolygon(place, 4, radius=1.2 * NODE_RADIUS)
    else:
        shape = Ellipse(place, width, height)
    shape.set(facecolor=GRID if kind == "input" else PAPER, edgecolor=INK, linewidth=1.3, zorder=3)
    axes.add_patch(shape)
    if kind == "output":
        ring = Ellipse(place, width - 0.1, height - 0.1, fill=False, edgecolor=INK, zorder=3)
        axes.add_patch(ring)
    axes.text(x, y, as_text(label), ha="center", va="center_baseline", linespacing=1, zorder=4)
    return Node(place, shape)


def draw_arrow(
    axes: Axes, start: Node, end: Node, color: str, line: str = "-", bend: float = 0.0
) -> None:
    """An arrow from the rim of one node to the rim of another.

    `bend` is its largest distance from the straight line, to the right of its direction, as a
    proportion of its length.
    """
    # Not add_patch: it would measure the arrow for the limits of the axes, and these are fixed.
    axes.add_artist(
        FancyArrowPatch(
            start.place,
            end.place,
            patchA=start.shape,
            patchB=end.shape,
            shrinkA=0,
            shrinkB=1,
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle="-|>",
            mutation_scale=11,
            color=color,
            linestyle=line,
            linewidth=1.3,
        )
    )


def write(
    axes: Axes, place: tuple[float, float], text: str, color: str = INK, **settings: Any
) -> Text:
    """Small text about `place`, on a background that hides the lines below it."""
    settings = {"ha": "center", "va": "center", "fontsize": SMALL, **settings}
    paper = {"boxstyle": "square,pad=0.12", "facecolor": PAPER, "edgecolor": "none"}
    return axes.text(*place, text, color=color, bbox=paper, linespacing=1.15, zorder=2, **settings)


def write_beside(axes: Axes, node: Node, text: str, color: str, above: bool = True) -> None:
    """Text above a node, or below it."""
    x, y = node.place
    offset = NODE_RADIUS + 0.07
    if above:
        write(axes, (x, y + offset), text, color, va="bottom")
    else:
        write(axes, (x, y - offset), text, color, va="top")


def along(start: Node, end: Node, fraction: float) -> tuple[float, float]:
    """The point at `fraction` of the way from one node to the other."""
    (x1, y1), (x2, y2) = start.place, end.place
    return x1 + fraction * (x2 - x1), y1 + fraction * (y2 - y1)


def node_width(axes: Axes, label: Label, kind: str) -> float:
    """The width of a node, in inches: as wide as high, or wider for a long label."""
    text = axes.text(0, 0, as_text(label))
    width = text.get_window_extent().width / axes.figure.dpi
    text.remove()
    return max(2 * NODE_RADIUS, width + (0.2 if kind == "input" else 0.35))


def as_text(label: Label) -> str:
    """A number with five digits; a symbol such as w1 or ∂E/∂w1 as mathematics; other text as is."""
    if not isinstance(label, str):
        return as_decimal(label, 5)
    symbol = re.fullmatch(r"(∂E/∂)?([A-Za-zησ])(\d*)", label)
    if symbol is None:
        return label
    derivative, letter, index = symbol.groups()
    letter = {"η": r"\eta", "σ": r"\sigma"}.get(letter, letter)
    derivative = r"\partial E/\partial " if derivative else ""
    index = f"_{{{index}}}" if index else ""
    return f"${derivative}{letter}{index}$"


def row_heights(size: int, spacing: float) -> dict[int, float]:
    """The height of each node of a layer that is drawn, the first at the top, about 0."""
    shown: list[int | None] = list(range(size))
    if size > SHOWN_NEURONS:
        shown = [*range(SHOWN_NEURONS // 2), None, size - 1]  # None is the place of the dots
    top = spacing * (len(shown) - 1) / 2
    return {index: top - spacing * row for row, index in enumerate(shown) if index is not None}


def label_fraction(inputs: int, outputs: int) -> float:
    """The place of a weight on its edge, such that no two labels of a layer collide.

    At 1 / (1 + outputs) of the way, the labels of all edges form one column with equal distances;
    seen from the other end, the same holds at 1 / (1 + inputs). The smaller number leaves more
    room.
    """
    return 1 / (1 + outputs) if outputs <= inputs else inputs / (1 + inputs)


def row_spacing(layer_sizes: Sequence[int], with_labels: bool) -> float:
    """The distance of two nodes of a layer that leaves room for the labels of the weights."""
    if not with_labels:
        return 0.75
    return max(0.75, *(0.3 * (1 + min(sizes)) for sizes in pairwise(layer_sizes)))


def column_places(
    axes: Axes, labels: Sequence[Sequence[Label]], kinds: Sequence[str]
) -> np.ndarray:
    """The x of each layer, with gaps of equal width between their widest nodes."""
    widths = np.array(
        [
            max(node_width(axes, label, kind) for label in layer)
            for layer, kind in zip(labels, kinds)
        ]
    )
    margin = 0.45
    gap = (WIDTH - 2 * margin - widths.sum()) / (len(widths) - 1)
    middles: np.ndarray = margin + np.cumsum(widths + gap) - gap - widths / 2
    return middles
