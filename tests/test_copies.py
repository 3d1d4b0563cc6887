"""A network's numbers stay where they belong: after assignments, in copies, and in threads."""

import copy
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.reduction import ForkingPickler

import numpy as np
import pytest

from backprop.fixed_point import FixedPointNetwork
from backprop.gru import GRUNetwork
from backprop.layers import ActivationLayer, Dense
from backprop.network import Network
from backprop.optimizers import GradientDescent
from backprop.parameters import Part
from backprop.through_time import ElmanNetwork
from backprop.training import train

COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "sent to a process": lambda network: ForkingPickler.loads(ForkingPickler.dumps(network)),
}


def networks():
    generator = np.random.default_rng(0)
    return {
        "feed-forward": Network([3, 4, 2], "tanh", generator=generator),
        "float32": Network([3, 4, 2], "tanh", generator=generator, l2=0.1, dtype=np.float32),
        "of layers": Network.of_layers(
            [Dense(3, 4, bias=False), ActivationLayer("tanh"), Dense(4, 2)], generator=generator
        ),
        "through time": ElmanNetwork(3, 4, 2, generator=generator, truncation=1),
        "fixed point": FixedPointNetwork.draw(3, 5, 2, generator=generator, damping=0.25),
        "gated": GRUNetwork(3, 4, 2, generator=generator),
    }


def data(kind, rows=20):
    generator = np.random.default_rng(1)
    X, Y = generator.normal(size=(rows, 3)), 0.1 * generator.normal(size=(rows, 2))
    return (X[:, np.newaxis] if kind in ("through time", "gated") else X), Y


def parts_of(network):
    """Every attribute that is a named view, with its owner and which vector it looks at."""
    owners = [network, *getattr(network, "layers", [])]
    return [
        (owner, name, part.vector)
        for owner in owners
        for name, part in vars(type(owner)).items()
        if isinstance(part, Part) and getattr(owner, name) is not None
    ]


# Copies


@pytest.mark.parametrize("make_copy", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("kind", networks())
def test_a_copy_trains_and_leaves_the_original_alone(kind, make_copy):
    original = networks()[kind]
    before = original.parameters.copy()
    X, Y = data(kind)
    original.loss_and_gradient(X, Y)
    gradient = original.gradient.copy()
    twin = make_copy(original)
    assert type(twin) is type(original) and repr(twin) == repr(original)
    assert twin.settings() == original.settings() and twin.dtype == original.dtype
    assert np.array_equal(twin.parameters, before) and np.array_equal(twin.gradient, gradient)
    assert np.array_equal(twin.predict(X), original.predict(X))
    losses = train(twin, X, Y, GradientDescent(0.1), epochs=5).frame()["loss"]
    assert losses.iloc[-1] < losses.iloc[0]
    assert np.array_equal(original.parameters, before)
    assert np.array_equal(original.gradient, gradient)
    assert not np.array_equal(twin.parameters, before)


@pytest.mark.parametrize("make_copy", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("kind", networks())
def test_the_original_trains_and_leaves_the_copy_alone(kind, make_copy):
    original = networks()[kind]
    twin, before = make_copy(original), original.parameters.copy()
    train(original, *data(kind), GradientDescent(0.1), epochs=5)
    assert np.array_equal(twin.parameters, before)
    # A copy of a copy, and one that is made in the middle of a training, train as the original.
    second = make_copy(make_copy(original))
    for network in (original, second):
        train(network, *data(kind), GradientDescent(0.1), epochs=2)
    assert np.array_equal(second.parameters, original.parameters)


@pytest.mark.parametrize("make_copy", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("kind", networks())
def test_the_parts_of_a_copy_are_views_of_its_own_vectors(kind, make_copy):
    original = networks()[kind]
    twin = make_copy(original)
    assert len(parts_of(twin)) >= 4
    for owner, name, vector in parts_of(twin):
        flat = twin.parameters if vector == "parts" else twin.gradient
        view = getattr(owner, name)
        assert np.shares_memory(view, flat)
        assert not np.shares_memory(view, original.parameters)
        assert not np.shares_memory(view, original.gradient)


@pytest.mark.parametrize("make_copy", COPIES.values(), ids=COPIES)
def test_a_copy_of_a_layer_has_numbers_of_its_own(make_copy):
    network = networks()["float32"]
    layer = network.layers[0]
    twin = make_copy(layer)
    assert np.array_equal(twin.W, layer.W) and twin.W.dtype == np.float32
    twin.W *= 2
    assert not np.array_equal(twin.W, layer.W)


# Assignments


@pytest.mark.parametrize("kind", networks())
def test_assigning_parameters_writes_into_the_vector(kind):
    network, other = networks()[kind], networks()[kind]
    X, Y = data(kind)
    flat, gradient = network.parameters, network.gradient
    values = np.linspace(-0.3, 0.3, flat.size)
    network.parameters = values
    other.parameters[...] = values
    assert network.parameters is flat and np.array_equal(flat, values.astype(flat.dtype))
    assert not np.shares_memory(flat, values)
    assert np.array_equal(network.predict(X), other.predict(X))
    network.gradient = values
    assert network.gradient is gradient and np.array_equal(gradient, values.astype(flat.dtype))
    train(network, X, Y, GradientDescent(0.1), epochs=3)
    train(other, X, Y, GradientDescent(0.1), epochs=3)
    assert np.array_equal(network.parameters, other.parameters)
    assert not np.array_equal(network.parameters, values.astype(flat.dtype))
    network.parameters = values.tolist()
    assert np.array_equal(flat, values.astype(flat.dtype))
    network.parameters = 0.5
    assert (flat == 0.5).all()
    network.parameters = flat[::-1] * np.arange(flat.size)
    assert flat.tolist() == [0.5 * i for i in range(flat.size)]


@pytest.mark.parametrize("kind", networks())
def test_assigning_a_part_writes_into_the_vector(kind):
    network = networks()[kind]
    written = {"parts": 0, "gradients": 0}
    for owner, name, vector in parts_of(network):
        flat = network.parameters if vector == "parts" else network.gradient
        flat[...] = 0.0
        view = getattr(owner, name)
        values = np.arange(1.0, view.size + 1).reshape(view.shape)
        setattr(owner, name, values)
        assert getattr(owner, name) is view and np.array_equal(view, values)
        assert np.array_equal(flat[flat != 0], values.ravel())
        assert not np.shares_memory(flat, values)
        written[vector] += view.size
    assert written == {"parts": network.parameters.size, "gradients": network.parameters.size}


@pytest.mark.parametrize("kind", networks())
def test_operators_in_place_work_on_the_vector(kind):
    network = networks()[kind]
    flat, before = network.parameters, network.parameters.copy()
    network.parameters += 1
    network.parameters *= 2
    network.parameters -= network.parameters
    network.parameters += before
    assert network.parameters is flat and np.array_equal(flat, before)
    network.gradient += 3
    network.gradient /= 2
    assert (network.gradient == 1.5).all()
    for owner, name, vector in parts_of(network):
        whole = network.parameters if vector == "parts" else network.gradient
        whole[...] = 1.0
        view = getattr(owner, name)
        setattr(owner, name, view.__imul__(3))  # what `owner.name *= 3` does
        assert whole.sum() == whole.size + 2 * view.size


def test_operators_in_place_as_they_are_written():
    network = networks()["feed-forward"]
    layer = network.layers[1]
    before = network.parameters.copy()
    layer.W -= 0.5
    layer.b += 1
    layer.W[0] *= 2
    layer.W[:, 1] = 7.0
    expected = np.split(before, [16, 24])[1].reshape(4, 2) - 0.5
    expected[0] *= 2
    expected[:, 1] = 7.0
    assert np.array_equal(network.parameters[:16], before[:16])
    assert np.array_equal(network.parameters[16:24], expected.ravel())
    assert np.array_equal(network.parameters[24:], before[24:] + 1)


WRONG = {
    "too short": lambda shape: np.zeros((*shape[:-1], shape[-1] - 1)),
    "too long": lambda shape: np.zeros((*shape[:-1], shape[-1] + 1)),
    "an axis too many": lambda shape: np.zeros((1, *shape)),
    "a column": lambda shape: np.zeros((*shape, 1)),
    "a single number in a list": lambda shape: [0.5],
    "nothing": lambda shape: [],
    "text": lambda shape: np.full(shape, "0.5"),
    "a word": lambda shape: "0.5",
    "complex numbers": lambda shape: np.full(shape, 0.5 + 0j),
    "a complex number": lambda shape: 1j,
    "objects": lambda shape: np.full(shape, None),
    "None": lambda shape: None,
    "rows of different lengths": lambda shape: [[1.0, 2.0], [3.0]],
    "dates": lambda shape: np.zeros(shape, "datetime64[s]"),
    "masked entries": lambda shape: np.ma.masked_all(shape),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("kind", networks())
def test_assigning_what_does_not_fit_changes_nothing(kind, wrong):
    network = networks()[kind]
    network.gradient = 0.25
    before, gradient = network.parameters.copy(), network.gradient.copy()
    owners = [(network, "parameters"), (network, "gradient")]
    owners += [(owner, name) for owner, name, _ in parts_of(network)]
    for owner, name in owners:
        view = getattr(owner, name)
        value = WRONG[wrong](view.shape)
        with pytest.raises(ValueError, match="the shapes must be equal|holds|masked array"):
            setattr(owner, name, value)
        assert getattr(owner, name) is view
    assert np.array_equal(network.parameters, before)
    assert np.array_equal(network.gradient, gradient)


def test_a_wrong_shape_is_named():
    network = networks()["feed-forward"]
    with pytest.raises(ValueError, match=r"W has shape \(3, 4\), and what is .* \(4, 3\): the sha"):
        network.layers[0].W = network.layers[0].W.T
    with pytest.raises(ValueError, match=r"parameters has shape \(26,\), and .* \(25,\)"):
        network.parameters = np.zeros(25)


def test_a_part_that_a_layer_does_not_have():
    layer = networks()["of layers"].layers[0]
    assert layer.b is None and layer.db is None
    with pytest.raises(AttributeError, match="this Dense has no part 'b'"):
        layer.b = np.zeros(4)


# Threads


@pytest.fixture
def many_switches():
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("many_switches")
@pytest.mark.parametrize("kind", networks())
def test_threads_share_a_network(kind):
    network = networks()[kind]
    cases = [data(kind, rows) for rows in range(1, 33)] * 4

    def work(case):
        loss, gradient = network.loss_and_gradient(*case)
        return network.predict(case[0]), loss, gradient.copy()

    expected = [work(case) for case in cases]
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(work, cases))
    for (outputs, loss, gradient), (theirs, their_loss, their_gradient) in zip(results, expected):
        assert np.array_equal(outputs, theirs) and loss == their_loss
        assert np.array_equal(gradient, their_gradient)


# What threads may do at any moment, in an order that is certain.


@pytest.mark.parametrize("kind", networks())
def test_another_pass_in_the_middle_of_a_backward_pass_changes_nothing(kind, monkeypatch):
    network = networks()[kind]
    case, other = data(kind), data(kind, rows=7)
    loss, gradient = network.loss_and_gradient(*case)
    assert not np.shares_memory(gradient, network.gradient)
    expected, backward = gradient.copy(), network._backward
    assert not np.array_equal(network.loss_and_gradient(*other)[1], expected)
    assert np.array_equal(gradient, expected)

    def disturbed(forward, Y, gradient):
        monkeypatch.setattr(network, "_backward", backward)
        network.loss_and_gradient(*other)
        backward(forward, Y, gradient)
        network.loss_and_gradient(*other)

    monkeypatch.setattr(network, "_backward", disturbed)
    its_loss, its_gradient = network.loss_and_gradient(*case)
    assert its_loss == loss and np.array_equal(its_gradient, expected)


@pytest.mark.parametrize("kind", networks())
def test_passes_that_are_under_way_at_a_time_do_not_disturb_each_other(kind):
    network = networks()[kind]
    (X, Y), (other_X, other_Y) = data(kind), data(kind, rows=7)
    X, Y = network.check_examples(X, Y)
    other_X, other_Y = network.check_examples(other_X, other_Y)
    expected = network.loss_and_gradient(X, Y)[1]
    first = network.forward(X)
    second = network.forward(other_X)
    network.loss_and_gradient(other_X, other_Y)
    network.predict(other_X)
    assert np.array_equal(network.backward(first, Y), expected)
    theirs = network.backward(second, other_Y).copy()
    assert np.array_equal(theirs, network.loss_and_gradient(other_X, other_Y)[1])
    assert np.array_equal(network.backward(first, Y), expected)  # and a pass can be used twice
