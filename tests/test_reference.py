"""The pages of the package: every module is on one, with all that is public and explained."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "backprop"
PAGES = sorted((ROOT / "book" / "api").glob("*.md"))

# A program; what figures are made of, which only figures import; questions and their mistakes.
NOT_FOR_READERS = re.compile(
    r"backprop(\.__main__|\.figures\..+|\.practice\.(chapters|topics)\..+|\.mistakes\.formulas\..+)?"
)


def name_of(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {
    name_of(path): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
    if not NOT_FOR_READERS.fullmatch(name_of(path))
}


def exported(tree):
    """The names in `__all__`, or None."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return ast.literal_eval(node.value)
    return None


def public(tree):
    """The classes and functions that a module defines for others."""
    names = exported(tree)
    definitions = [node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)]
    if names is None:
        return [node for node in definitions if not node.name.startswith("_")]
    return [node for node in definitions if node.name in names]


def public_names():
    """The full names of all of them; figures has its own from the modules below it."""
    names = {f"{module}.{node.name}" for module, tree in MODULES.items() for node in public(tree)}
    return names | {f"backprop.figures.{name}" for name in exported(MODULES["backprop.figures"])}


def fields(node):
    """The fields of a dataclass or named tuple, none of another class."""
    makers = [ast.unparse(maker) for maker in (*node.decorator_list, *node.bases)]
    if not any(maker.startswith(("dataclass", "NamedTuple")) for maker in makers):
        return []
    lines = [line for line in node.body if isinstance(line, ast.AnnAssign)]
    return [line.target.id for line in lines if "ClassVar" not in ast.unparse(line.annotation)]


def test_every_module_is_on_exactly_one_page():
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert sorted(re.findall(r"automodule:: (\S+)", text)) == sorted(MODULES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_begins_with_the_chapters_that_use_it(page):
    title, introduction, *_ = page.read_text(encoding="utf-8").split("\n\n")
    assert title.startswith("# ") and re.search("chapter", introduction, re.IGNORECASE)


@pytest.mark.parametrize("module", MODULES)
def test_everything_public_has_a_docstring(module):
    # Without one, autodoc would leave it out.
    missing = [node.name for node in public(MODULES[module]) if not ast.get_docstring(node)]
    assert ast.get_docstring(MODULES[module]) and not missing


@pytest.mark.parametrize("module", MODULES)
def test_every_field_is_explained(module):
    unexplained = [
        f"{node.name}.{field}"
        for node in ast.walk(MODULES[module])
        if isinstance(node, ast.ClassDef)
        for field in fields(node)
        if f"`{field}`" not in (ast.get_docstring(node) or "")
    ]
    assert not unexplained


def test_the_built_pages_hold_every_public_name(book):
    from sphinx.util.inventory import InventoryFile

    with (book / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, place: place)
    kinds = [inventory.get(f"py:{kind}", {}) for kind in ("class", "exception", "function")]
    assert public_names() <= set().union(*kinds)
    assert set(MODULES) == set(inventory["py:module"])
    assert all(where[2].startswith("book/api/") for kind in kinds for where in kind.values())
