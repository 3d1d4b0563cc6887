"""The numerical gradient and the check, on functions whose gradient is known."""

import numpy as np
import pytest
from hypothesis import given
from strategies import networks

from backprop.gradients import check_gradient, numerical_gradient, relative_error
from backprop.network import Network


def test_gradient_of_a_known_function():
    point = np.array([1.0, -2.0, 3.0])
    gradient = numerical_gradient(lambda w: w[0] ** 2 + w[0] * w[1] + np.sin(w[2]), point)
    assert gradient == pytest.approx([0, 1, np.cos(3)], abs=1e-9)


def test_the_point_is_restored_even_after_an_error():
    point = np.array([1.0, 2.0])

    def fails_at_second(w):
        if w[1] != 2.0:
            raise RuntimeError
        return 0.0

    with pytest.raises(RuntimeError):
        numerical_gradient(fails_at_second, point)
    assert point.tolist() == [1.0, 2.0]


def test_relative_error_near_zero_is_measured_against_a_floor():
    assert relative_error(np.array([2.0, 0.0]), np.array([1.0, 1e-12])) == pytest.approx(
        [0.5, 1e-4]
    )


@given(networks(("sigmoid", "tanh")))
def test_check_leaves_the_network_as_it_was(case):
    network, X, Y = case
    before = network.parameters.copy()
    check_gradient(network, X, Y)
    assert np.array_equal(network.parameters, before)


def test_a_right_gradient_passes_and_a_wrong_entry_is_named(monkeypatch):
    generator = np.random.default_rng(5)
    network = Network([3, 4, 2], "tanh", generator=generator)
    X, Y = generator.normal(size=(6, 3)), generator.random((6, 2))
    assert check_gradient(network, X, Y).largest_relative_error < 1e-6

    last = network.layers[1]
    add_dW = last.add_dW

    def wrong(delta, cache, gradient):
        add_dW(delta, cache, gradient)
        gradient["W"][2, 1] *= 1.5

    monkeypatch.setattr(last, "add_dW", wrong)
    check = check_gradient(network, X, Y)
    assert check.parameter == "layer 2, W[2, 1]"
    assert check.largest_relative_error == pytest.approx(1 / 3, rel=1e-4)
    assert check.backpropagated == pytest.approx(1.5 * check.numerical, rel=1e-5)
    assert "at layer 2, W[2, 1]" in str(check)


def test_a_missing_factor_of_the_activation_is_found(monkeypatch):
    generator = np.random.default_rng(6)
    network = Network([3, 4, 2], generator=generator)
    X, Y = generator.normal(size=(6, 3)), generator.random((6, 2))
    monkeypatch.setattr(network.layers[0], "delta", lambda G, _: G)
    check = check_gradient(network, X, Y)
    assert check.largest_relative_error > 0.5 and check.parameter.startswith("layer 1")


def test_float32_and_bad_steps_are_refused():
    network = Network([3, 2], generator=np.random.default_rng(0), dtype=np.float32)
    with pytest.raises(ValueError, match="of type float32.*float64"):
        check_gradient(network, np.zeros((1, 3)), np.zeros((1, 2)))
    with pytest.raises(ValueError, match="the step is 0"):
        numerical_gradient(np.sum, np.zeros(3), step=0)
    with pytest.raises(ValueError, match="flat vector"):
        numerical_gradient(np.sum, np.zeros((3, 2)))
