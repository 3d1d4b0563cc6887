"""Another shape for the same numbers, between layers that need different ones.

Nothing is computed, so the backward pass gives the gradient the shape of the input again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from backprop import checks
from backprop.layers.layer import Layer
from backprop.parameters import Gradient


class Reshape(Layer):
    """Samples of the shape `before` become samples of the shape `after`, row by row.

    Raises ValueError for shapes with different numbers of entries.
    """

    def __init__(self, before: Sequence[int], after: Sequence[int]) -> None:
        self.input_shape = tuple(checks.whole_number(n, "a size before") for n in before)
        self.output_shape = tuple(checks.whole_number(n, "a size after") for n in after)
        if math.prod(self.input_shape) != math.prod(self.output_shape):
            raise ValueError(
                f"{self.input_shape} has {math.prod(self.input_shape)} entries and "
                f"{self.output_shape} has {math.prod(self.output_shape)}: both need as many"
            )
        super().__init__()

    def settings(self) -> dict[str, Any]:
        """Both shapes."""
        assert self.input_shape is not None and self.output_shape is not None
        return {"before": list(self.input_shape), "after": list(self.output_shape)}

    def forward(self, X: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple[int, ...]]:
        """X as (samples, after…), and the shape that it had."""
        assert self.output_shape is not None
        return X.reshape(len(X), *self.output_shape), X.shape

    def backward(
        self,
        G: np.ndarray,
        cache: tuple[int, ...],
        gradient: Gradient,
        need_input: bool = True,
    ) -> np.ndarray | None:
        """G in the shape of the input."""
        return G.reshape(cache)
