"""Write the questions of the chapters into their cells.

    python tools/questions.py                      all chapters
    python tools/questions.py book/07_iris.ipynb   one chapter

A Markdown cell whose metadata has `question`, such as "slope_of_w5" in chapter 2, gets the text of
`backprop.practice.chapters.chapter_02.slope_of_w5`. Questions about measured results read the files
in `book/experiments`.
"""

import sys
from importlib import import_module
from pathlib import Path

import nbformat

from backprop.files import write_whole
from backprop.practice.page import to_markdown

ROOT = Path(__file__).resolve().parents[1]


def make_question(path: Path, name: str):
    """The question of this name in a chapter."""
    module = import_module(f"backprop.practice.chapters.chapter_{path.stem.split('_')[0]}")
    return getattr(module, name)()


def write_questions(path: Path, notebook: nbformat.NotebookNode) -> None:
    """Write the questions of a chapter into its notebook."""
    for cell in notebook.cells:
        name = cell.metadata.get("question")
        if name:
            number = path.stem.split("_")[0]
            cell.source = to_markdown(make_question(path, name), f"{number}.{name}")


def main() -> None:
    """Write the questions of the notebooks named on the command line, or of all."""
    for path in [Path(name) for name in sys.argv[1:]] or sorted((ROOT / "book").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        write_questions(path, notebook)
        write_whole(path, (nbformat.writes(notebook) + "\n").encode("utf-8"))


if __name__ == "__main__":
    main()
