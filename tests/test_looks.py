"""What the style sheet builds on: roles of a chapter's parts, its fonts, and repaired markup."""

import re

import nbformat
import pytest
from accessible_pages import repaired
from test_book import ROOT, soup

CHAPTERS = sorted((ROOT / "book").glob("*.ipynb"))
STATIC = ROOT / "book" / "_static"
MOST_BYTES = 80_000  # of fonts


def chapter(book, path):
    """A chapter's page, and its cells."""
    return soup(book / "book" / f"{path.stem}.html"), nbformat.read(path, as_version=4).cells


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_part_of_a_chapter_has_its_role(book, path):
    page, cells = chapter(book, path)
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert [p.strong.text for p in page.select(".goals > p")][-1] == "You need"
    questions = sum("question" in cell.metadata for cell in cells)
    assert len(page.select(".predict > details.question")) == questions
    exercises = len(re.findall(r"^### Exercise \d", text, re.M))
    assert len(page.select("section.exercise > p.minutes")) == exercises
    assert len(page.select("details.hint")) == len(re.findall("<summary>Hint", text))
    assert len(page.select("details.solution")) == exercises
    captions = re.findall(r"^\*\*(?:Figure|Table) \d+b?\.\d+\.\*\*", text, re.M)
    assert len(page.select(".captioned > p.caption:last-child")) == len(captions)


def test_numbers_stand_below_each_other_and_words_do_not(book):
    page, _ = chapter(book, ROOT / "book" / "02_two_two_one_by_hand.ipynb")
    first = page.select_one("table.table")
    header = [cell.get("class") for cell in first.select("thead th")]
    assert header == [["head"], ["head"], ["head", "number"]]


def test_the_fonts_are_small_free_and_all_used():
    fonts = set((STATIC / "fonts").glob("*.woff2"))
    style = (STATIC / "style.css").read_text(encoding="utf-8")
    assert {STATIC / address for address in re.findall(r'url\("(.+?)"\)', style)} == fonts
    assert 0 < sum(font.stat().st_size for font in fonts) <= MOST_BYTES
    licence = (STATIC / "fonts" / "LICENSE.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_repaired_markup():
    before = """<a class="navbar-brand logo" href="x"><img></a>
<summary aria-label="Toggle hidden content">
<p class="collapsed admonition-title">Solution</p>
<p class="expanded admonition-title">Solution</p>
</summary>
<table><thead><tr><th></th><th class="head"><p>p</p></th></tr></thead>
<tbody><tr><th>row</th><td>1</td></tr></tbody></table>"""
    after = """<nav aria-label="Home"><a class="navbar-brand logo" href="x"><img></a></nav>
<summary>Solution</summary>
<table><thead><tr><td></td><th scope="col" class="head"><p>p</p></th></tr></thead>
<tbody><tr><th scope="row">row</th><td>1</td></tr></tbody></table>"""
    assert repaired(before) == after
    assert repaired(after) == after
