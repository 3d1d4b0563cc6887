"""Chapter 2: the 2-2-1 network by hand."""

from __future__ import annotations

from fractions import Fraction

from backprop.byhand import trace_step
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.by_hand import ERROR, FORECAST, SENT_BACK, WEIGHTED_SUM
from backprop.mistakes.formulas.counting import BACKWARD_COUNTS
from backprop.mistakes.formulas.update import NEW_WEIGHT
from backprop.mistakes.sections import UPDATE
from backprop.practice.question import Question, ask
from backprop.practice.topics.by_hand import Step, slope

THE_STEP = Step()
OTHER_STEP = Step(inputs=("4", "-1"), target="2")


# In the text


def hidden_sum() -> Question:
    """Before the forward pass."""
    numbers = [Fraction(text) for text in (*THE_STEP.weights[:2], *THE_STEP.inputs)]
    return ask(
        "The first hidden neuron gets $x_1 = 2$ through $w_1 = 0.11$ and $x_2 = 3$ through "
        "$w_2 = 0.21$. What is $h_1$?",
        WEIGHTED_SUM(*numbers),
        "One product per connection, then the sum: $0.22 + 0.63$.",
        WEIGHTED_SUM.wrong_values(*numbers),
    )


def error_value() -> Question:
    """Before the error."""
    return ask(
        "The prediction is $p = 0.191$, and the target is $y = 1$. What is the error $E$?",
        ERROR(Fraction("0.191"), 1),
        "Half the square of the difference: $\\tfrac12 (-0.809)^2$.",
        ERROR.wrong_values(Fraction("0.191"), 1),
    )


def slope_of_w5() -> Question:
    """Before the slopes of the output weights."""
    text = (
        "You know $\\partial E/\\partial p = -0.809$, and the connection of $w_5 = 0.14$ carries "
        "$h_1 = 0.85$. What is $\\partial E/\\partial w_5$?"
    )
    return slope(THE_STEP, "w5", text)


def slope_of_w3() -> Question:
    """Before the slopes of the first four weights."""
    text = (
        "Now $w_3 = 0.12$. It leads from $x_1 = 2$ into $h_2 = 0.48$, and $w_6 = 0.15$ leads from "
        "there to the prediction, where $\\partial E/\\partial p = -0.809$. What is "
        "$\\partial E/\\partial w_3$?"
    )
    return slope(THE_STEP, "w3", text)


def new_w1() -> Question:
    """Before the update."""
    numbers = Fraction("0.11"), Fraction("-0.22652"), Fraction("0.05")
    return ask(
        "The weight is $w_1 = 0.11$, its slope $-0.22652$ and the learning rate 0.05. What is the "
        "new weight?",
        NEW_WEIGHT(*numbers),
        "A step against the slope: $0.11 - 0.05 \\cdot (-0.22652)$.",
        NEW_WEIGHT.wrong_values(*numbers),
    )


# The exercises


def exercise_1() -> Question:
    """w1′ after a step with other inputs, another target and learning rate."""
    step = Step(inputs=("1", "2"), target="0", learning_rate="0.1")
    trace = step.trace()
    w1, rate = trace["w1"], trace["η"]
    steps = [
        WrongValue(w.form, w.explanation, w.section, w1 - rate * w.value)
        for w in slope(step, "w1", "").wrong
    ]
    wrong = [*NEW_WEIGHT.wrong_values(w1, trace["∂E/∂w1"], rate), *steps]
    return ask("What is $w_1'$?", trace["w1′"], "", wrong, digits=6)


def exercise_2() -> Question:
    """The prediction with rounded weights."""
    trace = trace_step(weights=["0.12", "0.23", "0.13", "0.10", "0.17", "0.17"])
    not_rounded = WrongValue(
        "weights not rounded",
        "this is the prediction with all decimals of the new weights. The question is what comes "
        "out with two.",
        UPDATE,
        trace_step()["p′"],
    )
    sums = WEIGHTED_SUM.wrong_values(*(trace[symbol] for symbol in ("w5", "w6", "h1", "h2")))
    return ask("What is the new prediction?", trace["p"], "", [not_rounded, *sums])


def exercise_3() -> Question:
    """w1′ to w4′ if the output weights are updated too early."""
    trace, rate = trace_step(), Fraction("0.05")
    paths = (("w1", "w5′", "x1"), ("w2", "w5′", "x2"), ("w3", "w6′", "x1"), ("w4", "w6′", "x2"))
    slopes = [trace["∂E/∂p"] * trace[out] * trace[x] for _, out, x in paths]
    early = [NEW_WEIGHT(trace[path[0]], slope, rate) for path, slope in zip(paths, slopes)]
    right_step = WrongValue(
        "old weights on the path",
        "these are the right new weights. The program in question sends the error back through "
        "w5′ and w6′.",
        UPDATE,
        [trace[f"{path[0]}′"] for path in paths],
    )
    no_step = WrongValue(
        "slopes in place of the new weights",
        "these are the slopes of the four weights. Take the step with them.",
        UPDATE,
        slopes,
    )
    return ask("What are $w_1'$ to $w_4'$?", early, "", [right_step, no_step])


def exercise_4() -> Question:
    """The promised decrease of the error for three learning rates."""
    slopes = [trace_step()[f"∂E/∂w{number}"] for number in range(1, 7)]
    rates = ("0.5", "0.05", "0.005")
    formulas = [FORECAST.compute, *(mistake.compute for mistake in FORECAST.mistakes)]
    promises = [[formula(Fraction(rate), *slopes) for rate in rates] for formula in formulas]
    wrong = [
        WrongValue(mistake.form, mistake.explanation, mistake.section, promise)
        for mistake, promise in zip(FORECAST.mistakes, promises[1:])
    ]
    steps = [trace_step(learning_rate=rate) for rate in rates]
    happened = WrongValue(
        "what happened in place of the promise",
        "this is by how much the error fell. The promise comes from the slopes alone.",
        UPDATE,
        [step["E"] - step["E′"] for step in steps],
    )
    return ask("What do the slopes promise?", promises[0], "", [*wrong, happened])


def exercise_5() -> Question:
    """Products and subtractions written out, and products with reuse, of a 3-4-1 network."""
    wrong = BACKWARD_COUNTS.wrong_values([3, 4, 1])
    return ask("How many?", BACKWARD_COUNTS([3, 4, 1]), "", wrong)


def exercise_6a() -> Question:
    """The missing line of a derivation: ∂E/∂h2 of another step."""
    trace = OTHER_STEP.trace()
    numbers = trace["∂E/∂p"], trace["w6"], trace["h2"]
    return ask(
        "What is $\\partial E/\\partial h_2$?",
        SENT_BACK(*numbers),
        "",
        SENT_BACK.wrong_values(*numbers),
    )


def exercise_6b() -> Question:
    """The same derivation from a blank page: ∂E/∂w2 of another step."""
    return slope(OTHER_STEP, "w2", "What is $\\partial E/\\partial w_2$?")
