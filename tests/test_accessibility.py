"""Every page for everybody: axe-core finds nothing, and nothing is cut off on a phone."""

from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import browser
import pytest

DESK, PHONE = 1280, 375
AT_ONCE = 2  # browsers, each with a half of the pages

# Each page is looked at on a desk in the light and on a phone in the dark, these the other way too.
BOTH_WAYS = {"book/index.html", "book/02_two_two_one_by_hand.html", "book/api/layers.html"}

# What is known and not repaired: the rule, a part of the element's HTML, and whose it is.
KNOWN: list[tuple[str, str, str]] = []

# Contrast depends on colours, size and weight alone: one element of each kind stands for all.
KINDS = """() => {
    const kinds = new Map();
    for (const element of document.body.querySelectorAll(":not(mjx-container, mjx-container *)")) {
        const texts = [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE);
        if (!texts.some(node => node.data.trim()) || !element.checkVisibility()) continue;
        const style = getComputedStyle(element);
        const kind = [style.color, style.fontSize, style.fontWeight, style.opacity];
        for (let ground = element; ground; ground = ground.parentElement) {
            kind.push(getComputedStyle(ground).backgroundColor);
        }
        const key = kind.filter(value => value !== "rgba(0, 0, 0, 0)").join();
        if (!kinds.has(key)) kinds.set(key, element);
    }
    return axe.run({include: [...kinds.values()]}, {
        resultTypes: ["violations"], runOnly: ["color-contrast"],
    }).then(result => result.violations);
}"""
# All other rules look at elements and attributes. The colours of code and the insides of formulas,
# which are MathJax's, are half of a chapter and have neither names nor roles.
THIN = """() => {
    for (const formula of document.querySelectorAll("mjx-container")) formula.replaceChildren("x");
    for (const span of document.querySelectorAll(".highlight span, code span")) {
        span.replaceWith(...span.childNodes);
    }
}"""
OTHERS = """() => axe.run({exclude: ["mjx-container"]}, {
    resultTypes: ["violations"], rules: {"color-contrast": {enabled: false}},
}).then(result => result.violations)"""
# What reaches over the right edge of the page, and is not in a box that says so and scrolls.
PARTS = "p, pre, table, img, svg, mjx-container"
CUT_OFF = f"""() => [...document.querySelectorAll(".bd-article :is({PARTS})")]
    .filter(element => element.checkVisibility() && !element.closest("[data-wide]"))
    .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
    .map(element => element.outerHTML.slice(0, 120))"""


def violations(page, script):
    """What axe says, one line per element."""
    return [
        (rule["id"], node["html"], rule["help"])
        for rule in page.evaluate(script)
        for node in rule["nodes"]
        if not any(rule["id"] == known and part in node["html"] for known, part, _ in KNOWN)
    ]


def resize(page, width):
    """Give the page another width, and wait until its own scripts have seen it."""
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_timeout(50)


def look_at(page, name):
    """What is wrong with an open page."""
    ways = [(DESK, "light"), (PHONE, "dark")]
    if name in BOTH_WAYS:
        ways += [(DESK, "dark"), (PHONE, "light")]
    found = []
    for width, scheme in ways:
        page.emulate_media(color_scheme=scheme)
        resize(page, width)
        found += [(scheme, *violation) for violation in violations(page, KINDS)]
        if width == PHONE:
            found += [("cut off", html) for html in page.evaluate(CUT_OFF)]
    page.evaluate(THIN)
    for width, _ in ways[:2]:
        resize(page, width)
        found += [(width, *violation) for violation in violations(page, OTHERS)]
    return found


def look_at_all(addresses):
    """What is wrong with each page, by name, in a browser of its own."""
    axe = Path(find_spec("axe_playwright_python").origin).with_name("axe.min.js")
    script = axe.read_text(encoding="utf-8")
    found = {}
    with browser.started() as chromium:
        for name, address in addresses:
            with browser.visit(chromium, address, DESK, reduced_motion="reduce") as seen:
                seen.page.evaluate(script)
                found[name] = look_at(seen.page, name)
    return found


@pytest.mark.usefixtures("chromium")
def test_axe_finds_nothing_and_nothing_is_cut_off(book, contents):
    names = [f"{name}.html" for name in contents]
    names += ["genindex.html", "py-modindex.html", "search.html?q=delta"]
    addresses = [(name, f"{book.as_uri()}/{name}") for name in names]
    parts = [addresses[start::AT_ONCE] for start in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = {
            name: wrong for part in pool.map(look_at_all, parts) for name, wrong in part.items()
        }
    assert set(found) == set(names)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
