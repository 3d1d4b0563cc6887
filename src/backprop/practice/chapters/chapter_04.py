"""Chapter 4: six steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import numpy as np

from backprop import loops
from backprop.byhand import trace_step
from backprop.diagnosis import wrong_gradients
from backprop.losses import SquaredError
from backprop.mistakes import WrongValue
from backprop.mistakes.dense import MissingBias
from backprop.mistakes.formulas.by_hand import ERROR
from backprop.mistakes.formulas.loops import (
    BACKWARD,
    HIDDEN_DELTAS,
    PRODUCTS_BY_WEIGHTS,
    SIX_STEPS,
)
from backprop.mistakes.formulas.measuring import PARAMETER_COUNT
from backprop.mistakes.formulas.update import NEW_WEIGHT
from backprop.network import Network
from backprop.practice.measured import measured
from backprop.practice.question import Question, ask

INITIALIZE = f"{SIX_STEPS}#step-1-initialize"
UPDATE = f"{SIX_STEPS}#step-4-update"
TRAIN = f"{SIX_STEPS}#step-5-train"
LEARNS = f"{SIX_STEPS}#it-learns"
ALWAYS = f"{SIX_STEPS}#does-it-always-work"
CHECK = f"{SIX_STEPS}#the-check-once-more"

XOR = (([0.0, 0.0], 0), ([0.0, 1.0], 1), ([1.0, 0.0], 1), ([1.0, 1.0], 0))


# In the text


def numbers_drawn() -> Question:
    """Before a network is initialized."""
    sizes = [2, 3, 2]
    wrong = [replace(m, section=INITIALIZE) for m in PARAMETER_COUNT.wrong_values(sizes)]
    return ask(
        "How many random numbers does `initialize_network([2, 3, 2], Random(1))` draw?",
        PARAMETER_COUNT(sizes),
        "Three neurons with 2 weights and a bias, and two neurons with 3 weights and a bias.",
        wrong,
    )


LINES = {
    "transposed weights": 'next_neuron["delta"] * neuron["weights"][index]',
    "passed without the weights": 'next_neuron["delta"]',
    "the output in place of the weight": 'next_neuron["delta"] * neuron["output"]',
    "the bias in place of the weight": 'next_neuron["delta"] * next_neuron["weights"][-1]',
    "the deltas left out": 'next_neuron["weights"][index]',
}


def line_of_the_inner_loop() -> Question:
    """Before the function of the backward pass."""
    return ask(
        "The sum becomes a loop over the neurons of the next layer. What does it add for each "
        "`next_neuron`, if `neuron` has the number `index` in its own layer?",
        'next_neuron["delta"] * next_neuron["weights"][index]',
        "The output of neuron number `index` is input number `index` of the next neuron.",
        [
            WrongValue(m.form, m.explanation, m.section, LINES[m.form])
            for m in HIDDEN_DELTAS.mistakes
            if m.form in LINES
        ],
    )


def new_bias() -> Question:
    """Before the update."""
    trace = trace_step(activation="sigmoid")
    delta, h1, rate = float(trace["∂E/∂z3"]), float(trace["h1"]), 0.05
    wrong = [replace(m, section=UPDATE) for m in NEW_WEIGHT.wrong_values(0.0, delta, rate)]
    times_input = WrongValue(
        "an input for the bias",
        "the delta was multiplied by the output of $h_1$. That is right for the weight of $h_1$, "
        "but nothing multiplies the bias.",
        UPDATE,
        -rate * delta * h1,
    )
    kept = WrongValue(MissingBias.form, MissingBias.explanation, UPDATE, 0.0)
    return ask(
        f"The bias of the output neuron is 0, its delta is {delta:.6f}, and the learning rate is "
        f"{rate}. What is the new bias?".replace("-", "−"),
        NEW_WEIGHT(0.0, delta, rate),
        "The derivative with respect to a bias is the delta: $0 - 0.05 \\cdot (-0.112092)$.",
        [*wrong, times_input, kept],
    )


def loss_of_one_half() -> Question:
    """Before the losses of a training run."""
    half, outputs = Fraction(1, 2), 2

    def loss(error: Any = ERROR.compute, outputs: int = outputs) -> Fraction:
        """The loss if all outputs are ½: the same for each example."""
        expected = loops.one_hot(0, 2)[:outputs]
        return Fraction(sum(error(half, Fraction(target)) for target in expected))

    (squares,) = (m for m in ERROR.mistakes if m.form == "factor ½ left out")
    return ask(
        "Suppose that all outputs were ½, for all four examples. What would the loss $L$ be?",
        loss(),
        "Each output misses its target by ½, so each $E$ is "
        "$\\tfrac12 (\\tfrac14 + \\tfrac14)$, and so is their mean.",
        [
            WrongValue(squares.form, squares.explanation, TRAIN, loss(squares.compute)),
            WrongValue(
                "one output only",
                "this is the part of one output. The network has two, and $E$ adds both.",
                BACKWARD,
                loss(outputs=1),
            ),
            WrongValue(
                "sum over the examples",
                "the errors of the examples were added up. The loss is their mean.",
                TRAIN,
                len(XOR) * loss(),
            ),
            WrongValue(
                "differences that cancel",
                "one output is too high by ½ and the other too low, but the differences are "
                "squared before they are added.",
                BACKWARD,
                Fraction(0),
            ),
        ],
    )


def rescued_by_waiting() -> Question:
    """Before the table of many starts."""
    starts = measured("xor_starts")
    pairs = starts[starts["network"] == "2-2-2"].pivot(
        index="seed", columns="epochs", values="right"
    )
    early, late = pairs[2000] == 4, pairs[20_000] == 4
    failed, rescued = int((~early).sum()), int((late & ~early).sum())
    solved = int(early.sum())

    def of(number: float) -> str:
        return f"{round(number)} of {failed}"

    return ask(
        f"From {solved} of 100 seeds a 2-2-2 network gets all four right after 2,000 epochs. The "
        f"other {failed} networks are trained on to 20,000 epochs. How many are right then?",
        of(rescued),
        "Most of them are stuck with three right and one wrong.",
        [
            WrongValue(
                "waiting and a new start confused",
                f"a new seed would rescue about as many, since {solved} of 100 seeds work. These "
                "networks keep the weights with which they failed.",
                ALWAYS,
                of(failed * solved / 100),
            ),
            WrongValue(
                "a plateau taken for slowness",
                "that would be so if all of them were only slow. But most of them end with a loss "
                "far from 0.",
                ALWAYS,
                of(failed),
            ),
            WrongValue(
                "a plateau taken for the end",
                "the network of Figure 4.1 left two plateaus. A few of these networks leave theirs "
                "too, but later.",
                LEARNS,
                of(0),
            ),
        ],
    )


# The exercises


def exercise_1() -> Question:
    """Multiplications by a weight, forward and backward."""
    sizes = [7, 5, 3]
    wrong = PRODUCTS_BY_WEIGHTS.wrong_values(sizes)
    return ask("How many?", PRODUCTS_BY_WEIGHTS(sizes), "", wrong)


@cache
def right_after_training(
    hidden: int, seeds: range, *, low: int = 0, biases: bool = True, friend: bool = False
) -> np.ndarray:
    """Whether a network gets all four of XOR right after 2,000 epochs, for each seed.

    All networks are trained at once. `low` is 0 or −1, where the weights begin; that of the biases
    is 0 if `biases` is false. With `friend`, the last deltas lack the derivative.
    """
    networks = [loops.initialize_network([2, hidden, 2], Random(seed)) for seed in seeds]
    W1, W2 = (np.array([[n["weights"] for n in net[k]] for net in networks]) for k in (0, 1))
    if low < 0:
        for W in (W1, W2):
            part = W if biases else W[:, :, :-1]
            part[...] = 2 * part - 1

    def forward(inputs: Sequence[float]) -> tuple[np.ndarray, ...]:
        """The inputs and the hidden outputs, each with a 1 for the bias, and the outputs."""
        x = np.array([*inputs, 1.0])
        A1 = 0.5 + 0.5 * np.tanh(0.5 * (W1 @ x))
        A1 = np.concatenate([A1, np.ones((len(A1), 1))], axis=1)
        return x, A1, 0.5 + 0.5 * np.tanh(0.5 * np.einsum("nij,nj->ni", W2, A1))

    for inputs, label in XOR * 2000:
        x, A1, A2 = forward(inputs)
        delta2 = A2 - loops.one_hot(label, 2)
        if not friend:
            delta2 *= A2 * (1 - A2)
        delta1 = np.einsum("ni,nij->nj", delta2, W2) * A1 * (1 - A1)
        W2 -= delta2[:, :, None] * A1[:, None, :]
        W1 -= delta1[:, :-1, None] * x
    right = [forward(inputs)[2].argmax(axis=1) == label for inputs, label in XOR]
    all_four: np.ndarray = np.all(right, axis=0)
    return all_four


def outcomes(first: np.ndarray, second: np.ndarray) -> list[int]:
    """How many of each kind succeed, and where only one of them does."""
    only = [(first & ~second).sum(), (second & ~first).sum()]
    return [int(number) for number in (first.sum(), second.sum(), *only)]


def exercise_2() -> Question:
    """From how many seeds weights of one sign and of both signs learn XOR."""
    seeds, others = range(20), range(1, 21)
    positive = right_after_training(2, seeds)
    both = right_after_training(2, seeds, low=-1)
    right = outcomes(positive, both)
    more, less = right[1] - right[0], 0
    return ask(
        "How many?",
        right,
        "",
        [
            WrongValue(
                "kinds exchanged",
                "the numbers are right, but the first is that of the weights from 0 to 1.",
                INITIALIZE,
                outcomes(both, positive),
            ),
            WrongValue(
                "only the difference",
                "the last two numbers come from comparing seed by seed, not from the difference "
                "of the first two.",
                ALWAYS,
                [*right[:2], less, more],
            ),
            WrongValue(
                "the last two exchanged",
                "the third number counts the seeds from which only the weights from 0 to 1 work.",
                ALWAYS,
                [*right[:2], *right[:1:-1]],
            ),
            WrongValue(
                "biases left from 0 to 1",
                "the last number in each list, the bias, was not changed. Replace every number.",
                f"{SIX_STEPS}#how-the-network-is-stored",
                outcomes(positive, right_after_training(2, seeds, low=-1, biases=False)),
            ),
            WrongValue(
                "seeds 1 to 20",
                "these are the results of the seeds 1 to 20. The first seed is 0.",
                ALWAYS,
                outcomes(right_after_training(2, others), right_after_training(2, others, low=-1)),
            ),
        ],
    )


def exercise_3a() -> Question:
    """From how many seeds the friend's program learns XOR."""
    learned = int(right_after_training(3, range(10), friend=True).sum())
    without_bug = int(right_after_training(3, range(10)).sum())
    return ask(
        "How many of the ten?",
        learned,
        "",
        [
            WrongValue(
                "the right deltas",
                "this is the result of the right program. Leave out `transfer_derivative` in the "
                "first loop.",
                BACKWARD,
                without_bug,
            ),
            WrongValue(
                "a wrong gradient expected to fail",
                "without the derivative, the deltas of the output neurons still have the right "
                "signs. Try what that is enough for.",
                CHECK,
                0,
            ),
            WrongValue(
                "two hidden neurons",
                "this is the result of 2-2-2 networks.",
                LEARNS,
                int(right_after_training(2, range(10), friend=True).sum()),
            ),
        ],
    )


def exercise_3b() -> Question:
    """The derivative with respect to the last bias, measured and the friend's."""
    inputs, label = XOR[1]

    def both(label: int, index: int = -1) -> list[float]:
        network = loops.initialize_network([2, 3, 2], Random(1))
        loops.forward_propagate(network, inputs)
        loops.backward_propagate_error(network, loops.one_hot(label, 2))
        neuron = network[-1][index]
        return [neuron["delta"], neuron["delta"] / loops.transfer_derivative(neuron["output"])]

    right = both(label)
    return ask(
        "Measured, and the friend's?",
        right,
        "",
        [
            WrongValue(
                "the two exchanged",
                "the first number is the measured one.",
                CHECK,
                right[::-1],
            ),
            WrongValue(
                "the other label",
                "these are the derivatives for label 0. The inputs (0, 1) have label 1.",
                TRAIN,
                both(0),
            ),
            WrongValue(
                "the first neuron of the layer",
                "this is the bias of the first output neuron. The last bias belongs to the second.",
                f"{SIX_STEPS}#how-the-network-is-stored",
                both(label, 0),
            ),
            WrongValue(
                "sign",
                "the sign is wrong: the derivative is built from output − expected.",
                BACKWARD,
                [-number for number in right],
            ),
            WrongValue(
                "the measured derivative twice",
                "both numbers are those of the right program. The friend's delta lacks the "
                "derivative of the sigmoid.",
                BACKWARD,
                [right[0], right[0]],
            ),
        ],
        digits=3,
    )


class Rotating(Random):
    """A generator that turns the order by one place each time, whatever the order was before."""

    turns = 0

    def shuffle(self, x: Any) -> None:
        """Sort, and rotate by one place more than the last time."""
        self.turns += 1
        x.sort()
        x[:] = [*x[self.turns % len(x) :], *x[: self.turns % len(x)]]

    def sample(self, population: Any, k: int, *, counts: Any = None) -> list[Any]:
        """A copy in the next order."""
        copy = list(population)
        self.shuffle(copy)
        return copy[:k]


def exercise_4() -> Question:
    """A function that shuffles the examples in each epoch."""
    epochs, examples = 5, list(XOR)

    def start() -> loops.Network:
        return loops.initialize_network([2, 3, 2], Random(1))

    def losses(shuffled: range, network: loops.Network) -> list[float]:
        """The losses if these epochs begin with another order."""
        generator, order, found = Rotating(), list(examples), []
        for epoch in range(epochs):
            if epoch in shuffled:
                generator.shuffle(order)
            found += loops.train_network(network, order, 1.0, 1)
        return found

    once = losses(range(1), start())
    right = losses(range(epochs), start())
    return ask(
        "Which losses does it return?",
        [right],
        "",
        [
            WrongValue(
                "not shuffled",
                "the examples come in the same order in every epoch. Call the method `shuffle` of "
                "the generator.",
                TRAIN,
                [losses(range(0), start())],
            ),
            WrongValue(
                "shuffled once",
                "the order is drawn only once. Each epoch needs a new one, so the shuffling "
                "belongs in the loop.",
                TRAIN,
                [once],
            ),
            WrongValue(
                "first epoch in the old order",
                "the first epoch uses the order of the list. Shuffle before training, not after.",
                TRAIN,
                [losses_after_a_plain_epoch(start(), examples, epochs)],
            ),
            WrongValue(
                "last loss only",
                "this is the loss of the last epoch. Return the losses of all of them.",
                TRAIN,
                [right[-1]],
            ),
        ],
        calls=[(start(), examples, 1.0, epochs, Rotating())],
    )


def losses_after_a_plain_epoch(
    network: loops.Network, examples: Sequence[loops.Example], epochs: int
) -> list[float]:
    """The losses if each epoch shuffles at its end."""
    generator, order, found = Rotating(), list(examples), []
    for _ in range(epochs):
        found += loops.train_network(network, order, 1.0, 1)
        generator.shuffle(order)
    return found


def exercise_5a() -> Question:
    """The missing line: deltas of a hidden layer."""
    calls = []
    for seed in (1, 2):
        generator = Random(seed)
        network = loops.initialize_network([2, 3, 2], generator)
        loops.forward_propagate(network, [generator.random(), generator.random()])
        loops.backward_propagate_error(network, [0.0, 1.0])
        calls.append((network[0], network[1]))
    wrong = [
        WrongValue(m.form, m.explanation, m.section, [m.compute(*call) for call in calls])
        for m in HIDDEN_DELTAS.mistakes
    ]
    right = [HIDDEN_DELTAS(*call) for call in calls]
    return ask("What are the deltas?", right, "", wrong, calls=calls)


# Known mistakes that leave all deltas of one example right, or are none of deltas.
NOT_OF_DELTAS = {
    "missing bias gradient",
    "parameters in another order",
    "transposed gradient",
    "wrong layer order",
}


def exercise_5b() -> Question:
    """The whole backward pass for tanh: the deltas of all neurons, from the first layer on."""
    network = Network(
        [2, 3, 2],
        "tanh",
        loss=SquaredError("nothing", half=True),
        generator=np.random.default_rng(0),
    )
    biases = np.concatenate(
        [
            np.full(np.prod(shape), name.endswith("b"))
            for name, shape in network.parts.shapes.items()
        ]
    )
    calls, right, wrong = [], [], []
    for seed in (1, 2):
        generator = np.random.default_rng(seed)
        network.parameters[...] = generator.normal(size=network.parameters.size)
        x, expected = generator.normal(size=2), generator.uniform(-1, 1, size=2)
        gradient, found = wrong_gradients(network, x[None], expected[None])
        calls.append((as_lists(network, x), expected.tolist()))
        right.append(gradient[biases])
        wrong.append([m for m in found if m.form not in NOT_OF_DELTAS])
    mistakes = [
        WrongValue(one.form, one.explanation, one.section, [m.vector[biases] for m in (one, other)])
        for one, other in zip(*wrong, strict=True)
    ]
    last_first = WrongValue(
        "last layer first",
        "the deltas are right, but those of the last layer come first. Begin with the first layer.",
        BACKWARD,
        [[*deltas[3:], *deltas[:3]] for deltas in right],
    )
    return ask("What are the deltas?", right, "", [*mistakes, last_first], calls=calls)


def as_lists(network: Network, x: np.ndarray) -> loops.Network:
    """The network as lists of dictionaries, with the outputs for this input."""
    lists = []
    for number, A in enumerate(network.forward(x[None]).A[1:], 1):
        W, b = (network.parts[f"layer {number}, {name}"] for name in "Wb")
        neurons = zip(W.T.tolist(), b.tolist(), A[0].tolist())
        layer: list[loops.Neuron] = [
            {"weights": [*weights, bias], "output": output} for weights, bias, output in neurons
        ]
        lists.append(layer)
    return lists
