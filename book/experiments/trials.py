"""The common part of the experiments of chapter 16: the data and contenders of a fair trial.

All contenders of a trial get the same rows: `draw` splits a data set again for each seed. A
contender is a function that learns from the training part, with a generator for its random draws,
and returns its `predict`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from sklearn.base import ClassifierMixin, clone

from backprop.datasets import Dataset, load_digits, load_iris, load_wheat_seeds, standardize
from backprop.network import Network
from backprop.optimizers import Momentum
from backprop.training import History, patience, train

Predict = Callable[[np.ndarray], np.ndarray]
Contender = Callable[[Dataset, np.random.Generator], Predict]


# The data of a trial

LOADERS = {"wheat": load_wheat_seeds, "iris": load_iris}
DIGITS_ROWS = {"500 digits": 500, "4,000 digits": 4000}


def split(data: str, seed: int) -> tuple[Dataset, Dataset]:
    """A training part and a test part, both drawn again for each seed, unscaled.

    Of wheat and iris, a third is the test part. Of the 5,000 digits, 1,000 are the test part and
    500 or 4,000 of the others the training part.
    """
    if data in LOADERS:
        return LOADERS[data]().split(1 / 3, seed)
    training, test = all_digits().split(1000, seed)
    return first_rows(training, DIGITS_ROWS[data]), test


def draw(data: str, seed: int) -> tuple[Dataset, Dataset]:
    """The same parts with standardized features; the pixels of digits stay from 0 to 1."""
    parts = split(data, seed)
    return standardize(*parts) if data in LOADERS else parts


@cache
def all_digits() -> Dataset:
    """The 4,000 and the 1,000 images of the course as one data set."""
    parts = load_digits()
    X = np.concatenate([part.X for part in parts]).astype(np.float32)
    return replace(parts[0], X=X, labels=np.concatenate([part.labels for part in parts]))


def first_rows(part: Dataset, rows: int) -> Dataset:
    """The first rows of a data set whose order is random."""
    return replace(part, X=part.X[:rows], labels=part.labels[:rows])


def with_wrong_labels(part: Dataset, share: float, generator: np.random.Generator) -> Dataset:
    """Each label is replaced with that probability by one of the other classes."""
    classes, rows = len(part.class_names), len(part.labels)
    wrong = generator.random(rows) < share
    shift = np.where(wrong, generator.integers(1, classes, rows), 0)
    return replace(part, labels=(part.labels + shift) % classes)


def with_noisy_inputs(part: Dataset, deviation: float, generator: np.random.Generator) -> Dataset:
    """Normal noise of that standard deviation is added to every feature of every row."""
    noise = generator.normal(scale=deviation, size=part.X.shape)
    return replace(part, X=(part.X + noise).astype(part.X.dtype))


# The contenders


@dataclass(frozen=True)
class Recipe:
    """The settings of a network with one hidden layer: ReLU, softmax, cross-entropy, momentum."""

    epochs: int
    hidden: int = 30
    learning_rate: float = 0.05
    batch_size: int = 32
    initialization: object = "he"
    l2: float = 0.0

    def network(self, part: Dataset, generator: np.random.Generator) -> Network:
        """An untrained network for these data."""
        return Network(
            [part.X.shape[1], self.hidden, len(part.class_names)],
            ["relu", "softmax"],
            loss="categorical cross-entropy",
            initialization=self.initialization,
            l2=self.l2,
            generator=generator,
            dtype=np.float32,
        )

    def train(
        self, network: Network, part: Dataset, generator: np.random.Generator, **settings: object
    ) -> History:
        """Train on the rows of `part`; further settings are those of training.train."""
        settings = {"epochs": self.epochs, "batch_size": self.batch_size} | settings
        optimizer = Momentum(self.learning_rate, 0.9)
        return train(
            network, part.X, part.Y, optimizer, generator=generator, progress=False, **settings
        )


# One recipe for all data, except for the epochs.
RECIPES = {
    "wheat": Recipe(epochs=200),
    "iris": Recipe(epochs=200),
    "500 digits": Recipe(epochs=40),
    "4,000 digits": Recipe(epochs=20),
}


def network_contender(recipe: Recipe) -> Contender:
    """A network that trains for all epochs of its recipe."""

    def learn(training: Dataset, generator: np.random.Generator) -> Predict:
        network = recipe.network(training, generator)
        recipe.train(network, training, generator)
        return network.classify

    return learn


def stopped_early(recipe: Recipe, epochs: int = 20) -> Contender:
    """A network that validates on a fifth of its rows and keeps the best parameters there."""

    def learn(training: Dataset, generator: np.random.Generator) -> Predict:
        network = recipe.network(training, generator)
        fit, validation = training.split(0.2, seed=int(generator.integers(2**31)))
        watched = {"validation": (validation.X, validation.Y), "stop": [patience(epochs)]}
        recipe.train(network, fit, generator, **watched)
        return network.classify

    return learn


def library_contender(model: ClassifierMixin) -> Contender:
    """A classifier of scikit-learn."""

    def learn(training: Dataset, generator: np.random.Generator) -> Predict:
        return clone(model).fit(training.X, training.labels).predict

    return learn


def choose(
    candidates: Sequence[Contender], training: Dataset, generator: np.random.Generator
) -> Contender:
    """The candidate that scores best on a fifth of the training rows, the first of equal ones."""
    fit, validation = training.split(0.2, seed=int(generator.integers(2**31)))
    scores = [accuracy(learn(fit, generator), validation) for learn in candidates]
    return candidates[int(np.argmax(scores))]


def chosen(candidates: Sequence[Contender]) -> Contender:
    """The candidate that `choose` takes, trained again on all rows."""

    def learn(training: Dataset, generator: np.random.Generator) -> Predict:
        return choose(candidates, training, generator)(training, generator)

    return learn


def accuracy(predict: Predict, part: Dataset) -> float:
    """The proportion of correct predictions."""
    return float((predict(part.X) == part.labels).mean())
