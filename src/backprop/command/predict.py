"""`backprop predict` and `backprop evaluate`: the outputs of a saved network for samples."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from backprop.command.examples import read_inputs, read_samples_for
from backprop.files import write_whole
from backprop.saving import Saved, load


def run_predict(options: argparse.Namespace) -> None:
    """Write class and probabilities of each sample. Raises OSError and ValueError."""
    saved = load_classifier(options.network)
    probabilities = outputs_for(saved, read_inputs(options.data, options.separator, saved))
    table = pd.DataFrame({"class": np.array(saved.class_names)[probabilities.argmax(axis=1)]})
    for place, name in enumerate(saved.class_names):
        table[f"probability of {name}"] = probabilities[:, place]
    text = table.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    if options.output is None:
        sys.stdout.write(text)
    else:
        write_whole(options.output, text.encode("utf-8"))
        print(f"{len(table)} predictions written to {options.output}")


def run_evaluate(options: argparse.Namespace) -> None:
    """Print accuracy, loss, and a table of classes. Raises OSError and ValueError."""
    saved = load_classifier(options.network)
    label = options.label or saved.notes.get("label")
    samples = read_samples_for(saved, options.data, label, options.separator)
    outputs = outputs_for(saved, samples.X)
    print(f"{len(outputs)} samples")
    print(f"accuracy {(outputs.argmax(axis=1) == samples.labels).mean():.4f}")
    scaled = samples.X if saved.scaling is None else saved.scaling(samples.X)
    print(f"loss {saved.network.loss_value(scaled, samples.Y):.4f}")
    names = np.array(saved.class_names)
    counts = pd.crosstab(
        pd.Categorical(names[samples.labels], names),
        pd.Categorical(names[outputs.argmax(axis=1)], names),
        rownames=["class"],
        colnames=["predicted"],
        dropna=False,
    )
    print(counts.to_string())


def load_classifier(path: Path) -> Saved:
    """The file at `path`. Raises ValueError for a network without class and feature names."""
    saved = load(path)
    if not saved.class_names or not saved.feature_names:
        raise ValueError(
            f"{path} has no names for its outputs and inputs: give a network that was saved by "
            f"`backprop train`"
        )
    return saved


def outputs_for(saved: Saved, X: np.ndarray) -> np.ndarray:
    """The network's outputs, (samples, classes), for unscaled features, as in the file."""
    return np.asarray(saved.network.predict(X if saved.scaling is None else saved.scaling(X)))
