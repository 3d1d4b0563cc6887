"""One gradient, by every road: by hand, loops, arrays, finite differences, a fixed point, one step
through time, the engine, autograd, PyTorch.

The network is 2-2-1 with sigmoids and no biases, as by hand; then a deeper one with biases.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import networks, seeds

from backprop import loops
from backprop.autodiff import Value, as_value
from backprop.byhand import EXAMPLE_INPUTS, EXAMPLE_TARGET, EXAMPLE_WEIGHTS, WEIGHTS, trace_step
from backprop.fixed_point import METHODS, FixedPointNetwork
from backprop.gradients import numerical_gradient
from backprop.losses import SquaredError
from backprop.network import Network
from backprop.through_time import READINGS, ElmanNetwork, Sequences

HALF_SUM = SquaredError("nothing")

# The activations of the network, with the engine's operations.
BEND = {
    "identity": lambda Z: Z,
    "sigmoid": Value.sigmoid,
    "tanh": Value.tanh,
    "relu": Value.relu,
    "softmax": lambda Z: (Z - Z.logsumexp().reshape(-1, 1)).exp(),
}

# The losses, with the engine's operations; −ln(1 − σ(z)) is −ln σ(−z).
LOSS_OF = {
    "squared error": lambda loss, Z, A, Y: ((A - Y) ** 2).sum() * loss.constant(Y.shape),
    "binary cross-entropy": lambda loss, Z, A, Y: (
        -(Z.sigmoid().log() * Y + (-Z).sigmoid().log() * (1 - Y)).sum() / len(Y)
    ),
    "categorical cross-entropy": lambda loss, Z, A, Y: (Z.logsumexp() - (Z * Y).sum(axis=1)).mean(),
}


def loops_network(network):
    """A network of lists and dictionaries with the weights of a network of arrays."""
    return [
        [
            {"weights": [*layer.W[:, neuron], layer.b[neuron] if layer.bias else 0.0]}
            for neuron in range(layer.outputs)
        ]
        for layer in network.layers
    ]


def loops_gradient(network, X, labels):
    """The gradient of the summed error in the order of the network of arrays' flat vector."""
    lists = loops_network(network)
    total = [0.0] * sum((layer.inputs + 1) * layer.outputs for layer in network.layers)
    for row, label in zip(X.tolist(), labels):
        loops.forward_propagate(lists, row)
        loops.backward_propagate_error(lists, loops.one_hot(label, network.sizes[-1]))
        gradient, inputs = [], row
        for layer in lists:
            gradient += [neuron["delta"] * value for value in inputs for neuron in layer]
            gradient += [neuron["delta"] for neuron in layer]
            inputs = [neuron["output"] for neuron in layer]
        total = [a + b for a, b in zip(total, gradient)]
    return np.array(total)


def two_two_one(activation):
    """The example by hand as arrays: X, Y and a network with its weights."""
    network = Network(
        [2, 2, 1], activation, bias=False, loss=HALF_SUM, generator=np.random.default_rng(0)
    )
    w1, w2, w3, w4, w5, w6 = map(float, EXAMPLE_WEIGHTS)
    network.layers[0].W[...] = [[w1, w3], [w2, w4]]
    network.layers[1].W[...] = [[w5], [w6]]
    return network, np.array([EXAMPLE_INPUTS], float), np.array([[EXAMPLE_TARGET]], float)


@pytest.mark.parametrize(("activation", "by_hand"), [("identity", "linear"), ("sigmoid",) * 2])
def test_by_hand_arrays_and_finite_differences(activation, by_hand):
    network, X, Y = two_two_one(activation)
    trace = trace_step(activation=by_hand)
    w1, w2, w3, w4, w5, w6 = (float(trace[f"∂E/∂{weight}"]) for weight in WEIGHTS)
    loss, gradient = network.loss_and_gradient(X, Y)
    assert loss == pytest.approx(float(trace["E"]), abs=1e-15)
    assert gradient == pytest.approx([w1, w3, w2, w4, w5, w6], abs=1e-14)
    numerical = numerical_gradient(lambda _: network.loss_value(X, Y), network.parameters)
    assert numerical == pytest.approx(gradient, abs=1e-10)


def test_by_hand_and_loops():
    network, X, Y = two_two_one("sigmoid")
    lists = loops_network(network)
    loops.forward_propagate(lists, X[0].tolist())
    loops.backward_propagate_error(lists, Y[0].tolist())
    trace = trace_step(activation="sigmoid")
    deltas = [neuron["delta"] for layer in lists for neuron in layer]
    assert deltas == pytest.approx([trace[f"∂E/∂z{unit}"] for unit in (1, 2, 3)], abs=1e-15)


@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), seeds)
def test_loops_and_arrays(sizes, seed):
    generator = np.random.default_rng(seed)
    network = Network(sizes, loss=HALF_SUM, generator=generator)
    network.parameters[...] = generator.normal(size=network.parameters.size)
    X, labels = generator.normal(size=(6, sizes[0])), generator.integers(sizes[-1], size=6)
    _, gradient = network.loss_and_gradient(X, np.eye(sizes[-1])[labels])
    assert loops_gradient(network, X, labels) == pytest.approx(gradient, abs=1e-12)


def test_one_epoch_row_by_row_is_the_same_in_loops_and_arrays():
    generator = np.random.default_rng(2)
    network = Network([3, 4, 2], loss=HALF_SUM, generator=generator)
    X, labels = generator.normal(size=(20, 3)), generator.integers(2, size=20)
    lists = loops_network(network)
    loops.train_network(lists, list(zip(X.tolist(), labels.tolist())), 0.3, 1)
    for row, label in zip(X, labels):
        _, gradient = network.loss_and_gradient(row[None], np.eye(2)[[label]])
        network.parameters -= 0.3 * gradient
    after = loops_network(network)
    for layer, expected in zip(lists, after):
        for neuron, other in zip(layer, expected):
            assert neuron["weights"] == pytest.approx(other["weights"], abs=1e-13)


@pytest.mark.parametrize(("activation", "by_hand"), [("identity", "linear"), ("sigmoid",) * 2])
def test_engine_number_by_number_and_by_hand(activation, by_hand):
    """Every weight is a value of its own, and each neuron's sum is written out."""
    network, X, Y = two_two_one(activation)
    w1, w3, w2, w4, w5, w6 = weights = [Value(weight) for weight in network.parameters]
    x1, x2 = X[0].tolist()

    def bend(z):
        return z.sigmoid() if activation == "sigmoid" else z

    h1, h2 = bend(w1 * x1 + w2 * x2), bend(w3 * x1 + w4 * x2)
    p = bend(w5 * h1 + w6 * h2)
    E = (p - Y.item()) ** 2 / 2
    E.backward()
    trace = trace_step(activation=by_hand)
    assert float(E.data) == pytest.approx(float(trace["E"]), abs=1e-15)
    for symbol, value in zip(["w1", "w3", "w2", "w4", "w5", "w6"], weights):
        assert value.gradient == pytest.approx(float(trace[f"∂E/∂{symbol}"]), abs=1e-15)
    assert h1.gradient == pytest.approx(float(trace["∂E/∂h1"]), abs=1e-15)


@given(networks(tuple(BEND), losses=tuple(LOSS_OF)))
def test_engine_and_arrays(case):
    """A network of any depth whose parameters are parts of one flat value."""
    network, X, Y = case
    parameters = Value(network.parameters)
    A, start, penalty = as_value(X), 0, 0
    for layer in network.layers:
        end = start + layer.inputs * layer.outputs
        W = parameters[start:end].reshape(layer.inputs, layer.outputs)
        Z = A @ W
        if layer.bias:
            Z = Z + parameters[end : end + layer.outputs]
        A = BEND[layer.activation.name](Z)
        start += layer.parameter_count
        penalty = penalty + network.l2 / 2 * (W * W).sum()
    loss = LOSS_OF[network.loss.name](network.loss, Z, A, Y) + penalty
    loss.backward()
    expected, gradient = network.loss_and_gradient(X, Y)
    assert float(loss.data) == pytest.approx(expected, rel=1e-10, abs=1e-10)
    assert parameters.gradient == pytest.approx(gradient, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("activation", ["identity", "sigmoid"])
def test_a_fixed_point_of_neurons_without_cycles(activation, method):
    network, X, Y = two_two_one(activation)
    hidden, output = network.layers
    W, U = np.zeros((3, 3)), np.zeros((2, 3))  # the neurons are h1, h2 and p
    U[:, :2], W[:2, 2:] = hidden.W, output.W
    relaxing = FixedPointNetwork(
        W, U, outputs=1, activation=activation, loss=HALF_SUM, method=method
    )
    loss, gradient = network.loss_and_gradient(X, Y)
    assert relaxing.loss_and_gradient(X, Y)[0] == pytest.approx(loss, abs=1e-15)
    ours = np.concatenate([relaxing.dU[:, :2].ravel(), relaxing.dW[:2, 2:].ravel()])
    assert ours == pytest.approx(gradient, abs=1e-15)


@pytest.mark.parametrize("activation", ["identity", "sigmoid"])
def test_one_step_through_time(activation):
    network, X, Y = two_two_one(activation)
    hidden, output = network.layers
    stepping = ElmanNetwork(
        2, 2, 1, (activation, activation), loss=HALF_SUM, generator=np.random.default_rng(0)
    )
    stepping.U[...], stepping.V[...] = hidden.W, output.W
    loss, gradient = network.loss_and_gradient(X, Y)
    assert stepping.loss_and_gradient(X[:, None], Y)[0] == pytest.approx(loss, abs=1e-15)
    ours = np.concatenate([stepping.dU.ravel(), stepping.dV.ravel()])
    assert ours == pytest.approx(gradient, abs=1e-15)


@pytest.mark.parametrize("reading", READINGS)
def test_engine_through_time(reading):
    """Unrolled, each sequence to its own length: weights that are used at every step add up."""
    generator = np.random.default_rng(6)
    network = ElmanNetwork(2, 4, 3, loss=HALF_SUM, reading=reading, generator=generator)
    network.parameters[...] = generator.normal(size=network.parameters.size)
    X = Sequences(generator.normal(size=(3, 6, 2)), [6, 1, 4])
    Y = generator.normal(size=(3, 6, 3) if reading == "every step" else (3, 3))
    W, U, b, V, c = leaves = [
        Value(part) for part in (network.W, network.U, network.b, network.V, network.c)
    ]
    loss = 0
    for sequence, length, targets in zip(X.values, X.lengths, Y):
        state = as_value(np.zeros((1, 4)))
        for step in range(length):
            state = (state @ W + sequence[[step]] @ U + b).tanh()
            if reading == "every step" or step == length - 1:
                target = targets[step] if reading == "every step" else targets
                loss = loss + ((state @ V + c - target) ** 2).sum() / 2
    loss.backward()
    expected, gradient = network.loss_and_gradient(X, Y)
    assert float(loss.data) == pytest.approx(expected, rel=1e-13)
    engine = np.concatenate([leaf.gradient.ravel() for leaf in leaves])
    assert engine == pytest.approx(gradient, abs=1e-12)


def test_engine_through_an_unrolled_relaxation():
    generator = np.random.default_rng(7)
    W, U, b = (generator.normal(scale=0.2, size=size) for size in [(5, 5), (2, 5), (5,)])
    X, Y = generator.normal(size=(4, 2)), generator.normal(size=(4, 2))
    network = FixedPointNetwork(W, U, b, outputs=2, loss=HALF_SUM)
    w, u, c = leaves = Value(W), Value(U), Value(b)
    A = as_value(np.zeros((4, 5)))
    for _ in range(200):
        A = (A @ w + X @ u + c).tanh()
    loss = ((A[:, -2:] - Y) ** 2).sum() / 2
    loss.backward()
    expected, _ = network.loss_and_gradient(X, Y)
    assert float(loss.data) == pytest.approx(expected, abs=1e-11)
    for leaf, gradient in zip(leaves, (network.dW, network.dU, network.db)):
        assert leaf.gradient == pytest.approx(gradient, abs=1e-10)


def test_autograd():
    autograd = pytest.importorskip("autograd", reason="the autograd package is not installed")
    np_ = pytest.importorskip("autograd.numpy")
    network, X, Y = two_two_one("sigmoid")

    def error(parameters):
        hidden = 1 / (1 + np_.exp(-np_.dot(X, parameters[:4].reshape(2, 2))))
        output = 1 / (1 + np_.exp(-np_.dot(hidden, parameters[4:].reshape(2, 1))))
        return np_.sum((output - Y) ** 2) / 2

    expected = autograd.grad(error)(network.parameters.copy())
    assert network.loss_and_gradient(X, Y)[1] == pytest.approx(expected, abs=1e-14)


def test_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    generator = np.random.default_rng(3)
    network = Network([4, 5, 3], ["tanh", "sigmoid"], generator=generator)
    X, Y = generator.normal(size=(7, 4)), generator.random((7, 3))
    parts = []
    for layer in network.layers:
        parts += [torch.tensor(part, requires_grad=True) for part in (layer.W, layer.b)]
    W1, b1, W2, b2 = parts
    A = torch.sigmoid(torch.tanh(torch.tensor(X) @ W1 + b1) @ W2 + b2)
    (((A - torch.tensor(Y)) ** 2).sum() / (2 * len(X))).backward()
    expected = np.concatenate([part.grad.numpy().ravel() for part in parts])
    assert network.loss_and_gradient(X, Y)[1] == pytest.approx(expected, abs=1e-14)
