"""The 2-2-1 network computed by hand: its trace, its update, its predictions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from backprop.byhand import WEIGHTS, Trace, as_decimal
from backprop.figures.canvas import (
    Node,
    along,
    as_text,
    draw_arrow,
    draw_node,
    new_canvas,
    write,
    write_beside,
)
from backprop.figures.checks import finite_numbers
from backprop.figures.style import (
    BACKWARD,
    FORWARD,
    LARGE,
    MUTED,
    ORANGE,
    SMALL,
    figure_of,
    in_house_style,
    new_plot,
)

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
        raise ValueError(f"unknown passes {passes!r}: choose from {', '.join(known)}")
    panels = known[passes]
    axes = new_canvas(PANEL_HEIGHT * (0.5 - len(panels)), PANEL_HEIGHT / 2)
    for number, panel in enumerate(panels):
        draw_pass(axes, trace, panel, middle=-PANEL_HEIGHT * number)
    return figure_of(axes)


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
    pairs += [(Node((0.23, middle + 1.66)), Node((0.77, middle + 1.66)))]  # next to the heading
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
    return figure_of(axes)


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
    return figure_of(axes)
