"""Training on several machines, each with its own part of the rows (data parallelism).

The loss is a mean over rows, and so is its gradient. Divide n rows into parts of n₁, n₂, … rows; if
gᵢ is the gradient of the mean over part i, the gradient of the whole is Σ (nᵢ / n) gᵢ. For that, a
worker with one part receives the parameters and sends back one gradient. Rows never move.

`workers` computes that sum on a cluster of Dask (Rocklin 2015). It needs `requirements-scale.txt`.
"""

from __future__ import annotations

from typing import Any

__all__ = ["NEEDS_DASK", "dask_distributed"]

NEEDS_DASK = (
    "training on several machines needs Dask: run `pip install -r requirements-scale.txt` (or "
    "`make scale`) in the folder of the course"
)


def dask_distributed() -> Any:
    """The module dask.distributed. Raises ImportError, which says how to install it."""
    try:
        from dask import distributed
    except ImportError as problem:
        raise ImportError(f"{NEEDS_DASK} ({problem})") from None
    return distributed
