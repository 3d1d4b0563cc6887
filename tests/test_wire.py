"""What the grader and the student's process say to each other."""

import contextlib
import importlib
import io
import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from coursework.sandbox import wire

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
    "size that is not a number": message([{}, [True]], count=1),
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


# What a message can cost, whatever is in it


MANY = wire.MOST_BRACKETS
HEADS = {  # the value of one entry as JSON; and whether a message of it is read
    "as many lists as may be": ("[" + "[],[0],[[]]," * (MANY // 4 - 2) + "0]", True),
    "more lists": ("[" + "[]," * MANY + "0]", False),
    "as many tuples as may be": ("[" + '{"tuple":[]},' * (MANY // 2 - 2) + "0]", True),
    "more objects": ("[" + "{}," * MANY + "0]", False),
    "objects that are nothing": ("[" + '{"":0},' * (wire.LARGEST_TEXT // 7 - 99) + "0]", False),
    "as many numbers as may be": ("[" + "1e9," * (wire.LARGEST_TEXT // 4 - 99) + "0]", True),
    "as many texts as may be": ("[" + '"ab",' * (wire.LARGEST_TEXT // 5 - 99) + "0]", True),
    "a wide text": ('"' + "x" * (wire.LARGEST_TEXT - 99) + '\U0001f600"', True),
    "halves of characters": ('"' + "\\ud800" * 300_000 + '"', True),
    "lists without bottom": ("[" * (MANY - 9) + "]" * (MANY - 9), False),
    "deep dictionaries": ('{"dict":[[0,' * 20_000 + "0" + "]]}" * 20_000, False),
    "long integers": ("[" + "9" * 4000 + ("," + "9" * 4000) * 500 + "]", True),
    "an integer that is too long": ("9" * 100_000, False),
    "long fractions": ("[" + f'{{"fraction":[{"9" * 4000},{"7" * 4000}]}},' * 250 + "0]", True),
    "a fraction of a fraction": ('{"fraction":[{"fraction":[1,2]},1]}', False),
    "a fraction by nothing": ('{"fraction":[1,0]}', False),
    "keys that cannot be keys": ('{"dict":[[[],0]]}', False),
    "a dictionary of singles": ('{"dict":[[1]]}', False),
    "keys with equal hashes": (
        '{"dict":[' + ",".join(f"[{n * (2**61 - 1)},0]" for n in range(1, 60_000)) + "]}",
        False,
    ),
    "an array twice": ('[{"array":[0,"uint8",[2]]},{"array":[0,"uint8",[2]]}]', False),
    "an array from the end": ('{"array":[-2,"uint8",[2]]}', False),
    "an array of infinite length": ('{"array":[0,"uint8",[1e999]]}', False),
    "an array of large nothing": (f'{{"array":[1,"uint8",[0,{10**30}]]}}', False),
    "an array of many axes": (f'{{"array":[0,"uint8",[2{",1" * 1000}]]}}', False),
    "an object without number": ('{"object":[1e999,"x",true]}', False),
    "an object that is a list": ('{"object":[]}', False),
}


@pytest.mark.parametrize("kind", HEADS)
def test_whatever_comes_is_read_or_unreadable(kind):
    assert received(kind) is HEADS[kind][1]


def received(kind):
    """Whether a message is read. Objects are looked up as the grader does it."""
    text, _ = HEADS[kind]
    whole = message(f'[{{"a":{text}}},[2,0]]'.encode(), b"xy", b"")
    writer, reader = socket.socketpair()
    channel = wire.Channel(reader, None, lambda reference: int(reference["object"][0]))
    with writer, reader, ThreadPoolExecutor(1) as pool:
        sent = pool.submit(writer.sendall, whole)
        try:
            channel.receive(time.monotonic() + 60)
            return True
        except wire.Unreadable:
            return False
        finally:
            reader.close()
            with contextlib.suppress(OSError):
                sent.result()


MEASURED = """\
import numpy, test_wire
def most():
    lines = open("/proc/self/status", encoding="ascii").read().splitlines()
    return [int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")][0]
before = most()
for kind in test_wire.HEADS: test_wire.received(kind)
print(most() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="/proc is Linux's")
def test_no_message_takes_much_memory():
    root = COURSEWORK.parents[1]
    path = os.pathsep.join(map(str, (root, root / "src", root / "tests")))
    done = subprocess.run(
        [sys.executable, "-c", MEASURED],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 45


def test_a_message_says_how_full_it_is(ends):
    writer, channel = ends
    half = np.zeros(wire.LARGEST_ARRAYS // 2, np.uint8)
    with ThreadPoolExecutor(1) as pool:
        sender = wire.Channel(writer, refer=None, resolve=None)
        sent = pool.submit(sender.send, {"a": half})
        array = channel.receive(time.monotonic() + 60)["a"]
        sent.result()
    assert channel.fullness == 0.5
    array += 1  # it can be changed, as a copy could
    assert wire.fullness(b"[" * MANY, []) == 1 == wire.fullness(b"", [0] * wire.MOST_ARRAYS)


def test_a_dictionary_may_have_many_keys():
    pairs = {float(n) + 0.5: n for n in range(20_000)} | {str(n): n for n in range(20_000)}
    assert wire.decode(wire.encode(pairs, [], None), [], None) == pairs
