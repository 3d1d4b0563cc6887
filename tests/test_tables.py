"""The reader of tables: each file is read correctly, or rejected with line, column and remedy."""

import codecs
import os
import re
import socket
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop import loops, tables
from backprop.datasets import DATA_FOLDER, load_wheat_seeds
from backprop.tables import read_features, read_table

GOOD = b"x,y,c\n1,2,a\n3,4,b\n5,6,a\n"
X, CLASSES, LABELS = [[1, 2], [3, 4], [5, 6]], ("a", "b"), [0, 1, 0]


def bytes_of(text):
    return text if isinstance(text, bytes) else text.encode()


@pytest.fixture
def table(tmp_path):
    """Writes a file of that content, and returns its path."""

    def write(content):
        path = tmp_path / "some.csv"
        path.write_bytes(bytes_of(content))
        return path

    return write


# Files that are read, and all of them as GOOD is.

ALIKE = {
    "commas": GOOD,
    "semicolons": GOOD.replace(b",", b";"),
    "tabs": GOOD.replace(b",", b"\t"),
    "Windows line ends": GOOD.replace(b"\n", b"\r\n"),
    "old Mac line ends": GOOD.replace(b"\n", b"\r"),
    "mixed line ends": b"x,y,c\r\n1,2,a\n3,4,b\r5,6,a\r\n",
    "no end of the last line": GOOD.rstrip(),
    "byte-order mark": codecs.BOM_UTF8 + GOOD,
    "UTF-16, little endian": codecs.BOM_UTF16_LE + GOOD.decode().encode("utf-16-le"),
    "UTF-16, big endian": codecs.BOM_UTF16_BE + GOOD.decode().encode("utf-16-be"),
    "UTF-32": GOOD.decode().encode("utf-32"),
    "UTF-16 with tabs, as Excel": GOOD.decode().replace(",", "\t").encode("utf-16"),
    "all in quotes": b'"x","y","c"\n"1","2","a"\n"3","4","b"\n"5","6","a"\n',
    "quotes and semicolons": b'"x";"y";"c"\n1;2;"a"\n3;4;"b"\n5;6;a\n',
    "quotes and tabs": b'"x"\t"y"\t"c"\n1\t2\t"a"\n3\t4\t"b"\n5\t6\ta\n',
    "a byte-order mark and quotes": codecs.BOM_UTF8 + b'"x",y,c\n1,2,a\n3,4,b\n5,6,a\n',
    "blanks around fields": b" x , y,c \n 1,2 , a\n3 , 4,b \n5,6,\ta\n",
    "blanks before quotes": b'x, y, "c"\n1, 2, "a"\n3, 4, "b"\n5, 6, "a"\n',
    "blanks in quotes": b'x,y,c\n"1 ",2," a"\n3,4,"b "\n5,6,a\n',
    "hard spaces around labels": "x,y,c\n1,2,\u00a0a\n3,4,b\u3000\n5,6,a\n",
    "empty lines": b"\n\nx,y,c\n\n1,2,a\n   \n3,4,b\n5,6,a\n\n\n",
    "other ways to write a number": b"x,y,c\n1.0,+2.,a\n3e0,.4e1,b\n0.5E1,0006,a\n",
}


@pytest.mark.parametrize("content", ALIKE.values(), ids=ALIKE.keys())
def test_well_formed_files_are_read(table, content):
    data = read_table(table(content))
    assert data.X.tolist() == X and data.X.dtype == np.float64
    assert data.class_names == CLASSES and data.labels.tolist() == LABELS
    assert data.feature_names == ("x", "y") and np.issubdtype(data.labels.dtype, np.integer)


READ = {
    "quoted separators": (b'"x,1",y\n1,"a, b"\n2,"c; d"\n', {}, ["a, b", "c; d"], ["x,1"]),
    "doubled quotes": (b'"5"" pipe",c\n1,"say ""a"""\n2,b\n', {}, ["b", 'say "a"'], ['5" pipe']),
    "umlauts": ("größe,c\n1,süß\n2,ärmel\n", {}, ["süß", "ärmel"], ["größe"]),
    "a line break in a name": (b'"x\n(cm)",c\n1,a\n2,b\n', {}, ["a", "b"], ["x\n(cm)"]),
    "a label in front": (b"c,x\na,1\nb,2\n", {"label": "c"}, ["a", "b"], ["x"]),
    "numbers in front": (b"c,x,y\n0,1,2\n1,3,4\n0,5,4\n", {"label": "c"}, ["0", "1"], ["x", "y"]),
    "a label between": (b"x,c,y\n1,a,2\n3,b,4\n", {"label": "c"}, ["a", "b"], ["x", "y"]),
    "another separator": (b"x|c\n1|a\n2|b\n", {"separator": "|"}, ["a", "b"], ["x"]),
    "padded labels": (b"x,y,c\n1,2,a\n3,4,b\n5,6, a\n7,8,b\n", {}, ["a", "b"], ["x", "y"]),
    "a comma in a name": (b"x, mm;y, mm;c\n1;2;a\n3;4;b\n", {}, ["a", "b"], ["x, mm", "y, mm"]),
    "numbered classes": (b"x,class\n1,10\n2,9\n3,10\n", {}, ["9", "10"], ["x"]),
    "negative classes": (b"x,Target class\n1,1\n2,-1\n3,1\n", {}, ["-1", "1"], ["x"]),
    "classes from pandas": (b"x,label\n1,0.0\n2,1.0\n3,1.0\n", {}, ["0.0", "1.0"], ["x"]),
    "classes with zeros": (b"x,label\n1,05\n2,07\n3,05\n", {}, ["05", "07"], ["x"]),
    "Arabic digits": ("x,c\n1,٣\n2,٤\n3,٣\n", {}, ["٣", "٤"], ["x"]),
    "one_thousand": (b"x,c\n1,1_000\n2,2_000\n3,1_000\n", {}, ["1_000", "2_000"], ["x"]),
    "signs": (b"x,c\n1,+\n2,-\n3,+\n", {}, ["+", "-"], ["x"]),
    "classes given": (b"x,c\n1,NA\n2,b\n", {"class_names": ["b", "NA"]}, ["b", "NA"], ["x"]),
    "one given": (b"x,c\n1,a\n2,a\n", {"class_names": ["a", "b"]}, ["a", "b"], ["x"]),
    "numbers given": (b"x,c\n1,7\n2,5\n", {"class_names": ["7", "5"]}, ["7", "5"], ["x"]),
    "a column selected": (b"x,y,c\n1,no,a\n2,,b\n", {"feature_names": ["x"]}, ["a", "b"], ["x"]),
    "columns in order": (
        b"x,y,c\n1,2,a\n3,4,b\n",
        {"feature_names": ["y", "x"]},
        ["a", "b"],
        ["y", "x"],
    ),
    "a long label": (b"x,c\n1," + b"a" * 1000 + b"\n2,b\n", {}, ["a" * 1000, "b"], ["x"]),
}


@pytest.mark.parametrize(
    ("content", "options", "classes", "features"), READ.values(), ids=READ.keys()
)
def test_other_files_are_read(table, content, options, classes, features):
    data = read_table(table(content), **options)
    assert data.class_names == tuple(classes) and data.feature_names == tuple(features)
    assert data.X.shape == (len(data.labels), len(features)) and np.isfinite(data.X).all()


def test_more_empty_lines_than_rows_could_stand_in_the_file(table):
    samples = read_table(table(b"x,y,z,c\n" + b"\n" * 300 + b"1,2,3,a\n4,5,6,b\n"))
    assert samples.X.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_the_columns_selected_are_those_read(table):
    path = table(b"x,y,c\n1,2,a\n3,4,b\n")
    assert read_table(path, feature_names=["y", "x"]).X.tolist() == [[2, 1], [4, 3]]
    assert read_table(table(b"c,x,y\na,1,2\nb,3,4\n"), label="c").X.tolist() == [[1, 2], [3, 4]]
    assert read_features(path, ["y"]).tolist() == [[2], [4]]
    assert read_features(table(b"y,id\n2,\n4,\n"), ["y"]).tolist() == [[2], [4]]


# Files that are rejected, with what their message must say.

HEAD = b"x,y,c\n1,2,a\n3,4,b\n"
NUMBER = r"line 4, column 'y': .* is not a number; write one such as -1.5"
LABEL = r"line 4, column 'c': the label is missing \(.*\); fill it in or delete the line"
LONG = b"1" * 200_000

REJECTED = {
    # a missing header
    "no header": (
        b"1,2,a\n3,4,b\n5,6,a\n",
        "line 1: column 1 has the name '1', .*add a first line",
    ),
    "no header, semicolons": (
        b"1.5;2;a\n3;4;b\n",
        "line 1: column 1 .* header is probably missing",
    ),
    "no header, one missing": (b"?,2,a\n3,4,b\n", "line 1: column 2 .* header is probably missing"),
    "no header, label first": (b"a,1,2\nb,3,4\n", "line 1: column 2 .* header is probably missing"),
    "no header, quoted": (b'"1","2","a"\n"3","4","b"\n', "line 1: column 1 .* probably missing"),
    "no header, not finite": (b"nan,2,a\n3,4,b\n", "line 1: column 1 .* probably missing"),
    "no header, byte-order mark": (
        codecs.BOM_UTF8 + b"1,2,a\n3,4,b\n",
        "header is probably missing",
    ),
    "no header after an empty line": (b"\n1,2,a\n3,4,b\n", "line 2: column 1 .* probably missing"),
    # a header that is wrong
    "row numbers": (b",x,c\n0,1,a\n1,2,b\n", "line 1: column 1 has no name; .*counts the rows"),
    "a blank name": (b"x, ,c\n0,1,a\n1,2,b\n", "line 1: column 2 has no name"),
    "a name twice": (b"x,y,x,c\n1,2,3,a\n1,2,3,b\n", "line 1: columns 1 and 3 are both named 'x'"),
    "a name twice, padded": (
        b"x, x,c\n1,2,a\n1,2,b\n",
        "columns 1 and 2 are both named 'x'; rename",
    ),
    "an end too many": (b"x,y,c,\n1,2,a,\n3,4,b,\n", "line 1: column 4 has no name"),
    "one column": (b"x\n1\n2\n", "line 1: there is one column, 'x'; none of comma, .*separator="),
    "another separator": (b"x|y|c\n1|2|a\n", "line 1: there is one column, .*separator="),
    "two separators": (b"x;y,c\n1;2,a\n", "line 1: several of comma, .* pass separator="),
    # nothing to read
    "empty": (b"", "has no rows of data"),
    "a mark alone": (codecs.BOM_UTF8, "has no rows of data"),
    "blank": (b"\n  \n\r\n", "has no rows of data"),
    "a header alone": (b"x,y,c\n", "has no rows of data: expected a header and at least one row"),
    "a header and blank lines": (b"x,y,c\n\n \n", "has no rows of data"),
    # lines of another length
    "a short line": (HEAD + b"5,a\n", "line 4: 2 fields where the header has 3; check separators"),
    "a line without label": (HEAD + b"5,6\n", "line 4: 2 fields where the header has 3"),
    "a long line": (HEAD + b"5,6,7,a\n", "line 4: 4 fields where the header has 3"),
    "all lines long": (b"x,y,c\n1,2,3,a\n4,5,6,b\n", "line 2: 4 fields where the header has 3"),
    "all lines long, a number last": (b"x,y,class\n1,2,0,7\n4,5,1,7\n", "line 2: 4 fields"),
    "all lines short": (b"x,y,z,c\n1,2,a\n4,5,b\n", "line 2: 3 fields where the header has 4"),
    "a separator at the end": (HEAD + b"5,6,a,\n", "line 4: 4 fields where the header has 3"),
    "a comment": (HEAD + b"# the rest is from 2024\n", "line 4: 1 fields where the header has 3"),
    "another separator in a line": (HEAD + b"5;6;a\n", "line 4: 1 fields where"),
    "after empty lines": (HEAD + b"\n\n5,6\n", "line 6: 2 fields"),
    "after Mac line ends": (HEAD.replace(b"\n", b"\r") + b"5,6\r", "line 4: 2 fields"),
    # numbers
    "a text": (HEAD + b"5,six,a\n", NUMBER),
    "an empty field": (HEAD + b"5,,a\n", NUMBER),
    "an empty line of commas": (HEAD + b",,\n", "line 4, column 'x': '' is not a number"),
    "NA": (HEAD + b"5,NA,a\n", NUMBER),
    "a decimal comma": (b"x;y;c\n1;2;a\n3;4;b\n5;6,5;a\n", NUMBER),
    "decimal commas": (
        b"x;y;c\n1,5;2,5;a\n3,5;4,5;b\n",
        "line 2, column 'x': '1,5' is not a number",
    ),
    "a quoted decimal comma": (HEAD + b'5,"6,5",a\n', NUMBER),
    "thousands": (HEAD + b'5,"6,000",a\n', NUMBER),
    "a date": (HEAD + b"5,2024-01-02,a\n", NUMBER),
    "an underscore": (HEAD + b"5,1_000,a\n", NUMBER),
    "hexadecimal": (HEAD + b"5,0x10,a\n", NUMBER),
    "Arabic digits in a number": (HEAD + "5,٣,a\n".encode(), NUMBER),
    "a minus of typographers": (HEAD + "5,−6,a\n".encode(), NUMBER),
    "true": (HEAD + b"5,True,a\n", NUMBER),
    **{
        f"a column of {word}": (
            f"x,y,c\n1,{word},a\n3,{word},b\n",
            "line 2, column 'y': .* is not a",
        )
        for word in ("True", "TRUE", "false", "tRUE", "0x1", "1_0")
    },
    "a column of truth": (b"x,y,c\n1,True,a\n3,False,b\n", "line 2, column 'y': 'True' is not"),
    "a complex number": (HEAD + b"5,6j,a\n", NUMBER),
    "a unit": (HEAD + b"5,6 cm,a\n", NUMBER),
    "two minuses": (HEAD + b"5,--6,a\n", NUMBER),
    "a long text": (HEAD + b"5," + b"x" * 100_000 + b",a\n", NUMBER),
    "nan": (
        HEAD + b"5,nan,a\n",
        "line 4, column 'y': nan is not finite; correct or delete",
    ),
    "inf": (HEAD + b"5,-inf,a\n", "line 4, column 'y': -inf is not finite"),
    "infinity": (HEAD + b"5,Infinity,a\n", "line 4, column 'y': Infinity is not finite"),
    "too large": (HEAD + b"5,1e400,a\n", "line 4, column 'y': 1e400 is not finite"),
    # labels
    **{
        f"a missing label, {text!r}": (HEAD + f"5,6,{text}\n".encode(), LABEL)
        for text in ("", " ", "\t", "NA", "N/A", "#N/A", "nan", "NaN", "null", "NULL", "None", "?")
    },
    "a missing label at first": (
        b"x,y,c\n1,2,\n3,4,b\n5,6,a\n7,8,a\n",
        r"line 2, column 'c': the label is missing \(''\); fill it in or delete the line",
    ),
    "a missing label in quotes": (HEAD + b'5,6,""\n', LABEL),
    "a missing label, given classes": (
        HEAD + b"5,6,\n",
        "line 4.*unknown label ''",
        {"class_names": ["a", "b"]},
    ),
    "a missing label in front": (
        b"c,x\na,1\n,2\nb,3\n",
        "line 3, column 'c': the label is missing",
        {"label": "c"},
    ),
    "an unknown label": (
        HEAD + b"5,6,d\n",
        "line 4, column 'c': unknown label 'd'; the classes are a, b",
        {"class_names": ["a", "b"]},
    ),
    "an integer feature last": (
        b"c,x,y\n0,1,2\n1,3,4\n0,5,4\n",
        "column 'y' is the last one and holds numbers, so it may be a feature; pass label=",
    ),
    "an integer feature last, names first": (b"c,x,y\na,1,2\nb,3,4\na,5,4\n", "line 2, column 'c'"),
    "a class that is not last": (
        b"class,x,unit\n0,1,cm\n1,3,mm\n0,5,mm\n",
        "line 1: the label may be in column 'class' or in the last one, 'unit'; pass label=",
    ),
    "a measurement last": (b"x,y\n1,0.1\n2,0.2\n3,0.3\n", "'y' has 3 values in 3 rows, 3 of them"),
    "a named measurement last": (
        b"x,target\n1,0.5\n2,0.2\n3,0.5\n4,0.2\n",
        "line 3, column 'target': the label '0.2' is not a whole number",
    ),
    "names of samples last": (b"x,name\n1,ann\n2,bob\n3,cid\n", "has 3 values in 3 rows"),
    "a label as long as a text": (
        HEAD + b"5,6," + b"a" * 1001 + b"\n",
        "line 4, column 'c'.* 1001",
    ),
    "one class": (
        b"x,c\n1,a\n2,a\n",
        "column 'c' has one class, 'a': a classifier needs at least 2",
    ),
    "one class, padded": (b"x,c\n1,a\n2, a\n", "column 'c' has one class, 'a'"),
    "two minuses in a label": (
        b"x,c\n1,--5\n2,3\n3,3\n",
        "line 2, column 'c': the label '--5' is not a number, but '3' is",
    ),
    "a name among numbers": (
        b"x,class\n1,1\n2,1\n3,b\n4,b\n",
        "line 4, column 'class': the label 'b'",
    ),
    "digits of two kinds": ("x,class\n1,3\n2,3\n3,٣\n".encode(), "line 4, column 'class': .*'٣'"),
    "one number, two ways": (
        b"x,class\n1,5\n2,05\n3,5\n",
        "line 2, column 'class': the labels '05' and '5' are one number; write it in one way",
    ),
    "an integer and a float": (
        b"x,class\n1,1\n2,1.0\n3,2\n4,1\n",
        "the labels '1' and '1.0' are one",
    ),
    "an infinite label": (b"x,class\n1,inf\n2,1\n3,1\n4,inf\n", "the label 'inf' is not a whole"),
    # quotation marks
    "an open quote at the end": (HEAD + b'5,6,"a\n', "line 4: .*close every quotation mark"),
    "an open quote": (b'x,y,c\n1,2,"a\n3,4,b\n5,6,a\n', "line 2: .*close every quotation mark"),
    "an open quote in a number": (
        HEAD + b'"5,6,a\n7,8,b\n',
        "line 4: .*close every quotation mark",
    ),
    "quotes opened in two lines": (
        b'x,y,c\n1,2,"a\n3,4,b\n5,6,"a"\n',
        "line 2: .*close every quotation mark",
    ),
    "a quote opened and closed later": (
        b'x,y,c\n1,2,"a\n3,4,b"\n5,6,a\n5,6,b\n',
        r"line 2 to 3 \(is a quotation mark not closed\?\), column 'c'",
    ),
    "a quote without beginning": (HEAD + b'5,6,a"\n', "line 4, column 'c': the label is 'a\"'"),
    "a digit after a quote": (HEAD + b'5,"4"1,a\n', "line 4: ',' expected after '\"'"),
    "a letter after a quote": (
        HEAD + b'5,6,"a"b\n',
        "line 4: .*close every .*at the end of its field",
    ),
    "a letter after an empty quote": (HEAD + b'5,6,""a\n', "line 4: .*close every quotation mark"),
    "a blank after a quote": (HEAD + b'5,6,"a" \n', "line 4: .*close every quotation mark"),
    "an open quote in the header": (
        b'"x,y,c\n1,2,a\n3,4,b\n',
        "line 1: .*close every quotation mark",
    ),
    "an open quote before much": (
        b'x,y,c\n1,2,"a\n' + b"3,4,b\n" * 50_000,
        "line 2: .*close every quotation mark",
    ),
    "a very long field": (
        HEAD + b"5,6,a\n" + b"7,8," + LONG + b"x\n",
        "line 5",
    ),
    # encodings
    "Latin-1": (
        "x,größe,c\n1,2,a\n3,4,b\n".encode("latin-1"),
        "line 1: byte 0xf6 is not UTF-8; .*Windows-1252 or Latin-1: save it as CSV in UTF-8",
    ),
    "Windows-1252 in a label": (
        HEAD + "5,6,5€\n".encode("cp1252"),
        "line 4: byte 0x80 is not UTF-8",
    ),
    "after Mac ends": (
        HEAD.replace(b"\n", b"\r") + b"5,6,\xe4\r",
        "line 4: byte 0xe4 is not UTF-8",
    ),
    "after Windows ends": (HEAD.replace(b"\n", b"\r\n") + b"5,6,\xe4\r\n", "line 4: byte 0xe4"),
    "Latin-1 after a mark": (codecs.BOM_UTF8 + HEAD + b"5,6,\xe4\n", "line 4: byte 0xe4"),
    "Latin-1 far down": (HEAD * 1 + b"5,6,a\n" * 300_000 + b"\xe4,6,a\n", "line 300004: byte 0xe4"),
    "half a character at the end": (HEAD + "5,6,ä".encode()[:-1], "line 4: byte 0xc3 is not UTF-8"),
    "UTF-16 without mark": (HEAD.decode().encode("utf-16-le"), "line 1: a NUL character"),
    "UTF-16 cut off": (HEAD.decode().encode("utf-16")[:-1], "line 4|line 3"),
    "NUL in a label": (HEAD + b"5,6,a\0b\n", "line 4: a NUL character; .*save it as CSV in UTF-8"),
    "NUL in a number": (HEAD + b"5,6\0,a\n", "line 4: a NUL character"),
    "NUL in the header": (b"x\0,y,c\n1,2,a\n3,4,b\n", "line 1: a NUL character"),
    "NULs at the end": (HEAD + bytes(600), "line 4: a NUL character"),
    "NUL in UTF-16": ((HEAD + b"5,6,a\0\n").decode().encode("utf-16"), "line 4: a NUL character"),
    # other files
    "gzip": (b"\x1f\x8b\x08\x00\xff\xfe", "is not a CSV file but compressed with gzip; unpack it"),
    "Excel": (
        b"PK\x03\x04\x14\x00",
        "is not a CSV file but an Excel workbook.*save the table as CSV",
    ),
    "IDX": (b"\0\0\x08\x01\0\0\0\x01\x05", "IDX files come in pairs, arrays and labels"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", "byte 0x89 is not UTF-8"),
}


@pytest.mark.parametrize("case", REJECTED.values(), ids=REJECTED.keys())
def test_other_files_are_rejected_with_line_and_remedy(table, case):
    content, message, options = (*case, {})[:3]
    with pytest.raises(ValueError, match=message) as refused:
        read_table(table(content), **options)
    text = str(refused.value)
    assert text.startswith(str(table(content))) and type(refused.value) is ValueError
    assert len(text) < 500


def test_a_line_of_quotation_marks_alone_is_rejected(table):
    """Only pandas notices it: to Python it is an empty line, which does not matter."""
    path = table(HEAD + b'""\n5,6,a\n')
    with pytest.raises(ValueError, match="cannot be read .*does a line hold only quotation marks"):
        read_table(path)


OPTIONS = {
    "no such label": ({"label": "d"}, "line 1: there is no column 'd'; the columns are x, y, c"),
    "no such feature": ({"feature_names": ["x", "z"]}, "line 1: there is no column 'z'"),
    "the label as a feature": ({"feature_names": ["x", "c"]}, "give at least one column, and not"),
    "no feature": ({"feature_names": []}, "give at least one column"),
    "a feature twice": ({"feature_names": ["x", "x"]}, "give the name of each .*once"),
    "a class twice": ({"class_names": ["a", "b", "a"]}, "give the name of each class once"),
    "no list of classes": ({"class_names": "ab"}, "give the name of each class once"),
    "two characters": ({"separator": ", "}, "separator is ', ': give one character"),
    "no character": ({"separator": ""}, "separator is '': give one character"),
    "a quote": ({"separator": '"'}, "give one character"),
    "a digit": ({"separator": "1"}, "give one character"),
    "another separator": ({"separator": ";"}, "line 1: one column, 'x,y,c'; .*separator right?"),
}


@pytest.mark.parametrize(("options", "message"), OPTIONS.values(), ids=OPTIONS.keys())
def test_options_that_do_not_fit_are_rejected(table, options, message):
    with pytest.raises(ValueError, match=message):
        read_table(table(GOOD), **options)


@pytest.mark.skipif(os.name == "nt", reason="no such files on Windows")
def test_what_is_not_a_file_is_rejected_and_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
        for name in ("pipe", "socket", "/dev/zero"):
            with pytest.raises(ValueError, match=f"{name} is a device, pipe or socket: write the"):
                read_table(name)
    with pytest.raises(ValueError, match="is a folder: give the name of a CSV file"):
        read_table(tmp_path)
    with pytest.raises(FileNotFoundError, match="no data file at nothing.csv: check the folder"):
        read_table("nothing.csv")


# Large files, in several pieces


def test_a_table_in_several_pieces_is_read_as_in_one(table, monkeypatch):
    draw = np.random.default_rng(1)
    expected, codes = draw.normal(size=(1000, 3)), draw.integers(4, size=1000)
    lines = [
        ",".join([*map(repr, map(float, row)), "abcd"[code]]) for row, code in zip(expected, codes)
    ]
    path = table("x,y,z,c\n" + "\n".join(lines))
    whole = read_table(path)
    monkeypatch.setattr(
        tables, "BLOCK", 28
    )  # seven rows of four columns; bytes when lines are counted
    pieces = read_table(path)
    for data in (whole, pieces):
        np.testing.assert_array_equal(data.X, expected)  # to the last digit, as Python reads them
        np.testing.assert_array_equal(data.labels, codes)


@pytest.mark.parametrize("fault", [b"5,6,7,a", b"5,six,a", b"5,6", b"5,6,", b"5,nan,a", b'5,6,"a'])
@pytest.mark.parametrize("line", [2, 3, 4, 5, 6, 90])
def test_a_fault_in_any_piece_is_found(table, monkeypatch, fault, line):
    monkeypatch.setattr(tables, "BLOCK", 6)  # two rows of three columns
    lines = [b"x,y,c", *[b"1,2,a", b"3,4,b"] * 45]
    lines[line - 1] = fault
    with pytest.raises(ValueError, match=f"line {line}"):
        read_table(table(b"\n".join(lines)))


def test_numbers_are_read_to_the_last_digit(table):
    draw = np.random.default_rng(2)
    numbers = draw.integers(2**64, size=20_000, dtype=np.uint64).view(np.float64)
    texts = [repr(float(number)) for number in numbers[np.isfinite(numbers)]]
    texts += ["".join(map(str, draw.integers(10, size=n))) + f"e{n - 40}" for n in range(1, 60)]
    data = read_table(
        table("x,c\n" + "".join(f"{text},{'ab'[i % 2]}\n" for i, text in enumerate(texts)))
    )
    np.testing.assert_array_equal(data.X[:, 0], [float(text) for text in texts])


MEASURE = """
import resource, sys
import backprop.tables
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
data = backprop.tables.read_table(sys.argv[1])
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) * 1024 / data.X.nbytes, data.X.shape)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory in other units")
@pytest.mark.parametrize("ends", [b"\n", b"\r\n\r\n"])
def test_reading_takes_at_most_twice_the_memory_of_the_result(tmp_path, ends):
    path = tmp_path / "large.csv"
    line = b",".join([b"0.123456"] * 20)
    head = b",".join(b"x%d" % column for column in range(20)) + b",c" + ends
    path.write_bytes(head + (line + b",a" + ends + line + b",b" + ends) * 150_000)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, path],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    ratio, shape = done.stdout.split(maxsplit=1)
    assert shape == "(300000, 20)\n" and float(ratio) < 2


# The reader of chapter 5, in pure Python, holds to the same rules.

COMMAS = {
    name: content
    for name, content in ALIKE.items()
    if not re.search("semicolon|tab|UTF-16|UTF-32", name)
}
SHOWN_ONLY_BY_THE_FILE = re.compile(  # what does not matter where the classes are given
    "last|class|one|two minuses|number|digits|label|samples|separator|semicolon|decimal commas"
)


def in_pure_python(path, classes=CLASSES):
    examples = loops.load_csv(path, classes)
    return [features for features, _ in examples], [label for _, label in examples]


@pytest.mark.parametrize("content", COMMAS.values(), ids=COMMAS.keys())
def test_pure_python_reads_the_same(table, content):
    assert in_pure_python(table(content)) == (X, LABELS)


FAULTY = {name: case[0] for name, case in REJECTED.items()}


@pytest.mark.parametrize("content", FAULTY.values(), ids=FAULTY.keys())
def test_pure_python_rejects_the_same(table, content):
    """With the classes a and b; both readers say the same line, or both read the same."""
    path = table(content)
    outcomes = []
    for read in (in_pure_python, lambda path: table_in(path, CLASSES)):
        try:
            outcomes.append(read(path))
        except ValueError as problem:
            found = re.search(r"line \d+", str(problem))
            outcomes.append(found and found[0])
    first, second = outcomes
    other = any(mark in bytes_of(content) for mark in (b";", b"\t", b"|", b"\xff\xfe", b"\xfe\xff"))
    if None not in outcomes and not other:
        assert first == second
    assert isinstance(first, str | None) or first == second


def table_in(path, classes):
    data = read_table(path, class_names=classes)
    return data.X.tolist(), data.labels.tolist()


FIELDS = "1|-3e4| 4|5 ||x|nan|inf|1e400|+.5|1.|1_0|0x1|٣|True|fALSE|-|--1|1e|1 2|a| a|b |1,2"
QUOTED = '"6"|" 7"|"8|9"|"a"|\t1|1\x0b|1\x1c|\xa01|\ufeff1'
FIELD = st.sampled_from(f"{FIELDS}|{QUOTED}".split("|"))
NUMBER_FIELD = st.sampled_from(["1", "2.5", " 4", '"6"', "1e3"])
LABEL_FIELD = st.sampled_from(["a", "b", " a", '"b"'])


@st.composite
def csv_texts(draw):
    """Mostly well-formed lines of three columns, with a fault or two."""
    lines = [["x", "y", "c"]]
    for _ in range(draw(st.integers(1, 5))):
        row = [draw(NUMBER_FIELD), draw(NUMBER_FIELD), draw(LABEL_FIELD)]
        for _ in range(draw(st.integers(0, 1))):
            row[draw(st.integers(0, 2))] = draw(FIELD)
        if draw(st.integers(0, 9)) == 0:
            row = draw(st.sampled_from([row[:2], [*row, "1"], ["1", *row], [], [""], ["", "", ""]]))
        lines.append(row)
    end = draw(st.sampled_from(["\n", "\r\n", "\r", "\n\n"]))
    return end.join(map(",".join, lines)) + draw(st.sampled_from(["", end]))


@settings(max_examples=400, deadline=None)
@given(csv_texts())
def test_both_readers_agree_on_files_with_faults(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "both.csv"
    path.write_bytes(text.encode())
    try:
        expected = in_pure_python(path)
    except ValueError as problem:
        with pytest.raises(ValueError) as refused:
            table_in(path, CLASSES)
        assert str(refused.value) == str(problem)
    else:
        assert table_in(path, CLASSES) == expected


def test_both_readers_read_the_wheat_seeds_alike():
    path = DATA_FOLDER / "wheat_seeds.csv"
    wheat = load_wheat_seeds()
    assert in_pure_python(path, wheat.class_names) == (wheat.X.tolist(), wheat.labels.tolist())
    assert read_table(path).class_names == ("Canadian", "Kama", "Rosa")
