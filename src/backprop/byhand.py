"""The 2-2-1 network by hand: every quantity of one training step, named, with its formula.

Two inputs x1, x2 feed two hidden neurons h1, h2, and these feed one output p, the prediction.
There are six weights and no biases: w1, w2 lead into h1; w3, w4 into h2; w5, w6 into p.
The error is E = ½(p − y)², where y is the target, and a step of gradient descent replaces each
weight w by w − η·∂E/∂w, where η is the learning rate.

The numbers are exact (:class:`fractions.Fraction`) as long as nothing but + − × ÷ is needed.
The sigmoid variant works in floats. Source of the formulas: the chain rule, as in Rumelhart,
Hinton and Williams, "Learning representations by back-propagating errors", Nature 323 (1986).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from difflib import get_close_matches
from fractions import Fraction
from html import escape
from itertools import groupby

__all__ = [
    "ACTIVATIONS",
    "EXAMPLE_INPUTS",
    "EXAMPLE_LEARNING_RATE",
    "EXAMPLE_TARGET",
    "EXAMPLE_WEIGHTS",
    "WEIGHTS",
    "Given",
    "Number",
    "Quantity",
    "Trace",
    "as_decimal",
    "as_exact",
    "exact",
    "repeat_steps",
    "sigmoid",
    "trace_step",
]

Given = str | int | float | Decimal | Fraction
"""A number in the form of an argument, such as "0.11" or "11/100"."""
Number = Fraction | float
"""A number in the form used for computing: exact, or a float."""

EXAMPLE_INPUTS = ("2", "3")
EXAMPLE_TARGET = "1"
EXAMPLE_WEIGHTS = ("0.11", "0.21", "0.12", "0.08", "0.14", "0.15")
EXAMPLE_LEARNING_RATE = "0.05"

PHASE_HEADINGS = {
    "forward": "forward pass",
    "error": "error",
    "backward": "backward pass",
    "update": "update",
    "again": "forward pass again, with the new weights",
}
FIGURE_SPACE = "\N{FIGURE SPACE}"  # as wide as a digit, and not collapsed in HTML
LEFT = 'style="text-align: left"'  # JupyterLab right-aligns tables

WEIGHTS = ("w1", "w2", "w3", "w4", "w5", "w6")
ACTIVATIONS = ("linear", "sigmoid")
OTHER_NAMES = {"identity": "linear"}


def exact(value: Given, name: str = "value") -> Fraction:
    """The exact fraction for a decimal or fraction written as text: "0.11" is 11/100.

    A float counts as the decimal that Python prints for it. Raises ValueError, which begins with
    `name`, for text that is not a number, for NaN and for infinity.
    """
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError(
            f"{name} is {value!r}, which is not a finite number: "
            f"give a decimal such as '0.11' or a fraction such as '11/100'"
        ) from None


def nearest(name: object, known: Iterable[str]) -> str:
    """The end of a message: the known name that is most similar to `name`, or nothing."""
    matches = get_close_matches(str(name), known, n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""


def get_activation(name: str) -> str:
    """'linear', also known as 'identity', or 'sigmoid'. Raises ValueError for any other name."""
    if not isinstance(name, str) or OTHER_NAMES.get(name, name) not in ACTIVATIONS:
        known = (*ACTIVATIONS, *OTHER_NAMES)
        raise ValueError(
            f"unknown activation {name!r}: choose from {', '.join(known)}{nearest(name, known)}"
        )
    return OTHER_NAMES.get(name, name)


def sigmoid(z: Number) -> float:
    """σ(z) = 1/(1 + e^(−z)), written as ½(1 + tanh(z/2)), which no z can overflow."""
    return 0.5 * (1 + math.tanh(z / 2))


def as_decimal(value: Number, digits: int = 7) -> str:
    """`value` as a decimal with at most `digits` significant digits and a true minus sign."""
    return f"{float(value):.{digits}g}".replace("-", "−")


def as_exact(value: Fraction, longest: int = 30) -> str:
    """`value` as an unrounded decimal; a fraction if it has none; '' if longer than `longest`."""
    with localcontext(prec=longest):
        decimal = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{decimal:f}" if Fraction(decimal) == value else str(value)
    return text.replace("-", "−") if len(text) <= longest else ""


def as_value(value: Number, longest: int = 16) -> str:
    """`value` for a table: an exact number in full if it is a short decimal, others rounded."""
    if not isinstance(value, Fraction):
        return as_decimal(value)
    text = as_exact(value, longest)
    return text if text and "/" not in text else f"{as_decimal(value)} (rounded)"


def align_points(numbers: Sequence[str], space: str) -> list[str]:
    """The numbers padded with spaces, so that their decimal points align in a column."""
    before = [len(number.split(".")[0].split(" ")[0]) for number in numbers]
    widest = max(before, default=0)
    return [space * (widest - width) + number for number, width in zip(numbers, before)]


@dataclass(frozen=True)
class Quantity:
    """One line of the computation.

    `phase` is 'forward', 'error', 'backward', 'update' or 'again' (the forward pass and the error
    with the new weights). `symbol` is the quantity's name, such as '∂E/∂w5', and `value` its
    number. `formula` is in symbols; `numbers` is the same with the values inserted.
    """

    phase: str
    symbol: str
    formula: str
    numbers: str
    value: Number


@dataclass
class Trace:
    """All quantities of one training step, in the order in which they are computed.

    `given` has the inputs, the target, the weights and the learning rate by their symbols;
    `quantities` are the lines computed from them. Look up a value by its symbol, `trace["∂E/∂w5"]`;
    a notebook displays a trace as a table.
    """

    given: dict[str, Number]
    quantities: list[Quantity] = field(default_factory=list)

    def __getitem__(self, symbol: str) -> Number:
        """The value of `symbol`, given or computed. Raises KeyError, which lists the known ones."""
        if symbol in self.given:
            return self.given[symbol]
        for quantity in self.quantities:
            if quantity.symbol == symbol:
                return quantity.value
        known = [*self.given, *(quantity.symbol for quantity in self.quantities)]
        raise KeyError(
            f"no quantity {symbol!r} in this trace; it has {', '.join(known)}"
            f"{nearest(symbol, known)}"
        )

    @property
    def new_weights(self) -> tuple[Number, ...]:
        """The six weights after the step."""
        return tuple(self[f"{weight}′"] for weight in WEIGHTS)

    def record(self, phase: str, symbol: str, formula: str, value: Number) -> None:
        """Append a quantity; its `numbers` are derived from the formula."""
        self.quantities.append(Quantity(phase, symbol, formula, self._put_in(formula), value))

    def _put_in(self, formula: str) -> str:
        """`formula` with each symbol replaced by its value, negative values in parentheses."""
        values = self.given | {quantity.symbol: quantity.value for quantity in self.quantities}
        longest_first = sorted(values, key=len, reverse=True)

        def number(match: re.Match[str]) -> str:
            text = as_decimal(values[match.group()])
            return f"({text})" if text.startswith("−") else text

        return re.sub("|".join(map(re.escape, longest_first)), number, formula)

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """One row per quantity: phase, symbol, formula, numbers put in, value.

        An exact value with more than 16 characters is rounded to seven digits and marked "rounded".
        """
        return [
            (
                quantity.phase,
                quantity.symbol,
                quantity.formula,
                quantity.numbers,
                as_value(quantity.value),
            )
            for quantity in self.quantities
        ]

    def _table(self, space: str) -> list[tuple[str, ...]]:
        """Header and rows, the values aligned at their decimal points with `space`."""
        rows = self.rows()
        values = align_points([value for *_, value in rows], space)
        header = ("phase", "symbol", "formula", "numbers put in", "value")
        return [header, *((*row[:4], value) for row, value in zip(rows, values))]

    def __str__(self) -> str:
        table = self._table(" ")
        widths = [max(map(len, column)) for column in zip(*table)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
            for row in table
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The same table, with each phase as a heading above its rows."""
        (_, *header), *rows = self._table(FIGURE_SPACE)
        lines = ["".join(f'<th scope="col" {LEFT}>{escape(cell)}</th>' for cell in header)]
        for phase, group in groupby(rows, key=lambda row: row[0]):
            heading = PHASE_HEADINGS[phase]
            lines.append(f'<th scope="rowgroup" colspan="{len(header)}" {LEFT}>{heading}</th>')
            lines += [
                "".join(f"<td {LEFT}>{escape(cell)}</td>" for cell in row[1:]) for row in group
            ]
        head, *body = [f"<tr>{line}</tr>" for line in lines]
        return "\n".join(
            [
                '<table class="trace">',
                f"<thead>{head}</thead>",
                "<tbody>",
                *body,
                "</tbody>",
                "</table>",
            ]
        )


def trace_step(
    inputs: Sequence[Given] = EXAMPLE_INPUTS,
    target: Given = EXAMPLE_TARGET,
    weights: Sequence[Given] = EXAMPLE_WEIGHTS,
    learning_rate: Given = EXAMPLE_LEARNING_RATE,
    *,
    activation: str = "linear",
    in_floats: bool = False,
) -> Trace:
    """One step of backpropagation and gradient descent on the 2-2-1 network.

    `inputs` are x1, x2; `weights` are w1 … w6; `learning_rate` is η. `activation` is 'linear', also
    called 'identity' (a neuron's output is its weighted sum), or 'sigmoid' (both layers). The
    numbers are exact fractions, but floats for the sigmoid or with `in_floats`. Raises ValueError
    for the wrong number of inputs or weights, text that is not a number, a learning rate that is
    not positive, and an unknown activation.
    """
    activation = get_activation(activation)
    given = _check(inputs, target, weights, learning_rate)
    if in_floats or activation == "sigmoid":
        given = {symbol: float(value) for symbol, value in given.items()}
    trace = Trace(given)
    _forward(trace, activation)
    _backward(trace, activation)
    for weight in WEIGHTS:
        value = trace[weight] - trace["η"] * trace[f"∂E/∂{weight}"]
        trace.record("update", f"{weight}′", f"{weight} − η·∂E/∂{weight}", value)
    _forward(trace, activation, prime="′")
    return trace


def repeat_steps(
    steps: int,
    inputs: Sequence[Given] = EXAMPLE_INPUTS,
    target: Given = EXAMPLE_TARGET,
    weights: Sequence[Given] = EXAMPLE_WEIGHTS,
    learning_rate: Given = EXAMPLE_LEARNING_RATE,
    *,
    activation: str = "linear",
    in_floats: bool = True,
) -> Iterator[Trace]:
    """The traces of `steps` steps, each starting from the weights that the last one produced.

    Uses floats by default: each exact step makes the fractions about three times as long, so that
    ten exact steps are slow and thirty are impossible. Raises the errors of :func:`trace_step`, and
    ValueError for a negative count.
    """
    if steps < 0:
        raise ValueError(f"steps is {steps}; give 0 or more")
    for _ in range(steps):
        trace = trace_step(
            inputs, target, weights, learning_rate, activation=activation, in_floats=in_floats
        )
        yield trace
        weights = trace.new_weights


def _check(
    inputs: Sequence[Given],
    target: Given,
    weights: Sequence[Given],
    learning_rate: Given,
) -> dict[str, Number]:
    """The given numbers by symbol, or a ValueError that says what is wrong with them."""
    for name, values, count in (("inputs", inputs, 2), ("weights", weights, 6)):
        if isinstance(values, str) or len(values) != count:
            raise ValueError(
                f"{name} is {values!r}; the 2-2-1 network takes a list of {count} numbers"
            )
    given: dict[str, Number] = {f"x{i}": exact(value, f"x{i}") for i, value in enumerate(inputs, 1)}
    given["y"] = exact(target, "the target y")
    given |= {name: exact(value, name) for name, value in zip(WEIGHTS, weights)}
    given["η"] = exact(learning_rate, "the learning rate η")
    if given["η"] <= 0:
        raise ValueError(f"the learning rate η is {learning_rate}; it must be greater than 0")
    return given


def _forward(trace: Trace, activation: str, prime: str = "") -> None:
    """Forward pass and error; `prime` marks the pass with the new weights."""
    phase = "again" if prime else "forward"
    neurons = (
        ("h1", "z1", ("w1", "x1"), ("w2", "x2")),
        ("h2", "z2", ("w3", "x1"), ("w4", "x2")),
        ("p", "z3", ("w5", "h1"), ("w6", "h2")),
    )
    for neuron, weighted_sum, *pairs in neurons:
        # The weights and the hidden neurons' outputs are this pass's; the inputs are the same.
        pairs = [(w + prime, a if a in ("x1", "x2") else a + prime) for w, a in pairs]
        formula = " + ".join(f"{w}·{a}" for w, a in pairs)
        value = sum(trace[w] * trace[a] for w, a in pairs)
        if activation == "linear":
            trace.record(phase, neuron + prime, formula, value)
        else:
            trace.record(phase, weighted_sum + prime, formula, value)
            trace.record(phase, neuron + prime, f"σ({weighted_sum}{prime})", sigmoid(value))
    half = Fraction(1, 2) if isinstance(trace["p"], Fraction) else 0.5
    error = half * (trace["p" + prime] - trace["y"]) ** 2
    trace.record("again" if prime else "error", f"E{prime}", f"½·(p{prime} − y)²", error)


def _backward(trace: Trace, activation: str) -> None:
    """Backward pass: from ∂E/∂p to the derivative of E with respect to each weight."""

    def before_activation(neuron: str, weighted_sum: str) -> str:
        """From ∂E/∂neuron to what its weights need: through the sigmoid, if it has one."""
        if activation == "linear":
            return f"∂E/∂{neuron}"
        formula = f"∂E/∂{neuron}·{neuron}·(1 − {neuron})"
        value = trace[f"∂E/∂{neuron}"] * trace[neuron] * (1 - trace[neuron])
        trace.record("backward", f"∂E/∂{weighted_sum}", formula, value)
        return f"∂E/∂{weighted_sum}"

    def multiply(symbol: str, delta: str, factor: str) -> None:
        trace.record("backward", symbol, f"{delta}·{factor}", trace[delta] * trace[factor])

    trace.record("backward", "∂E/∂p", "p − y", trace["p"] - trace["y"])
    delta = before_activation("p", "z3")
    multiply("∂E/∂w5", delta, "h1")
    multiply("∂E/∂w6", delta, "h2")
    multiply("∂E/∂h1", delta, "w5")
    multiply("∂E/∂h2", delta, "w6")
    for neuron, weighted_sum, weights in (("h1", "z1", ("w1", "w2")), ("h2", "z2", ("w3", "w4"))):
        delta = before_activation(neuron, weighted_sum)
        for weight, value in zip(weights, ("x1", "x2")):
            multiply(f"∂E/∂{weight}", delta, value)
