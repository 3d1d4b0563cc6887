"""Files for people and other programs: written whole, and tables that any spreadsheet reads.

A cell that begins like a formula gets an apostrophe in front, so that a spreadsheet shows it and
does not compute it. `unguarded` takes exactly that apostrophe away again.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from backprop.files import write_whole

# Control characters, those that change the direction of writing, and halves of characters. Tabs and
# line ends are kept: an answer has them.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)
FORMULA = "=+-@"
REMOVED = "removed"  # the folder of grades whose submission is gone
PICTURES = "pictures"  # the folder of the pictures in answers


class Refused(Exception):
    """A command that cannot be carried out; says why and what to do."""


def store(path: Path, content: str | bytes) -> None:
    """Write a file completely or not at all, and create its folder if necessary.

    Raises Refused, with the reason, if that does not work.
    """
    if isinstance(content, str):
        content = content.encode("utf-8", errors="backslashreplace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        why = f"cannot write {path}: {error.strerror}" if error.strerror else str(error)
        raise Refused(f"{why}; the files that were complete are kept") from None


# Texts


def printable(text: str) -> str:
    """A text with a mark in place of each character that a page or a terminal must not get."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", re.sub("\r\n?", "\n", text))


def one_line(text: str, most: int = 300) -> str:
    """A text for one line of a terminal."""
    line = " ".join(printable(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might compute a cell with this text; also after the guards of another.

    Some read full-width forms, and skip white space before the sign.
    """
    if text.startswith(("\t", "\n", "\r")):
        return True
    visible = re.sub(r"^[\s'\u200b-\u200d\u2060\ufeff]+", "", text)
    return unicodedata.normalize("NFKC", visible[:1]).startswith(tuple(FORMULA))


def guarded(text: str) -> str:
    """A text as a cell that a spreadsheet shows as it is."""
    text = printable(text)
    return f"'{text}" if is_formula(text) else text


def unguarded(text: str) -> str:
    """The text in a cell made by `guarded`."""
    return text[1:] if text.startswith("'") and is_formula(text[1:]) else text


# Tables


@dataclass(frozen=True)
class Table:
    """A CSV file: its columns, its rows, and for each row its number in a spreadsheet."""

    columns: list[str]
    rows: list[dict[str, str]]
    numbers: list[int]
    delimiter: str = ","


def read_table(path: Path) -> Table:
    """A CSV file as spreadsheets write it: with commas, semicolons or tabs, UTF-8 or UTF-16.

    Raises Refused for a file that cannot be read in this way.
    """
    try:
        return parse_table(path.read_bytes())
    except (OSError, UnicodeError, csv.Error, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Refused(f"{path} cannot be read as a table: {why}. Save it as CSV in UTF-8") from None


def parse_table(content: bytes) -> Table:
    """The table in a CSV file. Raises UnicodeError, csv.Error or ValueError if there is none."""
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = content.decode("utf-16" if utf_16 else "utf-8").lstrip("\ufeff")
    if "\0" in text:
        raise ValueError("it is not a text file")
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns = [cell.strip() for cell in next(reader, [])]
    rows, numbers = [], []
    for number, cells in enumerate(reader, 2):
        if any(cells[len(columns) :]):
            raise ValueError(f"row {number} has more cells than the first row")
        if any(cells):
            rows.append(dict(zip(columns, cells + [""] * len(columns))))
            numbers.append(number)
    return Table(columns, rows, numbers, delimiter)


def table_text(columns: Iterable[str], rows: list[dict], delimiter: str = ",") -> str:
    """Rows as the text of a CSV file. Numbers stay numbers, and no text is a formula."""
    columns = list(columns)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(map(guarded, columns))
    for row in rows:
        cells = (row.get(column, "") for column in columns)
        writer.writerow(guarded(cell) if isinstance(cell, str) else cell for cell in cells)
    return text.getvalue()
