"""The stored results of the book's experiments, for questions about an order or a verdict."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

__all__ = ["measured"]

FOLDERS = ("experiments", "book/experiments")  # seen from a chapter, and from the project's folder


def measured(name: str) -> pd.DataFrame:
    """The results in `experiments/NAME.csv`. Raises FileNotFoundError."""
    for folder in FOLDERS:
        path = Path(folder, f"{name}.csv")
        if path.exists():
            return pd.read_csv(path)
    raise FileNotFoundError(
        f"there is no experiments/{name}.csv: run this in the folder of the chapters"
    )
