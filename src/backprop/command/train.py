"""`backprop train`: read, train, measure and save, in this process or on several."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from backprop import checks
from backprop.activations import get_activation
from backprop.command.examples import read_samples, read_samples_for
from backprop.files import write_whole
from backprop.network import Network
from backprop.optimizers import OPTIMIZERS
from backprop.samples import Dataset
from backprop.saving import Saved, load, save
from backprop.scaling import Scaling
from backprop.training import History, TrainingInterrupted, check_settings, patience, train

MADE_ONCE = {  # options that describe a network or its data: a resumed training keeps them
    "hidden": [30],
    "activation": "relu",
    "float32": False,
    "optimizer": "adam",
    "learning_rate": None,
    "test_share": 0.2,
    "validation_share": 0.0,
    "seed": 0,
}
TO_CONNECT = 5  # seconds


def run(options: argparse.Namespace) -> None:
    """Train, and print the result. Raises OSError, ValueError, ArithmeticError, ImportError."""
    check_options(options)
    saved = start(options) if options.resume is None else resume(options)
    if options.resume is None:
        samples = read_samples(options.data, options.label, options.separator)
    else:
        samples = read_samples_for(saved, options.data, options.label, options.separator)
        if len(samples.X) != saved.notes["rows"]:
            raise ValueError(
                f"{options.data[0]} has {len(samples.X)} rows, but the training began with "
                f"{saved.notes['rows']}: resume it with the same data, since rows that were held "
                f"out must stay so"
            )
    parts = split(samples, options.test_share, options.validation_share, options.seed)
    if options.resume is None:
        describe(saved, options, samples, parts[0])
    network: Network = saved.network
    print(f"{len(samples.X)} rows with {samples.X.shape[1]} features, {len(parts[2].X)} held out")
    shown = ", ".join(saved.class_names[:10]) + (", …" if len(saved.class_names) > 10 else "")
    print(f"{len(saved.class_names)} classes, one output each, in this order: {shown}")
    print(network)
    try:
        history, interruption = train_parts(options, saved, parts[0], parts[1]), None
    except TrainingInterrupted as problem:
        history, interruption = problem.history, problem
    finish(options, saved, history, parts)
    if interruption is not None:
        raise KeyboardInterrupt(f"the network so far is saved to {options.output}")


def check_options(options: argparse.Namespace) -> None:
    """Raise ValueError or OSError for options that would fail later; fill in missing ones."""
    if options.resume is not None:
        given = [name for name in MADE_ONCE if getattr(options, name) is not None]
        if given:
            raise ValueError(
                f"--{given[0].replace('_', '-')} is fixed by {options.resume}: leave it out"
            )
    else:
        for name, default in MADE_ONCE.items():
            if getattr(options, name) is None:
                setattr(options, name, default)
        checks.number(options.test_share, "--test-share", at_least=0, below=1)
        checks.number(options.validation_share, "--validation-share", at_least=0, below=1)
        if options.test_share + options.validation_share >= 1:
            raise ValueError("--test-share and --validation-share leave no rows to train on")
        checks.whole_number(options.seed, "--seed", 0)
    if options.workers is not None:
        checks.whole_number(options.workers, "--workers")
    if options.patience is not None:
        checks.whole_number(options.patience, "--patience")
    distributed = options.workers is not None or options.scheduler is not None
    if distributed and options.validation_share:
        raise ValueError(
            "--validation-share is not available on workers: leave it out, or leave out --workers"
        )
    folder = options.output.absolute().parent
    if not os.access(folder, os.W_OK) or options.output.is_dir():
        raise OSError(f"cannot write {options.output}: give a file in a folder where you may write")


def start(options: argparse.Namespace) -> Saved:
    """The start of a new training, except the network, which depends on the samples."""
    kind = OPTIMIZERS[options.optimizer.replace("-", " ")]
    rate = options.learning_rate
    optimizer = kind(kind.usual_rate if rate is None else rate)
    generator = np.random.default_rng(options.seed)
    check_settings(optimizer, options.epochs, options.batch_size, generator)
    return Saved(None, optimizer=optimizer, generator=generator)


def resume(options: argparse.Namespace) -> Saved:
    """A saved training. Its settings replace those of the options."""
    saved = load(options.resume)
    if saved.optimizer is None or saved.generator is None or "seed" not in saved.notes:
        raise ValueError(
            f"{options.resume} has no record of its training: give a network that was saved by "
            f"`backprop train`"
        )
    for name in ("test_share", "validation_share", "seed"):
        setattr(options, name, saved.notes[name])
    options.label = options.label or saved.notes["label"]
    check_settings(saved.optimizer, options.epochs, options.batch_size, saved.generator)
    return saved


def describe(
    saved: Saved, options: argparse.Namespace, samples: Dataset, training: Dataset
) -> None:
    """Make the network for these samples, and the notes for its file."""
    assert saved.generator is not None
    saved.network = Network(
        [samples.X.shape[1], *options.hidden, len(samples.class_names)],
        [options.activation] * len(options.hidden) + ["softmax"],
        loss="categorical cross-entropy",
        initialization=get_activation(options.activation).initialization,
        dtype=np.float32 if options.float32 else np.float64,
        generator=saved.generator,
    )
    # The columns of a CSV file measure different quantities, the pixels of an image the same one.
    saved.scaling = Scaling.of(training.X, alike=len(options.data) == 2)
    saved.class_names, saved.feature_names = samples.class_names, samples.feature_names
    saved.notes = {name: getattr(options, name) for name in ("test_share", "validation_share")}
    saved.notes |= {"seed": options.seed, "label": options.label, "rows": len(samples.X)}


def split(
    samples: Dataset, test_share: float, validation_share: float, seed: int
) -> tuple[Dataset, Dataset, Dataset]:
    """The rows to train on, those for validation, and those held out for a test, at random."""
    rows = np.random.default_rng(seed).permutation(len(samples.X))
    tested, validated = (round(share * len(rows)) for share in (test_share, validation_share))
    test, validation, training = np.split(rows, [tested, tested + validated])
    if len(training) == 0:
        raise ValueError(f"{len(rows)} rows leave none to train on: reduce --test-share")
    return samples.take(training), samples.take(validation), samples.take(test)


def train_parts(
    options: argparse.Namespace, saved: Saved, training: Dataset, validation: Dataset
) -> History:
    """Train the network of `saved`, here or on workers as the options say."""
    assert saved.optimizer is not None and saved.scaling is not None
    X = saved.scaling(training.X).astype(saved.network.dtype)
    settings: dict[str, Any] = {
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "generator": saved.generator,
        "stop": [] if options.patience is None else [patience(options.patience)],
        "progress": not options.quiet,
    }
    if len(validation.X):
        settings["validation"] = saved.scaling(validation.X), validation.Y
    if options.workers is None and options.scheduler is None:
        return train(saved.network, X, training.Y, saved.optimizer, **settings)
    with cluster(options.workers, options.scheduler, len(X)) as client:
        from backprop.distributed.workers import living, train_on_workers

        print(f"training on {len(living(client))} workers")
        return train_on_workers(client, saved.network, X, training.Y, saved.optimizer, **settings)


@contextmanager
def cluster(workers: int | None, scheduler: str | None, rows: int) -> Iterator[Any]:
    """A Dask client of the scheduler at that address, or of processes that end with the block.

    Raises ImportError without Dask, ConnectionError if no scheduler answers, and ValueError for
    more workers than rows.
    """
    from backprop.distributed import dask_distributed

    dask = dask_distributed()
    if scheduler is not None:
        try:
            client = dask.Client(scheduler, timeout=TO_CONNECT, direct_to_workers=True)
        except (OSError, ValueError) as problem:
            raise ConnectionError(
                f"no scheduler answers at {scheduler} within {TO_CONNECT} s: start one with "
                f"`dask scheduler`, and check the address, such as tcp://host:8786 ({problem})"
            ) from None
        with client:
            yield client
        return
    if workers is not None and workers > rows:
        raise ValueError(f"--workers is {workers} for {rows} rows: each worker needs at least one")
    with (
        dask.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        ) as local,
        dask.Client(local, direct_to_workers=True) as client,
    ):
        yield client


def finish(
    options: argparse.Namespace,
    saved: Saved,
    history: History,
    parts: tuple[Dataset, Dataset, Dataset],
) -> None:
    """Save the network and its history, and print its accuracy."""
    assert saved.scaling is not None
    before = saved.notes.get("records", [])
    after = [record | {"epoch": record["epoch"] + len(before)} for record in history.records]
    saved.notes["records"] = before + after
    frame = History(before + after).frame()
    if len(frame):
        print(f"loss of the last epoch: {frame['loss'].iloc[-1]:.4f} ({history.stopped_because})")
    names = "trained on", "of the validation", "held out"
    for name, part in zip(names, parts):
        if len(part.X):
            accuracy = (saved.network.classify(saved.scaling(part.X)) == part.labels).mean()
            print(f"accuracy on the {len(part.X)} rows {name}: {accuracy:.3f}")
    save(saved, options.output)
    history_path = history_beside(options.output)
    write_whole(history_path, frame.to_csv(lineterminator="\n").encode("utf-8"))
    print(f"saved to {options.output}, and the history to {history_path}")


def history_beside(output: Path) -> Path:
    """Where the history of a network is written: network.npz gives network-history.csv."""
    return output.with_name(f"{output.stem}-history.csv")
