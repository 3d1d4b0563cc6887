"""The look of every figure: one palette, one set of matplotlib settings, one width."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

PAPER = "#fdfcf9"
INK = "#1f2933"
MUTED = "#5f6c7b"
GRID = "#d9dee5"
BLUE = FORWARD = "#1f5fa8"
ORANGE = BACKWARD = "#b4530a"
GREEN = "#2f7d4f"
PURPLE = "#7a4aa0"
# By the names of the variables of a page, --figure-paper and so on, that replace them in the book.
PALETTE = {
    "paper": PAPER,
    "ink": INK,
    "muted": MUTED,
    "grid": GRID,
    "blue": BLUE,
    "orange": ORANGE,
    "green": GREEN,
    "purple": PURPLE,
}
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
    "font.family": "DejaVu Sans",  # included in matplotlib: the same on every machine
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
# The same bytes on every run: no date, and ids that follow from the content. Letters are shapes,
# since a reader may not have the font.
SVG = {"svg.fonttype": "path", "svg.hashsalt": "backprop"}
NO_METADATA = {"Creator": None, "Date": None, "Format": None, "Type": None}
WIDTH = 6.4  # of every figure, in inches, for a column of some 720 pixels
SMALL = 10  # points: the smallest text
LARGE = 12
TINT = 0.4  # the strongest background tint: ink on it keeps its contrast
WEIGHT_LABEL, ERROR_LABEL = "weight $w$", "error $E$"
Function = Callable[[float], float]
Arguments = ParamSpec("Arguments")


class SharpFigure(Figure):
    """A figure that a notebook shows as SVG, without any setting of the notebook's."""

    def as_svg(self) -> str:
        """The figure as one SVG element on one line: a notebook would store each of thousands."""
        file = io.StringIO()
        with plt.style.context(SVG, after_reset=True):
            self.savefig(file, format="svg", metadata=NO_METADATA)
        text = file.getvalue()
        return text[text.index("<svg") :].replace("\n", "")

    def _ipython_display_(self) -> None:
        """Show the figure; IPython asks an object for this first."""
        from IPython.display import publish_display_data

        publish_display_data({"image/svg+xml": self.as_svg(), "text/plain": repr(self)})


def in_house_style(function: Callable[Arguments, Figure]) -> Callable[Arguments, Figure]:
    """`function`, run with the settings of STYLE added to matplotlib's defaults."""

    @wraps(function)
    def styled(*arguments: Arguments.args, **keywords: Arguments.kwargs) -> Figure:
        with plt.style.context(STYLE, after_reset=True):
            figure = function(*arguments, **keywords)
            figure.draw_without_rendering()  # ticks get their style when they are first drawn
            return figure

    return styled


def new_plots(count: int, height: float = 3.6, rows: int = 1, /, **labels: str) -> list[Axes]:
    """A figure with `count` axes in each row, all with the same labels; row after row."""
    _, axes = new_grid(rows, count, height)
    for part in axes.flat:
        part.set(**labels)
    return list(axes.flat)


def new_grid(rows: int, columns: int, height: float, **settings: Any) -> tuple[Figure, np.ndarray]:
    """A figure with axes in `rows` and `columns`, and these axes as an array."""
    size = (WIDTH, height)
    return plt.subplots(
        rows, columns, figsize=size, squeeze=False, FigureClass=SharpFigure, **settings
    )


def new_plot(height: float = 3.6, **labels: str) -> Axes:
    """A figure with one pair of axes."""
    return new_plots(1, height, **labels)[0]


def figure_of(axes: Axes) -> Figure:
    """The figure to which the axes belong."""
    figure = axes.get_figure(root=True)
    assert figure is not None  # axes removed from their figure have none
    return figure


def label_plainly(axis: Axis, first_digits: tuple[int, ...] = (1, 2, 5)) -> None:
    """Labels of a logarithmic axis as plain numbers, at 1, 2, 5, 10 and so on, and nowhere else."""
    axis.set_major_locator(LogLocator(subs=first_digits))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())
