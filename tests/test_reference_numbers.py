"""The numbers that the book reproduces, published or recomputed, each held to its digits."""

import math
from collections import Counter
from random import Random

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.neighbors import KNeighborsClassifier

from backprop import loops
from backprop.byhand import WEIGHTS, repeat_steps, trace_step
from backprop.datasets import DATA_FOLDER, load_iris
from backprop.losses import SquaredError
from backprop.network import Network
from backprop.optimizers import GradientDescent
from backprop.training import train

# The 2-2-1 network


def test_the_linear_step():
    trace = trace_step()
    expected = {"h1": 0.85, "h2": 0.48, "p": 0.191, "E": 0.3272405, "∂E/∂p": -0.809}
    gradient = (-0.22652, -0.33978, -0.24270, -0.36405, -0.68765, -0.38832)
    expected |= {f"∂E/∂{weight}": slope for weight, slope in zip(WEIGHTS, gradient)}
    new = (0.121326, 0.226989, 0.132135, 0.0982025, 0.1743825, 0.169416)
    expected |= {f"{weight}′": value for weight, value in zip(WEIGHTS, new)}
    expected["p′"] = 0.2557457808075
    for symbol, value in expected.items():
        assert float(trace[symbol]) == value, symbol  # exact: every one is a short decimal
    assert float(trace["E′"]) == pytest.approx(0.2769571714, abs=5e-11)


@pytest.mark.parametrize(
    ("steps", "prediction"),
    [(2, 0.33231), (3, 0.41937), (5, 0.60831), (10, 0.92564), (20, 0.99907), (30, 0.99999)],
)
def test_the_prediction_after_more_steps(steps, prediction):
    *_, last = repeat_steps(steps)
    assert round(last["p′"], 5) == prediction


def test_the_two_traps():
    rounded = [round(float(weight), 2) for weight in trace_step().new_weights]
    assert rounded == [0.12, 0.23, 0.13, 0.10, 0.17, 0.17]
    assert float(trace_step(weights=rounded)["p"]) == 0.2533
    # The wrong step: w5 and w6 first, and their new values in the gradients of w1 to w4.
    trace = trace_step()
    *_, new5, new6 = trace.new_weights
    changed = [
        trace[weight] - trace["η"] * trace["∂E/∂p"] * new * trace[x]
        for weight, new, x in zip(WEIGHTS, (new5, new5, new6, new6), ("x1", "x2", "x1", "x2"))
    ]
    trap = trace_step(weights=[*changed, new5, new6])
    assert round(float(trap["p"]), 5) == 0.26063


def test_the_sigmoid_step():
    trace = trace_step(activation="sigmoid")
    expected = {"h1": 0.70057, "h2": 0.61775, "p": 0.54754, "E": 0.10236}
    expected |= {"∂E/∂w5": -0.07853, "∂E/∂w6": -0.06924}
    for symbol, value in expected.items():
        assert round(trace[symbol], 5) == value, symbol
    gradient = [round(trace[f"∂E/∂{weight}"], 6) for weight in WEIGHTS[:4]]
    assert gradient == [-0.006584, -0.009876, -0.007941, -0.011911]


def test_the_other_classic():
    network = Network([2, 2, 2], loss=SquaredError("nothing"), generator=np.random.default_rng(0))
    hidden, output = network.layers
    hidden.W[...], hidden.b[...] = [[0.15, 0.25], [0.20, 0.30]], 0.35
    output.W[...], output.b[...] = [[0.40, 0.50], [0.45, 0.55]], 0.60
    X, Y = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
    loss, gradient = network.loss_and_gradient(X, Y)
    assert round(loss, 9) == 0.298371109
    before = network.parameters.copy()
    network.parameters -= 0.5 * gradient
    assert round(network.loss_value(X, Y), 9) == 0.280471447
    hidden.b[...], output.b[...] = 0.35, 0.60  # the published step leaves the biases alone
    assert round(network.loss_value(X, Y), 10) == 0.2910277737

    # The published 0.291027924 comes from the trap: hidden deltas from output weights that are new.
    network.parameters[...] = before
    of_hidden, of_output = network.forward(X).caches
    G = network.loss.derivative(of_output.A, Y)
    output.backward(G, of_output, output.gradients)
    output.W -= 0.5 * output.dW
    G = output.input_gradient(output.delta(G, of_output), of_output)
    hidden.backward(G, of_hidden, hidden.gradients)
    hidden.W -= 0.5 * hidden.dW
    assert round(network.loss_value(X, Y), 9) == 0.291027924


# Wheat seeds

ROSA_FIRST = ("Rosa", "Kama", "Canadian")
PUBLISHED_FOLDS = [92.857, 92.857, 97.619, 92.857, 90.476]


def wheat_scores(algorithm, *arguments):
    dataset = loops.load_csv(DATA_FOLDER / "wheat_seeds.csv", ROSA_FIRST)
    dataset = loops.normalize_dataset(dataset, loops.dataset_minmax(dataset))
    scores = loops.evaluate_algorithm(dataset, algorithm, 5, Random(1), *arguments)
    return [round(score, 3) for score in scores]


def test_the_published_folds_come_back():
    scores = wheat_scores(loops.back_propagation, 0.3, 500, [5])
    assert scores == PUBLISHED_FOLDS
    assert round(sum(scores) / 5, 3) == 93.333


def test_the_zero_rule():
    def majority(train, test, generator):
        # The first of the labels that occur most often, by the order of the classes.
        counts = Counter(label for _, label in train)
        return [max(sorted(counts), key=counts.get)] * len(test)

    scores = wheat_scores(majority)
    assert round(sum(scores) / 5, 3) == 28.095


# Iris


@pytest.fixture(scope="module")
def iris_split():
    return load_iris().split(20, seed=4)


def published_network(divide_by="elements"):
    network = Network(
        [4, 2, 3],
        bias=False,
        loss=SquaredError(divide_by),
        generator=np.random.default_rng(0),
    )
    legacy = np.random.RandomState(10)
    for layer in network.layers:
        layer.W[...] = legacy.normal(scale=0.5, size=layer.W.shape)
    return network


def accuracy(network, data):
    return float((network.classify(data.X) == data.labels).mean())


def test_the_published_iris_result(iris_split):
    training, test = iris_split
    network, scores, done = published_network(), {}, 0
    for iterations in (1000, 2000, 5000, 7000, 10_000, 20_000):
        train(network, training.X, training.Y, GradientDescent(0.1), epochs=iterations - done)
        done = iterations
        scores[iterations] = accuracy(network, test)
        if iterations == 5000:
            assert round(accuracy(network, training), 3) == 0.708
            assert round(network.loss_value(training.X, training.Y), 5) == 0.06095
            matrix = confusion_matrix(test.labels, network.classify(test.X))
            assert matrix.tolist() == [[9, 0, 0], [0, 0, 4], [0, 0, 7]]
    expected = {1000: 0.65, 2000: 0.65, 5000: 0.80, 7000: 0.85, 10_000: 0.95, 20_000: 0.95}
    assert scores == expected


def test_dividing_by_rows_is_a_three_times_larger_step(iris_split):
    training, test = iris_split
    rows, elements = published_network("rows"), published_network()
    train(rows, training.X, training.Y, GradientDescent(0.1), epochs=5000)
    train(elements, training.X, training.Y, GradientDescent(0.3), epochs=5000)
    assert accuracy(rows, test) == 0.95
    assert rows.parameters == pytest.approx(elements.parameters, rel=1e-9)


@pytest.mark.parametrize(
    ("model", "score"),
    [
        (LogisticRegression(max_iter=1000), 0.95),
        (KNeighborsClassifier(n_neighbors=1), 0.90),
        (DummyClassifier(), 0.20),
    ],
)
def test_baselines_on_the_published_split(iris_split, model, score):
    training, test = iris_split
    model.fit(training.X, training.labels)
    assert math.isclose(model.score(test.X, test.labels), score)
