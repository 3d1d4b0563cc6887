"""Measure the speed-up of a gradient with worker processes, or with threads, on one computer.

The contestants compute the same full-batch gradients: one process on one thread; the same process
on two threads; one worker of Dask; two workers. Every worker has one thread. They take turns, four
rounds of each. Each waits until the computer is otherwise idle, and the shortest of its times
counts: other programs can only make a time longer. It needs `requirements-scale.txt` and at least
two processors, and takes about two minutes:

    python book/experiments/scaling.py

Chapter 17 reads `scaling.csv`. Its columns are the sizes of the network, the rows of a step, and
for each contestant the time of one process on one thread over its own: above 1 it is faster.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
from dask.distributed import Client, LocalCluster
from results import store, two_digits
from threadpoolctl import threadpool_limits

from backprop.distributed.workers import DistributedNetwork
from backprop.network import Network

RESULTS = Path(__file__).with_suffix(".csv")
NETWORKS = ([784, 30, 10], [784, 1000, 10])
ROWS = (200, 2_000, 20_000)
ROUNDS = 4
IDLE, PATIENCE = 20, 2  # percent of the processors in use, and seconds to wait for it
SHORTEST = 0.3  # seconds; faster calls are repeated within a round until they take this long


@contextmanager
def workers(count: int) -> Iterator[Client]:
    """A client with this number of worker processes."""
    settings = {"threads_per_worker": 1, "dashboard_address": ":0"}
    with (
        LocalCluster(n_workers=count, silence_logs=logging.CRITICAL, **settings) as cluster,
        Client(cluster, direct_to_workers=True) as client,
    ):
        yield client


def contestants(
    sizes: list[int], rows: int, clients: dict[str, Client]
) -> dict[str, Callable[[], np.ndarray]]:
    """For each contestant a function that computes the gradient of all rows."""
    generator = np.random.default_rng(1)
    network = Network(sizes, generator=generator)
    X = generator.random((rows, sizes[0]))
    Y = np.eye(sizes[-1])[generator.integers(sizes[-1], size=rows)]

    def on_threads(count: int) -> np.ndarray:
        with threadpool_limits(count):
            return network.backward(network.forward(X), Y)

    def on_workers(distributed: DistributedNetwork) -> np.ndarray:
        return distributed.backward(distributed.forward(distributed.rows), distributed.rows)

    functions = {"one_thread": lambda: on_threads(1), "two_threads": lambda: on_threads(2)}
    for name, client in clients.items():
        distributed = DistributedNetwork(client, network, X, Y)
        functions[name] = lambda distributed=distributed: on_workers(distributed)
    return functions


def seconds(function: Callable[[], object], repeats: int) -> float:
    """The time of one call, averaged over `repeats` of them."""
    end = time.perf_counter() + PATIENCE
    while psutil.cpu_percent(0.2) > IDLE and time.perf_counter() < end:
        pass
    start = time.perf_counter()
    for _ in range(repeats):
        function()
    return (time.perf_counter() - start) / repeats


def measure(sizes: list[int], rows: int, clients: dict[str, Client]) -> dict[str, object]:
    """One line of the results."""
    functions = contestants(sizes, rows, clients)
    repeats = {name: max(1, round(SHORTEST / seconds(f, 2))) for name, f in functions.items()}
    rounds = [
        {name: seconds(function, repeats[name]) for name, function in functions.items()}
        for _ in range(ROUNDS)
    ]
    shortest = {name: min(times[name] for times in rounds) for name in functions}
    line = {"network": "-".join(map(str, sizes)), "rows": rows}
    for name in list(functions)[1:]:
        line[name] = two_digits(shortest["one_thread"] / shortest[name])
    return line


def settings() -> list[tuple[list[int], int]]:
    """Sizes and rows of every line."""
    return [(sizes, rows) for sizes in NETWORKS for rows in ROWS]


def main() -> None:
    """Measure all settings, one after another, and write the results."""
    with workers(1) as one, workers(2) as two:
        clients = {"one_worker": one, "two_workers": two}
        lines = [measure(sizes, rows, clients) for sizes, rows in settings()]
    store(lines, RESULTS)


if __name__ == "__main__":
    main()
