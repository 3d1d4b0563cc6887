"""Read a table of samples from a CSV file: quickly, or with the place of the first fault.

The first line names the columns. Every other line is a sample: one column is its label, the name or
number of its class, and all others are finite numbers with a decimal point. Columns are separated
by commas, semicolons or tabs; fields may be in quotation marks; blanks around a field, and empty
lines, are ignored, so that 'a' and ' a' are one class. The text is in UTF-8, with or without a
byte-order mark, or in UTF-16 or UTF-32 with one. Ambiguous files are rejected: a header of numbers,
a missing label, a last column that may be a feature. Nothing is guessed, and no line is left out.

pandas reads the numbers, about ten times as fast as Python could, into an array that is allocated
once. It does not say where a fault is. So if it finds one, the file is read again, row by row, by
the rules of :mod:`backprop.loops`, which name the line and the column.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from backprop.loops import (
    check_classes,
    check_header,
    check_length,
    number_in,
    parse_number,
    rows_of,
)
from backprop.samples import Dataset

__all__ = ["read_features", "read_table"]

# pandas would convert a column of these to numbers, 1 and 0.
BOOLEANS = [
    "".join(letters) for word in ("true", "false") for letters in product(*zip(word, word.upper()))
]
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
BLOCK = 2**20  # bytes, or numbers, at a time
# Other programs' marks for a missing label. Give `class_names` if one of them is a class.
MISSING = {"", "?", "na", "n/a", "#n/a", "<na>", "nan", "null", "none"}
# A last column of whole numbers is taken for the label only if its name has one of these words.
LABEL_WORDS = {"class", "classes", "label", "labels", "target", "species", "variety", "category"}
LONGEST_LABEL = 1000  # characters
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark is a prefix of it
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
OTHER_FILES = {
    b"\x1f\x8b": "compressed with gzip; unpack it first",
    b"PK\x03\x04": "an Excel workbook or another zip archive; save the table as CSV in UTF-8",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the table as CSV in UTF-8",
    b"PAR1": "a Parquet file; save the table as CSV in UTF-8",
    b"\x89HDF": "an HDF5 file; save the table as CSV in UTF-8",
    b"\0\0": "an IDX file, if anything; IDX files come in pairs, arrays and labels",
}


def read_table(
    path: str | Path,
    *,
    label: str | None = None,
    class_names: Sequence[str] | None = None,
    feature_names: Sequence[str] | None = None,
    separator: str | None = None,
) -> Dataset:
    """The samples in a CSV file: X (samples, features) in float64, and labels.

    - `label` names the column of labels. Without it the last column is used, unless it may be a
      feature: if it holds numbers, its name must contain one of the words `LABEL_WORDS`.
    - `class_names` are the classes in the order of their labels. Without them, the classes are
      those in the file, in the order of their numbers or else of the alphabet, and at least two.
    - `feature_names` selects and orders the feature columns. Without it, all others are used.
    - `separator` is the character between columns; without it, a comma, a semicolon or a tab.

    Raises FileNotFoundError, and ValueError with file, line, column and remedy.
    """
    if class_names is not None:
        check_classes(class_names)
    layout = read_layout(path, separator)
    column = label_column(layout, label, class_names)
    features = feature_columns(layout, column, feature_names)
    X, labels, names = read_columns(layout, features, column, class_names)
    if class_names is None:
        class_names = ordered_classes(layout, column, names, labels, chosen=label is not None)
    place = {name: index for index, name in enumerate(class_names)}
    return Dataset(
        X,
        np.array([place[name] for name in names])[labels],
        feature_names=tuple(layout.header[index] for index in features),
        class_names=tuple(class_names),
    )


def read_features(
    path: str | Path, feature_names: Sequence[str], *, separator: str | None = None
) -> np.ndarray:
    """The columns `feature_names` of a CSV file, (samples, features) in float64, in that order.

    There may be other columns, such as labels; they are ignored. Raises the errors of `read_table`.
    """
    layout = read_layout(path, separator)
    features = feature_columns(layout, None, feature_names)
    return read_columns(layout, features, None, None)[0]


# The layout: encoding, separator and header


@dataclass(frozen=True)
class Layout:
    """The facts about a file that are known before its numbers are read.

    The file's `path`, its `encoding`, the `separator` between columns, and their names, the
    `header`. `place` says where the header is, for messages. `lines` counts the lines of the whole
    file, an upper bound on its samples. `quoted` says whether there are quotation marks.
    """

    path: Path
    encoding: str
    separator: str
    header: list[str]
    place: str
    lines: int
    quoted: bool

    def rows(self) -> Iterator[tuple[list[str], str]]:
        """The fields of each sample, and its place for messages."""
        with open_text(self.path, self.encoding) as file:
            yield from islice(rows_of(file, self.path, self.separator), 1, None)

    def index(self, name: str) -> int:
        """The column of that name."""
        if name not in self.header:
            shown = ", ".join(self.header[:10]) + (", …" if len(self.header) > 10 else "")
            raise ValueError(f"{self.place}: there is no column {name!r}; the columns are {shown}")
        return self.header.index(name)


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """The open file, with its line ends unchanged."""
    return path.open(newline="", encoding=encoding)


def read_layout(path: str | Path, separator: str | None) -> Layout:
    """The layout of the file at `path`. Raises ValueError if it is not a CSV file with a header."""
    path = Path(path)
    encoding = encoding_of(path)
    lines, quoted = survey(path, encoding)
    if separator is None:
        separator = find_separator(path, encoding)
    elif len(separator) != 1 or separator in '"\r\n' or separator.isalnum() or separator in ".+-":
        raise ValueError(f"separator is {separator!r}: give one character, such as ',' or ';'")
    rows = first_rows(path, encoding, separator)
    if len(rows) < 2:
        raise ValueError(f"{path} has no rows of data: expected a header and at least one row")
    header, place = [name.strip() for name in rows[0][0]], rows[0][1]
    check_header(header, place)
    return Layout(path, encoding, separator, header, place, lines, quoted)


def encoding_of(path: Path) -> str:
    """The encoding named by a byte-order mark, or else UTF-8.

    Raises FileNotFoundError, and ValueError if it is not a file, or a file of another kind.
    """
    if path.is_dir():
        raise ValueError(f"{path} is a folder: give the name of a CSV file")
    if not path.exists():
        raise FileNotFoundError(f"no data file at {path}: check the folder and the spelling")
    if not path.is_file():
        raise ValueError(
            f"{path} is a device, pipe or socket: write the table to a file, and give its name"
        )
    with path.open("rb") as file:
        start = file.read(4)
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return encoding
    for signature, kind in OTHER_FILES.items():
        if start.startswith(signature):
            raise ValueError(f"{path} is not a CSV file but {kind}")
    return "utf-8"


def survey(path: Path, encoding: str) -> tuple[int, bool]:
    """The number of lines, and whether there are quotation marks.

    Raises ValueError, with the line, if the file is not text.
    """
    lines, quoted = 1, False
    decoder = codecs.getincrementaldecoder(encoding)()
    line_ends = io.IncrementalNewlineDecoder(decoder, translate=True)
    with path.open("rb") as file:
        block = b"start"
        while block:
            block = file.read(BLOCK)
            try:
                text = line_ends.decode(block, final=not block)
            except UnicodeDecodeError as problem:
                before = problem.object[: problem.start].decode(encoding, errors="replace")
                line = lines + len(re.findall("\r\n?|\n", before))
                raise ValueError(
                    f"{path}, line {line}: byte {problem.object[problem.start]:#04x} is not "
                    f"{encoding.upper()}; the file may be in Windows-1252 or Latin-1: save it as "
                    f"CSV in UTF-8"
                ) from None
            if "\0" in text:
                line = lines + text.count("\n", 0, text.index("\0"))
                raise ValueError(
                    f"{path}, line {line}: a NUL character; the file is damaged, or not a text "
                    f"file: save it as CSV in UTF-8"
                )
            lines += text.count("\n")
            quoted |= '"' in text
    return lines, quoted


def first_rows(path: Path, encoding: str, separator: str) -> list[tuple[list[str], str]]:
    """The header and the first sample, if the file has them, each with its place."""
    with open_text(path, encoding) as file:
        return list(islice(rows_of(file, path, separator), 2))


def find_separator(path: Path, encoding: str) -> str:
    """The separator that gives the header several columns, and the first sample as many.

    Raises ValueError if there is none, or more than one.
    """
    possible, fitting, problems = [], [], []
    for separator in SEPARATORS:
        try:
            header, *others = [row for row, _ in first_rows(path, encoding, separator)] or [[]]
        except ValueError as problem:  # quotation marks that do not fit this separator
            problems.append(problem)
            continue
        if len(header) > 1:
            possible.append(separator)
            if all(len(other) == len(header) for other in others):
                fitting.append(separator)
    names = ", ".join(SEPARATORS.values())
    if len(fitting) > 1:
        raise ValueError(
            f"{path}, line 1: several of {names} could separate the columns; pass separator="
        )
    if not possible and problems:
        raise problems[0]
    if not possible and header:
        raise ValueError(
            f"{path}, line 1: there is one column, {header[0][:40]!r}; none of {names} separates "
            f"columns: pass separator= if another character does"
        )
    return (fitting or possible or [","])[0]


# The columns


def label_column(layout: Layout, label: str | None, class_names: Sequence[str] | None) -> int:
    """The column of the labels. Raises ValueError if that is not clear."""
    if label is not None:
        return layout.index(label)
    last = len(layout.header) - 1
    named = [name for name in layout.header if is_label_name(name)]
    if class_names is None and named and layout.header[last] not in named:
        raise ValueError(
            f"{layout.place}: the label may be in column {named[0]!r} or in the last one, "
            f"{layout.header[last]!r}; pass label= with the name of its column"
        )
    return last


def is_label_name(name: str) -> bool:
    """Whether the name of a column says that it holds labels, as 'class' or 'Species_name' does."""
    return not LABEL_WORDS.isdisjoint(re.split(r"[\W_]+", name.lower()))


def feature_columns(
    layout: Layout, label: int | None, feature_names: Sequence[str] | None
) -> list[int]:
    """The columns of the features, in order."""
    if feature_names is None:
        return [column for column in range(len(layout.header)) if column != label]
    check_classes(feature_names)
    columns = [layout.index(name) for name in feature_names]
    if not columns or label in columns:
        raise ValueError(
            f"feature_names is {list(feature_names)}: give at least one column, and not the label's"
        )
    return columns


def read_columns(
    layout: Layout, features: Sequence[int], label: int | None, class_names: Sequence[str] | None
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Features, labels in the order in which the classes first occur, and the classes' names."""
    columns = len(layout.header)
    # Each sample takes one line, and each column a separator or line end.
    most = min(layout.lines, layout.path.stat().st_size // columns + 1)
    X, labels = np.empty((most, len(features))), np.empty(most, int)
    classes: dict[str, int] = {}
    kinds = dict.fromkeys(range(columns), object) | dict.fromkeys(features, np.float64)
    not_numbers: dict[Any, list[str]] = dict.fromkeys(features, BOOLEANS)
    row = 0
    try:
        if layout.quoted:
            check_quotation_marks(layout)
        with open_text(layout.path, layout.encoding) as file:
            next(rows_of(file, layout.path, layout.separator))  # the header, however many lines
            for chunk in pd.read_csv(
                file,
                sep=layout.separator,
                header=None,
                names=range(columns),
                dtype=kinds,
                keep_default_na=False,
                na_values=not_numbers,
                skipinitialspace=True,
                chunksize=max(1, BLOCK // columns),
            ):
                end = row + len(chunk)
                for place, column in enumerate(features):
                    X[row:end, place] = chunk[column]
                if label is not None:
                    codes, texts = pd.factorize(chunk[label])
                    known = [classes.setdefault(text.strip(), len(classes)) for text in texts]
                    labels[row:end] = np.array(known)[codes]
                # Otherwise the first field of rows that are too long would become the index.
                if not isinstance(chunk.index, pd.RangeIndex) or not np.isfinite(X[row:end]).all():
                    raise ValueError("a row of another length, or a number that is not finite")
                row = end
        for text in classes:
            check_label(text, class_names, str(layout.path))
    except (ValueError, csv.Error) as problem:
        explain(layout, features, label, class_names)
        raise ValueError(
            f"{layout.path} cannot be read ({problem}): does a line hold only quotation marks?"
        ) from problem
    return X[:row], labels[:row], list(classes)


def check_quotation_marks(layout: Layout) -> None:
    """Raise csv.Error where text follows a closing mark: pandas would read '"4"1' as 41."""
    with open_text(layout.path, layout.encoding) as file:
        rows = csv.reader(file, delimiter=layout.separator, skipinitialspace=True, strict=True)
        deque(rows, maxlen=0)


def explain(
    layout: Layout, features: Sequence[int], label: int | None, class_names: Sequence[str] | None
) -> None:
    """Read row by row, and raise ValueError for the first fault, with its line and column."""
    names = layout.header
    for row, place in layout.rows():
        check_length(row, names, place)
        for column in features:
            parse_number(row[column], f"{place}, column {names[column]!r}")
        if label is not None:
            check_label(row[label].strip(), class_names, f"{place}, column {names[label]!r}")


# The labels


def check_label(text: str, class_names: Sequence[str] | None, place: str) -> None:
    """Raise ValueError for a missing, unknown or damaged label."""
    if class_names is not None:
        if text not in class_names:
            raise ValueError(
                f"{place}: unknown label {text[:40]!r}; the classes are {', '.join(class_names)}"
            )
    elif text.lower() in MISSING:
        raise ValueError(
            f"{place}: the label is missing ({text!r}); fill it in or delete the line, or pass "
            f"class_names= if it is the name of a class"
        )
    elif text.count('"') % 2 or "\n" in text or "\r" in text or len(text) > LONGEST_LABEL:
        raise ValueError(
            f"{place}: the label is {text[:40]!r}, {len(text)} characters; close every quotation "
            f"mark, and give classes short names"
        )


def ordered_classes(
    layout: Layout, column: int, names: Sequence[str], labels: np.ndarray, *, chosen: bool
) -> list[str]:
    """The classes in order. Raises ValueError if that column cannot be one of labels.

    `chosen` says whether the user named the column.
    """
    where = f"{layout.path}, column {layout.header[column]!r}"
    other = "if the label is in another column, pass label= with its name"
    alone = np.count_nonzero(np.bincount(labels) == 1)
    if len(names) < 2:
        raise ValueError(
            f"{where} has one class, {names[0]!r}: a classifier needs at least 2; {other}"
        )
    if len(labels) > 2 and alone > len(labels) / 2:
        raise ValueError(
            f"{where} has {len(names)} values in {len(labels)} rows, {alone} of them only once, so "
            f"they are not classes; {other}"
        )
    numbers = {name: number_in(name) for name in sorted(names)}
    if all(number is None for number in numbers.values()):
        return list(numbers)
    check_numbers(layout, column, numbers)
    if not chosen and not is_label_name(layout.header[column]):
        raise ValueError(
            f"{where} is the last one and holds numbers, so it may be a feature; pass label= with "
            f"the name of the label's column"
        )
    return sorted(numbers, key=lambda name: numbers[name] or 0)


def check_numbers(layout: Layout, column: int, numbers: Mapping[str, float | None]) -> None:
    """Raise ValueError unless all classes are different whole numbers, since some are numbers."""
    example = next(name for name, number in numbers.items() if number is not None)
    written: dict[float, str] = {}
    for name, number in numbers.items():
        if number is None:
            fault = f"the label {name!r} is not a number, but {example!r} is; name all classes"
        elif not math.isfinite(number) or number % 1:
            fault = f"the label {name!r} is not a whole number; number the classes, or name them"
        elif written.setdefault(number, name) != name:
            fault = (
                f"the labels {written[number]!r} and {name!r} are one number; write it in one way"
            )
        else:
            continue
        place = next(
            (place for row, place in layout.rows() if row[column].strip() == name),
            layout.path,
        )
        raise ValueError(f"{place}, column {layout.header[column]!r}: {fault}")
