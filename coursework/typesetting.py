r"""Markdown with formulas as HTML for Moodle and Anki.

Their MathJax typesets what is between \( and \), or between \[ and \] on lines of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin


def formula(content: str, place: dict[str, Any]) -> str:
    """A formula between the marks that MathJax looks for."""
    inside = escape(content.strip(), quote=False)
    return rf"\[{inside}\]" if place["display_mode"] else rf"\({inside}\)"


MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
MARKDOWN.use(dollarmath_plugin, double_inline=True, renderer=formula)


@cache  # every question explains the same mistakes
def to_html(markdown: str, book: str | None, page: str = "") -> str:
    """A text of the book as HTML.

    `book` is the address of the folder that has the book's pages; without it, a link to one becomes
    the words of the link. `page` is the file that the text is from.
    """
    tokens = MARKDOWN.parse(markdown)
    for token in tokens:
        if token.children:
            token.children = list(with_addresses(token.children, book, page))
    return MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}).strip()


def with_addresses(tokens: list[Token], book: str | None, page: str) -> Iterator[Token]:
    """The parts of a paragraph, with links that lead somewhere from outside the book."""
    kept = True  # CommonMark has no links in links
    for token in tokens:
        if token.type == "link_open":
            address = str(token.attrs["href"])
            is_page = not urlsplit(address).scheme
            kept = book is not None or not is_page
            if is_page and book is not None:
                token.attrs["href"] = address_of(address, book, page)
        if kept or token.type not in ("link_open", "link_close"):
            yield token


def address_of(link: str, book: str, page: str) -> str:
    """The address of a page of the book, for a link in the source of a page."""
    file, _, anchor = link.partition("#")
    name = (file or page).rsplit(".", 1)[0]
    return f"{book.rstrip('/')}/{name}.html" + (f"#{anchor}" if anchor else "")


@dataclass(frozen=True)
class Table:
    """A table of a page: the heading above it, its columns, and its rows as Markdown."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[dict[str, str]]


def tables(markdown: str) -> list[Table]:
    """The tables of a page."""
    found, heading, tokens = [], "", MARKDOWN.parse(markdown)
    rows: list[list[str]] = []
    for token, following in zip(tokens, [*tokens[1:], None]):
        if token.type == "heading_open" and following:
            heading = following.content
        elif token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open") and following:
            rows[-1].append(following.content)
        elif token.type == "table_close":
            columns, *cells = rows
            found.append(Table(heading, columns, [dict(zip(columns, row)) for row in cells]))
    return found
