"""The known mistakes in how large weighted sums and outputs are."""

from __future__ import annotations

from math import pi, sqrt

from backprop.mistakes.formula import Formula, WrongFormula

PAGE = "09_losses_activations_initialization.ipynb"
SIZES, VANISHING = f"{PAGE}#initial-weights", f"{PAGE}#vanishing-gradients"

# The standard deviation of a weighted sum of n inputs with the mean square 1.
SUM_DEVIATION = Formula(
    lambda n, std: std * sqrt(n),
    (
        WrongFormula(
            "standard deviations added",
            "the standard deviations were added up. Independent numbers partly cancel: their "
            "variances add up.",
            SIZES,
            lambda n, std: n * std,
        ),
        WrongFormula(
            "variance in place of the standard deviation",
            "this is the variance of the sum. Take its square root.",
            SIZES,
            lambda n, std: n * std**2,
        ),
        WrongFormula(
            "mean in place of the sum",
            "this is the standard deviation of the mean of the products. A neuron adds them and "
            "does not divide.",
            SIZES,
            lambda n, std: std / sqrt(n),
        ),
        WrongFormula(
            "one product only",
            "this is the standard deviation of a single product. The neuron adds many.",
            SIZES,
            lambda n, std: std,
        ),
    ),
)

# The factors by which layers of ReLUs change the root mean square, given n · std² of each.
RELU_FACTORS = Formula(
    lambda *doublings: [sqrt(c / 2) for c in doublings],
    (
        WrongFormula(
            "mean square in place of its root",
            "these are the factors of the mean square. The root mean square changes by their "
            "square roots.",
            SIZES,
            lambda *doublings: [c / 2 for c in doublings],
        ),
        WrongFormula(
            "ReLU left out",
            "these are the factors of the weighted sums. Each ReLU then sets about half of them to "
            "0, which halves the mean square.",
            SIZES,
            lambda *doublings: [sqrt(c) for c in doublings],
        ),
        WrongFormula(
            "standard deviation in place of the root mean square",
            "these are the factors of the standard deviation of the outputs. The mean of a ReLU's "
            "outputs is not 0, and the next layer gets it too.",
            SIZES,
            lambda *doublings: [sqrt(c * (1 - 1 / pi) / 2) for c in doublings],
        ),
    ),
)

# How large delta is after some steps back, as a multiple: from the standard deviation of weights,
# times √neurons, the root mean square of the derivatives, the largest derivative of the activation,
# the neurons per layer and the steps.
DELTA_LEFT = Formula(
    lambda scale, derivative, steepest, neurons, steps: (scale * derivative) ** steps,
    (
        WrongFormula(
            "derivative left out",
            "only the weights were counted. BP2 also multiplies by the derivative of the "
            "activation in each layer.",
            VANISHING,
            lambda scale, derivative, steepest, neurons, steps: scale**steps,
        ),
        WrongFormula(
            "weights left out",
            "only the derivatives were counted. BP2 also multiplies by the weights of each layer.",
            VANISHING,
            lambda scale, derivative, steepest, neurons, steps: derivative**steps,
        ),
        WrongFormula(
            "saturation left out",
            "the largest derivative was taken for every neuron. Large weights make the weighted "
            "sums large, and there the derivative is small.",
            VANISHING,
            lambda scale, derivative, steepest, neurons, steps: (scale * steepest) ** steps,
        ),
        WrongFormula(
            "one layer only",
            "this is the factor of a single layer. BP2 multiplies once per layer.",
            VANISHING,
            lambda scale, derivative, steepest, neurons, steps: scale * derivative,
        ),
        WrongFormula(
            "standard deviations added",
            "the contributions of a layer were added as if all had the same sign. They partly "
            "cancel: their variances add up.",
            SIZES,
            lambda scale, derivative, steepest, neurons, steps: (
                (scale * sqrt(neurons) * derivative) ** steps
            ),
        ),
        WrongFormula(
            "one product only",
            "only one weight was counted per layer. Each delta adds up the contributions of all "
            "neurons of the layer above.",
            SIZES,
            lambda scale, derivative, steepest, neurons, steps: (
                (scale / sqrt(neurons) * derivative) ** steps
            ),
        ),
    ),
)
