"""Chapter 10: optimizers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from backprop.comparison import comparison_table
from backprop.datasets import load_digits
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.optimizer_limits import (
    LIMIT,
    MOMENTUM_LIMIT,
    NESTEROV_LIMIT,
    STEPS_TO_SHARE,
    UNCORRECTED_STEP,
    ZIGZAG,
)
from backprop.mistakes.formulas.optimizers import ADAM, ADAM_STEP, MOMENTUM, PAGE, SCHEDULES
from backprop.mistakes.formulas.update import NEW_WEIGHT
from backprop.network import Network
from backprop.optimizers import Adam, GradientDescent, Momentum, Optimizer, cosine
from backprop.practice.measured import measured
from backprop.practice.question import Question, ask
from backprop.training import train

DIGITS = f"{PAGE}#on-the-digits"
DECAY = f"{PAGE}#weight-decay-with-adam"
START, CURVATURES = (-4.0, 1.5), (1.0, 20.0)


def end(optimizer: Optimizer) -> tuple[float, float, float]:
    """Where 30 steps in the valley end, and the loss there."""
    w, q = np.array(START), np.array(CURVATURES)
    for _ in range(30):
        optimizer.step(w, q * w)
    return float(w[0]), float(w[1]), float(0.5 * (q * w**2).sum())


# In the text


def best_rate() -> Question:
    """Before gradient descent walks with five learning rates."""
    rates = (0.02, 0.05, 0.09, 0.1, 0.11)
    ends = {rate: end(GradientDescent(rate)) for rate in rates}
    w1 = {rate: f"{found[0]:.2f}".replace("-", "−") for rate, found in ends.items()}
    best = min(rates, key=lambda rate: ends[rate][2])
    forms = {
        0.02: (
            "smallest learning rate",
            f"it does not zigzag, but the steps along the valley are short too: $w_1$ has only "
            f"come from −4 to {w1[0.02]}.",
        ),
        0.05: (
            "best for the steep direction alone",
            f"$w_2$ arrives in one step, because $1 - 20 \\cdot 0.05 = 0$. But $w_1$ is still at "
            f"{w1[0.05]}.",
        ),
        0.1: (
            "at the limit",
            "it is the fastest of these along the valley. But $w_2$ is multiplied by −1 in every "
            "step and never comes nearer.",
        ),
        0.11: (
            "largest learning rate",
            f"$w_2$ is multiplied by −1.2 in every step: the loss grows to {ends[0.11][2]:,.0f}.",
        ),
    }
    return ask(
        "Each step multiplies $w_1$ by $1 - \\eta$ and $w_2$ by $1 - 20\\,\\eta$. Which of the "
        "learning rates 0.02, 0.05, 0.09, 0.1 and 0.11 has the smallest loss after 30 steps?",
        f"{best:g}",
        f"$w_2$ changes sign in every step and shrinks by 0.8, and $w_1$ has come to {w1[best]}.",
        [WrongValue(form, why, ZIGZAG, f"{rate:g}") for rate, (form, why) in forms.items()],
    )


def momentum_order() -> Question:
    """Before three momenta are compared."""
    losses = {mu: end(Momentum(0.1, mu))[2] for mu in (0.0, 0.5, 0.9)}

    def order(momenta: list[float]) -> str:
        return ", ".join(f"{mu:g}" for mu in momenta)

    wrong = [
        WrongValue(
            "more is better",
            f"a large momentum forgets slowly: the point swings past the minimum. After 30 steps "
            f"the loss with 0.9 is {losses[0.9]:.2g}.",
            MOMENTUM,
            order(sorted(losses, reverse=True)),
        ),
        WrongValue(
            "less is better",
            f"without momentum $w_2$ jumps between 1.5 and −1.5, and the loss stays at "
            f"{losses[0.0]:.3g}. Momentum makes those gradients cancel.",
            MOMENTUM,
            order(sorted(losses)),
        ),
        WrongValue(
            "too much is worse than none",
            f"the swings with 0.9 shrink, although slowly: the loss is {losses[0.9]:.2g}, against "
            f"{losses[0.0]:.3g} without momentum.",
            LIMIT,
            order([0.5, 0.0, 0.9]),
        ),
    ]
    return ask(
        "Momentum 0, 0.5 and 0.9, with the learning rate 0.1: in which order are the losses after "
        "30 steps, the smallest first?",
        order(sorted(losses, key=losses.__getitem__)),
        f"The loss with 0.5 is {losses[0.5]:.8f}, with 0.9 {losses[0.9]:.2g}, and without momentum "
        f"{losses[0.0]:.3g}.",
        wrong,
    )


def momentum_limit() -> Question:
    """Before the limit is tried."""
    numbers = 0.5, 20
    return ask(
        "What is the largest learning rate with which momentum 0.5 converges in the valley with "
        "the curvatures 1 and 20?",
        MOMENTUM_LIMIT(*numbers),
        "The steep direction sets the limit: $\\eta \\cdot 20 < 2 \\cdot 1.5$.",
        MOMENTUM_LIMIT.wrong_values(*numbers),
    )


def adams_first_step() -> Question:
    """Before Adam walks."""
    g, rate = np.array(START) * CURVATURES, 0.4
    adam = [
        WrongValue(
            mistake.form,
            mistake.explanation,
            mistake.section,
            [w - mistake.compute([float(x)], rate, 0.9, 0.999) for w, x in zip(START, g)],
        )
        for mistake in ADAM_STEP.mistakes
    ]
    plain = WrongValue(
        "gradient descent",
        "this is a step of plain gradient descent. Adam divides each derivative by its usual size.",
        ADAM,
        [NEW_WEIGHT(w, x, rate) for w, x in zip(START, g.tolist())],
    )
    one_length = WrongValue(
        "gradient divided by its length",
        "all derivatives were divided by the same number, the length of the gradient. Adam divides "
        "each of them by its own size.",
        ADAM,
        (np.array(START) - rate * g / np.linalg.norm(g)).tolist(),
    )
    uphill = WrongValue(
        "step uphill",
        "the step was added. It is subtracted, as in gradient descent.",
        ADAM,
        [w + ADAM_STEP([float(x)], rate, 0.9, 0.999) for w, x in zip(START, g)],
    )
    return ask(
        "Adam starts at $(-4, 1.5)$, where the gradient is $(-4, 30)$, with $\\eta = 0.4$. Where "
        "is it after the first step?",
        [w - ADAM_STEP([float(x)], rate, 0.9, 0.999) for w, x in zip(START, g)],
        "In the first step both corrected means come from one derivative: $g / \\sqrt{g^2}$ is its "
        "sign. Each weight moves by $\\eta$, however large its derivative is.",
        [plain, one_length, adam[0], uphill, *adam[1:]],
    )


def five_rules() -> Question:
    """Before the five rules are compared in the test."""
    runs = measured("update_rules")
    constant = runs[runs["schedule"] == "constant"]
    best = constant.groupby(["rule", "seed"], sort=False)["validation_loss"].idxmin()
    chosen = constant.loc[best].pivot(index="seed", columns="rule", values="test_accuracy")
    rules = [rule for rule in chosen.columns if rule != "Adam"]
    scores = {rule: chosen[rule] for rule in chosen.columns}
    table = comparison_table(scores, "Adam", rules, split=(3200, 1000))
    p, effects = table["p"].to_dict(), table["effect"].to_dict()
    spreads = table["spread"].to_dict()
    least, largest = min(p.values()), max(effects, key=effects.__getitem__)
    leads = f"from {min(effects.values()):.3f} to {max(effects.values()):.3f}"
    none = "Adam leads, but chance could have made each lead"
    clear = "Adam leads, and chance could not have made its leads"
    wrong = [
        WrongValue(
            "lead taken for evidence",
            f"Adam's leads are {leads}, but they vary from trial to trial: the smallest p is "
            f"{least:g}.",
            DIGITS,
            clear,
        ),
        WrongValue(
            "plain gradient descent taken for hopeless",
            f"with a learning rate of its own it is {effects['gradient descent']:.3f} behind, and "
            f"the spread is {spreads['gradient descent']:.3f}.",
            DIGITS,
            "gradient descent is far behind, the others are level",
        ),
        WrongValue(
            "simple rules ahead",
            f"Adam's mean was the highest, if only by {leads.removeprefix('from ')}.",
            DIGITS,
            "gradient descent leads",
        ),
    ]
    return ask(
        "Each rule had its best learning rate in each of ten trials. How did Adam's test accuracy "
        "compare with that of the other four?",
        none if least > 0.05 else clear,
        f"Its leads are {leads}, and the smallest p is {least:g}. The largest lead, over "
        f"{largest}, has a spread of {spreads[largest]:.3f}.",
        wrong,
    )


def decayed(coupled: bool) -> np.ndarray:
    """Two weights after 1,000 steps of Adam, with the penalty in the gradient or apart from it."""
    optimizer, w = Adam(0.01), np.ones(2)
    for t in range(1, 1001):
        g = np.array([10, 0.1]) * (-1) ** t
        if not coupled:
            w *= 1 - 0.01 * 0.01
        optimizer.step(w, g + 0.01 * w if coupled else g)
    return w


def decay_in_adam() -> Question:
    """Before the weights decay."""
    large, small = decayed(True)
    apart = decayed(False)
    options = ("the one with the large gradients", "the one with the small gradients")
    wrong = [
        WrongValue(
            "size of the gradient taken for decay",
            f"where gradients are large, $\\sqrt s$ is large, and it divides $\\alpha w$ too: "
            f"{large:.2f} of this weight is left.",
            DECAY,
            options[0],
        ),
        WrongValue(
            "decay taken apart from the gradient",
            f"that is what AdamW does: about {apart.mean():.1f} of both weights is left. In "
            f"Adam $\\alpha w$ is divided by $\\sqrt s$ of its weight.",
            DECAY,
            "both by the same share",
        ),
        WrongValue(
            "penalty lost",
            f"the gradients cancel in the mean, but $\\alpha w$ does not: {small:.2f} of the "
            f"weight with the small gradients is left.",
            DECAY,
            "neither of them",
        ),
    ]
    return ask(
        "With the L2 penalty in Adam's gradient, which of the two weights decays more?",
        options[int(small < large)],
        f"Its $\\sqrt s$ is small, so $\\alpha w$ counts for much: {small:.2f} of it is left, and "
        f"{large:.2f} of the other.",
        wrong,
    )


# The exercises


def exercise_1() -> Question:
    """The largest learning rate of Nesterov momentum 0.5 where q = 20."""
    wrong = NESTEROV_LIMIT.wrong_values(0.5, 20)
    return ask("What is the limit?", NESTEROV_LIMIT(0.5, 20), "", wrong)


def exercise_2() -> Question:
    """The steps to 99 % of the limit."""
    wrong = STEPS_TO_SHARE.wrong_values(0.99, 0.9)
    return ask("After how many steps?", STEPS_TO_SHARE(0.99, 0.9), "", wrong)


def exercise_3() -> Question:
    """The first step of Adam without correction, in learning rates."""
    wrong = UNCORRECTED_STEP.wrong_values(0.9, 0.999)
    return ask("How long is it?", UNCORRECTED_STEP(0.9, 0.999), "", wrong)


def exercise_4() -> Question:
    """Where Adam ends in the turned valley: along and across."""
    turn, q = np.array([[1, -1], [1, 1]]) / np.sqrt(2), np.array([1.0, 2000.0])
    Gradient = Callable[[np.ndarray], np.ndarray]

    def walk(gradient: Gradient, start: np.ndarray, optimizer: Optimizer) -> np.ndarray:
        w = start.copy()
        for _ in range(30):
            optimizer.step(w, gradient(w))
        return w

    def right(w: np.ndarray) -> np.ndarray:
        gradient: np.ndarray = turn @ (q * (turn.T @ w))
        return gradient

    start = turn @ np.array(START)
    w = walk(right, start, Adam(0.4))
    straight = walk(lambda w: q * w, np.array(START), Adam(0.4))
    wrong = [
        WrongValue(
            "not turned back",
            "these are the two weights. The distances along and across the valley are Rᵀw.",
            ADAM,
            w.tolist(),
        ),
        WrongValue(
            "straight valley",
            "this is where Adam ends in the straight valley. Turn the start and the gradient.",
            ADAM,
            straight.tolist(),
        ),
        WrongValue(
            "momentum in place of Adam",
            "this is where momentum ends, the same as in the straight valley.",
            ADAM,
            (turn.T @ walk(right, start, Momentum(0.0018, 0.9))).tolist(),
        ),
        WrongValue(
            "start not turned",
            "the walk started at (−4, 1.5). In the turned valley the start is R times that.",
            ADAM,
            (turn.T @ walk(right, np.array(START), Adam(0.4))).tolist(),
        ),
        WrongValue(
            "valley turned the other way",
            "R and Rᵀ are exchanged in the gradient. First Rᵀ takes w into the straight valley.",
            ADAM,
            (turn.T @ walk(lambda w: turn.T @ (q * (turn @ w)), start, Adam(0.4))).tolist(),
        ),
        WrongValue(
            "derivatives not turned back",
            "the derivatives along and across the valley were subtracted from the weights. "
            "Multiply them by R.",
            ADAM,
            (turn.T @ walk(lambda w: q * (turn.T @ w), start, Adam(0.4))).tolist(),
        ),
    ]
    return ask("Where does Adam end?", (turn.T @ w).tolist(), "", wrong, digits=3)


@cache
def five_epochs(seed: int, falling: bool) -> tuple[float, float]:
    """The training loss of the last epoch and the test accuracy."""
    training, test = load_digits()
    generator = np.random.default_rng(seed)
    network = Network(
        [784, 30, 10],
        ["relu", "softmax"],
        loss="categorical cross-entropy",
        initialization="he",
        generator=generator,
    )
    optimizer = Momentum(cosine(0.05, 625) if falling else 0.05)
    history = train(
        network,
        training.X,
        training.Y,
        optimizer,
        epochs=5,
        batch_size=32,
        generator=generator,
        progress=False,
    )
    accuracy = float((network.classify(test.X) == test.labels).mean())
    return history.records[-1]["loss"], accuracy


def exercise_5() -> Question:
    """By how much the falling learning rate changes the test accuracy, for three seeds."""
    pairs = [(five_epochs(seed, True), five_epochs(seed, False)) for seed in (1, 2, 3)]
    gains = [round(falling[1] - constant[1], 6) for falling, constant in pairs]
    wrong = [
        WrongValue(
            "sign of the difference",
            "the falling learning rate was subtracted from the constant one. A gain is positive if "
            "the schedule is better.",
            SCHEDULES,
            [-gain for gain in gains],
        ),
        WrongValue(
            "percentage points",
            "these are percentage points. Give the differences of the accuracies.",
            SCHEDULES,
            [100 * gain for gain in gains],
        ),
        WrongValue(
            "loss in place of accuracy",
            "these are the differences of the training losses. The question is about the test "
            "accuracies.",
            SCHEDULES,
            [falling[0] - constant[0] for falling, constant in pairs],
        ),
    ]
    return ask("How much does it gain?", gains, "", wrong, digits=3)
