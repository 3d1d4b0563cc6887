"""The gradient of a network, computed by workers that each hold a part of the rows.

A worker keeps a `Part`: its rows and a network. The client keeps a `RemotePart` for each of them,
and `DistributedNetwork` adds their gradients up. It stands in for a network in `training.train`,
which does not know the difference: what it is given in place of rows are their numbers.

The client keeps the rows that it was given. When a worker dies, the part that it held is sent to
another one, which repeats the request that was not answered. Parts are never cut again and always
added up in the same order, so that the result does not depend on what died when.
"""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike

from backprop.distributed import NEEDS_DASK
from backprop.model import Model
from backprop.network import Network
from backprop.optimizers import Optimizer
from backprop.training import History, train

try:
    from dask.distributed import Client, KilledWorker
except ImportError as problem:
    raise ImportError(f"{NEEDS_DASK} ({problem})") from None

__all__ = ["DistributedNetwork", "train_on_workers"]

log = logging.getLogger(__name__)

ATTEMPTS = 3  # workers that may die of the same question before it is to blame
LOOK_AGAIN = 1.0  # seconds between two looks whether a worker that computes is still there
TO_COME = 30.0  # seconds to wait for a first worker, and for one to set up a part that it got


class Part:
    """What a worker keeps: its rows X and Y, and a network to compute with.

    With the parameters that arrive these are three vectors of the network's length: the arriving
    one, the network's own and its gradient.
    """

    def __init__(self, X: np.ndarray, Y: np.ndarray, settings: dict[str, Any]) -> None:
        # What arrives over a network may begin at any byte, and products with numbers that no
        # CPU can address directly take more than twice as long.
        self.X, self.Y = (np.require(rows, requirements=["ALIGNED"]) for rows in (X, Y))
        self.network = Network.from_settings(settings)

    def loss_and_gradient(
        self, parameters: np.ndarray, rows: np.ndarray | None = None
    ) -> tuple[float, np.ndarray]:
        """Loss and gradient over the rows of these numbers, or over all rows of the part."""
        X, Y = (self.X, self.Y) if rows is None else (self.X[rows], self.Y[rows])
        self.network.parameters = parameters
        forward = self.network.forward(X, training=True)
        return self.network.data_loss(forward, Y), self.network.backward(forward, Y)


def settings_of(network: Network) -> dict[str, Any]:
    """What workers need to build the network. The penalty is added once, not by each of them."""
    return network.settings() | {"l2": 0.0}


class RemotePart:
    """The client's end of a part: its rows, and the worker that has them at present."""

    def __init__(self, X: np.ndarray, Y: np.ndarray, settings: dict[str, Any]) -> None:
        self.X, self.Y, self.settings = X, Y, settings
        self.worker = ""

    def place(self, client: Client, workers: list[str]) -> None:
        """Send the rows to the first of these workers that takes them. Raises ConnectionError."""
        for worker in workers:
            with suppress(OSError, CancelledError, KilledWorker):
                # Straight to the worker: by way of the scheduler every row would travel twice. The
                # futures end with this function, and with them the worker's second copy, if any.
                rows = client.scatter(
                    [self.X, self.Y], workers=[worker], direct=True, hash=False, timeout=LOOK_AGAIN
                )
                self.actor_future: Any = client.submit(
                    Part, *rows, self.settings, workers=[worker], actor=True, pure=False
                )
                self.actor = self.actor_future.result(timeout=TO_COME)
                self.worker = worker
                return
        raise ConnectionError(
            f"none of {len(workers)} workers took its {len(self.X)} rows: check "
            f"that this computer reaches the workers' ports, and that the course is installed there"
        )

    @property
    def lost(self) -> bool:
        """Whether the worker, and the part with it, is gone."""
        return bool(self.actor_future.status != "finished")

    def ask(self, *question: object) -> None:
        """Let the worker begin with `Part.loss_and_gradient`, and do not wait for it."""
        self.question = question
        self.call: Any = None
        with suppress(RuntimeError):  # the worker was lost since the last answer
            self.call = self.actor.loss_and_gradient(*question)

    def answer(self) -> tuple[float, np.ndarray] | None:
        """Wait for the answer; None if the worker dies before it."""
        while self.call is not None and not self.lost:
            try:
                answer: tuple[float, np.ndarray] = self.call.result(timeout=LOOK_AGAIN)
                return answer
            except TimeoutError:
                pass  # it still computes, or it is lost: look again
            except OSError:
                return None
        return None


class LossAndGradient(NamedTuple):
    """The `loss` and its `gradient`, which the workers have computed over some rows.

    Both are without the penalty; the gradient is a flat vector.
    """

    loss: float
    gradient: np.ndarray


class DistributedNetwork:
    """A network for `training.train` whose loss and gradient the workers of `client` compute.

    X (samples, inputs) and Y (samples, outputs) are cut into as many parts of nearly equal size as
    there are workers, and sent out once. `rows`, the numbers of all samples, take their place in
    `train`. Raises ValueError for bad data (see Network.check_examples) and for more workers than
    rows, and ConnectionError where no worker takes a part.
    """

    def __init__(self, client: Client, network: Network, X: ArrayLike, Y: ArrayLike) -> None:
        X, Y = network.check_examples(X, Y)
        workers = living(client)
        if len(workers) > len(X):
            raise ValueError(
                f"there are {len(workers)} workers and only {len(X)} rows, and each worker needs "
                f"one at least: use fewer workers; so few rows need no more than one process"
            )
        self.client, self.network = client, network
        self.parameters, self.gradient = network.parameters, network.gradient
        self.rows = np.arange(len(X))
        self.starts = [len(X) * number // len(workers) for number in range(len(workers) + 1)]
        self.parts = []
        settings = settings_of(network)
        for start, stop, worker in zip(self.starts, self.starts[1:], workers):
            self.parts.append(RemotePart(X[start:stop], Y[start:stop], settings))
            self.parts[-1].place(client, [worker, *(w for w in workers if w != worker)])

    def forward(self, rows: np.ndarray, training: bool = False) -> LossAndGradient:
        """Have loss and gradient computed over the samples of these numbers: Σ (nᵢ / n) gᵢ.

        With a loss that is a sum over samples, in place of a mean, each part counts whole.
        """
        asked = []
        for part, start, stop in zip(self.parts, self.starts, self.starts[1:]):
            own = rows[(rows >= start) & (rows < stop)] - start
            if own.size:
                # The numbers of all rows, as in a full batch, need not travel.
                part.ask(self.parameters, None if len(rows) == len(self.rows) else own)
                asked.append((part, self.network.loss.share(own.size, len(rows))))
        loss, gradient = 0.0, np.zeros_like(self.gradient)
        for part, share in asked:
            of_part, gradient_of_part = self.answer_of(part)
            loss += share * of_part
            gradient += share * gradient_of_part
        return LossAndGradient(loss, gradient)

    def answer_of(self, part: RemotePart) -> tuple[float, np.ndarray]:
        """The part's answer, from another worker if the first one dies. Raises ConnectionError."""
        for _ in range(ATTEMPTS):
            answer = part.answer()
            if answer is not None:
                return answer
            lost = part.worker
            part.place(self.client, self.next_workers(part))
            log.warning("lost %s: its %d rows go to %s", lost, len(part.X), part.worker)
            part.ask(*part.question)
        raise ConnectionError(
            f"{ATTEMPTS} workers in a row were lost while they computed with the same "
            f"{len(part.X)} rows: perhaps these and the network are too large for the memory of a "
            f"worker; use more workers, smaller batches or float32"
        )

    def next_workers(self, lost: RemotePart) -> list[str]:
        """Who may take over, the one with the fewest parts first, and last the one just lost."""
        busy = [part.worker for part in self.parts]
        return sorted(living(self.client), key=lambda w: (w == lost.worker, busy.count(w)))

    def data_loss(self, forward: LossAndGradient, rows: np.ndarray) -> float:
        """The loss over the rows of a forward pass, without the penalty."""
        return forward.loss

    def loss_of(self, forward: LossAndGradient, rows: np.ndarray) -> float:
        """The loss over the rows of a forward pass, with the penalty."""
        return forward.loss + self.network.penalty()

    def backward(self, forward: LossAndGradient, rows: np.ndarray) -> np.ndarray:
        """The gradient over the rows of a forward pass, which the workers have computed already."""
        self.gradient[...] = forward.gradient
        if self.network.l2:
            self.gradient += self.network.l2 * np.where(
                self.network.penalized, self.parameters, self.network.dtype.type(0)
            )
        return self.gradient

    def check_examples(self, rows: np.ndarray, _: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of the samples twice; what they stand for was checked before it was sent."""
        return rows, rows


def living(client: Client) -> list[str]:
    """The addresses of the workers. Raises ConnectionError if none appears within a while."""
    try:
        client.wait_for_workers(1, timeout=TO_COME)
    except TimeoutError:
        raise ConnectionError(
            f"the scheduler has no workers, and none came within {TO_COME:g} s: start some with "
            f"`dask worker {client.scheduler.address}`"
        ) from None
    return sorted(client.nthreads())


def train_on_workers(
    client: Client,
    network: Network,
    X: ArrayLike,
    Y: ArrayLike,
    optimizer: Optimizer,
    **settings: Any,
) -> History:
    """Train `network` as `training.train` does, with the gradients of the workers of `client`.

    The settings are those of `train`, apart from the validation part. With the same generator the
    batches are the same, and so is the result, up to rounding. Raises what `train` and
    `DistributedNetwork` raise.
    """
    if settings.get("validation") is not None:
        raise ValueError("a validation part is not measured on workers: leave validation out")
    distributed = DistributedNetwork(client, network, X, Y)
    return train(
        cast(Model, distributed), distributed.rows, distributed.rows, optimizer, **settings
    )
