"""The gradient of a network, computed by workers, each with a part of the rows.

A worker has a `Part`: its rows and a network. The client has a `RemotePart` for each of them, and
`DistributedNetwork` adds up their gradients. It replaces the network in `training.train`, which
does not notice the difference: it receives the indices of rows in place of the rows.

The client keeps all rows. If a worker dies, its part is sent to another one, which repeats the
unanswered request. Parts are never divided again and are always added up in the same order, so the
result does not depend on which worker dies when.
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

ATTEMPTS = 3  # workers lost to the same request before the request is blamed
LOOK_AGAIN = 1.0  # seconds between checks that a busy worker is still alive
TO_COME = 30.0  # seconds to wait for a first worker, and for a worker to set up its part


class Part:
    """A worker's data: its rows X and Y, and a network to compute with.

    Together with the parameters that arrive, it needs three vectors of the network's length: the
    arriving one, the network's own and its gradient.
    """

    def __init__(self, X: np.ndarray, Y: np.ndarray, settings: dict[str, Any]) -> None:
        # Data that arrive over a network may begin at any byte, and products with numbers at
        # addresses that do not suit the CPU take more than twice as long.
        self.X, self.Y = (np.require(rows, requirements=["ALIGNED"]) for rows in (X, Y))
        self.network = Network.from_settings(settings)

    def loss_and_gradient(
        self, parameters: np.ndarray, rows: np.ndarray | None = None
    ) -> tuple[float, np.ndarray]:
        """Loss and gradient over the rows with these indices, or over all rows of the part."""
        X, Y = (self.X, self.Y) if rows is None else (self.X[rows], self.Y[rows])
        self.network.parameters = parameters
        forward = self.network.forward(X, training=True)
        return self.network.data_loss(forward, Y), self.network.backward(forward, Y)


def settings_of(network: Network) -> dict[str, Any]:
    """The settings from which workers build the network. The client adds the penalty, once."""
    return network.settings() | {"l2": 0.0}


class RemotePart:
    """The client's end of a part: its rows, and the worker that has them now."""

    def __init__(self, X: np.ndarray, Y: np.ndarray, settings: dict[str, Any]) -> None:
        self.X, self.Y, self.settings = X, Y, settings
        self.worker = ""

    def place(self, client: Client, workers: list[str]) -> None:
        """Send the rows to the first of these workers that accepts them. Raises ConnectionError."""
        for worker in workers:
            with suppress(OSError, CancelledError, KilledWorker):
                # Directly to the worker: through the scheduler, every row would travel twice. The
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
            f"none of {len(workers)} workers accepted its {len(self.X)} rows: check that this "
            f"computer reaches the workers' ports, and that the course is installed there"
        )

    @property
    def lost(self) -> bool:
        """Whether the worker, and the part with it, is lost."""
        return bool(self.actor_future.status != "finished")

    def ask(self, *question: object) -> None:
        """Start `Part.loss_and_gradient` on the worker, without waiting for it."""
        self.question = question
        self.call: Any = None
        with suppress(RuntimeError):  # the worker was lost since the last answer
            self.call = self.actor.loss_and_gradient(*question)

    def answer(self) -> tuple[float, np.ndarray] | None:
        """Wait for the answer; None if the worker dies first."""
        while self.call is not None and not self.lost:
            try:
                answer: tuple[float, np.ndarray] = self.call.result(timeout=LOOK_AGAIN)
                return answer
            except TimeoutError:
                pass  # the worker is still computing, or lost: check again
            except OSError:
                return None
        return None


class LossAndGradient(NamedTuple):
    """The `loss` and its `gradient`, computed by the workers over some rows.

    Both are without the penalty; the gradient is a flat vector.
    """

    loss: float
    gradient: np.ndarray


class DistributedNetwork:
    """A network for `training.train` with loss and gradient computed by the workers of `client`.

    X (samples, inputs) and Y (samples, outputs) are divided into as many parts of nearly equal size
    as there are workers, and sent out once. `rows`, the indices of all samples, replace them in
    `train`. Raises ValueError for bad data (see Network.check_examples) and for more workers than
    rows, and ConnectionError if no worker accepts a part.
    """

    def __init__(self, client: Client, network: Network, X: ArrayLike, Y: ArrayLike) -> None:
        X, Y = network.check_examples(X, Y)
        workers = living(client)
        if len(workers) > len(X):
            raise ValueError(
                f"there are {len(workers)} workers but only {len(X)} rows, and each worker needs "
                f"at least one: use fewer workers; for so few rows one process is enough"
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
        """Compute loss and gradient over the samples with these indices: Σ (nᵢ / n) gᵢ.

        With a loss that is a sum over samples instead of a mean, each part has the weight 1.
        """
        asked = []
        for part, start, stop in zip(self.parts, self.starts, self.starts[1:]):
            own = rows[(rows >= start) & (rows < stop)] - start
            if own.size:
                # The indices of all rows, as in a full batch, need not be sent.
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
        """The workers that may take over: fewest parts first, and the one just lost last."""
        busy = [part.worker for part in self.parts]
        return sorted(living(self.client), key=lambda w: (w == lost.worker, busy.count(w)))

    def data_loss(self, forward: LossAndGradient, rows: np.ndarray) -> float:
        """The loss over the rows of a forward pass, without the penalty."""
        return forward.loss

    def loss_of(self, forward: LossAndGradient, rows: np.ndarray) -> float:
        """The loss over the rows of a forward pass, with the penalty."""
        return forward.loss + self.network.penalty()

    def backward(self, forward: LossAndGradient, rows: np.ndarray) -> np.ndarray:
        """The gradient over the rows of a forward pass, already computed by the workers."""
        self.gradient[...] = forward.gradient
        if self.network.l2:
            self.gradient += self.network.l2 * np.where(
                self.network.penalized, self.parameters, self.network.dtype.type(0)
            )
        return self.gradient

    def check_examples(self, rows: np.ndarray, _: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The indices of the samples, twice; the samples were checked before they were sent."""
        return rows, rows


def living(client: Client) -> list[str]:
    """The addresses of the workers. Raises ConnectionError if none appears in time."""
    try:
        client.wait_for_workers(1, timeout=TO_COME)
    except TimeoutError:
        raise ConnectionError(
            f"the scheduler has no workers, and none appeared within {TO_COME:g} s: start some "
            f"with `dask worker {client.scheduler.address}`"
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

    The settings are those of `train`, except the validation part. With the same generator the
    batches are the same, and so is the result, up to rounding. Raises the errors of `train` and
    `DistributedNetwork`.
    """
    if settings.get("validation") is not None:
        raise ValueError("a validation part is not available on workers: leave validation out")
    distributed = DistributedNetwork(client, network, X, Y)
    return train(
        cast(Model, distributed), distributed.rows, distributed.rows, optimizer, **settings
    )
