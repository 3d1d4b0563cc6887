"""Train a network on your own data, predict with it, and score it.

For example::

    backprop train seeds.csv --label variety
    backprop predict network.npz new.csv
    backprop evaluate network.npz others.csv

A CSV file has a header and numbers, and one column with the name of each sample's class. IDX files,
the format of MNIST, come in pairs: arrays, then labels.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from backprop.activations import ACTIVATIONS
from backprop.command import predict, train
from backprop.optimizers import OPTIMIZERS
from backprop.training import TrainingDiverged

__all__ = ["main", "parser"]

INTERRUPTED = 130  # the exit status of a program that Ctrl-C has ended


def parser() -> argparse.ArgumentParser:
    """The options of the command line."""
    whole = argparse.ArgumentParser(
        prog="backprop",
        description=__doc__.replace("::", ":"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = whole.add_subparsers(required=True, metavar="command")
    table = argparse.ArgumentParser(add_help=False)
    table.add_argument("--separator", help="between columns; default: detected")
    add_train(commands.add_parser("train", parents=[table], help="train a network and save it"))
    add_predict(commands.add_parser("predict", parents=[table], help="classes of new samples"))
    add_evaluate(commands.add_parser("evaluate", parents=[table], help="score a saved network"))
    return whole


def add_train(command: argparse.ArgumentParser) -> None:
    """The options of `backprop train`."""
    command.set_defaults(run=train.run)
    command.description = (
        "Train in this process, or on several with --workers or --scheduler (which need Dask: pip "
        "install -r requirements-scale.txt). Ctrl-C ends the training early and saves the network."
    )
    add = command.add_argument
    add("data", nargs="+", type=Path, help="one CSV file, or two IDX files: arrays and labels")
    add("--label", help="name of the column with the classes; default: the last one, if it can be")
    add("--output", type=Path, default=Path("network.npz"), help="default: %(default)s")
    add("--resume", type=Path, metavar="NETWORK", help="resume the training of a saved network")
    network = command.add_argument_group("the network")
    add = network.add_argument
    hidden = [name for name, function in ACTIVATIONS.items() if function.elementwise]
    add("--hidden", nargs="*", type=int, help="neurons of each hidden layer; default: 30")
    add("--activation", choices=hidden, help="of hidden layers; default: relu")
    add("--float32", action="store_true", default=None, help="half the memory, half the traffic")
    training = command.add_argument_group("the training")
    add = training.add_argument
    add("--epochs", type=int, default=20, help="passes over the rows; default: %(default)s")
    add("--batch-size", type=int, default=256, help="rows per step; default: %(default)s")
    add(
        "--optimizer", choices=[name.replace(" ", "-") for name in OPTIMIZERS], help="default: adam"
    )
    rates = ", ".join(f"{kind.usual_rate} with {name}" for name, kind in OPTIMIZERS.items())
    add("--learning-rate", type=float, help=f"default: {rates}")
    add("--test-share", type=float, help="proportion of rows held out for a test; default: 0.2")
    add(
        "--validation-share",
        type=float,
        help="proportion of rows on which the best epoch is chosen; default: 0, the last epoch",
    )
    add("--patience", type=int, help="stop after that many epochs without a smaller loss")
    add("--seed", type=int, help="of all random numbers; default: 0")
    add("--quiet", action="store_true", help="no progress bar")
    where = command.add_argument_group("where").add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, help="number of processes on this computer")
    where.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster, such as tcp://host:8786"
    )


def add_predict(command: argparse.ArgumentParser) -> None:
    """The options of `backprop predict`."""
    command.set_defaults(run=predict.run_predict)
    command.description = (
        "Write the class of each sample, and the probability of every class, as CSV. Columns are "
        "found by their names; others, such as a label, are ignored."
    )
    add = command.add_argument
    add("network", type=Path, help="a file that `backprop train` wrote")
    add("data", type=Path, help="a CSV file with the features, or an IDX file with arrays")
    add("--output", type=Path, help="a CSV file; default: print the table")


def add_evaluate(command: argparse.ArgumentParser) -> None:
    """The options of `backprop evaluate`."""
    command.set_defaults(run=predict.run_evaluate)
    command.description = "Print the accuracy, the loss, and a table of true and predicted classes."
    add = command.add_argument
    add("network", type=Path, help="a file that `backprop train` wrote")
    add("data", nargs="+", type=Path, help="one CSV file, or two IDX files: arrays and labels")
    add("--label", help="name of the column with the classes; default: as in training")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program; on an error, end with a one-line message."""
    options = parser().parse_args(arguments)
    try:
        options.run(options)
    except (OSError, ValueError, ArithmeticError, ImportError) as problem:
        if not isinstance(problem, OSError | ValueError | TrainingDiverged | ImportError):
            raise
        sys.exit(f"backprop: {problem}")
    except KeyboardInterrupt as interruption:
        print(f"backprop: stopped; {interruption or 'nothing was saved'}", file=sys.stderr)
        sys.exit(INTERRUPTED)
