"""Drawings of networks of any size, of computation graphs, and of the shapes of a product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from backprop.figures.canvas import (
    Label,
    Node,
    along,
    as_text,
    column_places,
    draw_arrow,
    draw_node,
    label_fraction,
    new_canvas,
    row_heights,
    row_spacing,
    write,
    write_beside,
)
from backprop.figures.checks import check_labels, check_names, check_sizes
from backprop.figures.style import (
    BACKWARD,
    BLUE,
    FORWARD,
    INK,
    MUTED,
    ORANGE,
    SMALL,
    TINT,
    WIDTH,
    figure_of,
    in_house_style,
)
from backprop.loops import check_layer_sizes


@in_house_style
def draw_network(
    layer_sizes: Sequence[int],
    *,
    labels: Sequence[Sequence[Label]] | None = None,
    weight_labels: Sequence[Any] | None = None,
    title: str | None = None,
    biases: bool = False,
) -> Figure:
    """A layered network from left to right: inputs square, neurons round, outputs with two rings.

    `labels` has a text for each node, one list per layer. `weight_labels` has a matrix for each
    layer of weights, shaped as its W, (inputs, outputs), of texts or numbers. `biases` adds the
    constant 1 that feeds each layer. Of a layer with more than eight nodes, the first four and the
    last are drawn. Raises ValueError for bad sizes and for labels that do not fit them.
    """
    check_layer_sizes(layer_sizes)
    check_labels(layer_sizes, labels, weight_labels)
    spacing = row_spacing(layer_sizes, with_labels=weight_labels is not None)
    heights = [row_heights(size, spacing) for size in layer_sizes]
    bottom = min(min(layer.values()) for layer in heights)
    top = max(max(layer.values()) for layer in heights) + (spacing if biases else 0)
    axes = new_canvas(bottom - 0.85, top + 0.45, title)

    labels = labels or [[""] * size for size in layer_sizes]
    kinds = ["input", *["hidden"] * (len(layer_sizes) - 2), "output"]
    columns = column_places(axes, labels, kinds)
    layers = [
        draw_layer(axes, x, bottom, layer, texts, kind)
        for x, layer, texts, kind in zip(columns, heights, labels, kinds)
    ]
    for number, (nodes, next_nodes) in enumerate(pairwise(layers)):
        fraction = label_fraction(len(labels[number]), len(labels[number + 1]))
        for (i, start), (j, end) in product(nodes.items(), next_nodes.items()):
            draw_arrow(axes, start, end, MUTED)
            if weight_labels is not None:
                write(axes, along(start, end, fraction), as_text(weight_labels[number][i][j]))
        if biases:
            x, y = nodes[0].place
            bias = draw_node(axes, (x, y + spacing), "1", "input")
            for end in next_nodes.values():
                draw_arrow(axes, bias, end, MUTED, "--")
    return figure_of(axes)


def draw_layer(
    axes: Axes,
    x: float,
    bottom: float,
    heights: Mapping[int, float],
    texts: Sequence[Label],
    kind: str,
) -> dict[int, Node]:
    """The nodes of one layer by index, one below the other, and their number in words."""
    noun = "hidden neuron" if kind == "hidden" else kind
    caption = f"{len(texts)} {noun}{'s' if len(texts) > 1 else ''}"
    write(axes, (x, bottom - 0.65), caption, MUTED, va="baseline")
    if len(heights) < len(texts):
        *_, above, below = heights.values()
        write(axes, (x, (above + below) / 2), "⋮", fontsize=2 * SMALL)
    return {index: draw_node(axes, (x, y), texts[index], kind) for index, y in heights.items()}


@in_house_style
def draw_computation_graph(
    nodes: Mapping[str, tuple[float, float, Label]],
    edges: Sequence[tuple[str, str]],
    values: Mapping[str, Label] | None = None,
    gradients: Mapping[str, Label] | None = None,
    *,
    contributions: Mapping[tuple[str, str], Label] | None = None,
    title: str | None = None,
) -> Figure:
    """A graph of operations, from left to right.

    `nodes` maps a name to (column, row, label), columns counted from the left and rows from the
    top; `edges` are pairs of names, and a pair that occurs twice has two bent arrows. A node
    without incoming edges is an input and drawn square, all others round. `values` are written in
    blue above their nodes, `gradients`, the derivatives of the result with respect to each, in
    orange below. `contributions` maps an edge to the number that passes backward along it, written
    on the edge after an arrow to the left. Raises ValueError for a name that is not in `nodes` and
    for a pair that is not in `edges`.
    """
    values, gradients, contributions = values or {}, gradients or {}, contributions or {}
    check_names(nodes, edges, values, gradients)
    strange = contributions.keys() - set(edges)
    if strange:
        raise ValueError(f"contributions along {sorted(strange)}: the graph has no such edges")
    columns, rows, _ = zip(*nodes.values())
    across = (WIDTH - 1.2) / max(max(columns) - min(columns), 1)
    down = 1.15 if values and gradients else 0.9
    bottom = -down * (max(rows) - min(rows)) - 0.6
    axes = new_canvas(bottom - (0.35 if values or gradients else 0), 0.6, title)
    entered = {end for _, end in edges}
    drawn = {}
    for name, (column, row, label) in nodes.items():
        place = 0.6 + across * (column - min(columns)), -down * (row - min(rows))
        drawn[name] = draw_node(axes, place, label, "hidden" if name in entered else "input")
    for (start, end), count in Counter(edges).items():
        for bend in np.linspace(-0.2, 0.2, count) if count > 1 else [0.0]:
            draw_arrow(axes, drawn[start], drawn[end], MUTED, bend=bend)
    for (start, end), passed in contributions.items():
        middle = along(drawn[start], drawn[end], 0.5)
        write(axes, middle, f"← {as_text(passed)}", BACKWARD)
    for name, node in drawn.items():
        if name in values:
            write_beside(axes, node, as_text(values[name]), FORWARD)
        if name in gradients:
            write_beside(axes, node, as_text(gradients[name]), BACKWARD, above=False)
    if values:
        write(axes, (0.3, bottom - 0.1), "above: value, forward", FORWARD, ha="left")
    if gradients:
        text = "below: derivative of the result, backward"
        write(axes, (WIDTH - 0.3, bottom - 0.1), text, BACKWARD, ha="right")
    return figure_of(axes)


@in_house_style
def plot_matrix_product(rows: int, inputs: int, outputs: int) -> Figure:
    """The shapes in Z = A_in @ W + b as rectangles, for `rows` samples.

    The sides are not to scale, but equal numbers have equal lengths. The two sides that must match
    are thick and dashed.
    """
    check_sizes(rows=rows, inputs=inputs, outputs=outputs)
    axes = new_canvas(-1.95, 1.0)
    lengths = dict(zip(("samples", "inputs", "outputs"), side_lengths(rows, inputs, outputs)))
    shapes = [
        (f"({rows}, {outputs})", "samples", "outputs"),
        (f"({rows}, {inputs})", "samples", "inputs"),
        (f"({inputs}, {outputs})", "inputs", "outputs"),
        (f"({outputs},)", None, "outputs"),
    ]
    for x, sign in zip((1.62, 3.2, 4.78), "=@+"):
        axes.text(x, 0, sign, ha="center", va="center", fontsize=16)
    names = ("$Z$", r"$A_\mathrm{in}$", "$W$", "$b$")
    for x, name, (shape, down, across) in zip((0.83, 2.41, 3.99, 5.57), names, shapes):
        width, height = lengths[across], lengths[down] if down else 0.3
        axes.add_patch(
            Rectangle(
                (x - width / 2, -height / 2),
                width,
                height,
                facecolor=to_rgba(BLUE, TINT / 2),
                edgecolor=INK,
            )
        )
        axes.text(x, 0, name, ha="center", va="center", fontsize=14)
        write(axes, (x, -1.1), shape, va="baseline")
        words = f"{down} × {across}" if down else "added to each row"
        write(axes, (x, -1.35), words, MUTED, va="baseline")
    half = lengths["inputs"] / 2
    matching: dict[str, Any] = {
        "color": ORANGE,
        "linewidth": 4,
        "linestyle": (0, (2, 1)),
        "marker": "",
    }
    axes.plot([2.41 - half, 2.41 + half], [lengths["samples"] / 2] * 2, **matching)
    axes.plot([3.99 - lengths["outputs"] / 2] * 2, [-half, half], **matching)
    agreement = f"the dashed sides must agree: {inputs} inputs"
    write(axes, (WIDTH / 2, -1.75), agreement, ORANGE, va="baseline")
    return figure_of(axes)


def side_lengths(*sizes: int) -> np.ndarray:
    """Lengths in inches for the sides of matrices: growing with the size, yet all visible."""
    lengths: np.ndarray = 0.4 + 0.75 * np.log(sizes) / np.log(max(*sizes, 2))
    return lengths
