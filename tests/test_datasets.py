"""The data: what they are, where they come from, and how they are prepared."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backprop import datasets
from backprop.datasets import DATA_FOLDER


def test_wheat_seeds():
    wheat = datasets.load_wheat_seeds()
    assert wheat.X.shape == (210, 7) and wheat.feature_names[:2] == ("area", "perimeter")
    assert wheat.class_names == ("Kama", "Rosa", "Canadian")
    assert np.bincount(wheat.labels).tolist() == [70, 70, 70]
    area, perimeter, compactness = wheat.X[:, :3].T
    assert np.abs(compactness - 4 * np.pi * area / perimeter**2).max() < 0.002


def test_iris():
    iris = datasets.load_iris()
    assert iris.X.shape == (150, 4) and iris.feature_names[0] == "sepal length"
    assert iris.class_names == ("setosa", "versicolor", "virginica")
    assert np.bincount(iris.labels).tolist() == [50, 50, 50]
    assert iris.Y.shape == (150, 3) and np.array_equal(iris.Y.argmax(axis=1), iris.labels)


def test_first_names():
    names = datasets.load_first_names()
    assert len(names) == 5163 and names == sorted(set(names))
    assert {"ada", "grace", "alan", "mary"} <= set(names)
    assert set("".join(names)) == set("abcdefghijklmnopqrstuvwxyz")
    assert (min(map(len, names)), max(map(len, names))) == (2, 11)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty: give one name per line"),
        ("ada\n\nbo\n", "line 2 of .* is ''"),
        ("ada\nBo\n", "line 2 of .* is 'Bo': give one name per line, with the letters a"),
        ("jo ann\n", "line 1 of .* is 'jo ann'"),
        ("zoë\n", "line 1 of .* is 'zoë'"),
    ],
)
def test_bad_lists_of_names_are_named(tmp_path, text, message):
    path = tmp_path / "names.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        datasets.load_first_names(path)


def test_every_data_file_is_described_with_its_sum_origin_and_licence():
    text = (DATA_FOLDER / "README.md").read_text(encoding="utf-8")
    files = [path for path in DATA_FOLDER.rglob("*") if path.is_file() and path.name != "README.md"]
    files = [path for path in files if path.suffix not in (".py", ".pyc")]  # what made a file
    sums = dict(re.findall(r"## `([^`]+)`.*?SHA-256 `([0-9a-f]{64})`", text, flags=re.DOTALL))
    assert set(sums) == {path.relative_to(DATA_FOLDER).as_posix() for path in files}
    for path in files:
        name = path.relative_to(DATA_FOLDER).as_posix()
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sums[name], name
        # Files of one section share its origin and licence.
        section = text[text.rindex("\n## ", 0, text.index(f"`{name}`") + 4) :]
        section = section[: section.find("\n## ", 4)]
        assert "Origin" in section and "Licence" in section, name


def test_split_has_the_published_size_and_repeats():
    train, test = datasets.load_iris().split(20, seed=4)
    assert len(train.X) == 130 and np.bincount(test.labels).tolist() == [9, 4, 7]
    again, _ = datasets.load_iris().split(20, seed=4)
    assert np.array_equal(train.X, again.X) and train.class_names == again.class_names


def test_standardizing_learns_from_the_training_part_alone():
    train, test = datasets.load_iris().split(30, seed=0)
    scaled_train, scaled_test = datasets.standardize(train, test)
    assert scaled_train.X.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert scaled_train.X.std(axis=0) == pytest.approx(1)
    mean, deviation = train.X.mean(axis=0), train.X.std(axis=0)
    assert pytest.approx((test.X - mean) / deviation) == scaled_test.X
    assert np.array_equal(scaled_test.labels, test.labels)


def test_one_hot():
    assert datasets.one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 3], "label 3 is outside 0 to 2"),
        ([-1], "label -1 is outside"),
        ([0.0, 1.0], r"labels are float64 of shape \(2,\)"),
        ([[0], [1]], r"of shape \(2, 1\): give whole numbers of shape \(samples,\)"),
        (["a"], "give whole numbers"),
    ],
)
def test_labels_that_are_none(labels, message):
    with pytest.raises(ValueError, match=message):
        datasets.one_hot(labels, 3)


def test_load_csv(tmp_path):
    path = tmp_path / "kinds.csv"
    path.write_text("length,width,kind\n1.5,2,a\n3,4,b\n", encoding="utf-8")
    data = datasets.load_csv(path, ["b", "a"])
    assert data.X.tolist() == [[1.5, 2.0], [3.0, 4.0]] and data.labels.tolist() == [1, 0]
    assert data.feature_names == ("length", "width") and data.class_names == ("b", "a")


def test_load_csv_names_what_is_wrong(tmp_path):
    path = Path(tmp_path / "kinds.csv")
    path.write_text("length,width,kind\n1.5,x,a\n", encoding="utf-8")
    with pytest.raises(ValueError, match="kinds.csv, line 2, column 'width': 'x' is not a number"):
        datasets.load_csv(path, ["a"])
    with pytest.raises(FileNotFoundError, match="no data file"):
        datasets.load_wheat_seeds(tmp_path / "wheat.csv")


def test_the_package_alone_says_where_the_data_are(tmp_path):
    """As after `pip install` of a wheel: the package is there and the folder `data` is not."""
    shutil.copytree(Path(datasets.__file__).parent, tmp_path / "lib" / "python" / "backprop")
    program = """if True:
        from backprop.datasets import load_digits, load_wheat_seeds
        for load in (load_digits, load_wheat_seeds):
            try:
                load()
            except FileNotFoundError as problem:
                print(problem)
    """
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(tmp_path / "lib" / "python")},
    )
    for line, name in zip(done.stdout.splitlines(), ("digits", "wheat_seeds.csv"), strict=True):
        assert (
            f"no data at {tmp_path / 'lib' / 'data' / name}: the data sets are not installed"
            in line
        )
        assert "in the folder data/ of the course's repository; pass the path there" in line


def test_a_folder_of_ones_own_that_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no IDX file at .*mine.*check the folder"):
        datasets.load_digits(tmp_path / "mine")
