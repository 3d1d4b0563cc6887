"""Measure the network and three methods of scikit-learn on wheat seeds, all on the same folds.

The folds are those of scikit-learn's RepeatedStratifiedKFold, five of them, dealt ten times. They
come sorted by class, and a network that sees one example at a time must not, so its training rows
are shuffled. Features are scaled inside each fold; everything else of the network is as in
`wheat_seeds.py`. The run takes about a minute on two cores:

    python book/experiments/wheat_protocol.py

The columns of `wheat_protocol.csv` are the method, the repeat, the fold and the accuracy in per
cent.
"""

from itertools import product
from pathlib import Path
from random import Random

import numpy as np
from results import run_all, store
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from backprop import loops
from backprop.datasets import load_wheat_seeds

RESULTS = Path(__file__).with_suffix(".csv")
FOLDS, REPEATS, SEED = 5, 10, 1
LEARNING_RATE, EPOCHS, HIDDEN_SIZES = 0.3, 500, [5]
NETWORK = "our network"
METHODS = {
    "1 nearest neighbour": KNeighborsClassifier(1),
    "logistic regression": LogisticRegression(),
    "linear discriminant analysis": LinearDiscriminantAnalysis(),
}


def settings() -> list[tuple[str, int]]:
    """Method and number of every run; numbers go through the folds of one repeat after another."""
    return list(product([NETWORK, *METHODS], range(FOLDS * REPEATS)))


def run(method: str, number: int) -> dict[str, object]:
    """One line of the results."""
    wheat = load_wheat_seeds()
    protocol = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
    train, test = list(protocol.split(wheat.X, wheat.labels))[number]
    if method == NETWORK:
        predicted = network_predictions(wheat.X, wheat.labels, train, test, Random(number))
    else:
        model = make_pipeline(StandardScaler(), METHODS[method])
        predicted = model.fit(wheat.X[train], wheat.labels[train]).predict(wheat.X[test]).tolist()
    score = loops.accuracy_metric(wheat.labels[test].tolist(), predicted)
    repeat, fold = divmod(number, FOLDS)
    return {
        "method": method,
        "repeat": repeat + 1,
        "fold": fold + 1,
        "accuracy": round(score, 6),
    }


def network_predictions(
    X: np.ndarray, labels: np.ndarray, train: np.ndarray, test: np.ndarray, generator: Random
) -> list[int]:
    """What the network of chapter 04 predicts for the test rows."""
    examples = list(zip(X.tolist(), labels.tolist()))
    training = [examples[row] for row in train]
    generator.shuffle(training)
    return loops.normalized_back_propagation(
        training,
        [examples[row] for row in test],
        generator,
        LEARNING_RATE,
        EPOCHS,
        HIDDEN_SIZES,
    )


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
