"""The commands. `python -m coursework --help` lists them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from coursework import notebook
from coursework.notebook import BadSource, assignment_names, read_assignment


def write_release(names: list[str], overlay: Path | None, out: Path) -> None:
    """Write what students get of each assignment."""
    for name in names or assignment_names():
        assignment = read_assignment(name, overlay)
        path = out / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_text(notebook.as_text(notebook.release(name, overlay)), encoding="utf-8")
        unfinished.replace(path)
        print(f"{path}: {assignment.title}, {assignment.points:g} points")


def parser() -> argparse.ArgumentParser:
    """What can be said on the command line."""
    commands = argparse.ArgumentParser(prog="python -m coursework", description=__doc__)
    subcommands = commands.add_subparsers(required=True, metavar="COMMAND")

    command = subcommands.add_parser("release", help="write the notebooks that students get")
    command.add_argument("names", nargs="*", metavar="NAME", help="an assignment; without one, all")
    command.add_argument("--out", type=Path, default=notebook.RELEASE, metavar="DIR")
    command.add_argument("--overlay", type=Path, metavar="DIR", help="sources of your own")
    command.set_defaults(run=lambda a: write_release(a.names, a.overlay, a.out))
    return commands


def main() -> int:
    """Run one command; 1 and a line that says why, if it cannot be done."""
    arguments = parser().parse_args()
    try:
        arguments.run(arguments)
    except BadSource as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
