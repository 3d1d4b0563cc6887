"""The program `backprop`, as a wheel installs it."""

import os
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module

from test_architecture import PACKAGE, ROOT


def test_the_program_trains_without_the_course_around_it(tmp_path):
    hidden = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(PACKAGE, tmp_path / "site" / "backprop", ignore=hidden)
    rows = [f"{number % 2}.5,{number},{'ab'[number % 2]}" for number in range(40)]
    (tmp_path / "table.csv").write_text("\n".join(["x,y,kind", *rows]), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "backprop", "train", "table.csv", "--epochs", "1", "--quiet"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "network.npz").is_file()


def test_the_program_has_the_name_that_its_help_tells():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert list(project["scripts"]) == ["backprop"]
    module, function = project["scripts"]["backprop"].split(":")
    module = import_module(module)
    assert callable(getattr(module, function)) and module.parser().prog == "backprop"
