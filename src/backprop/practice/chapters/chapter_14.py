"""Chapter 14: automatic differentiation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from backprop.arrays import Array
from backprop.autodiff import Value
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.autodiff import (
    BACKWARD_PASS,
    CHAIN,
    COST,
    CUBE_TWICE,
    FIRST_PASS,
    NEVER_ZEROED,
    ORDER,
    ROW_ADDED,
    ROWS_TAKEN,
    RULES,
    SHARES_ADDED,
    SHARES_RULE,
    TANH_FROM_EXP,
    TAPE,
    USED_TWICE,
)
from backprop.practice.question import Question, Verdict, ask

LARGEST = 32  # neurons of the largest network of Table 14.3


def square(a: Value) -> Value:
    """Bug one's program."""
    return a * a


def twice_in_the_middle(a: Value) -> Value:
    """Bug two's program."""
    b = a * a
    return (b + a) * b


def with_two_leaves(a: Value, c: Value) -> Value:
    """The program of exercise 7."""
    b = a * c
    return (b + c) * b


def wrong_passes(program: Callable[..., Value], *numbers: float) -> dict[str, WrongValue]:
    """The gradients of a program's leaves by the known wrong backward passes."""
    leaves = [Value(number) for number in numbers]
    found = BACKWARD_PASS.wrong_values(program, leaves)
    if len(numbers) == 1:
        found = [WrongValue(w.form, w.explanation, w.section, w.value[0]) for w in found]
    return {wrong.form: wrong for wrong in found}


# In the text


def square_by_the_first_pass() -> Question:
    """Before the output of bug one."""
    (derivative,) = BACKWARD_PASS(square, [Value(3.0)])
    wrong = [
        WrongValue(
            "the derivative itself",
            "this is the derivative, and what a right program returns. Look at what the "
            "assignment `parent.gradient = gradient` does with the first of two shares.",
            FIRST_PASS,
            derivative,
        ),
        WrongValue(
            "value of the product",
            "this is the value a · a. The gradient of a factor gets the other factor.",
            "14_automatic_differentiation.ipynb#numbers-that-remember",
            square(Value(3.0)).data,
        ),
        WrongValue(
            "gradient of the product",
            "this is the gradient of the product itself. The rule multiplies it by the other "
            "factor.",
            FIRST_PASS,
            1.0,
        ),
    ]
    return ask(
        "What is `a.gradient` after `first_backward(a * a)`?",
        wrong_passes(square, 3.0)["earlier shares overwritten"].value,
        "Both parents of the product are the same number. It gets 3 twice, and the second 3 "
        "replaces the first. The derivative would be 6.",
        wrong,
    )


def once_but_too_early() -> Question:
    """Before the output of the third backward pass."""
    passes = wrong_passes(twice_in_the_middle, 2.0)
    (derivative,) = BACKWARD_PASS(twice_in_the_middle, [Value(2.0)])
    fixed = WrongValue(
        "the derivative itself",
        "this is the derivative. To visit each number once is not enough for it: the order counts "
        "as well. Follow b.",
        ORDER,
        derivative,
    )
    right = passes.pop("passed on too early").value
    return ask(
        "Each number is now visited once, the last of the list first. What is `a.gradient` for "
        "`twice_in_the_middle`, with $a = 2$?",
        right,
        "b is visited with 6, the share of the product alone, and passes on $2 \\cdot 2 \\cdot 6 = "
        "24$. The sum then gives $a$ its 4, and $b$ another 4 that is never passed on.",
        [fixed, *passes.values()],
    )


def second_step() -> Question:
    """Before the weights of bug three."""
    numbers = 1.2, 0.2, -6.0, -1.2
    return ask(
        "The derivative at $w = 0$ is $-6$, so the first step leads to $w = 1.2$. There it is "
        "$-1.2$. Nothing sets `w.gradient` to zero. Where does the second step lead, with the "
        "learning rate 0.2?",
        NEVER_ZEROED(*numbers),
        "The second backward pass adds its derivative to the first: $1.2 - 0.2 \\cdot (-6 - 1.2)$. "
        "The weight passes the solution.",
        NEVER_ZEROED.wrong_values(*numbers),
    )


def gradient_of_the_biases() -> Question:
    """Before the gradient of a row that was added to each row."""
    G = np.ones((3, 2))
    return ask(
        "The gradient with respect to $Z + b$ is a matrix of ones, of shape (3, 2), and $b$ has "
        "the shape (2,). Which gradient belongs to $b$?",
        ROW_ADDED(G),
        "Each number of $b$ was added in three rows, so it gets the sum of three ones.",
        ROW_ADDED.wrong_values(G),
    )


def cost_of_a_gradient() -> Question:
    """Before the count of operations."""
    return ask(
        "A linear network has 1,056 weights. How many times the operations of its value do the "
        "value and *all* derivatives cost in reverse mode? Give a whole number.",
        COST(LARGEST),
        "Each node costs 3 or 5 operations in place of 1, whatever the number of weights.",
        COST.wrong_values(LARGEST),
        digits=2,
    )


# The exercises


def exercise_1() -> Question:
    """The backward rule of `shares`."""
    generator = np.random.default_rng(0)
    calls = []
    for shape in ((2, 3), (2, 3)):
        a, g = generator.uniform(0.5, 1.5, size=shape), generator.normal(size=shape)
        calls.append((g, a / a.sum(), a))
    wrong = [
        WrongValue(m.form, m.explanation, m.section, values_of(m.compute, calls))
        for m in SHARES_RULE.mistakes
    ]
    right = values_of(SHARES_RULE.compute, calls)
    return Question("Which rule?", right, "", tuple(wrong), calls=tuple(calls))


def values_of(rule: Callable[..., Any], calls: Sequence[tuple[Array, ...]]) -> list[Any]:
    """What a rule returns for each call, as lists."""
    return [rule(*arguments)[0].tolist() for arguments in calls]


def exercise_2() -> Question:
    """The derivative of tanh by the rules of e^x and 1/x."""
    return ask(
        "Which derivative?", TANH_FROM_EXP(0.7), "", TANH_FROM_EXP.wrong_values(0.7), digits=5
    )


def exercise_3() -> Question:
    """The derivative of a chain of sums."""
    sums = 10_000
    return ask("Which derivative?", CHAIN(sums), "", CHAIN.wrong_values(sums), digits=6)


def exercise_4() -> Question:
    """The gradient of the leaf and the length of the tape."""
    arguments = twice_in_the_middle, Value(2.0)
    return ask("Which?", TAPE(*arguments), "", TAPE.wrong_values(*arguments))


def exercise_5() -> Question:
    """The first and second derivative of a³."""
    return ask("Which?", CUBE_TWICE(3), "", CUBE_TWICE.wrong_values(3))


def exercise_7a() -> Question:
    """The missing line: the gradient of b."""
    a = 3
    b = a * a
    numbers = b + a, b
    mistaken = WrongValue(
        "b with respect to a",
        "this is how fast b changes with a. The question is how fast r changes with b.",
        ORDER,
        2 * a,
    )
    wrong = [*SHARES_ADDED.wrong_values(*numbers), mistaken]
    return ask("Which gradient does b have?", SHARES_ADDED(*numbers), "", wrong)


def exercise_7b() -> Question:
    """The same from a blank page: two leaves."""
    numbers = 2.0, 5.0
    right = BACKWARD_PASS(with_two_leaves, [Value(number) for number in numbers])
    a, c = numbers
    indirect = WrongValue(
        "direct use of c forgotten",
        "c reaches the result through b and also through the sum. The share of the sum is missing.",
        USED_TWICE,
        [right[0], right[1] - a * c],
    )
    exchanged = WrongValue(
        "gradients exchanged",
        "these are the two gradients in the other order. In a product each factor gets the "
        "gradient times the other factor.",
        "14_automatic_differentiation.ipynb#numbers-that-remember",
        right[::-1],
    )
    wrong = [indirect, exchanged, *wrong_passes(with_two_leaves, *numbers).values()]
    return ask("Which gradients do a and c have?", right, "", wrong)


# Exercise 6: a strategy that finds the mistake in a backward rule

FOUND = "finds the mistake, and accuses no right rule"
ACCUSES = WrongValue(
    "the right rule accused",
    "for a list that the strategy drew, the right rule fails too. Draw only lists that a[rows] can "
    "take.",
    RULES,
    "accuses the right rule",
)
SINGLE_ROWS = WrongValue(
    "at most one row at a time",
    "no list that was drawn has more than one row, and the wrong rule is right for all of these. "
    "Let the lists be longer.",
    USED_TWICE,
    "draws at most one row",
)
NO_REPETITION = WrongValue(
    "no row used twice",
    "every list that was drawn has different rows, and the wrong rule is right for all of these. "
    "Which uses of a row does the strategy leave out?",
    USED_TWICE,
    "draws no row twice",
)
NOT_FOUND = WrongValue(
    "the mistake not found",
    "both rules agreed on everything that was drawn. Draw lists in which the mistake shows often.",
    RULES,
    "does not find the mistake",
)


class StrategyQuestion(Question):
    """A question whose answer is a strategy of hypothesis; what is judged is what it finds."""

    def judge(self, answer: Any) -> Verdict:
        """The verdict on a strategy, or on one of the outcomes."""
        if isinstance(answer, str) and answer in [self.right, *self._texts()]:
            return super().judge(answer)
        if not is_strategy(answer):
            kind = type(answer).__name__
            return Verdict(
                False,
                f"The answer has the type {kind}: give a strategy of hypothesis, such as "
                f"st.just([0]), without calling example().",
            )
        outcome, example = trial_of(answer)
        verdict = super().judge(outcome)
        if example is None:
            return verdict
        message = f"{verdict.message} One such list: {example!r:.80}."
        return Verdict(verdict.right, message, verdict.form, verdict.section)


def exercise_6() -> Question:
    """A strategy for the rows, with which the property fails for the wrong rule only."""
    wrong = ACCUSES, SINGLE_ROWS, NO_REPETITION, NOT_FOUND
    return StrategyQuestion("Which strategy?", FOUND, "", wrong)


def is_strategy(answer: Any) -> bool:
    """Whether an answer is a strategy; without hypothesis nothing is."""
    try:
        from hypothesis.strategies import SearchStrategy
    except ImportError:
        return False
    return isinstance(answer, SearchStrategy)


def trial_of(strategy: Any) -> tuple[str, Any]:
    """What a strategy finds, and the list for which it accuses the right rule."""
    drawn: list[Any] = []
    accused = failing_rows(ROWS_TAKEN.compute, strategy, drawn)
    if accused:
        return ACCUSES.value, accused[0]
    (mistake,) = ROWS_TAKEN.mistakes
    if failing_rows(mistake.compute, strategy, drawn):
        return FOUND, None
    lists = [np.asarray(rows, dtype=int).ravel() % 4 for rows in drawn]
    if not lists:
        return NOT_FOUND.value, None
    if all(len(rows) < 2 for rows in lists):
        return SINGLE_ROWS.value, None
    if all(len({*rows.tolist()}) == len(rows) for rows in lists):
        return NO_REPETITION.value, None
    return NOT_FOUND.value, None


def failing_rows(rule: Callable[..., Array], strategy: Any, drawn: list[Any]) -> list[Any]:
    """The smallest rows for which a rule does not pass the dot test, if any; adds what is drawn."""
    from hypothesis import HealthCheck, given, settings

    generator = np.random.default_rng(0)
    a, direction = generator.normal(size=(2, 4, 3))
    failed: list[Any] = []

    @settings(
        max_examples=200,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def dot_test(rows: Any) -> None:
        drawn.append(rows)
        try:
            g = np.random.default_rng(1).normal(size=a[rows].shape)
            off = (g * direction[rows]).sum() - (rule(g, rows, a) * direction).sum()
            holds = abs(off) < 1e-9
        except Exception:
            holds = False
        if not holds:
            failed[:] = [rows]
        assert holds

    with suppress(Exception):  # also if the strategy cannot draw anything
        dot_test()
    return failed
