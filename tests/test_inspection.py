"""What a network's neurons answer and look for."""

import numpy as np
import pytest
from hypothesis import given
from strategies import networks

from backprop.gradients import numerical_gradient, relative_error
from backprop.inspection import input_gradient, layer_outputs, most_exciting_input
from backprop.network import Network


@given(networks(("sigmoid", "tanh", "softmax")))
def test_the_input_gradient_agrees_with_central_differences(case):
    network, X, _ = case
    x = X[0].copy()
    for layer in range(len(network.layers)):
        neuron = network.layers[layer].outputs - 1

        def answer(x, layer=layer, neuron=neuron):
            return layer_outputs(network, x.reshape(1, -1))[layer][0, neuron]

        numerical = numerical_gradient(answer, x)
        assert (
            relative_error(input_gradient(network, x, layer, neuron), numerical, 1e-4).max() < 1e-6
        )


def test_layer_outputs_end_with_the_prediction():
    network = Network([3, 4, 2], generator=np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(5, 3))
    outputs = layer_outputs(network, X)
    assert [A.shape for A in outputs] == [(5, 4), (5, 2)]
    expected = network.predict(X)
    network.predict(2 * X)
    assert np.array_equal(outputs[-1], expected)


def test_what_was_looked_at_stays_when_the_network_goes_on():
    # The identity returns its weighted sums themselves.
    network = Network([3, 2], "identity", generator=np.random.default_rng(0))
    outputs = layer_outputs(network, np.ones((1, 3)))
    outputs[0][...] = 7.0
    assert not np.any(layer_outputs(network, np.ones((1, 3)))[0] == 7.0)


def test_a_neuron_that_is_off_leaves_the_input_grey():
    network = Network([3, 2], "relu", initialization="zeros", generator=np.random.default_rng(0))
    assert most_exciting_input(network, 0, 1).tolist() == [0.5, 0.5, 0.5]


def test_the_most_exciting_input_of_a_first_layer_is_the_sign_of_its_weights():
    network = Network([6, 3], generator=np.random.default_rng(4))
    x = most_exciting_input(network, 0, 1)
    assert np.array_equal(x, network.layers[0].W[:, 1] > 0)


def test_an_exciting_input_excites():
    network = Network([8, 6, 3], generator=np.random.default_rng(5))
    grey = layer_outputs(network, np.full((1, 8), 0.5))[1][0, 2]
    best = layer_outputs(network, most_exciting_input(network, 1, 2).reshape(1, -1))[1][0, 2]
    noise = layer_outputs(network, np.random.default_rng(6).random((500, 8)))[1][:, 2]
    assert best > max(grey, noise.max())


def test_neurons_that_are_not_there():
    network = Network([3, 4, 2], generator=np.random.default_rng(0))
    with pytest.raises(IndexError, match="layer is 2, but this network has layers 0 to 1"):
        input_gradient(network, np.zeros(3), 2, 0)
    with pytest.raises(IndexError, match="layer is -1,"):
        input_gradient(network, np.zeros(3), -1, 0)
    with pytest.raises(IndexError, match="neuron is -1,"):
        input_gradient(network, np.zeros(3), 1, -1)
    with pytest.raises(IndexError, match="neuron is 4, but layer 0 has neurons 0 to 3"):
        most_exciting_input(network, 0, 4)
