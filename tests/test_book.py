"""The built book: strict, whole, on its own, and with every link leading somewhere."""

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
BROWSER = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The folder of the pages, built anew with every warning an error."""
    folder = tmp_path_factory.mktemp("book")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-n", "-W"]
    done = subprocess.run(
        [*command, "--keep-going", "--path-output", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build" / "html"


def pages(book):
    return sorted(book.rglob("*.html"))


def soup(page):
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def contents():
    """The pages of the table of contents, without suffix."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    return [toc["root"], *chapters]


def test_a_page_for_each_entry_of_the_table_of_contents(book):
    missing = [name for name in contents() if not (book / f"{name}.html").is_file()]
    assert not missing and len(contents()) > 5
    assert 'url=book/index.html"' in (book / "index.html").read_text(encoding="utf-8")


def test_every_notebook_and_page_is_in_the_table_of_contents():
    sources = {
        path.relative_to(ROOT).with_suffix("").as_posix()
        for suffix in ("*.ipynb", "*.md")
        for path in (ROOT / "book").glob(suffix)
    }
    assert sources == set(contents())


LOADING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


def is_elsewhere(address):
    return urlsplit(address).netloc != "" or address.startswith("//")


def test_no_page_asks_another_host_for_anything(book):
    loaded = set()
    for page in pages(book):
        for tag in soup(page).find_all(list(LOADING)):
            address = tag.get(LOADING[tag.name], "")
            relation = tag.get("rel", [])
            if tag.name == "link" and not {"stylesheet", "icon", "preload", "preconnect"} & set(
                relation
            ):
                continue
            assert not is_elsewhere(address), f"{page.name}: {tag}"
            if tag.name in ("script", "link") and address:
                loaded.add((page.parent / unquote(urlsplit(address).path)).resolve())
    for file in loaded:
        if file.suffix == ".css":
            for address in re.findall(r"url\(['\"]?([^'\")]+)", file.read_text(encoding="utf-8")):
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


def test_every_picture_has_a_text_and_every_table_a_header(book):
    for name in contents():
        article = soup(book / f"{name}.html").find("article")
        for picture in article.find_all("img"):
            assert picture.get("alt", "").strip(), f"{name}: {picture}"
            assert not picture["alt"].startswith("../"), f"{name}: {picture}"
        for table in article.find_all("table"):
            assert table.find("th"), f"{name}: {table.get_text()[:80]}"


def test_solutions_are_folded(book):
    for name in contents():
        if re.search(r"/\d\d_", name):
            text = (book / f"{name}.html").read_text(encoding="utf-8")
            assert text.count("tag_hide-cell") == text.count("<details") >= 3, name


# In a browser

WIDTHS_PAGE = """<!doctype html><title>widths</title><body></body><script>
for (const page of PAGES) {
  const frame = document.createElement("iframe");
  frame.width = WIDTH;
  frame.height = 800;
  frame.src = page;
  frame.onload = () => setTimeout(() => {
    const root = frame.contentDocument.documentElement;
    document.body.append(`[${page} ${root.scrollWidth}]`);
  }, 3000);
  document.body.append(frame);
}
</script>"""


def browse(address):
    """What Chromium makes of a page with no other host in reach: (document, console lines)."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
        ]
        command += [f"--user-data-dir={profile}", "--disable-background-networking"]
        command += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]
        command += ["--allow-file-access-from-files", "--virtual-time-budget=20000", "--dump-dom"]
        done = subprocess.run([*command, address], capture_output=True, text=True, timeout=120)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, console


def overflowing(folder, names, width):
    """The pages that are wider than `width` when opened at that width, with their widths."""
    pages = [f"{name}.html" for name in names]
    script = WIDTHS_PAGE.replace("PAGES", json.dumps(pages)).replace("WIDTH", str(width))
    (folder / "widths.html").write_text(script, encoding="utf-8")
    document, _ = browse((folder / "widths.html").as_uri())
    widths = dict(re.findall(r"\[(\S+) (\d+)\]", document.split("</script>")[1]))
    assert set(widths) == set(pages)
    return {page: int(found) for page, found in widths.items() if int(found) > width}


needs_browser = pytest.mark.skipif(
    BROWSER is None and "CI" not in os.environ, reason="Chromium is not installed"
)


@needs_browser
def test_no_page_writes_to_the_console(book):
    addresses = [(book / f"{name}.html").as_uri() for name in [*contents(), "search"]]
    with ThreadPoolExecutor(2) as pool:
        for address, (document, console) in zip(addresses, pool.map(browse, addresses)):
            assert "</html>" in document and not console, f"{address}: {console}"


@needs_browser
def test_formulas_are_typeset_without_another_host(book):
    document, _ = browse((book / "book/notation.html").as_uri())
    assert document.count("<mjx-container") > 20 and "<mjx-merror" not in document


@needs_browser
def test_no_page_is_wider_than_a_phone(book, tmp_path):
    assert overflowing(book, contents(), 390) == {}
    (tmp_path / "wide.html").write_text("<div style='width: 500px'>wide</div>")
    assert overflowing(tmp_path, ["wide"], 390)["wide.html"] >= 500
