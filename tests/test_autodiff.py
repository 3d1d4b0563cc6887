"""The engine: every operation against central differences, deep graphs, memory, and its errors."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes
from strategies import random_targets, seeds

from backprop.activations import softmax
from backprop.autodiff import Value, topological_order, unbroadcast
from backprop.datasets import load_iris, standardize
from backprop.gradients import numerical_gradient
from backprop.losses import CategoricalCrossEntropy
from backprop.network import Network

ONE_OPERAND = {
    "negative": lambda x: -x,
    "square": lambda x: x**2,
    "root": lambda x: x**0.5,
    "inverse": lambda x: x**-1,
    "power 0": lambda x: x**0,
    "exp": lambda x: x.exp(),
    "log": lambda x: x.log(),
    "tanh": lambda x: x.tanh(),
    "sigmoid": lambda x: x.sigmoid(),
    "relu": lambda x: x.relu(),
    "relu of negative": lambda x: (x - 1).relu(),
    "sum": lambda x: x.sum(),
    "sum of columns": lambda x: x.sum(axis=0),
    "sum kept": lambda x: x.sum(axis=1, keepdims=True),
    "sum of two axes": lambda x: x.sum(axis=(0, -1)),
    "mean": lambda x: x.mean(),
    "mean of rows": lambda x: x.mean(axis=1),
    "mean kept": lambda x: x.mean(axis=(0, 1), keepdims=True),
    "logsumexp": lambda x: x.logsumexp(),
    "logsumexp of columns": lambda x: x.logsumexp(axis=0),
    "row": lambda x: x[1],
    "slice": lambda x: x[:, ::2],
    "number": lambda x: x[-1, 2],
    "rows twice": lambda x: x[[0, 2, 0]],
    "mask": lambda x: x[np.arange(12).reshape(3, 4) % 5 > 1],
    "reshape": lambda x: x.reshape(2, -1),
    "flat": lambda x: x.reshape(12),
    "transpose": lambda x: x.T,
    "number minus": lambda x: 3 - x,
    "number over": lambda x: 3 / x,
    "number times": lambda x: 3 * x,
    "number plus": lambda x: 3 + x,
    "array minus": lambda x: np.arange(4.0) - x,
    "array over": lambda x: np.ones((3, 1)) / x,
    "array @": lambda x: np.arange(6.0).reshape(2, 3) @ x,
    "@ array": lambda x: x @ np.arange(8.0).reshape(4, 2),
    "used twice": lambda x: x * x + x,
    "@ itself": lambda x: x @ x.T,
}
# What an array has no method for. The others read the same for an array.
WITH_NUMPY = {
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "relu of negative": lambda x: np.maximum(x - 1, 0),
    "logsumexp": lambda x: np.log(np.exp(x).sum(axis=-1)),
    "logsumexp of columns": lambda x: np.log(np.exp(x).sum(axis=0)),
}
TWO_OPERANDS = {
    "+": lambda a, b: a + b,
    "−": lambda a, b: a - b,
    "×": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def engine_and_differences(function, *arrays):
    """The gradient of Σ seed · function(arrays) by all numbers, by the engine and numerically."""
    values = [Value(array) for array in arrays]
    result = function(*values)
    seed = np.random.default_rng(0).normal(size=result.shape)
    result.backward(seed)
    engine = np.concatenate([value.gradient.ravel() for value in values])
    assert all(value.gradient.shape == array.shape for value, array in zip(values, arrays))

    ends = np.cumsum([array.size for array in arrays])[:-1]

    def total(numbers):
        parts = np.split(numbers, ends)
        shaped = [Value(part.reshape(a.shape)) for part, a in zip(parts, arrays)]
        return float((seed * function(*shaped).data).sum())

    flat = np.concatenate([array.ravel() for array in arrays])
    return engine, numerical_gradient(total, flat)


@pytest.mark.parametrize("name", ONE_OPERAND)
def test_one_operand_against_central_differences(name):
    x = np.random.default_rng(1).uniform(0.5, 1.9, size=(3, 4))  # away from kinks and poles
    x[0, 0] = 0.3  # where relu(x − 1) is flat
    engine, numerical = engine_and_differences(ONE_OPERAND[name], x)
    assert engine == pytest.approx(numerical, rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("name", ONE_OPERAND)
def test_forward_is_numpys(name):
    x = np.random.default_rng(2).uniform(0.5, 1.9, size=(3, 4))
    function = ONE_OPERAND[name]
    expected = WITH_NUMPY.get(name, function)(x)
    result = function(Value(x))
    assert result.shape == expected.shape and result.data == pytest.approx(expected, abs=1e-14)


@given(
    st.sampled_from(sorted(TWO_OPERANDS)),
    mutually_broadcastable_shapes(num_shapes=2, min_side=1, max_side=3, max_dims=3),
    seeds,
)
def test_two_operands_broadcast_against_central_differences(name, shapes, seed):
    generator = np.random.default_rng(seed)
    a, b = (generator.uniform(0.5, 2, size=shape) for shape in shapes.input_shapes)
    operation = TWO_OPERANDS[name]
    assert np.array_equal(operation(Value(a), Value(b)).data, operation(a, b))
    engine, numerical = engine_and_differences(operation, a, b)
    assert engine == pytest.approx(numerical, abs=1e-8)


@given(st.lists(st.integers(1, 4), min_size=3, max_size=3), seeds)
def test_matrix_product_against_central_differences(sizes, seed):
    rows, inner, columns = sizes
    generator = np.random.default_rng(seed)
    A, B = generator.normal(size=(rows, inner)), generator.normal(size=(inner, columns))
    assert np.array_equal((Value(A) @ Value(B)).data, A @ B)
    engine, numerical = engine_and_differences(lambda a, b: a @ b, A, B)
    assert engine == pytest.approx(numerical, abs=1e-8)


@given(mutually_broadcastable_shapes(num_shapes=1, min_side=1, max_dims=3), seeds)
def test_unbroadcast_is_the_transpose_of_broadcasting(shapes, seed):
    """⟨broadcast(x), g⟩ = ⟨x, unbroadcast(g)⟩ for every x and g."""
    generator = np.random.default_rng(seed)
    (shape,) = shapes.input_shapes
    x, g = generator.normal(size=shape), generator.normal(size=(2, *shapes.result_shape))
    back = unbroadcast(g, shape)
    assert back.shape == shape
    assert (np.broadcast_to(x, g.shape) * g).sum() == pytest.approx((x * back).sum(), abs=1e-9)


def test_slopes_at_the_special_points():
    x = Value([-1.0, 0.0, 2.0])
    x.relu().sum().backward()
    assert x.gradient.tolist() == [0, 0, 1]
    zero = Value(0.0)
    (zero**0 + zero**1 + zero**2).backward()
    assert zero.gradient == 1


def test_nothing_overflows():
    z = Value([[-1000.0, 0.0, 1000.0]])
    (z.sigmoid() + z.tanh()).sum().backward()
    assert z.gradient.tolist() == [[0, 1.25, 0]]
    z.zero_gradient()
    total = z.logsumexp()
    assert total.data.tolist() == [1000]
    total.sum().backward()
    assert z.gradient.tolist() == [[0, 0, 1]]


@given(st.integers(1, 6), st.integers(1, 5), seeds)
def test_stable_cross_entropy_is_the_fused_one(rows, classes, seed):
    generator = np.random.default_rng(seed)
    Z = 30 * generator.normal(size=(rows, classes))
    fused = CategoricalCrossEntropy()
    Y = random_targets(generator, fused, rows, classes)
    z = Value(Z)
    loss = (z.logsumexp() - (z * Y).sum(axis=1)).mean()
    loss.backward()
    assert float(loss.data) == pytest.approx(fused.value(Z, softmax(Z), Y), abs=1e-12)
    assert z.gradient == pytest.approx((softmax(Z) - Y) / rows, abs=1e-14)


# The order, and what adds up.


def test_a_value_used_several_times_counts_several_times():
    x = Value(3.0)
    y = x
    y += x  # 2x, and x is still x
    y *= y  # 4x²
    (y + x * x).backward()  # 5x²
    assert x.data == 3 and x.gradient == 30


def test_a_diamond_of_diamonds_is_walked_once():
    """With 60 doublings, a walk along every path would take 2⁶⁰ steps."""
    x = Value(1.0)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.gradient == 2.0**60


def test_each_value_comes_after_its_parents_and_once():
    x, y = Value(1.0), Value(2.0)
    product = x * y
    result = (product + x) * product - y
    order = topological_order(result)
    assert len(order) == len(set(order)) == 6 and order[-1] is result
    for place, value in enumerate(order):
        assert all(order.index(parent) < place for parent in value.parents)


@pytest.mark.parametrize("backward", [True, False])
def test_a_chain_of_ten_thousand_needs_no_recursion(backward):
    x = Value(1.0)
    y = x
    for _ in range(10_000):
        y = y + x
    if backward:
        y.backward()
        assert x.gradient == 10_001
    del y  # nor does dropping the chain


def test_gradients_of_leaves_add_up_until_zeroed():
    x = Value([1.0, 2.0])
    for times in (1, 2):
        (x * x).sum().backward()
        assert x.gradient.tolist() == [2 * times, 4 * times]
    kept = x.gradient
    x.zero_gradient()
    assert x.gradient.tolist() == [0, 0] and kept.tolist() == [4, 8]


def test_a_kept_graph_gives_the_same_gradient_again():
    """The second pass must not send on what the first one left in the middle."""
    x = Value(2.0)
    middle = x * x
    result = middle * middle
    for times in (1, 2, 3):
        result.backward(keep_graph=True)
        assert x.gradient == 32 * times and middle.gradient == 8 and result.gradient == 1


def test_gradients_do_not_share_memory():
    a, b = Value(np.ones(3)), Value(np.ones(3))
    total = a + b
    total.backward(np.ones(3))
    a.gradient += 5
    assert b.gradient.tolist() == total.gradient.tolist() == [1, 1, 1]


def test_a_seed_weighs_the_numbers_of_an_array():
    x = Value([1.0, 2.0, 3.0])
    (x * x).backward([1, 0, -1])
    assert x.gradient.tolist() == [2, 0, -6]
    single = Value([[4.0]])  # one number needs no seed, whatever its shape
    (single * 2).backward()
    assert single.gradient.tolist() == [[2]]


def test_a_leaf_has_the_gradient_one_by_itself():
    x = Value(5.0)
    x.backward()
    assert x.gradient == 1


def test_a_value_may_be_a_part_of_a_larger_array():
    flat = np.arange(4.0)
    first, second = Value(flat[:2]), Value(flat[2:])
    flat *= 10
    (first * second).sum().backward()
    assert first.gradient.tolist() == [20, 30] and second.gradient.tolist() == [0, 10]


# Memory, and errors.


def test_backward_frees_the_graph_and_what_it_holds():
    x = Value(np.ones(3))
    middle = x * 2
    result = (middle.exp() + middle).sum()
    watched = weakref.ref(topological_order(result)[-2].pass_back)
    gc.disable()  # without reference cycles nothing has to wait for the collector
    try:
        result.backward()
        assert watched() is None
        assert result.freed and middle.freed and not x.freed
        assert result.parents == middle.parents == ()
    finally:
        gc.enable()


FREED = r"shape \(\) belongs to a graph .* has freed: compute it anew, take its numbers with \.data"


def test_a_freed_graph_is_refused():
    x = Value(2.0)
    middle = x * x
    result = middle * x
    later = middle + 1  # made before the graph is freed, and so refused on the way back
    result.backward()
    uses = [result.backward, later.backward, lambda: middle + 1, lambda: 1 / middle, middle.exp]
    for use in [*uses, lambda: x * result, lambda: middle[()], middle.sum]:
        with pytest.raises(RuntimeError, match=FREED):
            use()
    assert x.gradient == 12  # none of them has added a part of its gradient
    assert middle.data == 4 and middle.gradient == 2
    (x * x).backward()  # leaves stay usable
    assert x.gradient == 16


@pytest.mark.parametrize("operand", ["3", None, 1j, [1, "2"], [[1], [2, 3]], {}, [Value(1.0)]])
def test_an_unsupported_operand_is_named(operand):
    x = Value(1.0)
    kind = type(operand).__name__
    for use in (
        lambda: x + operand,
        lambda: operand / x,
        lambda: x @ operand,
        lambda: Value(operand),
        lambda: x.backward([operand]),
    ):
        with pytest.raises(TypeError, match=rf"cannot compute with .*, a (list|{kind}): give a n"):
            use()


def test_numpy_leaves_values_alone():
    x = Value(np.ones((2, 2)))
    assert isinstance(np.ones((2, 2)) @ x, Value) and isinstance(np.float64(2) * x, Value)
    with pytest.raises(TypeError, match="does not support ufuncs"):
        np.exp(x)


def test_an_exponent_must_be_a_number():
    for exponent in (Value(2.0), np.ones(2)):
        with pytest.raises(TypeError, match=r"the exponent is a .*: give a number, or write"):
            Value(1.0) ** exponent
    with pytest.raises(TypeError, match="unsupported operand"):
        2 ** Value(1.0)


def test_wrong_shapes_are_named():
    x = Value(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"shapes \(2, 3\) and \(2,\) do not go together"):
        x + np.ones(2)
    for other in (np.ones((2, 3)), np.ones(3), 2.0):
        with pytest.raises(ValueError, match=r"cannot multiply the shapes \(2, 3\) @ "):
            x @ other
    with pytest.raises(ValueError, match=r"cannot multiply the shapes \(3,\) @ \(2, 3\)"):
        np.ones(3) @ x
    with pytest.raises(ValueError, match=r"backward starts from one number, .* shape \(2, 3\)"):
        x.backward()
    with pytest.raises(ValueError, match=r"the seed has shape \(3,\), and the value \(2, 3\)"):
        x.backward(np.ones(3))
    assert not x.gradient.any()


# Against the course's own network.


@pytest.mark.parametrize("ending", ["squared error", "cross-entropy"])
def test_the_engine_trains_the_iris_network_to_the_same_numbers(ending):
    """The mended network of chapter 7, 200 full steps: every parameter within 1e-12."""
    (iris,) = standardize(load_iris())
    X, Y, rate = iris.X, iris.Y, 1.0
    cross_entropy = ending == "cross-entropy"
    network = Network(
        [4, 8, 3],
        ["sigmoid", "softmax" if cross_entropy else "sigmoid"],
        loss="categorical cross-entropy" if cross_entropy else "squared error",
        generator=np.random.default_rng(1),
    )
    leaves = [Value(part.copy()) for layer in network.layers for part in (layer.W, layer.b)]
    W1, b1, W2, b2 = leaves
    for _ in range(200):
        Z = (X @ W1 + b1).sigmoid() @ W2 + b2
        if cross_entropy:
            loss = (Z.logsumexp() - (Z * Y).sum(axis=1)).mean()
        else:
            loss = ((Z.sigmoid() - Y) ** 2).sum() / (2 * len(X))
        loss.backward()
        expected, gradient = network.loss_and_gradient(X, Y)
        assert float(loss.data) == pytest.approx(expected, abs=1e-12)
        network.parameters -= rate * gradient
        for leaf in leaves:
            leaf.data = leaf.data - rate * leaf.gradient
            leaf.zero_gradient()
    engine = np.concatenate([leaf.data.ravel() for leaf in leaves])
    assert np.abs(engine - network.parameters).max() < 1e-12
    assert network.loss_value(X, Y) < 0.15


def test_autograd_agrees():
    autograd = pytest.importorskip("autograd", reason="the autograd package is not installed")
    anp = pytest.importorskip("autograd.numpy")
    generator = np.random.default_rng(4)
    X, W, b = (generator.normal(size=size) for size in [(6, 3), (3, 4), (4,)])

    def with_autograd(W, b):
        A = anp.tanh(anp.dot(X, W) + b)
        ratio = anp.exp(A) / (1 + A**2)
        return anp.mean(anp.log(anp.sum(ratio, axis=1)) * A[:, 1]) + anp.sum(A[[0, 2, 0]].T)

    w, c = Value(W), Value(b)
    A = (X @ w + c).tanh()
    ratio = A.exp() / (1 + A**2)
    result = (ratio.sum(axis=1).log() * A[:, 1]).mean() + A[[0, 2, 0]].T.sum()
    result.backward()
    assert float(result.data) == pytest.approx(with_autograd(W, b), abs=1e-13)
    expected = autograd.grad(with_autograd, (0, 1))(W, b)
    assert w.gradient == pytest.approx(expected[0], abs=1e-13)
    assert c.gradient == pytest.approx(expected[1], abs=1e-13)
