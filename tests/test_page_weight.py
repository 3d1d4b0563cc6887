"""What a page of the book asks a reader's connection and browser for."""

import gzip
import re
from collections import Counter
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from light_pages import ICON, ICON_RULE, with_scripts_it_needs
from PIL import Image
from sphinx.application import Sphinx
from test_book import beside, loads, pages, soup, urls_of
from test_notebooks import ROOT, code_cells

BOUND = 700 * 1024
PACKED = {".css", ".html", ".js", ".svg"}  # what a server sends compressed
# More than the formulas of any page ask for.
MATH_FONTS = ("AMS-Regular", "Calligraphic-Regular", "Main-Bold", "Main-Italic", "Main-Regular")
MATH_FONTS += ("Math-Italic", "Size1-Regular", "Size2-Regular", "Size3-Regular", "Size4-Regular")


@cache
def size(file):
    data = file.read_bytes()
    return len(gzip.compress(data, 6)) if file.suffix in PACKED else len(data)


def asked_for(page):
    """The files that a browser loads with a page, itself included; of a font every form."""
    files = {page} | {beside(page, address) for _, address in loads(page) if address}
    for sheet in [file for file in files if file.suffix == ".css"]:
        for address in urls_of(sheet):
            if not address.startswith("data:"):
                files.add(beside(sheet, address))
    if script := next((file for file in files if file.name == "formulas.js"), None):
        folder = script.parent / "output" / "chtml" / "fonts" / "woff-v2"
        files |= {folder / f"MathJax_{name}.woff" for name in MATH_FONTS}
    return {file for file in files if file.is_file()}


def test_every_page_is_light(book):
    heavy = {}
    for page in pages(book):
        files = asked_for(page.resolve())
        weight = sum(map(size, files))
        if weight > BOUND:
            heaviest = sorted(files, key=size, reverse=True)[:5]
            heavy[page.name] = weight, [(file.name, size(file)) for file in heaviest]
    assert not heavy


def test_no_page_loads_what_it_does_not_use(book):
    for page in pages(book):
        content = soup(page)
        scripts = [tag["src"] for tag in content.find_all("script", src=True)]
        assert not any("fontawesome" in script for script in scripts), page
        searches = any("searchindex" in script for script in scripts)
        assert searches == (page.name == "search.html"), page
        formulas = bool(content.find(class_="math"))
        assert formulas == any("formulas.js" in script for script in scripts), page
    assert not list(book.rglob("fontawesome.js"))


def test_scripts_let_a_page_be_shown_first(book):
    for page in pages(book):
        for script in soup(page).select("head script[src]"):
            at_once = "documentation_options.js" in script["src"]
            assert at_once or script.has_attr("defer"), f"{page.name}: {script}"


def test_a_page_that_is_light_stays_as_it_is():
    head = '<script src="_static/scripts/fontawesome.js?digest=1"></script>\n'
    head += '<script src="a.js"></script>\n<script src="searchindex.js"></script>\n'
    light = '<script defer src="a.js"></script>\n'
    assert with_scripts_it_needs(head, "a.html") == light
    assert with_scripts_it_needs(light, "a.html") == light
    assert "searchindex" in with_scripts_it_needs(head, "search.html")


def test_every_icon_of_a_page_is_in_the_font(book):
    sheet = book / "_static" / "styles" / "pydata-sphinx-theme.css"
    css = sheet.read_text(encoding="utf-8")
    (address,) = set(re.findall(r"url\(([^)]*fa-solid-900[^)]*)\)", css))
    letters = TTFont(beside(sheet, address)).getBestCmap()
    codes = {}
    for names, code in ICON_RULE.findall(css):
        codes |= dict.fromkeys(ICON.findall(names), int(code, 16))
    assert {"magnifying-glass", "bars", "moon", "sun", "list", "download"} <= set(codes)
    for page in pages(book):
        for icon in soup(page).select(".fa-solid, .fas"):
            names = [name[3:] for name in icon["class"] if name.startswith("fa-")]
            drawn = [codes[name] for name in names if name in codes]
            assert drawn and set(drawn) <= set(letters), f"{page.name}: {icon}"


def test_no_two_ids_are_equal_on_a_page(book):
    for page in pages(book):
        counts = Counter(tag["id"] for tag in soup(page).find_all(id=True))
        double = [name for name, count in counts.items() if count > 1]
        assert not double, page.name


def figures_of_notebook(name):
    """The alternative texts of the figures that a notebook stores."""
    for cell in code_cells(ROOT / f"{name}.ipynb"):
        for output in cell.outputs:
            if "image/svg+xml" in output.get("data", {}):
                yield cell["metadata"]["mystnb"]["image"]["alt"]


def test_every_figure_is_in_its_page_with_its_text_and_size(book, contents):
    found = 0
    for name in [name for name in contents if Path(ROOT, f"{name}.ipynb").is_file()]:
        drawings = soup(book / f"{name}.html").select("svg.figure")
        assert [svg["aria-label"] for svg in drawings] == list(figures_of_notebook(name)), name
        assert all(svg["role"] == "img" and svg["width"] and svg["height"] for svg in drawings)
        found += len(drawings)
    assert found > 60


def test_a_picture_tells_its_size_and_comes_when_needed(book):
    for page in pages(book):
        for picture in soup(page).select("img:not(.toggler)"):  # of the list of modules
            assert picture.get("width") and picture.get("height"), f"{page.name}: {picture}"
            assert picture.find_parent("nav") or picture.get("loading") == "lazy", page.name
    assert list(pages(book))


def test_a_photograph_in_a_page_tells_its_size(tmp_path):
    """No page has one now, but the next may."""
    Image.new("L", (40, 30)).save(tmp_path / "seven.png")
    (tmp_path / "index.md").write_text("# Page\n\n![A seven](seven.png)\n", encoding="utf-8")
    options = {"extensions": ["myst_parser", "inline_figures"]}
    app = Sphinx(
        tmp_path, None, tmp_path / "html", tmp_path / "trees", "html", options, status=None
    )
    app.build()
    image = soup(tmp_path / "html" / "index.html").find("img")
    wanted = {"alt": "A seven", "width": "40", "height": "30", "loading": "lazy"}
    assert wanted.items() <= image.attrs.items()
