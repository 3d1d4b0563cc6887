"""The built book in a browser: silent, on its own, typeset, searchable, fit for a phone."""

import browser
import pytest

PHONE = 360
QUESTION = """() => {
    const number = what => document.querySelectorAll(what).length;
    return {
        width: document.documentElement.scrollWidth,
        formulas: number(".math"), typeset: number("mjx-container"), misread: number("mjx-merror"),
        found: number("ul.search > li"),
    };
}"""

BAD_PAGE = """<!doctype html><title>bad</title><div style="width: 500px">wide</div>
<img src="https://example.org/picture.png" alt=""><script src="missing.js"></script>
<script>console.error("said"); null.thrown</script>"""


@pytest.fixture(scope="module")
def visits(book, contents, chromium):
    """What was seen on every page of the book, by the page's name."""
    names = [f"{name}.html" for name in contents]
    names += ["genindex.html", "py-modindex.html", "search.html?q=delta"]
    return {name: look_at(chromium, f"{book.as_uri()}/{name}") for name in names}


def look_at(chromium, address):
    """The answers of a page to `QUESTION`, what it asked for, and what it complained of."""
    with browser.visit(chromium, address, PHONE) as seen:
        answers = seen.page.evaluate(QUESTION)
        return answers | {"requests": seen.requests, "complaints": seen.complaints}


def test_no_page_complains(visits):
    assert {name: seen["complaints"] for name, seen in visits.items() if seen["complaints"]} == {}


def test_no_page_asks_another_host_for_anything(visits):
    for name, seen in visits.items():
        assert all(url.startswith(("file:", "data:")) for url in seen["requests"]), name


def test_no_page_is_wider_than_a_phone(visits):
    widths = {name: seen["width"] for name, seen in visits.items()}
    assert {name: width for name, width in widths.items() if width > PHONE} == {}


def test_every_formula_is_typeset(visits):
    for name, seen in visits.items():
        assert seen["misread"] == 0, name
        assert seen["typeset"] == seen["formulas"], name
    assert visits["book/notation.html"]["typeset"] > 20


def test_the_search_finds_a_word(visits):
    assert visits["search.html?q=delta"]["found"] > 0


def test_a_bad_page_would_be_seen(tmp_path, chromium):
    (tmp_path / "bad.html").write_text(BAD_PAGE, encoding="utf-8")
    seen = look_at(chromium, (tmp_path / "bad.html").as_uri())
    assert "https://example.org/picture.png" in seen["requests"]
    assert seen["width"] >= 500
    complaints = "\n".join(seen["complaints"])
    for complaint in ("ERR_NAME_NOT_RESOLVED", "ERR_FILE_NOT_FOUND", "said", "TypeError"):
        assert complaint in complaints
