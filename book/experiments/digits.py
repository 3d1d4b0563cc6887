"""Measure several networks on the digits, with several seeds, and on a data set of full size.

The full size is that of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017), 60,000 images of clothes in
the same format as the digits. Debian has it as the package dataset-fashion-mnist; if its files are
missing, those runs are left out and their stored results are kept. The rest takes about four
minutes on two cores, and everything about twelve:

    python book/experiments/digits.py

Chapter 11 reads `digits.csv`. Its columns are the data, the network, the seed, and the accuracies
on the training rows and on the test rows.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from results import store
from tqdm import tqdm

from backprop.datasets import Dataset, load_digits
from backprop.network import Network
from backprop.optimizers import GradientDescent, Momentum, Optimizer, cosine
from backprop.training import train

RESULTS = Path(__file__).with_suffix(".csv")
FASHION = Path("/usr/share/datasets/fashion-mnist")
EPOCHS, BATCH_SIZE = 20, 32
SEEDS, FASHION_SEEDS = range(10), range(2)

CROSS_ENTROPY = "categorical cross-entropy"
NETWORKS = {
    "784-30-10, squared error": {
        "sizes": [784, 30, 10],
        "activations": "sigmoid",
    },
    "784-30-10": {
        "sizes": [784, 30, 10],
        "activations": ["sigmoid", "softmax"],
        "loss": CROSS_ENTROPY,
    },
    "784-100-10": {
        "sizes": [784, 100, 10],
        "activations": ["relu", "softmax"],
        "loss": CROSS_ENTROPY,
        "initialization": "he",
        "l2": 0.001,
    },
    "784-200-100-10": {
        "sizes": [784, 200, 100, 10],
        "activations": ["relu", "relu", "softmax"],
        "loss": CROSS_ENTROPY,
        "initialization": "he",
        "l2": 0.001,
    },
}


def optimizer_for(name: str, rows: int) -> Optimizer:
    """Gradient descent for small networks, momentum with a falling learning rate for the others."""
    if name.startswith("784-30"):
        return GradientDescent(3.0 if "squared" in name else 0.5)
    return Momentum(cosine(0.05, EPOCHS * -(-rows // BATCH_SIZE)), 0.9)


def data(name: str) -> tuple[Dataset, Dataset]:
    """The training part and the test part of that name."""
    if name == "digits, 4,000":
        return load_digits()
    training, test = load_digits(FASHION)
    if name == "fashion, 4,000":
        training = Dataset(
            training.X[:4000], training.labels[:4000], training.feature_names, training.class_names
        )
    return training, test


def settings() -> list[tuple[str, str, int]]:
    """Data, network and seed of every run."""
    digits = [("digits, 4,000", name, seed) for name in NETWORKS for seed in SEEDS]
    fashion = [
        (rows, name, seed)
        for rows in ("fashion, 4,000", "fashion, 60,000")
        for name in NETWORKS
        for seed in FASHION_SEEDS
    ]
    return digits + fashion


def run(rows: str, name: str, seed: int) -> dict[str, object]:
    """One line of the results."""
    training, test = data(rows)
    generator = np.random.default_rng(seed)
    network = Network(**NETWORKS[name], generator=generator, dtype=np.float32)
    train(
        network,
        training.X,
        training.Y,
        optimizer_for(name, len(training.X)),
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        generator=generator,
        progress=False,
    )
    accuracies = [(network.classify(part.X) == part.labels).mean() for part in (training, test)]
    return {
        "data": rows,
        "network": name,
        "seed": seed,
        "training_accuracy": round(float(accuracies[0]), 4),
        "test_accuracy": round(float(accuracies[1]), 4),
    }


def main() -> None:
    """Run all settings whose data are installed, and write the results."""
    lines = []
    if not FASHION.is_dir():
        stored = pd.read_csv(RESULTS)
        lines = stored[stored["data"].str.startswith("fashion")].to_dict("records")
    wanted = [
        setting for setting in settings() if FASHION.is_dir() or setting[0].startswith("digits")
    ]
    lines = [run(*setting) for setting in tqdm(wanted, unit="run")] + lines
    store(lines, RESULTS)


if __name__ == "__main__":
    main()
