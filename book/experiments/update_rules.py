"""Compare five update rules on the digits, and two of them with and without a warm-up.

Each of ten trials draws its own images: 3,200 for training, 800 for choosing the learning rate of
each rule, and 1,000 for testing. The network is that of chapter 10, 784-30-10 with ReLU, softmax
and the cross-entropy, and it is trained for five epochs. The run takes ten minutes on two busy
cores:

    python book/experiments/update_rules.py

Chapter 10 reads `update_rules.csv`. Its columns are the rule, the schedule, the learning rate (with
a schedule its largest), the seed of the trial, the loss on the 800 images after the last epoch
("inf" if the training diverged), and the accuracy on the 1,000.
"""

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import numpy as np
from results import Line, run_all, store
from trials import Recipe, split

from backprop.optimizers import (
    Adam,
    GradientDescent,
    Momentum,
    Optimizer,
    RMSProp,
    Schedule,
    constant,
    cosine,
    warm_up,
)
from backprop.training import TrainingDiverged, train

RESULTS = Path(__file__).with_suffix(".csv")
SEEDS = range(10)
VALIDATION, BATCH_SIZE, EPOCHS = 800, 32, 5
STEPS = EPOCHS * 3200 // BATCH_SIZE
WARM_UP = STEPS // 10

STEPS_OF_1_2_5 = np.array([0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5])
RULES: dict[str, tuple[Callable[[Schedule], Optimizer], np.ndarray]] = {
    "gradient descent": (GradientDescent, 10 * STEPS_OF_1_2_5),
    "momentum": (Momentum, STEPS_OF_1_2_5),
    "Nesterov": (lambda rate: Momentum(rate, nesterov=True), STEPS_OF_1_2_5),
    "RMSProp": (RMSProp, STEPS_OF_1_2_5 / 10),
    "Adam": (Adam, STEPS_OF_1_2_5 / 10),
}
SCHEDULES: dict[str, Callable[[float], Schedule]] = {
    "constant": constant,
    "cosine": lambda rate: cosine(rate, STEPS),
    "warm-up, cosine": lambda rate: warm_up(cosine(rate, STEPS - WARM_UP), WARM_UP),
}


def settings() -> Iterator[tuple[str, str, float, int]]:
    """Rule, schedule, learning rate and seed of every run."""
    for (rule, (_, rates)), schedule in product(RULES.items(), SCHEDULES):
        if schedule == "constant" or rule in ("momentum", "Adam"):
            for rate, seed in product(rates, SEEDS):
                yield rule, schedule, round(float(rate), 4), seed


def run(rule: str, schedule: str, rate: float, seed: int) -> Line:
    """Train once, on the trial's own images."""
    training, test = split("4,000 digits", seed)
    fit, validation = training.split(VALIDATION, seed)
    generator = np.random.default_rng(seed)
    network = Recipe(EPOCHS).network(fit, generator)
    optimizer = RULES[rule][0](SCHEDULES[schedule](rate))
    plan = {"epochs": EPOCHS, "batch_size": BATCH_SIZE, "generator": generator}
    try:
        train(network, fit.X, fit.Y, optimizer, progress=False, **plan)
        loss = network.loss_value(validation.X, validation.Y)
    except TrainingDiverged:
        loss = np.inf
    return {
        "rule": rule,
        "schedule": schedule,
        "learning_rate": rate,
        "seed": seed,
        "validation_loss": round(float(loss), 4),
        "test_accuracy": round(float((network.classify(test.X) == test.labels).mean()), 4),
    }


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
