"""What a chapter promises its reader: short lines, captions, solutions that need nothing else."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = [*sorted((ROOT / "book").glob("*.ipynb")), ROOT / "tools" / "skeleton.ipynb"]
LONGEST_LINE, LONGEST_CELL, LONGEST_PLOT = 84, 17, 6
MOST_WORDS = 3500
CAPTION = re.compile(r"^\*\*(Figure|Table) (\d+b?)\.(\d+)\.\*\* \S", flags=re.MULTILINE)
FOLDED_CODE = {"code_prompt_show": "Code", "code_prompt_hide": "Code"}
SOLUTION = re.compile(
    r"<details>\n<summary>Solution in words</summary>\n\n.+\n\n</details>", flags=re.DOTALL
)

EXERCISE = re.compile(
    r"### Exercise (?P<number>\d+): [^\n]+\n\n"
    r"\*\d+ minutes, (pencil|code|open|pencil and code)\*\n\n"
    r".+\n\n<details>\n<summary>Hint 1: where to look</summary>\n\n.+\n\n</details>"
    r"\n\n<details>\n<summary>Hint 2: which equation</summary>\n\n.+\n\n</details>",
    flags=re.DOTALL,
)

# A reader has tried things in cells of their own: every variable now has another value. Modules,
# functions, with or without a cache, and classes stay, but not those with names of one or two
# letters.
READER = """\
import types as _types
for _name, _value in list(globals().items()):
    _kept = (_types.ModuleType,) if len(_name) < 3 else (_types.ModuleType, _types.FunctionType,
        _types.BuiltinFunctionType, type)
    if _name[0] != "_" and _name not in get_ipython().user_ns_hidden \
            and not isinstance(_value, _kept) and not hasattr(_value, "cache_clear"):
        globals()[_name] = "what a reader has put here"
"""

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path):
    return nbformat.read(path, as_version=4).cells


def tags(cell):
    return cell.metadata.get("tags", [])


def is_solution(cell):
    return "hide-cell" in tags(cell)


def chapter_number(path):
    """Without leading zeros; the skeleton has 0, and a page that continues a chapter has a b."""
    return path.stem.split("_")[0].lstrip("0") if path.stem[0].isdigit() else "0"


def words(markdown):
    """How many words of prose there are, without formulas, tables, code and addresses."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\]\([^)]*\)|<[^>]*>", " ", markdown, flags=re.S)
    text = re.sub(r"^\s*\|.*$", "", text, flags=re.MULTILINE)
    return len(re.findall(r"[^\W\d_][\w’'-]*", text))


def test_code_fits_the_page(path):
    for cell in cells(path):
        if cell.cell_type == "code":
            for line in cell.source.split("\n"):
                assert len(line) <= LONGEST_LINE, line


def test_what_is_not_folded_is_short(path):
    for cell in cells(path):
        if cell.cell_type == "code" and not {"hide-cell", "hide-input"} & {*tags(cell)}:
            is_plot = cell.source.rstrip().endswith("plt.show()")
            limit = LONGEST_PLOT if is_plot else LONGEST_CELL
            assert cell.source.count("\n") < limit, cell.source


def test_folded_code_says_what_it_is(path):
    """The book's own label of a folded cell is "Solution"."""
    for cell in cells(path):
        if "hide-input" in tags(cell):
            assert FOLDED_CODE.items() <= cell.metadata.get("mystnb", {}).items(), cell.source
            assert cell.metadata.get("jupyter") == {"source_hidden": True}, cell.source


def test_figures_and_tables_have_numbered_captions(path):
    found = cells(path)
    for cell, following in zip(found, [*found[1:], None]):
        kinds = {kind for output in cell.get("outputs", []) for kind in output.get("data", {})}
        for kind, word in (("image/png", "Figure"), ("text/html", "Table")):
            if kind in kinds and not is_solution(cell):
                caption = CAPTION.match(following.source)
                assert caption and caption[1] == word, f"no caption after: {cell.source}"
    text = "\n\n".join(cell.source for cell in found if cell.cell_type == "markdown")
    for word in ("Figure", "Table"):
        numbers = [(n, int(k)) for kind, n, k in CAPTION.findall(text) if kind == word]
        assert numbers == [(chapter_number(path), k + 1) for k in range(len(numbers))]


def test_a_chapter_can_be_read_in_one_sitting(path):
    """What is folded is not counted: hints, solutions and the options of questions."""
    text = "\n\n".join(cell.source for cell in cells(path) if cell.cell_type == "markdown")
    assert words(re.sub(r"^<details.*?^</details>", "", text, flags=re.DOTALL | re.M)) <= MOST_WORDS


def test_a_solution_is_words_and_then_code(path):
    found = cells(path)
    for index, cell in enumerate(found):
        if is_solution(cell):
            assert SOLUTION.fullmatch(found[index - 1].source), found[index - 1].source
            before = index - 2
            while "answer" in tags(found[before]):
                before -= 1
            assert re.match(r"### Exercise \d", found[before].source), found[before].source
            reasoning = re.search(r"^\s*#.*\n\s*#", cell.source, flags=re.MULTILINE)
            assert not reasoning, f"put the reasoning into the words: {cell.source}"


def test_an_exercise_guides_and_checks(path):
    """Its minutes and kind, two hints, and cells for answers, each with its own check."""
    found = cells(path)
    number = path.stem.split("_")[0].lstrip("0") if path.stem[0].isdigit() else "2"
    for index, cell in enumerate(found):
        if cell.cell_type == "markdown" and cell.source.startswith("### Exercise"):
            exercise = EXERCISE.fullmatch(cell.source)
            assert exercise, cell.source
            answers = found[index + 1 : index + 4]
            checks = [
                re.findall(r'^check\("([^"]+)", .+\)$', answer.source, flags=re.MULTILINE)
                for answer in answers
                if "answer" in tags(answer)
            ]
            assert checks and all(len(names) == 1 for names in checks), cell.source
            for (name,) in checks:
                assert name.rstrip("abc") == f"{number}.{exercise['number']}", name
        if "answer" in tags(cell):
            assert not cell.outputs, "without an answer a check says nothing"


def test_solutions_need_no_variable_of_the_chapter(path):
    notebook = nbformat.read(path, as_version=4)
    found = []
    for cell in notebook.cells:
        if is_solution(cell):
            found.append(nbformat.v4.new_code_cell(READER))
        found.append(cell)
    notebook.cells = found
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    ).execute()
