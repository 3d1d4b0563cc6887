"""What a student handed in: the cells of a notebook, read from the bytes of a file.

The file may be anything, and a notebook of 20 MB can take a hundred times as much memory once it is
parsed. So this runs in the student's process, before any of the student's code, and only what
grading needs leaves it. Standard library only.
"""

from __future__ import annotations

import base64
import binascii
import json
import re

MOST_CELLS = 1000
LONGEST_SOURCE = 2**20  # characters, of all cells together
LARGEST_PICTURES = 3 * 2**20  # bytes, of all cells together
MOST_PICTURES = 50
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
SHOWN = re.compile(r"!\[[^\]]*\]\(([^)\n]+)\)|<img[^>]*\bsrc=[\"']?([^\"'>\s]+)")
IN_TEXT = re.compile(r"data:(image/\w+);base64,([A-Za-z0-9+/=\s]+)")


class BadSubmission(Exception):
    """A submitted file that is not a notebook; says why."""


def read_cells(content: bytes) -> list[tuple[str | None, str, str, list]]:
    """The cells of a notebook: for each its grade_id, cell type, source and pictures.

    A cell that the student added has no grade_id. A picture is a tuple of its name, its type and
    its bytes; one inside the text is replaced by its name. A picture that is not in the notebook,
    or of a kind that browsers do not show, has neither type nor bytes. Raises BadSubmission, with
    the reason.
    """
    if content.startswith(b"PK\x03\x04"):
        raise BadSubmission(
            "the file is a zip archive, not a notebook: hand in the .ipynb file inside it"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadSubmission("the file is not text in UTF-8, as notebooks are") from None
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise BadSubmission("the file is not a notebook: its text is not valid JSON") from None
    except MemoryError:
        raise BadSubmission("the file has too many parts to be read") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or notebook.get("nbformat") != 4:
        raise BadSubmission("the file is JSON, but not a notebook of format 4")
    if len(cells) > MOST_CELLS:
        raise BadSubmission(
            f"the notebook has {len(cells):,} cells: at most {MOST_CELLS:,} are read"
        )
    read = [read_cell(cell) for cell in cells if isinstance(cell, dict)]
    if sum(len(source) for _, _, source, _ in read) > LONGEST_SOURCE:
        raise BadSubmission(
            "the code and the text of the notebook are longer than a million letters"
        )
    return without_large_pictures(read)


def without_large_pictures(cells: list) -> list:
    """The cells with as many of their pictures as are allowed; the others are named only."""
    number = size = 0
    allowed = []
    for *cell, pictures in cells:
        kept = []
        for name, kind, data in pictures:
            number, size = number + 1, size + len(data)
            fits = number <= MOST_PICTURES and size <= LARGEST_PICTURES
            kept.append((name, kind, data) if fits else (name, "", b""))
        allowed.append((*cell, kept))
    return allowed


def read_cell(cell: dict) -> tuple[str | None, str, str, list]:
    """The parts of a cell that grading needs; whatever is not as it should be is empty."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    grade_id: object = cell
    for key in ("metadata", "nbgrader", "grade_id"):
        grade_id = grade_id.get(key) if isinstance(grade_id, dict) else None
    source, pictures = with_pictures(source if isinstance(source, str) else "", cell)
    grade_id = grade_id if isinstance(grade_id, str) else None
    return grade_id, str(cell.get("cell_type")), source, pictures


def with_pictures(source: str, cell: dict) -> tuple[str, list[tuple[str, str, bytes]]]:
    """A cell's text without the data of its pictures, and these, attached ones first."""
    pictures: dict[str, tuple[str, bytes]] = {}

    def add(name: str, kind: object, data: object) -> None:
        try:
            if kind in PICTURES and isinstance(data, str) and data:
                content = base64.b64decode("".join(data.split()), validate=True)
                pictures[name] = (str(kind), content)
        except (binascii.Error, ValueError):
            pass  # not a picture

    def named(found: re.Match) -> str:
        name = f"picture {len(pictures) + 1}"
        add(name, found[1], found[2])
        return f"attachment:{name}"

    attachments = cell.get("attachments")
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        for kind, data in kinds.items() if isinstance(kinds, dict) else ():
            add(name, kind, data)
    if cell.get("cell_type") == "markdown":
        source = IN_TEXT.sub(named, source)
        for found in SHOWN.finditer(source):
            name = (found[1] or found[2]).removeprefix("attachment:")
            if name not in pictures and not name.startswith(("http://", "https://")):
                pictures[name] = ("", b"")
    return source, [(name, *picture) for name, picture in pictures.items()]
