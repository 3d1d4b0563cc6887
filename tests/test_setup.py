"""The set-up says in one line what is wrong and what to do, and installs only once."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="make and sh are not on Windows")

# A stand-in for an interpreter, which answers as the test says and notes what it is told to do.
INTERPRETER = """#!/bin/sh
if [ "$1" = -c ]; then
    case "$2" in
        *"%d.%d"*) echo {version};;
        *version_info*) exit {old};;
        *ensurepip*) exit {no_venv};;
    esac
    exit 0
fi
if [ "$3" = --version ]; then exit {no_pip}; fi
echo "$*" >>{log}
if [ "$1 $2" = "-m venv" ]; then mkdir -p .venv/bin && cp "$0" .venv/bin/python; fi
if [ "$1 $2" = "-m pip" ]; then exit {no_network}; fi
"""


@pytest.fixture
def course(tmp_path):
    """A folder with what the set-up reads, and a function that runs it with an interpreter."""
    for name in ("requirements.txt", "pyproject.toml", "tools/setup.sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)

    def setup(*files, python=None, **faults):
        settings = dict.fromkeys(("old", "no_venv", "no_pip", "no_network"), 0)
        settings |= {"version": "3.12"} | faults
        interpreter = tmp_path / "interpreter"
        interpreter.write_text(
            INTERPRETER.format(log=tmp_path / "calls", **settings), encoding="utf-8"
        )
        interpreter.chmod(0o755)
        environment = dict(os.environ, PYTHON=python or str(interpreter))
        return subprocess.run(
            ["sh", "tools/setup.sh", *files],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
        )

    return setup


def calls(tmp_path):
    """The modules that the stand-ins were told to run, in order."""
    return [
        line.split()[1] for line in (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    ]


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        (
            {"python": "python-of-nobody"},
            "there is no 'python-of-nobody' here: install Python 3.11",
        ),
        ({"version": "3.9", "old": 1}, "is Python 3.9, but the course needs 3.11 or newer"),
        ({"no_venv": 1}, "lacks the module venv: install it"),
        ({"no_network": 1}, "the install failed: check the network"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(course, faults, message):
    done = course(**faults)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1 and message in done.stderr


def test_installs_once_and_again_when_the_requirements_change(course, tmp_path):
    assert course().returncode == 0 and calls(tmp_path) == ["venv", "pip"]
    assert course().returncode == 0 and calls(tmp_path) == ["venv", "pip"]
    (tmp_path / "requirements.txt").write_text("numpy==1\n", encoding="utf-8")
    assert course().returncode == 0 and calls(tmp_path) == ["venv", "pip", "pip"]


def test_a_file_that_is_named_is_installed_after_the_requirements(course, tmp_path):
    assert course("more.txt").returncode == 0 and calls(tmp_path) == ["venv", "pip", "pip"]
    assert course("more.txt").returncode == 0 and calls(tmp_path) == ["venv", "pip", "pip", "pip"]


def test_the_package_is_found_whatever_the_encoding_of_the_locale(course, tmp_path):
    assert course().returncode == 0
    path_file = tmp_path / ".venv/lib/python3.12/site-packages/backprop.pth"
    path_file.parent.mkdir(parents=True)
    path_file.write_text("/home/für uns/src", encoding="utf-8")
    assert course("more.txt").returncode == 0
    found = path_file.parent / path_file.read_text(encoding="utf-8").strip()
    assert found.resolve() == (tmp_path / "src").resolve()


def test_an_install_that_failed_is_finished_by_the_next_call(course, tmp_path):
    assert course(no_network=1).returncode == 1
    python = tmp_path / ".venv/bin/python"
    python.write_text(
        python.read_text(encoding="utf-8").replace("exit 1", "exit 0"), encoding="utf-8"
    )  # the network is back
    assert course().returncode == 0 and calls(tmp_path) == ["venv", "pip", "pip"]


@pytest.mark.parametrize("harm", ["no interpreter", "no pip", "another folder"])
def test_a_broken_environment_of_ours_is_made_anew(course, tmp_path, harm):
    assert course(no_pip=int(harm == "no pip")).returncode == 0
    if harm == "no interpreter":
        (tmp_path / ".venv/bin/python").unlink()
    elif harm == "another folder":
        (tmp_path / ".venv/made-by-setup").write_text("/elsewhere\n", encoding="utf-8")
    (tmp_path / ".venv/installed").unlink()
    assert course().returncode == 0 and calls(tmp_path) == ["venv", "pip"] * 2


def test_another_interpreter_replaces_our_environment(course, tmp_path):
    assert course().returncode == 0
    assert course(version="3.13").returncode == 0 and calls(tmp_path) == ["venv", "pip"] * 2


def test_nobody_elses_environment_is_removed(course, tmp_path):
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/mine").touch()
    done = course()
    assert done.returncode == 1 and "was not made by this program: move it away" in done.stderr
    assert (tmp_path / ".venv/mine").exists()
