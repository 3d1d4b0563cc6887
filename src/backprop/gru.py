"""A gated recurrent unit: the network computes how much of its state it keeps.

In an Elman network every step sends the state through a matrix and an activation function, and the
gradient back through both. Here two gates, layers of sigmoids, are computed from the state and the
current item. The keep gate κ decides for each neuron how much of the old state stays, and the reset
gate r how much of it enters the candidate for the new state. With one neuron, a state h and an
input x::

    κ = σ(w_κ h + u_κ x + b_κ)
    r = σ(w_r h + u_r x + b_r)
    h̃ = tanh(w r h + u x + b)
    h′ = κ h + (1 − κ) h̃

A gradient g with respect to h′ reaches the three pre-activations as::

    δ = g (1 − κ) (1 − h̃²)                  h′ depends on h̃ with the factor 1 − κ
    δ_κ = g (h − h̃) κ (1 − κ)               and on κ with the factor h − h̃
    δ_r = δ w h r (1 − r)                    r reaches h′ only through h̃

and the old state, on which h′ depends in four ways, receives the sum of four terms::

    ∂L/∂h = g κ + δ w r + δ_κ w_κ + δ_r w_r

The first term contains neither a weight nor the derivative of an activation function, and the
others have the factor 1 − κ: where κ is near 1, the gradient passes almost unchanged. A positive
bias b_κ makes κ start there. With many neurons, each product with a weight becomes a matrix
product.

Sources: Cho and others, "Learning phrase representations using RNN encoder-decoder for statistical
machine translation" (2014), whose update gate z is the keep gate κ. Some programs, PyTorch among
them, apply the reset gate after the matrix product, r ⊙ (H @ W), instead of before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop import checks
from backprop.activations import Activation, name_or_itself, sigmoid
from backprop.losses import Loss
from backprop.parameters import Gradient, Part
from backprop.through_time import SequenceNetwork, SequencePass

__all__ = ["GRUNetwork", "GRUPass", "gru_step", "gru_step_back"]

Arrays = tuple[np.ndarray, ...]
ENDINGS = ("_keep", "_reset", "")  # of the names: W_keep, W_reset and W, and so for U and b


def gru_step(
    H: np.ndarray, drives: Arrays, W_keep: np.ndarray, W_reset: np.ndarray, W: np.ndarray
) -> Arrays:
    """The next state, and the keep gate, reset gate and candidate that produce it.

    H is (samples, neurons). `drives` are the three arrays X_t @ U + b of the keep gate, the reset
    gate and the candidate, each (samples, neurons).
    """
    keep = sigmoid(H @ W_keep + drives[0])
    reset = sigmoid(H @ W_reset + drives[1])
    candidate = np.tanh((reset * H) @ W + drives[2])
    return keep * H + (1 - keep) * candidate, keep, reset, candidate


def gru_step_back(
    G: np.ndarray,
    H: np.ndarray,
    gates: Arrays,
    W_keep: np.ndarray,
    W_reset: np.ndarray,
    W: np.ndarray,
) -> Arrays:
    """∂L/∂H of the old state, and the deltas of the keep gate, the reset gate and the candidate.

    G is ∂L/∂H of the new state, H the old state, and `gates` are the keep gate, the reset gate and
    the candidate, as `gru_step` returned them. All arrays are (samples, neurons).
    """
    keep, reset, candidate = gates
    delta = G * (1 - keep) * (1 - candidate**2)
    delta_keep = G * (H - candidate) * keep * (1 - keep)
    G_product = delta @ W.T  # with respect to reset * H
    delta_reset = G_product * H * reset * (1 - reset)
    G_old = G * keep + G_product * reset
    G_old += delta_keep @ W_keep.T + delta_reset @ W_reset.T
    return G_old, delta_keep, delta_reset, delta


@dataclass(frozen=True)
class GRUPass(SequencePass):
    """A pass with its `gates`: keep, reset and candidate, (3, samples, steps, neurons)."""

    gates: np.ndarray


class GRUNetwork(SequenceNetwork):
    """A state carried from step to step by two gates, and outputs computed from it.

    At each step t of a sequence, with the state H before the first step 0::

        κ_t = σ(H_{t−1} @ W_keep + X_t @ U_keep + b_keep)          (samples, neurons)
        r_t = σ(H_{t−1} @ W_reset + X_t @ U_reset + b_reset)
        H̃_t = tanh((r_t ⊙ H_{t−1}) @ W + X_t @ U + b)
        H_t = κ_t ⊙ H_{t−1} + (1 − κ_t) ⊙ H̃_t
        outputs = g(H_t @ V + c)                                   (samples, outputs)

    `output_activation` is the name of g. `reading` and `truncation` are those of
    :class:`backprop.through_time.ElmanNetwork`.

    The W are drawn from a normal distribution with standard deviation 1/√neurons, the U and V with
    one over the square root of their number of inputs. All biases start at 0 except b_keep, which
    starts at `keep_bias`: a gate with a bias of 3 keeps about 0.95 of the state at first, with 0
    half.

    Raises ValueError for sizes below 1, unknown names, a truncation below 1, and a bias that is not
    finite.
    """

    W_keep, U_keep, b_keep = Part("W_keep"), Part("U_keep"), Part("b_keep")
    W_reset, U_reset, b_reset = Part("W_reset"), Part("U_reset"), Part("b_reset")
    W, U, b, V, c = Part("W"), Part("U"), Part("b"), Part("V"), Part("c")
    dW_keep, dU_keep = Part("W_keep", "gradients"), Part("U_keep", "gradients")
    dW_reset, dU_reset = Part("W_reset", "gradients"), Part("U_reset", "gradients")
    db_keep, db_reset = Part("b_keep", "gradients"), Part("b_reset", "gradients")
    dW, dU, db = Part("W", "gradients"), Part("U", "gradients"), Part("b", "gradients")
    dV, dc = Part("V", "gradients"), Part("c", "gradients")

    def __init__(
        self,
        inputs: int,
        neurons: int,
        outputs: int,
        output_activation: str | Activation = "identity",
        *,
        generator: np.random.Generator,
        loss: str | Loss = "squared error",
        reading: str = "last step",
        truncation: int | None = None,
        keep_bias: float = 0.0,
    ) -> None:
        checks.random_generator(generator)
        checks.number(keep_bias, "keep_bias")
        self._build(inputs, neurons, outputs, output_activation, loss, reading, truncation)
        for ending in ENDINGS:
            W, U = self.parts["W" + ending], self.parts["U" + ending]
            W[...] = generator.normal(scale=neurons**-0.5, size=W.shape)
            U[...] = generator.normal(scale=inputs**-0.5, size=U.shape)
        self.b_keep[...] = keep_bias
        self.V = generator.normal(scale=neurons**-0.5, size=(neurons, outputs))

    def _build(
        self,
        inputs: int,
        neurons: int,
        outputs: int,
        output_activation: str | Activation,
        loss: str | Loss,
        reading: str,
        truncation: int | None,
    ) -> None:
        sizes = {"inputs": inputs, "neurons": neurons, "outputs": outputs}
        self._build_outputs(sizes, output_activation, loss, reading, truncation)
        shapes: dict[str, tuple[int, ...]] = {}
        for ending in ENDINGS:
            shapes |= {"W" + ending: (neurons, neurons)}
            shapes |= {"U" + ending: (inputs, neurons), "b" + ending: (neurons,)}
        self._allocate(shapes | {"V": (neurons, outputs), "c": (outputs,)})

    def settings(self) -> dict[str, Any]:
        """The sizes, the activation of the outputs, the loss, and the reading of outputs."""
        return super().settings() | {"output_activation": name_or_itself(self.output_activation)}

    def forward(self, X: np.ndarray, training: bool = False) -> GRUPass:
        """The outputs at all steps that are read, one row each, ordered by sample and step.

        X is (samples, steps, inputs) with NaN after the end of each sequence, as `check_examples`
        returns it; `predict` does the same with checks.
        """
        X, real = self._real_steps(X)
        samples, steps, _ = X.shape
        drives = [X @ self.parts["U" + ending] + self.parts["b" + ending] for ending in ENDINGS]
        gates = np.empty((3, samples, steps, len(self.W)))
        states = np.zeros((samples, steps + 1, len(self.W)))
        weights = self.W_keep, self.W_reset, self.W
        for t in range(steps):
            step = tuple(drive[:, t] for drive in drives)
            states[:, t + 1], *computed = gru_step(states[:, t], step, *weights)
            gates[:, :, t] = computed
        return GRUPass(X, real.sum(axis=1), states, **self._outputs(states, real), gates=gates)

    def _backward(self, forward: GRUPass, Y: np.ndarray, gradient: Gradient) -> None:
        """From the last step to the first. All steps share their weights, so gradients add up."""
        e = self._output_gradients(forward, self.output_delta(forward, Y), gradient)
        deltas = np.empty_like(forward.gates)
        weights = self.W_keep, self.W_reset, self.W
        from_next = np.zeros_like(e[:, 0])
        for t in reversed(range(e.shape[1])):
            gates = tuple(forward.gates[:, :, t])
            from_next, *computed = gru_step_back(
                e[:, t] + from_next, forward.states[:, t], gates, *weights
            )
            deltas[:, :, t] = computed
            self._cut(from_next, forward, t)
        H = forward.states[:, :-1]
        reset = forward.gates[1]
        seen = (H, H, reset * H)  # what each W is multiplied with: keep gate, reset gate, candidate
        X = forward.X.reshape(-1, self.inputs)
        for ending, state, delta in zip(ENDINGS, seen, deltas):
            delta = delta.reshape(-1, len(self.W))
            gradient.add_product("W" + ending, state.reshape(delta.shape).T, delta)
            gradient.add_product("U" + ending, X.T, delta)
            gradient.add_rows("b" + ending, delta)

    def __repr__(self) -> str:
        inputs, neurons = self.U.shape
        return (
            f"GRUNetwork({inputs}-{neurons}-{len(self.c)}, {self.output_activation.name}, "
            f"read at the {self.reading}, {self.parameters.size} parameters)"
        )
