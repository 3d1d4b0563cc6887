"""The house rules for notebooks. That their outputs come back is nbval's to check."""

import ast
import difflib
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = [*sorted((ROOT / "book").glob("*.ipynb")), ROOT / "tools" / "skeleton.ipynb"]
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LONGEST_SOLUTION = 30

# What differs from machine to machine: addresses, absolute paths, times, versions.
BANNED_OUTPUT = re.compile(
    r"\b0x[0-9a-f]{6,}|/home/|/root/|/tmp/|/usr/|[A-Z]:\\\\|\bms\b|\bµs\b|\bseconds\b|site-packages"
)
# MyST directives and roles, which JupyterLab shows as raw text.
DIRECTIVE = re.compile(r"^\s*(```|:::)\{|\{[a-z:-]+\}`", flags=re.MULTILINE)

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def tags(cell):
    return cell.metadata.get("tags", [])


def texts(output):
    """The text of an output, whatever its kind, without pictures."""
    if output.output_type == "stream":
        return output.text
    return "\n".join(
        "".join(text) for kind, text in output.get("data", {}).items() if kind.startswith("text/")
    )


def test_executed_once_from_top_to_bottom(path):
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert any(cell.outputs for cell in cells)
    notebook = read(path)
    assert notebook.metadata == {"kernelspec": KERNEL, "language_info": {"name": "python"}}


def test_outputs_hold_no_errors_and_nothing_of_this_machine(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", texts(output)
            found = BANNED_OUTPUT.findall(texts(output))
            assert not found or "nbval-ignore-output" in tags(cell), f"{found} in {cell.source}"


def test_every_picture_has_a_text_and_ends_with_show(path):
    for cell in code_cells(path):
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        pictures = {kind for kind in kinds if kind.startswith("image/")}
        text = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if pictures:
            assert pictures == {"image/svg+xml"}, f"not a figure of the package: {cell.source}"
            assert len(text) > 30, f"no alternative text: {cell.source}"
            assert cell.source.rstrip().endswith("plt.show()")
        else:
            assert not text, f"an alternative text without a picture: {cell.source}"


def test_cells_are_short_enough_to_read(path):
    for cell in code_cells(path):
        assert cell.source.count("\n") < LONGEST_SOLUTION, cell.source


def test_each_exercise_has_a_hidden_solution_that_checks_itself(path):
    cells = read(path).cells
    exercises = [
        index for index, cell in enumerate(cells) if re.match(r"### Exercise \d", cell.source)
    ]
    headings = sum(len(re.findall(r"^### Exercise \d", cell.source, re.M)) for cell in cells)
    assert len(exercises) == headings, "an exercise does not begin a cell of its own"
    assert len(exercises) >= 3, f"a chapter has at least three exercises, and this has {headings}"
    for index in exercises:
        # Its answers and its reasoning in words are between the two: tests/test_chapters.py.
        after = [cell for cell in cells[index + 1 : index + 6] if "answer" not in tags(cell)]
        solution = after[1]
        assert solution.cell_type == "code" and "hide-cell" in tags(solution)
        hidden = solution.metadata.get("jupyter", {})
        assert hidden == {"source_hidden": True, "outputs_hidden": True}
        assert "assert " in solution.source, f"nothing checked: {solution.source}"


def test_shape_of_a_chapter(path):
    text = "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    headings = re.findall(r"^(#+) (.+)$", text, flags=re.MULTILINE)
    assert [level for level, _ in headings].count("#") == 1 and headings[0][0] == "#"
    second = [title for level, title in headings if level == "##"]
    assert second[-3:] == ["Summary", "Exercises", "Sources"]
    for opening in ("**You will do**", "**You will learn**", "**You need**"):
        assert opening in text


def test_reads_as_well_in_jupyterlab(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            assert not DIRECTIVE.search(cell.source), cell.source


def bare(node):
    """The code of a function or class without docstrings and annotations."""
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef | ast.ClassDef):
            if ast.get_docstring(part) is not None:
                part.body = part.body[1:] or [ast.Pass()]
            if isinstance(part, ast.FunctionDef):
                part.returns = None
        elif isinstance(part, ast.arg):
            part.annotation = None
    return ast.unparse(WithoutAnnotations().visit(node))


class WithoutAnnotations(ast.NodeTransformer):
    """Turns `name: type = value` into `name = value`."""

    def visit_AnnAssign(self, node):
        return ast.Assign([node.target], node.value, lineno=node.lineno) if node.value else None


def definitions(source):
    nodes = ast.parse(source).body
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def package_versions():
    """Each name that the package defines, with its code in every module that defines it.

    A method is named after its class, as in `Dense.forward`. What makes questions is not taught.
    """
    versions = {}
    modules = [*(ROOT / "src" / "backprop").rglob("*.py")]
    for module in [path for path in modules if "practice" not in path.parts]:
        for node in definitions(module.read_text(encoding="utf-8")):
            for name, code in methods(node) if isinstance(node, ast.ClassDef) else ():
                versions.setdefault(name, []).append(code)
            versions.setdefault(node.name, []).append(bare(node))
    return versions


def methods(node):
    """The methods of a class, each with its code."""
    functions = [part for part in node.body if isinstance(part, ast.FunctionDef)]
    return [(f"{node.name}.{function.name}", bare(function)) for function in functions]


def taught(cell):
    """What a cell defines: names with their code. Of an excerpt of a class, its methods."""
    source = re.sub(r"^[%!].*$", "", cell.source, flags=re.MULTILINE)
    for node in definitions(source):
        if "excerpt" in tags(cell):
            yield from methods(node)
        else:
            yield node.name, bare(node)


def test_a_taught_function_is_the_packages_own(path):
    versions = package_versions()
    for cell in code_cells(path):
        if "own-version" in tags(cell):
            continue
        for name, code in taught(cell):
            assert "excerpt" not in tags(cell) or name in versions, f"{name} is not the package's"
            if name in versions and code not in versions[name]:
                difference = difflib.unified_diff(
                    versions[name][0].splitlines(), code.splitlines(), "package", "cell"
                )
                pytest.fail("\n".join(difference))
