"""Train chapter 11's networks with ten seeds: do 100 neurons beat 30, and does one step mislead?

With each seed a network with 100 hidden neurons and one with 30 learn the 4,000 digits as the
chapter trains them. Both read the 1,000 test images. Then the larger one reads them again after
each pixel has changed by 0.1, once along the sign of the input gradient and once up or down by a
coin flip. Two minutes on two cores:

    python book/experiments/digit_readers.py

Chapter 11 reads `digit_readers.csv`. Its columns are the seed, the test accuracies of the two
networks, the number of test images on which they disagree, and the accuracies of the larger one
after the signed step and after the random one.
"""

from pathlib import Path

import numpy as np
from results import Line, run_all, store

from backprop.datasets import load_digits
from backprop.network import Network
from backprop.optimizers import Momentum, cosine
from backprop.training import train

RESULTS = Path(__file__).with_suffix(".csv")
SEEDS = range(1, 11)
EPOCHS, STEPS_PER_EPOCH, STEP = 10, 125, 0.1


def learn(hidden: int, seed: int, l2: float = 0.001) -> Network:
    """The network that `train_reader` of chapter 11 returns."""
    training, _ = load_digits()
    generator = np.random.default_rng(seed)
    network = Network(
        [784, hidden, 10],
        ["relu", "softmax"],
        loss="categorical cross-entropy",
        initialization="he",
        l2=l2,
        generator=generator,
    )
    train(
        network,
        training.X,
        training.Y,
        Momentum(cosine(0.05, EPOCHS * STEPS_PER_EPOCH), 0.9),
        epochs=EPOCHS,
        batch_size=32,
        generator=generator,
        progress=False,
    )
    return network


def input_gradients(network: Network, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """The gradient of each image's error with respect to its pixels, as chapter 11 derives it."""
    first, last = network.layers
    _, A, P = network.forward(X).A
    gradients: np.ndarray = ((P - Y) @ last.W.T * (A > 0)) @ first.W.T
    return gradients


def run(seed: int) -> Line:
    """Both networks of one seed."""
    _, test = load_digits()
    large, small = learn(100, seed), learn(30, seed)
    ours, theirs = large.classify(test.X), small.classify(test.X)
    coins = np.random.default_rng(seed).choice([-1, 1], size=test.X.shape)

    def accuracy_after(signs: np.ndarray) -> float:
        moved = np.clip(test.X + STEP * signs, 0, 1)
        return float((large.classify(moved) == test.labels).mean())

    return {
        "seed": seed,
        "accuracy_100": float((ours == test.labels).mean()),
        "accuracy_30": float((theirs == test.labels).mean()),
        "disagreements": int((ours != theirs).sum()),
        "signed_step": accuracy_after(np.sign(input_gradients(large, test.X, test.Y))),
        "random_step": accuracy_after(coins),
    }


if __name__ == "__main__":
    store(run_all(run, [(seed,) for seed in SEEDS]), RESULTS)
