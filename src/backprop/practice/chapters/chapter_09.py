"""Chapter 9: losses, activations, initial weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import log

import numpy as np

from backprop.activations import ACTIVATIONS
from backprop.comparison import comparison_table
from backprop.diagnosis import wrong_gradients
from backprop.losses import Loss, SquaredError
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.initialization import RELU_FACTORS, SIZES, SUM_DEVIATION
from backprop.mistakes.formulas.losses import (
    DELTA_RATIO,
    MATCHING_LOSS,
    MATCHING_SLOPE,
    PAGE,
    SOFTMAX_DELTA,
    SOFTMAX_GRADIENT,
)
from backprop.mistakes.formulas.softmax import CLASS_LOSS
from backprop.mistakes.sections import CHECK, CROSS_ENTROPY
from backprop.network import Network
from backprop.practice.measured import measured
from backprop.practice.question import Question, ask

CHAIN = f"{PAGE}#a-chain-of-single-neurons"
DEPTH = f"{PAGE}#does-depth-help-now"
GOES_WITH = f"{PAGE}#the-loss-that-goes-with-it"


def wrong_deltas(A: Sequence[Fraction], Y: Sequence[int], loss: str | Loss) -> list[WrongValue]:
    """What the known mistakes in a layer give for the deltas of one row of softmax outputs."""
    network = Network([1, len(A)], "softmax", loss=loss, generator=np.random.default_rng(0))
    network.parameters[:] = [*[0.0] * len(A), *[log(a) for a in A]]
    _, found = wrong_gradients(network, np.ones((1, 1)), np.array([Y], dtype=float))
    size = len(A)
    return [WrongValue(w.form, w.explanation, w.section, w.vector[size:].tolist()) for w in found]


def entry(found: list[WrongValue], index: int) -> list[WrongValue]:
    """One entry of each value."""
    return [WrongValue(w.form, w.explanation, w.section, w.value[index]) for w in found]


# In the text


def first_deltas() -> Question:
    """Before the curves of the two starts."""
    numbers = Fraction("0.82"), Fraction("0.98")
    return ask(
        "The first outputs are 0.82 (the mild start) and 0.98 (the bad one). With the squared "
        "error, how many times as large is the first $\\delta$ of the mild start as that of the "
        "bad one?",
        float(DELTA_RATIO(*numbers)),
        "The deltas are $0.82 \\cdot 0.82 \\cdot 0.18 = 0.121$ and "
        "$0.98 \\cdot 0.98 \\cdot 0.02 = 0.0192$. The start that is more wrong makes the smaller "
        "steps.",
        [
            WrongValue(w.form, w.explanation, w.section, float(w.value))
            for w in DELTA_RATIO.wrong_values(*numbers)
        ],
        digits=3,
    )


def softmax_sign() -> Question:
    """Before the meaning of the formula."""
    A, Y = [Fraction(text) for text in ("0.7", "0.2", "0.1")], (0, 0, 1)
    g = [a - y for a, y in zip(A, Y)]
    layer = wrong_deltas(A, Y, SquaredError(divide_by="nothing"))
    by_element = [w for w in layer if w.form == "softmax taken element by element"]
    fused = WrongValue(
        "delta of the cross-entropy",
        "this is A − Y. It is the delta with the cross-entropy, where softmax cancels. With the "
        "squared error the upstream gradient still has to pass softmax.",
        GOES_WITH,
        g,
    )
    wrong = [*by_element, *SOFTMAX_DELTA.wrong_values(A, g), fused]
    return ask(
        "The outputs are $A = (0.7, 0.2, 0.1)$, and the third class is the right one. With the "
        "squared error $g = A - Y = (0.7, 0.2, -0.9)$. What is $\\delta_2$, of the second logit?",
        SOFTMAX_DELTA(A, g)[1],
        "The weighted mean is $0.49 + 0.04 - 0.09 = 0.44$, so "
        "$\\delta_2 = 0.2 \\cdot (0.2 - 0.44)$. It is negative: a step raises this logit, although "
        "its class is wrong.",
        entry(wrong, 1),
    )


def chain_factors(w: float) -> np.ndarray:
    """The derivatives f′ in a chain of six sigmoids with the weight w, from the input 0.5."""
    sigmoid, a, found = ACTIVATIONS["sigmoid"], np.array(0.5), []
    for _ in range(6):
        a = sigmoid.function(w * a)
        found.append(sigmoid.derivative(a))
    return np.array(found)


def chain_order() -> Question:
    """Before the products of the chain of single neurons."""

    def order(size: Callable[[float], float]) -> str:
        return ", ".join(f"{w:g}" for w in sorted((1.0, 2.0, 4.0), key=size, reverse=True))

    products = {w: (w * chain_factors(w)).prod() for w in (1.0, 2.0, 4.0)}
    wrong = [
        WrongValue(
            "weights alone",
            "this is the order of the weights. A large weight also makes the weighted sums large, "
            "and then the neurons saturate and the derivatives are small.",
            CHAIN,
            order(lambda w: w**6),
        ),
        WrongValue(
            "derivatives alone",
            "this is the order of the derivatives. Each factor also contains the weight.",
            CHAIN,
            order(lambda w: float(chain_factors(w).prod())),
        ),
    ]
    reason = (
        f"Up to $w = 2$ the weights gain more than the derivatives lose. With $w = 4$ the neurons "
        f"saturate: the last derivative is only {chain_factors(4.0)[-1]:.2g}."
    )
    return ask(
        "Six sigmoids in a row start with the input 0.5. Their factors are $w f'(z)$, and $w$ is "
        "1, 2 or 4. In which order are the products of the six factors, the largest first?",
        order(products.__getitem__),
        reason,
        wrong,
    )


def sum_deviation() -> Question:
    """Before the standard deviation of a weighted sum."""
    return ask(
        "A neuron has 100 inputs with the mean square 1 and independent weights with the standard "
        "deviation 0.5. What is the standard deviation of its weighted sum?",
        SUM_DEVIATION(100, 0.5),
        "Each product has the variance $0.5^2 = 0.25$, and 100 of them have 25. The root is 5.",
        SUM_DEVIATION.wrong_values(100, 0.5),
    )


def relu_depth() -> Question:
    """Before networks of several depths are compared."""
    depths = measured("depth")
    relu = depths[depths["kind"] == "ReLU, He"]
    table = relu.pivot(index="seed", columns="hidden_layers", values="test_accuracy")
    scores = {str(layers): table[layers] for layers in (1, 2, 3, 5)}
    compared = comparison_table(scores, "1", ["2", "3", "5"])
    p, wins = compared["p"].to_dict(), compared["wins"].to_dict()
    names = {"2": "two", "3": "three", "5": "five"}
    level = [name for layers, name in names.items() if p[layers] > 0.05]
    lower = [name for layers, name in names.items() if p[layers] <= 0.05]
    means = ", ".join(f"{mean:.3f}" for mean in table[[1, 2, 3, 5]].mean())
    wrong = [
        WrongValue(
            "deeper is better",
            f"gradients arrive now, but that does not make depth useful. The means of 1, 2, 3 and "
            f"5 layers are {means}.",
            DEPTH,
            "two, three and five are higher than one",
        ),
        WrongValue(
            "depth makes no difference",
            f"one layer won against five with {wins['5']} of 10 seeds. That is hard "
            f"to explain by chance.",
            DEPTH,
            "all four are level",
        ),
        WrongValue(
            "nothing has changed",
            f"that was so with sigmoids. Here the mean of five layers is {table[5].mean():.3f}.",
            DEPTH,
            "with five the networks still guess",
        ),
    ]
    return ask(
        "With ReLUs and He weights, how do the test accuracies with two, three and five hidden "
        "layers compare with those with one, over ten seeds?",
        f"{' and '.join(level)} is level with one, {' and '.join(lower)} are lower",
        f"The means of 1, 2, 3 and 5 layers are {means}.",
        wrong,
    )


def guessing() -> Question:
    """Before the first check."""
    outputs = [1 / 4] * 4, 0
    probability = WrongValue(
        "probability in place of the loss",
        "this is the probability of the right class. The loss is minus its logarithm.",
        CROSS_ENTROPY,
        1 / 4,
    )
    return ask(
        "What is the cross-entropy of such a network for $k = 4$ classes?",
        CLASS_LOSS(*outputs),
        "The right class has the probability $\\frac14$, and $-\\ln \\frac14 = \\ln 4$.",
        [probability, *CLASS_LOSS.wrong_values(*outputs)[:4]],
    )


# The exercises

PENCIL = [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)], (0, 1, 0)


def exercise_1a() -> Question:
    """The deltas of softmax with the squared error."""
    A, Y = PENCIL
    g = [a - y for a, y in zip(A, Y)]
    layer = wrong_deltas(A, Y, SquaredError(divide_by="nothing"))
    return ask(
        "What is $\\delta$?", SOFTMAX_DELTA(A, g), "", [*SOFTMAX_DELTA.wrong_values(A, g), *layer]
    )


def exercise_1b() -> Question:
    """The deltas of softmax with the cross-entropy."""
    A, Y = PENCIL
    squared = SOFTMAX_DELTA(A, [a - y for a, y in zip(A, Y)])
    wrong = [
        WrongValue(
            "delta of the squared error",
            "this is the delta of the squared error. With the cross-entropy $g_i = -Y_i / A_i$.",
            GOES_WITH,
            squared,
        ),
        WrongValue(
            "upstream gradient in place of the delta",
            "this is g = −Y/A, what arrives from the loss. It still has to pass softmax.",
            GOES_WITH,
            [-y / a for a, y in zip(A, Y)],
        ),
        WrongValue(
            "target minus output",
            "the sign is wrong: the difference is A − Y.",
            GOES_WITH,
            [y - a for a, y in zip(A, Y)],
        ),
    ]
    right = [a - y for a, y in zip(A, Y)]
    layer = wrong_deltas(A, Y, "categorical cross-entropy")
    return ask("What is $\\delta$?", right, "", [*wrong, *layer])


def exercise_2() -> Question:
    """Which of three networks have (A − Y)/n as the last delta: 1 for yes, 0 for no."""
    generator = np.random.default_rng(7)
    X, Y = generator.normal(size=(6, 4)), np.eye(3)[generator.integers(3, size=6)]
    found = []
    for last, loss in (
        ("sigmoid", "binary cross-entropy"),
        ("softmax", "categorical cross-entropy"),
        ("softmax", "squared error"),
    ):
        network = Network([4, 5, 3], ["tanh", last], loss=loss, generator=generator)
        forward = network.forward(X)
        network.backward(forward, Y)
        difference = ((forward.outputs - Y) / 6).sum(axis=0)
        found.append(int(np.allclose(network.gradient[-3:], difference)))
    wrong = [
        WrongValue(
            "the loss left out of account",
            "it depends on the loss whether the derivative of softmax cancels. With the squared "
            "error it does not.",
            SOFTMAX_GRADIENT,
            [1, 1, 1],
        ),
        WrongValue(
            "the sigmoid left out",
            "the binary cross-entropy was made so that the sigmoid's derivative cancels.",
            CROSS_ENTROPY,
            [0, 1, 0],
        ),
        WrongValue(
            "softmax left out",
            "softmax and the categorical cross-entropy cancel too, although softmax is not "
            "elementwise.",
            GOES_WITH,
            [1, 0, 0],
        ),
        WrongValue(
            "1/n forgotten",
            "the deltas are divided by the number of samples, and so is the difference with which "
            "you compare them: (A − Y)/n.",
            GOES_WITH,
            [0, 0, 0],
        ),
    ]
    return ask("In which networks?", found, "", wrong)


def exercise_3() -> Question:
    """What finds a derivative that is always 1."""
    wrong = [
        WrongValue(
            "a network that learns is not a right one",
            "with this mistake the network learns nearly as well as without it. The accuracies "
            "overlap from seed to seed.",
            CHECK,
            "test accuracy",
        ),
        WrongValue(
            "a falling loss is not a proof",
            "the loss falls with this mistake too: the steps still lead roughly downhill.",
            CHECK,
            "loss curve",
        ),
        WrongValue(
            "forward pass checked",
            "the outputs are right. The mistake is in the backward pass alone.",
            CHECK,
            "outputs",
        ),
    ]
    return ask("What finds the mistake?", "gradient check", "", wrong)


def exercise_4() -> Question:
    """The factor per layer of ReLUs with 1/√n and with He weights."""
    noise = np.random.default_rng(1).normal(size=(200, 100))
    drawn = []
    for name in ("1/sqrt(n)", "he"):
        generator = np.random.default_rng(2)
        network = Network([100] * 21, "relu", bias=False, initialization=name, generator=generator)
        sizes = [np.sqrt(np.mean(outputs**2)) for outputs in network.forward(noise).A]
        drawn.append(float((sizes[20] / sizes[1]) ** (1 / 19)))
    measured_factors = WrongValue(
        "measured in place of expected",
        "these are the factors of one draw. The question is which factors you expect.",
        SIZES,
        drawn,
    )
    wrong = [*RELU_FACTORS.wrong_values(1, 2), measured_factors]
    return ask("Which factors do you expect?", RELU_FACTORS(1, 2), "", wrong, digits=3)


def exercise_5a() -> Question:
    """The missing line: ∂E/∂a of the loss that fits tanh."""
    numbers = Fraction("0.6"), 1
    wrong = MATCHING_SLOPE.wrong_values(*numbers)
    return ask("What is $\\partial E/\\partial a$?", MATCHING_SLOPE(*numbers), "", wrong)


def exercise_5b() -> Question:
    """The same derivation from a blank page: the loss for the target −1."""
    return ask("What is $E$?", MATCHING_LOSS(0.6), "", MATCHING_LOSS.wrong_values(0.6))
