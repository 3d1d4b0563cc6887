"""Data sets: wheat seeds, iris, digits, first names and your own, loaded, checked and scaled.

scikit-learn is imported where it is used: its import takes longer than most work with the data, and
code that only reads digits does not need it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from backprop.idx import read_idx
from backprop.samples import Dataset, one_hot
from backprop.tables import read_table

__all__ = [
    "DATA_FOLDER",
    "WHEAT_VARIETIES",
    "Dataset",
    "load_csv",
    "load_digits",
    "load_files",
    "load_first_names",
    "load_idx_pair",
    "load_images",
    "load_iris",
    "load_wheat_seeds",
    "one_hot",
    "standardize",
]

DATA_FOLDER = Path(__file__).resolve().parents[2] / "data"
"""Where the course keeps its data sets."""
LARGEST_IMAGES = 2**28  # bytes of a file, about five times MNIST's; X takes eight times as much
LARGEST_IMAGE = 2**16  # pixels
WHEAT_VARIETIES = ("Kama", "Rosa", "Canadian")


def standardize(train: Dataset, *others: Dataset) -> tuple[Dataset, ...]:
    """All parts, scaled so that each feature of `train` has mean 0 and standard deviation 1.

    The other parts are scaled with the mean and standard deviation of `train` too: a test part must
    not influence how the data are prepared.
    """
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train.X)
    return tuple(replace(part, X=scaler.transform(part.X)) for part in (train, *others))


def load_iris() -> Dataset:
    """Anderson's 150 irises, 50 of each species, 4 features in cm, from scikit-learn."""
    from sklearn import datasets

    iris = datasets.load_iris()
    names = tuple(name.removesuffix(" (cm)") for name in iris.feature_names)
    return Dataset(iris.data, iris.target, names, tuple(map(str, iris.target_names)))


def load_wheat_seeds(path: str | Path = DATA_FOLDER / "wheat_seeds.csv") -> Dataset:
    """210 wheat kernels, 70 of each variety, 7 measurements (Charytanowicz and others, 2010)."""
    check_course_data(Path(path))
    return load_csv(path, WHEAT_VARIETIES)


def load_digits(folder: str | Path = DATA_FOLDER / "digits") -> tuple[Dataset, Dataset]:
    """Handwritten digits for training and testing, from four IDX files with the names of MNIST's.

    The course's folder holds 4,000 and 1,000 images of MNIST; a folder with the four full files
    gives 60,000 and 10,000. X is (samples, pixels) with pixels from 0, the paper, to 1, the ink.
    Raises the errors of :func:`backprop.idx.read_idx`, and ValueError for files that do not belong
    together.
    """
    check_course_data(Path(folder))
    train, test = (load_images(Path(folder), part) for part in ("train", "t10k"))
    if train.feature_names != test.feature_names:
        raise ValueError(
            f"the images in {folder} have {train.X.shape[1]} pixels for training and "
            f"{test.X.shape[1]} for testing, or different shapes: give files from one data set"
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
                f"{path.name} holds numbers of type {array.dtype}: expected bytes (uint8)"
            )
    if len(images) != len(labels):
        raise ValueError(
            f"{paths[0].name} holds {len(images)} images and {paths[1].name} {len(labels)} labels: "
            f"give two files from one data set"
        )
    if labels.size == 0 or labels.max() > 9:
        raise ValueError(f"{paths[1].name} must hold labels from 0 to 9, and at least one")
    rows, columns = images.shape[1:]
    if not 0 < rows * columns <= LARGEST_IMAGE:
        raise ValueError(
            f"{paths[0].name} holds images of {rows} × {columns} pixels: expected at least one and "
            f"at most {LARGEST_IMAGE}"
        )
    names = tuple(f"pixel {row}, {column}" for row in range(rows) for column in range(columns))
    X = images.reshape(len(images), -1) / 255
    return Dataset(X, labels.astype(int), names, tuple("0123456789"))


def load_first_names(path: str | Path = DATA_FOLDER / "names" / "first_names.txt") -> list[str]:
    """5,163 first names of the United States census of 1990, in lower case, each once, sorted.

    Raises ValueError unless each line is one name, in the letters a to z.
    """
    check_course_data(Path(path))
    names = Path(path).read_text(encoding="utf-8").splitlines()
    for number, name in enumerate(names, start=1):
        if not (name.isascii() and name.isalpha() and name.islower()):
            raise ValueError(
                f"line {number} of {path} is {name!r}: give one name per line, with the letters a "
                f"to z and nothing else"
            )
    if not names:
        raise ValueError(f"{path} is empty: give one name per line")
    return names


def load_csv(path: str | Path, class_names: Sequence[str]) -> Dataset:
    """A CSV file with a header, the label in its last column, and classes in the given order.

    Raises the errors of :func:`backprop.tables.read_table`.
    """
    return read_table(path, class_names=class_names)


def load_files(
    paths: Sequence[str | Path], *, label: str | None = None, separator: str | None = None
) -> Dataset:
    """A user's own samples, in one CSV file or in two IDX files (arrays, then labels).

    `label` and `separator` are those of :func:`backprop.tables.read_table`. Raises its errors and
    those of :func:`load_idx_pair`, and ValueError for another number of files.
    """
    if len(paths) == 1:
        return read_table(paths[0], label=label, separator=separator)
    if len(paths) == 2:
        return load_idx_pair(*paths)
    raise ValueError(f"{len(paths)} files: give one CSV file, or two IDX files, arrays and labels")


def load_idx_pair(array_path: str | Path, label_path: str | Path) -> Dataset:
    """The samples in two IDX files: one array per sample, and its label, a whole number from 0.

    X is (samples, entries of an array) and keeps the file's type: one byte per pixel for images.
    Raises the errors of :func:`backprop.idx.read_idx`, and ValueError for files that do not belong
    together.
    """
    arrays, labels = read_idx(array_path), read_idx(label_path)
    if arrays.ndim < 2 or labels.ndim != 1 or len(arrays) != len(labels) or labels.size == 0:
        raise ValueError(
            f"{array_path} holds an array of shape {arrays.shape} and {label_path} one of shape "
            f"{labels.shape}: expected (samples, …) and (samples,), with equal numbers of samples"
        )
    if not np.issubdtype(labels.dtype, np.integer) or not 0 <= labels.min() <= labels.max() < 1e4:
        raise ValueError(f"{label_path} must hold labels that are whole numbers from 0 to 9999")
    X = arrays.reshape(len(arrays), -1)
    return Dataset(
        X,
        labels.astype(int),
        feature_names=tuple(f"entry {index}" for index in range(X.shape[1])),
        class_names=tuple(map(str, range(labels.max() + 1))),
    )


def check_course_data(path: Path) -> None:
    """Raise FileNotFoundError for one of the course's own data files if it is missing."""
    if DATA_FOLDER in path.parents and not path.exists():
        raise FileNotFoundError(
            f"no data at {path}: the data sets are not installed with the package. They are in the "
            f"folder data/ of the course's repository; pass the path there, such as "
            f"'backpropagation/data/{path.name}'"
        )
