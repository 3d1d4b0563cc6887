"""The known mistakes in choosing a product or a sum of arrays; the answers are texts."""

from __future__ import annotations

from backprop.mistakes.dense import TransposedWeights
from backprop.mistakes.formula import Formula, WrongFormula
from backprop.mistakes.sections import ARRAYS, BP2, BP3, BP4

BATCH = f"{ARRAYS}#one-neuron-one-layer-one-batch"
BACKWARD = f"{ARRAYS}#the-backward-pass"
TRAP = f"{ARRAYS}#a-trap-in-the-shapes"

# The product that gives the weighted sums of a layer, without the biases.
PRODUCT_OF_Z = Formula(
    lambda: "A_in @ W",
    (
        WrongFormula(
            "factors exchanged",
            "the weights come first, as in texts where a sample is a column. Here a sample is a "
            "row, so A_in comes first.",
            BATCH,
            lambda: "W @ A_in",
        ),
        WrongFormula(
            "factors exchanged and transposed",
            "the weights come first, as in texts where a sample is a column. Here a sample is a "
            "row, so A_in comes first, and W is used as it is.",
            BATCH,
            lambda: "W.T @ A_in",
        ),
        WrongFormula(
            "one row of weights per neuron",
            "W is transposed. In the lists of chapter 4 a neuron's weights are a row. In the "
            "array they are a column, so W is used as it is.",
            BATCH,
            lambda: "A_in @ W.T",
        ),
        WrongFormula(
            "entry by entry",
            "a weighted sum adds up over all inputs. Multiplied entry by entry, nothing is added "
            "up, and the arrays need the same shape.",
            BATCH,
            lambda: "A_in * W",
        ),
    ),
)

# The product that gives dW.
PRODUCT_OF_DW = Formula(
    lambda: "A_in.T @ delta",
    (
        WrongFormula(
            "transposed gradient",
            "the factors are exchanged: this is the transpose of the gradient, (outputs, inputs). "
            "A gradient has the shape of its parameter.",
            BP4,
            lambda: "delta.T @ A_in",
        ),
        WrongFormula(
            "transpose forgotten",
            "the inputs and the samples are in the middle. The sum goes over the samples, so they "
            "have to be on both sides of it: (inputs, samples) times (samples, outputs).",
            BP4,
            lambda: "A_in @ delta",
        ),
        WrongFormula(
            "sum over the wrong axis",
            "this adds over the neurons, and only works if there are as many inputs as outputs. "
            "The gradient of a weight is a sum over the samples.",
            BP4,
            lambda: "A_in @ delta.T",
        ),
        WrongFormula(
            "entry by entry",
            "entry by entry, the arrays need the same shape, and nothing is added up. Each input "
            "meets each delta, and the samples are added up: that is a matrix product.",
            BP4,
            lambda: "A_in * delta",
        ),
    ),
)

# The product that passes the error signal to the layer below.
PRODUCT_PASSED_BACK = Formula(
    lambda: "delta @ W.T",
    (
        WrongFormula(
            TransposedWeights.form,
            "W is not transposed. Then the shapes only fit if there are as many inputs as outputs, "
            "and the numbers are wrong even so: what neuron j sends back to input i goes through "
            "the weight that joins the two.",
            BP2,
            lambda: "delta @ W",
        ),
        WrongFormula(
            "factors exchanged",
            "the weights come first, as in texts where a sample is a column. Here a sample is a "
            "row, so delta comes first.",
            BACKWARD,
            lambda: "W @ delta",
        ),
        WrongFormula(
            "factors exchanged and transposed",
            "the weights come first, as in texts where a sample is a column. Here a sample is a "
            "row, so delta comes first, and W is transposed.",
            BACKWARD,
            lambda: "W.T @ delta",
        ),
        WrongFormula(
            "entry by entry",
            "entry by entry, the arrays need the same shape, and nothing is added up. Each neuron "
            "sends its delta to all inputs: that is a matrix product.",
            BP2,
            lambda: "delta * W.T",
        ),
    ),
)

# The expression that gives db.
SUM_OF_DB = Formula(
    lambda: "delta.sum(axis=0)",
    (
        WrongFormula(
            "sum over the wrong axis",
            "this adds the deltas of a sample, and gives one number per sample. A bias belongs to "
            "a neuron, so add over the samples.",
            BP3,
            lambda: "delta.sum(axis=1)",
        ),
        WrongFormula(
            "constant factor in the biases",
            "this takes the mean over the samples. The deltas contain the 1/n of the loss already.",
            BP3,
            lambda: "delta.mean(axis=0)",
        ),
        WrongFormula(
            "all numbers added up",
            "this is a single number. There is one bias per neuron, and each needs its own.",
            BP3,
            lambda: "delta.sum()",
        ),
        WrongFormula(
            "not added up",
            "delta has one row per sample. A bias acts on every row, so its gradient is the sum "
            "over the rows.",
            BP3,
            lambda: "delta",
        ),
    ),
)

# The shape of A − y for A (n, 1) and y (n,).
COLUMN_MINUS_FLAT = Formula(
    lambda n: f"({n}, {n})",
    (
        WrongFormula(
            "each output with its own target",
            "that is what was meant. NumPy aligns shapes at their last axis, so it reads y as one "
            "row and stretches both arrays.",
            TRAP,
            lambda n: f"({n}, 1)",
        ),
        WrongFormula(
            "flattened",
            "NumPy does not flatten A. It aligns the shapes at their last axis and stretches both "
            "arrays.",
            TRAP,
            lambda n: f"({n},)",
        ),
        WrongFormula(
            "one row",
            "y is read as one row, and A has a column: both are stretched to a square.",
            TRAP,
            lambda n: f"(1, {n})",
        ),
        WrongFormula(
            "an error expected",
            "NumPy stretches axes of length 1 without an error. That is the trap.",
            TRAP,
            lambda n: "an error is raised",
        ),
    ),
)
