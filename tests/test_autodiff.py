"""The engine: every operation against central differences, deep graphs, memory, and its errors."""

import copy
import gc
import math
import operator
import re
import weakref
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes
from strategies import random_targets, seeds

from backprop.activations import softmax
from backprop.autodiff import (
    Value,
    concatenate,
    maximum,
    topological_order,
    unbroadcast,
    where,
)
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
    "largest": lambda x: x.max(),
    "largest of columns": lambda x: x.max(axis=0),
    "largest kept": lambda x: x.max(axis=1, keepdims=True),
    "axes exchanged": lambda x: x.reshape(1, 3, 4).swapaxes(0, 2),
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
    "maximum": np.maximum,
}


def engine_and_differences(function, *arrays):
    """The gradient of Σ seed · function(arrays) with respect to all numbers, computed twice."""
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


@pytest.mark.parametrize(
    ("first", "second"),
    [((2, 3, 4), (2, 4, 5)), ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (3, 4, 2)), ((2, 3, 4), (4, 1))],
)
def test_products_of_stacked_matrices_against_central_differences(first, second):
    generator = np.random.default_rng(1)
    A, B = generator.normal(size=first), generator.normal(size=second)
    assert np.array_equal((Value(A) @ Value(B)).data, A @ B)
    engine, numerical = engine_and_differences(lambda a, b: a @ b, A, B)
    assert engine == pytest.approx(numerical, abs=1e-8)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_joined_values_receive_their_own_parts(axis):
    generator = np.random.default_rng(2)
    shapes = [(2, 3), (4, 3), (1, 3)] if axis == 0 else [(3, 2), (3, 4), (3, 1)]
    arrays = [generator.normal(size=shape) for shape in shapes]

    def join(*values):
        return concatenate(values, axis)

    assert np.array_equal(join(*map(Value, arrays)).data, np.concatenate(arrays, axis))
    engine, numerical = engine_and_differences(join, *arrays)
    assert engine == pytest.approx(numerical, abs=1e-9)


def test_a_choice_passes_each_gradient_to_what_was_chosen():
    generator = np.random.default_rng(3)
    a, b = generator.normal(size=(3, 4)), generator.normal(size=4)
    condition = generator.random((3, 4)) < 0.5

    def choose(first, second):
        return where(condition, first, second)

    assert np.array_equal(choose(Value(a), Value(b)).data, np.where(condition, a, b))
    engine, numerical = engine_and_differences(choose, a, b)
    assert engine == pytest.approx(numerical, abs=1e-9)


def test_of_equal_numbers_the_first_receives_the_gradient_once():
    x, y = Value([2.0, 5.0, 5.0]), Value([2.0, 1.0, 5.0])
    x.max().backward()
    assert x.gradient.tolist() == [0, 1, 0]
    x.zero_gradient()
    maximum(x, y).sum().backward()
    assert x.gradient.tolist() == [1, 1, 1] and y.gradient.tolist() == [0, 0, 0]


@given(mutually_broadcastable_shapes(num_shapes=1, min_side=1, max_dims=3), seeds)
def test_unbroadcast_is_the_transpose_of_broadcasting(shapes, seed):
    """⟨broadcast(x), g⟩ = ⟨x, unbroadcast(g)⟩ for every x and g."""
    generator = np.random.default_rng(seed)
    (shape,) = shapes.input_shapes
    x, g = generator.normal(size=shape), generator.normal(size=(2, *shapes.result_shape))
    back = unbroadcast(g, shape)
    assert back.shape == shape
    assert (np.broadcast_to(x, g.shape) * g).sum() == pytest.approx((x * back).sum(), abs=1e-9)


CHAPTER = Path(__file__).resolve().parents[1] / "book" / "14_automatic_differentiation.ipynb"
OF_THE_CHAPTER = {
    "a + b": lambda a, b: a + b,
    "a - b": lambda a, b: a - b,
    "a * b": lambda a, b: a * b,
    "a / b": lambda a, b: a / b,
    "a @ b": lambda a, b: a @ b,
    "-a": lambda a: -a,
    "a ** 3": lambda a: a**3,
    "exp": lambda a: a.exp(),
    "log": lambda a: a.log(),
    "tanh": lambda a: a.tanh(),
    "sigmoid": lambda a: a.sigmoid(),
    "relu": lambda a: a.relu(),
    "sum": lambda a: a.sum(axis=0),
    "mean": lambda a: a.mean(axis=0),
    "logsumexp": lambda a: a.reshape(-1).logsumexp(),
    "reshape": lambda a: a.reshape(-1),
    "transpose": lambda a: a.T,
    "a[rows]": lambda a: a[[0, 2, 0]],
}


def test_the_chapters_table_of_rules_is_that_of_the_engine():
    cells = [cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells]
    namespace = {"np": np}
    for source in cells:
        if re.search(r"^(TWO_OPERANDS|ONE_OPERAND)\b", source, flags=re.MULTILINE):
            exec(source, namespace)
    two, one = namespace["TWO_OPERANDS"], namespace["ONE_OPERAND"]
    assert list(two | one) == list(OF_THE_CHAPTER)
    generator = np.random.default_rng(0)
    for name, (value, vjp) in (two | one).items():
        count = 2 if name in two else 1
        arrays = [generator.uniform(0.5, 1.5, size=(3, 3)) for _ in range(count)]
        operands = [Value(array) for array in arrays]
        result = OF_THE_CHAPTER[name](*operands)
        y = value(*arrays)
        np.testing.assert_allclose(result.data, y, rtol=1e-14, err_msg=name)
        g = generator.normal(size=np.shape(y))
        result.backward(g)
        for operand, gradient in zip(operands, vjp(g, y, *arrays)):
            np.testing.assert_allclose(operand.gradient, gradient, rtol=1e-12, err_msg=name)


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
    places = {value: place for place, value in enumerate(order)}
    for value in order:
        assert all(places[parent] < places[value] for parent in value.parents)


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


FREED = (
    r"shape \(\) belongs to a graph .* has freed: compute it again, take its numbers with \.data"
)


def test_a_freed_graph_is_refused():
    x = Value(2.0)
    middle = x * x
    result = middle * x
    later = middle + 1  # made before the graph is freed, and so refused in the backward pass
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


def test_numpy_leaves_operators_to_values():
    x = Value(np.ones((2, 2)))
    assert isinstance(np.ones((2, 2)) @ x, Value) and isinstance(np.float64(2) * x, Value)


def test_an_exponent_must_be_a_number():
    for exponent in (Value(2.0), np.ones(2)):
        with pytest.raises(TypeError, match=r"the exponent is a .*: give a number, or write"):
            Value(1.0) ** exponent
    with pytest.raises(TypeError, match="unsupported operand"):
        2 ** Value(1.0)


def test_wrong_shapes_are_named():
    x = Value(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"shapes \(2, 3\) and \(2,\) do not broadcast"):
        x + np.ones(2)
    for other in (np.ones((2, 3)), np.ones(3), 2.0):
        with pytest.raises(ValueError, match=r"cannot multiply the shapes \(2, 3\) @ "):
            x @ other
    with pytest.raises(ValueError, match=r"cannot multiply the shapes \(3,\) @ \(2, 3\)"):
        np.ones(3) @ x
    with pytest.raises(ValueError, match=r"backward starts from one number, .* shape \(2, 3\)"):
        x.backward()
    with pytest.raises(ValueError, match=r"the seed has shape \(3,\) and the value \(2, 3\)"):
        x.backward(np.ones(3))
    with pytest.raises(ValueError, match=r"cannot multiply the stacks \(2, 2, 3\) @ \(3, 3, 2\)"):
        Value(np.ones((2, 2, 3))) @ np.ones((3, 3, 2))
    with pytest.raises(ValueError, match=r"cannot join the shapes \(2, 3\), \(3, 2\) along axis 0"):
        concatenate([x, np.ones((3, 2))])
    with pytest.raises(ValueError, match="at least one value"):
        concatenate([])
    assert not x.gradient.any()


# What Python and NumPy do with arrays: the same, or an error that says what to do instead.


def test_length_iteration_and_truth_are_numpys():
    x = Value([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert len(x) == 3 and [row.data.tolist() for row in x] == x.data.tolist()
    first, second, third = x
    total = sum(first) + max(second) - next(reversed(list(third)))
    assert total.data == 1 + 2 + 4 - 6
    total.backward()
    assert x.gradient.tolist() == [[1, 1], [0, 1], [0, -1]]
    assert list(Value(np.ones((0, 2)))) == []
    assert Value(2.0) and Value([[1.0]]) and not Value(0.0)


@pytest.mark.parametrize("use", [len, list, sum, tuple, max, iter, sorted])
def test_a_single_number_has_no_length_and_no_entries(use):
    with pytest.raises(TypeError, match="single number .* no length and cannot be iterated over"):
        use(Value(3.0))


@pytest.mark.parametrize("shape", [(2,), (1, 3), (0,)])
def test_the_truth_of_several_numbers_is_not_guessed(shape):
    for use in (bool, lambda x: not x, lambda x: x and 1, lambda x: 1 if x else 2):
        with pytest.raises(ValueError, match=r"shape .*\.any\(\) or .*\.all\(\)"):
            use(Value(np.zeros(shape)))


COMPARISONS = [operator.lt, operator.le, operator.eq, operator.ne, operator.ge, operator.gt]


@pytest.mark.parametrize("compare", COMPARISONS)
@pytest.mark.parametrize("other", [2.0, 2, [1.0, 2.0, 3.5], np.array([[2.0], [3.0]])])
def test_comparisons_are_numpys(compare, other):
    x = np.array([1.0, 2.0, 3.0])
    others = (other,) if isinstance(other, list) else (other, Value(other))
    for operand in others:
        for ours, numpys in [
            (compare(Value(x), operand), compare(x, other)),
            (compare(operand, Value(x)), compare(other, x)),
        ]:
            assert isinstance(ours, np.ndarray) and np.array_equal(ours, numpys)


def test_equality_with_what_is_not_a_number_is_numpys():
    assert not (Value(1.0) == None).any() and not (Value([1.0]) == "1").any()  # noqa: E711
    assert (Value([1.0, 2.0]) != None).all()  # noqa: E711
    assert (Value([1.0, 2.0]) == (1 + 0j)).tolist() == [True, False]
    with pytest.raises(ValueError, match="broadcast"):
        assert Value([1.0, 2.0]) == np.ones(3)
    with pytest.raises(TypeError):
        assert Value(1.0) < "1"


def test_containment_is_numpys():
    x = Value([1.0, 2.0])
    assert 1.0 in x and Value(2.0) in x and [9.0, 2.0] in x and 3.0 not in x
    assert 1.0 in Value(1.0) and 1.0 not in Value(np.ones((0, 3))) and None not in x


def test_values_are_keys_by_identity():
    x, same = Value(2.0), Value(2.0)
    assert len({x, same}) == 2 and {x: "x", same: "same"}[x] == "x"


@pytest.mark.parametrize("use", [float, int, complex, math.exp, round, "{:.2f}".format, range])
def test_a_conversion_that_would_lose_the_gradient_is_rejected(use):
    with pytest.raises(TypeError, match=r"Value.*gradient.*take its numbers with \.data"):
        use(Value(2.0))


def store_into(value):
    numbers = np.zeros(2)
    numbers[:] = value


@pytest.mark.parametrize(
    "use",
    [
        np.asarray,
        np.array,
        np.float64,
        lambda x: np.array([x, x]),
        lambda x: np.asarray(x, dtype=object),
        lambda x: np.ones(3)[x],
        lambda x: np.sum([x, x]),
        store_into,
    ],
)
def test_an_array_made_of_a_value_is_rejected(use):
    with pytest.raises(TypeError, match=r"Value.*gradient.*take its numbers with \.data"):
        use(Value(2.0))


def test_an_entry_of_an_array_is_not_a_value():
    with pytest.raises((TypeError, ValueError)):  # NumPy has its own words
        np.zeros(2)[0] = Value(2.0)


@pytest.mark.parametrize("data", [2.0, [1.0, 2.0]])
def test_plain_numbers_are_not_silently_taken_by_networks(data):
    with pytest.raises(TypeError, match=r"take its numbers with \.data"):
        Network([2, 1], generator=np.random.default_rng(0)).predict(Value(data))


NUMPY_FUNCTIONS = {
    "add": lambda x: np.add(3.0, x),
    "subtract": lambda x: np.subtract(np.ones((3, 1)), x),
    "multiply": lambda x: np.multiply(x, x),
    "divide": lambda x: np.divide(2.0, x),
    "true_divide": lambda x: np.true_divide(x, 2),
    "negative": np.negative,
    "power": lambda x: np.power(x, 3),
    "square": np.square,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "matmul": lambda x: np.matmul(np.arange(6.0).reshape(2, 3), x),
    "matmul from the right": lambda x: np.matmul(x, np.ones((4, 2))),
    "dot": lambda x: np.dot(np.arange(6.0).reshape(2, 3), x),
    "dot from the right": lambda x: np.dot(x, np.ones((4, 2))),
    "method dot": lambda x: np.arange(6.0).reshape(2, 3) @ x,
    "sum": np.sum,
    "sum of rows": lambda x: np.sum(x, axis=1, keepdims=True),
    "mean": np.mean,
    "mean of columns": lambda x: np.mean(x, 0),
    "transpose": np.transpose,
    "reshape": lambda x: np.reshape(x, (2, 6)),
    "mixed": lambda x: 1 / (1 + np.exp(-np.dot(x, np.eye(4)))),
}


@pytest.mark.parametrize("name", NUMPY_FUNCTIONS)
def test_numpys_functions_give_values(name):
    function = NUMPY_FUNCTIONS[name]
    x = np.random.default_rng(3).uniform(0.5, 1.9, size=(3, 4))
    result = function(Value(x))
    assert isinstance(result, Value) and result.data == pytest.approx(function(x), abs=1e-14)
    engine, numerical = engine_and_differences(function, x)
    assert engine == pytest.approx(numerical, rel=1e-8, abs=1e-9)


def test_numpy_tells_the_shape_and_compares():
    x = np.arange(6.0).reshape(2, 3)
    value = Value(x)
    assert np.shape(value) == (2, 3) and np.size(value) == 6 and np.ndim(value) == 2
    assert value.size == 6 and value.ndim == 2
    assert np.less(value, 2).tolist() == (x < 2).tolist() == np.greater(2, value).tolist()
    assert np.equal(x, value).all()


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("sin", np.sin),
        ("add", lambda x: np.add.reduce(x)),
        ("add", lambda x: np.add.outer(x, x)),
        ("add", lambda x: np.add.at(np.ones(3), [0], x)),
        ("concatenate", lambda x: np.concatenate([x, x])),
        ("stack", lambda x: np.stack([x, x])),
        ("where", lambda x: np.where(True, x, 0)),
        ("allclose", lambda x: np.allclose(x, x)),
        ("linalg.norm", np.linalg.norm),
        ("sum", lambda x: np.sum(x, dtype=np.float32)),
        ("sum", lambda x: np.sum(x, where=[True, False, True])),
        ("exp", lambda x: np.exp(x, out=np.ones(3))),
        ("exp", lambda x: np.exp(x, where=[True, False, True])),
    ],
)
def test_what_numpy_cannot_differentiate_here_says_what_can(name, use):
    message = rf"numpy\.{name}.* cannot be differentiated here.*numpy\.exp.*\.data"
    with pytest.raises(TypeError, match=message):
        use(Value([1.0, 2.0, 3.0]))


def test_an_array_is_not_changed_in_place_by_a_value():
    array = np.ones(3)
    for change in (operator.iadd, operator.isub, operator.imul, operator.itruediv):
        with pytest.raises(TypeError, match=r"out=.*write a = a \+ b"):
            change(array, Value([1.0, 2.0, 3.0]))
    assert array.tolist() == [1, 1, 1]


def test_a_masked_array_with_masked_entries_is_named():
    masked = np.ma.masked_array([1.0, 2.0], mask=[False, True])
    for use in (
        lambda: Value(masked),
        lambda: Value([1.0, 2.0]) * masked,
        lambda: Value([1.0, 2.0]).sum().backward(masked),
    ):
        with pytest.raises(TypeError, match=r"(?s)cannot compute with masked_array.*\.filled"):
            use()
    with pytest.raises(TypeError, match=r"take its numbers with \.data"):
        masked * Value([1.0, 2.0])
    assert Value(np.ma.masked_array([1.0, 2.0])).data.tolist() == [1, 2]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_leaf_shares_nothing(again):
    x = Value(np.array([1.0, 2.0]))
    (x * x).sum().backward()
    copied = again(x)
    assert copied.data.tolist() == [1, 2] and copied.gradient.tolist() == [2, 4]
    copied.sum().backward()
    copied.data += 5
    assert x.data.tolist() == [1, 2] and x.gradient.tolist() == [2, 4]
    assert copied.gradient.tolist() == [3, 5]
    unused = again(Value([1.0]))
    assert unused.gradient.tolist() == [0]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy])
def test_only_a_leaf_is_copied(again):
    x = Value(2.0)
    result = x * x
    for _ in range(2):
        with pytest.raises(
            TypeError, match=r"computed from others.*Value\(value\.data\.copy\(\)\)"
        ):
            again(result)
        if not result.freed:
            result.backward()


def test_a_gradient_is_made_once(monkeypatch):
    """Each value has its array of zeros made at most once, and constants' too."""
    made = []
    zeros = np.zeros

    def counted(shape, *rest):
        made.append(shape)
        return zeros(shape, *rest)

    monkeypatch.setattr("backprop.autodiff.np.zeros", counted)
    x = Value(np.ones(3))
    result = (x * 2 + 1).exp().sum()
    assert made == []
    result.backward()
    assert len(made) == len(["x", "2", "1", "×", "+", "exp", "Σ"])
    assert x.gradient is x.gradient and len(made) == 7


def test_a_gradient_that_is_assigned_has_the_shape_of_the_data():
    x = Value([1.0, 2.0])
    x.gradient = [3, 4]
    x.sum().backward()
    assert x.gradient.tolist() == [4, 5]
    given = np.ones(2)
    x.gradient = given
    x.sum().backward()
    assert given.tolist() == [1, 1] and x.gradient.tolist() == [2, 2]
    for wrong in (0.0, [1.0], np.ones((2, 1))):
        with pytest.raises(ValueError, match=r"gradient .* value \(2,\).*zero_gradient"):
            x.gradient = wrong
    with pytest.raises(TypeError, match="cannot compute with None"):
        x.gradient = None


# Against the course's own network.


@pytest.mark.parametrize("ending", ["squared error", "cross-entropy"])
def test_the_engine_trains_the_iris_network_to_the_same_numbers(ending):
    """The network of chapter 7, 200 full steps: every parameter within 1e-12."""
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
