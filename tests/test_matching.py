"""Notebooks as editors and habits leave them: which cell is which, and what still counts."""

import json
import re

import nbformat
import pytest
from hostile import ALL, NAME, write_source
from solutions import solved

from coursework import notebook
from coursework.grader import grade
from coursework.sandbox import submission
from coursework.sandbox.jail import Limits, NoJail
from coursework.sandbox.process import try_jail
from coursework.sandbox.session import MOST_NOTES

pytestmark = pytest.mark.also_as_root
LIMITS, QUICK = Limits(), Limits(seconds_a_call=1.5)


@pytest.fixture(scope="module")
def sandbox():
    """Whether these tests run in a jail: what they are about does not depend on one."""
    try:
        try_jail()
    except NoJail:
        return False
    return True


@pytest.fixture
def graded(overlay, sandbox):
    """A function that grades a solved notebook after a change to it."""

    def graded(change, limits=LIMITS):
        content = solved(NAME, overlay=overlay)
        change(Cells(content))
        text = notebook.as_text(content).encode()
        return grade(notebook.read_assignment(NAME, overlay), text, "reference", limits, sandbox)

    return graded


class Cells:
    """The cells of a notebook, found by their grade_id or by their place."""

    def __init__(self, content):
        self.content, self.list = content, content.cells

    def __getitem__(self, grade_id):
        return self.list[self.place(grade_id)]

    def place(self, grade_id):
        ids = [cell.metadata.get("nbgrader", {}).get("grade_id", cell.id) for cell in self.list]
        return ids.index(grade_id)

    def add(self, source, after=None, kind="code"):
        new = getattr(nbformat.v4, f"new_{kind}_cell")(source, id=f"added-{len(self.list)}")
        self.list.insert(self.place(after) + 1 if after else len(self.list), new)

    def copy(self, grade_id, source, after=None):
        """A copy with its metadata, as editors make one."""
        new = nbformat.from_dict(self[grade_id] | {"source": source, "id": f"c{len(self.list)}"})
        self.list.insert(
            self.place(after or self.list[-1].id) + 1 if after else len(self.list), new
        )


def points(result):
    return {mark.grade_id: mark.points for mark in result.marks}


FACTOR = "def triple(x):\n    return FACTOR * x"
STUB = "def triple(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"


def helper(source):
    """A cell of the student's after the imports, with a helper that `triple` needs."""

    def change(cells):
        cells["triple"].source = FACTOR
        cells.add(source, after="setup")

    return change


# Each is right work: it keeps all points. The notes say what was done about it, if anything.
HABITS = {
    "a magic whose value is used": ("t = %timeit -o 1+1\nFACTOR = 3.0", "`%timeit`"),
    "the output of a command": ("files = !ls\nFACTOR = 3.0 + len(files)", "`!ls`"),
    "a package that is installed": ("!pip install torch\nFACTOR = 3.0", "`!pip install torch`"),
    "a pip magic": ("%pip install torch\nFACTOR = 3.0", "`%pip`"),
    "inline plots": ("%matplotlib inline\nFACTOR = 3.0", ""),
    "a timed cell": ("%%time\nFACTOR = 3.0", ""),
    "a timed statement": ("%time FACTOR = 3.0", ""),
    "a captured cell": ("%%capture output\nprint(1)\nFACTOR = 3.0", ""),
    "a question": ("FACTOR = 3.0\nFACTOR?\nlen??", "`FACTOR?`"),
    "await at the top level": ("import asyncio\nawait asyncio.sleep(0)\nFACTOR = 3.0", ""),
    "the future": ("from __future__ import annotations\nFACTOR: Unknown = 3.0", ""),
    "a file of its own": ("%%writefile factor.py\nFACTOR = 3.0", ""),
    "Colab's drive": (
        "from google.colab import drive\ndrive.mount('/content/drive')\nFACTOR = 3.0",
        "No module named 'google'",
    ),
    "Kaggle's data": (
        "import pandas as pd\ntable = pd.read_csv('/kaggle/input/a.csv')\nFACTOR = 3.0",
        "FileNotFoundError",
    ),
    "a package that is not here": ("import torch_geometric\nFACTOR = 3.0", "torch_geometric"),
    "a part of Colab that is optional": (
        "try:\n    import google.colab\n    FACTOR = 0\nexcept ImportError:\n    FACTOR = 3.0",
        "",
    ),
    "the shell itself": ("get_ipython().system('ls')\nFACTOR = 3.0", "`!ls`"),
    "a magic by its name": ("get_ipython().run_line_magic('cd', '/')\nFACTOR = 3.0", "`%cd`"),
    "a question to the user": ("name = input()\nFACTOR = 3.0", "EOFError"),
    "exit": ("FACTOR = 3.0\nexit()", "SystemExit"),
    "an error in the middle": ("1 / 0\nFACTOR = 3.0", "ZeroDivisionError"),
    "a demonstration without end": ("while True: pass\nFACTOR = 3.0", "line 1 was left out"),
    "a demonstration that ends the process": ("import os\nos.abort()\nFACTOR = 3.0", "line 2"),
    "too much memory": ("rows = bytearray(2**33)\nFACTOR = 3.0", "line 1 was left out"),
    "a display": ("from IPython.display import display\ndisplay(3)\nFACTOR = 3.0", ""),
    "a plot": ("import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\nFACTOR = 3.0", ""),
    "a bar": ("from tqdm.auto import tqdm\nfor _ in tqdm(range(2)): FACTOR = 3.0", ""),
}


@pytest.mark.parametrize("title", HABITS)
def test_a_habit_costs_no_point(title, graded):
    source, says = HABITS[title]
    change = helper(source)
    if title == "a file of its own":

        def change(cells):
            helper(source)(cells)
            cells.add("from factor import FACTOR", after=cells.list[3].id)

    result = graded(change, QUICK if "without end" in title else LIMITS)
    assert points(result) == ALL, (result.notes, result.marks)
    assert says in " ".join(result.notes) and bool(says) == bool(result.notes), result.notes


def test_a_bash_cell_is_left_out(graded):
    result = graded(lambda cells: cells.add("%%bash\nfor i in 1 2; do echo $i; done"))
    assert points(result) == ALL and "`%%bash`" in " ".join(result.notes)


def edit(grade_id, source):
    def change(cells):
        cells[grade_id].source = source

    return change


def everything(*changes):
    def change(cells):
        for one in changes:
            one(cells)

    return change


def as_markdown(cells):
    place = cells.place("triple")
    cells.add(cells["triple"].source, after="triple")
    text = nbformat.v4.new_markdown_cell("a", metadata=cells["triple"].metadata, id="text")
    cells.list[place] = text


def without_metadata(cells):
    for cell in cells.list:
        cell.metadata = {}


def in_reverse(cells):
    """The second task before the first."""
    first, second = cells.place("triple"), cells.place("square")
    part = cells.list[second : second + 2]
    del cells.list[second : second + 2]
    cells.list[first:first] = part


def delete(*grade_ids):
    def change(cells):
        for grade_id in grade_ids:
            del cells.list[cells.place(grade_id)]

    return change


CHECK = "from backprop.checks import agrees\nfound = triple(2.0)\n"
HALVES = ("def triple(x):\n    y = 3.0 * x\n", "    return y")

EDITS = {
    "a helper in a copy of a locked cell": (
        everything(
            edit("triple", FACTOR),
            lambda cells: cells.copy("setup", "import math\nFACTOR = 3.0", after="setup"),
        ),
        "locked cell that was changed",
    ),
    "an import in a locked cell": (
        everything(
            edit("setup", "import math\nimport numpy as np"),
            edit("triple", "def triple(x):\n    return float(np.float64(3) * x)"),
        ),
        "locked cell that was changed",
    ),
    "a locked cell without its import": (
        everything(
            edit("setup", "pass"),
            edit("triple", "def triple(x):\n    return math.prod([3.0, x])"),
        ),
        "the original was used",
    ),
    "a helper in a test cell": (
        everything(
            edit("triple", FACTOR),
            lambda cells: edit("check_triple", "FACTOR = 3.0\n" + cells["check_triple"].source)(
                cells
            ),
        ),
        "the original was used",
    ),
    "the solution in a copy of the test": (
        everything(
            edit("triple", "pass"),
            lambda cells: cells.copy("check_triple", FACTOR + "\nFACTOR = 3.0", after="triple"),
        ),
        "what you added to it was run",
    ),
    "a check that was made weaker": (edit("check_triple", CHECK), "the original was used"),
    "a copy of the stub at the end": (lambda cells: cells.copy("triple", STUB), "not run"),
    "a copy of the stub below the solution": (
        lambda cells: cells.copy("triple", STUB, after="triple"),
        "not run",
    ),
    "a copy of the stub above the solution": (
        lambda cells: cells.copy("triple", STUB, after="setup"),
        "not run",
    ),
    "halves of a function": (
        everything(
            edit("triple", HALVES[0]),
            lambda cells: cells.copy("triple", HALVES[1], after="triple"),
        ),
        "",
    ),
    "a solution that became text, and its copy": (as_markdown, "is no longer a code cell"),
    "no metadata": (without_metadata, ""),
    "the tasks in another order": (in_reverse, ""),
    "no locked cell": (
        everything(
            edit("triple", "import math\n" + "def triple(x): return 3.0 * x"), delete("setup")
        ),
        "",
    ),
    "no test": (delete("check_triple", "check_square"), ""),
    "a constant used again later": (
        everything(
            edit("triple", "FACTOR = 3.0\n" + FACTOR),
            edit("square", "FACTOR = 2\ndef square(x):\n    return x**FACTOR"),
        ),
        "",
    ),
    "a constant of a demonstration": (
        edit("square", "def square(x):\n    return x * x * 2 * HALF"),
        "",
    ),
    "a solution below its test": (
        everything(edit("triple", STUB), lambda cells: cells.add("def triple(x): return 3.0 * x")),
        "points are yours",
    ),
    "a mistake fixed below its test": (
        everything(
            edit("triple", "def triple(x): return 2 * x"),
            lambda cells: cells.add("def triple(x): return 3.0 * x"),
        ),
        "points are yours",
    ),
    "a helper that comes later": (
        everything(edit("triple", FACTOR), lambda cells: cells.add("FACTOR = 3.0")),
        "points are yours",
    ),
    "a name that a later cell spoils": (
        lambda cells: cells.add("triple = square = None\ndel print"),
        "NameError",
    ),
}


@pytest.mark.parametrize("title", EDITS)
def test_right_work_keeps_its_points_wherever_it_stands(title, graded):
    change, says = EDITS[title]
    result = graded(change)
    assert points(result) == ALL, (result.notes, result.marks)
    assert says in " ".join(result.notes) and bool(says) == bool(result.notes), result.notes


def test_a_demonstration_that_nobody_changed_and_nothing_needs_does_not_run(graded):
    """It calls `triple`, which ends the process here when it is called from there."""
    source = "import sys\ndef triple(x):\n    if x == 0.5: sys.exit(1)\n    return 3.0 * x"
    assert graded(edit("triple", source)).notes == []


def test_what_is_wrong_in_both_places_is_told_as_it_was_at_its_own(graded):
    both = everything(
        edit("triple", "def triple(x): return 2.0 * x"),
        lambda cells: cells.add("def triple(x): return 7.0 * x"),
    )
    result = graded(both)
    assert points(result) == ALL | {"check_triple": 0} and result.notes == []
    assert result.marks[0].message == "3 · 2 is 6; yours is 4.0"


def test_a_value_edited_in_a_locked_cell_is_restored_for_the_solutions(graded):
    change = everything(
        edit("setup", "import math\nmath = None"),
        edit("triple", "def triple(x): return math.prod([3.0, x])"),
    )
    assert points(graded(change)) == ALL


QUIET = {
    "other line ends": lambda cells: cells["setup"].update(source="import math\r\n"),
    "a comment in a locked cell": edit("setup", "#@title Imports\nimport math  "),
    "an empty line in a check": lambda cells: cells["check_square"].update(
        source="\n" + cells["check_square"].source + "   \n"
    ),
}


@pytest.mark.parametrize("title", QUIET)
def test_a_change_that_changes_nothing_needs_no_note(title, graded):
    result = graded(QUIET[title])
    assert points(result) == ALL and result.notes == []


def test_a_line_that_was_left_in_is_named_and_an_unwritten_task_is_not(graded):
    rest = "def triple(x): return 3.0 * x\nraise NotImplementedError()"
    result = graded(everything(edit("triple", rest), lambda cells: cells.add("square(2)")))
    assert points(result) == ALL
    [note] = result.notes
    assert note.endswith("the line `raise NotImplementedError()` is still in it.")
    assert graded(everything(edit("triple", STUB), edit("square", STUB))).notes == []


def test_what_is_wrong_and_stands_elsewhere_is_told(graded):
    change = everything(
        delete("triple", "check_triple"), lambda cells: cells.add("def triple(x): return 2.0 * x")
    )
    result = graded(change)
    assert result.marks[0].message == "3 · 2 is 6; yours is 4.0" and result.notes == []


def test_two_cells_for_one_task_are_told(graded):
    def twice(cells):
        cells.copy("triple", "def triple(x): return 3.0 * x", after="triple")

    result = graded(everything(edit("triple", "def triple(x): return 0"), twice))
    assert points(result) == ALL and "of both, the later counts" in result.notes[0]


def test_the_notebook_of_another_assignment_is_not_graded(overlay, sandbox):
    content = notebook.as_text(notebook.release("01_by_hand")).encode()
    result = grade(notebook.read_assignment(NAME, overlay), content, "ada", LIMITS, sandbox)
    assert not result.graded and "“Coursework 1: By hand”, and this one is “Tiny”" in result.reason


@pytest.mark.parametrize(
    ("typed", "read"),
    [("77123", "77123"), ("' Ada '", "Ada"), ("None", ""), ("'a' * 999", "a" * 100)],
)
def test_the_name_in_the_notebook_is_a_text_or_a_number(typed, read, sandbox):
    text = notebook.as_text(solved("01_by_hand", {"student": f"STUDENT = {typed}"})).encode()
    result = grade(notebook.read_assignment("01_by_hand"), text, "77123", LIMITS, sandbox)
    assert result.typed == read
    assert result.reason.startswith("Graded." if read in ("", "77123") else "The notebook says")


# What passes from one part of a submission to another


PASSES_ON = """
def triple(x):
    if x == 5.5:
        open('/tmp/seen', 'w').write('SECRET 5.5')
    return 3.0 * x
"""
SHOWS = """
def square(x):
    import os
    return open('/tmp/seen').read() if os.path.exists('/tmp/seen') else 1.0
"""


def test_numbers_of_a_hidden_test_are_not_shown_by_a_later_visible_one(overlay, sandbox, tmp_path):
    """Not even if one function leaves them for another."""
    path = tmp_path / NAME / f"{NAME}.ipynb"
    path.parent.mkdir()
    source = json.loads((overlay / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    for cell in source["cells"]:
        if "square(3.0)" in "".join(cell["source"]):
            cell["source"] = "found = square(3.0)\nassert found == 9.0, f'yours is {found}'"
    path.write_text(json.dumps(source), encoding="utf-8")
    content = solved(NAME, {"triple": PASSES_ON, "square": SHOWS}, tmp_path)
    content.cells.append(nbformat.v4.new_code_cell("raise ValueError(square(1))", id="added"))
    text = notebook.as_text(content).encode()
    result = grade(notebook.read_assignment(NAME, tmp_path), text, "reference", LIMITS, sandbox)
    assert points(result) == ALL | {"check_square": 0}
    assert result.marks[1].message == "yours is 1.0" and "SECRET" not in str(result)


@pytest.mark.parametrize("number", ["-1", "os.getppid()", "0"])
def test_a_function_that_ends_other_processes_costs_no_other_task(number, graded, sandbox):
    if not sandbox:
        pytest.skip("without a jail it would end the processes of this machine")
    source = f"import os\ndef triple(x):\n    os.kill({number}, 9)\n    return 0"
    assert points(graded(edit("triple", source))) == ALL | {"check_triple": 0}


def test_what_a_function_changes_is_not_seen_by_another_test(graded):
    change = everything(
        edit("triple", "calls = []\ndef triple(x):\n    calls.append(x)\n    return 3.0 * x"),
        edit("square", "def square(x):\n    return x**2 + len(calls)"),
    )
    assert points(graded(change)) == ALL


WORKER = "import sys\nWorker = sys.modules['__main__'].Student\nask = Worker.do_names\n"
TAKES_OVER = {
    "answers with names of the grader's": (
        "def lie(self, names):\n"
        "    helpers = dict.fromkeys(('agrees', 'found', 'print'), lambda *_, **__: True)\n"
        "    return {'value': ask(self, names)['value'] | helpers}\n"
        "Worker.do_names = lie"
    ),
    "answers with what is not a table": "Worker.do_names = lambda self, names: {'value': ['abc']}",
    "answers with an object": "Worker.do_names = lambda self, names: {'value': object()}",
    "answers with an error": "Worker.do_names = lambda self, names: 1 / 0",
    "answers with no list of errors": (
        "run = Worker.do_run\nWorker.do_run = lambda *a, **k: {'value': [5, object()]}"
    ),
    "leaves no copy": "import os\ndef fork(): raise OSError\nos.fork = fork",
    "leaves no room for a copy": (
        "import os, time\nfor _ in range(99):\n"
        "    try: child = os.fork()\n    except OSError: break\n"
        "    if not child: time.sleep(99)"
    ),
}


@pytest.mark.parametrize("title", TAKES_OVER)
def test_who_takes_over_the_worker_earns_nothing_by_it(title, graded, sandbox):
    if not sandbox and title == "leaves no room for a copy":
        pytest.skip("without a jail it would leave no room for anybody")
    change = everything(
        edit("triple", "def triple(x): return 0.0"),
        edit("square", "def square(x): return 0.0"),
        lambda cells: cells.add(WORKER + TAKES_OVER[title], after="setup"),
    )
    found = points(graded(change))
    assert found == {"check_triple": 0, "check_square": 0, "words": None}


LOSES_ITS_COPY = """
def lose(self, names):
    if not names:
        open("/tmp/flag", "w")
        os.kill(os.getpid(), 9)
    return ask(self, names)
Worker.do_names = lose
def triple(x):
    if x == 5.5: open("/tmp/seen", "w").write("SECRET 5.5")
    return 3.0 * x
def square(x):
    if os.path.exists("/tmp/flag"): raise ValueError(open("/tmp/seen").read())
    return x**2
"""


def test_no_text_is_shown_after_a_hidden_test_was_seen(graded):
    """The copy is lost between the two parts of a test, so the visible part runs once more."""
    change = everything(
        edit("triple", f"import os\n{WORKER}{LOSES_ITS_COPY}"), edit("square", "pass")
    )
    assert "SECRET" not in str(graded(change))


LENDS = {
    "expected": "### BEGIN HIDDEN TESTS\ndef right(x): return 3.0 * x\n### END HIDDEN TESTS",
    "check_square": "square.__globals__.update(triple=right)\nassert square(3.0) == 9.0",
}
KEEPS = """
import os
def triple(x):
    open("/tmp/asked", "a").write(f"{x}\\n")
    if x == 2: return 6.0
    return float(open(f"/tmp/{x}").read()) if os.path.exists(f"/tmp/{x}") else 0.0
"""
ASKS = """
def square(x):
    for line in open("/tmp/asked").read().split() if os.path.exists("/tmp/asked") else ():
        open(f"/tmp/{line}", "w").write(str(triple(float(line))))
    return x**2
"""


def lending(overlay, folder, sources):
    """The small assignment with other test cells, and a hidden cell `expected`."""
    path = folder / NAME / f"{NAME}.ipynb"
    path.parent.mkdir()
    source = json.loads((overlay / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    for cell in source["cells"]:
        data = cell["metadata"].get("nbgrader", {})
        cell["source"] = sources.get(data.get("grade_id"), cell["source"])
    expected = json.loads(json.dumps(source["cells"][3]))
    expected["metadata"]["nbgrader"] |= {"grade_id": "expected", "points": 0}
    source["cells"].insert(2, expected | {"source": sources["expected"], "id": "expected"})
    path.write_text(json.dumps(source), encoding="utf-8")
    return notebook.read_assignment(NAME, folder)


def test_a_right_function_that_is_lent_does_not_answer_an_earlier_test(overlay, sandbox, tmp_path):
    assignment = lending(overlay, tmp_path, LENDS)
    content = solved(NAME, {"triple": KEEPS, "square": ASKS}, tmp_path)
    text = notebook.as_text(content).encode()
    result = grade(assignment, text, "reference", LIMITS, sandbox)
    assert points(result) == ALL | {"check_triple": 0}


NEEDS = """\
def right(x): return 3.0 * x
bad = []
def needs():
    if not bad:
        bad.append(1)
        try: triple(1.0)
        except Exception: pass
    square.__globals__.update(triple=right)
"""


def test_a_function_without_end_costs_its_own_task_only(overlay, sandbox, tmp_path):
    """A later test, which tries it before it lends the right one, is run once more."""
    lends = {
        "expected": f"### BEGIN HIDDEN TESTS\n{NEEDS}### END HIDDEN TESTS",
        "check_square": "needs()\nassert square(3.0) == 9.0",
    }
    assignment = lending(overlay, tmp_path, lends)
    edits = {"triple": "def triple(x):\n    while True: pass"}
    edits["square"] = "def square(x): return triple(x) * x / 3"
    text = notebook.as_text(solved(NAME, edits, tmp_path)).encode()
    result = grade(assignment, text, "reference", QUICK, sandbox)
    assert points(result) == ALL | {"check_triple": 0}


# Written answers


def test_a_picture_is_part_of_an_answer(graded):
    def change(cells):
        cells["words"].source = "![photo](attachment:a.png) ![two](data:image/png;base64,aGk=)"
        cells["words"].attachments = {
            "a.png": {"image/png": "aGk="},
            "b.svg": {"image/svg+xml": "<svg/>"},
            "c.png": {"image/png": "?"},
        }

    mark = graded(change).marks[-1]
    assert mark.points is None and "(attachment:picture 2)" in mark.answer
    assert [(p["name"], p["data"]) for p in mark.pictures] == [
        ("a.png", "data:image/png;base64,aGk="),
        ("picture 2", "data:image/png;base64,aGk="),
    ]


def test_an_answer_in_place_of_its_cell_is_found(graded):
    def change(cells):
        del cells.list[cells.place("words")]
        cells.add("My three words.", kind="markdown")

    mark = graded(change).marks[-1]
    assert mark.points is None and mark.answer == "My three words."


@pytest.mark.parametrize("source", ["# My three words.", "'My three words.'"])
def test_an_answer_in_a_cell_of_code_is_found(source, graded):
    def change(cells):
        cells["words"].source = notebook.WRITTEN_STUB
        cells.add(source, after="words")

    mark = graded(change).marks[-1]
    assert mark.points is None and mark.answer == source


def test_an_answer_above_its_cell_is_found(graded):
    def change(cells):
        cells["words"].source = notebook.WRITTEN_STUB
        cells.add("My three words.", after="check_square", kind="markdown")

    assert graded(change).marks[-1].answer == "My three words."


@pytest.mark.parametrize(
    "source", ["![photo](IMG.jpg)", '<img src="IMG.jpg">', "![](attachment:b.svg)"]
)
def test_a_picture_that_cannot_be_shown_is_named(source, graded):
    def change(cells):
        cells["words"].source = source
        cells["words"].attachments = {"b.svg": {"image/svg+xml": "<svg/>"}}

    mark = graded(change).marks[-1]
    assert mark.pictures == [] and "[A picture, '" in mark.answer


def test_pictures_that_are_too_large_are_named(graded):
    def change(cells):
        cells["words"].attachments = {
            f"{number}.png": {"image/png": "A" * 2_000_000} for number in range(4)
        }

    mark = graded(change).marks[-1]
    assert len(mark.pictures) == 2 and mark.answer.count("too large") == 2


def test_no_answer_is_found_where_another_cell_stands_between(graded):
    def change(cells):
        del cells.list[cells.place("words")]
        cells.add("A heading of my own.", after="setup", kind="markdown")

    assert graded(change).marks[-1].points == 0


# What is too large, or not there


TOO_LARGE = {
    "cells": ([{}] * 1001, "1,001 cells"),
    "many parts": ([{}] * 5_000_000, "5,000,000 cells"),
    "text": ([{"cell_type": "code", "source": "#" * (2**20 + 1)}], "longer than a million"),
}


@pytest.mark.parametrize("kind", TOO_LARGE)
def test_what_is_too_large_has_a_reason(kind, overlay, sandbox):
    cells, says = TOO_LARGE[kind]
    content = json.dumps({"nbformat": 4, "cells": cells}).encode()
    assignment = notebook.read_assignment(NAME, overlay)
    result = grade(assignment, content, "reference", LIMITS, sandbox)
    assert not result.graded and re.search(says, result.reason), result.reason


def test_the_notes_are_not_without_end(graded):
    def change(cells):
        for number in range(60):
            cells.add(f"1 / 0 # {number}")

    result = graded(change)
    assert len(result.notes) == MOST_NOTES and points(result) == ALL


def test_pictures_of_a_cell_that_is_none_are_none():
    odd = {"cell_type": "markdown", "attachments": {"a": 3, "b": {"image/png": None}}}
    assert submission.read_cell(odd) == (None, "markdown", "", [])


def test_a_forbidden_module_is_not_there(overlay, sandbox, tmp_path):
    path = tmp_path / NAME / f"{NAME}.ipynb"
    path.parent.mkdir()
    source = json.loads((overlay / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    source["metadata"]["coursework"] = {"forbidden": ["backprop.network", "backprop.layers"]}
    path.write_text(json.dumps(source), encoding="utf-8")
    assignment = notebook.read_assignment(NAME, tmp_path)
    for module in ("backprop.network", "backprop.layers.dense"):
        cheat = "import sys\nsys.meta_path[:] = [f for f in sys.meta_path if type(f) is type]\n"
        for before in ("", cheat if sandbox else ""):
            edits = {
                "triple": f"{before}import {module} as m\nassert m.__all__\n{FACTOR}\nFACTOR=3.0"
            }
            text = notebook.as_text(solved(NAME, edits, tmp_path)).encode()
            result = grade(assignment, text, "reference", LIMITS, sandbox)
            assert points(result) == ALL and result.notes, result.notes
            if not before:
                assert "is not available in this assignment" in result.notes[0]
    uses = "from backprop.network import Network\ndef triple(x): return Network(x)"
    text = notebook.as_text(solved(NAME, {"triple": uses}, tmp_path)).encode()
    result = grade(assignment, text, "reference", LIMITS, sandbox)
    assert "backprop.network is not available in this assignment" in result.marks[0].message
    source["metadata"]["coursework"] = {"forbidden": ["../x"]}
    path.write_text(json.dumps(source), encoding="utf-8")
    with pytest.raises(notebook.BadSource, match="forbidden"):
        notebook.read_assignment(NAME, tmp_path)


def test_hidden_tests_are_whole_statements(tmp_path):
    write_source(tmp_path)
    path = tmp_path / NAME / f"{NAME}.ipynb"
    source = json.loads(path.read_text(encoding="utf-8"))
    hidden = "for x in (1, 2):\n    assert x\n    ### BEGIN HIDDEN TESTS\n    assert x\n"
    for cell in source["cells"]:
        if "square(3.0)" in "".join(cell["source"]):
            cell["source"] = hidden + "    ### END HIDDEN TESTS"
    path.write_text(json.dumps(source), encoding="utf-8")
    with pytest.raises(notebook.BadSource, match="whole statements"):
        notebook.read_assignment(NAME, tmp_path)
