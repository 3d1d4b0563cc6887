"""Measure what each slip of a backward pass costs: train with the wrong gradient.

A 7-8-8-3 network, tanh and at the end sigmoid, learns the wheat seeds with gradient descent: rate
1, 500 steps with the full batch of 150 standardized rows; 60 rows test it. Every run of a seed has
the same split and the same weights at the start, and another slip in its gradient. The run takes
about half a minute:

    python book/experiments/cost_of_slips.py

Chapter 15 reads `cost_of_slips.csv`. Its columns are the slip ("none" for the right gradient), the
seed, the loss on the training rows at the end (empty if it is no number any more), and the
accuracies on the training rows and on the test rows.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from results import run_all, store

from backprop.datasets import load_wheat_seeds, standardize
from backprop.mistakes import Examination, Mistake
from backprop.mistakes import dense as mistakes
from backprop.network import Network

RESULTS = Path(__file__).with_suffix(".csv")
SEEDS = range(20)
RATE, STEPS, TEST_ROWS = 1.0, 500, 60

MISTAKES = [
    mistakes.MissingDerivative,
    mistakes.DerivativeOfZ,
    mistakes.DerivativeOfA,
    mistakes.ErrorCarriedBack,
    mistakes.TransposedWeights,
    mistakes.WeightedSumsIn,
    mistakes.NothingBelow,
    mistakes.LastRowOnly,
]


def by_class(kind: type[Mistake] | None) -> Callable:
    """The gradient function with this mistake in all layers."""
    return lambda network, X, Y: Examination(network, X, Y, RATE).gradient(kind)


def without_biases(network: Network, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """The gradient with 0 for the biases, which then stay where they are."""
    network.loss_and_gradient(X, Y)
    for layer in network.layers:
        layer.db[...] = 0
    return network.gradient


def summed(network: Network, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """The gradient as a sum over the rows."""
    return len(X) * network.loss_and_gradient(X, Y)[1]


GRADIENTS = {
    "none": by_class(None),
    **{kind.form: by_class(kind) for kind in MISTAKES},
    mistakes.NewWeights.form: by_class(mistakes.NewWeights),
    mistakes.MissingBias.form: without_biases,
    "sum instead of mean": summed,
}


def settings() -> list[tuple[str, int]]:
    """Slip and seed of every run."""
    return [(slip, seed) for slip in GRADIENTS for seed in SEEDS]


def run(slip: str, seed: int) -> dict[str, object]:
    """One line of the results."""
    training, test = standardize(*load_wheat_seeds().split(TEST_ROWS, seed=seed))
    network = Network(
        [7, 8, 8, 3], ["tanh", "tanh", "sigmoid"], generator=np.random.default_rng(seed)
    )
    with np.errstate(over="ignore", invalid="ignore"):  # one of the slips ends in NaN
        for _ in range(STEPS):
            network.parameters -= RATE * GRADIENTS[slip](network, training.X, training.Y)
    accuracies = [(network.classify(part.X) == part.labels).mean() for part in (training, test)]
    return {
        "slip": slip,
        "seed": seed,
        "loss": round(network.loss_value(training.X, training.Y), 4),
        "training_accuracy": round(float(accuracies[0]), 4),
        "test_accuracy": round(float(accuracies[1]), 4),
    }


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
