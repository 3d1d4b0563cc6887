"""Chapter 17b: several machines."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np

from backprop.datasets import load_digits
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.speed import (
    GRADIENT_OF_THE_WHOLE,
    MACHINES,
    MORE_MACHINES,
    PARTS,
    TIMES_AS_FAST,
)
from backprop.network import Network
from backprop.practice.chapters.chapter_17 import entry, times
from backprop.practice.question import Question, ask

TRAVELS = f"{MACHINES}#what-travels-and-what-is-computed"
PAYS = f"{MACHINES}#does-it-pay"


# In the text


def mean_of_parts() -> Question:
    """Before the weighted mean."""
    numbers = [-0.25, 4.5], [2, 1]
    return ask(
        "The first machine has two samples and computes the mean of their derivatives, $-0.25$. "
        "The second has one sample, and gets $4.5$. What is the derivative of the loss, the mean "
        "over all three samples?",
        GRADIENT_OF_THE_WHOLE(*numbers),
        "Each part counts by its share of the samples: "
        "$\\tfrac23 \\cdot (-0.25) + \\tfrac13 \\cdot 4.5 = \\tfrac43$.",
        GRADIENT_OF_THE_WHOLE.wrong_values(*numbers),
    )


def per_number_sent() -> Question:
    """Before the size of the network cancels."""
    small, large = [784, 30, 10], [784, 1000, 10]
    grown = parameters(large) / parameters(small)
    wrong = [
        WrongValue(
            "only the work grows",
            "the work was multiplied, but as many more parameters have to be sent.",
            TRAVELS,
            work(small, 128) * grown,
        ),
        WrongValue(
            "only the traffic grows",
            "the traffic was multiplied, but as many more multiplications are made with what is "
            "sent.",
            TRAVELS,
            work(small, 128) / grown,
        ),
        WrongValue(
            "one direction",
            "the parameters were counted, and not the derivatives, which travel back and are as "
            "many.",
            TRAVELS,
            work(large, 128) * 2,
        ),
    ]
    return ask(
        f"In the 784-30-10 network a worker with 128 samples does {work(small, 128):.0f} "
        f"multiplications per number that travels. How many is it in the 784-1000-10 network, "
        f"which has {grown:.0f} times as many parameters?",
        work(large, 128),
        "Work and traffic both grow with the parameters, so the size of the network cancels.",
        wrong,
        digits=3,
    )


def parameters(sizes: list[int]) -> int:
    """The weights and biases of a network."""
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes))


def work(sizes: list[int], samples: int) -> float:
    """Multiplications per number that travels, in both directions."""
    layers = [inputs * outputs for inputs, outputs in pairwise(sizes)]
    return samples * (2 * sum(layers) + sum(layers[1:])) / (2 * parameters(sizes))


def two_workers() -> Question:
    """Before the measurement."""
    large = {"name": "scaling", "network": "784-1000-10"}
    two, one, many = (
        entry(column=column, rows=rows, **large)
        for column, rows in (("two_workers", 200), ("one_worker", 200), ("two_workers", 20000))
    )
    wrong = [
        WrongValue(
            "twice the processors, twice the speed",
            "that would be so without messages. With 200 samples a step is short, and all "
            "parameters travel in it, to each worker and back.",
            PAYS,
            times(2),
        ),
        WrongValue(
            "as with a hundred times the samples",
            "this was measured with 20,000 samples per step, which do a hundred times the work "
            "between the same messages.",
            PAYS,
            times(many),
        ),
        WrongValue(
            "compared with one worker",
            "this compares two workers with one. One worker sends messages, too, and one process "
            "sends none.",
            PAYS,
            times(two / one),
        ),
    ]
    return ask(
        "The 784-1000-10 network has 200 samples per step. How many times as fast as one process "
        "are two workers? Below 1 is slower.",
        times(two),
        "They take nearly twice as long: they compute little and send a lot.",
        wrong,
    )


def sixteen_workers() -> Question:
    """Before the table of the formula."""
    return ask(
        "The messages take a tenth of the work, $\\tau = 0.1$. How many times as fast as one "
        "process are $K = 16$ workers?",
        TIMES_AS_FAST(16, 0.1),
        "The step takes $\\tfrac1{16} + 0.1 = 0.1625$ units of time.",
        TIMES_AS_FAST.wrong_values(16, 0.1),
    )


# The exercises


def exercise_1() -> Question:
    """Who adds the penalty."""
    wrong = [
        WrongValue(
            "penalty shared twice",
            "the weighted mean multiplies what a worker sends by its share. If that is a share of "
            "the penalty already, it shrinks a second time.",
            PARTS,
            "its share",
        ),
        WrongValue(
            "penalty of one worker alone",
            "the weighted mean multiplies what a worker sends by its share, so only that share of "
            "the penalty would be left.",
            PARTS,
            "only one worker",
        ),
    ]
    return ask("Who adds the penalty?", "all of it", "", wrong)


def exercise_2() -> Question:
    """How many workers, how fast at most, and how fast with ten times the samples."""
    messages = 3 / 60
    amdahl = next(mistake for mistake in TIMES_AS_FAST.mistakes if "Amdahl" in mistake.form)
    fewer = round((1 - messages) / (1 / 10 - messages))
    wrong = [
        WrongValue(
            amdahl.form,
            amdahl.explanation,
            amdahl.section,
            [fewer, 1 / messages, amdahl.compute(fewer, messages / 10)],
        ),
        WrongValue(
            "messages forgotten",
            "ten workers would be ten times as fast if there were no messages. Set the whole time, "
            "work and messages, to a tenth.",
            MORE_MACHINES,
            [10, 1 / messages, TIMES_AS_FAST(10, messages / 10)],
        ),
        WrongValue(
            "messages grow with the samples",
            "the last number is that of the short step. With ten times the samples the work grows, "
            "and the messages carry as many parameters as before.",
            MORE_MACHINES,
            [20, 1 / messages, TIMES_AS_FAST(20, messages)],
        ),
    ]
    right = [20, 1 / messages, TIMES_AS_FAST(20, messages / 10)]
    return ask("How many workers?", right, "", wrong, digits=3)


@cache
def runs(rate: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The first parameters, and those after two short steps, a long one, and one of length η."""
    data, _ = load_digits()

    def network() -> Network:
        return Network(
            [784, 30, 10],
            ["sigmoid", "softmax"],
            loss="categorical cross-entropy",
            generator=np.random.default_rng(1),
        )

    first, short = network().parameters, network()
    for part in (slice(0, 500), slice(500, 1000)):
        short.parameters -= rate * short.loss_and_gradient(data.X[part], data.Y[part])[1]
    step = rate * network().loss_and_gradient(data.X[:1000], data.Y[:1000])[1]
    return first, short.parameters, first - 2 * step, first - step


def exercise_3() -> Question:
    """How far two short steps and a long one are apart, for three learning rates."""
    rates = (0.4, 0.2, 0.1)

    def apart(measure: str) -> list[float]:
        found = []
        for first, short, long, single in map(runs, rates):
            ends = single if measure == "one step" else long
            length = 1.0 if measure == "absolute" else np.linalg.norm(ends - first)
            found.append(float(np.linalg.norm(short - ends) / length))
        return found

    wrong = [
        WrongValue(
            "not in proportion to the step",
            "these are the distances themselves. Divide each by the length of the long step: how "
            "far it goes from the initial weights.",
            MORE_MACHINES,
            apart("absolute"),
        ),
        WrongValue(
            "long step with the short learning rate",
            "the long step was made with η. Two steps of η each are compared with one of 2η.",
            MORE_MACHINES,
            apart("one step"),
        ),
    ]
    return ask("How far apart?", apart("proportion"), "", wrong, digits=3)


def exercise_4() -> Question:
    """Whether the order of a sum matters."""
    wrong = [
        WrongValue(
            "exact numbers assumed",
            "that would be so with exact numbers. Each addition of floating-point numbers rounds, "
            "and in another order other sums are rounded.",
            PARTS,
            "to the last bit",
        ),
        WrongValue(
            "order taken for a mistake",
            "the order changes how the sums are rounded, and nothing else: only the last digits "
            "differ.",
            PARTS,
            "not at all",
        ),
    ]
    return ask("Are the two sums equal?", "up to rounding", "", wrong)
