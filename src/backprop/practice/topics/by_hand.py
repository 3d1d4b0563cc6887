"""The 2-2-1 network of chapter 2, with exact numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from backprop.byhand import (
    EXAMPLE_INPUTS,
    EXAMPLE_LEARNING_RATE,
    EXAMPLE_TARGET,
    EXAMPLE_WEIGHTS,
    WEIGHTS,
    Number,
    Trace,
    exact,
    trace_step,
)
from backprop.diagnosis import wrong_gradients
from backprop.losses import SquaredError
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.by_hand import (
    ERROR,
    ERROR_SLOPE,
    INNER_SLOPE,
    OUTER_SLOPE,
    SENT_BACK,
    WEIGHTED_SUM,
)
from backprop.network import Network
from backprop.practice.question import Question, as_text, ask
from backprop.practice.topics import Topic

PLACES = (0, 2, 1, 3, 4, 5)  # of w1 to w6 in the network's vector
# Of each weight: the neuron to which it leads, and what enters the connection.
CONNECTIONS = {
    "w1": ("h1", "x1"),
    "w2": ("h1", "x2"),
    "w3": ("h2", "x1"),
    "w4": ("h2", "x2"),
    "w5": ("p", "h1"),
    "w6": ("p", "h2"),
}
CARRIED = {"h1": "w5", "h2": "w6"}  # the weight through which the error reaches a neuron


@dataclass(frozen=True)
class Step:
    """The numbers of one training step: exact decimals, as texts.

    `inputs` x1, x2; the `target` y; the `weights` w1 to w6; and the `learning_rate` η.
    """

    inputs: tuple[str, ...] = EXAMPLE_INPUTS
    target: str = EXAMPLE_TARGET
    weights: tuple[str, ...] = EXAMPLE_WEIGHTS
    learning_rate: str = EXAMPLE_LEARNING_RATE

    def trace(self) -> Trace:
        """All quantities of the step."""
        return trace_step(
            inputs=self.inputs,
            target=self.target,
            weights=self.weights,
            learning_rate=self.learning_rate,
        )

    def wrong_slopes(self, weight: str) -> list[WrongValue]:
        """What the known mistakes in the backward pass give for the slope of a weight."""
        network = Network(
            [2, 2, 1],
            activations="identity",
            loss=SquaredError(divide_by="nothing", half=True),
            bias=False,
            generator=np.random.default_rng(0),
        )
        place = PLACES[WEIGHTS.index(weight)]
        network.parameters[list(PLACES)] = [float(number) for number in self.weights]
        X, Y = np.array([self.inputs], dtype=float), np.array([[self.target]], dtype=float)
        rate = float(self.learning_rate)
        _, found = wrong_gradients(network, X, Y, learning_rate=rate)
        return [
            # The decimals end, and after fewer places than floats have.
            WrongValue(w.form, w.explanation, w.section, exact(round(float(w.vector[place]), 12)))
            for w in found
        ]


def draw(generator: Generator) -> Step:
    """A step with numbers for a pencil: different weights, none 0, and a target that is missed."""
    x1, x2 = generator.choice([-3, -2, -1, 1, 2, 3, 4], size=2, replace=False)
    weights = generator.choice(np.arange(2, 40), size=6, replace=False)
    signs = generator.choice([-1, 1, 1], size=6)
    texts = tuple(str(w * s / 100) for w, s in zip(weights, signs))
    rate = str(generator.choice(["0.05", "0.1", "0.2", "0.5"]))
    return Step((str(x1), str(x2)), str(generator.integers(1, 4)), texts, rate)


def given(step: Step) -> str:
    """The numbers of a step in words."""
    trace = step.trace()
    weights = ", ".join(as_text(trace[w]) for w in WEIGHTS)
    return (
        f"The 2-2-1 network of chapter 2 has the inputs {as_text(trace['x1'])} and "
        f"{as_text(trace['x2'])}, the target {as_text(trace['y'])}, and the weights $w_1$ to "
        f"$w_6$: {weights}. There are no biases and no activation functions, and "
        f"$E = \\tfrac12 (p - y)^2$."
    )


def slope(step: Step, weight: str, text: str) -> Question:
    """What is ∂E/∂w? The mistakes of a calculation by hand come first."""
    trace, (neuron, entering) = step.trace(), CONNECTIONS[weight]
    arrives, enters = trace[f"∂E/∂{neuron}"], trace[entering]
    if neuron == "p":
        wrong = OUTER_SLOPE.wrong_values(arrives, enters, trace[weight])
    else:
        out = trace[CARRIED[neuron]]
        wrong = INNER_SLOPE.wrong_values(trace["∂E/∂p"], out, trace[neuron], enters, trace[weight])
    reason = (
        f"It is what arrives at the neuron times what enters the connection: "
        f"$\\partial E/\\partial {typeset(neuron)} \\cdot {typeset(entering)} = "
        f"{as_text(arrives)} \\cdot {in_brackets(enters)}$."
    )
    return ask(text, trace[f"∂E/∂{weight}"], reason, [*wrong, *step.wrong_slopes(weight)])


def in_brackets(number: Number) -> str:
    """A number as a factor."""
    return as_text(number) if number >= 0 else f"({as_text(number)})"


def typeset(symbol: str) -> str:
    """h1 as a formula."""
    return "_".join(symbol)


def weighted_sum(generator: Generator) -> Question:
    """A hidden neuron's sum, or the prediction."""
    step, neuron = draw(generator), str(generator.choice(["h1", "h2", "p"]))
    trace = step.trace()
    pairs = [(w, enters) for w, (into, enters) in CONNECTIONS.items() if into == neuron]
    numbers = [trace[w] for w, _ in pairs] + [trace[enters] for _, enters in pairs]
    products = " + ".join(
        f"{as_text(trace[w])} \\cdot {in_brackets(trace[enters])}" for w, enters in pairs
    )
    return ask(
        f"{given(step)} What is ${typeset(neuron)}$?",
        WEIGHTED_SUM(*numbers),
        f"One product per connection, then the sum: ${products}$.",
        WEIGHTED_SUM.wrong_values(*numbers),
    )


def error(generator: Generator) -> Question:
    """The error of a prediction."""
    trace = draw(generator).trace()
    p, y = trace["p"], trace["y"]
    return ask(
        f"The prediction is $p = {as_text(p)}$, and the target is $y = {as_text(y)}$. What is the "
        f"error $E = \\tfrac12 (p - y)^2$?",
        ERROR(p, y),
        f"Half the square of the difference: $\\tfrac12 \\cdot ({as_text(p - y)})^2$.",
        ERROR.wrong_values(p, y),
    )


def error_slope(generator: Generator) -> Question:
    """The slope of the error with respect to the prediction."""
    trace = draw(generator).trace()
    p, y = trace["p"], trace["y"]
    return ask(
        f"The prediction is $p = {as_text(p)}$, the target $y = {as_text(y)}$, and the error "
        f"$E = \\tfrac12 (p - y)^2$. What is $\\partial E/\\partial p$?",
        ERROR_SLOPE(p, y),
        f"The 2 from the square cancels the ½: $p - y = {as_text(p)} - {as_text(y)}$.",
        ERROR_SLOPE.wrong_values(p, y),
    )


def sent_back(generator: Generator) -> Question:
    """What arrives at a hidden neuron."""
    step, neuron = draw(generator), str(generator.choice(["h1", "h2"]))
    trace, weight = step.trace(), CARRIED[neuron]
    numbers = trace["∂E/∂p"], trace[weight], trace[neuron]
    return ask(
        f"At the output, $\\partial E/\\partial p = {as_text(numbers[0])}$. The weight "
        f"${typeset(weight)} = {as_text(numbers[1])}$ leads to it from the hidden neuron "
        f"${typeset(neuron)} = {as_text(numbers[2])}$. What is "
        f"$\\partial E/\\partial {typeset(neuron)}$?",
        SENT_BACK(*numbers),
        f"It is what arrives at the output times the weight between them: "
        f"${as_text(numbers[0])} \\cdot {in_brackets(numbers[1])}$.",
        SENT_BACK.wrong_values(*numbers),
    )


def output_slope(generator: Generator) -> Question:
    """The slope of w5 or w6."""
    step, weight = draw(generator), str(generator.choice(["w5", "w6"]))
    text = f"{given(step)} What is $\\partial E/\\partial {typeset(weight)}$?"
    return slope(step, weight, text)


def hidden_slope(generator: Generator) -> Question:
    """The slope of one of w1 to w4."""
    step, weight = draw(generator), str(generator.choice(["w1", "w2", "w3", "w4"]))
    text = f"{given(step)} What is $\\partial E/\\partial {typeset(weight)}$?"
    return slope(step, weight, text)


TOPICS = (
    Topic(
        "by hand",
        "the 2-2-1 network with a pencil",
        2,
        (weighted_sum, error, error_slope, output_slope, sent_back, hidden_slope),
    ),
)
