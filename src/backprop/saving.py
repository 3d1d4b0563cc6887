"""Save a network to a file and load it again, with the data for using it or resuming its training.

The file is NumPy's `.npz`: a zip archive with one array per part. It holds only numbers and text,
so nothing is executed when it is read, and a file is written completely or not at all. The text is
a description in JSON: the kind of network and its settings, the names of classes and features, how
features are scaled, and the versions of the programs that wrote it.
"""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np

import backprop
from backprop import checks
from backprop.activations import Activation
from backprop.files import write_whole
from backprop.fixed_point import FixedPointNetwork
from backprop.gru import GRUNetwork
from backprop.layers import make_layer
from backprop.losses import Loss, get_loss
from backprop.model import Model
from backprop.network import Network
from backprop.optimizers import OPTIMIZERS, Optimizer
from backprop.scaling import Scaling
from backprop.through_time import ElmanNetwork

__all__ = ["Saved", "load", "load_network", "save", "save_network"]

FORMAT = "backprop network"
VERSION = 2
KINDS: dict[str, type[Model]] = {
    kind.__name__: kind for kind in (Network, ElmanNetwork, GRUNetwork, FixedPointNetwork)
}
# Others keep an index into a table; a damaged one would lead to memory that is not theirs.
GENERATORS = {kind.__name__: kind for kind in (np.random.PCG64, np.random.PCG64DXSM)}
PARTS = {"format", "version", "description", "parameters"}


@dataclass
class Saved:
    """The content of a file: a `network`, and information about its data and its training.

    `class_names` are in the order of the outputs, `feature_names` in that of the inputs. `scaling`
    is applied to features before they enter the network. `optimizer` and `generator` are those of
    the training, in their final state. `notes` are text and numbers about the training, and
    `versions` lists the programs that wrote the file.

    Raises ValueError for names that are not a list of text.
    """

    network: Any
    class_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    scaling: Scaling | None = None
    optimizer: Optimizer | None = None
    generator: np.random.Generator | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.class_names = names(self.class_names, "class_names")
        self.feature_names = names(self.feature_names, "feature_names")


def save_network(network: Model, path: str | Path) -> None:
    """Write `network` to `path`, replacing any old file. `save` writes more than the network.

    Raises ValueError if the network could not be loaded again, such as one with an activation of
    your own, and for parameters that are not finite.
    """
    save(Saved(network), path)


def load_network(path: str | Path, *, sizes: Sequence[int] | None = None) -> Any:
    """The network in the file at `path`; `sizes` is what you expect, such as [784, 30, 10].

    Raises the errors of `load`, and ValueError for a network of other sizes.
    """
    network = load(path).network
    if sizes is not None and getattr(network, "sizes", None) != list(sizes):
        raise ValueError(
            f"{path} holds {network}, but sizes= asks for a {'-'.join(map(str, sizes))} network"
        )
    return network


def save(saved: Saved, path: str | Path) -> None:
    """Write `saved` to `path`, completely or not at all. Raises the errors of `save_network`.

    It is first loaded once from memory, so that every file that exists can be loaded.
    """
    network = saved.network
    if KINDS.get(type(network).__name__) is not type(network):
        raise ValueError(
            f"cannot save {network!r}: give a network of one of the kinds {', '.join(KINDS)}"
        )
    if not checks.all_finite(network.parameters):
        raise ValueError("the network has parameters that are NaN or infinite: train it again")
    versions = {
        "backprop": backprop.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    description = json.dumps(describe(replace(saved, versions=versions)), default=as_json)
    parts: dict[str, Any] = {"description": np.array(description), **arrays_of(saved)}
    try:
        known = types_in(assemble(parts)) == types_in(saved)
    except Exception as problem:
        raise ValueError(
            f"cannot save {network!r}, since it could not be loaded again ({cause(problem)})"
        ) from None
    if not known:
        raise ValueError(
            f"cannot save {network!r} with a loss, layer or optimizer of your own that has the "
            f"name of another one: rename it"
        )

    def write(file: Any) -> None:
        np.savez(file, format=FORMAT, version=VERSION, **parts)

    write_whole(path, write)


def load(path: str | Path) -> Saved:
    """The network or the `Saved` that was written to `path`, as a `Saved`.

    Raises FileNotFoundError, and ValueError for a file that is truncated, of another kind, or of
    another version.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no network file at {path}: check the folder and the spelling")
    parts = read_arrays(path)
    check_parts(parts, path)
    try:
        return assemble(parts)
    except Exception as problem:  # a damaged description may cause any error
        raise ValueError(
            f"{path} does not describe a network ({cause(problem)}): save it again"
        ) from None


def describe(saved: Saved) -> dict[str, Any]:
    """The description: everything that is not in an array, and the names of the arrays."""
    description = {
        "kind": type(saved.network).__name__,
        "settings": saved.network.settings(),
        "class_names": saved.class_names,
        "feature_names": saved.feature_names,
        "notes": saved.notes,
        "versions": saved.versions,
        "arrays": list(arrays_of(saved)),  # damage must not hide one of them
    }
    if saved.optimizer is not None:
        description["optimizer"] = saved.optimizer.settings()
    if saved.generator is not None:
        description["generator"] = state_of(saved.generator)
    return description


def arrays_of(saved: Saved) -> dict[str, np.ndarray]:
    """All arrays of `saved`, by their names in the file."""
    arrays = {"parameters": saved.network.parameters}
    if saved.scaling is not None:
        shift, scale = saved.scaling.shift, saved.scaling.scale
        arrays |= {"shift": np.asarray(shift), "scale": np.asarray(scale)}
    if saved.optimizer is not None:
        arrays |= {f"memory {i}": part for i, part in enumerate(saved.optimizer.memory)}
    return arrays


def assemble(parts: dict[str, np.ndarray]) -> Saved:
    """The objects that the parts of a file describe. Raises various errors for damaged parts."""
    description = json.loads(str(parts["description"]))
    settings = description["settings"]
    kind = KINDS[checks.choice(description["kind"], "kind of network", KINDS)]
    check_size(settings, parts["parameters"].size)
    network = kind.from_settings(settings | {"loss": loss_from(settings["loss"])})
    if parts["parameters"].size != network.parameters.size:
        raise ValueError(
            f"{parts['parameters'].size} parameters, and {network} needs {network.parameters.size}"
        )
    checks.check_finite(parts["parameters"], "parameters")
    network.parameters = parts["parameters"]
    saved = Saved(
        network,
        description["class_names"],
        description["feature_names"],
        notes=dict(description["notes"]),
        versions=dict(description["versions"]),
    )
    if "shift" in parts:
        saved.scaling = scaling_of(parts["shift"], parts["scale"])
    if "optimizer" in description:
        memory = [parts[name] for name in sorted(parts) if name.startswith("memory ")]
        saved.optimizer = optimizer_from(description["optimizer"], memory, network.parameters)
    if "generator" in description:
        saved.generator = generator_from(description["generator"])
    check_round_trip(saved, description, parts)
    return saved


def check_round_trip(
    saved: Saved, description: dict[str, Any], parts: dict[str, np.ndarray]
) -> None:
    """Raise ValueError unless `saved` would be written exactly as it was read.

    So nothing in a file is ignored or misread.
    """
    again = json.loads(json.dumps(describe(saved), default=as_json))
    arrays = arrays_of(saved)
    different = {name for name in again | description if again.get(name) != description.get(name)}
    different |= (PARTS | parts.keys()) ^ (PARTS | arrays.keys())
    for name in arrays.keys() & parts.keys():
        if not np.array_equal(arrays[name], parts[name]):
            different.add(name)
    if different:
        raise ValueError(f"{min(different)!r} changes when it is written again")


def check_size(settings: dict[str, Any], count: int) -> None:
    """Raise ValueError if the network needs more than `count` parameters.

    Called before the network is built: a damaged file may ask for one that no memory can hold.
    """
    if "layers" in settings:  # a layer allocates its arrays at their first use
        layers = [make_layer(kind, own) for kind, own in settings["layers"]]
        needed = sum(math.prod(shape) for layer in layers for shape in layer.shapes.values())
    else:  # a recurrent network has neurons × neurons weights, among others
        inputs, neurons, outputs = (
            checks.whole_number(settings[name], name) for name in ("inputs", "neurons", "outputs")
        )
        needed = neurons * max(inputs + neurons, outputs)
    if needed > count:
        raise ValueError(f"{count} parameters, and the network needs {needed} or more")


def types_in(saved: Saved) -> list[type]:
    """The types of the network's parts, and of the optimizer."""
    layers = getattr(saved.network, "layers", [])
    return [type(part) for part in (*layers, saved.network.loss, saved.optimizer)]


def cause(problem: Exception) -> str:
    """The error's type and text, for a message."""
    return f"{type(problem).__name__}: {problem}"


def names(values: object, what: str) -> tuple[str, ...]:
    """The names as a tuple. Raises ValueError unless they are a list of text."""
    if isinstance(values, Iterable) and not isinstance(values, str):
        values = tuple(values)
        if all(isinstance(name, str) for name in values):
            return values
    raise ValueError(f"{what} is {values!r}: give a list of names, each of them text")


def as_json(value: object) -> object:
    """A JSON form of a loss or activation. Raises ValueError for one that has no known name."""
    if isinstance(value, Loss):
        return value.settings()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Activation):
        raise ValueError(
            f"the activation {value.name!r} is your own, so it cannot be found by its name when "
            f"the file is loaded: save a network with activations of the package"
        )
    raise ValueError(f"cannot save {value!r}: only numbers, text and named parts can be saved")


def loss_from(settings: dict[str, Any]) -> Loss:
    """The loss with these settings, which include its name."""
    others = dict(settings)
    return type(get_loss(others.pop("name")))(**others)


def scaling_of(shift: np.ndarray, scale: np.ndarray) -> Scaling:
    """The scaling with these numbers. Raises ValueError unless it can be applied."""
    checks.check_finite(shift, "shift")
    checks.check_finite(scale, "scale")
    if not (scale > 0).all():
        raise ValueError("a scale is 0 or negative")
    return Scaling(shift, scale)


def optimizer_from(
    settings: dict[str, Any], memory: list[np.ndarray], parameters: np.ndarray
) -> Optimizer:
    """The optimizer with these settings, after its steps. Raises ValueError if they do not fit."""
    others = dict(settings)
    kind = OPTIMIZERS[checks.choice(others.pop("name"), "optimizer", OPTIMIZERS)]
    steps = checks.whole_number(others.pop("steps_done"), "steps_done", 0)
    optimizer = kind(**others)
    if len(memory) != kind.memories and (memory or steps):
        raise ValueError(f"{len(memory)} vectors of memory after {steps} steps of {kind.__name__}")
    if any((part.shape, part.dtype) != (parameters.shape, parameters.dtype) for part in memory):
        raise ValueError("the memory of the optimizer does not fit the parameters")
    for part in memory:
        checks.check_finite(part, "memory")
    optimizer.steps_done, optimizer.memory = steps, memory
    return optimizer


def state_of(generator: np.random.Generator) -> dict[str, Any]:
    """The state of the generator. Raises ValueError for a kind that cannot be saved."""
    state = checks.random_generator(generator).bit_generator.state
    checks.choice(state["bit_generator"], "kind of generator", GENERATORS)
    return dict(state)


def generator_from(state: dict[str, Any]) -> np.random.Generator:
    """The generator in this state."""
    kind = checks.choice(state["bit_generator"], "kind of generator", GENERATORS)
    bits: Any = GENERATORS[kind](0)
    bits.state = state
    return np.random.Generator(bits)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of the file. Raises ValueError for a file that is damaged or of another kind."""
    content = path.read_bytes()
    try:
        with ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > len(content):
                raise ValueError("compressed")  # save_network does not: this may be a bomb
            return {
                entry.filename.removesuffix(".npy"): array_of(archive.read(entry))
                for entry in entries
            }
    except Exception as problem:  # a damaged archive may raise any error
        raise ValueError(refusal(path, "not a readable archive of arrays")) from problem


def array_of(content: bytes) -> np.ndarray:
    """The array in an entry of the archive. Raises ValueError for a shape that is not its own.

    `np.load` would first allocate an array of any shape that the entry claims, however large.
    """
    file = BytesIO(content)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("another format of arrays")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)
    numbers = np.frombuffer(content, dtype, offset=file.tell())
    return numbers.reshape(shape, order="F" if by_columns else "C").copy()


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
            f"{path} has version {version} of the format, but this program reads version "
            f"{VERSION}: {'update the package' if newer else 'save it again with this program'}"
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
