"""Automatic differentiation: rules, order, and numbers that are used several times."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.random import Generator

from backprop.autodiff import Value
from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.autodiff import (
    BACKWARD_PASS,
    CHAIN,
    COST,
    CUBE_TWICE,
    FIRST_PASS,
    NEVER_ZEROED,
    ROW_ADDED,
    ROWS_TAKEN,
    RULES,
    SHARES_ADDED,
    SHARES_RULE,
    TANH_FROM_EXP,
    TAPE,
    USED_TWICE,
)
from backprop.mistakes.formulas.order import BACKWARD_ORDER
from backprop.practice.question import Question, as_text, ask
from backprop.practice.topics import Topic
from backprop.practice.topics.drawing import decimals, exact_row, factor, matrix, one_of, row

DIGITS = 3
Program = Callable[[Value], Value]


def square_plus(a: Value) -> Value:
    """The square b of a, and then (b + a)·b."""
    b = a * a
    return (b + a) * b


def square_of_square(a: Value) -> Value:
    """The square b of a, and then b·b + a."""
    b = a * a
    return b * b + a


def double_square(a: Value) -> Value:
    """The double b of a, and then (b·a)·b."""
    b = a + a
    return (b * a) * b


# Each program with its lines.
PROGRAMS: tuple[tuple[Program, str], ...] = (
    (square_plus, "$b = a \\cdot a$ and $r = (b + a) \\cdot b$"),
    (square_of_square, "$b = a \\cdot a$ and $r = b \\cdot b + a$"),
    (double_square, "$b = a + a$ and $r = (b \\cdot a) \\cdot b$"),
)


def draw_program(generator: Generator) -> tuple[Program, str, float]:
    """A program, its lines, and the number with which it starts."""
    program, lines = one_of(generator, PROGRAMS)
    return program, lines, float(one_of(generator, [-3, -2, 2, 3, 4, 5]))


def reused_number(generator: Generator) -> Question:
    """The derivative of a program that uses numbers several times."""
    program, lines, a = draw_program(generator)
    value = WrongValue(
        "value in place of the derivative",
        "this is the value of r. The derivative is the gradient of a after the backward pass.",
        FIRST_PASS,
        float(program(Value(a)).data),
    )
    leaves = [Value(a)]
    wrong = [
        WrongValue(w.form, w.explanation, w.section, w.value[0])
        for w in BACKWARD_PASS.wrong_values(program, leaves)
    ]
    return ask(
        f"A program computes {lines}, with $a = {as_text(a)}$. What is $\\partial r/\\partial a$?",
        BACKWARD_PASS(program, leaves)[0],
        "Each number passes its gradient on once, after all shares have arrived: first $r$, then "
        "what is between, then $b$, and $a$ at the end.",
        [*wrong, value],
    )


def tape(generator: Generator) -> Question:
    """The derivative, and how many numbers are recorded."""
    program, lines, a = draw_program(generator)
    numbers = program, Value(a)
    return ask(
        f"An engine records the numbers of {lines}, with $a = {as_text(a)}$, on a tape: $a$ and "
        f"the result of each sum and product. What is $\\partial r/\\partial a$, and how many "
        f"numbers are on the tape? (Give two numbers.)",
        TAPE(*numbers),
        "The tape begins with $a$ and ends with $r$. The backward pass reads it from its end.",
        TAPE.wrong_values(*numbers),
    )


def two_uses(generator: Generator) -> Question:
    """The gradient of a number that is used in a product and in a sum."""
    b, k, m, of_product, of_sum = exact_row(generator, 5)
    numbers = of_product * k, of_sum
    return ask(
        f"The number $b = {as_text(b)}$ is used twice: in the product $c = b \\cdot k$ with $k = "
        f"{as_text(k)}$, and in the sum $s = b + m$ with $m = {as_text(m)}$. In the backward pass, "
        f"$c$ has the gradient {as_text(of_product)} and $s$ the gradient {as_text(of_sum)}. What "
        f"is the gradient of $b$?",
        SHARES_ADDED(*numbers),
        f"The product passes on its gradient times the other factor, the sum its gradient as it "
        f"is, and the two shares add up: ${as_text(of_product)} \\cdot {factor(k)} + "
        f"{factor(of_sum)}$.",
        SHARES_ADDED.wrong_values(*numbers),
        digits=DIGITS,
    )


def order(generator: Generator) -> Question:
    """The order of a backward pass."""
    letters = [str(x) for x in generator.choice(list("abcdpqrstuvw"), size=4, replace=False)]
    start, middle, total, result = letters
    return ask(
        f"A program computes ${middle} = {start} \\cdot {start}$, ${total} = {middle} + {start}$ "
        f"and ${result} = {total} \\cdot {middle}$. In which order does a right backward pass "
        f"process these four numbers?",
        BACKWARD_ORDER(*letters),
        "Each number comes after everything that was computed from it.",
        BACKWARD_ORDER.wrong_values(*letters),
    )


def never_zeroed(generator: Generator) -> Question:
    """A second step without a gradient set to zero."""
    w, first, second = exact_row(generator, 3)
    rate = one_of(generator, [Fraction(text) for text in ("0.1", "0.2", "0.5")])
    numbers = w, rate, first, second
    return ask(
        f"An engine adds each derivative to `w.gradient`, and nothing sets it to zero. In the "
        f"first step the derivative was {as_text(first)}. Before the second step $w = "
        f"{as_text(w)}$, and the derivative there is {as_text(second)}. Where does the second step "
        f"lead, with the learning rate {as_text(rate)}?",
        NEVER_ZEROED(*numbers),
        f"The step uses the sum of both derivatives: ${as_text(w)} - {as_text(rate)} \\cdot "
        f"({as_text(first)} + {factor(second)})$.",
        NEVER_ZEROED.wrong_values(*numbers),
        digits=DIGITS,
    )


def as_lists(value: Any) -> Any:
    """An array as lists of tidy numbers."""
    return np.round(np.asarray(value), 10).tolist()


def listed(wrong: list[WrongValue]) -> list[WrongValue]:
    """The same with lists in place of arrays."""
    return [WrongValue(w.form, w.explanation, w.section, as_lists(w.value)) for w in wrong]


def row_added(generator: Generator) -> Question:
    """The gradient of a row that was added to each row of a matrix."""
    G = decimals(generator, (2, 2))
    return ask(
        f"A row $b$ of two numbers is added to each row of a matrix. The gradient of the result is "
        f"${matrix(G)}$. What is the gradient of $b$? (Give two numbers.)",
        as_lists(ROW_ADDED(G)),
        "Each number of $b$ was used once in each row, so its shares are those of a column.",
        listed(ROW_ADDED.wrong_values(G)),
        digits=DIGITS,
    )


def rows_taken(generator: Generator) -> Question:
    """The gradient of numbers of which some were taken twice, and one was not."""
    places = [int(place) for place in generator.permutation(3)[[0, 1, 0]]]
    g = np.array([float(number) for number in exact_row(generator, 3)])
    numbers = g, places, np.zeros(3)
    mean = ROWS_TAKEN(*numbers) / np.maximum(np.bincount(places, minlength=3), 1)
    wrong = [
        *ROWS_TAKEN.wrong_values(*numbers),
        WrongValue(
            "mean of the shares",
            "the two shares of the number that was taken twice were averaged. They add up.",
            USED_TWICE,
            mean,
        ),
        WrongValue(
            "order of the result",
            "this is the gradient of the result. Each of its numbers belongs to the place from "
            "which it was taken.",
            RULES,
            g,
        ),
    ]
    return ask(
        f"`a` has three numbers, and `a[{places}]` takes some of them (counted from 0). The "
        f"gradient of the result is {row(g)}. What is the gradient of `a`? (Give three numbers.)",
        as_lists(ROWS_TAKEN(*numbers)),
        "Each share goes back to the place from which its number was taken. Two shares add up, and "
        "what was not taken has the gradient 0.",
        listed(wrong),
        digits=DIGITS,
    )


def chain(generator: Generator) -> Question:
    """The derivative of a chain of sums."""
    sums = int(generator.integers(5, 300))
    return ask(
        f"A program starts with $s = a$ and then sets $s = s + a$ {sums} times. What is the "
        f"derivative of the last $s$ with respect to $a$?",
        CHAIN(sums),
        f"$a$ is used {sums} times as the second operand, and once as the start.",
        CHAIN.wrong_values(sums),
        digits=6,
    )


def shares_rule(generator: Generator) -> Question:
    """The backward rule of numbers that are divided by their sum."""
    a = np.abs(decimals(generator, 2, 20))
    g, y = decimals(generator, 2), a / a.sum()
    numbers = g, y, a
    return ask(
        f"An operation divides numbers by their sum: $y = a/\\sum a$. Here $a = {row(a)}$, and the "
        f"gradient of $y$ is $g = {row(g)}$. What is the gradient of $a$? (Give two numbers.)",
        as_lists(SHARES_RULE(*numbers)[0]),
        "Each $a$ is the numerator of its own $y$ and a part of the sum in both: "
        "$(g - \\sum g y)/\\sum a$.",
        listed(
            [
                WrongValue(w.form, w.explanation, w.section, w.value[0])
                for w in SHARES_RULE.wrong_values(*numbers)
            ]
        ),
        digits=DIGITS,
    )


def tanh_from_exp(generator: Generator) -> Question:
    """The derivative of tanh by the rules of e^x and 1/x."""
    u = int(generator.integers(2, 15)) / 10
    return ask(
        f"An engine has no $\\tanh$, so it computes $1 - 2/(e^{{2u}} + 1)$ for $u = {as_text(u)}$. "
        f"What is the derivative with respect to $u$?",
        TANH_FROM_EXP(u),
        "The chain is a product with 2, $e^x$, a sum and $1/x$: "
        "$2 \\cdot 2 e^{2u}/(e^{2u} + 1)^2$.",
        TANH_FROM_EXP.wrong_values(u),
        digits=DIGITS,
    )


def cube_twice(generator: Generator) -> Question:
    """A second derivative by forward mode over reverse mode."""
    a = int(one_of(generator, [-4, -3, -2, 4, 5, 6, 7]))
    return ask(
        f"An engine computes the derivative of $a \\cdot a \\cdot a$ in reverse mode, and each of "
        f"its numbers carries a tangent, for the derivative of the derivative. What are the "
        f"gradient of $a = {as_text(a)}$ and its tangent? (Give two numbers.)",
        CUBE_TWICE(a),
        "The gradient is $3a^2$, and its tangent the second derivative, $6a$.",
        CUBE_TWICE.wrong_values(a),
    )


def cost(generator: Generator) -> Question:
    """How many times the operations of the value a gradient takes."""
    size = int(generator.integers(10, 60))
    return ask(
        f"A linear network without biases has {size} inputs, {size} hidden neurons and one "
        f"output. About how many times the operations of its value do the value and all "
        f"derivatives take in reverse mode, if each node costs 3 operations (a sum) or 5 (a "
        f"product) in place of 1? Give a whole number.",
        COST(size),
        "There are about as many products as sums, so it is the mean of 3 and 5, whatever the "
        "number of weights.",
        COST.wrong_values(size),
        digits=2,
    )


TOPICS = (
    Topic(
        "automatic",
        "automatic differentiation",
        14,
        (
            reused_number,
            two_uses,
            order,
            tape,
            never_zeroed,
            row_added,
            rows_taken,
            chain,
            shares_rule,
            tanh_from_exp,
            cube_twice,
            cost,
        ),
    ),
)
