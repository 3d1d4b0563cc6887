"""The grader against submissions that would fool, hang or break it."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hostile import ALL, BEFORE, INSTEAD, NAME, write_source
from solutions import solved

from backprop.diagnosis import Diagnosis
from backprop.mistakes import sections
from coursework import grader, notebook
from coursework.grader import advice, grade
from coursework.sandbox import jail, process
from coursework.sandbox.jail import Limits

ROOT = Path(__file__).resolve().parents[1]
QUICK = Limits(seconds_a_call=0.8, seconds=30, memory=2**28)
PATIENT = Limits(seconds_a_call=8, seconds=60, memory=2**28)  # for what ends, on a busy machine too

# Root gives up other rights in a jail.
pytestmark = [pytest.mark.also_as_root, pytest.mark.usefixtures("jailed")]


@pytest.fixture(scope="session")
def graded(overlay):
    """A function that grades a notebook, or bytes, as the small assignment."""
    assignment = notebook.read_assignment(NAME, overlay)

    def graded(content, limits=QUICK):
        if not isinstance(content, bytes):
            content = notebook.as_text(content).encode()
        return grade(assignment, content, "reference", limits)

    return graded


def limits_for(says):
    """Little time only for what is to be stopped."""
    return QUICK if re.match("did not finish|left out", says) else PATIENT


def with_cell_before(source, overlay):
    """The reference with one more cell after the imports."""
    content = solved(NAME, overlay=overlay)
    content.cells.insert(2, nbformat.v4.new_code_cell(source, id="added"))
    return content


def points(result):
    return {mark.grade_id: mark.points for mark in result.marks}


def nothing_is_left_running():
    """Whether all processes of jails that this process started end within two seconds."""
    for _ in range(40):
        commands = subprocess.run(
            ["ps", "-eo", "args"], capture_output=True, encoding="utf-8"
        ).stdout
        if "time.sleep(987)" not in commands:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("title", BEFORE)
def test_a_cell_that_breaks_out_costs_nothing_and_gains_nothing(title, graded, overlay):
    source, says = BEFORE[title]
    result = graded(with_cell_before(source, overlay), limits_for(says))
    assert points(result) == ALL, (result.notes, result.marks)
    assert result.reason == "Graded."
    assert re.search(says, " ".join(result.notes)) and bool(says) == bool(result.notes)
    assert nothing_is_left_running()


@pytest.mark.parametrize("title", INSTEAD)
def test_what_is_no_solution_loses_its_points_and_no_others(title, graded, overlay):
    source, says = INSTEAD[title]
    result = graded(solved(NAME, {"triple": source}, overlay), limits_for(says))
    assert points(result) == ALL | {"check_triple": 0}
    assert re.search(says, result.marks[0].message), result.marks[0]
    if "hidden number" in title:
        assert "SECRET" not in json.dumps(result.as_dict()) and "5.5" not in str(result)


def test_edited_test_cells_and_points_count_for_nothing(graded, overlay):
    content = notebook.release(NAME, overlay)
    for cell in content.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.metadata.nbgrader.points = 1000
            cell.source = "pass"
    result = graded(content)
    assert result.points == 0 and result.maximum == 6


def test_deleted_cells_are_there_all_the_same(graded, overlay):
    content = solved(NAME, overlay=overlay)
    content.cells = [
        cell for cell in content.cells if cell.metadata.get("nbgrader", {}).get("solution")
    ]
    assert points(graded(content)) == ALL


def test_a_notebook_without_its_metadata_is_still_graded(graded, overlay):
    content = solved(NAME, overlay=overlay)
    for cell in content.cells:
        cell.metadata = {}
    assert points(graded(content)) == ALL


def test_an_answer_in_several_cells_is_one_answer(graded, overlay):
    """A cell that was split, and cells that were added below it, up to one that was not."""
    content = solved(NAME, overlay=overlay)
    (words,) = (cell for cell in content.cells if "words" in cell.id)
    words.source = notebook.WRITTEN_STUB
    split = nbformat.from_dict(words | {"source": "one\n", "id": "split"})
    content.cells += [split, nbformat.v4.new_markdown_cell("two", id="added")]
    title = nbformat.from_dict(content.cells[0] | {"id": "title-again"})
    content.cells += [title, nbformat.v4.new_markdown_cell("three", id="later")]
    (mark,) = (mark for mark in graded(content).marks if mark.grade_id == "words")
    assert mark.points is None and mark.answer == "one\n\ntwo"
    split.source = "x" * 10**6
    assert len(graded(content).marks[-1].answer) < 32_767  # what a cell of a spreadsheet holds


BROKEN = {
    "empty": (b"", "not valid JSON"),
    "text": (b"forward = 3", "not valid JSON"),
    "half a notebook": (b'{"cells": [{"cell_type": "co', "valid JSON"),
    "zip": (b"PK\x03\x04rest", "zip archive"),
    "another encoding": ('{"cells": ["ä"]}'.encode("utf-16"), "UTF-8"),
    "other JSON": (b'[{"cells": []}]', "not a notebook"),
    "an old format": (b'{"nbformat": 3, "worksheets": []}', "not a notebook"),
    "deep JSON": (b"[" * 100_000, "not valid JSON"),
}


@pytest.mark.parametrize("title", BROKEN)
def test_what_is_no_notebook_gets_a_reason(title, graded):
    content, says = BROKEN[title]
    result = graded(content)
    assert result.points == 0 and result.maximum == 6
    assert result.reason.startswith("Not graded: ") and says in result.reason


def test_odd_cells_do_no_harm(graded, overlay):
    content = json.loads(notebook.as_text(solved(NAME, overlay=overlay)))
    content["cells"] += [None, 3, {}, {"cell_type": "code", "source": {"a": 1}, "metadata": []}]
    content["cells"] += [{"cell_type": "code", "source": "\ud800", "metadata": {"nbgrader": 1}}]
    result = graded(json.dumps(content).encode())
    assert points(result) == ALL and len(result.notes) == 1


def test_time_is_up_for_the_whole_submission(graded, overlay):
    content = solved(NAME, overlay=overlay)
    for number in range(9):
        content.cells.append(nbformat.v4.new_code_cell("while True: pass", id=f"added-{number}"))
    result = graded(content, Limits(seconds_a_call=0.4, seconds=1))
    assert result.points == 0 and "used up" in " ".join(result.notes)


def test_changes_in_place_come_back():
    """The rule for arguments, and for functions that a test passes in."""
    student = process.Process(process.Clock(Limits()))
    try:
        source = (
            "def change(rows, table, array):\n"
            "    rows[0]['a'] = 1; rows.append({'b': 2}); table['n'] = [3]; array += 1\n"
            "    return rows\n"
            "def call(function): return function(2.0) + 1\n"
            "class Layer:\n"
            "    def __init__(self, size): self.size = size\n"
            "    def double(self): self.size *= 2\n"
        )
        student.ask(do="run", source=source, name="cell")
        names = student.ask(do="names", names=["change", "call", "Layer"])["value"]
        inner, table, array = {"a": 0}, {}, np.zeros((2, 3))
        rows = [inner]
        returned = names["change"](rows, table=table, array=array)
        assert inner == {"a": 1} and rows == [inner, {"b": 2}] and returned == rows
        assert table == {"n": [3]} and (array == 1).all() and returned is not rows
        assert names["call"](lambda x: 10 * x) == 21
        layer = names["Layer"](4)
        layer.double()
        assert layer.size == 8
        with pytest.raises(TypeError, match="not plain data"):
            bool(layer)
    finally:
        student.close()


@pytest.mark.parametrize("sandbox", [True, False])
def test_code_in_the_jail_reads_and_writes_utf_8_whatever_the_locale(sandbox, monkeypatch):
    for name, value in {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}.items():
        monkeypatch.setenv(name, value)
    student = process.Process(process.Clock(Limits()), sandbox)
    try:
        student.ask(
            do="run", source="import locale\nfound = locale.getencoding().lower()", name="cell"
        )
        assert student.ask(do="names", names=["found"])["value"] == {"found": "utf-8"}
    finally:
        student.close()


def test_without_bubblewrap_it_says_what_is_open_and_refuses(tmp_path):
    environment = os.environ | {"PATH": str(tmp_path)}
    command = [sys.executable, "-m", "coursework", "grade", "01_by_hand", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 1 and "use the network" in done.stderr and "--unsafe" in done.stderr


def test_a_course_below_the_temporary_folder_has_its_python(monkeypatch):
    # The jail has a temporary folder of its own, which must not hide what lies in the real one.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        python = Path(folder) / "python"
        python.mkdir()
        (python / "inside").write_text("here", encoding="utf-8")
        monkeypatch.setattr(jail.sys, "prefix", str(python))
        command = [*jail.command(QUICK)[:-2], "/bin/cat", str(python / "inside")]
        assert subprocess.run(command, capture_output=True, encoding="utf-8").stdout == "here"


def test_an_answer_is_kept_to_its_longest(graded, overlay):
    content = solved(NAME, overlay=overlay)
    [words] = [
        cell
        for cell in content.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "words"
    ]
    words.source = "x" * 20_001
    [mark] = [mark for mark in graded(content).marks if mark.grade_id == "words"]
    assert mark.answer == "x" * 20_000


def test_a_cell_that_was_added_is_called_by_its_number(graded, overlay):
    content = with_cell_before("1 / 0", overlay)
    assert "Cell 3 (“1 / 0”), line 1: " in " ".join(graded(content).notes)


# The command that starts a jail


@pytest.fixture
def jail_of(monkeypatch):
    """The command for a user, with some other facts about the system."""

    def jail_of(user=1000, links=True, prefix="/opt/python"):
        monkeypatch.setattr(jail, "has_option", lambda *_: False)
        monkeypatch.setattr(jail.shutil, "which", lambda name: f"/usr/bin/{name}")
        monkeypatch.setattr(jail.os, "getuid", lambda: user)
        monkeypatch.setattr(jail.os.path, "islink", lambda name: links)
        monkeypatch.setattr(jail.os, "readlink", lambda name: f"usr{name}")
        monkeypatch.setattr(jail.sys, "prefix", prefix)
        return " ".join(jail.command(QUICK))

    return jail_of


def test_root_mounts_and_becomes_nobody_and_others_are_nobody_from_the_start(jail_of):
    for user, has, has_not in (
        (0, "setpriv", "--unshare-user"),
        (1000, "--unshare-user", "setpriv"),
    ):
        assert has in jail_of(user) and has_not not in jail_of(user)


def test_the_folders_of_the_system_are_links_or_mounted(jail_of):
    assert "--symlink usr/lib /lib" in jail_of(links=True)
    assert "--ro-bind-try /lib /lib" in jail_of(links=False)


def test_a_course_within_what_is_mounted_is_hidden(jail_of):
    hidden = f"--tmpfs {jail.COURSE}"
    assert hidden in jail_of(prefix=str(jail.COURSE.parent)) and hidden not in jail_of()


def test_every_section_to_read_again_has_its_heading():
    sections_to_read = {text for text in vars(sections).values() if "#" in str(text)}
    headings = {grader.heading_of(section) for section in sections_to_read if ".ipynb#" in section}
    assert len(headings) == len(sections_to_read) > 10 and "The update" in headings
    assert not headings & {section.partition("#")[2] for section in sections_to_read}


def test_a_diagnosis_names_the_section_to_read_again_if_there_is_one():
    section = "03_chain_rule_and_sigmoid.ipynb#bp4-the-weights"
    told = advice(Diagnosis(False, "why", form="transposed", section=section), hidden=False)
    assert told == "transposed: why Read again: chapter 3, “BP4: the weights”."
    assert advice(Diagnosis(False, "why", form="transposed"), hidden=False) == "transposed: why"


def test_what_is_not_written_yet_is_told_as_the_visible_check_says_it():
    content = notebook.as_text(notebook.release("01_by_hand")).encode()
    result = grade(notebook.read_assignment("01_by_hand"), content, "ada")
    said = {mark.grade_id: mark.message for mark in result.marks}
    assert said["check_forward_by_hand"].startswith("This is not written yet: still to compute: z1")


def test_two_cells_with_one_name_are_a_bad_source(tmp_path):
    write_source(tmp_path)
    path = tmp_path / NAME / f"{NAME}.ipynb"
    source = json.loads(path.read_text(encoding="utf-8"))
    [twice] = [cell for cell in source["cells"] if grade_id_of(cell) == "check_triple"]
    source["cells"].append(twice)
    path.write_text(json.dumps(source), encoding="utf-8")
    with pytest.raises(notebook.BadSource, match="two cells with grade_id 'check_triple'"):
        notebook.read_assignment(NAME, tmp_path)


def grade_id_of(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def test_every_folder_above_the_interpreter_is_made_for_the_jail():
    command = jail.command(Limits())
    made = {value for option, value in zip(command, command[1:]) if option == "--dir"}
    above = Path(sys.prefix).parents[:-1]
    if not sys.prefix.startswith("/usr/"):
        assert {str(parent) for parent in above} <= made


WRITES = """\
import os
def triple(x):
    for path in ("/made", "/dev/made", "/course/made", "/usr/made"):
        try:
            open(path, "w").close()
        except OSError:
            continue
        return path
    return 3 * x if os.getcwd() == "/tmp" else os.getcwd()
"""


def test_the_jail_starts_in_tmp_and_nothing_else_can_be_written(graded, overlay):
    content = solved(NAME, overlay=overlay)
    [solution] = [cell for cell in content.cells if cell.source.startswith("def triple")]
    solution.source = WRITES
    assert points(graded(content))["check_triple"] == 3
