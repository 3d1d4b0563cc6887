"""Training: batches, stopping, history, and what happens when it goes wrong."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import networks

from backprop import training
from backprop.network import Network
from backprop.optimizers import GradientDescent
from backprop.training import TrainingDiverged, train


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
    expected = network.parameters - rate * gradient
    history = train(network, X, Y, GradientDescent(rate), epochs=1)
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


def test_rows_are_shuffled_anew_each_epoch_and_the_callers_stay_as_they_were():
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
    history = train(network, X, Y, GradientDescent(0.5), epochs=1000, target_loss=1e-3)
    losses = history.frame()["loss"]
    assert (losses.iloc[:-1] >= 1e-3).all() and losses.iloc[-1] < 1e-3
    assert history.stopped_because == f"loss below 0.001 in epoch {len(losses)}"


def test_a_loss_that_equals_the_target_is_not_below_it():
    network, X, Y = line()
    network.parameters[...] = [2, 1]
    history = train(network, X, Y, GradientDescent(0.1), epochs=3, target_loss=0.0)
    assert history.records[-1]["loss"] == 0 and history.stopped_because == "all 3 epochs done"


def test_stops_without_improvement():
    network, X, Y = line()
    network.parameters[...] = [2, 1]  # nothing left to improve
    history = train(network, X, Y, GradientDescent(0.1), epochs=100, patience=3)
    assert len(history.records) == 4
    assert history.stopped_because == "no smaller loss for 3 epochs, in epoch 4"


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
        patience=10,
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


def test_callbacks_see_every_epoch_and_may_end_the_training():
    network, X, Y = line()
    seen = []
    history = train(
        network,
        X,
        Y,
        GradientDescent(0.1),
        epochs=100,
        callbacks=[lambda _, record: seen.append(record["epoch"]), lambda *_: len(seen) == 4],
    )
    assert seen == [1, 2, 3, 4]
    assert history.stopped_because == "a callback said so in epoch 4"


@pytest.mark.parametrize("rule", [{"target_loss": 1e-3}, {"patience": 2}])
def test_callbacks_see_the_epoch_in_which_another_rule_ends_the_training(rule):
    network, X, Y = line()
    seen = []
    callbacks = [lambda _, record: seen.append(record)]
    history = train(network, X, Y, GradientDescent(0.5), epochs=500, callbacks=callbacks, **rule)
    assert len(history.records) < 500 and seen == history.records


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
            callbacks=[lambda network, _: starts.append(network.parameters.copy())],
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


def test_the_environment_silences_what_was_not_asked_for(monkeypatch):
    program = (
        "from backprop.training import progress_bar as bar\n"
        "print(bar(3, None).disable, bar(3, True).disable, bar(3, False).disable)"
    )
    monkeypatch.setenv("TQDM_DISABLE", "1")  # heeded by tqdm when it is imported
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert answer.stdout.split() == ["True", "False", "True"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"batch_size": -3}, "batch_size is -3"),
        ({"batch_size": 5}, "pass generator="),
        ({"batch_size": 5, "generator": 7}, "generator is 7"),
        ({"batch_size": 2.5, "generator": np.random.default_rng(0)}, "batch_size is 2.5"),
        ({"epochs": 2.5}, "epochs is 2.5"),
        ({"target_loss": np.nan}, "target_loss is nan"),
        ({"patience": 0}, "patience is 0"),
        ({"patience": 1.5}, "patience is 1.5"),
        ({"metrics": {"loss": lambda network: 1.0}}, "a metric has the name 'loss'"),
        ({"clip_norm": 0.0}, "clip_norm is 0.0"),
        ({"validation": (np.zeros((3, 2)), np.zeros((3, 1)))}, r"X has shape \(3, 2\)"),
    ],
)
def test_settings_that_cannot_be_meant(settings, message):
    network, X, Y = line()
    with pytest.raises(ValueError, match=message):
        train(network, X, Y, GradientDescent(0.1), **{"epochs": 5} | settings)


@pytest.mark.parametrize("rate", [0, -0.1, np.nan, np.inf])
def test_learning_rates_that_cannot_be_meant(rate):
    with pytest.raises(ValueError, match=f"the learning rate is {rate}"):
        GradientDescent(rate)


def test_data_are_checked_before_the_first_step():
    network, X, Y = line()
    before = network.parameters.copy()
    with pytest.raises(ValueError, match=r"Y has shape \(40,\)"):
        train(network, X, Y[:, 0], GradientDescent(0.1), epochs=5)
    assert np.array_equal(network.parameters, before)
