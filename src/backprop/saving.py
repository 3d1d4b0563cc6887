"""Save a network to a file, and load it again.

The file is NumPy's `.npz`: a zip archive with one array for each part. It holds numbers and
names only, so that nothing is executed when it is read, and a file is written whole or not at all.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from backprop.network import Network

FORMAT = "backprop network"
VERSION = 1


def save_network(network: Network, path: str | Path) -> None:
    """Write the shape and the parameters of `network` to `path`, and replace what stood there.

    The loss, which only training needs, is not stored.
    """
    path = Path(path)
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        np.savez(
            file,
            format=FORMAT,
            version=VERSION,
            sizes=network.sizes,
            activations=[layer.activation.name for layer in network.layers],
            bias=network.layers[0].bias,
            parameters=network.parameters,
        )
    unfinished.replace(path)


def load_network(path: str | Path, *, sizes: Sequence[int] | None = None) -> Network:
    """The network that `save_network` wrote to `path`.

    `sizes` is what you expect, such as [784, 30, 10]. Raises FileNotFoundError, and ValueError for
    a file that is truncated or something else, of a newer version, or of another network than
    expected.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no network file at {path}: check the folder and the spelling")
    parts = read_parts(path)
    if parts["version"] > VERSION:
        raise ValueError(
            f"{path} has version {parts['version']} of the format and this program reads up to "
            f"{VERSION}: update the package"
        )
    stored = parts["sizes"].tolist()
    if sizes is not None and list(sizes) != stored:
        raise ValueError(
            f"{path} holds a {'-'.join(map(str, stored))} network, and "
            f"{'-'.join(map(str, sizes))} was expected"
        )
    parameters = parts["parameters"]
    network = Network(
        stored,
        parts["activations"].tolist(),
        bias=bool(parts["bias"]),
        initialization="zeros",
        generator=np.random.default_rng(0),  # asked for, but zeros are not drawn
        dtype=parameters.dtype,
    )
    if parameters.shape != network.parameters.shape:
        raise ValueError(
            f"{path} has {parameters.size} parameters and its {'-'.join(map(str, stored))} "
            f"network needs {network.parameters.size}: the file is damaged"
        )
    network.parameters[...] = parameters
    return network


def read_parts(path: Path) -> dict[str, np.ndarray]:
    """All arrays of the file. Raises ValueError for a file that is damaged or of another kind."""
    wanted = ("format", "version", "sizes", "activations", "bias", "parameters")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            parts = {name: archive[name] for name in wanted}
    except (ValueError, KeyError, EOFError, OSError, TypeError, zipfile.BadZipFile) as problem:
        raise ValueError(
            f"{path} is damaged, or not a file of save_network ({type(problem).__name__}): "
            f"copy or save it again"
        ) from problem
    if parts["format"] != FORMAT:
        raise ValueError(f"{path} is not a file of save_network: it says {parts['format']!s}")
    return parts
