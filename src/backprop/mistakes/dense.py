"""The known mistakes in the backward pass of a dense layer."""

from __future__ import annotations

import numpy as np

from backprop.activations import ACTIVATIONS, Activation
from backprop.arrays import Array
from backprop.layers.dense import Dense, DenseCache, rows
from backprop.mistakes.mistake import Mistake
from backprop.mistakes.sections import (
    BIAS,
    BP1,
    BP2,
    BP3,
    BP4,
    CROSS_ENTROPY,
    DERIVATIVE,
    SOFTMAX,
    UPDATE,
)
from backprop.parameters import Gradient


class DenseMistake(Mistake, Dense):
    """A dense layer with a mistake."""


def diagonal(activation: Activation, cache: DenseCache) -> Array:
    """∂A_j/∂Z_j: f′, but for softmax the diagonal A_j(1 − A_j)."""
    if activation.elementwise:
        return activation.delta(np.ones_like(cache.A), cache.Z, cache.A)
    derivative: Array = cache.A * (1 - cache.A)
    return derivative


class Magnitude(DenseMistake):
    """The sums of the gradient without cancellation: absolute values, and derivatives f′ of 1.

    Rounding errors are a small part of these sums, but not always of the gradient itself.
    """

    def delta(self, G: Array, cache: DenseCache) -> Array:
        return G

    def add_dW(self, delta: Array, cache: DenseCache, gradient: Gradient) -> None:
        gradient.add_product("W", np.abs(rows(cache.X)).T, rows(delta))

    def input_gradient(self, delta: Array, cache: DenseCache) -> Array:
        gradient: Array = delta @ np.abs(self.W).T
        return gradient


class AtKink(DenseMistake):
    """Also right: another derivative at the kink of a ReLU, leaky or not, where Z = 0."""

    derivative_at_kink = 1.0

    def delta(self, G: Array, cache: DenseCache) -> Array:
        at_kink = (cache.Z == 0) & self.activation.kink
        return np.where(at_kink, self.derivative_at_kink * G, super().delta(G, cache))


class HalfwayAtKink(AtKink):
    """The value of central differences there: the mean of the derivatives on both sides."""

    derivative_at_kink = 0.5


class MissingDerivative(DenseMistake):
    """f′ is left out."""

    form = "missing activation derivative"
    explanation = (
        "the numbers are those that come out when f′ is left out, as if every slope of the "
        "activation were 1. A delta is the derivative with respect to the weighted sum, so the "
        "error signal has to pass the activation function. (For a ReLU, a test with ≥ 0 on its "
        "output does the same: it is always true.)"
    )
    section = BP2

    def delta(self, G: Array, cache: DenseCache) -> Array:
        return G


class DerivativeOfZ(DenseMistake):
    """f′ of Z where f′ of A is needed."""

    form = "derivative for A, given Z"
    explanation = (
        "the formula of f′ takes the output A, but it was given Z. Both have the same shape, so "
        "no error is raised."
    )
    section = DERIVATIVE

    def delta(self, G: Array, cache: DenseCache) -> Array:
        return self.activation.delta(G, cache.Z, cache.Z)


class DerivativeOfA(DenseMistake):
    """f′ of A where f′ of Z is needed."""

    form = "derivative for Z, given A"
    explanation = (
        "the function f′ evaluates the activation itself, so it takes Z, but it was given the "
        "output A: the activation was applied twice."
    )
    section = DERIVATIVE

    def delta(self, G: Array, cache: DenseCache) -> Array:
        return self.activation.delta(G, cache.A, self.activation.function(cache.A))


class RepeatedDerivative(DenseMistake):
    """f′ twice; after a fused loss, f′ once."""

    form = "activation derivative once too often"
    explanation = (
        "f′ is a factor twice. With a cross-entropy it has already cancelled in the delta of the "
        "last layer; elsewhere each delta contains it once."
    )
    section = CROSS_ENTROPY

    def backward_from_delta(
        self, delta: Array, cache: DenseCache, gradient: Gradient, need_input: bool = True
    ) -> Array | None:
        twice = self.activation.delta(delta, cache.Z, cache.A)
        return super().backward_from_delta(twice, cache, gradient, need_input)


class RepeatedDiagonal(RepeatedDerivative):
    """The same, with the diagonal of softmax only."""

    def backward_from_delta(
        self, delta: Array, cache: DenseCache, gradient: Gradient, need_input: bool = True
    ) -> Array | None:
        twice = delta * diagonal(self.activation, cache)
        return Dense.backward_from_delta(self, twice, cache, gradient, need_input)


class SoftmaxByElement(DenseMistake):
    """The diagonal of softmax's derivative only."""

    form = "softmax taken element by element"
    explanation = (
        "softmax was differentiated as if each output depended on its own weighted sum alone. "
        "Each output depends on all weighted sums of its row."
    )
    section = SOFTMAX

    def delta(self, G: Array, cache: DenseCache) -> Array:
        return G * diagonal(self.activation, cache)


class SigmoidDerivative(DenseMistake):
    """The sigmoid's f′ for another activation."""

    form = "derivative of another activation"
    explanation = (
        "the derivative belongs to another activation function than that of the forward pass."
    )
    section = BP1

    other = ACTIVATIONS["sigmoid"]

    def delta(self, G: Array, cache: DenseCache) -> Array:
        return self.other.delta(G, cache.Z, cache.A)


class TanhDerivative(SigmoidDerivative):
    """The f′ of tanh for another activation."""

    other = ACTIVATIONS["tanh"]


class TransposedWeights(DenseMistake):
    """W, or W reshaped, for Wᵀ in BP2."""

    form = "transposed weights"
    explanation = (
        "the error went back through the weights the wrong way round: W where its transpose "
        "belongs, or a reshape, which fits the shape but not the entries. What neuron j sends back "
        "to input i goes through the weight that joins the two."
    )
    section = BP2

    def input_gradient(self, delta: Array, cache: DenseCache) -> Array:
        gradient: Array = delta @ self.W.reshape(self.W.shape[::-1])
        return gradient


class ErrorCarriedBack(DenseMistake):
    """∂L/∂A for δ in BP2."""

    form = "error carried back in place of the delta"
    explanation = (
        "the layer's own gradient is computed from its delta, but the gradient for the layer "
        "below from the error before f′. Both need the delta."
    )
    section = BP2

    def backward(
        self, G: Array, cache: DenseCache, gradient: Gradient, need_input: bool = True
    ) -> Array | None:
        super().backward(G, cache, gradient, need_input=False)
        return self.input_gradient(G, cache)


class MeanInEachLayer(DenseMistake):
    """An additional 1/n in BP2."""

    form = "mean taken again in each layer"
    explanation = (
        "the gradient was divided by the number of rows again at each layer on the way down. The "
        "mean belongs in the first delta or in the last step, but only once."
    )
    section = BP1

    def input_gradient(self, delta: Array, cache: DenseCache) -> Array:
        return super().input_gradient(delta, cache) / len(delta)


class NothingBelow(DenseMistake):
    """No BP2."""

    form = "error not carried back"
    explanation = (
        "the layers below have the gradient 0, as if the error ended here. Each layer has to pass "
        "its delta on."
    )
    section = BP2

    def input_gradient(self, delta: Array, cache: DenseCache) -> Array:
        return np.zeros_like(cache.X)


class WeightedSumsIn(DenseMistake):
    """Z for A in BP4."""

    form = "weighted sums in place of outputs"
    explanation = (
        "the weights' gradient was computed with the weighted sums Z of the layer below. In the "
        "forward pass, this layer multiplied its weights with the outputs A."
    )
    section = BP4

    def add_dW(self, delta: Array, cache: DenseCache, gradient: Gradient) -> None:
        forward, index = self.context.forward, self.context.index
        X = cache.X
        if index:
            below = self.context.network.layers[index - 1]
            X = below.pre_activations(forward.A[index], forward.caches[index - 1])
        gradient.add_product("W", rows(X).T, rows(delta))


class NewWeights(DenseMistake):
    """W after the step in BP2."""

    form = "new weights used too early"
    explanation = (
        "the error went back through weights that had already been updated. The whole gradient "
        "belongs to one point, so compute all of it first, then update."
    )
    section = UPDATE

    places = "all"

    def input_gradient(self, delta: Array, cache: DenseCache) -> Array:
        dW = rows(cache.X).T @ rows(delta) + self.context.l2 * self.W
        gradient: Array = delta @ (self.W - self.context.learning_rate * dW).T
        return gradient


class UnbiasedForward(DenseMistake):
    """For a forward pass without b."""

    form = "biases missing in the forward pass"
    explanation = (
        "the backward pass is right for a forward pass without the biases. Each weighted sum "
        "includes its bias."
    )
    section = BIAS

    places = "all"

    def forward(self, X: Array, training: bool = False) -> tuple[Array, DenseCache]:
        Z = X @ self.W
        A = self.activation.function(Z)
        return A, DenseCache(X, Z, A)


class LastRowOnly(DenseMistake):
    """The last row's part for the sum over rows."""

    form = "last row only"
    explanation = (
        "the numbers are those of the last row alone. A loop over the rows must add each row's "
        "part to the earlier ones, not replace them."
    )
    section = BP4

    places = "all"

    def add_dW(self, delta: Array, cache: DenseCache, gradient: Gradient) -> None:
        gradient.add_product("W", rows(cache.X)[-1:].T, rows(delta)[-1:])

    def add_db(self, delta: Array, cache: DenseCache, gradient: Gradient) -> None:
        gradient.add("b", rows(delta)[-1])


class MissingBias(DenseMistake):
    """No BP3."""

    form = "missing bias gradient"
    explanation = (
        "the biases have no gradient. A bias is learned like a weight, one whose input is always 1."
    )
    section = BP3
    places = "each"

    def add_db(self, delta: Array, cache: DenseCache, gradient: Gradient) -> None:
        """Add nothing."""


MISTAKES: tuple[type[DenseMistake], ...] = (
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
    NewWeights,
    MissingBias,
    UnbiasedForward,
    LastRowOnly,
)
