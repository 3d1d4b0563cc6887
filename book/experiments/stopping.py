"""Measure rules for stopping: a threshold on the outputs or on the loss, and a validation set.

Each trial trains two networks with the same initial weights for LONGEST epochs, one on all training
rows, one on four fifths of them with the last fifth as a validation part, and looks back: where
would each rule have stopped, and how good was the network there? The rules for all rows:

- all outputs near: every output is within 0.4 of its target, on every training row;
- loss below 0.1, or below 0.01: the mean loss of an epoch;
- to the end: after all epochs.

The rule for the four fifths is early stopping: it ends when the validation loss has not become
smaller for 20 epochs in a row, and takes the epoch where it was smallest. "its epoch, all rows" is
that epoch of the other network. "best by the test" is the epoch with the best test accuracy, a
bound that no rule may use. The trials are wheat and 500 digits, with true labels and with a fifth
of the training labels wrong. The run takes about a minute:

    python book/experiments/stopping.py

Chapter 16 reads `stopping.csv`. Its columns are the data, the share of wrong labels, the seed, the
rule, the epoch at which it stopped (none: it never did, and the last epoch counts) and the accuracy
on the test rows.
"""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from results import Line, run_all, store
from trials import RECIPES, Recipe, accuracy, draw, with_wrong_labels

from backprop.datasets import Dataset

RESULTS = Path(__file__).with_suffix(".csv")
DATA, WRONG_SHARES, SEEDS = ("wheat", "500 digits"), (0.0, 0.2), range(20)
LONGEST = {"wheat": 400, "500 digits": 80}
NEAR, LOSSES, PATIENCE = 0.4, (0.1, 0.01), 20


def settings() -> list[tuple[str, float, int]]:
    """Data, share of wrong labels and seed of every run."""
    return list(product(DATA, WRONG_SHARES, SEEDS))


def run(data: str, wrong_share: float, seed: int) -> list[Line]:
    """One line for each rule."""
    training, test = draw(data, seed)
    training = with_wrong_labels(training, wrong_share, np.random.default_rng([seed, 1]))
    recipe = replace(RECIPES[data], epochs=LONGEST[data])
    fit, validation = training.split(0.2, seed=seed)
    whole = history(recipe, training, test, seed)
    part = history(recipe, fit, test, seed, validation)

    early = patient(part["validation_loss"], PATIENCE)
    stops = {
        f"every output within {NEAR}": (whole, first(whole["farthest"] < NEAR)),
        **{f"loss below {loss}": (whole, first(whole["loss"] < loss)) for loss in LOSSES},
        "to the end": (whole, LONGEST[data]),
        "early stopping": (part, early),
        "its epoch, all rows": (whole, early),
        "best by the test": (whole, int(whole["test_accuracy"].idxmax())),
    }
    return [
        {
            "data": data,
            "wrong_share": wrong_share,
            "seed": seed,
            "rule": rule,
            "epoch": epoch,
            "test_accuracy": round(table["test_accuracy"].loc[epoch or LONGEST[data]], 4),
        }
        for rule, (table, epoch) in stops.items()
    ]


def history(
    recipe: Recipe, training: Dataset, test: Dataset, seed: int, validation: Dataset | None = None
) -> pd.DataFrame:
    """The record of each epoch: loss, farthest output, validation loss, test accuracy."""
    generator = np.random.default_rng(seed)
    network = recipe.network(training, generator)
    metrics = {
        "farthest": lambda network: np.abs(network.predict(training.X) - training.Y).max(),
        "test_accuracy": lambda network: accuracy(network.classify, test),
    }
    if validation is not None:
        metrics["validation_loss"] = lambda network: network.loss_value(validation.X, validation.Y)
    return recipe.train(network, training, generator, metrics=metrics).frame()


def first(reached: pd.Series) -> int | None:
    """The first epoch in which a condition holds, or None."""
    return int(reached.idxmax()) if reached.any() else None


def patient(losses: pd.Series, patience: int) -> int:
    """The epoch that early stopping would keep."""
    best = losses.index[0]
    for epoch, loss in losses.items():
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return int(best)


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
