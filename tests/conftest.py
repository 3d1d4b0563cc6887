"""Settings that every test shares."""

import os
import subprocess
import sys
import time
from pathlib import Path

import browser
import matplotlib
import pytest
import yaml
from hostile import write_source
from hypothesis import settings
from threadpoolctl import threadpool_limits

from coursework.sandbox.jail import NoJail
from coursework.sandbox.process import try_jail

ROOT = Path(__file__).resolve().parents[1]

# The same examples in every run, and no limit on their time: a slow machine is not a failure.
settings.register_profile("course", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("course")

matplotlib.use("Agg")
pytest.register_assert_rewrite("assignment_cases")

# Kernels that nbval starts inherit these: no progress bars in outputs, sets in a fixed order, and
# one thread for matrix products, since several notebooks run at a time. What a program prints is
# UTF-8, because the tests that start one read it so, whatever the locale.
os.environ |= {"TQDM_DISABLE": "1", "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
os.environ["PYTHONIOENCODING"] = "utf-8"
threadpool_limits(1)  # in this process too, where NumPy is loaded: with two, small products wait


# Files of few but long tests, most of them in a browser, start first: at the end no worker is left
# with one of them.
LONG = (
    "test_live.py",
    "test_explorers.py",
    "test_accessibility.py",
    "test_explorer_two_two_one.py",
    "test_browser.py",
    "test_page_weight.py",
    "test_pdf.py",
    "test_classroom.py",
)


def pytest_collection_modifyitems(items):
    """Put the tests of long files first, in the order of `LONG`."""
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONG)))


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
def book(tmp_path_factory, worker_id):
    """The folder of the pages, built again with every warning an error: once, for all workers."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    folder, report = shared / "book", shared / "book.txt"
    try:
        folder.mkdir()
    except FileExistsError:  # another worker was here first
        while not report.exists():
            time.sleep(0.2)
    else:
        build_book(folder, report)
    assert report.read_text(encoding="utf-8") == "built"
    return folder / "_build" / "html"


def build_book(folder, report):
    """Build the book, and write into the report that it is built, or why not."""
    program = Path(sys.executable).with_name("jupyter-book")
    options = ["-n", "-W", "--keep-going", "--path-output", folder]
    result = "the build was interrupted"
    try:
        done = subprocess.run(
            [sys.executable, program, "build", ".", *options],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
        )
        result = "built" if done.returncode == 0 else f"the build failed:\n{done.stderr}"
    finally:
        (folder / "report").write_text(result, encoding="utf-8")
        (folder / "report").rename(report)  # so that nobody reads a part of it


@pytest.fixture(scope="session")
def jailed():
    """In CI a missing jail is a failure; elsewhere tests that need one are skipped."""
    try:
        try_jail()
    except NoJail as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def overlay(tmp_path_factory):
    """A folder with the source of the small assignment of `hostile`."""
    folder = tmp_path_factory.mktemp("overlay")
    write_source(folder)
    return folder


@pytest.fixture(scope="module")
def chromium():
    """A browser; where there is none, its tests are skipped, but not where `CI` is set."""
    if lack := browser.missing():
        assert "CI" not in os.environ, lack
        pytest.skip(lack)
    with browser.started() as chromium:  # for one file: Playwright's event loop is in others' way
        yield chromium
