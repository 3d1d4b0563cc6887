"""Normalization: numbers are given mean 0 and variance 1, and then a scale and a shift to learn.

First without scale and shift. From n numbers h_1 … h_n with mean m and standard deviation s::

    y_i = (h_i − m) / s        m = mean(h)        s² = mean((h − m)²) + ε

A change of one h_i changes its own y_i, but also m and s, and so every y. Let g_i = ∂L/∂y_i. Moving
h_i by a small d moves m by d/n and s by y_i d/n, because ∂s²/∂h_i = 2 (h_i − m)/n, and so every y_j
by (−1 − y_j y_i) d / (n s), and y_i by d/s besides. The chain rule adds up what that does to L::

    ∂L/∂h_i = (g_i − mean(g) − y_i mean(g ⊙ y)) / s

The first term is the direct way. The second takes out of g what would move all numbers together,
which the mean removes; the third what would stretch them, which the division removes. A gradient
with respect to h therefore has the sum 0.

With a scale γ and a shift β, a = γ y + β, what arrives is first G = ∂L/∂a, and g = G γ::

    ∂L/∂γ = Σ G ⊙ y        ∂L/∂β = Σ G

Layer normalization takes the means over the features of a row: each row for itself. Batch
normalization takes them over the rows: each feature for itself. Then the output for one sample
depends on the others in its batch. After training it uses means and variances that were collected
while training, as constants, and the gradient is G γ / s.

Sources: Ioffe and Szegedy, "Batch normalization" (2015); Ba, Kiros and Hinton, "Layer
normalization" (2016).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from backprop import checks
from backprop.layers.layer import Layer
from backprop.parameters import Gradient, Part


class NormalizationCache(NamedTuple):
    """What a forward pass keeps: the normalized `Y`, in the shape of the input, and `deviation`.

    The axes over which the means were taken have size 1 in `deviation`. `constant` says that mean
    and deviation did not depend on the input.
    """

    Y: np.ndarray
    deviation: np.ndarray
    constant: bool


class Normalization(Layer):
    """What both kinds share: `features` numbers in the last axis, a scale and a shift for each.

    The parameters are `scale` and `shift`, (features,), which start at 1 and 0.
    """

    scale, shift = Part("scale"), Part("shift")
    dscale, dshift = Part("scale", "gradients"), Part("shift", "gradients")

    def __init__(self, features: int, epsilon: float = 1e-5) -> None:
        self.features = checks.whole_number(features, "features")
        self.epsilon = checks.number(epsilon, "epsilon", above=0)
        self.input_shape = self.output_shape = (self.features,)
        super().__init__({"scale": (self.features,), "shift": (self.features,)})

    def settings(self) -> dict[str, Any]:
        """The number of features, and ε."""
        return {"features": self.features, "epsilon": self.epsilon}

    def initialize(self, generator: np.random.Generator) -> None:
        """Scale 1 and shift 0: nothing is drawn."""
        self.scale = np.ones(self.features)

    @abstractmethod
    def axes(self, X: np.ndarray) -> tuple[int, ...]:
        """The axes over which the means are taken."""

    def normalize(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Y, the mean and the deviation of X over its axes."""
        axes = self.axes(X)
        mean = X.mean(axis=axes, keepdims=True)
        centred = X - mean
        variance = np.square(centred).mean(axis=axes, keepdims=True)
        deviation = np.sqrt(variance + X.dtype.type(self.epsilon))
        return centred / deviation, mean, deviation

    def forward(
        self, X: np.ndarray, training: bool = False
    ) -> tuple[np.ndarray, NormalizationCache]:
        """Y · scale + shift, in the shape of X, and the cache."""
        Y, _, deviation = self.normalize(X)
        return Y * self.scale + self.shift, NormalizationCache(Y, deviation, constant=False)

    def backward(
        self, G: np.ndarray, cache: NormalizationCache, gradient: Gradient, need_input: bool = True
    ) -> np.ndarray | None:
        """∂L/∂X; adds the gradients of scale and shift, sums over all axes but the last."""
        gradient.add_rows("scale", (G * cache.Y).reshape(-1, self.features))
        gradient.add_rows("shift", G.reshape(-1, self.features))
        return self.input_gradient(G * self.scale, cache) if need_input else None

    def input_gradient(self, G: np.ndarray, cache: NormalizationCache) -> np.ndarray:
        """∂L/∂X from G = ∂L/∂Y."""
        if cache.constant:
            through: np.ndarray = G / cache.deviation
            return through
        return self.through_the_means(G, cache)

    def through_the_means(self, G: np.ndarray, cache: NormalizationCache) -> np.ndarray:
        """(G − mean(G) − Y ⊙ mean(G ⊙ Y)) / s."""
        axes = self.axes(G)
        along_mean = G.mean(axis=axes, keepdims=True)
        along_deviation = (G * cache.Y).mean(axis=axes, keepdims=True)
        along_rest: np.ndarray = G - along_mean - cache.Y * along_deviation
        along_rest /= cache.deviation
        return along_rest


class LayerNormalization(Normalization):
    """Normalizes each row over its features.

    Raises ValueError for fewer than one feature and an ε that is not above 0.
    """

    def axes(self, X: np.ndarray) -> tuple[int, ...]:
        """The last axis."""
        return (-1,)


class BatchNormalization(Normalization):
    """Normalizes each feature over all rows of a batch; after training, by what it collected.

    In training the collected `mean` and `variance` move by the share `momentum` towards those of
    the batch. They are not parameters, since no gradient moves them, but part of the settings, so
    that a saved network has them. A batch needs at least two rows.

    Raises ValueError for fewer than one feature, a share outside (0, 1), and statistics that do not
    fit.
    """

    def __init__(
        self,
        features: int,
        epsilon: float = 1e-5,
        momentum: float = 0.1,
        mean: ArrayLike | None = None,
        variance: ArrayLike | None = None,
    ) -> None:
        super().__init__(features, epsilon)
        self.momentum = checks.number(momentum, "the momentum", above=0, below=1)
        self.mean, self.variance = np.zeros(self.features), np.ones(self.features)
        for name, values in (("mean", mean), ("variance", variance)):
            if values is not None:
                checks.assign(getattr(self, name), values, f"the {name} of each feature")

    def settings(self) -> dict[str, Any]:
        """Also the share, and what was collected, as lists."""
        collected: dict[str, Sequence[float]] = {
            "mean": self.mean.tolist(),
            "variance": self.variance.tolist(),
        }
        return super().settings() | {"momentum": self.momentum} | collected

    def axes(self, X: np.ndarray) -> tuple[int, ...]:
        """All axes but the last."""
        return tuple(range(X.ndim - 1))

    def forward(
        self, X: np.ndarray, training: bool = False
    ) -> tuple[np.ndarray, NormalizationCache]:
        """In training by the batch's own mean and deviation, otherwise by the collected ones."""
        if training:
            Y, mean, deviation = self.normalize(X)
            self.collect(X, mean)
            return Y * self.scale + self.shift, NormalizationCache(Y, deviation, constant=False)
        deviation = np.sqrt(self.variance + self.epsilon).astype(X.dtype)
        Y = (X - self.mean.astype(X.dtype)) / deviation
        return Y * self.scale + self.shift, NormalizationCache(Y, deviation, constant=True)

    def collect(self, X: np.ndarray, mean: np.ndarray) -> None:
        """Move the collected statistics towards those of the batch; its variance with n − 1."""
        rows = X.size // self.features
        if rows < 2:
            raise ValueError(
                f"batch normalization got {rows} row in training: a mean and a variance need at "
                f"least 2; use larger batches, or layer normalization"
            )
        variance = X.var(axis=self.axes(X), ddof=1)
        self.mean += self.momentum * (mean.reshape(-1) - self.mean)
        self.variance += self.momentum * (variance - self.variance)
