"""Chapter 5: wheat seeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import ceil

import pandas as pd

from backprop.comparison import Comparison, compare_paired, sign_test
from backprop.datasets import DATA_FOLDER
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.inputs import DERIVATIVES_OF_TWO_WEIGHTS
from backprop.mistakes.formulas.scores import (
    BASELINES,
    CORRECTED_T,
    EVIDENCE,
    LEFT_OUT,
    ONE_SEED,
    SCORE_DEVIATION,
    SIGN_TEST,
    WHEAT,
)
from backprop.practice.measured import measured
from backprop.practice.question import Question, ask

LEAK = f"{WHEAT}#does-scaling-before-the-split-leak"
WORTH = f"{WHEAT}#what-the-score-is-worth"
PUBLISHED = 93.333  # the mean of the published folds, in per cent
SPLIT = 168, 42  # training and test examples of a fold


def scores_of_seeds() -> pd.DataFrame:
    """The accuracies of all seeds and folds with the classes in the published order."""
    results = measured("wheat_seeds")
    return results[results["class_order"] == "Rosa Kama Canadian"]


def trials() -> pd.DataFrame:
    """The accuracies of the 50 trials, one column for each method."""
    results = measured("wheat_protocol")
    return results.pivot(index=["repeat", "fold"], columns="method", values="accuracy")


def as_power(number: float) -> str:
    """A small number as 7 · 10⁻¹²."""
    digit, _, exponent = f"{number:.0e}".partition("e-")
    return f"{digit} · 10⁻{exponent.translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


# In the text


def zero_rule_score() -> Question:
    """Before the score of the zero rule."""
    return ask(
        "There are 70 kernels of each variety, so guessing blindly would be right in 33.3 % of all "
        "cases. How accurate is the zero rule in cross-validation, compared with that?",
        "less accurate",
        "A class that is most frequent in the training folds is the rarest in the test fold.",
        [
            WrongValue(
                "frequent in training, frequent in the test",
                "the class is more frequent than others in the training folds. But there are 70 "
                "of each in all, so fewer of it are left for the test fold.",
                BASELINES,
                "more accurate",
            ),
            WrongValue(
                "balanced in each fold",
                "the classes are balanced in the whole set, not in each fold: the folds are dealt "
                "at random.",
                BASELINES,
                "equally accurate",
            ),
        ],
    )


def area_weight() -> Question:
    """Before the second reason for scaling."""
    means = pd.read_csv(DATA_FOLDER / "wheat_seeds.csv")[["area", "compactness"]].mean()
    area, compactness = round(float(means["area"]), 1), round(float(means["compactness"]), 2)
    return ask(
        f"The average area is {area}, the average compactness {compactness}. How many times as "
        f"large is the derivative with respect to the weight of the area as that with respect to "
        f"the weight of the compactness, for the same hidden neuron?",
        DERIVATIVES_OF_TWO_WEIGHTS(area, compactness),
        "BP4 multiplies the same delta by each input, so the derivatives have the ratio of the "
        "inputs.",
        DERIVATIVES_OF_TWO_WEIGHTS.wrong_values(area, compactness),
        digits=3,
    )


def eight_coins() -> Question:
    """Before the first p-value."""
    return ask(
        "How probable is it that eight coins fall 7 to 1, or even more unevenly, in either "
        "direction?",
        SIGN_TEST(7, 1),
        "Of 256 outcomes, 8 have one tail, 8 have one head, and 2 have only heads or only tails.",
        SIGN_TEST.wrong_values(7, 1),
        digits=3,
    )


def t_statistic() -> Question:
    """Before the p-value of the five trials."""
    numbers = 1, 7**0.5, 5, 42, 168
    return ask(
        "Five trials had the effect 1 and the spread $\\sqrt{28/4}$. Each trained on 168 examples "
        "and tested on 42. What is the t statistic?",
        CORRECTED_T(*numbers),
        "The terms under the root are 1/5 and 1/4: $1 / (\\sqrt{7} \\cdot \\sqrt{0.45})$.",
        CORRECTED_T.wrong_values(*numbers),
        digits=3,
    )


def leak_size() -> Question:
    """Before the leak is measured."""
    by_fold = scores_of_seeds().pivot(index=["seed", "fold"], columns="scaling", values="accuracy")
    found = compare_paired(by_fold["before the split"], by_fold["inside each fold"], SPLIT)
    between_seeds = by_fold["before the split"].groupby("seed").mean().std()
    kernel, of_the_score = 100 / SPLIT[1], 100 * SCORE_DEVIATION(0.94, sum(SPLIT))
    return ask(
        "Over 100 folds, how many percentage points does the leak add to the accuracy, on average?",
        f"less than {ceil(10 * abs(found.effect)) / 10}",
        f"The effect is {found.effect:.3f}: in {found.ties} folds both ways score the same, and "
        f"an extreme value is in the training part of four folds out of five anyway.".replace(
            "-", "−"
        ),
        [
            WrongValue(
                "as large as the spread of the seeds",
                "this is by how much the mean varies from seed to seed. Both ways have the same "
                "seeds and folds, and the ranges are nearly the same.",
                LEAK,
                f"about {between_seeds:.1f}",
            ),
            WrongValue(
                "a kernel in each fold",
                f"this is one kernel of {SPLIT[1]} more in every fold. A leak is a flaw of the "
                f"method, but the ranges of 168 and of 210 kernels hardly differ.",
                LEAK,
                f"about {kernel:.1f}",
            ),
            WrongValue(
                "as large as the deviation of the score",
                "this is by how much a score on 210 kernels varies by chance. Both ways have the "
                "same kernels, so this cancels.",
                LEAK,
                f"about {of_the_score:.1f}",
            ),
        ],
    )


def ahead_of_network() -> Question:
    """Before the table of all rivals."""
    scores = trials().mean()

    def behind(name: str, form: str, reason: str) -> WrongValue:
        text = f"it reaches {scores[name]:.1f} %. {reason}"
        return WrongValue(form, text, WORTH, name)

    right = "logistic regression, tuned"
    return ask(
        f"On these 50 trials the network, with its published settings, reaches "
        f"{scores['our network']:.1f} %. Which of these methods reaches more?",
        right,
        f"It reaches {scores[right]:.1f} %, with straight boundaries and a chosen penalty.",
        [
            behind(
                "logistic regression",
                "default setting",
                "With a penalty chosen inside the training part, the same method reaches more.",
            ),
            behind(
                "support vector machine, tuned",
                "curved boundaries",
                "Its boundaries can be curved, and its settings are chosen, but here that gives it "
                "no lead.",
            ),
            behind(
                "our network, tuned",
                "settings chosen on few kernels",
                "Settings that are chosen by scores on few kernels are partly the luckiest, not "
                "the best.",
            ),
            behind(
                "nearest neighbours, tuned",
                "number of neighbours chosen on few kernels",
                "That is even less than one nearest neighbour reaches without tuning.",
            ),
        ],
    )


def verdict_on_tuned() -> Question:
    """Before the verdict on the tuned network."""
    scores = trials()
    found = compare_paired(
        scores["our network, tuned"], scores["linear discriminant analysis"], SPLIT
    )
    behind, p = abs(found.effect), found.p_value
    return ask(
        f"Against linear discriminant analysis the tuned network has {found.wins} wins and "
        f"{found.losses} losses. Of the eleven comparisons in this section it has the smallest "
        f"$p$. Which verdict is right?",
        f"{behind:.1f} points behind, with some evidence: p = {p:.3f} is the smallest of eleven",
        "It names the effect and the evidence, and says that there were eleven comparisons.",
        [
            WrongValue(
                "p-value taken as the probability of no difference",
                "$p$ is computed by supposing that both are equally good. It is not the "
                "probability that they are.",
                EVIDENCE,
                f"worse with a probability of {100 * (1 - p):.1f} %",
            ),
            WrongValue(
                "trials counted like coins",
                "the 50 trials share their 210 kernels, so they are not independent. The sign test "
                "takes them for independent.",
                EVIDENCE,
                f"worse for certain: a sign test of {found.losses} to {found.wins} has "
                f"p = {as_power(sign_test(found.wins, found.losses))}",
            ),
            WrongValue(
                "spread taken for evidence",
                "the spread says how much one trial varies. The mean of 50 trials varies less.",
                EVIDENCE,
                f"no difference: the spread, {found.spread:.1f} points, is nearly as large as the "
                f"effect",
            ),
            WrongValue(
                "size read from p",
                "a small $p$ does not show that a difference is large. The effect says how large "
                "it is.",
                EVIDENCE,
                f"a large difference, because p = {p:.3f} is small",
            ),
        ],
    )


# The exercises


def exercise_1() -> Question:
    """The zero rule on an example that was left out."""
    return ask("What is the accuracy, in per cent?", LEFT_OUT(2), "", LEFT_OUT.wrong_values(2))


def exercise_2() -> Question:
    """How much the score of one fold varies, in percentage points."""
    right = 100 * SCORE_DEVIATION(0.9, SPLIT[1])
    wrong = [replace(w, value=100 * w.value) for w in SCORE_DEVIATION.wrong_values(0.9, SPLIT[1])]
    proportion = WrongValue(
        "proportion in place of percentage points",
        "this is the deviation of a proportion between 0 and 1. Multiply by 100.",
        ONE_SEED,
        right / 100,
    )
    return ask("How large is the standard deviation?", right, "", [proportion, *wrong], digits=3)


def exercise_3() -> Question:
    """For how many seeds the mean is lower than the published one, the same, and higher."""

    def counts(scores: pd.Series[float], decimals: int = 3) -> list[int]:
        rounded = scores.round(decimals)
        sides = rounded < PUBLISHED, rounded == PUBLISHED, rounded > PUBLISHED
        return [int(side.sum()) for side in sides]

    scores = scores_of_seeds()
    scores = scores[scores["scaling"] == "before the split"]
    means = scores.groupby("seed")["accuracy"].mean()
    right = counts(means)
    return ask(
        "How many seeds are lower, the same, and higher?",
        right,
        "",
        [
            WrongValue(
                "means not rounded",
                "the means have more decimals than 93.333, so none of them is equal to it. Round "
                "them to three decimals first.",
                ONE_SEED,
                counts(means, 9),
            ),
            WrongValue(
                "folds in place of seeds",
                "the scores of single folds were compared. Take the mean over the five folds of "
                "each seed.",
                ONE_SEED,
                counts(scores["accuracy"]),
            ),
            WrongValue(
                "higher and lower exchanged",
                "the numbers are right, but the first counts the seeds with a *lower* mean.",
                ONE_SEED,
                right[::-1],
            ),
        ],
    )


def exercise_4() -> Question:
    """Effect, spread and p-value of linear discriminant analysis without the compactness."""
    table = pd.read_csv(DATA_FOLDER / "wheat_seeds.csv")
    with_it = of_discriminant(table.drop(columns="variety"), table["variety"])
    without = of_discriminant(table.drop(columns=["variety", "compactness"]), table["variety"])
    found = compare_paired(without, with_it, SPLIT)
    unpaired = (without.std(ddof=1) ** 2 + with_it.std(ddof=1) ** 2) ** 0.5
    independent = compare_paired(without, with_it, (10**9, 1))  # no second term under the root

    def numbers(result: Comparison) -> list[float]:
        return [result.effect, result.spread, result.p_value]

    return ask(
        "What are effect, spread and p-value?",
        numbers(found),
        "",
        [
            WrongValue(
                "with it minus without it",
                "the sign of the effect is that of the other direction: take the scores without "
                "the column minus those with it.",
                EVIDENCE,
                [-found.effect, found.spread, found.p_value],
            ),
            WrongValue(
                "trials not paired",
                "the spread is not that of the differences. Subtract trial by trial, so that what "
                "makes a trial easy or hard cancels.",
                EVIDENCE,
                [found.effect, unpaired, found.p_value],
            ),
            WrongValue(
                "trials taken as independent",
                "the trials share their kernels. Give `compare_paired` the sizes of the split.",
                EVIDENCE,
                numbers(independent),
            ),
            WrongValue(
                "proportions in place of percentage points",
                "effect and spread are those of proportions between 0 and 1. Multiply the scores "
                "by 100.",
                EVIDENCE,
                [found.effect / 100, found.spread / 100, found.p_value],
            ),
        ],
        digits=3,
    )


def exercise_5a() -> Question:
    """The p-value of 5 wins, 1 loss and 2 ties."""
    ties = [
        WrongValue(
            "ties counted as losses",
            "a tie speaks for neither method. Leave the two out.",
            EVIDENCE,
            SIGN_TEST(5, 3),
        ),
        WrongValue(
            "ties shared out",
            "each method was given one of the ties. Leave them out: six coins remain.",
            EVIDENCE,
            SIGN_TEST(6, 2),
        ),
    ]
    return ask(
        "What is the p-value?",
        SIGN_TEST(5, 1),
        "",
        [*SIGN_TEST.wrong_values(5, 1), *ties],
        digits=3,
    )


def exercise_5b() -> Question:
    """The fewest wins with a p-value below 0.05."""

    def fewest(p_value: Callable[[int, int], Fraction]) -> int:
        return next(wins for wins in range(1, 100) if p_value(wins, 0) < Fraction("0.05"))

    one_direction = SIGN_TEST.mistakes[0]
    return ask(
        "How many wins?",
        fewest(SIGN_TEST.compute),
        "",
        [
            WrongValue(
                one_direction.form,
                one_direction.explanation,
                one_direction.section,
                fewest(one_direction.compute),
            ),
            WrongValue(
                "one in twenty",
                "0.05 is a probability, not a proportion of trials. Compute $p$ for one win, two "
                "wins, and so on.",
                EVIDENCE,
                round(1 / 0.05),
            ),
            WrongValue(
                "all eight trials",
                "eight wins in eight trials have a p-value far below 0.05. Fewer wins are enough.",
                EVIDENCE,
                8,
            ),
        ],
    )


def of_discriminant(features: pd.DataFrame, varieties: pd.Series[str]) -> pd.Series[float]:
    """The accuracies of linear discriminant analysis on the 50 trials, in per cent."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=10, random_state=1)
    model = make_pipeline(StandardScaler(), LinearDiscriminantAnalysis())
    return pd.Series(100 * cross_val_score(model, features, varieties, cv=folds))
