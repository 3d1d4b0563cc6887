"""The known mistakes with shapes, with batches, and with the constant of the squared error."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from backprop.arrays import Array
from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import ARRAYS, BP2, CONSTANTS

BATCH = f"{ARRAYS}#one-neuron-one-layer-one-batch"
BACKWARD = f"{ARRAYS}#the-backward-pass"
TRAP = f"{ARRAYS}#a-trap-in-the-shapes"
FASTER = f"{ARRAYS}#how-much-faster"
SAME = f"{ARRAYS}#when-is-it-the-same-training"

# The shape of Z = A_in @ W + b, from the numbers of samples, inputs and outputs.
LAYER_SHAPE = Formula(
    lambda samples, inputs, outputs: [samples, outputs],
    (
        WrongFormula(
            "samples as columns",
            "here each sample is a column. In this book a sample is a row, and a neuron is a "
            "column.",
            BATCH,
            lambda samples, inputs, outputs: [outputs, samples],
        ),
        WrongFormula(
            "shape of the input",
            "this is the shape of what goes in. The product has one column per neuron of the "
            "layer, not per input.",
            BATCH,
            lambda samples, inputs, outputs: [samples, inputs],
        ),
        WrongFormula(
            "shape of the weights",
            "this is the shape of $W$. The size that both factors share does not appear in the "
            "product.",
            BATCH,
            lambda samples, inputs, outputs: [inputs, outputs],
        ),
        WrongFormula(
            "one row for the whole batch",
            "the samples were added up. A product keeps one row for each of them.",
            BATCH,
            lambda samples, inputs, outputs: [1, outputs],
        ),
    ),
)

# The shapes of ∂L/∂W2, ∂L/∂A1 and ∂L/∂W1, from the number of samples and three layer sizes.
BACKWARD_SHAPES = Formula(
    lambda n, sizes: [[sizes[1], sizes[2]], [n, sizes[1]], [sizes[0], sizes[1]]],
    (
        WrongFormula(
            "all shapes transposed",
            "each of these is the transpose. A gradient has the shape of the array that it belongs "
            "to.",
            BACKWARD,
            lambda n, sizes: [[sizes[2], sizes[1]], [sizes[1], n], [sizes[1], sizes[0]]],
        ),
        WrongFormula(
            "samples kept in the gradients of the weights",
            "the gradient of the weights has no row per sample: the product of BP4 adds up all "
            "samples.",
            BACKWARD,
            lambda n, sizes: [[n, sizes[2]], [n, sizes[1]], [n, sizes[1]]],
        ),
        WrongFormula(
            "one sample in place of the batch",
            "this is the shape for a batch of one. What the output layer passes back has one row "
            "per sample.",
            BACKWARD,
            lambda n, sizes: [[sizes[1], sizes[2]], [1, sizes[1]], [sizes[0], sizes[1]]],
        ),
        WrongFormula(
            "delta in place of what is passed back",
            "the second shape is that of $\\delta_2$. Multiplied by $W_2^\\top$ it has one column "
            "per neuron of the layer below.",
            BACKWARD,
            lambda n, sizes: [[sizes[1], sizes[2]], [n, sizes[2]], [sizes[0], sizes[1]]],
        ),
    ),
)


def passed_back(delta: Array, W: Array) -> Array:
    """∂L/∂A of the layer below."""
    product: Array = delta @ W.T
    return product


# What a layer passes back, from its delta and its square matrix of weights.
PASSED_BACK = Formula(
    passed_back,
    (
        WrongFormula(
            "weights not transposed",
            "the deltas were multiplied by $W$ as it is. What neuron $j$ passes to input $i$ goes "
            "through the weight in row $i$, column $j$: multiply by $W^\\top$.",
            BP2,
            lambda delta, W: delta @ W,
        ),
        WrongFormula(
            "factors exchanged",
            "this is $W$ times the deltas, which adds up over samples. The rows of the deltas are "
            "samples, so the deltas come first: $\\delta W^\\top$.",
            BACKWARD,
            lambda delta, W: W @ delta,
        ),
        WrongFormula(
            "multiplied entry by entry",
            "the entries were multiplied one by one. An input feeds all neurons of the layer, so a "
            "matrix product adds up what they pass back.",
            BACKWARD,
            lambda delta, W: delta * W,
        ),
        WrongFormula(
            "divided by the samples again",
            "the mean over the samples is in the deltas already: divide only once.",
            BACKWARD,
            lambda delta, W: passed_back(delta, W) / len(delta),
        ),
        WrongFormula(
            "target minus output",
            "the sign is wrong: the error was taken as $Y - A$.",
            BACKWARD,
            lambda delta, W: -passed_back(delta, W),
        ),
    ),
)

# How many times as long the gradient of ½ΣΣ is as that of the mean over n samples of k outputs.
SUM_AGAINST_MEAN = Formula(
    lambda n, k: Fraction(n),
    (
        WrongFormula(
            "divided by the elements",
            "this is the number of elements. The loss of this book divides by the number of "
            "samples, and adds up the outputs of each.",
            CONSTANTS,
            lambda n, k: Fraction(n * k),
        ),
        WrongFormula(
            "the other way round",
            "this is how long the mean's gradient is, compared with that of the sum. The sum has "
            "the longer one.",
            CONSTANTS,
            lambda n, k: Fraction(1, n),
        ),
        WrongFormula(
            "same gradient",
            "the minimum is the same, but the gradient is not: a constant factor of the loss is a "
            "factor of every derivative.",
            CONSTANTS,
            lambda n, k: Fraction(1),
        ),
        WrongFormula(
            "constant squared",
            "the loss is squared, but its constant is not: it multiplies the gradient once.",
            CONSTANTS,
            lambda n, k: Fraction(n * n),
        ),
    ),
)

# From a learning rate for ΣΣ/(nk), the one for ΣΣ/(2n) with momentum, and the one with Adam.
TRANSLATED_RATES = Formula(
    lambda rate, k: [rate * 2 / k, rate],
    (
        WrongFormula(
            "ratio the wrong way round",
            "the learning rate was multiplied by our constant over theirs. If our gradient is "
            "longer, our learning rate is smaller.",
            CONSTANTS,
            lambda rate, k: [rate * k / 2, rate],
        ),
        WrongFormula(
            "factor ½ overlooked",
            "the constants differ in two ways: $k$ is missing in ours, and ours has a ½.",
            CONSTANTS,
            lambda rate, k: [rate / k, rate],
        ),
        WrongFormula(
            "outputs overlooked",
            "only the ½ was translated. Their loss is divided by the number of outputs as well.",
            CONSTANTS,
            lambda rate, k: [rate * 2, rate],
        ),
        WrongFormula(
            "Adam's learning rate translated too",
            "Adam divides the gradient by its usual size, so a constant of the loss cancels.",
            SAME,
            lambda rate, k: [rate * 2 / k, rate * 2 / k],
        ),
        WrongFormula(
            "not translated",
            "the constants differ, so with momentum the same learning rate gives steps of another "
            "length.",
            CONSTANTS,
            lambda rate, k: [rate, rate],
        ),
    ),
)


# How many times too large the factor 1/(nk) of A − Y is in the gradient of ΣΣ/(2nk).
ELEMENTS_FACTOR = Formula(
    lambda n, k: Fraction(2, 2 * n * k) * n * k,
    (
        WrongFormula(
            "divided by the samples",
            "1/n belongs to a mean over samples. This loss is a mean over elements, so its "
            "gradient has $nk$ in the divisor as well.",
            CONSTANTS,
            lambda n, k: Fraction(n, n * k),
        ),
        WrongFormula(
            "2 of the square forgotten",
            "the derivative of a square brings a factor of 2, which cancels the ½ of the loss.",
            CONSTANTS,
            lambda n, k: Fraction(2 * n * k, n * k),
        ),
        WrongFormula(
            "factor ½ of the loss forgotten",
            "the square brings a factor of 2, but this loss has the ½ that cancels it.",
            CONSTANTS,
            lambda n, k: Fraction(n * k, 2 * n * k),
        ),
        WrongFormula(
            "the other way round",
            "the gradient of a mean over samples would be so many times as large. This loss is a "
            "mean over elements.",
            CONSTANTS,
            lambda n, k: Fraction(k),
        ),
    ),
)

# The learning rate with a mean over elements that does what this one does with a mean over samples.
RATE_FOR_ELEMENTS = Formula(
    lambda rate, n, k: rate * k,
    (
        WrongFormula(
            "divided by the outputs",
            "the gradient is shorter by this factor already. The learning rate has to make up for "
            "it, not to repeat it.",
            CONSTANTS,
            lambda rate, n, k: rate / k,
        ),
        WrongFormula(
            "same learning rate",
            "the gradient of a mean over elements is shorter, so the same learning rate gives "
            "shorter steps.",
            CONSTANTS,
            lambda rate, n, k: rate,
        ),
        WrongFormula(
            "multiplied by the samples",
            "both losses divide by the number of samples. They differ in the number of outputs.",
            CONSTANTS,
            lambda rate, n, k: rate * n,
        ),
        WrongFormula(
            "multiplied by the elements",
            "this is the factor between the mean over elements and the sum. A mean over samples "
            "divides by the number of samples already.",
            CONSTANTS,
            lambda rate, n, k: rate * n * k,
        ),
    ),
)


def squares_of_all_pairs(outputs: Sequence[Fraction], targets: Sequence[Fraction]) -> Fraction:
    """Each output against each target."""
    return sum(((a - y) ** 2 for a in outputs for y in targets), Fraction(0))


def mean_of(numbers: Sequence[Fraction]) -> Fraction:
    """The mean, exact."""
    return sum(numbers, Fraction(0)) / len(numbers)


# For outputs equal to the targets: the mean squared error, and what ((A - y)**2).mean() gives with
# A of shape (n, 1) and y of shape (n,).
PERFECT_ERRORS = Formula(
    lambda targets: [Fraction(0), squares_of_all_pairs(targets, targets) / len(targets) ** 2],
    (
        WrongFormula(
            "each output with its own target",
            "the second number is that of the right comparison. With these shapes each output is "
            "compared with every target.",
            TRAP,
            lambda targets: [Fraction(0), Fraction(0)],
        ),
        WrongFormula(
            "sum in place of the mean",
            "the squares were added up. `.mean()` divides by how many there are.",
            TRAP,
            lambda targets: [Fraction(0), squares_of_all_pairs(targets, targets)],
        ),
        WrongFormula(
            "divided by the samples",
            "the sum was divided by the number of samples. The difference is a square array, and "
            "`.mean()` divides by the number of its entries.",
            TRAP,
            lambda targets: [Fraction(0), squares_of_all_pairs(targets, targets) / len(targets)],
        ),
        WrongFormula(
            "halved",
            "the mean squared error of this exercise has no factor ½.",
            TRAP,
            lambda targets: [
                Fraction(0),
                squares_of_all_pairs(targets, targets) / len(targets) ** 2 / 2,
            ],
        ),
    ),
)


def careless_at(output: Fraction, targets: Sequence[Fraction]) -> Fraction:
    """The careless error if all outputs are this number."""
    return squares_of_all_pairs([output], targets) / len(targets)


# The output for all samples that makes the careless error smallest, and that error.
BEST_CARELESS = Formula(
    lambda targets: [mean_of(targets), careless_at(mean_of(targets), targets)],
    (
        WrongFormula(
            "no error left",
            "the output is right, but its careless error is not 0: it is compared with targets on "
            "both sides.",
            TRAP,
            lambda targets: [mean_of(targets), Fraction(0)],
        ),
        WrongFormula(
            "error of the perfect outputs",
            "the output is right. The error is that of outputs equal to the targets; compute it "
            "for these outputs.",
            TRAP,
            lambda targets: [mean_of(targets), PERFECT_ERRORS(targets)[1]],
        ),
        WrongFormula(
            "halved",
            "the output is right, but the error has no factor ½ here.",
            TRAP,
            lambda targets: [mean_of(targets), careless_at(mean_of(targets), targets) / 2],
        ),
        WrongFormula(
            "outputs at the lower target",
            "these outputs agree with some of the targets only. Each is compared with all of them, "
            "and the derivative is 0 at their mean.",
            TRAP,
            lambda targets: [min(targets), careless_at(min(targets), targets)],
        ),
        WrongFormula(
            "outputs at the higher target",
            "these outputs agree with some of the targets only. Each is compared with all of them, "
            "and the derivative is 0 at their mean.",
            TRAP,
            lambda targets: [max(targets), careless_at(max(targets), targets)],
        ),
    ),
)

# The multiplications of a forward pass, and of both passes together, per sample, from the number of
# weights in the first layer and in the others.
MULTIPLICATIONS = Formula(
    lambda first, others: [first + others, 2 * first + 3 * others],
    (
        WrongFormula(
            "gradient of the inputs computed",
            "BP2 was counted for the first layer too. Nobody needs the gradient with respect to "
            "the inputs.",
            FASTER,
            lambda first, others: [first + others, 3 * (first + others)],
        ),
        WrongFormula(
            "error not passed back",
            "BP2 is missing: it takes one multiplication for each weight of every layer but the "
            "first.",
            FASTER,
            lambda first, others: [first + others, 2 * (first + others)],
        ),
        WrongFormula(
            "backward pass alone",
            "this is the work of the backward pass. Add that of the forward pass.",
            FASTER,
            lambda first, others: [first + others, first + 2 * others],
        ),
        WrongFormula(
            "first layer left out of BP4",
            "the first layer needs no BP2, but its weights have a gradient as well.",
            FASTER,
            lambda first, others: [first + others, first + 3 * others],
        ),
    ),
)
