"""Measure the effect of noise in labels and in inputs on networks and on three other methods.

Three kinds of noise, at several levels: "labels" (a share of the training labels is wrong, the test
is clean), "inputs" (normal noise on the features of training and test), and "test inputs" (the same
on the test alone; the level 0 of this kind is the trial without noise). The levels of the last two
are standard deviations: of a standardized feature for wheat, of a pixel from 0 to 1 for digits.

The network runs unregularized and regularized: stopped early, or with the one of the PENALTIES that
scores best on a validation part. Its rivals have a setting chosen in the same way; logistic
regression and nearest neighbours also run without regularization. All methods of a seed see the
same rows with the same noise. The run takes about six minutes on one core:

    python book/experiments/noise.py

Chapter 16 reads `noise.csv`. Its columns are the data, the kind and the level of the noise, the
seed (of the split, the noise and the weights), the method and its accuracies on the (noisy)
training rows and on the test rows.
"""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from results import Line, run_all, store
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from trials import (
    RECIPES,
    Contender,
    accuracy,
    chosen,
    draw,
    library_contender,
    network_contender,
    stopped_early,
    with_noisy_inputs,
    with_wrong_labels,
)

RESULTS = Path(__file__).with_suffix(".csv")
SEEDS = range(20)
LABELS, INPUTS, TEST_INPUTS = "labels", "inputs", "test inputs"
WRONG_SHARES = (0.1, 0.2, 0.4)
DEVIATIONS = {"wheat": (0.25, 0.5, 1.0), "500 digits": (0.1, 0.25, 0.5)}
# The more regularized comes first: it wins if the validation part shows no difference.
PENALTIES = (0.1, 0.03, 0.01)
INVERSE_PENALTIES = (0.001, 0.01, 0.1)
MARGIN_PENALTIES = (0.1, 1, 10)
NEIGHBOURS = (31, 15, 5)


def contenders(data: str) -> dict[str, Contender]:
    """The methods by name, unregularized and regularized."""
    recipe = RECIPES[data]
    penalized = [network_contender(replace(recipe, l2=l2)) for l2 in PENALTIES]
    regressions = [LogisticRegression(C=C, max_iter=2000) for C in (*INVERSE_PENALTIES, np.inf)]
    neighbours = [KNeighborsClassifier(k) for k in (*NEIGHBOURS, 1)]
    return {
        "network": network_contender(recipe),
        "network, stopped early": stopped_early(recipe),
        "network, L2 chosen": chosen(penalized),
        "logistic regression": library_contender(regressions[-1]),
        "logistic regression, L2 chosen": chosen(list(map(library_contender, regressions[:-1]))),
        "support vectors, C chosen": chosen(
            [library_contender(SVC(C=C)) for C in MARGIN_PENALTIES]
        ),
        "1 nearest neighbour": library_contender(neighbours[-1]),
        "k neighbours, k chosen": chosen(list(map(library_contender, neighbours[:-1]))),
    }


def settings() -> list[tuple[str, str, float, int]]:
    """Data, kind of noise, level in training, and seed of every run."""
    return [
        (data, kind, level, seed)
        for data, deviations in DEVIATIONS.items()
        for kind, levels in [(LABELS, WRONG_SHARES), (INPUTS, deviations), (TEST_INPUTS, [0.0])]
        for level, seed in product(levels, SEEDS)
    ]


def run(data: str, kind: str, level: float, seed: int) -> list[Line]:
    """All methods on one split; a run without noise in training is tested at every level."""
    training, test = draw(data, seed)
    generator = np.random.default_rng([seed, 1])
    tests = {level: test}
    if kind == LABELS:
        training = with_wrong_labels(training, level, generator)
    elif kind == INPUTS:
        training = with_noisy_inputs(training, level, generator)
        tests = {level: with_noisy_inputs(test, level, generator)}
    else:
        tests |= {level: with_noisy_inputs(test, level, generator) for level in DEVIATIONS[data]}

    lines = []
    for method, learn in contenders(data).items():
        predict = learn(training, np.random.default_rng(seed))
        lines += [
            {
                "data": data,
                "noise": kind,
                "level": level,
                "seed": seed,
                "method": method,
                "training_accuracy": round(accuracy(predict, training), 4),
                "test_accuracy": round(accuracy(predict, part), 4),
            }
            for level, part in tests.items()
        ]
    return lines


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
