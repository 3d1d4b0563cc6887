"""Chapter 8: deeper networks."""

from __future__ import annotations

import numpy as np

from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.measuring import PARAMETER_COUNT
from backprop.mistakes.formulas.training import (
    BATCHES,
    COMBINED_GRADIENT,
    DISTANCE_RATIO,
    PAGE,
    RESTORED_EPOCHS,
    STOPS_AFTER,
)
from backprop.practice.measured import measured
from backprop.practice.question import Question, ask

COUNTING = f"{PAGE}#counting"
DEEPER = f"{PAGE}#is-deeper-better"
SIZES_OF_BATCHES = (1, 8, 32, 500, 4000)
EARLY = f"{PAGE}#where-stopping-early-matters"


# In the text


def added_layer() -> Question:
    """Before the parameters are counted."""
    shallow, deep = [784, 30, 10], [784, 30, 30, 10]
    right = PARAMETER_COUNT(deep) - PARAMETER_COUNT(shallow)
    biases = [
        WrongValue(more.form, more.explanation, more.section, more.value - less.value)
        for more, less in zip(
            PARAMETER_COUNT.wrong_values(deep), PARAMETER_COUNT.wrong_values(shallow)
        )
        if more.form in ("biases forgotten", "one bias per layer", "neurons counted")
    ]
    wrong = [
        *biases,
        WrongValue(
            "as many as in the first layer",
            "these are the parameters of the first layer, whose inputs are the 784 pixels. The new "
            "layer has only 30 inputs.",
            COUNTING,
            PARAMETER_COUNT([784, 30]),
        ),
        WrongValue(
            "output layer counted again",
            "the 10 outputs have 30 inputs each, before and after. Those parameters are not new.",
            COUNTING,
            right + PARAMETER_COUNT([30, 10]),
        ),
    ]
    return ask(
        "A second hidden layer of 30 neurons makes 784-30-30-10 out of 784-30-10. How many "
        "parameters does that add?",
        right,
        "It has 30 inputs and 30 neurons: $(30 + 1) \\cdot 30$.",
        wrong,
        digits=6,
    )


def depth_order() -> Question:
    """Before the table of depths."""
    depths = measured("depth")
    sigmoids = depths[depths["kind"] == "sigmoid, squared error"]
    by_depth = sigmoids.groupby("hidden_layers")["test_accuracy"].mean()
    means = {layers: float(by_depth[layers]) for layers in (0, 1, 3, 5)}
    listed = ", ".join(f"{mean:.3f}" for mean in means.values())

    def ends(most: int, least: int) -> str:
        return f"{most} has the highest, {least} the lowest"

    wrong = [
        WrongValue(
            "deeper is better",
            f"a network with more layers can compute more, but it has to learn it. The mean of "
            f"five layers is {means[5]:.3f}, the accuracy of guessing.",
            DEEPER,
            ends(5, 0),
        ),
        WrongValue(
            "the best in the middle",
            f"three layers were already worse than one: {means[3]:.3f} against {means[1]:.3f}.",
            DEEPER,
            ends(3, 0),
        ),
        WrongValue(
            "no hidden layer is the worst",
            f"without a hidden layer the mean is {means[0]:.3f}. Five layers of sigmoids score far "
            f"below that.",
            DEEPER,
            ends(1, 0),
        ),
        WrongValue(
            "hidden layers do not help",
            f"one hidden layer was better than none with all ten seeds: {means[1]:.3f} against "
            f"{means[0]:.3f}.",
            DEEPER,
            ends(0, 5),
        ),
    ]
    return ask(
        "Sigmoids with 0, 1, 3 and 5 hidden layers, six epochs each: which number has the highest "
        "mean test accuracy, and which the lowest?",
        ends(max(means, key=means.__getitem__), min(means, key=means.__getitem__)),
        f"With 0, 1, 3 and 5 hidden layers the means are {listed}.",
        wrong,
    )


def fastest_batch() -> Question:
    """Before the batch sizes are compared."""
    batches = measured("batch_sizes").set_index("batch_size")
    columns = ("time_over_32", "steps", "epochs")
    time, steps, epochs = ({size: batches[c][size] for size in SIZES_OF_BATCHES} for c in columns)
    fastest, fewest_steps, fewest_epochs = (
        min(c, key=c.__getitem__) for c in (time, steps, epochs)
    )

    def name(size: int) -> str:
        return f"{size} per batch"

    wrong = [
        WrongValue(
            "fewest passes over the samples",
            f"this size needs the fewest epochs, {epochs[fewest_epochs]:g}. But each sample then "
            f"costs NumPy's calls and an update of all parameters: {time[fewest_epochs]:g} times "
            f"the time of batches of 32.",
            BATCHES,
            name(fewest_epochs),
        ),
        WrongValue(
            "fewest steps",
            f"this size needs the fewest steps, {steps[fewest_steps]:g}. But each of them takes "
            f"{fewest_steps} samples: {time[fewest_steps]:g} times the time of batches of 32.",
            BATCHES,
            name(fewest_steps),
        ),
        WrongValue(
            "the usual size",
            f"it is often a good choice. Batches of {fastest} took {time[fastest]:g} of its time.",
            BATCHES,
            name(32),
        ),
        WrongValue(
            "larger batches are faster",
            f"per sample they are, but they need {epochs[500]:g} epochs: {time[500]:g} times the "
            f"time of batches of 32.",
            BATCHES,
            name(500),
        ),
    ]
    return ask(
        "With batches of 1, 8, 32, 500 or all 4,000 samples: which size reaches the loss 0.1 in "
        "the least time?",
        name(fastest),
        f"It needs {epochs[fastest]:g} epochs and {time[fastest]:g} times the time of batches "
        f"of 32.",
        wrong,
    )


def early_stopping() -> Question:
    """Before the two cases are trained."""
    stopping = measured("stopping")
    digits = stopping[stopping["data"] == "500 digits"]
    by_rule = digits.pivot_table(index="wrong_share", columns="rule", values="test_accuracy")
    changes = by_rule["early stopping"] - by_rule["to the end"]
    gains = {share: float(changes[share]) for share in (0.0, 0.2)}
    found = f"{gains[0]:+.3f} with true labels and {gains[0.2]:+.3f} with wrong ones".replace(
        "-", "−"
    )
    in_chapter_16 = (
        f"In a trial of chapter 16 with 20 seeds, stopping early changed the accuracy by {found}."
    )
    options = {
        (False, True): "with wrong labels only",
        (True, True): "in both cases",
        (True, False): "with true labels only",
        (False, False): "in neither case",
    }
    wrong = [
        WrongValue(
            "a gap between the losses is not harm",
            "with true labels the training loss ends far below the validation loss too, and yet "
            f"training on costs next to nothing. {in_chapter_16}",
            EARLY,
            options[True, True],
        ),
        WrongValue(
            "cases exchanged",
            f"a network that memorizes right labels does not learn anything false. {in_chapter_16}",
            EARLY,
            options[True, False],
        ),
        WrongValue(
            "memorizing does no harm",
            f"what it memorizes here is false. {in_chapter_16}",
            EARLY,
            options[False, False],
        ),
    ]
    return ask(
        "When will the parameters of the best epoch, by the validation loss, have a test accuracy "
        "that is at least one percentage point higher than those of epoch 60?",
        options[bool(gains[0] >= 0.01), bool(gains[0.2] >= 0.01)],
        "What the network memorizes late is false only where labels are wrong. " + in_chapter_16,
        wrong,
    )


# The exercises

SIZES = [784, 100, 50, 10]
LOSSES = [0.30, 0.25, 0.24, 0.26, 0.23, 0.25, 0.24, 0.24, 0.22]


def exercise_1a() -> Question:
    """The parameters of a 784-100-50-10 network."""
    wrong = PARAMETER_COUNT.wrong_values(SIZES)
    return ask("How many parameters?", PARAMETER_COUNT(SIZES), "", wrong, digits=6)


def exercise_1b() -> Question:
    """Its biases."""
    wrong = [
        WrongValue(
            "one bias per layer",
            "a bias was counted once per layer. Each neuron has its own.",
            COUNTING,
            len(SIZES) - 1,
        ),
        WrongValue(
            "biases for the inputs",
            "the inputs got biases. Only neurons have one: an input is a given number.",
            COUNTING,
            sum(SIZES),
        ),
        WrongValue(
            "no biases at the outputs",
            "the output neurons were left out. They have biases too.",
            COUNTING,
            sum(SIZES[1:-1]),
        ),
    ]
    return ask("How many biases?", sum(SIZES[1:]), "", wrong)


def exercise_2a() -> Question:
    """After which epochs the training stops."""
    wrong = STOPS_AFTER.wrong_values(LOSSES, 1, 2, 3, 4)
    return ask("After which epochs?", STOPS_AFTER(LOSSES, 1, 2, 3, 4), "", wrong)


def exercise_2b() -> Question:
    """The epochs whose parameters you get."""
    wrong = RESTORED_EPOCHS.wrong_values(LOSSES, 1, 2, 3, 4)
    return ask("Which parameters?", RESTORED_EPOCHS(LOSSES, 1, 2, 3, 4), "", wrong)


def exercise_3() -> Question:
    """A function of the gradients over 30 and over 70 samples."""
    calls = [(np.array([1.0, -2.0]), np.array([3.0, 0.5]))]
    wrong = [
        WrongValue(
            mistake.form,
            mistake.explanation,
            mistake.section,
            [mistake.compute(*call, 30, 70).tolist() for call in calls],
        )
        for mistake in COMBINED_GRADIENT.mistakes
    ]
    right = [COMBINED_GRADIENT(*call, 30, 70).tolist() for call in calls]
    return ask("How do you combine them?", right, "", wrong, calls=calls)


def exercise_4() -> Question:
    """The ratio of two distances from the full gradient."""
    numbers = 10, 1000, 300, 30
    wrong = DISTANCE_RATIO.wrong_values(*numbers)
    return ask("Which factor do you expect?", DISTANCE_RATIO(*numbers), "", wrong)


def exercise_5() -> Question:
    """What a small training loss tells you."""
    wrong = [
        WrongValue(
            "training loss taken for a test",
            "the network repeats nearly all random labels, and on other images it guesses.",
            EARLY,
            "other images will be right",
        ),
        WrongValue(
            "labels taken for true",
            "these labels are random, and the loss becomes small all the same.",
            EARLY,
            "the labels are right",
        ),
    ]
    return ask("What does it tell you?", "these labels are repeated", "", wrong)
