"""Measure the published iris experiment, and each fix of it, on 100 splits and seeds.

The published network is 4-2-3 without biases, on raw features, with the squared error divided by
elements, learning rate 0.1 and 5000 steps with the full batch of 130 rows; 20 rows test it. Of the
FIXES, the first three are tried in every combination, the other two in addition to all three. The
run takes about four minutes on two cores:

    python book/experiments/iris_spread.py

Chapter 07 reads `iris_spread.csv`. Its columns are the program (the fixes that it has, or
"published", or the name of a baseline), the seed of the split, the seed of the weights (of NumPy's
older generator, which the published experiment used; 0 where nothing is drawn), and the accuracies
on the training rows and on the test rows.
"""

from itertools import combinations
from pathlib import Path

import numpy as np
from results import run_all, store
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from backprop.datasets import Dataset, load_iris, standardize
from backprop.initialization import normal
from backprop.losses import SquaredError
from backprop.network import Network
from backprop.optimizers import GradientDescent
from backprop.training import train

RESULTS = Path(__file__).with_suffix(".csv")
PUBLISHED_SPLIT, PUBLISHED_SEED = 4, 10
SEEDS = range(100)
PENALTIES = (0.1, 1, 10, 100, 1000)  # chosen within the training rows
TEST_ROWS, STEPS = 20, 5000

PUBLISHED = {
    "hidden": 2,
    "bias": False,
    "standardized": False,
    "divide_by": "elements",
    "learning_rate": 0.1,
}
FIXES = {
    "rows": {"divide_by": "rows"},
    "standardized": {"standardized": True},
    "biases": {"bias": True},
    "rate 1": {"learning_rate": 1.0},
    "8 hidden": {"hidden": 8},
}
BASELINES = {
    "majority class": DummyClassifier(),
    "1 nearest neighbour": KNeighborsClassifier(1),
    "logistic regression": LogisticRegression(max_iter=1000),
    "logistic regression, tuned": make_pipeline(
        StandardScaler(), GridSearchCV(LogisticRegression(max_iter=5000), {"C": PENALTIES}, cv=5)
    ),
    "linear discriminant": LinearDiscriminantAnalysis(),
}


def programs() -> dict[str, dict[str, object]]:
    """The settings of each program by its name, such as 'rows + biases'."""
    names = list(FIXES)
    subsets = [subset for size in range(4) for subset in combinations(names[:3], size)]
    return {
        " + ".join(subset) or "published": PUBLISHED
        | {key: value for name in subset for key, value in FIXES[name].items()}
        for subset in [*subsets, names[:4], names[:5]]
    }


def settings() -> list[tuple[str, int, int]]:
    """Program, seed of the split and seed of the weights of every run."""
    weights = [("published", PUBLISHED_SPLIT, seed) for seed in SEEDS]
    splits = [("published", seed, PUBLISHED_SEED) for seed in SEEDS]
    both = [(program, seed, seed) for program in programs() for seed in SEEDS]
    baselines = [(program, seed, 0) for program in BASELINES for seed in SEEDS]
    return list(dict.fromkeys(weights + splits + both + baselines))


def run(program: str, split_seed: int, weight_seed: int) -> dict[str, object]:
    """One line of the results."""
    training, test = load_iris().split(TEST_ROWS, seed=split_seed)
    if program in BASELINES:
        model = BASELINES[program].fit(training.X, training.labels)
        scores = [accuracy_score(part.labels, model.predict(part.X)) for part in (training, test)]
    else:
        scores = trained_scores(training, test, weight_seed, **programs()[program])
    return {
        "program": program,
        "split_seed": split_seed,
        "weight_seed": weight_seed,
        "training_accuracy": round(scores[0], 4),
        "test_accuracy": round(scores[1], 4),
    }


def trained_scores(
    training: Dataset,
    test: Dataset,
    weight_seed: int,
    *,
    hidden: int,
    bias: bool,
    standardized: bool,
    divide_by: str,
    learning_rate: float,
) -> list[float]:
    """Train a network with these settings; return its training and test accuracy."""
    if standardized:
        training, test = standardize(training, test)
    network = Network(
        [4, hidden, 3],
        bias=bias,
        initialization=normal(0.5),
        loss=SquaredError(divide_by),
        generator=np.random.RandomState(weight_seed),
    )
    optimizer = GradientDescent(learning_rate)
    train(network, training.X, training.Y, optimizer, epochs=STEPS, progress=False)
    return [accuracy_score(part.labels, network.classify(part.X)) for part in (training, test)]


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
