"""Measure how many steps, and how much time, a network needs with batches of several sizes.

A 784-30-10 network of sigmoids learns the 4,000 digits, with the squared error, until the loss of
an epoch is below 0.1. Each batch size gets the learning rate of RATES that takes the fewest epochs
with a seed of its own; the ten seeds that count come after that. The sizes of a seed take turns on
one core. Their processor times are kept as ratios to that of batches of 32 of the same seed. The
run takes about six minutes:

    python book/experiments/batch_sizes.py

Chapter 08 reads `batch_sizes.csv`. Its columns are the rows of a batch, the learning rate,
the medians over the seeds of the epochs, of the steps and of the time over that of batches of 32,
the smallest and the largest such ratio, and in how many seeds this size took the least time.
"""

import time
from functools import cache
from pathlib import Path

import numpy as np
from results import Line, store, two_digits
from tqdm import tqdm

from backprop.datasets import Dataset, load_digits
from backprop.network import Network
from backprop.optimizers import GradientDescent
from backprop.training import TrainingDiverged, below, train

RESULTS = Path(__file__).with_suffix(".csv")
BATCH_SIZES = (1, 8, 32, 128, 500, 4000)
RATES = (2.0, 1.0, 4.0, 0.5, 0.2, 8.0, 0.1, 16.0)  # likely ones first: a slower one is cut short
SEEDS, TUNING_SEED = range(10), 1000
ROWS, UNIT = 4000, 32
TARGET, LONGEST = 0.1, 400


@cache
def digits() -> Dataset:
    """The training part."""
    return load_digits()[0]


def run(
    batch_size: int, rate: float, seed: int, longest: int = LONGEST
) -> tuple[int | None, float]:
    """The epochs until the target (None: not reached), and the seconds that they took."""
    training, generator = digits(), np.random.default_rng(seed)
    network = Network([784, 30, 10], generator=generator)
    plan = {"epochs": longest, "batch_size": batch_size, "stop": [below(TARGET)]}
    plan |= {"generator": generator, "progress": False}
    start = time.process_time()
    try:
        history = train(network, training.X, training.Y, GradientDescent(rate), **plan)
    except TrainingDiverged:
        return None, np.inf
    seconds = time.process_time() - start
    reached = history.records[-1]["loss"] < TARGET
    return len(history.records) if reached else None, seconds


def best_rate(batch_size: int) -> float:
    """The learning rate of RATES that reaches the target in the fewest epochs."""
    fewest, winner = LONGEST + 1, None
    for rate in RATES:
        epochs, _ = run(batch_size, rate, TUNING_SEED, min(fewest, LONGEST))
        if epochs is not None and epochs < fewest:
            fewest, winner = epochs, rate
    return winner


def line(batch_size: int, rate: float, epochs: np.ndarray, ratios: np.ndarray, wins: int) -> Line:
    """One line of the results, from the epochs and the times over that of UNIT of all seeds."""
    return {
        "batch_size": batch_size,
        "learning_rate": rate,
        "epochs": np.median(epochs),
        "steps": np.median(epochs) * -(-ROWS // batch_size),
        "time_over_32": two_digits(np.median(ratios)),
        "least": two_digits(ratios.min()),
        "most": two_digits(ratios.max()),
        "fastest_in": wins,
    }


def main() -> None:
    """Choose the rates, run all seeds one after another, and write the results."""
    rates = {size: best_rate(size) for size in tqdm(BATCH_SIZES, unit="rate")}
    runs = [
        [run(size, rate, seed) for size, rate in rates.items()] for seed in tqdm(SEEDS, unit="seed")
    ]
    epochs, seconds = np.array(runs, dtype=float).transpose(2, 1, 0)  # each (sizes, seeds)
    ratios = seconds / seconds[BATCH_SIZES.index(UNIT)]
    wins = np.bincount(seconds.argmin(axis=0), minlength=len(BATCH_SIZES))
    store([line(*each) for each in zip(*zip(*rates.items()), epochs, ratios, wins)], RESULTS)


if __name__ == "__main__":
    main()
