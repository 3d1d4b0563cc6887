"""Save a network to a file, and load it again, with what is needed to use it or train it further.

The file is NumPy's `.npz`: a zip archive with one array for each part. It holds numbers and text
only, so that nothing is executed when it is read, and a file is written whole or not at all. The
text is a description in JSON: the kind of network and its settings, the names of classes and
features, how features are scaled, and the versions it was made with.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

import backprop
from backprop.activations import Activation
from backprop.files import write_whole
from backprop.fixed_point import FixedPointNetwork
from backprop.losses import Loss, get_loss
from backprop.model import Model
from backprop.network import Network
from backprop.optimizers import OPTIMIZERS, Optimizer
from backprop.scaling import Scaling
from backprop.through_time import ElmanNetwork

FORMAT = "backprop network"
VERSION = 2
KINDS: dict[str, type[Model]] = {
    kind.__name__: kind for kind in (Network, ElmanNetwork, FixedPointNetwork)
}
GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
PARTS = {"format", "version", "description", "parameters"}


@dataclass
class Saved:
    """What a file holds: a network, and what is known about its data and its training.

    `class_names` are in the order of the outputs, `feature_names` in that of the inputs.
    `scaling` is applied to features before the network sees them. `optimizer` and `generator` are
    those of the training, in the state in which it ended. `notes` are text and numbers about it,
    and `versions` says what wrote the file.
    """

    network: Any
    class_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    scaling: Scaling | None = None
    optimizer: Optimizer | None = None
    generator: np.random.Generator | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)


def save_network(network: Model, path: str | Path) -> None:
    """Write `network` to `path`, and replace what was there. `save` writes more than the network.

    Raises ValueError for what could not be loaded again, such as an activation of your own, and
    for parameters that are not finite.
    """
    save(Saved(network), path)


def load_network(path: str | Path, *, sizes: Sequence[int] | None = None) -> Any:
    """The network in the file at `path`; `sizes` is what you expect, such as [784, 30, 10].

    Raises what `load` raises, and ValueError for another network than expected.
    """
    network = load(path).network
    if sizes is not None and getattr(network, "sizes", None) != list(sizes):
        raise ValueError(
            f"{path} holds {network}, and a {'-'.join(map(str, sizes))} network was expected"
        )
    return network


def save(saved: Saved, path: str | Path) -> None:
    """Write `saved` to `path`, whole or not at all. Raises what `save_network` raises."""
    network = saved.network
    if type(network).__name__ not in KINDS:
        raise ValueError(
            f"cannot save {network!r}: give a network of one of the kinds {', '.join(KINDS)}"
        )
    if not np.isfinite(network.parameters).all():
        raise ValueError("the network has parameters that are NaN or infinite: train it again")
    arrays = {"parameters": network.parameters}
    description = {
        "kind": type(network).__name__,
        "settings": network.settings(),
        "class_names": saved.class_names,
        "feature_names": saved.feature_names,
        "notes": saved.notes,
        "versions": {
            "backprop": backprop.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
    }
    if saved.scaling is not None:
        arrays |= {"shift": np.asarray(saved.scaling.shift), "scale": np.asarray(saved.scaling.scale)}
    if saved.optimizer is not None:
        description["optimizer"] = saved.optimizer.settings()
        arrays |= {f"memory {i}": part for i, part in enumerate(saved.optimizer.memory)}
    if saved.generator is not None:
        description["generator"] = as_lists(saved.generator.bit_generator.state)
    text = json.dumps(description, default=as_json)

    def write(file: Any) -> None:
        np.savez(file, format=FORMAT, version=VERSION, description=text, **arrays)

    write_whole(path, write)


def load(path: str | Path) -> Saved:
    """What `save` or `save_network` wrote to `path`.

    Raises FileNotFoundError, and ValueError for a file that is truncated or something else, or of
    a newer version.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no network file at {path}: check the folder and the spelling")
    parts = read_arrays(path)
    check_parts(parts, path)
    try:
        return assemble(parts)
    except Exception as problem:  # a damaged description may ask for anything
        reason = f"{type(problem).__name__}: {problem}"
        raise ValueError(f"{path} does not describe a network ({reason}): save it again") from None


def assemble(parts: dict[str, np.ndarray]) -> Saved:
    """The objects that the parts of a file describe. Raises whatever is wrong with them."""
    description = json.loads(str(parts["description"]))
    settings = description["settings"] | {"loss": loss_of(description["settings"]["loss"])}
    network = KINDS[description["kind"]].from_settings(settings)
    parameters = parts["parameters"]
    if parameters.size != network.parameters.size:
        raise ValueError(
            f"{parameters.size} parameters, and {network} needs {network.parameters.size}"
        )
    if not np.isfinite(parameters).all():
        raise ValueError("a parameter is NaN or infinite")
    network.parameters = parameters
    saved = Saved(
        network,
        class_names=tuple(map(str, description["class_names"])),
        feature_names=tuple(map(str, description["feature_names"])),
        notes=dict(description["notes"]),
        versions=dict(description["versions"]),
    )
    if "shift" in parts:
        saved.scaling = Scaling(parts["shift"], parts["scale"])
    if "optimizer" in description:
        memory = [parts[name] for name in sorted(parts) if name.startswith("memory ")]
        saved.optimizer = optimizer_of(description["optimizer"], memory)
    if "generator" in description:
        saved.generator = generator_of(description["generator"])
    return saved


def as_json(value: object) -> object:
    """What JSON holds in place of a loss. Raises ValueError for what has no name to be found by."""
    if isinstance(value, Loss):
        return value.settings()
    if isinstance(value, Activation):
        raise ValueError(
            f"the activation {value.name!r} is your own, and could not be found by its name when "
            f"the file is loaded: save a network with activations of the package"
        )
    raise ValueError(f"cannot save {value!r}: only numbers, text and named parts can be saved")


def as_lists(value: Any) -> Any:
    """The value with lists in place of arrays, at any depth of a dictionary."""
    if isinstance(value, dict):
        return {key: as_lists(entry) for key, entry in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value


def loss_of(settings: dict[str, Any]) -> Loss:
    """The loss of these settings, of which one is its name."""
    others = dict(settings)
    return type(get_loss(others.pop("name")))(**others)


def optimizer_of(settings: dict[str, Any], memory: list[np.ndarray]) -> Optimizer:
    """The optimizer of these settings, after its steps."""
    others = dict(settings)
    kind, steps = OPTIMIZERS[others.pop("name")], int(others.pop("steps_done"))
    optimizer = kind(**others)
    optimizer.steps_done, optimizer.memory = steps, memory
    return optimizer


def generator_of(state: dict[str, Any]) -> np.random.Generator:
    """The generator in this state."""
    if state["bit_generator"] not in GENERATORS:
        raise ValueError(f"unknown generator {state['bit_generator']!r}")
    bits = getattr(np.random, state["bit_generator"])()
    bits.state = state
    return np.random.Generator(bits)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of the file. Raises ValueError for a file that is damaged or of another kind."""
    content = path.read_bytes()
    try:
        with np.load(BytesIO(content), allow_pickle=False) as archive:
            unpacked = sum(entry.file_size for entry in archive.zip.infolist())
            if unpacked > len(content):
                raise ValueError("compressed")  # save_network does not: this may be a bomb
            return dict(archive)
    except Exception as problem:  # there is no list of what a damaged archive may raise
        raise ValueError(refusal(path, "not a readable archive of arrays")) from problem


def check_parts(parts: dict[str, np.ndarray], path: Path) -> None:
    """Raise ValueError unless the file at `path` has all parts, in the format of this version."""
    if "format" not in parts or str(parts["format"]) != FORMAT:
        raise ValueError(refusal(path, f"no entry 'format' that says {FORMAT!r}"))
    version = parts.get("version", np.array(None))
    if version.ndim or version.dtype.kind != "i" or version < 1:
        raise ValueError(refusal(path, f"its version is {version}"))
    if version != VERSION:
        newer = version > VERSION
        raise ValueError(
            f"{path} has version {version} of the format, and this program reads version {VERSION}: "
            + ("update the package" if newer else "save the network again with this program")
        )
    missing = sorted(PARTS - parts.keys())
    if missing:
        raise ValueError(refusal(path, f"no entry {missing[0]!r}"))
    if parts["parameters"].dtype.kind != "f" or parts["parameters"].ndim != 1:
        raise ValueError(refusal(path, "its parameters are not a vector of floats"))


def refusal(path: Path, reason: str) -> str:
    """The message for an unreadable file."""
    return (
        f"{path} is not a network file, or it is damaged ({reason}): if it should be one, copy it "
        f"or save it again"
    )
