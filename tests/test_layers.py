"""The contract that every kind of layer keeps: gradient in, gradient out, and nothing kept."""

import copy

import numpy as np
import pytest

from backprop.activations import ACTIVATIONS, get_activation
from backprop.diagnosis import diagnose
from backprop.gradients import check_gradient, numerical_gradient
from backprop.layers import (
    GRU,
    ActivationLayer,
    Attention,
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Embedding,
    LayerNormalization,
    MaxPooling,
    Reshape,
    Residual,
    Softmax,
    layer_kinds,
    make_layer,
)
from backprop.network import Network
from backprop.parameters import Gradient, Parameters
from backprop.saving import load_network, save_network

# Each kind of layer, with the shape of an input.
EXAMPLES = {
    "Dense": (lambda: Dense(3, 4, "tanh"), (5, 3)),
    "Dense without biases": (lambda: Dense(3, 4, "softmax", bias=False), (5, 3)),
    "Dense on sequences": (lambda: Dense(3, 4, "sigmoid"), (2, 5, 3)),
    "ActivationLayer": (lambda: ActivationLayer("tanh"), (5, 3)),
    "ActivationLayer of softmax": (lambda: ActivationLayer("softmax"), (2, 5, 3)),
    "Dropout": (lambda: Dropout(0.3), (5, 3)),
    "LayerNormalization": (lambda: LayerNormalization(4), (5, 4)),
    "LayerNormalization of sequences": (lambda: LayerNormalization(4), (2, 5, 4)),
    "BatchNormalization": (
        lambda: BatchNormalization(3, mean=[1, 2, 3], variance=[2, 1, 0.5]),
        (5, 3),
    ),
    "BatchNormalization of images": (lambda: BatchNormalization(3), (4, 2, 2, 3)),
    "Residual": (lambda: Residual([LayerNormalization(3), Dense(3, 3, "tanh")]), (5, 3)),
    "Residual in another": (
        lambda: Residual([LayerNormalization(4), Attention(4, 2), Residual([Dense(4, 4)])]),
        (2, 3, 4),
    ),
    "Convolution of images": (lambda: Convolution((6, 5), 2, 3, (3, 2), "tanh"), (2, 6, 5, 2)),
    "Convolution with steps and padding": (
        lambda: Convolution((6, 7), 2, 3, 3, "sigmoid", stride=(2, 3), padding=(1, 2)),
        (2, 6, 7, 2),
    ),
    "Convolution of sequences": (lambda: Convolution(7, 2, 3, 3, padding=1), (2, 7, 2)),
    "MaxPooling": (lambda: MaxPooling((6, 4), 2, 2), (2, 6, 4, 2)),
    "MaxPooling that overlaps": (
        lambda: MaxPooling((5, 6), 2, 3, stride=2, padding=1),
        (2, 5, 6, 2),
    ),
    "Reshape": (lambda: Reshape((2, 3), (6,)), (4, 2, 3)),
    "Embedding": (lambda: Embedding(6, 4, 5), (3, 5)),
    "Embedding with positions": (lambda: Embedding(6, 4, 5, positions=True), (3, 5)),
    "Softmax": (lambda: Softmax(), (5, 3)),
    "Softmax of columns": (lambda: Softmax(1), (3, 4, 2)),
    "Attention": (lambda: Attention(6, 3), (2, 4, 6)),
    "Attention to all steps": (lambda: Attention(6, causal=False), (2, 4, 6)),
    "GRU": (lambda: GRU(3, 4, keep_bias=1.0), (2, 5, 3)),
}
each_example = pytest.mark.parametrize("name", EXAMPLES)


def example(name, dtype=np.float64):
    """A layer with random parameters, an input, and a gradient with respect to its output."""
    make, shape = EXAMPLES[name]
    layer, generator = make(), np.random.default_rng(1)
    layer.bind(Parameters(layer.shapes, dtype=dtype), Gradient(layer.shapes, dtype=dtype))
    layer.initialize(generator)
    layer.parts.vector += generator.normal(scale=0.5, size=layer.parts.vector.size)
    X = generator.normal(size=shape).astype(dtype)
    if isinstance(layer, Embedding):
        X = generator.integers(6, size=shape).astype(dtype)
    G = generator.normal(size=layer.forward(X)[0].shape).astype(dtype)
    return layer, X, G


def backward(layer, cache, G, **settings):
    """The gradients with respect to the input and to the parameters."""
    gradient = Gradient(layer.shapes, dtype=G.dtype)
    input_gradient = layer.backward(G, cache, gradient, **settings)
    gradient.finish()
    return input_gradient, gradient.vector


def test_a_dense_layer_hands_its_input_gradient_on_unless_nobody_needs_it():
    layer, X, G = example("Dense")
    cache = layer.forward(X)[1]
    delta = layer.delta(G, cache)

    def below(**settings):
        return layer.backward_from_delta(delta, cache, Gradient(layer.shapes), **settings)

    np.testing.assert_array_equal(below(), layer.backward(G, cache, Gradient(layer.shapes)))
    assert below(need_input=False) is None


def test_every_kind_of_layer_of_the_package_has_an_example():
    tried = {type(make()) for make, _ in EXAMPLES.values()}
    ours = {kind for kind in layer_kinds().values() if kind.__module__.startswith("backprop.")}
    assert tried == ours


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_layer_applies_its_function(name):
    Z = np.random.default_rng(0).normal(size=(4, 3))
    layer = ActivationLayer(name)
    np.testing.assert_array_equal(layer.forward(Z)[0], get_activation(name).function(Z))
    assert layer.settings() == {"activation": name}
    A, cache = layer.forward(Z)
    assert layer.pre_activations(A, cache) is Z


@each_example
def test_both_gradients_agree_with_central_differences(name):
    layer, X, G = example(name)
    input_gradient, gradient = backward(layer, layer.forward(X)[1], G)

    def loss(_):
        return float(np.sum(G * layer.forward(X)[0]))

    assert gradient == pytest.approx(numerical_gradient(loss, layer.parts.vector), abs=1e-8)
    if isinstance(layer, Embedding):
        assert not input_gradient.any()  # an id is not a quantity
        return
    # A view of X, so that a change of an entry changes X.
    assert input_gradient.ravel() == pytest.approx(
        numerical_gradient(loss, X.reshape(-1)), abs=1e-8
    )


@each_example
def test_both_gradients_of_a_training_pass_agree_with_central_differences(name):
    """With the same mask, and the statistics of the batch."""
    layer, X, G = example(name)
    start = copy.deepcopy(layer)

    def forward(X):
        if isinstance(layer, Dropout):
            layer.initialize(np.random.default_rng(3))
        if isinstance(layer, BatchNormalization):
            layer.mean[...], layer.variance[...] = start.mean, start.variance
        return layer.forward(X, training=True)

    input_gradient, gradient = backward(layer, forward(X)[1], G)

    def loss(_):
        return float(np.sum(G * forward(X)[0]))

    assert gradient == pytest.approx(numerical_gradient(loss, layer.parts.vector), abs=1e-8)
    if not isinstance(layer, Embedding):
        numerical = numerical_gradient(loss, X.reshape(-1))
        assert input_gradient.ravel() == pytest.approx(numerical, abs=1e-8)


@each_example
def test_gradients_of_several_passes_add_up_and_no_pass_disturbs_another(name):
    layer, X, G = example(name)
    caches = [layer.forward(part)[1] for part in (X, X[::-1])]
    apart = [backward(layer, cache, G)[1] for cache in caches]
    both = Gradient(layer.shapes)
    for cache in caches:
        layer.backward(G, cache, both)
    both.finish()
    assert both.vector == pytest.approx(sum(apart), rel=1e-12)


@each_example
def test_a_backward_pass_changes_neither_its_gradient_nor_its_cache(name):
    layer, X, G = example(name)
    cache, before = layer.forward(X)[1], (X.copy(), G.copy(), layer.parts.vector.copy())
    first = backward(layer, cache, G)
    second = backward(layer, cache, G)
    assert all(map(np.array_equal, first, second))
    assert all(map(np.array_equal, (X, G, layer.parts.vector), before))


@each_example
def test_the_gradient_of_the_parameters_needs_no_gradient_of_the_input(name):
    layer, X, G = example(name)
    cache = layer.forward(X)[1]
    assert np.array_equal(
        backward(layer, cache, G, need_input=False)[1], backward(layer, cache, G)[1]
    )


@each_example
def test_float32_stays_float32(name):
    layer, X, G = example(name, np.float32)
    A, cache = layer.forward(X)
    input_gradient, _ = backward(layer, cache, G)
    assert A.dtype == input_gradient.dtype == np.float32


@each_example
def test_the_shapes_of_one_sample_are_those_that_it_says(name):
    layer, X, G = example(name)
    for said, array in ((layer.input_shape, X), (layer.output_shape, G)):
        assert said is None or array.shape[-len(said) :] == said
    assert set(layer.penalized) <= set(layer.shapes)


@each_example
def test_settings_build_the_layer_again(name):
    layer, X, _ = example(name)
    twin = make_layer(type(layer).__name__, layer.settings())
    assert repr(twin) == repr(layer) and twin.shapes == layer.shapes
    assert np.array_equal(copy.deepcopy(layer).forward(X)[0], layer.forward(X)[0])


@pytest.mark.parametrize(
    "name",
    [name for name, (_, shape) in EXAMPLES.items() if len(shape) == 2 and name[:4] != "Embe"],
)
def test_in_a_network_it_is_checked_saved_and_never_accused(tmp_path, name):
    make, (_, width) = EXAMPLES[name]
    generator = np.random.default_rng(2)
    middle = make()
    after = (middle.output_shape or (width,))[-1]
    layers = [Dense(4, width, "sigmoid"), middle, Dense(after, 2, "softmax")]
    network = Network.of_layers(
        layers, generator=generator, loss="categorical cross-entropy", l2=0.1
    )
    network.parameters += generator.normal(scale=0.3, size=network.parameters.size)
    X, Y = generator.normal(size=(6, 4)), np.eye(2)[generator.integers(2, size=6)]
    assert check_gradient(network, X, Y).largest_relative_error < 1e-6
    assert diagnose(network.loss_and_gradient(X, Y)[1], network, X, Y).right
    save_network(network, tmp_path / "network.npz")
    assert np.array_equal(load_network(tmp_path / "network.npz").predict(X), network.predict(X))
