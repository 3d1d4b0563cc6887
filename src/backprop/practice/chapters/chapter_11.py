"""Chapter 11: handwritten digits."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from backprop.comparison import compare_paired
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.digits import (
    COORDINATED_CHANGE,
    ONE_STEP,
    OTHER_IMAGES,
    PAGE,
    PAIRED_DEVIATION,
    PIXEL_SLOPE,
)
from backprop.mistakes.formulas.penalty import PENALIZED_SLOPE
from backprop.practice.measured import measured
from backprop.practice.question import Question, ask

SEEDS = f"{PAGE}#one-seed-is-one-draw"
CONFUSED = f"{PAGE}#what-it-confuses"
MORE_DATA = f"{PAGE}#what-more-data-changes"
OWN_DIGIT = f"{PAGE}#your-own-digit"


def is_right(name: str) -> NDArray[np.bool_]:
    """Of each test image, whether it was read correctly: as column `name` of the readings says."""
    readings = measured("readings")
    right: NDArray[np.bool_] = (readings[name] == readings["label"]).to_numpy()
    return right


# In the text


def penalized_slope() -> Question:
    """Before the gradient of the penalty."""
    numbers = Fraction("0.002"), Fraction("0.001"), Fraction("0.4")
    return ask(
        "A weight is $w = 0.4$. Without the penalty the derivative of the loss with respect to it "
        "is 0.002. What is it with the penalty?",
        PENALIZED_SLOPE(*numbers),
        "The penalty adds its derivative, $\\alpha w = 0.001 \\cdot 0.4$.",
        PENALIZED_SLOPE.wrong_values(*numbers),
    )


def losses_compared() -> Question:
    """Before the scores of ten seeds."""
    results = measured("digits")
    digits = results[results["data"] == "digits, 4,000"]
    scores = digits.pivot(index="seed", columns="network", values="test_accuracy")
    result = compare_paired(scores["784-30-10"], scores["784-30-10, squared error"])
    effect = f"{result.effect:.3f}".replace("-", "−")
    numbers = (
        f"The cross-entropy wins with {result.wins} seeds of ten and loses with {result.losses}. "
        f"The mean difference is {effect}, and p = {result.p_value:.2f}."
    )
    wrong = [
        WrongValue(
            "a better loss expected to score better",
            "the cross-entropy can learn faster, because its gradient does not vanish where the "
            f"output is wrong. After 20 epochs that no longer shows. {numbers}",
            SEEDS,
            "the cross-entropy is better with nearly all seeds",
        ),
        WrongValue(
            "an advantage of the squared error expected",
            f"each loss has a learning rate of its own here, so neither is handicapped. {numbers}",
            SEEDS,
            "the squared error is better with nearly all seeds",
        ),
    ]
    return ask(
        "The smallest of the four networks, 784-30-10, was trained with the squared error and with "
        "the cross-entropy, each with a learning rate of its own. How do the test accuracies "
        "compare?",
        "ten seeds show no difference",
        numbers,
        wrong if result.p_value > 0.05 else (),
    )


def deviation_of_a_difference() -> Question:
    """Before the formula for two networks on the same images."""
    numbers = 40, 1000, 0.94
    return ask(
        "Two networks with accuracies near 0.94 disagree on 40 of the 1,000 images. On each of "
        "these one of them is right, and either is equally likely. What is the standard "
        "deviation of the difference of their accuracies?",
        PAIRED_DEVIATION(*numbers),
        "Each of the 40 adds 1 or subtracts 1 from the number of images won, with the variance 1. "
        "The variances add up: $\\sqrt{40} / 1000$.",
        PAIRED_DEVIATION.wrong_values(*numbers),
        digits=3,
    )


def pixel_slope() -> Question:
    """Before the gradient with respect to the input."""
    deltas = Fraction("0.3"), Fraction("-0.2")
    weights = Fraction("0.6"), Fraction("0.5")
    numbers = deltas, weights, Fraction("0.8")
    return ask(
        "A pixel $x = 0.8$ feeds two hidden neurons with the weights 0.6 and 0.5, and their deltas "
        "are 0.3 and $-0.2$. What is $\\partial E/\\partial x$?",
        PIXEL_SLOPE(*numbers),
        "One product per neuron, and no other factor: $0.3 \\cdot 0.6 - 0.2 \\cdot 0.5$.",
        PIXEL_SLOPE.wrong_values(*numbers),
    )


def signed_step() -> Question:
    """Before the steps along the sign of the input gradient."""
    means = measured("digit_readers").mean()
    reader, signed = means["accuracy_100"], means["signed_step"]
    wrong = [
        WrongValue(
            "a small step taken for harmless",
            "this is the accuracy with random signs. Signs that follow the gradient all push in "
            "the same direction.",
            ONE_STEP,
            f"about {means['random_step']:.2f}, hardly changed",
        ),
        WrongValue(
            "accuracy reduced by the step",
            "the size of the step was subtracted from the accuracy. What counts is how much 784 "
            "small changes add up to in the weighted sums.",
            ONE_STEP,
            f"about {reader - 0.1:.2f}",
        ),
        WrongValue(
            "everything misread",
            f"the accuracy is still {signed:.2f}. A larger error does not always "
            "mean that another class gets the largest output.",
            ONE_STEP,
            "0",
        ),
    ]
    return ask(
        f"The test accuracy is {reader:.2f}, on average over ten seeds. Now every pixel changes by "
        "$\\varepsilon = 0.1$, a tenth of the range from paper to ink, in the direction of the "
        "sign of its derivative. What is the accuracy?",
        f"about {signed:.2f}",
        "Guessing gives 0.10. To you the images look almost the same.",
        wrong,
    )


def data_or_network() -> Question:
    """Before the table of two sizes of the training set."""
    results = measured("digits")
    fashion = results[results["data"].str.startswith("fashion")]
    means = fashion.groupby(["data", "network"])["test_accuracy"].mean().unstack("data")
    gains = means["fashion, 60,000"] - means["fashion, 4,000"]
    ranges = means.max() - means.min()
    few = results[results["data"] == "fashion, 4,000"].groupby("network").mean(numeric_only=True)
    gaps = few["training_accuracy"] - few["test_accuracy"]
    numbers = (
        f"Fifteen times as many images raise the test accuracy by {gains.min():.3f} to "
        f"{gains.max():.3f}. The best of the four networks is ahead of the worst by "
        f"{ranges.min():.3f} to {ranges.max():.3f}."
    )
    lead = numbers[:1].lower() + numbers[1:]
    wrong = [
        WrongValue(
            "network valued above data",
            f"{lead} With few images a larger network mostly fits those better.",
            MORE_DATA,
            "the best network in place of the worst",
        ),
        WrongValue(
            "effects taken to be equal",
            lead,
            MORE_DATA,
            "both about the same",
        ),
        WrongValue(
            "4,000 images taken to be enough",
            f"{lead} On the 4,000 the networks overfit: their training accuracy is higher by "
            f"{gaps.min():.2f} to {gaps.max():.2f}.",
            MORE_DATA,
            "neither raises it by as much as 0.01",
        ),
    ]
    return ask(
        "What raises the test accuracy on the clothes more: fifteen times as many training images "
        "for the same network, or the best of the four networks in place of the worst?",
        "the images",
        numbers,
        wrong if gains.min() > 2 * ranges.max() else (),
    )


# The exercises


def exercise_1() -> Question:
    """The mistakes of the hardest pair, and how many pairs share the first place."""
    readings = measured("readings")
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (readings["label"], readings["read"]), 1)
    one_way = counts - np.diag(np.diagonal(counts))
    both = one_way + one_way.T
    whole = counts + counts.T

    def hardest(table: NDArray[np.int_]) -> list[int]:
        return [int(table.max()), int((table == table.max()).sum())]

    most, entries = hardest(both)
    wrong = [
        WrongValue(
            "each pair counted twice",
            "the sum of the matrix and its transpose has each pair twice, as (i, j) and as (j, i). "
            "Count one triangle.",
            CONFUSED,
            [most, entries],
        ),
        WrongValue(
            "one direction only",
            "threes taken for fives and fives taken for threes are the same pair. Add the matrix "
            "to its transpose.",
            CONFUSED,
            hardest(one_way),
        ),
        WrongValue(
            "right answers counted",
            "this is the largest number of right answers, twice. Set the diagonal to 0 first.",
            CONFUSED,
            hardest(whole),
        ),
    ]
    return ask("How many mistakes and pairs?", [most, entries // 2], "", wrong)


def exercise_2() -> Question:
    """The accuracies on shifted images."""
    read, labels = (measured("readings")[name].to_numpy() for name in ("read", "label"))

    def shifted(direction: str) -> list[float]:
        columns = ("read", *(f"{direction}_{pixels}" for pixels in (1, 2, 4)))
        return [float(is_right(column).mean()) for column in columns]

    wrong = [
        WrongValue(
            "shifted down",
            "the images were moved down: that is axis 1 of (images, rows, columns). To the right "
            "is axis 2.",
            OWN_DIGIT,
            shifted("down"),
        ),
        WrongValue(
            "images exchanged",
            "the images were moved along axis 0, so each got the label of another. To the right "
            "is axis 2.",
            OWN_DIGIT,
            [float((np.roll(read, pixels) == labels).mean()) for pixels in (0, 1, 2, 4)],
        ),
        WrongValue(
            "share of the mistakes",
            "these are the shares of the images that were misread. The accuracy is the share of "
            "those that were read correctly.",
            CONFUSED,
            [1 - accuracy for accuracy in shifted("right")],
        ),
    ]
    return ask("Which accuracies?", shifted("right"), "", wrong, digits=3)


def exercise_3() -> Question:
    """The rejected shares and the accuracies of the rest, for three thresholds."""
    right, certainty = is_right("read"), measured("readings")["certainty"].to_numpy()
    sure = [certainty >= threshold for threshold in (0.5, 0.8, 0.95)]
    rejected = [float(1 - accepted.mean()) for accepted in sure]
    on_rest = [float(right[accepted].mean()) for accepted in sure]
    wrong = [
        WrongValue(
            "accepted in place of rejected",
            "the shares are those of the accepted images. Give those of the rejected ones.",
            CONFUSED,
            [[float(accepted.mean()) for accepted in sure], on_rest],
        ),
        WrongValue(
            "rejected images counted as mistakes",
            "the right answers were divided by the number of all images. Divide by the number of "
            "those that are accepted.",
            CONFUSED,
            [rejected, [float((right & accepted).mean()) for accepted in sure]],
        ),
        WrongValue(
            "accuracy on the rejected images",
            "this is the accuracy on the images that the network rejects. The rest are those that "
            "it accepts.",
            CONFUSED,
            [rejected, [float(right[~accepted].mean()) for accepted in sure]],
        ),
        WrongValue(
            "accuracy on all images",
            "the accuracy has to be measured for each threshold, on the images that are accepted.",
            CONFUSED,
            [rejected, [float(right.mean())] * 3],
        ),
    ]
    return ask("Which shares and accuracies?", [rejected, on_rest], "", wrong, digits=3)


def exercise_4() -> Question:
    """On how many images the two networks disagree, and the deviation of their difference."""
    readings = measured("readings")
    differ = (readings["read"] != readings["without_penalty"]).to_numpy()
    count = int(differ.sum())
    decided = int((differ & (is_right("read") | is_right("without_penalty"))).sum())
    formula_values = PAIRED_DEVIATION.wrong_values(
        count, len(differ), float(is_right("without_penalty").mean())
    )
    wrong = [WrongValue(w.form, w.explanation, w.section, [count, w.value]) for w in formula_values]
    only_decided = WrongValue(
        "only where one of them is right",
        "these are the images on which one of the two is right. That is more exact, but the "
        "question is on how many they disagree.",
        OTHER_IMAGES,
        [decided, decided**0.5 / len(differ)],
    )
    right = [count, PAIRED_DEVIATION(count, len(differ), 0)]
    return ask("How many, and which deviation?", right, "", [*wrong, only_decided], digits=3)


def exercise_5() -> Question:
    """The largest and the typical change of a weighted sum, and their ratio."""
    numbers = 784, 0.1, 0.05
    return ask(
        "Which changes, and which ratio?",
        COORDINATED_CHANGE(*numbers),
        "",
        COORDINATED_CHANGE.wrong_values(*numbers),
    )
