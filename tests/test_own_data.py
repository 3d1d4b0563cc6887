"""A user's own files, read and scaled for training on several machines. None of this needs Dask."""

import importlib
import re
import sys

import numpy as np
import pytest

from backprop.datasets import DATA_FOLDER, load_digits, load_files, load_wheat_seeds
from backprop.idx import write_idx
from backprop.scaling import Scaling

ROOT = DATA_FOLDER.parent


def test_a_csv_file_is_read_with_its_classes_in_alphabetical_order():
    examples, wheat = load_files([DATA_FOLDER / "wheat_seeds.csv"]), load_wheat_seeds()
    np.testing.assert_array_equal(examples.X, wheat.X)
    assert examples.class_names == ("Canadian", "Kama", "Rosa")
    names = [examples.class_names[label] for label in examples.labels]
    assert names == [wheat.class_names[label] for label in wheat.labels]


def test_classes_that_are_numbers_stand_in_their_order(tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text(
        "x,class\n" + "".join(f"{row},{row % 12}\n" for row in range(24)), encoding="utf-8"
    )
    examples = load_files([path])
    assert examples.class_names == tuple(map(str, range(12)))
    assert examples.labels.tolist() == [row % 12 for row in range(24)]


def test_an_idx_pair_is_read_as_it_stands():
    folder = DATA_FOLDER / "digits"
    files = [folder / f"t10k-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1")]
    examples, (_, test) = load_files(files), load_digits()
    np.testing.assert_array_equal(examples.X, (test.X * 255).round())
    assert examples.X.dtype == np.uint8  # a byte per pixel, as in the file
    np.testing.assert_array_equal(examples.Y, test.Y)


def test_a_csv_file_with_its_label_and_separator(tmp_path):
    path = tmp_path / "first.csv"
    path.write_text("class|x\n1|5\n0|6\n1|7\n", encoding="utf-8")
    examples = load_files([path], label="class", separator="|")
    assert examples.labels.tolist() == [1, 0, 1] and examples.X.tolist() == [[5], [6], [7]]
    with pytest.raises(ValueError, match="first.csv, line 1: there is one column"):
        load_files([path])


@pytest.mark.parametrize(
    ("arrays", "labels", "message"),
    [
        (np.zeros((3, 2)), np.zeros(2, np.uint8), r"shape \(3, 2\) and .* \(2,\): expected"),
        (np.zeros(3), np.zeros(3, np.uint8), "expected .samples, …. and .samples,."),
        (np.zeros((3, 2)), np.zeros((3, 1), np.uint8), "expected"),
        (np.zeros((0, 2)), np.zeros(0, np.uint8), "expected"),
        (np.zeros((3, 2)), np.zeros(3), "whole numbers from 0 to 9999"),
        (np.zeros((3, 2)), np.array([0, 1, -1], np.int8), "whole numbers from 0 to 9999"),
        (np.zeros((3, 2)), np.array([0, 1, 2**30], np.int32), "whole numbers from 0 to 9999"),
    ],
)
def test_idx_files_that_do_not_fit_are_refused(tmp_path, arrays, labels, message):
    files = [tmp_path / "arrays", tmp_path / "labels"]
    for array, path in zip((arrays, labels), files):
        write_idx(array, path)
    with pytest.raises(ValueError, match=message):
        load_files(files)


def test_missing_files_and_wrong_counts_are_refused(tmp_path):
    nothing = tmp_path / "nothing"
    with pytest.raises(FileNotFoundError, match="no data file at"):
        load_files([nothing])
    with pytest.raises(FileNotFoundError, match="no IDX file at"):
        load_files([nothing, nothing])
    with pytest.raises(ValueError, match="3 files: give one CSV file, or two IDX files"):
        load_files([nothing] * 3)


@pytest.mark.parametrize("alike", [True, False])
def test_scaling_gives_mean_0_and_deviation_1(alike):
    draw = np.random.default_rng(1)
    X = draw.normal(5.0, [1.0, 10.0, 0.1], size=(40, 3))
    X[:, 2] = 7.0 if not alike else X[:, 2]  # a column that does not vary
    scaled = Scaling.of(X, alike=alike)(X)
    axis = None if alike else 0
    np.testing.assert_allclose(scaled.mean(axis=axis), 0, atol=1e-14)
    np.testing.assert_allclose(scaled.std(axis=axis), 1 if alike else [1, 1, 0], atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
def test_a_small_spread_at_a_large_mean_survives_scaling(dtype):
    offset = {np.float64: 1e6, np.float32: 1e4, np.uint8: 200}[dtype]
    X = (offset + np.arange(40.0)[:, None] % 8).astype(dtype)
    scaled = Scaling.of(X, alike=False)(X)
    assert scaled.dtype == np.float64
    expected = np.arange(40.0) % 8
    expected = (expected - expected.mean()) / expected.std()
    np.testing.assert_allclose(scaled[:, 0], expected, atol=1e-8)


def test_without_dask_an_import_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    monkeypatch.delitem(sys.modules, "backprop.distributed.workers", raising=False)
    with pytest.raises(ImportError, match="run `pip install -r requirements-scale.txt`"):
        importlib.import_module("backprop.distributed.workers")


def test_the_pins_for_several_machines_are_exact_and_none_is_pinned_twice():
    comment, base, *pins = (
        (ROOT / "requirements-scale.txt").read_text(encoding="utf-8").splitlines()
    )
    assert comment.startswith("# ") and base == "-r requirements.txt"
    assert all(re.fullmatch(r"[a-z]+==[\d.]+", pin) for pin in pins)
    pinned = re.findall(
        r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), flags=re.M
    )
    assert not {pin.split("==")[0] for pin in pins} & set(pinned)
