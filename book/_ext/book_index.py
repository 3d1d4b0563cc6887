"""Fill the general index with the words of the glossary.

A term leads to its heading in the glossary, and to the places in the chapters where it is written
in italics, as a word is where it is introduced.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import index
from sphinx.transforms import SphinxTransform

GLOSSARY = "book/glossary"
CHAPTER = re.compile(r"book/\d\d_")


def glossary_terms(folder):
    """Every term by the word in small letters, and by its plural."""
    text = (Path(folder) / GLOSSARY).with_suffix(".md").read_text(encoding="utf-8")
    terms = re.findall("^## (.+)$", text, re.MULTILINE)
    return {term.lower() + ending: term for term in terms for ending in ("s", "")}


class IndexTerms(SphinxTransform):
    """Put an entry of the index at each place; before the domains collect them, at 850."""

    default_priority = 840

    def apply(self, **options):
        """Find the places of this page."""
        page = self.env.docname
        if page == GLOSSARY:
            for section in self.document.findall(nodes.section):
                title = section.next_node(nodes.title)
                if section.parent is not self.document:
                    self.add(section, title, title.astext(), "main")
        elif CHAPTER.match(page):
            terms = glossary_terms(self.app.srcdir)
            for word in list(self.document.findall(nodes.emphasis)):
                term = terms.get(word.astext().lower())
                if term is not None:
                    word["ids"].append(f"index-{self.env.new_serialno('index')}")
                    self.add(word.parent, word, term, "")

    def add(self, parent, place, term, importance):
        """An entry at `place` that leads to it, or to `parent` if only that has an id."""
        target = (place["ids"] or parent["ids"])[0]
        entry = index(entries=[("single", term, target, importance, None)])
        # A section begins with its title: the contents of a page look for it there.
        parent.insert(parent.index(place) + isinstance(place, nodes.title), entry)


def setup(app):
    app.add_transform(IndexTerms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
