"""The house: which module may import which, and what no module does."""

import ast
import json
import os
import re
import sys
from fnmatch import fnmatch
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
    "mistakes": {"byhand", "arrays", "activations", "parameters", "layers", "network"},
    "diagnosis": {"checks", "losses", "network", "mistakes"},
    "recurrent": {"activations"},
    "fixed_point": {"checks", "activations", "losses", "parameters", "model", "recurrent"},
    "through_time": {"checks", "activations", "losses", "parameters", "model", "recurrent"},
    "gru": {"checks", "activations", "losses", "parameters", "layers", "through_time"},
    "autodiff": {"checks"},
    "files": set(),
    "idx": {"files"},
    "photographs": set(),
    "samples": set(),
    "tables": {"loops", "samples"},
    "datasets": {"idx", "samples", "tables"},
    "scaling": set(),
    "comparison": {"checks"},
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
        "gru",
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
MAY_IMPORT["practice"] = set(MAY_IMPORT) - {"command", "distributed", "__main__"}
MAY_IMPORT["explorers"] = {"mistakes", "practice", "loops"}
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
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{module}.py"]


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


IGNORED = [".git", *(ROOT / ".gitignore").read_text(encoding="utf-8").replace("/", "").split()]


def source_files(*suffixes):
    """The repository's files of these kinds: an archive lists none, so all but what is ignored."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders if not any(fnmatch(f, pattern) for pattern in IGNORED)]
        yield from (Path(folder, name) for name in names if name.endswith(suffixes))


def code_of(path):
    """The program in a file, or in the code cells of a notebook without IPython's commands."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = (cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")
        text = re.sub(
            r"^\s*[%!].*$", "", "\n".join("".join(c["source"]) for c in cells), flags=re.M
        )
    return ast.parse(text)


def test_no_global_randomness_and_no_pickle():
    forbidden = re.compile(
        r"np\.random\.(?!default_rng|Generator|RandomState|PCG64|MT19937|Philox|SFC64)\w+|(?<!np\.)\brandom\.(?!Random\b)\w+\("
        r"|\bpickle\b|\b(?:to|read)_pickle\b|allow_pickle=(?!False)|\bjoblib\b"
    )
    here = Path(__file__)
    for path in source_files(".py", ".ipynb"):
        if path != here:
            found = forbidden.findall(path.read_text(encoding="utf-8"))
            assert not found, f"{path.relative_to(ROOT)}: {found}"


def test_nothing_that_a_reader_runs_needs_git():
    for path in source_files(".py", ".sh", "Makefile"):
        found = re.findall(r"""^[^#]*["'\s]git["'\s].*""", path.read_text(encoding="utf-8"), re.M)
        assert not found, f"{path.relative_to(ROOT)}: a downloaded archive has no git: {found}"


def opens_text_without_encoding(call):
    """Whether a call reads or writes text in the encoding of the locale, as far as it shows."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    owner = getattr(getattr(call.func, "value", None), "id", "")
    modes = [
        value.value for value in [*call.args, *given.values()] if isinstance(value, ast.Constant)
    ]
    if "encoding" in given:
        return False
    if (name == "open" and owner not in ("os", "Image", "tarfile")) or name == "fdopen":
        return not any(re.fullmatch("[rwxa+]*b[rwxa+]*", str(mode)) for mode in modes)
    is_method = isinstance(call.func, ast.Attribute)
    return "text" in given or (is_method and name in ("read_text", "write_text"))


@pytest.mark.parametrize(
    ("call", "is_found"),
    {
        "open(p)": True,
        "open(p, 'w')": True,
        "p.open(newline='')": True,
        "os.fdopen(n, 'w')": True,
        "p.read_text()": True,
        "p.write_text('b')": True,
        "run(c, text=True)": True,
        "open(p, 'rb')": False,
        "p.open(mode='xb')": False,
        "p.read_text(encoding='utf-8')": False,
        "run(c, encoding='utf-8')": False,
        "os.open(p, os.O_RDONLY)": False,
    }.items(),
)
def test_a_missing_encoding_is_seen(call, is_found):
    assert opens_text_without_encoding(ast.parse(call).body[0].value) is is_found


def test_text_is_read_and_written_in_a_stated_encoding():
    """That of the locale is another one on Windows, and wherever the locale is not UTF-8."""
    for path in source_files(".py", ".ipynb"):
        calls = (node for node in ast.walk(code_of(path)) if isinstance(node, ast.Call))
        found = [ast.unparse(call) for call in calls if opens_text_without_encoding(call)]
        assert not found, f'{path.relative_to(ROOT)}: add encoding="utf-8" to {found}'
