"""Backpropagation through time: a state that is carried along a sequence, and the error back.

An Elman network reads one item of a sequence at each step. Unrolled, it is a feed-forward network
with a layer for each step, all with the same weights; so the four equations of `backprop.network`
hold, and the gradients of the steps add up.

Sources: Elman, "Finding structure in time" (1990); Werbos, "Backpropagation through time: what it
does and how to do it" (1990); for the truncation Williams and Peng, "An efficient gradient-based
algorithm for on-line training of recurrent network trajectories" (1990).
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import numpy as np
from numpy.typing import ArrayLike

from backprop.activations import Activation, get_activation
from backprop.losses import Loss
from backprop.recurrent import (
    RecurrentNetwork,
    check_between,
    check_finite,
    check_known,
    check_targets,
    elementwise,
)

READINGS = ("last step", "every step")


class Sequences:
    """Sequences of different lengths in one array, the shorter ones filled up at their ends.

    `values` is (samples, steps, features); `lengths`, (samples,), counts the steps of each sequence
    that are real, None standing for all. What is behind them may be anything, and becomes NaN: that
    marks the end wherever `values` go. `real` (samples, steps) says where the real steps are. An
    index picks samples.

    Raises ValueError for a wrong number of dimensions, for no samples, for a length below 1 or
    above the steps there are, and for a real step that is not finite.
    """

    def __init__(self, values: ArrayLike, lengths: ArrayLike | None = None) -> None:
        values = np.array(values, dtype=float)
        if values.ndim != 3 or 0 in values.shape:
            raise ValueError(
                f"the sequences have shape {values.shape}: give (samples, steps, features), each "
                f"at least 1; a single sequence is values[None]"
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
        check_finite("values", values)
        values[~self.real] = np.nan
        self.values = values

    @classmethod
    def pad(cls, sequences: Sequence[ArrayLike]) -> Sequences:
        """From a list of arrays, each (steps, features) with a number of steps of its own."""
        arrays = [np.asarray(sequence, dtype=float) for sequence in sequences]
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
        """The chosen samples, by a slice or an array of indices."""
        chosen = copy(self)
        chosen.values, chosen.lengths = self.values[samples], self.lengths[samples]
        chosen.real = self.real[samples]
        return chosen


class ElmanNetwork(RecurrentNetwork):
    """A state that is carried from step to step, and outputs that are read off it.

    At each step t of a sequence, with the state H before the first step 0,

        H_t = f(H_{t−1} @ W + X_t @ U + b)      (samples, neurons)
        outputs = g(H_t @ V + c)                (samples, outputs)

    `reading` says where outputs are read and compared: at the 'last step' of each sequence, with
    targets (samples, outputs), or at 'every step', with targets (samples, steps, outputs). The loss
    is a mean over all steps that are read. `activations` are the names of f and g.

    `truncation` is how many steps an error is sent back at most: each sequence is cut into pieces
    of that many steps, counted from its end, and no error crosses a cut. None sends it all the way.

    W is drawn normal with standard deviation radius/√neurons, which gives it about that spectral
    radius; U and V with one over the root of their inputs; b and c start at 0.

    Raises ValueError for sizes below 1, unknown names, and a truncation below 1.
    """

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
        for name, size in (("inputs", inputs), ("neurons", neurons), ("outputs", outputs)):
            check_between(name, size, 1)
        if isinstance(activations, str) or len(activations) != 2:
            raise ValueError(
                f"activations is {activations!r}: give two names, that of the state and that of "
                f"the outputs, such as ('tanh', 'softmax')"
            )
        check_known("reading", reading, READINGS)
        if truncation is not None:
            check_between("truncation", truncation, 1)
        self.activation = elementwise(get_activation(activations[0]))
        self._set_outputs(activations[1], loss)
        self.reading, self.truncation = reading, truncation
        self._allocate(
            {
                "W": generator.normal(scale=radius * neurons**-0.5, size=(neurons, neurons)),
                "U": generator.normal(scale=inputs**-0.5, size=(inputs, neurons)),
                "b": np.zeros(neurons),
                "V": generator.normal(scale=neurons**-0.5, size=(neurons, outputs)),
                "c": np.zeros(outputs),
            }
        )
        self._name_parts()

    def _name_parts(self) -> None:
        self.W, self.U, self.b, self.V, self.c = self._views(self.parameters)
        self.dW, self.dU, self.db, self.dV, self.dc = self._views(self.gradient)

    def forward(self, X: np.ndarray) -> np.ndarray:
        """The outputs at all steps that are read, a row each, in the order of samples and steps.

        X is (samples, steps, inputs) with NaN behind the end of each sequence, as `check_examples`
        returns it; `predict` is the same with checks. Keeps `states` (samples, steps + 1, neurons),
        of which the first is 0, and `read`, where in (samples, steps) outputs are read.
        """
        real = ~np.isnan(X[:, :, 0])
        self.X, self.lengths = np.where(real[:, :, None], X, 0.0), real.sum(axis=1)
        samples, steps, _ = X.shape
        drive = self.X @ self.U + self.b
        self.states = np.zeros((samples, steps + 1, len(self.W)))
        for t in range(steps):
            before = self.states[:, t]
            self.states[:, t + 1] = self.activation.function(before @ self.W + drive[:, t])
        self.read = real.copy()
        if self.reading == "last step":
            self.read[:, :-1] &= ~real[:, 1:]
        self.states_read = self.states[:, 1:][self.read]
        self.output_sums = self.states_read @ self.V + self.c
        self.outputs = self.output_activation.function(self.output_sums)
        return self.outputs

    def backward(self, Y: np.ndarray) -> np.ndarray:
        """The gradient of the loss against the targets Y, after a forward pass.

        A state reaches the loss through the outputs that are read off it, and through the next
        state. So, from the last step to the first,

            delta_t = (slope from the outputs + delta_{t+1} @ Wᵀ) ⊙ f′(Z_t)

        and since every step uses the same weights, their gradients add up over the steps. What
        stands behind the end of a sequence needs no care: nothing is read there, so no error comes
        from there. Keeps `deltas`, (samples, steps, neurons); fills and returns `gradient`.
        """
        output_delta = self.loss.delta(self.outputs, self.target_rows(Y), self.output_activation)
        np.matmul(self.states_read.T, output_delta, out=self.dV)
        np.sum(output_delta, axis=0, out=self.dc)

        slopes = np.zeros_like(self.states[:, 1:])
        slopes[self.read] = output_delta @ self.V.T
        self.deltas = np.empty_like(slopes)
        from_next = np.zeros_like(slopes[:, 0])
        for t in reversed(range(slopes.shape[1])):
            delta = self.activation.delta(self.states[:, t + 1], slopes[:, t] + from_next)
            self.deltas[:, t] = delta
            from_next = delta @ self.W.T
            if self.truncation is not None:
                from_next[(self.lengths - t) % self.truncation == 0] = 0.0

        deltas = self.deltas.reshape(-1, len(self.W))
        np.matmul(self.states[:, :-1].reshape(deltas.shape).T, deltas, out=self.dW)
        np.matmul(self.X.reshape(len(deltas), -1).T, deltas, out=self.dU)
        np.sum(deltas, axis=0, out=self.db)
        return self.gradient

    def target_rows(self, Y: np.ndarray) -> np.ndarray:
        """The targets of the steps that are read, a row each."""
        return Y if self.reading == "last step" else Y[self.read]

    def predict(self, X: Sequences | ArrayLike) -> np.ndarray:
        """The outputs, checked: (samples, outputs) where the last step is read.

        Where every step is, (samples, steps, outputs), with 0 behind the end of a sequence.
        """
        outputs = self.forward(self._check_inputs(X).values)
        if self.reading == "last step":
            return outputs
        every = np.zeros((*self.read.shape, outputs.shape[1]))
        every[self.read] = outputs
        return every

    def classify(self, X: Sequences | ArrayLike) -> np.ndarray:
        """The index of the largest output of each sequence, or of each of its steps."""
        return self.predict(X).argmax(axis=-1)

    def _check_inputs(self, X: Sequences | ArrayLike) -> Sequences:
        X = X if isinstance(X, Sequences) else Sequences(X)
        if X.values.shape[2] != len(self.U):
            raise ValueError(
                f"the sequences have {X.values.shape[2]} features a step; this network takes "
                f"{len(self.U)}"
            )
        return X

    def check_examples(
        self, X: Sequences | ArrayLike, Y: ArrayLike
    ) -> tuple[np.ndarray, np.ndarray]:
        """X and Y as arrays, X with NaN behind the end of each sequence.

        Raises ValueError for wrong shapes, and for numbers that are not finite in steps that count.
        """
        X, Y = self._check_inputs(X), np.array(Y, dtype=float)
        samples, steps, _ = X.values.shape
        each = (samples,) if self.reading == "last step" else (samples, steps)
        if self.reading == "every step" and Y.shape[:2] == each:
            Y[~X.real] = 0.0
        check_targets(Y, (*each, len(self.c)))
        self.loss.check_targets(Y if self.reading == "last step" else Y[X.real])
        return X.values, Y

    def __repr__(self) -> str:
        inputs, neurons = self.U.shape
        return (
            f"ElmanNetwork({inputs}-{neurons}-{len(self.c)}, {self.activation.name}, "
            f"{self.output_activation.name}, read at the {self.reading}, "
            f"{self.parameters.size} parameters)"
        )
