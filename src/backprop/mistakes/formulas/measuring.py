"""The known mistakes in measuring a derivative, and in counting what that takes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import DOWNHILL

BEGINNING = "01_what_backpropagation_is.ipynb"
KNOB = f"{BEGINNING}#turn-one-knob"
COST = f"{BEGINNING}#the-cost-of-measuring-and-the-way-out"

# A slope from the errors above and below a weight, and the step to either side.
MEASURED_SLOPE = Formula(
    lambda above, below, step: (above - below) / (2 * step),
    (
        WrongFormula(
            "change not divided",
            "this is the change of the error. A slope is that change divided by the change of the "
            "weight.",
            KNOB,
            lambda above, below, step: above - below,
        ),
        WrongFormula(
            "divided by one step",
            "the change was divided by the step to one side. From the lower to the upper value "
            "the weight moves by two steps.",
            KNOB,
            lambda above, below, step: (above - below) / step,
        ),
        WrongFormula(
            "errors subtracted in the wrong order",
            "the sign is wrong. Subtract the error of the smaller weight from that of the larger "
            "one: the slope is negative if the error falls as the weight grows.",
            KNOB,
            lambda above, below, step: (below - above) / (2 * step),
        ),
        WrongFormula(
            "divided the wrong way round",
            "the change of the weight was divided by that of the error. A slope says how much "
            "the error changes per unit of the weight.",
            KNOB,
            lambda above, below, step: float(2 * step / (above - below)),
        ),
    ),
)


def parameter_count(sizes: Sequence[int]) -> int:
    """The weights and biases of a fully connected network."""
    return sum((inputs + 1) * outputs for inputs, outputs in zip(sizes, sizes[1:]))


def weight_count(sizes: Sequence[int]) -> int:
    """The weights alone."""
    return sum(inputs * outputs for inputs, outputs in zip(sizes, sizes[1:]))


# The weights and biases of a fully connected network, from the sizes of its layers.
PARAMETER_COUNT = Formula(
    parameter_count,
    (
        WrongFormula(
            "biases forgotten",
            "these are the weights alone. Each neuron has a bias too.",
            COST,
            weight_count,
        ),
        WrongFormula(
            "one bias per layer",
            "a bias was counted once per layer. Each neuron of a layer has its own.",
            COST,
            lambda sizes: weight_count(sizes) + len(sizes) - 1,
        ),
        WrongFormula(
            "biases for the inputs",
            "the inputs got biases. Only neurons have a bias: an input is a given number.",
            COST,
            lambda sizes: weight_count(sizes) + sum(sizes),
        ),
        WrongFormula(
            "neurons counted",
            "this is the number of neurons. Each of them has one weight per input, and a bias.",
            COST,
            lambda sizes: sum(sizes[1:]),
        ),
        WrongFormula(
            "all sizes multiplied",
            "the sizes were multiplied in one product. Multiply within each layer, then add the "
            "layers.",
            COST,
            prod,
        ),
    ),
)


# The forward passes for a measured gradient with steps to both sides, from the parameters.
MEASURING_PASSES = Formula(
    lambda parameters: 2 * parameters,
    (
        WrongFormula(
            "one pass per parameter",
            "one pass was counted for each parameter. The function moves each one up and down, "
            "and computes the error both times.",
            COST,
            lambda parameters: parameters,
        ),
        WrongFormula(
            "all parameters moved at once",
            "this moves all parameters together. That gives a single number, and not one slope "
            "for each of them.",
            COST,
            lambda parameters: 2,
        ),
        WrongFormula(
            "each parameter with each other",
            "the number was squared. While one parameter moves, the others keep their values.",
            COST,
            lambda parameters: parameters**2,
        ),
    ),
)

# The same with steps to one side only.
ONE_SIDED_PASSES = Formula(
    lambda parameters: parameters + 1,
    (
        WrongFormula(
            "the unchanged network forgotten",
            "a step to one side also needs the error of the unchanged network: one more pass.",
            COST,
            lambda parameters: parameters,
        ),
        WrongFormula(
            "both sides counted",
            "this counts a pass for either side. With a step to one side, the error of the "
            "unchanged network serves all parameters.",
            COST,
            lambda parameters: 2 * parameters,
        ),
    ),
)

# The learning rate with which one step along a single weight reaches the minimum of ½(p − y)². The
# weight multiplies h, and the prediction misses the target by `missed`.
ONE_STEP_RATE = Formula(
    lambda h, missed: 1 / h**2,
    (
        WrongFormula(
            "input not squared",
            "the input enters twice: the slope has it as a factor, and when the weight moves, "
            "the prediction moves h times as far.",
            DOWNHILL,
            lambda h, missed: 1 / h,
        ),
        WrongFormula(
            "inverse",
            "this is by how much the slope changes per unit of the weight. The larger that is, "
            "the shorter the step has to be.",
            DOWNHILL,
            lambda h, missed: h**2,
        ),
        WrongFormula(
            "twice as far",
            "this step goes past the minimum, to the same height on the other side.",
            DOWNHILL,
            lambda h, missed: 2 / h**2,
        ),
        WrongFormula(
            "the distance in place of the learning rate",
            "this is how far the weight is from the minimum. The step is the learning rate times "
            "the slope.",
            DOWNHILL,
            lambda h, missed: missed / h,
        ),
    ),
)
