"""Print the whole book into one PDF file: `make pdf`.

Chromium prints the document of `paper.py` twice: the first print tells on which page each place is,
and these numbers are in the second. What would be wrong on paper stops it, and says what it is.
"""

import logging
import shutil
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

import yaml
from paper import Entry, entries, lay_out
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

ROOT = Path(__file__).resolve().parents[1]
STYLE = Path(__file__).with_name("print.css")
# It reports what does no harm in the files that Chromium writes.
logging.getLogger("pypdf").setLevel(logging.ERROR)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
WIDTH = 642  # pixels between the margins of print.css: a formula that fits here fits on paper

MINUTES = 10  # for the whole book at once, also where other programs run

# Wait until all is there, and let what is too wide shrink until it fits.
FIT = """async () => {
    await window.MathJax?.startup?.promise;
    await document.fonts.ready;
    const column = document.querySelector("main").getBoundingClientRect().right;
    const wide = document.querySelectorAll("mjx-container[display='true'] > mjx-math, table");
    for (const one of wide) {
        for (let size = 1, tries = 0; tries < 4; tries += 1) {
            const box = one.getBoundingClientRect();
            if (box.right <= column + 1) break;
            size *= 0.99 * (column - box.left) / box.width;
            one.style.zoom = size;
        }
    }
}"""
# What would be wrong on paper, in words.
FAULTS = """() => {
    const all = what => [...document.querySelectorAll(what)];
    const faults = all("mjx-merror").map(one => `formula not understood: ${one.textContent}`);
    for (const formula of all(".math"))
        if (!formula.querySelector("mjx-container"))
            faults.push(`formula not typeset: ${formula.textContent.trim()}`);
    for (const image of document.images)
        if (!image.naturalWidth) faults.push(`image missing: ${image.getAttribute("src")}`);
    for (const link of all("a[href^='#']")) {
        const target = decodeURIComponent(link.getAttribute("href").slice(1));
        if (!document.getElementById(target))
            faults.push(`dead link to ${target}: ${link.textContent}`);
    }
    const right = document.querySelector("main").getBoundingClientRect().right + 1;
    for (const one of all("pre, table, img, svg, mjx-math, p"))
        if (one.getBoundingClientRect().right > right)
            faults.push(`wider than the page: ${one.tagName} ${one.textContent.slice(0, 80)}`);
    return faults;
}"""
TARGETS = "[...document.querySelectorAll('.page-of')].map(place => place.dataset.target)"
FILL = """pages => document.querySelectorAll(".page-of").forEach(place => {
    place.textContent = pages[place.dataset.target];
})"""
HEADINGS = "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(one => one.textContent)"


class PrintError(Exception):
    """The book cannot be printed as it is."""


def title_page() -> str:
    """The first page: title, edition and licence."""
    facts = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    mark = (ROOT / "book" / "_static" / "mark.svg").read_text(encoding="utf-8")
    title, _, subtitle = facts["title"].partition(": ")
    authors = ", ".join(author["name"] for author in facts["authors"])
    day = facts["date-released"]
    return f"""<section class="title-page">{mark}<h1>{escape(title)}</h1>
<p class="lead">{escape(subtitle[:1].upper() + subtitle[1:])}</p>
<p>{escape(authors)}</p>
<p>Edition {escape(facts["version"])}, {day.day} {day:%B %Y}</p>
<p class="licence">Text and figures: Creative Commons Attribution 4.0 International (<a
href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>). Code: MIT licence.</p>
</section>"""


def page_numbers(pdf: Path) -> dict[str, int]:
    """The page of every place that a link of the file leads to, counted from 1."""
    reader = PdfReader(pdf)
    return {
        name.lstrip("/"): reader.get_destination_page_number(place) + 1
        for name, place in reader.named_destinations.items()
    }


def stop_at(faults: list[str]) -> None:
    """Raise PrintError if there are any."""
    if faults:
        raise PrintError("the book cannot be printed:\n" + "\n".join(faults))


def fill(page: Page, numbers: dict[str, int]) -> None:
    """Write the numbers of the pages into the document."""
    targets = page.evaluate(TARGETS)
    stop_at([f"no page has the place {one}" for one in targets if one not in numbers])
    page.evaluate(FILL, numbers)


def print_document(chromium: Browser, document: Path, pdf: Path) -> None:
    """Print the document with the numbers of its own pages."""
    page = chromium.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
    page.set_default_timeout(MINUTES * 60_000)
    page.emulate_media(media="print")
    page.goto(document.as_uri())
    page.evaluate(FIT)
    stop_at(page.evaluate(FAULTS))
    numbers = print_page(page, pdf)
    fill(page, numbers)
    stop_at(differences(numbers, print_page(page, pdf)))
    name_outline(pdf, page.evaluate(HEADINGS))
    page.close()


def print_page(page: Page, pdf: Path) -> dict[str, int]:
    """Print, and return the page of each place."""
    page.pdf(path=pdf, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
    return page_numbers(pdf)


def differences(wanted: dict[str, int], found: dict[str, int]) -> list[str]:
    """The places that are on another page than the contents say."""
    return [
        f"{name} is on page {found.get(name)}, and not on page {number} as the contents say"
        for name, number in wanted.items()
        if found.get(name) != number
    ]


def name_outline(pdf: Path, headings: list[str]) -> None:
    """Write the headings into the outline.

    Chromium writes those at the top of a page twice, and loses the space where a line breaks.
    """
    writer = PdfWriter(clone_from=pdf)
    lines = list(lines_of(writer.root_object["/Outlines"]))
    if len(lines) != len(headings):
        raise PrintError(f"the outline has {len(lines)} lines for {len(headings)} headings")
    for line, heading in zip(lines, headings):
        line[NameObject("/Title")] = TextStringObject(" ".join(heading.split()))
    writer.write(pdf)


def lines_of(outline: DictionaryObject) -> Iterator[DictionaryObject]:
    """The lines of an outline, each before those below it."""
    line = outline.get("/First")
    while line is not None:
        line = line.get_object()
        yield line
        yield from lines_of(line)
        line = line.get("/Next")


def find_chromium() -> str:
    """The path of the browser."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        raise PrintError("Chromium is not installed: apt-get install chromium")
    return found


def print_book(chromium: Browser, book: Path, chosen: list[Entry], pdf: Path) -> None:
    """Print these pages of the built book."""
    document = pdf.with_suffix(".html")
    html = lay_out(book, chosen, title_page(), STYLE, document.parent)
    document.write_text(html, encoding="utf-8")
    print_document(chromium, document, pdf)


def main() -> None:
    """Print all of it."""
    pdf = ROOT / "_build" / "pdf" / "backpropagation.pdf"
    pdf.parent.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox"]
        )
        print_book(chromium, ROOT / "_build" / "html", entries(ROOT / "_toc.yml"), pdf)
        chromium.close()
    print(f"{pdf.relative_to(ROOT)}: {len(PdfReader(pdf).pages)} pages")


if __name__ == "__main__":
    try:
        main()
    except PrintError as error:
        sys.exit(f"pdf: {error}")
