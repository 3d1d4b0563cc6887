"""A recurrent network whose state is carried by a gated recurrent unit.

`backprop.layers.gated` has the unit: one step, its backward pass, and where they come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop import checks
from backprop.activations import Activation, name_or_itself
from backprop.layers.gated import draw_gru, gru_steps, gru_steps_back, shapes_of_gru
from backprop.losses import Loss
from backprop.parameters import Gradient, Part
from backprop.through_time import SequenceNetwork, SequencePass

__all__ = ["GRUNetwork", "GRUPass"]


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
        draw_gru(self.parts, generator, keep_bias)
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
        shapes = shapes_of_gru(inputs, neurons)
        self._allocate({**shapes, "V": (neurons, outputs), "c": (outputs,)})

    def settings(self) -> dict[str, Any]:
        """The sizes, the activation of the outputs, the loss, and the reading of outputs."""
        return super().settings() | {"output_activation": name_or_itself(self.output_activation)}

    def forward(self, X: np.ndarray, training: bool = False) -> GRUPass:
        """The outputs at all steps that are read, one row each, ordered by sample and step.

        X is (samples, steps, inputs) with NaN after the end of each sequence, as `check_examples`
        returns it; `predict` does the same with checks.
        """
        X, real = self._real_steps(X)
        states, gates = gru_steps(X, self.parts)
        return GRUPass(X, real.sum(axis=1), states, **self._outputs(states, real), gates=gates)

    def _backward(self, forward: GRUPass, Y: np.ndarray, gradient: Gradient) -> None:
        """From the last step to the first. All steps share their weights, so gradients add up."""
        e = self._output_gradients(forward, self.output_delta(forward, Y), gradient)
        gru_steps_back(
            e,
            forward.X,
            forward.states,
            forward.gates,
            self.parts,
            gradient,
            lambda from_next, t: self._cut(from_next, forward, t),
        )

    def __repr__(self) -> str:
        inputs, neurons = self.U.shape
        return (
            f"GRUNetwork({inputs}-{neurons}-{len(self.c)}, {self.output_activation.name}, "
            f"read at the {self.reading}, {self.parameters.size} parameters)"
        )
