"""Read and write IDX files, the format in which MNIST and its relatives are published.

An IDX file holds one array. It begins with two zero bytes, one byte for the type of the numbers and
one for the number of dimensions. The dimensions follow, four bytes each with the most significant
first, and then the numbers, row by row (LeCun, Cortes and Burges, "The MNIST database"). Files may
be compressed with gzip.
"""

from __future__ import annotations

import gzip
import io
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from backprop.files import write_whole

__all__ = ["read_idx", "write_idx"]

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
LARGEST = 2**30  # bytes of numbers in a file at most, about twenty times MNIST's
CHUNK = 2**20


def read_idx(path: str | Path, *, largest: int = LARGEST) -> np.ndarray:
    """The array in an IDX file, compressed with gzip or not.

    Never reads more than the header announces, nor more than `largest` bytes. Raises
    FileNotFoundError, and ValueError for a file that is not an IDX file, is truncated, is longer
    than its header says, or announces more than `largest` bytes.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no IDX file at {path}: check the folder and the spelling")
    with path.open("rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        file = gzip.GzipFile(fileobj=raw) if compressed else raw
        try:
            return read_array(file, path, largest)
        except (EOFError, gzip.BadGzipFile, zlib.error) as problem:
            raise ValueError(
                f"{path} is truncated or damaged ({problem}): copy it again"
            ) from problem


def read_array(file: BinaryIO | gzip.GzipFile, path: Path, largest: int) -> np.ndarray:
    """Header and numbers of an open file; `path` names it in a ValueError."""
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES:
        raise ValueError(
            f"{path} is not an IDX file: it begins with {magic.hex(' ') or 'nothing'}, but IDX "
            f"begins with 00 00, a type such as 08, and the number of dimensions"
        )
    dtype, dimensions = np.dtype(TYPES[magic[2]]), magic[3]
    header = file.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise ValueError(f"{path} is truncated: it ends within its header; copy it again")
    shape = struct.unpack(f">{dimensions}I", header)
    size = math.prod(shape) * dtype.itemsize
    if size > largest:
        raise ValueError(
            f"{path} announces {size} bytes of numbers, of shape {shape}, but at most {largest} "
            f"are read: the header may be damaged; if it is right, pass largest= to read_idx"
        )
    content = bytearray()
    while len(content) < size:
        chunk = file.read(min(CHUNK, size - len(content)))
        if not chunk:
            raise ValueError(
                f"{path} is truncated: its header announces {size} bytes of numbers, but the file "
                f"has {len(content)}; copy it again"
            )
        content += chunk
    if file.read(1):
        raise ValueError(
            f"{path} is longer than its header says, which announces {size} bytes of numbers: copy "
            f"it again"
        )
    try:
        array = np.frombuffer(content, dtype).reshape(shape)
    except ValueError as problem:
        raise ValueError(
            f"{path} is damaged: an array cannot have the shape {shape} ({problem})"
        ) from None
    return array.astype(dtype.newbyteorder("="), copy=False)


def write_idx(array: np.ndarray, path: str | Path) -> None:
    """Write `array` to an IDX file, compressed if the name ends in `.gz`, whole or not at all.

    The same array gives the same bytes, with the same zlib. Raises ValueError for a type of number
    that IDX does not have, and the errors of :func:`backprop.files.write_whole`.
    """
    path = Path(path)
    types = {np.dtype(name): code for code, name in TYPES.items()}
    big_endian = array.dtype.newbyteorder(">")
    if big_endian not in types:
        raise ValueError(
            f"IDX has no type for {array.dtype}: convert to uint8, int8, int16, int32, float32 or "
            f"float64"
        )
    header = struct.pack(f">2xBB{array.ndim}I", types[big_endian], array.ndim, *array.shape)
    content = header + array.astype(big_endian).tobytes()
    if path.suffix == ".gz":
        packed = io.BytesIO()
        # Not gzip.compress: its byte for the operating system depends on Python's version.
        with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
            file.write(content)
        content = packed.getvalue()
    write_whole(path, content)
