"""The programs in the comparison: this course's own, and other people's.

Each function prepares one contestant for a task and returns a function that trains it for the
epochs of the task. All get the same rows, sizes, batch size and learning rate, and are written as
their users would write them: shuffle the rows, and step through them in batches. A library that is
not installed raises ModuleNotFoundError, and one that cannot compile raises CannotCompile.

This course's network, PyTorch and JAX compute the same run: they start from the same weights,
shuffle with the same generator, and return their parameters, which a test compares.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

import numpy as np
import pandas as pd

from backprop import loops
from backprop.datasets import load_iris, load_wheat_seeds
from backprop.losses import SquaredError
from backprop.network import Network
from backprop.optimizers import GradientDescent
from backprop.training import train

Training = Callable[[], object]


class CannotCompile(RuntimeError):
    """A library is installed, but cannot compile on this computer."""


@dataclass(frozen=True)
class Task:
    """Rows X (samples, features) and their labels, the hidden neurons, and how to train."""

    X: np.ndarray
    labels: np.ndarray
    hidden: int
    batch_size: int
    epochs: int
    learning_rate: float = 0.1

    @property
    def sizes(self) -> list[int]:
        """The inputs, the hidden neurons and the classes."""
        return [self.X.shape[1], self.hidden, int(self.labels.max()) + 1]

    @property
    def one_hot(self) -> np.ndarray:
        """One row per label, in the type of X."""
        return np.eye(self.sizes[-1], dtype=self.X.dtype)[self.labels]


def digits_task(hidden: int, batch_size: int, rows: int = 20_000) -> Task:
    """Random rows of the shape of digits, float32: their values do not change the time."""
    generator = np.random.default_rng(0)
    X = generator.random((rows, 784), dtype=np.float32)
    return Task(X, generator.integers(10, size=rows), hidden, batch_size, epochs=3)


def initial_parameters(task: Task, generator: np.random.Generator) -> list[np.ndarray]:
    """W and b of both layers, in the type of X: the initial ones of this course's network."""
    parameters = []
    for inputs, outputs in zip(task.sizes, task.sizes[1:]):
        W = generator.normal(scale=inputs**-0.5, size=(inputs, outputs))
        parameters += [W.astype(task.X.dtype), np.zeros(outputs, task.X.dtype)]
    return parameters


def flat(parameters: Sequence[np.ndarray]) -> np.ndarray:
    """The parameters as one vector, in the order of this course's network."""
    return np.concatenate([np.ravel(parameter) for parameter in parameters])


def products(task: Task) -> Training:
    """Only the five matrix products of each step, from memory to memory: the floor."""
    sizes, rows, kind = task.sizes, task.batch_size, task.X.dtype
    shapes = list(zip(sizes, sizes[1:]))
    generator = np.random.default_rng(1)
    W1, W2 = (generator.normal(size=shape).astype(kind) for shape in shapes)
    delta1, delta2 = (generator.normal(size=(rows, n)).astype(kind) for n in sizes[1:])
    Z1, Z2, slope = np.empty_like(delta1), np.empty_like(delta2), np.empty_like(delta1)
    dW1, dW2 = np.empty_like(W1), np.empty_like(W2)

    def multiply() -> None:
        for start in list(range(0, len(task.X), rows)) * task.epochs:
            X = task.X[start : start + rows]
            part = slice(len(X))
            np.matmul(X, W1, out=Z1[part])
            np.matmul(Z1[part], W2, out=Z2[part])
            np.matmul(Z1[part].T, delta2[part], out=dW2)
            np.matmul(delta2[part], W2.T, out=slope[part])
            np.matmul(X.T, delta1[part], out=dW1)

    return multiply


def course(task: Task, dtype: str = "float32") -> Training:
    """This course's network: sigmoid, then softmax with cross-entropy, in batches."""
    generator = np.random.default_rng(1)
    network = Network(
        task.sizes,
        ["sigmoid", "softmax"],
        loss="categorical cross-entropy",
        generator=generator,
        dtype=dtype,
    )
    X, Y = task.X.astype(dtype), task.one_hot.astype(dtype)
    settings = {"epochs": task.epochs, "batch_size": task.batch_size, "generator": generator}
    optimizer = GradientDescent(task.learning_rate)

    def fit() -> np.ndarray:
        train(network, X, Y, optimizer, progress=False, **settings)
        return network.parameters.copy()

    return fit


def scikit_learn(task: Task) -> Training:
    """scikit-learn's MLPClassifier with the same layers, loss and rule."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (task.hidden,),
        activation="logistic",
        solver="sgd",
        alpha=0,
        momentum=0,
        batch_size=min(task.batch_size, len(task.X)),
        learning_rate_init=task.learning_rate,
        max_iter=task.epochs,
        n_iter_no_change=task.epochs,
        random_state=1,
    )

    def fit() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(task.X, task.labels)

    return fit


def pytorch(task: Task) -> Training:
    """PyTorch, one operation after another ("eager"), as in its tutorials."""
    import torch

    generator = np.random.default_rng(1)
    inputs, hidden, outputs = task.sizes
    model = torch.nn.Sequential(
        torch.nn.Linear(inputs, hidden), torch.nn.Sigmoid(), torch.nn.Linear(hidden, outputs)
    )
    with torch.no_grad():
        for parameter, initial in zip(model.parameters(), initial_parameters(task, generator)):
            parameter[...] = torch.from_numpy(initial.T)
    optimizer = torch.optim.SGD(model.parameters(), lr=task.learning_rate)
    loss_function = torch.nn.CrossEntropyLoss()
    X, labels = torch.from_numpy(task.X), torch.from_numpy(task.labels)

    def fit() -> np.ndarray:
        for _ in range(task.epochs):
            order = torch.from_numpy(generator.permutation(len(X)))
            for rows in order.split(task.batch_size):
                optimizer.zero_grad()
                loss_function(model(X[rows]), labels[rows]).backward()
                optimizer.step()
        return flat([parameter.detach().numpy().T for parameter in model.parameters()])

    return fit


def pytorch_compiled(task: Task) -> Training:
    """PyTorch with a whole step compiled: the rows, the loss, its gradient and the update.

    PyTorch translates the step into C++ and needs a compiler for it. Raises CannotCompile if that
    fails.
    """
    import torch
    from torch.nn.functional import cross_entropy

    generator = np.random.default_rng(1)
    state = [torch.from_numpy(initial) for initial in initial_parameters(task, generator)]
    X, labels = torch.from_numpy(task.X), torch.from_numpy(task.labels)

    def loss(parameters, X, labels):
        W1, b1, W2, b2 = parameters
        return cross_entropy(torch.sigmoid(X @ W1 + b1) @ W2 + b2, labels)

    def step(parameters, rows):
        gradients, value = torch.func.grad_and_value(loss)(parameters, X[rows], labels[rows])
        for parameter, gradient in zip(parameters, gradients):
            parameter -= task.learning_rate * gradient
        return value

    try:
        # One compiled program for full batches, and one for the last batch of an epoch.
        step = torch.compile(step, dynamic=False)
        first_rows = torch.arange(min(task.batch_size, len(X)))
        step([parameter.clone() for parameter in state], first_rows)
    except RuntimeError as problem:
        reason = str(problem).strip().splitlines()[0]
        raise CannotCompile(f"PyTorch cannot compile on this computer ({reason})") from problem

    def fit() -> np.ndarray:
        for _ in range(task.epochs):
            order = torch.from_numpy(generator.permutation(len(X)))
            for rows in order.split(task.batch_size):
                step(state, rows)
        return flat([parameter.numpy() for parameter in state])

    return fit


def jax_loss(parameters, X, labels):
    """The cross-entropy of the network in JAX, a mean over the rows."""
    import jax
    import jax.numpy as jnp

    W1, b1, W2, b2 = parameters
    Z = jax.nn.sigmoid(X @ W1 + b1) @ W2 + b2
    return -jnp.take_along_axis(jax.nn.log_softmax(Z), labels[:, None], axis=1).mean()


def jax_update(parameters, X, labels, learning_rate):
    """The parameters after a step of gradient descent, and the loss before it."""
    import jax

    value, gradients = jax.value_and_grad(jax_loss)(parameters, X, labels)
    return [p - learning_rate * g for p, g in zip(parameters, gradients)], value


def jax_step(task: Task) -> Training:
    """JAX with each step compiled; NumPy picks its rows."""
    import jax

    generator = np.random.default_rng(1)
    state = [jax.numpy.array(initial) for initial in initial_parameters(task, generator)]

    step = jax.jit(partial(jax_update, learning_rate=task.learning_rate))

    def fit() -> np.ndarray:
        nonlocal state
        for _ in range(task.epochs):
            order = generator.permutation(len(task.X))
            for start in range(0, len(order), task.batch_size):
                rows = order[start : start + task.batch_size]
                state, _ = step(state, task.X[rows], task.labels[rows])
        return flat(jax.device_get(state))

    return fit


def jax_epoch(task: Task) -> Training:
    """JAX with the whole epoch compiled: a loop over shuffled row numbers, with the data in JAX.

    An epoch receives the parameters and the order of the rows, and returns new parameters in the
    memory of the old ones, which are donated, and the mean loss.
    """
    import jax

    generator = np.random.default_rng(1)
    state = [jax.numpy.array(initial) for initial in initial_parameters(task, generator)]
    X, labels = jax.device_put(task.X), jax.device_put(task.labels.astype(np.int32))

    @partial(jax.jit, donate_argnums=0)
    def epoch(parameters, order, X, labels):
        def step(parameters, rows):
            moved, value = jax_update(parameters, X[rows], labels[rows], task.learning_rate)
            return moved, value * len(rows)

        in_full_batches = len(order) - len(order) % task.batch_size
        full_batches = order[:in_full_batches].reshape(-1, task.batch_size)
        parameters, losses = jax.lax.scan(step, parameters, full_batches)
        total = losses.sum()
        if in_full_batches < len(order):
            parameters, last = step(parameters, order[in_full_batches:])
            total += last
        return parameters, total / len(order)

    def fit() -> np.ndarray:
        nonlocal state
        for _ in range(task.epochs):
            order = generator.permutation(len(task.X)).astype(np.int32)
            state, _ = epoch(state, order, X, labels)
        return flat(jax.device_get(state))

    return fit


EXAMPLES_MEASURED = 2_000


def example_by_example(task: Task) -> Training:
    """NumPy, but one column vector per example, the style of Nielsen's book; float64.

    All neurons are sigmoids, and the loss is the binary cross-entropy. Runs one epoch of
    EXAMPLES_MEASURED of the rows: the time is proportional to both.
    """
    generator = np.random.default_rng(1)
    initial = [parameter.astype(float) for parameter in initial_parameters(task, generator)]
    weights = [W.T for W in initial[::2]]
    biases = [b.reshape(-1, 1) for b in initial[1::2]]
    pairs = [
        (x.reshape(-1, 1).astype(float), y.reshape(-1, 1).astype(float))
        for x, y in zip(task.X[:EXAMPLES_MEASURED], task.one_hot)
    ]

    def gradient(x, y):
        outputs = [x]
        for W, b in zip(weights, biases):
            outputs.append(1 / (1 + np.exp(-(W @ outputs[-1] + b))))
        delta = outputs[-1] - y
        slopes = []
        for W, a_in in zip(weights[::-1], outputs[-2::-1]):
            slopes.append((delta @ a_in.T, delta))
            delta = (W.T @ delta) * a_in * (1 - a_in)
        return slopes[::-1]

    def fit() -> np.ndarray:
        order = generator.permutation(len(pairs))
        for start in range(0, len(order), task.batch_size):
            rows = order[start : start + task.batch_size]
            totals = [(np.zeros_like(W), np.zeros_like(b)) for W, b in zip(weights, biases)]
            for row in rows:
                for (dW, db), (slope_W, slope_b) in zip(totals, gradient(*pairs[row])):
                    dW += slope_W
                    db += slope_b
            for W, b, (dW, db) in zip(weights, biases, totals):
                W -= task.learning_rate / len(rows) * dW
                b -= task.learning_rate / len(rows) * db
        return flat([parameter.T for pair in zip(weights, biases) for parameter in pair])

    return fit


# The small network on iris: many cheap steps with all rows


def iris_task() -> Task:
    """The 130 training rows of chapter 7."""
    training, _ = load_iris().split(test_size=20, seed=4)
    return Task(training.X, training.labels, 2, len(training.X), epochs=200)


def course_on_iris(task: Task, bias: bool = True) -> Training:
    """This course's network, with a record of the loss of every step."""
    generator = np.random.default_rng(1)
    network = Network(task.sizes, loss=SquaredError("elements"), bias=bias, generator=generator)
    X, Y, optimizer = task.X, task.one_hot, GradientDescent(task.learning_rate)

    return lambda: train(network, X, Y, optimizer, epochs=task.epochs, progress=False).frame()


def iris_listing(task: Task) -> Training:
    """The iris tutorials' program, corrected: no biases, a list of records made into a frame."""
    generator = np.random.default_rng(1)
    inputs, hidden, outputs = task.sizes
    W1, W2 = generator.normal(size=(inputs, hidden)), generator.normal(size=(hidden, outputs))
    X, Y = task.X, task.one_hot

    def sigmoid(Z):
        return 1 / (1 + np.exp(-Z))

    def mean_squared_error(predictions):
        return ((predictions - Y) ** 2).sum() / (2 * predictions.size)

    def accuracy(predictions):
        return (predictions.argmax(axis=1) == Y.argmax(axis=1)).mean()

    def fit() -> pd.DataFrame:
        nonlocal W1, W2
        records = []
        for _ in range(task.epochs):
            hidden_outputs = sigmoid(np.dot(X, W1))
            predictions = sigmoid(np.dot(hidden_outputs, W2))
            mse, share = mean_squared_error(predictions), accuracy(predictions)
            records.append({"mse": mse, "accuracy": share})
            error = predictions - Y
            delta2 = error * predictions * (1 - predictions)
            delta1 = np.dot(delta2, W2.T) * hidden_outputs * (1 - hidden_outputs)
            W2 = W2 - task.learning_rate * np.dot(hidden_outputs.T, delta2) / Y.size
            W1 = W1 - task.learning_rate * np.dot(X.T, delta1) / Y.size
        return pd.DataFrame(records)

    return fit


# Pure Python on the wheat seeds: one row at a time


def wheat_task() -> Task:
    """All 210 rows, scaled to between 0 and 1."""
    wheat = load_wheat_seeds()
    low, high = wheat.X.min(axis=0), wheat.X.max(axis=0)
    return Task((wheat.X - low) / (high - low), wheat.labels, 5, 1, epochs=3, learning_rate=0.3)


def course_loops(task: Task) -> Training:
    """The six steps of chapter 4."""
    network = loops.initialize_network(task.sizes, Random(1))
    examples = list(zip(task.X.tolist(), task.labels.tolist()))
    return lambda: loops.train_network(network, examples, task.learning_rate, task.epochs)


def usual_loops(task: Task) -> Training:
    """The same in the style of the usual tutorial: label in the row, lists of errors, indices."""
    generator = Random(1)
    inputs, hidden, classes = task.sizes
    network = [
        [{"weights": [generator.random() for _ in range(count + 1)]} for _ in range(neurons)]
        for count, neurons in ((inputs, hidden), (hidden, classes))
    ]
    rows = [[*x, label] for x, label in zip(task.X.tolist(), task.labels.tolist())]

    def forward(row):
        values = row
        for layer in network:
            outputs = []
            for neuron in layer:
                total = neuron["weights"][-1]
                for i in range(len(neuron["weights"]) - 1):
                    total += neuron["weights"][i] * values[i]
                neuron["output"] = 1.0 / (1.0 + math.exp(-total))
                outputs.append(neuron["output"])
            values = outputs
        return values

    def backward(expected):
        for i in reversed(range(len(network))):
            errors = []
            if i == len(network) - 1:
                for j in range(len(network[i])):
                    errors.append(network[i][j]["output"] - expected[j])
            else:
                for j in range(len(network[i])):
                    error = 0.0
                    for neuron in network[i + 1]:
                        error += neuron["weights"][j] * neuron["delta"]
                    errors.append(error)
            for j in range(len(network[i])):
                neuron = network[i][j]
                neuron["delta"] = errors[j] * neuron["output"] * (1.0 - neuron["output"])

    def update(row):
        for i in range(len(network)):
            values = row[:-1] if i == 0 else [neuron["output"] for neuron in network[i - 1]]
            for neuron in network[i]:
                for j in range(len(values)):
                    neuron["weights"][j] -= task.learning_rate * neuron["delta"] * values[j]
                neuron["weights"][-1] -= task.learning_rate * neuron["delta"]

    def fit() -> list[float]:
        errors = []
        for _ in range(task.epochs):
            total = 0.0
            for row in rows:
                outputs = forward(row)
                expected = [0 for _ in range(classes)]
                expected[row[-1]] = 1
                total += sum((expected[i] - outputs[i]) ** 2 for i in range(classes))
                backward(expected)
                update(row)
            errors.append(total)
        return errors

    return fit
