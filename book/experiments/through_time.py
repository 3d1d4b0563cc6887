"""Measure how far a gradient must go back in time for digits that are read row by row.

An Elman network with 64 neurons reads the pixel rows with ink of 4,000 digits, at most 20, and
classifies the digit at the end. The gradient is passed back through a limited number of steps; 20
steps are all. Each setting has five seeds. The run takes about two minutes on two cores:

    python book/experiments/through_time.py

Chapter 13 reads `through_time.csv`. Its columns are the steps of the truncation, the seed and the
accuracy on 1,000 test digits.
"""

from pathlib import Path

import numpy as np
from results import run_all, store

from backprop.datasets import Dataset, load_digits
from backprop.optimizers import Adam
from backprop.through_time import ElmanNetwork, Sequences
from backprop.training import train

RESULTS = Path(__file__).with_suffix(".csv")
TRUNCATIONS, SEEDS = (1, 2, 5, 10, 20), range(5)


def settings() -> list[tuple[int, int]]:
    """Truncation and seed of every run."""
    return [(steps, seed) for steps in TRUNCATIONS for seed in SEEDS]


def run(steps: int, seed: int) -> dict[str, object]:
    """One line of the results."""
    return {"steps": steps, "seed": seed, "test_accuracy": digits_run(steps, seed)}


def digits_run(truncation: int, seed: int, epochs: int = 6) -> float:
    """Train on the digits' rows with gradients that go back at most `truncation` steps."""
    training, test = load_digits()
    generator = np.random.default_rng(seed)
    network = ElmanNetwork(
        28,
        64,
        10,
        ("tanh", "softmax"),
        loss="categorical cross-entropy",
        truncation=truncation,
        generator=generator,
    )
    train(
        network,
        ink_rows(training),
        training.Y,
        Adam(0.003),
        epochs=epochs,
        batch_size=50,
        generator=generator,
        clip_norm=1.0,
        progress=False,
    )
    return float((network.classify(ink_rows(test)) == test.labels).mean())


def ink_rows(part: Dataset) -> Sequences:
    """Each image as the sequence of its rows, from the first that has ink to the last."""
    images = part.X.reshape(-1, 28, 28)
    inked = [np.flatnonzero(image.any(axis=1)) for image in images]
    return Sequences.pad([image[rows[0] : rows[-1] + 1] for image, rows in zip(images, inked)])


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
