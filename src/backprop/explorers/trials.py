"""Paired trials of the book's experiments, for the explorer that draws them one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backprop.practice.measured import measured

__all__ = ["COMPARISONS", "Compared", "paired_trials"]

SHUFFLES = 4  # further orders in which the trials can be drawn


@dataclass(frozen=True)
class Compared:
    """Two methods that were scored in the same trials, and where their scores are stored.

    `label` names the comparison, `ours` and `rival` are the two methods as the file has them, and
    `names` as people read them. `file` is the CSV file, of which the rows count that `rows`
    describes, as in a query of pandas. Its column `score` has the scores, `method` the methods'
    names, and `trial` names the trials. `split` are the training and test rows of a trial.
    """

    label: str
    ours: str
    rival: str
    file: str
    rows: str
    method: str
    score: str
    trial: tuple[str, ...]
    names: tuple[str, str]
    split: tuple[int, int]

    def scores(self) -> pd.DataFrame:
        """One row per trial, in the order of the file, with our score and the rival's."""
        table = measured(self.file).query(self.rows)
        return table.pivot(index=list(self.trial), columns=self.method, values=self.score)[
            list(self.names)
        ]


COMPARISONS = {
    "wheat": Compared(
        "Wheat: network and linear discriminant",
        "the network",
        "the linear discriminant",
        "wheat_protocol",
        "accuracy >= 0",
        "method",
        "accuracy",
        ("repeat", "fold"),
        ("our network", "linear discriminant analysis"),
        (168, 42),
    ),
    "iris": Compared(
        "Irises: network and tuned logistic regression",
        "the network",
        "logistic regression",
        "iris_spread",
        "program != 'published'",
        "program",
        "test_accuracy",
        ("split_seed",),
        ("rows + standardized + biases + rate 1 + 8 hidden", "logistic regression, tuned"),
        (130, 20),
    ),
    "stopping": Compared(
        "Wrong labels: early stopping and training to the end",
        "early stopping",
        "training to the end",
        "stopping",
        "data == 'wheat' and wrong_share == 0.2",
        "rule",
        "test_accuracy",
        ("seed",),
        ("early stopping", "to the end"),
        (140, 70),
    ),
    "penalty": Compared(
        "Noise in the test: network with and without a penalty",
        "the network with a penalty",
        "the one without",
        "noise",
        "data == 'wheat' and noise == 'test inputs' and level == 1",
        "method",
        "test_accuracy",
        ("seed",),
        ("network, L2 chosen", "network"),
        (140, 70),
    ),
}
"""The comparisons that can be chosen, by name."""


def paired_trials() -> dict[str, object]:
    """The comparisons with the scores of both methods and the orders in which to draw trials."""
    return {name: plain(compared) for name, compared in COMPARISONS.items()}


def plain(compared: Compared) -> dict[str, object]:
    """A comparison as plain lists and texts."""
    scores = compared.scores()
    generator = np.random.default_rng(len(scores))
    stored = np.arange(len(scores))
    return {
        "label": compared.label,
        "ours": compared.ours,
        "rival": compared.rival,
        "split": compared.split,
        "scores": [scores[name].tolist() for name in compared.names],
        "orders": [
            stored.tolist(),
            *(generator.permutation(stored).tolist() for _ in range(SHUFFLES)),
        ],
    }
