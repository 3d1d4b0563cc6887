"""The samples given to a command: a CSV file, or IDX files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from backprop.datasets import load_files, load_idx_pair
from backprop.idx import read_idx
from backprop.samples import Dataset
from backprop.saving import Saved
from backprop.tables import read_features, read_table


def read_samples(paths: Sequence[Path], label: str | None, separator: str | None) -> Dataset:
    """The samples in one CSV file or in two IDX files, with their classes.

    Raises FileNotFoundError, and ValueError that names the file and the fault.
    """
    return load_files(paths, label=label, separator=separator)


def read_samples_for(
    saved: Saved, paths: Sequence[Path], label: str | None, separator: str | None
) -> Dataset:
    """The samples with the features and classes of a saved network, in its order.

    Raises the errors of `read_samples`, and ValueError for classes unknown to the network.
    """
    if len(paths) == 1:
        return read_table(
            paths[0],
            label=label,
            separator=separator,
            class_names=saved.class_names,
            feature_names=saved.feature_names,
        )
    if len(paths) != 2:
        raise ValueError(
            f"{len(paths)} files: give one CSV file, or two IDX files, arrays and labels"
        )
    samples = load_idx_pair(*paths)
    check_width(samples.X, paths[0], saved)
    if samples.labels.max() >= len(saved.class_names):
        raise ValueError(
            f"{paths[1]} has the label {samples.labels.max()}, but the network knows "
            f"{len(saved.class_names)} classes"
        )
    return replace(samples, class_names=saved.class_names)


def read_inputs(path: Path, separator: str | None, saved: Saved) -> np.ndarray:
    """The features of new samples, (samples, features). Raises the errors of `read_samples`."""
    if not path.is_file():
        raise FileNotFoundError(f"no data file at {path}: check the folder and the spelling")
    with path.open("rb") as file:
        is_table = file.read(2) not in (b"\0\0", b"\x1f\x8b")
    if is_table:
        return read_features(path, saved.feature_names, separator=separator)
    arrays = read_idx(path)
    X = arrays.reshape(len(arrays), -1)
    check_width(X, path, saved)
    return X


def check_width(X: np.ndarray, path: Path, saved: Saved) -> None:
    """Raise ValueError unless there are as many features as the network takes."""
    if X.shape[1] != len(saved.feature_names):
        raise ValueError(
            f"{path} has arrays of {X.shape[1]} numbers, but the network takes "
            f"{len(saved.feature_names)}"
        )
