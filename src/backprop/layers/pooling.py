"""Max pooling: of the numbers under a window, the largest goes on.

The scalar case. a = max(x_1, …, x_k). If the largest moves, a moves as much; if another moves a
little, a does not. So the gradient g goes to the winner, and the others get 0::

    ∂L/∂x_i = g if x_i won, otherwise 0

If several are equally large, there is no derivative; the first of them counts as the winner, so
that the gradient passes once. An input under several windows adds up what it gets from each.

Source: Weng, Ahuja and Huang, "Cresceptron" (1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from backprop import checks
from backprop.layers.layer import Layer
from backprop.layers.patches import Window
from backprop.parameters import Gradient


class MaxPooling(Layer):
    """The largest number under a window of the size `kernel`, for each channel.

    `size`, `kernel`, `stride` and `padding` are as in `Convolution`; without a stride the windows
    lie side by side. Padding never wins. Raises ValueError for sizes that do not fit together.
    """

    def __init__(
        self,
        size: int | Sequence[int],
        channels: int,
        kernel: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
    ) -> None:
        self.window = Window.of(size, kernel, kernel if stride is None else stride, padding)
        self.channels = checks.whole_number(channels, "channels")
        self.input_shape = (*self.window.size, self.channels)
        self.output_shape = (*self.window.places, self.channels)
        super().__init__()

    def settings(self) -> dict[str, Any]:
        """The arguments that rebuild this layer."""
        window = self.window
        return {
            "size": list(window.size),
            "channels": self.channels,
            "kernel": list(window.kernel),
            "stride": list(window.stride),
            "padding": list(window.padding),
        }

    def forward(
        self, X: np.ndarray, training: bool = False
    ) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
        """The largest numbers, (samples, places…, channels), and the cache.

        That is all patches, and the number of the winner in each.
        """
        patches = self.window.take(self.window.padded(X, -np.inf))
        winners = patches.argmax(axis=-2, keepdims=True)
        A = np.take_along_axis(patches, winners, axis=-2)[..., 0, :]
        return A, (patches, winners)

    def backward(
        self,
        G: np.ndarray,
        cache: tuple[np.ndarray, np.ndarray],
        gradient: Gradient,
        need_input: bool = True,
    ) -> np.ndarray | None:
        """∂L/∂X: G at the place of each winner."""
        if not need_input:
            return None
        shared = self.shared_out(G, *cache)
        return self.window.inside(self.window.put_back(shared))

    def shared_out(self, G: np.ndarray, patches: np.ndarray, winners: np.ndarray) -> np.ndarray:
        """The gradient with respect to the patches."""
        shared = np.zeros(patches.shape, G.dtype)
        np.put_along_axis(shared, winners, G[..., None, :], axis=-2)
        return shared
