"""The graph that an engine of automatic differentiation has recorded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from backprop.autodiff import Value, topological_order
from backprop.figures.canvas import Label
from backprop.figures.networks import draw_computation_graph
from backprop.figures.style import in_house_style


@in_house_style
def draw_value_graph(
    result: Value, names: Mapping[str, Value] | None = None, *, title: str | None = None
) -> Figure:
    """The graph behind `result`, values above and gradients below; arrays by their shapes.

    `names` gives values their names; others are labelled with their operation, and leaves, which
    are then constants, with their number. A value that is both operands of an operation has two
    arrows to it. Draw the graph before it is freed.
    """
    given = {value: name for name, value in (names or {}).items()}
    order = topological_order(result)
    keys = {value: str(place) for place, value in enumerate(order)}
    columns = columns_of(order)
    rows = rows_of(order, columns)
    nodes, values, gradients = {}, {}, {}
    for value, key in keys.items():
        constant = value not in given and not value.parents
        label = short(value.data) if constant else given.get(value, value.operation)
        nodes[key] = (columns[value], rows[value], label)
        if not constant:
            values[key] = short(value.data)
            if np.size(value.gradient) == 1:
                gradients[key] = short(value.gradient)
    edges = [(keys[parent], keys[value]) for value in order for parent in value.parents]
    return draw_computation_graph(nodes, edges, values, gradients, title=title)


def short(data: np.ndarray | float) -> Label:
    """A single number with three digits, an array as its shape."""
    return float(f"{np.reshape(data, ()):.3g}") if np.size(data) == 1 else str(np.shape(data))


def users_of(order: list[Value]) -> dict[Value, list[tuple[Value, int]]]:
    """For each value, the values computed from it, and its position among their parents."""
    users: dict[Value, list[tuple[Value, int]]] = {value: [] for value in order}
    for value in order:
        for place, parent in enumerate(value.parents):
            users[parent].append((value, place))
    return users


def columns_of(order: list[Value]) -> dict[Value, int]:
    """A column for each value, to the right of its parents; a leaf next to its first user."""
    columns: dict[Value, int] = {}
    for value in order:
        columns[value] = 1 + max((columns[parent] for parent in value.parents), default=-1)
    for value, users in users_of(order).items():
        if users and not value.parents:
            columns[value] = min(columns[user] for user, _ in users) - 1
    return columns


def rows_of(order: list[Value], columns: Mapping[Value, int]) -> dict[Value, float]:
    """A row for each value about 0, from the last column on, near those that use it.

    In a single line every second value is lower, or arrows that skip one would cross it.
    """
    users = users_of(order)
    rows: dict[Value, float] = {}

    def wanted(value: Value) -> tuple[float, float]:
        near = [(rows[user], place) for user, place in users[value]]
        return tuple(np.mean(near, axis=0)) if near else (0.0, 0.0)

    for column in range(max(columns.values()), -1, -1):
        members = sorted((value for value in order if columns[value] == column), key=wanted)
        for row, value in enumerate(members):
            rows[value] = row - (len(members) - 1) / 2
    if len(set(columns.values())) == len(order):
        rows = {value: 0.6 * (columns[value] % 2) for value in order}
    return rows
