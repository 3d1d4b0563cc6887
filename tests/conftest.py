"""Settings that every test shares."""

import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest
import yaml
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# The same examples in every run, and no limit on their time: a slow machine is not a failure.
settings.register_profile("course", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("course")

matplotlib.use("Agg")

# Kernels that nbval starts inherit these: no progress bars in outputs, sets in a fixed order, and
# one thread for matrix products, since several notebooks run at a time. What a program prints is
# UTF-8, because the tests that start one read it so, whatever the locale.
os.environ |= {"TQDM_DISABLE": "1", "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
os.environ["PYTHONIOENCODING"] = "utf-8"


def pytest_runtest_setup(item):
    """Skip what only root may do, and say how to run it."""
    if item.get_closest_marker("needs_root") and (os.name == "nt" or os.geteuid() != 0):
        pytest.skip("only root may do this: sudo .venv/bin/python -m pytest -m needs_root tests")


@pytest.fixture(scope="session")
def contents():
    """The pages of the table of contents, without suffix."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [entry for part in toc["parts"] for entry in part["chapters"]]
    pages = [page["file"] for entry in chapters for page in [entry, *entry.get("sections", [])]]
    return [toc["root"], *pages]


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """The folder of the pages, built again with every warning an error."""
    folder = tmp_path_factory.mktemp("book")
    program = Path(sys.executable).with_name("jupyter-book")
    options = ["-n", "-W", "--keep-going", "--path-output", folder]
    done = subprocess.run(
        [sys.executable, program, "build", ".", *options],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return folder / "_build" / "html"
