"""A timeline."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import numpy as np
from matplotlib.figure import Figure

from backprop.figures.canvas import new_canvas
from backprop.figures.style import BLUE, MUTED, figure_of, in_house_style


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
    return figure_of(axes)


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
