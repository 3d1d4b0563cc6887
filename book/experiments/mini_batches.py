"""Measure mini-batches against the full batch, by steps and by time, with 20 seeds.

A 784-30-10 network (ReLU, softmax, cross-entropy) learns the 4,000 digits until the loss of an
epoch is below 0.2: with batches of several sizes and plain gradient descent, and with momentum for
batches of 128 and the full batch. Each of these gets the learning rate of RATES that takes the
fewest epochs with a seed of its own; the seeds that count come after that. L-BFGS, a method that
needs the whole gradient and finds the length of its steps itself, also trains with the full batch;
an epoch is then one gradient.

The methods of a seed take turns on one core. Their processor times are stored as ratios to that of
batches of 32 of the same seed: seconds say more about a computer than about a method. The run takes
about a minute:

    python book/experiments/mini_batches.py

Chapter 16 reads `mini_batches.csv`. Its columns are the batch size, the optimizer, the seed (of the
weights and the order of the rows), the learning rate (none for L-BFGS), the epochs and steps until
the target, the time over that of batches of 32, and the accuracy on the 1,000 test images.
"""

import time
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
from results import Line, store, two_digits
from scipy import optimize
from threadpoolctl import threadpool_limits
from tqdm import tqdm
from trials import RECIPES, accuracy

from backprop.datasets import load_digits
from backprop.network import Network
from backprop.optimizers import Momentum
from backprop.training import TrainingDiverged, below, train

RESULTS = Path(__file__).with_suffix(".csv")
FULL, UNIT = 4000, 32
PLAIN, MOMENTUM, LBFGS = "gradient descent", "momentum", "L-BFGS"
METHODS = (
    *((size, PLAIN) for size in (8, 32, 128, 512, FULL)),
    *((size, MOMENTUM) for size in (128, FULL)),
    (FULL, LBFGS),
)
RATES = (0.5, 0.2, 1.0, 0.1, 2.0, 0.05, 5.0)  # likely ones first: a slower one is cut short
SEEDS, TUNING_SEED = range(20), 1000
TARGET, LONGEST = 0.2, 300


@cache
def digits() -> tuple:
    """Training part and test part, with the pixels in float32."""
    return load_digits()


class Reached(Exception):
    """The loss is below the target."""


def run(
    size: int, optimizer: str, seed: int, rate: float | None, longest: int = LONGEST
) -> tuple[int | None, float, float]:
    """The epochs until the target (None: not reached), the seconds, and the test accuracy."""
    training, test = digits()
    generator = np.random.default_rng(seed)
    network = RECIPES["4,000 digits"].network(training, generator)
    start = time.process_time()
    if optimizer == LBFGS:
        epochs = minimize(network, training.X, training.Y)
    else:
        plan = {"epochs": longest, "batch_size": size, "stop": [below(TARGET)], "progress": False}
        step = Momentum(rate, 0.9 if optimizer == MOMENTUM else 0.0)
        try:
            history = train(network, training.X, training.Y, step, generator=generator, **plan)
        except TrainingDiverged:
            return None, np.inf, 0.0
        reached = history.records[-1]["loss"] < TARGET
        epochs = len(history.records) if reached else None
    seconds = time.process_time() - start
    return epochs, seconds, accuracy(network.classify, test)


def minimize(network: Network, X: np.ndarray, Y: np.ndarray) -> int:
    """Run L-BFGS until the loss is below the target, and count its requests for a gradient."""
    evaluations = 0

    def loss_and_gradient(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        nonlocal evaluations
        evaluations += 1
        network.parameters = parameters
        loss, gradient = network.loss_and_gradient(X, Y)
        if loss < TARGET:
            raise Reached
        return float(loss), gradient.astype(float)

    with suppress(Reached):
        start = network.parameters.astype(float)
        optimize.minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B")
    return evaluations


def best_rate(size: int, optimizer: str) -> float | None:
    """The learning rate of RATES that reaches the target in the fewest epochs."""
    if optimizer == LBFGS:
        return None
    fewest, winner = LONGEST + 1, None
    for rate in RATES:
        epochs, *_ = run(size, optimizer, TUNING_SEED, rate, min(fewest, LONGEST))
        if epochs is not None and epochs < fewest:
            fewest, winner = epochs, rate
    return winner


def trial(seed: int, rates: dict[tuple[int, str], float | None]) -> list[Line]:
    """One line for each method, with seconds not yet divided by those of UNIT."""
    lines = []
    for (size, optimizer), rate in rates.items():
        epochs, seconds, score = run(size, optimizer, seed, rate)
        lines.append(
            {
                "batch_size": size,
                "optimizer": optimizer,
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
    with threadpool_limits(1):
        rates = {method: best_rate(*method) for method in tqdm(METHODS, unit="rate")}
        lines = [line for seed in tqdm(SEEDS, unit="seed") for line in trial(seed, rates)]
    store(lines, RESULTS)


if __name__ == "__main__":
    main()
