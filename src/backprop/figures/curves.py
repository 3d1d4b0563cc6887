"""Curves: losses, slopes, descents, activation functions, and paths over contour lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from backprop.activations import get_activation
from backprop.figures.canvas import as_text
from backprop.figures.checks import check_count, check_lengths, check_span, finite_numbers
from backprop.figures.style import (
    BLUE,
    ERROR_LABEL,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    SERIES,
    WEIGHT_LABEL,
    WIDTH,
    Function,
    figure_of,
    in_house_style,
    label_plainly,
    new_grid,
    new_plot,
    new_plots,
)
from backprop.training import History


@in_house_style
def plot_error_curve(
    history: History | Mapping[str, Sequence[float]] | Sequence[float],
    *,
    xlabel: str = "epoch",
    ylabel: str = "loss",
    log: bool = False,
    log_x: bool = False,
    legend: str = "best",
) -> Figure:
    """A curve of the loss, or several curves by name, counted from 1.

    `history` is what training returned, a mapping of names to numbers, or the numbers of one curve.
    A pandas Series keeps its own index. `log` makes the vertical scale logarithmic, `log_x` the
    horizontal one. `legend` is the place of the names of several curves, such as "lower right".
    Raises ValueError for no curves or numbers, numbers that are not finite, and more curves than
    six.
    """
    curves = named_curves(history, ylabel)
    axes = new_plot(xlabel=xlabel, ylabel=ylabel)
    for name, curve in curves.items():
        axes.plot(curve.index, curve, label=name, markevery=max(1, len(curve) // 10))
    if log:
        axes.set_yscale("log")
        low, high = axes.get_ylim()
        if high < 50 * low:  # too few powers of ten to read a curve by
            label_plainly(axes.yaxis, (1, 2, 3, 5))
    if log_x:
        axes.set_xscale("log")
        label_plainly(axes.xaxis, (1,))
    elif all(np.array_equal(curve.index, np.round(curve.index)) for curve in curves.values()):
        locator: Any = axes.xaxis.get_major_locator()
        locator.set_params(integer=True)
    if len(curves) > 1:
        place: Any = legend  # one of the places that matplotlib lists
        axes.legend(loc=place)
    return figure_of(axes)


@in_house_style
def plot_slope(
    function: Function,
    derivative: Function,
    at: float,
    *,
    span: tuple[float, float],
    learning_rate: float | None = None,
    xlabel: str = WEIGHT_LABEL,
    ylabel: str = ERROR_LABEL,
) -> Figure:
    """A curve over `span`, its tangent at one point, and the step downhill from there.

    With a `learning_rate` η the step is −η · slope; without one the arrow shows its direction.
    """
    check_span(span)
    slope, height = float(derivative(at)), float(function(at))
    reach = span[1] - span[0]
    axes = new_plot(xlabel=xlabel, ylabel=ylabel)
    plot_function(axes, function, span, ylabel)
    plot_line_through(axes, (at, height), slope, 0.2 * reach, f"tangent, slope {as_text(slope)}")
    step = -np.sign(slope) * 0.15 * reach if learning_rate is None else -learning_rate * slope
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
    text = "downhill" if learning_rate is None else f"step {as_text(step)}"
    axes.plot([], [], color=GREEN, linestyle="-", marker=">", markevery=[1], label=text)
    axes.plot([at], [height], "o", color=INK, zorder=3)
    if learning_rate is not None:
        axes.plot([at + step] * 2, [height, function(at + step)], ":", color=GREEN, marker="")
        axes.plot([at + step], [function(at + step)], "s", color=GREEN, zorder=3)
    axes.legend()
    return figure_of(axes)


@in_house_style
def plot_descent(
    function: Function,
    points: ArrayLike,
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
    return figure_of(axes)


@in_house_style
def plot_activation(
    names: Sequence[str] = ("sigmoid", "tanh", "relu", "identity"), *, close_up: bool = False
) -> Figure:
    """Activation functions on the left, their derivatives on the right, between −4 and 4.

    With `close_up` a second row shows both again for z < 0, magnified, so that curves close
    to 0 can be told apart. Raises ValueError for softmax, which is not a function of one number.
    """
    check_count(names)
    activations = [get_activation(name) for name in names]
    for activation in activations:
        if not activation.elementwise:
            raise ValueError(f"{activation.name!r} acts on a whole row: give elementwise functions")
    rows = 2 if close_up else 1
    axes = new_plots(2, 3.7 + 2.7 * (rows - 1), rows, xlabel="weighted sum $z$")
    z = np.linspace(-4, 4, 401)
    for functions, derivatives in zip(axes[::2], axes[1::2]):
        for number, activation in enumerate(activations):
            output = activation.function(z)
            marked = slice(20 + 10 * number, None, 80)  # side by side where curves coincide
            functions.plot(z, output, label=activation.name, markevery=marked)
            derivatives.plot(z, activation.delta(np.ones_like(z), z, output), markevery=marked)
    axes[0].set_title("function $f(z)$")
    axes[1].set_title("derivative $f\\,'(z)$")
    if close_up:
        axes[2].set(title="$f(z)$, magnified", xlim=(-4, 0.1), ylim=(-0.045, 0.025))
        axes[3].set(title="$f\\,'(z)$, magnified", xlim=(-4, 0.1), ylim=(-0.005, 0.025))
    figure = figure_of(axes[0])
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    return figure


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
    return figure_of(axes)


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
        heights = np.asarray(errors, dtype=float)
        shown = heights > 0
        axes.loglog(np.asarray(steps, dtype=float)[shown], heights[shown], label=name)
    axes.legend()
    return figure_of(axes)


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
    """Paths of optimizers, each (steps, 2), on the contour lines of a function of two weights.

    Each path has a panel of its own, with its name above it. Both axes have the same scale, so the
    steepest direction is at right angles to the contour lines. `function` takes two arrays of the
    same shape; `span` has the ends of both axes; `lowest` marks the minimum with a cross.
    """
    check_count(paths)
    for ends in span:
        check_span(ends)
    places = {name: np.asarray(path, dtype=float) for name, path in paths.items()}
    for name, path in places.items():
        if path.ndim != 2 or path.shape[1] != 2:
            raise ValueError(f"the path {name!r} has the shape {path.shape}: give (steps, 2)")
    (left, right), (bottom, top) = span
    panel = min(2.6, 0.65 * WIDTH * (top - bottom) / (right - left))
    height = 0.6 + len(places) * (panel + 0.35)
    figure, panels = new_grid(len(places), 1, height, sharex=True)
    w1, w2 = np.meshgrid(*(np.linspace(*ends, 201) for ends in span))
    heights = function(w1, w2)
    low, high = heights.min(), heights.max()
    levels = low + (high - low) * np.linspace(0.02, 1, 14) ** 2.5
    for axes, (name, path), look in zip(panels[:, 0], places.items(), SERIES):
        axes.contour(w1, w2, heights, levels=levels, colors=MUTED, linewidths=0.7, linestyles="-")
        axes.grid(visible=False)
        axes.plot(path[:, 0], path[:, 1], markersize=4, linewidth=1.5, **look)
        if lowest is not None:
            axes.plot(*([number] for number in lowest), "P", color=INK, markersize=9)
        axes.set(xlim=span[0], ylim=span[1], ylabel=ylabel, aspect="equal")
        axes.set_title(name, loc="left")
    panels[-1, 0].set_xlabel(xlabel)
    return figure


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
) -> dict[str, pd.Series[float]]:
    """Curves by name, each a Series that is indexed by where its numbers belong."""
    one: Any = history.frame()["loss"] if isinstance(history, History) else history
    curves = one if isinstance(one, Mapping) else {name: one}
    check_count(curves)
    return {
        name: pd.Series(
            finite_numbers(curve, name),
            index=curve.index if isinstance(curve, pd.Series) else range(1, len(curve) + 1),
        )
        for name, curve in curves.items()
    }
