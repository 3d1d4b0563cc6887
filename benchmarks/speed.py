"""Measure this course's programs against other people's: `make bench`.

The contestants of a task take turns, for ROUNDS rounds, and the median of each counts, so that a
computer that slows down affects all of them. The results are ratios: each time over that of the
bare matrix products, and over that of this course's program. Missing peers are left out. It prints
a table and stores it as `benchmarks/speed.csv`, which chapter 17 reads:

    python benchmarks/speed.py

Matrix products use as many threads as the CPU has; with OPENBLAS_NUM_THREADS=1 NumPy uses one, and
the results go into another file. `--quick` tries everything with few rows, in one round, and stores
nothing.
"""

import argparse
import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import median

import contestants
import pandas as pd
from tqdm import tqdm

from backprop.files import write_whole

ROUNDS, ROWS = 7, 20_000
QUICK_ROUNDS, QUICK_ROWS = 1, 500
HERE = Path(__file__).parent


def tasks(
    rows: int = ROWS,
) -> Iterator[tuple[str, contestants.Task, Mapping[str, Callable], Mapping[str, float]]]:
    """Each task: its name, its data, its contestants, and the factors for their times.

    `rows` is the number of rows in the tasks of the size of digits.
    """
    for hidden in (30, 100):
        for batch_size in (32, 128):
            task = contestants.digits_task(hidden, batch_size, rows)
            part = task.epochs * rows / min(rows, contestants.EXAMPLES_MEASURED)
            yield (
                f"784-{hidden}-10, batch {batch_size}",
                task,
                {
                    "matrix products": contestants.products,
                    "this course": contestants.course,
                    "this course, float64": partial(contestants.course, dtype="float64"),
                    "scikit-learn": contestants.scikit_learn,
                    "PyTorch": contestants.pytorch,
                    "PyTorch, compiled": contestants.pytorch_compiled,
                    "JAX, step compiled": contestants.jax_step,
                    "JAX, epoch compiled": contestants.jax_epoch,
                    "NumPy, example by example": contestants.example_by_example,
                },
                {"NumPy, example by example": part},
            )
    yield (
        "iris 4-2-3, all rows",
        contestants.iris_task(),
        {
            "this course": contestants.course_on_iris,
            "this course, without biases": partial(contestants.course_on_iris, bias=False),
            "the usual listing, corrected": contestants.iris_listing,
            "scikit-learn": contestants.scikit_learn,
        },
        {},
    )
    yield (
        "wheat 7-5-3, pure Python",
        contestants.wheat_task(),
        {"this course": contestants.course_loops, "the usual listing": contestants.usual_loops},
        {},
    )


def measure(
    task: contestants.Task,
    programs: Mapping[str, Callable],
    factors: Mapping[str, float],
    rounds: int = ROUNDS,
) -> dict[str, float]:
    """The median time of an epoch of each program that runs on this computer, in seconds."""
    trainings = {}
    for name, make in programs.items():
        try:
            trainings[name] = make(task)
        except (ModuleNotFoundError, contestants.CannotCompile) as reason:
            tqdm.write(f"{name} is left out: {reason}")
            continue
        trainings[name]()  # the first run compiles and allocates memory
    times = {name: [] for name in trainings}
    for _ in range(rounds):
        for name, training in trainings.items():
            gc.collect()
            start = time.perf_counter()
            training()
            times[name].append((time.perf_counter() - start) * factors.get(name, 1))
    return {name: median(found) / task.epochs for name, found in times.items()}


def table(rounds: int = ROUNDS, rows: int = ROWS) -> pd.DataFrame:
    """One line per task and program."""
    lines = []
    for name, task, programs, factors in tqdm(list(tasks(rows)), unit="task"):
        seconds = measure(task, programs, factors, rounds)
        products = seconds.get("matrix products", float("nan"))
        lines += [
            {
                "task": name,
                "program": program,
                "over_products": round(found / products, 2),
                "over_this_course": round(found / seconds["this course"], 2),
                "milliseconds": round(1000 * found, 1),
            }
            for program, found in seconds.items()
        ]
    return pd.DataFrame(lines).set_index(["task", "program"])


def main() -> None:
    """Measure everything, print it, and store the ratios."""
    parser = argparse.ArgumentParser(description="Measure this course's programs against others.")
    parser.add_argument("--quick", action="store_true", help="few rows, one round, store nothing")
    if parser.parse_args().quick:
        print(table(QUICK_ROUNDS, QUICK_ROWS).to_string())
        return
    found = table()
    print(found.to_string())
    one_thread = os.environ.get("OPENBLAS_NUM_THREADS") == "1"
    results = HERE / ("speed_one_thread.csv" if one_thread else "speed.csv")
    text = found.drop(columns="milliseconds").to_csv(lineterminator="\n")
    write_whole(results, text.encode("utf-8"))


if __name__ == "__main__":
    main()
