"""Release, grade and return coursework. See `python -m coursework COMMAND --help`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from coursework import notebook
from coursework.classroom import Refused, Roster, Run, Submission, find_submissions, grade_all
from coursework.classroom import store as write
from coursework.exports import (
    unmarked,
    write_canvas,
    write_feedback,
    write_gradescope,
    write_written,
)
from coursework.jail import NoJail, try_jail
from coursework.notebook import BadSource, assignment_names, read_assignment


def release(arguments: argparse.Namespace) -> int:
    """Write the students' version of each assignment, or compare it with the existing one."""
    stale = []
    for name in arguments.names or assignment_names(arguments.overlay):
        assignment = read_assignment(name, arguments.overlay)
        path = arguments.out / name / f"{name}.ipynb"
        text = notebook.as_text(notebook.release(name, arguments.overlay))
        if not arguments.check:
            write(path, text)
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
        print(f"{path}: {assignment.title}, {assignment.points:g} points")
    for name in stale:
        print(f"{name} differs from its source: run `python -m coursework release`")
    return int(bool(stale))


def grade(arguments: argparse.Namespace) -> int:
    """Grade a folder of submissions."""
    if arguments.jobs < 1:
        raise Refused(f"--jobs is {arguments.jobs}: give 1 or more")
    if not arguments.unsafe:
        try_jail()
    graded = arguments.out or Path("graded") / arguments.name
    roster = Roster.read(arguments.roster) if arguments.roster else Roster()
    overlay = arguments.overlay and arguments.overlay.resolve()
    run = Run(arguments.name, graded.resolve(), overlay, not arguments.unsafe)
    submissions = find_submissions(arguments.submissions.resolve(), arguments.name, roster)
    problems = grade_all(run, submissions, arguments.jobs)
    write_written(graded)
    print(f"{len(submissions)} submissions are graded in {graded}")
    tell_unmarked(graded)
    for problem in problems:
        print(f"the grader failed: {problem}", file=sys.stderr)
    return int(bool(problems))


def grade_one(arguments: argparse.Namespace) -> int:
    """Grade one submission, for `grade`."""
    path = Path(arguments.path) if arguments.path else None
    run = Run(arguments.name, arguments.graded, arguments.overlay, not arguments.unsafe)
    run.here(Submission(arguments.student, path, arguments.problem))
    return 0


def feedback(arguments: argparse.Namespace) -> int:
    """Write each student's feedback."""
    count = write_feedback(arguments.graded)
    print(f"{count} pages are in {arguments.graded / 'feedback'}")
    tell_unmarked(arguments.graded)
    return 0


def export(arguments: argparse.Namespace) -> int:
    """Write the grades in the form of another system."""
    tell_unmarked(arguments.graded)
    if arguments.system == "gradescope":
        print(f"{write_gradescope(arguments.graded)} grades in {arguments.graded}/gradescope.zip")
        return 0
    roster = Roster.read(arguments.roster) if arguments.roster else Roster()
    count, unknown = write_canvas(arguments.graded, roster)
    print(f"{count} grades in {arguments.graded / 'gradebook.csv'}")
    for student in unknown:
        print(f"{student} has a grade but is not in the roster", file=sys.stderr)
    return int(bool(unknown))


def tell_unmarked(graded: Path) -> None:
    """Say how many written answers have no points yet, if any."""
    if count := unmarked(graded):
        print(f"{count} written answers wait for points in {graded / 'written.csv'}")


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    commands = argparse.ArgumentParser(prog="python -m coursework", description=__doc__)
    subcommands = commands.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: object, text: str) -> argparse.ArgumentParser:
        command = subcommands.add_parser(name, help=text, description=run.__doc__)
        command.set_defaults(run=run)
        return command

    def add_overlay(command: argparse.ArgumentParser) -> None:
        command.add_argument(
            "--overlay",
            type=Path,
            metavar="DIR",
            help="a folder of your own sources",
        )

    command = add("release", release, "write the notebooks that students get")
    command.add_argument("names", nargs="*", metavar="NAME", help="an assignment; without one, all")
    command.add_argument("--out", type=Path, default=notebook.RELEASE, metavar="DIR")
    command.add_argument("--check", action="store_true", help="write nothing, compare")
    add_overlay(command)

    command = add("grade", grade, "grade a folder of submissions")
    command.add_argument("name", metavar="NAME", help="the assignment, such as 01_by_hand")
    command.add_argument("submissions", type=Path, help="a folder with one entry per student")
    command.add_argument("--out", type=Path, metavar="DIR", help="default: graded/NAME")
    command.add_argument("--roster", type=Path, metavar="CSV", help="a gradebook from Canvas")
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    command.add_argument("--unsafe", action="store_true", help="without the jail")
    add_overlay(command)

    command = add("feedback", feedback, "write a page for each student")
    command.add_argument("graded", type=Path, help="the folder written by `grade`")

    command = add("export", export, "write the grades for Canvas or Gradescope")
    command.add_argument("system", choices=["canvas", "gradescope"])
    command.add_argument("graded", type=Path, help="the folder written by `grade`")
    command.add_argument("--roster", type=Path, metavar="CSV", help="a gradebook from Canvas")

    command = subcommands.add_parser("one", description=grade_one.__doc__)
    command.set_defaults(run=grade_one)
    for name in ("name", "student", "path", "problem"):
        command.add_argument(name)
    command.add_argument("graded", type=Path)
    command.add_argument("--unsafe", action="store_true")
    add_overlay(command)
    return commands


def main() -> int:
    """Run one command; if it fails or is stopped, print one line that says why."""
    arguments = parser().parse_args()
    try:
        return arguments.run(arguments)
    except (BadSource, Refused, NoJail) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped: the same command resumes from here", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
