"""Measure how many steps, and how much time, a network needs with batches of several sizes.

A 784-30-10 network of sigmoids learns the 4,000 digits, with the squared error, until the loss on
all of them is below 0.1. The loss is measured after every 200 samples, or after every step if that
is more; this measurement is not timed. So a size is not charged for the rest of the epoch in which
it reached the target. Each batch size gets the learning rate of RATES that takes the fewest samples
on average over three seeds; the ten seeds that count come after that. The sizes of a seed take
turns on one core. Their processor times are stored as ratios to that of batches of 32 of the same
seed. The run takes about four minutes:

    python book/experiments/batch_sizes.py

Chapter 08 reads `batch_sizes.csv`. Its columns are the rows of a batch, the learning rate,
the medians over the seeds of the epochs, of the steps and of the time over that of batches of 32,
the smallest and the largest such ratio, and in how many seeds this size took the least time.
"""

import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from results import Line, store, two_digits
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from backprop.datasets import Dataset, load_digits
from backprop.network import Network
from backprop.optimizers import GradientDescent
from backprop.training import batches

RESULTS = Path(__file__).with_suffix(".csv")
BATCH_SIZES = (1, 8, 32, 128, 500, 4000)
RATES = (2.0, 4.0, 1.0, 8.0, 0.5, 0.2, 16.0, 0.1)  # likely ones first: a slower one is cut short
SEEDS, TUNING_SEEDS = range(10), (1000, 1001, 1002)
ROWS, UNIT = 4000, 32
TARGET, LONGEST = 0.1, 400 * ROWS
LOOK = 200  # samples between two measurements of the loss


@cache
def digits() -> Dataset:
    """The training part."""
    return load_digits()[0]


def endless(
    batch_size: int, generator: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The batches of one epoch after another."""
    training = digits()
    while True:
        yield from batches(
            training.X, training.Y, None if batch_size == ROWS else batch_size, generator
        )


def run(
    batch_size: int, rate: float, seed: int, longest: float = LONGEST
) -> tuple[int, int, float]:
    """The samples and the steps until the target, and their seconds.

    A run that has not got there after `longest` samples ends, with infinitely many seconds.
    """
    training, generator = digits(), np.random.default_rng(seed)
    network = Network([784, 30, 10], generator=generator)
    optimizer = GradientDescent(rate)
    samples, steps, looked, seconds = 0, 0, 0, 0.0
    start = time.process_time()
    for X, Y in endless(batch_size, generator):
        network.backward(network.forward(X), Y)
        optimizer.step(network.parameters, network.gradient)
        samples, steps = samples + len(X), steps + 1
        if samples - looked >= LOOK:
            looked, seconds = samples, seconds + time.process_time() - start
            if network.loss_value(training.X, training.Y) < TARGET:
                break
            if samples >= longest:
                return samples, steps, np.inf
            start = time.process_time()
    return samples, steps, seconds


def samples_needed(batch_size: int, rate: float, fewest: float) -> float:
    """The mean of the samples over the tuning seeds; infinite as soon as it exceeds `fewest`."""
    total = 0
    for seed in TUNING_SEEDS:
        left = min(LONGEST, fewest * len(TUNING_SEEDS) - total)
        samples, _, seconds = run(batch_size, rate, seed, left)
        if seconds == np.inf:
            return np.inf
        total += samples
    return total / len(TUNING_SEEDS)


def best_rate(batch_size: int) -> float:
    """The learning rate of RATES that reaches the target with the fewest samples."""
    fewest, winner = np.inf, RATES[0]
    for rate in RATES:
        samples = samples_needed(batch_size, rate, fewest)
        if samples < fewest:
            fewest, winner = samples, rate
    return winner


def line(batch_size: int, rate: float, runs: np.ndarray, ratios: np.ndarray, wins: int) -> Line:
    """One line of the results, from samples and steps, and the times over that of UNIT."""
    samples, steps, _ = np.median(runs, axis=0)
    return {
        "batch_size": batch_size,
        "learning_rate": rate,
        "epochs": round(samples / ROWS, 2),
        "steps": steps,
        "time_over_32": two_digits(np.median(ratios)),
        "least": two_digits(ratios.min()),
        "most": two_digits(ratios.max()),
        "fastest_in": wins,
    }


def main() -> None:
    """Choose the rates, run all seeds one after another, and write the results."""
    rates = {size: best_rate(size) for size in tqdm(BATCH_SIZES, unit="rate")}
    measured = np.array(
        [
            [run(size, rate, seed) for size, rate in rates.items()]
            for seed in tqdm(SEEDS, unit="seed")
        ]
    ).swapaxes(0, 1)  # (sizes, seeds, what was measured)
    seconds = measured[:, :, 2]
    ratios = seconds / seconds[BATCH_SIZES.index(UNIT)]
    wins = np.bincount(seconds.argmin(axis=0), minlength=len(BATCH_SIZES))
    store([line(*each) for each in zip(*zip(*rates.items()), measured, ratios, wins)], RESULTS)


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
