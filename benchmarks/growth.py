"""Measure how the cost of an epoch grows with the work, and the memory that it takes.

The sizes of one question take turns, for ROUNDS rounds, and the median of each counts. Times are
stored as ratios: over the first line of the same question, and over the bare matrix products of the
same network. Where the second ratio falls to 2, the products take half of the time, and the cost of
Python and of the elementwise functions no longer dominates. Memory is NumPy's peak in addition to
the data, divided by the memory for the parameters and for the activations of one batch:

    python benchmarks/growth.py

prints two tables and stores them as `growth.csv` and `memory.csv`, which chapter 17 reads.
"""

import time
import tracemalloc
from collections.abc import Iterator

import contestants
import numpy as np
import pandas as pd
from speed import HERE
from tqdm import tqdm

from backprop.files import write_whole
from backprop.network import Network
from backprop.optimizers import GradientDescent
from backprop.training import train

ROUNDS = 5
BATCH, ROWS = 128, 5_000
QUESTIONS = {
    "width": [([784, hidden, 10], BATCH, ROWS) for hidden in (10, 30, 100, 300, 1000)],
    "depth": [([784] + [100] * depth + [10], BATCH, ROWS) for depth in (1, 2, 3, 5)],
    "batch": [([784, 100, 10], batch, ROWS) for batch in (1, 8, 32, 128, 512, 2048)],
    "rows": [([784, 100, 10], BATCH, rows) for rows in (2_500, 5_000, 10_000)],
}


def data(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Random rows of the shape of digits, and one-hot labels; float32."""
    task = contestants.digits_task(0, 0, rows)
    return task.X, task.one_hot


def network(sizes: list[int]) -> Network:
    """Sigmoids, and softmax with cross-entropy at the end; float32."""
    return Network(
        sizes,
        ["sigmoid"] * (len(sizes) - 2) + ["softmax"],
        loss="categorical cross-entropy",
        generator=np.random.default_rng(1),
        dtype="float32",
    )


def train_once(net: Network, X: np.ndarray, Y: np.ndarray, batch: int) -> None:
    """One epoch of gradient descent."""
    generator, optimizer = np.random.default_rng(1), GradientDescent(0.1)
    settings = {"epochs": 1, "batch_size": batch, "generator": generator, "progress": False}
    train(net, X, Y, optimizer, **settings)


def multiply_once(net: Network, X: np.ndarray, batch: int) -> None:
    """The matrix products of an epoch and nothing else, in memory that is already allocated."""
    layers = net.layers
    deltas = [np.ones((batch, layer.outputs), np.float32) for layer in layers]
    outputs = [np.empty_like(delta) for delta in deltas]
    slopes = [np.empty((batch, layer.inputs), np.float32) for layer in layers]
    for start in range(0, len(X), batch):
        A_in = X[start : start + batch]
        part = slice(len(A_in))
        for layer, delta, Z, slope in zip(layers, deltas, outputs, slopes):
            np.matmul(A_in, layer.W, out=Z[part])
            np.matmul(A_in.T, delta[part], out=layer.dW)
            if layer is not layers[0]:
                np.matmul(delta[part], layer.W.T, out=slope[part])
            A_in = Z[part]


def seconds(function, *arguments) -> float:
    """The time of one call."""
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def growth() -> Iterator[dict[str, object]]:
    """One line per size and question."""
    for question, settings in tqdm(QUESTIONS.items(), unit="question"):
        nets = [network(sizes) for sizes, *_ in settings]
        X, Y = data(max(rows for *_, rows in settings))
        times = []
        for _ in range(ROUNDS + 1):  # the first round warms up
            found = []
            for net, (_, batch, rows) in zip(nets, settings):
                spent = seconds(train_once, net, X[:rows], Y[:rows], batch)
                floor = seconds(multiply_once, net, X[:rows], batch)
                found.append((spent, floor))
            times.append(found)
        medians = np.median(times[1:], axis=0)
        for (sizes, batch, rows), (spent, floor) in zip(settings, medians):
            yield {
                "question": question,
                "network": "-".join(map(str, sizes)),
                "batch": batch,
                "rows": rows,
                "weights": sum(a * b for a, b in zip(sizes, sizes[1:])),
                "time_over_first": float(f"{spent / medians[0][0]:.2g}"),
                "over_products": float(f"{spent / floor:.2g}"),
            }


def memory() -> Iterator[dict[str, object]]:
    """The peak memory of an epoch, compared with three copies of the parameters and one batch."""
    for sizes, batch in [([784, 100, 10], 32), ([784, 100, 10], 2048), ([784, 1000, 1000, 10], 32)]:
        X, Y = data(4096)
        net = network(sizes)
        outputs = sum(sizes[1:])
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        train_once(net, X, Y, batch)
        peak = tracemalloc.get_traced_memory()[1] - before
        tracemalloc.stop()
        # The parameters and the gradient already existed; training makes the third copy.
        held = net.parameters.nbytes + net.gradient.nbytes
        copies, rows = 3 * net.parameters.nbytes, 4 * batch * (sizes[0] + outputs)
        yield {
            "network": "-".join(map(str, sizes)),
            "batch": batch,
            "parameters_MB": round(net.parameters.nbytes / 1e6, 2),
            "one_batch_MB": round(rows / 1e6, 2),
            "peak_MB": round((peak + held) / 1e6, 2),
            "peak_over_three_copies_and_batch": float(f"{(peak + held) / (copies + rows):.2g}"),
        }


def main() -> None:
    """Measure, print and store both tables."""
    for name, lines in (("growth", growth()), ("memory", memory())):
        table = pd.DataFrame(list(lines))
        print(table.to_string(index=False))
        text = table.to_csv(index=False, lineterminator="\n")
        write_whole(HERE / f"{name}.csv", text.encode("utf-8"))


if __name__ == "__main__":
    main()
