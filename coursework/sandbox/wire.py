"""Plain data between two processes that do not trust each other.

A message is JSON, followed by the raw bytes of the arrays in it. Numbers, strings, bytes, lists,
tuples, dictionaries, fractions and NumPy arrays are sent as values. Everything else (a function, an
object) stays in its process and is sent as a reference, a number that identifies it. Nothing that
arrives is ever executed, and nothing larger than the limits below is read.

The grader and the student's process use separate copies of this module. It needs only the standard
library, and NumPy once an array is sent: a program without arrays does not wait for its import.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

# The limits of one message. A list or dictionary of few bytes of JSON takes about a hundred in
# memory, so their number has a limit, too: whatever arrives takes less than 50 MB there.
LARGEST_TEXT = 2 * 2**20  # bytes of JSON
MOST_BRACKETS = 100_000  # "[" and "{" in it
LARGEST_ARRAYS = 16 * 2**20  # bytes of all arrays
MOST_ARRAYS = 1000
MOST_EQUAL_HASHES = 100  # keys of one dictionary; finding a key takes as many steps
DTYPES = {"bool", "complex64", "complex128", "float16", "float32", "float64"} | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}
LENGTH = struct.Struct(">II")

Refer = Callable[[object], dict]
Resolve = Callable[[dict], object]


class Closed(Exception):
    """The other side ended, or never became ready."""


class Unreadable(Exception):
    """The other side sent an invalid message, or one beyond the limits."""


# Values


def encode(value: object, arrays: list[bytes], refer: Refer) -> object:
    """`value` as JSON; arrays go to `arrays`, everything that is not plain data to `refer`."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        arrays.append(value)
        return {"bytes": len(arrays) - 1}
    if isinstance(value, list):
        return [encode(item, arrays, refer) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [encode(item, arrays, refer) for item in value]}
    if isinstance(value, dict):
        pairs = value.items()
        return {"dict": [[encode(k, arrays, refer), encode(v, arrays, refer)] for k, v in pairs]}
    if isinstance(value, Fraction):
        return {"fraction": [value.numerator, value.denominator]}
    if numpy is not None and isinstance(value, numpy.ndarray) and value.dtype.name in DTYPES:
        plain = numpy.ascontiguousarray(value, dtype=value.dtype.newbyteorder("="))
        arrays.append(plain.tobytes())
        return {"array": [len(arrays) - 1, plain.dtype.name, list(value.shape)]}
    return refer(value)


def decode(text: object, arrays: list[bytearray | None], resolve: Resolve) -> object:
    """The value that :func:`encode` wrote; a reference is looked up by `resolve`.

    An array uses the memory of its bytes. Raises an error for data that `encode` would not write.
    """
    if text is None or isinstance(text, bool | int | float | str):
        return text
    if isinstance(text, list):
        for number, item in enumerate(text):  # in place: a second list would take as much memory
            text[number] = decode(item, arrays, resolve)
        return text
    ((kind, content),) = text.items()
    if kind == "tuple":
        return tuple(decode(item, arrays, resolve) for item in content)
    if kind == "bytes":
        return bytes(arrays[content])
    if kind == "dict":
        pairs = [(decode(k, arrays, resolve), decode(v, arrays, resolve)) for k, v in content]
        if max(Counter(hash(key) for key, _ in pairs).values(), default=0) > MOST_EQUAL_HASHES:
            raise ValueError("not a dictionary")
        return dict(pairs)
    if kind == "fraction":
        numerator, denominator = content
        if type(numerator) is not int or type(denominator) is not int or denominator < 1:
            raise ValueError("not a fraction")
        return Fraction(numerator, denominator)
    if kind == "array":
        import numpy

        index, dtype, shape = content
        if dtype not in DTYPES or not all(type(n) is int and n >= 0 for n in [index, *shape]):
            raise ValueError("not an array")
        if math.prod(shape) * numpy.dtype(dtype).itemsize != len(arrays[index]):
            raise ValueError("an array whose length does not fit its shape")
        content, arrays[index] = arrays[index], None  # no bytes belong to two arrays
        return numpy.frombuffer(content, dtype).reshape(shape)
    return resolve(text)


def content(value: object) -> tuple[object, list[bytes]]:
    """A copy of what a value holds, to detect later changes."""
    arrays: list[bytes] = []
    return encode(value, arrays, lambda value: {"same": id(value)}), arrays


def put_back(original: object, changed: object) -> object:
    """Make a list, dictionary or array, and those inside it, equal to a changed copy, in place.

    Returns the replacement for `original`: itself, or `changed` if a value of that kind cannot be
    changed in place. So a function in another process that changes its arguments changes those of
    its caller.
    """
    if type(original) is not type(changed):
        return changed
    if isinstance(original, list):
        kept = [put_back(old, new) for old, new in zip(original, changed)]
        original[:] = kept + changed[len(original) :]
    elif isinstance(original, dict):
        kept = {key: put_back(original.get(key), new) for key, new in changed.items()}
        original.clear()
        original.update(kept)
    elif isinstance(original, tuple):
        return tuple(put_back(old, new) for old, new in zip(original, changed))
    elif hasattr(type(original), "shape") and original.shape == changed.shape:
        original[...] = changed
    else:
        return changed
    return original


# Messages


def fullness(head: bytes | bytearray, sizes: list[int]) -> float:
    """How much of the limits a message takes, as a fraction that may be at most 1."""
    return max(
        len(head) / LARGEST_TEXT,
        (head.count(b"[") + head.count(b"{")) / MOST_BRACKETS,
        sum(sizes) / LARGEST_ARRAYS,
        len(sizes) / MOST_ARRAYS,
    )


class Channel:
    """Messages over a socket. A message is a dictionary whose values are plain data."""

    def __init__(self, stream: socket.socket, refer: Refer, resolve: Resolve):
        self.stream, self._refer, self._resolve = stream, refer, resolve
        self.fullness = 0.0  # how much of the limits the last message that came took, up to 1

    def send(self, message: dict, deadline: float | None = None) -> None:
        """Send one message. Raises Closed, TimeoutError, and ValueError for one too large."""
        arrays: list[bytes] = []
        text = {key: encode(value, arrays, self._refer) for key, value in message.items()}
        head = json.dumps([text, [len(array) for array in arrays]]).encode()
        if fullness(head, list(map(len, arrays))) > 1:
            raise ValueError("is larger than the limit for one message")
        try:
            for part in (LENGTH.pack(len(head), len(arrays)), head, *arrays):
                self._limit(deadline)
                self.stream.sendall(part)
        except OSError as error:
            raise error if isinstance(error, TimeoutError) else Closed from None

    def receive(self, deadline: float | None = None) -> dict:
        """The next message. Raises Closed, Unreadable or TimeoutError."""
        length, count = LENGTH.unpack(self._read(LENGTH.size, deadline))
        if length > LARGEST_TEXT:
            raise Unreadable
        head = self._read(length, deadline)
        try:
            if fullness(head, []) > 1:
                raise Unreadable
            text, sizes = json.loads(head)
            if not all(type(size) is int and size >= 0 for size in sizes) or len(sizes) != count:
                raise Unreadable
            self.fullness = fullness(head, sizes)
            if self.fullness > 1:
                raise Unreadable
            arrays = [self._read(size, deadline) for size in sizes]
            return {key: decode(value, arrays, self._resolve) for key, value in text.items()}
        except (Closed, Unreadable, TimeoutError):
            raise
        except Exception:  # whatever it is, the other side caused it
            raise Unreadable from None

    def _read(self, size: int, deadline: float | None) -> bytearray:
        content = bytearray(size)
        rest = memoryview(content)
        while rest:
            self._limit(deadline)
            try:
                came = self.stream.recv_into(rest)
            except OSError as error:
                raise error if isinstance(error, TimeoutError) else Closed from None
            if not came:
                raise Closed
            rest = rest[came:]
        return content

    def _limit(self, deadline: float | None) -> None:
        if deadline is not None:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            self.stream.settimeout(remaining)
