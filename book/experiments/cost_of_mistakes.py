"""Measure what each mistake in a backward pass costs: train with the wrong gradient.

A 7-8-8-3 network, tanh and at the end sigmoid, learns the wheat seeds with gradient descent, 500
steps with the full batch of 150 standardized rows; 60 rows test it. Every run of a seed has the
same split and the same initial weights, but a different mistake in its gradient.

A wrong gradient is often just longer or shorter, so each mistake is trained twice: with the
learning rate 1, and with "its own", the one of LEARNING_RATES that gives it the smallest loss on a
fifth of the training rows after learning from the others. The run takes about two minutes on two
cores:

    python book/experiments/cost_of_mistakes.py

Chapter 15 reads `cost_of_mistakes.csv`. Its columns are the mistake ("none" for the right
gradient), the seed, how the learning rate was set ("1" or "its own"), the learning rate, the loss
on the training rows at the end (empty if it is NaN), and the accuracies on the training rows and on
the test rows.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from results import Line, run_all, store

from backprop.datasets import Dataset, load_wheat_seeds, standardize
from backprop.mistakes import Examination, Mistake
from backprop.mistakes import dense as mistakes
from backprop.network import Network

RESULTS = Path(__file__).with_suffix(".csv")
SEEDS = range(20)
STEPS, TEST_ROWS, VALIDATION_SHARE = 500, 60, 0.2
COMMON = 1.0
LEARNING_RATES = (1.0, 3.0, 0.3, 0.1, 0.01, 0.001, 1e-4, 1e-5)

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


Gradient = Callable[[], np.ndarray]
"""The gradient at the network's current parameters."""


def by_class(kind: type[Mistake] | None) -> Callable[[Network, Dataset, float], Gradient]:
    """The gradient with this mistake in all layers."""

    def of(network: Network, part: Dataset, learning_rate: float) -> Gradient:
        examination = Examination(network, part.X, part.Y, learning_rate)

        def gradient() -> np.ndarray:
            examination.network.parameters = network.parameters
            examination.forward = examination.network.forward(examination.X)
            return examination.gradient(kind)

        return gradient

    return of


def without_biases(network: Network, part: Dataset, learning_rate: float) -> Gradient:
    """The gradient with 0 for the biases, which then do not change."""

    def gradient() -> np.ndarray:
        network.loss_and_gradient(part.X, part.Y)
        for layer in network.layers:
            layer.db[...] = 0
        return network.gradient

    return gradient


def summed(network: Network, part: Dataset, learning_rate: float) -> Gradient:
    """The gradient as a sum over the rows."""
    return lambda: len(part.X) * network.loss_and_gradient(part.X, part.Y)[1]


GRADIENTS = {
    "none": by_class(None),
    **{kind.form: by_class(kind) for kind in MISTAKES},
    mistakes.NewWeights.form: by_class(mistakes.NewWeights),
    mistakes.MissingBias.form: without_biases,
    "sum instead of mean": summed,
}


def settings() -> list[tuple[str, int]]:
    """Mistake and seed of every run."""
    return [(mistake, seed) for mistake in GRADIENTS for seed in SEEDS]


def trained(mistake: str, part: Dataset, learning_rate: float, seed: int) -> Network:
    """The network after STEPS steps along this gradient."""
    network = Network(
        [7, 8, 8, 3], ["tanh", "tanh", "sigmoid"], generator=np.random.default_rng(seed)
    )
    gradient = GRADIENTS[mistake](network, part, learning_rate)
    for _ in range(STEPS):
        network.parameters -= learning_rate * gradient()
    return network


def own_learning_rate(mistake: str, training: Dataset, seed: int) -> float:
    """The learning rate that suits this mistake best, chosen on a fifth of the training rows."""
    fit, validation = training.split(VALIDATION_SHARE, seed=seed)
    losses = [
        trained(mistake, fit, learning_rate, seed).loss_value(validation.X, validation.Y)
        for learning_rate in LEARNING_RATES
    ]
    return LEARNING_RATES[int(np.argmin(np.nan_to_num(losses, nan=np.inf)))]


def run(mistake: str, seed: int) -> list[Line]:
    """One line for the common learning rate and one for its own."""
    training, test = standardize(*load_wheat_seeds().split(TEST_ROWS, seed=seed))
    lines = []
    with np.errstate(over="ignore", invalid="ignore"):  # one of the mistakes ends in NaN
        rates = {"1": COMMON, "its own": own_learning_rate(mistake, training, seed)}
        networks = {
            learning_rate: trained(mistake, training, learning_rate, seed)
            for learning_rate in set(rates.values())
        }
        for kind, learning_rate in rates.items():
            network = networks[learning_rate]
            accuracies = [
                float((network.classify(part.X) == part.labels).mean()) for part in (training, test)
            ]
            lines.append(
                {
                    "mistake": mistake,
                    "seed": seed,
                    "learning_rate_of": kind,
                    "learning_rate": learning_rate,
                    "loss": round(network.loss_value(training.X, training.Y), 4),
                    "training_accuracy": round(accuracies[0], 4),
                    "test_accuracy": round(accuracies[1], 4),
                }
            )
    return lines


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
