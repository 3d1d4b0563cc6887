"""Results: scores, confusions, features, images and speeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from backprop.byhand import as_decimal
from backprop.figures.checks import check_count, check_lengths, check_span, finite_numbers
from backprop.figures.style import (
    BLUE,
    GRID,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    SMALL,
    TINT,
    WIDTH,
    figure_of,
    in_house_style,
    label_plainly,
    new_grid,
    new_plot,
    new_plots,
)


@in_house_style
def plot_scores(
    groups: Mapping[str, Sequence[float]],
    *,
    xlabel: str = "accuracy",
    number_format: str = ".3f",
) -> Figure:
    """One dot per score and one row per named group, with mean ± standard deviation next to it.

    The standard deviation is that of the scores shown (divided by their number). Dots are moved
    up and down a little, always in the same way, so that equal scores stay visible.
    """
    if not groups:
        raise ValueError("there are no groups of scores: give at least one")
    numbers = {name: finite_numbers(scores, name) for name, scores in groups.items()}
    axes = new_plot(1.1 + 0.65 * len(groups), xlabel=xlabel)
    for row, scores in enumerate(numbers.values()):
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
    return figure_of(axes)


def jitter(count: int) -> np.ndarray:
    """`count` numbers between −0.2 and 0.2, spread evenly: multiples of the golden ratio."""
    return (np.arange(count) * 0.618034) % 1 * 0.4 - 0.2


@in_house_style
def plot_confusion(
    matrix: ArrayLike,
    class_names: Sequence[str],
    *,
    title: str | None = None,
    shade_mistakes: bool = False,
) -> Figure:
    """Counts of samples: one row per true class, one column per predicted class.

    The deeper the tint, the larger the proportion of its row; blue on the diagonal, where
    prediction and truth agree, and orange elsewhere. With `shade_mistakes` the orange is deepest at
    the largest count off the diagonal, so that rare mistakes are visible. Raises ValueError unless
    the matrix is square and of whole numbers, with a name for each class.
    """
    counts = np.asarray(matrix)
    size = len(class_names)
    if counts.shape != (size, size) or not np.issubdtype(counts.dtype, np.integer):
        raise ValueError(
            f"the matrix has shape {counts.shape} and type {counts.dtype}: {size} class names "
            f"need whole numbers of shape ({size}, {size})"
        )
    axes = new_plot(max(3.2, 1 + 0.5 * size), xlabel="predicted", ylabel="true")
    most_mistakes = (counts - np.diag(counts.diagonal())).max()
    for (true, predicted), count in np.ndenumerate(counts):
        agrees = true == predicted
        of = most_mistakes if shade_mistakes and not agrees else counts[true].sum()
        share = count / max(of, 1)
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
    return figure_of(axes)


@in_house_style
def plot_features(
    X: ArrayLike,
    labels: ArrayLike,
    feature_names: Sequence[str],
    class_names: Sequence[str],
    *,
    columns: tuple[int, int] = (0, 1),
) -> Figure:
    """Two features of the samples X, (samples, features), against each other, one marker per class.

    `labels` are indices of `class_names`; `columns` are the indices of the two features.
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
    return figure_of(axes)


@in_house_style
def plot_images(
    images: ArrayLike,
    *,
    titles: Sequence[str] | None = None,
    columns: int = 10,
    signed: bool = False,
) -> Figure:
    """Small images, (count, rows, columns), in a grid, each with its title below it.

    Grey from 0, the paper, to the largest number, the ink. With `signed` each image has its own
    scale, symmetric about 0: orange below, white at 0, blue above. Raises ValueError for images of
    another shape and for the wrong number of titles.
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
    figure, axes = new_grid(rows, columns, rows * (cell + 0.2 * lines))
    colors = LinearSegmentedColormap.from_list("signed", [ORANGE, "white", BLUE])
    for place, part in enumerate(axes.flat):
        part.axis("off")
        if place < len(images):
            largest = np.abs(images[place]).max() or 1.0
            look: dict[str, Any] = {"cmap": "gray_r", "vmin": 0}
            if signed:
                look = {"cmap": colors, "vmin": -largest}
            # Without interpolation each pixel stays one pixel of the file, drawn as a sharp square.
            part.imshow(images[place], vmax=largest, interpolation="none", **look)
            part.text(0.5, -0.04, titles[place], ha="center", va="top", transform=part.transAxes)
    return figure


@in_house_style
def plot_histograms(
    groups: Mapping[str, ArrayLike],
    *,
    span: tuple[float, float],
    bins: int = 20,
    xlabel: str = "output",
) -> Figure:
    """The distribution of each group's numbers over `span`: one panel per group.

    A bar is the proportion of the group's numbers in one of `bins` equal parts of the span. All
    panels have the same vertical scale. Raises ValueError for no groups and for a number outside.
    """
    check_count(groups)
    check_span(span)
    panels = new_plots(len(groups), 2.8, xlabel=xlabel, ylabel="share")
    highest = 0.0
    for panel, (name, numbers) in zip(panels, groups.items()):
        values = finite_numbers(np.ravel(numbers), name)
        counts, edges = np.histogram(values, bins, span)
        if counts.sum() < len(values):
            raise ValueError(f"a number of {name!r} is outside {span}: give a wider span")
        shares = counts / len(values)
        highest = max(highest, shares.max())
        panel.bar(edges[:-1], shares, np.diff(edges), align="edge", color=BLUE, edgecolor=PAPER)
        panel.set_title(fill(name, max(8, 48 // len(groups))))
    for panel in panels:
        panel.set(xlim=span, ylim=(0, 1.05 * highest))
        panel.label_outer()
    return figure_of(panels[0])


@in_house_style
def plot_speed_ratio(ratios: Mapping[str, float], *, baseline: str = "loops") -> Figure:
    """The speed of each case as a multiple of the baseline: bars on a logarithmic scale from 1."""
    values = finite_numbers(list(ratios.values()), "ratios")
    if not (values > 0).all():
        raise ValueError(f"ratios are {ratios}: give numbers greater than 0")
    axes = new_plot(0.9 + 0.45 * len(ratios), xlabel=f"times as fast as {baseline}")
    axes.set_xscale("log")
    label_plainly(axes.xaxis)
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
    return figure_of(axes)
