"""Training on several machines, each with its own part of the rows (data parallelism).

The loss is a mean over rows, and so is its gradient. Cut n rows into parts of n₁, n₂, … rows; with
gᵢ the gradient of the mean over part i, the gradient of the whole is Σ (nᵢ / n) gᵢ. A worker that
holds a part needs the parameters for that, and sends one gradient back. Rows never move.

`workers` computes that sum on a cluster of Dask (Rocklin 2015), `scaling` scales features, and
`command` is the program

    python -m backprop.distributed --help

It needs `requirements-scale.txt`.
"""

NEEDS_DASK = (
    "training on several machines needs Dask: run `pip install -r requirements-scale.txt` (or "
    "`make scale`) in the folder of the course"
)
