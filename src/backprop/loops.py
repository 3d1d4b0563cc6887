"""Backpropagation in pure Python: six steps on lists and dictionaries.

A network is a list of layers, a layer is a list of neurons, and a neuron is a dictionary:

- ``"weights"``: one weight per input, and the bias as the last entry;
- ``"output"``: the neuron's output in the last forward pass;
- ``"delta"``: the derivative of the error with respect to the neuron's weighted sum, from the last
  backward pass.

An example is a pair ``(inputs, label)``: a list of floats, and the number of its class.
A data set is a list of examples. The error of one example is E = ½ Σ (output − expected)².

The six steps are initialize, forward, backward, update, train and predict. The names of the
functions are those of a tutorial by Brownlee (2016); the equations BP1 to BP4 are those of Nielsen,
"Neural Networks and Deep Learning" (2015), chapter 2. Standard library only.
"""

from __future__ import annotations

import csv
import io
import math
import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, TypedDict

__all__ = [
    "Example",
    "Network",
    "Neuron",
    "accuracy_metric",
    "activate",
    "back_propagation",
    "backward_propagate_error",
    "cross_validation_split",
    "dataset_minmax",
    "evaluate_algorithm",
    "forward_propagate",
    "initialize_network",
    "load_csv",
    "normalize_dataset",
    "normalized_back_propagation",
    "one_hot",
    "predict",
    "train_network",
    "transfer",
    "transfer_derivative",
    "update_weights",
]


class Neuron(TypedDict, total=False):
    """A neuron: a dictionary that at first holds only its weights."""

    weights: list[float]
    output: float
    delta: float


Network = list[list[Neuron]]
Example = tuple[list[float], int]
"""The inputs, and the number of the class."""


# Step 1: initialize


def initialize_network(layer_sizes: Sequence[int], generator: Random) -> Network:
    """A network with weights drawn uniformly from [0, 1).

    `layer_sizes` counts the inputs first, then the neurons of each layer: [7, 5, 3] has seven
    inputs, one hidden layer of five neurons and three outputs. Raises ValueError for fewer than
    two sizes or a size below 1.
    """
    check_layer_sizes(layer_sizes)
    network: Network = []
    for inputs, neurons in zip(layer_sizes, layer_sizes[1:]):
        layer: list[Neuron] = []
        for _ in range(neurons):
            weights = [generator.random() for _ in range(inputs + 1)]
            layer.append({"weights": weights})
        network.append(layer)
    return network


# Step 2: forward


def activate(weights: list[float], inputs: Sequence[float]) -> float:
    """The weighted sum z = bias + Σ weight · input. `weights` has one more entry than `inputs`."""
    total = weights[-1]
    for weight, value in zip(weights, inputs):  # zip stops after the inputs, before the bias
        total += weight * value
    return total


def transfer(z: float) -> float:
    """The sigmoid, 1 / (1 + e^(−z)), in the form ½(1 + tanh(z/2)), which cannot overflow."""
    return 0.5 * (1.0 + math.tanh(0.5 * z))


def forward_propagate(network: Network, inputs: Sequence[float]) -> Sequence[float]:
    """The outputs of the last layer. Each neuron also stores its own output."""
    for layer in network:
        for neuron in layer:
            neuron["output"] = transfer(activate(neuron["weights"], inputs))
        inputs = [neuron["output"] for neuron in layer]
    return inputs


# Step 3: backward


def transfer_derivative(output: float) -> float:
    """The derivative of the sigmoid where its output is `output`: output · (1 − output)."""
    return output * (1.0 - output)


def backward_propagate_error(network: Network, expected: Sequence[float]) -> None:
    """Store each neuron's delta = ∂E/∂z, from the last layer to the first (BP1, BP2).

    Needs the outputs of a forward pass. `expected` has one number per output neuron.
    """
    for neuron, target in zip(network[-1], expected):
        upstream = neuron["output"] - target
        neuron["delta"] = upstream * transfer_derivative(neuron["output"])
    for layer, next_layer in reversed(list(zip(network, network[1:]))):
        for index, neuron in enumerate(layer):
            upstream = 0.0
            for next_neuron in next_layer:
                upstream += next_neuron["delta"] * next_neuron["weights"][index]
            neuron["delta"] = upstream * transfer_derivative(neuron["output"])


# Step 4: update


def update_weights(network: Network, inputs: Sequence[float], learning_rate: float) -> None:
    """One step of gradient descent: ∂E/∂weight = delta · input, ∂E/∂bias = delta (BP3, BP4)."""
    for layer in network:
        for neuron in layer:
            step = learning_rate * neuron["delta"]
            weights = neuron["weights"]
            for index, value in enumerate(inputs):
                weights[index] -= step * value
            weights[-1] -= step
        inputs = [neuron["output"] for neuron in layer]


# Step 5: train


def one_hot(label: int, classes: int) -> list[float]:
    """The expected outputs for a label: 1.0 at the index of the label, 0.0 elsewhere."""
    return [1.0 if index == label else 0.0 for index in range(classes)]


def train_network(
    network: Network, examples: Sequence[Example], learning_rate: float, epochs: int
) -> list[float]:
    """Train on one example at a time, in the order given. Changes `network`.

    Returns one number per epoch, the loss L: the mean of the examples' errors E, each computed
    before its own update. Raises the errors of :func:`check_training`.
    """
    check_training(network, examples, learning_rate, epochs)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for inputs, label in examples:
            expected = one_hot(label, len(network[-1]))
            outputs = forward_propagate(network, inputs)
            for output, target in zip(outputs, expected):
                total += 0.5 * (output - target) ** 2
            backward_propagate_error(network, expected)
            update_weights(network, inputs, learning_rate)
        losses.append(total / len(examples))
    return losses


# Step 6: predict


def predict(network: Network, inputs: Sequence[float]) -> int:
    """The number of the class whose output is largest; the first of them if there is a tie."""
    outputs = forward_propagate(network, inputs)
    return outputs.index(max(outputs))


# A data set: load, scale, split, score


def load_csv(filename: str | Path, classes: Sequence[str]) -> list[Example]:
    """The examples in a CSV file with a header and, in its last column, the labels (class names).

    The label of an example becomes the index of its class in `classes`: you choose the order, and
    it never depends on the file or the run. The file is in UTF-8 and separated by commas; blanks
    around a field and empty lines are ignored. Raises FileNotFoundError, and ValueError with file,
    line and column for anything else that would make the examples wrong: a missing header, a line
    of another length, a feature that is not a finite number, a label that is not in `classes`.
    """
    path = Path(filename)
    check_classes(classes)
    rows = rows_of(io.StringIO(read_text(path), newline=""), path)
    header, place = next(rows, ([], ""))
    header = [name.strip() for name in header]
    examples = []
    if header:
        check_header(header, place)
        numbers = {name: number for number, name in enumerate(classes)}
        examples = [parse_row(row, header, numbers, place) for row, place in rows]
    if not examples:
        raise ValueError(f"{path} has no rows of data: expected a header and at least one row")
    return examples


def read_text(path: Path) -> str:
    """The text of a file in UTF-8. Raises FileNotFoundError, and ValueError, with the line."""
    if not path.is_file():
        raise FileNotFoundError(f"no data file at {path}: check the folder and the spelling")
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")  # with or without the byte-order mark that Excel writes
    except UnicodeDecodeError as problem:
        line = len(problem.object[: problem.start + 1].splitlines())
        raise ValueError(
            f"{path}, line {line}: byte {problem.object[problem.start]:#04x} is not UTF-8; save "
            f"the file as CSV in UTF-8"
        ) from None
    if b"\0" in content:
        line = len(content[: content.index(b"\0") + 1].splitlines())
        raise ValueError(f"{path}, line {line}: NUL character; save the file as CSV in UTF-8")
    return text


def rows_of(
    lines: Iterable[str], path: Path, separator: str = ","
) -> Iterator[tuple[list[str], str]]:
    """The rows of a CSV file, each with its place for messages, such as "seeds.csv, line 7".

    Empty lines are skipped. Raises ValueError for a quotation mark that is not closed, or is closed
    too early.
    """
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    first = 1  # line of the row
    try:
        for row in reader:
            place = f"{path}, line {first}"
            if reader.line_num > first:
                place += f" to {reader.line_num} (is a quotation mark not closed?)"
            first = reader.line_num + 1
            if len(row) > 1 or any(map(str.strip, row)):
                yield row, place
    except csv.Error as problem:
        raise ValueError(
            f"{path}, line {first}: {problem}; close every quotation mark at the end of its field"
        ) from None


def check_header(header: Sequence[str], place: str) -> None:
    """Raise ValueError unless `header` has at least two different names, none of them a number."""
    if len(header) < 2:
        raise ValueError(
            f"{place}: one column, {header[0]!r}; expected one for each feature and one for the "
            f"label: is the separator right?"
        )
    columns: dict[str, int] = {}
    for column, name in enumerate(header, start=1):
        if not name:
            raise ValueError(
                f"{place}: column {column} has no name; name it, or delete the column if it only "
                f"counts the rows"
            )
        if number_in(name) is not None:
            raise ValueError(
                f"{place}: column {column} has the name {name!r}, a number, so the header is "
                f"probably missing; add a first line with the names of the columns, which must "
                f"not be numbers"
            )
        if columns.setdefault(name, column) != column:
            raise ValueError(
                f"{place}: columns {columns[name]} and {column} are both named {name!r}; rename "
                f"one of them"
            )


def check_classes(classes: Sequence[str]) -> None:
    """Raise ValueError unless `classes` is a sequence of different names."""
    if isinstance(classes, str) or len(set(classes)) < len(classes):
        raise ValueError(f"classes is {classes!r}: give the name of each class once, in order")


def parse_row(
    row: Sequence[str], header: Sequence[str], numbers: Mapping[str, int], place: str
) -> Example:
    """One row of the file as an example; `numbers` has the number of each class.

    `place` identifies the line in a ValueError.
    """
    check_length(row, header, place)
    inputs = [
        parse_number(text, f"{place}, column {name!r}") for name, text in zip(header[:-1], row)
    ]
    label = row[-1].strip()
    if label not in numbers:
        raise ValueError(
            f"{place}, column {header[-1]!r}: unknown label {label[:40]!r}; the classes are "
            f"{', '.join(numbers)}"
        )
    return inputs, numbers[label]


def check_length(row: Sequence[str], header: Sequence[str], place: str) -> None:
    """Raise ValueError unless `row` has as many fields as `header`."""
    if len(row) != len(header):
        raise ValueError(
            f"{place}: {len(row)} fields where the header has {len(header)}; check separators, "
            f"quotation marks and decimal commas"
        )


def parse_number(text: str, place: str) -> float:
    """`text` as a finite number. `place` identifies it in a ValueError."""
    number = number_in(text)
    if number is None:
        raise ValueError(
            f"{place}: {text[:40]!r} is not a number; write one such as -1.5 or 2e-3, or delete "
            f"the line"
        )
    if not math.isfinite(number):
        raise ValueError(f"{place}: {text.strip()[:40]} is not finite; correct or delete the line")
    return number


def number_in(text: str) -> float | None:
    """The number in a field, or None."""
    text = text.strip(string.whitespace)
    try:  # float alone would also accept 1_000 and ٣
        return float(text) if re.fullmatch("[0-9a-zA-Z.+-]+", text) else None
    except ValueError:
        return None


def dataset_minmax(dataset: Sequence[Example]) -> list[tuple[float, float]]:
    """The smallest and the largest value of each feature."""
    columns = zip(*(inputs for inputs, _ in dataset))
    return [(min(column), max(column)) for column in columns]


def normalize_dataset(
    dataset: Sequence[Example], minmax: Sequence[tuple[float, float]]
) -> list[Example]:
    """New examples with each feature scaled so that its smallest and largest value become 0 and 1.

    A feature that is constant in `minmax` becomes 0.
    """
    return [
        (
            [
                (value - low) / (high - low) if high > low else 0.0
                for value, (low, high) in zip(inputs, minmax)
            ],
            label,
        )
        for inputs, label in dataset
    ]


def cross_validation_split(
    dataset: Sequence[Example], fold_count: int, generator: Random
) -> list[list[Example]]:
    """`fold_count` folds of equal size, drawn at random; any remaining rows are unused.

    Raises ValueError for fewer than two folds or more folds than rows.
    """
    rows = len(dataset)
    if not 2 <= fold_count <= rows:
        raise ValueError(f"{fold_count} folds of {rows} rows: give 2 to {rows}")
    remaining = list(dataset)
    size = rows // fold_count
    return [
        [remaining.pop(generator.randrange(len(remaining))) for _ in range(size)]
        for _ in range(fold_count)
    ]


def accuracy_metric(actual: Sequence[int], predicted: Sequence[int]) -> float:
    """The percentage of labels that were predicted correctly."""
    if not actual or len(actual) != len(predicted):
        raise ValueError(
            f"{len(actual)} labels and {len(predicted)} predictions: "
            f"give as many of one as of the other, and at least one"
        )
    right = sum(label == guess for label, guess in zip(actual, predicted))
    return 100.0 * right / len(actual)


def evaluate_algorithm(
    dataset: Sequence[Example],
    algorithm: Callable[..., list[int]],
    fold_count: int,
    generator: Random,
    *arguments: Any,
) -> list[float]:
    """Cross-validation: the accuracy in per cent on each fold, after training on all the others.

    `algorithm(train, test, generator, *arguments)` returns a prediction for each test example.
    """
    folds = cross_validation_split(dataset, fold_count, generator)
    scores = []
    for number, test in enumerate(folds):
        others = folds[:number] + folds[number + 1 :]
        train = [example for fold in others for example in fold]
        predicted = algorithm(train, test, generator, *arguments)
        scores.append(accuracy_metric([label for _, label in test], predicted))
    return scores


def back_propagation(
    train: Sequence[Example],
    test: Sequence[Example],
    generator: Random,
    learning_rate: float,
    epochs: int,
    hidden_sizes: Sequence[int],
) -> list[int]:
    """Train a new network on `train` and predict the labels of `test`.

    The network has as many inputs as an example has features, and one output per class up to
    the largest label in `train`.
    """
    inputs = len(train[0][0])
    outputs = max(label for _, label in train) + 1
    network = initialize_network([inputs, *hidden_sizes, outputs], generator)
    train_network(network, train, learning_rate, epochs)
    return [predict(network, features) for features, _ in test]


def normalized_back_propagation(
    train: Sequence[Example], test: Sequence[Example], generator: Random, *arguments: Any
) -> list[int]:
    """:func:`back_propagation` with both parts scaled by the ranges of `train` alone."""
    minmax = dataset_minmax(train)
    train, test = normalize_dataset(train, minmax), normalize_dataset(test, minmax)
    return back_propagation(train, test, generator, *arguments)


# Checks on entry


def check_layer_sizes(layer_sizes: Sequence[int]) -> None:
    """Raise ValueError unless there are at least two sizes, each a whole number of at least 1."""
    if len(layer_sizes) < 2 or any(not isinstance(size, int) or size < 1 for size in layer_sizes):
        raise ValueError(
            f"layer_sizes is {list(layer_sizes)}: give the number of inputs and then the neurons "
            f"of each layer, as whole numbers of at least 1, such as [7, 5, 3]"
        )


def check_training(
    network: Network, examples: Sequence[Example], learning_rate: float, epochs: int
) -> None:
    """Raise ValueError for arguments that would make training fail later or go wrong silently."""
    if not learning_rate > 0:
        raise ValueError(f"the learning rate is {learning_rate}: give a number greater than 0")
    if epochs < 0:
        raise ValueError(f"epochs is {epochs}: give 0 or more")
    if not examples:
        raise ValueError("there are no examples to train on: give at least one")
    features, outputs = len(network[0][0]["weights"]) - 1, len(network[-1])
    for number, (inputs, label) in enumerate(examples):
        if len(inputs) != features:
            raise ValueError(
                f"example {number} has {len(inputs)} inputs; the network takes {features}"
            )
        if label not in range(outputs):
            raise ValueError(
                f"example {number} has the label {label!r}; a network with {outputs} outputs "
                f"takes the labels 0 to {outputs - 1}"
            )
