"""An embedding: each id, a whole number, is replaced by a row of a table that is learned.

With one id i, the output is a copy of the row E_i, so a gradient g with respect to the output is
the gradient of that row, and the other rows have the gradient 0. If the same id occurs in several
places, its row was used several times, and the gradients of those places add up::

    A[n] = E[i_n]        ∂L/∂E[i] = Σ G[n] over all places n with i_n = i

It is the same as a product with one-hot rows, without the zeros. An id is not a quantity that could
move a little, so there is no gradient with respect to the input: it is 0.

Source: Bengio and others, "A neural probabilistic language model" (2003).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import checks
from backprop.layers.layer import Layer
from backprop.parameters import Gradient, Part


class Embedding(Layer):
    """A table `E`, (ids, features), whose rows replace the ids 0 to ids − 1.

    With `steps`, a sequence of so many ids in a sample is expected, and a position is learned with
    each: a second table `P`, (steps, features), is added. Raises ValueError for sizes below 1.
    """

    E, P = Part("E"), Part("P")
    dE, dP = Part("E", "gradients"), Part("P", "gradients")

    def __init__(self, ids: int, features: int, steps: int, positions: bool = False) -> None:
        self.ids = checks.whole_number(ids, "ids")
        self.features = checks.whole_number(features, "features")
        self.steps = checks.whole_number(steps, "steps")
        self.positions = bool(positions)
        self.input_shape, self.output_shape = (self.steps,), (self.steps, self.features)
        tables = {"E": (self.ids, self.features)}
        super().__init__(tables | ({"P": (self.steps, self.features)} if positions else {}))

    def settings(self) -> dict[str, Any]:
        """The sizes of both tables."""
        return {
            "ids": self.ids,
            "features": self.features,
            "steps": self.steps,
            "positions": self.positions,
        }

    def initialize(self, generator: np.random.Generator) -> None:
        """Draw the rows from a normal distribution with the standard deviation 1/√features."""
        deviation = self.features**-0.5
        self.E = generator.normal(scale=deviation, size=(self.ids, self.features))
        if self.positions:
            self.P = generator.normal(scale=deviation, size=(self.steps, self.features))

    def forward(self, X: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """The rows, (samples, steps, features), for the ids X, (samples, steps), and the ids.

        Raises ValueError for ids that are not whole numbers from 0 to ids − 1.
        """
        ids = X.astype(np.intp)
        wrong = X[(ids != X) | (ids < 0) | (ids >= self.ids)]
        if wrong.size:
            raise ValueError(
                f"the id {wrong[0]:g} is not in the table: give whole numbers from 0 to "
                f"{self.ids - 1}"
            )
        A = self.E[ids]
        return (A + self.P[: ids.shape[1]] if self.positions else A), ids

    def backward(
        self, G: np.ndarray, cache: np.ndarray, gradient: Gradient, need_input: bool = True
    ) -> np.ndarray | None:
        """Zeros in the shape of the ids; adds the gradients of the rows that were used."""
        gradient.add("E", self.of_table(G, cache))
        if self.positions:
            gradient.add_rows("P", G)
        return np.zeros(cache.shape, G.dtype) if need_input else None

    def of_table(self, G: np.ndarray, ids: np.ndarray) -> np.ndarray:
        """Σ G over the places of each id, (ids, features)."""
        dE = np.zeros((self.ids, self.features), G.dtype)
        np.add.at(dE, ids, G)  # dE[ids] += G would count a repeated id once
        return dE
