"""What pyproject.toml asks for and what requirements.txt installs agree."""

import re
import sys
import tomllib
from itertools import chain

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from test_architecture import PACKAGE, ROOT, imported

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FOR_THE_COURSE = list(chain.from_iterable(PROJECT["optional-dependencies"].values()))


def pins():
    """The exact versions in requirements.txt, by name; some differ between Pythons."""
    versions = {}
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "-e")):
            name, version = re.match(r"([\w.-]+)==([\w.]+)(?: ;|$)", line).groups()
            versions.setdefault(canonicalize_name(name), []).append(version)
    return versions


@pytest.mark.parametrize("text", [*PROJECT["dependencies"], *FOR_THE_COURSE])
def test_the_pinned_version_of_every_direct_dependency_is_one_that_is_asked_for(text):
    wanted = Requirement(text)
    versions = pins().get(canonicalize_name(wanted.name), [])
    assert versions, f"requirements.txt has no {wanted.name}"
    assert all(map(wanted.specifier.contains, versions)), f"{text}, and {versions} is pinned"


def test_the_package_itself_leaves_newer_versions_open():
    for text in PROJECT["dependencies"]:
        assert [part.operator for part in Requirement(text).specifier] == [">="], text


def test_what_is_for_working_on_the_course_is_pinned_exactly():
    for text in FOR_THE_COURSE:
        assert [part.operator for part in Requirement(text).specifier] == ["=="], text


def test_the_package_asks_for_what_it_imports_and_no_more():
    roots = {name.split(".")[0] for path in PACKAGE.rglob("*.py") for name in imported(path)}
    comes_with = {"cycler": "matplotlib", "dask": "requirements-scale.txt"}
    comes_with["IPython"] = "the notebook that asks for a figure"
    comes_with["hypothesis"] = "requirements.txt, for an exercise of chapter 14"
    names = {"PIL": "pillow", "sklearn": "scikit-learn"}
    others = roots - sys.stdlib_module_names - {"backprop"} - comes_with.keys()
    asked = {Requirement(text).name for text in PROJECT["dependencies"]}
    assert {names.get(root, root) for root in others} == asked
