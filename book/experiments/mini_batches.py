"""Measure mini-batches against the full batch, by steps and by time, with 20 seeds.

A 784-30-10 network (ReLU, softmax, cross-entropy) learns the 4,000 digits until the loss of an
epoch is below 0.2, with plain gradient descent, and the full batch with momentum as well. Each
method gets the learning rate of RATES that takes the fewest epochs with a seed of its own; the
seeds that count come after that. The methods of a seed take turns on one core. Their processor
times are kept as ratios to that of batches of 32 of the same seed: seconds say more about a
computer than about a method. The run takes about two minutes:

    python book/experiments/mini_batches.py

Chapter 16 reads `mini_batches.csv`. Its columns are the batch size, the momentum, the seed (of the
weights and the order of the rows), the learning rate, the epochs and steps until the target, the
time over that of batches of 32, and the accuracy on the 1,000 test images.
"""

import time
from functools import cache
from pathlib import Path

import numpy as np
from results import Line, store, two_digits
from tqdm import tqdm
from trials import RECIPES, accuracy

from backprop.datasets import load_digits
from backprop.optimizers import Momentum
from backprop.training import TrainingDiverged, below, train

RESULTS = Path(__file__).with_suffix(".csv")
FULL, UNIT = 4000, 32
METHODS = ((8, 0.0), (32, 0.0), (128, 0.0), (512, 0.0), (FULL, 0.0), (FULL, 0.9))
RATES = (0.5, 0.2, 1.0, 0.1, 2.0, 0.05, 5.0)  # likely ones first: a slower one is cut short
SEEDS, TUNING_SEED = range(20), 1000
TARGET, LONGEST = 0.2, 300


@cache
def digits() -> tuple:
    """Training part and test part, with the pixels in float32."""
    return load_digits()


def run(
    size: int, momentum: float, seed: int, rate: float, longest: int = LONGEST
) -> tuple[int | None, float, float]:
    """The epochs until the target (None: not reached), the seconds, and the test accuracy."""
    training, test = digits()
    generator = np.random.default_rng(seed)
    network = RECIPES["4,000 digits"].network(training, generator)
    optimizer = Momentum(rate, momentum)  # with momentum 0 this is plain gradient descent
    plan = {"epochs": longest, "batch_size": size, "stop": [below(TARGET)], "progress": False}
    start = time.process_time()
    try:
        history = train(network, training.X, training.Y, optimizer, generator=generator, **plan)
    except TrainingDiverged:
        return None, np.inf, 0.0
    seconds = time.process_time() - start
    reached = history.records[-1]["loss"] < TARGET
    return len(history.records) if reached else None, seconds, accuracy(network.classify, test)


def best_rate(size: int, momentum: float) -> float:
    """The learning rate of RATES that reaches the target in the fewest epochs."""
    fewest, winner = LONGEST + 1, None
    for rate in RATES:
        epochs, *_ = run(size, momentum, TUNING_SEED, rate, min(fewest, LONGEST))
        if epochs is not None and epochs < fewest:
            fewest, winner = epochs, rate
    return winner


def trial(seed: int, rates: dict[tuple[int, float], float]) -> list[Line]:
    """One line for each method; seconds are still in place of ratios."""
    lines = []
    for (size, momentum), rate in rates.items():
        epochs, seconds, score = run(size, momentum, seed, rate)
        lines.append(
            {
                "batch_size": size,
                "momentum": momentum,
                "seed": seed,
                "learning_rate": rate,
                "epochs": epochs,
                "steps": None if epochs is None else epochs * -(-FULL // size),
                "time_over_32": seconds,
                "test_accuracy": round(score, 4),
            }
        )
    unit = next(line["time_over_32"] for line in lines if line["batch_size"] == UNIT)
    for line in lines:
        line["time_over_32"] = two_digits(line["time_over_32"] / unit)
    return lines


def main() -> None:
    """Choose the rates, run all seeds one after another, and write the results."""
    rates = {method: best_rate(*method) for method in tqdm(METHODS, unit="rate")}
    store([line for seed in tqdm(SEEDS, unit="seed") for line in trial(seed, rates)], RESULTS)


if __name__ == "__main__":
    main()
