"""Measure the cost of the engines of chapter 14: the time of a gradient, as a ratio.

There are three comparisons. For a linear network of single numbers, with as many hidden neurons as
inputs, there are two: the gradient of all weights in reverse mode with the chapter's `Number`, and
in forward mode with its `Dual`, one pass per weight, both over the value alone with plain Python
floats. For networks with arrays there is one: the gradient with the package's `Value` over that of
the class `Network`, which has the four equations. The code of `Number` and `Dual` is read from the
chapter. The contestants of a comparison take turns, nine rounds of each on one thread; the shortest
processor time of each counts, since other programs can only make a time longer. The run takes about
half a minute:

    python book/experiments/engine_cost.py

Chapter 14 reads `engine_cost.csv`. Its columns are the program, what it is compared with, and the
time of the first over that of the second, with two digits.
"""

import ast
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from results import Line, store, two_digits
from threadpoolctl import threadpool_limits

from backprop.autodiff import Value
from backprop.network import Network

RESULTS = Path(__file__).with_suffix(".csv")
CHAPTER = Path(__file__).resolve().parents[1] / "14_automatic_differentiation.ipynb"
TAUGHT = ("Number", "Dual", "topological_order", "backward_pass", "weighted_sum")
SIZES = (2, 8, 32)  # inputs of the networks of single numbers
NETWORKS = {"4-8-3, 150 rows": ([4, 8, 3], 150), "784-30-10, 32 rows": ([784, 30, 10], 32)}
ROUNDS = 9
SHORTEST = 0.02  # seconds; faster calls are repeated within a round until they take this long

Functions = dict[str, Callable[[], Any]]


def taught_code() -> dict[str, Any]:
    """The classes and functions of the chapter that are measured, by name."""
    found: dict[str, Any] = {"np": np}
    for cell in nbformat.read(CHAPTER, as_version=4).cells:
        if cell.cell_type == "code":
            nodes = [n for n in ast.parse(cell.source).body if getattr(n, "name", None) in TAUGHT]
            exec(compile(ast.Module(nodes, []), str(CHAPTER), "exec"), found)
    return found


def with_numbers(size: int) -> Functions:
    """The value with plain floats, and all derivatives with the chapter's engines."""
    taught = taught_code()
    values = np.random.default_rng(1).normal(size=(size + 2, size)).tolist()

    def network(numbers: list) -> Any:
        *hidden, output, x = numbers
        weighted_sum = taught["weighted_sum"]
        return weighted_sum(output, [weighted_sum(column, x) for column in hidden])

    def reverse() -> list[float]:
        numbers = [[taught["Number"](value) for value in row] for row in values]
        taught["backward_pass"](network(numbers))
        return [number.gradient for row in numbers[:-1] for number in row]

    def forward() -> list[float]:
        tangents = []
        for row in range(size + 1):
            for column in range(size):
                numbers = [[taught["Dual"](value) for value in row] for row in values]
                numbers[row][column].tangent = 1.0
                tangents.append(network(numbers).tangent)
        return tangents

    return {"value": lambda: network(values), "reverse": reverse, "forward": forward}


def with_arrays(sizes: list[int], rows: int) -> Functions:
    """The gradient of one network with two layers by its four equations, and by the engine."""
    generator = np.random.default_rng(1)
    network = Network(sizes, generator=generator)
    X, Y = generator.random((rows, sizes[0])), generator.random((rows, sizes[-1]))

    def engine() -> np.ndarray:
        leaves = [Value(part) for layer in network.layers for part in (layer.W, layer.b)]
        W1, b1, W2, b2 = leaves
        A = ((X @ W1 + b1).sigmoid() @ W2 + b2).sigmoid()
        (((A - Y) ** 2).sum() / (2 * rows)).backward()
        return np.concatenate([leaf.gradient.ravel() for leaf in leaves])

    return {"equations": lambda: network.loss_and_gradient(X, Y)[1], "engine": engine}


def shortest(functions: Functions) -> dict[str, float]:
    """The time of one call of each: the shortest of several rounds in which they take turns."""
    repeats = {name: max(1, round(SHORTEST / seconds(f, 1))) for name, f in functions.items()}
    rounds = [
        {name: seconds(f, repeats[name]) for name, f in functions.items()} for _ in range(ROUNDS)
    ]
    return {name: min(times[name] for times in rounds) for name in functions}


def seconds(function: Callable[[], object], repeats: int) -> float:
    """The processor time of one call, averaged over `repeats` of them."""
    start = time.process_time()
    for _ in range(repeats):
        function()
    return (time.process_time() - start) / repeats


def line(program: str, compared: str, ratio: float) -> Line:
    """One line of the results."""
    return {"program": program, "compared with": compared, "time ratio": two_digits(ratio)}


def main() -> None:
    """Measure all comparisons, one after another, and write the results."""
    reverse, forward, arrays = [], [], []
    with threadpool_limits(1):
        for size in SIZES:
            times = shortest(with_numbers(size))
            weights = f"value alone, {size * size + size} weights"
            reverse.append(line("Number, reverse mode", weights, times["reverse"] / times["value"]))
            forward.append(line("Dual, forward mode", weights, times["forward"] / times["value"]))
        for name, network in NETWORKS.items():
            times = shortest(with_arrays(*network))
            ratio = times["engine"] / times["equations"]
            arrays.append(line("Value, with arrays", f"four equations, {name}", ratio))
    store(reverse + forward + arrays, RESULTS)


if __name__ == "__main__":
    main()
