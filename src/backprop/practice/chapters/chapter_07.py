"""Chapter 7: iris."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pandas as pd

from backprop.comparison import Comparison, compare_paired, sign_test
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.arrays import ELEMENTS_FACTOR, RATE_FOR_ELEMENTS
from backprop.mistakes.formulas.scores import (
    CORRECTED_T,
    EVIDENCE,
    IRIS,
    MEAN_RECALL,
    SAMPLES_NEEDED,
    SCORE_DEVIATION,
)
from backprop.practice.measured import measured
from backprop.practice.question import Question, ask

SEEDS = f"{IRIS}#suspect-three-two-seeds"
GOOD_NOW = f"{IRIS}#is-it-good-now"
FIXED = "rows + standardized + biases + rate 1 + 8 hidden"
# The confusion matrices of the published network, with a row for each true species.
TEST_COUNTS = [[9, 0, 0], [0, 0, 4], [0, 0, 7]]
TRAINING_COUNTS = [[41, 0, 0], [0, 8, 38], [0, 0, 43]]
SPLIT = 130, 20  # training and test flowers


def published(seed: str, value: int) -> pd.Series[float]:
    """The test accuracies of the published program with one of its two seeds."""
    runs = measured("iris_spread")
    runs = runs[runs["program"] == "published"]
    other = {"split_seed": "weight_seed", "weight_seed": "split_seed"}[seed]
    return runs[runs[seed] == value].set_index(other)["test_accuracy"]


def redrawn(program: str, column: str = "test_accuracy") -> pd.Series[float]:
    """The accuracies of a program over 100 splits with redrawn weights."""
    runs = measured("iris_spread")
    runs = runs[(runs["program"] == program) & (runs["split_seed"] == runs["weight_seed"])]
    return runs.set_index("split_seed")[column].sort_index()


def of_rival(method: str) -> pd.Series[float]:
    """The test accuracies of a method that has no initial weights."""
    runs = measured("iris_spread")
    return runs[runs["program"] == method].set_index("split_seed")["test_accuracy"].sort_index()


def against_discriminant() -> Comparison:
    """The network with all fixes, compared with the linear discriminant."""
    return compare_paired(redrawn(FIXED), of_rival("linear discriminant"), SPLIT)


# In the text


def listing_factor() -> Question:
    """Before the gradient is checked."""
    return ask(
        "The published program has 130 flowers and 3 outputs. It records the error "
        "$\\frac{1}{2 \\cdot 390} \\sum (A - Y)^2$, and the gradient in its listing has the factor "
        "$\\frac{1}{390}$ in front of $A - Y$. How many times as large as the right one is it?",
        ELEMENTS_FACTOR(130, 3),
        "Exactly as large: the 2 of the square cancels the ½, and 1/390 is left.",
        ELEMENTS_FACTOR.wrong_values(130, 3),
    )


def matching_rate() -> Question:
    """Before the runs with longer steps."""
    numbers = Fraction("0.1"), 130, 3
    return ask(
        "A run with the mean over rows and the learning rate 0.1 is to be repeated with the mean "
        "over elements. There are 130 flowers and 3 outputs. Which learning rate does it need?",
        RATE_FOR_ELEMENTS(*numbers),
        "Its gradient is a third as long, so its learning rate is three times as large.",
        RATE_FOR_ELEMENTS.wrong_values(*numbers),
    )


def which_varies() -> Question:
    """Before the spread over seeds and over splits."""
    weights, splits = (
        float(published(seed, value).std(ddof=0))
        for seed, value in (("split_seed", 4), ("weight_seed", 10))
    )
    numbers = f"{weights:.2f} with other weights, {splits:.2f} with other splits"
    return ask(
        "In which of the first two sets does the test accuracy vary more?",
        "the same 20 test flowers, other initial weights",
        f"The standard deviations are {numbers}: after 5000 short steps the start still decides "
        f"how far a network has come.",
        [
            WrongValue(
                "test set thought to vary most",
                f"the standard deviations are {numbers}. A test set of 20 flowers matters, but the "
                f"initial weights matter more here.",
                SEEDS,
                "the same initial weights, other test flowers",
            ),
            WrongValue(
                "both thought alike",
                f"the standard deviations are {numbers}. One is more than twice the other.",
                SEEDS,
                "both about equally",
            ),
        ],
    )


def both_redrawn() -> Question:
    """Before the mean over both seeds."""
    same_split, same_weights = published("split_seed", 4), published("weight_seed", 10)
    both, reported = redrawn("published").mean(), same_split[10]
    between = (same_split.mean() + same_weights.mean()) / 2
    return ask(
        f"With the published split the mean is {same_split.mean():.2f}, with the published weights "
        f"{same_weights.mean():.2f}. What is it if both are redrawn?",
        f"{both:.2f}, lower than either",
        "Each published seed was a little lucky, and each row still kept one of them.",
        [
            WrongValue(
                "mean of both rows",
                "this is the mean of the two rows. Each of them kept a lucky seed, and now both "
                "are gone.",
                SEEDS,
                f"{between:.2f}, between the two",
            ),
            WrongValue(
                "published accuracy",
                "this is the accuracy with both published seeds, a single draw. Most draws are "
                "lower.",
                SEEDS,
                f"{reported:.2f}, as published",
            ),
            WrongValue(
                "two random choices thought to cancel",
                "this is the mean of the higher row and the published accuracy. Redrawing both "
                "seeds does not favour the program.",
                SEEDS,
                f"{(same_weights.mean() + reported) / 2:.2f}, higher than either",
            ),
        ],
    )


def verdict_on_discriminant() -> Question:
    """Before the verdict on the rivals."""
    found = against_discriminant()
    flowers = abs(found.effect) * SPLIT[1]
    coins = sign_test(found.wins, found.losses)
    return ask(
        "Look at the last row. Which verdict on the network and the linear discriminant is right?",
        f"the network is behind by {flowers:.1f} flowers in twenty, which chance can easily make",
        f"It names the effect, and that chance makes one at least as large with p = "
        f"{found.p_value:.2f}.",
        [
            WrongValue(
                "trials counted like coins",
                "the splits share most of their 150 flowers, so they are not independent. The sign "
                "test takes them for independent.",
                EVIDENCE,
                f"it is clearly worse: a sign test of {found.wins} to {found.losses} has "
                f"p = {coins:.4f}",
            ),
            WrongValue(
                "large p-value taken for equality",
                "a large $p$ does not show that two methods are equally good. Perhaps there are "
                "too few flowers to see the difference.",
                EVIDENCE,
                f"they are equally good: p = {found.p_value:.2f} shows it",
            ),
            WrongValue(
                "p-value taken as the probability of no difference",
                "$p$ is computed by supposing that both are equally good. It is not the "
                "probability that they are.",
                EVIDENCE,
                f"it is worse with a probability of {100 * (1 - found.p_value):.0f} %",
            ),
            WrongValue(
                "ties taken for evidence",
                "many ties show that the two rarely differ on twenty flowers. They do not show "
                "which of them is better on others.",
                GOOD_NOW,
                f"it is as good, since {found.ties} of 100 splits are ties",
            ),
        ],
    )


# The exercises


def exercise_1() -> Question:
    """The accuracy for equally many flowers of each species, from two confusion matrices."""

    def from_both(compute: Callable[[list[list[int]]], Fraction]) -> list[Fraction]:
        return [compute(TEST_COUNTS), compute(TRAINING_COUNTS)]

    wrong = [
        WrongValue(m.form, m.explanation, m.section, from_both(m.compute))
        for m in MEAN_RECALL.mistakes
    ]
    return ask("Which accuracies?", from_both(MEAN_RECALL.compute), "", wrong, digits=3)


def exercise_2a() -> Question:
    """The standard deviation of the accuracy on 20 flowers."""
    wrong = SCORE_DEVIATION.wrong_values(0.8, 20)
    return ask("How large is it?", SCORE_DEVIATION(0.8, 20), "", wrong, digits=3)


def exercise_2b() -> Question:
    """How many flowers it takes."""
    numbers = Fraction("0.8"), Fraction("0.02")
    wrong = SAMPLES_NEEDED.wrong_values(*numbers)
    return ask("How many flowers?", SAMPLES_NEEDED(*numbers), "", wrong)


def exercise_3() -> Question:
    """The means of three programs over 100 splits."""
    programs = "biases", "rows + biases", "standardized + biases"
    without = "published", "rows", "standardized"

    def values(names: tuple[str, ...], column: str = "test_accuracy") -> list[float]:
        return [float(redrawn(name, column).mean()) for name in names]

    return ask(
        "What are the means?",
        values(programs),
        "",
        [
            WrongValue(
                "programs without biases",
                "these are the programs without biases. The names of the three have *biases* in "
                "them.",
                f"{IRIS}#suspect-four-no-biases-raw-centimetres",
                values(without),
            ),
            WrongValue(
                "training accuracy",
                "these are accuracies on the training flowers. Take the test accuracy.",
                SEEDS,
                values(programs, "training_accuracy"),
            ),
            WrongValue(
                "median in place of the mean",
                "these are medians. The exercise asks for means.",
                SEEDS,
                [float(redrawn(name).median()) for name in programs],
            ),
        ],
        digits=3,
    )


def exercise_4() -> Question:
    """The usual and the corrected t of the linear discriminant."""
    found = against_discriminant()
    numbers = round(found.effect, 3), round(found.spread, 3), 100, SPLIT[1], SPLIT[0]
    usual = CORRECTED_T.mistakes[0].compute(*numbers)
    right = [usual, CORRECTED_T(*numbers)]
    wrong = [
        WrongValue(m.form, m.explanation, m.section, [usual, m.compute(*numbers)])
        for m in CORRECTED_T.mistakes[1:]
    ]
    return ask(
        "What are the two values of $t$?",
        right,
        "",
        [
            *wrong,
            WrongValue(
                "both exchanged",
                "the numbers are right, but the first is the usual $t$, without the correction.",
                EVIDENCE,
                right[::-1],
            ),
            WrongValue(
                "rival minus ours",
                "the effect of Table 7.6 is negative: the network's accuracy minus that of the "
                "linear discriminant.",
                GOOD_NOW,
                [-value for value in right],
            ),
        ],
        digits=3,
    )
