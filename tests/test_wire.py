"""What the grader and the student's process say to each other."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from coursework import wire

COURSEWORK = Path(wire.__file__).parent


@pytest.mark.parametrize("name", sorted(wire.DTYPES))
def test_arrays_of_every_type_cross_between_the_processes(name):
    array, arrays = np.array([[0, 1], [1, 0]], dtype=name), []
    again = wire.decode(wire.encode(array, arrays, refer=None), arrays, resolve=None)
    assert again.dtype == array.dtype and np.array_equal(again, array)


def test_the_types_that_cross_are_the_plain_ones_of_numpy():
    plain = {np.dtype(code).name for code in np.typecodes["AllInteger"] + "efdFD?"}
    assert plain == wire.DTYPES


def test_an_error_names_the_cell_and_the_line(monkeypatch):
    monkeypatch.syspath_prepend(COURSEWORK)  # as in the jail, where these are the programs
    worker = importlib.import_module("worker")
    program = compile("x = 1\ny = 1 / 0", "<answer-1>", "exec")
    with pytest.raises(ZeroDivisionError) as error:
        exec(program, {})
    assert worker.describe(error.value) == {
        "kind": "ZeroDivisionError",
        "message": "division by zero",
        "line": ["answer-1", 2],
    }
