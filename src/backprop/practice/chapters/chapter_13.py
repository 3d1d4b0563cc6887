"""Chapter 13: through time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from backprop.comparison import compare_paired
from backprop.datasets import load_digits
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.through_time import (
    CANDIDATE_DELTA,
    CUTS,
    DISTANCE,
    GATES,
    MEMORY,
    NAMES,
    OLD_STATE,
    PADDING,
    RESET_DELTA,
    SHARED_WEIGHT,
    SIZES,
    TWO_STEPS,
)
from backprop.practice.measured import measured
from backprop.practice.question import Question, ask
from backprop.through_time import ElmanNetwork


def measured_factor(radius: float, activation: str, input_scale: float = 1.0) -> float:
    """The factor per step of the backward pass, from step 20 to step 40, as in Table 13.1."""
    generator = np.random.default_rng(2)
    network = ElmanNetwork(5, 50, 1, (activation, "identity"), generator=generator)
    network.W *= radius / np.abs(np.linalg.eigvals(network.W)).max()
    network.U *= input_scale
    X, Y = generator.normal(size=(50, 41, 5)), generator.normal(size=(50, 1))
    deltas = network.deltas(network.forward(X), Y)
    lengths = np.linalg.norm(deltas, axis=2).mean(axis=0)[::-1]
    return float((lengths[40] / lengths[20]) ** (1 / 20))


# In the text


def shared_weight() -> Question:
    """Before the sums over the steps."""
    states = [Fraction(text) for text in ("0", "2", "1", "3")]
    deltas = [Fraction(text) for text in ("0.2", "0.35", "0.5")]
    return ask(
        "A network with one neuron has read three items. Its states are $h_0 = 0$, $h_1 = 2$, "
        "$h_2 = 1$ and $h_3 = 3$, and its deltas $\\delta_1 = 0.2$, $\\delta_2 = 0.35$ and "
        "$\\delta_3 = 0.5$. What is $\\partial L/\\partial w$ for the weight $w$ from state to "
        "state?",
        SHARED_WEIGHT(states, deltas),
        "One term per step, the state before it times its delta: "
        "$0 \\cdot 0.2 + 2 \\cdot 0.35 + 1 \\cdot 0.5$.",
        SHARED_WEIGHT.wrong_values(states, deltas),
    )


def tanh_at_radius() -> Question:
    """Before the table of factors."""
    usual = measured_factor(1.1, "tanh")
    linear, weak = measured_factor(1.1, "identity"), measured_factor(1.1, "tanh", 0.05)
    wrong = [
        WrongValue(
            "derivatives left out",
            f"that is what linear neurons do: their factor is {linear:.2f}. With $\\tanh$ each "
            "step also multiplies by derivatives, and none of them is above 1.",
            DISTANCE,
            "it explodes, about as fast as with linear neurons",
        ),
        WrongValue(
            "neurons taken to be near 0",
            f"that happens with weak inputs, where $\\tanh$ is steep: the factor is {weak:.2f}. "
            "Inputs of the usual size push the neurons to where it is flat.",
            DISTANCE,
            "it explodes, a little more slowly",
        ),
        WrongValue(
            "derivatives thought to cancel the weights",
            "nothing makes the two cancel. The derivatives follow from the states, and with inputs "
            f"of the usual size the factor is {usual:.2f}.",
            DISTANCE,
            "it keeps about its length",
        ),
    ]
    return ask(
        "With the radius 1.1 the gradient of the linear network explodes. What happens to it with "
        "$\\tanh$ and inputs of the usual size?",
        "it vanishes",
        f"The factor per step is {usual:.2f}: the derivatives outweigh the radius.",
        wrong,
    )


def one_step_pieces() -> Question:
    """Before the measurement of truncated gradients."""
    means = measured("through_time").groupby("steps")["test_accuracy"].mean()
    wrong = [
        WrongValue(
            "nothing learned",
            "guessing gives this. The gradient of the last step still trains all weights on the "
            "last state, and the last state depends on all rows.",
            CUTS,
            "about 0.10",
        ),
        WrongValue(
            "cut without effect",
            "the full gradient gives this. With pieces of one step no gradient says how an early "
            "row should change the state.",
            CUTS,
            f"about {means[20]:.2f}",
        ),
        WrongValue(
            "reach of five rows",
            "pieces of five steps give this. The farther the gradient reaches, the better the "
            "network learns what to carry along.",
            CUTS,
            f"about {means[5]:.2f}",
        ),
    ]
    return ask(
        f"With the full gradient the mean test accuracy is {means[20]:.2f}, and guessing gives "
        "0.10. What is it with pieces of a *single* step, so that the gradient never leaves the "
        "last pixel row?",
        f"about {means[1]:.2f}",
        "Much worse than with the full gradient, and far better than guessing.",
        wrong,
    )


def forty_bits() -> Question:
    """Before the table of networks that remember."""
    results = measured("remembering")
    solved = results[(results["steps"] == 40) & (results["test_accuracy"] > 0.95)]
    counts = solved.groupby("program").size()
    factors = results.groupby("program")["factor"].mean()
    options = {
        "Elman, as drawn": "as the package draws it",
        "as drawn, 1,600 updates": "as drawn, with four times as many updates",
        "U · 0.2": "weak inputs, U · 0.2",
        "orthogonal W, U · 0.2": "weak inputs and an orthogonal W",
    }
    count = {name: int(counts.get(program, 0)) for program, name in options.items()}
    best = max(count, key=lambda name: count[name])
    drawn = factors["Elman, as drawn"]
    why = {
        "as the package draws it": f"the gradient changes by {drawn:.2f} per step, so after 39 "
        f"steps about $10^{{{round(39 * np.log10(drawn))}}}$ of it is left.",
        "as drawn, with four times as many updates": "more updates help where a little of the "
        "gradient arrives. After 39 steps next to nothing does.",
        "weak inputs, U · 0.2": f"the factor rises to {factors['U · 0.2']:.2f}, which helps most. "
        "But chance still decides the eigenvalues of W.",
    }
    wrong = [
        WrongValue(f"{count[name]} of ten networks", text, MEMORY, name)
        for name, text in why.items()
        if name != best
    ]
    return ask(
        "With which of the four settings do the most networks of ten solve 40 bits?",
        best,
        f"{count[best]} of ten. Weak inputs keep $\\tanh$ steep, and an orthogonal $W$ changes no "
        "length.",
        wrong,
    )


def candidate_delta() -> Question:
    """Before the backward pass of the gated unit."""
    numbers = Fraction("0.4"), Fraction("0.95"), Fraction("0.5")
    return ask(
        "In one neuron the upstream gradient is $G = 0.4$, the keep gate $\\kappa = 0.95$ and the "
        "candidate $\\tilde h = 0.5$. What is the candidate's delta, the derivative with respect "
        "to its weighted sum?",
        CANDIDATE_DELTA(*numbers),
        "$G (1 - \\kappa)(1 - \\tilde h^2) = 0.4 \\cdot 0.05 \\cdot 0.75$. The gate is nearly "
        "closed for the candidate.",
        CANDIDATE_DELTA.wrong_values(*numbers),
    )


def names_verdict() -> Question:
    """Before the table that compares the methods on names."""
    results = measured("first_names")
    scores = results.pivot(index="seed", columns="method", values="log_probability")
    result = compare_paired(scores["GRU"], scores["counting"], split=(4163, 1000))
    guesses = np.exp(-scores.mean())
    numbers = (
        f"Their scores are those of guessing among {guesses['GRU']:.1f} letters (GRU) and "
        f"{guesses['counting']:.1f} (counting), and the GRU wins {result.wins} of 5 splits "
        f"(p = {result.p_value:.2f})."
    )
    found = "five splits show no difference"
    wrong = [
        WrongValue(
            "the larger model expected to win",
            f"a state can carry information further, but names are short. {numbers}",
            NAMES,
            "the GRU is better on all five splits",
        ),
        WrongValue(
            "the simpler model expected to win",
            f"a simple method can win on little data, and here it does not lose. {numbers}",
            NAMES,
            "counting is better on all five splits",
        ),
        WrongValue(
            "Elman networks expected between them",
            "the Elman networks are behind both: guessing among "
            f"{guesses['Elman']:.1f} letters. {numbers}",
            NAMES,
            "the GRU is better than counting, and the Elman networks are between them",
        ),
    ]
    return ask(
        "How do the GRU and counting compare on the 1,000 test names, over five random splits?",
        found,
        numbers,
        wrong if result.p_value > 0.05 else (),
    )


# The exercises


def exercise_1() -> Question:
    """All quantities of a linear neuron over two steps."""
    numbers = Fraction(1, 2), Fraction(1), (Fraction(2), Fraction(1)), Fraction(1)
    wrong = TWO_STEPS.wrong_values(*numbers)
    return ask("What are the six numbers?", TWO_STEPS(*numbers), "", wrong)


def exercise_2() -> Question:
    """Parameters of an Elman network and of a GRU, and the numbers in the states of a batch."""
    numbers = 28, 64, 10, 50, 20
    return ask("How many?", SIZES(*numbers), "", SIZES.wrong_values(*numbers), digits=5)


def exercise_3() -> Question:
    """Whether nonsense after the end or other lengths change the gradient."""
    wrong = [
        WrongValue(
            "padding thought to be read",
            "the numbers after the end enter later states, but no output is read from those, and "
            "no gradient starts there.",
            PADDING,
            "the huge numbers",
        ),
        WrongValue(
            "padding thought to be read",
            "the lengths do. But the numbers after the end affect no output that is read.",
            PADDING,
            "both",
        ),
        WrongValue(
            "lengths thought to be a label only",
            "the length says where the output is read. One step less, and another state decides.",
            PADDING,
            "neither",
        ),
    ]
    return ask("Which of the two?", "the lengths", "", wrong)


def exercise_4() -> Question:
    """From which number of steps on truncation changes nothing."""
    images = load_digits()[0].X[:50].reshape(-1, 28, 28)
    inked = [np.flatnonzero(image.any(axis=1)) for image in images]
    lengths = [int(rows[-1] - rows[0] + 1) for rows in inked]
    wrong = [
        WrongValue(
            "steps between the states counted",
            "a piece of so many steps still has a cut after the first step of the longest "
            "sequences.",
            CUTS,
            max(lengths) - 1,
        ),
        WrongValue(
            "states counted",
            "there is one state more than there are steps. The pieces are counted in steps.",
            CUTS,
            max(lengths) + 1,
        ),
        WrongValue(
            "shortest sequence",
            "for the shortest sequence this is enough. The longest one decides.",
            CUTS,
            min(lengths),
        ),
        WrongValue(
            "empty rows counted",
            "an image has so many rows. The empty ones above and below the digit are left out.",
            PADDING,
            images.shape[1],
        ),
    ]
    return ask("From which number on?", max(lengths), "", wrong)


def length_forty_steps_back(activation: str, orthogonal: bool, radius: float = 1.0) -> float:
    """The length of the deltas 40 steps back, as a share of that at the last step."""
    generator = np.random.default_rng(4)
    network = ElmanNetwork(5, 50, 1, (activation, "identity"), generator=generator)
    drawn = generator.normal(size=(50, 50))
    largest = np.abs(np.linalg.eigvals(drawn)).max()
    network.W = np.linalg.qr(drawn)[0] if orthogonal else drawn * (radius / largest)
    X, Y = generator.normal(size=(10, 41, 5)), generator.normal(size=(10, 1))
    deltas = network.deltas(network.forward(X), Y)
    lengths = np.linalg.norm(deltas, axis=2).mean(axis=0)
    return float(lengths[0] / lengths[-1])


def exercise_5() -> Question:
    """The length of the deltas forty steps back with an orthogonal matrix and linear neurons."""
    cases = [
        (
            "tanh in place of linear neurons",
            "with tanh the derivatives make the deltas shorter. The neurons here are linear.",
            ("tanh", True, 1.0),
        ),
        (
            "radius 1 in place of an orthogonal matrix",
            "a random matrix, scaled to the spectral radius 1, does this. An orthogonal matrix "
            "changes the length of no row.",
            ("identity", False, 1.0),
        ),
        (
            "radius below 1",
            "a matrix with the radius 0.9 does this. All eigenvalues of an orthogonal matrix have "
            "the absolute value 1.",
            ("identity", False, 0.9),
        ),
    ]
    wrong = [
        WrongValue(form, text, DISTANCE, length_forty_steps_back(*case))
        for form, text, case in cases
    ]
    nothing = WrongValue(
        "vanishing expected",
        "with most matrices little is left after forty steps. Does an orthogonal matrix make any "
        "row shorter?",
        DISTANCE,
        0,
    )
    return ask("Which share?", 1, "", [*wrong, nothing])


def exercise_6a() -> Question:
    """The missing line: the reset gate's delta."""
    numbers = Fraction("0.075"), Fraction(2), Fraction("0.5"), Fraction("0.4")
    return ask(
        "What is $\\delta_r$?", RESET_DELTA(*numbers), "", RESET_DELTA.wrong_values(*numbers)
    )


def exercise_6b() -> Question:
    """The same derivation from a blank page: the gradient for the old state."""
    texts = "1", "-0.4", "0.9", "0.5", "0.6"
    weights = tuple(Fraction(text) for text in ("0.5", "2.5", "0.5"))
    numbers = [Fraction(text) for text in texts]
    wrong = OLD_STATE.wrong_values(*numbers, weights)
    half = WrongValue(
        "old state multiplied by 1 − κ",
        "the old state is multiplied by $\\kappa$, the candidate by $1 - \\kappa$.",
        GATES,
        OLD_STATE(*numbers, weights) - numbers[0] * (2 * numbers[2] - 1),
    )
    return ask(
        "What is $\\partial L/\\partial h_{t-1}$?", OLD_STATE(*numbers, weights), "", [*wrong, half]
    )
