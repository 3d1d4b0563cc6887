"""Measure the pure-Python network on wheat seeds more often than a chapter has time for.

One run is the published experiment: 5 folds, 500 epochs, learning rate 0.3, five hidden neurons.
It takes about five seconds, and all 45 of them about two minutes on two cores. The scores go to
`wheat_seeds.csv`, one row per fold, and chapter 5 reads them there:

    python book/experiments/wheat_seeds.py

The columns are the order in which the classes are numbered, where the features were scaled
("before the split", which lets the test fold take part, or "inside each fold"), the seed of the
generator that draws folds and weights, the fold, and the accuracy in per cent.
"""

from itertools import permutations
from pathlib import Path
from random import Random

from results import run_all, store

from backprop import loops
from backprop.datasets import DATA_FOLDER

RESULTS = Path(__file__).with_suffix(".csv")
BEFORE, INSIDE = "before the split", "inside each fold"
SEEDS, CLASSES = range(1, 21), ("Rosa", "Kama", "Canadian")
FOLDS, LEARNING_RATE, EPOCHS, HIDDEN_SIZES = 5, 0.3, 500, [5]


def settings() -> list[tuple[tuple[str, ...], str, int]]:
    """Class order, scaling and seed of every run."""
    orders = [(order, BEFORE, 1) for order in permutations(CLASSES)]
    seeds = [(CLASSES, scaling, seed) for scaling in (BEFORE, INSIDE) for seed in SEEDS]
    return list(dict.fromkeys(orders + seeds))


def run(class_order: tuple[str, ...], scaling: str, seed: int) -> list[dict[str, object]]:
    """The five scores of one run."""
    dataset = loops.load_csv(DATA_FOLDER / "wheat_seeds.csv", class_order)
    algorithm = loops.normalized_back_propagation
    if scaling == BEFORE:
        dataset = loops.normalize_dataset(dataset, loops.dataset_minmax(dataset))
        algorithm = loops.back_propagation
    scores = loops.evaluate_algorithm(
        dataset, algorithm, FOLDS, Random(seed), LEARNING_RATE, EPOCHS, HIDDEN_SIZES
    )
    return [
        {
            "class_order": " ".join(class_order),
            "scaling": scaling,
            "seed": seed,
            "fold": fold,
            "accuracy": round(score, 6),
        }
        for fold, score in enumerate(scores, 1)
    ]


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
