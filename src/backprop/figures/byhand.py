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
    BLUE,
    FORWARD,
    LARGE,
    MUTED,
    ORANGE,
    SMALL,
    figure_of,
    in_house_style,
    new_grid,
    new_plot,
)

# The 2-2-1 network of byhand: the place of each node, in inches from the middle of its panel, the
# place of each weight along its edge, and of the box with its derivative, if not next to it.
PANEL_HEIGHT = 3.75
KEY_HEIGHT = 0.3  # the line below the heading of the backward pass that explains the boxes
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
BOXES = {"w5": (4.3, 0.84), "w6": (4.3, -1.1)}
WEIGHTED_SUMS = {"h1": "z1", "h2": "z2", "p": "z3"}
BELOW = ("x2", "h2", "E")  # numbers below these nodes, above all others


@in_house_style
def draw_trace(trace: Trace, *, passes: str = "both", only: str | None = None) -> Figure:
    """The 2-2-1 network with the numbers of a trace, linear or sigmoid.

    `passes` is 'forward' (inputs, weights, outputs of the neurons, error; arrows to the right),
    'backward' (the derivatives of the error that arrive at the neurons, the weights that multiply
    them on their way, and in boxes the derivatives with respect to the weights; arrows to the left)
    or 'both', one below the other. With the name of a weight, `only` leaves out every number that
    is not on its path to the error. Numbers are rounded to five significant digits, the error to
    seven. Raises ValueError for another `passes` or weight.
    """
    choices = {"forward": ["forward"], "backward": ["backward"], "both": ["forward", "backward"]}
    if passes not in choices:
        raise ValueError(f"unknown passes {passes!r}: choose from {', '.join(choices)}")
    if only is not None and only not in EDGES:
        raise ValueError(f"unknown weight {only!r}: choose from {', '.join(EDGES)}")
    panels = choices[passes]
    heights = [PANEL_HEIGHT + (KEY_HEIGHT if panel == "backward" else 0) for panel in panels]
    bottoms = [-sum(heights[: number + 1]) for number in range(len(panels))]
    axes = new_canvas(bottoms[-1], 0)
    for panel, bottom in zip(panels, bottoms):
        draw_pass(axes, trace, panel, bottom + PANEL_HEIGHT / 2, path_of(only))
    return figure_of(axes)


def path_of(weight: str | None) -> list[str]:
    """The weights from `weight` to the error, inclusive; without a weight, all weights."""
    if weight is None:
        return list(EDGES)
    end = EDGES[weight][1]
    return [weight, *(above for above, (start, _, _) in EDGES.items() if start == end)]


def draw_pass(axes: Axes, trace: Trace, panel: str, middle: float, path: Sequence[str]) -> None:
    """One panel of draw_trace, the 'forward' or the 'backward' pass, about the height `middle`.

    Connections that are not on `path` are drawn without numbers.
    """
    forward = panel == "forward"
    color, line = (FORWARD, "-") if forward else (BACKWARD, "--")
    draw_heading(axes, trace, forward, middle)
    nodes = {
        symbol: draw_node(axes, (x, middle + y), symbol, kind)
        for symbol, (x, y, kind) in PLACES.items()
    }
    draw_arrow(axes, nodes["y"], nodes["E"], MUTED, ":")
    draw_arrow(axes, *in_direction(nodes["p"], nodes["E"], forward), color, line)
    for weight, (start, end, fraction) in EDGES.items():
        left, right = nodes[start], nodes[end]
        # No derivative is taken with respect to the inputs: nothing flows back to them.
        if weight in path and (forward or start in WEIGHTED_SUMS):
            draw_arrow(axes, *in_direction(left, right, forward), color, line)
            times = "" if forward else "× "
            text = f"{as_text(weight)}\n{times}{as_decimal(trace[weight], 5)}"
            write(axes, along(left, right, fraction), text, color)
        else:
            draw_connection(axes, left, right)
        if weight in path and not forward:
            place = along(left, right, fraction)
            if weight in BOXES:
                x, y = BOXES[weight]
                place = x, middle + y
                draw_connection(axes, Node(place), Node(along(left, right, 0.72)))
            write_boxed(axes, place, equation(trace, f"∂E/∂{weight}", sign="\n"), color)
    shown = {"E", "y", *(symbol for weight in path for symbol in EDGES[weight][:2])}
    shown &= set(PLACES) if forward else set(WEIGHTED_SUMS)
    for symbol in sorted(shown):
        write_numbers(axes, trace, symbol, nodes[symbol], forward)


def draw_heading(axes: Axes, trace: Trace, forward: bool, middle: float) -> None:
    """The name of a pass next to a sample of its arrows, and below it a key to the boxes."""
    color, line = (FORWARD, "-") if forward else (BACKWARD, "--")
    heading = (
        "Forward pass: values, left to right"
        if forward
        else "Backward pass: derivatives of the error, right to left"
    )
    top = middle + 1.66 + (0 if forward else KEY_HEIGHT)
    write(axes, (0.9, top), heading, color, ha="left", fontsize=LARGE)
    draw_arrow(axes, *in_direction(Node((0.23, top)), Node((0.77, top)), forward), color, line)
    if not forward:
        write_boxed(axes, (0.5, top - KEY_HEIGHT), "$\\partial E/\\partial w$", color)
        arriving = "$\\partial E/\\partial z$" if has_quantity(trace, "z3") else "derivative"
        key = f"= ({arriving} at the neuron) × (number that enters the connection)"
        write(axes, (0.9, top - KEY_HEIGHT), key, color, ha="left")


def write_numbers(axes: Axes, trace: Trace, symbol: str, node: Node, forward: bool) -> None:
    """The numbers of a pass at a node: its value, or the derivative with respect to it."""
    symbols = [symbol]
    if symbol in WEIGHTED_SUMS and has_quantity(trace, WEIGHTED_SUMS[symbol]):
        symbols.insert(0 if forward else 1, WEIGHTED_SUMS[symbol])  # in order of computation
    prefix, color = ("", FORWARD) if forward else ("∂E/∂", BACKWARD)
    text = "\n".join(equation(trace, prefix + symbol) for symbol in symbols)
    if symbol == "p" and not forward:  # to the right of the arrows that leave it
        x, y = node.place
        write(axes, (x - 0.3, y - 0.36), text, color, ha="left", va="top")
    else:
        write_beside(axes, node, text, color, above=symbol not in BELOW)


def in_direction(left: Node, right: Node, forward: bool) -> tuple[Node, Node]:
    """The two nodes in the order in which an arrow of the pass leads from one to the other."""
    return (left, right) if forward else (right, left)


def draw_connection(axes: Axes, start: Node, end: Node) -> None:
    """A thin grey line: the two belong together, but nothing flows."""
    places = np.transpose([start.place, end.place])
    axes.plot(*places, "-", color=MUTED, linewidth=0.8, marker="", zorder=1)


def write_boxed(axes: Axes, place: tuple[float, float], text: str, color: str) -> None:
    """Small text in a box with a frame: a result that is not passed on."""
    box = write(axes, place, text, color).get_bbox_patch()
    assert box is not None  # every text of the canvas has one
    box.set(edgecolor=color, linewidth=1, boxstyle="round,pad=0.2")


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
    """The prediction after 0, 1, 2, … steps of training, the target, and how far each step went."""
    values = finite_numbers(predictions, "predictions")
    figure, grid = new_grid(2, 1, 4.6, sharex=True, height_ratios=(2, 1))
    axes, changes = grid.flat
    axes.plot(values, label="prediction", markersize=4)
    axes.axhline(
        float(target),
        color=ORANGE,
        linestyle="--",
        marker="",
        label=f"target {as_text('y')} = {as_text(float(target))}",
    )
    axes.set_ylabel("prediction $p$")
    axes.legend()
    changes.bar(np.arange(1, len(values)), np.diff(values), color=BLUE, width=0.7)
    changes.set(xlabel="step", ylabel="change of $p$")
    return figure
