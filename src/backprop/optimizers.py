"""Update rules: what to do with a gradient once backpropagation has computed it."""

from __future__ import annotations

import numpy as np


class GradientDescent:
    """w ← w − η · ∂L/∂w for every parameter at once, with η the learning rate (Cauchy 1847).

    Raises ValueError unless the learning rate is a finite number greater than 0.
    """

    def __init__(self, learning_rate: float) -> None:
        if not 0 < learning_rate < np.inf:
            raise ValueError(
                f"the learning rate is {learning_rate}: give a finite number greater than 0"
            )
        self.learning_rate = learning_rate

    def step(self, parameters: np.ndarray, gradient: np.ndarray) -> None:
        """Change `parameters` in place; both are flat vectors of the same length."""
        parameters -= self.learning_rate * gradient

    def __repr__(self) -> str:
        return f"GradientDescent({self.learning_rate})"
