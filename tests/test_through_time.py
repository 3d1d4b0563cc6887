"""Backpropagation through time, against differences, PyTorch and what must not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds, sequences_for

from backprop.gradients import numerical_gradient, relative_error
from backprop.losses import BinaryCrossEntropy, CategoricalCrossEntropy, SquaredError
from backprop.network import Network
from backprop.optimizers import Adam, GradientDescent
from backprop.through_time import READINGS, ElmanNetwork, Sequences
from backprop.training import train

both_readings = pytest.mark.parametrize("reading", READINGS)


@st.composite
def cases(draw):
    """A random Elman network, and sequences of several lengths with targets for it."""
    generator = np.random.default_rng(draw(seeds))
    inputs, neurons, outputs = (draw(st.integers(1, 4)) for _ in range(3))
    loss = draw(
        st.sampled_from([SquaredError("elements"), BinaryCrossEntropy(), CategoricalCrossEntropy()])
    )
    network = ElmanNetwork(
        inputs,
        neurons,
        outputs,
        (
            draw(st.sampled_from(["tanh", "sigmoid", "identity"])),
            loss.fused_with or draw(st.sampled_from(["identity", "tanh"])),
        ),
        loss=loss,
        reading=draw(st.sampled_from(READINGS)),
        radius=0.8,
        generator=generator,
    )
    network.b[...], network.c[...] = generator.normal(size=neurons), generator.normal(size=outputs)
    return network, *draw(sequences_for(network, generator, longest=6))


@given(cases())
def test_gradient_agrees_with_central_differences(case):
    network, X, Y = case
    _, gradient = network.loss_and_gradient(X, Y)
    numerical = numerical_gradient(lambda _: network.loss_value(X, Y), network.parameters)
    smallest = 1e-4 * max(1.0, network.loss_value(X, Y))
    assert relative_error(gradient, numerical, smallest).max() < 1e-6


@given(cases())
def test_what_stands_behind_the_end_does_not_matter(case):
    network, X, Y = case
    loss, gradient = network.loss_and_gradient(X, Y)
    # Nonsense behind the ends, in the sequences and in the targets of every step.
    values = np.where(X.real[:, :, None], X.values, np.nan)
    if network.reading == "every step":
        Y = np.where(X.real[:, :, None], Y, np.nan)
    again, same = network.loss_and_gradient(Sequences(values, X.lengths), Y)
    assert again == loss and np.array_equal(same, gradient)
    # And two more steps of it.
    longer = np.pad(values, ((0, 0), (0, 2), (0, 0)), constant_values=np.inf)
    if network.reading == "every step":
        Y = np.pad(Y, ((0, 0), (0, 2), (0, 0)))
    again, same = network.loss_and_gradient(Sequences(longer, X.lengths), Y)
    assert again == pytest.approx(loss, rel=1e-13)
    assert same == pytest.approx(gradient, rel=1e-11, abs=1e-13)


@given(cases())
def test_a_batch_is_the_mean_of_its_sequences(case):
    network, X, Y = case
    loss, gradient = network.loss_and_gradient(X, Y)
    read = X.lengths if network.reading == "every step" else np.ones(len(X), int)
    if network.loss == SquaredError("elements") or network.loss.fused_with:
        parts = []
        for sample, length in enumerate(X.lengths):
            alone = X.values[sample : sample + 1, :length]
            y = Y[sample : sample + 1]
            parts.append(
                network.loss_and_gradient(
                    alone, y[:, :length] if network.reading == "every step" else y
                )
            )
        assert np.average([part[0] for part in parts], weights=read) == pytest.approx(loss)
        mean = np.average([part[1] for part in parts], axis=0, weights=read)
        assert mean == pytest.approx(gradient, rel=1e-9, abs=1e-12)


@given(cases(), st.integers(0, 3))
def test_a_truncation_of_the_length_or_more_equals_full(case, more):
    network, X, Y = case
    full = network.loss_and_gradient(X, Y)[1]
    network.truncation = int(X.lengths.max()) + more
    assert np.array_equal(network.loss_and_gradient(X, Y)[1], full)


@pytest.mark.parametrize("truncation", [1, 2, 3, 4])
def test_a_truncation_cuts_the_last_steps_off_from_what_was_before(truncation):
    """The slopes are those of a network that starts at the cut, in the state that it has there."""
    generator = np.random.default_rng(1)
    network = ElmanNetwork(2, 3, 1, generator=generator, truncation=truncation)
    X, Y = generator.normal(size=(4, 5, 2)), generator.normal(size=(4, 1))
    _, gradient = network.loss_and_gradient(X, Y)
    forward = network.forward(X)
    deltas = network.deltas(forward, Y)
    start = forward.states[:, 5 - truncation]
    assert not deltas[:, : 5 - truncation].any()
    assert deltas[:, 5 - truncation :].all()

    def loss_from_the_cut(_):
        state = start
        for t in range(5 - truncation, 5):
            state = np.tanh(state @ network.W + X[:, t] @ network.U + network.b)
        return 0.5 * np.mean((state @ network.V + network.c - Y) ** 2)

    numerical = numerical_gradient(loss_from_the_cut, network.parameters)
    assert gradient == pytest.approx(numerical, abs=1e-9)


def test_a_truncation_counts_from_the_end_of_each_sequence():
    generator = np.random.default_rng(2)
    network = ElmanNetwork(2, 3, 1, generator=generator, truncation=2)
    X = Sequences(generator.normal(size=(3, 6, 2)), [6, 4, 1])
    values, Y = network.check_examples(X, generator.normal(size=(3, 1)))
    reached = network.deltas(network.forward(values), Y).any(axis=2)
    assert reached.tolist() == [
        [False, False, False, False, True, True],
        [False, False, True, True, False, False],
        [True, False, False, False, False, False],
    ]


def test_truncated_at_every_step_each_error_stays_in_its_piece():
    generator = np.random.default_rng(3)
    network = ElmanNetwork(1, 2, 1, generator=generator, truncation=3, reading="every step")
    X, Y = generator.normal(size=(1, 7, 1)), generator.normal(size=(1, 7, 1))
    forward = network.forward(X)
    Y[...] = forward.outputs.reshape(1, 7, 1)
    Y[0, 4] += 1.0  # the only error, in the second step of the piece 4, 5, 6
    assert network.deltas(forward, Y).any(axis=2).tolist() == [[False] * 4 + [True] + [False] * 2]


def test_one_step_is_an_ordinary_network():
    generator = np.random.default_rng(4)
    network = ElmanNetwork(
        3, 4, 2, ("tanh", "softmax"), loss="categorical cross-entropy", generator=generator
    )
    layered = Network(
        [3, 4, 2], ["tanh", "softmax"], loss="categorical cross-entropy", generator=generator
    )
    first, second = layered.layers
    first.W[...], second.W[...] = network.U, network.V
    X, Y = generator.normal(size=(6, 3)), np.eye(2)[generator.integers(2, size=6)]
    loss, _ = layered.loss_and_gradient(X, Y)
    assert network.loss_and_gradient(X[:, None], Y)[0] == pytest.approx(loss, rel=1e-14)
    assert not network.dW.any()
    for ours, theirs in [
        (network.dU, first.dW),
        (network.db, first.db),
        (network.dV, second.dW),
        (network.dc, second.db),
    ]:
        assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-15)


@both_readings
def test_pytorch(reading):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    generator = np.random.default_rng(5)
    network = ElmanNetwork(
        3,
        5,
        4,
        ("tanh", "softmax"),
        loss="categorical cross-entropy",
        reading=reading,
        generator=generator,
    )
    network.b[...] = generator.normal(size=5)
    lengths = np.array([7, 3, 1, 5])
    X = Sequences(generator.normal(size=(4, 7, 3)), lengths)
    labels = generator.integers(4, size=(4, 7))
    Y = np.eye(4)[labels]

    rnn = torch.nn.RNN(3, 5, batch_first=True, dtype=torch.float64)
    head = torch.nn.Linear(5, 4, dtype=torch.float64)
    theirs = [rnn.weight_hh_l0, rnn.weight_ih_l0, rnn.bias_ih_l0, head.weight, head.bias]
    ours = [network.W.T, network.U.T, network.b, network.V.T, network.c]
    with torch.no_grad():
        rnn.bias_hh_l0.zero_()
        for parameter, part in zip(theirs, ours):
            parameter.copy_(torch.tensor(part))
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(X.values), torch.tensor(lengths), batch_first=True, enforce_sorted=False
    )
    states, last = rnn(packed)
    if reading == "last step":
        Y = Y[:, 0]
        loss = torch.nn.functional.cross_entropy(head(last[0]), torch.tensor(labels[:, 0]))
    else:
        states, _ = torch.nn.utils.rnn.pad_packed_sequence(states, batch_first=True)
        real = torch.tensor(X.real)
        loss = torch.nn.functional.cross_entropy(head(states)[real], torch.tensor(labels)[real])
    loss.backward()

    value, _ = network.loss_and_gradient(X, Y)
    assert value == pytest.approx(loss.item(), rel=1e-13)
    gradients = [network.dW.T, network.dU.T, network.db, network.dV.T, network.dc]
    for gradient, parameter in zip(gradients, theirs):
        assert gradient == pytest.approx(parameter.grad.numpy(), rel=1e-10, abs=1e-14)


# Training, batches of sequences, predictions


def test_it_learns_to_remember_the_first_item():
    generator = np.random.default_rng(6)
    network = ElmanNetwork(
        1, 12, 1, ("tanh", "sigmoid"), loss="binary cross-entropy", generator=generator
    )
    bits = generator.integers(2, size=(200, 8, 1))
    X, Y = Sequences(2.0 * bits - 1, generator.integers(4, 9, size=200)), bits[:, 0]
    settings = {"epochs": 30, "batch_size": 20, "generator": generator, "clip_norm": 1.0}
    history = train(network, X, Y, Adam(0.01), **settings)
    assert history.frame()["loss"].iloc[-1] < 0.05
    assert ((network.predict(X) > 0.5) == Y).all()


def test_training_at_every_step_lowers_the_loss():
    generator = np.random.default_rng(7)
    network = ElmanNetwork(1, 8, 1, reading="every step", generator=generator)
    values = generator.normal(size=(50, 6, 1))
    Y = np.concatenate([np.zeros((50, 1, 1)), values[:, :-1]], axis=1)  # the item before
    settings = {"epochs": 200, "batch_size": 10, "generator": generator, "clip_norm": 1.0}
    losses = train(network, values, Y, GradientDescent(0.05), **settings).frame()["loss"]
    assert losses.iloc[-1] < 0.2 * losses.iloc[0]


def test_predictions_have_a_row_for_each_sequence_or_step():
    X = Sequences(np.ones((2, 4, 3)), [4, 2])
    last = ElmanNetwork(3, 5, 2, generator=np.random.default_rng(8))
    every = ElmanNetwork(3, 5, 2, generator=np.random.default_rng(8), reading="every step")
    outputs = every.predict(X)
    assert outputs.shape == (2, 4, 2) and not outputs[1, 2:].any()
    assert last.predict(X) == pytest.approx(outputs[[0, 1], [3, 1]], abs=1e-15)
    assert last.classify(X).shape == (2,) and every.classify(X).shape == (2, 4)


def test_sequences_are_padded_and_picked():
    X = Sequences.pad([np.ones((2, 3)), np.full((4, 3), 2.0)])
    assert X.values.shape == (2, 4, 3) and X.lengths.tolist() == [2, 4]
    assert X.real.tolist() == [[True, True, False, False], [True] * 4]
    assert np.isnan(X.values[0, 2:]).all()
    picked = X[np.array([1])]
    assert len(picked) == 1 and picked.lengths.tolist() == [4] and picked.values.min() == 2


def test_the_drawn_weights_keep_the_size_of_what_they_add_up():
    network = ElmanNetwork(200, 300, 100, generator=np.random.default_rng(0))
    for W in (network.U, network.W, network.V):
        assert W.std() == pytest.approx(len(W) ** -0.5, rel=0.05)


def test_the_drawn_weights_have_about_the_radius_asked_for():
    network = ElmanNetwork(1, 300, 1, generator=np.random.default_rng(9), radius=1.5)
    assert np.abs(np.linalg.eigvals(network.W)).max() == pytest.approx(1.5, rel=0.1)


def test_text_form_and_names():
    network = ElmanNetwork(2, 3, 4, generator=np.random.default_rng(0))
    assert repr(network) == (
        "ElmanNetwork(2-3-4, tanh, identity, read at the last step, 34 parameters)"
    )
    names = [network.parameter_name(index) for index in (0, 8, 9, 15, 18, 30, -1)]
    assert names == ["W[0, 0]", "W[2, 2]", "U[0, 0]", "b[0]", "V[0, 0]", "c[0]", "c[3]"]


# Bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"neurons": 0}, "neurons is 0: give a whole number of at least 1"),
        ({"inputs": 1.5}, "inputs is 1.5"),
        ({"truncation": 0}, "truncation is 0: give a whole number of at least 1"),
        ({"truncation": -3}, "truncation is -3"),
        ({"reading": "first step"}, "unknown reading 'first step'; choose from last step, every"),
        ({"activations": "tanh"}, "activations is 'tanh': give two names"),
        ({"activations": ("softmax", "identity")}, "cannot have the activation 'softmax'"),
        ({"loss": "categorical cross-entropy"}, "needs the activation 'softmax'.*'identity'"),
    ],
)
def test_bad_settings_are_named(arguments, message):
    arguments = {"inputs": 2, "neurons": 3, "outputs": 1} | arguments
    with pytest.raises(ValueError, match=message):
        ElmanNetwork(**arguments, generator=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("values", "lengths", "message"),
    [
        (np.zeros((4, 3)), None, r"have shape \(4, 3\): give \(samples, steps, features\)"),
        (np.zeros((2, 0, 3)), None, r"shape \(2, 0, 3\).*each at least 1"),
        (np.zeros((2, 4, 3)), [4, 0], r"lengths\[1\] is 0: each sequence has from 1 to 4 steps"),
        (np.zeros((2, 4, 3)), [5, 4], r"lengths\[0\] is 5"),
        (np.zeros((2, 4, 3)), [4], r"lengths is int64 of shape \(1,\): .* of the 2 sequences"),
        (np.zeros((2, 4, 3)), [1.0, 2.0], "lengths is float64"),
        (np.full((2, 4, 3), np.nan), None, r"values\[0, 0, 0\] is nan"),
    ],
)
def test_bad_sequences_are_named(values, lengths, message):
    with pytest.raises(ValueError, match=message):
        Sequences(values, lengths)


@pytest.mark.parametrize(
    ("sequences", "message"),
    [
        ([], "there are no sequences"),
        ([np.zeros((2, 3)), np.zeros((0, 3))], r"sequence 1 has shape \(0, 3\)"),
        ([np.zeros((2, 3)), np.zeros((2, 4))], r"sequence 1 has shape \(2, 4\).* is \(2, 3\)"),
        ([np.zeros(3)], r"sequence 0 has shape \(3,\)"),
    ],
)
def test_bad_lists_of_sequences_are_named(sequences, message):
    with pytest.raises(ValueError, match=message):
        Sequences.pad(sequences)


@pytest.mark.parametrize(
    ("reading", "X", "Y", "message"),
    [
        ("last step", np.zeros((2, 4, 3)), np.zeros((2, 1)), "have 3 features per step.* takes 2"),
        ("last step", np.zeros((2, 4, 2)), np.zeros((2, 4, 1)), r"Y has shape \(2, 4, 1\).*2, 1\)"),
        ("every step", np.zeros((2, 4, 2)), np.zeros((2, 1)), r"outputs have shape \(2, 4, 1\)"),
        ("last step", np.zeros((2, 4, 2)), np.full((2, 1), np.nan), r"Y\[0, 0\] is nan"),
    ],
)
def test_bad_examples_are_named(reading, X, Y, message):
    network = ElmanNetwork(2, 3, 1, generator=np.random.default_rng(0), reading=reading)
    with pytest.raises(ValueError, match=message):
        network.loss_and_gradient(X, Y)
