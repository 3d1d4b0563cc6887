"""What the figures show, checked as numbers and texts: nbval does not look into pictures."""

from __future__ import annotations

import inspect
import io
from collections.abc import Iterator
from functools import cache
from itertools import combinations, product

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, FancyArrowPatch, Patch, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from backprop import figures
from backprop.activations import Activation, get_activation
from backprop.autodiff import Value
from backprop.byhand import WEIGHTS, repeat_steps, trace_step
from backprop.figures import style
from backprop.training import History

NAMES_221 = [["x1", "x2"], ["h1", "h2"], ["p"]]
WEIGHTS_221 = [[["w1", "w3"], ["w2", "w4"]], [["w5"], ["w6"]]]
NAMES_423 = [
    ["sepal\nlength", "sepal\nwidth", "petal\nlength", "petal\nwidth"],
    ["h1", "h2"],
    ["setosa", "versicolor", "virginica"],
]
WEIGHTS_423 = [-0.25 * np.arange(1, 9).reshape(4, 2), 0.15 * np.arange(1, 7).reshape(2, 3)]
NEURON = {
    "x": (0, 0, "x"),
    "w": (0, 1, "w"),
    "b": (0, 2, "b"),
    "wx": (1, 0.5, "×"),
    "z": (2, 1, "+"),
    "a": (3, 1, "σ"),
    "y": (3, 2, "y"),
    "E": (4, 1, "½(a − y)²"),
}
NEURON_EDGES = [
    ("x", "wx"), ("w", "wx"), ("wx", "z"), ("b", "z"), ("z", "a"), ("a", "E"), ("y", "E"),
]  # fmt: skip
VALUES = {"x": 2, "w": 0.11, "b": 0.1, "wx": 0.22, "z": 0.32, "a": 0.57932, "y": 1, "E": 0.088486}
GRADIENTS = {"w": -0.20504, "b": -0.10252, "wx": -0.10252, "z": -0.10252, "a": -0.42068, "E": 1}
CONFUSION = np.array([[9, 0, 0], [0, 0, 4], [0, 0, 7]])
SPECIES = ["setosa", "versicolor", "virginica"]
SHARES = {
    "7-5-3, 32 rows": {"products": 0.3, "activations": 0.5, "sums": 0.15, "update": 0.05},
    "784-500-500-10, 1000 rows": {"products": 0.9, "activations": 0.1, "sums": 0, "update": 0},
}
SPEEDS = {"float64": {1: 1.0, 32: 20.0, 512: 38.5}, "float32": {1: 1.5, 32: 44.0}}
SCORES = {"published settings": [0.8, 0.65, 0.65, 0.85, 0.95], "mended": [0.95, 1.0, 0.95, 0.9]}
TRIALS = {
    "wheat": {
        "network": {0: [0.9, 1.0], 0.2: [0.6, 0.8, 1.0]},
        "1 neighbour": {0: [0.9, 0.9], 0.2: [0.5, 0.7]},
    },
    "digits": {
        "network": {0: [0.8, 0.9], 0.2: [0.7, 0.8]},
        "1 neighbour": {0: [0.8, 0.8], 0.2: [0.4, 0.6]},
    },
}
FEATURES = np.array([[5.1, 3.5, 1.4], [7.0, 3.2, 4.7], [6.3, 3.3, 6.0], [4.9, 3.0, 1.4]])


CYCLES = np.array([[0, 0.4, -0.5], [0.5, 0, 0.2], [-0.3, 0.6, 0]])
IMAGES = np.random.default_rng(0).random((3, 4, 4))


def saddle(w1, w2):
    return w1**2 + 10 * w2**2


NEURONS = [[0.0, 1.0, -0.5], [1.0, 1.0, 5.0]]  # the second line does not cross the square
CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]


def above_half(inputs):
    return int(inputs[1] > 0.5)


def bowl(weight: float) -> float:
    """An error with its minimum, 0, at 1."""
    return 0.5 * (weight - 1) ** 2


def bowl_slope(weight: float) -> float:
    return weight - 1


# A figure by the name of its function, after which a variant may stand.
SAMPLES = {
    "draw_network": lambda: figures.draw_network(
        [2, 2, 1], labels=NAMES_221, weight_labels=WEIGHTS_221, title="2-2-1", biases=True
    ),
    "draw_network 4-2-3": lambda: figures.draw_network(
        [4, 2, 3], labels=NAMES_423, weight_labels=WEIGHTS_423
    ),
    "draw_network large": lambda: figures.draw_network([784, 30, 10]),
    "draw_trace": lambda: figures.draw_trace(trace_step()),
    "draw_trace forward": lambda: figures.draw_trace(trace_step(), passes="forward"),
    "draw_trace backward": lambda: figures.draw_trace(trace_step(), passes="backward"),
    "draw_trace sigmoid": lambda: figures.draw_trace(trace_step(activation="sigmoid")),
    "draw_trace one path": lambda: figures.draw_trace(trace_step(), only="w3"),
    "draw_update": lambda: figures.draw_update(trace_step()),
    "draw_computation_graph": lambda: figures.draw_computation_graph(
        NEURON, NEURON_EDGES, VALUES, GRADIENTS, title="One neuron"
    ),
    "draw_computation_graph values": lambda: figures.draw_computation_graph(
        NEURON, NEURON_EDGES, VALUES
    ),
    "draw_cycles": lambda: figures.draw_cycles([[0, 0.4, -0.5], [0.5, 0, 0.2], [-0.3, 0.6, 0]]),
    "draw_relaxation": lambda: figures.draw_relaxation(
        CYCLES, [[0, 0, 0], [0.5, -0.25, 1], [0.4, -0.1, 0.9]], steps=[0, 1, 2]
    ),
    "draw_relaxation backward": lambda: figures.draw_relaxation(
        CYCLES, np.full((5, 3), -0.123), steps=range(5), passes="backward"
    ),
    "draw_unrolled": lambda: figures.draw_unrolled(4),
    "draw_unrolled truncated": lambda: figures.draw_unrolled(6, reading="every step", truncation=2),
    "draw_value_graph": lambda: figures.draw_value_graph(Value(2.0) * Value(-3.0) - 1),
    "plot_matrix_product": lambda: figures.plot_matrix_product(130, 4, 3),
    "plot_predictions": lambda: figures.plot_predictions([0.19, 0.26, 0.33, 0.42], 1),
    "plot_error_curve": lambda: figures.plot_error_curve(
        {"training": [1.0, 0.1, 0.01], "test": [1.1, 0.3, 0.2]}, log=True
    ),
    "plot_slope": lambda: figures.plot_slope(bowl, bowl_slope, 3, span=(-1, 4), learning_rate=0.4),
    "plot_slope direction": lambda: figures.plot_slope(bowl, bowl_slope, 0, span=(-1, 4)),
    "plot_descent": lambda: figures.plot_descent(bowl, [3.0, 2.0, 1.5, 1.25]),
    "plot_activation": lambda: figures.plot_activation(),
    "plot_activation close up": lambda: figures.plot_activation(
        ["relu", "leaky relu"], close_up=True
    ),
    "plot_central_difference": lambda: figures.plot_central_difference(np.exp, 1.0, 0.5),
    "plot_error_against_step": lambda: figures.plot_error_against_step(
        [0.1, 0.01, 0.001], [0.1, 0.01, 0.001], [1e-2, 1e-4, 0]
    ),
    "plot_scores": lambda: figures.plot_scores(SCORES),
    "plot_images": lambda: figures.plot_images(IMAGES, titles=["a", "b", "c"], columns=2),
    "plot_images signed": lambda: figures.plot_images(IMAGES - 0.5, signed=True),
    "plot_paths": lambda: figures.plot_paths(
        saddle, {"path": [[0, 0], [1, 1]]}, span=((-1, 2), (-1, 2)), lowest=(0, 0)
    ),
    "plot_confusion": lambda: figures.plot_confusion(CONFUSION, SPECIES, title="Test"),
    "plot_confusion digits": lambda: figures.plot_confusion(
        np.eye(10, dtype=int) * 95 + 12, [str(digit) for digit in range(10)]
    ),
    "plot_features": lambda: figures.plot_features(
        FEATURES, [0, 1, 2, 0], ["length", "width", "petal"], SPECIES, columns=(0, 2)
    ),
    "plot_histograms": lambda: figures.plot_histograms(
        {"early": [0.1, 0.15, 0.5, 0.9], "late": [0.0, 1.0, 1.0]}, span=(0, 1), bins=10
    ),
    "plot_regions": lambda: figures.plot_regions(
        {"before": (lambda inputs: 0, NEURONS), "after": (above_half, NEURONS)},
        CORNERS,
        [0, 1, 1, 0],
        ("label 0", "label 1"),
    ),
    "plot_bands": lambda: figures.plot_bands(TRIALS, xlabel="share of wrong labels"),
    "plot_boxes": lambda: figures.plot_boxes(TRIALS["wheat"]),
    "plot_speed_ratio": lambda: figures.plot_speed_ratio({"1 row": 0.4, "130 rows": 38.24}),
    "plot_roofline": lambda: figures.plot_roofline(
        {"small": {1: 0.05, 60: 0.7}, "large": {2: 0.2}}, {"cache": 0.5, "main memory": 6}
    ),
    "plot_time_shares": lambda: figures.plot_time_shares(SHARES),
    "plot_by_rows": lambda: figures.plot_by_rows(SPEEDS, ylabel="rows per second"),
    "draw_data_parallel": lambda: figures.draw_data_parallel([3, 5, 2]),
}


def made(name: str) -> Figure:
    """The figure of that sample, taken from pyplot: for a test that changes it."""
    figure = SAMPLES[name]()
    plt.close(figure)
    FigureCanvasAgg(figure)
    return figure


drawn = cache(made)  # for tests that look at a figure and leave it as it was

each_sample = pytest.mark.parametrize("name", SAMPLES)


@pytest.fixture(autouse=True)
def no_figure_stays_open() -> Iterator[None]:
    yield
    plt.close("all")


def texts_of(figure: Figure) -> list[str]:
    """All texts that the figure shows."""
    return [text.get_text() for text in shown(figure, Text)]


def shown(figure: Figure, kind: type) -> list:
    """The artists of a kind that are drawn: no empty texts, and no ticks outside of their axis."""
    outside = {
        artist
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
        for artist in tick.get_children()
    }
    return [
        artist
        for artist in figure.findobj(kind)
        if artist.get_visible()
        and artist not in outside
        and not (isinstance(artist, Text) and not artist.get_text())
    ]


def extent(text: Text) -> Bbox:
    return text.get_window_extent(text.figure.canvas.get_renderer())


def overlapping_texts(figure: Figure) -> list[tuple[str, str]]:
    """The pairs of texts whose boxes have more than a hair's breadth (two dots) in common."""
    boxes = [(text.get_text(), extent(text)) for text in shown(figure, Text)]
    return [
        (first, second)
        for (first, box), (second, other) in combinations(boxes, 2)
        if (common := Bbox.intersection(box, other)) and min(common.width, common.height) > 2
    ]


def line(figure: Figure, label: str) -> np.ndarray:
    """The points, (n, 2), of the curve with that label."""
    [curve] = [curve for curve in figure.axes[0].lines if curve.get_label() == label]
    return curve.get_xydata()


def luminance(color: str | tuple) -> float:
    """The relative luminance of WCAG 2."""
    channels = np.array(to_rgba(color)[:3])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(first: str | tuple, second: str | tuple) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def over_paper(color: tuple) -> np.ndarray:
    """What a colour with an alpha looks like on the paper."""
    red_green_blue, alpha = np.array(color[:3]), color[3]
    return alpha * red_green_blue + (1 - alpha) * np.array(to_rgba(style.PAPER)[:3])


def colors_of(figure: Figure) -> set[str]:
    """The colours of everything that is visible, without their alpha."""
    colors = [text.get_color() for text in shown(figure, Text)]
    for curve in shown(figure, Line2D):
        if curve.get_linestyle() != "None":
            colors.append(curve.get_color())
        if curve.get_marker() not in ("None", "", None):
            colors += [curve.get_markerfacecolor(), curve.get_markeredgecolor()]
    for patch in shown(figure, Patch):
        colors += [patch.get_facecolor(), patch.get_edgecolor()]
    for collection in shown(figure, Collection):
        colors += [*collection.get_facecolor(), *collection.get_edgecolor()]
    return {to_hex(color) for color in colors if to_rgba(color)[3] > 0}


# What holds for every figure


def test_every_figure_has_a_sample():
    functions = {
        name
        for module in vars(figures).values()
        if inspect.ismodule(module)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if hasattr(function, "__wrapped__")
    }
    assert functions == {name.split()[0] for name in SAMPLES} == set(figures.__all__)
    assert all(name.startswith(("draw_", "plot_")) for name in functions)


@each_sample
def test_a_call_makes_one_figure_the_same_every_time_and_changes_no_settings(name):
    first, second = io.BytesIO(), io.BytesIO()
    drawn(name).savefig(first)
    before = dict(matplotlib.rcParams)
    figure = SAMPLES[name]()
    assert dict(matplotlib.rcParams) == before
    assert isinstance(figure, Figure)
    assert [plt.figure(number) for number in plt.get_fignums()] == [figure]
    figure.savefig(second)
    assert first.getvalue() == second.getvalue()


@each_sample
def test_no_text_leaves_the_canvas(name):
    figure = drawn(name)
    canvas = figure.bbox
    for text in shown(figure, Text):
        box = extent(text)
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= canvas.width and box.y1 <= canvas.height
        assert inside, f"{text.get_text()!r} at {box.extents}, canvas {canvas.size}"


@each_sample
def test_no_two_texts_overlap(name):
    assert overlapping_texts(drawn(name)) == []


@each_sample
def test_every_colour_is_of_the_palette(name):
    assert colors_of(drawn(name)) <= set(style.PALETTE.values())


@each_sample
def test_texts_are_large_and_stand_out(name):
    for text in shown(drawn(name), Text):
        assert text.get_fontsize() >= style.SMALL >= 9
        assert contrast(text.get_color(), style.PAPER) >= 4.5


def test_ink_stands_out_on_every_ground():
    tints = [over_paper(to_rgba(color, style.TINT)) for color in (style.BLUE, style.ORANGE)]
    for ground in [style.GRID, *map(tuple, tints)]:
        assert contrast(style.INK, ground) >= 4.5


def test_series_differ_without_colour():
    looks = [(look["linestyle"], look["marker"]) for look in style.SERIES]
    assert len(set(looks)) == len(looks) == 6
    assert len({look["marker"] for look in style.SERIES}) == 6


def test_the_style_stands_on_the_defaults_of_matplotlib():
    with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 30, "axes.grid": False}):
        figure = SAMPLES["plot_error_curve"]()
    assert {curve.get_linewidth() for curve in figure.axes[0].lines} == {2}
    assert figure.axes[0].xaxis.label.get_fontsize() == 11


# Networks

FORWARD_TEXTS = {
    "$x_{1}$ = 2", "$x_{2}$ = 3", "$y$ = 1", "$h_{1}$ = 0.85", "$h_{2}$ = 0.48", "$p$ = 0.191",
    "$E$ = 0.3272405", "$w_{1}$\n0.11", "$w_{2}$\n0.21", "$w_{3}$\n0.12", "$w_{4}$\n0.08",
    "$w_{5}$\n0.14", "$w_{6}$\n0.15",
}  # fmt: skip
BACKWARD_TEXTS = {
    "$\\partial E/\\partial " + text
    for text in (
        "p$ = −0.809", "h_{1}$ = −0.11326", "h_{2}$ = −0.12135", "w_{1}$\n−0.22652",
        "w_{2}$\n−0.33978", "w_{3}$\n−0.2427", "w_{4}$\n−0.36405", "w_{5}$\n−0.68765",
        "w_{6}$\n−0.38832",
    )
} | {"$w_{5}$\n× 0.14", "$w_{6}$\n× 0.15"}  # fmt: skip


@pytest.mark.parametrize(
    ("passes", "present", "absent"),
    [
        ("forward", FORWARD_TEXTS, BACKWARD_TEXTS),
        ("backward", BACKWARD_TEXTS, FORWARD_TEXTS),
        ("both", FORWARD_TEXTS | BACKWARD_TEXTS, set()),
    ],
)
def test_a_trace_shows_the_numbers_of_its_passes(passes, present, absent):
    texts = texts_of(figures.draw_trace(trace_step(), passes=passes))
    assert present <= set(texts)
    assert not absent & set(texts)
    assert any("left to right" in text for text in texts) == (passes != "backward")
    assert any("right to left" in text for text in texts) == (passes != "forward")


@pytest.mark.parametrize(
    ("passes", "color", "line_style", "sign", "count"),
    [
        # Six weights, the connection of p and E, and the sample in the heading.
        ("forward", style.BLUE, "-", 1, 8),
        # No derivative flows back to an input.
        ("backward", style.ORANGE, "--", -1, 4),
    ],
)
def test_a_trace_tells_its_passes_apart_by_colour_line_and_direction(
    passes, color, line_style, sign, count
):
    figure = figures.draw_trace(trace_step(), passes=passes)
    for text in shown(figure, Text):
        if "0." in text.get_text():
            assert text.get_color() == color
    arrows = arrows_of(figure, color)
    assert len(arrows) == count
    for arrow in arrows:
        assert arrow.get_linestyle() == line_style
        start, end = arrow.get_path().vertices[[0, 1], 0]
        assert sign * (end - start) > 0


def arrows_of(figure: Figure, color: str) -> list[FancyArrowPatch]:
    arrows = shown(figure, FancyArrowPatch)
    return [arrow for arrow in arrows if to_hex(arrow.get_edgecolor()) == color]


def test_derivatives_with_respect_to_weights_are_in_boxes_and_no_others():
    figure = figures.draw_trace(trace_step())
    boxed = {
        text.get_text()
        for text in shown(figure, Text)
        if (box := text.get_bbox_patch()) is not None and box.get_edgecolor()[3] > 0
    }
    assert boxed - {"$\\partial E/\\partial w$"} == {
        text for text in BACKWARD_TEXTS if "\\partial w" in text
    }


def test_a_trace_can_show_one_path_only():
    figure = figures.draw_trace(trace_step(), only="w1")
    numbers = {text for text in texts_of(figure) if any(sign.isdigit() for sign in text[-1:])}
    assert numbers == {
        "$x_{1}$ = 2", "$w_{1}$\n0.11", "$h_{1}$ = 0.85", "$w_{5}$\n0.14", "$p$ = 0.191", "$y$ = 1",
        "$E$ = 0.3272405", "$\\partial E/\\partial p$ = −0.809", "$w_{5}$\n× 0.14",
        "$\\partial E/\\partial h_{1}$ = −0.11326", "$\\partial E/\\partial w_{1}$\n−0.22652",
        "$\\partial E/\\partial w_{5}$\n−0.68765",
    }  # fmt: skip
    assert len(arrows_of(figure, style.BLUE)) == 4
    assert len(arrows_of(figure, style.ORANGE)) == 3


def test_a_sigmoid_trace_shows_the_weighted_sums_too():
    texts = texts_of(figures.draw_trace(trace_step(activation="sigmoid")))
    assert "$z_{1}$ = 0.85\n$h_{1}$ = 0.70057" in texts
    assert "$E$ = 0.1023594" in texts
    assert "$\\partial E/\\partial p$ = −0.45246\n$\\partial E/\\partial z_{3}$ = −0.11209" in texts


@pytest.mark.parametrize("activation", ["linear", "sigmoid"])
def test_the_numbers_of_later_steps_do_not_collide_either(activation):
    *_, last = repeat_steps(12, activation=activation)
    assert overlapping_texts(figures.draw_trace(last)) == []


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith("draw_network")])
def test_labels_of_weights_keep_clear_of_nodes(name):
    figure = drawn(name)
    nodes = [shape for shape in shown(figure, Ellipse) + squares(figure) if shape.get_fill()]
    labels = [text for text in shown(figure, Text) if text.get_bbox_patch() is not None]
    for label, node in product(labels, nodes):
        corners = extent(label).corners()
        assert not any(node.contains_point(corner) for corner in corners), label.get_text()


def squares(figure: Figure) -> list[Rectangle]:
    """The nodes of inputs: all rectangles but the grounds of figure and axes."""
    grounds = [figure.patch, *(axes.patch for axes in figure.axes)]
    return [shape for shape in shown(figure, Rectangle) if shape not in grounds]


def test_a_network_shows_its_nodes_its_edges_and_their_labels():
    figure = figures.draw_network([2, 2, 1], labels=NAMES_221, weight_labels=WEIGHTS_221)
    texts = texts_of(figure)
    assert [text for text in texts if text.startswith("$w")] == [
        f"$w_{{{number}}}$" for number in (1, 3, 2, 4, 5, 6)
    ]
    assert {"$x_{1}$", "$x_{2}$", "$h_{1}$", "$h_{2}$", "$p$"} <= set(texts)
    assert {"2 inputs", "2 hidden neurons", "1 output"} <= set(texts)
    assert len(squares(figure)) == 2
    assert len(shown(figure, Ellipse)) == 2 + 1 + 1  # the output has a second ring
    assert len(shown(figure, FancyArrowPatch)) == 6


def test_each_label_of_a_weight_lies_on_its_own_edge():
    figure = figures.draw_network([2, 2, 1], labels=NAMES_221, weight_labels=WEIGHTS_221)
    place = {text.get_text(): np.array(text.get_position()) for text in shown(figure, Text)}
    for weight, (start, end) in {
        "w_{1}": ("x_{1}", "h_{1}"),
        "w_{2}": ("x_{2}", "h_{1}"),
        "w_{3}": ("x_{1}", "h_{2}"),
        "w_{4}": ("x_{2}", "h_{2}"),
        "w_{5}": ("h_{1}", "p"),
        "w_{6}": ("h_{2}", "p"),
    }.items():
        start, end, middle = (place[f"${symbol}$"] for symbol in (start, end, weight))
        (x1, y1), (x2, y2) = end - start, middle - start
        assert x1 * y2 - x2 * y1 == pytest.approx(0)
        assert 0 < x2 < x1


def test_biases_add_a_constant_with_dashed_edges():
    figure = figures.draw_network([3, 4, 2], biases=True)
    assert texts_of(figure).count("1") == 2
    dashed = [arrow for arrow in shown(figure, FancyArrowPatch) if arrow.get_linestyle() == "--"]
    assert len(dashed) == 4 + 2


def test_of_a_large_layer_some_neurons_are_drawn():
    figure = figures.draw_network([784, 30, 10])
    assert texts_of(figure).count("⋮") == 3
    assert len(squares(figure)) == 5
    assert {"784 inputs", "30 hidden neurons", "10 outputs"} <= set(texts_of(figure))


def test_an_update_shows_the_six_weights_before_and_after():
    trace = trace_step()
    figure = figures.draw_update(trace)
    before = line(figure, "before the step")
    after = line(figure, "after the step")
    np.testing.assert_array_equal(before[:, 0], [float(trace[weight]) for weight in WEIGHTS])
    np.testing.assert_array_equal(after[:, 0], [float(weight) for weight in trace.new_weights])
    new = {"0.121326", "0.226989", "0.132135", "0.0982025", "0.1743825", "0.169416"}
    assert new | {"0.11", "0.21", "0.12", "0.08", "0.14", "0.15"} <= set(texts_of(figure))


def test_a_computation_graph_has_values_above_and_gradients_below():
    figure = SAMPLES["draw_computation_graph"]()
    nodes = {label: text for text in shown(figure, Text) if (label := text.get_text())}
    heights = {label: text.get_position()[1] for label, text in nodes.items()}
    assert heights["0.57932"] > heights["$\\sigma$"] > heights["−0.42068"]
    assert nodes["0.57932"].get_color() == style.BLUE
    assert nodes["−0.42068"].get_color() == style.ORANGE
    assert len(squares(figure)) == 4  # x, w, b and y are given
    assert len(shown(figure, Ellipse)) == 4
    assert len(shown(figure, FancyArrowPatch)) == len(NEURON_EDGES)


def test_a_fork_shows_what_passes_backward_along_each_edge():
    nodes = {"w": (0, 0.5, "w"), "up": (1, 0, "+"), "down": (1, 1, "×"), "E": (2, 0.5, "E")}
    edges = [("w", "up"), ("w", "down"), ("up", "E"), ("down", "E")]
    contributions = {("w", "up"): 0.25, ("w", "down"): "−0.5"}
    figure = figures.draw_computation_graph(nodes, edges, contributions=contributions)
    labels = {text.get_text(): text for text in shown(figure, Text)}
    left, right = labels["$w$"].get_position()[0], labels["+"].get_position()[0]
    for label in ("← 0.25", "← −0.5"):
        assert labels[label].get_position()[0] == pytest.approx((left + right) / 2)
        assert labels[label].get_color() == style.ORANGE
    assert labels["← 0.25"].get_position()[1] > labels["← −0.5"].get_position()[1]
    assert overlapping_texts(figure) == []
    with pytest.raises(ValueError, match="no such edges"):
        figures.draw_computation_graph(nodes, edges, contributions={("E", "w"): 1})


def test_a_matrix_product_draws_equal_sizes_with_equal_lengths():
    figure = figures.plot_matrix_product(130, 4, 3)
    z, a, w, b = squares(figure)
    assert a.get_width() == w.get_height()
    assert z.get_height() == a.get_height() > a.get_width() > z.get_width()
    assert z.get_width() == w.get_width() == b.get_width()
    assert {"(130, 3)", "(130, 4)", "(4, 3)", "(3,)"} <= set(texts_of(figure))


# Curves


def test_predictions_and_target():
    figure = figures.plot_predictions([0.25, 0.5, 0.75], 1)
    np.testing.assert_array_equal(line(figure, "prediction"), [[0, 0.25], [1, 0.5], [2, 0.75]])
    assert set(line(figure, "target $y$ = 1")[:, 1]) == {1}


def test_below_the_predictions_are_their_changes_to_scale():
    changes = figures.plot_predictions([0.25, 0.5, 0.75, 0.625], 1).axes[1]
    assert [bar.get_height() for bar in changes.patches] == [0.25, 0.25, -0.125]
    assert [bar.get_x() + bar.get_width() / 2 for bar in changes.patches] == [1, 2, 3]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([3.0, 2.0, 1.0], {"loss": [(1, 3), (2, 2), (3, 1)]}),
        ({"a": [3.0], "b": [2.0, 1.0]}, {"a": [(1, 3)], "b": [(1, 2), (2, 1)]}),
        ({"every tenth": pd.Series([2.0, 1.0], [10, 20])}, {"every tenth": [(10, 2), (20, 1)]}),
        (
            History([{"epoch": 1, "loss": 0.5, "accuracy": 0.2}, {"epoch": 2, "loss": 0.25}]),
            {"loss": [(1, 0.5), (2, 0.25)]},
        ),
    ],
)
def test_error_curves_are_the_numbers_given(history, expected):
    figure = figures.plot_error_curve(history)
    assert {curve.get_label() for curve in figure.axes[0].lines} == set(expected)
    for name, points in expected.items():
        np.testing.assert_array_equal(line(figure, name), points)


def test_an_error_curve_can_be_logarithmic_and_named():
    axes = figures.plot_error_curve([1.0, 0.1], xlabel="step", ylabel="error", log=True).axes[0]
    assert (axes.get_yscale(), axes.get_xlabel(), axes.get_ylabel()) == ("log", "step", "error")


def test_a_logarithmic_error_curve_has_plain_labels_where_powers_of_ten_are_few():
    rates = pd.Series([0.9, 0.3, 2.0], index=[0.001, 0.01, 1.0])
    axes = figures.plot_error_curve({"loss": rates}, log=True, log_x=True).axes[0]
    for axis, (low, high), expected in (
        (axes.xaxis, axes.get_xlim(), ["0.001", "0.01", "0.1", "1"]),
        (axes.yaxis, axes.get_ylim(), ["0.3", "0.5", "1", "2"]),
    ):
        shown = [
            axis.get_major_formatter()(place)
            for place in axis.get_majorticklocs()
            if low <= place <= high
        ]
        assert shown == expected
        assert axis.get_minor_formatter()(0.7) == ""
    wide = figures.plot_error_curve([1.0, 1e-3], log=True).axes[0]
    assert "10^" in wide.yaxis.get_major_formatter()(0.1)


def test_a_slope_is_that_of_the_tangent_and_the_step_leads_downhill():
    figure = figures.plot_slope(bowl, bowl_slope, 3, span=(-1, 4), learning_rate=0.4)
    tangent = line(figure, "tangent, slope 2")
    np.testing.assert_allclose(np.diff(tangent[:, 1]) / np.diff(tangent[:, 0]), 2)
    np.testing.assert_allclose(tangent.mean(axis=0), [3, bowl(3)])
    assert "step −0.8" in texts_of(figure)
    np.testing.assert_allclose(figure.axes[0].lines[-1].get_xydata(), [[2.2, bowl(2.2)]])
    curve = line(figure, "error $E$")
    np.testing.assert_allclose(curve[:, 1], bowl(curve[:, 0]))


def test_a_descent_goes_through_its_points():
    figure = figures.plot_descent(bowl, [3.0, 2.0, 1.5])
    np.testing.assert_allclose(line(figure, "2 steps"), [[3, 2], [2, 0.5], [1.5, 0.125]])
    np.testing.assert_allclose(line(figure, "start"), [[3, 2]])
    np.testing.assert_allclose(line(figure, "end"), [[1.5, 0.125]])


def test_activations_stand_beside_their_derivatives():
    square = Activation("square", np.square, lambda Z: 2 * Z, derivative_of="Z")
    chosen = [get_activation("tanh"), get_activation("relu"), square]
    functions, derivatives = figures.plot_activation(chosen).axes
    for activation, left, right in zip(chosen, functions.lines, derivatives.lines, strict=True):
        z, output = left.get_xydata().T
        np.testing.assert_array_equal(output, activation.function(z))
        slopes = activation.derivative(z if activation is square else output)
        np.testing.assert_array_equal(right.get_ydata(), slopes)
    with pytest.raises(ValueError, match="'softmax' acts on a whole row"):
        figures.plot_activation(["softmax"])


def test_a_close_up_shows_the_same_curves_where_a_leaky_relu_differs():
    axes = SAMPLES["plot_activation close up"]().axes
    for above, below in zip(axes[:2], axes[2:], strict=True):
        for curve, magnified in zip(above.lines, below.lines, strict=True):
            np.testing.assert_array_equal(curve.get_xydata(), magnified.get_xydata())
    for magnified in axes[2:]:
        low, high = magnified.get_ylim()
        relu, leaky = (curve.get_xydata()[50] for curve in magnified.lines)  # at z = −3
        assert low < min(relu[1], leaky[1]) and max(relu[1], leaky[1]) < high
        assert abs(relu[1] - leaky[1]) > (high - low) / 4


def test_histograms_have_the_shares_of_each_group_on_one_scale():
    early, late = SAMPLES["plot_histograms"]().axes
    heights = [bar.get_height() for bar in early.patches]
    np.testing.assert_allclose(heights, [0, 0.5, 0, 0, 0, 0.25, 0, 0, 0, 0.25])
    np.testing.assert_allclose([bar.get_height() for bar in late.patches][::9], [1 / 3, 2 / 3])
    assert early.get_ylim() == late.get_ylim()
    with pytest.raises(ValueError, match="outside"):
        figures.plot_histograms({"one": [2.0]}, span=(0, 1))


def test_a_central_difference_is_the_slope_of_the_chord():
    figure = figures.plot_central_difference(np.exp, 1.0, 0.5, derivative=np.exp)
    chord = line(figure, f"chord, slope {np.e * np.sinh(0.5) / 0.5:.5g}")
    np.testing.assert_allclose(chord, [[0.5, np.exp(0.5)], [1.5, np.exp(1.5)]])
    assert "tangent, slope 2.7183" in texts_of(figure)
    assert "tangent, slope 2.7183" in texts_of(SAMPLES["plot_central_difference"]())


def test_errors_of_zero_are_left_out_of_a_logarithmic_plot():
    figure = figures.plot_error_against_step([0.1, 0.01], [0.1, 0.01], [1e-3, 0])
    np.testing.assert_array_equal(line(figure, "one-sided"), [[0.1, 0.1], [0.01, 0.01]])
    np.testing.assert_array_equal(line(figure, "central"), [[0.1, 1e-3]])
    assert figure.axes[0].get_xscale() == figure.axes[0].get_yscale() == "log"


# Scores, classes and speeds


def test_scores_are_dots_with_mean_and_standard_deviation():
    figure = figures.plot_scores(SCORES)
    for row, scores in enumerate(SCORES.values()):
        dots = figure.axes[0].lines[2 * row * 2]
        np.testing.assert_array_equal(dots.get_xdata(), scores)
        assert np.abs(dots.get_ydata() - row).max() < 0.5
        assert f"{np.mean(scores):.3f} ± {np.std(scores):.3f}" in texts_of(figure)


def test_the_cells_of_a_confusion_matrix_are_its_counts():
    figure = figures.plot_confusion(CONFUSION, SPECIES)
    axes = figure.axes[0]
    cells = {text.get_position(): text for text in axes.texts}
    for (true, predicted), count in np.ndenumerate(CONFUSION):
        text = cells[predicted, true]
        assert text.get_text() == str(count)
        assert (text.get_weight() == "bold") == (true == predicted)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "true")
    assert [label.get_text() for label in axes.get_yticklabels()] == SPECIES
    assert axes.yaxis_inverted()


def test_rare_mistakes_can_be_seen_in_a_confusion_matrix():
    counts = np.array([[97, 3], [1, 99]])

    def tints(**settings):
        figure = figures.plot_confusion(counts, ["a", "b"], **settings)
        return [patch.get_facecolor()[3] for patch in figure.axes[0].patches]

    right_a, three, one, right_b = tints(shade_mistakes=True)
    assert three > right_a * 0.97 and one == pytest.approx(three / 3)
    assert [right_a, right_b] == [tints()[0], tints()[3]]
    assert three > 20 * tints()[1]


def test_features_are_drawn_by_class_each_with_its_marker():
    figure = SAMPLES["plot_features"]()
    np.testing.assert_array_equal(line(figure, "setosa"), [[5.1, 1.4], [4.9, 1.4]])
    np.testing.assert_array_equal(line(figure, "virginica"), [[6.3, 6.0]])
    assert len({curve.get_marker() for curve in figure.axes[0].lines}) == 3
    assert figure.axes[0].get_ylabel() == "petal"


def test_images_are_drawn_each_with_its_title():
    figure = figures.plot_images(IMAGES, titles=["a", "b", "c"], columns=2)
    drawn = [axes.images[0] for axes in figure.axes if axes.images]
    assert [np.array_equal(image.get_array(), part) for image, part in zip(drawn, IMAGES)] == [
        True
    ] * 3
    assert {"a", "b", "c"} <= set(texts_of(figure))
    signed = figures.plot_images(IMAGES - 0.5, signed=True).axes[0].images[0]
    low, high = signed.get_clim()
    assert low == -high == -np.abs(IMAGES[0] - 0.5).max()


def test_paths_go_through_their_points():
    paths = {"one": [[0, 0], [1, 1], [1, 0]], "two": [[1, 1], [0.5, 0.2]]}
    figure = figures.plot_paths(saddle, paths, span=((-1, 2), (-1, 2)), lowest=(0, 0))
    (one, cross), (two, _) = (axes.lines for axes in figure.axes)
    assert one.get_xydata().tolist() == paths["one"]
    assert two.get_xydata().tolist() == paths["two"] and two.get_marker() != one.get_marker()
    assert cross.get_xydata().tolist() == [[0, 0]]
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["one", "two"]


def test_the_steepest_direction_looks_steepest():
    """With another scale on each axis a gradient would not cross its contour line squarely."""
    for axes in SAMPLES["plot_paths"]().axes:
        (x, y), (right, _), (_, up) = axes.transData.transform([(0, 0), (1, 0), (0, 1)])
        assert right - x == pytest.approx(up - y)


def test_speed_ratios_are_bars_from_one_with_the_ratio_beside():
    figure = figures.plot_speed_ratio({"1 row": 0.4, "130 rows": 38.24})
    ends = [bar.get_x() + bar.get_width() for bar in figure.axes[0].patches]
    assert ends == pytest.approx([0.4, 38.24])
    assert {"0.4×", "38.2×"} <= set(texts_of(figure))
    axis = figure.axes[0].xaxis
    labels = [label.get_text() for label in axis.get_ticklabels(which="both") if label.get_text()]
    assert {"1", "2", "5", "10"} <= set(labels) and all(float(label) for label in labels)


# Bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: figures.draw_trace(trace_step(), passes="sideways"), "unknown passes 'sideways'"),
        (lambda: figures.draw_trace(trace_step(), only="w7"), "unknown weight 'w7'"),
        (lambda: figures.draw_network([2]), "layer_sizes is"),
        (lambda: figures.draw_network([2, 1], labels=[["x1"], ["p"]]), "labels for layers"),
        (lambda: figures.draw_network([2, 1], weight_labels=[[[1, 2]]]), "weight_labels"),
        (lambda: figures.draw_computation_graph({}, []), "no nodes"),
        (lambda: figures.draw_computation_graph({"a": (0, 0, "a")}, [("a", "b")]), "'b'"),
        (lambda: figures.draw_computation_graph({"a": (0, 0, "a")}, [], {"c": 1}), "'c'"),
        (lambda: figures.plot_matrix_product(0, 4, 3), "rows is 0"),
        (lambda: figures.plot_predictions([], 1), "at least one"),
        (lambda: figures.plot_error_curve({}), "0 curves"),
        (lambda: figures.plot_error_curve({"bad": [1.0, np.nan]}), "'bad'"),
        (lambda: figures.plot_error_curve({name: [1] for name in "abcdefg"}), "7 curves"),
        (lambda: figures.plot_slope(bowl, bowl_slope, 1, span=(2, 1)), "span is"),
        (lambda: figures.plot_descent(bowl, []), "'points'"),
        (lambda: figures.plot_activation(["step"]), "unknown activation"),
        (lambda: figures.plot_activation([]), "0 curves"),
        (lambda: figures.plot_central_difference(bowl, 1, 0), "the step is 0"),
        (lambda: figures.plot_error_against_step([1, 2], [1], [1, 2]), "lengths must agree"),
        (lambda: figures.plot_scores({}), "no groups"),
        (lambda: figures.plot_images(IMAGES[0]), "the shape"),
        (lambda: figures.plot_images(IMAGES, titles=["a"]), "lengths must agree"),
        (lambda: figures.plot_paths(saddle, {}, span=((0, 1), (0, 1))), "0 curves"),
        (
            lambda: figures.plot_paths(saddle, {"bad": [1, 2]}, span=((0, 1), (0, 1))),
            "the path 'bad' has the shape",
        ),
        (lambda: figures.plot_scores({"mine": []}), "'mine'"),
        (lambda: figures.plot_confusion([[1, 2]], ["a", "b"]), "shape"),
        (lambda: figures.plot_confusion([[0.5]], ["a"]), "whole numbers"),
        (lambda: figures.plot_features(FEATURES, [0, 1], "abc", SPECIES), "lengths must agree"),
        (lambda: figures.plot_features(FEATURES, [0] * 4, "ab", SPECIES), "lengths must agree"),
        (lambda: figures.plot_features(FEATURES, [0, 1, 2, 3], "abc", SPECIES), "from 0 to 2"),
        (lambda: figures.plot_speed_ratio({"slow": 0.0}), "greater than 0"),
        (lambda: figures.plot_speed_ratio({}), "at least one"),
        (lambda: figures.plot_regions({}, CORNERS, [0] * 4, ("a", "b")), "at least one panel"),
        (
            lambda: figures.plot_regions(
                {"a": (above_half, NEURONS), "b": (above_half, NEURONS[:1])},
                CORNERS,
                [0] * 4,
                ("a", "b"),
            ),
            r"panels with \[1, 2\] neurons",
        ),
        (
            lambda: figures.plot_regions({"a": (above_half, NEURONS * 3)}, [], [], ("a", "b")),
            r"panels with \[6\] neurons",
        ),
        (
            lambda: figures.plot_regions({"a": (above_half, NEURONS)}, [1, 2], [0, 1], ("a", "b")),
            "the shape",
        ),
        (
            lambda: figures.plot_regions({"a": (above_half, NEURONS)}, CORNERS, [0], ("a", "b")),
            "lengths must agree",
        ),
        (
            lambda: figures.plot_regions(
                {"a": (above_half, NEURONS)}, CORNERS, [0, 1, 2, 0], ("a", "b")
            ),
            "give 0 or 1",
        ),
    ],
)
def test_bad_input_is_refused_before_a_figure_is_made(call, message):
    with pytest.raises(ValueError, match=message):
        call()
    assert plt.get_fignums() == []
