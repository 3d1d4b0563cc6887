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

OPTIONAL = {"PyTorch", "JAX, compiled"}
TASKS = {name: (task, programs) for name, task, programs, _ in speed.tasks()}


@pytest.mark.parametrize(
    ("task", "program"),
    [(task, program) for task, (_, programs) in TASKS.items() for program in programs],
)
def test_every_contestant_trains(task, program):
    task, programs = TASKS[task]
    small = replace(task, X=task.X[:150], labels=task.labels[:150])
    try:
        training = programs[program](small)
    except ModuleNotFoundError as missing:
        assert program in OPTIONAL
        pytest.skip(f"{missing.name} is not installed")
    training()


def test_both_loops_make_the_same_errors():
    task = contestants.wheat_task()
    ours, usual = contestants.course_loops(task)(), contestants.usual_loops(task)()
    assert [error * len(task.X) for error in ours] == pytest.approx(usual, rel=1e-9)


def test_the_listing_and_the_course_both_learn_iris():
    task = contestants.iris_task()
    records = contestants.iris_listing(task)()
    assert len(records) == task.epochs and records["mse"].is_monotonic_decreasing
    history = contestants.course_on_iris(task)()
    assert len(history) == task.epochs and history["loss"].is_monotonic_decreasing


def test_example_by_example_learns_what_batches_learn():
    generator = np.random.default_rng(0)
    labels = generator.integers(3, size=200)
    X = (np.eye(3)[labels] + 0.1 * generator.normal(size=(200, 3))).astype("float32")
    task = contestants.Task(X, labels, hidden=5, batch_size=10, epochs=1, learning_rate=1.0)
    history = contestants.course(task)
    losses = [history().frame()["loss"].iloc[-1] for _ in range(20)]
    assert losses[-1] < 0.3 * losses[0]


def test_stored_results_cover_every_task_and_size():
    stored = pd.read_csv(BENCHMARKS / "speed.csv")
    for task, (_, programs) in TASKS.items():
        assert set(programs) - OPTIONAL <= set(stored.loc[stored["task"] == task, "program"])
    sizes = pd.read_csv(BENCHMARKS / "growth.csv").groupby("question", sort=False).size()
    assert sizes.to_dict() == {name: len(found) for name, found in growth.QUESTIONS.items()}
    # Three copies of the parameters and one batch, and little else.
    memory = pd.read_csv(BENCHMARKS / "memory.csv")
    assert (memory["peak_over_three_copies_and_batch"] < 1.5).all()
