"""What the grader and the student's process say to each other."""

import importlib
import io
import json
import socket
import time
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


@pytest.fixture
def worker(monkeypatch):
    """The program of the student's process, imported as in the jail."""
    monkeypatch.syspath_prepend(COURSEWORK)
    return importlib.import_module("worker")


def test_limits_are_set_and_never_above_what_the_system_allows(worker, monkeypatch):
    resource = pytest.importorskip("resource")
    hard, found = {resource.RLIMIT_AS: resource.RLIM_INFINITY, resource.RLIMIT_NOFILE: 10}, {}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (0, hard[kind]))
    monkeypatch.setattr(resource, "setrlimit", found.__setitem__)
    monkeypatch.setattr("builtins.open", lambda *_, **__: io.StringIO())
    worker.limit_this_process({"RLIMIT_AS": 2**30, "RLIMIT_NOFILE": 64, "RLIMIT_NONE": 1})
    assert found == {resource.RLIMIT_AS: (2**30, 2**30), resource.RLIMIT_NOFILE: (10, 10)}


def test_an_error_names_the_cell_and_the_line(worker):
    program = compile("x = 1\ny = 1 / 0", "<answer-1>", "exec")
    with pytest.raises(ZeroDivisionError) as error:
        exec(program, {})
    assert worker.describe(error.value) == {
        "kind": "ZeroDivisionError",
        "message": "division by zero",
        "line": ["answer-1", 2],
    }


@pytest.fixture
def ends():
    """A socket, and a channel that reads what is sent there."""
    writer, reader = socket.socketpair()
    with writer, reader:
        yield writer, wire.Channel(reader, refer=None, resolve=None)


def message(head, *arrays, length=None, count=None):
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    sizes = (len(text) if length is None else length, len(arrays) if count is None else count)
    return wire.LENGTH.pack(*sizes) + text + b"".join(arrays)


GOOD = message([{"a": {"array": [0, "uint8", [2]]}}, [2]], b"xy")
UNREADABLE = {
    "longer than allowed": message(b"", length=wire.LARGEST_TEXT + 1),
    "other number of arrays": message([{}, [2]], count=2),
    "negative size": message([{}, [-1]], count=1),
    "size that is no number": message([{}, [True]], count=1),
    "arrays larger than allowed": message([{}, [wire.LARGEST_ARRAYS + 1]], count=1),
    "no JSON": message(b"{"),
    "no pair": message({}),
    "unknown kind": message([{"a": {"code": 1}}, []]),
}


def test_a_message_is_read(ends):
    writer, channel = ends
    writer.sendall(GOOD)
    assert channel.receive(time.monotonic() + 5)["a"].tolist() == [120, 121]


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_is_no_message_is_unreadable(ends, kind):
    writer, channel = ends
    writer.sendall(UNREADABLE[kind])
    with pytest.raises(wire.Unreadable):
        channel.receive(time.monotonic() + 0.5)


def test_a_message_that_is_not_finished_is_waited_for_and_one_cut_off_is_not(ends):
    writer, channel = ends
    writer.sendall(GOOD[:-1])
    with pytest.raises(TimeoutError):
        channel.receive(time.monotonic() + 0.1)
    writer.close()
    with pytest.raises(wire.Closed):
        channel.receive(time.monotonic() + 5)


def test_what_fits_exactly_is_sent_and_one_byte_more_is_not(ends, monkeypatch):
    monkeypatch.setattr(wire, "LARGEST_ARRAYS", 4)
    writer, channel = ends
    sender = wire.Channel(writer, refer=None, resolve=None)
    sender.send({"a": np.zeros(4, np.uint8)})
    assert channel.receive(time.monotonic() + 5)["a"].shape == (4,)
    with pytest.raises(ValueError, match="larger than the limit for one message"):
        sender.send({"a": np.zeros(5, np.uint8)})


def test_what_a_function_took_out_of_its_arguments_is_taken_out_of_the_callers():
    original = {"a": [1, 2, 3], "b": (np.zeros(2), 4), "c": 5}
    inner, array = original["a"], original["b"][0]
    changed = {"a": [1], "b": (np.ones(2), 6), "d": 7}
    assert wire.put_back(original, changed) is original
    assert list(original) == ["a", "b", "d"] and original["a"] is inner and inner == [1]
    assert original["b"][0] is array and array.tolist() == [1, 1] and original["b"][1] == 6
    assert wire.put_back(np.zeros(2), other := np.zeros(3)) is other
    assert wire.put_back([1], "text") == "text"


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [("object", [2]), ("no type", [2]), ("float64", [-2, -1]), ("float64", [2.0])],
)
def test_what_is_not_an_array_is_named(dtype, shape):
    with pytest.raises(ValueError, match="^not an array$"):
        wire.decode({"array": [0, dtype, shape]}, [bytes(16)], None)
