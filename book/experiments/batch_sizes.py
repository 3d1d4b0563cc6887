"""Measure how many steps, and how much time, a network needs with batches of several sizes.

A 784-30-10 network (sigmoid, softmax, cross-entropy) learns the 4,000 digits until the loss of an
epoch is below 0.2. Each batch size gets every learning rate of RATES, and the one that takes the
fewest epochs counts. Then the winners take turns, seven rounds of each, and the median of the
rounds counts. Times are kept as ratios to that of batches of 32. The run takes about three minutes:

    python book/experiments/batch_sizes.py

Chapter 08 reads `batch_sizes.csv`. Its columns are the rows of a batch, the best learning rate, the
epochs and the steps that it needed, and the time over that of batches of 32.
"""

import time
from pathlib import Path

import numpy as np
from results import store, two_digits
from tqdm import tqdm

from backprop.datasets import load_digits
from backprop.network import Network
from backprop.optimizers import GradientDescent
from backprop.training import TrainingDiverged, below, train

RESULTS = Path(__file__).with_suffix(".csv")
BATCH_SIZES = (1, 8, 32, 128, 500, 4000)
RATES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
TARGET, LONGEST, ROUNDS = 0.2, 300, 7


def run(batch_size: int, rate: float, longest: int = LONGEST) -> tuple[float, int, float]:
    """The last loss, the epochs until the target, and the seconds that they took."""
    training, _ = load_digits()
    generator = np.random.default_rng(1)
    network = Network(
        [784, 30, 10],
        ["sigmoid", "softmax"],
        loss="categorical cross-entropy",
        generator=generator,
    )
    start = time.perf_counter()
    try:
        history = train(
            network,
            training.X,
            training.Y,
            GradientDescent(rate),
            epochs=longest,
            batch_size=batch_size,
            generator=generator,
            stop=[below(TARGET)],
            progress=False,
        )
    except TrainingDiverged:
        return np.inf, longest, np.inf
    losses = history.frame()["loss"]
    return losses.iloc[-1], len(losses), time.perf_counter() - start


def best(batch_size: int) -> dict[str, object]:
    """One line of the results, still without the time."""
    longest, winner = LONGEST, None
    for rate in RATES:
        loss, epochs, _ = run(batch_size, rate, longest)
        if loss < TARGET and (winner is None or epochs < longest):
            longest, winner = epochs, rate  # no later rate needs more epochs than that
    steps = longest * -(-4000 // batch_size)
    return {"batch_size": batch_size, "learning_rate": winner, "epochs": longest, "steps": steps}


def main() -> None:
    """Find the best rate of each size, time the winners in turn, and write the results."""
    lines = [best(size) for size in tqdm(BATCH_SIZES, unit="batch size")]
    rounds = [
        [run(line["batch_size"], line["learning_rate"])[2] for line in lines]
        for _ in tqdm(range(ROUNDS), unit="round")
    ]
    medians = np.median(rounds, axis=0)
    for line, seconds in zip(lines, medians):
        line["time_over_32"] = two_digits(seconds / medians[BATCH_SIZES.index(32)])
    store(lines, RESULTS)


if __name__ == "__main__":
    main()
