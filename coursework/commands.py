"""The commands: release, grade, feedback, export and bank.

Exit status: 0 if all is done, 1 if the command could not be carried out, 2 for a wrong command
line, 3 if it is done but something needs a person (a submission without a grade, points that cannot
be read, a student who is not in the roster), and 128 + its number after a signal.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from coursework import notebook, summary
from coursework.classroom import (
    Run,
    alone,
    grade_all,
    grade_each,
    usable_assignment,
)
from coursework.exports import (
    Grades,
    read_grades,
    read_records,
    write_canvas,
    write_feedback,
    write_gradescope,
    write_notes,
)
from coursework.files import Refused, one_line, store
from coursework.names import Roster
from coursework.notebook import BadSource, assignment_names
from coursework.sandbox.jail import NoJail
from coursework.sandbox.process import try_jail
from coursework.submissions import class_folder, find_submissions
from coursework.written import write_written

STOPPED, INCOMPLETE = 1, 3


def release(arguments: argparse.Namespace) -> int:
    """Write the students' version of each assignment, or compare it with the existing one."""
    stale = []
    for name in arguments.names or assignment_names(arguments.overlay):
        assignment = usable_assignment(name, arguments.overlay)
        path = arguments.out / name / f"{name}.ipynb"
        text = notebook.as_text(notebook.release(name, arguments.overlay))
        if not arguments.check:
            store(path, text)
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
        print(f"{path}: {assignment.title}, {assignment.points:g} points")
    for name in stale:
        print(f"{name} differs from its source: run `release`")
    return STOPPED if stale else 0


def grade(arguments: argparse.Namespace) -> int:
    """Grade a folder of submissions."""
    if arguments.jobs < 1:
        raise Refused(f"--jobs is {arguments.jobs}: give 1 or more")
    doors = [] if arguments.unsafe else list(try_jail() or ())
    for door in doors:
        print(door, file=sys.stderr)
    graded = arguments.out or Path("graded") / arguments.name
    roster = Roster.read(arguments.roster) if arguments.roster else Roster()
    overlay = arguments.overlay and arguments.overlay.resolve()
    assignment = usable_assignment(arguments.name, overlay)
    run = Run(arguments.name, graded.resolve(), overlay, not arguments.unsafe)
    folder = class_folder(arguments.submissions.resolve(), arguments.name, run.graded)
    submissions = find_submissions(folder, arguments.name, roster, run.graded)
    unknown = {item.student: item.unknown for item in submissions if item.unknown}
    with alone(run.graded):
        gone = grade_all(run, submissions, arguments.jobs)
        grades = read_records(graded)
        noted = write_notes(graded, grades)
        try:
            write_written(graded, grades.graded, assignment)
            grades, problem = read_grades(graded), None
        except Refused as error:  # the table of written answers; the rest is told all the same
            problem = error
    if folder != arguments.submissions.resolve():
        tell([f"The submissions are those in {folder}"])
    told = summary.Told(arguments.roster is not None, unknown, gone, doors, noted)
    tell(summary.of_run(graded, grades, told))
    if problem is not None:
        raise problem
    return INCOMPLETE if unknown else status_of(grades)


def feedback(arguments: argparse.Namespace) -> int:
    """Write each student's feedback."""
    grades = read_grades(arguments.graded)
    count = len(write_feedback(arguments.graded, grades))
    pages = summary.counted(count, "page is", "pages are")
    tell([f"{pages} in {arguments.graded / 'feedback'}"])
    tell(summary.left_out(arguments.graded, grades))
    return status_of(grades)


def export(arguments: argparse.Namespace) -> int:
    """Write the grades in the form of another system."""
    grades = read_grades(arguments.graded)
    unknown: list[str] = []
    if arguments.system == "gradescope":
        count, file = write_gradescope(arguments.graded, grades), "gradescope.zip"
    else:
        roster = Roster.read(arguments.roster) if arguments.roster else Roster()
        count, unknown = write_canvas(arguments.graded, grades, roster)
        file = "gradebook.csv"
    tell([f"{summary.counted(count, 'grade is', 'grades are')} in {arguments.graded / file}"])
    tell(summary.left_out(arguments.graded, grades))
    for student in unknown:
        print(f"{one_line(student)} has a grade but is not in the roster", file=sys.stderr)
    return INCOMPLETE if unknown else status_of(grades)


def bank(arguments: argparse.Namespace) -> int:
    """Write fresh questions for Moodle, or cards for Anki."""
    from coursework.bank import Wanted, write_bank  # the other commands do not need its packages

    wanted = Wanted(
        arguments.topic, arguments.count, arguments.seed, arguments.choices, arguments.book
    )
    what = write_bank(arguments.format, wanted, arguments.out)
    tell([f"{what} in {arguments.out}"])
    return 0


def one(arguments: argparse.Namespace) -> int:
    """Grade one submission after the other, for `grade`."""
    grade_each()
    return 0


def status_of(grades: Grades) -> int:
    """The exit status: whether something needs a person."""
    return INCOMPLETE if grades.ungraded or grades.missing or grades.problems else 0


def tell(lines: list[str]) -> None:
    """Print lines, also where the terminal has no such letters."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        print(line.encode(encoding, errors="replace").decode(encoding))


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    commands = argparse.ArgumentParser(
        prog="coursework",
        description="Release, grade and return coursework.",
        epilog="Exit status: 0 all done; 1 not carried out; 3 done, but something needs you.",
    )
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

    def add_roster(command: argparse.ArgumentParser) -> None:
        command.add_argument(
            "--roster",
            type=Path,
            metavar="CSV",
            help="the people, from Canvas, Moodle, Blackboard or Gradescope",
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
    add_roster(command)
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    command.add_argument("--unsafe", action="store_true", help="without the jail")
    add_overlay(command)

    command = add("feedback", feedback, "write a page for each student")
    command.add_argument("graded", type=Path, help="the folder written by `grade`")

    command = add("export", export, "write the grades for Canvas or Gradescope")
    command.add_argument("system", choices=["canvas", "gradescope"])
    command.add_argument("graded", type=Path, help="the folder written by `grade`")
    add_roster(command)

    command = add("bank", bank, "write questions for Moodle, or cards for Anki")
    command.add_argument("--topic", metavar="NAME", help="a topic; without one, all")
    command.add_argument("--count", type=int, metavar="N", help="how many questions; default: 100")
    command.add_argument("--seed", type=int, metavar="N", help="default: 0")
    command.add_argument("--choices", action="store_true", help="options for numbers, too")
    command.add_argument("--format", default="moodle", help="moodle (the default) or anki")
    command.add_argument("--book", metavar="URL", help="where the book's pages are, for links")
    command.add_argument("--out", type=Path, required=True, metavar="FILE")

    command = subcommands.add_parser("one", description=one.__doc__)
    command.set_defaults(run=one)
    return commands


def main() -> int:
    """Run one command; if it fails or is stopped, print one line that says why."""
    arguments = parser().parse_args()
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, stop)
    try:
        status = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # as after `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return STOPPED
    except (BadSource, Refused, NoJail) as error:
        complain(str(error))
    except ModuleNotFoundError as error:
        complain(f"{sys.executable} lacks the package {error.name}: install it there")
    except (OSError, MemoryError) as error:
        complain(str(error) or "there is not enough memory")
    except KeyboardInterrupt as error:
        complain("stopped: the same command resumes from here")
        return 128 + (error.args[0] if error.args else signal.SIGINT)
    return STOPPED


def stop(number: int, _: object) -> None:
    """End a run as Ctrl-C does."""
    raise KeyboardInterrupt(number)


def complain(text: str) -> None:
    """Print why a command ends, if there still is a place for it."""
    with suppress(OSError):
        print(text.encode("utf-8", "backslashreplace").decode(), file=sys.stderr)
