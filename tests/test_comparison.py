"""Effect, spread and evidence of paired trials."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from backprop.comparison import compare_paired, comparison_table, paired_deviation, sign_test


def test_effect_spread_and_counts():
    result = compare_paired([0.9, 0.8, 0.7, 0.6], [0.8, 0.8, 0.8, 0.3])
    assert result.effect == pytest.approx(0.075)
    assert result.spread == pytest.approx(np.std([0.1, 0, -0.1, 0.3], ddof=1))
    assert (result.wins, result.ties, result.losses) == (2, 1, 1)


def test_a_difference_by_rounding_is_a_tie():
    result = compare_paired([0.1 + 0.2, 1.0], [0.3, 0.5])
    assert (result.wins, result.ties) == (1, 1)


def test_the_corrected_test_on_numbers_from_a_published_trial():
    # 20 trials of 140 and 70 rows, effect 0.024, spread 0.023: above one deviation, and p = 0.18.
    differences = np.random.default_rng(1).normal(size=20)
    differences = (differences - differences.mean()) / differences.std(ddof=1) * 0.023 + 0.024
    result = compare_paired(differences, np.zeros(20), split=(140, 70))
    assert result.p_value == pytest.approx(0.175, abs=0.001)


def test_without_correction_it_would_be_students_paired_test():
    generator = np.random.default_rng(2)
    ours, theirs = generator.normal(size=(2, 12))
    # So few test rows that the correction is nothing.
    p_value = compare_paired(ours, theirs, split=(10**12, 1)).p_value
    assert p_value == pytest.approx(stats.ttest_rel(ours, theirs).pvalue, rel=1e-9)
    assert compare_paired(ours, theirs, split=(140, 70)).p_value > p_value


def test_equal_methods_are_rarely_told_apart():
    """Without a difference the corrected test on overlapping splits finds one rarely enough."""
    generator = np.random.default_rng(3)
    rejected = 0
    for _ in range(300):
        outcomes = generator.normal(size=90)  # per row, ours minus the rival's
        splits = [generator.permutation(90)[:30] for _ in range(10)]
        means = [outcomes[rows].mean() for rows in splits]
        rejected += compare_paired(means, np.zeros(10), split=(60, 30)).p_value < 0.05
    assert rejected / 300 < 0.06


@pytest.mark.parametrize(
    ("wins", "losses", "expected"), [(16, 4, 0.0118), (5, 0, 0.0625), (3, 3, 1.0), (0, 0, 1.0)]
)
def test_sign_test(wins, losses, expected):
    assert sign_test(wins, losses) == pytest.approx(expected, abs=5e-5)


def test_without_a_split_the_evidence_is_the_sign_test():
    result = compare_paired([2.0] * 16 + [0.0] * 4 + [1.0], [1.0] * 21)
    assert (result.wins, result.ties, result.losses) == (16, 1, 4)
    assert result.p_value == sign_test(16, 4)


def test_no_spread():
    assert compare_paired([1, 1], [1, 1], split=(2, 1)).p_value == 1.0
    assert compare_paired([2, 2], [1, 1], split=(2, 1)).p_value == 0.0


def test_the_table():
    scores = pd.DataFrame({"a": [0.9, 0.8, 0.85], "b": [0.8, 0.8, 0.8], "c": [1.0, 0.9, 0.95]})
    table = comparison_table(scores, "a", ["b", "c"])
    assert list(table.columns) == ["effect", "spread", "wins", "ties", "losses", "p"]
    assert list(table.index) == ["b", "c"] and table.index.name == "against"
    assert table.loc["b", "effect"] == 0.05 and table.loc["c", "losses"] == 3
    assert table.loc["c", "p"] == 0.25


def test_the_table_is_rounded_to_three_decimals():
    table = comparison_table({"a": [0.12345, 0.6789, 0.3], "b": [0.0, 0.0, 0.1]}, "a", ["b"])
    effect, spread = table.loc["b", ["effect", "spread"]]
    assert effect == round(effect, 3) == 0.334 and spread == round(spread, 3) == 0.301


def test_a_tiny_loss_is_not_printed_as_minus_nothing():
    table = comparison_table({"a": [0.5, 0.4999], "b": [0.5, 0.5]}, "a", ["b"])
    assert str(table.loc["b", "effect"]) == "0.0"


def test_paired_deviation():
    assert paired_deviation([1, 2, 3, 4], [1, 2, 0, 0]) == pytest.approx(math.sqrt(2) / 4)
    # Seven of a thousand images: 0.0026.
    first = np.zeros(1000, int)
    second = first.copy()
    second[:7] = 1
    assert paired_deviation(first, second) == pytest.approx(0.00265, abs=5e-6)


@pytest.mark.parametrize(
    ("scores", "rival", "split", "message"),
    [
        ([1.0], [1.0], None, "one score per trial"),
        ([1.0, 2.0], [1.0, 2.0, 3.0], None, "one score per trial"),
        ([[1.0, 2.0]], [[1.0, 2.0]], None, "one score per trial"),
        ([1.0, np.nan], [1.0, 2.0], None, "scores"),
        ([1.0, 2.0], [1.0, np.inf], None, "rival_scores"),
        ([1.0, 2.0], [1.0, 2.0], (0, 5), "training rows"),
        ([1.0, 2.0], [1.0, 2.0], (5, 2.5), "test rows"),
    ],
)
def test_what_cannot_be_compared(scores, rival, split, message):
    with pytest.raises(ValueError, match=message):
        compare_paired(scores, rival, split)


@pytest.mark.parametrize("pair", [([], []), ([1, 2], [1, 2, 3]), ([[1]], [[1]])])
def test_predictions_that_are_not_pairs(pair):
    with pytest.raises(ValueError, match="one class per row"):
        paired_deviation(*pair)
