"""Training: epochs of mini-batches, rules for stopping, and a history."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from tqdm import tqdm

from backprop import checks
from backprop.model import Model
from backprop.optimizers import Optimizer

__all__ = [
    "EndedEarly",
    "History",
    "Metric",
    "Rule",
    "TrainingChangedNothing",
    "TrainingDiverged",
    "TrainingInterrupted",
    "batches",
    "below",
    "clip",
    "patience",
    "train",
]

Metric = Callable[[Any], float]
"""Takes the network and returns the number to record."""
Rule = Callable[[Any, dict[str, float]], str | bool | None]
"""Takes the network and an epoch's record. True, or a reason as text, ends the training."""


def train(
    network: Model,
    X: ArrayLike,
    Y: ArrayLike,
    optimizer: Optimizer,
    *,
    epochs: int,
    batch_size: int | None = None,
    generator: np.random.Generator | None = None,
    clip_norm: float | None = None,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    stop: Sequence[Rule] = (),
    metrics: Mapping[str, Metric] | None = None,
    progress: bool | None = None,
) -> History:
    """Train `network` on the rows of X (samples, inputs) and Y (samples, outputs).

    Without `batch_size` each step uses all rows; with it, `generator` shuffles the rows in every
    epoch and each step uses the next `batch_size` of them, the last step the remaining ones.
    Training ends after `epochs` epochs, or earlier if one of the rules in `stop` says so, such as
    `below(0.01)` or `patience(5)`; each is a function of the network and the epoch's record.

    `validation` is a pair X, Y that is measured each epoch and never trained on. With it, the
    parameters of the epoch with the smallest validation loss are restored at the end: early
    stopping. `clip_norm` shortens longer gradients to that length. `metrics` are functions of the
    network, recorded each epoch under their names. A progress bar appears if training takes more
    than two seconds; `progress` turns it on (True) or off (False).

    Raises ValueError for bad data (see the network's check_examples) and settings. Once training
    has begun, every error has the attribute `history`: TrainingDiverged if the loss or a parameter
    is no longer finite, TrainingChangedNothing if no parameter has changed, TrainingInterrupted
    after Ctrl-C, and any error that a rule, a metric or the network raises. The network then has
    finite parameters, the best ones if they are known.
    """
    X, Y = network.check_examples(X, Y)
    check_settings(optimizer, epochs, batch_size, generator, clip_norm)
    with Watch(network, optimizer, epochs, validation, stop, metrics, progress) as watch:
        while watch.next_epoch():
            for X_batch, Y_batch in batches(X, Y, batch_size, generator):
                forward = network.forward(X_batch, training=True)
                watch.record_loss(network.loss_of(forward, Y_batch), len(X_batch))
                network.backward(forward, Y_batch)
                clip(network.gradient, clip_norm)
                optimizer.step(network.parameters, network.gradient)
            watch.end_epoch()
    return watch.history


@dataclass
class History:
    """The course of training: `records`, one per epoch, and `stopped_because`, why it ended.

    Each record has `epoch`, counted from 1; `loss`, the mean of the losses of its batches, each
    measured before its own update, with the penalty, and weighted by its rows; `validation_loss`
    if there is a validation part, without the penalty; and the metrics asked for. The last two are
    measured at the end of the epoch.
    """

    records: list[dict[str, float]] = field(default_factory=list)
    stopped_because: str = ""

    def frame(self) -> pd.DataFrame:
        """The records as a table with the epoch as index."""
        columns = list(self.records[0]) if self.records else ["epoch", "loss"]
        return pd.DataFrame.from_records(self.records, index="epoch", columns=columns)


class EndedEarly(BaseException):
    """An error that ends training. `history` has the completed epochs."""

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the history, so that another process receives it."""
        return type(self), (str(self), self.history)


class TrainingDiverged(EndedEarly, ArithmeticError):
    """The loss or the parameters became NaN or infinite.

    The network has the most recent parameters at the start of an epoch that gave a finite loss, or
    those with the smallest validation loss, if that is measured.
    """


class TrainingChangedNothing(EndedEarly, ArithmeticError):
    """No parameter has changed."""


class TrainingInterrupted(EndedEarly, KeyboardInterrupt):
    """Ctrl-C. The network keeps what it has learned."""


class Watch:
    """Watches the training of a network: its history, its best parameters, and when to stop.

    Used in a `with` block around the loop over the epochs; see `train`.
    """

    def __init__(
        self,
        network: Model,
        optimizer: Optimizer,
        epochs: int,
        validation: tuple[ArrayLike, ArrayLike] | None,
        stop: Sequence[Rule],
        metrics: Mapping[str, Metric] | None,
        progress: bool | None,
    ) -> None:
        self.network, self.optimizer, self.epochs = network, optimizer, epochs
        self.validation = None if validation is None else check_pair(network, validation)
        self.rules, self.metrics, self.progress = check_rules(stop), dict(metrics or {}), progress
        own = {"epoch", "loss"} if validation is None else {"epoch", "loss", "validation_loss"}
        taken = own & self.metrics.keys()
        if taken:
            raise ValueError(f"a metric is named {min(taken)!r}, which is taken: rename it")
        self.history = History()
        self.epoch, self.total, self.rows = 0, 0.0, 0
        # The parameters that the epoch began with, the last ones known to give a finite loss.
        self.safe = network.parameters.copy()
        self.changed = False
        self.best: np.ndarray | None = None
        self.smallest = math.inf

    def __enter__(self) -> Self:
        self.bar = progress_bar(self.epochs, self.progress)
        # What overflows is found by looking whether the losses and parameters are finite.
        self.numbers = np.errstate(over="ignore", invalid="ignore")
        self.numbers.__enter__()
        return self

    def next_epoch(self) -> bool:
        """Whether there is another epoch; if so, begin it."""
        if self.history.stopped_because:
            return False
        if self.epoch == self.epochs:
            self.history.stopped_because = f"all {self.epochs} epochs done"
            return False
        self.epoch, self.total, self.rows = self.epoch + 1, 0.0, 0
        return True

    def record_loss(self, loss: float, rows: int) -> None:
        """Count the loss of a batch. Raises FloatingPointError if it is infinite or NaN."""
        check_loss(loss)
        if self.rows == 0:
            self.safe[...] = self.network.parameters
        self.total, self.rows = self.total + loss * rows, self.rows + rows

    def end_epoch(self) -> None:
        """Record the epoch, and ask the rules. Raises FloatingPointError for NaN and infinity."""
        if not checks.all_finite(self.network.parameters):
            raise FloatingPointError("a parameter became infinite or NaN")
        self.changed = self.changed or not np.array_equal(self.network.parameters, self.safe)
        check_loss(self.total)
        record: dict[str, float] = {"epoch": self.epoch, "loss": self.total / self.rows}
        if self.validation is not None:
            record["validation_loss"] = self.validation_loss(*self.validation)
        record |= {name: metric(self.network) for name, metric in self.metrics.items()}
        self.history.records.append(record)
        self.bar.update()
        # Every rule is asked, since some of them count the epochs.
        reasons = [rule(self.network, record) for rule in self.rules]
        for reason in filter(None, reasons):
            said = reason if isinstance(reason, str) else "a rule said so"
            self.history.stopped_because = f"{said} in epoch {self.epoch}"
            break

    def validation_loss(self, X: Any, Y: np.ndarray) -> float:
        """The loss over the validation part; the parameters of the smallest one are kept."""
        loss = self.network.data_loss(self.network.forward(X), Y)
        check_loss(loss)
        if loss < self.smallest:
            self.smallest, self.best = loss, self.network.parameters.copy()
        return loss

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.numbers.__exit__(kind, problem, traceback)
        self.bar.close()
        parameters = self.network.parameters
        if isinstance(problem, FloatingPointError) or not checks.all_finite(parameters):
            parameters[...] = self.safe
        if self.best is not None:
            parameters[...] = self.best
        if isinstance(problem, FloatingPointError):
            self.history.stopped_because = f"diverged in epoch {self.epoch}"
            raise TrainingDiverged(
                f"training diverged in epoch {self.epoch}: {problem}. The network has its "
                f"parameters from before that epoch. Try a smaller learning rate than "
                f"{self.optimizer.learning_rate}, or scale the inputs",
                self.history,
            ) from None
        if isinstance(problem, KeyboardInterrupt):
            self.history.stopped_because = f"interrupted in epoch {self.epoch}"
            raise TrainingInterrupted(
                f"training was interrupted in epoch {self.epoch}; the network keeps what it has "
                f"learned, and the history is in this error's .history",
                self.history,
            ) from None
        if problem is not None:
            self.history.stopped_because = f"{type(problem).__name__} in epoch {self.epoch}"
            problem.history = self.history  # type: ignore[attr-defined]  # a new attribute
        elif not self.changed:
            raise TrainingChangedNothing(
                f"training has changed no parameter in {self.epoch} epochs: every gradient was 0, "
                f"or too small compared with the parameters to change them. Perhaps every ReLU is "
                f"off, or the learning rate is too small",
                self.history,
            )


# Rules for stopping


def below(target: float) -> Rule:
    """Stop when an epoch's loss is below `target`. Raises ValueError unless that is finite."""
    checks.number(target, "the target of the loss")

    def rule(network: Any, record: dict[str, float]) -> str | None:
        return f"loss below {target}" if record["loss"] < target else None

    return rule


def patience(epochs: int) -> Rule:
    """Stop after that many epochs in a row without a smaller loss.

    With a validation part, its loss is watched, otherwise the training loss. Raises ValueError
    unless `epochs` is a whole number of at least 1.
    """
    checks.whole_number(epochs, "patience")
    smallest, waited = math.inf, 0

    def rule(network: Any, record: dict[str, float]) -> str | None:
        nonlocal smallest, waited
        watched = "validation_loss" if "validation_loss" in record else "loss"
        if record["epoch"] == 1:
            smallest, waited = math.inf, 0
        if record[watched] < smallest:
            smallest, waited = record[watched], 0
        else:
            waited += 1
        name = watched.replace("_", " ")
        return f"no smaller {name} for {epochs} epochs," if waited == epochs else None

    return rule


# The parts of a step


def clip(gradient: np.ndarray, longest: float | None) -> None:
    """Shorten the gradient in place to the length `longest` if it is longer; None means never."""
    if longest is None:
        return
    length = np.linalg.norm(gradient)
    if np.isinf(length):
        # A square overflowed. In units of the largest entry, none does.
        gradient /= np.abs(gradient).max()
        gradient *= longest / np.linalg.norm(gradient)
    elif length > longest:
        gradient *= longest / length


def batches(
    X: np.ndarray,
    Y: np.ndarray,
    batch_size: int | None,
    generator: np.random.Generator | None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """All rows as one batch, or batches of `batch_size` rows in random order until none is left.

    A batch is valid until the next one is requested: all are gathered into the same memory, which
    stays in the processor's cache. A shuffled copy of all rows would be slower and twice as large.
    """
    if batch_size is None:
        yield X, Y
        return
    order = checks.random_generator(generator).permutation(len(X))
    X_batch, Y_batch = np.empty_like(X[:batch_size]), np.empty_like(Y[:batch_size])
    for start in range(0, len(X), batch_size):
        rows = order[start : start + batch_size]
        yield gather(X, rows, X_batch), gather(Y, rows, Y_batch)


def gather(array: np.ndarray, rows: np.ndarray, memory: np.ndarray) -> np.ndarray:
    """These rows of the array, copied to the top of `memory`."""
    # Any mode but the default writes straight to `out`; the rows are within bounds.
    return array.take(rows, axis=0, out=memory[: len(rows)], mode="clip")


def progress_bar(epochs: int, progress: bool | None) -> Any:
    """A bar that appears after two seconds and disappears at the end.

    Unless `progress` is True or False, the environment variable TQDM_DISABLE decides.
    """
    asked: dict[str, Any] = {} if progress is None else {"disable": not progress}
    return tqdm(
        total=epochs,
        desc="training",
        unit="epoch",
        delay=0 if progress else 2,
        leave=False,
        **asked,
    )


def check_loss(loss: float) -> None:
    """Raise FloatingPointError if the loss is infinite or NaN."""
    if not math.isfinite(loss):
        raise FloatingPointError("the loss became infinite or NaN")


def check_settings(
    optimizer: Optimizer,
    epochs: int,
    batch_size: int | None,
    generator: np.random.Generator | None,
    clip_norm: float | None = None,
) -> None:
    """Raise ValueError for settings that make no sense, with value and remedy."""
    if not isinstance(optimizer, Optimizer):
        raise ValueError(
            f"the optimizer is {optimizer!r}: pass an optimizer, such as GradientDescent(0.1)"
        )
    checks.whole_number(epochs, "epochs")
    if clip_norm is not None:
        checks.number(clip_norm, "clip_norm", above=0)
    if batch_size is not None:
        checks.whole_number(batch_size, "batch_size", unit=", or None for all rows")
    if batch_size is not None or generator is not None:
        checks.random_generator(generator)


def check_pair(network: Model, validation: object) -> tuple[Any, np.ndarray]:
    """X and Y of the validation part. Raises ValueError unless it is a pair that fits."""
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise ValueError(
            f"validation is a {type(validation).__name__}, not a pair of arrays: give (X, Y)"
        )
    return network.check_examples(*validation)


def check_rules(stop: object) -> list[Rule]:
    """The rules as a list. Raises ValueError for anything else, such as a single rule."""
    if not isinstance(stop, tuple | list) or not all(map(callable, stop)):
        raise ValueError(f"stop is {stop!r}: give a list of rules, such as [below(0.01)]")
    return list(stop)
