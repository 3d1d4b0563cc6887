"""Lay the built book out for paper: all its pages in one HTML document, in the order of `_toc.yml`.

What a page folds away is open on paper, and what would give an answer away stands at the end of its
chapter: hints, answers to the questions, solutions. Nothing but MathJax runs in the document, so
what is live on a page appears as it does without a script. A place that names a page of the print
is an empty `span.page-of`, to be filled when the pages are known.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase
from urllib.parse import unquote

import yaml
from bs4 import BeautifulSoup, Tag

# What a reader of paper cannot use.
LIVE = "script, template, button, form, input, dialog, a.headerlink, div.cell.tag_answer"
RESOURCES = {"img": "src", "link": "href", "script": "src"}
ELSEWHERE = re.compile("[a-z]+:|//", re.IGNORECASE)
EXERCISE = re.compile(r"Exercise \d+")
LONGEST = 30  # lines of code: longer code is broken between pages, or left out if it is folded
UNLISTED = ("Summary", "Sources", "Hints")  # sections that the contents leave out
NAME, SECTION = "Backpropagation in Python", "section"


@dataclass
class Entry:
    """A page of the book: its name in the table of contents, and the part that it opens, if any."""

    name: str
    part: str = ""

    @property
    def number(self) -> str:
        """Of a chapter its number, such as 17b; of another page nothing."""
        return "".join(re.findall(r"^book/0?(\d+b?)_", self.name))


def entries(toc: Path) -> list[Entry]:
    """The pages of a table of contents, in order."""
    table = yaml.safe_load(toc.read_text(encoding="utf-8"))
    found = [Entry(table["root"])]
    for part in table["parts"]:
        caption = part["caption"]
        for chapter in part["chapters"]:
            for page in [chapter, *chapter.get("sections", [])]:
                found.append(Entry(page["file"], caption))
                caption = ""
    return found


def parse(html: str) -> BeautifulSoup:
    """The tree of a document or of a part of one."""
    return BeautifulSoup(html, "html.parser")


def element(html: str) -> Tag:
    """The element that this HTML describes."""
    return parse(html).find()


# Addresses: each page's names get the page in front, since "summary" is a heading of every chapter.


def localize(parts: list[Tag], name: str, book: Path, folder: Path, printed: set[str]) -> None:
    """Let a page's names, links and files work from one document in `folder`."""
    home = book / f"{name}.html"
    for one in (one for part in parts for one in outside_drawings(part)):
        if "id" in one.attrs:
            one["id"] = f"{name}--{one['id']}"
        attribute = RESOURCES.get(one.name)
        if attribute in one.attrs and not ELSEWHERE.match(one[attribute]):
            one[attribute] = Path(os.path.relpath(home.parent / one[attribute], folder)).as_posix()
        if one.name == "a" and "href" in one.attrs and not ELSEWHERE.match(one["href"]):
            direct(one, name, home, book, printed)


def outside_drawings(part: Tag) -> Iterator[Tag]:
    """All elements but the insides of a drawing, which refer to each other by their names."""
    yield part
    if part.name != "svg":
        for child in part.find_all(recursive=False):
            yield from outside_drawings(child)


def direct(link: Tag, name: str, home: Path, book: Path, printed: set[str]) -> None:
    """Let a link lead to its place in the print; one to a file that is not printed is only text."""
    file, _, place = unquote(link["href"]).partition("#")
    path = Path(os.path.normpath(home.parent / file)).relative_to(book) if file else None
    target = path.with_suffix("").as_posix() if path else name
    if target not in printed or (path and path.suffix != ".html"):
        link.unwrap()
    else:
        link["href"] = f"#{target}--{place}" if place else f"#{target}"


# What a chapter keeps for its end.


def page_of(target: str) -> str:
    """A link to a place, whose text will be the number of the place's page."""
    return f'<a href="#{target}">page <span class="page-of" data-target="{target}"></span></a>'


def new_section(identity: str, title: str, level: int) -> Tag:
    """A section with its heading and nothing else."""
    return element(f'<section id="{identity}"><h{level}>{title}</h{level}></section>')


def take_answers(article: Tag, name: str, number: str) -> Tag:
    """Leave each question its options, and return a section with what was behind them."""
    section = new_section(f"{name}--answers", "Answers to the questions", 2)
    for count, question in enumerate(article.select("details.question"), start=1):
        here, there = f"{name}--question-{count}", f"{name}--answer-{count}"
        title = f"Question {number}.{count}"
        asked = element(
            f'<div class="asked" id="{here}"><p class="label">{title} '
            f'<span class="see">Answer: {page_of(there)}</span></p><ol></ol></div>'
        )
        answered = element(
            f'<div class="answered" id="{there}">'
            f'<p class="label"><a href="#{here}">{title}</a></p></div>'
        )
        options = question.select("details.option")
        for option in options:
            asked.ol.append(element(f"<li>{option.summary.decode_contents().strip()}</li>"))
        explained = list(map(explain, ascii_lowercase, options))
        answered.extend(sorted(explained, key=lambda one: "right" not in one["class"]))
        section.append(answered)
        question.replace_with(asked)
    return section


def explain(letter: str, option: Tag) -> Tag:
    """What is said of an option, after its letter and its label."""
    right = option.has_attr("data-right")
    label = option.summary.extract().decode_contents().strip()
    line = element(f'<div class="{"option right" if right else "option"}"></div>')
    line.extend(list(option.contents))
    line.p.insert(0, element(f"<b>{'✓ ' if right else ''}{letter}) {label}: </b>"))
    return line


def take_folded(article: Tag, name: str, kind: str, title: str) -> Tag:
    """Leave each exercise its task, and return a section with its hints, or with its solutions."""
    section = new_section(f"{name}--{kind}s", title, 2)
    for exercise in article.find_all(SECTION):
        heading = exercise.find("h3", recursive=False)
        if heading is None or not EXERCISE.match(heading.get_text()):
            continue
        place = f"{exercise['id']}--{kind}"
        link = f'<a href="#{exercise["id"]}">{heading.decode_contents()}</a>'
        entry = new_section(place, link, 3)
        entry.extend([part.extract() for part in exercise.find_all() if is_folded(part, kind)])
        section.append(entry)
        exercise.append(element(f'<p class="see">{kind.capitalize()}: {page_of(place)}</p>'))
    return section


def is_folded(part: Tag, kind: str) -> bool:
    """Whether this is a hint, or one of the cells of a solution."""
    classes = part.get("class", [])
    if "tag_hide-cell" in classes:
        return kind == "solution"
    if part.name != "details" or "hide" in classes:  # the fold inside such a cell moves with it
        return False
    return part.summary.get_text(strip=True).lower().startswith(kind)


def unfold(article: Tag) -> None:
    """Open what is folded; long code, such as the checks of an assignment, is left out."""
    for fold in article.find_all("details"):
        summary = fold.find("summary", recursive=False)
        lines = fold.get_text().strip().count("\n") + 1
        if "hide" not in fold.get("class", []):
            summary.name, summary["class"] = "p", ["label"]
        elif lines <= LONGEST or fold.find_parent(class_="tag_hide-cell"):
            summary.decompose()
        else:
            left_out = f"{lines} lines of code that are folded in the notebook are left out here."
            fold.replace_with(element(f'<p class="see">{left_out}</p>'))
        fold.name, fold["class"] = "div", ["unfolded", *fold.get("class", [])]


def mark_long(article: Tag) -> None:
    """Mark code and output that may go on on the next page."""
    for text in article.find_all("pre"):
        if text.get_text().count("\n") > LONGEST:
            text["class"] = ["long"]


def lower_headings(article: Tag) -> None:
    """Make room for the parts above the chapters."""
    for heading in article.find_all(re.compile("^h[1-5]$")):
        heading.name = f"h{int(heading.name[1]) + 1}"


def mark_captions(article: Tag) -> None:
    """Mark a figure's or a table's caption, and what it belongs to."""
    for paragraph in article.find_all("p"):
        first = paragraph.find("strong")
        if first and re.match(r"(?:Figure|Table) [\d.b]+\.$", first.get_text()):
            paragraph["class"] = ["caption"]
            before = paragraph.find_previous_sibling()
            if before:
                before["class"] = [*before.get("class", []), "captioned"]


# The document.


@dataclass
class Chapter:
    """A page of the book, ready for paper."""

    entry: Entry
    title: str
    article: Tag
    head: list[Tag]


def read_chapter(entry: Entry, book: Path, folder: Path, printed: set[str]) -> Chapter:
    """Read one page of the built book."""
    name = entry.name
    page = parse((book / f"{name}.html").read_text(encoding="utf-8"))
    scripts = [one for one in page.find_all("script") if "mathjax" in str(one).lower()]
    head = [*page.head.find_all("link", rel="stylesheet"), *scripts]
    article = page.select_one("article.bd-article")
    for live in article.select(LIVE):
        live.decompose()
    for lazy in article.select("[loading]"):  # nothing comes into view, so it would never load
        del lazy["loading"]
    localize([*head, article], name, book, folder, printed)
    article["id"] = name
    if article.h1.get_text() == NAME:  # on the title page already
        article.h1.string = "About this book"
    title = article.h1.get_text().strip()
    prepare(article, name, entry.number)
    return Chapter(entry, title, article, head)


def prepare(article: Tag, name: str, number: str) -> None:
    """Rearrange a chapter for a reader who can unfold nothing."""
    hints = take_folded(article, name, "hint", "Hints")
    answers = take_answers(article, name, number)
    solutions = take_folded(article, name, "solution", "Solutions")
    end = [section for section in (hints, answers, solutions) if len(section) > 1]
    article.find(SECTION).extend(end)
    unfold(article)
    mark_long(article)
    mark_captions(article)
    lower_headings(article)


def contents(chapters: list[Chapter]) -> Tag:
    """The table of contents; the sections are listed of the chapters with a number."""
    listing = element('<nav class="listing" id="contents"><h1>Contents</h1></nav>')
    for chapter in chapters:
        if chapter.entry.part:
            listing.append(element(f'<p class="part">{chapter.entry.part}</p>'))
        listing.append(line_of_contents(chapter.title, chapter.article["id"], "chapter"))
        if chapter.entry.number:
            top = chapter.article.find(SECTION)
            for section in top.find_all(SECTION, recursive=False):
                title = section.find("h3", recursive=False).get_text()
                if title not in UNLISTED:
                    listing.append(line_of_contents(title, section["id"], "section"))
    return listing


def line_of_contents(title: str, target: str, kind: str) -> Tag:
    """A line that leads to a place and ends in its page."""
    line = element(
        f'<p class="{kind}"><a href="#{target}"><span class="title"></span>'
        f'<span class="page-of" data-target="{target}"></span></a></p>'
    )
    line.select_one(".title").string = title
    return line


def running_heads(chapters: list[Chapter]) -> str:
    """CSS that writes each chapter's title above its pages."""
    rules = []
    for number, chapter in enumerate(chapters):
        chapter.article["style"] = f"page: chapter-{number}"
        title = chapter.title.replace("\\", "\\\\").replace('"', '\\"')
        rules.append(f'@page chapter-{number} {{ @top-right {{ content: "{title}" }} }}')
    return "\n".join(rules)


def lay_out(book: Path, chosen: list[Entry], title_page: str, style: Path, folder: Path) -> str:
    """The document for paper, which has to be stored in `folder`."""
    printed = {entry.name for entry in chosen}
    chapters = [read_chapter(entry, book, folder, printed) for entry in chosen]
    head = {str(part): None for chapter in chapters for part in chapter.head}
    heads = running_heads(chapters)
    listing = contents(chapters)
    body = []
    for chapter in chapters:
        if chapter.entry.part:
            chapter.article.insert(0, element(f'<h1 class="part">{chapter.entry.part}</h1>'))
        body.append(str(chapter.article))
    return f"""<!doctype html>
<html lang="en" data-theme="light" data-mode="light">
<head><meta charset="utf-8"><title>{NAME}</title>
{"".join(head)}
<style>{style.read_text(encoding="utf-8")}{heads}</style></head>
<body class="paper"><main class="bd-content">
{title_page}{listing}{"".join(body)}
</main></body></html>
"""
