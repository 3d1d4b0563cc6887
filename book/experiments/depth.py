"""Measure the effect of more hidden layers on networks of sigmoids and of ReLUs.

Networks with 0 to 5 hidden layers of 30 neurons learn the 4,000 digits for six epochs of batches of
32. There are three kinds of network: sigmoids with the squared error, sigmoids with softmax and the
cross-entropy, and ReLUs from He's weights with softmax and the cross-entropy. Each network gets the
one of six learning rates that gives the smallest loss on a held-out fifth of the training images;
that loss is a mean over three seeds, which are not used again. Then ten seeds train on all training
images. The run takes about a minute on two cores:

    python book/experiments/depth.py

Chapters 08 and 09 read `depth.csv`. Its columns are the kind, the number of hidden layers, the seed
(of the weights and the order of the rows), the learning rate, the loss on the training images after
training, and the accuracies on the training and on the test images.
"""

from contextlib import suppress
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from results import Line, run_all, store

from backprop.datasets import Dataset, load_digits
from backprop.network import Network
from backprop.optimizers import GradientDescent
from backprop.training import TrainingDiverged, train

RESULTS = Path(__file__).with_suffix(".csv")
SIGMOID_SQUARED, SIGMOID, RELU = "sigmoid, squared error", "sigmoid, cross-entropy", "ReLU, He"
RATES = {
    SIGMOID_SQUARED: (0.5, 1.0, 2.0, 4.0, 8.0, 16.0),
    SIGMOID: (0.1, 0.2, 0.5, 1.0, 2.0, 4.0),
    RELU: (0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
}
DEPTHS, SEEDS, TUNING_SEEDS = (0, 1, 2, 3, 5), range(10), (1000, 1001, 1002)
WIDTH, EPOCHS = 30, 6


def network_of(kind: str, depth: int, generator: np.random.Generator) -> Network:
    """A network of that kind with `depth` hidden layers."""
    sizes = [784, *[WIDTH] * depth, 10]
    if kind == SIGMOID_SQUARED:
        return Network(sizes, generator=generator)
    return Network(
        sizes,
        [*["relu" if kind == RELU else "sigmoid"] * depth, "softmax"],
        loss="categorical cross-entropy",
        initialization="he" if kind == RELU else "1/sqrt(n)",
        generator=generator,
    )


def trained(
    kind: str, depth: int, seed: int, rate: float, part: Dataset, epochs: int = EPOCHS
) -> Network:
    """A network trained on `part`. Raises TrainingDiverged."""
    generator = np.random.default_rng(seed)
    network = network_of(kind, depth, generator)
    plan = {"epochs": epochs, "batch_size": 32, "generator": generator, "progress": False}
    train(network, part.X, part.Y, GradientDescent(rate), **plan)
    return network


@cache
def digits() -> tuple[Dataset, Dataset]:
    """Training part and test part."""
    return load_digits()


def tuning_run(kind: str, depth: int, rate: float, seed: int) -> Line:
    """The loss on a fifth of the training images after training on the others."""
    line: Line = {"kind": kind, "depth": depth, "rate": rate, "loss": np.inf}
    fit, held_out = digits()[0].split(test_size=800, seed=seed)
    with suppress(TrainingDiverged):
        network = trained(kind, depth, seed, rate, fit)
        line["loss"] = network.loss_value(held_out.X, held_out.Y)
    return line


def run(kind: str, depth: int, seed: int, rate: float) -> Line:
    """One line of the results."""
    training, test = digits()
    network = trained(kind, depth, seed, rate, training)

    def accuracy(part: Dataset) -> float:
        return round(float((network.classify(part.X) == part.labels).mean()), 4)

    return {
        "kind": kind,
        "hidden_layers": depth,
        "seed": seed,
        "learning_rate": rate,
        "loss": round(network.loss_value(training.X, training.Y), 4),
        "training_accuracy": accuracy(training),
        "test_accuracy": accuracy(test),
    }


def candidates() -> list[tuple[str, int, float, int]]:
    """Kind, number of hidden layers, learning rate and seed of every run that chooses a rate."""
    return [(kind, *rest) for kind in RATES for rest in product(DEPTHS, RATES[kind], TUNING_SEEDS)]


def main() -> None:
    """Choose the rates, train with all seeds, and write the results."""
    tried = pd.DataFrame(run_all(tuning_run, candidates()))
    losses = tried.groupby(["kind", "depth", "rate"], sort=False)["loss"].mean().reset_index()
    best = losses.loc[losses.groupby(["kind", "depth"], sort=False)["loss"].idxmin()]
    rates = best[["kind", "depth", "rate"]].itertuples(index=False, name=None)
    runs = [(kind, depth, seed, rate) for kind, depth, rate in rates for seed in SEEDS]
    store(run_all(run, runs), RESULTS)


if __name__ == "__main__":
    main()
