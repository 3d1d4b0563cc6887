"""Measure the results of the XOR networks of chapter 4, start by start.

Each run is the chapter's own program with a learning rate of 1. The three networks are one without
a hidden layer (2-2) and two with two and three hidden neurons (2-2-2, 2-3-2). Each starts from 100
seeds, with weights drawn uniformly from 0 to 1, and the single layer from as many starts with
weights from −3 to 3. After 2,000 and after 20,000 epochs the correctly classified examples are
counted, and the loss is computed. The run takes about two minutes on two cores:

    python book/experiments/xor_starts.py

Chapter 4 reads `xor_starts.csv`. Its columns are the network, the range of the initial weights, the
seed, the epochs, the number of right answers of four, and the loss L of the final weights.
"""

from itertools import product
from pathlib import Path
from random import Random

from results import run_all, store

from backprop import loops

RESULTS = Path(__file__).with_suffix(".csv")
EXAMPLES = [([0.0, 0.0], 0), ([0.0, 1.0], 1), ([1.0, 0.0], 1), ([1.0, 1.0], 0)]
SMALL, WIDE = "0 to 1", "-3 to 3"
NETWORKS = {"2-2": [2, 2], "2-2-2": [2, 2, 2], "2-3-2": [2, 3, 2]}
SEEDS, CHECKPOINTS, LEARNING_RATE = range(100), (2000, 20_000), 1.0


def settings() -> list[tuple[str, str, int]]:
    """Network, range of the initial weights and seed of every run."""
    return [*product(NETWORKS, [SMALL], SEEDS), *product(["2-2"], [WIDE], SEEDS)]


def run(name: str, weights: str, seed: int) -> list[dict[str, object]]:
    """One line after each number of epochs."""
    network = loops.initialize_network(NETWORKS[name], Random(seed))
    if weights == WIDE:
        for neuron in (neuron for layer in network for neuron in layer):
            neuron["weights"] = [6 * weight - 3 for weight in neuron["weights"]]
    lines, done = [], 0
    for epochs in CHECKPOINTS:
        loops.train_network(network, EXAMPLES, LEARNING_RATE, epochs - done)
        done = epochs
        right = sum(loops.predict(network, inputs) == label for inputs, label in EXAMPLES)
        lines.append(
            {
                "network": name,
                "weights": weights,
                "seed": seed,
                "epochs": epochs,
                "right": right,
                "loss": round(loss(network), 4),
            }
        )
    return lines


def loss(network: loops.Network) -> float:
    """L: half the squared differences, summed over the outputs, as a mean over the examples."""
    total = 0.0
    for inputs, label in EXAMPLES:
        outputs = loops.forward_propagate(network, inputs)
        expected = loops.one_hot(label, len(outputs))
        total += 0.5 * sum((output - target) ** 2 for output, target in zip(outputs, expected))
    return total / len(EXAMPLES)


if __name__ == "__main__":
    store(run_all(run, settings()), RESULTS)
