"""The gated recurrent unit: against differences, the engine, PyTorch, and with numbers by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds, sequences_for

from backprop.autodiff import Value
from backprop.gradients import numerical_gradient, relative_error
from backprop.gru import GRUNetwork
from backprop.layers.gated import gru_step, gru_step_back
from backprop.losses import BinaryCrossEntropy, CategoricalCrossEntropy, SquaredError
from backprop.optimizers import Adam
from backprop.through_time import READINGS, Sequences
from backprop.training import train


def with_random_biases(network, generator):
    for name in ("b_keep", "b_reset", "b", "c"):
        network.parts[name][...] = generator.normal(size=network.parts[name].shape)
    return network


@st.composite
def cases(draw):
    """A random gated network, and sequences of several lengths with targets for it."""
    generator = np.random.default_rng(draw(seeds))
    inputs, neurons, outputs = (draw(st.integers(1, 3)) for _ in range(3))
    loss = draw(
        st.sampled_from([SquaredError("elements"), BinaryCrossEntropy(), CategoricalCrossEntropy()])
    )
    network = GRUNetwork(
        inputs,
        neurons,
        outputs,
        loss.fused_with or draw(st.sampled_from(["identity", "tanh"])),
        loss=loss,
        reading=draw(st.sampled_from(READINGS)),
        generator=generator,
    )
    with_random_biases(network, generator)
    return network, *draw(sequences_for(network, generator, longest=5))


@given(cases())
def test_gradient_agrees_with_central_differences(case):
    network, X, Y = case
    _, gradient = network.loss_and_gradient(X, Y)
    numerical = numerical_gradient(lambda _: network.loss_value(X, Y), network.parameters)
    smallest = 1e-4 * max(1.0, network.loss_value(X, Y))
    assert relative_error(gradient, numerical, smallest).max() < 1e-6


@given(cases())
def test_values_behind_the_end_do_not_matter(case):
    network, X, Y = case
    loss, gradient = network.loss_and_gradient(X, Y)
    longer = np.pad(X.values, ((0, 0), (0, 2), (0, 0)), constant_values=np.inf)
    if network.reading == "every step":
        Y = np.pad(Y, ((0, 0), (0, 2), (0, 0)))
    again, same = network.loss_and_gradient(Sequences(longer, X.lengths), Y)
    assert again == pytest.approx(loss, rel=1e-13)
    assert same == pytest.approx(gradient, rel=1e-11, abs=1e-13)


@given(cases())
def test_gradient_agrees_with_the_engine(case):
    """Every operation of the unit, recorded one by one; each sequence by itself."""
    network, X, Y = case
    parts = {name: Value(view.copy()) for name, view in network.parts.views.items()}
    total, count = Value(0.0), 0
    for values, length, targets in zip(X.values, X.lengths, Y):
        H = Value(np.zeros((1, len(network.W))))
        for t in range(length):
            x = values[t : t + 1]
            keep, reset = (
                (H @ parts[f"W_{gate}"] + x @ parts[f"U_{gate}"] + parts[f"b_{gate}"]).sigmoid()
                for gate in ("keep", "reset")
            )
            candidate = ((reset * H) @ parts["W"] + x @ parts["U"] + parts["b"]).tanh()
            H = keep * H + (1 - keep) * candidate
            if network.reading == "every step" or t == length - 1:
                y = (targets[t] if network.reading == "every step" else targets)[None]
                total, count = (
                    total + engine_loss(network, H @ parts["V"] + parts["c"], y),
                    count + 1,
                )
    loss = total / count
    loss.backward()
    value, gradient = network.loss_and_gradient(X, Y)
    assert value == pytest.approx(float(loss.data), rel=1e-12)
    recorded = np.concatenate([parts[name].gradient.ravel() for name in network.parts.shapes])
    assert gradient == pytest.approx(recorded, rel=1e-9, abs=1e-12)


def engine_loss(network, Z, y):
    """The loss of one output row, with the engine's operations; −ln(1 − σ(z)) is −ln σ(−z)."""
    if network.loss.name == "squared error":
        A = Z.tanh() if network.output_activation.name == "tanh" else Z
        return ((A - y) ** 2).sum() * network.loss.constant(y.shape)
    if network.loss.name == "binary cross-entropy":
        return -(Z.sigmoid().log() * y + (-Z).sigmoid().log() * (1 - y)).sum()
    return Z.logsumexp().sum() - (Z * y).sum()


@pytest.mark.parametrize("reading", READINGS)
def test_pytorch(reading):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    generator = np.random.default_rng(5)
    network = with_random_biases(
        GRUNetwork(
            3,
            5,
            4,
            "softmax",
            loss="categorical cross-entropy",
            reading=reading,
            generator=generator,
        ),
        generator,
    )
    X, labels = generator.normal(size=(6, 7, 3)), generator.integers(4, size=(6, 7))
    parts = {
        name: torch.tensor(view.copy(), requires_grad=True)
        for name, view in network.parts.views.items()
    }
    H, outputs = torch.zeros(6, 5, dtype=torch.float64), []
    for t in range(7):
        x = torch.tensor(X[:, t])
        keep = torch.sigmoid(H @ parts["W_keep"] + x @ parts["U_keep"] + parts["b_keep"])
        reset = torch.sigmoid(H @ parts["W_reset"] + x @ parts["U_reset"] + parts["b_reset"])
        candidate = torch.tanh((reset * H) @ parts["W"] + x @ parts["U"] + parts["b"])
        H = keep * H + (1 - keep) * candidate
        outputs.append(H @ parts["V"] + parts["c"])
    read = [6] if reading == "last step" else range(7)
    Z = torch.stack([outputs[t] for t in read], dim=1).reshape(-1, 4)
    loss = torch.nn.functional.cross_entropy(Z, torch.tensor(labels[:, list(read)].ravel()))
    loss.backward()
    Y = np.eye(4)[labels]
    value, _ = network.loss_and_gradient(X, Y[:, -1] if reading == "last step" else Y)
    assert value == pytest.approx(loss.item(), rel=1e-13)
    for name, part in parts.items():
        expected = part.grad.numpy()
        assert network.gradients[name] == pytest.approx(expected, rel=1e-10, abs=1e-14)


def test_one_step_of_one_neuron_by_hand():
    w_keep, w_reset, w = 0.5, -1.0, 2.0
    h, drives = 0.4, (1.0, 0.0, -0.3)
    keep = 1 / (1 + math.exp(-(0.5 * 0.4 + 1.0)))
    reset = 1 / (1 + math.exp(0.4))
    candidate = math.tanh(2 * reset * 0.4 - 0.3)
    arrays = [np.array([[number]]) for number in (h, *drives, w_keep, w_reset, w)]
    H, *drive, W_keep, W_reset, W = arrays
    new, *gates = gru_step(H, tuple(drive), W_keep, W_reset, W)
    assert new.item() == pytest.approx(keep * h + (1 - keep) * candidate)
    back = gru_step_back(np.array([[3.0]]), H, tuple(gates), W_keep, W_reset, W)
    delta = 3 * (1 - keep) * (1 - candidate**2)
    delta_keep = 3 * (h - candidate) * keep * (1 - keep)
    delta_reset = delta * w * h * reset * (1 - reset)
    old = 3 * keep + delta * w * reset + delta_keep * w_keep + delta_reset * w_reset
    assert [part.item() for part in back] == pytest.approx([old, delta_keep, delta_reset, delta])


def test_a_gate_that_keeps_everything_passes_the_gradient_unchanged():
    generator = np.random.default_rng(1)
    H, G, *drive = generator.normal(size=(5, 2, 3))
    weights = generator.normal(size=(3, 3, 3))
    drive[0] = np.full((2, 3), 100.0)
    new, *gates = gru_step(H, tuple(drive), *weights)
    assert np.array_equal(new, H)
    assert np.array_equal(gru_step_back(G, H, tuple(gates), *weights)[0], G)


def test_a_truncation_cuts_the_gradient_off():
    generator = np.random.default_rng(2)
    network = GRUNetwork(2, 3, 1, generator=generator, truncation=2)
    X, Y = generator.normal(size=(4, 5, 2)), generator.normal(size=(4, 1))
    _, gradient = network.loss_and_gradient(X, Y)
    start = network.forward(X).states[:, 3]

    def loss_from_the_cut(_):
        H = start
        for t in (3, 4):
            drives = tuple(
                X[:, t] @ network.parts["U" + gate] + network.parts["b" + gate]
                for gate in ("_keep", "_reset", "")
            )
            H = gru_step(H, drives, network.W_keep, network.W_reset, network.W)[0]
        return 0.5 * np.mean((H @ network.V + network.c - Y) ** 2)

    numerical = numerical_gradient(loss_from_the_cut, network.parameters)
    assert gradient == pytest.approx(numerical, abs=1e-9)
    network.truncation = 5
    full = network.loss_and_gradient(X, Y)[1]
    network.truncation = None
    assert np.array_equal(network.loss_and_gradient(X, Y)[1], full)


def test_the_bias_of_the_keep_gate_at_the_start():
    network = GRUNetwork(2, 300, 1, generator=np.random.default_rng(0), keep_bias=3)
    assert (network.b_keep == 3).all() and not network.b_reset.any() and not network.b.any()
    for gate in ("_keep", "_reset", ""):
        assert network.parts["W" + gate].std() == pytest.approx(300**-0.5, rel=0.05)
        assert network.parts["U" + gate].std() == pytest.approx(2**-0.5, rel=0.1)
    assert network.V.std() == pytest.approx(300**-0.5, rel=0.15)


def test_it_learns_to_remember_the_first_item():
    generator = np.random.default_rng(6)
    network = GRUNetwork(
        1, 8, 1, "sigmoid", loss="binary cross-entropy", generator=generator, keep_bias=2
    )
    bits = generator.integers(2, size=(200, 8, 1))
    X, Y = Sequences(2.0 * bits - 1, generator.integers(4, 9, size=200)), bits[:, 0]
    settings = {"epochs": 30, "batch_size": 20, "generator": generator, "clip_norm": 1.0}
    history = train(network, X, Y, Adam(0.02), **settings)
    assert history.frame()["loss"].iloc[-1] < 0.05
    assert ((network.predict(X) > 0.5) == Y).all()


def test_text_form_and_names():
    network = GRUNetwork(2, 3, 4, generator=np.random.default_rng(0))
    assert repr(network) == "GRUNetwork(2-3-4, identity, read at the last step, 70 parameters)"
    names = [network.parameter_name(index) for index in (0, 9, 15, 18, 36, 51, 54, -1)]
    expected = ["W_keep[0, 0]", "U_keep[0, 0]", "b_keep[0]", "W_reset[0, 0]", "W[0, 0]", "b[0]"]
    assert names == [*expected, "V[0, 0]", "c[3]"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"neurons": 0}, "neurons is 0: give a whole number of at least 1"),
        ({"truncation": 0}, "truncation is 0"),
        ({"reading": "first step"}, "unknown reading 'first step'"),
        ({"loss": "categorical cross-entropy"}, "needs the activation 'softmax'.*'identity'"),
        ({"keep_bias": math.inf}, "keep_bias is inf"),
        ({"output_activation": "tanhh"}, "unknown activation 'tanhh'"),
    ],
)
def test_bad_settings_are_named(arguments, message):
    arguments = {"inputs": 2, "neurons": 3, "outputs": 1} | arguments
    with pytest.raises(ValueError, match=message):
        GRUNetwork(**arguments, generator=np.random.default_rng(0))


def test_sequences_of_the_wrong_width_are_named():
    network = GRUNetwork(2, 3, 1, generator=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"have 3 features per step; this network takes 2"):
        network.predict(np.zeros((2, 4, 3)))
