"""A class: which file is whose, grades that survive a stop, and the tables made of them."""

import csv
import json
import os
import runpy
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from hostile import NAME, write_source
from solutions import solved

from coursework import classroom, exports, feedback, notebook
from coursework.__main__ import main
from coursework.classroom import Refused, Roster, Run, find_submissions, grade_all
from coursework.jail import NoJail, try_jail

ROOT = Path(__file__).resolve().parents[1]

ROSTER = """Student,ID,SIS User ID,SIS Login ID,Section,Homework (7)
    Points Possible,,,,,10
"Lovelace, Ada",11,u1,ada,A,9
"Turing, Alan",12,u2,alan@uni.example,A,
"Hopper, Grace",13,u3,grace,B,
"""


@pytest.fixture
def class_folder(tmp_path):
    """The small assignment, and submissions as they come: a list of (what is there, content)."""
    write_source(tmp_path / "overlay")
    right = notebook.as_text(solved(NAME, overlay=tmp_path / "overlay"))
    wrong = notebook.as_text(notebook.release(NAME, tmp_path / "overlay"))
    (tmp_path / "secret.ipynb").write_text(right, encoding="utf-8")
    folder = tmp_path / "submissions"
    for name, content in {
        "ada.ipynb": right,
        f"alan/{NAME}/{NAME}.ipynb": right,
        "grace/renamed (1).ipynb": wrong,
        "two/a.ipynb": right,
        "two/b.ipynb": right,
        "three/a.ipynb": wrong,
        f"three/{NAME}.ipynb": right,
        "doe_LATE_14_99_tiny-2.ipynb": right,
        "empty/notes.txt": "",
        "zipped.zip": "PK\x03\x04",
        "--help.ipynb": wrong,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "linked.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (folder / "linked folder").symlink_to(folder / "alan")
    os.mkfifo(folder / "pipe.ipynb")
    with (folder / "huge.ipynb").open("wb") as file:
        file.truncate(200 * 2**20)
    return tmp_path


def run_of(folder, sandbox=True):
    return Run(NAME, folder / "graded", folder / "overlay", sandbox)


def jailed():
    try:
        try_jail()
    except NoJail:
        if os.environ.get("CI") == "true":
            raise
        return False
    return True


def test_every_submission_ends_with_a_grade_and_a_reason(class_folder, monkeypatch):
    run = run_of(class_folder, jailed())
    submissions = find_submissions(class_folder / "submissions", NAME, Roster())
    assert grade_all(run, submissions, 2) == []
    grades = {record["student"]: record for record in exports.read_grades(run.graded)}
    assert {student: record["points"] for student, record in grades.items()} == {
        **{"ada": 5, "alan": 5, "grace": 0, "two": 0, "three": 5, "doe_14": 5, "empty": 0},
        **{"--help": 0, "zipped": 0, "linked": 0, "linked folder": 0, "pipe": 0, "huge": 0},
    }
    for student, says in {
        "ada": "Graded.",
        "grace": "Graded.",
        "two": "2 notebooks",
        "empty": "no notebook",
        "zipped": "zip archive",
        "linked": "link to another file",
        "linked folder": "link to another folder",
        "pipe": "not a regular file",
        "huge": "larger than 20 MB",
    }.items():
        assert says in grades[student]["reason"]
    assert not list(class_folder.rglob("*.part"))

    # A second run has nothing to do but what was handed in again.
    graded = []
    monkeypatch.setattr(Run, "apart", lambda run, item, assignment: graded.append(item.student))
    with (class_folder / "submissions" / "ada.ipynb").open("a", encoding="utf-8") as file:
        file.write("\n")
    (run.graded / "grades" / "alan.json").write_text(
        "{", encoding="utf-8"
    )  # as no stop can leave it
    grade_all(run, submissions, 2)
    assert sorted(graded) == ["ada", "alan"]


def test_what_a_grade_depends_on_is_in_its_fingerprint(class_folder, monkeypatch):
    def fingerprint(sandbox=True):
        return run_of(class_folder, sandbox).fingerprint(b"a submission")

    before = fingerprint()
    assert fingerprint() == before != fingerprint(sandbox=False)
    assert run_of(class_folder).fingerprint(b"another submission") != before
    read = Path.read_bytes
    package = ROOT / "src" / "backprop"
    for file in (
        package / "network.py",
        package / "mistakes" / "mistake.py",
        ROOT / "coursework" / "grader.py",
    ):
        changed = {file}
        monkeypatch.setattr(
            Path, "read_bytes", lambda path, changed=changed: read(path) + b"#" * (path in changed)
        )
        assert fingerprint() != before, file


def test_what_cannot_be_run_is_graded_here_and_nothing_is_wrong_with_the_grader(class_folder):
    run = run_of(class_folder)
    folder = class_folder / "submissions"
    [two] = [item for item in find_submissions(folder, NAME, Roster()) if item.student == "two"]
    assert run.apart(two, notebook.read_assignment(NAME, class_folder / "overlay")) == ""
    assert run.file("two").exists()


def test_a_grade_that_was_given_is_no_problem(class_folder):
    run = run_of(class_folder, jailed())
    submissions = find_submissions(class_folder / "submissions", NAME, Roster())
    [ada] = [item for item in submissions if item.student == "ada"]
    assert run.apart(ada, notebook.read_assignment(NAME, class_folder / "overlay")) == ""


def test_after_a_stop_no_other_submission_is_begun(class_folder, monkeypatch):
    begun = []

    def stop(run, item, assignment):
        begun.append(item)
        time.sleep(0.1)  # longer than it takes to notice
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "apart", stop)
    submissions = find_submissions(class_folder / "submissions", NAME, Roster())
    with pytest.raises(KeyboardInterrupt):
        grade_all(run_of(class_folder), submissions, 1)
    assert len(begun) < len(submissions) - 5


def test_a_stop_says_how_to_go_on(class_folder, monkeypatch, capsys):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "apart", stop)
    folders = [str(class_folder / "submissions"), "--out", str(class_folder / "graded")]
    arguments = ["grade", NAME, *folders, "--overlay", str(class_folder / "overlay"), "--unsafe"]
    monkeypatch.setattr(sys, "argv", ["coursework", *arguments])
    assert main() == 130
    assert "the same command resumes" in capsys.readouterr().err


def test_a_failure_of_the_grader_is_said_and_tried_again(class_folder, monkeypatch):
    run = run_of(class_folder)
    monkeypatch.setattr(classroom, "SPARE_SECONDS", -60)
    ada = find_submissions(class_folder / "submissions", NAME, Roster())[1]
    assert ["took longer" in problem for problem in grade_all(run, [ada], 1)] == [True]
    (record,) = exports.read_grades(run.graded)
    assert record["points"] == 0 and "the grader failed" in record["reason"]
    assert not run.is_graded(ada)


def test_a_failure_is_read_whatever_the_encoding_of_the_locale(class_folder, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")  # as in a locale whose encoding that is
    assignment = notebook.read_assignment(NAME, class_folder / "overlay")
    run = Run(NAME, class_folder / "graded", class_folder / "für uns", sandbox=False)
    ada = find_submissions(class_folder / "submissions", NAME, Roster())[1]
    assert "für uns" in run.apart(ada, assignment)


def test_two_submissions_of_one_student_are_not_mixed(class_folder):
    (class_folder / "submissions" / "ada").mkdir()
    found = find_submissions(class_folder / "submissions", NAME, Roster())
    (ada,) = (item for item in found if item.student == "ada")
    assert ada.path is None and "two submissions" in ada.problem


def test_names_are_those_of_the_roster(class_folder):
    (class_folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    roster = Roster.read(class_folder / "roster.csv")
    folder = class_folder / "canvas"
    folder.mkdir()
    for name in ("turingalan_12_5_tiny.ipynb", "hoppergrace_LATE_13_6_tiny-1.ipynb", "u1.ipynb"):
        (folder / name).write_text("", encoding="utf-8")
    assert [item.student for item in find_submissions(folder, NAME, roster)] == [
        "grace",
        "alan@uni.example",
        "ada",
    ]
    (class_folder / "roster.csv").write_text("name\nada\n", encoding="utf-8")
    with pytest.raises(Refused, match="lists nobody"):
        Roster.read(class_folder / "roster.csv")


@pytest.mark.parametrize("student", ["../../x", "a/b", "a%2Fb", "ada", "Ädä", "..", "\udcff"])
def test_a_name_is_no_path_and_each_has_a_file_of_its_own(student):
    name = classroom.file_name(student)
    assert "/" not in name and (name == student) == (student in ("ada", "Ädä", ".."))


@pytest.fixture
def graded(tmp_path):
    """A folder of grades, one of them with a text that would run in a page or a table."""
    for student, points, answer in (("ada", 3.0, "=1+1"), ("eve@uni.example", 0.0, "")):
        words = {"grade_id": "words", "title": "T", "points": None, "maximum": 2.0, "form": ""}
        words |= {"message": "", "answer": answer}
        if not answer:
            words["points"] = 0.0
        test = words | {"grade_id": "a", "points": points, "maximum": 3.0, "answer": ""}
        test["message"] = "<script>alert(1)</script>"
        record = {
            "assignment": NAME,
            "title": "Tiny",
            "student": student,
            "reason": "Graded.",
            "marks": [test, words],
        }
        record |= {"notes": ["<b>&"], "points": points, "maximum": 5.0, "fingerprint": "x"}
        path = tmp_path / "graded" / "grades" / f"{classroom.file_name(student)}.json"
        classroom.store(path, json.dumps(record))
    return tmp_path / "graded"


def test_written_answers_are_marked_by_a_person(graded):
    exports.write_written(graded)
    assert exports.unmarked(graded) == 1
    file = graded / "written.csv"
    (row,) = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    assert row["answer"] == "'=1+1" and row["points"] == ""
    file.write_text(
        file.read_text(encoding="utf-8").replace("2.0,,", '2.0,1.5,"why?"'), encoding="utf-8"
    )
    exports.write_written(graded)  # and keeps what was given
    record = exports.read_grades(graded)[0]
    assert record["points"] == 4.5 and record["marks"][1]["message"] == "why?"
    assert exports.unmarked(graded) == 0
    file.write_text(file.read_text(encoding="utf-8").replace("1.5", "7"), encoding="utf-8")
    with pytest.raises(Refused, match=r"'7' for ada, words: give a number from 0 to 2"):
        exports.read_grades(graded)


@pytest.mark.parametrize("delimiter, line_end", [(",", "\n"), (",", "\r\n"), (";", "\r\n")])
def test_written_answers_come_back_from_any_spreadsheet(graded, delimiter, line_end):
    record = json.loads((graded / "grades" / "ada.json").read_text(encoding="utf-8"))
    record["marks"][1]["answer"] = "One line, one.\nTwo; two."
    (graded / "grades" / "ada.json").write_text(json.dumps(record), encoding="utf-8")
    exports.write_written(graded)
    with (graded / "written.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    row |= {"points": "1,5", "comment": "schön", "answer": row["answer"].replace("\n", line_end)}
    with (graded / "written.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, row, delimiter=delimiter)
        writer.writeheader()
        writer.writerow(row)
    record = exports.read_grades(graded)[0]
    assert record["points"] == 4.5 and record["marks"][1]["message"] == "schön"
    content = (graded / "written.csv").read_text(encoding="utf-8").encode("latin-1")
    for broken in (content, b"student,points\nada,1\n", b"a" * 200_000):
        (graded / "written.csv").write_bytes(broken)
        with pytest.raises(Refused, match="UTF-8"):
            exports.write_written(graded)
        assert (graded / "written.csv").read_bytes() == broken


def test_an_assignment_of_ones_own_is_graded_and_returned(class_folder):
    """From the overlay alone: its name is not among the course's own."""
    command = [sys.executable, "-m", "coursework"]
    graded, folder = class_folder / "graded", class_folder / "few"
    folder.mkdir()
    (class_folder / "submissions" / "ada.ipynb").rename(folder / "ada.ipynb")
    overlay = ["--overlay", str(class_folder / "overlay"), *([] if jailed() else ["--unsafe"])]
    for arguments, says in {
        ("grade", NAME, str(folder), "--out", str(graded), *overlay): "1 written answers wait",
        ("feedback", str(graded)): "1 written answers wait",
        ("export", "canvas", str(graded)): "1 written answers wait",
    }.items():
        done = subprocess.run(
            [*command, *arguments], cwd=ROOT, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0 and says in done.stdout, done.stderr
    assert "<h1>Tiny</h1>" in (graded / "feedback" / "ada.html").read_text(encoding="utf-8")
    assert ",Tiny\n" in (graded / "gradebook.csv").read_text(encoding="utf-8")


def test_feedback_runs_nothing_that_students_wrote(graded):
    assert exports.write_feedback(graded) == 2
    page = (graded / "feedback" / "ada.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page and "&lt;b&gt;&amp;" in page
    assert "3 of 5 points" in page and "a person has yet to mark" in page


def test_gradebook_in_canvas_columns(graded, tmp_path):
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    assert exports.write_canvas(graded, Roster.read(tmp_path / "roster.csv")) == (
        1,
        ["eve@uni.example"],
    )
    rows = list(csv.reader((graded / "gradebook.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Tiny"]
    assert rows[1] == ["    Points Possible", "", "", "", "", "5"]
    assert rows[2] == ["Lovelace, Ada", "11", "u1", "ada", "A", "3"]
    assert rows[3][-1] == rows[4][-1] == ""
    assert exports.write_canvas(graded, Roster()) == (2, [])


def test_gradescope_hands_out_the_grade_of_who_handed_in(graded, tmp_path):
    assert exports.write_gradescope(graded) == 2
    archive = zipfile.ZipFile(graded / "gradescope.zip")
    assert archive.getinfo("run_autograder").external_attr >> 16 == 0o755
    place = tmp_path / "autograder"
    archive.extractall(place / "source")
    (place / "results").mkdir()
    program = archive.read("run_autograder").decode().replace("/autograder", str(place))
    (place / "run.py").write_text(program, encoding="utf-8")
    for email, score in (("Ada@uni.example", 3), ("eve@uni.example", 0), ("x@y", None)):
        users = json.dumps({"users": [{"email": email}]})
        (place / "submission_metadata.json").write_text(users, encoding="utf-8")
        runpy.run_path(str(place / "run.py"))
        results = json.loads((place / "results" / "results.json").read_text(encoding="utf-8"))
        assert results["score"] == (score or 0) and ("tests" in results) == (score is not None)
    results = exports.gradescope_results(exports.read_grades(graded)[0])
    assert results["tests"][0]["max_score"] == 3 and results["tests"][0]["visibility"] == "visible"
    marks = exports.read_grades(graded)[0]["marks"]
    assert [test["score"] for test in results["tests"]] == [mark["points"] or 0 for mark in marks]
    assert None in [mark["points"] for mark in marks]
    named = [{**marks[0], "title": title, "grade_id": "an_id"} for title in ("Task 1", "")]
    results = exports.gradescope_results({**exports.read_grades(graded)[0], "marks": named})
    assert [test["name"] for test in results["tests"]] == ["Task 1", "an_id"]


def test_the_commands_say_what_is_wrong(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".hidden").touch()
    write_source(tmp_path / "overlay")
    overlay = ("--overlay", str(tmp_path / "overlay"))
    (tmp_path / "roster.csv").write_bytes("Student,ID\nLovelace,ä\n".encode("latin-1"))
    (tmp_path / "grades").mkdir()
    for arguments, says in {
        ("grade", "99_none", "."): "there is no assignment '99_none' in",
        ("grade", "01_by_hand", str(tmp_path / "none")): "there is no folder",
        ("grade", "01_by_hand", str(tmp_path / "empty")): "holds no submissions",
        ("grade", "01_by_hand", str(tmp_path), "--jobs", "0"): "--jobs is 0",
        ("grade", "01_by_hand", str(tmp_path / "empty"), "--jobs", "1"): "holds no submissions",
        ("grade", "01_by_hand", ".", *overlay): "no assignment '01_by_hand' in",
        ("release", "01_by_hand", *overlay): "no assignment '01_by_hand' in",
        ("release", "--overlay", str(tmp_path / "none")): "there is no assignment in",
        ("grade", "01_by_hand", ".", "--roster", str(tmp_path / "none.csv")): "No such file",
        ("grade", "01_by_hand", ".", "--roster", str(tmp_path / "roster.csv")): "UTF-8",
        ("feedback", str(tmp_path)): "has no grades",
    }.items():
        arguments = [*arguments, "--unsafe"] if arguments[0] == "grade" else arguments
        command = [sys.executable, "-m", "coursework", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
        assert done.returncode == 1 and says in done.stderr, (arguments, done.stderr)
        assert "Traceback" not in done.stderr


def test_a_command_has_to_be_named(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["coursework"])
    with pytest.raises(SystemExit):
        main()
    assert "required: COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize(("points", "message"), [(3, "right"), (0, ""), (None, "")])
def test_a_row_without_a_message_says_right_only_for_all_points(points, message):
    mark = {"title": "Task", "grade_id": "a", "points": points, "maximum": 3, "message": ""}
    assert f"<p class=message>{message}</p>" in feedback.row(mark)
