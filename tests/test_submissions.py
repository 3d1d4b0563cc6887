"""A folder of submissions: whose each file is, which of several counts, and where the folder is."""

from pathlib import Path

import pytest
from hostile import NAME, write_source

from coursework import feedback
from coursework.classroom import Run
from coursework.names import GRADESCOPE_LIST, Roster
from coursework.submissions import Submission, class_folder, files_in, find_submissions

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section
"Lovelace, Ada",11,u1,ada,A
"Turing, Alan",12,u2,alan@uni.example,A
"""
MOODLE = """First name,Last name,ID number,Email address
Jean-Luc,Arc,S2,jarc@uni.example
Lena,Schmidt,S3,lena@uni.example
Anna,Two,S4,anna1@uni.example
Anna,Two,S5,anna2@uni.example
"""
BLACKBOARD = "By hand_ada_attempt_2026-01-0{}-03-04-05"


def write(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("", encoding="utf-8")
    return folder


def found_in(folder, roster=None):
    return {item.student: item for item in find_submissions(folder, NAME, roster or Roster())}


def roster_of(folder, text):
    (folder / "roster.csv").write_text(text, encoding="utf-8")
    return Roster.read(folder / "roster.csv")


# Which file counts


@pytest.mark.parametrize(
    ("names", "last"),
    [
        (["lada_11_902_tiny.ipynb", "lada_11_955_tiny-1.ipynb"], 1),
        (["lada_11_1002_tiny-1.ipynb", "lada_LATE_11_955_tiny.ipynb"], 0),
        (["anon_x7_955_b.ipynb", "anon_x7_902_tiny.ipynb"], 0),
        ([f"{BLACKBOARD.format(3)}_b.ipynb", f"{BLACKBOARD.format(2)}_tiny.ipynb"], 0),
    ],
)
def test_the_last_upload_counts_whatever_its_name(tmp_path, names, last):
    (item,) = find_submissions(write(tmp_path, *names), NAME, Roster())
    assert item.path == tmp_path / names[last] and not item.problem
    given = names[last].split("_")[-1]
    assert item.note == f"{given} is graded, the last of 2 notebooks"


def test_files_of_one_name_are_told_apart(tmp_path):
    names = [f"{BLACKBOARD.format(day)}_tiny.ipynb" for day in (2, 3)]
    (item,) = find_submissions(write(tmp_path, *names), NAME, Roster())
    assert item.note == f"{names[1]} is graded, the last of 2 notebooks"


@pytest.mark.parametrize(
    "names",
    [
        ["ada/a.ipynb", "ada/tiny.ipynb"],
        [f"{BLACKBOARD.format(2)}_{name}.ipynb" for name in ("a", "tiny")],
        [f"Ada Lovelace_501_assignsubmission_file_{name}.ipynb" for name in ("a", "tiny")],
        ["lada_11_901_tiny.ipynb", "lada_11_902_photo.jpg"],
    ],
)
def test_of_files_handed_in_together_the_name_of_the_assignment_counts(tmp_path, names):
    (item,) = find_submissions(write(tmp_path, *names), NAME, Roster())
    assert "tiny.ipynb" in item.path.name and not item.note


@pytest.mark.parametrize(
    "names",
    [
        ["ada/x.ipynb", "ada.ipynb"],
        ["ada/tiny.ipynb", "ada.ipynb"],
        *[["ada.ipynb", f"{copy}.ipynb"] for copy in ("ada (1)", "ada(2)", "ada - Copy (2)")],
        *[["ada.ipynb", f"{copy}.ipynb"] for copy in ("Copy of ada", "ada-Copy1", "ada copy 2")],
        ["ada.ipynb", "ada-checkpoint.ipynb"],
    ],
)
def test_of_others_an_instructor_keeps_one(tmp_path, names):
    (item,) = find_submissions(write(tmp_path, *names), NAME, Roster())
    assert (item.student, item.path, item.note) == ("ada", None, "keep one of them")
    kept = sorted(name.partition("/")[0] for name in names)
    assert item.problem == f"there are two submissions or more, {' and '.join(kept)}"


def test_a_copy_without_its_original_is_a_student(tmp_path):
    write(tmp_path, "ada (1).ipynb", "bob (2)/x.ipynb", "bob.ipynb", "eve-1.ipynb", "eve.ipynb")
    assert list(found_in(tmp_path)) == ["ada (1)", "bob", "bob (2)", "eve", "eve-1"]
    assert "ada" in found_in(tmp_path, roster_of(tmp_path, CANVAS))


def test_blackboards_own_text_is_no_submission(tmp_path):
    write(tmp_path, *(f"{BLACKBOARD.format(day)}.txt" for day in (2, 3)))
    (item,) = find_submissions(tmp_path, NAME, Roster())
    assert (item.student, item.path, item.problem) == ("ada", None, "no file was handed in")


def test_what_an_instructor_has_to_do_is_not_on_the_page(tmp_path):
    write_source(tmp_path)
    item = Submission("ada", None, "there are two", note="keep one of them")
    record = Run(NAME, tmp_path, tmp_path).grade(item)
    page = feedback.page("Tiny", record)
    assert "there are two" in page and "keep" not in page and record["note"] == item.note
    assert "keep one of them." in feedback.page("Tiny", record | {"graded": True})


# Whose it is


def test_who_is_not_in_the_roster_is_said(tmp_path):
    folder = write(tmp_path / "class", "lada_11_1_tiny.ipynb", "xbob_13_2_tiny.ipynb")
    found = found_in(folder, roster_of(tmp_path, CANVAS))
    assert {name: item.unknown for name, item in found.items()} == {
        "ada": "",
        "xbob_13": "nobody has this name",
    }
    assert found_in(folder)["xbob_13"].unknown == ""


def test_people_of_moodle_in_groups(tmp_path):
    names = {
        "Group 1-Jean-Luc Arc_1002": "jarc@uni.example",
        "Team A-Lena Schmidt_1003": "lena@uni.example",
        "Anna-Lena Schmidt_1004": "Anna-Lena Schmidt_1004",  # another person than Lena
        "Anna Two_1005": "Anna Two_1005",
    }
    folder = tmp_path / "class"
    write(folder, *(f"{name}_assignsubmission_file_/tiny.ipynb" for name in names))
    found = found_in(folder, roster_of(tmp_path, MOODLE))
    assert set(found) == set(names.values())
    assert found["Anna Two_1005"].unknown == "2 people have this name"
    assert found["Anna-Lena Schmidt_1004"].unknown == "nobody has this name"


def test_a_name_that_fits_two_systems_is_that_of_the_most_files(tmp_path):
    """A student chooses the end of a file's name, and must not become somebody else by it."""
    evil = "evil_12_345_ada_attempt_2026-01-02-03-04-05_x.ipynb"
    write(tmp_path, evil, "lada_11_344_tiny.ipynb", "bob_13_346_tiny.ipynb")
    assert list(found_in(tmp_path)) == ["bob_13", "evil_12", "lada_11"]
    other = tmp_path / "other"
    write(other, *(f"op_1_2_{name}_attempt_2026-01-02-03-04-05_x.ipynb" for name in ("ada", "bob")))
    assert list(found_in(other)) == ["ada", "bob"]


def test_all_who_handed_in_a_file_may_have_written_their_name(tmp_path):
    people = "".join(f"  - :name: N {name}\n    :email: {name}@x\n" for name in ("ada", "bob"))
    folder = write(tmp_path / "class", "submission_1/a.ipynb")
    (folder / GRADESCOPE_LIST).write_text(
        f"submission_1:\n  :submitters:\n{people}", encoding="utf-8"
    )
    for roster in (Roster(), roster_of(tmp_path, "Email,Name\nada@x,A L\nbob@x,B L\n")):
        found = found_in(folder, roster)
        assert "ada@x" in found["bob@x"].partners and "bob@x" in found["ada@x"].partners
        assert "ada@x" not in found["bob@x"].aliases  # they are two people in every export
        assert ("A L" in found["bob@x"].partners) == bool(roster.people)


# The folder of a class

PARENTS = {
    "gradescope's": ["top/submission_metadata.yml", "top/submission_1/a.ipynb"],
    "a system's": [f"top/x/b{n}_{n}_{n}_tiny.ipynb" for n in range(2)],
    "logins as folders": ["top/ada/a.ipynb", "top/bob/a.ipynb"],
    "nbgrader's": [f"top/{name}/tiny/tiny.ipynb" for name in ("ada", "bob")],
}


@pytest.mark.parametrize("names", PARENTS.values(), ids=PARENTS)
def test_the_folder_of_a_class_may_be_in_a_folder(tmp_path, names):
    write(tmp_path / "class", *names)
    inside = tmp_path / "class" / Path(names[-1]).parts[0]
    inside = inside / "x" if (inside / "x").exists() else inside
    assert class_folder(tmp_path / "class", NAME) == inside
    assert class_folder(inside, NAME) == inside
    write(tmp_path / "class", "eve.ipynb")  # so the folder is one student's, and no longer alone
    assert class_folder(tmp_path / "class", NAME) == tmp_path / "class"


def test_nbgraders_course_has_a_folder_of_submissions(tmp_path):
    write(tmp_path, "source/tiny/tiny.ipynb", "submitted/ada/tiny/tiny.ipynb", "gradebook.db")
    assert class_folder(tmp_path, NAME) == tmp_path / "submitted"
    write(tmp_path / "up", "c/source/header.txt", "c/submitted/ada/tiny/tiny.ipynb")
    assert class_folder(tmp_path / "up", NAME) == tmp_path / "up" / "c" / "submitted"


@pytest.mark.parametrize(
    "names",
    [
        ["ada/tiny/tiny.ipynb", "ada/other/other.ipynb"],
        ["ada/tiny/renamed.ipynb", "ada/other/renamed.ipynb"],
        ["ada/a.ipynb", "ada/b.ipynb"],
        ["ada/tiny.ipynb", "ada/pictures/a.png", "ada/old/tiny.ipynb"],
        ["Ada L_5_assignsubmission_file_/a/x.ipynb", "Ada L_5_assignsubmission_file_/b/x.ipynb"],
        ["ada.ipynb"],
        ["ada/x/y/tiny.ipynb"],
    ],
)
def test_the_folder_of_one_student_is_no_class(tmp_path, names):
    write(tmp_path, *names)
    assert class_folder(tmp_path, NAME) == tmp_path


def test_a_link_is_not_followed(tmp_path):
    write(tmp_path / "elsewhere", "ada/a.ipynb", "bob/a.ipynb")
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "top").symlink_to(tmp_path / "elsewhere")
    assert class_folder(tmp_path / "class", NAME) == tmp_path / "class"


def test_folders_in_folders_have_an_end(tmp_path):
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / f"{NAME}.ipynb").touch()
    deep = "/".join(["d"] * 400)
    (folder / deep).mkdir(parents=True)
    assert found_in(tmp_path)["ada"].path == folder / f"{NAME}.ipynb"
    assert files_in(folder / "d", NAME) == []
