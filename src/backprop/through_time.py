"""Backpropagation through time: a state goes forward along a sequence, and its gradient backward.

An Elman network reads one item of a sequence at each step. Unrolled, it is a feed-forward network
with one layer per step, all with the same weights; so the four equations of `backprop.layers.dense`
hold, and the gradients of the steps add up. `SequenceNetwork` has the parts that it shares with
other networks that read sequences, such as that of `backprop.gru`.

Sources: Elman, "Finding structure in time" (1990); Werbos, "Backpropagation through time: what it
does and how to do it" (1990); for the truncation Williams and Peng, "An efficient gradient-based
algorithm for on-line training of recurrent network trajectories" (1990).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from backprop import checks
from backprop.activations import Activation, get_activation, name_or_itself
from backprop.losses import Loss, get_loss
from backprop.model import Model
from backprop.parameters import Gradient, Part
from backprop.recurrent import elementwise

__all__ = ["READINGS", "ElmanNetwork", "ElmanPass", "SequenceNetwork", "SequencePass", "Sequences"]

READINGS = ("last step", "every step")


class Sequences:
    """Sequences of different lengths in one array, the shorter ones padded at their ends.

    `values` is (samples, steps, features); `lengths`, (samples,), counts the real steps of each
    sequence; None means all. Values after the end may be anything, and become NaN, which marks the
    end wherever `values` are used. `real` (samples, steps) says which steps are real. An index
    selects samples.

    Raises ValueError for the wrong number of dimensions, for no samples, for a length below 1 or
    above the number of steps, and for a real step that is not finite.
    """

    def __init__(self, values: ArrayLike, lengths: ArrayLike | None = None) -> None:
        values = checks.real_array(values, "values").copy()
        if values.ndim != 3 or 0 in values.shape:
            raise ValueError(
                f"the sequences have shape {values.shape}: give (samples, steps, features), each "
                f"at least 1; pass a single sequence as values[None]"
            )
        samples, steps, _ = values.shape
        lengths = np.full(samples, steps) if lengths is None else np.asarray(lengths)
        if lengths.shape != (samples,) or not np.issubdtype(lengths.dtype, np.integer):
            raise ValueError(
                f"lengths is {lengths.dtype} of shape {lengths.shape}: give a whole number for "
                f"each of the {samples} sequences"
            )
        wrong = np.flatnonzero((lengths < 1) | (lengths > steps))
        if wrong.size:
            raise ValueError(
                f"lengths[{wrong[0]}] is {lengths[wrong[0]]}: each sequence has from 1 to {steps} "
                f"steps in this array; leave empty sequences out"
            )
        self.lengths = lengths
        self.real = np.arange(steps) < lengths[:, None]
        values[~self.real] = 0.0
        checks.check_finite(values, "values")
        values[~self.real] = np.nan
        self.values = values

    @classmethod
    def pad(cls, sequences: Sequence[ArrayLike]) -> Sequences:
        """Sequences from a list of arrays, each (steps, features), with any number of steps."""
        arrays = [checks.real_array(sequence, "a sequence") for sequence in sequences]
        for place, array in enumerate(arrays):
            if array.ndim != 2 or 0 in array.shape or array.shape[1] != arrays[0].shape[1]:
                raise ValueError(
                    f"sequence {place} has shape {array.shape}: give (steps, features), at least "
                    f"one step, and as many features as the first one, whose shape is "
                    f"{arrays[0].shape}"
                )
        if not arrays:
            raise ValueError("there are no sequences: give at least one")
        lengths = np.array([len(array) for array in arrays])
        values = np.zeros((len(arrays), lengths.max(), arrays[0].shape[1]))
        for row, array in zip(values, arrays):
            row[: len(array)] = array
        return cls(values, lengths)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, samples: slice | np.ndarray) -> Sequences:
        """The samples selected by a slice or an array of indices."""
        chosen = copy(self)
        chosen.values, chosen.lengths = self.values[samples], self.lengths[samples]
        chosen.real = self.real[samples]
        return chosen


@dataclass(frozen=True)
class SequencePass:
    """The data that a forward pass keeps for the backward pass.

    `X` is (samples, steps, inputs) with 0 after the end of each sequence, `lengths` counts the
    steps. `states` is (samples, steps + 1, neurons), of which the first is 0. `read` says where in
    (samples, steps) outputs are read; `Z` and `outputs` have one row for each of these.
    """

    X: np.ndarray
    lengths: np.ndarray
    states: np.ndarray
    read: np.ndarray
    Z: np.ndarray
    outputs: np.ndarray


@dataclass(frozen=True)
class ElmanPass(SequencePass):
    """The same, with the pre-activations of the states in `sums` (samples, steps, neurons)."""

    sums: np.ndarray


class SequenceNetwork(Model):
    """The common part of networks that read sequences: reading, targets, truncation, checks.

    A kind of network defines how its states follow from each other (`forward`), and how the
    gradient goes from a state to the one before (`_backward`), where it calls `_cut` at each step
    for the truncation. U, or one part called U among others, connects the inputs to the state; the
    outputs are `g(H_t @ V + c)`.
    """

    U: Any
    V: Any
    c: Any
    output_activation: Activation
    reading: str
    truncation: int | None

    @property
    def inputs(self) -> int:
        """The number of features in each item of a sequence."""
        return len(self.U)

    def _build_outputs(
        self,
        sizes: dict[str, int],
        activation: str | Activation,
        loss: str | Loss,
        reading: str,
        truncation: int | None,
    ) -> None:
        """Check and keep the settings that all kinds have in common."""
        for name, size in sizes.items():
            checks.whole_number(size, name)
        self.reading = checks.choice(reading, "reading", READINGS)
        self.truncation = truncation
        if truncation is not None:
            checks.whole_number(truncation, "truncation", unit=", or None for all steps")
        self.output_activation, self.loss = get_activation(activation), get_loss(loss)
        self.loss.check_activation(self.output_activation)

    def settings(self) -> dict[str, Any]:
        """The sizes, the loss, and the reading of outputs."""
        return {
            "inputs": self.inputs,
            "neurons": len(self.V),
            "outputs": len(self.c),
            "loss": self.loss,
            "reading": self.reading,
            "truncation": self.truncation,
        }

    @classmethod
    def from_settings(cls, settings: dict[str, Any]) -> Self:
        """The network that `settings` describes, with all parameters 0."""
        network = cls.__new__(cls)
        network._build(**settings)
        return network

    @abstractmethod
    def _build(self, *arguments: Any, **settings: Any) -> None:
        """Check the settings, keep them, and allocate the parameters."""

    @staticmethod
    def _real_steps(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """X with 0 in place of NaN, and a mask of its real steps."""
        real = ~np.isnan(X[:, :, 0])
        return np.where(real[:, :, None], X, 0.0), real

    def _outputs(self, states: np.ndarray, real: np.ndarray) -> dict[str, np.ndarray]:
        """The last entries of a pass, from the states after all steps."""
        read = real.copy()
        if self.reading == "last step":
            read[:, :-1] &= ~real[:, 1:]
        Z = states[:, 1:][read] @ self.V + self.c
        return {"read": read, "Z": Z, "outputs": self.output_activation.function(Z)}

    def output_delta(self, forward: SequencePass, Y: np.ndarray) -> np.ndarray:
        """∂L/∂Z of the outputs that are read, one row each (BP1)."""
        targets = self.target_rows(forward, Y)
        return self.loss.delta(forward.Z, forward.outputs, targets, self.output_activation)

    def _output_gradients(
        self, forward: SequencePass, output_delta: np.ndarray, gradient: Gradient | None = None
    ) -> np.ndarray:
        """e, ∂L/∂H through the outputs alone, (samples, steps, neurons): 0 where nothing is read.

        With a `gradient`, the gradients of V and c are added to it.
        """
        if gradient is not None:
            gradient.add_product("V", forward.states[:, 1:][forward.read].T, output_delta)
            gradient.add_rows("c", output_delta)
        e = np.zeros_like(forward.states[:, 1:])
        e[forward.read] = output_delta @ self.V.T
        return e

    def _cut(self, from_next: np.ndarray, forward: SequencePass, t: int) -> None:
        """Set to 0, in place, the gradient from step t to the one before, where a cut is."""
        if self.truncation is not None:
            from_next[(forward.lengths - t) % self.truncation == 0] = 0.0

    def data_loss(self, forward: SequencePass, Y: np.ndarray) -> float:
        """The loss of a forward pass against the targets Y."""
        return self.loss.value(forward.Z, forward.outputs, self.target_rows(forward, Y))

    def target_rows(self, forward: SequencePass, Y: np.ndarray) -> np.ndarray:
        """The targets of the steps that are read, one row each."""
        return Y if self.reading == "last step" else Y[forward.read]

    def predict(self, X: Sequences | ArrayLike) -> np.ndarray:
        """The outputs, checked: (samples, outputs) if the last step is read.

        If every step is read, (samples, steps, outputs), with 0 after the end of a sequence.
        """
        forward = self.forward(self._check_inputs(X).values)
        if self.reading == "last step":
            outputs: np.ndarray = forward.outputs
            return outputs
        every = np.zeros((*forward.read.shape, len(self.c)))
        every[forward.read] = forward.outputs
        return every

    def classify(self, X: Sequences | ArrayLike) -> np.ndarray:
        """The index of the largest output of each sequence, or of each of its steps."""
        classes: np.ndarray = self.predict(X).argmax(axis=-1)
        return classes

    def _check_inputs(self, X: Sequences | ArrayLike) -> Sequences:
        X = X if isinstance(X, Sequences) else Sequences(X)
        if X.values.shape[2] != self.inputs:
            raise ValueError(
                f"the sequences have {X.values.shape[2]} features per step; this network takes "
                f"{self.inputs}"
            )
        return X

    def check_examples(
        self, X: Sequences | ArrayLike, Y: ArrayLike
    ) -> tuple[np.ndarray, np.ndarray]:
        """X and Y as arrays, X with NaN after the end of each sequence.

        Raises ValueError for wrong shapes, and for numbers that are not finite in steps that count.
        """
        X, Y = self._check_inputs(X), checks.real_array(Y, "Y")
        samples, steps, _ = X.values.shape
        each = () if self.reading == "last step" else (steps,)
        if self.reading == "every step" and Y.shape[:2] == (samples, steps):
            Y = Y.copy()
            Y[~X.real] = 0.0
        Y = checks.targets(Y, samples, (*each, len(self.c)))
        self.loss.check_targets(Y if self.reading == "last step" else Y[X.real])
        return X.values, Y


class ElmanNetwork(SequenceNetwork):
    """A state carried from step to step, and outputs computed from it.

    At each step t of a sequence, with the state H before the first step 0::

        H_t = f(H_{t−1} @ W + X_t @ U + b)      (samples, neurons)
        outputs = g(H_t @ V + c)                (samples, outputs)

    `reading` says where outputs are read and compared: at the 'last step' of each sequence, with
    targets (samples, outputs), or at 'every step', with targets (samples, steps, outputs). The loss
    is a mean over all steps that are read. `activations` are the names of f and g.

    `truncation` is the largest number of steps through which a gradient is passed back: each
    sequence is cut into pieces of that many steps, counted from its end, and no gradient crosses a
    cut. None means no cuts.

    W is drawn from a normal distribution with standard deviation radius/√neurons, which gives it
    about that spectral radius; U and V with one over the square root of their number of inputs; b
    and c start at 0.

    Raises ValueError for sizes below 1, unknown names, and a truncation below 1.
    """

    W, U, b, V, c = Part("W"), Part("U"), Part("b"), Part("V"), Part("c")
    dW, dU, db = Part("W", "gradients"), Part("U", "gradients"), Part("b", "gradients")
    dV, dc = Part("V", "gradients"), Part("c", "gradients")

    def __init__(
        self,
        inputs: int,
        neurons: int,
        outputs: int,
        activations: Sequence[str | Activation] = ("tanh", "identity"),
        *,
        generator: np.random.Generator,
        loss: str | Loss = "squared error",
        reading: str = "last step",
        truncation: int | None = None,
        radius: float = 1.0,
    ) -> None:
        checks.random_generator(generator)
        checks.number(radius, "radius", at_least=0)
        self._build(inputs, neurons, outputs, activations, loss, reading, truncation)
        self.W = generator.normal(scale=radius * neurons**-0.5, size=(neurons, neurons))
        self.U = generator.normal(scale=inputs**-0.5, size=(inputs, neurons))
        self.V = generator.normal(scale=neurons**-0.5, size=(neurons, outputs))

    def _build(
        self,
        inputs: int,
        neurons: int,
        outputs: int,
        activations: Sequence[str | Activation],
        loss: str | Loss,
        reading: str,
        truncation: int | None,
    ) -> None:
        if isinstance(activations, str | Activation) or len(activations) != 2:
            raise ValueError(
                f"activations is {activations!r}: give two names, one for the state and one for "
                f"the outputs, such as ('tanh', 'softmax')"
            )
        self.activation = elementwise(activations[0])
        sizes = {"inputs": inputs, "neurons": neurons, "outputs": outputs}
        self._build_outputs(sizes, activations[1], loss, reading, truncation)
        self._allocate(
            {
                "W": (neurons, neurons),
                "U": (inputs, neurons),
                "b": (neurons,),
                "V": (neurons, outputs),
                "c": (outputs,),
            }
        )

    def settings(self) -> dict[str, Any]:
        """The sizes, the two activations, the loss, and the reading of outputs."""
        names = tuple(map(name_or_itself, (self.activation, self.output_activation)))
        return super().settings() | {"activations": names}

    def forward(self, X: np.ndarray, training: bool = False) -> ElmanPass:
        """The outputs at all steps that are read, one row each, ordered by sample and step.

        X is (samples, steps, inputs) with NaN after the end of each sequence, as `check_examples`
        returns it; `predict` does the same with checks.
        """
        X, real = self._real_steps(X)
        samples, steps, _ = X.shape
        drive = X @ self.U + self.b
        sums = np.empty_like(drive)
        states = np.zeros((samples, steps + 1, len(self.W)))
        for t in range(steps):
            sums[:, t] = states[:, t] @ self.W + drive[:, t]
            states[:, t + 1] = self.activation.function(sums[:, t])
        return ElmanPass(X, real.sum(axis=1), states, **self._outputs(states, real), sums=sums)

    def deltas(self, forward: ElmanPass, Y: np.ndarray) -> np.ndarray:
        """∂L/∂Z of the states, (samples, steps, neurons).

        A state reaches the loss through its outputs, which gives e_t, and through the next state.
        So, from the last step to the first::

            delta_t = (e_t + delta_{t+1} @ Wᵀ) ⊙ f′(Z_t)

        Values after the end of a sequence need no special handling: nothing is read there, so
        their deltas are 0.
        """
        return self._state_deltas(
            forward, self._output_gradients(forward, self.output_delta(forward, Y))
        )

    def _state_deltas(self, forward: ElmanPass, e: np.ndarray) -> np.ndarray:
        """The deltas, from e, the gradient that reaches each state through its outputs."""
        deltas = np.empty_like(e)
        from_next = np.zeros_like(e[:, 0])
        for t in reversed(range(e.shape[1])):
            deltas[:, t] = self.activation.delta(
                e[:, t] + from_next, forward.sums[:, t], forward.states[:, t + 1]
            )
            from_next = deltas[:, t] @ self.W.T
            self._cut(from_next, forward, t)
        return deltas

    def _backward(self, forward: ElmanPass, Y: np.ndarray, gradient: Gradient) -> None:
        """Every step uses the same weights, so the gradients of the steps add up (BP3, BP4)."""
        e = self._output_gradients(forward, self.output_delta(forward, Y), gradient)
        deltas = self._state_deltas(forward, e).reshape(-1, len(self.W))
        before = forward.states[:, :-1].reshape(deltas.shape)
        gradient.add_product("W", before.T, deltas)
        gradient.add_product("U", forward.X.reshape(len(deltas), -1).T, deltas)
        gradient.add_rows("b", deltas)

    def __repr__(self) -> str:
        inputs, neurons = self.U.shape
        return (
            f"ElmanNetwork({inputs}-{neurons}-{len(self.c)}, {self.activation.name}, "
            f"{self.output_activation.name}, read at the {self.reading}, "
            f"{self.parameters.size} parameters)"
        )
