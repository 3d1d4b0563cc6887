"""Random networks and data for property tests."""

from types import SimpleNamespace

import numpy as np
from hypothesis import strategies as st

from backprop.activations import ACTIVATIONS, LEAK
from backprop.initialization import INITIALIZATIONS
from backprop.losses import DIVISORS, LOSSES, SquaredError
from backprop.network import Network
from backprop.through_time import Sequences

seeds = st.integers(0, 2**32 - 1)


ELEMENTWISE = tuple(name for name, activation in ACTIVATIONS.items() if activation.elementwise)
# Those whose derivative is written with the output, as a student writes it.
DERIVATIVE_OF_A = tuple(name for name in ELEMENTWISE if ACTIVATIONS[name].derivative_of == "A")


def second_activations(np_):
    """Every activation once more, with the functions of another library's NumPy."""
    functions = {
        "sigmoid": lambda Z: 1 / (1 + np_.exp(-Z)),
        "tanh": np_.tanh,
        "relu": lambda Z: np_.where(Z > 0, Z, 0),
        "leaky relu": lambda Z: np_.where(Z > 0, Z, LEAK * Z),
        "identity": lambda Z: Z,
        "softmax": lambda Z: np_.exp(Z) / np_.sum(np_.exp(Z), axis=1, keepdims=True),
    }
    assert functions.keys() == ACTIVATIONS.keys()
    return functions


def second_losses(np_):
    """Every loss once more, as a function of the loss, the outputs and the targets."""
    functions = {
        "squared error": lambda loss, A, Y: loss.constant(Y.shape) * np_.sum((A - Y) ** 2),
        "binary cross-entropy": lambda loss, A, Y: (
            -np_.sum(Y * np_.log(A) + (1 - Y) * np_.log(1 - A)) / len(Y)
        ),
        "categorical cross-entropy": lambda loss, A, Y: -np_.sum(Y * np_.log(A)) / len(Y),
    }
    assert functions.keys() == LOSSES.keys()
    return functions


def random_targets(generator, loss, rows, outputs):
    """Targets that the loss takes: rows of probabilities for softmax, else between 0 and 1."""
    Y = generator.random((rows, outputs))
    return Y / Y.sum(axis=1, keepdims=True) if loss.fused_with == "softmax" else Y


@st.composite
def sequences_for(draw, network, generator, longest):
    """Sequences of different lengths for a recurrent network, and targets for what it reads."""
    samples, steps = draw(st.integers(1, 4)), draw(st.integers(1, longest))
    lengths = generator.integers(1, steps + 1, size=samples)
    X = Sequences(generator.normal(size=(samples, steps, len(network.U))), lengths)
    Y = random_targets(generator, network.loss, samples * steps, len(network.c))
    Y = Y.reshape(samples, steps, -1)
    return X, Y if network.reading == "every step" else Y[:, 0]


@st.composite
def networks(draw, activations=tuple(ACTIVATIONS), max_layers=4, losses=tuple(LOSSES)):
    """A network of any depth with random weights and biases, and a batch X, Y for it."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=max_layers + 1))
    names = draw(
        st.lists(st.sampled_from(activations), min_size=len(sizes) - 1, max_size=len(sizes) - 1)
    )
    loss = LOSSES[draw(st.sampled_from(losses))]()
    if isinstance(loss, SquaredError):
        loss = SquaredError(draw(st.sampled_from(DIVISORS)), half=draw(st.booleans()))
    names[-1] = loss.fused_with or names[-1]
    generator = np.random.default_rng(draw(seeds))
    network = Network(
        sizes,
        names,
        loss=loss,
        bias=draw(st.booleans()),
        initialization=draw(st.sampled_from([*INITIALIZATIONS, None])) or standard_normal,
        l2=draw(st.sampled_from([0.0, 0.1])),
        generator=generator,
    )
    for layer in network.layers:
        if layer.bias:
            layer.b[...] = generator.normal(size=layer.outputs)
    rows = draw(st.integers(1, 6))
    Y = random_targets(generator, loss, rows, sizes[-1])
    return network, generator.normal(size=(rows, sizes[0])), Y


def passed(network, X):
    """For each dense layer, its parameters and what a forward pass for X has left in it."""
    caches = network.forward(np.asarray(X, network.dtype)).caches
    return [
        SimpleNamespace(
            W=layer.W,
            b=layer.b,
            bias=layer.bias,
            activation=layer.activation,
            A_in=cache.X,
            Z=cache.Z,
            A=cache.A,
        )
        for layer, cache in zip(network.layers, caches)
    ]


def standard_normal(generator, inputs, outputs):
    return generator.normal(size=(inputs, outputs))


def in_float32(network):
    """A network of float32 with the settings and the parameters of this one."""
    single = Network(
        network.sizes,
        [layer.activation for layer in network.layers],
        loss=network.loss,
        bias=network.layers[0].bias,
        l2=network.l2,
        generator=np.random.default_rng(0),
        dtype=np.float32,
    )
    single.parameters[...] = network.parameters
    return single
