"""Forward and backward for any depth, checked against what does not know the formulas."""

from copy import deepcopy

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import (
    in_float32,
    networks,
    passed,
    random_targets,
    second_activations,
    second_losses,
    seeds,
)

from backprop.activations import ACTIVATIONS
from backprop.gradients import numerical_gradient, relative_error
from backprop.initialization import INITIALIZATIONS, normal
from backprop.layers import Dense
from backprop.losses import (
    LOSSES,
    SquaredError,
    get_loss,
)
from backprop.network import Network


def near_a_kink(network, X):
    """Whether a step of a central difference could carry a weighted sum across 0."""
    kinked = [layer for layer in passed(network, X) if layer.activation.kink]
    return any(np.abs(layer.Z).min() < 1e-3 for layer in kinked)


def error_against_central_differences(network, X, Y):
    _, gradient = network.loss_and_gradient(X, Y)
    numerical = numerical_gradient(lambda _: network.loss_value(X, Y), network.parameters)
    # A slope far smaller than the loss drowns in the rounding of the loss.
    smallest = 1e-4 * max(1.0, network.loss_value(X, Y))
    return relative_error(gradient, numerical, smallest).max()


@given(networks())
def test_gradient_agrees_with_central_differences(case):
    network, X, Y = case
    assume(not near_a_kink(network, X))
    assert error_against_central_differences(network, X, Y) < 1e-6


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("initialization", INITIALIZATIONS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradient_of_every_combination(activation, loss, initialization, depth):
    generator = np.random.default_rng([depth, len(loss), len(initialization), len(activation)])
    loss = get_loss(loss)
    activations = [activation] * (depth - 1) + [loss.fused_with or activation]
    sizes = [3] * depth + [2]
    network = Network(
        sizes, activations, loss=loss, initialization=initialization, generator=generator
    )
    for layer in network.layers:
        layer.b[...] = generator.normal(size=layer.outputs)
    X = generator.normal(size=(4, 3))
    while near_a_kink(network, X):
        X = generator.normal(size=(4, 3))
    Y = random_targets(generator, loss, 4, 2)
    assert error_against_central_differences(network, X, Y) < 1e-6


@given(networks())
def test_gradient_agrees_with_automatic_differentiation(case):
    autograd = pytest.importorskip("autograd", reason="the autograd package is not installed")
    np_ = pytest.importorskip("autograd.numpy")
    network, X, Y = case
    functions, losses = second_activations(np_), second_losses(np_)

    def loss(parameters):
        A, start, penalty = X, 0, 0.0
        for layer in network.layers:
            shape = (layer.inputs, layer.outputs)
            end = start + layer.inputs * layer.outputs
            penalty = penalty + 0.5 * network.l2 * np_.sum(parameters[start:end] ** 2)
            Z = np_.dot(A, parameters[start:end].reshape(shape))
            start = end
            if layer.bias:
                Z = Z + parameters[start : start + layer.outputs]
                start += layer.outputs
            A = functions[layer.activation.name](Z)
        return losses[network.loss.name](network.loss, A, Y) + penalty

    value, gradient = network.loss_and_gradient(X, Y)
    assert value == pytest.approx(loss(network.parameters.copy()), rel=1e-12)
    expected = autograd.grad(loss)(network.parameters.copy())
    assert gradient == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(networks(losses=["squared error"]), st.integers(1, 5))
def test_sums_over_parts_of_a_batch_add_up(case, cut):
    network, X, Y = case
    network.loss, network.l2 = SquaredError("nothing"), 0.0
    whole_loss, whole = network.loss_and_gradient(X, Y)
    parts = [
        network.loss_and_gradient(x, y)
        for x, y in [(X[:cut], Y[:cut]), (X[cut:], Y[cut:])]
        if len(x)
    ]
    assert sum(loss for loss, _ in parts) == pytest.approx(whole_loss, rel=1e-12)
    assert sum(gradient for _, gradient in parts) == pytest.approx(whole, rel=1e-9, abs=1e-11)


@given(networks(), seeds)
def test_the_order_of_the_rows_does_not_matter(case, seed):
    network, X, Y = case
    loss, gradient = network.loss_and_gradient(X, Y)
    order = np.random.default_rng(seed).permutation(len(X))
    shuffled_loss, shuffled = network.loss_and_gradient(X[order], Y[order])
    assert shuffled_loss == pytest.approx(loss, rel=1e-12)
    assert shuffled == pytest.approx(gradient, rel=1e-9, abs=1e-11)


@given(networks(("identity",), losses=["squared error"]))
def test_a_network_of_linear_units_is_linear(case):
    network, X, _ = case
    zero = network.predict(np.zeros_like(X))
    double = network.predict(2 * X) - zero
    assert double == pytest.approx(2 * (network.predict(X) - zero), rel=1e-9, abs=1e-9)


@given(networks())
def test_a_gradient_is_filled_anew_and_does_not_accumulate(case):
    network, X, Y = case
    first = network.loss_and_gradient(X, Y)[1]
    assert np.array_equal(network.loss_and_gradient(X, Y)[1], first)


@given(networks())
def test_float32_agrees_with_float64(case):
    network, X, Y = case
    assume(not near_a_kink(network, X))
    single = in_float32(network)
    loss, gradient = single.loss_and_gradient(X, Y)
    assert gradient.dtype == single.predict(X).dtype == np.float32
    assert loss == pytest.approx(network.loss_value(X, Y), rel=1e-4, abs=1e-6)
    assert gradient == pytest.approx(network.loss_and_gradient(X, Y)[1], rel=1e-3, abs=1e-4)


@given(networks())
def test_every_parameter_belongs_to_one_layer(case):
    network, _, _ = case
    network.parameters[...] = np.arange(network.parameters.size)
    network.gradient[...] = -network.parameters
    seen = []
    for number, layer in enumerate(network.layers, 1):
        assert np.shares_memory(layer.W, network.parameters)
        assert np.array_equal(layer.dW, -layer.W) and layer.W.shape == (layer.inputs, layer.outputs)
        for (row, column), value in np.ndenumerate(layer.W):
            assert network.parameter_name(int(value)) == f"layer {number}, W[{row}, {column}]"
            seen.append(value)
        for column, value in enumerate(layer.b if layer.bias else []):
            assert network.parameter_name(int(value)) == f"layer {number}, b[{column}]"
            seen.append(value)
    assert seen == list(network.parameters)


def test_a_copy_has_parameters_of_its_own_that_its_layers_look_at():
    network = Network([3, 4, 2], "tanh", generator=np.random.default_rng(0))
    X, Y = np.ones((5, 3)), np.zeros((5, 2))
    twin = deepcopy(network)
    assert np.array_equal(twin.loss_and_gradient(X, Y)[1], network.loss_and_gradient(X, Y)[1])
    before = network.loss_value(X, Y)
    twin.parameters -= 0.1 * twin.gradient
    assert twin.loss_value(X, Y) < before == network.loss_value(X, Y)


def test_initial_weights():
    network = Network([100, 400, 50], generator=np.random.default_rng(0))
    assert network.layers[0].W.std() == pytest.approx(0.1, rel=0.02)
    assert network.layers[1].W.std() == pytest.approx(0.05, rel=0.02)
    assert not network.layers[0].b.any()
    wide = Network([100, 400], generator=np.random.default_rng(0), initialization=normal(2.0))
    assert wide.layers[0].W.std() == pytest.approx(2, rel=0.02)


def test_text_form():
    network = Network([4, 2, 3], ["tanh", "sigmoid"], generator=np.random.default_rng(0))
    assert repr(network) == "Network(4-2-3, tanh, sigmoid, 19 parameters, float64)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sizes": [4]}, r"sizes is \[4\]"),
        ({"sizes": [4, 0, 3]}, r"sizes\[1\] is 0"),
        ({"sizes": [4, 2.5, 3]}, "a whole number of at least 1"),
        ({"sizes": [4, 2.0, 3]}, r"sizes\[1\] is 2.0: give a whole number"),
        ({"sizes": [4, np.inf, 3]}, r"sizes\[1\] is inf"),
        ({"sizes": [4, None, 3]}, r"sizes\[1\] is None"),
        ({"activations": ["sigmoid"]}, "1 activations for 2 layers of weights"),
        ({"activations": "sigmoidal"}, "unknown activation 'sigmoidal'; choose from"),
        ({"loss": "hinge"}, "unknown loss 'hinge'; choose from"),
        ({"loss": "categorical cross-entropy"}, "needs the activation 'softmax'.*, not 'sigmoid'"),
        ({"initialization": "random"}, "unknown initialization 'random'"),
        ({"l2": -1.0}, "the L2 penalty is -1.0"),
        ({"dtype": np.float16}, "dtype is float16; choose from float64 and float32"),
        ({"dtype": int}, "dtype is int64"),
        ({"generator": 0}, "generator is 0: .*default_rng"),
        ({"l2": "0.1"}, "the L2 penalty is '0.1'"),
        ({"l2": True}, "the L2 penalty is True"),
        ({"sizes": [4, True, 3]}, r"sizes\[1\] is True"),
    ],
)
def test_bad_settings_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Network(**{"sizes": [4, 2, 3], "generator": np.random.default_rng(0)} | arguments)


X, Y = np.zeros((5, 4)), np.zeros((5, 3))


def test_layers_are_drawn_by_a_generator():
    with pytest.raises(ValueError, match=r"generator is 0: .*default_rng"):
        Network.of_layers([Dense(3, 2)], generator=0)


def test_layers_that_do_not_fit_are_named():
    generator = np.random.default_rng(0)
    message = r"layer 2 takes samples of shape \(5,\), and the layer before it gives \(4,\)"
    with pytest.raises(ValueError, match=message):
        Network.of_layers([Dense(3, 4), Dense(5, 2)], generator=generator)
    with pytest.raises(ValueError, match="layers is .*: give a list of layers"):
        Network.of_layers([Dense(3, 4), "tanh"], generator=generator)


def test_a_layer_has_one_place():
    hidden = Dense(3, 3, "tanh")
    with pytest.raises(ValueError, match="a layer occurs twice .* make a layer for each place"):
        Network.of_layers([hidden, hidden, Dense(3, 2)], generator=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("X", "Y", "message"),
    [
        (X[:, :3], Y, r"X has shape \(5, 3\); this network takes \(samples, 4\)"),
        (X[0], Y, r"X has shape \(4,\)"),
        (X, np.zeros(5, int), r"Y has shape \(5,\).*datasets.one_hot"),
        (X, np.zeros((5, 1)), r"Y has shape \(5, 1\).*have shape \(5, 3\)"),
        (X, Y[:4], "X has 5 rows and Y has 4"),
        (X[:0], Y[:0], "X has no rows"),
        (X.astype(str), Y, "X holds text"),
        (X.astype(complex), Y, "X holds complex numbers"),
        (X, Y.astype(object), "Y holds objects"),
        (np.ma.masked_equal(X, 0), Y, "X is a masked array"),
        ([[1, 2], [3]], Y, "X holds objects.*rows of the same length"),
        (np.where(np.arange(4) == 2, np.nan, X), Y, r"X\[0, 2\] is nan"),
        (X, np.where(np.arange(3) == 1, np.inf, Y), r"Y\[0, 1\] is inf"),
    ],
)
def test_bad_examples_are_named(X, Y, message):
    network = Network([4, 2, 3], generator=np.random.default_rng(0))
    for function in (network.loss_value, network.loss_and_gradient):
        with pytest.raises(ValueError, match=message):
            function(X, Y)


def test_numbers_whose_squares_overflow_are_finite():
    network = Network([4, 2, 3], generator=np.random.default_rng(0))
    assert np.isfinite(network.predict(np.full((5, 4), 1e300))).all()


def test_one_output_does_not_stretch_labels():
    network = Network([4, 1], generator=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"Y has shape \(5,\).*Y.reshape\(-1, 1\)"):
        network.loss_value(X, np.zeros(5))
