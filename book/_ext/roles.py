"""Give each part of a chapter the class of its role, so that the style sheet can set it apart.

A notebook says nothing about its looks, since it has to read well in JupyterLab too. So a part is
known by how it begins, as CONTRIBUTING.md asks: "You will learn", "Predict.", "Exercise 2:".
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

GOAL = re.compile(r"You (will do|will learn|do|need)$")
CAPTION = re.compile(r"(Figure|Table) \d+b?\.\d+\.$")
EXERCISE = re.compile(r"(Exercise|Task) \d+")
MINUTES = re.compile(r"\d+ minutes")
NUMBER = re.compile(r"[-−+±]?[\d,. ]*\d[\d,. ]*(%|s|ms|×|times)?")
FOLDED = re.compile(r"<details>(?=\s*<summary>(Hint|Solution))")
QUOTES = {"Verdict": "verdict-box", "Trap": "trap"}


def opening(node):
    """The bold words with which a paragraph begins."""
    written = [child for child in node.children if child.astext()]
    strong = written and isinstance(node, nodes.paragraph) and written[0]
    return strong.astext() if isinstance(strong, nodes.strong) else ""


def wrap(first, last, role):
    """Put the nodes from `first` to `last`, children of one parent, into a box."""
    parent = first.parent
    start, stop = parent.index(first), parent.index(last) + 1
    box = nodes.compound("", *parent[start:stop], classes=[role])
    parent[start:stop] = [box]


def following(node):
    """The nodes after this one, in the same parent."""
    return node.parent[node.parent.index(node) + 1 :]


def with_role(fold):
    """The opening of a folded hint or solution, with its class."""
    return f'<details class="{fold[1].lower()}">'


class Roles(SphinxTransform):
    """Find the roles; before the pages are read for their contents, at 880."""

    default_priority = 800

    def apply(self, **options):
        """Give the classes."""
        for paragraph in list(self.document.findall(nodes.paragraph)):
            words = opening(paragraph)
            if GOAL.match(words) and "goals" not in paragraph.parent.get("classes", []):
                self.box_goals(paragraph)
            elif words == "Predict.":
                self.box_question(paragraph)
            elif CAPTION.match(words):
                self.box_caption(paragraph)
        for section in self.document.findall(nodes.section):
            if EXERCISE.match(section[0].astext()):
                section["classes"].append("exercise")
                for node in section[1:2]:
                    if MINUTES.match(node.astext()):
                        node["classes"].append("minutes")
        for quote in self.document.findall(nodes.block_quote):
            words = opening(quote[0]).split(maxsplit=1)
            quote["classes"].append(QUOTES.get(words[0].rstrip(":."), "note") if words else "note")
        for raw in self.document.findall(nodes.raw):
            raw[:] = [nodes.Text(FOLDED.sub(with_role, raw.astext()))]
        for table in self.document.findall(nodes.table):
            align_numbers(table)

    @staticmethod
    def box_goals(paragraph):
        """What you will do, learn and need."""
        last = paragraph
        for node in following(paragraph):
            if not GOAL.match(opening(node)):
                break
            last = node
        wrap(paragraph, last, "goals")

    @staticmethod
    def box_question(paragraph):
        """From "Predict." to the end of the folded options."""
        depth = 0
        for node in following(paragraph):
            if isinstance(node, nodes.raw):
                depth += node.astext().count("<details") - node.astext().count("</details>")
                if depth == 0:
                    wrap(paragraph, node, "predict")
                    return
            elif isinstance(node, nodes.title | nodes.section):
                return

    @staticmethod
    def box_caption(paragraph):
        """The figure or table together with the caption below it."""
        before = paragraph.parent[: paragraph.parent.index(paragraph)]
        paragraph["classes"].append("caption")
        if before:
            wrap(before[-1], paragraph, "captioned")


def align_numbers(table):
    """Mark the columns of a table that hold only numbers."""
    rows = [row.children for row in table.findall(nodes.row)]
    body = [row.children for row in table.next_node(nodes.tbody).children]
    for index in range(len(rows[0])):
        if all(len(row) == len(rows[0]) and NUMBER.fullmatch(row[index].astext()) for row in body):
            for row in rows:
                row[index]["classes"].append("number")


def setup(app):
    app.add_transform(Roles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
