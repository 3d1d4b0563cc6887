"""Measure how well networks and counting predict the next letter of a name.

In each trial 1,000 of the 5,163 first names, drawn at random, are the test set. Each method learns
from four fifths of the others, and the last fifth is for validation: it decides the number of
epochs of a network and, for counting, the number of letters and the smoothing. The networks have 64
neurons, or 113, with which an Elman network has as many parameters as the gated one with 64; they
train with Adam (0.005) and mini-batches of 50. The run takes about five minutes on two cores:

    python book/experiments/first_names.py

Chapter 13 reads `first_names.csv`. Its columns are the method, the seed, the mean log-probability
of a letter of the test names (their end counts as a letter), the settings chosen, and, of 1,000
names drawn from the method, the proportion that is new (not one of those it learned from), the
proportion of these that is among the test names, and the first ten.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import numpy as np
from results import run_all, store

from backprop.datasets import load_first_names
from backprop.gru import GRUNetwork
from backprop.optimizers import Adam
from backprop.through_time import ElmanNetwork, Sequences
from backprop.training import patience, train

RESULTS = Path(__file__).with_suffix(".csv")
SEEDS, TEST_NAMES = range(5), 1000
LETTERS = ".abcdefghijklmnopqrstuvwxyz"  # the dot is before and after each name
ORDERS, SMOOTHINGS = range(3, 7), (1, 2, 4, 8, 16, 32)
NextLetter = Callable[[str], np.ndarray]


def settings() -> list[tuple[str, int]]:
    """Method and seed of every run."""
    return [(method, seed) for method in METHODS for seed in SEEDS]


def run(method: str, seed: int) -> dict[str, object]:
    """One line of the results."""
    generator = np.random.default_rng(seed)
    names = [str(name) for name in generator.permutation(load_first_names())]
    test, others = names[:TEST_NAMES], names[TEST_NAMES:]
    validation, learned = np.split(others, [len(others) // 5])
    score, decided, draw = METHODS[method](list(learned), list(validation), test, generator)
    drawn = [draw_name(draw, generator) for _ in range(1000)]
    new = [name for name in drawn if name not in set(learned)]
    return {
        "method": method,
        "seed": seed,
        "log_probability": round(score, 4),
        "decided": decided,
        "new": len(new) / len(drawn),
        "among_test": round(len([name for name in new if name in set(test)]) / len(new), 3),
        "first_ten": " ".join(drawn[:10]),
    }


def draw_name(next_letter: NextLetter, generator: np.random.Generator) -> str:
    """Draw one letter after another, until the end or the 20th."""
    name = "."
    while len(name) <= 20:
        name += generator.choice(list(LETTERS), p=next_letter(name))
        if name[-1] == ".":
            break
    return name.strip(".")


# Counting


class Counts:
    """The probability of a letter after the `order` − 1 letters before it, from counts.

    The counts after the longest context are mixed with the probability after the next shorter one,
    which counts as `smoothing` more letters; the shortest is mixed with 27 equal probabilities.
    """

    def __init__(self, names: Sequence[str], order: int, smoothing: float) -> None:
        self.order, self.smoothing = order, smoothing
        self.counts: dict[str, Counter] = defaultdict(Counter)
        for name in names:
            text = self.start + name + "."
            for place in range(len(self.start), len(text)):
                for length in range(order):
                    self.counts[text[place - length : place]][text[place]] += 1

    @property
    def start(self) -> str:
        """The text before a name."""
        return "." * max(1, self.order - 1)

    def after(self, text: str) -> np.ndarray:
        """The probability of each letter after a text that begins with a dot."""
        text = self.start + text.lstrip(".")
        p = np.full(len(LETTERS), 1 / len(LETTERS))
        for length in range(self.order):
            counts = self.counts.get(text[len(text) - length :])
            if counts is None:
                break
            counted = np.array([counts[letter] for letter in LETTERS])
            p = (counted + self.smoothing * p) / (counted.sum() + self.smoothing)
        return p

    def score(self, names: Sequence[str]) -> float:
        """The mean log-probability of a letter."""
        known: dict[str, np.ndarray] = {}
        logs = []
        for name in names:
            for place, letter in enumerate(name + "."):
                text = ("." + name)[: place + 1]
                if text not in known:
                    known[text] = np.log(self.after(text))
                logs.append(known[text][LETTERS.index(letter)])
        return float(np.mean(logs))


def pairs(learned, validation, test, generator):
    """The previous letter, and nothing else."""
    return counting(learned, validation, test, generator, orders=[2])


def counting(learned, validation, test, generator, orders=ORDERS):
    """The order and the smoothing that score best on the validation names."""
    order, smoothing = max(
        product(orders, SMOOTHINGS), key=lambda pair: Counts(learned, *pair).score(validation)
    )
    counts = Counts(learned, order, smoothing)
    return counts.score(test), f"{order - 1} letters, smoothing {smoothing}", counts.after


# Networks


def encode(names: Sequence[str]) -> tuple[Sequences, np.ndarray]:
    """One-hot rows of the letters, and those of the next letters as targets."""
    rows = [np.eye(27)[[LETTERS.index(letter) for letter in f".{name}."]] for name in names]
    X = Sequences.pad([row[:-1] for row in rows])
    Y = np.zeros(X.values.shape)
    for target, row in zip(Y, rows):
        target[: len(row) - 1] = row[1:]
    return X, Y


def network_method(kind: str, neurons: int = 64, most_epochs: int = 40):
    """A method that trains an Elman network or a gated recurrent unit."""

    def learn(learned, validation, test, generator):
        network = new_network(kind, neurons, generator)
        history = train(
            network,
            *encode(learned),
            Adam(0.005),
            epochs=most_epochs,
            batch_size=50,
            generator=generator,
            clip_norm=1.0,
            validation=encode(validation),
            stop=[patience(3)],
            progress=False,
        )
        epochs = history.frame()["validation_loss"].idxmin()
        return -network.loss_value(*encode(test)), f"stopped after {epochs}", reader(network)

    return learn


def new_network(
    kind: str, neurons: int, generator: np.random.Generator
) -> ElmanNetwork | GRUNetwork:
    """A network that reads letters and predicts the next one at every step."""
    common = {
        "loss": "categorical cross-entropy",
        "reading": "every step",
        "generator": generator,
    }
    if kind == "GRU":
        return GRUNetwork(27, neurons, 27, "softmax", **common)
    return ElmanNetwork(27, neurons, 27, ("tanh", "softmax"), **common)


def reader(network: ElmanNetwork | GRUNetwork) -> NextLetter:
    """The probabilities of the next letter after a text; the whole text is read each time."""

    def next_letter(text: str) -> np.ndarray:
        rows = np.eye(27)[[LETTERS.index(letter) for letter in text]]
        return network.predict(rows[None])[0, -1]

    return next_letter


METHODS = {
    "pairs of letters": pairs,
    "counting": counting,
    "Elman": network_method("Elman"),
    "GRU": network_method("GRU"),
    "Elman, 113 neurons": network_method("Elman", 113),
}

if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
