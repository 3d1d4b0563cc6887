"""Chapter 3: the chain rule and the sigmoid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from backprop.byhand import sigmoid, trace_step
from backprop.diagnosis import wrong_gradients
from backprop.gradients import relative_error
from backprop.losses import SquaredError
from backprop.mistakes import Examination, Mistake, WrongValue
from backprop.mistakes.dense import (
    DerivativeOfA,
    DerivativeOfZ,
    MissingBias,
    MissingDerivative,
    RepeatedDerivative,
    SigmoidDerivative,
    UnbiasedForward,
    WeightedSumsIn,
)
from backprop.mistakes.formulas.by_hand import OUTER_SLOPE
from backprop.mistakes.formulas.curves import SIGMOID_SLOPE, TANH_SLOPE
from backprop.mistakes.formulas.update import NEW_WEIGHT
from backprop.mistakes.sections import BP1, BP2, BP3, BP4, CHECK, EQUATIONS
from backprop.network import Network
from backprop.practice.question import Question, ask

GRAPH = f"{EQUATIONS}#one-neuron-as-a-graph"
FORK = f"{EQUATIONS}#two-outputs-the-effects-add-up"
LAYERS = f"{EQUATIONS}#from-neurons-to-layers"
MEASURE = f"{EQUATIONS}#how-to-measure-a-derivative-well"


def one_neuron(w: float, x: float, b: float, y: float) -> tuple[list[float], list[WrongValue]]:
    """∂E/∂w and ∂E/∂b of one sigmoid, and what the known mistakes give for the two."""
    network = Network(
        [1, 1],
        loss=SquaredError(divide_by="nothing", half=True),
        generator=np.random.default_rng(0),
    )
    network.parameters[...] = w, b
    right, found = wrong_gradients(network, np.array([[x]]), np.array([[y]]))
    dE_dw, delta = right.tolist()
    by_hand = [
        WrongValue(m.form, m.explanation, m.section, [m.value, delta])
        for m in OUTER_SLOPE.wrong_values(delta, x, w)[1:]
    ]
    known = [WrongValue(m.form, m.explanation, m.section, m.vector.tolist()) for m in found]
    return [dE_dw, delta], [*by_hand, *known]


def part(mistakes: Sequence[WrongValue], index: int, forms: Sequence[str]) -> list[WrongValue]:
    """Of the mistakes with these names one of their numbers, in the order of the names."""
    return [
        WrongValue(m.form, m.explanation, m.section, m.value[index])
        for form in forms
        for m in mistakes
        if m.form == form
    ]


IN_A_DELTA = (
    MissingDerivative.form,
    "sign",
    DerivativeOfZ.form,
    DerivativeOfA.form,
    RepeatedDerivative.form,
    UnbiasedForward.form,
    SigmoidDerivative.form,
    "constant factor",
)


# In the text


def slope_of_the_sigmoid() -> Question:
    """Before the derivative is checked."""
    a = sigmoid(-1)
    return ask(
        f"At $z = -1$ the output of the sigmoid is {a:.5f}. What is its derivative there?",
        SIGMOID_SLOPE(-1),
        f"Output times 1 minus output: ${a:.5f} \\cdot {1 - a:.5f}$.",
        SIGMOID_SLOPE.wrong_values(-1),
    )


def slope_of_one_weight() -> Question:
    """Before the backward pass of one neuron."""
    right, wrong = one_neuron(0.5, 2.0, -0.4, 1.0)
    return ask(
        "Here $x = 2$, $w = 0.5$, $y = 1$ and $a = 0.64566$. Go through the table: what is "
        "$\\partial E/\\partial w$?",
        right[0],
        "One factor per node: $(a - y) \\cdot a(1 - a) \\cdot 1 \\cdot x$.",
        part(wrong, 0, [*(m.form for m in OUTER_SLOPE.mistakes), *IN_A_DELTA[:3]]),
    )


DELTAS, FROM_H1, FROM_H2 = (-0.11209, 0.11881), (0.14, -0.4), (0.15, 0.3)


def fork(deltas: Sequence[float], row: Sequence[float], column: Sequence[float]) -> Any:
    """What comes back to a neuron along all its paths, and what mistakes give."""
    paths = [delta * weight for delta, weight in zip(deltas, row)]
    wrong = [
        WrongValue(
            "one path only",
            "this is what comes back along one path. The neuron acts on the error along both, so "
            "the contributions are added up.",
            FORK,
            paths[0],
        ),
        WrongValue(
            "mean of the paths",
            "the contributions were averaged. The change of a sum is the sum of the changes of "
            "its terms.",
            FORK,
            sum(paths) / len(paths),
        ),
        WrongValue(
            "passed without the weights",
            "what arrives from both sides was added without the weights. Each contribution passes "
            "a connection, and is multiplied by its weight.",
            FORK,
            sum(deltas),
        ),
        WrongValue(
            "sign of one path lost",
            "one contribution has the wrong sign. A negative weight reverses the sign of what "
            "it passes back.",
            FORK,
            paths[0] - paths[1],
        ),
        WrongValue(
            "weights of the other connections",
            "one of these weights leaves the other hidden neuron. Only the connections that leave "
            "this neuron are on its paths.",
            FORK,
            sum(delta * weight for delta, weight in zip(deltas, column)),
        ),
    ]
    return sum(paths), wrong


def fork_at_h1() -> Question:
    """Before the contributions of two outputs."""
    right, wrong = fork(DELTAS, FROM_H1, (FROM_H1[0], FROM_H2[0]))
    return ask(
        "The backward pass has reached the two outputs: $\\partial E/\\partial z_3 = -0.11209$ and "
        "$\\partial E/\\partial z_4 = 0.11881$. The connections from $h_1$ have the weights "
        "$w_5 = 0.14$ and $w_7 = -0.4$. What is $\\partial E/\\partial h_1$?",
        right,
        "Both paths count: $-0.11209 \\cdot 0.14 + 0.11881 \\cdot (-0.4)$.",
        wrong,
    )


SHAPES = {"A_in": (5, 3), "delta": (5, 4), "A_in.T": (3, 5), "delta.T": (4, 5)}
W_SHAPE = (3, 4)


def what_comes_out(one: str, other: str) -> WrongValue:
    """A product of two arrays that is not the gradient of the weights."""
    a, b = SHAPES[one], SHAPES[other]
    if a[1] != b[0]:
        form, section = "shapes do not fit", LAYERS
        why = f"{a} times {b} raises an error: the two inner sizes must be equal."
    else:
        form, section = "transposed gradient", BP4
        why = (
            f"the sum over the samples is right, but the shape is {(a[0], b[1])}. A gradient has "
            f"the shape of its array, here {W_SHAPE}."
        )
    return WrongValue(form, why, section, f"{one} @ {other}")


def product_for_the_weights() -> Question:
    """Before the formula of BP4."""
    pairs = (("delta.T", "A_in"), ("A_in", "delta"), ("delta", "A_in.T"), ("A_in.T", "delta.T"))
    return ask(
        "With 5 samples, 3 inputs and 4 neurons, `A_in` has the shape (5, 3), `delta` (5, 4) and "
        "`W` (3, 4). Which product computes this for all weights?",
        "A_in.T @ delta",
        "The samples are the inner size, so the product sums over them, and (3, 4) is left.",
        [what_comes_out(*pair) for pair in pairs],
    )


def equation_with_a_mistake() -> Question:
    """After the first gradient check that fails."""
    examination = Examination(*network_of_the_chapter())
    ((wrong_array, error),) = off(examination, WeightedSumsIn, 1).items()
    passing = listed([name for name in ("W1", "b1", "W2", "b2") if name != wrong_array])
    places = [
        ("BP1", MissingDerivative, 1, BP1, "all gradients are computed from the last delta"),
        ("BP2", MissingDerivative, 0, BP2, "the hidden delta is a factor of both gradients there"),
        ("BP3", MissingBias, 1, BP3, "BP3 gives the biases' gradients, and no other uses them"),
    ]
    wrong = []
    for equation, kind, layer, section, why in places:
        arrays = listed([*off(examination, kind, layer)])
        wrong.append(WrongValue(f"this would show in {arrays}", f"{why}.", section, equation))
    not_seen = "the check measures the loss as it is programmed, so all arrays would pass."
    wrong.append(WrongValue("this would not show", not_seen, CHECK, "the loss"))
    return ask(
        f"In another program the gradients of {passing} pass the check, and those of {wrong_array} "
        f"have relative errors of up to {error:.1f}. Where is the mistake?",
        "BP4",
        "Both deltas are right, because the gradients of both biases are. What is left is the "
        "product with what goes into the layer.",
        wrong,
    )


def listed(names: Sequence[str]) -> str:
    """W1, b1 and W2."""
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


def network_of_the_chapter() -> tuple[Network, np.ndarray, np.ndarray]:
    """A 3-4-2 network of sigmoids with five samples."""
    generator = np.random.default_rng(1)
    network = Network([3, 4, 2], loss=SquaredError("rows", half=True), generator=generator)
    Y = np.array([[1.0, 0], [0, 1], [0, 1], [1, 0], [1, 0]])
    return network, generator.normal(size=(5, 3)), Y


def off(examination: Examination, kind: type[Mistake], layer: int) -> dict[str, float]:
    """The arrays whose gradients are wrong with this mistake, and their largest relative errors."""
    errors = relative_error(examination.gradient(kind, (layer,)), examination.gradient())
    found = {}
    start = 0
    for name, shape in examination.network.parts.shapes.items():
        end = start + int(np.prod(shape))
        number, letter = name.removeprefix("layer ").split(", ")
        if (largest := float(errors[start:end].max())) > 1e-6:
            found[letter + number] = largest
        start = end
    return found


def smaller_step() -> Question:
    """Before the errors of both kinds of differences."""
    steps = np.array([0.01, 0.001])
    slope = SIGMOID_SLOPE(1.0)
    above, middle, below = (curve(1 + side * steps) for side in (1, 0, -1))
    central = np.abs((above - below) / (2 * steps) - slope)
    one_sided = np.abs((above - middle) / steps - slope)
    times = round(central[0] / central[1])
    per_side = round(one_sided[0] / one_sided[1])
    return ask(
        "A step ten times smaller, 0.001 in place of 0.01: how many times smaller does the error "
        "of the central difference become?",
        times,
        "Near a point the curve is a parabola with small corrections, and the chord of a "
        "parabola has the slope of its middle. What remains is proportional to $\\varepsilon^2$.",
        [
            WrongValue(
                "proportional to the step",
                "that holds for a step to one side. With both sides, the errors of first order "
                "cancel.",
                MEASURE,
                per_side,
            ),
            WrongValue(
                "unchanged",
                "the slope of the chord approaches that of the tangent as the step shrinks, until "
                "rounding matters. Steps of 0.001 are far from that.",
                MEASURE,
                1,
            ),
            WrongValue(
                "proportional to the third power",
                "in the difference of the two values, what the chord misses is proportional to the "
                "third power of the step. It is then divided by the step.",
                MEASURE,
                per_side**3,
            ),
        ],
        digits=2,
    )


def curve(Z: np.ndarray) -> np.ndarray:
    """The sigmoid of an array."""
    return np.array([sigmoid(z) for z in Z])


# The exercises


def exercise_1() -> Question:
    """The derivative of tanh as a function of its output."""
    calls = [(0.5,), (-0.3,), (0.9,)]
    wrong = [
        WrongValue(m.form, m.explanation, m.section, [m.compute(*call) for call in calls])
        for m in TANH_SLOPE.mistakes
    ]
    right = [TANH_SLOPE(*call) for call in calls]
    return ask("What is the derivative of tanh?", right, "", wrong, calls=calls)


def exercise_2() -> Question:
    """The error before and after a step of a published example."""
    network = Network(
        [2, 2, 2],
        loss=SquaredError("nothing", half=True),
        generator=np.random.default_rng(0),
    )
    start = np.array([0.15, 0.25, 0.20, 0.30, 0.35, 0.35, 0.40, 0.50, 0.45, 0.55, 0.60, 0.60])
    X, Y, rate = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]]), 0.5
    weights = np.isin(np.arange(12), (4, 5, 10, 11), invert=True)

    def errors(after: np.ndarray, trained: np.ndarray = weights) -> list[float]:
        """With the new parameters of which only those that are trained change."""
        both = []
        for parameters in (start, np.where(trained, after, start)):
            network.parameters[...] = parameters
            both.append(network.loss_value(X, Y))
        return both

    network.parameters[...] = start
    gradient, found = wrong_gradients(network, X, Y, learning_rate=rate)
    stepped = start - rate * gradient
    right = errors(stepped)
    biases = WrongValue(
        "biases updated as well",
        "the biases took part in the step. In this example only the weights are updated.",
        BP3,
        errors(stepped, np.ones(12, dtype=bool)),
    )
    steps = [
        WrongValue(m.form, m.explanation, m.section, errors(m.value))
        for m in NEW_WEIGHT.wrong_values(start, gradient, rate)
    ]
    gradients = [
        WrongValue(m.form, m.explanation, m.section, errors(start - rate * m.vector)) for m in found
    ]
    return ask("Before and after?", right, "", [biases, *gradients, *steps], digits=9)


def exercise_3() -> Question:
    """dW1 of twins."""
    network = Network([2, 2, 1], bias=False, generator=np.random.default_rng(0))
    network.parameters[...] = 0.3, 0.3, 0.3, 0.3, 0.2, 0.2
    X, Y = np.array([[2.0, 3.0], [0.5, -1.0]]), np.array([[1.0], [0.0]])
    right, found = wrong_gradients(network, X, Y)
    wrong = [
        WrongValue(m.form, m.explanation, m.section, m.vector[:4].reshape(2, 2)) for m in found
    ]
    return ask("What is `dW1`?", right[:4].reshape(2, 2), "", wrong)


def exercise_4a() -> Question:
    """Which equations change with linear outputs."""
    return ask(
        "Which of the four equations change?",
        "BP1",
        "",
        [
            WrongValue(
                "the last activation's derivative in BP2",
                "the derivative in BP2 is that of the layer below, whose activation is still the "
                "sigmoid.",
                BP2,
                "BP1 and BP2",
            ),
            WrongValue(
                "the wrong layer",
                "BP2 has the derivative of a hidden layer's activation. The last layer's is in "
                "another equation.",
                BP1,
                "BP2",
            ),
            WrongValue(
                "numbers and equations confused",
                "all gradients get other numbers, but only one equation contains the derivative "
                "of the last activation function.",
                BP1,
                "all four",
            ),
            WrongValue(
                "no derivative needed",
                "$f(z) = z$ has the derivative 1, and the sigmoid's $a(1 - a)$ is in one of the "
                "equations.",
                BP1,
                "none",
            ),
        ],
    )


def exercise_4b() -> Question:
    """The backward pass of a network with linear outputs, as one vector."""
    network = Network([3, 4, 2], ["sigmoid", "identity"], generator=np.random.default_rng(0))
    calls, right, wrong = [], [], []
    for seed in (1, 2):
        generator = np.random.default_rng(seed)
        X, Y = generator.normal(size=(5, 3)), generator.normal(size=(5, 2))
        network.parameters[...] = generator.normal(size=26)
        calls.append((*network.forward(X).A, Y, network.parts["layer 2, W"].copy()))
        gradient, found = wrong_gradients(network, X, Y)
        right.append(gradient)
        wrong.append(found)
    mistakes = [
        WrongValue(one.form, one.explanation, one.section, [one.vector, other.vector])
        for one, other in zip(*wrong, strict=True)
    ]
    return ask("What are the gradients?", right, "", mistakes, calls=calls)


def exercise_5() -> Question:
    """Two contributions to h2, their sum, and the delta."""
    paths = [delta * weight for delta, weight in zip(DELTAS, FROM_H2)]
    total, mistakes = fork(DELTAS, FROM_H2, (FROM_H1[1], FROM_H2[1]))
    output = float(trace_step(activation="sigmoid")["h2"])
    slope = output * (1 - output)
    right = [*paths, total, total * slope]
    wrong = [
        WrongValue(m.form, m.explanation, m.section, [*paths, m.value, m.value * slope])
        for m in mistakes
    ]
    missing = WrongValue(
        MissingDerivative.form, MissingDerivative.explanation, BP2, [*paths, total, total]
    )
    output_alone = WrongValue(
        "the output in place of the derivative",
        "the sum was multiplied by the output of the neuron. To pass the sigmoid, it is multiplied "
        "by the derivative, output times 1 minus output.",
        BP2,
        [*paths, total, total * output],
    )
    return ask("What is the delta?", right, "", [missing, output_alone, *wrong], digits=3)


def exercise_6() -> Question:
    """How many numbers of a square array a transpose moves."""
    square = np.arange(9).reshape(3, 3)
    moved = int((square != square.T).sum())
    return ask(
        "How many are wrong?",
        moved,
        "",
        [
            WrongValue(
                "all of them",
                "a transpose exchanges rows and columns. Some entries have the same row and "
                "column number.",
                BP4,
                square.size,
            ),
            WrongValue(
                "those that stay",
                "that many entries are on the diagonal and stay where they are. As many pairs "
                "change places, but both entries of a pair are wrong.",
                BP4,
                square.size - moved,
            ),
            WrongValue(
                "shape taken for the numbers",
                "the shape is right, but the numbers are not where they belong.",
                BP4,
                0,
            ),
        ],
    )


def exercise_7a() -> Question:
    """The missing line: ∂E/∂z of one neuron."""
    (_, right), wrong = one_neuron(*SEVEN_A)
    too_far = WrongValue(
        "one line too far",
        "this is $\\partial E/\\partial w$, the last line. The missing line is the step before: "
        "from the output back through the sigmoid.",
        GRAPH,
        right * SEVEN_A[1],
    )
    deltas = part(wrong, 1, IN_A_DELTA)
    return ask("What is $\\partial E/\\partial z$?", right, "", [*deltas, too_far])


def exercise_7b() -> Question:
    """The whole derivation: ∂E/∂w and ∂E/∂b of another neuron."""
    right, wrong = one_neuron(*SEVEN_B)
    return ask("What are both derivatives?", right, "", wrong)


SEVEN_A, SEVEN_B = (0.8, 1.5, -0.5, 0.0), (-0.5, 3.0, 1.0, 1.0)  # w, x, b, y
