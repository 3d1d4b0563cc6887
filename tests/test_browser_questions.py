"""The questions of the pages in a browser: judged as in Python, remembered, and cleared."""

import json
import re
from pathlib import Path

import browser
import nbformat
from questions import make_question

from backprop.practice.page import on_page
from backprop.practice.question import as_text, capital, exact_numbers

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted((ROOT / "book").glob("*.ipynb"))
PHONE = 360

# Type each text into the field of its question, or press the button that has it as its label.
ANSWER = """(() => {
    const asked = %s;
    const boxes = [...document.querySelectorAll(".question-box")];
    return asked.map(([index, text, pressed]) => {
        const box = boxes[index];
        if (pressed) {
            [...box.querySelectorAll(".choices button")]
                .find(button => button.textContent === text).click();
        } else {
            box.querySelector("input").value = text;
            box.querySelector("form").requestSubmit();
        }
        const verdict = box.querySelector(".verdict");
        return [verdict.dataset.verdict, verdict.textContent.slice(2).trim()];
    });
})()"""
SEEN = """[...document.querySelectorAll(".question-box")].map(box => [
    box.querySelector("input")?.value, box.querySelector(".verdict").dataset.verdict])"""
PROGRESS = "document.querySelector('.progress-line').textContent"
NOTES = "[...document.querySelectorAll('.progress-note')].map(note => note.textContent)"
CLEAR = """(() => {
    window.confirm = () => true;
    document.querySelector(".progress-line button").click();
    return localStorage.getItem('backprop-answers');
})()"""


def questions_of(path):
    """The questions on a chapter's page, in order."""
    cells = nbformat.read(path, as_version=4).cells
    names = [cell.metadata["question"] for cell in cells if "question" in cell.metadata]
    return [(name, make_question(path, name)) for name in names]


def is_number(question):
    return not question.is_choice and not exact_numbers(question.right)[1]


def typed(question):
    """Texts that people might type, for a question about a number."""
    (right,), _ = exact_numbers(question.right)
    values = [m.value for m in on_page(question)]
    decimal = f"{float(right):.6g}"
    texts = [decimal, decimal.replace("-", "−"), decimal.replace(".", ","), str(right), "abc"]
    texts += [as_text(value, question.digits) for value in values]
    return [*texts, f"{float(right) * 1.012:.8g}", f"{float(right) + 1000:.8g}"]


def expected(question, answer):
    """The verdict in Python, and how its words begin on the page."""
    verdict = question.judge(answer)
    if verdict.right:
        return "right", "Right."
    if verdict.form in {mistake.form for mistake in on_page(question)}:
        return "wrong", f"{capital(verdict.form)}."
    starts = {"rounded too early": "Close:", None: "Not right, and none"}
    return "wrong", starts.get(verdict.form, "Not right, and none")


def address(book, path):
    return (book / "book" / f"{path.stem}.html").as_uri()


def test_a_page_judges_as_the_package_does(book, chromium, monkeypatch):
    monkeypatch.chdir(ROOT / "book")
    paths = [path for path in CHAPTERS if questions_of(path)]
    asked = []
    for path in paths:
        asked.append([])
        for index, (_, question) in enumerate(questions_of(path)):
            values = [question.right, *(mistake.value for mistake in on_page(question))]
            pressed = [(as_text(value, question.digits), value) for value in values]
            asked[-1] += [(index, text, True, value) for text, value in pressed]
            if is_number(question):
                asked[-1] += [(index, text, False, text) for text in typed(question)]
    scripts = [ANSWER % json.dumps([one[:3] for one in tried]) for tried in asked]
    for path, tried, script in zip(paths, asked, scripts):
        with browser.visit(chromium, address(book, path), PHONE) as seen:
            said = seen.page.evaluate(script)
            assert not seen.complaints
        questions = [question for _, question in questions_of(path)]
        for (index, text, _, answer), (verdict, words) in zip(tried, said):
            wanted, start = expected(questions[index], answer)
            if text == "abc":
                start = "This is not a number"
            assert verdict == wanted, (path.name, text, words)
            words = words.replace("’", "'")
            assert words.startswith(start), (path.name, text, words, start)


def test_answers_are_remembered_shown_and_cleared(book, chromium):
    page, landing = address(book, CHAPTERS[1]), (book / "book" / "index.html").as_uri()
    first = ANSWER % json.dumps([[0, "0.85", False], [1, "1", False]])
    with browser.visit(chromium, page) as visit:

        def then(address, script):
            visit.go_to(address)
            return visit.page.evaluate(script)

        visit.page.evaluate(first)
        seen, notes, progress = then(page, SEEN), then(landing, NOTES), then(page, PROGRESS)
        with visit.page.expect_navigation():  # the button loads the page again
            stored = visit.page.evaluate(CLEAR)
        after = then(page, SEEN)
    total = len(seen)
    assert seen[:3] == [["0.85", "right"], ["1", "wrong"], ["", None]]
    assert notes == [f"2 of {total} questions answered, 1 right"]
    assert progress.startswith(f"2 of {total} questions answered, 1 right.")
    assert stored is None and after[0] == ["", None]


def test_the_pages_of_the_questions_stay_small(book):
    for path in CHAPTERS:
        text = (book / "book" / f"{path.stem}.html").read_text(encoding="utf-8")
        folded = re.findall(r'<details class="question".*?</details>\s*</details>', text, re.DOTALL)
        assert sum(map(len, folded)) < 40_000, path.name
