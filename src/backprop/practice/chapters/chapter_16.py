"""Chapter 16: eight claims, each with an experiment. Wrong answers are other measured results."""

from __future__ import annotations

import pandas as pd

from backprop.arrays import Array
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.comparison import BEST_OVER_MEAN, PAIRING, TWO_TARGETS
from backprop.practice.measured import measured
from backprop.practice.question import Question, ask

PAGE = "16_strengths_and_limits.ipynb"
FAIR = f"{PAGE}#a-fair-trial"
LABELS = f"{PAGE}#claim-1-noise-first-in-the-labels"
BATCHES = f"{PAGE}#claim-2-mini-batches"
EXACTLY = f"{PAGE}#claim-4-exactly"
THRESHOLD = f"{PAGE}#claim-6-stop-at-a-threshold"
FLEXIBLE = f"{PAGE}#claims-7-and-8-fast-simple-flexible"
BATCH_TIMES = "08_deeper_networks.ipynb#mini-batches-by-steps-and-by-time"
STOPPING_EARLY = "08_deeper_networks.ipynb#where-stopping-early-matters"

METHODS = {
    "support vectors, C chosen": "support vectors",
    "network, L2 chosen": "network with a penalty",
    "network": "plain network",
    "1 nearest neighbour": "one nearest neighbour",
}


def points(difference: float) -> str:
    """A difference of accuracies in percentage points, without its sign."""
    return f"{abs(100 * difference):.1f}"


# In the text


def order_with_wrong_labels() -> Question:
    """Before the figure of claim 1."""
    noise = measured("noise").query("data == '500 digits' and noise == 'labels' and level == 0.2")
    means = noise.groupby("method")["test_accuracy"].mean()[list(METHODS)]
    ranked = list(means.sort_values(ascending=False).index)

    def order(first: list[str]) -> str:
        methods = [*first, *(method for method in ranked if method not in first)]
        return ", ".join(METHODS[method] for method in methods)

    vectors, penalty, plain, neighbour = METHODS
    lead = points(means[vectors] - means[penalty])
    wrong = [
        WrongValue(
            "networks first",
            f"the networks were put first. The support vector classifier bends its boundary too, "
            f"its setting was chosen in the same way, and it is {lead} points ahead.",
            LABELS,
            order([penalty, plain]),
        ),
        WrongValue(
            "rivals first",
            "both rivals were put first. No setting keeps one nearest neighbour from memorizing "
            "the wrong labels: it repeats each of them.",
            LABELS,
            order([vectors, neighbour]),
        ),
        WrongValue(
            "penalty last",
            f"the penalty was taken for a loss. It keeps the network from memorizing wrong labels, "
            f"and gains {points(means[penalty] - means[plain])} points.",
            LABELS,
            order([vectors, plain, neighbour]),
        ),
        WrongValue(
            "the order turned round",
            "what memorizes most was put first. The test labels are true, and a method that has "
            "memorized wrong ones repeats them there.",
            LABELS,
            order(ranked[::-1]),
        ),
    ]
    numbers = ", ".join(f"{means[method]:.3f}" for method in ranked)
    return ask(
        "A fifth of the labels of 500 digits is wrong. Order these by their test accuracy, best "
        "first.",
        order([]),
        f"The means are {numbers}. A method that is free to memorize also memorizes the wrong "
        f"labels.",
        wrong,
    )


def time_of_the_full_batch() -> Question:
    """Before the table of claim 2."""
    batches = measured("mini_batches")
    grouped = batches.groupby(["batch_size", "optimizer"])
    steps, times = grouped["steps"].mean(), grouped["time_over_32"].median()
    small, full = (32, "gradient descent"), (4000, "L-BFGS")
    plain = (4000, "gradient descent")

    def as_long(ratio: float) -> str:
        return f"about {ratio:.2g} times as long"

    wrong = [
        WrongValue(
            "steps compared",
            "the numbers of steps were compared, as if every step took the same time. A step of "
            "the full batch goes through 4,000 rows, one of a mini-batch through 32.",
            BATCH_TIMES,
            as_long(steps[full] / steps[small]),
        ),
        WrongValue(
            "one step compared with one step",
            "this is the number of rows in one step over that in the other. The full batch needs "
            "far fewer steps.",
            BATCH_TIMES,
            f"about {full[0] // small[0]} times as long",
        ),
        WrongValue(
            "plain gradient descent on the full batch",
            "this is the time of the full batch with plain gradient descent. L-BFGS chooses the "
            "length of its steps and needs fewer.",
            BATCHES,
            as_long(times[plain]),
        ),
    ]
    return ask(
        f"Batches of 32 reach the target after {steps[small]:.0f} steps, the full batch with "
        f"L-BFGS after {steps[full]:.0f}. How long does the full batch take, compared with the "
        f"other?",
        as_long(times[full]),
        "Fewer steps, but each of them goes through 125 times as many rows.",
        wrong,
    )


def random_labels() -> Question:
    """Before the figure of claim 4."""
    memory = measured("memorizing")

    def means(wrong_share: float, hidden: int) -> tuple[float, float]:
        part = memory[(memory["wrong_share"] == wrong_share) & (memory["hidden"] == hidden)]
        return part["training_accuracy"].mean(), part["test_accuracy"].mean()

    def accuracies(training: float, test: float) -> str:
        return f"training {training:.2f}, test {test:.2f}"

    right = means(0.9, 100)
    wrong = [
        WrongValue(
            "nothing to learn, nothing learned",
            "both were taken for guessing. Labels without a rule cannot be understood, but they "
            "can be memorized.",
            "08_deeper_networks.ipynb#exercise-5-memorizing-nonsense",
            accuracies(right[1], right[1]),
        ),
        WrongValue(
            "true labels",
            "these are the accuracies with true labels. No rule leads from the random labels of "
            "the training rows to the labels of the test.",
            EXACTLY,
            accuracies(*means(0.0, 100)),
        ),
        WrongValue(
            "room for a part only",
            "these are the accuracies with 10 hidden neurons. With 100 the network has room for "
            "all 500 labels.",
            EXACTLY,
            accuracies(*means(0.9, 10)),
        ),
    ]
    return ask(
        "Which accuracies does a network with 100 hidden neurons end with, if all labels are "
        "random?",
        accuracies(*right),
        "It memorizes every label, and in the test it guesses.",
        wrong,
    )


def stopping() -> pd.DataFrame:
    """Mean test accuracy of each rule, by the data and the share of wrong labels."""
    grouped = measured("stopping").groupby(["data", "wrong_share", "rule"])["test_accuracy"]
    return grouped.mean().unstack("rule").rename_axis(columns=None)


def early_stopping_with_true_labels() -> Question:
    """Before the figure of claim 6."""
    means = stopping()

    def against_the_end(rule: str, share: float) -> str:
        gains = means[rule] - means["to the end"]
        wheat, digits = gains["wheat", share], gains["500 digits", share]
        word = "better" if wheat > 0 else "worse"
        return f"{points(wheat)} and {points(digits)} points {word}"

    wrong = [
        WrongValue(
            "as with wrong labels",
            "this is the effect with a fifth of the labels wrong. Early stopping keeps a network "
            "from memorizing mistakes; true labels have none.",
            STOPPING_EARLY,
            against_the_end("early stopping", 0.2),
        ),
        WrongValue(
            "the best epoch, seen by the test",
            "this is what stopping gains if the test itself chooses the epoch. Early stopping sees "
            "only the held-out rows, and does not learn from them.",
            STOPPING_EARLY,
            against_the_end("best by the test", 0.0),
        ),
    ]
    return ask(
        "With true labels on wheat and on 500 digits, how does early stopping compare with "
        "training to the end?",
        against_the_end("early stopping", 0.0),
        "There is nothing wrong to memorize, and the held-out fifth is missing from the training.",
        wrong,
    )


def best_on_exclusive_or() -> Question:
    """Before the table of claims 7 and 8."""
    rivals = measured("baselines").query("task == 'exclusive or'")
    means = rivals.groupby("method")["test_accuracy"].mean().sort_values(ascending=False)
    reasons = {
        "network": "it learns the product from sums and kinks",
        "regression on products": "it is given the right product, among many that say nothing",
        "support vectors": "its distances count the eight features that say nothing",
        "nearest neighbours": "its distances count the eight features that say nothing",
        "logistic regression": "no line can split the classes",
    }
    wrong = [
        WrongValue(
            f"{method} expected to win",
            f"it has {means[method]:.3f}, and {means.index[0]} {means.iloc[0]:.3f}: {reason}.",
            FLEXIBLE,
            method,
        )
        for method, reason in reasons.items()
        if method != means.index[0]
    ]
    return ask(
        "Which method has the highest mean test accuracy on *exclusive or*?",
        means.index[0],
        f"It has {means.iloc[0]:.3f}: a tree asks about one feature at a time, which is what this "
        f"task needs, and it can ignore the other eight.",
        wrong,
    )


# The exercises


def clean_scores() -> dict[str, Array]:
    """The scores on wheat without noise, trial by trial, of each method."""
    noise = measured("noise").query("data == 'wheat' and noise == 'test inputs' and level == 0")
    table = noise.pivot(index="seed", columns="method", values="test_accuracy")
    return {str(method): table[method].to_numpy() for method in table}


def exercise_1() -> Question:
    """The standard deviation of a difference, paired and unpaired."""
    scores = clean_scores()
    pair = scores["network"], scores["logistic regression"]
    return ask("Which deviations?", PAIRING(*pair), "", PAIRING.wrong_values(*pair), digits=3)


def exercise_2() -> Question:
    """The output for one input with two labels, and its loss."""
    return ask("Which?", TWO_TARGETS(0.5), "", TWO_TARGETS.wrong_values(0.5), digits=3)


def exercise_3() -> Question:
    """How much the best of 20 runs is above the mean, of two methods."""
    scores = clean_scores()
    pair = scores["network"], scores["logistic regression"]
    wrong = [
        WrongValue(m.form, m.explanation, m.section, [m.compute(one) for one in pair])
        for m in BEST_OVER_MEAN.mistakes
    ]
    exchanged = WrongValue(
        "methods exchanged",
        "the two gains are in the other order: give the network's first.",
        FAIR,
        [BEST_OVER_MEAN(one) for one in reversed(pair)],
    )
    right = [BEST_OVER_MEAN(one) for one in pair]
    return ask("How much?", right, "", [*wrong, exchanged], digits=3)


def exercise_4() -> Question:
    """What two rules gain over training to the end, with a fifth of the labels wrong."""
    means = stopping()

    def gains(over: str, share: float, rules: tuple[str, ...]) -> list[list[float]]:
        part = means.xs(share, level="wrong_share")
        data = ("wheat", "500 digits")
        return [[float(part[rule][d] - part[over][d]) for d in data] for rule in rules]

    rules = "best by the test", "its epoch, all rows"
    wrong = [
        WrongValue(
            "early stopping in place of its epoch on all rows",
            "the second row is early stopping, which learns from four fifths of the rows. The "
            "question is about its epoch on all rows.",
            THRESHOLD,
            gains("to the end", 0.2, ("best by the test", "early stopping")),
        ),
        WrongValue(
            "compared with early stopping",
            "the gains are over early stopping. The question is about training to the end.",
            THRESHOLD,
            gains("early stopping", 0.2, rules),
        ),
        WrongValue(
            "true labels",
            "these are the gains with true labels. Take the rows with `wrong_share` 0.2.",
            THRESHOLD,
            gains("to the end", 0.0, rules),
        ),
        WrongValue(
            "rules exchanged",
            "the two rules are in the other order: the bound comes first.",
            THRESHOLD,
            gains("to the end", 0.2, rules[::-1]),
        ),
    ]
    return ask("How much better?", gains("to the end", 0.2, rules), "", wrong, digits=3)
