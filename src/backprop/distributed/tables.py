"""A user's own data: a CSV file, or two IDX files with arrays and labels, ready to train on."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backprop.datasets import Dataset, load_csv
from backprop.idx import read_idx
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


def read_examples(paths: Sequence[Path]) -> Dataset:
    """The examples in one CSV file or in two IDX files.

    The CSV file has a header, numbers, and the class's name in its last column; classes are in
    alphabetical order, or in that of their numbers. The first IDX file has an array a sample, the
    second a label a sample, whole numbers from 0.

    Raises FileNotFoundError, and ValueError that names the file and what is wrong with it.
    """
    if len(paths) == 1:
        return load_csv(paths[0], class_names_in(paths[0]))
    if len(paths) == 2:
        return read_idx_pair(*paths)
    raise ValueError(f"{len(paths)} files: give one CSV file, or two IDX files, arrays and labels")


def class_names_in(path: Path) -> list[str]:
    """The different texts in the last column of a CSV file, in order."""
    if not path.is_file():
        raise FileNotFoundError(f"no data file at {path}: check the folder and the spelling")
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [row[-1] for row in csv.reader(file) if row][1:]
    except (UnicodeDecodeError, csv.Error) as problem:
        raise ValueError(
            f"{path} is no CSV file in UTF-8 ({problem}): IDX files come in pairs, arrays and "
            f"labels"
        ) from None
    names = sorted(set(rows))
    if len(names) < 2:
        raise ValueError(
            f"{path} has {len(names)} classes in its last column: at least 2 are needed"
        )
    if len(names) == len(rows) > 2:
        raise ValueError(
            f"{path} has another value in its last column in each of {len(rows)} rows: the last "
            f"column must name the class"
        )
    if all(name.lstrip("-").isdecimal() for name in names):
        names.sort(key=int)
    return names


def read_idx_pair(array_path: Path, label_path: Path) -> Dataset:
    """The examples in two IDX files, each array laid out as one row."""
    arrays, labels = read_idx(array_path), read_idx(label_path)
    if arrays.ndim < 2 or labels.ndim != 1 or len(arrays) != len(labels) or labels.size == 0:
        raise ValueError(
            f"{array_path} holds an array of shape {arrays.shape} and {label_path} one of shape "
            f"{labels.shape}: expected (samples, …) and (samples,), with as many samples"
        )
    if not np.issubdtype(labels.dtype, np.integer) or not 0 <= labels.min() <= labels.max() < 1e4:
        raise ValueError(f"{label_path} must hold labels that are whole numbers from 0 to 9999")
    X = arrays.reshape(len(arrays), -1).astype(float)
    return Dataset(
        X,
        labels.astype(int),
        feature_names=tuple(f"entry {index}" for index in range(X.shape[1])),
        class_names=tuple(map(str, range(labels.max() + 1))),
    )
