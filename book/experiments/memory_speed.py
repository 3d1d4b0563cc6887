"""Measure the number of multiplications that the CPU does while its memory moves one number.

One thread multiplies two matrices of 1000 × 1000 numbers, and copies an array: a small one, which
stays in the cache, and a large one, which does not. A copy reads each number and writes it, so it
moves two for each entry. The result is a ratio, the multiplications per second of the product over
the numbers per second of the copy, from the shortest time of each: other programs can only make a
time longer. The run takes about ten seconds:

    python book/experiments/memory_speed.py

Chapter 17 reads `memory_speed.csv`. Its columns are the kind of memory, the type of the numbers,
and the multiplications per number moved.
"""

from pathlib import Path

import numpy as np
from results import Line, store, two_digits
from rows_per_step import LARGE, TYPES, large_product, shortest
from threadpoolctl import threadpool_limits

RESULTS = Path(__file__).with_suffix(".csv")
BYTES = {"cache": 2**16, "main memory": 2**28}


def measure(memory: str, dtype: str) -> Line:
    """The line of one memory and one type."""
    source = np.ones(BYTES[memory] // np.dtype(dtype).itemsize, dtype)
    target = np.empty_like(source)
    functions = {"product": large_product(dtype), "copy": lambda: np.copyto(target, source)}
    times = shortest(functions)
    multiplications = LARGE**3 / times["product"]
    numbers = 2 * source.size / times["copy"]
    ratio = two_digits(multiplications / numbers)
    return {"memory": memory, "dtype": dtype, "multiplications_per_number": ratio}


def main() -> None:
    """Measure both memories with both types, and write the results."""
    with threadpool_limits(1):
        lines = [measure(memory, dtype) for memory in BYTES for dtype in TYPES]
    store(lines, RESULTS)


if __name__ == "__main__":
    main()
