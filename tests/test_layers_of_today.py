"""What is special about each of today's layers, and a second implementation of each."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import correlate
from strategies import seeds

from backprop.autodiff import Value, where
from backprop.gru import GRUNetwork
from backprop.layers import (
    GRU,
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
)
from backprop.network import Network
from backprop.parameters import Gradient
from backprop.saving import load_network, save_network


def drawn(layer, seed=0):
    """The layer with random parameters."""
    generator = np.random.default_rng(seed)
    layer.initialize(generator)
    layer.parts.vector[...] += generator.normal(scale=0.5, size=layer.parts.vector.size)
    return layer


def check_against_engine(layer, X, computation, training=False):
    """The layer's output and gradients are those of the engine for the same computation.

    `computation` gets X and the parameters by their names, as values.
    """
    A, cache = layer.forward(X, training)
    G = np.random.default_rng(9).normal(size=A.shape)
    gradient = Gradient(layer.shapes)
    back = layer.backward(G, cache, gradient)
    gradient.finish()
    x = Value(X.copy())
    parts = {name: Value(view.copy()) for name, view in layer.parts.views.items()}
    result = computation(x, parts)
    np.testing.assert_allclose(A, result.data, rtol=0, atol=1e-12)
    result.backward(G)
    np.testing.assert_allclose(back, x.gradient, rtol=0, atol=1e-9)
    for name, value in parts.items():
        np.testing.assert_allclose(gradient[name], value.gradient, rtol=0, atol=1e-9)


def normalized(x, axis):
    centred = x - x.mean(axis=axis, keepdims=True)
    variance = (centred**2).mean(axis=axis, keepdims=True)
    return centred / (variance + 1e-5) ** 0.5


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5), seeds)
def test_layer_normalization_is_that_of_the_engine(samples, steps, features, seed):
    X = np.random.default_rng(seed).normal(size=(samples, steps, features))
    check_against_engine(
        drawn(LayerNormalization(features), seed),
        X,
        lambda x, p: normalized(x, -1) * p["scale"] + p["shift"],
    )


@given(st.integers(2, 6), st.integers(1, 3), st.integers(1, 4), seeds)
def test_batch_normalization_is_that_of_the_engine(samples, places, features, seed):
    X = np.random.default_rng(seed).normal(size=(samples, places, features))
    check_against_engine(
        drawn(BatchNormalization(features), seed),
        X,
        lambda x, p: normalized(x, (0, 1)) * p["scale"] + p["shift"],
        training=True,
    )


@given(st.integers(1, 3), st.integers(1, 5), st.integers(1, 3), st.integers(1, 3), seeds)
def test_attention_is_that_of_the_engine(samples, steps, heads, columns, seed):
    width = heads * columns
    X = np.random.default_rng(seed).normal(size=(samples, steps, width))

    def attend(x, p):
        def apart(start):
            part = (x @ p["W"])[..., start : start + width]
            return part.reshape(samples, steps, heads, columns).swapaxes(1, 2)

        Q, K, V = map(apart, (0, width, 2 * width))
        S = Q @ K.swapaxes(-1, -2) / columns**0.5
        S = where(np.tri(steps, dtype=bool), S, -1e9)
        shares = (S - S.logsumexp(-1).reshape(samples, heads, steps, 1)).exp()
        H = (shares @ V).swapaxes(1, 2).reshape(samples, steps, width)
        return H @ p["W_o"] + p["b_o"]

    check_against_engine(drawn(Attention(width, heads), seed), X, attend)


@given(
    st.integers(1, 2),
    st.integers(2, 6),
    st.integers(2, 6),
    st.integers(1, 3),
    st.integers(1, 2),
    seeds,
)
def test_convolution_is_that_of_the_engine(channels, height, width, kernel, stride, seed):
    kernel = min(kernel, height, width)
    padding = kernel // 2
    layer = drawn(
        Convolution((height, width), channels, 2, kernel, stride=stride, padding=padding), seed
    )
    X = np.random.default_rng(seed).normal(size=(2, height, width, channels))
    rows, columns = layer.window.places

    def slide(x, p):
        weights = p["W"].reshape(kernel, kernel, channels, 2)
        total = p["b"] + np.zeros((2, rows, columns, 2))
        seen = [np.arange(n) * stride - padding for n in (rows, columns)]
        for i in range(kernel):
            for j in range(kernel):
                a, b = seen[0] + i, seen[1] + j
                inside = np.outer((a >= 0) & (a < height), (b >= 0) & (b < width))
                part = x[:, a.clip(0, height - 1)][:, :, b.clip(0, width - 1)]
                total = total + (part * inside[:, :, None].astype(float)) @ weights[i, j]
        return total

    check_against_engine(layer, X, slide)


def test_a_convolution_is_scipys_correlation():
    layer = drawn(Convolution((7, 8), 2, 1, (3, 4)))
    X = np.random.default_rng(1).normal(size=(1, 7, 8, 2))
    kernel = layer.W.reshape(3, 4, 2)
    expected = correlate(X[0], kernel, mode="valid")[..., 0] + layer.b
    np.testing.assert_allclose(layer.forward(X)[0][0, ..., 0], expected, atol=1e-12)


def test_pooling_gives_the_gradient_to_the_first_of_equal_numbers_once():
    layer = MaxPooling((2, 2), 1, 2)
    A, cache = layer.forward(np.full((1, 2, 2, 1), 3.0))
    assert A.ravel().tolist() == [3.0]
    back = layer.backward(np.full((1, 1, 1, 1), 5.0), cache, Gradient({}))
    assert back.ravel().tolist() == [5.0, 0, 0, 0]


def test_padding_never_wins():
    layer = MaxPooling((2, 2), 1, 2, padding=1)
    assert (layer.forward(np.full((1, 2, 2, 1), -3.0))[0] == -3.0).all()


def test_pooling_is_that_of_the_engine():
    X = np.random.default_rng(2).normal(size=(2, 4, 6, 3))

    def largest(x, parts):
        grouped = x.reshape(2, 2, 2, 3, 2, 3).swapaxes(2, 3)
        return grouped.reshape(2, 2, 3, 4, 3).max(axis=3)

    check_against_engine(MaxPooling((4, 6), 3, 2), X, largest)


def test_an_id_read_twice_gets_both_gradients():
    layer = drawn(Embedding(4, 2, 3))
    _, ids = layer.forward(np.array([[1.0, 3, 1]]))
    gradient = Gradient(layer.shapes)
    layer.backward(np.array([[[1.0, 2], [3, 4], [5, 6]]]), ids, gradient)
    assert gradient["E"].tolist() == [[0, 0], [6, 8], [0, 0], [3, 4]]


def test_an_embedding_is_the_product_with_one_hot_rows():
    layer = drawn(Embedding(4, 3, 2))
    ids = np.array([[0.0, 3], [3, 3]])
    one_hot = Dense(4, 3, bias=False)
    one_hot.W = layer.E
    np.testing.assert_array_equal(
        layer.forward(ids)[0], one_hot.forward(np.eye(4)[ids.astype(int)])[0]
    )


def test_the_gru_layer_is_the_gru_network():
    generator = np.random.default_rng(4)
    network = GRUNetwork(3, 4, 2, generator=generator, reading="every step", keep_bias=1.0)
    layer = GRU(3, 4)
    layer.parts.vector[...] = network.parameters[: layer.parts.vector.size]
    X = generator.normal(size=(2, 5, 3))
    states, _ = layer.forward(X)
    passed = network.forward(X)
    np.testing.assert_allclose(states, passed.states[:, 1:], atol=1e-15)
    np.testing.assert_allclose(
        (states @ network.V + network.c).reshape(-1, 2), passed.outputs, atol=1e-14
    )


def test_no_step_reads_from_a_later_one():
    layer = drawn(Attention(6, 2))
    X = np.random.default_rng(5).normal(size=(1, 5, 6))
    Y, cache = layer.forward(X)
    changed = X.copy()
    changed[:, 3:] += 10.0
    np.testing.assert_array_equal(layer.forward(changed)[0][:, :3], Y[:, :3])
    np.testing.assert_allclose(cache.A.sum(axis=-1), 1.0, atol=1e-14)
    assert not np.triu(cache.A[0, 0], 1).any()


def test_dropout_keeps_the_mean_and_is_nothing_after_training():
    layer = drawn(Dropout(0.3))
    X = np.ones((200, 500))
    A, mask = layer.forward(X, training=True)
    assert set(np.unique(A).round(12)) == {0.0, round(1 / 0.7, 12)}
    assert A.mean() == pytest.approx(1.0, abs=0.01)
    G = np.random.default_rng(6).normal(size=X.shape)
    np.testing.assert_array_equal(layer.backward(G, mask, Gradient({})), G * mask)
    assert layer.forward(X)[0] is X
    assert not np.array_equal(layer.forward(X, training=True)[1], mask)


def test_dropout_without_a_generator_says_what_to_do():
    with pytest.raises(ValueError, match=r"has no generator.*layer\.initialize"):
        Dropout(0.5).forward(np.ones((2, 3)), training=True)


def test_batch_normalization_collects_what_it_uses_after_training(tmp_path):
    generator = np.random.default_rng(7)
    layers = [Dense(3, 4, "tanh"), BatchNormalization(4), Dense(4, 2)]
    network = Network.of_layers(layers, generator=generator)
    X = generator.normal(loc=2.0, size=(50, 3))
    for _ in range(200):
        network.forward(X, training=True)
    hidden = network.layers[0].forward(X)[0]
    np.testing.assert_allclose(network.layers[1].mean, hidden.mean(axis=0), atol=1e-8)
    np.testing.assert_allclose(network.layers[1].variance, hidden.var(axis=0, ddof=1), atol=1e-8)
    save_network(network, tmp_path / "network.npz")
    loaded = load_network(tmp_path / "network.npz")
    np.testing.assert_array_equal(loaded.predict(X), network.predict(X))
    np.testing.assert_array_equal(copy.deepcopy(network).predict(X), network.predict(X))


def test_one_row_has_no_variance():
    with pytest.raises(ValueError, match="got 1 row in training: .* at least 2"):
        BatchNormalization(3).forward(np.ones((1, 3)), training=True)


def test_the_gradient_of_normalized_numbers_has_the_sum_0():
    layer = drawn(LayerNormalization(6))
    X = np.random.default_rng(8).normal(size=(4, 6))
    _, cache = layer.forward(X)
    G = np.random.default_rng(9).normal(size=X.shape)
    back = layer.backward(G, cache, Gradient(layer.shapes))
    np.testing.assert_allclose(back.sum(axis=1), 0.0, atol=1e-12)


def test_a_residual_connection_binds_the_layers_inside_to_the_networks_vector():
    block = Residual([LayerNormalization(3), Residual([Dense(3, 3, "tanh")])])
    network = Network.of_layers([Dense(2, 3), block], generator=np.random.default_rng(0))
    network.parameters[...] = np.arange(network.parameters.size)
    inner = block.layers[1].layers[0]
    assert inner.b.tolist() == network.parameters[-3:].tolist()
    assert network.parameter_name(-1) == "layer 2, 2 1 b[2]"
    assert "layer 2, 2 1 W" in network.parts.shapes and network.penalized.sum() == 6 + 9


WRONG = {
    "a kernel larger than its image": (
        lambda: Convolution((4, 5), 1, 2, (3, 6)),
        r"along axis 1 the kernel has 6 places and the input 5: .* at most 5",
    ),
    "padding as large as the kernel": (
        lambda: Convolution(9, 1, 2, 3, padding=3),
        "the padding is 3 and the kernel has 3 places: .* take a padding below 3",
    ),
    "numbers for other axes": (
        lambda: Convolution((4, 5), 1, 2, (3, 3, 3)),
        r"kernel is \(3, 3, 3\): give one number, or 2, one for each axis",
    ),
    "no stride": (lambda: MaxPooling((4, 4), 1, 2, stride=0), "the stride is 0: give a whole"),
    "heads": (lambda: Attention(6, 4), "4 heads do not divide the width 6"),
    "a rate of 1": (lambda: Dropout(1.0), "the dropout rate is 1.0: give .* less than 1"),
    "an id outside": (
        lambda: Embedding(4, 2, 2).forward(np.array([[0.0, 4.0]])),
        "the id 4 is not in the table: give whole numbers from 0 to 3",
    ),
    "an id in between": (
        lambda: Embedding(4, 2, 2).forward(np.array([[0.5, 1.0]])),
        "the id 0.5 is not in the table",
    ),
    "another shape": (lambda: Reshape((2, 3), (5,)), r"\(2, 3\) has 6 entries and \(5,\) has 5"),
    "a residual of another width": (
        lambda: Residual([Dense(3, 4)]),
        r"take samples of shape \(3,\) and give \(4,\)",
    ),
    "an empty residual": (lambda: Residual([]), "needs at least one layer"),
    "rows for attention": (
        lambda: Attention(4).forward(np.ones((2, 4))),
        r"input of shape \(2, 4\): give \(samples, steps, 4\)",
    ),
    "an axis that is not there": (
        lambda: Softmax(2).forward(np.ones((2, 4))),
        "softmax along axis 2 got an input with 2 axes",
    ),
    "images of another size": (
        lambda: Network.of_layers(
            [Convolution((6, 6), 1, 2, 3), MaxPooling((5, 4), 2, 2)],
            generator=np.random.default_rng(0),
        ),
        r"layer 2 takes samples of shape \(5, 4, 2\), and the layer before it gives \(4, 4, 2\)",
    ),
}


@pytest.mark.parametrize("title", WRONG)
def test_what_does_not_fit_is_named(title):
    make, message = WRONG[title]
    with pytest.raises(ValueError, match=message):
        make()
