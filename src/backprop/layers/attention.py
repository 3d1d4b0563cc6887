"""Causal attention: each step of a sequence reads from the steps before it, and from itself.

One head. From the inputs X, (steps, width), three products make a question, a key and a value for
each step::

    Q = X @ W_q        K = X @ W_k        V = X @ W_v        (steps, d)

The scores say how well the question of a step t fits the key of a step s. A later step, s > t, is
masked: its score is −∞. Softmax turns each row into shares A with the sum 1, and the output of a
step is the mean of the values by these shares::

    S = Q @ Kᵀ / √d        A = softmax(S) along each row        H = A @ V

The division keeps the scores about as large as the entries of Q and K, whatever d is.

The backward pass is four products and the softmax of chapter 9. H is a product of A and V, so with
dH = ∂L/∂H::

    dA = dH @ Vᵀ                dV = Aᵀ @ dH
    dS = A ⊙ (dA − Σ dA ⊙ A)    the sum along each row; where A is 0, as under the mask, dS is 0
    dQ = dS @ K / √d            dK = dSᵀ @ Q / √d

The √d divides both ways, since it is a factor of S. Each of Q, K and V is a dense layer without
biases, so BP4 and BP2 give dW_q = Xᵀ @ dQ and so on, and X, which was used three times, receives
the sum of three terms, dQ @ W_qᵀ + dK @ W_kᵀ + dV @ W_vᵀ.

Several heads do the same with `width / heads` columns each. Their outputs, side by side, are
(steps, width) again, and a last dense layer mixes them: Y = H @ W_o + b_o.

Source: Vaswani and others, "Attention is all you need" (2017); before it, for translation,
Bahdanau, Cho and Bengio (2015).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from backprop import checks
from backprop.layers.layer import Layer
from backprop.layers.softmax import delta_along, softmax_along
from backprop.parameters import Gradient, Part


class AttentionCache(NamedTuple):
    """What a forward pass keeps: the input `X`, and `H`, the outputs of all heads side by side.

    Both are (samples, steps, width). `Q`, `K` and `V` are (samples, heads, steps, width / heads),
    and the shares `A` are (samples, heads, steps, steps).
    """

    X: np.ndarray
    Q: np.ndarray
    K: np.ndarray
    V: np.ndarray
    A: np.ndarray
    H: np.ndarray


class Attention(Layer):
    """Causal attention with several heads over sequences, (samples, steps, width).

    The parameters are the matrix `W`, (width, 3 · width), with the columns of questions, keys and
    values, the matrix `W_o`, (width, width), and the biases `b_o`, (width,). `causal=False` lets
    every step read from all steps.

    Raises ValueError for sizes below 1, and heads that do not divide the width.
    """

    penalized = ("W", "W_o")
    W, W_o, b_o = Part("W"), Part("W_o"), Part("b_o")
    dW, dW_o, db_o = Part("W", "gradients"), Part("W_o", "gradients"), Part("b_o", "gradients")

    def __init__(self, width: int, heads: int = 1, causal: bool = True) -> None:
        self.width = checks.whole_number(width, "width")
        self.heads = checks.whole_number(heads, "heads")
        if self.width % self.heads:
            raise ValueError(
                f"{heads} heads do not divide the width {width}: each head has width / heads "
                f"columns; change one of the two"
            )
        self.causal = bool(causal)
        self.columns = self.width // self.heads
        self.input_shape = self.output_shape = (self.width,)
        super().__init__(
            {
                "W": (self.width, 3 * self.width),
                "W_o": (self.width, self.width),
                "b_o": (self.width,),
            }
        )

    def settings(self) -> dict[str, Any]:
        """The arguments that rebuild this layer."""
        return {"width": self.width, "heads": self.heads, "causal": self.causal}

    def initialize(self, generator: np.random.Generator) -> None:
        """Draw the weights from normal distributions with the standard deviation 1/√width."""
        deviation = self.width**-0.5
        self.W = generator.normal(scale=deviation, size=self.W.shape)
        self.W_o = generator.normal(scale=deviation, size=self.W_o.shape)

    @property
    def scale(self) -> float:
        """1/√d, the factor of the scores."""
        return float(self.columns**-0.5)

    def forward(self, X: np.ndarray, training: bool = False) -> tuple[np.ndarray, AttentionCache]:
        """Y, (samples, steps, width), for X of the same shape, and the cache.

        Raises ValueError for an input with other axes.
        """
        if X.ndim != 3 or X.shape[-1] != self.width:
            raise ValueError(
                f"attention got an input of shape {X.shape}: give (samples, steps, {self.width})"
            )
        Q, K, V = np.split(X @ self.W, 3, axis=-1)
        Q, K, V = self.apart(Q), self.apart(K), self.apart(V)
        A = self.shares(Q @ K.swapaxes(-1, -2) * X.dtype.type(self.scale))
        H = self.together(A @ V)
        return H @ self.W_o + self.b_o, AttentionCache(X, Q, K, V, A, H)

    def shares(self, S: np.ndarray) -> np.ndarray:
        """The shares from the scores: masked, then softmax along each row."""
        if self.causal:
            S = np.where(self.visible(S.shape[-1]), S, -np.inf)
        return softmax_along(S)

    @staticmethod
    def visible(steps: int) -> np.ndarray:
        """True where step t, a row, may read from step s, a column: s ≤ t."""
        return np.tri(steps, dtype=bool)

    def apart(self, array: np.ndarray) -> np.ndarray:
        """(samples, steps, width) as (samples, heads, steps, width / heads)."""
        samples, steps, _ = array.shape
        return array.reshape(samples, steps, self.heads, self.columns).swapaxes(1, 2)

    def together(self, array: np.ndarray) -> np.ndarray:
        """The opposite: the heads side by side, (samples, steps, width)."""
        samples, _, steps, _ = array.shape
        return array.swapaxes(1, 2).reshape(samples, steps, self.width)

    def backward(
        self, G: np.ndarray, cache: AttentionCache, gradient: Gradient, need_input: bool = True
    ) -> np.ndarray | None:
        """∂L/∂X from G = ∂L/∂Y; adds the gradients of the weights and the biases."""
        rows = G.reshape(-1, self.width)
        gradient.add_product("W_o", cache.H.reshape(-1, self.width).T, rows)
        gradient.add_rows("b_o", rows)
        dH = self.apart(G @ self.W_o.T)
        delta = np.concatenate(self.of_products(dH, cache), axis=-1)
        columns = delta.reshape(-1, 3 * self.width)
        gradient.add_product("W", cache.X.reshape(-1, self.width).T, columns)
        if not need_input:
            return None
        back: np.ndarray = delta @ self.W.T
        return back

    def of_products(self, dH: np.ndarray, cache: AttentionCache) -> list[np.ndarray]:
        """The gradients of Q, K and V, (samples, steps, width) each."""
        dS = self.of_scores(dH @ cache.V.swapaxes(-1, -2), cache) * dH.dtype.type(self.scale)
        dQ, dK = self.of_factors(dS, cache)
        dV = cache.A.swapaxes(-1, -2) @ dH
        return [self.together(dQ), self.together(dK), self.together(dV)]

    def of_scores(self, dA: np.ndarray, cache: AttentionCache) -> np.ndarray:
        """∂L/∂S from ∂L/∂A: softmax along each row."""
        return delta_along(dA, cache.A)

    def of_factors(self, dS: np.ndarray, cache: AttentionCache) -> tuple[np.ndarray, np.ndarray]:
        """The gradients of Q and K from that of their product Q @ Kᵀ."""
        return dS @ cache.K, dS.swapaxes(-1, -2) @ cache.Q
