"""The code of chapter 14 for libraries that the course does not install, run where they are."""

import ast
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest

from backprop.byhand import WEIGHTS, trace_step

CHAPTER = Path(__file__).resolve().parents[1] / "book/14_automatic_differentiation.ipynb"
BLOCK = re.compile(r"^```python\n(.*?)^```\n+```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks():
    """The library, the code and the stated output of each block in the chapter's text."""
    cells = nbformat.read(CHAPTER, as_version=4).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    found = BLOCK.findall(text)
    assert text.count("```python") == len(found), "each block is followed by its output"
    return {code.split()[1]: (code, output) for code, output in found}


def test_the_chapter_shows_pytorch_and_jax():
    assert set(blocks()) == {"torch", "jax"}


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_the_stated_output_is_the_gradient_by_hand(library):
    trace = trace_step(activation="sigmoid")
    _, output = blocks()[library]
    by_hand = [float(trace[f"∂E/∂{weight}"]) for weight in WEIGHTS]
    assert ast.literal_eval(output) == pytest.approx(by_hand, abs=5.1e-7)


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_the_code_prints_its_stated_output(library):
    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    code, output = blocks()[library]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stdout == output
