"""Tables for people and other systems, marks typed by hand, and pages: nothing runs or is lost."""

import csv
import io
import json
import re
import runpy
import zipfile
from html import unescape

import pytest
from hostile import NAME, write_source

from coursework import classroom, exports, feedback, files, grader, names, written
from coursework.classroom import Run
from coursework.files import Refused
from coursework.names import Roster
from coursework.notebook import read_assignment

ROSTER = """Student,ID,SIS User ID,SIS Login ID,Section,Homework (7)
    Points Possible,,,,,10
"Lovelace, Ada",11,u1,ada,A,9
"Turing, Alan",12,u2,alan@uni.example,A,
"Hopper, Grace",13,u3,grace,B,
"""
PIXEL = f"{'0af' * 10}12.png"


def record_of(student, points=3.0, answer="", **more):
    """The grade of a student for the small assignment, as the grader writes it."""
    words = {"grade_id": "words", "title": "Words", "points": None, "maximum": 2.0, "form": ""}
    words |= {"message": "", "answer": answer, "pictures": []}
    if not answer:
        words["points"] = 0.0
    test = words | {"grade_id": "check_a", "points": points, "maximum": 3.0, "answer": ""}
    test |= {"message": "<script>alert(1)</script>", "title": "Task 1"}
    record = {"assignment": NAME, "title": "Tiny", "student": student, "reason": "Graded."}
    record |= {"marks": [test, words], "notes": ["<b>&"], "points": points, "maximum": 5.0}
    return record | {"graded": True, "typed": "", "aliases": [], "fingerprint": "x"} | more


class Class:
    """A folder of grades."""

    def __init__(self, folder):
        self.folder = folder / "graded"
        self.table = self.folder / "written.csv"
        write_source(folder / "overlay")
        self.assignment = read_assignment(NAME, folder / "overlay")

    def store(self, *records):
        for path in (self.folder / "grades").glob("*.json"):
            path.unlink()
        for record in records:
            name = names.file_name(record["student"])
            files.store(self.folder / "grades" / f"{name}.json", json.dumps(record))

    def grades(self):
        return exports.read_grades(self.folder)

    def write(self):
        records = exports.read_records(self.folder).graded
        written.write_written(self.folder, records, self.assignment)

    def rows(self):
        text = self.table.read_text(encoding="utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def save(self, rows, delimiter=",", encoding="utf-8", line_end="\r\n"):
        """Save rows as a spreadsheet does."""
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0], delimiter=delimiter, lineterminator=line_end)
        writer.writeheader()
        writer.writerows(rows)
        self.table.write_bytes(text.getvalue().encode(encoding))


@pytest.fixture
def a_class(tmp_path):
    new = Class(tmp_path)
    new.store(record_of("ada", 3.0, "=1+1"), record_of("eve@uni.example", 0.0))
    return new


# Cells

FORMULAS = [
    "=1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    " =1",
    "\n=1",
    "\u00a0=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
]


@pytest.mark.parametrize("text", [*FORMULAS, "'=1", "''=1", "\u200b=1", " \u2060+1", "﹢1"])
def test_no_text_is_a_formula_and_each_comes_back(text):
    cell = files.guarded(text)
    assert cell.startswith("'") and files.unguarded(cell) == text
    assert files.unguarded(files.guarded(cell)) == cell


@pytest.mark.parametrize("text", ["a=1", "1+1", "'a'", "", "O'Neil", "Émilie", "a\n=1"])
def test_any_other_text_is_a_cell_as_it_is(text):
    assert files.guarded(text) == text == files.unguarded(text)


def test_control_characters_and_surrogates_are_shown_as_one_mark():
    assert files.guarded("a\x00b\x1bc\u202ed\ud800e\rf\tg") == "a�b�c�d�e\nf\tg"
    assert files.one_line("a\n b\t c" + "d" * 400, 10) == "a b cdddd…"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_of_all_spreadsheets_are_read(tmp_path, encoding, delimiter):
    path = tmp_path / "a.csv"
    path.write_bytes(f'é{delimiter}b\r\n\r\n"1{delimiter}\n2"{delimiter}ü\r\n'.encode(encoding))
    table = files.read_table(path)
    assert table.rows == [{"é": f"1{delimiter}\n2", "b": "ü"}] and table.numbers == [3]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("ä,b\n".encode("latin-1"), "UTF-8"),
        (b'a,b\n"1,2\n', "unexpected end"),
        (b"a,b\n1,2,3\n", "row 2 has more cells"),
        (b"a\0b", "not a text file"),
        (b"a" * 200_000, "larger than"),
        (b"\xff\xfea", "UTF-8"),
    ],
)
def test_other_files_are_refused_with_the_reason(tmp_path, content, why):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(Refused, match=why):
        files.read_table(tmp_path / "a.csv")


# Written answers


def test_written_answers_are_marked_by_a_person(a_class):
    a_class.write()
    (row,) = a_class.rows()
    assert row["answer"] == "'=1+1" and row["points"] == "" and row["maximum"] == "2"
    assert row["task"] == "Words" and row["id"].isalpha()
    assert a_class.grades().unmarked == 1
    a_class.save([row | {"points": "1.5", "comment": "why?"}])
    a_class.write()  # and keeps what was given
    record = a_class.grades().records[0]
    assert record["points"] == 4.5 and record["marks"][1]["message"] == "why?"
    assert a_class.grades().unmarked == 0 and a_class.grades().problems == []


def test_the_marker_sees_question_and_scheme(tmp_path):
    assignment = read_assignment("01_by_hand")
    question = written.questions(assignment)["in_words"]
    assert question.text.startswith("## Task 6") and question.scheme.startswith("One point for")
    assert "same delta" in question.answer and "MARK SCHEME" not in question.answer
    mark = record_of("ada", answer="x")["marks"][1] | {"grade_id": "in_words"}
    written.write_written(tmp_path, [record_of("ada", marks=[mark])], assignment)
    table = files.read_table(tmp_path / "written.csv")
    assert table.rows[0]["mark scheme"] == question.scheme
    assert table.rows[0]["question"] == question.text


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        *[("2", 2), (" 1.5 ", 1.5), ("1,5", 1.5), ("1/2", 0.5), ("3/2", 1.5), ("1 1/2", 1.5)],
        *[("½", 0.5), ("1½", 1.5), ("0", 0), ("2.", 2), (".5", 0.5), ("", None)],
    ],
)
def test_points_are_read_as_people_write_them(a_class, typed, points):
    a_class.write()
    a_class.save([a_class.rows()[0] | {"points": typed}])
    grades = a_class.grades()
    assert grades.records[0]["marks"][1]["points"] == points and grades.problems == []
    assert bool(grades.notes) == (typed == "1/2")


@pytest.mark.parametrize(
    ("typed", "maximum", "two_ways"),
    [
        *[("2/2", 2, True), ("0/2", 2, False), ("1/1", 1, False), ("3/2", 2, False)],
        *[("1/2", 3, False), ("1/4", 4, True), ("1/2", 2.5, False)],
    ],
)
def test_points_that_can_be_read_in_two_ways_are_said(typed, maximum, two_ways):
    assert written.is_share(typed, written.read_points(typed), maximum) is two_ways


@pytest.mark.parametrize(
    "typed",
    ["02. Jan", "2026-01-02", "3", "-1", "nan", "inf", "1e0", "1/0", "one", "=1/2", "٢", "²", "."],
)
def test_points_that_are_no_number_are_said_and_kept(a_class, typed):
    a_class.write()
    a_class.save([a_class.rows()[0] | {"points": typed, "comment": "good"}])
    (problem,) = a_class.grades().problems
    assert "row 2" in problem and "ada, Words" in problem and typed in problem
    assert ("date" in problem) == (typed in ("02. Jan", "2026-01-02", "1/0"))
    assert a_class.grades().unmarked == 1
    a_class.write()
    a_class.write()
    assert files.unguarded(a_class.rows()[0]["points"]) == typed
    assert a_class.rows()[0]["comment"] == "good"


@pytest.mark.parametrize(
    "typed", ["01/02/26", "1. Feb", "Jan 2", "44928", "1-Dez", "2.1.", "2 févr. 2026", "1/2/"]
)
def test_a_date_is_recognized(typed):
    assert written.is_date(typed)


@pytest.mark.parametrize(
    "typed", ["2 P", "-1", "1e0", "1'5", "20", "123456", "see Jan", "2 Punkte"]
)
def test_other_texts_are_not_dates(typed):
    assert not written.is_date(typed)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_marks_come_back_from_any_spreadsheet(a_class, delimiter, encoding):
    answer = "One line, one.\nTwo; two."
    a_class.store(record_of("ada", 3.0, answer))
    a_class.write()
    (row,) = a_class.rows()
    row |= {"points": "1,5", "comment": "schön", "answer": answer.replace("\n", "\r\n")}
    a_class.save([row], delimiter, encoding)
    mark = a_class.grades().records[0]["marks"][1]
    assert (mark["points"], mark["message"]) == (1.5, "schön")
    a_class.write()
    assert delimiter in a_class.table.read_text(encoding="utf-8-sig").splitlines()[0]
    assert a_class.grades().records[0]["marks"][1]["points"] == 1.5


def test_an_answer_or_name_that_a_spreadsheet_changed_is_known_by_its_id(a_class):
    a_class.store(record_of("007", 3.0, "1/2"))
    a_class.write()
    a_class.save([a_class.rows()[0] | {"student": "7", "answer": "02. Jan", "points": "1"}])
    assert a_class.grades().records[0]["marks"][1]["points"] == 1
    a_class.write()
    assert a_class.rows()[0]["student"] == "007" and a_class.rows()[0]["answer"] == "1/2"
    assert "02. Jan" in a_class.rows()[0]["remark"]  # it may have been a person's


def test_without_the_column_of_ids_a_row_is_known_by_what_it_says(a_class):
    a_class.write()
    (row,) = a_class.rows()
    del row["id"]
    a_class.save([row | {"points": "1"}])
    assert a_class.grades().records[0]["marks"][1]["points"] == 1
    a_class.write()
    assert [row["points"] for row in a_class.rows()] == ["1"] and a_class.rows()[0]["id"]


def test_marks_of_a_changed_answer_are_kept_and_do_not_count(a_class):
    a_class.write()
    a_class.save([a_class.rows()[0] | {"points": "2", "comment": "good", "my notes": "see me"}])
    a_class.store(record_of("ada", 3.0, "another answer"))
    a_class.write()
    a_class.write()
    new, old = a_class.rows()
    assert new["answer"] == "another answer" and new["points"] == new["remark"] == ""
    assert (old["points"], old["comment"], old["my notes"]) == ("2", "good", "see me")
    assert old["remark"] == written.CHANGED and a_class.grades().unmarked == 1
    a_class.store(record_of("ada", 3.0, "=1+1"))  # as it was
    assert a_class.grades().records[0]["marks"][1]["points"] == 2
    a_class.write()
    assert [row["remark"] for row in a_class.rows()] == [""]


def test_marks_of_a_student_who_is_gone_and_rows_of_a_person_are_kept(a_class):
    a_class.write()
    (row,) = a_class.rows()
    own = dict.fromkeys(row, "") | {"student": "=mean", "answer": "of all"}
    a_class.save([row | {"comment": "-1 for the sign"}, own])
    a_class.store(record_of("eve", 0.0))
    a_class.write()
    a_class.write()
    gone, kept = a_class.rows()
    assert gone["comment"] == "'-1 for the sign" and gone["remark"] == written.GONE
    assert kept["student"] == "'=mean" and kept["answer"] == "of all"


def test_marks_stay_when_a_roster_gives_the_student_another_name(a_class):
    a_class.store(record_of("Ada Lovelace_501", 3.0, "words"))
    a_class.write()
    a_class.save([a_class.rows()[0] | {"points": "1"}])
    a_class.store(record_of("ada", 3.0, "words", aliases=["501", "Ada Lovelace_501"]))
    assert a_class.grades().records[0]["marks"][1]["points"] == 1
    a_class.write()
    assert [(row["student"], row["points"]) for row in a_class.rows()] == [("ada", "1")]


def test_rows_that_nobody_typed_into_go_with_their_answer(a_class):
    a_class.write()
    a_class.store(record_of("eve", 0.0))
    a_class.write()
    assert a_class.rows() == []


def test_two_marks_for_one_answer_are_refused(a_class):
    a_class.write()
    (row,) = a_class.rows()
    a_class.save([row | {"points": "1"}, row | {"points": "2"}])
    with pytest.raises(Refused, match="rows 2 and 3 are the same answer"):
        a_class.grades()


@pytest.mark.parametrize(
    "content",
    ["student,ä\n".encode("latin-1"), b"student,points\nada,1\n", b"a" * 200_000, b'"', b""],
)
def test_a_table_that_cannot_be_read_is_refused_and_stays(a_class, content):
    a_class.table.write_bytes(content)
    for read in (a_class.write, a_class.grades):
        with pytest.raises(Refused, match="UTF-8"):
            read()
    assert a_class.table.read_bytes() == content


def test_a_table_that_is_open_elsewhere_is_not_replaced(a_class):
    a_class.write()
    before = a_class.table.read_bytes()
    a_class.write()  # nothing is new
    (a_class.folder / ".~lock.written.csv#").touch()
    a_class.write()
    a_class.store(record_of("ada", 3.0, "new"))
    with pytest.raises(Refused, match="is open in a spreadsheet"):
        a_class.write()
    assert a_class.table.read_bytes() == before


def test_a_table_that_is_saved_meanwhile_is_not_replaced(a_class, monkeypatch):
    a_class.write()
    a_class.store(record_of("ada", 3.0, "new"))
    read = written.questions

    def save_meanwhile(assignment):
        a_class.save([a_class.rows()[0] | {"points": "1"}])
        return read(assignment)

    monkeypatch.setattr(written, "questions", save_meanwhile)
    with pytest.raises(Refused, match="saved by another program"):
        a_class.write()
    assert a_class.rows()[0]["points"] == "1"


def test_the_page_for_marking_shows_pictures_and_runs_nothing(a_class):
    mark = record_of("ada", answer="<img src=x onerror=alert(1)>")["marks"][1]
    mark["pictures"] = [
        {"name": '"><script>', "file": PIXEL},
        {"name": "b", "file": "../secret.png"},
        {"name": "c", "file": f'{PIXEL}" onerror="alert(1)'},
    ]
    a_class.store(record_of("ada", marks=[mark]))
    a_class.write()
    page = (a_class.folder / "written.html").read_text(encoding="utf-8")
    assert page.count("<img") == 1 and f'src="pictures/{PIXEL}"' in page and "<script" not in page
    assert "&lt;img src=x" in page and "Content-Security-Policy" in page
    assert a_class.rows()[0]["id"] in page and "<h2>Words</h2>" in page


def test_a_picture_is_a_file_until_no_answer_has_it(a_class):
    run = Run(NAME, a_class.folder)
    record = record_of("ada", answer="![](attachment:a.png)")
    record["marks"][1]["pictures"] = [{"name": "a.png", "data": "data:image/png;base64,aGk="}]
    run.store(record)
    [picture] = record["marks"][1]["pictures"]
    path = a_class.folder / "pictures" / picture["file"]
    assert path.read_bytes() == b"hi" and path.suffix == ".png" and "data" not in picture
    a_class.write()
    assert path.exists()
    run.store(record_of("ada", answer="in words"))
    (path.parent / "kept.txt").write_text("a person's", encoding="utf-8")
    a_class.write()
    assert [left.name for left in path.parent.iterdir()] == ["kept.txt"]


def test_another_picture_is_another_answer():
    record = record_of("ada", answer="![](attachment:a.png)")
    before = written.answer_id(record, record["marks"][1])
    record["marks"][1]["pictures"] = [{"name": "a.png", "file": PIXEL}]
    assert written.answer_id(record, record["marks"][1]) != before


# Feedback


def test_feedback_runs_nothing_that_students_wrote(a_class):
    assert len(exports.write_feedback(a_class.folder, a_class.grades())) == 2
    page = (a_class.folder / "feedback" / "ada.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page and "&lt;b&gt;&amp;" in page
    assert "3 of 5 points" in page and "a person has yet to mark" in page
    assert "name=viewport" in page and "default-src 'none'" in page


def test_every_text_in_a_page_is_escaped_and_printable():
    bad = "<i>\x00\u202e\ud800"
    record = record_of(bad, title=bad, reason=bad, notes=[bad], typed=bad + "x")
    record["marks"] = [mark | {"title": bad, "message": bad} for mark in record["marks"]]
    for page in (
        feedback.page(bad, record),
        feedback.page(bad, record | {"graded": False}),
        written.one_answer(record, record["marks"][0] | {"answer": bad}),
    ):
        assert "<i>" not in page and "&lt;i&gt;" in page
        assert not files.UNPRINTABLE.search(page)


def test_a_name_that_differs_is_the_first_thing(a_class):
    reason = grader.OTHER_NAME.format(typed="alan", student="ada")
    record = record_of("ada", typed="alan", reason=reason)
    page = feedback.page("Tiny", record)
    assert re.search(r"</h1>\n<p class=first>The notebook says STUDENT = “alan”", page)
    assert "class=first" not in feedback.page("Tiny", record | {"typed": ""})
    assert "class=first" not in feedback.page("Tiny", record | {"typed": "ADA@uni.example"})
    assert "class=first" not in feedback.page("Tiny", record | {"aliases": ["Alan"]})
    output = exports.gradescope_results(record)["output"]
    assert output.startswith("The notebook says STUDENT")


def test_who_could_not_be_graded_is_told_why_unless_it_is_the_graders_fault(a_class):
    broken = {"graded": False, "reason": "Not graded: the file is a zip archive."}
    a_class.store(
        record_of("ada", **broken), record_of("bob", **broken, fingerprint=None), record_of("eve")
    )
    stale = a_class.folder / "feedback" / "gone.html"
    files.store(stale, feedback.page("Tiny", record_of("gone")))
    own = a_class.folder / "feedback" / "mine.html"
    files.store(own, "<p>mine")
    pages = exports.write_feedback(a_class.folder, a_class.grades())
    assert [path.name for path in pages] == ["ada.html", "eve.html"]
    text = pages[0].read_text(encoding="utf-8")
    assert "zip archive" in text and "of 5" not in text
    assert own.exists() and not stale.exists()


def test_titles_are_readable_and_all_different():
    def titles(*pairs):
        return feedback.titles([{"title": title, "grade_id": name} for title, name in pairs])

    assert titles(("Task 3", "check_slope"), ("Task 3", "check_backward"), ("", "in_words")) == [
        "Task 3 (slope)",
        "Task 3 (backward)",
        "in words",
    ]
    assert titles(("A", "check_x"), ("A", "x")) == ["A (x) (check_x)", "A (x) (x)"]


@pytest.mark.parametrize(("points", "message"), [(3, "right"), (0, ""), (None, "")])
def test_a_row_without_a_message_says_right_only_for_all_points(points, message):
    mark = {"title": "Task", "grade_id": "a", "points": points, "maximum": 3, "message": ""}
    assert f"<p class=message>{message}</p>" in feedback.row(mark, "Task")


# Canvas and Gradescope


def roster_of(folder, text=ROSTER):
    (folder / "roster.csv").write_text(text, encoding="utf-8")
    return Roster.read(folder / "roster.csv")


def gradebook(a_class, roster=None):
    result = exports.write_canvas(a_class.folder, a_class.grades(), roster or Roster())
    text = (a_class.folder / "gradebook.csv").read_text(encoding="utf-8")
    return result, list(csv.reader(io.StringIO(text, newline="")))


def test_gradebook_in_canvas_columns(a_class, tmp_path):
    result, rows = gradebook(a_class, roster_of(tmp_path))
    assert result == (1, ["eve@uni.example"])
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Tiny"]
    assert rows[1] == ["    Points Possible", "", "", "", "", "5"]
    assert rows[2] == ["Lovelace, Ada", "11", "u1", "ada", "A", "3"]
    assert rows[3][-1] == rows[4][-1] == ""
    assert gradebook(a_class)[0] == (2, [])


@pytest.mark.parametrize(
    ("title", "columns", "column"),
    [
        ("Homework", "Homework (7)", "Homework (7)"),
        ("Homework: by hand", "Homework (7)", "Homework (7)"),
        ("Homework: by hand", "Homework (7),Homework: by hand (8)", "Homework: by hand (8)"),
        ("Homework", "Homework (7),Homework (8)", "Homework"),
        ("Homework", "Homework 1 (7)", "Homework"),
        ("Homework", "Homework (final)", "Homework"),
    ],
)
def test_scores_go_into_the_column_that_canvas_has(a_class, tmp_path, title, columns, column):
    a_class.store(record_of("ada", title=title))
    header = f"Student,ID,SIS Login ID,{columns}\n"
    scores = "9," * columns.count(",") + "9\n"
    roster = roster_of(tmp_path, f"{header}A,1,ada,{scores}B,2,bob,{scores}")
    _, rows = gradebook(a_class, roster)
    kept = "9" if column in columns.split(",") else ""  # Canvas must not lose what is not ours
    assert [row[-1] for row in rows] == [column, "5", "3", kept]


def test_what_is_not_graded_has_no_score(a_class, tmp_path):
    a_class.store(record_of("ada", 0.0, graded=False, reason="Not graded: x."), record_of("grace"))
    _, rows = gradebook(a_class)
    assert [row[-1] for row in rows] == ["Tiny", "5", "", "3"]
    _, rows = gradebook(a_class, roster_of(tmp_path))
    assert [row[-1] for row in rows[2:]] == ["", "", "3"]
    assert exports.write_gradescope(a_class.folder, a_class.grades()) == 1


def test_older_records_without_that_word_are_understood(a_class):
    old = record_of("ada", 0.0, reason="Not graded: x.")
    del old["graded"]
    a_class.store(old)
    assert a_class.grades().graded == []


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "-1", " =1", "a\n=1"])
def test_no_cell_of_the_gradebook_is_a_formula(a_class, tmp_path, name):
    a_class.store(record_of(name, title=name), record_of("ada", title=name))
    for roster in (None, roster_of(tmp_path, ROSTER.replace("ada,A", f'"{name}","{name}"'))):
        for cell in (cell for row in gradebook(a_class, roster)[1] for cell in row):
            assert not files.is_formula(cell.lstrip("'")) or cell.startswith("'")
            assert "\n" not in cell.strip()


def look_up(a_class, place, email):
    """What Gradescope shows to a submitter."""
    archive = zipfile.ZipFile(a_class.folder / "gradescope.zip")
    archive.extractall(place / "source")
    (place / "results").mkdir(exist_ok=True)
    program = archive.read("run_autograder").decode().replace("/autograder", str(place))
    (place / "run.py").write_text(program, encoding="utf-8")
    users = json.dumps({"users": [{"email": email}]})
    (place / "submission_metadata.json").write_text(users, encoding="utf-8")
    runpy.run_path(str(place / "run.py"))
    return json.loads((place / "results" / "results.json").read_text(encoding="utf-8"))


def test_gradescope_shows_the_grade_of_who_handed_in(a_class, tmp_path):
    a_class.store(
        record_of("ada", 3.0),
        record_of("eve@uni.example", 1.0),
        record_of("Émilie", 2.0),
        record_of("bob", 2.5, aliases=["bob@uni.example"]),
    )
    assert exports.write_gradescope(a_class.folder, a_class.grades()) == 4
    archive = zipfile.ZipFile(a_class.folder / "gradescope.zip")
    assert archive.getinfo("run_autograder").external_attr >> 16 == 0o755
    for email, score in {
        "Ada@uni.example": 3,
        "EVE@uni.example": 1,
        "E\u0301milie@uni.example": 2,
        "bob@uni.example": 2.5,
        "bob@other.example": None,  # another person, since bob's address is known
        "eve@other.example": None,
        "x@y": None,
    }.items():
        results = look_up(a_class, tmp_path, email)
        assert results["score"] == (score or 0), email
        assert ("tests" in results) == (score is not None)
    results = exports.gradescope_results(a_class.grades().records[1])
    assert results["tests"][0]["max_score"] == 3 and results["tests"][0]["visibility"] == "visible"
    assert [test["name"] for test in results["tests"]] == ["Task 1", "Words"]


def test_two_grades_that_differ_in_capitals_are_not_mixed(a_class, tmp_path):
    a_class.store(record_of("ada", 3.0), record_of("Ada", 1.0))
    exports.write_gradescope(a_class.folder, a_class.grades())
    results = look_up(a_class, tmp_path, "ada@uni.example")
    assert results["score"] == 0 and "more than one grade" in results["output"]


def test_written_points_that_wait_are_no_points_yet(a_class):
    record = a_class.grades().records[0]
    assert [mark["points"] for mark in record["marks"]] == [3.0, None]
    assert [test["score"] for test in exports.gradescope_results(record)["tests"]] == [3.0, 0]


def test_grades_that_cannot_be_read_are_refused(a_class):
    path = a_class.folder / "grades" / "ada.json"
    for content in ("{", "{}", "3", "\ufeff"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(Refused, match=r"ada\.json cannot be read: remove it"):
            a_class.grades()
    for path in (a_class.folder / "grades").iterdir():
        path.unlink()
    with pytest.raises(Refused, match="has no grades"):
        a_class.grades()


def test_a_submission_of_the_last_run_without_a_grade_is_missing(a_class):
    files.store(a_class.folder / classroom.SUBMISSIONS, '["ada", "zoë"]')
    assert a_class.grades().missing == ["zoë"]


def test_html_is_what_was_written():
    assert unescape(feedback.text("a<b>&'\"\u200d")) == "a<b>&'\"\u200d"
