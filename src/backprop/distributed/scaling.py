"""Scale features, and let the first layer of a network do the scaling itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backprop.network import Network


@dataclass(frozen=True)
class Scaling:
    """Features are scaled as (X − shift) / scale; both are rows, or single numbers for all."""

    shift: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, X: np.ndarray, *, alike: bool) -> Scaling:
        """Mean 0 and deviation 1: of each column, or of the whole table if all are `alike`.

        What does not vary is only shifted.
        """
        axis = None if alike else 0
        deviation = X.std(axis=axis)
        return cls(X.mean(axis=axis), np.where(deviation > 0, deviation, 1.0))

    def __call__(self, X: np.ndarray) -> np.ndarray:
        """The scaled features."""
        return (X - self.shift) / self.scale

    def fold_into(self, network: Network) -> None:
        """Change a network that takes scaled features into one that takes them as they are.

        (x − shift) / scale · W + b = x · (W / scale) + (b − (shift / scale) · W): the first layer
        can do the scaling itself.
        """
        first = network.layers[0]
        shift, scale = (np.broadcast_to(part, first.inputs) for part in (self.shift, self.scale))
        first.W /= scale[:, np.newaxis]
        first.b -= shift @ first.W
