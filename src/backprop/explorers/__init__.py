"""Explorers: figures to move, for the pages of the book and for JupyterLab.

Each is a custom element in plain JavaScript, in a file of its own next to this one. What all share
is in ``explorer.js``, ``plot.js`` and ``explorers.css``; the known mistakes in predictions come
from ``backprop.mistakes``.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files

from backprop.explorers import data, draws, trials
from backprop.explorers.javascript import formulas_as_javascript
from backprop.mistakes import Formula
from backprop.mistakes.formulas import (
    by_hand,
    curves,
    equations,
    fixed_point,
    forward,
    initialization,
    optimizer_limits,
    order,
    plateaus,
    scores,
    shapes,
    update,
)

__all__ = ["EXPLORERS", "SHARED", "STYLE", "Explorer", "element", "scripts_of", "show"]

SHARED = ("answers.js", "explorer.js", "plot.js")  # in the order in which a page loads them
STYLE = "explorers.css"


@dataclass(frozen=True)
class Explorer:
    """A custom element: its `script`, and the `formulas` and `data` that it uses, by name.

    In the script they are `Formulas.name` and `Data.name`; each of the data is a function that
    returns what JSON can hold. `parts` are further scripts, which come before it. `weights` is one
    that stays a file of its own: what a training run has found.
    """

    script: str
    formulas: dict[str, Formula] = field(default_factory=dict)
    data: dict[str, Callable[[], object]] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    weights: str = ""

    def source(self) -> str:
        """The whole script."""
        scripts = "\n".join(map(read, (*self.parts, self.script)))
        return formulas_as_javascript(self.formulas) + data_as_javascript(self.data) + scripts


def data_as_javascript(data: dict[str, Callable[[], object]]) -> str:
    """Statements that add each of the data to the object `Data` by its name."""
    if not data:
        return ""
    lines = ["var Data = globalThis.Data || {};"]
    for name, values in data.items():
        lines.append(f"Data.{name} = {json.dumps(values(), separators=(',', ':'))};")
    return "\n".join(lines) + "\n"


# By the names of their elements.
EXPLORERS = {
    "backward-engine": Explorer("backward_engine.js", {"BACKWARD_ORDER": order.BACKWARD_ORDER}),
    "one-weight": Explorer("one_weight.js", {"NEW_WEIGHT": update.NEW_WEIGHT}),
    "matrix-product": Explorer(
        "matrix_product.js",
        {
            "PRODUCT_OF_Z": shapes.PRODUCT_OF_Z,
            "PRODUCT_OF_DW": shapes.PRODUCT_OF_DW,
            "PRODUCT_PASSED_BACK": shapes.PRODUCT_PASSED_BACK,
        },
        {"ARRAYS": data.arrays_of_a_layer},
    ),
    "delta-depth": Explorer(
        "depth.js",
        {"DELTA_LEFT": initialization.DELTA_LEFT},
        {"DRAWS": draws.normal_draws},
    ),
    "one-more-trial": Explorer(
        "one_more_trial.js", {"VERDICT": scores.VERDICT}, {"TRIALS": trials.paired_trials}
    ),
    "optimizer-valley": Explorer(
        "valley.js",
        {
            "MOMENTUM_LIMIT": optimizer_limits.MOMENTUM_LIMIT,
            "NESTEROV_LIMIT": optimizer_limits.NESTEROV_LIMIT,
        },
    ),
    "draw-digit": Explorer("draw_digit.js", weights="reader_weights.js"),
    "three-neurons": Explorer("three_neurons.js", {"DELTA_OF_FEEDER": fixed_point.DELTA_OF_FEEDER}),
    "digit-memory": Explorer("digit_memory.js", weights="memory_weights.js"),
    "xor-training": Explorer(
        "xor_training.js",
        {"XOR_SOLVED": plateaus.SOLVED, "XOR_STUCK": plateaus.STUCK},
        {"XOR_STARTS": data.xor_starts},
    ),
    "two-two-one": Explorer(
        "two_two_one.js",
        {
            "WEIGHTED_SUM": by_hand.WEIGHTED_SUM,
            "ERROR": by_hand.ERROR,
            "ERROR_SLOPE": by_hand.ERROR_SLOPE,
            "OUTER_SLOPE": by_hand.OUTER_SLOPE,
            "INNER_SLOPE": by_hand.INNER_SLOPE,
            "SENT_BACK": by_hand.SENT_BACK,
            "NEURON": forward.NEURON,
            "SIGMOID_SLOPE": curves.SIGMOID_SLOPE,
            "DELTA": equations.DELTA,
            "BIAS_SLOPE_OF_ROW": equations.BIAS_SLOPE_OF_ROW,
            "NEW_WEIGHT": update.NEW_WEIGHT,
        },
        parts=("two_two_one_step.js", "two_two_one_picture.js"),
    ),
}


# A script that takes the notebook's colours, and says how tall the page inside it is.
START = (
    "const dark = parent.document.body.dataset.jpThemeLight === 'false';"
    "document.documentElement.dataset.theme = dark ? 'dark' : 'light';"
    "new ResizeObserver(() => {"
    "frameElement.style.height = `${document.documentElement.offsetHeight + 4}px`;"
    "}).observe(document.documentElement);"
)


def element(name: str, settings: dict[str, object]) -> str:
    """An explorer in HTML, with settings to start with."""
    given = "".join(f' data-{key}="{html.escape(str(value))}"' for key, value in settings.items())
    return f"<{name}{given}></{name}>"


@dataclass(frozen=True)
class Shown:
    """An explorer as the output of a notebook's cell: a page of its own inside the notebook.

    `name` is that of its element, and `settings` are where it starts.
    """

    name: str
    settings: dict[str, object]

    def _repr_html_(self) -> str:
        # A page of its own has its own names, so that a cell can be run again.
        scripts = scripts_of(self.name).values()
        page = "".join(
            [
                "<!doctype html><html lang='en'><meta charset='utf-8'>",
                f"<style>{read(STYLE)}</style><script>{START}</script>",
                f"<body>{element(self.name, self.settings)}",
                *(f"<script>{script}</script>" for script in scripts),
            ]
        )
        return (
            f'<iframe srcdoc="{html.escape(page)}" title="{self.name}" width="100%" '
            'style="border: 0"></iframe>'
        )


def scripts_of(*names: str) -> dict[str, str]:
    """The scripts that a page with these explorers loads, in order, by the names of their files."""
    weights = [EXPLORERS[name].weights for name in names if EXPLORERS[name].weights]
    texts = {name: read(name) for name in [*SHARED, *weights]}
    return texts | {f"{name}.js": EXPLORERS[name].source() for name in names}


def show(name: str, **settings: object) -> Shown:
    """An explorer to move in a notebook, by its name, such as "one-weight".

    `settings` are where it starts; those that are left out have their usual values. Raises
    ValueError for a name that no explorer has.
    """
    if name not in EXPLORERS:
        raise ValueError(f"there is no explorer {name!r}: choose one of {sorted(EXPLORERS)}")
    return Shown(name, settings)


def read(name: str) -> str:
    """The text of a file in this folder."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
