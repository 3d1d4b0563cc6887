"""Measure how far an error must go back in time, on digits read row by row, and on remembering.

Task "digits": an Elman network with 64 neurons reads the rows with ink of 4,000 digits, at most 20,
and names the digit at the end. The error is sent back through at most so many steps; 20 is all.
Task "first bit": one with 20 neurons reads so many random bits and says what the first one was; the
error is sent back all the way. Each setting has three seeds. The run takes about two minutes:

    python book/experiments/through_time.py

Chapter 13 reads `through_time.csv`. Its columns are the task, the steps (of the truncation, or of
the sequence), the seed and the accuracy on 1,000 test sequences.
"""

from pathlib import Path

import numpy as np
from results import run_all, store

from backprop.datasets import Dataset, load_digits
from backprop.optimizers import Adam
from backprop.through_time import ElmanNetwork, Sequences
from backprop.training import train

RESULTS = Path(__file__).with_suffix(".csv")
TRUNCATIONS, LENGTHS, SEEDS = (1, 2, 5, 10, 20), (5, 10, 20, 40), (0, 1, 2)


def settings() -> list[tuple[str, int, int]]:
    """Every run: the task, the steps and the seed."""
    digits = [("digits", steps, seed) for steps in TRUNCATIONS for seed in SEEDS]
    return digits + [("first bit", steps, seed) for steps in LENGTHS for seed in SEEDS]


def run(task: str, steps: int, seed: int) -> dict[str, object]:
    """One line of the results."""
    accuracy = (digits_run if task == "digits" else first_bit_run)(steps, seed)
    return {"task": task, "steps": steps, "seed": seed, "test_accuracy": accuracy}


def digits_run(truncation: int, seed: int, epochs: int = 6) -> float:
    """Train on the digits' rows with errors that go back at most `truncation` steps."""
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


def first_bit_run(steps: int, seed: int, updates: int = 400) -> float:
    """Train on random bits, new ones for every update, to name the first one at the end."""
    generator = np.random.default_rng(seed)
    network = ElmanNetwork(
        1, 20, 1, ("tanh", "sigmoid"), loss="binary cross-entropy", generator=generator
    )

    def bits(samples: int) -> np.ndarray:
        return generator.integers(2, size=(samples, steps, 1))

    optimizer = Adam(0.01)
    for _ in range(updates):
        batch = bits(50)
        train(network, 2.0 * batch - 1, batch[:, 0], optimizer, epochs=1, clip_norm=1.0)
    test = bits(1000)
    return float(((network.predict(2.0 * test - 1) > 0.5) == test[:, 0]).mean())


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
