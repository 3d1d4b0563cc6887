"""Training: epochs of mini-batches, rules for stopping, and a history of what happened."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from tqdm import tqdm

from backprop.network import Network, all_finite
from backprop.optimizers import Optimizer


@dataclass
class History:
    """What happened in training: a record an epoch, and why it ended.

    Each record has `epoch`, counted from 1, `loss` (the mean of the losses of its batches, each
    measured before its own update and weighted by its rows), `validation_loss` if there is a
    validation part, and the metrics asked for, both measured at the end of the epoch.
    """

    records: list[dict[str, float]] = field(default_factory=list)
    stopped_because: str = ""

    def frame(self) -> pd.DataFrame:
        """The records as a table with the epoch as index."""
        columns = list(self.records[0]) if self.records else ["epoch", "loss"]
        return pd.DataFrame.from_records(self.records, index="epoch", columns=columns)


class TrainingDiverged(ArithmeticError):
    """The loss or the parameters became NaN or infinite.

    The network has the last parameters that an epoch began with and that gave a finite loss, or
    those with the smallest validation loss, where that is measured. `history` has the epochs that
    ended well.
    """

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history


def train(
    network: Network,
    X: ArrayLike,
    Y: ArrayLike,
    optimizer: Optimizer,
    *,
    epochs: int,
    batch_size: int | None = None,
    generator: np.random.Generator | None = None,
    target_loss: float | None = None,
    patience: int | None = None,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    clip_norm: float | None = None,
    metrics: Mapping[str, Callable[[Network], float]] | None = None,
    callbacks: Sequence[Callable[[Network, dict[str, float]], bool | None]] = (),
    progress: bool | None = None,
) -> History:
    """Train `network` on the rows of X (samples, inputs) and Y (samples, outputs).

    Without `batch_size` each step uses all rows; with it, `generator` shuffles the rows anew every
    epoch and each step uses the next `batch_size` of them, the last step what is left. Training
    ends after `epochs` epochs, or earlier when an epoch's loss is below `target_loss`, or when
    `patience` epochs in a row brought no smaller loss, or when a callback says so.

    `validation` is a pair X, Y that is measured each epoch and never trained on. With it,
    `patience` watches its loss, and the parameters of the epoch with the smallest one are
    restored at the end: early stopping. `clip_norm` shortens a gradient that is longer than that.
    `metrics` are functions of the network, recorded each epoch under their names; `callbacks` get
    the network and the record of each epoch, and end the training by returning True. A progress
    bar appears on runs longer than two seconds; `progress` says always (True) or never (False).

    Raises ValueError for bad data (see Network.check_examples) and settings, and TrainingDiverged,
    with finite parameters put back into the network, when the numbers leave the finite range.
    """
    X, Y = network.check_examples(X, Y)
    if validation is not None:
        validation = network.check_examples(*validation)
    check_settings(epochs, batch_size, generator, target_loss, patience, clip_norm)
    watched = "loss" if validation is None else "validation_loss"
    metrics = dict(metrics or {})
    taken = {"epoch", "loss", watched} & metrics.keys()
    if taken:
        raise ValueError(f"a metric has the name {min(taken)!r}, which is taken: give another one")
    history = History(stopped_because=f"all {epochs} epochs done")
    smallest, epochs_without_improvement = np.inf, 0
    safe = network.parameters.copy()
    best = None

    for epoch in progress_bar(epochs, progress):
        record = {"epoch": epoch}
        try:
            # What overflows is found by looking whether the losses and parameters are finite.
            with np.errstate(over="ignore", invalid="ignore"):
                epoch_batches = batches(X, Y, batch_size, generator)
                loss = train_epoch(network, epoch_batches, optimizer, safe, clip_norm)
                record["loss"] = loss
                if validation is not None:
                    record["validation_loss"] = finite_loss(network, *validation)
        except FloatingPointError as problem:
            network.parameters[...] = safe if best is None else best
            history.stopped_because = f"diverged in epoch {epoch}"
            raise TrainingDiverged(
                f"training diverged in epoch {epoch}: {problem}. The network has its parameters "
                f"from before that. Try a smaller learning rate than {optimizer.learning_rate}, "
                f"or scale the inputs",
                history,
            ) from None
        record |= {name: metric(network) for name, metric in metrics.items()}
        history.records.append(record)
        if record[watched] < smallest:
            smallest, epochs_without_improvement = record[watched], 0
            if validation is not None:
                best = network.parameters.copy()
        else:
            epochs_without_improvement += 1
        # A list, so that every callback is called.
        callback_said_so = any([callback(network, record) for callback in callbacks])

        if target_loss is not None and loss < target_loss:
            history.stopped_because = f"loss below {target_loss} in epoch {epoch}"
            break
        if epochs_without_improvement == patience:
            name = watched.replace("_", " ")
            history.stopped_because = f"no smaller {name} for {patience} epochs, in epoch {epoch}"
            break
        if callback_said_so:
            history.stopped_because = f"a callback said so in epoch {epoch}"
            break
    if best is not None:
        network.parameters[...] = best
    return history


def train_epoch(
    network: Network,
    batches: Iterator[tuple[np.ndarray, np.ndarray]],
    optimizer: Optimizer,
    safe: np.ndarray,
    clip_norm: float | None = None,
) -> float:
    """One update for each batch; the mean loss over their rows, each taken before its update.

    `safe` takes the parameters that the epoch began with, once their first loss is known to be
    finite. Raises FloatingPointError where a loss or a parameter is not.
    """
    total, rows = 0.0, 0
    for X, Y in batches:
        loss = finite_loss(network, X, Y)
        if rows == 0:
            safe[...] = network.parameters
        network.backward(Y)
        if clip_norm is not None:
            clip(network.gradient, clip_norm)
        optimizer.step(network.parameters, network.gradient)
        total, rows = total + loss * len(X), rows + len(X)
    if not all_finite(network.parameters):
        raise FloatingPointError("a parameter became infinite or NaN")
    return total / rows


def finite_loss(network: Network, X: np.ndarray, Y: np.ndarray) -> float:
    """The loss over the rows of X and Y, after a forward pass.

    Raises FloatingPointError where it is infinite or NaN.
    """
    network.forward(X)
    loss = network.current_loss(Y)
    if not math.isfinite(loss):
        raise FloatingPointError("the loss became infinite or NaN")
    return loss


def clip(gradient: np.ndarray, longest: float) -> None:
    """Shorten the gradient in place to the length `longest` if it is longer, in its direction."""
    length = np.linalg.norm(gradient)
    if np.isinf(length):
        # A square overflowed. With the largest entry as the unit none does.
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
    """All rows as one batch, or in random order `batch_size` at a time until none is left.

    A batch is valid until the next one is asked for: all are gathered into the same memory, which
    stays in the processor's cache. A shuffled copy of all rows would be slower and twice as large.
    """
    if batch_size is None:
        yield X, Y
        return
    order = generator.permutation(len(X))
    X_batch, Y_batch = np.empty_like(X[:batch_size]), np.empty_like(Y[:batch_size])
    for start in range(0, len(X), batch_size):
        rows = order[start : start + batch_size]
        yield gather(X, rows, X_batch), gather(Y, rows, Y_batch)


def gather(array: np.ndarray, rows: np.ndarray, memory: np.ndarray) -> np.ndarray:
    """These rows of the array, copied to the top of `memory`."""
    # Any mode but the default writes straight to `out`; the rows are within bounds.
    return array.take(rows, axis=0, out=memory[: len(rows)], mode="clip")


def progress_bar(epochs: int, progress: bool | None) -> Iterator[int]:
    """The epochs 1, 2, …, with a bar that shows itself after two seconds and then goes away.

    Unless `progress` says always or never, the environment variable TQDM_DISABLE is heeded.
    """
    asked = {} if progress is None else {"disable": not progress}
    return tqdm(
        range(1, epochs + 1),
        desc="training",
        unit="epoch",
        delay=0 if progress else 2,
        leave=False,
        **asked,
    )


def check_settings(
    epochs: int,
    batch_size: int | None,
    generator: np.random.Generator | None,
    target_loss: float | None = None,
    patience: int | None = None,
    clip_norm: float | None = None,
) -> None:
    """Raise ValueError for settings that cannot be meant, with the value and the remedy."""
    check_count(epochs, "epochs", "")
    if target_loss is not None and not math.isfinite(target_loss):
        raise ValueError(f"target_loss is {target_loss}: give a finite number, or None")
    if patience is not None:
        check_count(patience, "patience", " epochs, or None")
    if clip_norm is not None and not 0 < clip_norm < np.inf:
        raise ValueError(f"clip_norm is {clip_norm}: give a finite number greater than 0, or None")
    if batch_size is None:
        return
    check_count(batch_size, "batch_size", " rows, or None for all rows")
    if not isinstance(generator, np.random.Generator):
        raise ValueError(
            f"generator is {generator!r}, and mini-batches are drawn at random: pass "
            f"generator=np.random.default_rng(seed)"
        )


def check_count(value: int, name: str, unit: str) -> None:
    """Raise ValueError unless the value is a whole number of at least 1."""
    if not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} is {value}: give a whole number, 1 or more{unit}")
