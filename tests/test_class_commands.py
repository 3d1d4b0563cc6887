"""The commands of a class: what they tell a person, their exit status, and from which shell."""

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hostile import NAME, write_source
from solutions import solved
from test_class_tables import record_of

from coursework import __main__, commands, exports, feedback, files, notebook, summary
from coursework.exports import Grades
from coursework.names import GRADESCOPE_LIST, file_name

ROOT = Path(__file__).resolve().parents[1]
COURSEWORK = ROOT / "coursework"
BASE = Path(sys.base_prefix) / "bin" / Path(os.path.realpath(sys.executable)).name


@pytest.fixture
def graded(tmp_path):
    """A folder of grades: one is complete, one waits for a person."""
    for record in (record_of("ada", 3.0), record_of("bob", 1.0, "an answer")):
        name = f"{file_name(record['student'])}.json"
        files.store(tmp_path / "graded" / "grades" / name, json.dumps(record))
    return tmp_path / "graded"


def add(graded, record):
    files.store(graded / "grades" / f"{record['student']}.json", json.dumps(record))


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["coursework", *map(str, arguments)])
    status = commands.main()
    said = capsys.readouterr()
    return status, said.out, said.err


# What is told


def test_the_numbers_have_the_right_words():
    assert summary.counted(1, "page is", "pages are") == "1 page is"
    assert summary.counted(0, "page is", "pages are") == "0 pages are"
    assert summary.counted(2, "page is", "pages are") == "2 pages are"


def test_the_end_of_a_run_says_who_is_graded_and_who_is_not():
    grades = Grades(
        [
            record_of("ada", answer="words", typed="alan"),
            record_of("bob", typed="BOB", note="b.ipynb is graded, the last of 2 notebooks"),
            record_of("two", graded=False, reason="Not graded: a and b.", note="keep one of them"),
            record_of("eve", graded=False, reason="Not graded: it is a zip archive."),
            record_of("b\n", graded=False, reason="Not graded: it failed.", fingerprint=None),
        ],
        missing=["zoë"],
        problems=["row 2 is not a number"],
        notes=["row 3 counts as 0.5"],
    )
    told = summary.Told(
        unknown={"joe": "nobody has this name"}, gone={"gone": "", "al": "al@x"}, doors=["a door"]
    )
    assert summary.of_run(Path("out"), grades, told) == [
        "1 submission belongs to nobody in the roster. Rename the file or folder to the login of "
        "its student, or correct the roster:",
        "  joe: nobody has this name",
        "1 notebook has another name in STUDENT than the file. Rename the file if it is the wrong "
        "one, or give --roster; otherwise the student has to correct STUDENT:",
        "  ada: STUDENT is 'alan'",
        "2 submissions are graded in out",
        "4 submissions are not graded:",
        "  two: a and b: keep one of them.",
        "  eve: it is a zip archive.",
        "  b: it failed. The next run tries again.",
        "  zoë: the run was stopped before",
        "1 student handed in more than one notebook:",
        "  bob: b.ipynb is graded, the last of 2 notebooks",
        "row 2 is not a number",
        "row 3 counts as 0.5",
        "1 written answer waits for points in out/written.csv",
        "1 student has another name than in the last run:",
        "  al is now al@x",
        "1 grade has no submission any more, and moved to the folder `removed`:",
        "  gone",
        "open in the jail: a door",
    ]
    whole = summary.of_run(Path("out"), Grades([record_of("ada")]), summary.Told())
    assert whole == ["1 submission is graded in out"]


def test_if_most_names_differ_the_roster_is_missing():
    records = [record_of(f"{n}", typed="x") for n in range(3)]
    records += [record_of("3", typed="3"), record_of("4", typed=""), record_of("5", typed="")]
    (line,) = summary.names_that_differ(Grades(records))
    assert "In 3 of 4 notebooks" in line and "--roster" in line
    records += [record_of(f"{n}", typed=f"{n}") for n in range(6, 9)]
    assert len(summary.names_that_differ(Grades(records))) == 4


def test_with_a_roster_none_is_asked_for():
    records = [record_of(f"{n}", typed="x") for n in range(3)]
    (line,) = summary.names_that_differ(Grades(records), roster=True)
    assert "--roster" not in line and "the roster of this class" in line
    head, *others = summary.names_that_differ(Grades(records), True, unknown=["0", "1"])
    assert "--roster" not in head and "the roster has for that person" in head
    assert others == ["  2: STUDENT is 'x'"]


def test_the_name_of_a_partner_is_no_other_name():
    record = record_of("ada@x", typed="bob")
    assert summary.names_that_differ(Grades([record]))
    assert not summary.names_that_differ(Grades([record | {"partners": ["bob@x"]}]))


def test_a_number_as_the_name_is_that_of_its_text():
    assert not feedback.differs(record_of("ada", typed="77123", aliases=["20001", "77123"]))
    assert feedback.differs(record_of("ada", typed="77124", aliases=["20001", "77123"]))


def test_a_long_list_is_cut():
    assert summary.listed([str(n) for n in range(60)])[-1] == "  and 10 more"
    assert summary.listed([str(n) for n in range(50)])[-1] == "  49"
    many = [str(n) for n in range(60)]
    lines = summary.waiting(Path("out"), Grades([], problems=many, notes=many))
    assert len(lines) == 102 and lines.count("and 10 more") == 2


# Exit status


@pytest.mark.parametrize("command", [["feedback"], ["export", "canvas"], ["export", "gradescope"]])
def test_the_exit_status_says_whether_something_needs_a_person(
    graded, monkeypatch, capsys, command
):
    status, out, _ = run(monkeypatch, capsys, *command, graded)
    assert status == 0 and "1 written answer waits for points" in out
    assert "not graded" not in out
    add(graded, record_of("eve", graded=False, reason="Not graded: the file is empty."))
    status, out, _ = run(monkeypatch, capsys, *command, graded)
    assert status == 3 and "1 submission is not graded:\n  eve: the file is empty." in out


def test_a_student_who_is_not_in_the_roster_is_said(graded, tmp_path, monkeypatch, capsys):
    (tmp_path / "roster.csv").write_text("Student,ID,SIS Login ID\nA,1,ada\n", encoding="utf-8")
    roster = ("--roster", tmp_path / "roster.csv")
    status, _, errors = run(monkeypatch, capsys, "export", "canvas", graded, *roster)
    assert status == 3 and errors == "bob has a grade but is not in the roster\n"


def test_points_that_cannot_be_read_need_a_person(graded, monkeypatch, capsys):
    grades = exports.read_grades(graded)
    assert commands.status_of(grades) == 0
    grades.problems.append("x")
    assert commands.status_of(grades) == 3


def graded_class(tmp_path, monkeypatch, capsys, *more):
    options = ("--overlay", tmp_path / "overlay", "--out", tmp_path / "graded", "--unsafe")
    return run(monkeypatch, capsys, "grade", NAME, tmp_path / "submissions", *options, *more)


@pytest.fixture
def small_class(tmp_path):
    write_source(tmp_path / "overlay")
    right = notebook.as_text(solved(NAME, overlay=tmp_path / "overlay"))
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "ada.ipynb").write_text(right, encoding="utf-8")
    return tmp_path


def test_grade_marks_and_exports_an_assignment_of_ones_own(small_class, monkeypatch, capsys):
    """From the overlay alone: its name is not among the course's own."""
    graded = small_class / "graded"
    status, out, errors = graded_class(small_class, monkeypatch, capsys)
    assert (status, errors) == (0, "") and "1 submission is graded" in out
    assert "1 written answer waits" in out and (graded / "written.html").exists()
    (small_class / "submissions" / "eve.ipynb").write_text("{}", encoding="utf-8")
    status, out, _ = graded_class(small_class, monkeypatch, capsys)
    assert status == 3 and "1 submission is not graded:\n  eve: " in out
    table = graded / "written.csv"
    table.write_bytes(table.read_bytes().replace(b",1,,,", b",1,02. Jan,,"))
    status, out, _ = graded_class(small_class, monkeypatch, capsys)
    assert status == 3 and "row 2: '02. Jan' for ada, words is not a number from 0 to 1" in out
    table.write_bytes(b"\xff")
    status, out, errors = graded_class(small_class, monkeypatch, capsys)
    assert status == 1 and "1 submission is graded" in out and "UTF-8" in errors
    assert "waits for points" not in out  # as far as can be told, it has them
    assert table.read_bytes() == b"\xff"


def test_a_submission_of_nobody_in_the_roster_needs_a_person(small_class, monkeypatch, capsys):
    roster = small_class / "roster.csv"
    roster.write_text("Student,ID,SIS Login ID\nA,1,al\n", encoding="utf-8")
    status, out, _ = graded_class(small_class, monkeypatch, capsys, "--roster", roster)
    head, line, *_ = out.splitlines()
    assert status == 3 and "1 submission belongs to nobody in the roster" in head
    assert line == "  ada: nobody has this name"
    roster.write_text("Student,ID,SIS Login ID\nA,1,ada\n", encoding="utf-8")
    status, out, _ = graded_class(small_class, monkeypatch, capsys, "--roster", roster)
    assert status == 0 and "roster" not in out


def test_marks_stay_when_the_roster_has_another_login(small_class, monkeypatch, capsys):
    roster, graded = small_class / "roster.csv", small_class / "graded"
    entry = small_class / "submissions" / "ada.ipynb"
    entry.rename(entry.with_name("lada_1_900_tiny.ipynb"))

    def points(login, number):
        roster.write_text(f"Student,ID,SIS Login ID\n,{number},{login}\n", encoding="utf-8")
        _, out, _ = graded_class(small_class, monkeypatch, capsys, "--roster", roster)
        (record,) = exports.read_grades(graded).records
        return record["student"], record["marks"][-1]["points"], out

    assert points("ada", 1)[:2] == ("ada", None)
    table = graded / "written.csv"
    table.write_bytes(table.read_bytes().replace(b",1,,,", b",1,0.5,good,"))
    for login, number, student in [
        *[("ada@uni.example", 1, "ada@uni.example"), ("ada", 1, "ada")],
        *[("bob", 2, "lada_1"), ("ada", 1, "ada")],
    ]:
        before = next(iter(exports.read_grades(graded).records))["student"]
        name, mark, out = points(login, number)
        assert (name, mark) == (student, 0.5), login
        assert f"  {before} is now {student}\n" in out and "no submission any more" not in out


def test_partners_and_notes_are_in_the_records(small_class, monkeypatch, capsys):
    """Both who handed in a file may have typed the name in it."""
    folder = small_class / "submissions"
    source = small_class / "overlay" / NAME / f"{NAME}.ipynb"
    for path in (source, folder / "ada.ipynb"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace("def square(x)", "STUDENT = 'ada'\\ndef square(x)"), encoding="utf-8"
        )
    (folder / "1").mkdir()
    for name in ("1/x.ipynb", "lada_11_1_tiny.ipynb", "lada_11_2_tiny-1.ipynb"):
        (folder / name).write_bytes((folder / "ada.ipynb").read_bytes())
    (folder / "ada.ipynb").unlink()
    people = "".join(f"  - {{':email': {name}@x}}\n" for name in ("ada", "bob"))
    (folder / GRADESCOPE_LIST).write_text(f"'1':\n  :submitters:\n{people}", encoding="utf-8")
    graded_class(small_class, monkeypatch, capsys)
    records = {
        record["student"]: record for record in exports.read_grades(small_class / "graded").graded
    }
    assert records["bob@x"]["typed"] == "ada" and records["bob@x"]["partners"] == ["ada@x"]
    assert records["bob@x"]["reason"] == "Graded."
    assert records["lada_11"]["note"] == "tiny-1.ipynb is graded, the last of 2 notebooks"
    assert "notebook says STUDENT" in records["lada_11"]["reason"]


def test_the_folder_in_the_folder_is_said(small_class, monkeypatch, capsys):
    right = (small_class / "submissions" / "ada.ipynb").read_bytes()
    (small_class / "submissions" / "ada.ipynb").unlink()
    inner = small_class / "submissions" / "export"
    for name in ("ada", "bob"):
        (inner / name).mkdir(parents=True)
        (inner / name / "x.ipynb").write_bytes(right)
    status, out, _ = graded_class(small_class, monkeypatch, capsys)
    assert status == 0 and f"The submissions are those in {inner}\n" in out
    assert "2 submissions are graded" in out


def test_open_doors_of_the_jail_are_said_and_the_run_goes_on(small_class, monkeypatch, capsys):
    monkeypatch.setattr(commands, "try_jail", lambda: ["one door", "two"])
    monkeypatch.setattr(commands, "grade_all", lambda run, submissions, jobs: {})
    add(small_class / "graded", record_of("ada"))
    options = ("--overlay", small_class / "overlay", "--out", small_class / "graded")
    arguments = ("grade", NAME, small_class / "submissions", *options)
    status, out, errors = run(monkeypatch, capsys, *arguments)
    assert errors == "one door\ntwo\n" and "open in the jail: two" in out and status == 0


def test_the_commands_say_what_is_wrong(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".hidden").touch()
    write_source(tmp_path / "overlay")
    overlay = ("--overlay", str(tmp_path / "overlay"))
    (tmp_path / "roster.csv").write_bytes("Student,ID\nLovelace,ä\n".encode("latin-1"))
    (tmp_path / "grades").mkdir()
    for arguments, says in {
        ("grade", "99_none", "."): "there is no assignment '99_none' in",
        ("grade", "01_by_hand", "none"): "there is no folder",
        ("grade", "01_by_hand", "empty", "--jobs", "1"): "holds no submissions",
        ("grade", "01_by_hand", ".", "--jobs", "0"): "--jobs is 0",
        ("grade", "01_by_hand", ".", *overlay): "no assignment '01_by_hand' in",
        ("release", "01_by_hand", *overlay): "no assignment '01_by_hand' in",
        ("release", "--overlay", "none"): "there is no assignment in",
        ("grade", "01_by_hand", ".", "--roster", "none.csv"): "No such file",
        ("grade", "01_by_hand", ".", "--roster", "roster.csv"): "UTF-8",
        ("feedback", "."): "has no grades",
    }.items():
        arguments = [*arguments, "--unsafe"] if arguments[0] == "grade" else arguments
        command = [sys.executable, str(COURSEWORK), *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
        assert done.returncode == 1 and says in done.stderr, (arguments, done.stderr)
        assert "Traceback" not in done.stderr and done.stderr.count("\n") == 1


def test_a_command_has_to_be_named(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["coursework"])
    with pytest.raises(SystemExit):
        commands.main()
    assert "required: COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (KeyboardInterrupt(), 130, "the same command resumes"),
        (KeyboardInterrupt(15), 143, "the same command resumes"),
        (MemoryError(), 1, "not enough memory"),
        (OSError(5, "Input/output error", "x"), 1, "Input/output error"),
        (ModuleNotFoundError("no", name="nbformat"), 1, "lacks the package nbformat"),
    ],
)
def test_whatever_ends_a_command_is_one_line(graded, monkeypatch, capsys, error, status, says):
    def fail(*_):
        raise error

    monkeypatch.setattr(commands, "read_grades", fail)
    result, _, errors = run(monkeypatch, capsys, "feedback", graded)
    assert result == status and says in errors and errors.count("\n") == 1


def test_a_reader_that_stops_early_is_no_traceback(graded):
    command = f'"{sys.executable}" "{COURSEWORK}" feedback "{graded}" | true'
    done = subprocess.run(command, shell=True, capture_output=True, encoding="utf-8")
    assert done.stderr == ""


# From any shell


def started(*command, cwd, **environment):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, encoding="utf-8",
        env=kept | environment,
    )  # fmt: skip


@pytest.fixture
def bare(tmp_path):
    """A copy of the course without an environment, and a Python without packages."""
    shutil.copytree(COURSEWORK, tmp_path / "course" / "coursework")
    (tmp_path / "course" / "src").symlink_to(ROOT / "src")
    return tmp_path / "course"


def test_a_python_without_the_packages_says_which_and_what_to_do(bare, tmp_path):
    for arguments in (["coursework"], ["-m", "coursework"], ["coursework", "grade", "a", "b"]):
        done = started(BASE, "-S", *arguments, cwd=bare)
        assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
        for word in (str(BASE), "lacks matplotlib, numpy", "make setup", str(bare)):
            assert word in done.stderr, done.stderr


def test_it_continues_in_the_environment_of_the_course(bare, tmp_path):
    environment = bare / ".venv"
    environment.symlink_to(sys.prefix)
    (tmp_path / "here").mkdir()
    done = started(BASE, "-S", bare / "coursework", "feedback", "graded", cwd=tmp_path / "here")
    assert done.returncode == 1 and done.stderr == "graded has no grades: run `grade` first\n"
    done = started(BASE, "-S", bare / "coursework", cwd="/")
    assert done.returncode == 2 and "required: COMMAND" in done.stderr
    environment.unlink()
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").write_text("no program", encoding="utf-8")
    done = started(BASE, "-S", bare / "coursework", cwd="/")
    assert done.returncode == 1 and "cannot be started" in done.stderr
    assert done.stderr.count("\n") == 1


def test_from_any_folder_with_paths_from_there(graded):
    for program in ([COURSEWORK], ["-m", "coursework"]):
        more = {"PYTHONPATH": str(ROOT)} if "-m" in program else {"PYTHONSAFEPATH": "1"}
        done = started(sys.executable, *program, "feedback", "graded", cwd=graded.parent, **more)
        assert done.returncode == 0 and "2 pages are in graded/feedback" in done.stdout, done.stderr


def test_an_old_python_can_read_the_file_that_says_so(monkeypatch, capsys):
    for path in (COURSEWORK / "__main__.py", COURSEWORK / "__init__.py"):
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    monkeypatch.setattr(__main__.sys, "version_info", (3, 9, 1))
    assert __main__.lacks() == "is too old: the course needs Python 3.11 or newer"


def test_what_is_needed_is_what_the_package_needs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {text.partition(">")[0] for text in project["dependencies"]}
    assert set(__main__.NEEDED.values()) == names and __main__.lacks() == ""
    assert project["requires-python"] == ">={}.{}".format(*__main__.OLDEST)
