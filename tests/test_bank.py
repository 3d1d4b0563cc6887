"""The question bank: read back as Moodle and Anki read it, and by a second program."""

import html
import io
import json
import re
import sqlite3
import sys
import zipfile
from contextlib import closing
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from time import process_time
from xml.etree import ElementTree

import numpy as np
import pytest
from moodle_xml_parser.parser import parse_bytes

from backprop.mistakes import WrongValue
from backprop.practice.page import MOST_OPTIONS, explained
from backprop.practice.question import as_text, ask, exact_numbers
from backprop.practice.topics import Topic
from coursework import bank, cards, commands
from coursework.bank import Drawn, Wanted
from coursework.files import Refused
from coursework.typesetting import tables, to_html

ROOT = Path(__file__).resolve().parents[1]
BOOK = "https://example.org/book"
TOPICS = bank.all_topics()
SECTION = "02_two_two_one_by_hand.ipynb#the-update"


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["coursework", "bank", *map(str, arguments)])
    status = commands.main()
    said = capsys.readouterr()
    return status, said.out, said.err


# Moodle, read by the rules of its importer (question/format/xml/format.php): what it does not know
# it drops without a word, and what is missing it replaces. So here both are errors.

ONCE = {"name", "questiontext", "generalfeedback", "defaultgrade", "penalty", "hidden", "idnumber"}
OF_TYPE = {
    "numerical": ONCE,
    "multichoice": ONCE | {"single", "shuffleanswers", "answernumbering"},
}
WITH_FORMAT = ("questiontext", "generalfeedback", "feedback")


def only_text(element):
    """The text of an element that has it in a child of its own."""
    assert [child.tag for child in element] == ["text"] and not (element.text or "").strip()
    assert element.attrib == ({"format": "html"} if element.tag in WITH_FORMAT else {})
    return element[0].text or ""


def read_answer(element, kind):
    assert set(element.attrib) == {"fraction", "format"}
    assert element.get("format") == ("html" if kind == "multichoice" else "moodle_auto_format")
    wanted = ["text", "feedback"] + ["tolerance"] * (kind == "numerical")
    assert [child.tag for child in element] == wanted
    answer = {
        "text": element[0].text,
        "fraction": {"100": 1, "0": 0}[element.get("fraction")],
        "feedback": only_text(element[1]),
    }
    if kind == "numerical":
        assert re.fullmatch(r"\*|-?\d+(\.\d+)?", answer["text"])
        assert re.fullmatch(r"\d+(\.\d+)?", element[2].text)
        answer["tolerance"] = Decimal(element[2].text)
    return answer


def read_moodle(content):
    """The questions in a file, each with the category in which Moodle puts it."""
    assert content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    quiz = ElementTree.fromstring(content)
    assert quiz.tag == "quiz" and not quiz.attrib
    category, questions = None, []
    for element in quiz:
        assert element.tag == "question"
        kind = element.get("type")
        if kind == "category":
            (child,) = element
            category = only_text(child)
            assert child.tag == "category" and category.startswith("$course$/top/")
            continue
        tags = [child.tag for child in element if child.tag != "answer"]
        assert sorted(tags) == sorted(OF_TYPE[kind])
        question = {child.tag: child.text for child in element}
        for tag in ("name", "questiontext", "generalfeedback"):
            question[tag] = only_text(element.find(tag))
        question["answers"] = [read_answer(a, kind) for a in element.findall("answer")]
        assert [a["fraction"] for a in question["answers"]].count(1) == 1
        questions.append(question | {"type": kind, "category": category})
    return questions


def grade(question, typed):
    """The answer that Moodle finds for a typed number: the first one that is near enough."""
    for answer in question["answers"]:
        if answer["text"] == "*":
            return answer
        if abs(Decimal(answer["text"]) - Decimal(typed)) <= answer["tolerance"]:
            return answer
    raise AssertionError("nothing agrees")


def html_is_whole(text):
    """Elements are closed, and no formula or link of Markdown is left."""
    ElementTree.fromstring(f"<div>{text}</div>")
    outside = re.sub(r"\\\(.*?\\\)|\\\[.*?\\\]|<[^>]*>", "", text, flags=re.DOTALL)
    assert not re.search(r"\$|\]\(|\*\*|\\[a-zA-Z(\[]", outside), outside


@pytest.mark.parametrize("choices", [False, True])
def test_a_bank_is_what_moodle_reads(choices):
    content, what = bank.write_moodle(Wanted(count=60, seed=7, choices=choices))
    questions = read_moodle(content)
    assert what == "60 questions" and len(questions) == 60
    ids = [question["idnumber"] for question in questions]
    assert len(set(ids)) == len(ids) and all(0 < len(name) <= 100 for name in ids)
    assert len({question["name"] for question in questions}) == len(questions)
    assert len({question["questiontext"] for question in questions}) == len(questions)
    for question in questions:
        assert question["defaultgrade"] == "1" and question["penalty"] == "0.3333333"
        assert question["hidden"] == "0" and len(question["answers"]) >= 3
        assert not choices or question["type"] == "multichoice"
        texts = [question["questiontext"], question["generalfeedback"]]
        for text in [*texts, *(answer["feedback"] for answer in question["answers"])]:
            html_is_whole(text)
            assert "<a " not in text
        if question["type"] == "multichoice":
            shown = [answer["text"] for answer in question["answers"]]
            assert len(set(shown)) == len(shown) <= MOST_OPTIONS
            assert question["single"] == question["shuffleanswers"] == "true"
            assert question["answernumbering"] == "abc"


def test_a_second_program_reads_the_same():
    """It reads questions of the type multichoice, and decodes entities once more."""
    content, _ = bank.write_moodle(Wanted(count=30, seed=3, choices=True, book=BOOK))
    others = parse_bytes(content)["multichoice"]
    questions = read_moodle(content)
    assert len(others) == len(questions) == 30
    for question, other in zip(questions, others):
        assert other.name == question["name"]
        assert other.text_pre_parse == html.unescape(question["questiontext"])
        assert other.general_feedback == html.unescape(question["generalfeedback"])
        assert (other.default_grade, other.penalty) == (1, 0.3333333)
        assert other.single and other.shuffle_answers and other.answernumbering == "abc"
        assert [(o.answer, o.score_fraction, o.feedback) for o in other.options] == [
            (html.unescape(a["text"]), 100 * a["fraction"], html.unescape(a["feedback"]))
            for a in question["answers"]
        ]


@pytest.mark.parametrize("topic", TOPICS)
def test_a_typed_number_gets_what_the_page_says(topic):
    """Right to its digits, each mistake under its name, rounded too early, and anything else."""
    content, _ = bank.write_moodle(Wanted(topic, 12, 1))
    drawn = bank.draw(topic, 12, 1)
    assert len(read_moodle(content)) == len(drawn)
    for read, question in zip(read_moodle(content), (d.question for d in drawn)):
        assert not question.calls, "an answer in a bank is not a function"
        if read["type"] == "multichoice":
            continue
        right = float(question.right)
        for text in (repr(right), f"{right:.{question.digits}g}"):
            assert grade(read, text)["fraction"] == 1
        for mistake in question.wrong:
            if exact_numbers(mistake.value)[1] == ():
                found = grade(read, repr(float(mistake.value)))
                assert found["fraction"] == 0
                assert found["feedback"] == to_html(explained(mistake), None)
        if right and question.judge(right * 1.012).form == "rounded too early":
            assert "rounded on the way" in grade(read, repr(right * 1.012))["feedback"]
        far = 97.0 * max(abs(float(a["text"])) for a in read["answers"] if a["text"] != "*")
        assert grade(read, repr(far))["feedback"] == "<p>This is none of the known mistakes.</p>"


def moodle_of(question, **wanted):
    """The one question in the file that is made of it."""
    quiz = ElementTree.Element("quiz")
    bank.add_question(quiz, Drawn("a topic", 1, "a name", question), "id", Wanted(**wanted))
    return read_moodle(b"<?xml version='1.0' encoding='utf-8'?>" + ElementTree.tostring(quiz))[0]


def wrong(value, form="a form"):
    return WrongValue(form, "what was done & why: $a < b$.", SECTION, value)


def test_texts_and_sequences_are_choices():
    texts = ask("$a<b$ & *which*?", "the <first>", "", [wrong("second"), wrong("$c$", "other")])
    read = moodle_of(texts)
    assert read["type"] == "multichoice"
    assert read["questiontext"] == (
        r'<p><span class="math inline">\(a&lt;b\)</span> &amp; <em>which</em>?</p>'
    )
    shown = [answer["text"] for answer in read["answers"]]
    assert shown[0] == "<p>the &lt;first&gt;</p>" and r"\(c\)" in shown[2]
    row = ask("Which?", [1, Fraction(1, 2)], "", [wrong([2, 3]), wrong(4, "a number")])
    assert [a["text"] for a in moodle_of(row)["answers"]] == [
        "<p>(1, 0.5)</p>",
        "<p>(2, 3)</p>",
        "<p>4</p>",
    ]


def test_a_choice_has_each_mistake_once_and_not_more_than_a_page():
    many = ask("?", 100, "", [wrong(n, f"form {n % 9}") for n in range(1, 19)])
    read = moodle_of(many, choices=True)
    assert [a["text"] for a in read["answers"]] == [
        f"<p>{n}</p>" for n in (100, *range(1, MOST_OPTIONS))
    ]
    assert len(moodle_of(many)["answers"]) == 1 + 18 + 2


def test_numbers_are_written_with_digits_only():
    small = ask("?", 1.5e-7, "", [wrong(-2e-9), wrong(3e12, "large"), wrong([1, 2], "two")])
    read = moodle_of(small)
    numbers = [answer["text"] for answer in read["answers"]]
    assert numbers == ["0.00000015", "-0.000000002", "3000000000000", "0.00000015", "*"]
    assert grade(read, "0.0000001503")["feedback"] != grade(read, "0.00000015")["feedback"]
    nothing = moodle_of(ask("?", 0, "", [wrong(1)]))
    assert [a["text"] for a in nothing["answers"]] == ["0", "1", "*"]
    assert grade(nothing, "0")["fraction"] == 1


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_questions():
    wanted = Wanted(count=20, seed=7)
    first, _ = bank.write_moodle(wanted)
    assert first == bank.write_moodle(wanted)[0]
    texts = {question["questiontext"] for question in read_moodle(first)}
    other = read_moodle(bank.write_moodle(Wanted(count=20, seed=8))[0])
    # A few kinds have so few numbers that they can be the same.
    assert len(texts & {question["questiontext"] for question in other}) < 5
    ids = {question["idnumber"] for question in read_moodle(first)}
    assert not ids & {question["idnumber"] for question in other}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_question_does_not_depend_on_how_many_there_are(topic):
    assert bank.draw(topic, 9, 5)[:4] == bank.draw(topic, 4, 5)


def test_topics_share_the_questions_and_have_a_category_each(monkeypatch):
    makers = next(iter(TOPICS.values())).makers
    topics = {name: Topic(name, "a/title", 1, makers) for name in ("C", "a/c", "b")}
    monkeypatch.setattr(bank, "all_topics", lambda: topics)
    questions = read_moodle(bank.write_moodle(Wanted(count=8))[0])
    found = [question["category"].removeprefix("$course$/top/") for question in questions]
    names = ["C"] * 3 + ["a//c"] * 3 + ["b"] * 2
    assert found == [f"Backpropagation/{name}: a//title" for name in names]
    assert len({question["idnumber"] for question in questions}) == 8
    assert bank.chosen(Wanted(topic="c", count=5)) == {"C": 5}
    assert bank.chosen(Wanted(count=1)) == {"C": 1, "a/c": 0, "b": 0}
    assert len(ElementTree.fromstring(bank.write_moodle(Wanted(count=1))[0])) == 2


def test_a_topic_that_repeats_itself_says_how_many_questions_it_has(monkeypatch):
    def coin(generator):
        side = generator.integers(2)
        return ask(f"What is {side} + 1?", int(side + 1), "", [wrong(int(side))])

    topics = {"coins": Topic("coins", "heads or tails", 1, (coin,))}
    monkeypatch.setattr(bank, "all_topics", lambda: topics)
    assert len(bank.draw("coins", 2, 0)) == 2
    with pytest.raises(Refused, match="has only 2 different questions"):
        bank.draw("coins", 3, 0)


def test_two_hundred_questions_take_no_time():
    bank.draw(next(iter(TOPICS)), 1, 0)
    begin = process_time()
    bank.write_moodle(Wanted(count=200, seed=7))
    assert process_time() - begin < 5, "about half a second"


# HTML


def test_links_lead_into_the_book_or_are_words():
    text = "See [chapter 2](02_page.ipynb#the-*update*), [here](#x), [DOI](https://doi.org/1)."
    words = to_html(text, None)
    assert words == '<p>See chapter 2, here, <a href="https://doi.org/1">DOI</a>.</p>'
    linked = to_html(text, f"{BOOK}/", "glossary.md")
    assert f'<a href="{BOOK}/02_page.html#the-*update*">chapter 2</a>' in linked
    assert f'<a href="{BOOK}/glossary.html#x">here</a>' in linked
    assert '<a href="https://doi.org/1">DOI</a>' in linked


def test_formulas_get_the_marks_of_mathjax_and_code_stays():
    text = to_html("`$a$` <b> $5$ & $$b$$", None)
    assert text.startswith("<p><code>$a$</code> &lt;b&gt; ") and " &amp; " in text
    assert r"\(5\)" in text and r"\[b\]" in text
    assert r"\[x &amp; y\]" in to_html("$$\nx & y\n$$", None)


def test_a_table_is_read_with_the_heading_above_it():
    (table,) = tables("# A\n\n| a | b |\n|---|---|\n| $x \\| y$ | `c` |\n")
    assert (table.heading, table.columns) == ("A", ["a", "b"])
    assert table.rows == [{"a": "$x | y$", "b": "`c`"}]


# Anki, read as the archive of a database that it is


def read_anki(content, times=None):
    """The decks' names, and the notes of each; the times of their last change go into `times`."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert file.testzip() is None and sorted(file.namelist()) == ["collection.anki2", "media"]
        assert json.loads(file.read("media")) == {}
        database = file.read("collection.anki2")
    with closing(sqlite3.connect(":memory:")) as collection:
        collection.deserialize(database)
        assert collection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        decks, models = map(
            json.loads, collection.execute("SELECT decks, models FROM col").fetchone()
        )
        rows = collection.execute(
            "SELECT cards.did, notes.mid, notes.guid, notes.flds FROM cards "
            "JOIN notes ON notes.id = cards.nid ORDER BY cards.due, cards.id"
        ).fetchall()
        counts = [
            collection.execute(f"SELECT count(DISTINCT {what}) FROM {table}").fetchone()[0]
            for what, table in (("id", "notes"), ("guid", "notes"), ("id", "cards"))
        ]
        if times is not None:
            times.update(time for (time,) in collection.execute("SELECT mod FROM notes"))
    assert counts == [len(rows)] * 3
    assert {str(mid) for _, mid, _, _ in rows} <= models.keys()
    found = {}
    for did, _, guid, fields in rows:
        found.setdefault(decks[str(did)]["name"], []).append((guid, *fields.split("\x1f")))
    return found


def test_the_cards_are_the_books_terms_signs_and_equations():
    content, what = bank.write_anki(Wanted())
    decks = read_anki(content)
    assert what == f"{sum(map(len, decks.values()))} cards"
    glossary = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    terms = [f"<p>{html.escape(t)}</p>" for t in re.findall("^## (.+)$", glossary, re.M)]
    assert [front for _, front, _ in decks["Backpropagation::Terms"]] == terms
    equations = {front: back for _, front, back in decks["Backpropagation::Equations"]}
    assert [front[3:6] for front in equations] == ["BP1", "BP2", "BP3", "BP4"]
    bp2 = equations["<p>BP2: the delta of the layer below</p>"]
    assert r"\[\delta_{\text{below}} = (\delta\, W^\top) \odot f'(Z_{\text{below}})\]" in bp2
    signs = {front: back for _, front, back in decks["Backpropagation::Signs"]}
    weights = [front for front in signs if r"\(W\)" in front]
    assert len(weights) == 2, "of a layer, and of a network with cycles"
    assert any(r"\(\odot\)" in front for front in signs)
    for notes in decks.values():
        for _, front, back in notes:
            html_is_whole(front)
            html_is_whole(back)
            assert 'href="#' not in back and ".ipynb" not in back and ".md" not in back


def test_cards_link_to_the_book_if_its_address_is_known():
    decks = read_anki(bank.write_anki(Wanted(book=BOOK))[0])
    backs = " ".join(back for _, _, back in decks["Backpropagation::Terms"])
    assert f'href="{BOOK}/glossary.html#gradient"' in backs
    for page in re.findall(rf'href="{BOOK}/(\w+)\.html', backs):
        assert list((ROOT / "book").glob(f"{page}.*")), page


def test_cards_have_the_same_bytes_and_keep_their_identity(monkeypatch):
    first, _ = bank.write_anki(Wanted())
    assert first == bank.write_anki(Wanted())[0]
    before = {guid for notes in read_anki(first).values() for guid, _, _ in notes}
    terms = cards.terms()
    changed = [cards.Card(card.front, "Another text.", card.page) for card in terms[:5]]
    monkeypatch.setattr(cards, "terms", lambda: changed)
    old, new = set(), set()
    read_anki(first, old)
    after = read_anki(bank.write_anki(Wanted())[0], new)["Backpropagation::Terms"]
    assert {guid for guid, _, _ in after} <= before and after[0][2] == "<p>Another text.</p>"
    assert len(old) == len(new) == 1 and old != new, "otherwise Anki keeps the old text"


def test_cards_need_the_books_pages(monkeypatch, tmp_path):
    monkeypatch.setattr(cards, "GLOSSARY", tmp_path / "glossary.md")
    with pytest.raises(Refused, match=r"glossary.md cannot be read.*Run this in a copy"):
        bank.write_anki(Wanted())


# The command


def test_the_command_writes_a_file_and_says_what_is_in_it(monkeypatch, capsys, tmp_path):
    topic, out = next(iter(TOPICS)), tmp_path / "new" / "bank.xml"
    options = ("--topic", topic.upper(), "--count", 1, "--seed", 7, "--book", BOOK, "--out", out)
    assert run(monkeypatch, capsys, *options) == (0, f"1 question in {out}\n", "")
    (question,) = read_moodle(out.read_bytes())
    assert any(f'<a href="{BOOK}/' in answer["feedback"] for answer in question["answers"])
    out = tmp_path / "cards.apkg"
    status, said, _ = run(monkeypatch, capsys, "--format", "anki", "--out", out)
    assert status == 0 and re.fullmatch(rf"\d+ cards in {out}\n", said)
    assert read_anki(out.read_bytes())


@pytest.mark.parametrize(
    ("options", "why"),
    {
        ("--count", "0"): r"--count is 0: give 1 to 10000",
        ("--count", "10001"): r"--count is 10001: give 1 to 10000",
        ("--seed", "-1"): r"--seed is -1: give 0 or more",
        ("--topic", "BP9"): rf"there is no topic 'BP9': choose from .*{min(TOPICS)}",
        ("--format", "word"): r"there is no format 'word': choose from moodle, anki",
        ("--book", "example.org"): r"--book is 'example.org': give the address .* https://",
        ("--book", "http://[x"): r"--book is 'http://\[x': give the address",
        ("--format", "anki", "--count", "3"): r"--count, --seed and --choices are for questions",
        ("--format", "anki", "--choices"): r"are for questions; the cards for Anki are always all",
    }.items(),
)
def test_what_cannot_be_done_is_refused_and_nothing_is_written(
    monkeypatch, capsys, tmp_path, options, why
):
    out = tmp_path / "bank"
    status, said, error = run(monkeypatch, capsys, *options, "--out", out)
    assert status == 1 and not said and re.search(why, error) and error.count("\n") == 1
    assert not out.exists() and not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_named(monkeypatch, capsys, tmp_path):
    status, _, error = run(monkeypatch, capsys, "--count", 1, "--out", tmp_path)
    assert status == 1 and str(tmp_path) in error
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    out = tmp_path / "file" / "bank.xml"
    status, _, error = run(monkeypatch, capsys, "--count", 1, "--out", out)
    assert status == 1 and f"cannot write {out}" in error
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


def test_as_text_and_the_file_agree_on_exact_numbers():
    drawn = bank.draw(next(iter(TOPICS)), 6, 2)
    for question in (d.question for d in drawn if bank.is_number(d.question)):
        shown = as_text(question.right, question.digits).replace("−", "-")
        assert np.isclose(float(shown), float(bank.decimal(bank.number(question.right))), rtol=1e-3)
