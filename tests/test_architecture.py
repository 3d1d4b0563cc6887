"""The house: which module may import which, and what no module does."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "backprop"

# In the order in which the book teaches them: the course's own modules that each may import.
MAY_IMPORT = {
    "byhand": set(),
    "loops": set(),
    "checks": set(),
    "arrays": set(),
    "activations": {"checks", "arrays"},
    "losses": {"checks", "activations"},
    "initialization": {"checks"},
    "parameters": {"checks"},
    "layers": {"checks", "activations", "initialization", "parameters"},
    "model": {"checks", "losses", "parameters"},
    "network": {
        "checks",
        "activations",
        "losses",
        "initialization",
        "parameters",
        "layers",
        "model",
    },
    "optimizers": {"checks"},
    "training": {"checks", "model", "optimizers"},
    "gradients": {"checks", "model"},
    "inspection": {"network", "parameters"},
    "mistakes": {"arrays", "activations", "parameters", "layers", "network"},
    "diagnosis": {"checks", "losses", "network", "mistakes"},
    "recurrent": {"activations"},
    "fixed_point": {"checks", "activations", "losses", "parameters", "model", "recurrent"},
    "through_time": {"checks", "activations", "losses", "parameters", "model", "recurrent"},
    "autodiff": {"checks"},
    "files": set(),
    "idx": {"files"},
    "photographs": set(),
    "samples": set(),
    "tables": {"loops", "samples"},
    "datasets": {"idx", "samples", "tables"},
    "scaling": set(),
    "saving": {
        "layers",
        "checks",
        "activations",
        "losses",
        "network",
        "model",
        "optimizers",
        "fixed_point",
        "through_time",
        "files",
        "scaling",
    },
    "distributed": {"model", "network", "optimizers", "training"},
    "command": {
        "checks",
        "activations",
        "network",
        "optimizers",
        "training",
        "files",
        "idx",
        "samples",
        "tables",
        "datasets",
        "scaling",
        "saving",
        "distributed",
    },
    "__main__": {"command"},
}
MAY_IMPORT["figures"] = set(MAY_IMPORT)
STANDARD_LIBRARY_ONLY = ("byhand", "loops")


def imported(path):
    """The modules that a file imports, each as a dotted name."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "backprop":
            names |= {f"backprop.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    return names


def files_of(module):
    """The file of a module, or all of them if it is a folder."""
    folder = PACKAGE / module
    return sorted(folder.glob("*.py")) if folder.is_dir() else [PACKAGE / f"{module}.py"]


def test_every_module_is_on_the_map():
    listed = {path for module in MAY_IMPORT for path in files_of(module)}
    assert set(PACKAGE.rglob("*.py")) == {PACKAGE / "__init__.py", *listed}


@pytest.mark.parametrize("module", MAY_IMPORT)
def test_imports_run_one_way(module):
    names = set().union(*map(imported, files_of(module)))
    own = {name.split(".")[1] for name in names if name.startswith("backprop.")}
    assert own <= MAY_IMPORT[module] | {module}
    if module != "figures":
        assert not any(name.startswith("matplotlib") for name in names)


@pytest.mark.parametrize("module", STANDARD_LIBRARY_ONLY)
def test_pure_python_stays_pure(module):
    roots = {name.split(".")[0] for path in files_of(module) for name in imported(path)}
    assert roots <= sys.stdlib_module_names


def tracked_files(*suffixes):
    """The repository's text files of these kinds, as git lists them."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return [ROOT / name for name in listed if name.endswith(suffixes) and (ROOT / name).is_file()]


def test_no_global_randomness_and_no_pickle():
    forbidden = re.compile(
        r"np\.random\.(?!default_rng|Generator|RandomState|PCG64|MT19937|Philox|SFC64)\w+|(?<!np\.)\brandom\.(?!Random\b)\w+\("
        r"|\bpickle\b|\b(?:to|read)_pickle\b|allow_pickle=(?!False)|\bjoblib\b"
    )
    here = Path(__file__)
    for path in tracked_files(".py", ".ipynb"):
        if path != here:
            found = forbidden.findall(path.read_text(encoding="utf-8"))
            assert not found, f"{path.relative_to(ROOT)}: {found}"
