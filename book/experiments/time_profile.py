"""Measure the time of each part of a training step: products, activations, sums, update.

A step of gradient descent with the squared error, written out line by line and timed by kinds of
work: it does the same as `backprop.network.Network`, on one thread, in float64. Every setting runs
for some tenths of a second, and the shares of all steps together count. The run takes about ten
seconds:

    python book/experiments/time_profile.py

Chapter 17 reads `time_profile.csv`. Its columns are the sizes of the network, the rows of a step,
and the share of the step's time in each kind of work.
"""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from results import store
from threadpoolctl import threadpool_limits

from backprop.activations import get_activation
from backprop.network import Network

RESULTS = Path(__file__).with_suffix(".csv")
SETTINGS = (
    ([7, 5, 3], 32),
    ([784, 30, 10], 1),
    ([784, 30, 10], 32),
    ([784, 30, 10], 1000),
    ([784, 500, 500, 10], 1000),
)
KINDS = ("forward products", "backward products", "activations", "sums", "update")
LONGEST = 1.5  # seconds for a setting
RATE = 0.1


def step(network: Network, X: np.ndarray, Y: np.ndarray, spent: Counter) -> None:
    """One step, with the seconds of each kind of work added to `spent`."""
    timer = time.perf_counter
    sigmoid = get_activation("sigmoid")
    then = timer()

    def done(kind: str) -> None:
        nonlocal then
        now = timer()
        spent[kind] += now - then
        then = now

    A = [X]
    for layer in network.layers:
        Z = A[-1] @ layer.W
        done("forward products")
        Z += layer.b
        done("sums")
        A.append(sigmoid.function(Z))
        done("activations")
    slope = (A[-1] - Y) / len(Y)
    done("sums")
    for index in reversed(range(len(network.layers))):
        layer = network.layers[index]
        delta = slope * sigmoid.derivative(A[index + 1])
        done("activations")
        np.matmul(A[index].T, delta, out=layer.dW)
        done("backward products")
        np.sum(delta, axis=0, out=layer.db)
        done("sums")
        if index:
            slope = delta @ layer.W.T
            done("backward products")
    network.parameters -= RATE * network.gradient
    done("update")


def data(sizes: list[int], rows: int) -> tuple[Network, np.ndarray, np.ndarray]:
    """A network, and rows for it."""
    generator = np.random.default_rng(1)
    Y = np.eye(sizes[-1])[generator.integers(sizes[-1], size=rows)]
    return Network(sizes, generator=generator), generator.random((rows, sizes[0])), Y


def repeat(function: Callable[[], object], seconds: float) -> None:
    """Call `function` repeatedly until the time is up."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        function()


def measure(sizes: list[int], rows: int, seconds: float = LONGEST) -> dict[str, object]:
    """One line of the results."""
    network, X, Y = data(sizes, rows)
    repeat(lambda: step(network, X, Y, Counter()), seconds / 5)  # to warm up
    spent = Counter()
    repeat(lambda: step(network, X, Y, spent), seconds)
    shares = {kind: round(spent[kind] / spent.total(), 2) for kind in KINDS}
    return {"network": "-".join(map(str, sizes)), "rows": rows, **shares}


def main() -> None:
    """Measure all settings, one after another, and write the results."""
    with threadpool_limits(1):
        lines = [measure(*setting) for setting in SETTINGS]
    store(lines, RESULTS)


if __name__ == "__main__":
    main()
