"""A class: each submission ends with a grade or a reason, and each run can be stopped."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import unicodedata
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hostile import NAME, write_source
from solutions import solved

from coursework import classroom, exports, files, notebook, submissions
from coursework.classroom import Run, Workers, grade_all
from coursework.commands import main
from coursework.files import Refused
from coursework.names import Roster
from coursework.sandbox.jail import NoJail
from coursework.sandbox.process import try_jail
from coursework.submissions import Submission, find_submissions

ROOT = Path(__file__).resolve().parents[1]
COURSEWORK = ROOT / "coursework"

ROSTER = """Student,ID,SIS User ID,SIS Login ID,Section
"Lovelace, Ada",11,u1,ada,A
"Turing, Alan",12,u2,alan@uni.example,A
"""


@cache
def open_doors():
    """What is open in the jail, which each run says; None if there is no jail here."""
    try:
        return try_jail()
    except NoJail:
        if os.environ.get("CI") == "true":
            raise
        return None


def jailed():
    return open_doors() is not None


def last_line(errors):
    """The one line that a command says of itself."""
    *others, last = errors.splitlines() or [""]
    assert set(others) <= set(open_doors() or ()), errors
    return last


@pytest.fixture
def texts(tmp_path):
    """The small assignment in an overlay folder, and its notebooks: right, and not begun."""
    write_source(tmp_path / "overlay")
    right = notebook.as_text(solved(NAME, overlay=tmp_path / "overlay"))
    return right, notebook.as_text(notebook.release(NAME, tmp_path / "overlay"))


def write(folder, contents):
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


@pytest.fixture
def class_folder(tmp_path, texts):
    """Submissions as they come."""
    right, wrong = texts
    (tmp_path / "secret.ipynb").write_text(right, encoding="utf-8")
    folder = tmp_path / "submissions"
    write(
        folder,
        {
            "ada.ipynb": right,
            f"alan/{NAME}/{NAME}.ipynb": right,
            f"alan/{NAME}/timestamp.txt": "2026-01-02 03:04:05 UTC",
            "alan/another/another.ipynb": wrong,
            "grace/renamed (1).ipynb": wrong,
            "deep/a/b/mine.ipynb": right,
            "deep/__MACOSX/a/mine.ipynb": wrong,
            f"deep/.ipynb_checkpoints/{NAME}.ipynb": wrong,
            "other/another/another.ipynb": right,
            "two/a.ipynb": right,
            "two/b.ipynb": right,
            "three/a.ipynb": wrong,
            f"three/{NAME}.ipynb": right,
            "doe_LATE_14_99_tiny-2.ipynb": right,
            "Ann Lee_501_assignsubmission_file_/tiny.ipynb": right,
            "Ann Lee_501_assignsubmission_onlinetext_/onlinetext.html": "",
            "By hand_bob_attempt_2026-01-02-03-04-05_x.ipynb": right,
            "By hand_bob_attempt_2026-01-02-03-04-05.txt": "",
            "empty/notes.txt": "",
            "archive/all.zip": "PK\x03\x04",
            "zipped.zip": "PK\x03\x04",
            "--help.ipynb": wrong,
            "Eve.ipynb": right,
            "eve.IPYNB": wrong,
            f"{'n' * 240}.ipynb": right,
            "new\nline\x1b[31m.ipynb": right,
            **dict.fromkeys([".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX/x.ipynb"], ""),
            **dict.fromkeys([".ipynb_checkpoints/x.ipynb", ".~lock.ada.ipynb#"], ""),
        },
    )
    for form in ("NFC", "NFD"):
        (folder / unicodedata.normalize(form, "zoë.ipynb")).write_text(right, encoding="utf-8")
    (folder / os.fsdecode(b"\xff.ipynb")).write_text(right, encoding="utf-8")
    (folder / "linked.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (folder / "linked folder").symlink_to(folder / "alan")
    (folder / "loop").symlink_to("loop")
    (folder / "round").mkdir()
    (folder / "round" / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.ipynb")
    with suppress(OSError), socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket.ipynb"))
    with (folder / "huge.ipynb").open("wb") as file:
        file.truncate(200 * 2**20)
    return tmp_path


def run_of(folder, sandbox=True):
    return Run(NAME, folder / "graded", folder / "overlay", sandbox)


def found_in(folder, roster=None):
    return {item.student: item for item in find_submissions(folder, NAME, roster or Roster())}


def test_every_submission_ends_with_a_grade_or_a_reason(class_folder, monkeypatch):
    run = run_of(class_folder, jailed())
    submissions = find_submissions(class_folder / "submissions", NAME, Roster())
    grade_all(run, submissions, 2)
    records = {record["student"]: record for record in exports.read_grades(run.graded).records}
    points = {name: record["points"] for name, record in records.items() if record["graded"]}
    right = ["ada", "alan", "deep", "three", "doe_14", "Ann Lee_501", "bob", "Eve", "n" * 240]
    assert points == dict.fromkeys([*right, "new\nline\x1b[31m", "\udcff"], 5) | dict.fromkeys(
        ["grace", "eve", "--help"], 0
    )
    reasons = {
        "two": "2 notebooks, and none is called",
        "other": "no notebook in the folder",
        "empty": "no notebook in the folder, only notes.txt",
        "archive": "only all.zip",
        "zipped": "zip archive",
        "linked": "link to another file",
        "linked folder": "link to another folder",
        "loop": "",
        "round": "no notebook",
        "pipe": "not a regular file",
        "huge": "larger than 20 MB",
        "zoë": "two submissions",
    }
    if (class_folder / "submissions" / "socket.ipynb").exists():
        reasons["socket"] = ""
    assert records.keys() == points.keys() | reasons.keys()
    for student, says in reasons.items():
        assert says in records[student]["reason"] and records[student]["graded"] is False
    assert not list(class_folder.rglob("*.part"))

    # A second run has nothing to do but what was handed in again.
    graded = []
    monkeypatch.setattr(Workers, "grade", lambda workers, item: graded.append(item.student))
    monkeypatch.setattr(Run, "store", lambda run, record: None)
    with (class_folder / "submissions" / "ada.ipynb").open("a", encoding="utf-8") as file:
        file.write("\n")
    run.file("alan").write_text("{", encoding="utf-8")
    run.file("grace").write_text("{}", encoding="utf-8")
    grade_all(run, submissions, 2)
    assert sorted(graded) == ["ada", "alan", "grace"]
    assert not run.file("ada").exists()  # a grade of what was handed in before


@pytest.mark.also_as_root  # who may read everything
def test_what_may_not_be_read_is_a_reason_and_not_the_end(tmp_path, texts):
    folder = tmp_path / "submissions"
    write(folder, {"a.ipynb": texts[0], "b/b.ipynb": texts[0], "c/d/x.ipynb": texts[0]})
    closed = [folder / "a.ipynb", folder / "b", folder / "c" / "d"]
    for path in closed:
        path.chmod(0)
    try:
        found = found_in(folder)
        problems = [found["a"].problem or submissions.content_of(found["a"])[1]]
        problems += [found[name].problem for name in "bc"]
    finally:
        for path in closed:
            path.chmod(0o755)
    for problem in problems:
        assert problem == ("" if os.geteuid() == 0 else "it cannot be read: Permission denied") or (
            "cannot be read: Permission denied" in problem
        )


@pytest.mark.also_as_root
def test_a_submissions_folder_that_may_not_be_read_is_refused(tmp_path):
    folder = tmp_path / "submissions"
    folder.mkdir()
    folder.chmod(0)
    try:
        with pytest.raises(Refused, match="cannot be read|no submissions"):
            find_submissions(folder, NAME, Roster())
    finally:
        folder.chmod(0o755)


@pytest.mark.parametrize("change", ["vanish", "become a folder", "become a pipe"])
def test_a_file_that_changes_during_the_run_is_a_reason(tmp_path, texts, change):
    path = tmp_path / "submissions" / "ada.ipynb"
    write(path.parent, {"ada.ipynb": texts[0]})
    (ada,) = find_submissions(path.parent, NAME, Roster())
    path.unlink()
    if change != "vanish":
        path.mkdir() if change == "become a folder" else os.mkfifo(path)
    record = run_of(tmp_path).grade(ada)
    assert not record["graded"] and record["fingerprint"]


def test_whatever_the_system_says_of_a_file_is_a_reason(tmp_path, ada, monkeypatch):
    def fail(*_):
        raise OSError(5, "Input/output error")

    (tmp_path / "submissions" / "bob").mkdir()
    monkeypatch.setattr(submissions, "files_in", fail)
    monkeypatch.setattr(submissions, "read_file", fail)
    found = found_in(tmp_path / "submissions")
    assert found["bob"].problem == "it cannot be read: Input/output error"
    record = run_of(tmp_path).grade(found["ada"])
    assert record["reason"] == "Not graded: it cannot be read: Input/output error."


def test_two_submissions_of_one_student_are_not_mixed(class_folder):
    folder = class_folder / "submissions"
    write(folder, {"ada/x.ipynb": ""})
    ada = found_in(folder)["ada"]
    assert ada.path is None and "two submissions or more, ada and ada.ipynb" in ada.problem


def test_names_are_those_of_the_roster(tmp_path):
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    roster = Roster.read(tmp_path / "roster.csv")
    folder = tmp_path / "canvas"
    names = ("turingalan_12_5_tiny.ipynb", "hoppergrace_LATE_13_6_tiny-1.ipynb", "U1.ipynb")
    write(folder, dict.fromkeys(names, ""))
    found = found_in(folder, roster)
    assert list(found) == ["ada", "alan@uni.example", "hoppergrace_13"]
    assert {"11", "u1", "Ada Lovelace"} <= set(found["ada"].aliases)
    assert "turingalan_12" in found["alan@uni.example"].aliases
    assert set(found["hoppergrace_13"].aliases) == {"hoppergrace", "13"}


def test_an_export_of_gradescope_is_found_by_its_list(tmp_path):
    folder = tmp_path / "export"
    write(folder, {"submission_1/a.ipynb": "", "submission_2/b.ipynb": ""})
    people = {"1": ("ada", "alan"), "2": ("grace",)}
    lines = []
    for number, names in people.items():
        lines += [f"submission_{number}:", "  :submitters:"]
        lines += [f"  - :name: X\n    :sid: {name}\n    :email: {name}@x" for name in names]
    (folder / "submission_metadata.yml").write_text("\n".join(lines), encoding="utf-8")
    found = found_in(folder)
    assert list(found) == ["ada@x", "alan@x", "grace@x"]
    assert found["alan@x"].path == found["ada@x"].path == folder / "submission_1" / "a.ipynb"


def test_the_folder_of_grades_is_no_submission(tmp_path):
    write(tmp_path, {"ada.ipynb": "", "graded/tiny/grades/ada.json": ""})
    submissions = find_submissions(tmp_path, NAME, Roster(), tmp_path / "graded" / "tiny")
    assert [item.student for item in submissions] == ["ada"]


def test_a_folder_of_very_many_files_is_not_read_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "MOST_FILES", 5)
    write(tmp_path, {f"ada/{n}/{m}.txt": "" for n in range(9) for m in range(2)})
    assert len(submissions.files_in(tmp_path / "ada", NAME)) < 9


def test_what_a_grade_depends_on_is_in_its_fingerprint(class_folder, monkeypatch):
    ada = Submission("ada", None)

    def fingerprint(sandbox=True, student=ada, content=b"a", problem=""):
        return run_of(class_folder, sandbox).fingerprint(student, content, problem)

    before = fingerprint()
    assert fingerprint() == before
    others = [fingerprint(sandbox=False), fingerprint(content=b"b"), fingerprint(problem="a")]
    others += [fingerprint(student=Submission("Ada", None))]
    others += [fingerprint(student=Submission("ada", None, aliases=("a",)))]
    others += [fingerprint(student=Submission("ada", None, partners=("a",)))]
    others += [fingerprint(student=Submission("ada", None, note="a"))]
    assert len({before, *others}) == 8
    read = Path.read_bytes
    package = ROOT / "src" / "backprop"
    for file in (
        package / "network.py",
        package / "mistakes" / "mistake.py",
        COURSEWORK / "grader.py",
    ):
        changed = {file}
        monkeypatch.setattr(
            Path, "read_bytes", lambda path, changed=changed: read(path) + b"#" * (path in changed)
        )
        assert fingerprint() != before, file


# Failures of the grader


def workers_of(folder):
    run = run_of(folder, sandbox=False)
    return Workers(run, notebook.read_assignment(NAME, folder / "overlay"))


@pytest.fixture
def ada(tmp_path, texts):
    write(tmp_path / "submissions", {"ada.ipynb": texts[0]})
    return find_submissions(tmp_path / "submissions", NAME, Roster())[0]


def test_a_failure_of_the_grader_is_no_grade_and_tried_again(tmp_path, ada, monkeypatch):
    monkeypatch.setattr(classroom, "SPARE_SECONDS", -60)
    run = run_of(tmp_path, sandbox=False)
    grade_all(run, [ada], 1)
    grades = exports.read_grades(run.graded)
    (record,) = grades.ungraded
    assert "the grader failed: the tests took longer than 0 s" in record["reason"]
    assert record["fingerprint"] is None and not run.is_graded(ada)
    monkeypatch.undo()
    grade_all(run, [ada], 1)
    assert [record["points"] for record in exports.read_grades(run.graded).graded] == [5]


def test_a_process_that_ends_or_says_nonsense_is_a_failure(tmp_path, ada, monkeypatch):
    start = subprocess.Popen
    for program, says in {
        "raise SystemError('broken')": "broken",
        "import os; os.kill(os.getpid(), 9)": "ended with -9",
        "print('{', end='')": "ended with 0",
        "print('{')": "nonsense",
        'print(\'{"failed": "none"}\')': "none",
    }.items():
        monkeypatch.setattr(
            subprocess,
            "Popen",
            lambda command, program=program, **more: start([sys.executable, "-c", program], **more),
        )
        with workers_of(tmp_path) as workers:
            record = workers.grade(ada)
        assert says in record["reason"] and record["graded"] is False, program


def test_each_submission_has_a_process_of_its_own_whatever_becomes_of_it(tmp_path, ada):
    source = tmp_path / "overlay" / NAME / f"{NAME}.ipynb"
    text = source.read_text(encoding="utf-8")
    ends = "import os, sys\\nif os.path.exists('now'): os.kill(os.getpid(), 9)\\n"
    changed = text.replace('"assert square', f'"{ends}assert square', 1)
    assert changed != text
    source.write_text(changed.replace("'now'", repr(str(tmp_path / "now"))), encoding="utf-8")
    with workers_of(tmp_path) as workers:
        first = workers.grade(ada)
        (tmp_path / "now").touch()
        second = workers.grade(ada)
        (tmp_path / "now").unlink()
        third = workers.grade(ada)
        assert len(workers._running) == 1  # which was started once, with everything imported
    assert first == third and first["points"] == 5
    assert second["reason"] == "Not graded: the grader failed: its process ended with -9."


def test_no_process_is_the_end_of_the_run(tmp_path, ada, monkeypatch):
    def refuse(*_, **__):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(Refused, match="cannot start a process: Cannot allocate memory"):
        grade_all(run_of(tmp_path), [ada], 1)
    assert list((tmp_path / "graded" / "grades").glob("*")) == []


def test_a_failure_is_read_whatever_the_encoding_of_the_locale(tmp_path, ada, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")  # as in a locale whose encoding that is
    monkeypatch.setattr(Run, "ungraded", lambda run, assignment, item, reason, content: reason)
    with workers_of(tmp_path) as workers:
        workers.run = Run(NAME, tmp_path / "graded", tmp_path / "für uns", sandbox=False)
        assert "für uns" in workers.grade(ada)


# What stops a run


def command(folder, *more):
    """The command that grades the class in a folder."""
    unsafe = [] if jailed() else ["--unsafe"]
    arguments = ["grade", NAME, "submissions", "--overlay", "overlay", "--out", "graded", *more]
    return [sys.executable, str(COURSEWORK), *arguments, *unsafe]


def outcome(folder, *more, **options):
    done = subprocess.run(
        command(folder, *more), cwd=folder, capture_output=True, encoding="utf-8", **options
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def tree(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# In parts, since a cell may take 10 s. Later, as in a run that resumes, it takes no time.
SLOW = "import time\nwhile time.time() < min({until}, {until} - 18 + 6 * {part}): time.sleep(0.1)"
SECONDS = 24


@pytest.fixture
def slow_class(tmp_path, texts):
    """Three submissions, two of which take some seconds."""
    slow, until = json.loads(texts[0]), time.time() + SECONDS
    code = next(cell for cell in slow["cells"] if cell["cell_type"] == "code")
    sources = [SLOW.format(until=until, part=part) for part in range(4)]
    slow["cells"][:0] = [
        {**code, "id": f"slow{part}", "metadata": {}, "source": source}
        for part, source in enumerate(sources)
    ]
    contents = {"a.ipynb": texts[0], "b.ipynb": json.dumps(slow), "c.ipynb": json.dumps(slow)}
    write(tmp_path / "submissions", contents)
    return tmp_path, until


def descendants(number):
    """The processes below a process, and their start times."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text(encoding="utf-8").rpartition(") ")[2].split()
            parents[int(path.parent.name)] = (int(fields[1]), fields[19], fields[0])
    below, todo = {}, [number]
    while todo:
        parent = todo.pop()
        found = {child: data[1] for child, data in parents.items() if data[0] == parent}
        below |= found
        todo += found
    return below, {child: data[1] for child, data in parents.items() if data[2] != "Z"}


def wait_for(condition, until):
    while not condition():
        assert time.time() < until
        time.sleep(0.05)


def stopped(folder, until, number, group):
    """Stop a run in the middle of two submissions; its exit status and what it said."""
    # A shell starts what runs in the background without Ctrl-C, and that is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run = subprocess.Popen(
        command(folder, "--jobs", "2"),
        cwd=folder,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    wait_for(lambda: (folder / "graded" / "grades" / "a.json").exists(), until)
    wait_for(lambda: len(descendants(run.pid)[0]) >= 4, until)
    below, _ = descendants(run.pid)
    (os.killpg if group else os.kill)(run.pid, number)
    _, errors = run.communicate(timeout=until - 1 - time.time())
    # Before the submissions would have ended by themselves.
    wait_for(lambda: not below.items() & descendants(run.pid)[1].items(), until - 1)
    return run.returncode, last_line(errors)


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="needs /proc to find processes"
)


@needs_proc
@pytest.mark.also_as_root  # the jail is made in another way
@pytest.mark.parametrize(("name", "group", "status"), [("SIGINT", True, 130), ("SIGTERM", 0, 143)])
def test_a_stopped_run_leaves_no_process_and_no_grade_that_is_none(slow_class, name, group, status):
    said = "stopped: the same command resumes from here"
    folder, until = slow_class
    assert stopped(folder, until, getattr(signal, name), group) == (status, said)
    graded = folder / "graded"
    assert [path.name for path in (graded / "grades").iterdir()] == ["a.json"]
    assert exports.read_grades(graded).missing == ["b", "c"]


@needs_proc
@pytest.mark.also_as_root
def test_a_killed_run_hands_out_no_more_and_resumes_to_the_same_bytes(slow_class):
    folder, until = slow_class
    assert stopped(folder, until, signal.SIGKILL, False)[0] == -9
    graded = folder / "graded"
    assert [path.name for path in (graded / "grades").iterdir()] == ["a.json"]
    for left_out in ("feedback", "export canvas"):
        arguments = [sys.executable, str(COURSEWORK), *left_out.split(), "graded"]
        done = subprocess.run(arguments, cwd=folder, capture_output=True, encoding="utf-8")
        assert done.returncode == 3 and "2 submissions are not graded" in done.stdout
        assert "b: the run was stopped before" in done.stdout
    assert [path.name for path in (graded / "feedback").iterdir()] == ["a.html"]
    (graded / "feedback" / "a.html").unlink()
    (graded / "feedback").rmdir()
    (graded / "gradebook.csv").unlink()
    (graded / "grades" / f".{'0' * 32}.part").touch()  # as a kill in the middle of writing leaves

    wait_for(lambda: time.time() > until, until + 1)
    assert outcome(folder, "--jobs", "2").returncode == 0
    resumed = tree(graded)
    graded.rename(folder / "resumed")
    assert outcome(folder, "--jobs", "2").returncode == 0
    assert tree(graded) == resumed


def test_a_second_run_into_one_folder_is_refused(tmp_path, ada):
    with classroom.alone(tmp_path / "graded"):
        done = outcome(tmp_path)
    assert done.returncode == 1 and "another run writes into" in done.stderr


def one_line_and_status_1(done, says):
    assert done.returncode == 1 and says in last_line(done.stderr)


def test_an_output_that_is_a_file_is_refused_before_anything_is_graded(tmp_path, ada):
    (tmp_path / "graded").write_text("", encoding="utf-8")
    one_line_and_status_1(outcome(tmp_path), "cannot write into the folder")
    one_line_and_status_1(outcome(tmp_path, "--out", "graded/x"), "cannot write into the folder")


def test_an_output_that_may_not_be_written_is_refused(tmp_path, ada):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (tmp_path / "graded").mkdir(mode=0o555)
    one_line_and_status_1(outcome(tmp_path), "you may not write in it")
    (tmp_path / "graded").chmod(0o755)
    (tmp_path / "graded" / "grades").mkdir(mode=0o555)
    one_line_and_status_1(outcome(tmp_path), "ada.json")


@pytest.mark.needs_root
@pytest.mark.parametrize("size", ["4k", "24k"])
def test_a_full_disk_is_one_line_and_no_half_file(tmp_path, texts, size):
    write(tmp_path / "submissions", {f"{name}.ipynb": texts[0] for name in "abcdefgh"})
    graded = tmp_path / "graded"
    graded.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", graded], check=True)
    try:
        one_line_and_status_1(outcome(tmp_path), "No space left on device")
        for path in (graded / "grades").glob("*"):
            assert json.loads(path.read_text(encoding="utf-8"))["points"] == 5
        before = tree(graded)
        subprocess.run(["mount", "-o", "remount,size=10m", graded], check=True)
        assert outcome(tmp_path).returncode == 0
        assert before.items() <= tree(graded).items()
        subprocess.run(["mount", "-o", "remount,ro", graded], check=True)
        one_line_and_status_1(outcome(tmp_path), "cannot write into the folder")
    finally:
        subprocess.run(["umount", graded], check=True)


def test_an_assignment_that_is_broken_is_refused(tmp_path, ada):
    source = tmp_path / "overlay" / NAME / f"{NAME}.ipynb"
    for content in ("{", "{}", "[]", '{"cells": [], "metadata": {}}', '{"cells": [3]}'):
        source.write_text(content, encoding="utf-8")
        one_line_and_status_1(outcome(tmp_path), f"{NAME}.ipynb")


def test_grades_of_another_assignment_are_not_replaced(tmp_path, ada):
    path = tmp_path / "graded" / "grades" / "ada.json"
    files.store(path, json.dumps({"assignment": "other", "student": "ada"}))
    one_line_and_status_1(outcome(tmp_path), "has the grades of other: name another folder")


def test_the_grade_of_a_submission_that_is_gone_is_set_aside(tmp_path, ada, texts):
    run = run_of(tmp_path, sandbox=False)
    path = tmp_path / "submissions" / "ada.ipynb"
    write(path.parent, {"bob.ipynb": texts[0]})
    assert grade_all(run, find_submissions(path.parent, NAME, Roster()), 2) == {}
    path.rename(path.with_name("ada l.ipynb"))
    assert grade_all(run, find_submissions(path.parent, NAME, Roster()), 2) == {"ada": ""}
    students = [record["student"] for record in exports.read_grades(run.graded).records]
    assert students == ["ada l", "bob"] and (run.graded / "removed" / "ada.json").exists()
    path.with_name("ada l.ipynb").rename(path)
    assert grade_all(run, find_submissions(path.parent, NAME, Roster()), 2) == {"ada l": ""}
    assert [path.name for path in (run.graded / "removed").iterdir()] == ["ada l.json"]


def test_who_has_another_name_is_known_by_the_names_in_common(tmp_path):
    run, path = run_of(tmp_path), tmp_path / "graded" / "grades"
    for student in ("ada", "anna"):
        record = {"assignment": NAME, "student": student, "aliases": ["7", "Ada L"]}
        files.store(path / f"{student}.json", json.dumps(record))
    namesake = Submission("anna", None, aliases=("ADA L",))  # had a grade already
    assert classroom.set_aside(run, [namesake]) == {"ada": ""}
    now = Submission("ada@x", None, aliases=("ada", "7"))
    assert classroom.set_aside(run, [now]) == {"anna": "ada@x"}
    files.store(path / "ada.json", json.dumps(record | {"student": "ada"}))
    assert classroom.set_aside(run, [now, namesake]) == {"ada": ""}  # of two, it is not known


def test_a_file_is_written_whole_or_the_reason_is_said(tmp_path, monkeypatch):
    files.store(tmp_path / "new" / "a", "text")
    assert stat.S_ISREG((tmp_path / "new" / "a").stat().st_mode)
    with pytest.raises(Refused, match="cannot write .*: "):
        files.store(tmp_path / "new" / "a" / "b", "text")


def test_a_stop_before_a_process_starts_starts_none(tmp_path, ada):
    workers = workers_of(tmp_path)
    workers.stop()
    with pytest.raises(Refused, match="stopped"):
        workers.grade(ada)


def test_main_can_be_called(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["coursework", "feedback", str(tmp_path)])
    assert main() == 1 and "has no grades" in capsys.readouterr().err
