"""Questions, checks and answers: every option is a mistake of its own, and is named."""

import re
import time
from fractions import Fraction
from functools import cache
from importlib import import_module
from inspect import getmembers, isfunction
from itertools import combinations
from pathlib import Path
from pkgutil import iter_modules

import nbformat
import numpy as np
import pytest
from questions import write_questions

from backprop.diagnosis import diagnose, wrong_gradients
from backprop.explorers import EXPLORERS
from backprop.losses import SquaredError
from backprop.mistakes import WrongValue, all_mistakes
from backprop.mistakes.formulas import all_formulas
from backprop.network import Network
from backprop.practice import ask, chapters, check, topics
from backprop.practice.answers import NotNumbers, read_number, read_numbers
from backprop.practice.question import as_text, exact_numbers

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted((ROOT / "book").glob("*.ipynb"))


def modules(package):
    return [import_module(f"{package.__name__}.{m.name}") for m in iter_modules(package.__path__)]


def own_functions(module):
    """The functions of a chapter that make a question."""
    return [
        function
        for name, function in getmembers(module, isfunction)
        if function.__module__ == module.__name__
        and function.__code__.co_argcount == 0
        and function.__annotations__.get("return") == "Question"
    ]


MADE = {
    f"{module.__name__[-3:].strip('_')}.{function.__name__}": function
    for module in modules(chapters)
    for function in own_functions(module)
}
EXERCISES = {name: made for name, made in MADE.items() if ".exercise_" in name}
FRESH = {
    f"{topic.name}.{maker.__name__}": maker
    for topic in topics.all_topics().values()
    for maker in topic.makers
}


@pytest.fixture(autouse=True)
def in_the_book(monkeypatch):
    monkeypatch.chdir(ROOT / "book")


def sections_exist(question):
    for mistake in question.wrong:
        page, _, anchor = mistake.section.partition("#")
        assert (ROOT / "book" / page).is_file(), mistake.section
        assert not anchor or anchor in anchors(page), mistake.section


@cache
def anchors(page):
    text = "\n".join(
        cell.source
        for cell in nbformat.read(ROOT / "book" / page, as_version=4).cells
        if cell.cell_type == "markdown"
    )
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def assert_sound(question):
    """The right value and those of the mistakes can be told apart, whatever is asked."""
    values = [question.right, *(mistake.value for mistake in question.wrong)]
    texts = [as_text(value, question.digits) for value in values]
    assert len(set(texts)) == len(texts), texts
    if not question.is_choice:
        for one, other in combinations(values, 2):
            (a, shape), (b, other_shape) = exact_numbers(one), exact_numbers(other)
            apart = max(abs(x - y) / max(abs(x), abs(y), Fraction(1, 10**9)) for x, y in zip(a, b))
            assert shape != other_shape or apart > 10.0 ** (1 - question.digits), texts
    for mistake in question.wrong:
        assert mistake.explanation and mistake.section and mistake.form
    sections_exist(question)


@pytest.mark.parametrize("name", MADE)
def test_a_question_of_a_chapter_is_sound(name):
    question = MADE[name]()
    assert_sound(question)
    assert len(question.wrong) >= 2, "a question without mistakes teaches nothing"


@pytest.mark.parametrize("name", FRESH)
def test_fresh_questions_are_sound_and_the_same_for_a_seed(name):
    for seed in range(15):
        question = topics.fresh_question(FRESH[name], np.random.default_rng(seed))
        assert_sound(question)
        assert len(question.wrong) >= 3
        assert question == topics.fresh_question(FRESH[name], np.random.default_rng(seed))


@cache
def fresh_mistakes():
    """Form and explanation of every wrong option of some fresh questions of each kind."""
    return {
        (mistake.form, mistake.explanation)
        for maker in FRESH.values()
        for seed in range(12)
        for mistake in topics.fresh_question(maker, np.random.default_rng(seed)).wrong
    }


def diagnosed_forms():
    """The forms that the diagnosis of a gradient names, if it is made of finite numbers."""
    generator = np.random.default_rng(0)
    network = Network([2, 3, 2], ["tanh", "sigmoid"], l2=0.1, generator=generator)
    X, Y = generator.normal(size=(4, 2)), generator.normal(size=(4, 2))
    sum_of_rows = Network(
        [2, 2], loss=SquaredError("nothing", half=True), l2=0.1, generator=generator
    )
    right, found = wrong_gradients(network, X, Y, learning_rate=0.3)
    found += wrong_gradients(sum_of_rows, X, Y)[1]
    biases = ~network.penalized
    penalty = network.l2 * np.where(biases, 0.0, network.parameters)
    made = [right - penalty, right - penalty / 2, np.where(biases, 0.3 * right, right)]
    named = [diagnose(gradient, network, X, Y).form for gradient in made]
    assert named == [
        "missing penalty",
        "constant factor in the penalty",
        "constant factor in the biases",
    ]
    return {wrong.form for wrong in found} | set(named)


def test_every_known_mistake_in_a_gradient_is_an_option_of_a_fresh_question():
    known = {kind.form for kind in all_mistakes()} | diagnosed_forms()
    assert len(known) > 20
    assert known <= {form for form, _ in fresh_mistakes()}


def test_every_known_mistake_in_a_formula_is_an_option_somewhere():
    """Of a fresh question or, where fresh numbers make no sense, of a chapter or an explorer."""
    in_chapters = {
        (mistake.form, mistake.explanation) for made in MADE.values() for mistake in made().wrong
    }
    in_explorers = {
        (mistake.form, mistake.explanation)
        for explorer in EXPLORERS.values()
        for formula in explorer.formulas.values()
        for mistake in formula.mistakes
    }
    for name, formula in all_formulas().items():
        options = {(mistake.form, mistake.explanation) for mistake in formula.mistakes}
        assert options <= fresh_mistakes() | in_chapters | in_explorers, name


def test_fresh_numbers_are_drawn_again_if_mistakes_cannot_be_told_apart():
    draws = []

    def maker(generator):
        draws.append((0, 0, 2)[len(draws)])
        wrong = [WrongValue(f"form {n}", "it is not.", "x", n * draws[-1]) for n in (1, 2, 3)]
        return ask("What?", 7, "", wrong)

    question = topics.fresh_question(maker, np.random.default_rng(0))
    assert draws == [0, 0, 2]
    assert len(question.wrong) == 3

    def hopeless(generator):
        draws.append(0)
        return ask("What?", 7, "", [])

    draws.clear()
    assert topics.fresh_question(hopeless, np.random.default_rng(0)).wrong == ()
    assert len(draws) == 20


def test_three_hundred_questions_are_made_in_two_seconds():
    generator, start = np.random.default_rng(0), time.process_time()
    makers = list(FRESH.values())
    for index in range(300):
        topics.fresh_question(makers[index % len(makers)], generator)
    assert time.process_time() - start < 2


def test_topics_are_in_the_order_of_the_book_and_their_names_are_short():
    found = list(topics.all_topics().values())
    assert [topic.chapter for topic in found] == sorted(topic.chapter for topic in found)
    for topic in found:
        assert len(topic.name) <= 15 and topic.title and topic.makers
        assert len({maker.__name__ for maker in topic.makers}) == len(topic.makers)
    assert len({topic.name.lower() for topic in found}) == len(found)


def rounded(value, digits):
    """A value as it is typed, with so many significant digits."""
    if np.ndim(value):
        return [rounded(part, digits) for part in value]
    return f"{float(value):.{digits}g}"


def answer_of(question, value):
    """What a learner hands to a check: a value, or a function that gives these values."""
    if not question.calls:
        return value
    left = iter([*value, *value])
    return lambda *_: next(left)


@pytest.mark.parametrize("name", EXERCISES)
def test_a_check_says_right_or_names_the_mistake(name):
    question = EXERCISES[name]()
    short = name.replace("exercise_", "").lstrip("0")
    assert check(short) is None and check(short, ...) is None
    verdict = question.judge(answer_of(question, question.right))
    assert verdict.right and verdict.form is None
    for mistake in question.wrong:
        verdict = question.judge(answer_of(question, mistake.value))
        assert not verdict.right and verdict.form == mistake.form
        assert mistake.section == verdict.section
    if question.is_choice:
        assert not question.judge("something else").right
        return
    assert question.judge(answer_of(question, rounded(question.right, question.digits))).right
    far = question.judge(answer_of(question, rounded_off(question.right)))
    assert not far.right and (far.form is None or "none of the known" not in far.message)
    for junk in ("", "abc", [], object(), float("nan"), {"a": 1}):
        verdict = question.judge(junk)
        assert not verdict.right and verdict.message


def test_looking_for_an_answer_changes_no_argument():
    """A function may change the network that it trains; the check still begins with a new one."""
    trained = []

    def answer(network, *_):
        trained.append(network[0][0]["weights"][0])
        network[0][0]["weights"][0] += 1.0
        return [0.0]

    assert not check("4.4", answer).right
    assert len(trained) == 2 and trained[0] == trained[1]


def rounded_off(value):
    """Values that are 1.2 % too large: too far to be right, too near to be something else."""
    if np.ndim(value):
        return [rounded_off(part) for part in value]
    return float(value) * 1.012 + (0.012 if value == 0 else 0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("−0.68765", "-0.68765"),
        ("-13753/20000", "-0.68765"),
        ("0,68765", "0.68765"),
        (" + 1.5 ", "1.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1.2e-3", "0.0012"),
        ("1.2·10⁻³", "0.0012"),
        ("1.2 × 10^(-3)", "0.0012"),
        ("97 %", "0.97"),
        ("1,234.5", "1234.5"),
        ("1 234", "1234"),
    ],
)
def test_a_number_is_read_as_people_type_it(text, value):
    assert read_number(text) == (Fraction(value),)


def test_a_comma_can_be_either():
    assert set(read_number("1,234")) == {Fraction(1234), Fraction("1.234")}


@pytest.mark.parametrize(
    "text", ["", "abc", "1/0", "1/2/3", "--1", "1e999999", "9" * 80, "∞", "1,2,3"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(NotNumbers):
        read_number(text)


def test_arrays_and_lists_have_a_shape():
    assert read_numbers([[1, 2], [3, 4]])[1] == (2, 2)
    assert read_numbers(np.ones((2, 3)))[1] == (2, 3)
    assert read_numbers("1; 2; 3")[1] == read_numbers("(1, 2, 3)")[1] == (3,)
    with pytest.raises(NotNumbers, match="different lengths"):
        read_numbers([[1, 2], [3]])


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_questions_of_a_chapter_are_as_they_would_be_written(path):
    notebook = nbformat.read(path, as_version=4)
    before = [cell.source for cell in notebook.cells]
    write_questions(path, notebook)
    assert [cell.source for cell in notebook.cells] == before


def test_every_question_of_a_chapter_is_on_its_page():
    for path in CHAPTERS:
        number = path.stem.split("_")[0]
        there = [cell.metadata.get("question") for cell in nbformat.read(path, 4).cells]
        made = {name.partition(".")[2] for name in MADE if name.startswith(f"{number}.")}
        asked = {name for name in made if not name.startswith("exercise_")}
        assert sorted(filter(None, there)) == sorted(asked), number
