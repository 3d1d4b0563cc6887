"""Backpropagation at a fixed point: relax the neurons to rest, then relax the error back.

With rows as samples and ⊙ elementwise, the two passes repeat

    forward     A ← f(A @ W + X @ U + b)
    backward    delta ← from the loss + (delta @ Wᵀ) ⊙ f′(Z)

until nothing changes. The second is BP1 and BP2 of `backprop.network` at once: where W has no
cycles, it comes to rest after as many steps as the network has layers, on the same numbers.

Sources: Almeida, "A learning rule for asynchronous perceptrons with feedback in a combinatorial
environment" (1987); Pineda, "Generalization of back-propagation to recurrent neural networks"
(1987).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from backprop.activations import Activation
from backprop.losses import Loss
from backprop.recurrent import (
    RecurrentNetwork,
    check_between,
    check_finite,
    check_known,
    check_targets,
    elementwise,
)

METHODS = ("iteration", "linear solve")
REMEMBERED = 10  # states of a network that does not settle, whose mean is looked at


class DidNotSettle(ArithmeticError):
    """The network, or the error that goes back through it, does not come to rest.

    `spectral_radius` is that of the state in which it was left.
    """

    def __init__(self, message: str, spectral_radius: float) -> None:
        super().__init__(message)
        self.spectral_radius = spectral_radius


class FixedPointNetwork(RecurrentNetwork):
    """Neurons with cycles among them, whose answer is the state in which they come to rest.

    `W` is (neurons, neurons), `U` (inputs, neurons), `b` (neurons,) or None for zeros; the numbers
    are copied. The last `outputs` neurons are compared with the targets. `activation` acts on each
    number by itself (softmax does not).

    `method` says how both passes find their fixed point. By 'iteration' they repeat their equation,
    which comes to rest where the spectral radius is below 1; `damping` is the share of its old
    state that each step keeps. By 'linear solve' the forward pass takes Newton's steps, and the
    backward pass is a single solution of linear equations: few steps, but each costs the cube of
    the neurons, and it may find a fixed point that the neurons themselves would leave.

    A pass ends when no number changes by more than `tolerance` times the largest one, and gives up
    after `limit` steps.

    Raises ValueError for parts whose shapes do not fit or that are not finite, and for settings
    out of range; the passes raise DidNotSettle.
    """

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
        W, U = np.asarray(W, dtype=float), np.asarray(U, dtype=float)
        b = np.zeros(len(W)) if b is None else np.asarray(b, dtype=float)
        check_parts(W, U, b)
        check_between("outputs", outputs, 1, len(W), "of the neurons")
        check_known("method", method, METHODS)
        if not 0 <= damping < 1:
            raise ValueError(f"damping is {damping}: give a number of at least 0 and less than 1")
        if not 0 < tolerance < 1:
            raise ValueError(f"tolerance is {tolerance}: give a number between 0 and 1")
        if limit < 1:
            raise ValueError(f"limit is {limit}: allow 1 step or more")
        self._set_outputs(activation, loss)
        self.activation = elementwise(self.output_activation)
        self.method, self.damping = method, damping
        self.tolerance, self.limit = tolerance, limit
        self.output_count = outputs
        self._allocate({"W": W, "U": U, "b": b})
        self._name_parts()

    def _name_parts(self) -> None:
        self.W, self.U, self.b = self._views(self.parameters)
        self.dW, self.dU, self.db = self._views(self.gradient)

    @classmethod
    def draw(
        cls,
        inputs: int,
        neurons: int,
        outputs: int,
        *,
        generator: np.random.Generator,
        radius: float = 0.5,
        **settings: object,
    ) -> FixedPointNetwork:
        """A network with random weights; those among the neurons have about the given radius.

        W is normal with standard deviation radius/√neurons, U with 1/√inputs; b is 0. With few
        neurons chance moves the radius far from the given one.
        """
        W = generator.normal(scale=radius * neurons**-0.5, size=(neurons, neurons))
        U = generator.normal(scale=inputs**-0.5, size=(inputs, neurons))
        return cls(W, U, outputs=outputs, **settings)

    def forward(self, X: np.ndarray) -> np.ndarray:
        """The outputs at rest for the rows of X: (samples, inputs) to (samples, outputs).

        Starts from zeros. Keeps A and Z, (samples, neurons), and `steps_forward`.
        """
        drive = X @ self.U + self.b

        def repeated(A: np.ndarray) -> np.ndarray:
            return self.activation.function(A @ self.W + drive)

        def newton(A: np.ndarray) -> np.ndarray:
            target = repeated(A)
            slopes = self.activation.derivative(target)
            return A + solve_rows(self.W, slopes, target - A)

        update = newton if self.method == "linear solve" else repeated
        self.X = X
        self.A, self.steps_forward = self._settle("the network", update, np.zeros_like(drive))
        self.Z = self.A @ self.W + drive
        if self.damping:
            # Damping leaves a trace of the old state in A. That of a ReLU that ends off must be 0,
            # or its derivative would count as 1.
            self.A = self.activation.function(self.Z)
        last = slice(-self.output_count, None)
        self.outputs, self.output_sums = self.A[:, last], self.Z[:, last]
        return self.outputs

    def backward(self, Y: np.ndarray) -> np.ndarray:
        """The gradient of the loss against the targets Y, after a forward pass.

        delta = ∂L/∂Z is a fixed point too. It comes from the loss at the outputs (BP1), and from
        every neuron that a neuron feeds (BP2), all at once:

            delta = from the loss + (delta @ Wᵀ) ⊙ f′(Z)

        Then dW = Aᵀ @ delta, dU = Xᵀ @ delta (BP4) and db = Σ delta over the rows (BP3). Keeps
        `delta` and `steps_backward`; fills and returns `gradient`.
        """
        slopes = self.activation.derivative(self.A)
        from_loss = np.zeros_like(self.A)
        from_loss[:, -self.output_count :] = self.loss.delta(self.outputs, Y, self.activation)
        if self.method == "linear solve":
            self.delta, self.steps_backward = solve_rows(self.W.T, slopes, from_loss), 1
        else:
            self.delta, self.steps_backward = self._settle(
                "the error", lambda delta: from_loss + (delta @ self.W.T) * slopes, from_loss
            )
        np.matmul(self.A.T, self.delta, out=self.dW)
        np.matmul(self.X.T, self.delta, out=self.dU)
        np.sum(self.delta, axis=0, out=self.db)
        return self.gradient

    def _settle(
        self, what: str, update: Callable[[np.ndarray], np.ndarray], state: np.ndarray
    ) -> tuple[np.ndarray, int]:
        """Repeat state ← update(state), damped, until it stands still; the state and the steps."""
        recent = deque([state], maxlen=REMEMBERED)
        with np.errstate(over="ignore", invalid="ignore"):
            for step in range(1, self.limit + 1):
                change = (1 - self.damping) * (update(state) - state)
                largest = np.abs(change).max()
                if not np.isfinite(largest):
                    break
                state = state + change
                if largest <= self.tolerance * np.abs(state).max():
                    return state, step
                recent.append(state)
        if what == "the network":
            # A network that goes round and round has its fixed point in the middle.
            self.A = np.mean(recent, axis=0)
        eigenvalues = self._eigenvalues()
        radius = float(np.abs(eigenvalues).max())
        raise DidNotSettle(
            f"{what} does not settle: after {step} steps its numbers still change by "
            f"{largest:.2g}, and the spectral radius is {radius:.4g}. {self._remedy(eigenvalues)}",
            radius,
        )

    def _remedy(self, eigenvalues: np.ndarray) -> str:
        """What to try, judged by the eigenvalues of the state in which the network was left."""
        radius = np.abs(eigenvalues).max()
        if radius < 1:
            return f"It is below 1, so give it more time: a limit above {self.limit}"
        if eigenvalues.real.max() < 1 and self.damping == 0:
            return "It overshoots, so damp it: damping=0.5, or more"
        return (
            f"It should be below 1, so make the weights among the neurons smaller: multiply W by "
            f"less than {1 / radius:.2g}; in training, take a smaller learning rate"
        )

    def _eigenvalues(self) -> np.ndarray:
        """Those of ∂f(A @ W + …)/∂A in the present state, (samples, neurons)."""
        slopes = self.activation.derivative(self.A)
        return np.linalg.eigvals(self.W * slopes[:, None, :])

    def spectral_radius(self) -> np.ndarray:
        """The spectral radius in the present state of each sample, (samples,).

        It is the size of the largest eigenvalue of the matrix of slopes W_ij f′(z_j), by which a
        small disturbance is multiplied at each step: below 1 the disturbance dies out.
        """
        return np.abs(self._eigenvalues()).max(axis=1)

    def predict(self, X: ArrayLike) -> np.ndarray:
        """The outputs at rest, (samples, outputs), for X of shape (samples, inputs), checked."""
        return self.forward(self._check_inputs(X)).copy()

    def _check_inputs(self, X: ArrayLike) -> np.ndarray:
        X = np.asarray(X, dtype=float)
        if X.ndim != 2 or X.shape[1] != len(self.U) or len(X) == 0:
            raise ValueError(
                f"X has shape {X.shape}; this network takes (samples, {len(self.U)}), at least one "
                f"row, and a column for each input"
            )
        check_finite("X", X)
        return X

    def check_examples(self, X: ArrayLike, Y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """X and Y as arrays. Raises ValueError for wrong shapes and numbers that are not finite."""
        X, Y = self._check_inputs(X), np.asarray(Y, dtype=float)
        check_targets(Y, (len(X), self.output_count))
        self.loss.check_targets(Y)
        return X, Y

    def __repr__(self) -> str:
        inputs, neurons = self.U.shape
        return (
            f"FixedPointNetwork({inputs} inputs, {neurons} neurons, {self.output_count} of them "
            f"outputs, {self.activation.name}, {self.parameters.size} parameters)"
        )


def solve_rows(W: np.ndarray, slopes: np.ndarray, right: np.ndarray) -> np.ndarray:
    """D with D = right + (D @ W) ⊙ slopes in each row, by linear equations; all (samples, neurons).

    Raises ValueError where a row has no single solution.
    """
    matrices = np.eye(len(W)) - W * slopes[:, None, :]
    try:
        return np.linalg.solve(matrices.transpose(0, 2, 1), right[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        raise ValueError(
            "the linear equations of the fixed point have no single solution, since an eigenvalue "
            "of the slopes is 1: change the weights W a little"
        ) from None


def check_parts(W: np.ndarray, U: np.ndarray, b: np.ndarray) -> None:
    """Raise ValueError unless W is square, and U and b have a column for each of its neurons."""
    if W.ndim != 2 or W.shape[0] != W.shape[1] or len(W) == 0:
        raise ValueError(
            f"W has shape {W.shape}: it must be square, (neurons, neurons), with W[i, j] leading "
            f"from neuron i to neuron j; weights from the inputs belong into U"
        )
    if U.ndim != 2 or U.shape[1] != len(W) or len(U) == 0:
        raise ValueError(
            f"U has shape {U.shape}: it must be (inputs, {len(W)}), a column for each neuron of W"
        )
    if b.shape != (len(W),):
        raise ValueError(f"b has shape {b.shape}: it must be ({len(W)},), one for each neuron of W")
    for name, part in (("W", W), ("U", U), ("b", b)):
        check_finite(name, part)
