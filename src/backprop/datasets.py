"""Data sets: wheat seeds, iris and handwritten digits, loaded, checked, split and scaled.

scikit-learn is imported where it is used: its import takes longer than most of what is done with
the data, and whoever only reads digits can do without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from backprop import loops
from backprop.idx import read_idx

DATA_FOLDER = Path(__file__).resolve().parents[2] / "data"
LARGEST_IMAGES = 2**28  # bytes of a file, some five times MNIST's; as X they take eight times that
LARGEST_IMAGE = 2**16  # pixels
WHEAT_VARIETIES = ("Kama", "Rosa", "Canadian")


@dataclass(frozen=True)
class Dataset:
    """Features X (samples, features), labels (samples,), and the names of both.

    A label is the place of its class in `class_names`.
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
        """A training part and a test part, drawn at random with scikit-learn's generator."""
        from sklearn.model_selection import train_test_split

        parts = train_test_split(self.X, self.labels, test_size=test_size, random_state=seed)
        X_train, X_test, labels_train, labels_test = parts
        names = self.feature_names, self.class_names
        return Dataset(X_train, labels_train, *names), Dataset(X_test, labels_test, *names)


def standardize(train: Dataset, *others: Dataset) -> tuple[Dataset, ...]:
    """All parts with the mean of each feature at 0 and its standard deviation at 1.

    Mean and deviation are those of `train` alone, for the other parts too: what is measured on a
    test part must not have helped to prepare it.
    """
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train.X)
    return tuple(replace(part, X=scaler.transform(part.X)) for part in (train, *others))


def one_hot(labels: ArrayLike, classes: int) -> np.ndarray:
    """Rows with a 1 at the place of the label, (samples, classes), in float64.

    Raises ValueError unless the labels are whole numbers from 0 to classes − 1 in one dimension.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"labels are {labels.dtype} of shape {labels.shape}: give whole numbers of shape "
            f"(samples,), one for each sample"
        )
    outside = labels[(labels < 0) | (labels >= classes)]
    if outside.size:
        raise ValueError(f"label {outside[0]} is outside 0 to {classes - 1}, the {classes} classes")
    return np.eye(classes)[labels]


def load_iris() -> Dataset:
    """Anderson's 150 irises, 50 of each species, 4 features in cm, from scikit-learn."""
    from sklearn import datasets

    iris = datasets.load_iris()
    names = tuple(name.removesuffix(" (cm)") for name in iris.feature_names)
    return Dataset(iris.data, iris.target, names, tuple(map(str, iris.target_names)))


def load_wheat_seeds(path: str | Path = DATA_FOLDER / "wheat_seeds.csv") -> Dataset:
    """210 wheat kernels, 70 of each variety, 7 measurements (Charytanowicz and others, 2010)."""
    return load_csv(path, WHEAT_VARIETIES)


def load_digits(folder: str | Path = DATA_FOLDER / "digits") -> tuple[Dataset, Dataset]:
    """Handwritten digits to train and to test, from four IDX files named as MNIST's are.

    The folder of the course holds 4,000 and 1,000 images of MNIST; the four full files in its
    place give 60,000 and 10,000. X is (samples, pixels) with pixels from 0, the paper, to 1, the
    ink. Raises what :func:`backprop.idx.read_idx` raises, and ValueError for files that do not
    belong together.
    """
    train, test = (load_images(Path(folder), part) for part in ("train", "t10k"))
    if train.feature_names != test.feature_names:
        raise ValueError(
            f"the images in {folder} have {train.X.shape[1]} pixels to train and {test.X.shape[1]} "
            f"to test, or another shape: the files do not belong together"
        )
    return train, test


def load_images(folder: Path, part: str) -> Dataset:
    """The images and labels of one part; each file may be compressed (.gz) or not."""
    paths = [folder / f"{part}-{kind}-ubyte" for kind in ("images-idx3", "labels-idx1")]
    paths = [path if path.is_file() else path.with_name(path.name + ".gz") for path in paths]
    images, labels = (read_idx(path, largest=LARGEST_IMAGES) for path in paths)
    if images.ndim != 3 or labels.ndim != 1:
        raise ValueError(
            f"{paths[0].name} holds an array of {images.ndim} dimensions and {paths[1].name} one "
            f"of {labels.ndim}: expected 3 (samples, rows, columns) and 1 (samples)"
        )
    for path, array in zip(paths, (images, labels)):
        if array.dtype != np.uint8:
            raise ValueError(
                f"{path.name} holds numbers of the type {array.dtype}, and expected are bytes"
            )
    if len(images) != len(labels):
        raise ValueError(
            f"{paths[0].name} holds {len(images)} images and {paths[1].name} {len(labels)} labels: "
            f"the files do not belong together"
        )
    if labels.size == 0 or labels.max() > 9:
        raise ValueError(f"{paths[1].name} must hold labels from 0 to 9, and at least one")
    rows, columns = images.shape[1:]
    if not 0 < rows * columns <= LARGEST_IMAGE:
        raise ValueError(
            f"{paths[0].name} holds images of {rows} × {columns} pixels: expected are at least one "
            f"and at most {LARGEST_IMAGE}"
        )
    names = tuple(f"pixel {row}, {column}" for row in range(rows) for column in range(columns))
    X = images.reshape(len(images), -1) / 255
    return Dataset(X, labels.astype(int), names, tuple("0123456789"))


def load_csv(path: str | Path, class_names: Sequence[str]) -> Dataset:
    """A CSV file with a header, features first and the class's name in the last column.

    Read and checked by :func:`backprop.loops.load_csv`, and raises what it raises.
    """
    examples = loops.load_csv(path, class_names)
    feature_names = pd.read_csv(path, nrows=0).columns[:-1]
    return Dataset(
        X=np.array([features for features, _ in examples]),
        labels=np.array([label for _, label in examples]),
        feature_names=tuple(feature_names),
        class_names=tuple(class_names),
    )
