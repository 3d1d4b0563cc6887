"""The six steps in pure Python."""

import ast
import copy
import math
import re
from random import Random

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_notebooks import bare, definitions

from backprop import loops
from backprop.datasets import DATA_FOLDER

shapes = st.lists(st.integers(1, 4), min_size=2, max_size=5)


def network_and_example(layer_sizes, seed):
    generator = Random(seed)
    network = loops.initialize_network(layer_sizes, generator)
    for layer in network:
        for neuron in layer:
            neuron["weights"] = [generator.gauss(0, 1) for _ in neuron["weights"]]
    inputs = [generator.gauss(0, 1) for _ in range(layer_sizes[0])]
    expected = [generator.random() for _ in range(layer_sizes[-1])]
    return network, inputs, expected


def error_of(network, inputs, expected):
    """½ Σ (output − expected)², with a sigmoid of the textbook's form."""
    for layer in network:
        inputs = [
            1 / (1 + math.exp(-sum(map(float.__mul__, n["weights"], inputs)) - n["weights"][-1]))
            for n in layer
        ]
    return sum((output - target) ** 2 for output, target in zip(inputs, expected)) / 2


@given(shapes, st.integers(0, 1000))
def test_delta_times_input_is_the_slope_of_the_error(layer_sizes, seed):
    network, inputs, expected = network_and_example(layer_sizes, seed)
    loops.forward_propagate(network, inputs)
    loops.backward_propagate_error(network, expected)
    layer_inputs, step = inputs, 1e-5
    for layer in network:
        for neuron in layer:
            for index, value in enumerate([*layer_inputs, 1.0]):
                weight = neuron["weights"][index]
                neuron["weights"][index] = weight + step
                above = error_of(network, inputs, expected)
                neuron["weights"][index] = weight - step
                below = error_of(network, inputs, expected)
                neuron["weights"][index] = weight
                slope = (above - below) / (2 * step)
                assert neuron["delta"] * value == pytest.approx(slope, abs=1e-9)
        layer_inputs = [neuron["output"] for neuron in layer]


@given(shapes, st.integers(0, 1000))
def test_a_small_step_lowers_the_error_by_rate_times_squared_gradient(layer_sizes, seed):
    network, inputs, expected = network_and_example(layer_sizes, seed)
    before, rate = error_of(network, inputs, expected), 1e-6
    loops.forward_propagate(network, inputs)
    loops.backward_propagate_error(network, expected)
    squared_gradient, layer_inputs = 0.0, inputs
    for layer in network:
        for neuron in layer:
            squared_gradient += sum((neuron["delta"] * v) ** 2 for v in [*layer_inputs, 1.0])
        layer_inputs = [neuron["output"] for neuron in layer]
    loops.update_weights(network, inputs, rate)
    drop = before - error_of(network, inputs, expected)
    assert drop == pytest.approx(rate * squared_gradient, rel=1e-3, abs=1e-14)


def test_initial_weights():
    network = loops.initialize_network([3, 4, 2], Random(0))
    assert [len(layer) for layer in network] == [4, 2]
    assert [len(neuron["weights"]) for layer in network for neuron in layer] == [4] * 4 + [5] * 2
    weights = [weight for layer in network for neuron in layer for weight in neuron["weights"]]
    assert all(0 <= weight < 1 for weight in weights) and len(set(weights)) == len(weights)
    assert loops.initialize_network([3, 4, 2], Random(0)) == network


def test_training_learns_two_separated_groups():
    generator = Random(3)
    examples = [
        ([generator.gauss(center, 0.3), generator.gauss(center, 0.3)], label)
        for center, label in [(0, 0), (2, 1)] * 10
    ]
    network = loops.initialize_network([2, 3, 2], Random(1))
    losses = loops.train_network(network, examples, 0.5, 200)
    assert len(losses) == 200 and losses[-1] < 0.05 * losses[0]
    assert [loops.predict(network, inputs) for inputs, _ in examples] == [0, 1] * 10


def test_training_with_more_hidden_layers_is_the_step_by_hand_repeated():
    network = loops.initialize_network([2, 3, 1, 2], Random(1))
    by_hand = copy.deepcopy(network)
    examples = [([0.1, 0.9], 1), ([0.7, 0.2], 0)]
    losses = loops.train_network(network, examples, 0.5, 1)
    total = 0.0
    for inputs, label in examples:
        expected = [float(number == label) for number in range(2)]
        outputs = loops.forward_propagate(by_hand, inputs)
        total += sum((a - y) ** 2 / 2 for a, y in zip(outputs, expected, strict=True))
        loops.backward_propagate_error(by_hand, expected)
        loops.update_weights(by_hand, inputs, 0.5)
    assert losses == [pytest.approx(total / 2)] and network == by_hand


def test_predict_takes_the_largest_output():
    network = [[{"weights": [0.0, -1.0]}, {"weights": [0.0, 2.0]}, {"weights": [0.0, 1.0]}]]
    assert loops.predict(network, [5.0]) == 1


def test_transfer_cannot_overflow():
    assert loops.transfer(-1e6) == 0.0 and loops.transfer(1e6) == 1.0


def test_scaling_uses_the_given_range():
    train, test = [([1.0, 5.0], 0), ([3.0, 5.0], 1)], [([5.0, 7.0], 0)]
    minmax = loops.dataset_minmax(train)
    assert minmax == [(1.0, 3.0), (5.0, 5.0)]
    assert loops.normalize_dataset(train, minmax) == [([0.0, 0.0], 0), ([1.0, 0.0], 1)]
    assert loops.normalize_dataset(test, minmax) == [([2.0, 0.0], 0)]
    assert test == [([5.0, 7.0], 0)]


@given(st.integers(2, 40), st.integers(2, 40), st.integers(0, 5))
def test_folds_are_disjoint_and_equal_in_size(rows, fold_count, seed):
    dataset = [([float(row)], 0) for row in range(rows)]
    if fold_count > rows:
        with pytest.raises(ValueError, match=f"{fold_count} folds of {rows} rows"):
            loops.cross_validation_split(dataset, fold_count, Random(seed))
        return
    folds = loops.cross_validation_split(dataset, fold_count, Random(seed))
    used = [inputs[0] for fold in folds for inputs, _ in fold]
    assert [len(fold) for fold in folds] == [rows // fold_count] * fold_count
    assert len(set(used)) == len(used) and len(dataset) == rows


def test_evaluation_never_shows_the_test_fold_to_training():
    dataset = [([float(row)], row % 2) for row in range(10)]

    def algorithm(train, test, generator):
        assert not {x[0] for x, _ in train} & {x[0] for x, _ in test}
        assert len(train) == 8 and len(test) == 2
        return [label for _, label in test]

    assert loops.evaluate_algorithm(dataset, algorithm, 5, Random(0)) == [100.0] * 5


def test_accuracy_is_in_per_cent():
    assert loops.accuracy_metric([0, 1, 2, 2], [0, 1, 2, 0]) == 75.0
    with pytest.raises(ValueError, match="2 labels and 1 predictions"):
        loops.accuracy_metric([0, 1], [0])


def test_scaling_inside_the_folds_never_looks_at_the_test_fold():
    train = [([0.0], 0), ([1.0], 1), ([0.1], 0), ([0.9], 1)]
    near = loops.normalized_back_propagation(train, [([0.95], 1)], Random(0), 0.5, 300, [2])
    far = loops.normalized_back_propagation(
        train, [([0.95], 1), ([99.0], 1)], Random(0), 0.5, 300, [2]
    )
    assert near == far[:1] == [1]


CSV = "length,width,kind\n1.5,2,a\n3,4,b\n"


def test_load_csv(tmp_path):
    (tmp_path / "kinds.csv").write_text(CSV, encoding="utf-8")
    assert loops.load_csv(tmp_path / "kinds.csv", ["b", "a"]) == [
        ([1.5, 2.0], 1),
        ([3.0, 4.0], 0),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no rows of data"),
        ("length,width,kind\n", "no rows of data"),
        (CSV + "5,b\n", "line 4: 2 fields where the header has 3"),
        (CSV + "5,6,7,b\n", "line 4: 4 fields where the header has 3"),
        (CSV + "5,six,b\n", "line 4, column 'width': 'six' is not a number"),
        (CSV + "5,,b\n", "line 4, column 'width': '' is not a number; write one such as -1.5"),
        (CSV + "nan,6,b\n", "line 4, column 'length': nan is not finite"),
        (CSV + "5,-inf,b\n", "line 4, column 'width': -inf is not finite"),
        (CSV + "5,6,c\n", "line 4, column 'kind': unknown label 'c'; the classes are a, b"),
        ("1,2,a\n3,4,b\n", "line 1: column 1 has the name '1', a number, so the header is prob"),
        (CSV + "5,6,\n", "line 4, column 'kind': unknown label ''"),
    ],
)
def test_a_broken_file_is_named_with_line_and_column(tmp_path, text, message):
    (tmp_path / "kinds.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        loops.load_csv(tmp_path / "kinds.csv", ["a", "b"])


@pytest.mark.parametrize("classes", ["ab", ["a", "b", "a"]])
def test_classes_are_different_names(tmp_path, classes):
    (tmp_path / "kinds.csv").write_text(CSV, encoding="utf-8")
    with pytest.raises(ValueError, match="give the name of each class once, in order"):
        loops.load_csv(tmp_path / "kinds.csv", classes)


def test_empty_lines_are_skipped_and_empty_fields_are_not():
    rows = loops.rows_of(["a,b\n", " \n", "\n", " , \n", "1,2\n"], "file.csv")
    assert list(rows) == [
        (["a", "b"], "file.csv, line 1"),
        (["", ""], "file.csv, line 4"),
        (["1", "2"], "file.csv, line 5"),
    ]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no data file at .*nothing.csv"):
        loops.load_csv(tmp_path / "nothing.csv", ["a"])


EXAMPLES = [([1.0, 2.0], 0), ([2.0, 1.0], 1)]


@pytest.mark.parametrize(
    ("examples", "rate", "epochs", "message"),
    [
        (EXAMPLES, 0, 5, "learning rate is 0"),
        (EXAMPLES, math.nan, 5, "learning rate is nan"),
        (EXAMPLES, 0.1, -1, "epochs is -1"),
        ([], 0.1, 5, "no examples"),
        ([([1.0], 0)], 0.1, 5, "example 0 has 1 inputs; the network takes 2"),
        ([*EXAMPLES, ([1.0, 2.0], 2)], 0.1, 5, "example 2 has the label 2"),
        ([([1.0, 2.0], "a")], 0.1, 5, "example 0 has the label 'a'"),
    ],
)
def test_training_refuses_what_cannot_be_meant(examples, rate, epochs, message):
    network = loops.initialize_network([2, 2, 2], Random(0))
    with pytest.raises(ValueError, match=message):
        loops.train_network(network, examples, rate, epochs)


@pytest.mark.parametrize("layer_sizes", [[3], [3, 0, 2], [3, 2.5, 2]])
def test_sizes_that_are_no_network(layer_sizes):
    with pytest.raises(ValueError, match="layer_sizes is"):
        loops.initialize_network(layer_sizes, Random(0))


def test_the_listing_of_chapter_4_is_the_package_and_runs(capsys):
    """Its functions are compared with the package's, and its last lines learn XOR."""
    chapter = nbformat.read(DATA_FOLDER.parent / "book" / "04_six_steps.ipynb", as_version=4)
    [listing] = [
        match[1]
        for cell in chapter.cells
        for match in re.finditer(r"^```python\n(.*?)^```$", cell.source, flags=re.M | re.S)
    ]
    with open(loops.__file__, encoding="utf-8") as file:
        packaged = {node.name: bare(node) for node in definitions(file.read())}
    taught = {node.name: bare(node) for node in definitions(listing)}
    assert taught == {name: packaged[name] for name in taught}
    steps = [node.name for node in ast.parse(listing).body if isinstance(node, ast.FunctionDef)]
    assert (steps[0], steps[-1], len(steps)) == ("initialize_network", "predict", 10)
    exec(compile(listing, "six_steps.py", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out == "loss 0.001\n[0, 1, 1, 0]\n"


def test_no_epoch_is_a_training_that_changes_nothing():
    network = loops.initialize_network([2, 2, 1], Random(1))
    before = copy.deepcopy(network)
    assert loops.train_network(network, [([0.0, 1.0], 0)], 0.1, 0) == []
    assert network == before
