"""Every picture of the book. No other module imports matplotlib.

Each function takes numbers, sizes or a trace, and returns a matplotlib Figure. The figure is made
through pyplot, so that a notebook shows it with ``plt.show()``; a program that makes many of them
closes each with ``plt.close(figure)``. No function changes matplotlib's settings for anybody else,
and none shows or saves anything.

The pictures have an opaque ground of their own, to read on light and on dark pages. Colour never
carries a meaning alone: series differ in line and marker as well, and the forward and the backward
pass in the direction of their arrows, in solid and dashed lines, and in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from itertools import pairwise, product
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyArrowPatch, Patch, Rectangle, RegularPolygon
from matplotlib.text import Text
from numpy.typing import ArrayLike

from backprop.activations import get_activation
from backprop.byhand import WEIGHTS, Trace, as_decimal
from backprop.loops import check_layer_sizes
from backprop.training import History

PAPER = "#fdfcf9"
INK = "#1f2933"
MUTED = "#5f6c7b"
GRID = "#d9dee5"
BLUE = FORWARD = "#1f5fa8"
ORANGE = BACKWARD = "#b4530a"
GREEN = "#2f7d4f"
PURPLE = "#7a4aa0"
PALETTE = (PAPER, INK, MUTED, GRID, BLUE, ORANGE, GREEN, PURPLE)

SERIES = (
    cycler(color=[BLUE, ORANGE, GREEN, PURPLE, INK, MUTED])
    + cycler(linestyle=["-", "--", "-.", ":", "-", "--"])
    + cycler(marker=["o", "s", "^", "D", "v", "X"])
)
STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.facecolor": PAPER,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.prop_cycle": SERIES,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 12,
    "figure.constrained_layout.use": True,
    "figure.dpi": 200,
    "figure.edgecolor": PAPER,
    "figure.facecolor": PAPER,
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine
    "font.size": 11,
    "grid.color": GRID,
    "legend.edgecolor": GRID,
    "legend.facecolor": PAPER,
    "legend.fontsize": 10,
    "legend.framealpha": 1,
    "legend.handlelength": 3,
    "lines.linewidth": 2,
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 10,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 10,
}

WIDTH = 6.4  # of every figure, in inches, for a column of some 720 pixels
SMALL = 10  # points: the smallest text
LARGE = 12
NODE_RADIUS = 0.27
SHOWN_NEURONS = 8  # of a larger layer only the first four and the last are drawn
TINT = 0.4  # the strongest tint of a ground: ink on it keeps its contrast

WEIGHT_LABEL, ERROR_LABEL = "weight $w$", "error $E$"

Label = str | int | float
Function = Callable[[np.ndarray], np.ndarray]


def in_house_style(function: Callable[..., Figure]) -> Callable[..., Figure]:
    """`function`, run with the settings of STYLE on top of matplotlib's own defaults."""

    @wraps(function)
    def styled(*arguments: object, **keywords: object) -> Figure:
        with plt.style.context(STYLE, after_reset=True):
            figure = function(*arguments, **keywords)
            figure.draw_without_rendering()  # ticks take their style when they are first drawn
            return figure

    return styled


# Networks


@in_house_style
def draw_network(
    layer_sizes: Sequence[int],
    *,
    labels: Sequence[Sequence[Label]] | None = None,
    weight_labels: Sequence[ArrayLike] | None = None,
    title: str | None = None,
    biases: bool = False,
) -> Figure:
    """A layered network from left to right: inputs square, neurons round, outputs with two rings.

    `labels` has a text for each node, a list a layer. `weight_labels` has a table for each layer of
    weights, shaped as its W, (inputs, outputs), of texts or numbers. `biases` adds the constant 1
    that feeds each layer. Of a layer with more than eight nodes the first four and the last are
    drawn. Raises ValueError for bad sizes and for labels that do not fit them.
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
    return axes.figure


def draw_layer(
    axes: Axes,
    x: float,
    bottom: float,
    heights: Mapping[int, float],
    texts: Sequence[Label],
    kind: str,
) -> dict[int, Node]:
    """The nodes of one layer by index, one below the other, and in words how many there are."""
    noun = "hidden neuron" if kind == "hidden" else kind
    caption = f"{len(texts)} {noun}{'s' if len(texts) > 1 else ''}"
    write(axes, (x, bottom - 0.65), caption, MUTED, va="baseline")
    if len(heights) < len(texts):
        *_, above, below = heights.values()
        write(axes, (x, (above + below) / 2), "⋮", fontsize=2 * SMALL)
    return {index: draw_node(axes, (x, y), texts[index], kind) for index, y in heights.items()}


# The 2-2-1 network of byhand: where each node stands, in inches from the middle of its panel, and
# where on its edge each weight is written.
PANEL_HEIGHT = 3.75
PLACES = {
    "x1": (0.45, 0.8, "input"),
    "x2": (0.45, -1.1, "input"),
    "h1": (2.85, 0.8, "hidden"),
    "h2": (2.85, -1.1, "hidden"),
    "p": (4.76, -0.15, "output"),
    "E": (5.8, -0.15, "error"),
    "y": (5.8, 0.8, "input"),
}
EDGES = {
    "w1": ("x1", "h1", 0.35),
    "w2": ("x2", "h1", 0.35),
    "w3": ("x1", "h2", 0.35),
    "w4": ("x2", "h2", 0.35),
    "w5": ("h1", "p", 0.41),
    "w6": ("h2", "p", 0.41),
}
WEIGHTED_SUMS = {"h1": "z1", "h2": "z2", "p": "z3"}
BELOW = ("x2", "h2", "E")  # what has its numbers below it, all others above


@in_house_style
def draw_trace(trace: Trace, *, passes: str = "both") -> Figure:
    """The 2-2-1 network with the numbers of a trace, linear or sigmoid.

    `passes` is 'forward' (inputs, weights, values of the units, error; arrows to the right),
    'backward' (the derivatives of the error; arrows to the left) or 'both', one below the other.
    Numbers are rounded to five significant digits, the error to seven. Raises ValueError for
    another `passes`.
    """
    known = {"forward": ["forward"], "backward": ["backward"], "both": ["forward", "backward"]}
    if passes not in known:
        raise ValueError(f"unknown passes {passes!r}; known are {', '.join(known)}")
    panels = known[passes]
    axes = new_canvas(PANEL_HEIGHT * (0.5 - len(panels)), PANEL_HEIGHT / 2)
    for number, panel in enumerate(panels):
        draw_pass(axes, trace, panel, middle=-PANEL_HEIGHT * number)
    return axes.figure


def draw_pass(axes: Axes, trace: Trace, panel: str, middle: float) -> None:
    """One panel of draw_trace, the 'forward' or the 'backward' pass, about the height `middle`."""
    forward = panel == "forward"
    color, line = (FORWARD, "-") if forward else (BACKWARD, "--")
    prefix = "" if forward else "∂E/∂"
    heading = (
        "Forward pass: values, left to right"
        if forward
        else "Backward pass: derivatives of the error, right to left"
    )
    write(axes, (0.9, middle + 1.66), heading, color, ha="left", fontsize=LARGE)
    nodes = {
        symbol: draw_node(axes, (x, middle + y), symbol, kind)
        for symbol, (x, y, kind) in PLACES.items()
    }
    draw_arrow(axes, nodes["y"], nodes["E"], MUTED, ":")
    pairs = [(nodes[start], nodes[end]) for start, end, _ in EDGES.values()]
    pairs += [(nodes["p"], nodes["E"])]
    pairs += [(Node((0.23, middle + 1.66)), Node((0.77, middle + 1.66)))]  # beside the heading
    for left, right in pairs:
        draw_arrow(axes, *((left, right) if forward else (right, left)), color, line)
    for weight, (start, end, fraction) in EDGES.items():
        text = equation(trace, prefix + weight, sign="\n")
        write(axes, along(nodes[start], nodes[end], fraction), text, color)
    for symbol, (_, _, kind) in PLACES.items():
        if not forward and kind in ("input", "error"):
            continue  # no derivative is taken by what is given, nor of the error by itself
        symbols = [symbol]
        if symbol in WEIGHTED_SUMS and has_quantity(trace, WEIGHTED_SUMS[symbol]):
            symbols.insert(0 if forward else 1, WEIGHTED_SUMS[symbol])  # in order of computation
        text = "\n".join(equation(trace, prefix + symbol) for symbol in symbols)
        write_beside(axes, nodes[symbol], text, color, above=symbol not in BELOW)


def has_quantity(trace: Trace, symbol: str) -> bool:
    """Whether the trace has computed that quantity: a linear one has no weighted sums."""
    return any(quantity.symbol == symbol for quantity in trace.quantities)


def equation(trace: Trace, symbol: str, sign: str = " = ") -> str:
    """A quantity of the trace with its value, such as 'h1 = 0.85'."""
    return as_text(symbol) + sign + as_decimal(trace[symbol], 7 if symbol == "E" else 5)


@in_house_style
def draw_update(trace: Trace) -> Figure:
    """The six weights before and after the step of a trace, an arrow from one to the other."""
    axes = new_plot(3.4, xlabel="weight")
    before = np.array([float(trace[weight]) for weight in WEIGHTS])
    after = np.array([float(weight) for weight in trace.new_weights])
    rows = np.arange(len(WEIGHTS))
    axes.plot(before, rows, "o", color=MUTED, label="before the step", zorder=3)
    axes.plot(after, rows, "s", color=FORWARD, label="after the step", zorder=3)
    arrow = {"arrowstyle": "-|>", "color": FORWARD, "shrinkA": 3, "shrinkB": 3}
    for row, (old, new) in enumerate(zip(before, after)):
        axes.annotate("", (new, row), (old, row), zorder=2, arrowprops=arrow)
        outwards = 8 if new >= old else -8
        for value, offset, color in ((old, -outwards, MUTED), (new, outwards, FORWARD)):
            axes.annotate(
                as_decimal(value),
                (value, row),
                (offset, 0),
                color=color,
                va="center",
                ha="left" if offset > 0 else "right",
                textcoords="offset points",
                fontsize=SMALL,
            )
    axes.set_yticks(rows, [as_text(weight) for weight in WEIGHTS], fontsize=LARGE)
    axes.grid(axis="y", visible=False)
    axes.invert_yaxis()
    axes.margins(x=0.2, y=0.1)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    return axes.figure


@in_house_style
def draw_computation_graph(
    nodes: Mapping[str, tuple[float, float, str]],
    edges: Sequence[tuple[str, str]],
    values: Mapping[str, Label] | None = None,
    gradients: Mapping[str, Label] | None = None,
    *,
    title: str | None = None,
) -> Figure:
    """A graph of operations, from left to right.

    `nodes` maps a name to (column, row, label), columns counted from the left and rows from the
    top; `edges` are pairs of names. A node that no edge enters is given and drawn square, all
    others round. `values` stand in blue above their nodes, `gradients`, the derivatives of the
    result by each, in orange below. Raises ValueError for a name that is not in `nodes`.
    """
    values, gradients = values or {}, gradients or {}
    check_names(nodes, edges, values, gradients)
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
    for start, end in edges:
        draw_arrow(axes, drawn[start], drawn[end], MUTED)
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
    return axes.figure


@in_house_style
def plot_matrix_product(rows: int, inputs: int, outputs: int) -> Figure:
    """The shapes in Z = A_in @ W + b as rectangles, for `rows` samples.

    The sides are not to scale, but equal numbers have equal lengths. The two sides that must agree
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
    matching = {"color": ORANGE, "linewidth": 4, "linestyle": (0, (2, 1)), "marker": ""}
    axes.plot([2.41 - half, 2.41 + half], [lengths["samples"] / 2] * 2, **matching)
    axes.plot([3.99 - lengths["outputs"] / 2] * 2, [-half, half], **matching)
    agreement = f"the dashed sides must agree: {inputs} inputs"
    write(axes, (WIDTH / 2, -1.75), agreement, ORANGE, va="baseline")
    return axes.figure


@in_house_style
def plot_timeline(events: Sequence[tuple[int, str]]) -> Figure:
    """Events, (year, label), from the earliest at the top, with a line to scale at the left."""
    if not events:
        raise ValueError("there are no events: give at least one (year, label)")
    line_height, gap = 0.19, 0.14
    events = sorted(events, key=lambda event: event[0])
    labels = [fill(label, 52) for _, label in events]
    heights = [line_height * (label.count("\n") + 1) + gap for label in labels]
    total = sum(heights)
    years = np.array([year for year, _ in events], dtype=float)
    span = max(years[-1] - years[0], 1)
    dots = -heights[0] / 2 - (years - years[0]) / span * (total - (heights[0] + heights[-1]) / 2)
    places = spread(dots, heights, -total)
    axes = new_canvas(-total - 0.15, 0.15)
    axes.plot([0.3, 0.3], [dots[0], dots[-1]], "-", color=MUTED, marker="")
    axes.plot([0.3] * len(dots), dots, "o", color=BLUE)
    for (year, _), label, dot, place in zip(events, labels, dots, places):
        axes.plot([0.36, 0.75, 0.85], [dot, place, place], "-", color=MUTED, marker="", linewidth=1)
        axes.text(0.92, place, str(year), va="center", color=BLUE, weight="bold")
        axes.text(1.5, place, label, va="center", linespacing=1.1)
    return axes.figure


# Curves


@in_house_style
def plot_predictions(predictions: Sequence[float], target: float) -> Figure:
    """The prediction after 0, 1, 2, … steps of training, and the target that it approaches."""
    values = finite_numbers(predictions, "predictions")
    axes = new_plot(xlabel="step", ylabel="prediction $p$")
    axes.plot(values, label="prediction", markersize=4)
    axes.axhline(
        float(target),
        color=ORANGE,
        linestyle="--",
        marker="",
        label=f"target {as_text('y')} = {as_text(float(target))}",
    )
    axes.legend()
    return axes.figure


@in_house_style
def plot_error_curve(
    history: History | Mapping[str, Sequence[float]] | Sequence[float],
    *,
    xlabel: str = "epoch",
    ylabel: str = "loss",
    log: bool = False,
) -> Figure:
    """A curve of the loss, or several curves by name, counted from 1.

    `history` is what training returned, a mapping of names to numbers, or the numbers of one curve.
    A pandas Series keeps its own index. `log` makes the vertical scale logarithmic. Raises
    ValueError for no curves or numbers, numbers that are not finite, and more curves than six.
    """
    curves = named_curves(history, ylabel)
    axes = new_plot(xlabel=xlabel, ylabel=ylabel)
    for name, curve in curves.items():
        axes.plot(curve.index, curve, label=name, markevery=max(1, len(curve) // 10))
    if log:
        axes.set_yscale("log")
    if all(np.array_equal(curve.index, np.round(curve.index)) for curve in curves.values()):
        axes.xaxis.get_major_locator().set_params(integer=True)
    if len(curves) > 1:
        axes.legend()
    return axes.figure


@in_house_style
def plot_slope(
    function: Function,
    derivative: Function,
    at: float,
    *,
    span: tuple[float, float],
    rate: float | None = None,
    xlabel: str = WEIGHT_LABEL,
    ylabel: str = ERROR_LABEL,
) -> Figure:
    """A curve over `span`, its tangent at one point, and the step downhill from there.

    With a learning `rate` the step is −rate · slope; without one the arrow shows its direction.
    """
    check_span(span)
    slope, height = float(derivative(at)), float(function(at))
    reach = span[1] - span[0]
    axes = new_plot(xlabel=xlabel, ylabel=ylabel)
    plot_function(axes, function, span, ylabel)
    plot_line_through(axes, (at, height), slope, 0.2 * reach, f"tangent, slope {as_text(slope)}")
    step = -np.sign(slope) * 0.15 * reach if rate is None else -rate * slope
    axes.annotate(
        "",
        (at + step, height),
        (at, height),
        arrowprops={
            "arrowstyle": "-|>",
            "color": GREEN,
            "linewidth": 2.5,
            "shrinkA": 4,
            "shrinkB": 0,
            "mutation_scale": 16,
        },
    )
    text = "downhill" if rate is None else f"step {as_text(step)}"
    axes.plot([], [], color=GREEN, linestyle="-", marker=">", markevery=[1], label=text)
    axes.plot([at], [height], "o", color=INK, zorder=3)
    if rate is not None:
        axes.plot([at + step] * 2, [height, function(at + step)], ":", color=GREEN, marker="")
        axes.plot([at + step], [function(at + step)], "s", color=GREEN, zorder=3)
    axes.legend()
    return axes.figure


@in_house_style
def plot_descent(
    function: Function,
    points: Sequence[float],
    *,
    span: tuple[float, float] | None = None,
    xlabel: str = WEIGHT_LABEL,
    ylabel: str = ERROR_LABEL,
) -> Figure:
    """A curve, and on it the successive points of gradient descent, from the first to the last."""
    points = finite_numbers(points, "points")
    if span is None:
        margin = 0.25 * (np.ptp(points) or 1)
        span = (points.min() - margin, points.max() + margin)
    check_span(span)
    heights = np.array([float(function(point)) for point in points])
    axes = new_plot(xlabel=xlabel, ylabel=ylabel)
    plot_function(axes, function, span, ylabel)
    steps = len(points) - 1
    axes.plot(
        points,
        heights,
        "--",
        color=ORANGE,
        marker="o",
        markersize=5,
        label=f"{steps} step{'s' if steps != 1 else ''}",
    )
    axes.plot(points[:1], heights[:1], "D", color=INK, label="start", zorder=3)
    axes.plot(points[-1:], heights[-1:], "s", color=GREEN, label="end", zorder=3)
    axes.legend()
    return axes.figure


@in_house_style
def plot_activation(
    names: Sequence[str] = ("sigmoid", "tanh", "relu", "identity"),
) -> Figure:
    """Activation functions at the left, at the right their derivatives, between −4 and 4."""
    check_count(names)
    activations = [get_activation(name) for name in names]
    functions, derivatives = new_plots(2, 3.7, xlabel="weighted sum $z$")
    z = np.linspace(-4, 4, 401)
    for number, activation in enumerate(activations):
        output = activation.function(z)
        marked = slice(20 + 10 * number, None, 80)  # beside each other where curves coincide
        functions.plot(z, output, label=activation.name, markevery=marked)
        derivatives.plot(z, activation.derivative(output), markevery=marked)
    functions.set_title("function $f(z)$")
    derivatives.set_title("derivative $f\\,'(z)$")
    functions.figure.legend(loc="outside lower center", ncols=4, frameon=False)
    return functions.figure


@in_house_style
def plot_central_difference(
    function: Function,
    at: float,
    step: float,
    *,
    derivative: Function | None = None,
    span: tuple[float, float] | None = None,
    xlabel: str = WEIGHT_LABEL,
    ylabel: str = ERROR_LABEL,
) -> Figure:
    """A curve, its chord between `at` − `step` and `at` + `step`, and its tangent at `at`.

    Without `derivative` the tangent's slope is that of a chord a thousand times as short.
    """
    if not step > 0:
        raise ValueError(f"the step is {step}: give a number greater than 0")
    span = span or (at - 2 * step, at + 2 * step)
    check_span(span)
    slope = float(derivative(at)) if derivative else chord_slope(function, at, step / 1000)
    ends = np.array([at - step, at + step])
    heights = [float(function(end)) for end in ends]
    axes = new_plot(xlabel=xlabel, ylabel=ylabel)
    plot_function(axes, function, span, ylabel)
    chord = f"chord, slope {as_text(chord_slope(function, at, step))}"
    axes.plot(ends, heights, "-.", color=GREEN, marker="s", label=chord)
    point = (at, float(function(at)))
    plot_line_through(axes, point, slope, 1.3 * step, f"tangent, slope {as_text(slope)}")
    axes.plot(*([number] for number in point), "o", color=INK, zorder=3)
    axes.legend()
    return axes.figure


@in_house_style
def plot_error_against_step(
    steps: Sequence[float], forward_errors: Sequence[float], central_errors: Sequence[float]
) -> Figure:
    """How far numerical derivatives are off, against their step, both on logarithmic scales.

    An error of exactly 0 has no place on such a scale and is left out.
    """
    check_lengths(steps=steps, forward_errors=forward_errors, central_errors=central_errors)
    axes = new_plot(xlabel="step $\\varepsilon$", ylabel="error of the derivative")
    for name, errors in (("one-sided", forward_errors), ("central", central_errors)):
        errors = np.asarray(errors, dtype=float)
        shown = errors > 0
        axes.loglog(np.asarray(steps, dtype=float)[shown], errors[shown], label=name)
    axes.legend()
    return axes.figure


# Scores, classes and speeds


@in_house_style
def plot_scores(
    groups: Mapping[str, Sequence[float]],
    *,
    xlabel: str = "accuracy",
    number_format: str = ".3f",
) -> Figure:
    """A dot for each score, a row for each named group, with mean ± standard deviation beside it.

    The standard deviation is that of the scores shown (divided by their number). Dots are moved
    up and down a little, always in the same way, so that equal scores stay visible.
    """
    if not groups:
        raise ValueError("there are no groups of scores: give at least one")
    groups = {name: finite_numbers(scores, name) for name, scores in groups.items()}
    axes = new_plot(1.1 + 0.65 * len(groups), xlabel=xlabel)
    for row, scores in enumerate(groups.values()):
        mean, deviation = scores.mean(), scores.std()
        heights = row - 0.12 + jitter(len(scores))
        axes.plot(scores, heights, "o", color=BLUE, alpha=0.6, markersize=4.5)
        axes.errorbar(mean, row + 0.28, xerr=deviation, fmt="D", color=ORANGE, capsize=4)
        axes.text(
            1.02,
            row,
            f"{mean:{number_format}} ± {deviation:{number_format}}",
            va="center",
            transform=axes.get_yaxis_transform(),
        )
    axes.text(
        1.02,
        1.02,
        "mean ± standard\ndeviation",
        color=MUTED,
        fontsize=SMALL,
        transform=axes.transAxes,
    )
    axes.set_yticks(range(len(groups)), [fill(name, 20) for name in groups])
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    return axes.figure


@in_house_style
def plot_confusion(
    matrix: ArrayLike, class_names: Sequence[str], *, title: str | None = None
) -> Figure:
    """Counts of samples: a row for each true class, a column for each predicted one.

    The deeper the tint, the larger the share of its row; blue on the diagonal, where prediction and
    truth agree, and orange elsewhere. Raises ValueError unless the matrix is square and of whole
    numbers, with a name for each class.
    """
    counts = np.asarray(matrix)
    size = len(class_names)
    if counts.shape != (size, size) or not np.issubdtype(counts.dtype, np.integer):
        raise ValueError(
            f"the matrix has shape {counts.shape} and type {counts.dtype}: {size} class names "
            f"need whole numbers of shape ({size}, {size})"
        )
    axes = new_plot(max(3.2, 1 + 0.5 * size), xlabel="predicted", ylabel="true")
    for (true, predicted), count in np.ndenumerate(counts):
        share = count / max(counts[true].sum(), 1)
        agrees = true == predicted
        axes.add_patch(
            Rectangle(
                (predicted - 0.5, true - 0.5),
                1,
                1,
                edgecolor=GRID,
                facecolor=to_rgba(BLUE if agrees else ORANGE, TINT * share),
            )
        )
        axes.text(
            predicted,
            true,
            str(count),
            ha="center",
            va="center",
            weight="bold" if agrees else "normal",
        )
    axes.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5), title=title)
    axes.set_xticks(range(size), class_names)
    axes.set_yticks(range(size), class_names)
    axes.grid(visible=False)
    return axes.figure


@in_house_style
def plot_features(
    X: ArrayLike,
    labels: Sequence[int],
    feature_names: Sequence[str],
    class_names: Sequence[str],
    *,
    columns: tuple[int, int] = (0, 1),
) -> Figure:
    """Two features of the samples X, (samples, features), against each other, a marker a class.

    `labels` are whole numbers, places in `class_names`; `columns` are the two features' places.
    """
    X, labels = np.asarray(X), np.asarray(labels)
    check_lengths(X=X, labels=labels)
    check_lengths(feature_names=feature_names, columns_of_X=X.T)
    if not set(labels.tolist()) <= set(range(len(class_names))):
        raise ValueError(f"labels must be whole numbers from 0 to {len(class_names) - 1}")
    across, up = columns
    check_count(class_names)
    axes = new_plot(4, xlabel=feature_names[across], ylabel=feature_names[up])
    for label, name in enumerate(class_names):
        chosen = X[labels == label]
        axes.plot(chosen[:, across], chosen[:, up], linestyle="", alpha=0.75, label=name)
    axes.legend()
    return axes.figure


@in_house_style
def plot_images(
    images: ArrayLike,
    *,
    titles: Sequence[str] | None = None,
    columns: int = 10,
    signed: bool = False,
) -> Figure:
    """Small images, (count, rows, columns), in a grid, each with its title below it.

    Grey from 0, the paper, to the largest number, the ink. With `signed` each image has a scale of
    its own, symmetric about 0: orange below, white at 0, blue above. Raises ValueError for images
    of another shape and for a wrong count of titles.
    """
    images = np.asarray(images, dtype=float)
    if images.ndim != 3 or len(images) == 0:
        raise ValueError(
            f"images have the shape {images.shape}: give (count, rows, columns), at least one"
        )
    titles = [""] * len(images) if titles is None else list(titles)
    check_lengths(images=images, titles=titles)
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    cell = WIDTH / columns
    lines = max(title.count("\n") + 1 if title else 0 for title in titles)
    figure, axes = plt.subplots(
        rows, columns, figsize=(WIDTH, rows * (cell + 0.2 * lines)), squeeze=False
    )
    colors = LinearSegmentedColormap.from_list("signed", [ORANGE, "white", BLUE])
    for place, part in enumerate(axes.flat):
        part.axis("off")
        if place < len(images):
            largest = np.abs(images[place]).max() or 1.0
            if signed:
                part.imshow(images[place], cmap=colors, vmin=-largest, vmax=largest)
            else:
                part.imshow(images[place], cmap="gray_r", vmin=0, vmax=largest)
            part.text(0.5, -0.04, titles[place], ha="center", va="top", transform=part.transAxes)
    return figure


@in_house_style
def plot_paths(
    function: Callable[[np.ndarray, np.ndarray], np.ndarray],
    paths: Mapping[str, ArrayLike],
    *,
    span: tuple[tuple[float, float], tuple[float, float]],
    lowest: tuple[float, float] | None = None,
    xlabel: str = "$w_1$",
    ylabel: str = "$w_2$",
) -> Figure:
    """Paths of optimizers, each (steps, 2), on the height lines of a function of two weights.

    `function` takes two arrays of the same shape; `span` has the ends of both axes; `lowest` marks
    the lowest point with a cross.
    """
    check_count(paths)
    for ends in span:
        check_span(ends)
    paths = {name: np.asarray(path, dtype=float) for name, path in paths.items()}
    for name, path in paths.items():
        if path.ndim != 2 or path.shape[1] != 2:
            raise ValueError(f"the path {name!r} has the shape {path.shape}: give (steps, 2)")
    axes = new_plot(4.2, xlabel=xlabel, ylabel=ylabel)
    w1, w2 = np.meshgrid(*(np.linspace(*ends, 201) for ends in span))
    heights = function(w1, w2)
    low, high = heights.min(), heights.max()
    levels = low + (high - low) * np.linspace(0.02, 1, 14) ** 2.5
    axes.contour(w1, w2, heights, levels=levels, colors=MUTED, linewidths=0.7, linestyles="-")
    axes.grid(visible=False)
    for name, path in paths.items():
        axes.plot(path[:, 0], path[:, 1], label=name, markersize=4, linewidth=1.5)
    if lowest is not None:
        axes.plot(*([number] for number in lowest), "P", color=INK, markersize=9, label="lowest")
    axes.set(xlim=span[0], ylim=span[1])
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
    return axes.figure


@in_house_style
def plot_speed_ratio(ratios: Mapping[str, float], *, baseline: str = "loops") -> Figure:
    """How many times as fast as the baseline each case is: bars on a logarithmic scale from 1."""
    values = finite_numbers(list(ratios.values()), "ratios")
    if not (values > 0).all():
        raise ValueError(f"ratios must be greater than 0, and these are {ratios}")
    axes = new_plot(0.9 + 0.45 * len(ratios), xlabel=f"times as fast as {baseline}")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.barh(range(len(values)), values - 1, left=1, height=0.6, color=BLUE)
    for row, value in enumerate(values):
        axes.annotate(
            f"{as_decimal(value, 3)}×",
            (max(value, 1), row),
            (6, 0),
            va="center",
            textcoords="offset points",
        )
    axes.axvline(1, color=INK, linestyle="--", marker="", linewidth=1)
    axes.set_yticks(range(len(ratios)), [fill(name, 20) for name in ratios])
    axes.set_xlim(min(0.8, values.min() / 1.5), max(1.5, values.max() * 2.5))
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    return axes.figure


# What the drawings are made of: canvases in inches, nodes, arrows and texts


@dataclass(frozen=True)
class Node:
    """Where a node stands on its canvas, and the shape at whose rim arrows end, if it has one."""

    place: tuple[float, float]
    shape: Patch | None = None


def new_canvas(bottom: float, top: float, title: str | None = None) -> Axes:
    """A figure without axes on which one unit is one inch, from (0, bottom) to (WIDTH, top)."""
    title_top = top + (0.4 if title else 0)
    figure = plt.figure(figsize=(WIDTH, title_top - bottom), layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(bottom, title_top))
    axes.axis("off")
    if title:
        write(axes, (WIDTH / 2, top + 0.1), title, fontsize=LARGE)
    return axes


def draw_node(axes: Axes, place: tuple[float, float], label: Label, kind: str) -> Node:
    """A node of one `kind`: 'input' (square), 'hidden' (round), 'output' (two rings) or 'error'."""
    (x, y), width, height = place, node_width(axes, label, kind), 2 * NODE_RADIUS
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


def draw_arrow(axes: Axes, start: Node, end: Node, color: str, line: str = "-") -> None:
    """An arrow from the rim of one node to the rim of another."""
    axes.add_patch(
        FancyArrowPatch(
            start.place,
            end.place,
            patchA=start.shape,
            patchB=end.shape,
            shrinkA=0,
            shrinkB=1,
            arrowstyle="-|>",
            mutation_scale=11,
            color=color,
            linestyle=line,
            linewidth=1.3,
        )
    )


def write(
    axes: Axes, place: tuple[float, float], text: str, color: str = INK, **settings: object
) -> Text:
    """Small text about `place`, on a piece of paper that hides the lines below it."""
    settings = {"ha": "center", "va": "center", "fontsize": SMALL} | settings
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
    """The point that lies at `fraction` of the way from one node to the other."""
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


# Where things stand


def row_heights(size: int, spacing: float) -> dict[int, float]:
    """The height of each node of a layer that is drawn, the first at the top, about 0."""
    shown = list(range(size))
    if size > SHOWN_NEURONS:
        shown = [*range(SHOWN_NEURONS // 2), None, size - 1]  # None is where the dots stand
    top = spacing * (len(shown) - 1) / 2
    return {index: top - spacing * row for row, index in enumerate(shown) if index is not None}


def label_fraction(inputs: int, outputs: int) -> float:
    """Where on its edge a weight is written so that no two of a layer's labels collide.

    At 1 / (1 + outputs) of the way the labels of all edges stand in one column at equal distances;
    seen from the other end, so they do at 1 / (1 + inputs). The smaller number leaves more room.
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
    return margin + np.cumsum(widths + gap) - gap - widths / 2


def side_lengths(*sizes: int) -> np.ndarray:
    """Lengths in inches for the sides of matrices: growing with the size, yet all visible."""
    return 0.4 + 1.1 * np.log(sizes) / np.log(max(*sizes, 2))


def spread(places: np.ndarray, heights: Sequence[float], bottom: float) -> list[float]:
    """Places of that order, from the top, as near to `places` as boxes of `heights` allow."""
    spread_places = []
    free = 0.0
    left = sum(heights)
    for place, height in zip(places, heights):
        left -= height  # what must still fit below this one
        place = min(free - height / 2, max(place, bottom + left + height / 2))
        spread_places.append(place)
        free = place - height / 2
    return spread_places


def jitter(count: int) -> np.ndarray:
    """`count` numbers between −0.2 and 0.2, spread evenly: multiples of the golden ratio."""
    return (np.arange(count) * 0.618034) % 1 * 0.4 - 0.2


# What the plots are made of


def new_plots(count: int, height: float = 3.6, **labels: str) -> list[Axes]:
    """A figure with `count` axes beside each other, all with the same labels."""
    _, axes = plt.subplots(1, count, figsize=(WIDTH, height), squeeze=False)
    for part in axes.flat:
        part.set(**labels)
    return list(axes.flat)


def new_plot(height: float = 3.6, **labels: str) -> Axes:
    """A figure with one pair of axes."""
    return new_plots(1, height, **labels)[0]


def plot_function(axes: Axes, function: Function, span: tuple[float, float], label: str) -> None:
    """The curve of `function` over `span`. Calls it with one number at a time."""
    x = np.linspace(*span, 201)
    axes.plot(x, [float(function(value)) for value in x], color=BLUE, marker="", label=label)


def plot_line_through(
    axes: Axes, point: tuple[float, float], slope: float, reach: float, label: str
) -> None:
    """A straight line through a point, `reach` to either side of it."""
    x, y = point
    axes.plot(
        [x - reach, x + reach],
        [y - reach * slope, y + reach * slope],
        "--",
        color=ORANGE,
        marker="",
        label=label,
    )


def chord_slope(function: Function, at: float, step: float) -> float:
    """The central difference (f(at + step) − f(at − step)) / 2·step."""
    return (float(function(at + step)) - float(function(at - step))) / (2 * step)


def named_curves(
    history: History | Mapping[str, Sequence[float]] | Sequence[float], name: str
) -> dict[str, pd.Series]:
    """Curves by name, each a Series that is indexed by where its numbers belong."""
    if isinstance(history, History):
        history = history.frame()["loss"]
    if not isinstance(history, Mapping):
        history = {name: history}
    check_count(history)
    return {
        name: pd.Series(
            finite_numbers(curve, name),
            index=curve.index if isinstance(curve, pd.Series) else range(1, len(curve) + 1),
        )
        for name, curve in history.items()
    }


# Checks at the door


def finite_numbers(values: ArrayLike, name: str) -> np.ndarray:
    """The values as a flat array of floats. Raises ValueError unless there are some, all finite."""
    numbers = np.asarray(values, dtype=float)
    if numbers.ndim != 1 or numbers.size == 0 or not np.isfinite(numbers).all():
        raise ValueError(f"{name!r} must be a list of finite numbers, with at least one in it")
    return numbers


def check_span(span: tuple[float, float]) -> None:
    """Raise ValueError unless the span runs from a lower to a higher number."""
    if not span[0] < span[1]:
        raise ValueError(f"span is {span}: give the lower and then the higher end")


def check_count(curves: Sequence[object] | Mapping[str, object]) -> None:
    """Raise ValueError for no curves, and for more than can be told apart."""
    if not 1 <= len(curves) <= len(SERIES):
        raise ValueError(f"{len(curves)} curves: give between 1 and {len(SERIES)}")


def check_lengths(**parts: Sequence[object]) -> None:
    """Raise ValueError unless all parts have the same length."""
    if len({len(part) for part in parts.values()}) > 1:
        lengths = ", ".join(f"{name} has {len(part)}" for name, part in parts.items())
        raise ValueError(f"the lengths must agree: {lengths}")


def check_sizes(**sizes: int) -> None:
    """Raise ValueError unless each size is a whole number of at least 1."""
    for name, size in sizes.items():
        if not isinstance(size, int) or size < 1:
            raise ValueError(f"{name} is {size!r}: give a whole number of at least 1")


def check_labels(
    layer_sizes: Sequence[int],
    labels: Sequence[Sequence[Label]] | None,
    weight_labels: Sequence[ArrayLike] | None,
) -> None:
    """Raise ValueError unless there is a label for each node, and one for each weight."""
    if labels is not None and [len(layer) for layer in labels] != list(layer_sizes):
        raise ValueError(
            f"labels for layers of {[len(layer) for layer in labels]} nodes: "
            f"this network has {list(layer_sizes)}"
        )
    shapes = list(pairwise(layer_sizes))
    if weight_labels is not None and [np.shape(table) for table in weight_labels] != shapes:
        raise ValueError(
            f"weight_labels has tables of shapes {[np.shape(table) for table in weight_labels]}: "
            f"this network needs {shapes}, (inputs, outputs) of each layer"
        )


def check_names(
    nodes: Mapping[str, object], edges: Sequence[tuple[str, str]], *others: Mapping[str, object]
) -> None:
    """Raise ValueError for no nodes and for a name of an edge or a number that no node has."""
    if not nodes:
        raise ValueError("the graph has no nodes: give at least one")
    unknown = {name for edge in edges for name in edge}.union(*others) - set(nodes)
    if unknown:
        raise ValueError(f"no node is named {sorted(unknown)}; known are {', '.join(nodes)}")
