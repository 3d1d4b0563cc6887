"""Save a network to a file, and load it again.

The file is NumPy's `.npz`: a zip archive with one array for each part. It holds numbers and
names only, so that nothing is executed when it is read, and a file is written whole or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from backprop.activations import get_activation
from backprop.files import write_whole
from backprop.network import Network

FORMAT = "backprop network"
VERSION = 1
PARTS = {  # the kind of each part, as NumPy abbreviates it, and its number of dimensions
    "format": ("U", 0),
    "version": ("i", 0),
    "sizes": ("i", 1),
    "activations": ("U", 1),
    "bias": ("b", 0),
    "parameters": ("f", 1),
}


def save_network(network: Network, path: str | Path) -> None:
    """Write the shape and the parameters of `network` to `path`, and replace what stood there.

    The loss, which only training needs, is not stored. Raises ValueError for an activation of your
    own, which `load_network` could not find by its name, and what
    :func:`backprop.files.write_whole` raises.
    """
    activations = [get_activation(layer.activation.name).name for layer in network.layers]
    parts = {
        "format": FORMAT,
        "version": VERSION,
        "sizes": network.sizes,
        "activations": activations,
        "bias": network.layers[0].bias,
        "parameters": network.parameters,
    }
    write_whole(path, lambda file: np.savez(file, **parts))


def load_network(path: str | Path, *, sizes: Sequence[int] | None = None) -> Network:
    """The network that `save_network` wrote to `path`.

    `sizes` is what you expect, such as [784, 30, 10]. Raises FileNotFoundError, and ValueError for
    a file that is truncated or something else, of a newer version, or of another network than
    expected.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no network file at {path}: check the folder and the spelling")
    parts = read_arrays(path)
    check_parts(parts, path)
    stored, bias, parameters = parts["sizes"].tolist(), bool(parts["bias"]), parts["parameters"]
    if sizes is not None and list(sizes) != stored:
        raise ValueError(
            f"{path} holds a {'-'.join(map(str, stored))} network, and "
            f"{'-'.join(map(str, sizes))} was expected"
        )
    # Before the network is made: a damaged file may ask for one that no memory holds.
    needed = sum((inputs + bias) * outputs for inputs, outputs in zip(stored, stored[1:]))
    if parameters.size != needed:
        raise ValueError(
            f"{path} has {parameters.size} parameters and its {'-'.join(map(str, stored))} "
            f"network needs {needed}: the file is damaged"
        )
    try:
        network = Network(
            stored,
            parts["activations"].tolist(),
            bias=bias,
            initialization="zeros",
            generator=np.random.default_rng(0),  # asked for, but zeros are not drawn
            dtype=parameters.dtype,
        )
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None
    network.parameters[...] = parameters
    return network


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of the file. Raises ValueError for a file that is damaged or of another kind."""
    with path.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                unpacked = sum(entry.file_size for entry in archive.zip.infolist())
                if unpacked > path.stat().st_size:
                    raise ValueError("compressed")  # save_network does not: this may be a bomb
                return dict(archive)
        except Exception as problem:  # there is no list of what a damaged archive may raise
            raise ValueError(refusal(path, type(problem).__name__)) from problem


def check_parts(parts: dict[str, np.ndarray], path: Path) -> None:
    """Raise ValueError unless the file at `path` has all parts, in the format of this version."""
    wrong = [
        name
        for name, form in PARTS.items()
        if name not in parts or (parts[name].dtype.kind, parts[name].ndim) != form
    ]
    if "format" not in wrong and parts["format"] != FORMAT:
        raise ValueError(f"{path} is not a file of save_network: it says {parts['format']!s}")
    if "version" not in wrong and parts["version"] > VERSION:
        raise ValueError(
            f"{path} has version {parts['version']} of the format and this program reads up to "
            f"{VERSION}: update the package"
        )
    if wrong:
        raise ValueError(refusal(path, f"no usable part {wrong[0]!r}"))


def refusal(path: Path, reason: str) -> str:
    """What is said of a file that cannot be made sense of."""
    return f"{path} is damaged, or not a file of save_network ({reason}): copy or save it again"
