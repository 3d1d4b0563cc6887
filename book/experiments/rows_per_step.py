"""Measure the speed of a gradient with more rows per step, in float64 and in float32.

Two networks (sigmoid, squared error) compute gradients of steps of several sizes on one thread. The
settings of a network take turns, nine rounds of each, and the shortest time of each counts: other
programs can only make a time longer. For comparison a large matrix product is timed as well, 1000 ×
1000 by 1000 × 1000: its multiplications per second are about the most that this processor can do.
The run takes about twenty seconds:

    python book/experiments/rows_per_step.py

Chapter 17 reads `rows_per_step.csv`. Its columns are the sizes of the network, the type of the
numbers, the rows of a step, the rows per second over those of steps of a single row in float64, and
the multiplications per second over those of the large product in the same type.
"""

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from results import store, two_digits
from threadpoolctl import threadpool_limits

from backprop.network import Network

RESULTS = Path(__file__).with_suffix(".csv")
NETWORKS = ([784, 30, 10], [784, 500, 500, 10])
ROWS = (1, 8, 32, 128, 512, 2048)
TYPES = ("float64", "float32")
LARGE = 1000  # rows and columns of the product for comparison
ROUNDS = 9
SHORTEST = 0.05  # seconds; faster calls are repeated within a round until they take this long


def gradient_of(sizes: list[int], dtype: str, rows: int) -> Callable[[], np.ndarray]:
    """A function that computes the gradient of one step."""
    generator = np.random.default_rng(1)
    network = Network(sizes, generator=generator, dtype=dtype)
    X = generator.random((rows, sizes[0])).astype(dtype)
    Y = np.eye(sizes[-1], dtype=dtype)[generator.integers(sizes[-1], size=rows)]

    def gradient() -> np.ndarray:
        return network.backward(network.forward(X), Y)

    return gradient


def large_product(dtype: str) -> Callable[[], np.ndarray]:
    """A function that computes a large matrix product."""
    A, B = np.random.default_rng(1).random((2, LARGE, LARGE)).astype(dtype)
    return lambda: A @ B


def multiplications(sizes: list[int], rows: int) -> int:
    """Their number in a gradient: Z and dW of each layer, and the delta below all but the first."""
    layers = [inputs * outputs for inputs, outputs in pairwise(sizes)]
    return rows * (3 * sum(layers) - layers[0])


def seconds(function: Callable[[], object], repeats: int) -> float:
    """The time of one call, averaged over `repeats` of them."""
    start = time.perf_counter()
    for _ in range(repeats):
        function()
    return (time.perf_counter() - start) / repeats


def shortest(functions: dict[object, Callable[[], object]]) -> dict[object, float]:
    """The time of each: the shortest of several rounds in which they take turns."""
    repeats = {key: max(1, round(SHORTEST / seconds(f, 2))) for key, f in functions.items()}
    rounds = [
        {key: seconds(f, repeats[key]) for key, f in functions.items()} for _ in range(ROUNDS)
    ]
    return {key: min(times[key] for times in rounds) for key in functions}


def measure(sizes: list[int]) -> list[dict[str, object]]:
    """The lines of one network."""
    settings = [(dtype, rows) for dtype in TYPES for rows in ROWS]
    functions = {(dtype, rows): gradient_of(sizes, dtype, rows) for dtype, rows in settings}
    times = shortest(functions | {dtype: large_product(dtype) for dtype in TYPES})
    lines = []
    for dtype, rows in settings:
        time_of_one_row = times["float64", 1]
        rate = multiplications(sizes, rows) / times[dtype, rows]
        lines.append(
            {
                "network": "-".join(map(str, sizes)),
                "dtype": dtype,
                "rows": rows,
                "speed_over_one_row": two_digits(time_of_one_row * rows / times[dtype, rows]),
                "share_of_limit": two_digits(rate * times[dtype] / LARGE**3),
            }
        )
    return lines


def main() -> None:
    """Measure both networks, one after another, and write the results."""
    with threadpool_limits(1):
        lines = [line for sizes in NETWORKS for line in measure(sizes)]
    store(lines, RESULTS)


if __name__ == "__main__":
    main()
