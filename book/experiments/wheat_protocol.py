"""Measure the network and four methods of scikit-learn on wheat seeds, all on the same folds.

The folds are those of scikit-learn's RepeatedStratifiedKFold, five of them, dealt ten times. They
are sorted by class, which does not suit a network that sees one example at a time, so its training
rows are shuffled. Features are scaled inside each fold, for the network to the range from 0 to 1
and for the others to mean 0 and standard deviation 1.

A method whose name ends in "tuned" chooses its settings from the training rows of each fold alone:
it tries every candidate of `GRIDS` (for the network, every pair of a learning rate and a number of
epochs) by a second, inner cross-validation with five folds, and trains the best again on all
training rows. Candidates go from mild to strong, and the first of equal ones wins. The untuned
network has the published settings, the other untuned methods have the defaults of the library.

The run takes about five minutes on two cores:

    python book/experiments/wheat_protocol.py

Chapter 5 reads `wheat_protocol.csv`. Its columns are the method, the repeat, the fold, the accuracy
in per cent and the settings that were chosen.
"""

from itertools import product
from pathlib import Path
from random import Random

import numpy as np
from results import run_all, store
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from backprop import loops
from backprop.datasets import load_wheat_seeds

RESULTS = Path(__file__).with_suffix(".csv")
FOLDS, REPEATS, SEED = 5, 10, 1
HIDDEN_SIZES = [5]
PUBLISHED = (0.3, 500)
RATES, EPOCHS = (0.1, 0.3, 1.0, 3.0), (100, 200, 500)
NETWORK, TUNED = "our network", ", tuned"
METHODS = {
    "1 nearest neighbour": KNeighborsClassifier(1),
    "logistic regression": LogisticRegression(),
    "linear discriminant analysis": LinearDiscriminantAnalysis(),
}
GRIDS = {
    "nearest neighbours": (
        KNeighborsClassifier(),
        {"n_neighbors": [15, 9, 7, 5, 3, 1]},
    ),
    "logistic regression": (
        LogisticRegression(max_iter=10_000),
        {"C": [0.1, 1.0, 10.0, 100.0, 1000.0, 10_000.0]},
    ),
    "support vector machine": (
        SVC(),
        {"gamma": [0.001, 0.01, 0.1, 1.0], "C": [1.0, 10.0, 100.0, 1000.0]},
    ),
}
Examples = list[loops.Example]


def settings() -> list[tuple[str, int]]:
    """Method and number of every run; numbers go through the folds of one repeat after another."""
    methods = [NETWORK, NETWORK + TUNED, *METHODS, *(name + TUNED for name in GRIDS)]
    return list(product(methods, range(FOLDS * REPEATS)))


def run(method: str, number: int) -> dict[str, object]:
    """One line of the results."""
    wheat = load_wheat_seeds()
    protocol = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
    train, test = list(protocol.split(wheat.X, wheat.labels))[number]
    if method.startswith(NETWORK):
        examples = list(zip(wheat.X.tolist(), wheat.labels.tolist()))
        training, tested = ([examples[row] for row in rows] for rows in (train, test))
        chosen = best_of_grid(training, number) if method.endswith(TUNED) else PUBLISHED
        predicted = network_predictions(training, tested, Random(number), *chosen)
        text = "learning rate {}, epochs {}".format(*chosen)
    else:
        model = library_model(method, number).fit(wheat.X[train], wheat.labels[train])
        predicted = model.predict(wheat.X[test]).tolist()
        found = getattr(model, "best_params_", {})
        text = ", ".join(f"{key.removeprefix('model__')} {value}" for key, value in found.items())
    repeat, fold = divmod(number, FOLDS)
    return {
        "method": method,
        "repeat": repeat + 1,
        "fold": fold + 1,
        "accuracy": round(loops.accuracy_metric(wheat.labels[test].tolist(), predicted), 6),
        "chosen": text,
    }


def inner_folds(number: int) -> StratifiedKFold:
    """The folds of that run's training rows for choosing settings: the same for all methods."""
    return StratifiedKFold(FOLDS, shuffle=True, random_state=number)


def library_model(method: str, number: int) -> Pipeline | GridSearchCV:
    """A classifier on standardized features; if it is tuned, with the search for its settings."""
    if not method.endswith(TUNED):
        return Pipeline([("scaler", StandardScaler()), ("model", METHODS[method])])
    model, grid = GRIDS[method.removesuffix(TUNED)]
    pipeline = Pipeline([("scaler", StandardScaler()), ("model", model)])
    candidates = {f"model__{key}": values for key, values in grid.items()}
    return GridSearchCV(pipeline, candidates, cv=inner_folds(number))


def network_predictions(
    training: Examples, tested: Examples, generator: Random, learning_rate: float, epochs: int
) -> list[int]:
    """The predictions of the network of chapter 4 for the test rows."""
    generator.shuffle(training := list(training))
    arguments = (learning_rate, epochs, HIDDEN_SIZES)
    return loops.normalized_back_propagation(training, tested, generator, *arguments)


def best_of_grid(training: Examples, number: int) -> tuple[float, int]:
    """The learning rate and the epochs with the best mean accuracy on the inner folds."""
    labels = [label for _, label in training]
    fits, tests = [], []
    for fit, held_out in inner_folds(number).split(labels, labels):
        rows = [training[row] for row in fit]
        Random(number).shuffle(rows)
        minmax = loops.dataset_minmax(rows)
        fits.append(loops.normalize_dataset(rows, minmax))
        tests.append(loops.normalize_dataset([training[row] for row in held_out], minmax))
    scores = accuracies(fits, tests, number)
    rate, epochs = np.unravel_index(scores.mean(axis=0).round(9).argmax(), scores.shape[1:])
    return RATES[rate], EPOCHS[epochs]


def accuracies(fits: list[Examples], tests: list[Examples], number: int) -> np.ndarray:
    """The proportion of correct predictions for each fold, learning rate and number of epochs.

    The arithmetic is that of `loops.train_network`, on arrays that hold one network per fold and
    learning rate. All of them take each step at the same time: this is about ten times as fast. A
    fold with one example fewer than the longest skips the last step of each epoch.
    """
    shape = (len(fits), len(RATES), 1, 1)
    first, second = (
        np.broadcast_to(
            [neuron["weights"] for neuron in layer], (*shape[:2], len(layer), inputs)
        ).astype(float)
        for layer, inputs in zip(new_network(number), (8, 6))
    )  # the same start for all
    steps = []
    for step in range(max(map(len, fits))):
        examples = [fit[min(step, len(fit) - 1)] for fit in fits]
        inputs = np.array([[*inputs, 1.0] for inputs, _ in examples])[:, None, :, None]
        expected = np.eye(3)[[label for _, label in examples]][:, None, :, None]
        used = np.array([step < len(fit) for fit in fits]).reshape(-1, 1, 1, 1)
        steps.append(
            (inputs, inputs.swapaxes(2, 3), expected, used * np.reshape(RATES, (-1, 1, 1)))
        )
    scores, one = np.zeros((*shape[:2], len(EPOCHS))), np.ones(shape)
    for epoch in range(1, max(EPOCHS) + 1):
        for inputs, as_row, expected, rate in steps:
            hidden = 0.5 + 0.5 * np.tanh(0.5 * (first @ inputs))
            with_bias = np.concatenate([hidden, one], axis=2)
            outputs = 0.5 + 0.5 * np.tanh(0.5 * (second @ with_bias))
            delta = (outputs - expected) * outputs * (1 - outputs)
            below = second[..., :-1].swapaxes(2, 3) @ delta * hidden * (1 - hidden)
            second -= rate * delta * with_bias.swapaxes(2, 3)
            first -= rate * below * as_row
        if epoch in EPOCHS:
            scores[..., EPOCHS.index(epoch)] = [
                [share_right(*pair, test) for pair in zip(*weights)]
                for *weights, test in zip(first, second, tests)
            ]
    return scores


def new_network(number: int) -> loops.Network:
    """The network of the published experiment, before training."""
    return loops.initialize_network([7, *HIDDEN_SIZES, 3], Random(number))


def share_right(first: np.ndarray, second: np.ndarray, test: Examples) -> float:
    """The proportion of correct predictions of a network with these weights."""
    network = [[{"weights": weights.tolist()} for weights in layer] for layer in (first, second)]
    return float(np.mean([loops.predict(network, inputs) == label for inputs, label in test]))


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
