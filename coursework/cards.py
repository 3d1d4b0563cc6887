"""Cards to learn by: the book's terms, the signs of its notation, and its four equations.

They are read from the pages that define them, so that there is one list of each.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from coursework.files import Refused
from coursework.typesetting import tables

BOOK = Path(__file__).resolve().parents[1] / "book"
GLOSSARY, NOTATION = BOOK / "glossary.md", BOOK / "notation.md"
DERIVED_IN = BOOK / "03_chain_rule_and_sigmoid.ipynb"

TERM = re.compile(r"^## ([^\n]+)\n(.+?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
EQUATION = re.compile(r"\$\$\s*([^$]+?)\s*\\tag\{(BP\d)\}\s*\$\$", re.DOTALL)


@dataclass(frozen=True)
class Card:
    """One card: both sides are Markdown, with links as in the `page` that they are from."""

    front: str
    back: str
    page: Path


def all_cards() -> dict[str, list[Card]]:
    """The cards of each kind. Raises Refused if a page cannot be read."""
    try:
        return {"Terms": terms(), "Signs": signs(), "Equations": equations()}
    except OSError as error:
        raise Refused(
            f"the cards are made from the book's pages, and {error.filename} cannot be read: "
            f"{error.strerror}. Run this in a copy of the repository"
        ) from None


def terms() -> list[Card]:
    """The terms of the glossary."""
    text = GLOSSARY.read_text(encoding="utf-8")
    return [Card(term, meaning.strip(), GLOSSARY) for term, meaning in TERM.findall(text)]


def signs() -> list[Card]:
    """The signs of the notation; a letter has a card for each of its meanings."""
    found = []
    for table in tables(NOTATION.read_text(encoding="utf-8")):
        if table.columns[0] not in ("symbol", "sign"):
            continue
        for row in table.rows:
            sign, meaning = row.pop(table.columns[0]), row.pop("meaning")
            more = "".join(f"\n\n*{name}:* {text}" for name, text in row.items() if text)
            found.append(Card(f"{sign}\n\n*{table.heading}*", meaning + more, NOTATION))
    return found


def equations() -> list[Card]:
    """BP1 to BP4, as the chapter that derives them writes them."""
    notebook = json.loads(DERIVED_IN.read_text(encoding="utf-8"))
    text = "\n\n".join("".join(cell["source"]) for cell in notebook["cells"])
    found = []
    words = {
        row["name"]: row["in words"]
        for table in tables(NOTATION.read_text(encoding="utf-8"))
        if "in words" in table.columns
        for row in table.rows
    }
    for equation, name in EQUATION.findall(text):
        heading = re.search(rf"^### ({name}: .+)$", text, re.MULTILINE)
        front = heading[1] if heading else name
        found.append(Card(front, f"$$\n{equation}\n$$\n\n{words[name]}", DERIVED_IN))
    return found
