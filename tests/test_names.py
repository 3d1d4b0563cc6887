"""Whose submission it is: the names that systems give, and the people of a class."""

import unicodedata

import pytest

from coursework.files import Refused
from coursework.names import (
    GRADESCOPE_LIST,
    Roster,
    file_name,
    read_gradescope,
    read_label,
    same_name,
)

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Homework (7)
    Points Possible,,,,,10
"Lovelace, Ada",11,u1,ada,A,9
"Turing, Alan",12,u2,alan@uni.example,A,
"Hopper, Grace",13,14,grace,B,
"Émilie, Gabrielle",14,u4,émilie,B,
"""
MOODLE = """Identifier,Full name,Email address,Status,Grade
Participant 501,Ada Lovelace,ada@uni.example,Submitted,
Participant 502,Alan Turing,alan@uni.example,Submitted,
"""
BLACKBOARD = """\ufeff"Last Name","First Name","Username","Student ID","Last Access"
"Lovelace","Ada","ada_l","007","today"
"Turing","Alan","l","008","today"
"""
GRADESCOPE = """First Name,Last Name,SID,Email,Role
Ada,Lovelace,0012,ada@uni.example,Student
Alan,Turing,0013,alan@uni.example,Student
"""


def roster_of(tmp_path, text, encoding="utf-8"):
    (tmp_path / "roster.csv").write_text(text, encoding=encoding)
    return Roster.read(tmp_path / "roster.csv")


@pytest.mark.parametrize(
    ("typed", "other", "same"),
    [
        ("ada", "Ada", True),
        (" ada ", "ada", True),
        ("ada", "ada@uni.example", True),
        ("ada@uni.example", "ada", True),
        ("ada@uni.example", "ada@other.example", False),
        (unicodedata.normalize("NFD", "émilie"), "Émilie", True),
        ("Straße", "STRASSE", True),
        ("ada", "alan", False),
        ("", "", False),
        ("", "@uni.example", False),
        ("\ud800", "\ud800", True),
    ],
)
def test_a_name_may_be_written_in_several_ways(typed, other, same):
    assert same_name(typed, other) is same is same_name(other, typed)


@pytest.mark.parametrize(
    ("name", "student", "file"),
    [
        ("ada.ipynb", "ada", "ada.ipynb"),
        ("ada.l.ipynb", "ada.l", "ada.l.ipynb"),
        ("ada.ipynb.txt", "ada", "ada.ipynb.txt"),
        ("lovelaceada_11_99_tiny.ipynb", "lovelaceada_11", "tiny.ipynb"),
        ("lovelaceada_LATE_11_99_tiny-2.ipynb", "lovelaceada_11", "tiny-2.ipynb"),
        ("de_la_cruzana_11_99_my_1_2_3.ipynb", "de_la_cruzana_11", "my_1_2_3.ipynb"),
        ("lovelaceada_11_text.html", "lovelaceada_11", "lovelaceada_11_text.html"),
        ("anon_x7Yz2_99_tiny.ipynb", "anon_x7Yz2", "tiny.ipynb"),
        ("Ada Lovelace_501_assignsubmission_file_tiny.ipynb", "Ada Lovelace_501", "tiny.ipynb"),
        (
            "O'Neil-Ødegård Åse_7_assignsubmission_file_a_b.ipynb",
            "O'Neil-Ødegård Åse_7",
            "a_b.ipynb",
        ),
        ("By hand_ada_attempt_2026-01-02-03-04-05_tiny.ipynb", "ada", "tiny.ipynb"),
        ("Op 1_ada_poging_2026-01-02-03-04-05_a_b.ipynb", "ada", "a_b.ipynb"),
        (
            "By hand_ada_attempt_2026-01-02-03-04-05.txt",
            "ada",
            "By hand_ada_attempt_2026-01-02-03-04-05.txt",
        ),
        ("group_1_results.ipynb", "group_1_results", "group_1_results.ipynb"),
    ],
)
def test_what_a_file_is_called_says_whose_it_is(name, student, file):
    assert (read_label(name).student, read_label(name).file) == (student, file)


@pytest.mark.parametrize("end", ["_assignsubmission_file_", "_assignsubmission_file"])
def test_moodles_folders_are_recognized_with_and_without_the_last_sign(end):
    label = read_label(f"Ada Lovelace_501{end}", is_folder=True)
    assert label.student == "Ada Lovelace_501" and label.ids == ("501", "Ada Lovelace")


def test_a_label_has_one_way_to_write_an_accent():
    assert read_label(unicodedata.normalize("NFD", "émilie.ipynb")).student == "émilie"


def found(roster, name):
    label = read_label(name)
    person = roster.find(label.ids, label.columns)
    return person and person.login


def test_people_of_canvas(tmp_path):
    roster = roster_of(tmp_path, CANVAS)
    assert list(roster.people) == ["ada", "alan@uni.example", "grace", "émilie"]
    for name, login in {
        "turingalan_12_5_tiny.ipynb": "alan@uni.example",
        "u1.ipynb": "ada",
        "ADA.ipynb": "ada",
        "ada@uni.example.ipynb": "ada",
        "Alan.ipynb": "alan@uni.example",
        "Ada Lovelace.ipynb": "ada",
        "Lovelace, Ada.ipynb": "ada",
        unicodedata.normalize("NFD", "ÉMILIE.ipynb"): "émilie",
        # 14 is the id of one person and a student number of another: Canvas's names have ids.
        "x_14_99_tiny.ipynb": "émilie",
        "14.ipynb": None,
        "alan@other.example.ipynb": None,
        "nobody.ipynb": None,
    }.items():
        assert found(roster, name) == login, name
    assert {"Lovelace, Ada", "Ada Lovelace", "u1", "11", "ada"} == set(roster.people["ada"].aliases)


def test_people_of_moodle(tmp_path):
    roster = roster_of(tmp_path, MOODLE.replace(",", ";"), "utf-8-sig")
    assert found(roster, "Ada Lovelace_501_assignsubmission_file_x.ipynb") == "ada@uni.example"
    assert found(roster, "Someone Else_502_assignsubmission_file_x.ipynb") == "alan@uni.example"
    assert found(roster, "Ada Lovelace_999_assignsubmission_file_x.ipynb") == "ada@uni.example"


def test_people_of_blackboard_whose_logins_have_underscores(tmp_path):
    roster = roster_of(tmp_path, BLACKBOARD, "utf-16")
    file = "{}_attempt_2026-01-02-03-04-05_x.ipynb"
    assert found(roster, file.format("01_by_hand_l")) == "l"
    assert found(roster, file.format("01_by_hand_ada_l")) == "ada_l"
    assert found(roster, file.format("x_bob")) is None
    assert roster.people["ada_l"].name == "Ada Lovelace"


def test_people_of_gradescope(tmp_path):
    roster = roster_of(tmp_path, GRADESCOPE)
    assert found(roster, "0012.ipynb") == found(roster, "ada.ipynb") == "ada@uni.example"


def test_one_name_of_two_people_means_neither(tmp_path):
    roster = roster_of(tmp_path, MOODLE + "Participant 503,Ada Lovelace,al@uni.example,,\n")
    assert roster.find(["Ada Lovelace"]) is None
    assert roster.find(["503", "Ada Lovelace"]).login == "al@uni.example"


@pytest.mark.parametrize(
    "text", ["", "name\nada\n", "Student,ID\n", '"Student","ID\n', "a,b\n1,2,3\n"]
)
def test_a_roster_that_lists_nobody_is_refused(tmp_path, text):
    with pytest.raises(Refused, match="lists nobody|cannot be read as a table"):
        roster_of(tmp_path, text)


def test_the_headings_that_are_looked_for_are_said(tmp_path):
    with pytest.raises(Refused, match="SIS Login ID, .*Email address, .* with English"):
        roster_of(tmp_path, "Vorname,Nachname,E-Mail-Adresse\nAda,L,ada@uni.example\n")


LISTED = """---
submission_12:
  :submitters:
  - :name: Ada Lovelace
    :sid: 0012
    :email: ada@uni.example
  :created_at: !ruby/object:Time 2026-01-02 03:04:05.000000000 Z
  :score: 0.0
submission_13:
  :submitters:
  - :name: Alan Turing
    :sid:
    :email: alan@uni.example
  - :name: Grace Hopper
    :sid: '13'
    :email: grace@uni.example
"""


def test_submitters_of_gradescope(tmp_path):
    assert read_gradescope(tmp_path) == {}
    (tmp_path / GRADESCOPE_LIST).write_text(LISTED, encoding="utf-8")
    listed = read_gradescope(tmp_path)
    assert [label.student for label in listed["submission_13"]] == [
        "alan@uni.example",
        "grace@uni.example",
    ]
    assert listed["submission_12"][0].ids == ("ada@uni.example", "0012", "Ada Lovelace")
    for broken in ("[", "- a", "a: b", "a: {':submitters': 3}"):
        (tmp_path / GRADESCOPE_LIST).write_text(broken, encoding="utf-8")
        with pytest.raises(Refused, match="not a list of submissions"):
            read_gradescope(tmp_path)


ODD = [
    "../../x",
    "a/b",
    "a%2Fb",
    "Ada",
    "Ädä",
    "..",
    ".x",
    "\udcff",
    "a" * 245,
    "",
    " ",
    "a.",
    "a\n",
]


@pytest.mark.parametrize("student", ["ada", "ädä", "ada@uni.example", "--help", "o'neil", *ODD])
def test_a_name_is_no_path_and_fits(student):
    name = file_name(student)
    assert "/" not in name and not name.startswith(".") and len(f"{name}.json".encode()) < 200
    assert name.isprintable() and file_name(student) == name
    plain = student in ("ada", "ädä", "ada@uni.example", "--help")
    assert (name == student) == plain


def test_each_name_has_a_file_of_its_own_on_every_system():
    names = ["ada", "ADA", "é", unicodedata.normalize("NFD", "é"), "É", "a b", "a_b", *ODD]
    names.append(file_name("Ada"))
    files = [unicodedata.normalize("NFD", file_name(name)).casefold() for name in names]
    assert len(set(files)) == len(names)
