"""A program as text with gaps, which a seed fills, and the network that it computes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Template
from typing import Any

import numpy as np
from numpy.random import Generator

from backprop.losses import Loss
from backprop.network import Network

__all__ = ["Program", "flat"]

# Of each activation: f, its derivative of the output A, and its derivative of the sum Z.
FUNCTIONS = {
    "sigmoid": ("1 / (1 + np.exp(-Z))", "A * (1 - A)", "f(Z) * (1 - f(Z))"),
    "tanh": ("np.tanh(Z)", "1 - A**2", "1 - np.tanh(Z) ** 2"),
}
# Targets that a network with this activation in the last layer can learn.
TARGETS = {
    "sigmoid": "(X[:, :$outputs] > 0) * 1.0",
    "tanh": "np.sin(X[:, :$outputs])",
    "identity": "X[:, :$outputs] ** 2",
    "softmax": "np.eye($outputs)[X[:, :$outputs].argmax(axis=1)]",
}
# What a writer may call things: one column for each writer.
NAMES = {
    "A": ("A", "A", "H", "A"),
    "Z": ("Z", "Z", "S", "N"),
    "delta": ("delta", "d", "D", "delta"),
    "f": ("f", "act", "f", "squash"),
    "slope": ("slope", "act_prime", "df", "slope"),
}


@dataclass(frozen=True)
class Program:
    """A right program as text, with gaps for what a seed decides.

    `text` has gaps such as `$rows`. `loss`, the activation of the `hidden` layers and that of the
    `output` describe its network; an activation "f" is drawn. `layers` is the number of layers,
    `square` says whether all have the same size, and `bias` whether they have biases.
    """

    text: str
    loss: Loss
    hidden: str = "f"
    output: str = "f"
    layers: int = 2
    square: bool = False
    bias: bool = True

    def settings(self, generator: Generator) -> dict[str, Any]:
        """What fills the gaps in one case, and which of the writers writes it."""
        f = str(generator.choice(list(FUNCTIONS)))
        other = next(name for name in FUNCTIONS if name != f)
        inputs, outputs = int(generator.integers(3, 5)), int(generator.integers(2, 4))
        hidden = map(int, generator.integers(3, 6, self.layers - 1))
        sizes = [inputs] * (self.layers + 1) if self.square else [inputs, *hidden, outputs]
        shapes = [
            f"({size_in}, {size_out}), {size_out}" for size_in, size_out in zip(sizes, sizes[1:])
        ]
        output = f if self.output == "f" else self.output
        return {
            "kind": f,
            "seed": int(generator.integers(1, 1000)),
            "rows": int(generator.choice([7, 8, 9, 11, 12])),
            "inputs": inputs,
            "outputs": sizes[-1],
            "shapes": ", ".join(shapes),
            "rate": float(generator.choice([0.3, 0.4, 0.7])),
            "alpha": float(generator.choice([0.02, 0.03, 0.06])),
            "f": FUNCTIONS[f][0],
            "slope_of_A": FUNCTIONS[f][1],
            "slope_of_Z": FUNCTIONS[f][2],
            "slope_of_other": FUNCTIONS[other][1],
            "targets": Template(TARGETS[output]).substitute(outputs=sizes[-1]),
            "writer": int(generator.integers(len(NAMES["A"]))),
            **{f"n{place}": number for place, number in enumerate(drawn_numbers(generator))},
        }

    def filled(self, text: str, settings: dict[str, Any]) -> str:
        """The text of this program, or of one with a mistake, without gaps."""
        title, _, code = Template(text.strip()).substitute(settings).partition("\n")
        for name, choices in NAMES.items():
            code = re.sub(rf"\b{name}(\d?)\b", rf"{choices[settings['writer']]}\1", code)
        return f"{title}\n{code}\n"

    def network(self, namespace: dict[str, Any], kind: str) -> Network:
        """The same network, with the parameters of a program that has run."""
        parameters = namespace["parameters"]
        weights = parameters[::2] if self.bias else parameters
        hidden, output = (kind if name == "f" else name for name in (self.hidden, self.output))
        network = Network(
            [len(weights[0]), *(np.shape(W)[1] for W in weights)],
            [*[hidden] * (len(weights) - 1), output],
            loss=self.loss,
            bias=self.bias,
            l2=namespace.get("alpha", 0.0),
            generator=np.random.default_rng(0),
        )
        network.parameters[...] = flat(parameters)
        return network


def drawn_numbers(generator: Generator) -> list[float]:
    """Short numbers for the programs that have theirs written out: 15, all different, none 0."""
    chosen = generator.choice(np.arange(1, 20), size=15, replace=False)
    signs = generator.choice([-1, 1], size=15)
    return [float(number) for number in chosen * signs / 10]


def flat(gradient: Any) -> Any:
    """A list of arrays, or of lists, as one vector; anything else as it is."""
    try:
        parts = [np.asarray(part) for part in gradient]
        numbers = all(part.dtype.kind in "fiu" for part in parts)
        return np.concatenate([part.ravel() for part in parts]) if numbers else gradient
    except (TypeError, ValueError):
        return gradient
