"""Each function and its derivative: is the one the slope of the other?"""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import ELEMENTWISE

from backprop import losses, optimizers
from backprop.activations import ACTIVATIONS, LEAK, get_activation, sigmoid, softmax
from backprop.gradients import numerical_gradient
from backprop.initialization import INITIALIZATIONS, get_initialization
from backprop.losses import (
    DIVISORS,
    LOSSES,
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    SquaredError,
    get_loss,
)
from backprop.optimizers import OPTIMIZERS


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative_is_the_slope(name):
    activation = get_activation(name)
    Z = np.linspace(-4, 4, 81) + 0.0123  # no point at the kink of the ReLU
    slope = (activation.function(Z + 1e-6) - activation.function(Z - 1e-6)) / 2e-6
    delta = activation.delta(np.ones_like(Z), Z, activation.function(Z))
    assert delta == pytest.approx(slope, abs=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_type_of_the_numbers_is_kept(name, dtype):
    Z = np.array([[-1.0, 0.0, 2.0]], dtype)
    A = get_activation(name).function(Z)
    assert A.dtype == get_activation(name).delta(np.ones_like(A), Z, A).dtype == dtype


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_a_kink_is_where_the_slopes_on_both_sides_differ(name):
    activation = get_activation(name)
    below, at, above = activation.function(np.array([-1e-6, 0.0, 1e-6]))
    assert activation.kink == (abs((above - at) - (at - below)) > 1e-8)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_initial_weights_that_suit_an_activation_exist(name):
    assert get_activation(name).initialization in INITIALIZATIONS


@pytest.mark.parametrize(("name", "slopes"), [("relu", [0, 0, 1]), ("leaky relu", [LEAK, LEAK, 1])])
def test_the_slope_at_a_kink_is_the_one_below_it(name, slopes):
    activation = get_activation(name)
    Z = np.array([-1.0, 0.0, 1.0])
    A = activation.function(Z)
    assert activation.delta(np.ones_like(A), Z, A).tolist() == slopes


def test_sigmoid_cannot_overflow():
    # A warning is an error here.
    assert sigmoid(np.array([-1e6, 0, 1e6])).tolist() == [0, 0.5, 1]


@given(st.floats(-30, 30))
def test_sigmoid_is_the_textbook_formula(z):
    assert sigmoid(np.float64(z)) == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-9, abs=1e-15)


def test_unknown_names_list_the_known_ones():
    with pytest.raises(ValueError, match="unknown activation 'step'; choose from sigmoid, tanh"):
        get_activation("step")
    with pytest.raises(ValueError, match="unknown loss 'mse'; choose from squared error"):
        get_loss("mse")
    with pytest.raises(ValueError, match="'columns'; choose from rows, elements, nothing"):
        SquaredError("columns")


@pytest.mark.parametrize(
    ("get", "name", "meant"),
    [
        (get_activation, "sigmod", "sigmoid"),
        (get_activation, "ReLU", "relu"),
        (get_activation, "leaky_relu", "leaky relu"),
        (get_loss, "Squared Error", "squared error"),
    ],
)
def test_an_unknown_name_is_compared_with_the_known_ones(get, name, meant):
    with pytest.raises(ValueError, match=f"{name}'; choose from .*; did you mean '{meant}'"):
        get(name)


def test_linear_and_identity_are_one():
    assert get_activation("linear") is get_activation("identity")


EVERY_LOSS = [
    *(kind() for kind in LOSSES.values()),
    *(SquaredError(divide_by, half) for divide_by in DIVISORS for half in (True, False)),
]


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("loss", EVERY_LOSS, ids=repr)
def test_delta_is_the_slope_of_the_loss(loss, name):
    activation, generator = get_activation(loss.fused_with or name), np.random.default_rng(1)
    Z, Y = generator.normal(size=(4, 3)), generator.random((4, 3))
    Y /= Y.sum(axis=1, keepdims=True)

    def value(numbers):
        Z = numbers.reshape(4, 3)
        return loss.value(Z, activation.function(Z), Y)

    delta = loss.delta(Z, activation.function(Z), Y, activation)
    assert delta.ravel() == pytest.approx(numerical_gradient(value, Z.ravel()), abs=1e-8)


def test_every_public_loss_and_optimizer_can_be_chosen_by_name():
    for module, known in ((losses, LOSSES), (optimizers, OPTIMIZERS)):
        public = [getattr(module, name) for name in module.__all__]
        assert {kind for kind in public if getattr(kind, "name", "")} == set(known.values())


def test_the_constants_of_the_published_programs():
    A, Y = np.array([[1.0, 0, 0], [0, 3, 0]]), np.zeros((2, 3))  # the squares add up to 10
    values = {
        (divide_by, half): SquaredError(divide_by, half).value(None, A, Y)
        for divide_by in DIVISORS
        for half in (True, False)
    }
    assert values == pytest.approx(
        {
            ("rows", True): 10 / 4,
            ("rows", False): 10 / 2,
            ("elements", True): 10 / 12,
            ("elements", False): 10 / 6,
            ("nothing", True): 5,
            ("nothing", False): 10,
        }
    )
    assert values["elements", False] == pytest.approx(np.mean((A - Y) ** 2))


@pytest.mark.parametrize("divide_by", DIVISORS)
def test_a_step_of_a_sequence_counts_as_a_row(divide_by):
    A, Y = np.random.default_rng(0).normal(size=(2, 4, 3, 2))
    loss = SquaredError(divide_by)
    as_rows = A.reshape(12, 2), Y.reshape(12, 2)
    assert loss.value(None, A, Y) == pytest.approx(loss.value(None, *as_rows))
    np.testing.assert_allclose(loss.derivative(A, Y).reshape(12, 2), loss.derivative(*as_rows))


@pytest.mark.parametrize("name", LOSSES)
def test_a_step_of_a_sequence_counts_as_a_row_in_every_loss(name):
    loss = get_loss(name)
    activation = get_activation(loss.fused_with or "sigmoid")
    Z = np.random.default_rng(0).normal(size=(4, 3, 2))
    A, Y = activation.function(Z), np.eye(2)[np.arange(12).reshape(4, 3) % 2]
    as_rows = [array.reshape(12, 2) for array in (Z, A, Y)]
    assert loss.value(Z, A, Y) == pytest.approx(loss.value(*as_rows))
    delta = loss.delta(Z, A, Y, activation)
    np.testing.assert_allclose(delta.reshape(12, 2), loss.delta(*as_rows, activation))


@pytest.mark.parametrize("loss", [BinaryCrossEntropy(), CategoricalCrossEntropy()])
def test_what_a_cross_entropy_does_not_compute_says_what_does(loss):
    with pytest.raises(NotImplementedError, match="gives ∂L/∂Z only: call delta"):
        loss.derivative(np.full((1, 2), 0.5), np.ones((1, 2)))


@pytest.mark.parametrize("shape", [(3,), (1, 3), (3, 3), (3, 2)])
def test_shapes_are_never_stretched(shape):
    for function in (partial(SquaredError().value, None), SquaredError().derivative):
        with pytest.raises(ValueError, match="outputs have shape .* and targets"):
            function(np.zeros((3, 1)), np.zeros(shape))


def test_softmax_gives_probabilities_for_any_finite_sums():
    with np.errstate(over="raise", invalid="raise"):
        A = softmax(np.array([[1e4, -1e4, 0.0], [1.0, 2.0, 3.0], [-700.0, -700.0, -700.0]]))
    assert A.sum(axis=1) == pytest.approx(1)
    assert A[0].tolist() == [1, 0, 0] and A[1, 2] / A[1, 1] == pytest.approx(np.e)


def test_the_delta_of_softmax_is_its_jacobian_times_the_slopes():
    generator = np.random.default_rng(3)
    z, slope = generator.normal(size=(1, 4)), generator.normal(size=(1, 4))
    steps = 1e-6 * np.eye(4)
    jacobian = (softmax(z + steps) - softmax(z - steps)).T / 2e-6  # row i: ∂A_i/∂Z
    assert get_activation("softmax").delta(slope, z, softmax(z)) == pytest.approx(
        slope @ jacobian, abs=1e-9
    )


@pytest.mark.parametrize("size", [1e-3, 1, 40, 1e4])
def test_cross_entropies_are_finite_and_right_for_any_sums(size):
    Z = size * np.array([[1.0, -1.0, 0.5], [-0.3, 0.2, 1.0]])
    Y = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        binary = BinaryCrossEntropy().value(Z, None, Y)
        categorical = CategoricalCrossEntropy().value(Z, softmax(Z), Y)
    # −ln σ(z) = ln(1 + e^(−z)), which logaddexp computes without overflow.
    signs = np.where(Y == 1, -1, 1)
    assert binary == pytest.approx(np.logaddexp(0, signs * Z).sum() / 2, rel=1e-12)
    expected = np.logaddexp.reduce(Z, axis=1) - (Z * Y).sum(axis=1)
    assert categorical == pytest.approx(expected.mean(), rel=1e-12)


def test_the_binary_cross_entropy_of_a_sure_answer_is_small_and_not_zero():
    # ln(1 + e^(−40)) is e^(−40); 1 + e^(−40) would be rounded to 1.
    value = BinaryCrossEntropy().value(np.array([[40.0]]), None, np.array([[1.0]]))
    assert value == pytest.approx(np.exp(-40.0), rel=1e-12, abs=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropies_are_finite_for_the_largest_sums(dtype):
    # A warning is an error here.
    largest = float(np.finfo(dtype).max)
    Z = np.array([[largest, -largest, 0.0]] * 2, dtype)
    sure, wrong = np.array([[1, 0, 0]] * 2, dtype), np.array([[0, 1, 0]] * 2, dtype)
    assert CategoricalCrossEntropy().value(Z, sure, sure) == 0
    assert largest / 3 < CategoricalCrossEntropy().value(Z, sure, wrong) < np.inf
    single = np.full((2, 1), np.finfo(np.float32).max)
    assert BinaryCrossEntropy().value(single, None, np.zeros_like(single)) == single[0, 0]


def test_cross_entropies_compare_by_kind_and_check_their_targets():
    assert get_loss("binary cross-entropy") == BinaryCrossEntropy() != CategoricalCrossEntropy()
    with pytest.raises(ValueError, match=r"a target is 1.5"):
        BinaryCrossEntropy().check_targets(np.array([[0.5, 1.5]]))
    with pytest.raises(ValueError, match="row 1 of the targets adds up to 2"):
        CategoricalCrossEntropy().check_targets(np.array([[0.0, 1.0], [1.0, 1.0]]))
    with pytest.raises(ValueError, match="row 0 of the targets adds up to 0.98"):
        CategoricalCrossEntropy().check_targets(np.array([[0.49, 0.49]]))
    for loss in (BinaryCrossEntropy(), CategoricalCrossEntropy()):
        with pytest.raises(ValueError, match="a target is -0.5: .*be probabilities"):
            loss.check_targets(np.array([[1.0, 0.0], [-0.5, 1.5]]))


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_initial_weights_have_the_size_that_they_promise(name):
    inputs, outputs = 300, 200
    W = get_initialization(name)(np.random.default_rng(0), inputs, outputs)
    assert W.shape == (inputs, outputs)
    mean, deviation = {
        "zeros": (0, 0),
        "uniform": (0.5, 12**-0.5),
        "1/sqrt(n)": (0, inputs**-0.5),
        "glorot": (0, (2 / (inputs + outputs)) ** 0.5),
        "he": (0, (2 / inputs) ** 0.5),
    }[name]
    assert W.mean() == pytest.approx(mean, abs=0.005)
    assert W.std() == pytest.approx(deviation, rel=0.01)
    # Evenly, nothing is further out than √3 standard deviations; of normal numbers, one in twelve.
    even = name in ("zeros", "uniform", "glorot")
    assert (np.abs(W - mean).max() <= 3**0.5 * deviation) == even


def test_unknown_initializations_list_the_known_ones():
    with pytest.raises(ValueError, match="unknown initialization 'random'; choose from zeros"):
        get_initialization("random")


@pytest.mark.parametrize("loss", [CategoricalCrossEntropy(), BinaryCrossEntropy()])
def test_a_value_needs_targets_in_the_shape_of_the_outputs(loss):
    Z = np.zeros((2, 3))
    with pytest.raises(ValueError, match="shape"):
        loss.value(Z, softmax(Z), np.eye(2))
    with pytest.raises(ValueError, match="shape"):  # it would broadcast
        loss.value(Z, softmax(Z), np.ones((2, 1)))
