"""Measure what one character costs: the slope of a ReLU taken from its output with ≥ in place of >.

The setting is that of a well-known tutorial: a 784-40-10 network without biases, ReLU hidden units
and linear outputs, trained on 1,000 digits one after the other with the rate 0.005 for 350 epochs,
from weights drawn uniformly from −0.1 to 0.1. The digits are the first 1,000 of this course, and
its 1,000 test digits test it. The run takes about two minutes on two cores:

    python book/experiments/relu_slip.py

Chapter 15 reads `relu_slip.csv`. Its columns are the comparison, the seed, and the accuracies on
the training rows and on the test rows after the last epoch.
"""

from pathlib import Path

import numpy as np
from results import run_all, store

from backprop.datasets import load_digits

RESULTS = Path(__file__).with_suffix(".csv")
SEEDS = range(3)
ROWS, HIDDEN, RATE, EPOCHS = 1000, 40, 0.005, 350
SLOPES = {
    "A > 0": lambda A: A > 0,
    "A >= 0": lambda A: A >= 0,
}


def settings() -> list[tuple[str, int]]:
    """Comparison and seed of every run."""
    return [(comparison, seed) for comparison in SLOPES for seed in SEEDS]


def run(comparison: str, seed: int, epochs: int = EPOCHS) -> dict[str, object]:
    """One line of the results."""
    training, test = load_digits()
    X, Y = training.X[:ROWS], training.Y[:ROWS]
    generator = np.random.default_rng(seed)
    W1 = generator.uniform(-0.1, 0.1, size=(X.shape[1], HIDDEN))
    W2 = generator.uniform(-0.1, 0.1, size=(HIDDEN, Y.shape[1]))
    slope = SLOPES[comparison]
    inked = [np.flatnonzero(x) for x in X]  # the other pixels are 0, and so are their gradients
    for _ in range(epochs):
        for x, y, ink in zip(X, Y, inked):
            a = np.maximum(x[ink] @ W1[ink], 0)
            delta2 = a @ W2 - y
            delta1 = (W2 @ delta2) * slope(a)
            W2 -= RATE * np.outer(a, delta2)
            W1[ink] -= RATE * np.outer(x[ink], delta1)

    def accuracy(X: np.ndarray, labels: np.ndarray) -> float:
        outputs = np.maximum(X @ W1, 0) @ W2
        return round(float((outputs.argmax(axis=1) == labels).mean()), 4)

    return {
        "comparison": comparison,
        "seed": seed,
        "training_accuracy": accuracy(X, training.labels[:ROWS]),
        "test_accuracy": accuracy(test.X, test.labels),
    }


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
