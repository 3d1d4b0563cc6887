"""The known mistakes with accuracies: how much they vary, and whether chance made a difference."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb, sqrt

import numpy as np

from backprop.mistakes.formula import Formula, WrongFormula

WHEAT, IRIS = "05_wheat_seeds.ipynb", "07_iris.ipynb"
BASELINES = f"{WHEAT}#baselines-first"
ONE_SEED = f"{WHEAT}#one-seed-is-one-draw"
EVIDENCE = f"{WHEAT}#effect-spread-and-evidence"
PREDICTS = f"{IRIS}#what-it-predicts"

# The accuracy in per cent of the zero rule on an example that was left out, from the number of
# examples in each of two classes.
LEFT_OUT = Formula(
    lambda each: Fraction(0),
    (
        WrongFormula(
            "trained on all examples",
            "with the left-out example back among the others, both classes are equally frequent. "
            "The rule has to do without it.",
            BASELINES,
            lambda each: Fraction(100, 2),
        ),
        WrongFormula(
            "share of the frequent class in the training part",
            "this is how often the predicted class occurs in training. The example that was left "
            "out is of the other class.",
            BASELINES,
            lambda each: Fraction(100 * each, 2 * each - 1),
        ),
        WrongFormula(
            "share of the left-out class in the training part",
            "this is how frequent the class of the left-out example is in training. The rule does "
            "not draw at random: it always predicts the most frequent class.",
            BASELINES,
            lambda each: Fraction(100 * (each - 1), 2 * each - 1),
        ),
        WrongFormula(
            "always right",
            "the class that is most frequent in training is not that of the example that was left "
            "out.",
            BASELINES,
            lambda each: Fraction(100),
        ),
    ),
)


def uneven(wins: int, losses: int) -> Fraction:
    """The probability of at least as many heads as the more frequent side has."""
    coins, most = wins + losses, max(wins, losses)
    return Fraction(sum(comb(coins, heads) for heads in range(most, coins + 1)), 2**coins)


# The p-value of the sign test.
SIGN_TEST = Formula(
    lambda wins, losses: min(2 * uneven(wins, losses), Fraction(1)),
    (
        WrongFormula(
            "one direction only",
            "only one side was counted. Results as uneven in favour of the other side count as "
            "well.",
            EVIDENCE,
            uneven,
        ),
        WrongFormula(
            "this result only",
            "only results exactly as uneven were counted. Those that are even more uneven belong "
            "to it.",
            EVIDENCE,
            lambda wins, losses: Fraction(2 * comb(wins + losses, wins), 2 ** (wins + losses)),
        ),
        WrongFormula(
            "each number of heads counted once",
            "each number of heads was counted as one outcome. A single tail can be that of any of "
            "the coins, and each is an outcome of its own.",
            EVIDENCE,
            lambda wins, losses: Fraction(2 * (min(wins, losses) + 1), 2 ** (wins + losses)),
        ),
        WrongFormula(
            "less uneven results",
            "this is the probability of a result that is less uneven.",
            EVIDENCE,
            lambda wins, losses: 1 - 2 * uneven(wins, losses),
        ),
    ),
)

# The standard deviation of an accuracy, from the probability of a right answer and the number of
# test samples.
SCORE_DEVIATION = Formula(
    lambda p, n: sqrt(p * (1 - p) / n),
    (
        WrongFormula(
            "variance in place of the deviation",
            "this is the variance. Its root is the standard deviation.",
            ONE_SEED,
            lambda p, n: p * (1 - p) / n,
        ),
        WrongFormula(
            "number of samples outside of the root",
            "the root of $p(1 - p)$ was divided by $n$. It is divided by the root of $n$.",
            ONE_SEED,
            lambda p, n: sqrt(p * (1 - p)) / n,
        ),
        WrongFormula(
            "a single sample",
            "this is how much one answer varies. The accuracy is the mean of $n$ answers.",
            ONE_SEED,
            lambda p, n: sqrt(p * (1 - p)),
        ),
        WrongFormula(
            "deviation of the number of right answers",
            "this is the deviation of how many answers are right. Divide by $n$ for the accuracy.",
            ONE_SEED,
            lambda p, n: sqrt(n * p * (1 - p)),
        ),
    ),
)

# How many test samples make the standard deviation of an accuracy as small as this.
SAMPLES_NEEDED = Formula(
    lambda p, deviation: p * (1 - p) / deviation**2,
    (
        WrongFormula(
            "deviation not squared",
            "the deviation falls with the root of $n$. So $n$ grows with the square of what is "
            "wanted.",
            ONE_SEED,
            lambda p, deviation: p * (1 - p) / deviation,
        ),
        WrongFormula(
            "root of the variance",
            "$p(1 - p)$ is divided by the square of the deviation, and has no root.",
            ONE_SEED,
            lambda p, deviation: sqrt(p * (1 - p)) / deviation**2,
        ),
        WrongFormula(
            "two deviations",
            "this is for two standard deviations within the limit. Here one is asked for.",
            ONE_SEED,
            lambda p, deviation: 4 * p * (1 - p) / deviation**2,
        ),
        WrongFormula(
            "wrong answers forgotten",
            "the variance of one answer is $p(1 - p)$, not $p$.",
            ONE_SEED,
            lambda p, deviation: p / deviation**2,
        ),
    ),
)

# The t statistic of trials that share their rows.
CORRECTED_T = Formula(
    lambda effect, spread, trials, test, training: (
        effect / (spread * sqrt(1 / trials + test / training))
    ),
    (
        WrongFormula(
            "trials taken as independent",
            "the second term under the root is missing. The trials share most of their examples, "
            "so they say less than independent ones.",
            EVIDENCE,
            lambda effect, spread, trials, test, training: effect / (spread * sqrt(1 / trials)),
        ),
        WrongFormula(
            "training over test",
            "the second term is the number of test examples over that of the training examples.",
            EVIDENCE,
            lambda effect, spread, trials, test, training: (
                effect / (spread * sqrt(1 / trials + training / test))
            ),
        ),
        WrongFormula(
            "a root for each term",
            "the roots of the two terms were added. Add the terms first.",
            EVIDENCE,
            lambda effect, spread, trials, test, training: (
                effect / (spread * (sqrt(1 / trials) + sqrt(test / training)))
            ),
        ),
        WrongFormula(
            "root forgotten",
            "the two terms are variances. Take the root of their sum.",
            EVIDENCE,
            lambda effect, spread, trials, test, training: (
                effect / (spread * (1 / trials + test / training))
            ),
        ),
        WrongFormula(
            "divided by the spread alone",
            "the spread says how much one trial varies. The mean of several varies less.",
            EVIDENCE,
            lambda effect, spread, trials, test, training: effect / spread,
        ),
    ),
)


def recalls(counts: Sequence[Sequence[int]]) -> list[Fraction]:
    """The recall of each class, from a confusion matrix with a row for each true class."""
    return [Fraction(row[label], sum(row)) for label, row in enumerate(counts)]


def precisions(counts: Sequence[Sequence[int]]) -> list[Fraction]:
    """Of those predicted as each class, the proportion that belongs to it; 0 if there are none."""
    columns = np.array(counts).T.tolist()
    return [Fraction(column[label], sum(column) or 1) for label, column in enumerate(columns)]


def overall(counts: Sequence[Sequence[int]]) -> Fraction:
    """The accuracy."""
    table = np.array(counts)
    return Fraction(int(np.trace(table)), int(table.sum()))


# The accuracy to expect if all classes are equally frequent, from a confusion matrix.
MEAN_RECALL = Formula(
    lambda counts: sum(recalls(counts)) / len(counts),
    (
        WrongFormula(
            "all samples pooled",
            "this is the accuracy on the set as it is, where the species are not equally frequent. "
            "Give the recall of each species the same weight.",
            PREDICTS,
            overall,
        ),
        WrongFormula(
            "columns in place of rows",
            "the columns were used: of those *predicted* as a species, the proportion that belongs "
            "to it. A recall divides by the number of flowers of the true species, a row.",
            PREDICTS,
            lambda counts: sum(precisions(counts)) / len(counts),
        ),
        WrongFormula(
            "the worst species alone",
            "this is the lowest recall. With equally many flowers of each species the accuracy is "
            "the mean of all recalls.",
            PREDICTS,
            lambda counts: min(recalls(counts)),
        ),
        WrongFormula(
            "one species left out",
            "the species with the lowest recall was left out of the mean. It counts like the "
            "others.",
            PREDICTS,
            lambda counts: sum(sorted(recalls(counts))[1:]) / (len(counts) - 1),
        ),
    ),
)

# The verdict on a comparison of two methods: 1 if the first is better, -1 if the second is, 0 if
# the trials leave it open, 2 if they are taken to be equally good. From the effect, the spread, the
# p-value, and that of a sign test, which is for independent trials.
VERDICT = Formula(
    lambda effect, spread, p, coins: (1 if effect > 0 else -1) if p < 0.05 else 0,
    (
        WrongFormula(
            "trials counted like coins",
            "the trials share their examples, so they are not independent. Counting wins like "
            "coins takes them for independent.",
            EVIDENCE,
            lambda effect, spread, p, coins: (1 if effect > 0 else -1) if coins < 0.05 else 0,
        ),
        WrongFormula(
            "spread taken for evidence",
            "the spread says how much one trial varies. The mean of several varies less.",
            EVIDENCE,
            lambda effect, spread, p, coins: (
                (1 if effect > 0 else -1) if abs(effect) > spread else 0
            ),
        ),
        WrongFormula(
            "effect taken for evidence",
            "only the means were compared. Chance makes some difference in every comparison; the "
            "p-value says how often one as large as this.",
            EVIDENCE,
            lambda effect, spread, p, coins: 1 if effect > 0 else -1,
        ),
        WrongFormula(
            "large p-value taken for equality",
            "a large p does not show that two methods are equally good. Perhaps there are too few "
            "trials to see the difference.",
            EVIDENCE,
            lambda effect, spread, p, coins: 2 if p >= 0.05 else 0,
        ),
    ),
)
