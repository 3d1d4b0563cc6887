"""The known mistakes in the sums and products of a small network, one number at a time."""

from __future__ import annotations

from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import BY_HAND, DOWNHILL

FORWARD = f"{BY_HAND}#forward-from-the-inputs-to-the-error"
PRODUCT = f"{BY_HAND}#one-product-in-full"
OUTPUT = f"{BY_HAND}#the-two-output-weights"
HIDDEN = f"{BY_HAND}#the-hidden-neurons"
FIRST = f"{BY_HAND}#the-first-four-weights"

# A neuron's sum from its two weights and the two numbers that go into it.
WEIGHTED_SUM = Formula(
    lambda w, v, a, b: w * a + v * b,
    (
        WrongFormula(
            "weights exchanged",
            "each weight met the other input. A weight belongs to one connection, and multiplies "
            "what enters that connection.",
            FORWARD,
            lambda w, v, a, b: w * b + v * a,
        ),
        WrongFormula(
            "inputs added without their weights",
            "the inputs were added as they are. Each input is first multiplied by the weight of "
            "its connection.",
            FORWARD,
            lambda w, v, a, b: a + b,
        ),
        WrongFormula(
            "sums multiplied",
            "the weights were added, the inputs were added, and the two sums multiplied. Multiply "
            "first, one product per connection, and then add.",
            FORWARD,
            lambda w, v, a, b: (w + v) * (a + b),
        ),
        WrongFormula(
            "one connection left out",
            "this is the product of one connection only. A neuron adds what arrives on all of "
            "them.",
            FORWARD,
            lambda w, v, a, b: w * a,
        ),
    ),
)

# The error of a prediction p for the target y.
ERROR = Formula(
    lambda p, y: (p - y) ** 2 / 2,
    (
        WrongFormula(
            "factor ½ left out",
            "the square was not halved. The book's error has the factor ½, so that the 2 of its "
            "derivative cancels.",
            FORWARD,
            lambda p, y: (p - y) ** 2,
        ),
        WrongFormula(
            "not squared",
            "this is half the difference. The error squares it, so that it is never negative.",
            FORWARD,
            lambda p, y: (p - y) / 2,
        ),
        WrongFormula(
            "difference of the squares",
            "both numbers were squared before the subtraction. Subtract first.",
            FORWARD,
            lambda p, y: (p**2 - y**2) / 2,
        ),
    ),
)

# ∂E/∂p.
ERROR_SLOPE = Formula(
    lambda p, y: p - y,
    (
        WrongFormula(
            "target minus prediction",
            "the sign is wrong. E grows when a prediction that is too high grows further, so the "
            "slope is prediction − target.",
            PRODUCT,
            lambda p, y: y - p,
        ),
        WrongFormula(
            "the error in place of its slope",
            "this is the error. Its slope says how fast it changes when the prediction moves.",
            PRODUCT,
            lambda p, y: (p - y) ** 2 / 2,
        ),
        WrongFormula(
            "factor ½ kept",
            "the 2 from the square cancels the ½.",
            PRODUCT,
            lambda p, y: (p - y) / 2,
        ),
    ),
)

# The slope of a weight: `arrives` at its neuron, `enters` its connection, and the weight itself.
OUTER_SLOPE = Formula(
    lambda arrives, enters, weight: arrives * enters,
    (
        WrongFormula(
            "target minus prediction",
            "the sign is wrong: the error was taken as target − prediction.",
            PRODUCT,
            lambda arrives, enters, weight: -arrives * enters,
        ),
        WrongFormula(
            "the input of the connection forgotten",
            "this is what arrives at the neuron. When the weight moves, the neuron's sum moves as "
            "many times as fast as what enters the connection says: multiply by it.",
            OUTPUT,
            lambda arrives, enters, weight: arrives,
        ),
        WrongFormula(
            "the weight in place of its input",
            "what arrives was multiplied by the weight. That sends it on to the left. The slope of "
            "the weight itself needs the number that went into the connection.",
            OUTPUT,
            lambda arrives, enters, weight: arrives * weight,
        ),
    ),
)

# What arrives at a hidden neuron: what arrives at the output, the weight between them, the neuron's
# own value.
SENT_BACK = Formula(
    lambda arrives, weight, value: arrives * weight,
    (
        WrongFormula(
            "the value in place of the weight",
            "the derivative was multiplied by the neuron's value. That gives the slope of the "
            "weight. To pass a connection, multiply by its weight.",
            HIDDEN,
            lambda arrives, weight, value: arrives * value,
        ),
        WrongFormula(
            "passed without the weight",
            "the derivative arrived unchanged. When the neuron moves, the prediction moves as "
            "many times as fast as the weight says.",
            HIDDEN,
            lambda arrives, weight, value: arrives,
        ),
        WrongFormula(
            "divided by the weight",
            "the derivative was divided. Derivatives along a path are multiplied, in both "
            "directions.",
            HIDDEN,
            lambda arrives, weight, value: arrives / weight,
        ),
        WrongFormula(
            "target minus prediction",
            "the sign is wrong: the error was taken as target − prediction.",
            PRODUCT,
            lambda arrives, weight, value: -arrives * weight,
        ),
    ),
)

# The slope of a weight of the first layer: dE_dp, the output weight of its neuron, the neuron's
# value, the input, and the weight itself.
INNER_SLOPE = Formula(
    lambda dE_dp, out, h, x, own: dE_dp * out * x,
    (
        WrongFormula(
            "target minus prediction",
            "the sign is wrong: the error was taken as target − prediction.",
            PRODUCT,
            lambda dE_dp, out, h, x, own: -dE_dp * out * x,
        ),
        WrongFormula(
            "the weight on the path forgotten",
            "the derivative at the output reached this weight without passing the connection "
            "between the neuron and the output: multiply by that connection's weight.",
            HIDDEN,
            lambda dE_dp, out, h, x, own: dE_dp * x,
        ),
        WrongFormula(
            "the input of the connection forgotten",
            "this is what arrives at the hidden neuron. Multiply by the input that enters the "
            "connection.",
            FIRST,
            lambda dE_dp, out, h, x, own: dE_dp * out,
        ),
        WrongFormula(
            "the neuron's value in place of the input",
            "the last factor is the hidden neuron's own value. It belongs to the weight that "
            "leads out of the neuron; this weight leads into it.",
            FIRST,
            lambda dE_dp, out, h, x, own: dE_dp * out * h,
        ),
        WrongFormula(
            "the weight itself on the path",
            "the error passed the weight whose slope is wanted. It passes the connections between "
            "that weight's neuron and the output.",
            HIDDEN,
            lambda dE_dp, out, h, x, own: dE_dp * own * x,
        ),
    ),
)

# What a step promises: it lowers the error by about this, from the learning rate and all slopes.
FORECAST = Formula(
    lambda rate, *slopes: rate * sum(slope**2 for slope in slopes),
    (
        WrongFormula(
            "learning rate forgotten",
            "the step is the learning rate times the slope: it is a factor once.",
            DOWNHILL,
            lambda rate, *slopes: sum(slope**2 for slope in slopes),
        ),
        WrongFormula(
            "learning rate squared",
            "the change of a weight has the learning rate as a factor, its slope has not.",
            DOWNHILL,
            lambda rate, *slopes: rate**2 * sum(slope**2 for slope in slopes),
        ),
        WrongFormula(
            "slopes not squared",
            "each weight changes by its slope times the learning rate, and that changes the error "
            "by the slope once more.",
            DOWNHILL,
            lambda rate, *slopes: rate * sum(abs(slope) for slope in slopes),
        ),
    ),
)
