"""Compare memories of digits: trained networks with cycles, and networks with formulas.

Each of ten trials stores a different set of 20 handwritten digits, two of each kind, as chapter 12
does: 14 × 14 pixels, ink 1 or paper −1. Every method then restores 200 damaged copies for each
proportion of missing pixels; within a trial all methods get the same damage. Networks train with 60
% missing. In the last three methods a random 60 % of the connections are cut, the same ones for all
three. A training run ends early if a pass no longer converges; all networks are read after 50
steps. The run takes about three minutes on two cores:

    python book/experiments/memories.py

Chapter 12 reads `memories.csv`. Its columns are the trial, the method, for networks with cycles the
number of updates and how often the 20 rows were multiplied by W or its transpose in training, and
the shares of digits restored completely.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from results import Line, run_all, store
from threadpoolctl import threadpool_limits

from backprop.datasets import load_digits
from backprop.fixed_point import DidNotConverge, FixedPoint, FixedPointNetwork
from backprop.network import Network
from backprop.optimizers import Adam

RESULTS = Path(__file__).with_suffix(".csv")
TRIALS = range(10)
PIXELS = 196
MISSING = (0.3, 0.5, 0.7, 0.8, 0.9)
COPIES = 10
TARGET = 0.9  # tanh cannot reach 1
GAIN = 2.0  # the factor of the formula's weights, so that tanh gets close to 1
STEPS = 50  # of the memories with formulas, which need not converge
KEPT = 0.4  # the share of connections that are not cut

Restore = Callable[[np.ndarray], np.ndarray]


class Counting(FixedPointNetwork):
    """A network that counts how often rows are multiplied by W or its transpose."""

    products = 0
    updates = 0

    def forward(self, X: np.ndarray, training: bool = False) -> FixedPoint:
        """The fixed point; each step is a product."""
        point = super().forward(X, training)
        self.products += point.steps
        return point

    def deltas(self, forward: FixedPoint, Y: np.ndarray) -> tuple[np.ndarray, int]:
        """The deltas; each step is a product, and the gradient of W is one more."""
        delta, steps = super().deltas(forward, Y)
        self.products += steps + 1
        return delta, steps


def stored_patterns(trial: int) -> np.ndarray:
    """The 20 patterns of a trial, (patterns, pixels): the next two images of each digit."""
    training, _ = load_digits()
    images = slice(2 * trial, 2 * trial + 2)
    chosen = np.concatenate(
        [np.flatnonzero(training.labels == digit)[images] for digit in range(10)]
    )
    small = training.X[chosen].reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, PIXELS)
    return np.where(small > 0.3, 1.0, -1.0)


def erased(generator: np.random.Generator, patterns: np.ndarray, share: float) -> np.ndarray:
    """The patterns with each pixel set to 0 with the probability `share`."""
    return np.where(generator.random(patterns.shape) < share, 0.0, patterns)


def all_others() -> np.ndarray:
    """The connections if none is cut: all but those from a neuron to itself."""
    return 1.0 - np.eye(PIXELS)


def some_others(seed: int) -> np.ndarray:
    """The connections that remain after the others are cut at random."""
    return all_others() * (np.random.default_rng(seed).random((PIXELS, PIXELS)) < KEPT)


def trained(
    S: np.ndarray, seed: int, updates: int, connections: np.ndarray | None = None
) -> Counting:
    """A trained memory; training ends early if a pass no longer converges.

    Without `connections` all weights are trained, including those of a neuron to itself.
    """
    generator = np.random.default_rng(seed)
    allowed = np.ones((PIXELS, PIXELS)) if connections is None else connections
    scale = 0.3 / np.sqrt(allowed.sum(axis=0).mean())
    W = generator.normal(scale=scale, size=(PIXELS, PIXELS)) * allowed
    network = Counting(W, np.eye(PIXELS), outputs=PIXELS, tolerance=1e-3)
    optimizer = Adam(0.002)
    for _ in range(updates):
        try:
            network.backward(network.forward(erased(generator, S, 0.6)), TARGET * S)
        except DidNotConverge:
            break
        network.dU[...] = 0.0
        network.dW[...] *= allowed
        optimizer.step(network.parameters, network.gradient)
        network.updates += 1
    return network


def layers(S: np.ndarray, seed: int, updates: int) -> Network:
    """A feed-forward network with one hidden layer, trained on the same kind of damage."""
    generator = np.random.default_rng(seed)
    network, optimizer = Network([PIXELS] * 3, "tanh", generator=generator), Adam(0.006)
    for _ in range(updates):
        gradient = network.backward(network.forward(erased(generator, S, 0.6)), TARGET * S)
        optimizer.step(network.parameters, gradient)
    return network


def pseudo_inverse(S: np.ndarray) -> np.ndarray:
    """The formula's weights: those that map each pattern to itself, without the diagonal."""
    W: np.ndarray = np.linalg.pinv(S) @ S * all_others()
    return W


def neuron_by_neuron(S: np.ndarray, connections: np.ndarray) -> np.ndarray:
    """The same with connections cut: a pseudo-inverse for each neuron's own inputs."""
    W = np.zeros((PIXELS, PIXELS))
    for neuron in range(PIXELS):
        inputs = np.flatnonzero(connections[:, neuron])
        W[inputs, neuron] = np.linalg.pinv(S[:, inputs]) @ S[:, neuron]
    return W


def with_signs(W: np.ndarray) -> Restore:
    """A memory of neurons that are −1 or 1, started at the damaged image."""

    def restore(given: np.ndarray) -> np.ndarray:
        state = given
        for _ in range(STEPS):
            state = np.sign(state @ W)
        return state

    return restore


def with_tanh(W: np.ndarray, b: np.ndarray | float = 0.0, gain: float = 1.0) -> Restore:
    """The chapter's memory, stopped after some steps, since not every one converges."""

    def restore(given: np.ndarray) -> np.ndarray:
        state = np.zeros_like(given)
        for _ in range(STEPS):
            state = np.tanh(gain * (state @ W + given + b))
        return state

    return restore


def nearest(S: np.ndarray) -> Restore:
    """The stored pattern that agrees with the given pixels best."""
    return lambda given: S[(given @ S.T).argmax(axis=1)]


def makers(S: np.ndarray, trial: int) -> dict[str, Callable[[], Restore | Counting]]:
    """Every method by name: a function that finds its weights and returns its restoration."""
    cut = some_others(trial)
    hopfield = S.T @ S / PIXELS * all_others()
    return {
        "nearest pattern": lambda: nearest(S),
        "Hopfield's rule": lambda: with_signs(hopfield),
        "formula, −1 or 1": lambda: with_signs(pseudo_inverse(S)),
        "formula, tanh": lambda: with_tanh(pseudo_inverse(S), gain=GAIN),
        "trained, 150 updates": lambda: trained(S, trial, 150),
        "trained, 600 updates": lambda: trained(S, trial, 600),
        "two layers, 1,800 updates": lambda: layers(S, trial, 1800).predict,
        "cut: formula": lambda: with_tanh(pseudo_inverse(S) * cut / KEPT, gain=GAIN),
        "cut: formula per neuron": lambda: with_tanh(neuron_by_neuron(S, cut), gain=GAIN),
        "cut: trained, 600 updates": lambda: trained(S, trial, 600, cut),
    }


def scores(restore: Restore, S: np.ndarray, trial: int) -> dict[str, float]:
    """The share of digits restored completely, for each share of missing pixels."""
    whole, found = np.tile(S, (COPIES, 1)), {}
    for share in MISSING:
        damaged = erased(np.random.default_rng(100 + trial), whole, share)
        right = ((restore(damaged) > 0) == (whole > 0)).all(axis=1)
        found[f"missing_{share:.0%}".rstrip("%")] = round(float(right.mean()), 4)
    return found


def run(trial: int, method: str) -> Line:
    """One line of the results."""
    S = stored_patterns(trial)
    with threadpool_limits(1):
        memory = makers(S, trial)[method]()
        counted = isinstance(memory, Counting)
        restore = with_tanh(memory.W, memory.b) if counted else memory
        return {
            "trial": trial,
            "method": method,
            "updates": memory.updates if counted else 0,
            "products": memory.products if counted else 0,
        } | scores(restore, S, trial)


def settings() -> list[tuple[int, str]]:
    """Trial and method of every line."""
    methods = list(makers(np.ones((1, PIXELS)), 0))
    return [(trial, method) for trial in TRIALS for method in methods]


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
