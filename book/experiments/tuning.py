"""Measure how much the settings of a network and of two other methods matter.

One setting at a time is changed; the others stay as in the recipe of `trials.py`, or at the
defaults of scikit-learn. Scalings are fitted on the training rows; "one unit changed" multiplies
one standardized feature by 1,000, as if a length were given in micrometres instead of millimetres.
If training diverges, the network is tested with the parameters that are kept. The run takes about
four minutes on one core:

    python book/experiments/tuning.py

Chapter 16 reads `tuning.csv`. Its columns are the data, the method, the setting, its value, the
seed (of the split and the weights), and the accuracy on the test rows.
"""

from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from results import Line, run_all, store
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from trials import RECIPES, Contender, Predict, Recipe, accuracy, library_contender, split

from backprop.datasets import Dataset
from backprop.initialization import normal
from backprop.training import TrainingDiverged

RESULTS = Path(__file__).with_suffix(".csv")
DATA = ("wheat", "500 digits")
SEEDS = range(20)
NETWORK, REGRESSION, NEIGHBOURS = "network", "logistic regression", "nearest neighbours"

SCALINGS = ("standardized", "0 to 1", "as measured", "one unit changed")
INITIALIZATIONS = {
    "zeros": "zeros",
    "normal, 0.01": normal(0.01),
    "he": "he",
    "normal, 1": normal(1.0),
    "uniform, 0 to 1": "uniform",
}
VALUES = {
    NETWORK: {
        "learning rate": ("0.0005", "0.005", "0.05", "0.5", "5"),
        "hidden neurons": ("1", "2", "5", "30", "100"),
        "initial weights": tuple(INITIALIZATIONS),
        "epochs": ("1/20", "1/5", "1", "5"),
        "scaling": SCALINGS,
    },
    REGRESSION: {"C": ("0.0001", "0.01", "1", "100", "10000"), "scaling": SCALINGS},
    NEIGHBOURS: {"k": ("1", "5", "15", "45", "135"), "scaling": SCALINGS},
}


def contender(data: str, method: str, setting: str, value: str) -> Contender:
    """The method with one setting changed."""
    if method == REGRESSION:
        C = float(value) if setting == "C" else 1.0
        return library_contender(LogisticRegression(C=C, max_iter=2000))
    if method == NEIGHBOURS:
        return library_contender(KNeighborsClassifier(int(value) if setting == "k" else 5))
    recipe = RECIPES[data]
    if setting == "learning rate":
        recipe = replace(recipe, learning_rate=float(value))
    elif setting == "hidden neurons":
        recipe = replace(recipe, hidden=int(value))
    elif setting == "initial weights":
        recipe = replace(recipe, initialization=INITIALIZATIONS[value])
    elif setting == "epochs":
        numerator, _, denominator = value.partition("/")
        recipe = replace(recipe, epochs=recipe.epochs * int(numerator) // int(denominator or 1))
    return finite_network(recipe)


def finite_network(recipe: Recipe) -> Contender:
    """A network; if training diverges, the network from before that."""

    def learn(training: Dataset, generator: np.random.Generator) -> Predict:
        network = recipe.network(training, generator)
        with suppress(TrainingDiverged):
            recipe.train(network, training, generator)
        # Diverging parameters may give infinite sums.
        return np.errstate(over="ignore", invalid="ignore")(network.classify)

    return learn


def scaled(scaling: str, training: Dataset, test: Dataset) -> tuple[Dataset, Dataset]:
    """Both parts in this scaling. The digits were measured as whole numbers from 0 to 255."""
    if scaling == "as measured":
        factor = 255 if training.X.shape[1] == 784 else 1
        return tuple(replace(part, X=part.X * factor) for part in (training, test))
    scaler = (MinMaxScaler() if scaling == "0 to 1" else StandardScaler()).fit(training.X)
    parts = tuple(replace(part, X=scaler.transform(part.X)) for part in (training, test))
    if scaling == "one unit changed":
        column = training.X.std(axis=0).argmax()
        for part in parts:
            part.X[:, column] *= 1000
    return parts


def settings() -> list[tuple[str, str, str, str, int]]:
    """Data, method, setting, value and seed of every run."""
    return [
        (data, method, setting, value, seed)
        for data, (method, knobs) in product(DATA, VALUES.items())
        for setting, values in knobs.items()
        for value, seed in product(values, SEEDS)
    ]


def run(data: str, method: str, setting: str, value: str, seed: int) -> Line:
    """One line of the results."""
    scaling = value if setting == "scaling" else "standardized" if data == "wheat" else "0 to 1"
    training, test = scaled(scaling, *split(data, seed))
    learn = contender(data, method, setting, value)
    predict = learn(training, np.random.default_rng(seed))
    return {
        "data": data,
        "method": method,
        "setting": setting,
        "value": value,
        "seed": seed,
        "test_accuracy": round(accuracy(predict, test), 4),
    }


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
