"""Measure time and score of networks and of three other methods, on tasks of several kinds.

The tasks are iris, wheat, 500 and 4,000 digits, and one that no line can split: "exclusive or",
1,000 rows of ten normal features, where the class says whether the first two have the same sign and
the other eight say nothing. Each method runs as it comes: scikit-learn's with their defaults, the
network with the one recipe of `trials.py`; "wide network" has 200 hidden neurons in place of 30.

The methods of a trial take turns on one core. Their processor times are kept as ratios to those of
logistic regression in the same trial: seconds say more about a computer than about a method. The
run takes about two minutes:

    python book/experiments/baselines.py

Chapter 16 reads `baselines.csv`. Its columns are the task, the seed (of the split and the weights),
the method, the accuracy on the test rows, the time to learn and the time to classify the test rows,
both over that of logistic regression.
"""

import time
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from results import Line, store, two_digits
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from tqdm import tqdm
from trials import RECIPES, Contender, draw, library_contender, network_contender

from backprop.datasets import Dataset

RESULTS = Path(__file__).with_suffix(".csv")
EXCLUSIVE_OR = "exclusive or"
TASKS, SEEDS = (*RECIPES, EXCLUSIVE_OR), range(20)
UNIT = "logistic regression"
ROWS, FEATURES = 1000, 10


def contenders(task: str) -> dict[str, Contender]:
    """The methods by name."""
    recipe = RECIPES.get(task, RECIPES["500 digits"])
    return {
        "majority class": library_contender(DummyClassifier()),
        UNIT: library_contender(LogisticRegression(max_iter=2000)),
        "5 nearest neighbours": library_contender(KNeighborsClassifier()),
        "network": network_contender(recipe),
        "wide network": network_contender(replace(recipe, hidden=200)),
    }


def parts(task: str, seed: int) -> tuple[Dataset, Dataset]:
    """Training part and test part of that task, drawn anew for each seed."""
    return exclusive_or(seed) if task == EXCLUSIVE_OR else draw(task, seed)


def exclusive_or(seed: int) -> tuple[Dataset, Dataset]:
    """The made task: whether the first two of ten features have the same sign."""
    generator = np.random.default_rng([seed, 2])
    names = tuple(f"feature {number}" for number in range(1, FEATURES + 1))
    X = generator.normal(size=(2, ROWS, FEATURES))
    labels = (X[..., 0] * X[..., 1] > 0).astype(int)
    return tuple(Dataset(*part, names, ("other", "same")) for part in zip(X, labels))


def settings() -> list[tuple[str, int]]:
    """Task and seed of every trial."""
    return list(product(TASKS, SEEDS))


def trial(task: str, seed: int) -> list[Line]:
    """One line for each method."""
    training, test = parts(task, seed)
    lines = []
    for method, learn in contenders(task).items():
        start = time.process_time()
        predict = learn(training, np.random.default_rng(seed))
        learned = time.process_time()
        score = float((predict(test.X) == test.labels).mean())
        lines.append(
            {
                "task": task,
                "seed": seed,
                "method": method,
                "test_accuracy": round(score, 4),
                "learning_time": learned - start,
                "classifying_time": time.process_time() - learned,
            }
        )
    unit = next(dict(line) for line in lines if line["method"] == UNIT)
    for line, column in product(lines, ("learning_time", "classifying_time")):
        line[column] = two_digits(line[column] / unit[column])
    return lines


def main() -> None:
    """Run all trials, one after another, and write the results."""
    runs = tqdm(settings(), unit="trial")
    store([line for setting in runs for line in trial(*setting)], RESULTS)


if __name__ == "__main__":
    main()
