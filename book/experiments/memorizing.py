"""Measure how much networks of growing width memorize, and how much they learn.

784-w-10 networks train on 500 digits whose labels are true, or true except for a fifth, or drawn at
random. Training ends when all training rows are classified correctly, or after LONGEST epochs.
Logistic regression without a penalty, which has no hidden layer, is trained on the same rows. The
run takes about three minutes on one core:

    python book/experiments/memorizing.py

Chapter 16 reads `memorizing.csv`. Its columns are the share of labels that are wrong (0.9: drawn at
random out of ten), the hidden neurons (0: logistic regression), the seed (of the rows, the labels
and the weights), and the accuracies on the training rows and on the test rows, whose labels are
always true.
"""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from results import Line, run_all, store
from sklearn.linear_model import LogisticRegression
from trials import RECIPES, Contender, Predict, accuracy, draw, library_contender, with_wrong_labels

from backprop.datasets import Dataset

RESULTS = Path(__file__).with_suffix(".csv")
DATA, SEEDS = "500 digits", range(20)
WRONG_SHARES = (0.0, 0.2, 0.9)  # a label drawn at random is wrong nine times out of ten
WIDTHS = (0, 1, 2, 5, 10, 30, 100)
LONGEST = 200


def contender(width: int) -> Contender:
    """A network of that width that trains until it has memorized its rows."""
    if width == 0:
        return library_contender(LogisticRegression(C=np.inf, max_iter=5000))
    recipe = replace(RECIPES[DATA], hidden=width, epochs=LONGEST)

    def learn(training: Dataset, generator: np.random.Generator) -> Predict:
        network = recipe.network(training, generator)

        def knows_all(network, record):
            return accuracy(network.classify, training) == 1

        recipe.train(network, training, generator, stop=[knows_all])
        return network.classify

    return learn


def settings() -> list[tuple[float, int, int]]:
    """Share of wrong labels, width and seed of every run."""
    return list(product(WRONG_SHARES, WIDTHS, SEEDS))


def run(wrong_share: float, width: int, seed: int) -> Line:
    """One line of the results."""
    training, test = draw(DATA, seed)
    training = with_wrong_labels(training, wrong_share, np.random.default_rng([seed, 1]))
    predict = contender(width)(training, np.random.default_rng(seed))
    return {
        "wrong_share": wrong_share,
        "hidden": width,
        "seed": seed,
        "training_accuracy": round(accuracy(predict, training), 4),
        "test_accuracy": round(accuracy(predict, test), 4),
    }


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
