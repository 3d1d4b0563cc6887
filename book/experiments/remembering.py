"""Measure how long recurrent networks can remember the first bit of a sequence.

A network with 20 neurons reads random bits, as −1 and +1, and at the end predicts the first one. It
trains with Adam (0.01) on 50 new sequences per update, with gradients clipped at 1. The PROGRAMS
differ in how the network starts, in the number of updates, and in the kind of network: an Elman
network as the package draws it, one whose weights from the inputs are a fifth of that, one with an
orthogonal W as well, and a gated recurrent unit whose keep gate has the bias 0 or 3. The run takes
about ten minutes on two cores:

    python book/experiments/remembering.py

Chapter 13 reads `remembering.csv`. Its columns are the program, the steps of the sequences, the
seed, the accuracy on 1,000 test sequences, and two numbers from before the training, on sequences
of 40 steps: `factor`, by which the gradient with respect to the state changes per step backwards,
on average over 39 steps, and `slope`, the mean of tanh′ at the states or candidates.
"""

from pathlib import Path

import numpy as np
from results import run_all, store

from backprop.gru import GRUNetwork
from backprop.layers.gated import gru_step_back
from backprop.optimizers import Adam
from backprop.through_time import ElmanNetwork
from backprop.training import train

RESULTS = Path(__file__).with_suffix(".csv")
LENGTHS, SEEDS, NEURONS = (10, 20, 40), range(10), 20
PROGRAMS = {
    "Elman, as drawn": {},
    "as drawn, 1,600 updates": {"updates": 1600},
    "U · 0.2": {"input_factor": 0.2},
    "orthogonal W, U · 0.2": {"input_factor": 0.2, "orthogonal": True},
    "GRU, keep bias 0": {"keep_bias": 0.0},
    "GRU, keep bias 3": {"keep_bias": 3.0},
}


def settings() -> list[tuple[str, int, int]]:
    """Program, steps and seed of every run."""
    return [(program, steps, seed) for program in PROGRAMS for steps in LENGTHS for seed in SEEDS]


def run(program: str, steps: int, seed: int) -> dict[str, object]:
    """One line of the results."""
    accuracy, factor, slope = trained(steps, seed, **PROGRAMS[program])
    return {
        "program": program,
        "steps": steps,
        "seed": seed,
        "test_accuracy": accuracy,
        "factor": round(factor, 3),
        "slope": round(slope, 3),
    }


def draw_network(
    generator: np.random.Generator,
    *,
    keep_bias: float | None = None,
    input_factor: float = 1.0,
    orthogonal: bool = False,
) -> ElmanNetwork | GRUNetwork:
    """An untrained network; gated if there is a `keep_bias`."""
    output = {"loss": "binary cross-entropy", "generator": generator}
    if keep_bias is not None:
        return GRUNetwork(1, NEURONS, 1, "sigmoid", keep_bias=keep_bias, **output)
    network = ElmanNetwork(1, NEURONS, 1, ("tanh", "sigmoid"), **output)
    network.U *= input_factor
    if orthogonal:
        network.W, _ = np.linalg.qr(generator.normal(size=(NEURONS, NEURONS)))
    return network


def random_bits(generator: np.random.Generator, samples: int, steps: int) -> np.ndarray:
    """Bits, 0 or 1, of shape (samples, steps, 1)."""
    return generator.integers(2, size=(samples, steps, 1))


def trained(
    steps: int, seed: int, *, updates: int = 400, **start: object
) -> tuple[float, float, float]:
    """Train on new bits at each update: the test accuracy, and the two numbers from before."""
    generator = np.random.default_rng(seed)
    network = draw_network(generator, **start)
    before = gradient_factor(network)
    optimizer = Adam(0.01)
    for _ in range(updates):
        bits = random_bits(generator, 50, steps)
        train(
            network,
            2.0 * bits - 1,
            bits[:, 0],
            optimizer,
            epochs=1,
            clip_norm=1.0,
            progress=False,
        )
    test = random_bits(generator, 1000, steps)
    right = (network.predict(2.0 * test - 1) > 0.5) == test[:, 0]
    return float(right.mean()), *before


def gradient_factor(network: ElmanNetwork | GRUNetwork, steps: int = 40) -> tuple[float, float]:
    """The factor per step of the gradient with respect to the state, and the mean of tanh′.

    With its own generator, so that the training of all programs starts from the same draws.
    """
    bits = random_bits(np.random.default_rng(0), 200, steps)
    forward = network.forward(2.0 * bits - 1)
    G = last = network.output_delta(forward, bits[:, 0]) @ network.V.T
    gated = isinstance(network, GRUNetwork)
    for t in reversed(range(1, steps)):
        H, new = forward.states[:, t], forward.states[:, t + 1]
        if gated:
            gates = tuple(forward.gates[:, :, t])
            G, *_ = gru_step_back(G, H, gates, network.W_keep, network.W_reset, network.W)
        else:
            G = (G * (1 - new**2)) @ network.W.T
    first, at_end = (np.linalg.norm(part, axis=1).mean() for part in (G, last))
    bent = forward.gates[2] if gated else forward.states[:, 1:]
    return float((first / at_end) ** (1 / (steps - 1))), float((1 - bent**2).mean())


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
