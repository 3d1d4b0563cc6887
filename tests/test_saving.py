"""What was saved comes back as it was, and a bad file is named."""

import copy
import json
import struct
import tracemalloc
import zipfile
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from strategies import networks

from backprop import saving
from backprop.activations import Activation
from backprop.fixed_point import FixedPointNetwork
from backprop.gru import GRUNetwork
from backprop.layers import ActivationLayer, Dense
from backprop.losses import CategoricalCrossEntropy, SquaredError
from backprop.network import Network
from backprop.optimizers import OPTIMIZERS, Adam, GradientDescent, Momentum, cosine
from backprop.saving import Saved, load, load_network, save, save_network
from backprop.scaling import Scaling
from backprop.through_time import ElmanNetwork
from backprop.training import train


@given(networks())
def test_a_network_comes_back(tmp_path_factory, case):
    network, X, Y = case
    path = tmp_path_factory.mktemp("networks") / "network.npz"
    save_network(network, path)
    loaded = load_network(path, sizes=network.sizes)
    assert repr(loaded) == repr(network)
    assert np.array_equal(loaded.predict(X), network.predict(X))
    assert loaded.settings() == network.settings()
    assert loaded.loss_value(X, Y) == network.loss_value(X, Y)
    assert [file.name for file in path.parent.iterdir()] == ["network.npz"]


def every_kind():
    """Networks of every kind by name, and data for them."""
    generator = np.random.default_rng(0)
    X, Y = generator.normal(size=(12, 3)), np.eye(2)[generator.integers(2, size=12)]
    steps = X.reshape(-1, 2, 3)
    layers = [Dense(3, 4, bias=False), ActivationLayer("leaky relu"), Dense(4, 2, "tanh")]
    return {
        "feed-forward": (Network([3, 4, 2], "tanh", generator=generator, l2=0.1), X, Y),
        "float32": (Network([3, 4, 2], generator=generator, dtype=np.float32), X, Y),
        "of layers": (
            Network.of_layers(
                layers, loss=SquaredError("nothing", half=False), generator=generator
            ),
            X,
            Y,
        ),
        "softmax": (
            Network([3, 2], "softmax", loss=CategoricalCrossEntropy(), generator=generator),
            X,
            Y,
        ),
        "last step": (ElmanNetwork(3, 4, 2, generator=generator), steps, Y[:6]),
        "every step": (
            ElmanNetwork(
                3,
                4,
                2,
                ("sigmoid", "softmax"),
                loss="categorical cross-entropy",
                reading="every step",
                truncation=np.int64(2),
                generator=generator,
            ),
            steps,
            Y.reshape(6, 2, 2),
        ),
        "fixed point": (FixedPointNetwork.draw(3, 5, 2, generator=generator, radius=0.2), X, Y),
        "linear solve": (
            FixedPointNetwork.draw(
                3,
                5,
                1,
                activation="sigmoid",
                loss="binary cross-entropy",
                method="linear solve",
                damping=0.25,
                tolerance=1e-9,
                limit=77,
                generator=generator,
            ),
            X,
            Y[:, :1],
        ),
        "gated": (GRUNetwork(3, 4, 2, "tanh", generator=generator, keep_bias=1), steps, Y[:6]),
    }


@pytest.mark.parametrize("kind", every_kind())
def test_every_kind_of_network_comes_back(tmp_path, kind):
    network, X, Y = every_kind()[kind]
    save_network(network, tmp_path / "network.npz")
    loaded = load_network(tmp_path / "network.npz")
    assert type(loaded) is type(network) and repr(loaded) == repr(network)
    assert loaded.settings() == network.settings() and loaded.dtype == network.dtype
    assert np.array_equal(loaded.parameters, network.parameters)
    assert np.array_equal(loaded.predict(X), network.predict(X))
    expected, gradient = network.loss_and_gradient(X, Y)
    loss, its_gradient = loaded.loss_and_gradient(X, Y)
    assert loss == expected and np.array_equal(its_gradient, gradient)


def test_every_kind_of_network_is_tried():
    assert {type(network) for network, _, _ in every_kind().values()} == set(saving.KINDS.values())


def everything(network=None):
    """All that a file can hold, after some training."""
    generator = np.random.default_rng(0)
    network = network or Network([3, 4, 2], generator=generator)
    optimizer = Adam(np.float32(0.1), 0.5, epsilon=1e-7)
    X, Y = generator.normal(size=(12, 3)), generator.random((12, 2))
    train(network, X, Y, optimizer, epochs=2, batch_size=5, generator=generator)
    generator.integers(5, dtype=np.int32)  # leaves half of a number for the next draw
    return Saved(
        network,
        class_names=("no", "yes"),
        feature_names=["length", "Größe", "a,b"],
        scaling=Scaling(np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.0, 2.0])),
        optimizer=optimizer,
        generator=generator,
        notes={"epochs": 2, "table": "seeds.csv"},
    )


def content_of(saved):
    """All that can be said of it, to be compared."""
    text = json.dumps(saving.describe(saved), default=saving.as_json, sort_keys=True)
    return text, {name: array.tobytes() for name, array in saving.arrays_of(saved).items()}


def test_everything_that_belongs_to_a_network_comes_back(tmp_path):
    saved = everything()
    before = copy.deepcopy(saved)
    save(saved, tmp_path / "network.npz")
    loaded = load(tmp_path / "network.npz")
    assert loaded.class_names == ("no", "yes")
    assert loaded.feature_names == ("length", "Größe", "a,b")
    X = np.random.default_rng(1).normal(size=(5, 3))
    assert np.array_equal(loaded.scaling(X), saved.scaling(X))
    assert loaded.notes == {"epochs": 2, "table": "seeds.csv"}
    assert loaded.versions.keys() == {"backprop", "numpy", "python"}
    assert loaded.versions["numpy"] == np.__version__
    assert type(loaded.optimizer) is Adam and loaded.optimizer.settings() == {
        "name": "adam",
        "learning_rate": float(np.float32(0.1)),
        "steps_done": 6,
        "beta1": 0.5,
        "beta2": 0.999,
        "epsilon": 1e-7,
    }
    assert all(map(np.array_equal, loaded.optimizer.memory, saved.optimizer.memory))
    assert len(loaded.optimizer.memory) == 2
    draws = [
        (known.generator.integers(5, dtype=np.int32), *known.generator.random(3))
        for known in (loaded, saved, before)
    ]
    assert draws[0] == draws[1] == draws[2]  # and saving has drawn nothing
    assert content_of(saved)[1] == content_of(before)[1]


def test_a_file_of_a_network_alone_has_nothing_else(path):
    loaded = load(path)
    assert loaded.class_names == loaded.feature_names == ()
    assert loaded.scaling is loaded.optimizer is loaded.generator is None and loaded.notes == {}


OPTIMIZER_KINDS = {name: lambda kind=kind: kind(0.03) for name, kind in OPTIMIZERS.items()}
OPTIMIZER_KINDS["Nesterov"] = lambda: Momentum(0.03, 0.8, nesterov=True)


@pytest.mark.parametrize("make", OPTIMIZER_KINDS.values(), ids=OPTIMIZER_KINDS)
@pytest.mark.parametrize("kind", every_kind())
def test_training_goes_on_from_a_file_as_if_it_had_not_been_interrupted(tmp_path, kind, make):
    path = tmp_path / "network.npz"
    network, X, Y = every_kind()[kind]
    generator = np.random.default_rng(5)
    settings = {"epochs": 10, "batch_size": 5, "generator": generator}
    whole = train(network, X, Y, make(), **settings).frame()["loss"]

    halved, X, Y = every_kind()[kind]
    optimizer, generator = make(), np.random.default_rng(5)
    settings = {"epochs": 5, "batch_size": 5}
    first = train(halved, X, Y, optimizer, generator=generator, **settings)
    save(Saved(halved, optimizer=optimizer, generator=generator), path)
    known = load(path)
    second = train(known.network, X, Y, known.optimizer, generator=known.generator, **settings)
    assert np.array_equal(known.network.parameters, network.parameters)
    assert [*first.frame()["loss"], *second.frame()["loss"]] == whole.tolist()
    # What was saved goes on too.
    train(halved, X, Y, optimizer, generator=generator, **settings)
    assert np.array_equal(halved.parameters, network.parameters)


def test_an_optimizer_that_has_made_no_step(tmp_path):
    network, X, Y = every_kind()["feed-forward"]
    save(Saved(network, optimizer=Adam(0.1)), tmp_path / "network.npz")
    known = load(tmp_path / "network.npz")
    train(known.network, X, Y, known.optimizer, epochs=2)
    train(network, X, Y, Adam(0.1), epochs=2)
    assert np.array_equal(known.network.parameters, network.parameters)


# What cannot be saved leaves the file as it was


@pytest.fixture
def path(tmp_path):
    network = Network([3, 4, 2], generator=np.random.default_rng(0), dtype=np.float32)
    save_network(network, tmp_path / "network.npz")
    return tmp_path / "network.npz"


@pytest.fixture
def whole(tmp_path):
    """The path of a file that holds everything."""
    save(everything(), tmp_path / "whole.npz")
    return tmp_path / "whole.npz"


@pytest.fixture
def scaled(tmp_path):
    """The path of a file that holds a network, a scaling, and an optimizer without a memory."""
    network, X, Y = every_kind()["feed-forward"]
    optimizer, scaling = GradientDescent(0.1), Scaling(np.zeros(3), np.full(3, 2.0))
    train(network, X, Y, optimizer, epochs=1)
    save(Saved(network, scaling=scaling, optimizer=optimizer), tmp_path / "scaled.npz")
    return tmp_path / "scaled.npz"


def small():
    return Network([1, 1], "tanh", generator=np.random.default_rng(0))


def with_parameter(value):
    network = small()
    network.parameters[0] = value
    return Saved(network)


class OwnDense(Dense):
    """A layer that no file can name."""


class OwnNetwork(Network):
    """A kind of network that no file can name."""


class OwnLoss(SquaredError):
    """A loss with the name of another."""


class OwnAdam(Adam):
    """An optimizer with the name of another."""


def sine():
    activation = Activation("sine", np.sin, lambda A: (1 - A * A) ** 0.5)
    return Network([1, 1], [activation], generator=np.random.default_rng(0))


def other_tanh():
    activation = Activation("tanh", np.sin, lambda A: (1 - A * A) ** 0.5)
    return Network([1, 1], [activation], generator=np.random.default_rng(0))


def stepped_elsewhere():
    optimizer, network = Adam(0.1), Network([3, 4, 2], generator=np.random.default_rng(0))
    train(network, np.ones((2, 3)), np.ones((2, 2)), optimizer, epochs=1)
    return optimizer


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Saved(sine()), "the activation 'sine' is your own, so it cannot be found"),
        (lambda: Saved(other_tanh()), "the activation 'tanh' is your own"),
        (lambda: with_parameter(np.nan), "parameters that are NaN or infinite: train it again"),
        (lambda: with_parameter(-np.inf), "parameters that are NaN or infinite: train it again"),
        (lambda: Saved(small(), optimizer=Adam(cosine(0.1, 9))), "the learning rate is a schedule"),
        (lambda: Saved(small(), optimizer=OwnAdam(0.1)), "optimizer of your own that has the name"),
        (lambda: Saved(small(), optimizer=stepped_elsewhere()), "does not fit the parameters"),
        (lambda: Saved(small(), class_names=(0, 1)), r"class_names is \(0, 1\): give a list of na"),
        (lambda: Saved(small(), class_names="no"), "class_names is 'no': give a list of names"),
        (lambda: Saved(small(), feature_names=3), "feature_names is 3: give a list of names"),
        (lambda: Saved(small(), notes={"function": len}), "cannot save <built-in function len>"),
        (lambda: Saved(small(), scaling=Scaling(np.zeros(1), np.zeros(1))), "a scale is 0 or nega"),
        (
            lambda: Saved(small(), scaling=Scaling(np.zeros(1), np.full(1, np.inf))),
            r"scale\[0\] is inf",
        ),
        (lambda: Saved(small(), scaling=Scaling(np.array([np.nan]), np.ones(1))), "shift.* is nan"),
        (
            lambda: Saved(small(), generator=np.random.Generator(np.random.MT19937(0))),
            "unknown kind of generator 'MT19937'; choose from PCG64, PCG64DXSM",
        ),
        (lambda: Saved(small(), generator=0), "generator is 0"),
        (
            lambda: Saved(Network.of_layers([OwnDense(1, 1)], generator=np.random.default_rng(0))),
            "'OwnDense'",
        ),
        (
            lambda: Saved(Network([1, 1], loss=OwnLoss(), generator=np.random.default_rng(0))),
            "a loss, layer or optimizer of your own that has the name of another one: rename it",
        ),
        (
            lambda: Saved(OwnNetwork([1, 1], generator=np.random.default_rng(0))),
            "of one of the kinds Network, ElmanNetwork, GRUNetwork, FixedPointNetwork",
        ),
        (lambda: Saved("a network"), "cannot save 'a network': give a network of one of the kinds"),
    ],
)
def test_what_could_not_be_loaded_is_not_saved(path, make, message):
    before = path.read_bytes()
    with pytest.raises(ValueError, match=message):
        save(make(), path)
    assert path.read_bytes() == before and len(list(path.parent.iterdir())) == 1


def test_an_old_file_survives_a_failed_save(path, monkeypatch):
    before = path.read_bytes()

    def fails(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", fails)
    with pytest.raises(OSError, match="no space"):
        save_network(Network([1, 1], generator=np.random.default_rng(0)), path)
    assert path.read_bytes() == before


# Files that are damaged, or forged


def test_the_type_of_the_numbers_is_kept(path):
    assert load_network(path).dtype == np.float32


def test_a_truncated_file(path, whole):
    for place in (path, whole):
        content = place.read_bytes()
        for length in range(0, len(content), 7):
            place.write_bytes(content[:length])
            with pytest.raises(ValueError, match="npz is not a network file, or it is damaged"):
                load(place)


@pytest.mark.parametrize("bit", [1, 128])
@pytest.mark.parametrize("which", ["path", "whole"])
def test_a_file_with_a_wrong_byte_is_refused_or_the_byte_does_not_matter(request, which, bit):
    path = request.getfixturevalue(which)
    expected, content = content_of(load(path)), bytearray(path.read_bytes())
    refused = 0
    for place in range(len(content)):
        content[place] ^= bit
        path.write_bytes(content)
        content[place] ^= bit
        try:
            loaded = content_of(load(path))
        except ValueError as problem:
            assert str(path) in str(problem)
            refused += 1
        else:
            assert loaded == expected
    assert refused > len(content) / 2


@pytest.mark.parametrize("which", ["path", "scaled", "whole"])
def test_every_bit_of_the_list_of_entries(request, which):
    # One bit of an entry says encrypted, one compressed, and some say how long its comment is: a
    # comment can swallow the entries after it.
    path = request.getfixturevalue(which)
    expected, content = content_of(load(path)), bytearray(path.read_bytes())
    for place in range(content.index(b"PK\x01\x02"), len(content)):
        for bit in range(8):
            content[place] ^= 1 << bit
            path.write_bytes(content)
            content[place] ^= 1 << bit
            try:
                loaded = content_of(load(path))
            except ValueError as problem:
                assert str(path) in str(problem)
            else:
                assert loaded == expected


def test_a_file_that_may_not_be_read_is_not_called_damaged(path, monkeypatch):
    def forbidden(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", forbidden)
    with pytest.raises(PermissionError):
        load_network(path)


def parts_of(path):
    with np.load(path) as file:
        return dict(file)


def rewrite(path, **changes):
    """Write the file again with other parts; None leaves one out."""
    parts = parts_of(path) | changes
    np.savez(path, **{name: part for name, part in parts.items() if part is not None})


def redescribe(path, change):
    """Write the file again, after `change` has changed its description."""
    description = json.loads(str(parts_of(path)["description"]))
    change(description)
    rewrite(path, description=json.dumps(description))


NOT_A_FILE = "is not a network file, or it is damaged"
NO_NETWORK = "does not describe a network"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 3}, "has version 3 of the format, .* reads version 2: update the package"),
        ({"version": 10**9}, "has version 1000000000 of the format, .*: update the package"),
        ({"version": 1}, "has version 1 of the format, .* reads version 2: save it again with th"),
        ({"version": -3}, f"{NOT_A_FILE} .*its version is -3"),
        ({"version": 0}, f"{NOT_A_FILE} .*its version is 0"),
        ({"version": "newer"}, f"{NOT_A_FILE} .*its version is newer"),
        ({"version": 2.0}, f"{NOT_A_FILE} .*its version is 2.0"),
        ({"version": [2, 2]}, f"{NOT_A_FILE} .*its version is"),
        ({"version": True}, f"{NOT_A_FILE} .*its version is True"),
        ({"version": None}, f"{NOT_A_FILE} .*its version is None"),
        ({"version": 3, "description": None}, "version 3 of the format, .*: update the package"),
        ({"format": "something"}, f"{NOT_A_FILE} .*no entry 'format' that says 'backprop network'"),
        ({"format": None}, f"{NOT_A_FILE} .*no entry 'format'"),
        ({"parameters": None}, f"{NOT_A_FILE} .*no entry 'parameters'"),
        ({"description": None}, f"{NOT_A_FILE} .*no entry 'description'"),
        ({"parameters": np.zeros(5)}, f"{NO_NETWORK} .*5 parameters, and the network needs 26"),
        ({"parameters": np.zeros(27)}, f"{NO_NETWORK} .*27 parameters, and .* needs 26"),
        ({"parameters": np.zeros(0)}, f"{NO_NETWORK} .*0 parameters, and the network needs 26"),
        ({"parameters": np.array([object()])}, NOT_A_FILE),
        ({"parameters": np.zeros(26, int)}, f"{NOT_A_FILE} .*not a vector of floats"),
        ({"parameters": np.zeros(26, complex)}, f"{NOT_A_FILE} .*not a vector of floats"),
        ({"parameters": np.full(26, "0.5")}, f"{NOT_A_FILE} .*not a vector of floats"),
        ({"parameters": np.zeros((2, 13))}, f"{NOT_A_FILE} .*not a vector of floats"),
        ({"parameters": np.full(26, np.nan)}, rf"{NO_NETWORK} .*parameters\[0\] is nan"),
        ({"parameters": np.append(np.zeros(25), -np.inf)}, r"parameters\[25\] is -inf"),
        ({"parameters": np.full(26, 0.1)}, f"{NO_NETWORK} .*'parameters' changes when"),
        ({"parameters": np.full(26, 1e300)}, f"{NO_NETWORK} .*'parameters' changes when"),
        ({"something": np.zeros(3)}, f"{NO_NETWORK} .*'something' changes when it is written"),
        ({"shift": np.zeros(3), "scale": np.ones(3)}, f"{NO_NETWORK} .*'arrays' changes when"),
        ({"shift": np.zeros(3)}, f"{NO_NETWORK} .*KeyError: 'scale'"),
        ({"scale": np.ones(3)}, f"{NO_NETWORK} .*'scale' changes when it is written again"),
        ({"memory 0": np.ones(26)}, f"{NO_NETWORK} .*'memory 0' changes when it is written"),
        ({"description": "no JSON"}, f"{NO_NETWORK} .*JSONDecodeError"),
        ({"description": ""}, f"{NO_NETWORK} .*JSONDecodeError"),
        ({"description": "{}"}, f"{NO_NETWORK} .*KeyError"),
        ({"description": "[]"}, NO_NETWORK),
        ({"description": "3"}, NO_NETWORK),
        ({"description": "null"}, NO_NETWORK),
        ({"description": np.zeros(3)}, NO_NETWORK),
        ({"description": "[" * 10**5}, f"{NO_NETWORK} .*Recursion"),
        ({"description": '{"kind": ' * 10**5}, f"{NO_NETWORK} .*Recursion"),
        ({"description": "[" * 10**5 + "]" * 10**5}, f"{NO_NETWORK} .*Recursion"),
        ({"description": "9" * 10**5}, NO_NETWORK),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
def test_files_that_cannot_be_used(path, changes, message):
    rewrite(path, **changes)
    with pytest.raises(ValueError, match=f"network.npz .*{message}|network.npz {message}"):
        load_network(path)


# Where in the description, what it says instead, and what is said of it. None leaves it out.
FORGED = [
    (["kind"], None, "KeyError: 'kind'"),
    (["kind"], "Perceptron", "unknown kind of network 'Perceptron'"),
    (["kind"], "ElmanNetwork", ""),
    (["kind"], ["Network"], "unknown kind of network"),
    (["settings"], None, "KeyError: 'settings'"),
    (["settings"], [], ""),
    (["settings"], "text", ""),
    (["settings", "layers"], None, ""),
    (["settings", "layers"], [], ""),
    (["settings", "layers"], "Dense", ""),
    (["settings", "layers"], {"Dense": {}}, ""),
    (["settings", "layers", 0], ["Dense"], ""),
    (["settings", "layers", 0, 0], "Denser", "unknown kind of layer 'Denser'"),
    (["settings", "layers", 0, 0], None, ""),
    (["settings", "layers", 0, 0], ["Dense"], "unknown kind of layer"),
    (["settings", "layers", 0, 1], [], ""),
    (["settings", "layers", 0, 1, "inputs"], None, "inputs"),
    (["settings", "layers", 0, 1, "inputs"], 3.0, "inputs is 3.0"),
    (["settings", "layers", 0, 1, "inputs"], "3", "inputs is '3'"),
    (["settings", "layers", 0, 1, "inputs"], -3, "inputs is -3"),
    (["settings", "layers", 0, 1, "inputs"], 0, "inputs is 0"),
    (["settings", "layers", 0, 1, "inputs"], True, "inputs is True"),
    (["settings", "layers", 0, 1, "inputs"], [3], r"inputs is \[3\]"),
    (["settings", "layers", 0, 1, "inputs"], 4, "26 parameters, and the network needs 30"),
    (["settings", "layers", 0, 1, "outputs"], 3, "takes samples of shape"),
    (["settings", "layers", 0, 1, "activation"], None, "'settings' changes when"),
    (["settings", "layers", 0, 1, "activation"], "step", "unknown activation 'step'"),
    (["settings", "layers", 0, 1, "activation"], ["tanh"], ""),
    (["settings", "layers", 0, 1, "activation"], 3, "unknown activation 3"),
    (["settings", "layers", 0, 1, "bias"], "no", "'settings' changes when"),
    (["settings", "layers", 0, 1, "bias"], [0], "'settings' changes when"),
    (["settings", "layers", 0, 1, "bias"], False, "26 parameters, and .* needs 22"),
    (["settings", "layers", 0, 1, "initialization"], "he", "'settings' changes when"),
    (["settings", "layers", 0, 1, "shape"], 3, "unexpected keyword"),
    (["settings", "loss"], None, "KeyError: 'loss'"),
    (["settings", "loss"], "squared error", ""),
    (["settings", "loss", "name"], "hinge", "unknown loss 'hinge'"),
    (["settings", "loss", "name"], None, "KeyError: 'name'"),
    (["settings", "loss", "name"], "categorical cross-entropy", ""),
    (["settings", "loss", "divide_by"], "columns", "unknown divisor"),
    (["settings", "loss", "divide_by"], None, "'settings' changes when"),
    (["settings", "loss", "margin"], 1, "unexpected keyword"),
    (["settings", "l2"], -1, "the L2 penalty is -1"),
    (["settings", "l2"], "0", "the L2 penalty is '0'"),
    (["settings", "l2"], None, "KeyError: 'l2'"),
    (["settings", "l2"], float("nan"), "the L2 penalty is nan"),
    (["settings", "dtype"], "float16", "dtype is float16"),
    (["settings", "dtype"], "object", "dtype is object"),
    (["settings", "dtype"], "number", "dtype is 'number'"),
    (["settings", "dtype"], "double", "'settings' changes when"),
    (["settings", "colour"], "red", "'settings' changes when"),
    (["class_names"], None, "KeyError: 'class_names'"),
    (["class_names"], "ab", "class_names is 'ab': give a list of names"),
    (["class_names"], [0, 1], r"class_names is \[0, 1\]: give a list of names|class_names is"),
    (["class_names"], {"a": 1}, "'class_names' changes when"),
    (["class_names"], 3, "class_names is 3"),
    (["feature_names"], None, "KeyError: 'feature_names'"),
    (["feature_names"], [["a"]], "feature_names is"),
    (["notes"], None, "KeyError: 'notes'"),
    (["notes"], 3, ""),
    (["notes"], [], "'notes' changes when"),
    (["versions"], None, "KeyError: 'versions'"),
    (["versions"], "2", ""),
    (["optimizer"], None, "'arrays' changes when"),
    (["arrays"], None, "'arrays' changes when"),
    (["arrays"], ["parameters"], "'arrays' changes when"),
    (["optimizer"], "adam", ""),
    (["optimizer", "name"], "adagrad", "unknown optimizer 'adagrad'"),
    (["optimizer", "name"], "momentum", ""),
    (["optimizer", "name"], None, "KeyError: 'name'"),
    (["optimizer", "learning_rate"], -1, "the learning rate is -1"),
    (["optimizer", "learning_rate"], "0.1", "the learning rate is '0.1'"),
    (["optimizer", "learning_rate"], None, ""),
    (["optimizer", "steps_done"], -3, "steps_done is -3"),
    (["optimizer", "steps_done"], 2.5, "steps_done is 2.5"),
    (["optimizer", "steps_done"], None, "KeyError: 'steps_done'"),
    (["optimizer", "beta1"], 1, "beta1 is 1"),
    (["optimizer", "beta1"], None, "'optimizer' changes when"),
    (["optimizer", "epsilon"], -1, "epsilon is -1"),
    (["optimizer", "amsgrad"], True, "unexpected keyword"),
    (["generator"], "PCG64", ""),
    (["generator", "bit_generator"], "MT19937", "unknown kind of generator 'MT19937'"),
    (["generator", "bit_generator"], "BitGenerator", "unknown kind of generator"),
    (["generator", "bit_generator"], "PCG64DXSM", None),
    (["generator", "state"], None, ""),
    (["generator", "state", "state"], -1, ""),
    (["generator", "state", "state"], 2**130, ""),
    (["generator", "state", "state"], 0.5, ""),
    (["generator", "has_uint32"], "yes", ""),
    (["generator", "uinteger"], None, ""),
    (["something"], 1, "'something' changes when it is written again"),
]


@pytest.mark.parametrize(("where", "value", "message"), FORGED)
def test_descriptions_that_cannot_be_meant(whole, where, value, message):
    def change(description):
        *above, last = where
        for key in above:
            description = description[key]
        if value is None and isinstance(last, str):
            del description[last]
        elif isinstance(description, dict) or last < len(description):
            description[last] = value

    before = whole.read_bytes()
    redescribe(whole, change)
    assert whole.read_bytes() != before
    if message is None:  # another generator than the one that was saved, but a valid one
        assert load(whole).generator.bit_generator.state["bit_generator"] == value
        return
    with pytest.raises(ValueError, match=f"whole.npz does not describe a network .*{message}"):
        load(whole)


RECURRENT = [
    ("last step", "inputs", 0, "inputs is 0"),
    ("last step", "neurons", "4", "neurons is '4'"),
    ("last step", "outputs", 2.0, "outputs is 2.0"),
    ("last step", "neurons", 5, "42 parameters, and"),
    ("last step", "activations", ["tanh"], "activations is"),
    ("last step", "activations", "tanh", "activations is 'tanh'"),
    ("last step", "activations", ["softmax", "tanh"], "softmax"),
    ("last step", "activations", ["tanh", "step"], "unknown activation 'step'"),
    ("last step", "reading", "first step", "unknown reading 'first step'"),
    ("last step", "truncation", 0, "truncation is 0"),
    ("last step", "truncation", "2", "truncation is '2'"),
    ("fixed point", "outputs", 6, "outputs is 6"),
    ("fixed point", "neurons", 6, "45 parameters, and the network needs 54"),
    ("fixed point", "damping", 1, "damping is 1"),
    ("fixed point", "method", "guess", "unknown method 'guess'"),
    ("fixed point", "tolerance", "0.1", "tolerance is '0.1'"),
    ("fixed point", "limit", 1.5, "limit is 1.5"),
    ("fixed point", "activation", "softmax", "softmax"),
    ("fixed point", "radius", 0.5, "unexpected keyword"),
]


@pytest.mark.parametrize(("kind", "name", "value", "message"), RECURRENT)
def test_recurrent_networks_that_cannot_be_meant(path, kind, name, value, message):
    save_network(every_kind()[kind][0], path)
    redescribe(path, lambda description: description["settings"].update({name: value}))
    with pytest.raises(ValueError, match=f"network.npz does not describe a network .*{message}"):
        load(path)
    for missing in every_kind()[kind][0].settings():
        save_network(every_kind()[kind][0], path)
        redescribe(path, lambda description, key=missing: description["settings"].pop(key))
        with pytest.raises(ValueError, match="network.npz does not describe a network"):
            load(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"memory 0": None}, "1 vectors of memory after 6 steps of Adam"),
        ({"memory 0": None, "memory 1": None}, "0 vectors of memory after 6 steps of Adam"),
        ({"memory 2": np.zeros(26)}, "3 vectors of memory after 6 steps of Adam"),
        ({"memory 0": np.zeros(25)}, "the memory of the optimizer does not fit the parameters"),
        ({"memory 0": np.zeros((26, 1))}, "the memory of the optimizer does not fit"),
        ({"memory 0": np.zeros(26, np.float32)}, "the memory of the optimizer does not fit"),
        ({"memory 1": np.full(26, np.nan)}, r"memory\[0\] is nan"),
        ({"shift": None}, "'scale' changes when it is written again|'arrays' changes when"),
        ({"shift": None, "scale": None}, "'arrays' changes when it is written again"),
        ({"shift": np.full(3, np.inf)}, r"shift\[0\] is inf"),
        ({"scale": np.array([1.0, 0.0, 1.0])}, "a scale is 0 or negative"),
        ({"scale": np.array([1.0, -1.0, 1.0])}, "a scale is 0 or negative"),
        ({"scale": np.full(3, "1")}, ""),
    ],
)
def test_arrays_that_do_not_fit_the_description(whole, changes, message):
    rewrite(whole, **changes)
    with pytest.raises(ValueError, match=f"whole.npz does not describe a network .*{message}"):
        load(whole)


def peak_while_refused(path):
    """The most memory in use while the file is refused, in bytes."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"\.npz (is not a network file|does not describe)"):
            load(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", [10**4, 10**6, 2**31, 2**62, 10**30])
@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("feed-forward", [["layers", 0, 1, "inputs"]]),
        ("feed-forward", [["layers", 0, 1, "outputs"], ["layers", 1, 1, "inputs"]]),
        ("feed-forward", [["layers", 1, 1, "outputs"]]),
        ("last step", [["inputs"]]),
        ("last step", [["neurons"]]),
        ("last step", [["outputs"]]),
        ("fixed point", [["inputs"]]),
        ("fixed point", [["neurons"]]),
        ("fixed point", [["neurons"], ["outputs"]]),
    ],
)
def test_a_forged_size_allocates_nothing(path, kind, names, size):
    save_network(every_kind()[kind][0], path)

    def change(description):
        for *above, last in names:
            settings = description["settings"]
            for key in above:
                settings = settings[key]
            settings[last] = size

    redescribe(path, change)
    assert peak_while_refused(path) < 2**20


def test_many_layers_together_are_not_larger_than_the_parameters(path):
    layers = [["Dense", {"inputs": 5, "outputs": 5, "activation": "tanh", "bias": False}]] * 2000
    redescribe(path, lambda description: description["settings"].update(layers=layers))
    with pytest.raises(ValueError, match="26 parameters, and the network needs 50000"):
        load(path)


@pytest.mark.parametrize("shape", ["(10000000000,)", "(4, 10000000000)", "(-1,)", "(0,)", "('a',)"])
@pytest.mark.parametrize("name", ["parameters", "description", "memory 0", "shift"])
def test_an_array_with_a_forged_shape_allocates_nothing(whole, name, shape):
    with zipfile.ZipFile(BytesIO(whole.read_bytes())) as archive:
        entries = {entry: archive.read(entry) for entry in archive.namelist()}
    content = entries[f"{name}.npy"]
    start, length = 10, struct.unpack("<H", content[8:10])[0]
    header = content[start : start + length].decode().rstrip()
    opening, closing = header.index("'shape': ") + 9, header.rindex(")") + 1
    header = f"{header[:opening]}{shape}{header[closing:]}".ljust(length - 1) + "\n"
    entries[f"{name}.npy"] = (
        content[:8] + struct.pack("<H", len(header)) + header.encode() + content[start + length :]
    )
    with zipfile.ZipFile(whole, "w") as archive:
        for entry, written in entries.items():
            archive.writestr(entry, written)
    if shape == "(-1,)" and name != "description":
        load(whole)  # as many as there are
        return
    assert peak_while_refused(whole) < 2**20


def test_a_compressed_bomb_is_not_unpacked(path):
    parts = parts_of(path)
    np.savez_compressed(path, **parts | {"parameters": np.zeros(2_000_000, np.float32)})
    assert peak_while_refused(path) < 2**20


def test_an_entry_that_holds_objects_runs_nothing(path):
    rewrite(path, parameters=np.array([object(), 1.0]))
    with pytest.raises(ValueError, match="network.npz is not a network file, or it is damaged"):
        load(path)


def test_another_kind_of_file_another_network_and_no_file(path):
    for other, said in [
        (Network([3, 4, 2], generator=np.random.default_rng(0)), r"Network\(3-4-2, .*\)"),
        (ElmanNetwork(784, 30, 10, generator=np.random.default_rng(0)), "ElmanNetwork.*"),
    ]:
        save_network(other, path)
        with pytest.raises(ValueError, match=f"holds {said}, but sizes= asks for a 784-30-10"):
            load_network(path, sizes=[784, 30, 10])
    np.savez(path, something=np.zeros(3))
    with pytest.raises(ValueError, match="network.npz is not a network file, or it is damaged"):
        load_network(path)
    path.write_text("no network", encoding="utf-8")
    with pytest.raises(ValueError, match="network.npz is not a network file, or it is damaged"):
        load_network(path)
    path.unlink()
    with pytest.raises(FileNotFoundError, match="no network file at .*network.npz"):
        load_network(path)
    path.mkdir()
    with pytest.raises(FileNotFoundError, match="no network file at .*network.npz"):
        load_network(path)
