"""A walk through a page by the Tab key: all is reached, the focus shows, nothing is a trap."""

import browser
import pytest

pytestmark = pytest.mark.usefixtures("chromium")
PHONE = 375

# What a reader must reach, if it is there to be seen.
TARGETS = (
    ".question-box input, .question-box button, .bd-article summary, .bd-article [data-wide],"
    " .bd-article a[href]:not(.headerlink)"
)
MARK = f"""() => [...document.querySelectorAll("{TARGETS}")]
    .filter(element => element.checkVisibility())
    .map((element, index) => {{ element.dataset.target = index; return element.outerHTML; }})"""
# Where the focus is: the number of a target, whether the focus can be seen, and an end.
FOCUS = """() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const style = getComputedStyle(element);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return {
        target: element.dataset.target,
        seen: ring || style.boxShadow !== "none",
        html: element.outerHTML.slice(0, 200),
    };
}"""


@pytest.fixture(params=["index", "02_two_two_one_by_hand"])
def page(request, book, chromium):
    address = (book / "book" / f"{request.param}.html").as_uri()
    with browser.visit(chromium, address, PHONE) as seen:
        yield seen.page


def test_tab_reaches_all_shows_where_it_is_and_comes_to_the_end(page):
    page.wait_for_function("document.querySelector('[data-wide]')")
    targets = page.evaluate(MARK)
    reached, hidden = set(), []
    for _ in range(len(targets) + 200):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None:
            break
        if focus["target"] is not None:
            reached.add(int(focus["target"]))
        if not focus["seen"]:
            hidden.append(focus["html"])
    else:
        pytest.fail(f"the end of the page is not reached, but {focus['html']}")
    assert [html[:200] for index, html in enumerate(targets) if index not in reached] == []
    assert hidden == []


def test_the_first_stop_leads_past_the_contents(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_wide_box_scrolls_with_the_arrow_keys(page):
    page.wait_for_function("document.querySelector('pre[data-wide]')")
    page.focus("pre[data-wide]")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('pre[data-wide]').scrollLeft > 0")
