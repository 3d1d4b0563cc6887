"""The known slips of a backward pass, each written as the right one with one step replaced.

`Backward` computes the gradient of a network with each of the four equations in a method of its
own. A slip is a subclass that replaces one of these methods, and says why it happens and which
section of the book to read again. `backprop.diagnosis` compares what they give with a gradient
that somebody wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backprop.activations import ACTIVATIONS
from backprop.network import Network

LayerGradients = list[tuple[np.ndarray, np.ndarray | None]]
"""For each layer, from the inputs on, dW (inputs, outputs) and db (outputs,) or None."""

BY_HAND = "02_two_two_one_by_hand.ipynb"
EQUATIONS = "03_chain_rule_and_sigmoid.ipynb"
ARRAYS = "06_from_loops_to_arrays.ipynb"

DOWNHILL = "01_what_backpropagation_is.ipynb#gradient-descent-walk-downhill"
UPDATE = f"{BY_HAND}#the-update"
SIGMOID = f"{EQUATIONS}#the-sigmoid"
DERIVATIVE = f"{EQUATIONS}#its-derivative"
BIAS = f"{EQUATIONS}#the-bias"
BP1 = f"{EQUATIONS}#bp1-the-delta-of-the-last-layer"
BP2 = f"{EQUATIONS}#bp2-the-delta-of-the-layer-below"
BP3 = f"{EQUATIONS}#bp3-the-biases"
BP4 = f"{EQUATIONS}#bp4-the-weights"
CHECK = f"{EQUATIONS}#the-numerical-check"
ONE_VECTOR = f"{ARRAYS}#a-network-as-one-vector"
CONSTANTS = f"{ARRAYS}#which-squared-error"
CROSS_ENTROPY = "09_losses_activations_initialization.ipynb#the-cross-entropy"
SOFTMAX = "09_losses_activations_initialization.ipynb#softmax-one-class-out-of-several"
PENALTY = "11_handwritten_digits.ipynb#train"


class Forward:
    """One forward pass in float64, apart from the network, which stays as it is.

    `A[i]` is what enters layer i, counted from 0, `Z[i]` its weighted sums, `A[i + 1]` its outputs.
    """

    def __init__(
        self, network: Network, X: np.ndarray, Y: np.ndarray, use_biases: bool = True
    ) -> None:
        self.layers, self.loss, self.l2 = network.layers, network.loss, network.l2
        self.Y = Y.astype(np.float64)
        self.W = [layer.W.astype(np.float64) for layer in network.layers]
        self.Z, self.A = [], [X.astype(np.float64)]
        for layer, W in zip(network.layers, self.W):
            Z = self.A[-1] @ W
            self.Z.append(Z + layer.b if layer.bias and use_biases else Z)
            self.A.append(layer.activation.function(self.Z[-1]))


class Backward:
    """The right backward pass. A slip is a subclass that replaces one of the small methods.

    `where` are the layers, counted from 0, in which the slip is made; None for all.
    """

    form = explanation = section = ""

    def __init__(self, forward: Forward, where: Sequence[int] | None = None) -> None:
        self.forward = forward
        self.layers = forward.layers
        self.last = len(forward.layers) - 1
        self.where = range(len(forward.layers)) if where is None else where

    def _through(self, number: int, slope: np.ndarray) -> np.ndarray:
        """∂L/∂Z from ∂L/∂A: the step through the activation function."""
        return self.layers[number].activation.delta(self.forward.A[number + 1], slope)

    def _delta(self, number: int, slope: np.ndarray) -> np.ndarray:
        """∂L/∂Z; a loss that is fused with the last activation has given it already."""
        fused = number == self.last and self.forward.loss.fused_with
        return slope if fused else self._through(number, slope)

    def _slope_below(self, number: int, slope: np.ndarray, delta: np.ndarray) -> np.ndarray:
        """∂L/∂A of the layer below."""
        return delta @ self.forward.W[number].T

    def _dW(self, number: int, delta: np.ndarray) -> np.ndarray:
        """BP4."""
        return self.forward.A[number].T @ delta

    def _db(self, number: int, delta: np.ndarray) -> np.ndarray | None:
        """BP3."""
        return delta.sum(axis=0) if self.layers[number].bias else None

    def _first_slope(self) -> np.ndarray:
        """∂L/∂A of the last layer, or ∂L/∂Z where the loss is fused with the activation."""
        return slope_of_loss(self.forward, self.forward.A[-1], self.forward.Y)

    def run(self) -> LayerGradients:
        """The gradient of the loss without the penalty."""
        slope = self._first_slope()
        right, gradients = Backward(self.forward), []
        for number in range(self.last, -1, -1):
            step = self if number in self.where else right
            delta = step._delta(number, slope)
            gradients.insert(0, (step._dW(number, delta), step._db(number, delta)))
            slope = step._slope_below(number, slope, delta)
        return gradients


def slope_of_loss(forward: Forward, A: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """∂L/∂A, or ∂L/∂Z where the loss is fused with the activation."""
    loss = forward.loss
    if loss.fused_with:
        return loss.delta(A, Y, forward.layers[-1].activation)
    return loss.derivative(A, Y)


class Magnitude(Backward):
    """The same sums with no cancelling: absolute values, and slopes of 1 in the activations.

    Rounding errors of a gradient are a small part of these, and not of the gradient itself.
    """

    def _first_slope(self):
        return slope_of_loss(self.forward, np.abs(self.forward.A[-1]), -np.abs(self.forward.Y))

    def _through(self, number, slope):
        return slope

    def _slope_below(self, number, slope, delta):
        return delta @ np.abs(self.forward.W[number]).T

    def _dW(self, number, delta):
        return np.abs(self.forward.A[number]).T @ delta


class AtKink(Backward):
    """Right as well: another slope for a ReLU, leaky or not, whose weighted sum is 0 exactly."""

    slope_at_kink = 1.0

    def _through(self, number, slope):
        kink = (self.forward.Z[number] == 0) & ("relu" in self.layers[number].activation.name)
        return np.where(kink, self.slope_at_kink * slope, super()._through(number, slope))


class HalfwayAtKink(AtKink):
    """What central differences measure there: the mean of the slopes on both sides."""

    slope_at_kink = 0.5


class MissingDerivative(Backward):
    """f′ is left out."""

    form = "missing activation derivative"
    explanation = (
        "the numbers are those that come out when f′ is left out, as if every slope of the "
        "activation were 1. A delta is the derivative by the weighted sum, so the error has to "
        "pass the activation function. (For a ReLU, a test with ≥ 0 on its output does the same: "
        "it is always true.)"
    )
    section = BP2

    def _through(self, number, slope):
        return slope


class DerivativeOfZ(Backward):
    """f′ of Z where f′ of A is asked for."""

    form = "derivative for A, given Z"
    explanation = (
        "the formula of f′ is the one that wants the output A, and it was given Z. Both have the "
        "same shape, so nothing complains."
    )
    section = DERIVATIVE

    def _through(self, number, slope):
        return self.layers[number].activation.delta(self.forward.Z[number], slope)


class DerivativeOfA(Backward):
    """f′ of A where f′ of Z is asked for."""

    form = "derivative for Z, given A"
    explanation = (
        "the function f′ evaluates the activation itself, so it wants Z, and it was given the "
        "output A: the activation was applied twice."
    )
    section = DERIVATIVE

    def _through(self, number, slope):
        activation = self.layers[number].activation
        return activation.delta(activation.function(self.forward.A[number + 1]), slope)


class RepeatedDerivative(Backward):
    """f′ twice; after a fused loss, f′ at all."""

    form = "activation derivative once too often"
    explanation = (
        "f′ is a factor twice. With a cross-entropy it has cancelled already in the delta of the "
        "last layer; elsewhere it belongs into each delta once."
    )
    section = CROSS_ENTROPY

    def _delta(self, number, slope):
        delta = super()._delta(number, slope)
        return self.layers[number].activation.delta(self.forward.A[number + 1], delta)


class RepeatedDiagonal(RepeatedDerivative):
    """The same, with the diagonal of softmax only."""

    def _delta(self, number, slope):
        activation = self.layers[number].activation
        return Backward._delta(self, number, slope) * activation.derivative(
            self.forward.A[number + 1]
        )


class SoftmaxByElement(Backward):
    """The diagonal of softmax's derivative only."""

    form = "softmax taken element by element"
    explanation = (
        "softmax was differentiated as if each output depended on its own weighted sum alone. Each "
        "depends on all sums of its row."
    )
    section = SOFTMAX

    def _through(self, number, slope):
        return slope * self.layers[number].activation.derivative(self.forward.A[number + 1])


class SigmoidDerivative(Backward):
    """The sigmoid's f′ for another activation."""

    form = "derivative of another activation"
    explanation = (
        "the slope is that of another activation function than the one that the forward pass used."
    )
    section = BP1
    other = ACTIVATIONS["sigmoid"]

    def _through(self, number, slope):
        return self.other.delta(self.forward.A[number + 1], slope)


class TanhDerivative(SigmoidDerivative):
    """The f′ of tanh for another activation."""

    other = ACTIVATIONS["tanh"]


class TransposedWeights(Backward):
    """W, or W reshaped, for Wᵀ in BP2."""

    form = "transposed weights"
    explanation = (
        "the error went back through the weights the wrong way round: W where its transpose "
        "belongs, or a reshape, which fits the shape but not the entries. What neuron j sends back "
        "to input i goes through the weight that joins the two."
    )
    section = BP2

    def _slope_below(self, number, slope, delta):
        W = self.forward.W[number]
        return delta @ W.reshape(W.shape[::-1])


class ErrorCarriedBack(Backward):
    """∂L/∂A for δ in BP2."""

    form = "error carried back in place of the delta"
    explanation = (
        "the layer's own gradient is made from its delta, and what it hands to the layer below "
        "from the error before f′. Both need the delta."
    )
    section = BP2

    def _slope_below(self, number, slope, delta):
        return slope @ self.forward.W[number].T


class MeanInEachLayer(Backward):
    """A further 1/n in BP2."""

    form = "mean taken in each layer anew"
    explanation = (
        "the gradient was divided by the number of rows once more at each layer on the way down. "
        "The mean belongs into the first delta, or into the last step, but once."
    )
    section = BP1

    def _slope_below(self, number, slope, delta):
        return super()._slope_below(number, slope, delta) / len(delta)


class NothingBelow(Backward):
    """No BP2."""

    form = "error not carried back"
    explanation = (
        "the layers below have the gradient 0, as if the error ended here. Each layer has to hand "
        "its delta on."
    )
    section = BP2

    def _slope_below(self, number, slope, delta):
        return np.zeros_like(self.forward.A[number])


class WeightedSumsIn(Backward):
    """Z for A in BP4."""

    form = "weighted sums in place of outputs"
    explanation = (
        "the weights' gradient was made with the weighted sums Z of the layer below. What this "
        "layer multiplied its weights with in the forward pass were the outputs A."
    )
    section = BP4

    def _dW(self, number, delta):
        return (self.forward.Z[number - 1] if number else self.forward.A[0]).T @ delta


class NewWeights(Backward):
    """W after the step in BP2."""

    form = "new weights used too early"
    explanation = (
        "the error went back through weights that had been updated already. The whole gradient "
        "belongs to one point, so compute all of it first and update then."
    )
    section = UPDATE

    def __init__(self, forward, where, learning_rate):
        super().__init__(forward, where)
        self.learning_rate = learning_rate

    def _slope_below(self, number, slope, delta):
        W = self.forward.W[number]
        return delta @ (W - self.learning_rate * (self._dW(number, delta) + self.forward.l2 * W)).T


class UnbiasedForward(Backward):
    """For a forward pass without b."""

    form = "biases missing in the forward pass"
    explanation = (
        "the backward pass is right for a forward pass without the biases. Each weighted sum "
        "includes its bias."
    )
    section = BIAS


class LastRowOnly(Backward):
    """The last row's part for the sum over rows."""

    form = "last row only"
    explanation = (
        "the numbers are those of the last row alone. In a loop over the rows each one's part has "
        "to be added to those before, and not to replace them."
    )
    section = BP4

    def _dW(self, number, delta):
        return self.forward.A[number][-1:].T @ delta[-1:]

    def _db(self, number, delta):
        return delta[-1] if self.layers[number].bias else None


CONSTANT_FACTOR = (
    "constant factor",
    "every number is right but for one and the same factor. The direction is right, and every "
    "step is longer or shorter.",
    CONSTANTS,
)
MISSING_BIAS = "missing bias gradient"
MISSING_BIAS_EXPLANATION = (
    "the biases have no gradient. A bias is learned like a weight, one whose input is always 1."
)

SLIPS = (
    MissingDerivative,
    DerivativeOfZ,
    DerivativeOfA,
    RepeatedDerivative,
    RepeatedDiagonal,
    SoftmaxByElement,
    SigmoidDerivative,
    TanhDerivative,
    TransposedWeights,
    ErrorCarriedBack,
    NothingBelow,
    WeightedSumsIn,
    MeanInEachLayer,
)


@dataclass(frozen=True)
class Slip:
    """A known wrong form and the gradient that it gives, `factor` times too large if not None."""

    form: str
    explanation: str
    section: str
    vector: np.ndarray
    factor: float | None = None


def flat(gradients: Iterable[tuple[np.ndarray, np.ndarray | None]]) -> np.ndarray:
    """One vector in the order of `Network.parameters`."""
    return np.concatenate([part.ravel() for pair in gradients for part in pair if part is not None])


def places(count: int) -> Iterator[tuple[tuple[int, ...], str]]:
    """The sets of layers in which a slip is looked for, the largest first, and their names."""
    yield tuple(range(count)), ""
    if count > 2:
        yield tuple(range(count - 1)), " That concerns the hidden layers."
    if count > 1:
        for number in reversed(range(count)):
            yield (number,), f" That concerns layer {number + 1}."
