"""Samples and their labels: the form of every data set in this course."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Dataset", "one_hot"]


@dataclass(frozen=True)
class Dataset:
    """Samples: their features `X`, (samples, features), and their `labels`, (samples,).

    `feature_names` has one name per column of X. A label is the index of its class in
    `class_names`.
    """

    X: np.ndarray
    labels: np.ndarray
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]

    @property
    def Y(self) -> np.ndarray:
        """The labels as one-hot rows, (samples, classes)."""
        return one_hot(self.labels, len(self.class_names))

    def split(self, test_size: int | float, seed: int) -> tuple[Dataset, Dataset]:
        """A training part and a test part, drawn at random with scikit-learn's generator.

        `test_size` is the number of test samples, or their proportion as a float below 1. Raises
        ValueError where one of the parts would be empty.
        """
        from sklearn.model_selection import train_test_split

        parts = train_test_split(self.X, self.labels, test_size=test_size, random_state=seed)
        X_train, X_test, labels_train, labels_test = parts
        names = self.feature_names, self.class_names
        return Dataset(X_train, labels_train, *names), Dataset(X_test, labels_test, *names)

    def take(self, rows: np.ndarray) -> Dataset:
        """The samples of these indices, in their order."""
        return replace(self, X=self.X[rows], labels=self.labels[rows])


def one_hot(labels: ArrayLike, classes: int) -> np.ndarray:
    """Rows with a 1 at the index of the label, (samples, classes), in float64.

    Raises ValueError unless the labels are whole numbers from 0 to classes − 1 in one dimension.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"labels are {labels.dtype} of shape {labels.shape}: give whole numbers of shape "
            f"(samples,), one per sample"
        )
    outside = labels[(labels < 0) | (labels >= classes)]
    if outside.size:
        raise ValueError(f"label {outside[0]} is outside 0 to {classes - 1}, the {classes} classes")
    rows: np.ndarray = np.eye(classes)[labels]
    return rows
