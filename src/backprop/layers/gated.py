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

A layer applies the step along a sequence; its output at step t is the state H_t. On the backward
pass the state of a step receives two gradients, from the output and from the next step, which add.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from backprop import checks
from backprop.activations import sigmoid
from backprop.layers.layer import Layer
from backprop.parameters import Gradient, Parameters, Part, Shapes

__all__ = [
    "GRU",
    "GRUCache",
    "draw_gru",
    "gru_step",
    "gru_step_back",
    "gru_steps",
    "gru_steps_back",
    "shapes_of_gru",
]

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


def shapes_of_gru(inputs: int, neurons: int) -> Shapes:
    """The shapes of W, U and b for each ending."""
    shapes: dict[str, tuple[int, ...]] = {}
    for ending in ENDINGS:
        shapes |= {"W" + ending: (neurons, neurons)}
        shapes |= {"U" + ending: (inputs, neurons), "b" + ending: (neurons,)}
    return shapes


def draw_gru(parts: Parameters, generator: np.random.Generator, keep_bias: float) -> None:
    """Draw each W and U, with one over the square root of its number of inputs."""
    for ending in ENDINGS:
        for matrix in (parts["W" + ending], parts["U" + ending]):
            matrix[...] = generator.normal(scale=len(matrix) ** -0.5, size=matrix.shape)
    parts["b_keep"][...] = keep_bias


def gru_steps(X: np.ndarray, parts: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """All steps of the sequences X, (samples, steps, inputs), from the state 0.

    Returns the states, (samples, steps + 1, neurons), the first one 0, and the gates: keep, reset
    and candidate, (3, samples, steps, neurons).
    """
    samples, steps, _ = X.shape
    drives = [X @ parts["U" + ending] + parts["b" + ending] for ending in ENDINGS]
    weights = parts["W_keep"], parts["W_reset"], parts["W"]
    gates = np.empty((3, *drives[0].shape), X.dtype)
    states = np.zeros((samples, steps + 1, len(parts["W"])), X.dtype)
    for t in range(steps):
        drive = tuple(one[:, t] for one in drives)
        states[:, t + 1], *computed = gru_step(states[:, t], drive, *weights)
        gates[:, :, t] = computed
    return states, gates


def gru_steps_back(
    G: np.ndarray,
    X: np.ndarray,
    states: np.ndarray,
    gates: np.ndarray,
    parts: Parameters,
    gradient: Gradient,
    cut: Callable[[np.ndarray, int], None] | None = None,
) -> np.ndarray:
    """The deltas in the shape of `gates`, from G, the gradients of the states after each step.

    Goes from the last step to the first, and adds the gradients of all W, U and b: the steps share
    them. `cut` gets the gradient that step t sends back, and t, and may change it.
    """
    weights = parts["W_keep"], parts["W_reset"], parts["W"]
    deltas = np.empty_like(gates)
    from_next = np.zeros_like(G[:, 0])
    for t in reversed(range(G.shape[1])):
        from_next, *computed = gru_step_back(
            G[:, t] + from_next, states[:, t], tuple(gates[:, :, t]), *weights
        )
        deltas[:, :, t] = computed
        if cut is not None:
            cut(from_next, t)
    H = states[:, :-1]
    seen = (H, H, gates[1] * H)  # what each W is multiplied with: keep gate, reset gate, candidate
    for ending, state, delta in zip(ENDINGS, seen, deltas):
        rows = delta.reshape(-1, delta.shape[-1])
        gradient.add_product("W" + ending, state.reshape(rows.shape).T, rows)
        gradient.add_product("U" + ending, X.reshape(-1, X.shape[-1]).T, rows)
        gradient.add_rows("b" + ending, rows)
    return deltas


class GRUCache(NamedTuple):
    """What a forward pass keeps.

    The input `X`, (samples, steps, inputs); the `states`, (samples, steps + 1, neurons), from the
    0 before the first step; and the `gates`: keep, reset and candidate, (3, samples, steps,
    neurons).
    """

    X: np.ndarray
    states: np.ndarray
    gates: np.ndarray


class GRU(Layer):
    """A gated recurrent unit over sequences: (samples, steps, inputs) to (samples, steps, neurons).

    The parameters are W, (neurons, neurons), U, (inputs, neurons), and b, (neurons,), with the
    endings _keep and _reset for the gates and none for the candidate. They are drawn as those of
    :class:`backprop.gru.GRUNetwork`; b_keep starts at `keep_bias`.

    Raises ValueError for sizes below 1 and a bias that is not finite.
    """

    penalized = ("W_keep", "U_keep", "W_reset", "U_reset", "W", "U")
    W_keep, U_keep, b_keep = Part("W_keep"), Part("U_keep"), Part("b_keep")
    W_reset, U_reset, b_reset = Part("W_reset"), Part("U_reset"), Part("b_reset")
    W, U, b = Part("W"), Part("U"), Part("b")

    def __init__(self, inputs: int, neurons: int, keep_bias: float = 0.0) -> None:
        self.inputs = checks.whole_number(inputs, "inputs")
        self.neurons = checks.whole_number(neurons, "neurons")
        self.keep_bias = checks.number(keep_bias, "keep_bias")
        self.input_shape, self.output_shape = (self.inputs,), (self.neurons,)
        super().__init__(shapes_of_gru(self.inputs, self.neurons))

    def settings(self) -> dict[str, Any]:
        """The arguments that rebuild this layer."""
        return {"inputs": self.inputs, "neurons": self.neurons, "keep_bias": self.keep_bias}

    def initialize(self, generator: np.random.Generator) -> None:
        """Draw W and U, each with one over the square root of its number of inputs."""
        draw_gru(self.parts, generator, self.keep_bias)

    def forward(self, X: np.ndarray, training: bool = False) -> tuple[np.ndarray, GRUCache]:
        """The states after each step, and the cache. Raises ValueError for other axes."""
        if X.ndim != 3 or X.shape[-1] != self.inputs:
            raise ValueError(
                f"a GRU got an input of shape {X.shape}: give (samples, steps, {self.inputs})"
            )
        states, gates = gru_steps(X, self.parts)
        return states[:, 1:], GRUCache(X, states, gates)

    def backward(
        self, G: np.ndarray, cache: GRUCache, gradient: Gradient, need_input: bool = True
    ) -> np.ndarray | None:
        """∂L/∂X from G, the gradients of all states; from the last step to the first."""
        deltas = gru_steps_back(G, *cache, self.parts, gradient)
        if not need_input:
            return None
        ways = (delta @ self.parts["U" + ending].T for ending, delta in zip(ENDINGS, deltas))
        total: np.ndarray = sum(ways, np.zeros_like(cache.X))
        return total
