"""The explorer of depth: its deltas are those of the package's layers."""

import math

import numpy as np
from explorer_pages import check_agreement, opened, usual_and_drawn, values

from backprop.explorers.draws import NEURONS, normal_draws, unpacked
from backprop.mistakes.formulas.initialization import DELTA_LEFT
from backprop.network import Network

NAME = "delta-depth"
STEEPEST = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0}


def size(numbers):
    return float(np.sqrt(np.mean(numbers**2)))


def expected(activation, scale, layers):
    """The explorer's table, computed by the package."""
    layers = int(layers)
    inputs, G, draws = unpacked(normal_draws())
    sizes, generator = [NEURONS] * (layers + 1), np.random.default_rng(0)
    network = Network(sizes, activation, bias=False, generator=generator)
    for layer, own in zip(network.layers, draws):
        layer.W[:] = scale / NEURONS**0.5 * own
    forward = network.forward(inputs)
    deltas, slopes = [], []
    for layer, cache, A in reversed([*zip(network.layers, forward.caches, forward.A[1:])]):
        delta = layer.activation.delta(G, cache.Z, A)
        slopes.insert(0, size(layer.activation.delta(np.ones_like(A), cache.Z, A)))
        deltas.insert(0, size(delta))
        G = delta @ layer.W.T
    left, steps = deltas[0] / deltas[-1], layers - 1
    typical = math.prod(slopes[:-1]) ** (1 / steps)
    table = {
        "δ in layer 1 as a multiple of δ in the last layer": left,
        "the same, in powers of ten": math.log10(left),
        "factor per layer": left ** (1 / steps),
        "root mean square of f′(Z), typical layer": typical,
        "estimate: (std · √n · f′) to the power of the steps": DELTA_LEFT(
            scale, typical, STEEPEST[activation], NEURONS, steps
        ),
    }
    for layer, (delta, slope, A) in enumerate(zip(deltas, slopes, forward.A[1:]), start=1):
        table[f"δ in layer {layer}, root mean square"] = delta
        table[f"f′(Z) in layer {layer}, root mean square"] = slope
        table[f"outputs of layer {layer}, root mean square"] = size(A)
    return table


def test_its_numbers_are_those_of_the_package(chromium, tmp_path):
    generator = np.random.default_rng(9)
    with opened(chromium, tmp_path, NAME) as visit:
        for drawn in usual_and_drawn(visit.page, NAME, generator):
            found, wanted = values(visit.page, NAME, drawn), expected(**drawn)
            check_agreement(found, wanted)
            # The smallest deltas are far below 1e-12: their ratio has to be right, too.
            for name, value in wanted.items():
                assert math.isclose(found[name], value, rel_tol=1e-11), name


def test_its_draws_are_standard_normal():
    inputs, upstream, weights = unpacked(normal_draws())
    assert inputs.shape == upstream.shape == (8, NEURONS)
    assert abs(weights.mean()) < 0.02 and abs(weights.std() - 1) < 0.02
    assert abs(size(inputs) - 1) < 0.15 and abs(size(upstream) - 1) < 0.15


def test_delta_behaves_as_the_chapter_says():
    """Sigmoids lose it, tanh keeps it, ReLU needs a factor of √2, large weights make it explode."""
    powers = {
        case: expected(*case, 20)["the same, in powers of ten"]
        for case in [("sigmoid", 1), ("tanh", 1), ("relu", 1), ("relu", 1.4), ("relu", 3)]
    }
    assert powers["sigmoid", 1] < -9
    assert abs(powers["tanh", 1]) < 1.5
    assert -4.5 < powers["relu", 1] < -2
    assert abs(powers["relu", 1.4]) < 1.5
    assert powers["relu", 3] > 4
