"""The drill: fresh numbers, a verdict, a record, and a return to what went wrong."""

import json
import re

import numpy as np
import pytest

from backprop.mistakes import WrongValue
from backprop.practice import Drill, ask, drill
from backprop.practice.drill import FORMAT, Record
from backprop.practice.plain import without_formulas
from backprop.practice.topics import Topic, all_topics, fresh_question


def seeded(topic=None, seed=0, **settings):
    return Drill(topic, generator=np.random.default_rng(seed), **settings)


def kind_of_question(name, choice=False):
    """A kind of question whose right answer is 1, or 'one'."""
    values = ("one", "two", "three", "four") if choice else (1, 2, 3, 4)

    def maker(generator):
        text = f"{name}, {generator.integers(10**9)}: what is $\\tfrac12 + \\tfrac12$?"
        wrong = [WrongValue(f"form {v}", "it is not.", "02_x.ipynb", v) for v in values[1:]]
        return ask(text, values[0], "Two halves.", wrong)

    maker.__name__ = name
    return maker


@pytest.fixture
def three_kinds(monkeypatch):
    """One topic with three kinds of question, and one with a choice."""
    kinds = tuple(kind_of_question(name) for name in ("first", "second", "third"))
    found = {
        "numbers": Topic("numbers", "halves", 1, kinds),
        "words": Topic("words", "texts", 2, (kind_of_question("choice", choice=True),)),
    }
    monkeypatch.setattr(drill, "all_topics", lambda: found)


def test_a_right_answer_is_right():
    practice = seeded("BP2")
    practice.ask()
    verdict = practice.answer(practice.question.right)
    assert verdict.right
    assert practice.results() == {"BP2": {"asked": 1, "right": 1, "to repeat": 0}}
    assert repr(practice) == "Drill(BP2: 1 of 1 right)"


@pytest.mark.parametrize("topic", all_topics())
def test_a_wrong_answer_has_a_name_and_an_explanation(topic):
    practice = seeded(topic)
    practice.ask()
    mistake = practice.question.wrong[0]
    verdict = practice.answer(mistake.value)
    assert not verdict.right and verdict.form == mistake.form
    assert practice.results()[topic] == {"asked": 1, "right": 0, "to repeat": 1}
    assert practice.question.reason in practice.explain().text


def test_numbers_are_fresh_and_repeat_with_the_seed():
    one, same, other = seeded(seed=1), seeded(seed=1), seeded(seed=2)
    texts = [one.ask().text for _ in range(20)]
    assert len(set(texts)) == 20
    assert texts == [same.ask().text for _ in range(20)]
    assert texts != [other.ask().text for _ in range(20)]
    assert Drill().ask().text != Drill().ask().text


def test_only_the_first_answer_counts(three_kinds):
    practice = seeded("numbers")
    practice.ask()
    assert not practice.answer(2).right
    assert practice.answer(1).right
    practice.answer(1)
    practice.explain()
    assert practice.results()["numbers"] == {"asked": 1, "right": 0, "to repeat": 1}


def test_what_is_not_an_answer_does_not_count(three_kinds):
    practice = seeded("numbers")
    practice.ask()
    for junk in ("", "abc", None, object(), [], float("nan")):
        assert not practice.answer(junk).right
    assert practice.results() == {}
    words = seeded("words")
    words.ask()
    assert "Choose one of" in words.answer("five").message
    assert words.results() == {}


def test_a_solution_without_an_answer_counts_as_a_wrong_one(three_kinds):
    practice = seeded("numbers")
    practice.ask()
    assert practice.explain().text == "The answer is 1. Two halves."
    practice.answer(1)
    assert practice.results()["numbers"] == {"asked": 1, "right": 0, "to repeat": 1}


def test_an_option_is_chosen_by_its_letter_or_its_text(three_kinds):
    words = seeded("words")
    shown = words.ask().text
    options = re.findall(r"^- (\w)\) (\w+)$", shown, flags=re.MULTILINE)
    assert [text for _, text in options] == ["four", "one", "three", "two"]
    for answer in ("b", "B)", "one", " b. "):
        assert words.answer(answer).right, answer
    assert words.answer("d").form == "form two"


def asked_kinds(practice, count, answers):
    """The kinds that are asked, if `answers` gives right or wrong for each of them."""
    kinds = []
    for _ in range(count):
        practice.ask()
        name = practice.kind.partition(".")[2]
        kinds.append(name)
        options = ("two", "one") if name == "choice" else (2, 1)
        practice.answer(options[answers(name, kinds.count(name))])
    return kinds


def test_the_drill_returns_to_a_mistake_until_two_answers_are_right(three_kinds):
    practice = seeded("numbers")
    practice.ask()
    wrong = practice.kind
    practice.answer(2)
    kinds = [wrong.partition(".")[2], *asked_kinds(practice, 4, lambda *_: True)]
    assert [kind == kinds[0] for kind in kinds] == [True, False, True, False, True]
    assert practice.record.again == {}


def test_a_wrong_answer_in_between_starts_the_count_again(three_kinds):
    practice = seeded("numbers")
    first = asked_kinds(practice, 1, lambda *_: False)[0]
    asked_kinds(practice, 4, lambda name, times: name != first or times != 2)
    assert practice.record.again == {f"numbers.{first}": 2}


def test_the_kind_that_has_waited_longest_is_next():
    record = Record()
    for kind, right in [("a", False), ("b", False), ("c", True), ("a", True), ("b", False)]:
        record.add(kind, right)
    assert list(record.again.items()) == [("a", 1), ("b", 2)]
    assert record.counts == {"a": [2, 1], "b": [2, 0], "c": [1, 1]}


def test_at_most_every_second_question_returns(three_kinds):
    practice = seeded()
    kinds = asked_kinds(practice, 40, lambda name, _: name != "first")
    pairs = list(zip(kinds, kinds[1:]))
    assert all(one != other for one, other in pairs)
    assert 15 <= kinds.count("first") <= 20
    assert {"second", "third", "choice"} < set(kinds)


def test_without_mistakes_all_kinds_are_asked_equally_often(three_kinds):
    kinds = asked_kinds(seeded("numbers"), 30, lambda *_: True)
    assert {kinds.count(name) for name in ("first", "second", "third")} == {10}


def test_a_single_kind_is_asked_again_and_again(three_kinds):
    words = seeded("words")
    assert len({words.ask().text for _ in range(3)}) == 3


def test_a_record_is_kept_and_read_again(three_kinds, tmp_path):
    path = tmp_path / "drill.json"
    practice = seeded("numbers", record=path)
    asked_kinds(practice, 3, lambda *_: False)
    again = seeded("numbers", seed=1, record=str(path))
    assert again.record == practice.record
    assert repr(again) == "Drill(numbers: 0 of 3 right)"
    again.ask()
    assert again.kind == next(iter(practice.record.again))
    assert json.loads(path.read_text(encoding="utf-8"))["format"] == FORMAT


def test_two_drills_share_a_record(three_kinds, tmp_path):
    path = tmp_path / "drill.json"
    one, other = seeded("numbers", record=path), seeded("words", record=path)
    for practice in (one, other, one):
        practice.ask()
        practice.answer("1" if practice is one else "one")
    results = seeded(record=path).results()
    assert results["numbers"]["right"] == 2 and results["words"]["right"] == 1


def test_a_kind_that_no_longer_exists_stays_in_the_record(three_kinds, tmp_path):
    path = tmp_path / "drill.json"
    record = Record({"old.kind": [3, 1]}, {"old.kind": 2})
    record.write(path)
    practice = seeded(record=path)
    asked_kinds(practice, 4, lambda *_: True)
    assert practice.record.counts["old.kind"] == [3, 1]
    assert "old" not in practice.results()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b'{"counts": {}, "again": {}}',
        b'{"format": "another", "counts": {}, "again": {}}',
        json.dumps({"format": FORMAT, "counts": {"a": [1, 2]}, "again": {}}).encode(),
        json.dumps({"format": FORMAT, "counts": {"a": [0, 0]}, "again": {}}).encode(),
        json.dumps({"format": FORMAT, "counts": {"a": ["1", 0]}, "again": {}}).encode(),
        json.dumps({"format": FORMAT, "counts": {"a": 1}, "again": {}}).encode(),
        json.dumps({"format": FORMAT, "counts": [], "again": {}}).encode(),
        json.dumps({"format": FORMAT, "counts": {}, "again": {"a": 9}}).encode(),
        json.dumps({"format": FORMAT, "counts": {}, "again": ["a"]}).encode(),
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_not_a_record_is_left_alone(three_kinds, tmp_path, content):
    path = tmp_path / "thesis.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"thesis\.json is not the record of a drill"):
        Drill(record=path)
    assert path.read_bytes() == content


def test_a_record_that_breaks_between_two_answers_is_left_alone(three_kinds, tmp_path):
    path = tmp_path / "drill.json"
    practice = seeded("numbers", record=path)
    practice.ask()
    path.write_text("my notes", encoding="utf-8")
    with pytest.raises(ValueError, match="is not the record of a drill"):
        practice.answer(1)
    assert path.read_text(encoding="utf-8") == "my notes"


def test_a_record_that_cannot_be_written_is_refused_at_once(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        Drill(record=tmp_path / "missing" / "drill.json")
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        Drill(record=tmp_path)


@pytest.mark.parametrize(
    ("topic", "nearest"),
    [("BP5", "BP4"), ("sotfmax", "softmax"), ("through", "through time"), (7, None), ("", None)],
)
def test_an_unknown_topic_is_named_with_its_neighbours(topic, nearest):
    with pytest.raises(ValueError, match="unknown topic") as raised:
        Drill(topic)
    assert "choose from by hand, " in str(raised.value)
    assert nearest is None or f"{nearest!r}" in str(raised.value).partition("did you mean")[2]


def test_a_topic_is_found_in_capitals_or_not():
    assert seeded("bp2").topic == seeded(" BP2 ").topic == "BP2"
    assert list(Drill.topics()) == list(all_topics())


def test_other_errors_on_entry():
    with pytest.raises(ValueError, match="pass generator=np.random.default_rng"):
        Drill(generator=3)
    for action in (lambda: Drill().answer(1), Drill().explain):
        with pytest.raises(ValueError, match=r"call ask\(\) first"):
            action()


def test_a_question_does_not_show_its_answer_by_accident(three_kinds):
    shown = seeded("numbers").ask()
    assert "½ + ½" in repr(shown) and "$" in shown._repr_markdown_()
    assert "Two halves" not in repr(shown)


MAKERS = {
    f"{topic.name}.{maker.__name__}": maker
    for topic in all_topics().values()
    for maker in topic.makers
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_terminal_shows_no_markup(name):
    for seed in range(5):
        question = fresh_question(MAKERS[name], np.random.default_rng(seed))
        for text in (question.text, question.reason):
            assert text.count("$") % 2 == 0
            assert not re.search(r"[\\${}]", without_formulas(text)), without_formulas(text)


def test_formulas_as_plain_text():
    matrix = r"$W = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$"
    assert without_formulas(matrix) == "W = [[1, 2], [3, 4]]"
    assert without_formulas(r"$L = \frac{1}{2n} \sum (A - Y)^2$") == "L = 1/(2n) Σ (A - Y)^2"
    assert without_formulas(r"$\partial L/\partial W_1$, $W_2^\top$") == "∂L/∂W_1, W_2ᵀ"
