"""The common part of the recurrent networks: neurons that feed each other, and so themselves.

The state of the neurons follows from their state and the inputs::

    A = f(A @ W + X @ U + b)

`W` (neurons, neurons) connects the neurons to each other, W[i, j] leading from neuron i to neuron
j, and `U` (inputs, neurons) connects the inputs to them. Rows are samples, as everywhere in the
course. Publications write x = f(Wx + u) for a single column x; their W is the transpose of this
one.

`backprop.fixed_point` holds the inputs constant and repeats the equation until A converges.
`backprop.through_time` reads it as a step in time: A on the left is the state after an item of a
sequence, A on the right the state before it. Both are networks like any other (`backprop.model`),
so training and the gradient check treat them like the others.
"""

from __future__ import annotations

from backprop.activations import Activation, get_activation

__all__ = ["elementwise"]


def elementwise(name: str | Activation) -> Activation:
    """The activation of that name. Raises ValueError for one that mixes the numbers of a row."""
    activation = get_activation(name)
    if not activation.elementwise:
        raise ValueError(
            f"neurons with cycles cannot have the activation {activation.name!r}, which acts on a "
            f"whole row; choose one that acts on each number separately, such as 'tanh'"
        )
    return activation
