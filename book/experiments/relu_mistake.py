"""Measure the cost of one character: the derivative of a ReLU from its output with ≥ in place of >.

The setting is that of a well-known tutorial: a 784-40-10 network without biases, ReLU hidden
neurons and linear outputs, trained on 1,000 digits one after another with the learning rate 0.005
for 350 epochs, from weights drawn uniformly from −0.1 to 0.1. The digits are the first 1,000 of
this course, and the course's 1,000 test digits test it.

The wrong gradient is longer, so each comparison also gets a learning rate of its own: the one of
LEARNING_RATES that scores best on the last 200 of the 1,000 digits after 40 epochs with the others,
with a seed of its own. The run takes about three minutes on two cores:

    python book/experiments/relu_mistake.py

Chapter 15 reads `relu_mistake.csv`. Its columns are the comparison, the learning rate, the seed,
and the accuracies on the training rows and on the test rows after the last epoch.
"""

from pathlib import Path

import numpy as np
from results import Line, run_all, store

from backprop.datasets import Dataset, load_digits

RESULTS = Path(__file__).with_suffix(".csv")
SEEDS, TUNING_SEED = range(3), 1000
ROWS, HIDDEN, EPOCHS = 1000, 40, 350
PUBLISHED, LEARNING_RATES = 0.005, (0.005, 0.01, 0.002, 0.001, 0.0005)
TUNING_ROWS, TUNING_EPOCHS = 800, 40
DERIVATIVES = {
    "A > 0": lambda A: A > 0,
    "A >= 0": lambda A: A >= 0,
}
Weights = tuple[np.ndarray, np.ndarray]


def digits() -> tuple[Dataset, Dataset]:
    """The first 1,000 training digits, and the test digits."""
    training, test = load_digits()
    return training.take(np.arange(ROWS)), test


def train(comparison: str, part: Dataset, seed: int, learning_rate: float, epochs: int) -> Weights:
    """The weights of both layers after training, one row after another."""
    X, Y = part.X, part.Y
    generator = np.random.default_rng(seed)
    W1 = generator.uniform(-0.1, 0.1, size=(X.shape[1], HIDDEN))
    W2 = generator.uniform(-0.1, 0.1, size=(HIDDEN, Y.shape[1]))
    derivative = DERIVATIVES[comparison]
    inked = [np.flatnonzero(x) for x in X]  # the other pixels are 0, and so are their gradients
    for _ in range(epochs):
        for x, y, ink in zip(X, Y, inked):
            a = np.maximum(x[ink] @ W1[ink], 0)
            delta2 = a @ W2 - y
            delta1 = (W2 @ delta2) * derivative(a)
            W2 -= learning_rate * np.outer(a, delta2)
            W1[ink] -= learning_rate * np.outer(x[ink], delta1)
    return W1, W2


def accuracy(weights: Weights, part: Dataset) -> float:
    """The proportion of rows that these weights classify correctly."""
    W1, W2 = weights
    outputs = np.maximum(part.X @ W1, 0) @ W2
    return round(float((outputs.argmax(axis=1) == part.labels).mean()), 4)


def own_learning_rate(comparison: str) -> float:
    """The learning rate that suits this comparison best."""
    training, _ = digits()
    fit = training.take(np.arange(TUNING_ROWS))
    validation = training.take(np.arange(TUNING_ROWS, ROWS))
    scores = []
    with np.errstate(over="ignore", invalid="ignore"):  # a learning rate may be too large
        for learning_rate in LEARNING_RATES:
            weights = train(comparison, fit, TUNING_SEED, learning_rate, TUNING_EPOCHS)
            scores.append(accuracy(weights, validation))
    return LEARNING_RATES[int(np.argmax(scores))]


def settings() -> list[tuple[str, float, int]]:
    """Comparison, learning rate and seed of every run."""
    return [
        (comparison, learning_rate, seed)
        for comparison in DERIVATIVES
        for learning_rate in dict.fromkeys([PUBLISHED, own_learning_rate(comparison)])
        for seed in SEEDS
    ]


def run(comparison: str, learning_rate: float, seed: int, epochs: int = EPOCHS) -> Line:
    """One line of the results."""
    training, test = digits()
    weights = train(comparison, training, seed, learning_rate, epochs)
    return {
        "comparison": comparison,
        "learning_rate": learning_rate,
        "seed": seed,
        "training_accuracy": accuracy(weights, training),
        "test_accuracy": accuracy(weights, test),
    }


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
