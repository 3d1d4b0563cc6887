"""Chapter 17: speed and scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop.mistakes import WrongValue
from backprop.mistakes.formulas.arrays import MULTIPLICATIONS
from backprop.mistakes.formulas.speed import (
    BEST_SEGMENT,
    COUNT,
    MEMORY_ROOF,
    PASSING_DELTA,
    ROOF,
)
from backprop.mistakes.sections import CHECK
from backprop.practice.measured import measured
from backprop.practice.question import Question, ask

LARGE = [784, 500, 500, 10]
SMALL_CALLS = "06_from_loops_to_arrays.ipynb#how-much-faster"
SAMPLES_PER_STEP = "17_speed_and_scale.ipynb#samples-per-step-once-more"
TYPES = "17_speed_and_scale.ipynb#float32"


# In the text


def loops_or_arrays() -> Question:
    """Before the comparison of loops and arrays."""
    measurements = "loops_and_arrays", "loops_over_arrays"
    wrong = [
        WrongValue(
            "as with ten samples",
            "this was measured with ten samples. Then one call does ten times the arithmetic, and "
            "takes hardly longer.",
            SMALL_CALLS,
            times(entry(*measurements, network="7-5-3", rows=10)),
        ),
        WrongValue(
            "as in a large network",
            "this was measured with 784 inputs, where one call replaces thousands of "
            "multiplications in Python. Here it replaces a few dozen.",
            SMALL_CALLS,
            times(entry(*measurements, network="784-30-10", rows=1)),
        ),
        WrongValue(
            "as in a large network with many samples",
            "this was measured with 784 inputs and a hundred samples, the most favourable case of "
            "all.",
            SMALL_CALLS,
            times(entry(*measurements, network="784-30-10", rows=100)),
        ),
    ]
    return ask(
        "A 7-5-3 network computes its gradient for *one* sample. How many times as fast as loops "
        "are the arrays?",
        times(entry(*measurements, network="7-5-3", rows=1)),
        "They are slower. With so few multiplications, the overhead of the NumPy calls is more "
        "than the loops take.",
        wrong,
    )


def entry(name: str, column: str, **where: Any) -> Any:
    """One entry of a measured file: of the line with these entries in other columns."""
    lines: list[dict[Any, Any]] = measured(name).to_dict("records")
    (found,) = [line for line in lines if where.items() <= line.items()]
    return found[column]


def times(factor: float) -> str:
    """A factor in words, to two digits."""
    return f"{float(f'{factor:.2g}'):g} times"


def passing_delta() -> Question:
    """Before the count of the products."""
    return ask(
        "How many multiplications per sample does it take to pass $\\delta$ down in a 784-30-10 "
        "network?",
        PASSING_DELTA([784, 30, 10]),
        "Only the last layer has a layer below it: $30 \\cdot 10$.",
        PASSING_DELTA.wrong_values([784, 30, 10]),
    )


def longest_work() -> Question:
    """Before the profile of a step."""
    kinds = ["forward products", "backward products", "activations", "sums", "update"]
    step = {"network": "784-30-10", "rows": 1}
    shares = {kind: float(entry("time_profile", kind, **step)) for kind in kinds}
    why = {
        "forward products": "they have about as many multiplications as the backward products, but "
        "the product of one row and a matrix is one that NumPy does fast",
        "activations": "there are only 40 of them, although each takes as long as many "
        "multiplications",
        "sums": "they are short, and the overhead of a call is most of what they take",
        "update": "it touches each parameter once, as each product does, but does less with it",
    }
    right = max(kinds, key=shares.__getitem__)
    wrong = [
        WrongValue(f"{kind} first", f"{reason}: {per_cent(shares[kind])} of the time.", COUNT, kind)
        for kind, reason in why.items()
    ]
    return ask(
        "Which kind of work takes most of a step of the 784-30-10 network with *one* sample?",
        right,
        f"They take {per_cent(shares[right])}, the forward products only "
        f"{per_cent(shares['forward products'])}, with nearly as many multiplications.",
        wrong,
    )


def per_cent(share: float) -> str:
    """A share in words."""
    return f"{100 * share:.0f} %"


def memory_roof() -> Question:
    """Before the roofline."""
    measurements = "memory_speed", "multiplications_per_number"
    work, needed = 1.0, float(entry(*measurements, memory="main memory", dtype="float64"))
    in_cache = float(entry(*measurements, memory="cache", dtype="float64"))
    cache = WrongValue(
        "the cache in place of the main memory",
        "this is the roof of the cache. The weights of the large network do not fit into it.",
        ROOF,
        MEMORY_ROOF(work, in_cache),
    )
    return ask(
        f"With one sample a step does one multiplication per number, and the main memory takes as "
        f"long for a number as the processor for {needed:g} multiplications. Which share of the "
        f"processor's limit can the step reach at most?",
        MEMORY_ROOF(work, needed),
        f"The processor works for one of {needed:g} units of time, and waits for the rest.",
        [*MEMORY_ROOF.wrong_values(work, needed), cache],
        digits=3,
    )


def full_batch_time() -> Question:
    """Before the time of training with several batch sizes."""
    table = measured("mini_batches")
    by_size = table[table["optimizer"] == "gradient descent"].groupby("batch_size")
    medians = by_size[["steps", "time_over_32"]].median().to_dict()
    steps, time = medians["steps"], medians["time_over_32"]
    measurements, large = ("rows_per_step", "speed_over_one_row"), {"network": "784-30-10"}
    speeds = [entry(*measurements, **large, dtype="float64", rows=n) for n in (32, 2048)]
    faster = speeds[1] / speeds[0]
    wrong = [
        WrongValue(
            "as many epochs",
            "this would be so if a full batch needed as many epochs. It makes one step per epoch, "
            "so it needs more of them.",
            SAMPLES_PER_STEP,
            times(1 / faster),
        ),
        WrongValue(
            "as many steps",
            "this would be so if the full batch needed as many steps, each with 125 times the "
            "samples. Its gradient has less noise, and it needs fewer.",
            SAMPLES_PER_STEP,
            times(4000 / 32 / faster),
        ),
        WrongValue(
            "steps compared, not time",
            "this compares the numbers of steps. A step with 4,000 samples takes longer than one "
            "with 32.",
            SAMPLES_PER_STEP,
            times(steps[4000] / steps[32]),
        ),
    ]
    return ask(
        "In the measurement below the loss has to fall to 0.2. How many times as long as batches "
        "of 32 does a full batch of 4,000 take for that?",
        times(time[4000]),
        "It needs fewer steps, but each takes more than a hundred times as long.",
        wrong,
    )


# The exercises


def exercise_1() -> Question:
    """The multiplications of a step of a 100-50-20 network with batches of 64."""
    first, others, samples = 100 * 50, 50 * 20, 64
    forward, both = MULTIPLICATIONS(first, others)
    wrong = [
        WrongValue(
            "one sample counted",
            "this is the work for one sample. Each sample of the batch takes as much.",
            COUNT,
            both,
        ),
        WrongValue(
            "backward pass left out", "this is the forward pass alone.", COUNT, samples * forward
        ),
    ]
    for mistake in MULTIPLICATIONS.wrong_values(first, others):
        value = samples * mistake.value[1]
        wrong.append(WrongValue(mistake.form, mistake.explanation, mistake.section, value))
    return ask("How many multiplications?", samples * both, "", wrong)


def samples_needed(size: int, limit: int, weight: int = 1, sample: int = 1) -> float:
    """How many samples reach the limit, not rounded, if parts of what is moved count otherwise."""
    return limit * weight * size**2 / (size**2 - limit * sample * 2 * size)


def exercise_2() -> Question:
    """The least number of samples for which the memory is not the limit."""
    exact = samples_needed(1000, 6)
    wrong = [
        WrongValue(
            "only the weights counted",
            "$X$ and $Z$ are moved too, one row of each per sample.",
            ROOF,
            int(samples_needed(1000, 6, sample=0)),
        ),
        WrongValue(
            "not a whole number of samples",
            "this many would be exactly enough, but samples are whole.",
            ROOF,
            exact,
        ),
        WrongValue(
            "bytes in place of numbers",
            "each number was counted as its 8 bytes. The limit is given per number.",
            ROOF,
            int(np.ceil(samples_needed(1000, 6 * 8))),
        ),
    ]
    return ask("How many samples?", int(np.ceil(exact)), "", wrong)


def exercise_3() -> Question:
    """The best length of the segments of 64 layers, and the memory with it."""
    return ask("Which length?", BEST_SEGMENT(64), "", BEST_SEGMENT.wrong_values(64))


def best_step(dtype: str) -> float:
    """The step with the smallest relative error of the central difference of w³ at 1.5."""
    errors = {}
    for exponent in range(1, 7):
        w, step = np.array([1.5, 10.0**-exponent], dtype=dtype)
        up, down = w + step, w - step
        slope = float((up * up * up - down * down * down) / (2 * step))
        errors[exponent] = abs(slope - 6.75)
    return float(f"1e-{min(errors, key=errors.__getitem__)}")


def exercise_4() -> Question:
    """The best steps in float32 and in float64."""
    single, double = best_step("float32"), best_step("float64")
    wrong = [
        WrongValue(
            "the smallest step in both",
            "the smallest step has the smallest error of the formula, but the two values of $L$ "
            "then agree in nearly all digits, and rounding spoils their difference.",
            CHECK,
            [1e-6, 1e-6],
        ),
        WrongValue(
            "types exchanged",
            "the steps are right, but for the other type. The type with fewer digits needs the "
            "larger step.",
            TYPES,
            [double, single],
        ),
        WrongValue(
            "one step for both",
            "this step is the best in float64. With only 7 digits, rounding spoils the difference "
            "at larger steps already.",
            TYPES,
            [double, double],
        ),
        WrongValue(
            "the largest step in both",
            "the largest step has the least rounding, but the largest error of the formula.",
            CHECK,
            [0.1, 0.1],
        ),
    ]
    return ask("Which steps are the best?", [single, double], "", wrong)
