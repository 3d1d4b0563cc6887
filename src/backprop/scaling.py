"""Scaling of features: mean 0 and standard deviation 1, kept next to the network that needs it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Scaling"]


@dataclass(frozen=True)
class Scaling:
    """The scaling of features, (X − shift) / scale.

    `shift` and `scale` have one number per feature, (features,), or are single numbers for all.
    """

    shift: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, X: np.ndarray, *, alike: bool) -> Scaling:
        """Mean 0 and standard deviation 1: of each column, or of all numbers if they are `alike`.

        A constant column is only shifted. Computed in float64, whatever the type of X.
        """
        axis = None if alike else 0
        deviation = X.std(axis=axis, dtype=np.float64)
        mean = X.mean(axis=axis, dtype=np.float64)
        return cls(np.asarray(mean), np.where(deviation > 0, deviation, 1.0))

    def __call__(self, X: np.ndarray) -> np.ndarray:
        """The scaled features in float64: float32 cannot hold a small spread at a large mean."""
        scaled: np.ndarray = (X - self.shift) / self.scale
        return scaled
