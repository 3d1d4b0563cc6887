"""Write the weights that explorers use: of chapter 11's digit reader and chapter 12's memory.

    PYTHONPATH=src python tools/explorer_weights.py

Both are trained as the chapters train them, in a minute or two. The weights of each layer become
whole numbers from −127 to 127 and one scale, in base64; biases keep six digits. A classic script
holds them, since a browser refuses to fetch a file for a page that is opened from a folder.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import numpy as np

from backprop.datasets import load_digits
from backprop.files import write_whole

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "src" / "backprop" / "explorers"
LARGEST = 127
SEED_OF_READER, SEED_OF_MEMORY, UPDATES = 1, 3, 150  # those of the chapters


def quantized(W: np.ndarray, b: np.ndarray) -> dict[str, Any]:
    """A layer as JSON can hold it."""
    scale = float(f"{np.abs(W).max() / LARGEST:.6g}")
    whole = np.rint(W / scale).clip(-LARGEST, LARGEST).astype(np.int8)
    rounded = [float(f"{bias:.6g}") for bias in b]
    return {"shape": W.shape, "scale": scale, "W": b64encode(whole).decode(), "b": rounded}


def restored(layer: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """W and b of a layer that `quantized` has written."""
    whole = np.frombuffer(b64decode(layer["W"]), np.int8).reshape(layer["shape"])
    return whole * layer["scale"], np.array(layer["b"])


def store(name: str, variable: str, about: str, values: dict[str, Any]) -> None:
    """Write `values` as a script that defines a variable."""
    first = f"// {about} Written by tools/explorer_weights.py."
    text = f"{first}\nvar {variable} = {json.dumps(values)};\n"
    write_whole(FOLDER / name, text.encode("utf-8"))


def stored(name: str) -> dict[str, Any]:
    """The values of such a script."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    values: dict[str, Any] = json.loads(text.partition(" = ")[2].removesuffix(";\n"))
    return values


def write_reader() -> None:
    """The network of chapter 11, with the accuracy that it has with these weights."""
    from digit_readers import learn

    network = learn(100, SEED_OF_READER)
    layers = [quantized(layer.W, layer.b) for layer in network.layers]
    for layer, written in zip(network.layers, layers):
        layer.W[...], layer.b[...] = restored(written)
    _, test = load_digits()
    accuracy = float((network.classify(test.X) == test.labels).mean())
    values = {"accuracy": accuracy, "layers": layers}
    store(
        "reader_weights.js",
        "ReaderWeights",
        "The weights of chapter 11's network, 784-100-10.",
        values,
    )


def write_memory() -> None:
    """The memory of chapter 12 and its patterns, one text of 196 signs for each."""
    from memories import stored_patterns, trained

    patterns = stored_patterns(0)
    network = trained(patterns, SEED_OF_MEMORY, UPDATES)
    signs = ["".join("#" if pixel > 0 else "." for pixel in pattern) for pattern in patterns]
    values = {"layer": quantized(network.W, network.b), "patterns": signs}
    store(
        "memory_weights.js",
        "MemoryWeights",
        "The weights of chapter 12's memory, and its 20 digits.",
        values,
    )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "book" / "experiments"))
    write_memory()
    write_reader()
