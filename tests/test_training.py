"""Training: batches, stopping, history, and what happens when it goes wrong."""

import copy
import math
import subprocess
import sys
from multiprocessing.reduction import ForkingPickler

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import networks

from backprop import training
from backprop.fixed_point import DidNotConverge, FixedPointNetwork
from backprop.gru import GRUNetwork
from backprop.network import Network
from backprop.optimizers import Adam, GradientDescent, Momentum, RMSProp
from backprop.through_time import ElmanNetwork
from backprop.training import (
    History,
    TrainingChangedNothing,
    TrainingDiverged,
    TrainingInterrupted,
    below,
    patience,
    train,
)


def line(activation="identity", rows=40):
    """A network with one weight and one bias, and points on the line y = 2x + 1."""
    X = np.linspace(-1, 1, rows).reshape(-1, 1)
    return Network([1, 1], activation, generator=np.random.default_rng(0)), X, 2 * X + 1


def test_training_finds_a_line():
    network, X, Y = line()
    history = train(network, X, Y, GradientDescent(0.5), epochs=200)
    assert network.parameters == pytest.approx([2, 1], abs=1e-6)
    losses = history.frame()["loss"]
    assert losses.index.tolist() == list(range(1, 201)) and losses.is_monotonic_decreasing
    assert history.stopped_because == "all 200 epochs done"


@given(networks(("sigmoid", "tanh")), st.floats(1e-3, 1))
def test_one_full_batch_epoch_is_one_step_against_the_gradient(case, rate):
    network, X, Y = case
    loss, gradient = network.loss_and_gradient(X, Y)
    start = network.parameters.copy()
    expected = start - rate * gradient
    try:
        history = train(network, X, Y, GradientDescent(rate), epochs=1)
    except TrainingChangedNothing as error:  # where the step is too small for the parameters
        history = error.history
        assert np.array_equal(start, expected)
    assert network.parameters == pytest.approx(expected, rel=1e-12)
    assert history.records == [{"epoch": 1, "loss": pytest.approx(loss)}]


@given(st.integers(1, 30), st.integers(1, 40))
def test_each_epoch_uses_every_row_once(rows, batch_size):
    X = np.arange(rows).reshape(-1, 1)
    generator = np.random.default_rng(0)
    parts = [(x.copy(), y.copy()) for x, y in training.batches(X, -X, batch_size, generator)]
    assert sorted(np.concatenate([x for x, _ in parts])[:, 0]) == list(range(rows))
    assert all(np.array_equal(x, -y) for x, y in parts)
    assert [len(x) for x, _ in parts[:-1]] == [batch_size] * (len(parts) - 1)


def test_rows_are_shuffled_again_each_epoch_and_those_of_the_caller_stay_as_they_were():
    _network, X, Y = line()
    before, generator = X.copy(), np.random.default_rng(0)
    first = next(iter(training.batches(X, Y, 40, generator)))[0]
    second = next(iter(training.batches(X, Y, 40, generator)))[0]
    assert not np.array_equal(first, second) and np.array_equal(X, before)


def test_mini_batches_are_repeatable():
    def run():
        network, X, Y = line()
        generator = np.random.default_rng(7)
        train(network, X, Y, GradientDescent(0.1), epochs=3, batch_size=7, generator=generator)
        return network.parameters

    assert np.array_equal(run(), run())


def test_recorded_loss_weighs_batches_by_their_rows():
    network, X, Y = line(rows=5)
    start = network.loss_value(X, Y)
    history = train(
        network,
        X,
        Y,
        GradientDescent(1e-12),
        epochs=1,
        batch_size=3,
        generator=np.random.default_rng(0),
    )
    assert history.records[0]["loss"] == pytest.approx(start, rel=1e-9)


def test_stops_below_a_loss():
    network, X, Y = line()
    history = train(network, X, Y, GradientDescent(0.5), epochs=1000, stop=[below(1e-3)])
    losses = history.frame()["loss"]
    assert (losses.iloc[:-1] >= 1e-3).all() and losses.iloc[-1] < 1e-3
    assert history.stopped_because == f"loss below 0.001 in epoch {len(losses)}"


def test_a_loss_that_equals_the_target_is_not_below_it():
    network, X, Y = line()
    network.parameters[...] = [2, 1]  # the gradient is 0, so that nothing can change
    with pytest.raises(TrainingChangedNothing) as error:
        train(network, X, Y, GradientDescent(0.1), epochs=3, stop=[below(0.0)])
    history = error.value.history
    assert history.records[-1]["loss"] == 0 and history.stopped_because == "all 3 epochs done"


def test_stops_without_improvement():
    network, X, Y = line()
    network.parameters[...] = [2, 1]  # nothing left to improve
    with pytest.raises(TrainingChangedNothing) as error:
        train(network, X, Y, GradientDescent(0.1), epochs=100, stop=[patience(3)])
    history = error.value.history
    assert len(history.records) == 4
    assert history.stopped_because == "no smaller loss for 3 epochs, in epoch 4"


def test_patience_counts_epochs_in_a_row_and_begins_again_with_each_training():
    rule = patience(2)
    losses = [3.0, 3.0, 2.0, 2.0, 2.5]
    for _ in range(2):
        said = [rule(None, {"epoch": i, "loss": loss}) for i, loss in enumerate(losses, 1)]
        assert said == [None] * 4 + ["no smaller loss for 2 epochs,"]


def test_metrics_are_recorded_after_each_epoch():
    network, X, Y = line()
    history = train(
        network,
        X,
        Y,
        GradientDescent(0.5),
        epochs=3,
        metrics={"weight": lambda network: network.layers[0].W.item()},
    )
    frame = history.frame()
    assert list(frame.columns) == ["loss", "weight"]
    assert frame["weight"].iloc[-1] == network.layers[0].W.item()


def test_early_stopping_restores_the_best_parameters():
    generator = np.random.default_rng(3)
    network = Network([5, 30, 1], "tanh", generator=generator)
    X, Y = generator.normal(size=(60, 5)), np.sign(generator.normal(size=(60, 1)))
    validation = X[40:], Y[40:]  # random targets: what is learned on 40 rows is wrong on 20
    history = train(
        network,
        X[:40],
        Y[:40],
        GradientDescent(0.5),
        epochs=500,
        stop=[patience(10)],
        validation=validation,
    )
    losses = history.frame()["validation_loss"]
    assert history.stopped_because.startswith("no smaller validation loss for 10 epochs")
    assert losses.idxmin() == len(losses) - 10
    assert network.loss_value(*validation) == pytest.approx(losses.min(), rel=1e-12)


def test_a_long_gradient_is_clipped_in_its_direction():
    gradient = np.array([3.0, 4.0])
    training.clip(gradient, 10)
    assert gradient.tolist() == [3, 4]
    training.clip(gradient, 1)
    assert gradient == pytest.approx([0.6, 0.8])
    # Here the squares are too large for a float32.
    gradient = np.array([3e20, 4e20], np.float32)
    with np.errstate(over="ignore"):
        training.clip(gradient, 1)
    assert gradient == pytest.approx([0.6, 0.8])

    network, X, Y = line()
    before = network.parameters.copy()
    train(network, X, 1000 * Y, GradientDescent(0.5), epochs=1, clip_norm=0.1)
    assert np.linalg.norm(network.parameters - before) == pytest.approx(0.05)


def test_rules_see_every_epoch_and_may_end_the_training():
    network, X, Y = line()
    seen = []
    history = train(
        network,
        X,
        Y,
        GradientDescent(0.1),
        epochs=100,
        stop=[lambda _, record: seen.append(record["epoch"]), lambda *_: len(seen) == 4],
    )
    assert seen == [1, 2, 3, 4]
    assert history.stopped_because == "a rule said so in epoch 4"


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("rule", [below(1e-3), patience(2)], ids=["below", "patience"])
def test_rules_see_the_epoch_in_which_another_rule_ends_the_training(rule, before):
    network, X, Y = line()
    seen = []
    stop = [rule, lambda _, record: seen.append(record)][:: 1 if before else -1]
    history = train(network, X, Y, GradientDescent(0.5), epochs=500, stop=stop)
    assert len(history.records) < 500 and seen == history.records


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([None, False, "", 0], "all 3 epochs done"),
        ([None, "enough"], "enough in epoch 1"),
        ([np.True_, "enough"], "a rule said so in epoch 1"),
        (["first", "second"], "first in epoch 1"),
    ],
)
def test_what_a_rule_may_answer(answers, said):
    network, X, Y = line()
    stop = [lambda *_, answer=answer: answer for answer in answers]
    history = train(network, X, Y, GradientDescent(0.1), epochs=3, stop=stop)
    assert history.stopped_because == said


@pytest.mark.parametrize("batch_size", [None, 8])
@pytest.mark.parametrize("rate", [3.0, 1e200])
def test_divergence_stops_and_keeps_finite_parameters(rate, batch_size):
    network, X, Y = line()
    with pytest.raises(TrainingDiverged, match="diverged in epoch .* smaller learning rate") as e:
        train(
            network,
            X * 10,
            Y,
            GradientDescent(rate),
            epochs=5000,
            batch_size=batch_size,
            generator=np.random.default_rng(0),
        )
    assert np.isfinite(network.parameters).all()
    assert np.isfinite(network.loss_value(X, Y))
    losses = [record["loss"] for record in e.value.history.records]
    assert np.isfinite(losses).all() and len(losses) < 5000
    assert e.value.history.frame().shape == (len(losses), 1)


@pytest.mark.parametrize("batch_size", [None, 8])
def test_what_is_kept_is_what_an_epoch_began_with(batch_size):
    network, X, Y = line()
    starts = [network.parameters.copy()]
    with pytest.raises(TrainingDiverged):
        train(
            network,
            X * 10,
            Y,
            GradientDescent(3.0),
            epochs=5000,
            batch_size=batch_size,
            generator=np.random.default_rng(0),
            stop=[lambda network, _: starts.append(network.parameters.copy())],
        )
    # The epoch that failed began with the last of them, or with the one before, where the loss of
    # the last is infinite already.
    assert any(np.array_equal(network.parameters, start) for start in starts[-2:])


def test_divergence_puts_back_the_best_that_the_validation_saw():
    network, X, Y = line()
    validation = (X * 10, Y)
    with pytest.raises(TrainingDiverged) as diverged:
        train(network, *validation, GradientDescent(3.0), epochs=5000, validation=validation)
    losses = diverged.value.history.frame()["validation_loss"]
    assert network.loss_value(*validation) == pytest.approx(losses.min(), rel=1e-12)


def test_a_validation_loss_that_overflows_is_a_divergence():
    network, X, Y = line()
    before = network.parameters.copy()
    with pytest.raises(TrainingDiverged, match="diverged in epoch 1: the loss became infinite"):
        train(network, X, Y, GradientDescent(1e200), epochs=1, validation=(X, Y))
    assert np.array_equal(network.parameters, before)


def test_parameters_that_become_infinite_in_the_last_step_are_not_kept():
    network, X, Y = line()
    before = network.parameters.copy()
    with pytest.raises(TrainingDiverged, match="in epoch 1: a parameter became infinite or NaN"):
        train(network, X, 100 * Y, GradientDescent(1e308), epochs=1)
    assert np.array_equal(network.parameters, before)


def test_a_neuron_that_is_off_does_not_hide_infinite_weights():
    generator = np.random.default_rng(0)
    network = Network([1, 3, 1], ["relu", "identity"], generator=generator, dtype=np.float32)
    network.parameters[...] = 1
    X = np.linspace(1, 2, 8).reshape(-1, 1)
    before = network.parameters.copy()
    # The first step makes the weights of all hidden neurons −∞: they answer 0, the loss is finite.
    with pytest.raises(TrainingDiverged, match="diverged in epoch 1"):
        train(
            network,
            X,
            0 * X,
            GradientDescent(lambda step: 3e38),
            epochs=1,
            batch_size=4,
            generator=generator,
        )
    assert np.array_equal(network.parameters, before)


def test_an_infinite_gradient_of_a_finite_loss_is_a_divergence():
    network = Network([1, 1, 1], "identity", generator=np.random.default_rng(0), dtype=np.float32)
    network.parameters[...] = before = np.array([1e-30, 0, 1e30, 0], np.float32)
    X = np.full((3, 1), 1e15)
    with pytest.raises(TrainingDiverged, match="a parameter became infinite or NaN") as diverged:
        train(network, X, 0 * X, GradientDescent(1e-3), epochs=3)
    assert np.array_equal(network.parameters, before) and not diverged.value.history.records


def test_progress_bar_shows_itself_when_asked_for(capsys, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE")
    for progress, shown in [(True, True), (False, False), (None, False)]:
        network, X, Y = line()
        train(network, X, Y, GradientDescent(0.1), epochs=3, progress=progress)
        captured = capsys.readouterr()
        assert ("training" in captured.err) == shown and captured.out == ""


def test_a_progress_bar_is_closed_when_the_training_ends(monkeypatch):
    bars = []
    make = training.progress_bar
    monkeypatch.setattr(
        training, "progress_bar", lambda *asked: bars.append(make(*asked)) or bars[0]
    )
    network, X, Y = line()
    train(network, X, Y, GradientDescent(0.1), epochs=3, progress=True)
    assert bars[0].n == 3 and bars[0].disable  # as tqdm leaves a bar that is closed


def test_the_environment_silences_what_was_not_asked_for(monkeypatch):
    program = (
        "from backprop.training import progress_bar as bar\n"
        "print(bar(3, None).disable, bar(3, True).disable, bar(3, False).disable)"
    )
    monkeypatch.setenv("TQDM_DISABLE", "1")  # heeded by tqdm when it is imported
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
    assert answer.stdout.split() == ["True", "False", "True"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": 2.5}, "epochs is 2.5"),
        ({"epochs": True}, "epochs is True: give a whole number of at least 1"),
        ({"epochs": "5"}, "epochs is '5'"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"batch_size": -3}, "batch_size is -3"),
        ({"batch_size": 5}, "pass generator="),
        ({"batch_size": 5, "generator": 7}, "generator is 7"),
        ({"batch_size": 2.5, "generator": np.random.default_rng(0)}, "batch_size is 2.5"),
        ({"batch_size": True, "generator": np.random.default_rng(0)}, "batch_size is True"),
        (
            {"batch_size": 5, "generator": 0},
            "generator is 0: .*pass generator=np.random.default_rng",
        ),
        ({"generator": 0}, "generator is 0: .*pass generator=np.random.default_rng"),
        ({"metrics": {"loss": lambda network: 1.0}}, "a metric is named 'loss'"),
        (
            {"metrics": {"validation_loss": len}, "validation": ([[1.0]], [[1.0]])},
            "a metric is named 'validation_loss'",
        ),
        ({"clip_norm": 0.0}, "clip_norm is 0.0"),
        ({"clip_norm": "1"}, "clip_norm is '1'"),
        ({"clip_norm": np.nan}, "clip_norm is nan"),
        ({"validation": (np.zeros((3, 2)), np.zeros((3, 1)))}, r"X has shape \(3, 2\)"),
        ({"validation": np.zeros((2, 1))}, r"validation is a ndarray, not a pair .* \(X, Y\)"),
        ({"validation": (np.zeros((2, 1)),)}, r"validation is a tuple, not a pair .* \(X, Y\)"),
        ({"stop": below(0.1)}, r"stop is <function .*: give a list of rules, such as \[below"),
        ({"stop": [0.1]}, r"stop is \[0.1\]: give a list of rules, such as \[below"),
        ({"stop": None}, "stop is None: give a list of rules"),
    ],
)
def test_settings_that_cannot_be_meant(settings, message):
    network, X, Y = line()
    before = network.parameters.copy()
    with pytest.raises(ValueError, match=message):
        train(network, X, Y, GradientDescent(0.1), **{"epochs": 5} | settings)
    assert np.array_equal(network.parameters, before)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: below(np.nan), "the target of the loss is nan"),
        (lambda: below("0.1"), "the target of the loss is '0.1'"),
        (lambda: patience(0), "patience is 0"),
        (lambda: patience(1.5), "patience is 1.5"),
        (lambda: patience(True), "patience is True"),
    ],
)
def test_rules_that_cannot_be_meant(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("optimizer", [0.1, None, "adam", GradientDescent])
def test_what_is_not_an_optimizer(optimizer):
    network, X, Y = line()
    with pytest.raises(ValueError, match=r"the optimizer is .*: pass an optimizer, such as Grad"):
        train(network, X, Y, optimizer, epochs=5)


@pytest.mark.parametrize("rate", [0, -0.1, np.nan, np.inf, "0.1", None, True, 1j, [0.1]])
@pytest.mark.parametrize("kind", [GradientDescent, Momentum, RMSProp, Adam])
def test_learning_rates_that_cannot_be_meant(kind, rate):
    with pytest.raises(ValueError) as error:
        kind(rate)
    expected = f"the learning rate is {rate!r}: give a finite number greater than 0"
    assert str(error.value) == expected


@pytest.mark.parametrize("kind", [RMSProp, Adam])
@pytest.mark.parametrize("epsilon", [-1, 0, np.nan, "1e-8"])
def test_an_epsilon_that_cannot_be_meant(kind, epsilon):
    with pytest.raises(ValueError, match=f"epsilon is {epsilon!r}: give a finite number greater"):
        kind(0.1, epsilon=epsilon)


def test_data_are_checked_before_the_first_step():
    network, X, Y = line()
    before = network.parameters.copy()
    with pytest.raises(ValueError, match=r"Y has shape \(40,\)"):
        train(network, X, Y[:, 0], GradientDescent(0.1), epochs=5)
    assert np.array_equal(network.parameters, before)


@pytest.mark.parametrize("nesterov", ["no", 1, None])
def test_nesterov_is_true_or_false(nesterov):
    with pytest.raises(ValueError, match=f"nesterov is {nesterov!r}: give True or False"):
        Momentum(0.1, nesterov=nesterov)


# A training that changes nothing


def every_kind(dtype=np.float64):
    """Each kind of network by name, without a parameter that is 0, and data for it."""
    generator = np.random.default_rng(0)
    X, Y = generator.normal(size=(12, 3)), generator.random((12, 2))
    kinds = {
        "feed-forward": (Network([3, 4, 2], "tanh", generator=generator, dtype=dtype), X, Y),
        "through time": (ElmanNetwork(3, 4, 2, generator=generator), X.reshape(-1, 2, 3), Y[:6]),
        "fixed point": (FixedPointNetwork.draw(3, 5, 2, generator=generator), X, Y),
        "gated": (GRUNetwork(3, 4, 2, generator=generator), X.reshape(-1, 2, 3), Y[:6]),
    }
    for network, _, _ in kinds.values():
        network.parameters += 0.01
    return kinds


@pytest.mark.parametrize("kind", every_kind())
@pytest.mark.parametrize("optimizer", [GradientDescent(1e-300), Adam(1e-30)], ids=repr)
def test_training_that_changes_nothing_is_an_error(kind, optimizer):
    network, X, Y = every_kind()[kind]
    before = network.parameters.copy()
    message = "changed no parameter in 3 epochs: .* the learning rate is too small"
    with pytest.raises(TrainingChangedNothing, match=message) as error:
        train(network, X, Y, copy.deepcopy(optimizer), epochs=3)
    assert np.array_equal(network.parameters, before)
    assert [record["epoch"] for record in error.value.history.records] == [1, 2, 3]
    assert error.value.history.stopped_because == "all 3 epochs done"


@pytest.mark.parametrize("kind", every_kind())
def test_parameters_that_are_not_those_of_the_forward_pass_are_an_error(kind):
    network, X, Y = every_kind()[kind]
    network.gradients.finish = lambda: network.gradient.fill(0.0)  # what was computed is lost
    with pytest.raises(TrainingChangedNothing):
        train(network, X, Y, GradientDescent(0.1), epochs=2)


def test_a_rate_may_be_too_small_for_float32_and_enough_for_float64():
    for dtype in (np.float64, np.float32):
        network, X, Y = every_kind(dtype)["feed-forward"]
        try:
            train(network, X, Y, GradientDescent(1e-10), epochs=2)
            changed = True
        except TrainingChangedNothing:
            changed = False
        assert changed == (dtype == np.float64)


def test_relus_that_are_all_off_are_an_error():
    network = Network([1, 3, 1], ["relu", "relu"], generator=np.random.default_rng(0))
    network.layers[1].b = -100.0
    with pytest.raises(TrainingChangedNothing, match="Perhaps every ReLU is off"):
        train(network, np.ones((4, 1)), np.ones((4, 1)), Adam(0.1), epochs=2)


def test_parameters_that_come_back_to_where_they_began_have_changed():
    network = Network([1, 1], "identity", bias=False, generator=np.random.default_rng(0))
    network.parameters = 3.0
    seen = []
    stop = [lambda network, _: seen.append(network.parameters.item())]
    # The curvature is 1, so that a rate of 2 jumps to the other side of the minimum, and back.
    history = train(network, [[1.0]], [[1.0]], GradientDescent(2.0), epochs=2, stop=stop)
    assert seen == [-1.0, 3.0] and len(history.records) == 2


def test_a_rule_that_ends_it_does_not_hide_that_nothing_has_changed():
    network, X, Y = every_kind()["feed-forward"]
    with pytest.raises(TrainingChangedNothing) as error:
        train(network, X, Y, GradientDescent(1e-300), epochs=9, stop=[below(1e9)])
    assert error.value.history.stopped_because == "loss below 1000000000.0 in epoch 1"


# Ctrl-C, and other errors on the way


def interrupted(place, at):
    """A training with a validation part that gets Ctrl-C in epoch `at`, and its parameters then."""
    generator = np.random.default_rng(3)
    network = Network([5, 30, 1], "tanh", generator=generator)
    X, Y = generator.normal(size=(60, 5)), np.sign(generator.normal(size=(60, 1)))
    epochs, after = [], []

    def press(*_):
        if len(epochs) + 1 == at:
            raise KeyboardInterrupt

    def rule(network, record):
        after.append(network.parameters.copy())
        if place == "a rule":
            press()
        epochs.append(record["epoch"])

    def metric(network):
        if place == "a metric":
            press()
        return 0.0

    forward = network.forward

    def forward_pass(X, training=False):
        if place == "a forward pass" and training:
            press()
        if place == "the validation" and not training:
            press()
        return forward(X, training)

    network.forward = forward_pass
    error = None
    try:
        train(
            network,
            X[:40],
            Y[:40],
            GradientDescent(0.5),
            epochs=500,
            validation=(X[40:], Y[40:]),
            metrics={"metric": metric},
            stop=[rule],
        )
    except TrainingInterrupted as pressed:
        error = pressed
    network.forward = forward
    return network, error, after, (X[40:], Y[40:])


@pytest.mark.parametrize("place", ["a metric", "a rule", "a forward pass", "the validation"])
def test_ctrl_c_keeps_the_history_and_the_best_parameters(place):
    network, error, after, validation = interrupted(place, at=60)
    assert isinstance(error, KeyboardInterrupt) and "interrupted in epoch 60" in str(error)
    history = error.history
    assert history.stopped_because == "interrupted in epoch 60"
    assert len(history.records) == (60 if place == "a rule" else 59)
    losses = history.frame()["validation_loss"]
    best = losses.idxmin()
    assert best < 50  # the last parameters are worse
    assert np.array_equal(network.parameters, after[best - 1])
    assert network.loss_value(*validation) == losses.min()


@pytest.mark.parametrize("place", ["a metric", "a rule", "a forward pass", "the validation"])
def test_ctrl_c_in_the_first_epoch(place):
    _network, error, _after, _validation = interrupted(place, at=1)
    assert len(error.history.records) == (1 if place == "a rule" else 0)
    assert error.history.frame().shape[0] == len(error.history.records)


def test_ctrl_c_without_a_validation_part_keeps_the_last_parameters():
    network, X, Y = line()
    seen = []

    def rule(network, record):
        seen.append(network.parameters.copy())
        if record["epoch"] == 3:
            raise KeyboardInterrupt

    with pytest.raises(TrainingInterrupted) as error:
        train(network, X, Y, GradientDescent(0.1), epochs=100, stop=[rule])
    assert np.array_equal(network.parameters, seen[-1])
    assert len(error.value.history.records) == 3
    train(network, X, Y, GradientDescent(0.1), epochs=3)  # it can be trained further


def test_ctrl_c_after_a_step_that_overflowed_leaves_finite_parameters():
    network, X, Y = line()
    before = network.parameters.copy()
    forward, calls = network.forward, []

    def forward_pass(X, training=False):
        calls.append(0)
        if len(calls) == 2:
            assert not np.isfinite(network.parameters).all()
            raise KeyboardInterrupt
        return forward(X, training)

    network.forward = forward_pass
    settings = {"epochs": 3, "batch_size": 20, "generator": np.random.default_rng(0)}
    with pytest.raises(TrainingInterrupted):
        train(network, X, 100 * Y, GradientDescent(1e308), **settings)
    assert np.array_equal(network.parameters, before)


def test_any_other_error_has_the_history_too():
    network, X, Y = line()

    def metric(network):
        if len(seen) == 2:
            raise ZeroDivisionError("mine")
        return seen.append(0) or 0.0

    seen = []
    with pytest.raises(ZeroDivisionError, match="mine") as error:
        train(network, X, Y, GradientDescent(0.1), epochs=9, metrics={"metric": metric})
    assert [record["epoch"] for record in error.value.history.records] == [1, 2]
    assert error.value.history.stopped_because == "ZeroDivisionError in epoch 3"


def test_a_fixed_point_that_is_lost_in_training_leaves_the_best_parameters_and_the_history():
    generator = np.random.default_rng(0)
    network = FixedPointNetwork.draw(2, 6, 1, generator=generator, radius=0.9, limit=60)
    X, Y = generator.normal(size=(10, 2)), np.sign(generator.normal(size=(10, 1)))
    with pytest.raises(DidNotConverge) as error:
        train(network, X, Y, GradientDescent(2.0), epochs=999, validation=(X, Y))
    losses = error.value.history.frame()["validation_loss"]
    assert len(losses) >= 1 and network.loss_value(X, Y) == losses.min()


@pytest.mark.parametrize("kind", [TrainingDiverged, TrainingChangedNothing, TrainingInterrupted])
@pytest.mark.parametrize(
    "send",
    [copy.copy, copy.deepcopy, lambda error: ForkingPickler.loads(ForkingPickler.dumps(error))],
)
def test_an_error_can_be_sent_to_another_process(kind, send):
    arrived = send(kind("why", History([{"epoch": 1, "loss": 2.0}], "because")))
    assert type(arrived) is kind and str(arrived) == "why"
    assert arrived.history == History([{"epoch": 1, "loss": 2.0}], "because")


# What is recorded


@pytest.mark.parametrize("loss", ["squared error", "categorical cross-entropy"])
def test_the_validation_loss_is_without_the_penalty_and_the_loss_with_it(loss):
    generator = np.random.default_rng(0)
    last = "softmax" if loss.startswith("cat") else "tanh"
    network = Network([3, 4, 2], ["tanh", last], loss=loss, l2=0.7, generator=generator)
    X, Y = generator.normal(size=(9, 3)), np.eye(2)[generator.integers(2, size=9)]
    weights = [layer.W.copy() for layer in network.layers]
    penalty = 0.5 * 0.7 * sum(w * w for W in weights for w in W.ravel().tolist())
    before = network.parameters.copy()
    history = train(network, X, Y, GradientDescent(0.01), epochs=1, validation=(X, Y))

    def by_hand(parameters):
        """The mean over the rows, of all in plain numbers."""
        W1, b1, W2, b2 = parameters[:12], parameters[12:16], parameters[16:24], parameters[24:]
        total = 0.0
        for x, y in zip(X.tolist(), Y.tolist()):
            hidden = [math.tanh(x @ w + b) for w, b in zip(W1.reshape(3, 4).T, b1)]
            z = [float(np.dot(hidden, w) + b) for w, b in zip(W2.reshape(4, 2).T, b2)]
            if last == "tanh":
                total += sum(0.5 * (math.tanh(v) - t) ** 2 for v, t in zip(z, y))
            else:
                total -= z[y.index(1.0)] - math.log(sum(map(math.exp, z)))
        return total / len(X)

    record = history.records[0]
    assert record["loss"] == pytest.approx(by_hand(before) + penalty, rel=1e-12)
    assert record["validation_loss"] == pytest.approx(by_hand(network.parameters), rel=1e-12)


def test_a_sum_of_losses_that_overflows_is_a_divergence():
    network, X, Y = line()
    Y = 3e153 * Y  # the loss of each row is a float, and the sum over 40 of them is not
    settings = {"batch_size": 1, "generator": np.random.default_rng(0), "epochs": 1}
    with pytest.raises(TrainingDiverged) as error:
        train(network, X, Y, GradientDescent(1e-300), **settings)
    assert not error.value.history.records


# Who an optimizer belongs to

MAKE = [
    lambda: GradientDescent(0.1),
    lambda: Momentum(0.1),
    lambda: Momentum(0.1, nesterov=True),
    lambda: RMSProp(0.01),
    lambda: Adam(0.01),
]


@pytest.mark.parametrize("make", MAKE)
@pytest.mark.parametrize("hidden", [4, 5], ids=["same size", "other size"])
def test_an_optimizer_belongs_to_one_network(make, hidden):
    optimizer, generator = make(), np.random.default_rng(0)
    first, second = (Network([3, size, 2], generator=generator) for size in (4, hidden))
    X, Y = generator.normal(size=(12, 3)), generator.random((12, 2))
    train(first, X, Y, optimizer, epochs=2)
    before = second.parameters.copy()
    with pytest.raises(ValueError, match="has made 2 steps with another network.* a new optimizer"):
        train(second, X, Y, optimizer, epochs=2)
    assert np.array_equal(second.parameters, before)
    train(first, X, Y, optimizer, epochs=2)  # its own network goes on


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "sent to a process": lambda thing: ForkingPickler.loads(ForkingPickler.dumps(thing)),
}


@pytest.mark.parametrize("make", MAKE)
@pytest.mark.parametrize("make_copy", COPIES.values(), ids=COPIES)
def test_a_copy_of_an_optimizer_goes_on_where_the_original_was(make, make_copy):
    network, X, Y = every_kind()["feed-forward"]
    optimizer = make()
    train(network, X, Y, optimizer, epochs=5)
    twin, its_optimizer = make_copy(network), make_copy(optimizer)
    assert its_optimizer.steps_done == 5
    train(twin, X, Y, its_optimizer, epochs=5)
    train(network, X, Y, optimizer, epochs=5)  # and the original has not noticed
    alone, X, Y = every_kind()["feed-forward"]
    train(alone, X, Y, make(), epochs=10)
    assert np.array_equal(twin.parameters, alone.parameters)
    assert np.array_equal(network.parameters, alone.parameters)


def test_a_copy_does_not_fit_a_network_of_another_size_or_type():
    network, X, Y = every_kind()["feed-forward"]
    optimizer = Adam(0.1)
    train(network, X, Y, optimizer, epochs=1)
    for other in (
        Network([3, 5, 2], generator=np.random.default_rng(0)),
        every_kind(np.float32)["feed-forward"][0],
    ):
        with pytest.raises(ValueError, match="with another network"):
            train(other, X, Y, copy.deepcopy(optimizer), epochs=1)
