"""The samples that a command is given: a CSV file, or two IDX files with arrays and labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from backprop.datasets import read_idx_arrays, read_idx_pair
from backprop.samples import Dataset
from backprop.saving import Saved
from backprop.tables import read_features, read_table


def read_samples(
    paths: Sequence[Path], label: str | None, separator: str | None, saved: Saved | None = None
) -> Dataset:
    """The samples in one CSV file or in two IDX files, with the classes of `saved` if it is given.

    Raises FileNotFoundError, and ValueError that names the file and what is wrong with it.
    """
    class_names = None if saved is None else saved.class_names
    feature_names = None if saved is None else saved.feature_names
    if len(paths) == 1:
        return read_table(
            paths[0],
            label=label,
            separator=separator,
            class_names=class_names,
            feature_names=feature_names,
        )
    if len(paths) == 2:
        return read_idx_pair(*paths, class_names=class_names)
    raise ValueError(f"{len(paths)} files: give one CSV file, or two IDX files, arrays and labels")


def read_inputs(path: Path, separator: str | None, saved: Saved) -> np.ndarray:
    """The features of new samples, (samples, features). Raises what `read_samples` raises."""
    with path.open("rb") as file:
        compressed_or_idx = file.read(2) in (b"\0\0", b"\x1f\x8b")
    if not compressed_or_idx:
        return read_features(path, saved.feature_names, separator=separator)
    X = read_idx_arrays(path)
    if X.shape[1] != len(saved.feature_names):
        raise ValueError(
            f"{path} has arrays of {X.shape[1]} numbers, and the network takes "
            f"{len(saved.feature_names)}"
        )
    return X
