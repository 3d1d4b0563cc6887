"""The built book: strict, whole, on its own, and with every link leading somewhere."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup
from pybtex.database import parse_file

from backprop.activations import ACTIVATIONS
from backprop.initialization import INITIALIZATIONS
from backprop.losses import LOSSES
from backprop.optimizers import OPTIMIZERS

ROOT = Path(__file__).resolve().parents[1]
GLOSSARY = ROOT / "book" / "glossary.md"
SOURCES = parse_file(ROOT / "book" / "references.bib", encoding="utf-8").entries
# Sources with no dependable address, with the reason.
# The tutorials are known from copies that name no address.
WITHOUT_ADDRESS = {
    "almeida1987": "proceedings of 1987 that the publisher does not offer",
    "greatlearning": "a copy",
    "griewank1989": "a chapter of a book that is not on the publisher's pages",
    "importanceandworking": "a copy",
}


def pages(book):
    return sorted(book.rglob("*.html"))


@cache  # no test changes a page
def soup(page):
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def test_a_page_for_each_entry_of_the_table_of_contents(book, contents):
    missing = [name for name in contents if not (book / f"{name}.html").is_file()]
    assert not missing and len(contents) > 5
    assert 'url=book/index.html"' in (book / "index.html").read_text(encoding="utf-8")


def test_python_in_the_page_is_only_in_a_build_that_asks_for_it(book):
    assert not (book / "_static" / "live").exists()
    assert "_static/live/" not in (book / "book/04_six_steps.html").read_text(encoding="utf-8")


def test_every_notebook_and_page_is_in_the_table_of_contents(contents):
    sources = {
        path.relative_to(ROOT).with_suffix("").as_posix()
        for suffix in ("*.ipynb", "*.md", "api/*.md")
        for path in (ROOT / "book").glob(suffix)
    }
    releases = (ROOT / "coursework" / "release").glob("*/*.ipynb")
    sources |= {path.relative_to(ROOT).with_suffix("").as_posix() for path in releases}
    assert sources == set(contents)


def test_the_landing_page_lists_every_chapter_in_order(contents):
    text = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^(\d+)\. \[.+?\]\((\d\d_.+?)\.ipynb\)", text, re.M)
    assert [f"book/{name}" for _, name in listed] == [
        c for c in contents if re.match(r"book/\d\d_", c)
    ]
    assert all(int(number) == int(name[:2]) for number, name in listed)


def test_the_landing_page_has_a_card_for_each_part_with_the_time_of_its_chapters():
    """Two hours for a chapter, and three from chapter 12 on, as the page says."""
    text = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
    cards = re.findall(
        r"^### (.+)\n\n\*About (\d+) hours\.\* At its end you can ((?:.+\n)+)\n((?:\d+\. .+\n)+)",
        text,
        re.M,
    )
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = [part["caption"] for part in toc["parts"] if part.get("numbered")]
    assert [name for name, *_ in cards] == parts
    for _, hours, _, chapters in cards:
        numbers = map(int, re.findall(r"^\d+", chapters, re.M))
        assert int(hours) == sum(2 if number < 12 else 3 for number in numbers)


def words_of_the_glossary():
    return re.findall("^## (.+)$", GLOSSARY.read_text(encoding="utf-8"), re.M)


def test_the_glossary_is_in_alphabetical_order():
    words = [word.lower() for word in words_of_the_glossary()]
    assert words == sorted(words)


@pytest.mark.parametrize("names", [ACTIVATIONS, LOSSES, OPTIMIZERS, INITIALIZATIONS])
def test_the_glossary_explains_whatever_can_be_chosen_by_name(names):
    text = " ".join(GLOSSARY.read_text(encoding="utf-8").split()).lower()
    assert not [name for name in names if not re.search(rf"\b{re.escape(name)}(?!\w)", text)]


LOADING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}
RELATIONS = {"stylesheet", "icon", "preload", "preconnect"}


def loads(page):
    """The tags of a page that load something, each with its address."""
    for tag in soup(page).find_all(list(LOADING)):
        if tag.name != "link" or RELATIONS & set(tag.get("rel", [])):
            yield tag, tag.get(LOADING[tag.name], "")


def urls_of(sheet):
    """The addresses in a style sheet."""
    return re.findall(r"url\(['\"]?([^'\")]+)", sheet.read_text(encoding="utf-8"))


def beside(file, address):
    """The file that an address in another one names."""
    return (file.parent / unquote(urlsplit(address).path)).resolve()


def is_elsewhere(address):
    return urlsplit(address).netloc != "" or address.startswith("//")


def test_no_page_asks_another_host_for_anything(book):
    loaded = set()
    for page in pages(book):
        for tag, address in loads(page):
            assert not is_elsewhere(address), f"{page.name}: {tag}"
            if tag.name in ("script", "link") and address:
                loaded.add(beside(page, address))
    for file in loaded:
        if file.suffix == ".css":
            for address in urls_of(file):
                assert not is_elsewhere(address), f"{file.name}: {address}"
    assert len(loaded) > 5


def test_internal_links_and_anchors_resolve(book):
    anchors = {
        page.resolve(): {tag["id"] for tag in soup(page).find_all(id=True)} for page in pages(book)
    }
    broken = []
    for page in pages(book):
        for link in soup(page).find_all("a", href=True):
            address = urlsplit(link["href"])
            if address.scheme or address.netloc:
                continue
            target = (page.parent / unquote(address.path)).resolve() if address.path else page
            target = target.resolve()
            fragment = unquote(address.fragment)
            if not target.is_file() or (
                fragment and target in anchors and fragment not in anchors[target]
            ):
                broken.append(f"{page.name}: {link['href']}")
    assert not broken


def test_every_picture_has_a_text_and_every_table_a_header(book, contents):
    for name in contents:
        article = soup(book / f"{name}.html").find("article")
        for picture in article.find_all("img"):
            assert picture.get("alt", "").strip(), f"{name}: {picture}"
            assert not picture["alt"].startswith("../"), f"{name}: {picture}"
        for table in article.find_all("table"):
            assert table.find("th"), f"{name}: {table.get_text()[:80]}"


def test_solutions_are_folded(book, contents):
    for name in contents:
        if re.match(r"book/\d\d_", name):
            solutions = soup(book / f"{name}.html").select(".tag_hide-cell")
            assert len(solutions) >= 3, name
            assert all(cell.find("details") for cell in solutions), name


def test_the_index_leads_to_every_word_of_the_glossary_and_to_chapters(book):
    index = soup(book / "genindex.html")
    links = [(link.get_text(), link["href"]) for link in index.find("article").find_all("a")]
    in_glossary = {text for text, address in links if address.startswith("book/glossary.html#")}
    assert in_glossary == set(words_of_the_glossary())
    chapters = {address.split("#")[0] for _, address in links if re.match(r"book/\d\d_", address)}
    assert len(chapters) > 12


def test_every_page_leads_to_the_index(book, contents):
    for name in contents:
        addresses = [link["href"] for link in soup(book / f"{name}.html").find_all("a", href=True)]
        assert any(address.endswith("genindex.html") for address in addresses), name


def address_of(source):
    doi, url = (source.fields.get(field) for field in ("doi", "url"))
    assert (doi is None) != (url is None), f"{source.key}: a DOI or, without one, an address"
    assert re.fullmatch(r"10\.\d{4,}/\S+" if doi else r"https?://[^/\s]+\.\w+(/\S*)?", doi or url)
    return f"https://doi.org/{doi}" if doi else url


def test_the_page_of_references_links_to_every_source_once(book):
    page = soup(book / "book" / "references.html")
    for key, source in SOURCES.items():
        links = [link["href"] for link in page.find(id=key).find_all("a", class_="external")]
        assert links == ([] if key in WITHOUT_ADDRESS else [address_of(source)]), key
    assert set(SOURCES) >= set(WITHOUT_ADDRESS)
    assert len(set(map(address_of, map(SOURCES.get, set(SOURCES) - set(WITHOUT_ADDRESS))))) > 100


def test_every_source_is_cited():
    book = ROOT / "book"
    text = "".join(
        path.read_text(encoding="utf-8") for path in (*book.glob("*.ipynb"), *book.glob("*.md"))
    )
    assert set(SOURCES) == set(re.findall(r"references\.md#(\w+)", text))
