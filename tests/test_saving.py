"""A network comes back from its file as it was, and a bad file is named."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from strategies import networks

from backprop.activations import Activation
from backprop.network import Network
from backprop.saving import load_network, save_network


@given(networks())
def test_a_network_comes_back(tmp_path_factory, case):
    network, X, _ = case
    path = tmp_path_factory.mktemp("networks") / "network.npz"
    save_network(network, path)
    loaded = load_network(path, sizes=network.sizes)
    assert repr(loaded) == repr(network)
    assert np.array_equal(loaded.predict(X), network.predict(X))
    assert [file.name for file in path.parent.iterdir()] == ["network.npz"]


@pytest.fixture
def path(tmp_path):
    network = Network([3, 4, 2], generator=np.random.default_rng(0), dtype=np.float32)
    save_network(network, tmp_path / "network.npz")
    return tmp_path / "network.npz"


def test_the_type_of_the_numbers_is_kept(path):
    assert load_network(path).dtype == np.float32


def test_a_truncated_file(path):
    content = path.read_bytes()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match="network.npz is damaged, or not a file of save_netw"):
            load_network(path)


def test_a_file_with_a_wrong_byte_is_refused_or_the_byte_does_not_matter(path):
    expected, content = load_network(path), bytearray(path.read_bytes())
    # The archive ends with its list of parts; in it one bit says encrypted, and one compressed.
    places = [*range(0, len(content), 29), *range(content.index(b"PK\x01\x02"), len(content))]
    for place in places:
        content[place] ^= 1
        path.write_bytes(content)
        content[place] ^= 1
        try:
            loaded = load_network(path)
        except ValueError as refused:
            assert str(path) in str(refused)
        else:
            assert repr(loaded) == repr(expected)
            assert np.array_equal(loaded.parameters, expected.parameters)


def test_a_file_that_may_not_be_read_is_not_called_damaged(path, monkeypatch):
    def forbidden(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", forbidden)
    with pytest.raises(PermissionError):
        load_network(path)


def rewrite(path, **changes):
    with np.load(path) as file:
        parts = dict(file)
    np.savez(path, **parts | changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, "version 2 of the format and this program reads up to 1"),
        ({"format": "something"}, "is not a file of save_network: it says something"),
        ({"parameters": np.zeros(5)}, "has 5 parameters and its 3-4-2 network needs 26"),
        ({"parameters": np.array([object()])}, "is damaged"),
        ({"parameters": np.zeros(26, int)}, "is damaged"),
        ({"parameters": np.zeros((2, 13))}, "is damaged"),
        ({"activations": ["sigmoid", "step"]}, "network.npz: unknown activation 'step'"),
        ({"activations": ["sigmoid"]}, "network.npz: 1 activations for 2 layers"),
        ({"activations": [["sigmoid"], ["tanh"]]}, "is damaged"),
        ({"sizes": 3}, "is damaged"),
        ({"sizes": [3.0, 4.0, 2.0]}, "is damaged"),
        ({"sizes": [3]}, "has 26 parameters and its 3 network needs 0"),
        ({"sizes": [-3, -4, 2], "parameters": np.zeros(2)}, r"network.npz: sizes is \[-3, -4, 2\]"),
        ({"sizes": [10**6, 10**6, 2]}, "26 parameters and its .* network needs 1000003000002: the"),
        ({"sizes": [2**62, 2**62, 2]}, "has 26 parameters and its .* network needs"),
        ({"version": "newer"}, "is damaged"),
        ({"version": 2, "bias": [True, False]}, "version 2 of the format"),
        ({"bias": "no"}, "is damaged"),
    ],
)
def test_files_that_cannot_be_used(path, changes, message):
    rewrite(path, **changes)
    with pytest.raises(ValueError, match=message):
        load_network(path)


def test_a_compressed_bomb_is_not_unpacked(path):
    with np.load(path) as file:
        parts = dict(file)
    np.savez_compressed(path, **parts | {"parameters": np.zeros(2_000_000, np.float32)})
    tracemalloc.start()
    with pytest.raises(ValueError, match="is damaged, or not a file of save_network"):
        load_network(path)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


def test_an_activation_that_could_not_be_loaded_is_not_saved(path):
    before = path.read_bytes()
    sine = Activation("sine", np.sin, lambda A: (1 - A * A) ** 0.5)
    network = Network([1, 1], [sine], generator=np.random.default_rng(0))
    with pytest.raises(ValueError, match="unknown activation 'sine'; known are"):
        save_network(network, path)
    assert path.read_bytes() == before


def test_another_kind_of_file_another_network_and_no_file(path):
    with pytest.raises(ValueError, match="holds a 3-4-2 network, and 784-30-10 was expected"):
        load_network(path, sizes=[784, 30, 10])
    np.savez(path, something=np.zeros(3))
    with pytest.raises(ValueError, match="is damaged, or not a file of save_network"):
        load_network(path)
    path.write_text("no network")
    with pytest.raises(ValueError, match="is damaged, or not a file of save_network"):
        load_network(path)
    path.unlink()
    with pytest.raises(FileNotFoundError, match="no network file at .*network.npz"):
        load_network(path)


def test_an_old_file_survives_a_failed_save(path, monkeypatch):
    before = path.read_bytes()

    def fails(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", fails)
    with pytest.raises(OSError, match="no space"):
        save_network(Network([1, 1], generator=np.random.default_rng(0)), path)
    assert path.read_bytes() == before
