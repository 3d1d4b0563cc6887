"""A network comes back from its file as it was, and a bad file is named."""

import numpy as np
import pytest
from hypothesis import given
from strategies import networks

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


@pytest.mark.parametrize("share", [0, 0.2, 0.6, 0.99])
def test_a_truncated_file(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match="network.npz is damaged, or not a file of save_network"):
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
        ({"activations": ["sigmoid", "step"]}, "unknown activation 'step'"),
    ],
)
def test_files_that_cannot_be_used(path, changes, message):
    rewrite(path, **changes)
    with pytest.raises(ValueError, match=message):
        load_network(path)


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
