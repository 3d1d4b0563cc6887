"""What the package offers: the modules that its docstring names, and in each the public names."""

import ast
import re

import pytest
from test_architecture import MAY_IMPORT, PACKAGE

import backprop

MODULES = [PACKAGE / module for module in MAY_IMPORT if module != "__main__"]
FILES = [
    folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py") for folder in MODULES
]
FILES += [PACKAGE / "__init__.py", PACKAGE / "distributed" / "workers.py"]


def definitions(file):
    """Each name at the top level of a file, with the statement that defines or imports it."""
    found = {}
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name: node for alias in node.names}
        elif isinstance(node, ast.AnnAssign):
            found[node.target.id] = node
        elif isinstance(node, ast.Assign):
            found |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_public_names_exist_and_are_described(file):
    defined = definitions(file)
    assert "__all__" in defined, f"{file} does not say which of its names are public"
    public = ast.literal_eval(defined["__all__"].value)
    assert public and len(set(public)) == len(public)
    for name in public:
        assert name in defined, f"{file.name} has no {name}"
        node = defined[name]
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            assert ast.get_docstring(node), f"{name} in {file.name} has no docstring"


def test_the_docstring_of_the_package_names_every_module():
    named = re.findall(r"`(\w+)`", backprop.__doc__)
    named.remove("backprop")  # the program
    assert sorted(named) == sorted(set(MAY_IMPORT) - {"__main__"})


def test_the_package_says_that_it_has_types():
    assert (PACKAGE / "py.typed").is_file()
