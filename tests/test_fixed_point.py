"""Backpropagation at a fixed point, against the reference, differences, autograd and no cycles."""

import copy

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import ELEMENTWISE, random_targets, second_activations, second_losses, seeds

from backprop.activations import Activation
from backprop.fixed_point import METHODS, DidNotConverge, FixedPointNetwork
from backprop.gradients import check_gradient, numerical_gradient, relative_error
from backprop.losses import LOSSES, SquaredError
from backprop.network import Network
from backprop.optimizers import GradientDescent
from backprop.training import train

# x = tanh(W x + u), with W as published: row i holds the weights into unit i.
PUBLISHED_W = np.array([[0, 0.5, -0.3], [0.4, 0, 0.6], [-0.5, 0.2, 0]])
PUBLISHED_U = np.array([[0.5, -0.2, 0.1]])
both_methods = pytest.mark.parametrize("method", METHODS)


def reference(**settings):
    return FixedPointNetwork(PUBLISHED_W.T, np.eye(3), outputs=1, **settings)


@both_methods
def test_reference_numbers(method):
    network = reference(method=method)
    loss, gradient = network.loss_and_gradient(PUBLISHED_U, [[1.0]])
    point = network.forward(np.array(PUBLISHED_U))
    assert point.A[0].round(7).tolist() == [0.4552008, -0.1061645, -0.147744]
    assert round(loss, 8) == 0.65865814
    assert network.spectral_radius(point).round(4) == [0.7526]
    expected = [
        [0.2291276, -0.05343843, -0.07436768],
        [-0.00122336, 0.00028532, 0.00039707],
        [-0.57900555, 0.13503895, 0.18792716],
    ]
    assert network.dW.T.round(8).tolist() == expected
    numerical = numerical_gradient(
        lambda _: network.loss_value(PUBLISHED_U, [[1.0]]), network.parameters
    )
    assert numerical == pytest.approx(gradient, abs=2e-10)


@st.composite
def settling_networks(draw):
    """A random network with weights small enough to settle, and a batch X, Y for it."""
    generator = np.random.default_rng(draw(seeds))
    inputs, neurons = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    activation = draw(st.sampled_from(ELEMENTWISE))
    losses = [SquaredError("nothing"), *(loss() for loss in LOSSES.values())]
    loss = draw(st.sampled_from([o for o in losses if o.fused_with in (None, activation)]))
    W = generator.normal(size=(neurons, neurons))
    W *= draw(st.floats(0, 0.8)) / np.linalg.norm(W, 2)  # then no disturbance grows, in any state
    network = FixedPointNetwork(
        W,
        generator.normal(size=(inputs, neurons)),
        generator.normal(size=neurons),
        outputs=draw(st.integers(1, neurons)),
        activation=activation,
        loss=loss,
        method=draw(st.sampled_from(METHODS)),
        damping=draw(st.sampled_from([0.0, 0.3])),
    )
    rows = draw(st.integers(1, 4))
    Y = random_targets(generator, loss, rows, network.output_count)
    return network, generator.normal(size=(rows, inputs)), Y


@given(settling_networks())
def test_random_networks_against_central_differences(case):
    network, X, Y = case
    _, gradient = network.loss_and_gradient(X, Y)
    assume(not network.activation.kink or np.abs(network.forward(X).Z).min() > 1e-3)
    numerical = numerical_gradient(lambda _: network.loss_value(X, Y), network.parameters)
    smallest = 1e-4 * max(1.0, network.loss_value(X, Y))
    assert relative_error(gradient, numerical, smallest).max() < 1e-6


@given(settling_networks())
def test_random_networks_against_autograd_through_the_unrolled_relaxation(case):
    autograd = pytest.importorskip("autograd", reason="the autograd package is not installed")
    np_ = pytest.importorskip("autograd.numpy")
    network, X, Y = case
    function = second_activations(np_)[network.activation.name]
    value_of, outputs = second_losses(np_)[network.loss.name], network.output_count
    neurons, inputs = len(network.W), len(network.U)

    def loss(parameters):
        W = parameters[: neurons**2].reshape(neurons, neurons)
        U = parameters[neurons**2 : neurons**2 + inputs * neurons].reshape(inputs, neurons)
        drive = np_.dot(X, U) + parameters[-neurons:]
        A = np_.zeros(drive.shape)
        for _ in range(150):
            A = function(np_.dot(A, W) + drive)
        A = A[:, -outputs:]
        return value_of(network.loss, A, Y)

    value, gradient = network.loss_and_gradient(X, Y)
    assert value == pytest.approx(loss(network.parameters.copy()), rel=1e-11)
    expected = autograd.grad(loss)(network.parameters.copy())
    assert gradient == pytest.approx(expected, rel=1e-9, abs=1e-10)


@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), seeds, st.sampled_from(METHODS))
def test_without_cycles_it_is_ordinary_backpropagation(sizes, seed, method):
    generator = np.random.default_rng(seed)
    layered = Network(sizes, "tanh", generator=generator)
    layered.parameters[...] = generator.normal(size=layered.parameters.size)
    network, blocks = without_cycles(layered, method=method)
    # Weights lead only to later neurons, which in the published orientation is below the diagonal.
    assert np.array_equal(network.W.T, np.tril(network.W.T, k=-1))

    X, Y = generator.normal(size=(5, sizes[0])), generator.normal(size=(5, sizes[-1]))
    loss, _ = layered.loss_and_gradient(X, Y)
    ours, _ = network.loss_and_gradient(X, Y)
    assert ours == pytest.approx(loss, rel=1e-14)
    for layer, (dW, db) in zip(layered.layers, blocks):
        assert dW == pytest.approx(layer.dW, rel=1e-12, abs=1e-14)
        assert db == pytest.approx(layer.db, rel=1e-12, abs=1e-14)
    point = network.forward(X)
    assert not network.spectral_radius(point).any()
    if method == "iteration":  # a step for each layer, and one to see that nothing changes
        assert point.steps <= len(layered.layers) + 1
        assert network.deltas(point, Y)[1] <= len(layered.layers) + 1


def without_cycles(layered, **settings):
    """A layered network as one that could have cycles, and where in its gradient each layer is."""
    inputs, *sizes = layered.sizes
    ends = np.cumsum(sizes)
    parts = [slice(end - size, end) for size, end in zip(sizes, ends)]
    W, U = np.zeros((ends[-1], ends[-1])), np.zeros((inputs, ends[-1]))
    U[:, parts[0]] = layered.layers[0].W
    for before, after, layer in zip(parts, parts[1:], layered.layers[1:]):
        W[before, after] = layer.W
    b = [layer.b if layer.bias else np.zeros(layer.outputs) for layer in layered.layers]
    network = FixedPointNetwork(
        W,
        U,
        np.concatenate(b),
        outputs=sizes[-1],
        activation=layered.layers[0].activation,
        loss=layered.loss,
        **settings,
    )
    blocks = [(network.dU[:, parts[0]], network.db[parts[0]])]
    blocks += [
        (network.dW[before, after], network.db[after]) for before, after in zip(parts, parts[1:])
    ]
    return network, blocks


def test_the_two_methods_agree_and_differ_in_their_steps():
    iterated, solved = reference(), reference(method="linear solve")
    gradients, forward, backward = [], [], []
    for network in (iterated, solved):
        gradients.append(network.loss_and_gradient(PUBLISHED_U, [[1.0]])[1])
        point = network.forward(np.array(PUBLISHED_U))
        forward.append(point.steps)
        backward.append(network.deltas(point, np.array([[1.0]]))[1])
    assert gradients[0] == pytest.approx(gradients[1], abs=1e-12)
    assert forward[0] > 50 and forward[1] < 8
    assert backward[0] > 50 and backward[1] == 1


def test_the_check_of_gradients_and_training_work_on_it():
    generator = np.random.default_rng(0)
    network = FixedPointNetwork.draw(3, 8, 2, generator=generator)
    X = generator.normal(size=(20, 3))
    Y = np.tanh(X[:, :2] - X[:, 1:])
    assert check_gradient(network, X, Y).largest_relative_error < 1e-5
    history = train(network, X, Y, GradientDescent(0.3), epochs=100)
    losses = history.frame()["loss"]
    assert losses.iloc[-1] < 0.1 * losses.iloc[0]
    assert network.spectral_radius(network.forward(X)).max() < 1


def test_parts_are_views_into_one_vector_and_named():
    network = FixedPointNetwork.draw(2, 3, 1, generator=np.random.default_rng(0))
    network.parameters[...] = np.arange(network.parameters.size)
    for name in "WUb":
        for place, value in np.ndenumerate(getattr(network, name)):
            assert network.parameter_name(int(value)) == f"{name}{list(map(int, place))}"
    assert repr(network) == (
        "FixedPointNetwork(2 inputs, 3 neurons, 1 of them outputs, tanh, 18 parameters)"
    )


def test_the_drawn_weights_have_about_the_radius_asked_for():
    network = FixedPointNetwork.draw(
        2, 300, 1, generator=np.random.default_rng(1), radius=0.7, activation="identity"
    )
    assert np.abs(np.linalg.eigvals(network.W)).max() == pytest.approx(0.7, rel=0.1)


# Networks that do not settle


def test_a_network_that_does_not_settle_says_why():
    network = FixedPointNetwork(5 * PUBLISHED_W.T, np.eye(3), outputs=1)
    message = (
        r"the forward pass does not converge: after 1000 steps .* radius is 4\.\d+.*multiply W by"
    )
    with pytest.raises(DidNotConverge, match=message) as problem:
        network.predict(PUBLISHED_U)
    assert problem.value.spectral_radius > 4


def test_the_error_reaches_another_process_whole():
    with pytest.raises(DidNotConverge) as problem:
        reference(limit=5).predict(PUBLISHED_U)
    copied = copy.copy(problem.value)  # as a pool of processes does
    assert type(copied) is DidNotConverge and str(copied) == str(problem.value)
    assert copied.spectral_radius == problem.value.spectral_radius


def test_the_radius_in_the_error_is_that_of_the_state_where_the_network_was_left():
    square = Activation("square", np.square, lambda Z: 2 * Z, derivative_of="Z")
    # x ← (0.5 x + 1)² has no fixed point but 2 at Z = 2; three steps lead from 0 to 1, 2.25, …
    network = FixedPointNetwork([[0.5]], [[1.0]], outputs=1, activation=square, limit=3)
    states = [0.0]
    for _ in range(3):
        states.append((0.5 * states[-1] + 1) ** 2)
    with pytest.raises(DidNotConverge) as problem:
        network.predict([[1.0]])
    middle = np.mean(states)
    assert problem.value.spectral_radius == pytest.approx(0.5 * 2 * (0.5 * middle + 1))


def test_too_few_steps_are_told_from_too_large_weights():
    with pytest.raises(DidNotConverge, match=r"after 5 steps .* below 1, .* set limit above 5"):
        reference(limit=5).predict(PUBLISHED_U)


def test_a_network_that_overshoots_is_told_to_be_damped_and_then_settles():
    W = np.diag([-1.5, -1.5, 0.5])
    with pytest.raises(DidNotConverge, match=r"overshoots, so damp it: damping=0\.5"):
        FixedPointNetwork(W, np.eye(3), outputs=1).predict([[0.1, 0.2, 0.3]])
    damped = FixedPointNetwork(W, np.eye(3), outputs=1, damping=0.5)
    _, gradient = damped.loss_and_gradient([[0.1, 0.2, 0.3]], [[1.0]])
    assert damped.spectral_radius(damped.forward(np.array([[0.1, 0.2, 0.3]]))).max() > 1
    solved = FixedPointNetwork(W, np.eye(3), outputs=1, method="linear solve")
    expected = solved.loss_and_gradient([[0.1, 0.2, 0.3]], [[1.0]])[1]
    assert gradient == pytest.approx(expected, abs=1e-12)


def test_an_error_that_does_not_settle_at_a_point_from_which_the_network_would_leave():
    # Without input the network stands at 0 from the start, but the slopes there are too large.
    network = FixedPointNetwork(5 * PUBLISHED_W.T, np.eye(3), outputs=1)
    with pytest.raises(DidNotConverge, match="the backward pass does not converge"):
        network.loss_and_gradient(np.zeros((1, 3)), [[1.0]])


def test_a_linear_network_that_grows_without_end():
    network = FixedPointNetwork([[2.0]], [[1.0]], outputs=1, activation="identity")
    with pytest.raises(DidNotConverge, match="radius is 2"):
        network.predict([[1.0]])
    solved = FixedPointNetwork(
        [[2.0]], [[1.0]], outputs=1, activation="identity", method="linear solve"
    )
    assert solved.predict([[1.0]]) == pytest.approx(-1)  # x = 2x + 1, a point that it would leave


def test_linear_equations_without_a_solution_are_named():
    network = FixedPointNetwork(
        [[1.0]], [[1.0]], outputs=1, activation="identity", method="linear solve"
    )
    with pytest.raises(ValueError, match="no unique solution, since an eigenvalue.* is 1"):
        network.predict([[1.0]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"W": np.zeros((3, 2))}, r"W has shape \(3, 2\): it must be square"),
        ({"W": np.zeros(3)}, r"W has shape \(3,\): it must be square"),
        ({"W": np.diag([0, np.nan, 0])}, r"W\[1, 1\] is nan"),
        ({"U": np.zeros((2, 4))}, r"U has shape \(2, 4\): it must be \(inputs, 3\)"),
        ({"b": np.zeros(2)}, r"b has shape \(2,\): it must be \(3,\)"),
        ({"outputs": 4}, "outputs is 4: give a whole number from 1 to 3 of the 3 neurons"),
        ({"outputs": 0}, "outputs is 0"),
        ({"activation": "softmax"}, "cannot have the activation 'softmax'"),
        ({"activation": "tan"}, "unknown activation 'tan'; choose from"),
        ({"loss": "binary cross-entropy"}, "needs the activation 'sigmoid'.*, not 'tanh'"),
        ({"method": "newton"}, "unknown method 'newton'; choose from iteration, linear solve"),
        ({"damping": 1.0}, "damping is 1.0: give a finite number of at least 0 and less than 1"),
        ({"tolerance": 0}, "tolerance is 0"),
        ({"tolerance": 1}, "tolerance is 1: give a finite number greater than 0 and less than 1"),
        ({"limit": 0}, "limit is 0: give a whole number of at least 1"),
    ],
)
def test_bad_networks_are_named(arguments, message):
    arguments = {"W": np.zeros((3, 3)), "U": np.zeros((2, 3)), "outputs": 1} | arguments
    with pytest.raises(ValueError, match=message):
        FixedPointNetwork(arguments.pop("W"), arguments.pop("U"), **arguments)


@pytest.mark.parametrize(
    ("X", "Y", "message"),
    [
        ([[1.0, 2.0, 3.0]], [[1.0]], r"X has shape \(1, 3\); this network takes \(samples, 2\)"),
        (np.zeros((0, 2)), np.zeros((0, 1)), r"X has no rows: give at least one"),
        ([[1.0, np.inf]], [[1.0]], r"X\[0, 1\] is inf"),
        ([[1.0, 2.0]], [1.0], r"Y has shape \(1,\), and the outputs have shape \(1, 1\)"),
        ([[1.0, 2.0]], [[np.nan]], r"Y\[0, 0\] is nan"),
    ],
)
def test_bad_examples_are_named(X, Y, message):
    network = FixedPointNetwork.draw(2, 3, 1, generator=np.random.default_rng(0))
    with pytest.raises(ValueError, match=message):
        network.loss_and_gradient(X, Y)


def test_the_drawn_weights_keep_the_size_of_what_they_add_up():
    network = FixedPointNetwork.draw(200, 300, 1, generator=np.random.default_rng(0))
    assert network.W.std() == pytest.approx(0.5 * 300**-0.5, rel=0.05)
    assert network.U.std() == pytest.approx(200**-0.5, rel=0.05)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"generator": 0}, "generator is 0: .*default_rng"),
        ({"inputs": 0}, "inputs is 0"),
        ({"neurons": 3.0}, "neurons is 3.0: give a whole number"),
        ({"radius": np.nan}, "radius is nan"),
        ({"radius": -1}, "radius is -1"),
    ],
)
def test_what_cannot_be_drawn_is_named(arguments, message):
    known = {"inputs": 2, "neurons": 3, "outputs": 1, "generator": np.random.default_rng(0)}
    with pytest.raises(ValueError, match=message):
        FixedPointNetwork.draw(**(known | arguments))


@pytest.mark.parametrize("damping", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("method", METHODS)
def test_a_relu_that_ends_off_has_the_derivative_zero(method, damping):
    # Neuron 1 is on at first, and is then switched off by neuron 0.
    W = np.array([[0, -2.0, 0.5], [0, 0, 1.0], [0, 0, 0]])
    settings = {"outputs": 1, "activation": "relu", "damping": damping, "method": method}
    network = FixedPointNetwork(W, np.zeros((1, 3)), [1.0, 1.0, 0.0], **settings)
    X, Y = np.zeros((1, 1)), np.ones((1, 1))
    _, gradient = network.loss_and_gradient(X, Y)
    numerical = numerical_gradient(lambda _: network.loss_value(X, Y), network.parameters)
    np.testing.assert_allclose(gradient, numerical, rtol=0, atol=1e-8)
