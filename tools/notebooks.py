"""Run the book's notebooks from a fresh kernel and store them in one normal form.

    python tools/notebooks.py                      all notebooks and the skeleton
    python tools/notebooks.py book/07_iris.ipynb   one notebook

If every cell of a notebook runs, the result replaces the file; after an error, the file is not
changed. Running this twice changes no byte.
"""

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from questions import write_questions

from backprop.files import write_whole

ROOT = Path(__file__).resolve().parents[1]
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# No progress bars in stored outputs, sets in the same order in every run, and one thread for matrix
# products: two notebooks run at once, and their threads would only compete with each other.
FIXED = {"TQDM_DISABLE": "1", "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}


def normalize(notebook: nbformat.NotebookNode) -> None:
    """Remove what differs between runs and machines: versions, timings, tool settings."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        cell.source = cell.source.strip()


def refresh(path: Path) -> str:
    """Run one notebook and store it. Returns one line with the result."""
    notebook = nbformat.read(path, as_version=4)
    write_questions(path, notebook)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        coalesce_streams=True,
        record_timing=False,
    )
    start = time.perf_counter()
    try:
        client.execute()
    except CellExecutionError as error:
        return f"{path.name}: FAILED, the file is unchanged\n{error}"
    normalize(notebook)
    write_whole(path, (nbformat.writes(notebook) + "\n").encode("utf-8"))
    return f"{path.name}: {time.perf_counter() - start:.1f} s"


def main() -> int:
    """Refresh the notebooks named on the command line, or all; 1 if one of them failed."""
    os.environ |= FIXED
    paths = [Path(name) for name in sys.argv[1:]] or [
        *sorted((ROOT / "book").glob("*.ipynb")),
        ROOT / "tools" / "skeleton.ipynb",
    ]
    failed = False
    with ProcessPoolExecutor(max_workers=2) as pool:
        for report in pool.map(refresh, paths):
            print(report, flush=True)
            failed |= "FAILED" in report
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
