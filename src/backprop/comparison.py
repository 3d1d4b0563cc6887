"""Is one method better than another? Effect, spread and evidence of paired trials.

Each trial gives both methods the same rows and yields one score for each; the quantity of interest
is the difference within a trial. Three questions about these differences have three answers:

- *effect*: how large is the difference? Its mean over the trials.
- *spread*: how much does it vary from one trial to the next? Its standard deviation.
- *evidence*: could chance alone have made it? In how many trials each method won, and a p-value:
  the probability of an effect at least as large, in either direction, if there were no difference.

A large effect can come with weak evidence (few trials), and a small one with strong evidence.

Trials that split the same data again and again share most of their training rows, so they are not
independent, and the usual t-test mistakes chance for a difference too often. Nadeau and Bengio
(2003) correct its variance: with m trials, each with `test_rows` and `training_rows`::

    t = effect / (spread · √(1/m + test_rows / training_rows))

which is compared with Student's distribution with m − 1 degrees of freedom. Trials that differ only
in a seed, on a single split, say nothing about other rows; count the wins instead. If the methods
are equally good, each is equally likely to win a trial, so the number of wins among the trials that
are not ties is binomial. This is the sign test.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from backprop import checks

__all__ = ["Comparison", "compare_paired", "comparison_table", "paired_deviation", "sign_test"]

ALIKE = 1e-9  # scores closer than this are a tie: they differ only by rounding


@dataclass(frozen=True)
class Comparison:
    """The differences of paired trials: ours minus the rival's, so positive is in our favour.

    `effect` is their mean and `spread` their standard deviation over m trials, with m − 1 as the
    divisor, both in the unit of the scores. `wins`, `ties` and `losses` count trials. `p_value` is
    that of the corrected t-test if the sizes of the split are given, otherwise that of the sign
    test.
    """

    effect: float
    spread: float
    wins: int
    ties: int
    losses: int
    p_value: float


def compare_paired(
    scores: ArrayLike, rival_scores: ArrayLike, split: tuple[int, int] | None = None
) -> Comparison:
    """Compare two methods that were scored in the same trials, in the same order.

    `scores` and `rival_scores` have the shape (trials,). `split` is (training rows, test rows) if
    each trial drew its own split of the same data; without it the p-value is the sign test's.
    For k-fold cross-validation of n rows the split is (n − n/k, n/k).

    Raises ValueError for fewer than two trials, for scores that are not finite or do not come in
    pairs, and for a split whose sizes are not positive whole numbers.
    """
    ours = checks.finite_array(scores, "scores")
    theirs = checks.finite_array(rival_scores, "rival_scores")
    if ours.ndim != 1 or ours.shape != theirs.shape or len(ours) < 2:
        raise ValueError(
            f"scores have the shapes {ours.shape} and {theirs.shape}: give one score per trial "
            "for each method, from the same two or more trials in the same order"
        )
    differences = ours - theirs
    differences = np.where(np.abs(differences) < ALIKE, 0.0, differences)
    effect, spread = float(differences.mean()), float(differences.std(ddof=1))
    wins, losses = int((differences > 0).sum()), int((differences < 0).sum())
    if split is None:
        p_value = sign_test(wins, losses)
    else:
        p_value = corrected_t_test(effect, spread, len(differences), split)
    return Comparison(effect, spread, wins, len(differences) - wins - losses, losses, p_value)


def comparison_table(
    scores: Mapping[str, ArrayLike],
    method: str,
    rivals: Sequence[str],
    split: tuple[int, int] | None = None,
) -> pd.DataFrame:
    """One row per rival: effect, spread, wins, ties, losses and p of `method` against it.

    `scores` maps each method's name to its scores, one per trial; a DataFrame with one column per
    method will do. Rounded for printing: three decimals, the p-value to two significant digits and
    at most four decimals, so 0 stands for less than 0.00005.
    Raises KeyError for an unknown name, and ValueError as `compare_paired` does.
    """
    compared = [compare_paired(scores[method], scores[rival], split) for rival in rivals]
    table = pd.DataFrame([vars(each) for each in compared], index=pd.Index(rivals, name="against"))
    table = table.rename(columns={"p_value": "p"}).round({"effect": 3, "spread": 3})
    table["effect"] += 0.0  # no -0.000
    return table.assign(p=[round(float(f"{p:.2g}"), 4) for p in table["p"]])


def corrected_t_test(effect: float, spread: float, trials: int, split: tuple[int, int]) -> float:
    """The two-sided p-value of Nadeau and Bengio's corrected resampled t-test."""
    training_rows, test_rows = split
    checks.whole_number(training_rows, "the number of training rows of the split")
    checks.whole_number(test_rows, "the number of test rows of the split")
    if spread == 0:
        return 1.0 if effect == 0 else 0.0
    t = effect / (spread * math.sqrt(1 / trials + test_rows / training_rows))
    return float(2 * stats.t.sf(abs(t), trials - 1))


def sign_test(wins: int, losses: int) -> float:
    """The two-sided p-value of these wins and losses if both are equally likely; without ties."""
    if wins + losses == 0:
        return 1.0
    return float(stats.binomtest(wins, wins + losses).pvalue)


def paired_deviation(predictions: Sequence[int], rival_predictions: Sequence[int]) -> float:
    """The standard deviation of the difference of two accuracies on the same test rows.

    Where both are right, or both wrong, the difference does not change. Each row on which the two
    classifications disagree may go either way, so it adds 1 to the variance of the number of rows
    won: √disagreements / rows. Both arguments have the shape (rows,). The formula assumes that one
    of the two is right wherever they disagree; if both may be wrong, it is an upper bound.
    """
    ours, theirs = np.asarray(predictions), np.asarray(rival_predictions)
    if ours.ndim != 1 or ours.shape != theirs.shape or not len(ours):
        raise ValueError(
            f"predictions have the shapes {ours.shape} and {theirs.shape}: give one class per row "
            "for each classifier, for the same rows in the same order"
        )
    return math.sqrt((ours != theirs).sum()) / len(ours)
