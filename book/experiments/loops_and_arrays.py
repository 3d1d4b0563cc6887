"""How much faster are arrays than loops, and what does a gradient cost relative to a forward pass?

Both programs get the same network, the same weights and the same samples. The contestants take
turns, and the median of the ratios over 21 rounds counts. Only ratios are stored, rounded to two
digits: seconds say more about a computer than about a program. NumPy had one thread
(OPENBLAS_NUM_THREADS=1). The run takes about half a minute:

    python book/experiments/loops_and_arrays.py

Chapter 6 reads `loops_and_arrays.csv`. Its columns are the sizes of the network, the samples (rows)
in one step, the time of the loops over that of the arrays, and, for arrays, the time of a forward
and a backward pass over that of a forward pass alone.
"""

import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median

import numpy as np
from results import store, two_digits

from backprop import loops
from backprop.network import Network

RESULTS = Path(__file__).with_suffix(".csv")
NETWORKS = ([7, 5, 3], [784, 30, 10])
ROWS = (1, 10, 100)
ROUNDS = 21
SHORTEST = 0.02  # seconds; a faster call is repeated within a round until they take this long


def contestants(sizes: list[int], rows: int) -> dict[str, Callable[[], object]]:
    """The gradient of one step, with loops and with arrays, and the forward pass with arrays."""
    generator = np.random.default_rng(1)
    X = generator.random((rows, sizes[0]))
    Y = np.eye(sizes[-1])[generator.integers(sizes[-1], size=rows)]
    lists = loops.initialize_network(sizes, Random(1))
    network = Network(sizes, generator=generator)
    copy_weights(lists, network)
    examples = list(zip(X.tolist(), Y.tolist()))

    def with_loops() -> list[list[float]]:
        return summed_gradient(lists, examples)

    def with_arrays() -> np.ndarray:
        return network.backward(network.forward(X), Y)

    return {"loops": with_loops, "arrays": with_arrays, "forward": lambda: network.forward(X)}


def copy_weights(lists: loops.Network, network: Network) -> None:
    """Give the array network the weights of the one made of lists."""
    for neurons, layer in zip(lists, network.layers):
        weights = np.array([neuron["weights"] for neuron in neurons])
        layer.W[...], layer.b[...] = weights[:, :-1].T, weights[:, -1]


def summed_gradient(network: loops.Network, examples: list) -> list[list[float]]:
    """∂E/∂weight summed over the examples, one list per neuron, biases last."""
    total = [[0.0] * len(neuron["weights"]) for layer in network for neuron in layer]
    for inputs, expected in examples:
        loops.forward_propagate(network, inputs)
        loops.backward_propagate_error(network, expected)
        sums = iter(total)
        for layer in network:
            for neuron, summed in zip(layer, sums):
                delta = neuron["delta"]
                for index, value in enumerate(inputs):
                    summed[index] += delta * value
                summed[-1] += delta
            inputs = [neuron["output"] for neuron in layer]
    return total


def seconds(function: Callable[[], object], repeats: int) -> float:
    """The time of one call, averaged over `repeats` of them."""
    start = time.perf_counter()
    for _ in range(repeats):
        function()
    return (time.perf_counter() - start) / repeats


def measure(sizes: list[int], rows: int) -> dict[str, object]:
    """One line of the results."""
    functions = contestants(sizes, rows)
    repeats = {
        name: max(1, round(SHORTEST / seconds(function, 2))) for name, function in functions.items()
    }
    rounds = [
        {name: seconds(function, repeats[name]) for name, function in functions.items()}
        for _ in range(ROUNDS)
    ]
    return {
        "network": "-".join(map(str, sizes)),
        "rows": rows,
        "loops_over_arrays": two_digits(median(t["loops"] / t["arrays"] for t in rounds)),
        "gradient_over_forward": two_digits(median(t["arrays"] / t["forward"] for t in rounds)),
    }


def settings() -> list[tuple[list[int], int]]:
    """Sizes and rows of every line."""
    return [(sizes, rows) for sizes in NETWORKS for rows in ROWS]


def main() -> None:
    """Measure all settings, one after another, and write the results."""
    store([measure(sizes, rows) for sizes, rows in settings()], RESULTS)


if __name__ == "__main__":
    main()
