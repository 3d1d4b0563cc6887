"""The common part of the experiments: running them and storing their results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from backprop.files import write_whole

Line = dict[str, object]


def run_all(run: Callable[..., Line | list[Line]], settings: Iterable[tuple]) -> list[Line]:
    """The lines of all runs, in order, with one run per core at a time."""
    runs = list(settings)
    with ProcessPoolExecutor() as pool:
        results = list(tqdm(pool.map(run, *zip(*runs)), total=len(runs), unit="run"))
    return list(chain.from_iterable(r if isinstance(r, list) else [r] for r in results))


def store(lines: Sequence[Line], results: Path) -> None:
    """Write the lines as a CSV file, completely or not at all."""
    text = pd.DataFrame(lines).to_csv(index=False, lineterminator="\n")
    write_whole(results, text.encode("utf-8"))


def two_digits(ratio: float) -> float:
    """`ratio` rounded to two significant digits."""
    return float(f"{ratio:.2g}")
