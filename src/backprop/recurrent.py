"""What the two kinds of recurrent network share: neurons that feed each other, and so themselves.

    A = f(A @ W + X @ U + b)

`W` (neurons, neurons) joins the neurons to each other, W[i, j] leading from neuron i to neuron j,
and `U` (inputs, neurons) brings the inputs in. Rows are samples, as everywhere in the course.
Publications write x = f(Wx + u) for a single column x; their W is the transpose of this one.

`backprop.fixed_point` keeps the inputs and repeats the equation until A stands still.
`backprop.through_time` takes it as a step in time: A at the left is the state after an item of a
sequence, A at the right the state before it. The networks of both have the methods that
`backprop.training.train` and `backprop.gradients.check_gradient` use.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from backprop.activations import Activation, get_activation
from backprop.losses import Loss, get_loss


class RecurrentNetwork:
    """One flat vector of parameters, each named part a view into it, and a loss over outputs."""

    def _allocate(self, parts: dict[str, np.ndarray]) -> None:
        """Copy the parts into `parameters`, and make a `gradient` of zeros beside it."""
        self.shapes = {name: np.shape(part) for name, part in parts.items()}
        self.parameters = np.concatenate([np.ravel(part) for part in parts.values()]).astype(float)
        self.gradient = np.zeros_like(self.parameters)

    def _views(self, vector: np.ndarray) -> list[np.ndarray]:
        """The parts of one of the two flat vectors, each in its shape."""
        ends = np.cumsum([math.prod(shape) for shape in self.shapes.values()])
        parts = np.split(vector, ends[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, self.shapes.values())]

    def _name_parts(self) -> None:
        """Make the attributes W, dW and so on: views into the two flat vectors."""
        raise NotImplementedError

    def __setstate__(self, state: dict[str, object]) -> None:
        """Restore a copy, with vectors of its own and views into them."""
        self.__dict__.update(state)
        self.parameters, self.gradient = self.parameters.copy(), self.gradient.copy()
        self._name_parts()

    def _set_outputs(self, activation: str | Activation, loss: str | Loss) -> None:
        """The activation of the output neurons and the loss that looks at them."""
        self.output_activation, self.loss = get_activation(activation), get_loss(loss)
        if self.loss.fused_with not in (None, self.output_activation.name):
            raise ValueError(
                f"{self.loss} needs the activation {self.loss.fused_with!r} at the outputs, and "
                f"it is {self.output_activation.name!r}"
            )

    def target_rows(self, Y: np.ndarray) -> np.ndarray:
        """The targets as rows that belong to the rows of `outputs`."""
        return Y

    def current_loss(self, Y: np.ndarray) -> float:
        """The loss against the targets Y, after a forward pass."""
        outputs = self.output_sums if self.loss.fused_with else self.outputs
        return self.loss.value(outputs, self.target_rows(Y))

    def loss_value(self, X: ArrayLike, Y: ArrayLike) -> float:
        """The loss over the samples of X and Y."""
        X, Y = self.check_examples(X, Y)
        self.forward(X)
        return self.current_loss(Y)

    def loss_and_gradient(self, X: ArrayLike, Y: ArrayLike) -> tuple[float, np.ndarray]:
        """The loss over the samples of X and Y, and a copy of its gradient."""
        X, Y = self.check_examples(X, Y)
        self.forward(X)
        return self.current_loss(Y), self.backward(Y).copy()

    def parameter_name(self, index: int) -> str:
        """Where a number of the flat vector belongs, such as 'W[0, 2]'."""
        index = range(self.parameters.size)[index]
        for name, shape in self.shapes.items():
            if index < math.prod(shape):
                return f"{name}[{', '.join(map(str, np.unravel_index(index, shape)))}]"
            index -= math.prod(shape)
        raise AssertionError("the parts own every parameter")


# Checks at the door


def elementwise(activation: Activation) -> Activation:
    """The activation itself. Raises ValueError for softmax, which mixes the numbers of a row."""
    if activation.name == "softmax":
        raise ValueError(
            "neurons with cycles cannot have the activation 'softmax', which acts on a whole row; "
            "give one that acts on each number by itself, such as 'tanh'"
        )
    return activation


def check_between(
    name: str, value: int, lowest: int, highest: float = np.inf, of: str = ""
) -> None:
    """Raise ValueError unless the value is a whole number from `lowest` to `highest`."""
    if int(value) != value or not lowest <= value <= highest:
        span = f"of at least {lowest}" if highest == np.inf else f"from {lowest} to {highest} {of}"
        raise ValueError(f"{name} is {value}: give a whole number {span}".rstrip())


def check_known(name: str, value: str, known: Sequence[str]) -> None:
    """Raise ValueError, which lists the known values, for any other."""
    if value not in known:
        raise ValueError(f"unknown {name} {value!r}; known are {', '.join(known)}")


def check_targets(Y: np.ndarray, shape: tuple[int, ...]) -> None:
    """Raise ValueError unless the targets have that shape and are finite."""
    if Y.shape != shape:
        raise ValueError(
            f"Y has shape {Y.shape}, and the outputs {shape}: each output needs its own target; "
            f"turn labels into rows with datasets.one_hot"
        )
    check_finite("Y", Y)


def check_finite(name: str, array: np.ndarray) -> None:
    """Raise ValueError that names the first entry that is NaN or infinite."""
    wrong = np.argwhere(~np.isfinite(array))
    if len(wrong):
        place = tuple(map(int, wrong[0]))
        raise ValueError(
            f"{name}{list(place)} is {array[place]}: every entry must be a finite number; leave "
            f"the sample out or fill the value in"
        )
