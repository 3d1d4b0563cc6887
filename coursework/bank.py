"""The question bank: fresh questions for Moodle, and cards for Anki.

The questions are those of `backprop.practice.topics`. Each wrong option is what a known mistake
gives on the question's numbers, and choosing or typing it tells a student which mistake it is.
Another format takes one function, and its line in `FORMATS`.
"""

from __future__ import annotations

import io
import itertools
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree
from zlib import crc32

from coursework.files import Refused, store

if TYPE_CHECKING:
    from backprop.practice import Question
    from backprop.practice.topics import Topic

COUNT, SEED = 100, 0
MOST = 10_000  # questions in one file
TRIES = 20  # draws per question that is wanted, since a small topic repeats itself
TITLE = "Backpropagation"
PENALTY = "0.3333333"  # of the points, per further try; Moodle's own default

# Anki knows a deck and the layout of its cards again by these numbers, which mean nothing.
LAYOUT, DECKS = 1764460811, 1764460820
# Anki corrects a card only if the time of its last change is another one. So that time is made of
# the cards' texts: seconds after this one, on some day of the following half year.
FIRST_CHANGE, HALF_A_YEAR = 1_700_000_000, 2**24


@dataclass(frozen=True)
class Wanted:
    """What a file has to contain.

    For questions: their `topic`, or None for all of them, their number, the `seed`, and whether
    numbers are `choices` too. For both: `book` is the address of the folder with the book's pages.
    """

    topic: str | None = None
    count: int | None = None
    seed: int | None = None
    choices: bool = False
    book: str | None = None

    def check(self) -> None:
        """Raises Refused for numbers and addresses that cannot be used."""
        if self.count is not None and not 1 <= self.count <= MOST:
            raise Refused(f"--count is {self.count}: give 1 to {MOST}")
        if self.seed is not None and self.seed < 0:
            raise Refused(f"--seed is {self.seed}: give 0 or more")
        if self.book is not None:
            try:
                address = urlsplit(self.book)
            except ValueError:
                address = urlsplit("")
            if address.scheme not in ("http", "https") or not address.netloc:
                raise Refused(
                    f"--book is {self.book!r}: give the address of the folder with the book's "
                    f"pages, such as https://example.org/book"
                )


def write_bank(form: str, wanted: Wanted, path: Path) -> str:
    """Write a file and return what is in it, in words. Raises Refused if that is not possible."""
    wanted.check()
    if form not in FORMATS:
        raise Refused(f"there is no format {form!r}: choose from {', '.join(FORMATS)}")
    content, what = FORMATS[form](wanted)
    store(path, content)
    return what


# Questions


@dataclass(frozen=True)
class Drawn:
    """A question with the name under which a system files it."""

    topic: str
    number: int
    name: str
    question: Question


def all_topics() -> dict[str, Topic]:
    """Every topic by its name, in the order of the book."""
    from backprop.practice import topics

    return topics.all_topics()


def chosen(wanted: Wanted) -> dict[str, int]:
    """The wanted topics, and how many questions of each: of several, as equally as it goes."""
    names = list(all_topics())
    if wanted.topic is not None:
        names = [name for name in names if name.casefold() == wanted.topic.casefold()]
        if not names:
            known = ", ".join(all_topics())
            raise Refused(f"there is no topic {wanted.topic!r}: choose from {known}")
    count = COUNT if wanted.count is None else wanted.count
    return {name: len(range(place, count, len(names))) for place, name in enumerate(names)}


def draw(topic: str, count: int, seed: int) -> list[Drawn]:
    """So many different questions of a topic. Raises Refused if it has fewer.

    A question depends on the seed and on its number, not on how many there are.
    """
    import numpy as np

    from backprop.practice.topics import fresh_question

    makers = all_topics()[topic].makers
    found: dict[str, Drawn] = {}
    for number in range(count * TRIES):
        if len(found) == count:
            break
        maker = makers[number % len(makers)]
        generator = np.random.default_rng([seed, crc32(topic.encode()), number])
        question = fresh_question(maker, generator)
        name = f"{topic}: {maker.__name__.replace('_', ' ')} {seed}-{number + 1:04}"
        found.setdefault(question.text, Drawn(topic, number + 1, name, question))
    if len(found) < count:
        raise Refused(
            f"the topic {topic!r} has only {len(found)} different questions with this seed: give "
            f"a smaller --count"
        )
    return list(found.values())


def is_number(question: Question) -> bool:
    """Whether the answer is a single number."""
    from backprop.practice.question import exact_numbers

    return not question.is_choice and exact_numbers(question.right)[1] == ()


# Moodle


def write_moodle(wanted: Wanted) -> tuple[bytes, str]:
    """Moodle XML, for "Import" in Moodle's question bank.

    One number is a question of the type numerical, everything else is multichoice; with
    `wanted.choices` all are.
    """
    seed = SEED if wanted.seed is None else wanted.seed
    quiz, counts = ElementTree.Element("quiz"), chosen(wanted)
    for topic, count in counts.items():
        if count:
            category = ElementTree.SubElement(quiz, "question", type="category")
            name = f"{topic}: {all_topics()[topic].title}".replace(
                "/", "//"
            )  # / divides the levels
            add_text(category, "category", f"$course$/top/{TITLE}/{name}")
        for drawn in draw(topic, count, seed):
            add_question(quiz, drawn, f"{crc32(topic.encode()):08x}-{seed}-{drawn.number}", wanted)
    ElementTree.indent(quiz)
    content = ElementTree.tostring(quiz, encoding="utf-8", xml_declaration=True)
    total = sum(counts.values())
    return content + b"\n", f"{total} question{'s' * (total > 1)}"


def add_text(parent: ElementTree.Element, tag: str, text: str, **attributes: str) -> None:
    """An element whose text is in an element of its own, as Moodle wants it."""
    element = ElementTree.SubElement(parent, tag, attributes)
    ElementTree.SubElement(element, "text").text = text


def add_question(
    quiz: ElementTree.Element, drawn: Drawn, idnumber: str, wanted: Wanted
) -> ElementTree.Element:
    """A question in Moodle XML."""
    from backprop.practice.question import as_text
    from coursework.typesetting import to_html

    question = drawn.question
    is_typed = is_number(question) and not wanted.choices
    kind = "numerical" if is_typed else "multichoice"
    text, right = question.text, as_text(question.right, question.digits)
    if is_typed:
        text += f"\n\nGive at least {question.digits} significant digits."
    element = ElementTree.SubElement(quiz, "question", type=kind)
    add_text(element, "name", drawn.name)
    add_text(element, "questiontext", to_html(text, wanted.book), format="html")
    reason = f"The answer is {right}. {question.reason}".strip()
    add_text(element, "generalfeedback", to_html(reason, wanted.book), format="html")
    settings = {"defaultgrade": "1", "penalty": PENALTY, "hidden": "0", "idnumber": idnumber}
    if not is_typed:
        settings |= {"single": "true", "shuffleanswers": "true", "answernumbering": "abc"}
    for tag, value in settings.items():
        ElementTree.SubElement(element, tag).text = value
    for text, fraction, feedback, tolerance in answers(question, is_typed):
        form = "moodle_auto_format" if is_typed else "html"
        answer = ElementTree.SubElement(element, "answer", fraction=fraction, format=form)
        shown = text if is_typed else to_html(text, wanted.book)
        ElementTree.SubElement(answer, "text").text = shown
        add_text(answer, "feedback", to_html(feedback, wanted.book), format="html")
        if is_typed:
            ElementTree.SubElement(answer, "tolerance").text = tolerance
    return element


def answers(question: Question, is_typed: bool) -> Iterator[tuple[str, str, str, str]]:
    """Each answer's text, its share of the points in per cent, its feedback and its tolerance.

    Moodle takes the first one that agrees with what was typed; `*` agrees with everything.
    """
    from backprop.practice.page import explained, on_page
    from backprop.practice.question import CLOSE, NONE_OF_THEM, ROUNDED_TOO_EARLY, as_text

    if not is_typed:
        yield as_text(question.right, question.digits), "100", "**Right.**", ""
        for mistake in on_page(question):
            yield as_text(mistake.value, question.digits), "0", explained(mistake), ""
        return
    right = number(question.right)
    # As far from a value as an answer that is judged on a page.
    near = 0.6 * 10.0 ** (1 - question.digits)
    yield decimal(right), "100", "**Right.**", decimal(abs(right) * near)
    for mistake in question.wrong:
        if number(mistake.value) is not None:
            value = number(mistake.value)
            yield decimal(value), "0", explained(mistake), decimal(abs(value) * near)
    if right:
        close = CLOSE.format(digits=question.digits)
        yield decimal(right), "0", close, decimal(abs(right) * ROUNDED_TOO_EARLY)
    yield "*", "0", NONE_OF_THEM, "0"


def number(value: object) -> Fraction | None:
    """The one number that a value is."""
    from backprop.practice.question import exact_numbers

    numbers, shape = exact_numbers(value)
    return None if shape else numbers[0]


def decimal(value: float | Fraction) -> str:
    """A number with digits and a point only."""
    return f"{Decimal(f'{float(value):.12g}'):f}"


# Anki


def write_anki(wanted: Wanted) -> tuple[bytes, str]:
    """Cards for terms, signs and the four equations, to open with Anki (an .apkg file)."""
    import genanki

    from coursework.cards import all_cards
    from coursework.typesetting import to_html

    if (wanted.topic, wanted.count, wanted.seed, wanted.choices) != (None, None, None, False):
        raise Refused(
            "--topic, --count, --seed and --choices are for questions; the cards for Anki are "
            "always all terms, signs and equations"
        )
    layout = genanki.Model(
        LAYOUT,
        f"{TITLE}: front and back",
        fields=[{"name": "Front"}, {"name": "Back"}],
        templates=[
            {"name": "Card", "qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr id=answer>{{Back}}"}
        ],
        css=".card { font: 1.2rem/1.5 sans-serif; max-width: 40rem; margin: 1rem auto }",
    )
    decks, texts = [], []
    for place, (kind, cards) in enumerate(all_cards().items()):
        deck = genanki.Deck(DECKS + place, f"{TITLE}::{kind}")
        for due, card in enumerate(cards):
            sides = [to_html(side, wanted.book, card.page.name) for side in (card.front, card.back)]
            # The front identifies a card: importing it again corrects it and keeps its schedule.
            guid = genanki.guid_for(TITLE, kind, card.front)
            deck.add_note(genanki.Note(layout, sides, guid=guid, due=due))
            texts += sides
        decks.append(deck)
    changed = FIRST_CHANGE + crc32("".join(texts).encode()) % HALF_A_YEAR
    return archive(genanki.Package(decks), changed), f"{len(texts) // 2} cards"


def archive(package: object, changed: int) -> bytes:
    """An .apkg file, with the same bytes for the same cards.

    It is written here, since `write_to_file` of genanki puts the time of a temporary file into it.
    """
    with closing(sqlite3.connect(":memory:")) as collection:
        package.write_to_db(collection.cursor(), changed, itertools.count(changed * 1000))
        collection.commit()
        database = collection.serialize()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in (("collection.anki2", database), ("media", b"{}")):
            file.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return content.getvalue()


FORMATS = {"moodle": write_moodle, "anki": write_anki}
