"""Backpropagation at a fixed point: both passes repeat an equation until it converges.

With rows as samples and ⊙ elementwise, the two passes repeat, until nothing changes::

    forward     A ← f(A @ W + X @ U + b)
    backward    delta ← from the loss + (delta @ Wᵀ) ⊙ f′(Z)

The second equation is BP1 and BP2 of `backprop.layers.dense` at once: if W has no cycles, it
converges after as many steps as the network has layers, to the same numbers.

Sources: Almeida, "A learning rule for asynchronous perceptrons with feedback in a combinatorial
environment" (1987); Pineda, "Generalization of back-propagation to recurrent neural networks"
(1987). They call the repetition relaxation.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from backprop import checks
from backprop.activations import Activation, name_or_itself
from backprop.losses import Loss, get_loss
from backprop.model import Model
from backprop.parameters import Gradient, Part
from backprop.recurrent import elementwise

__all__ = ["METHODS", "DidNotConverge", "FixedPoint", "FixedPointNetwork"]

METHODS = ("iteration", "linear solve")
REMEMBERED = 10  # the last states, averaged if a network does not converge


class DidNotConverge(ArithmeticError):
    """The forward pass, or the backward pass, does not converge.

    `spectral_radius` is that of the last state.
    """

    def __init__(self, message: str, spectral_radius: float) -> None:
        super().__init__(message)
        self.spectral_radius = spectral_radius

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with both arguments, so that it can be sent to another process."""
        return type(self), (str(self), self.spectral_radius)


@dataclass(frozen=True)
class FixedPoint:
    """The result of a forward pass: the inputs `X`, (samples, inputs), and the fixed point.

    The pre-activations `Z` and the outputs `A` = f(Z) of all neurons are (samples, neurons),
    `outputs` the last columns of A. `steps` counts how often the equation was repeated.
    """

    X: np.ndarray
    Z: np.ndarray
    A: np.ndarray
    outputs: np.ndarray
    steps: int


class FixedPointNetwork(Model):
    """Neurons with cycles among them, whose output is the state to which they converge.

    `W` is (neurons, neurons), `U` (inputs, neurons), `b` (neurons,) or None for zeros; the numbers
    are copied. The last `outputs` neurons are compared with the targets. `activation` acts on each
    number by itself (softmax does not).

    `method` says how both passes find their fixed point. With 'iteration' they repeat their
    equation, which converges if the spectral radius is below 1; `damping` is the share of its old
    state that each step keeps. With 'linear solve' the forward pass takes Newton steps, and the
    backward pass solves one system of linear equations: few steps, but each costs the cube of the
    number of neurons, and it may find a fixed point that the iteration would move away from.

    A pass ends when no number changes by more than `tolerance` times the largest one, and gives up
    after `limit` steps.

    Raises ValueError for parts whose shapes do not fit or that are not finite, and for settings
    out of range; the passes raise DidNotConverge.
    """

    W, U, b = Part("W"), Part("U"), Part("b")
    dW, dU, db = Part("W", "gradients"), Part("U", "gradients"), Part("b", "gradients")

    def __init__(
        self,
        W: ArrayLike,
        U: ArrayLike,
        b: ArrayLike | None = None,
        *,
        outputs: int,
        activation: str | Activation = "tanh",
        loss: str | Loss = "squared error",
        method: str = "iteration",
        damping: float = 0.0,
        tolerance: float = 1e-13,
        limit: int = 1000,
    ) -> None:
        W, U = checks.finite_array(W, "W"), checks.finite_array(U, "U")
        b = np.zeros(len(W)) if b is None else checks.finite_array(b, "b")
        check_parts(W, U, b)
        self.output_count = checks.whole_number(
            outputs, "outputs", 1, len(W), f" of the {len(W)} neurons"
        )
        self.method = checks.choice(method, "method", METHODS)
        self.damping = checks.number(damping, "damping", at_least=0, below=1)
        self.tolerance = checks.number(tolerance, "tolerance", above=0, below=1)
        self.limit = checks.whole_number(limit, "limit")
        self.activation, self.loss = elementwise(activation), get_loss(loss)
        self.loss.check_activation(self.activation)
        self._allocate({"W": W.shape, "U": U.shape, "b": b.shape})
        self.W, self.U, self.b = W, U, b

    @classmethod
    def draw(
        cls,
        inputs: int,
        neurons: int,
        outputs: int,
        *,
        generator: np.random.Generator,
        radius: float = 0.5,
        **settings: Any,
    ) -> Self:
        """A network with random weights and, among the neurons, about the given spectral radius.

        W is normal with standard deviation radius/√neurons, U with 1/√inputs; b is 0. With few
        neurons, the radius may by chance be far from the given one.
        """
        checks.random_generator(generator)
        checks.whole_number(inputs, "inputs")
        checks.whole_number(neurons, "neurons")
        checks.number(radius, "radius", at_least=0)
        W = generator.normal(scale=radius * neurons**-0.5, size=(neurons, neurons))
        U = generator.normal(scale=inputs**-0.5, size=(inputs, neurons))
        return cls(W, U, outputs=outputs, **settings)

    def settings(self) -> dict[str, Any]:
        """The sizes, and the settings of the passes."""
        return {
            "inputs": len(self.U),
            "neurons": len(self.W),
            "outputs": self.output_count,
            "activation": name_or_itself(self.activation),
            "loss": self.loss,
            "method": self.method,
            "damping": self.damping,
            "tolerance": self.tolerance,
            "limit": self.limit,
        }

    @classmethod
    def from_settings(cls, settings: dict[str, Any]) -> Self:
        """The network that `settings` describes, with all parameters 0."""
        others = dict(settings)
        inputs, neurons = others.pop("inputs"), others.pop("neurons")
        return cls(np.zeros((neurons, neurons)), np.zeros((inputs, neurons)), **others)

    def forward(self, X: np.ndarray, training: bool = False) -> FixedPoint:
        """The fixed point for the rows of X, (samples, inputs), starting from zeros."""
        drive = X @ self.U + self.b

        def repeated(A: np.ndarray) -> np.ndarray:
            return self.activation.function(A @ self.W + drive)

        def newton(A: np.ndarray) -> np.ndarray:
            Z = A @ self.W + drive
            target = self.activation.function(Z)
            state: np.ndarray = A + solve_rows(self.W, self._derivative(Z, target), target - A)
            return state

        update = newton if self.method == "linear solve" else repeated
        recent, steps, change = self._converge(update, np.zeros_like(drive))
        if change is not None:
            # The fixed point of a network that oscillates is near the middle.
            A = np.mean(recent, axis=0)
            raise self._failure("the forward pass", steps, change, A @ self.W + drive, A)
        # One more step without damping, which leaves a trace of the old state: the output of a ReLU
        # that ends off must be exactly 0, or its derivative would count as 1.
        Z = recent[-1] @ self.W + drive
        A = self.activation.function(Z)
        return FixedPoint(X, Z, A, A[:, -self.output_count :], steps)

    def deltas(self, forward: FixedPoint, Y: np.ndarray) -> tuple[np.ndarray, int]:
        """Delta = ∂L/∂Z of all neurons, (samples, neurons), and the number of steps taken.

        delta is a fixed point too. It comes from the loss at the outputs (BP1), and from all the
        neurons that a neuron feeds (BP2), at once::

            delta = from the loss + (delta @ Wᵀ) ⊙ f′(Z)
        """
        last = slice(-self.output_count, None)
        derivative = self._derivative(forward.Z, forward.A)
        from_loss = np.zeros_like(forward.A)
        from_loss[:, last] = self.loss.delta(
            forward.Z[:, last], forward.outputs, Y, self.activation
        )
        if self.method == "linear solve":
            return solve_rows(self.W.T, derivative, from_loss), 1

        def update(delta: np.ndarray) -> np.ndarray:
            updated: np.ndarray = from_loss + (delta @ self.W.T) * derivative
            return updated

        recent, steps, change = self._converge(update, from_loss)
        if change is not None:
            raise self._failure("the backward pass", steps, change, forward.Z, forward.A)
        return update(recent[-1]), steps

    def _backward(self, forward: FixedPoint, Y: np.ndarray, gradient: Gradient) -> None:
        """DW = Aᵀ @ delta, dU = Xᵀ @ delta (BP4), and db = Σ delta over the rows (BP3)."""
        delta, _ = self.deltas(forward, Y)
        gradient.add_product("W", forward.A.T, delta)
        gradient.add_product("U", forward.X.T, delta)
        gradient.add_rows("b", delta)

    def data_loss(self, forward: FixedPoint, Y: np.ndarray) -> float:
        """The loss of a forward pass against the targets Y, (samples, outputs)."""
        return self.loss.value(forward.Z[:, -self.output_count :], forward.outputs, Y)

    def _derivative(self, Z: np.ndarray, A: np.ndarray) -> np.ndarray:
        """f′(Z), (samples, neurons)."""
        return self.activation.delta(np.ones_like(A), Z, A)

    def _converge(
        self, update: Callable[[np.ndarray], np.ndarray], state: np.ndarray
    ) -> tuple[deque[np.ndarray], int, float | None]:
        """Repeat state ← update(state), damped, until nothing changes.

        Returns the last states, without the result of the last step, and the number of steps; then
        None or, if the limit was reached, the largest change in the last step.
        """
        recent = deque([state], maxlen=REMEMBERED)
        with np.errstate(over="ignore", invalid="ignore"):
            for step in range(1, self.limit + 1):
                change = (1 - self.damping) * (update(state) - state)
                largest = float(np.abs(change).max())
                if not np.isfinite(largest):
                    break
                state = state + change
                if largest <= self.tolerance * np.abs(state).max():
                    return recent, step, None
                recent.append(state)
        return recent, step, largest

    def _failure(
        self, what: str, steps: int, change: float, Z: np.ndarray, A: np.ndarray
    ) -> DidNotConverge:
        """The error for a pass that ended in the state A = f(Z)."""
        eigenvalues = self._eigenvalues(Z, A)
        radius = float(np.abs(eigenvalues).max())
        return DidNotConverge(
            f"{what} does not converge: after {steps} steps its numbers still change by "
            f"{change:.2g}, and the spectral radius is {radius:.4g}. {self._remedy(eigenvalues)}",
            radius,
        )

    def _remedy(self, eigenvalues: np.ndarray) -> str:
        """Advice for the message, from the eigenvalues of the last state."""
        radius = np.abs(eigenvalues).max()
        if radius < 1:
            return f"It is below 1, so allow more steps: set limit above {self.limit}"
        if eigenvalues.real.max() < 1 and self.damping == 0:
            return "It overshoots, so damp it: damping=0.5, or more"
        return (
            f"It should be below 1, so make the weights among the neurons smaller: multiply W by "
            f"less than {1 / radius:.2g}; in training, take a smaller learning rate"
        )

    def _eigenvalues(self, Z: np.ndarray, A: np.ndarray) -> np.ndarray:
        """The eigenvalues of ∂f(A @ W + …)/∂A in each sample's state, (samples, neurons)."""
        return np.linalg.eigvals(self.W * self._derivative(Z, A)[:, None, :])

    def spectral_radius(self, forward: FixedPoint) -> np.ndarray:
        """The spectral radius at the fixed point of each sample, (samples,).

        It is the magnitude of the largest eigenvalue of the matrix of derivatives W_ij f′(z_j), the
        factor by which a step multiplies a small disturbance: below 1, the disturbance dies out.
        """
        radius: np.ndarray = np.abs(self._eigenvalues(forward.Z, forward.A)).max(axis=1)
        return radius

    def predict(self, X: ArrayLike) -> np.ndarray:
        """The outputs at the fixed point, (samples, outputs), for X (samples, inputs), checked."""
        return self.forward(self.check_inputs(X)).outputs.copy()

    def check_inputs(self, X: ArrayLike) -> np.ndarray:
        """X as an array. Raises ValueError unless it is (samples, inputs) and finite."""
        return checks.samples(X, "X", (len(self.U),), self.dtype)

    def check_examples(self, X: ArrayLike, Y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """X and Y as arrays. Raises ValueError for wrong shapes and numbers that are not finite."""
        X = self.check_inputs(X)
        Y = checks.targets(Y, len(X), (self.output_count,), self.dtype)
        self.loss.check_targets(Y)
        return X, Y

    def __repr__(self) -> str:
        inputs, neurons = self.U.shape
        return (
            f"FixedPointNetwork({inputs} inputs, {neurons} neurons, {self.output_count} of them "
            f"outputs, {self.activation.name}, {self.parameters.size} parameters)"
        )


def solve_rows(W: np.ndarray, derivative: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The solution D of D = right + (D @ W) ⊙ derivative in each row, by linear equations.

    All arrays are (samples, neurons).

    Raises ValueError if a row has no unique solution.
    """
    matrices = np.eye(len(W)) - W * derivative[:, None, :]
    try:
        return np.linalg.solve(matrices.transpose(0, 2, 1), right[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        raise ValueError(
            "the linear equations of the fixed point have no unique solution, since an eigenvalue "
            "of the matrix of derivatives is 1: change the weights W slightly"
        ) from None


def check_parts(W: np.ndarray, U: np.ndarray, b: np.ndarray) -> None:
    """Raise ValueError unless W is square, and U and b have one column per neuron."""
    if W.ndim != 2 or W.shape[0] != W.shape[1] or len(W) == 0:
        raise ValueError(
            f"W has shape {W.shape}: it must be square, (neurons, neurons), with W[i, j] leading "
            f"from neuron i to neuron j; weights from the inputs belong in U"
        )
    if U.ndim != 2 or U.shape[1] != len(W) or len(U) == 0:
        raise ValueError(
            f"U has shape {U.shape}: it must be (inputs, {len(W)}), one column per neuron of W"
        )
    if b.shape != (len(W),):
        raise ValueError(f"b has shape {b.shape}: it must be ({len(W)},), one per neuron of W")
