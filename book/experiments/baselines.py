"""Measure the time and the score of a network and of its rivals, on tasks of several kinds.

The tasks are iris, wheat, 500 and 4,000 digits, and one that no straight line can separate:
"exclusive or", 1,000 rows of ten normal features, where the class says whether the first two have
the same sign and the other eight have no influence. In each trial every method gets those of a few
candidate settings that score best on a fifth of the training rows after learning from the others;
then it learns from all of them. The network chooses its width and its L2 penalty, and follows the
recipe of `trials.py` for the rest. Logistic regression on all products of two features and boosted
trees are left out for the digits: with 784 features, they take too long to fit.

The methods of a trial take turns on one core. The time of the last fit and that of classifying the
test rows are stored as ratios to those of logistic regression in the same trial: seconds say more
about a computer than about a method. The run takes about ten minutes:

    python book/experiments/baselines.py

Chapter 16 reads `baselines.csv`. Its columns are the task, the seed (of the split and the weights),
the method, the accuracy on the test rows, and the two ratios.
"""

import time
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from results import Line, store, two_digits
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits
from tqdm import tqdm
from trials import RECIPES, Contender, choose, draw, library_contender, network_contender

from backprop.datasets import Dataset

RESULTS = Path(__file__).with_suffix(".csv")
EXCLUSIVE_OR = "exclusive or"
TASKS = (*RECIPES, EXCLUSIVE_OR)
TRIALS = {"4,000 digits": 10}  # of the others 20: these take longest
UNIT = "logistic regression"
ROWS, FEATURES = 1000, 10

# The candidates' settings. Where two score alike, the one that comes first is taken.
REGRESSION_C = (1, 0.1, 0.01, 10, 100)
NEIGHBOURS = (5, 1, 3, 15)
SUPPORT_C = (1, 0.1, 10, 100)
BOOSTING_RATES = (0.1, 0.03, 0.3)
WIDTHS, PENALTIES = (30, 200), (0.0, 0.001, 0.01)


def contenders(task: str) -> dict[str, list[Contender]]:
    """The candidates of each method, by the method's name."""
    recipe = RECIPES.get(task, RECIPES["500 digits"])
    regressions = [LogisticRegression(C=C, max_iter=2000) for C in REGRESSION_C]
    models = {
        "majority class": [DummyClassifier()],
        UNIT: regressions,
        "nearest neighbours": [KNeighborsClassifier(k) for k in NEIGHBOURS],
        "support vectors": [SVC(C=C) for C in SUPPORT_C],
    }
    if "digits" not in task:  # 784 features
        products = PolynomialFeatures(2, include_bias=False)
        models["regression on products"] = [make_pipeline(products, m) for m in regressions]
        models["boosted trees"] = [
            HistGradientBoostingClassifier(learning_rate=learning_rate, random_state=0)
            for learning_rate in BOOSTING_RATES
        ]
    methods = {name: list(map(library_contender, group)) for name, group in models.items()}
    methods["network"] = [
        network_contender(replace(recipe, hidden=hidden, l2=l2))
        for l2, hidden in product(PENALTIES, WIDTHS)
    ]
    return methods


def parts(task: str, seed: int) -> tuple[Dataset, Dataset]:
    """Training part and test part of that task, drawn again for each seed."""
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
    return [(task, seed) for task in TASKS for seed in range(TRIALS.get(task, 20))]


def trial(task: str, seed: int) -> list[Line]:
    """One line for each method."""
    training, test = parts(task, seed)
    lines = []
    for method, candidates in contenders(task).items():
        generator = np.random.default_rng(seed)
        learn = candidates[0]
        if len(candidates) > 1:
            learn = choose(candidates, training, generator)
        start = time.process_time()
        predict = learn(training, generator)
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
    """Run all trials, one after another on one core, and write the results."""
    runs = tqdm(settings(), unit="trial")
    with threadpool_limits(1):
        store([line for setting in runs for line in trial(*setting)], RESULTS)


if __name__ == "__main__":
    main()
