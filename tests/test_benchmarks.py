"""The benchmarks: the contestants do the work that they are timed for. No test looks at a time."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import contestants  # noqa: E402
import growth  # noqa: E402
import speed  # noqa: E402

from backprop.network import Network  # noqa: E402
from backprop.optimizers import GradientDescent  # noqa: E402
from backprop.training import train  # noqa: E402

# PyTorch's compiler uses what PyTorch has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")

OPTIONAL = {"PyTorch", "PyTorch, compiled", "JAX, step compiled", "JAX, epoch compiled"}
TASKS = {name: (task, programs) for name, task, programs, _ in speed.tasks()}


def make_ready(program, contestant, task):
    """The training of a contestant; the test is skipped where an optional one cannot run."""
    try:
        return contestant(task)
    except (ModuleNotFoundError, contestants.CannotCompile) as reason:
        assert program in OPTIONAL
        pytest.skip(str(reason))


@pytest.mark.parametrize(
    ("task", "program"),
    [(task, program) for task, (_, programs) in TASKS.items() for program in programs],
)
def test_every_contestant_trains(task, program):
    task, programs = TASKS[task]
    small = replace(task, X=task.X[:150], labels=task.labels[:150])
    make_ready(program, programs[program], small)()


@pytest.mark.parametrize("batch_size", [32, 50, 1000])  # with a smaller last batch, without, one
@pytest.mark.parametrize("program", ["this course", *sorted(OPTIONAL)])
def test_rivals_compute_the_same_run(program, batch_size):
    task, programs = TASKS["784-30-10, batch 32"]
    task = replace(
        task, X=task.X[:150], labels=task.labels[:150], batch_size=batch_size, learning_rate=0.5
    )
    generator = np.random.default_rng(1)
    initial = contestants.flat(contestants.initial_parameters(task, generator))
    training = make_ready(program, programs[program], task)
    expected_training = contestants.course(task, dtype="float64")
    for _ in range(2):  # a second call goes on where the first one stopped
        found, expected = training(), expected_training()
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
    assert np.abs(expected - initial).max() > 0.02


def test_a_contestant_that_cannot_run_is_named_and_left_out(capsys):
    def missing(task):
        raise ModuleNotFoundError("No module named 'fast'")

    def without_compiler(task):
        raise contestants.CannotCompile("no compiler was found")

    programs = {
        "this course": contestants.course_loops,
        "fast": missing,
        "faster": without_compiler,
    }
    task = replace(contestants.wheat_task(), epochs=1)
    assert list(speed.measure(task, programs, {}, rounds=1)) == ["this course"]
    said = "".join(capsys.readouterr())
    assert "fast is left out: No module named 'fast'" in said
    assert "faster is left out: no compiler was found" in said


def test_pytorch_without_a_compiler_says_so(monkeypatch):
    torch = pytest.importorskip("torch")

    def fail(*_, **__):
        raise RuntimeError("no C++ compiler\nand many lines more")

    monkeypatch.setattr(torch, "compile", fail)
    with pytest.raises(contestants.CannotCompile, match=r"\(no C\+\+ compiler\)$"):
        contestants.pytorch_compiled(contestants.digits_task(30, 32, rows=64))


def test_both_loops_make_the_same_errors():
    task = contestants.wheat_task()
    ours, usual = contestants.course_loops(task)(), contestants.usual_loops(task)()
    # The usual listing adds up whole squares, the course takes the mean of halves.
    assert [2 * loss * len(task.X) for loss in ours] == pytest.approx(usual, rel=1e-9)


def test_the_listing_and_the_course_both_learn_iris():
    task = contestants.iris_task()
    records = contestants.iris_listing(task)()
    assert len(records) == task.epochs and records["mse"].is_monotonic_decreasing
    history = contestants.course_on_iris(task)()
    assert len(history) == task.epochs and history["loss"].is_monotonic_decreasing


def test_example_by_example_computes_what_batches_compute():
    task = contestants.digits_task(30, batch_size=32, rows=150)
    generator = np.random.default_rng(1)
    network = Network(task.sizes, loss="binary cross-entropy", generator=generator)
    network.parameters[...] = contestants.flat(
        contestants.initial_parameters(task, np.random.default_rng(1))
    )
    settings = {"epochs": 1, "batch_size": 32, "generator": generator, "progress": False}
    train(network, task.X, task.one_hot, GradientDescent(task.learning_rate), **settings)
    found = contestants.example_by_example(task)()
    np.testing.assert_allclose(found, network.parameters, rtol=0, atol=1e-12)


def test_stored_results_cover_every_task_and_size():
    stored = pd.read_csv(BENCHMARKS / "speed.csv")
    for task, (_, programs) in TASKS.items():
        assert set(programs) - OPTIONAL <= set(stored.loc[stored["task"] == task, "program"])
    sizes = pd.read_csv(BENCHMARKS / "growth.csv").groupby("question", sort=False).size()
    assert sizes.to_dict() == {name: len(found) for name, found in growth.QUESTIONS.items()}
    # Three copies of the parameters and one batch, and little else.
    memory = pd.read_csv(BENCHMARKS / "memory.csv")
    assert (memory["peak_over_three_copies_and_batch"] < 1.5).all()
