"""Wrong gradients are named, right ones are not accused, and nothing makes the diagnosis fail."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import DERIVATIVE_OF_A, in_float32, networks, passed, seeds

from backprop.activations import get_activation
from backprop.byhand import trace_step
from backprop.diagnosis import diagnose, diagnose_function
from backprop.gradients import numerical_gradient
from backprop.losses import DIVISORS, BinaryCrossEntropy, CategoricalCrossEntropy, SquaredError
from backprop.mistakes import sections
from backprop.network import Network

RATE = 0.3


def case(sizes=(3, 4, 4, 2), activations="tanh", rows=5, seed=1, **options):
    """A network with biases away from 0, and rows for it."""
    generator = np.random.default_rng(seed)
    network = Network(sizes, activations, generator=generator, **options)
    for layer in network.layers:
        if layer.bias:
            layer.b[...] = generator.normal(size=layer.outputs)
    Y = generator.random((rows, sizes[-1]))
    if network.loss.fused_with == "softmax":
        Y /= Y.sum(axis=1, keepdims=True)
    return network, generator.normal(size=(rows, sizes[0])), Y


def pairs_of(network, gradient=None):
    """A flat gradient as a list of (dW, db)."""
    if gradient is not None:
        network.gradient[...] = gradient
    return [(layer.dW.copy(), layer.db.copy() if layer.bias else None) for layer in network.layers]


def student(network, X, Y, slip=None):
    """A backward pass as a student writes it, line by line, with one mistake if asked; flat."""
    layers, loss = passed(network, X), network.loss
    last = layers[-1]

    def derivative(layer):
        f = layer.activation
        taken_of = {"of Z": layer.Z, "of A": f.function(layer.A)}.get(slip, layer.A)
        return np.ones_like(layer.A) if slip == "no derivative" else f.derivative(taken_of)

    if loss.fused_with:
        delta = (last.A - Y) / len(Y)
        if slip == "twice":
            delta = delta * last.A * (1 - last.A)  # sigmoid, or the diagonal of softmax
    else:
        delta = loss.derivative(last.A, Y) * derivative(last)
    gradients = []
    for number in range(len(layers) - 1, -1, -1):
        layer = layers[number]
        A_in = layers[number - 1].Z if slip == "sums" and number else layer.A_in
        dW, db = A_in.T @ delta, delta.sum(axis=0)
        if slip == "last row":
            dW, db = np.outer(A_in[-1], delta[-1]), delta[-1]
        dW = dW + network.l2 * layer.W
        gradients.insert(0, (dW, db if layer.bias else np.zeros(0)))
        if number:
            W = layer.W - RATE * dW if slip == "early" else layer.W
            back = delta @ (W.reshape(W.T.shape) if slip == "transposed" else W.T)
            if slip == "nothing below":
                back = 0 * back
            delta = back * derivative(layers[number - 1])
    if slip == "layer order":
        gradients.reverse()
    return np.concatenate([part.ravel() for pair in gradients for part in pair])


SLIPS = {
    "no derivative": "missing activation derivative",
    "of Z": "derivative for A, given Z",
    "of A": "derivative for Z, given A",
    "twice": "activation derivative once too often",
    "transposed": "transposed weights",
    "early": "new weights used too early",
    "nothing below": "error not carried back",
    "sums": "weighted sums in place of outputs",
    "last row": "last row only",
    "layer order": "wrong layer order",
}


def is_named(found, form):
    return found.form == form or form in found.also


def differs(first, second):
    """Whether a mistake shows at all: by far more than what passes as rounding."""
    return np.abs(first - second).max() > 1e-3 * np.abs(second).max() + 1e-6


# ---- right gradients


@given(networks(), st.sampled_from([None, RATE]))
def test_a_right_gradient_is_never_accused(network_and_rows, rate):
    network, X, Y = network_and_rows
    _, gradient = network.loss_and_gradient(X, Y)
    for form in (gradient, gradient.tolist(), pairs_of(network), gradient.astype(np.float32)):
        found = diagnose(form, network, X, Y, learning_rate=rate)
        assert found.right and found.form is None, str(found)


@given(networks())
def test_central_differences_are_never_accused(network_and_rows):
    network, X, Y = network_and_rows
    measured = numerical_gradient(lambda _: network.loss_value(X, Y), network.parameters)
    found = diagnose(measured, network, X, Y)
    assert found.right, str(found)


@given(networks(("sigmoid", "tanh", "identity", "softmax")))
def test_a_network_in_float32_is_never_accused(network_and_rows):
    network, X, Y = network_and_rows
    single = in_float32(network)
    _, gradient = single.loss_and_gradient(X, Y)
    assert diagnose(gradient, single, X, Y).right
    assert diagnose(gradient, network, X, Y).right


@given(networks(DERIVATIVE_OF_A, losses=["squared error"]))
def test_the_students_backward_pass_without_a_slip_is_right(network_and_rows):
    network, X, Y = network_and_rows
    assert diagnose(student(network, X, Y), network, X, Y, learning_rate=RATE).right


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_any_slope_at_the_kink_of_a_relu_is_right(slope):
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    Y = np.array([[0.0], [1.0], [1.0], [0.0]])
    network = Network([2, 3, 1], ["relu", "sigmoid"], generator=np.random.default_rng(3))
    hidden, last = passed(network, X)  # biases are 0, so the row of zeros meets the kink
    delta = (last.A - Y) / 4 * last.A * (1 - last.A)
    below = delta @ last.W.T * np.where(hidden.Z == 0, slope, hidden.Z > 0)
    pairs = [(X.T @ below, below.sum(axis=0)), (hidden.A.T @ delta, delta.sum(axis=0))]
    assert diagnose(pairs, network, X, Y).right


def test_biases_as_a_row_are_right():
    network, X, Y = case()
    network.loss_and_gradient(X, Y)
    assert diagnose([(dW, db[None]) for dW, db in pairs_of(network)], network, X, Y).right


def test_the_network_is_left_as_it_was():
    network, X, Y = case()
    network.loss_and_gradient(X, Y)
    before = [network.parameters.copy(), network.gradient.copy()]
    diagnose(network.gradient, network, X[:2], Y[:2])  # the network's own vector, other rows
    after = [network.parameters, network.gradient]
    assert all(np.array_equal(first, second) for first, second in zip(before, after))


# ---- the known mistakes, made by other code than the module's


@settings(max_examples=100)
@given(st.sampled_from(list(SLIPS)), networks(DERIVATIVE_OF_A))
def test_a_slip_is_recognized_or_changes_nothing(slip, network_and_rows):
    network, X, Y = network_and_rows
    if slip == "twice":
        assume(network.loss.fused_with)
    if slip == "last row":
        assume(len(X) > 1)
    gradient = student(network, X, Y, slip)
    right = network.loss_and_gradient(X, Y)[1]
    assume(differs(gradient, right) and gradient.any())
    assume(all(layer.Z.all() for layer in passed(network, X)))  # at a kink any slope is right
    found = diagnose(gradient, network, X, Y, learning_rate=RATE)
    assert not found.right and is_named(found, SLIPS[slip]), str(found)
    assert found.section and found.parameter


@pytest.mark.parametrize("slip", SLIPS)
def test_with_enough_rows_and_neurons_a_slip_has_one_name(slip):
    loss = BinaryCrossEntropy() if slip == "twice" else SquaredError()
    network, X, Y = case((4, 4, 4, 4), "sigmoid", rows=6, loss=loss)
    found = diagnose(student(network, X, Y, slip), network, X, Y, learning_rate=RATE)
    assert (found.form, found.also, found.factor) == (SLIPS[slip], (), None)


def test_two_slips_at_once():
    network, X, Y = case()
    gradient = student(network, X, Y, "no derivative") * len(X)
    found = diagnose(gradient, network, X, Y)
    assert found.form == SLIPS["no derivative"] and found.factor == pytest.approx(len(X))
    assert "a sum with the factor ½" in found.explanation


def test_new_weights_are_recognized_only_with_the_learning_rate():
    network, X, Y = case()
    gradient = student(network, X, Y, "early")
    found = diagnose(gradient, network, X, Y)
    assert not found.right and found.form is None and "layer 2" in found.explanation
    assert found.section == sections.BP2
    assert diagnose(gradient, network, X, Y, learning_rate=RATE).form == SLIPS["early"]


@settings(max_examples=25)
@given(networks(), st.floats(-20, 20).filter(lambda c: abs(c) > 0.01 and abs(c - 1) > 0.01))
def test_a_constant_factor_is_measured(network_and_rows, factor):
    network, X, Y = network_and_rows
    right = network.loss_and_gradient(X, Y)[1].copy()
    assume(np.abs(right).max() > 1e-3 and right.size > 4)
    found = diagnose(factor * right, network, X, Y)
    assert not found.right and found.form is not None
    if found.form in ("constant factor", "sign", "sum instead of mean", "mean instead of sum"):
        assert found.factor == pytest.approx(factor, rel=1e-6)


@pytest.mark.parametrize("own", DIVISORS)
@pytest.mark.parametrize("other", DIVISORS)
@pytest.mark.parametrize("half", [False, True])
def test_the_published_constants_are_told_apart(own, other, half):
    network, X, Y = case(rows=7, loss=SquaredError(own))
    foreign, _, _ = case(rows=7, loss=SquaredError(other, half=half))
    gradient = foreign.loss_and_gradient(X, Y)[1]
    found = diagnose(gradient, network, X, Y)
    constants = {"rows": 1 / 7, "elements": 1 / 14, "nothing": 1}
    factor = constants[other] / constants[own] * (1 if half else 2)
    if factor == 1:
        assert found.right
        return
    assert found.factor == pytest.approx(factor)
    form = "constant factor"
    if own != other and "nothing" in (own, other):
        form = "sum instead of mean" if other == "nothing" else "mean instead of sum"
    assert is_named(found, form), str(found)


@pytest.mark.parametrize("loss", [BinaryCrossEntropy(), CategoricalCrossEntropy()])
def test_the_constants_of_a_cross_entropy_are_said_in_words(loss):
    network, X, Y = case((3, 4, 2), ["tanh", loss.fused_with], loss=loss, rows=7)
    found = diagnose(7 * network.loss_and_gradient(X, Y)[1], network, X, Y)
    assert "gradient of a sum; the network's loss is a mean over rows." in found.explanation


def test_rounding_is_allowed_where_the_penalty_cancels_the_data():
    network, X, Y = (
        Network([1, 1], "identity", generator=np.random.default_rng(0)),
        np.array([[2.0]]),
        np.array([[-3.0]]),
    )
    network.parameters[...] = [-0.5, 2.0]  # the prediction is 1, and δ = 1 − (−3) = 4
    network.l2 = 16.0  # 2 · 4 − 16 · 0.5 = 0
    right = network.loss_and_gradient(X, Y)[1]
    assert right[0] == 0  # of 8 and 8, and 1e-8 of each is allowed
    assert diagnose(np.array([1.5e-7, right[1]]), network, X, Y).right
    assert not diagnose(np.array([2e-7, right[1]]), network, X, Y).right


@pytest.mark.parametrize("loss", [BinaryCrossEntropy(), CategoricalCrossEntropy(), SquaredError()])
def test_sum_and_sign_for_every_loss(loss):
    last = loss.fused_with or "sigmoid"
    network, X, Y = case((3, 4, 2), ["tanh", last], loss=loss, rows=7, l2=0.1)
    right = network.loss_and_gradient(X, Y)[1].copy()
    network.l2 = 0.0
    data = network.loss_and_gradient(X, Y)[1].copy()
    network.l2 = 0.1
    for gradient in (7 * right, 7 * data + (right - data)):
        found = diagnose(gradient, network, X, Y)
        assert (found.form, found.factor) == ("sum instead of mean", pytest.approx(7))
    assert diagnose(-right, network, X, Y).form == "sign"
    assert "sign is wrong as well" in diagnose(-7 * right, network, X, Y).explanation
    assert diagnose(right / 7, network, X, Y).form == "mean taken twice"
    assert diagnose(data, network, X, Y).form == "missing penalty"
    found = diagnose(2 * right - data, network, X, Y)
    assert (found.form, found.factor) == ("constant factor in the penalty", pytest.approx(2))
    biased = right + 0.1 * np.where(np.arange(right.size) >= 0, network.parameters, 0)
    network.gradient[...] = biased
    pairs = [(dW - 0.1 * layer.W, db) for layer, (dW, db) in zip(network.layers, pairs_of(network))]
    assert diagnose(pairs, network, X, Y).form == "penalty on the biases"


def test_steps_and_new_parameters_are_no_gradient():
    network, X, Y = case(rows=7)
    right = network.loss_and_gradient(X, Y)[1]
    for sign in (1, -1):
        found = diagnose(sign * 0.05 * right, network, X, Y, learning_rate=0.05)
        assert found.form == "step in place of the gradient"
    found = diagnose(network.parameters - 0.05 * right, network, X, Y, learning_rate=0.05)
    assert found.form == "new parameters in place of the gradient"


@settings(max_examples=25)
@given(networks(), st.booleans())
def test_missing_biases_are_recognized(network_and_rows, as_none):
    network, X, Y = network_and_rows
    assume(network.layers[0].bias)
    network.loss_and_gradient(X, Y)
    assume(all(np.abs(layer.db).max() > 1e-3 for layer in network.layers))
    pairs = [(dW, None if as_none else 0 * db) for dW, db in pairs_of(network)]
    assume(any(np.abs(dW).max() > 1e-3 for dW, _ in pairs))
    found = diagnose(pairs, network, X, Y)
    assert is_named(found, "missing bias gradient"), str(found)


def test_biases_in_one_layer_on_another_scale_and_left_out_of_the_vector():
    network, X, Y = case(rows=7)
    network.loss_and_gradient(X, Y)
    pairs = pairs_of(network)
    found = diagnose([pairs[0], (pairs[1][0], None), pairs[2]], network, X, Y)
    assert found.form == "missing bias gradient" and "layer 2." in found.explanation
    assert found.parameter.startswith("layer 2, b[")
    found = diagnose([(dW, 7 * db) for dW, db in pairs], network, X, Y)
    assert (found.form, found.factor) == ("constant factor in the biases", pytest.approx(7))
    weights = np.concatenate([dW.ravel() for dW, _ in pairs])
    assert diagnose(weights, network, X, Y).form == "missing bias gradient"


def test_slips_that_need_a_network_of_their_own():
    network, X, Y = case((3, 4, 3), ["tanh", "softmax"], rows=6)
    hidden, last = passed(network, X)
    slope = (last.A - Y) / len(Y)

    def below(delta, carried=None, W=last.W):
        back = (delta if carried is None else carried) @ W.T * (1 - hidden.A**2)
        return [(X.T @ back, back.sum(axis=0)), (hidden.A.T @ delta, delta.sum(axis=0))]

    delta = last.A * (slope - (slope * last.A).sum(axis=1, keepdims=True))
    assert diagnose(below(delta), network, X, Y).right
    forms = {
        "softmax taken element by element": below(slope * last.A * (1 - last.A)),
        "error carried back in place of the delta": below(delta, carried=slope),
        "mean taken again in each layer": below(delta, carried=delta / len(X)),
        "transposed weights": below(delta, W=last.W.reshape(last.W.T.shape).T),
    }
    for form, pairs in forms.items():
        found = diagnose(pairs, network, X, Y)
        assert is_named(found, form), str(found)

    unbiased = Network([3, 4, 3], ["tanh", "softmax"], generator=np.random.default_rng(0))
    unbiased.parameters[...] = network.parameters
    for layer in unbiased.layers:
        layer.b[...] = 0
    gradient = unbiased.loss_and_gradient(X, Y)[1]
    assert diagnose(gradient, network, X, Y).form == "biases missing in the forward pass"


@pytest.mark.parametrize(("own", "other"), [("tanh", "sigmoid"), ("sigmoid", "tanh")])
def test_the_slope_of_another_activation(own, other):
    network, X, Y = case(activations=own)
    for layer in network.layers:
        layer.activation = get_activation(own)
    foreign = get_activation(other).derivative
    layers = passed(network, X)
    delta, pairs = (layers[-1].A - Y) / len(Y), []
    for layer in reversed(layers):
        delta = delta * foreign(layer.A)
        pairs.insert(0, (layer.A_in.T @ delta, delta.sum(axis=0)))
        delta = delta @ layer.W.T
    found = diagnose(pairs, network, X, Y)
    assert found.form == "derivative of another activation"


def test_a_slip_in_one_layer_alone_says_where():
    network, X, Y = case()
    layers = passed(network, X)
    first, second, last = layers
    delta3 = (last.A - Y) / len(Y) * (1 - last.A**2)
    delta2 = delta3 @ last.W.T  # the slip
    delta1 = delta2 @ second.W.T * (1 - first.A**2)
    deltas = [delta1, delta2, delta3]
    pairs = [(layer.A_in.T @ d, d.sum(axis=0)) for layer, d in zip(layers, deltas)]
    found = diagnose(pairs, network, X, Y)
    assert found.form == "missing activation derivative" and "layer 2." in found.explanation


def test_of_two_layers_the_first_is_named_and_not_the_hidden_layers():
    network, X, Y = case((3, 4, 2), "tanh")
    first, last = passed(network, X)
    delta2 = (last.A - Y) / len(Y) * (1 - last.A**2)
    delta1 = delta2 @ last.W.T  # the mistake
    pairs = [(layer.A_in.T @ d, d.sum(axis=0)) for layer, d in ((first, delta1), (last, delta2))]
    found = diagnose(pairs, network, X, Y)
    assert found.form == "missing activation derivative" and "layer 1." in found.explanation


# ---- shapes, lengths, and what is not a gradient at all


def test_right_numbers_at_wrong_places():
    network, X, Y = case((3, 4, 2))
    right = network.loss_and_gradient(X, Y)[1].copy()
    pairs = pairs_of(network)
    turned = [(dW.T, db) for dW, db in pairs]
    flat = np.concatenate([part.ravel() for pair in turned for part in pair])
    assert diagnose(turned, network, X, Y).form == "transposed gradient"
    assert diagnose(flat, network, X, Y).form == "transposed gradient"
    assert diagnose(pairs[::-1], network, X, Y).form == "wrong layer order"
    weights_first = np.concatenate([dW.ravel() for dW, _ in pairs] + [db for _, db in pairs])
    biases_first = np.concatenate([part.ravel() for dW, db in pairs for part in (db, dW)])
    for vector in (weights_first, biases_first):
        assert diagnose(vector, network, X, Y).form == "parameters in another order"
    assert diagnose(right[None], network, X, Y).form == "wrong shape"
    one_wide = case((3, 1), "sigmoid")
    one_wide[0].loss_and_gradient(*one_wide[1:])
    turned = [(dW.T, db) for dW, db in pairs_of(one_wide[0])]
    assert diagnose(turned, *one_wide).form == "transposed gradient"


class Hostile:
    """Equal to everything, and an error as soon as it is looked at as an array."""

    def __eq__(self, other):
        return True

    __hash__ = None

    def __array__(self, dtype=None, copy=None):
        raise TypeError("no")


@pytest.mark.parametrize(
    ("gradient", "form"),
    [
        (None, "no gradient"),
        ("a string", "no gradient"),
        (3.0, "no gradient"),
        ({"dW1": 1}, "no gradient"),
        ((x for x in [1.0]), "no gradient"),
        (Hostile(), "no gradient"),
        ([Hostile(), Hostile()], "not numbers"),
        ([("a", "b"), ("c", "d")], "not numbers"),
        ([([[1], [2, 3]], [1]), ([1], [1])], "not numbers"),
        ([(None, None), (None, None)], "not numbers"),
        (np.array([1j] * 26), "not numbers"),
        (np.array(["x"] * 26), "not numbers"),
        (np.array([object()] * 26), "not numbers"),
        ([], "wrong length"),
        (np.zeros(0), "wrong length"),
        (np.zeros(25), "wrong length"),
        (np.zeros((5, 5)), "wrong length"),
        ([(np.zeros((3, 4)), np.zeros(4))], "wrong length"),
        ([(np.zeros((3, 5)), np.zeros(4)), (np.zeros((4, 2)), np.zeros(2))], "wrong shape"),
        ([(np.zeros((2, 6)), np.zeros(4)), (np.zeros((4, 2)), np.zeros(2))], "wrong shape"),
        ([(np.zeros((3, 4)), np.zeros((4, 1))), (np.zeros((4, 2)), np.zeros(2))], "wrong shape"),
        ([np.inf] * 26, "not finite"),
        ([0.0] * 25 + [np.nan], "not finite"),
        (np.zeros(26), "all zero"),
        (np.zeros(26, int), "all zero"),
        (np.full(26, 1e300), None),
        (np.full(26, 1e-300), None),
    ],
)
def test_whatever_it_is_a_diagnosis_comes_back(gradient, form):
    network, X, Y = case((3, 4, 2))
    found = diagnose(gradient, network, X, Y)
    assert not found.right and found.form == form
    assert len(found.explanation) > 20 and str(found)


@given(networks(), seeds)
def test_random_numbers_are_never_right(network_and_rows, seed):
    network, X, Y = network_and_rows
    noise = np.random.default_rng(seed).normal(size=network.parameters.size)
    assert not diagnose(noise, network, X, Y).right


def test_a_db_where_there_are_no_biases():
    network, X, Y = case((3, 2), "sigmoid", bias=False)
    network.loss_and_gradient(X, Y)
    ((dW, _),) = pairs_of(network)
    assert diagnose([dW], network, X, Y).right
    assert diagnose([(dW, np.zeros(0))], network, X, Y).right
    found = diagnose([(dW, np.zeros(2))], network, X, Y)
    assert found.form == "wrong shape" and "no biases" in found.explanation


def test_an_unknown_error_is_located():
    network, X, Y = case()
    right = network.loss_and_gradient(X, Y)[1]

    def spoiled(parts):
        pairs = pairs_of(network, right.copy())
        for number, place in parts:
            pairs[number][place].ravel()[0] += 0.5
        return diagnose(pairs, network, X, Y)

    for parts, section, layer in [
        ([(2, 0), (2, 1), (0, 0)], sections.BP1, 3),
        ([(1, 0), (1, 1)], sections.BP2, 2),
        ([(1, 1)], sections.BP3, 2),
        ([(0, 0)], sections.BP4, 1),
    ]:
        found = spoiled(parts)
        assert (found.right, found.form, found.section) == (False, None, section)
        assert f"first wrong layer is layer {layer}" in found.explanation
    assert spoiled([(1, 1)]).parameter == "layer 2, b[0]"


# ---- the network by hand, the wrapper, the options


def by_hand():
    network = Network(
        [2, 2, 1],
        "identity",
        bias=False,
        loss=SquaredError("nothing"),
        generator=np.random.default_rng(0),
    )
    w = [0.11, 0.21, 0.12, 0.08, 0.14, 0.15]
    network.layers[0].W[...] = np.reshape(w[:4], (2, 2)).T  # w1, w2 into h1; w3, w4 into h2
    network.layers[1].W[...] = np.reshape(w[4:], (2, 1))
    return network, [[2.0, 3.0]], [[1.0]]


def test_the_six_numbers_of_the_network_by_hand():
    network, X, Y = by_hand()
    trace = trace_step()
    six = [float(trace[f"∂E/∂w{number}"]) for number in range(1, 7)]
    pairs = [(np.reshape(six[:4], (2, 2)).T, None), (np.reshape(six[4:], (2, 1)), None)]
    assert diagnose(pairs, network, X, Y).right
    # In the order w1 … w6 the first layer is read neuron by neuron.
    assert diagnose(six, network, X, Y).form == "transposed gradient"
    found = diagnose([(-dW, None) for dW, _ in pairs], network, X, Y)
    assert found.form == "sign"
    found = diagnose([(2 * dW, None) for dW, _ in pairs], network, X, Y)
    assert (found.form, found.factor) == ("constant factor", pytest.approx(2))
    assert "without the factor ½" in found.explanation


def test_the_early_update_of_the_network_by_hand():
    network, X, Y = by_hand()
    network.loss_and_gradient(X, Y)
    dW1, dW2 = (dW for dW, _ in pairs_of(network))
    early = (0.191 - 1) * np.array([[2.0], [3.0]]) @ (network.layers[1].W - dW2 / 20).T
    assert not np.allclose(early, dW1)
    found = diagnose([(early, None), (dW2, None)], network, X, Y, learning_rate=1 / 20)
    assert found.form == "new weights used too early" and found.section == sections.UPDATE


def test_a_function_leaves_no_traces_and_may_fail():
    network, X, Y = case()

    def spoils_everything(network, X, Y):
        gradient = network.loss_and_gradient(X, Y)[1]
        network.parameters -= gradient
        X *= 0
        return gradient

    before = network.parameters.copy()
    assert diagnose_function(spoils_everything, network, X, Y).right
    assert np.array_equal(network.parameters, before) and X.any()
    found = diagnose_function(lambda *_: 1 / 0, network, X, Y)
    assert found.form == "stopped by an error" and "ZeroDivisionError" in found.explanation


def test_what_the_caller_gets_wrong_is_an_error():
    network, X, Y = case()
    gradient = network.gradient
    with pytest.raises(ValueError, match="X has shape"):
        diagnose(gradient, network, X[:, :1], Y)
    with pytest.raises(ValueError, match="tolerance is 0"):
        diagnose(gradient, network, X, Y, tolerance=0)
    with pytest.raises(ValueError, match="learning rate is -1"):
        diagnose(gradient, network, X, Y, learning_rate=-1)


def test_the_right_numbers_are_never_told():
    network, X, Y = case()
    right = network.loss_and_gradient(X, Y)[1].copy()
    told = set()
    for slip in SLIPS:
        told |= set(
            re.findall(r"\d+\.\d+", str(diagnose(student(network, X, Y, slip), network, X, Y)))
        )
    assert not told & {f"{number:.4g}" for number in right}


def test_every_section_is_a_heading_of_the_book():
    book = Path(__file__).resolve().parents[1] / "book"
    known = {
        value for value in vars(sections).values() if isinstance(value, str) and ".ipynb#" in value
    }
    assert len(known) > 10
    for section in known:
        page, anchor = section.split("#")
        cells = json.loads((book / page).read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells)
        headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings}
        assert anchor in anchors, section


def test_arguments_in_another_order_are_named():
    network = Network([2, 1], generator=np.random.default_rng(1))
    with pytest.raises(TypeError, match=r"is a ndarray: call diagnose\(gradient, network, X, Y\)"):
        diagnose(network, np.ones((1, 2)), np.ones((1, 1)), network.parameters)
