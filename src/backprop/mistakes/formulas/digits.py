"""The known mistakes with a network that reads images: its input gradient, and its scores."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

from backprop.mistakes.formula import Formula, WrongFormula

PAGE = "11_handwritten_digits.ipynb"
OTHER_IMAGES = f"{PAGE}#other-images"
INPUT_GRADIENT = f"{PAGE}#the-gradient-with-respect-to-the-input"
ONE_STEP = f"{PAGE}#one-step-that-misleads"

Numbers = Sequence[Any]

# ∂E/∂x of a pixel: the deltas of the neurons that it feeds, its weights to them, and the pixel.
PIXEL_SLOPE = Formula(
    lambda deltas, weights, x: sum(delta * w for delta, w in zip(deltas, weights)),
    (
        WrongFormula(
            "multiplied by the pixel",
            "the pixel is a factor of the derivative with respect to a weight. Here the pixel "
            "itself is changed, and the factor is the weight.",
            INPUT_GRADIENT,
            lambda deltas, weights, x: x * sum(d * w for d, w in zip(deltas, weights)),
        ),
        WrongFormula(
            "weights left out",
            "the deltas were added as they are. Each reaches the pixel through the weight that "
            "joins the two.",
            INPUT_GRADIENT,
            lambda deltas, weights, x: sum(deltas),
        ),
        WrongFormula(
            "one neuron only",
            "this is what one neuron sends back. The pixel feeds both, so add both products.",
            INPUT_GRADIENT,
            lambda deltas, weights, x: deltas[0] * weights[0],
        ),
        WrongFormula(
            "sums multiplied",
            "the deltas were added, the weights were added, and the two sums multiplied. Multiply "
            "first, one product per neuron, and then add.",
            INPUT_GRADIENT,
            lambda deltas, weights, x: sum(deltas) * sum(weights),
        ),
        WrongFormula(
            "a derivative f′ for the pixel",
            "the factor x(1 − x) is the derivative of a sigmoid. A pixel is not the output of a "
            "neuron, so there is no f′.",
            INPUT_GRADIENT,
            lambda deltas, weights, x: (x * (1 - x) * sum(d * w for d, w in zip(deltas, weights))),
        ),
    ),
)

# The standard deviation of the difference of two accuracies on the same n images, d of which the
# two networks read differently; p is an accuracy.
PAIRED_DEVIATION = Formula(
    lambda d, n, p: sqrt(d) / n,
    (
        WrongFormula(
            "share of the images",
            "this is the share of images on which they disagree. Each adds 1 to the variance of "
            "the number of images won, so the deviation is the root of their number.",
            OTHER_IMAGES,
            lambda d, n, p: d / n,
        ),
        WrongFormula(
            "number of images inside the root",
            "the number of all images was divided inside the root. The root is that of the number "
            "of disagreements alone.",
            OTHER_IMAGES,
            lambda d, n, p: sqrt(d / n),
        ),
        WrongFormula(
            "two separate scores",
            "this treats the two accuracies as independent. The images are the same, and those "
            "that both read correctly do not change the difference.",
            OTHER_IMAGES,
            lambda d, n, p: sqrt(2 * p * (1 - p) / n),
        ),
        WrongFormula(
            "one score",
            "this is the deviation of one accuracy. The question is about the difference of two on "
            "the same images.",
            OTHER_IMAGES,
            lambda d, n, p: sqrt(p * (1 - p) / n),
        ),
        WrongFormula(
            "all images counted",
            "every image was counted, also those on which the two agree. They do not change the "
            "difference.",
            OTHER_IMAGES,
            lambda d, n, p: sqrt(n) / n,
        ),
    ),
)

# A weighted sum of n inputs, each changed by ε, with weights of the size w: its largest change, the
# standard deviation of the change with random signs, and the ratio of the two.
COORDINATED_CHANGE = Formula(
    lambda n, nudge, w: [n * nudge * w, sqrt(n) * nudge * w, sqrt(n)],
    (
        WrongFormula(
            "deviations added",
            "with coin flips the standard deviations were added. The variances add up; take the "
            "root of their sum.",
            ONE_STEP,
            lambda n, nudge, w: [n * nudge * w, n * nudge * w, 1],
        ),
        WrongFormula(
            "variance in place of the deviation",
            "the second number is the variance. Its root is the standard deviation.",
            ONE_STEP,
            lambda n, nudge, w: [n * nudge * w, n * (nudge * w) ** 2, 1 / (nudge * w)],
        ),
        WrongFormula(
            "one input",
            "the second number is the change from one input. There are $n$ of them, and their "
            "variances add up.",
            ONE_STEP,
            lambda n, nudge, w: [n * nudge * w, nudge * w, n],
        ),
        WrongFormula(
            "weights left out",
            "the changes of the inputs were added. The weighted sum multiplies each by its weight.",
            ONE_STEP,
            lambda n, nudge, w: [n * nudge, sqrt(n) * nudge, sqrt(n)],
        ),
        WrongFormula(
            "ratio upside down",
            "the two changes are right. The ratio is the largest divided by the typical one.",
            ONE_STEP,
            lambda n, nudge, w: [n * nudge * w, sqrt(n) * nudge * w, 1 / sqrt(n)],
        ),
    ),
)
