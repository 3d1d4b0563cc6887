"""Train a network on your own data, on all processors of a computer or on a cluster.

    python -m backprop.distributed seeds.csv
    python -m backprop.distributed images-idx3-ubyte labels-idx1-ubyte --hidden 100

A CSV file has a header, numbers, and the name of the class in its last column or that of --label.
IDX files, the format of MNIST, come in pairs: arrays, then labels.

On one computer the program starts worker processes and ends them again. On several, run
`dask scheduler` on one of them, `dask worker tcp://that-one:8786` on each, with this course
installed, and then this program with `--scheduler tcp://that-one:8786`.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from backprop.activations import ACTIVATIONS
from backprop.datasets import Dataset, load_files
from backprop.distributed import NEEDS_DASK
from backprop.distributed.scaling import Scaling
from backprop.network import Network
from backprop.optimizers import Adam, GradientDescent, Momentum
from backprop.saving import save_network
from backprop.training import TrainingDiverged, check_settings

try:
    from dask.distributed import Client, LocalCluster
    from dask.system import CPU_COUNT

    from backprop.distributed.workers import living, train_on_workers
except ImportError as problem:
    sys.exit(f"backprop.distributed: {NEEDS_DASK} ({problem})")

OPTIMIZERS = {
    "adam": (Adam, 0.001),
    "momentum": (Momentum, 0.02),
    "gradient-descent": (GradientDescent, 0.2),
}
TO_CONNECT = 5  # seconds


def parser() -> argparse.ArgumentParser:
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m backprop.distributed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("data", nargs="+", type=Path, help="one CSV file, or two IDX files: arrays and labels")
    add("--output", type=Path, default=Path("network.npz"), help="default: %(default)s")
    add("--label", metavar="COLUMN", help="the column of the labels; default: the last one")
    add("--separator", metavar="CHARACTER", help="default: a comma, a semicolon or a tab")
    network = parser.add_argument_group("the network")
    add = network.add_argument
    hidden = [name for name in ACTIVATIONS if name != "softmax"]
    add("--hidden", nargs="*", type=int, default=[30], help="neurons of each layer; default: 30")
    add("--activation", choices=hidden, default="relu", help="of hidden layers; default: relu")
    add("--float32", action="store_true", help="half the memory and half the traffic")
    training = parser.add_argument_group("the training")
    add = training.add_argument
    add("--epochs", type=int, default=20, help="passes over the rows; default: %(default)s")
    add("--batch-size", type=int, default=256, help="rows a step, of all workers; default: 256")
    add("--optimizer", choices=OPTIMIZERS, default="adam", help="default: adam")
    rates = ", ".join(f"{rate} with {name}" for name, (_, rate) in OPTIMIZERS.items())
    add("--learning-rate", type=float, help=f"default: {rates}")
    add("--test-share", type=float, default=0.2, help="of rows held back; default: %(default)s")
    add("--seed", type=int, default=0, help="of all that is drawn; default: %(default)s")
    where = parser.add_argument_group("where").add_mutually_exclusive_group()
    add = where.add_argument
    add("--workers", type=int, help="processes on this computer; default: one a processor")
    add("--scheduler", metavar="ADDRESS", help="of a running cluster, such as tcp://host:8786")
    return parser


def run(options: argparse.Namespace) -> None:
    """Read, train, measure and save, and say so. Raises OSError, ValueError, TrainingDiverged."""
    generator = np.random.default_rng(options.seed)
    check_options(options)
    check_settings(options.epochs, options.batch_size, generator)
    examples = load_files(options.data, label=options.label, separator=options.separator)
    training, test = split(examples, options.test_share, options.seed)
    class_names = examples.class_names
    shown = ", ".join(class_names[:10]) + (", …" if len(class_names) > 10 else "")
    print(f"{len(examples.X)} rows with {examples.X.shape[1]} features, {len(test.X)} held back")
    print(f"{len(class_names)} classes, an output each, in this order: {shown}")

    network = Network(
        [training.X.shape[1], *options.hidden, len(class_names)],
        [options.activation] * len(options.hidden) + ["softmax"],
        loss="categorical cross-entropy",
        initialization="he" if options.activation == "relu" else "1/sqrt(n)",
        dtype=np.float32 if options.float32 else np.float64,
        generator=generator,
    )
    # The columns of a CSV file measure different things, the numbers of an image the same.
    scaling = Scaling.of(training.X, alike=len(options.data) == 2)
    optimizer, rate = OPTIMIZERS[options.optimizer]
    with cluster(options.workers, options.scheduler, len(training.X)) as client:
        print(f"{network} on {len(living(client))} workers")
        history = train_on_workers(
            client,
            network,
            scaling(training.X),
            training.Y,
            optimizer(rate if options.learning_rate is None else options.learning_rate),
            epochs=options.epochs,
            batch_size=options.batch_size,
            generator=generator,
            progress=True,
        )
    print(f"loss of the last epoch: {history.records[-1]['loss']:.4f}")
    scaling.fold_into(network)
    for name, part in (("trained on", training), ("held back", test)):
        if len(part.X):
            accuracy = (network.classify(part.X) == part.labels).mean()
            print(f"accuracy on the {len(part.X)} rows {name}: {accuracy:.3f}")
    save_network(network, options.output)
    print(f"saved to {options.output}; it takes features as they stand in the file")


def check_options(options: argparse.Namespace) -> None:
    """Raise ValueError or OSError for what would fail only after the training."""
    if not 0 <= options.test_share < 1:
        raise ValueError(
            f"--test-share is {options.test_share}: give a number of at least 0 and less than 1"
        )
    if options.workers is not None and options.workers < 1:
        raise ValueError(f"--workers is {options.workers}: give 1 or more")
    folder = options.output.absolute().parent
    if not os.access(folder, os.W_OK) or options.output.is_dir():
        raise OSError(
            f"cannot write {options.output}: give the name of a file in a folder of yours"
        )


def split(examples: Dataset, test_share: float, seed: int) -> tuple[Dataset, Dataset]:
    """The rows to train on, and those held back, drawn at random."""
    rows = np.random.default_rng(seed).permutation(len(examples.X))
    held_back = round(test_share * len(rows))
    names = examples.feature_names, examples.class_names
    test, training = (
        Dataset(examples.X[part], examples.labels[part], *names)
        for part in (rows[:held_back], rows[held_back:])
    )
    return training, test


@contextmanager
def cluster(workers: int | None, scheduler: str | None, rows: int) -> Iterator[Client]:
    """A client of the scheduler at that address, or of processes that end with the block.

    Raises ConnectionError where no scheduler answers, and ValueError for more workers than rows.
    """
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=TO_CONNECT, direct_to_workers=True)
        except (OSError, ValueError) as problem:
            raise ConnectionError(
                f"no scheduler answers at {scheduler} within {TO_CONNECT} s: start one with "
                f"`dask scheduler`, and check the address, such as tcp://host:8786 ({problem})"
            ) from None
        with client:
            yield client
        return
    if workers is not None and workers > rows:
        raise ValueError(f"--workers is {workers} for {rows} rows: each worker needs one at least")
    with (
        LocalCluster(
            n_workers=workers or min(CPU_COUNT, rows),
            threads_per_worker=1,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        ) as local,
        Client(local, direct_to_workers=True) as client,
    ):
        yield client


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program; end with one line on what is wrong, if something is."""
    options = parser().parse_args(arguments)
    try:
        run(options)
    except (OSError, ValueError, TrainingDiverged) as problem:
        sys.exit(f"backprop.distributed: {problem}")
    except KeyboardInterrupt:
        sys.exit("backprop.distributed: stopped; nothing was saved")
