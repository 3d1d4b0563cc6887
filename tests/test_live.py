"""Python in the page: what `make live` gathers, and cells that run in a browser as in the notebook.

The tests in a browser need Pyodide's archives: `LIVE_ARCHIVES` names where they are, as `ARCHIVES`
does for `make live`; or `make live` has gathered them before.
"""

import functools
import json
import os
import shutil
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zipfile import ZipFile

import live
import nbformat
import pytest
import serve
import yaml

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted((ROOT / "book").glob("*.ipynb"))
TESTED = ("02_two", "03_chain", "06_from", "14_automatic")
PAGES = [path for path in CHAPTERS if path.name.startswith((*TESTED, "05_wheat"))]
FIRST = "book/02_two_two_one_by_hand.html"
ASSIGNMENT = "coursework/release/01_by_hand/01_by_hand"
WITH_PROCESSES = "book/05_wheat_seeds.html"

SLOW = 240_000  # milliseconds that a busy machine may take

# The cells whose output in the page is not the stored one, by chapter and number, and why.
DIFFERENT = {
    "05_wheat_seeds": {
        17: "training on raw features amplifies a last bit in which the page's exp differs",
        19: "it starts other processes",
    }
}

# What a cell gives, after its code has been replaced if there is other code.
RUN = """async ([number, code]) => {
    const cell = livePage.cells[number - 1];
    if (!cell.canRun) return null;
    if (code) cell.editor.write(code);
    await livePage.run([cell], cell);
    const pictures = cell.output?.element.querySelectorAll("img, svg.figure").length ?? 0;
    return { text: cell.output?.text ?? "", pictures, status: cell.status.textContent };
}"""


# What is gathered.


@pytest.fixture
def entries(tmp_path, monkeypatch):
    """Two entries of a lock file, with their archives in a folder, and no downloads yet."""
    monkeypatch.setattr(live, "DOWNLOADS", tmp_path / "downloads")
    (tmp_path / "downloads").mkdir()
    (tmp_path / "archives").mkdir()
    found = {}
    for name in ("numpy", "pillow"):
        content = name.encode() * 1000
        (tmp_path / "archives" / f"{name}.whl").write_bytes(content)
        found[name] = {"file_name": f"{name}.whl", "sha256": live.sha256(content)}
    return found


def test_archives_come_from_a_folder_or_a_zip_file_and_are_kept(entries, tmp_path):
    folder = tmp_path / "archives"
    with ZipFile(tmp_path / "archives.whl", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"some/where/{path.name}")
    first = live.fetch_archives(entries, str(tmp_path / "archives.whl"))
    assert first == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert live.fetch_archives(entries, "no source is needed now") == first


def test_an_archive_with_one_wrong_byte_is_refused(entries, tmp_path):
    path = tmp_path / "archives" / "pillow.whl"
    content = bytearray(path.read_bytes())
    content[3000] ^= 1
    path.write_bytes(content)
    with pytest.raises(live.Missing, match=r"pillow.whl .* is refused: .*give another source"):
        live.fetch_archives(entries, str(tmp_path / "archives"))
    assert not (tmp_path / "downloads" / "pillow.whl").exists()


def test_a_download_that_was_damaged_later_is_fetched_again(entries, tmp_path):
    first = live.fetch_archives(entries, str(tmp_path / "archives"))
    (tmp_path / "downloads" / "numpy.whl").write_bytes(b"damaged")
    assert live.fetch_archives(entries, str(tmp_path / "archives")) == first


def test_a_source_without_an_archive_is_named(entries, tmp_path):
    (tmp_path / "archives" / "numpy.whl").unlink()
    with pytest.raises(live.Missing, match=r"archives has no numpy.whl"):
        live.fetch_archives(entries, str(tmp_path / "archives"))


@pytest.mark.parametrize(
    "source, message",
    [
        ("/no/such/folder", "neither a folder nor a wheel"),
        ("http://127.0.0.1:9/", "could not be fetched .* check the network"),
    ],
)
def test_a_source_that_cannot_be_reached_is_named(entries, source, message):
    with pytest.raises(live.Missing, match=message):
        live.fetch_archives(entries, source)


def test_without_npm_the_message_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(live, "DOWNLOADS", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(live.Missing, match="npm is not installed: install Node.js"):
        live.fetch_core()


def test_a_wrong_file_from_npm_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(live, "DOWNLOADS", tmp_path)
    (tmp_path / f"pyodide-{live.VERSION}.tgz").write_bytes(b"something else")
    with pytest.raises(live.Missing, match="refused, because its checksum"):
        live.fetch_core()
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_what_was_gathered_before(tmp_path, monkeypatch):
    monkeypatch.setattr(live, "DOWNLOADS", tmp_path / "downloads")
    monkeypatch.setattr(live, "LIVE", tmp_path / "live")
    monkeypatch.setattr(live, "fetch_core", lambda: {live.LOCK: b'{"packages": {}}'})
    monkeypatch.setattr(live, "PACKAGES", ())
    monkeypatch.setattr(live, "fetch_wheels", lambda: live.open_source("/no/such/folder"))
    monkeypatch.setattr(sys, "argv", ["live.py", ""])
    (tmp_path / "live").mkdir()
    (tmp_path / "live" / "numpy.whl").touch()
    with pytest.raises(SystemExit, match=r"^live: .*neither a folder"):
        live.main()
    assert [path.name for path in (tmp_path / "live").iterdir()] == ["numpy.whl"]


def test_what_a_package_depends_on_is_gathered_with_it():
    packages = {name: {"depends": ["base"]} for name in live.PACKAGES}
    packages |= {name: {"depends": []} for name in ("deep", "pytz", "other")}
    packages["base"] = {"depends": ["pytz", "deep"]}
    found = live.needed({"packages": packages})
    assert set(found) == {*live.PACKAGES, "base", "deep"}
    assert found["base"]["depends"] == ["deep"]


def test_the_course_in_the_page_has_every_file_that_chapters_and_code_open(tmp_path):
    live.write_course(tmp_path / "course.zip")
    with ZipFile(tmp_path / "course.zip") as archive:
        members = set(archive.namelist())
    files = [*(ROOT / "src/backprop").rglob("*.py"), *(ROOT / "book/experiments").glob("*.csv")]
    files += [*(ROOT / "data").glob("*/*.gz"), *(ROOT / "benchmarks").glob("*.csv")]
    files += [ROOT / "data/wheat_seeds.csv", ROOT / "data/names/first_names.txt"]
    assert {path.relative_to(ROOT).as_posix() for path in files} <= members
    assert not [name for name in members if name.endswith(".pyc")]


def test_the_server_sends_what_lets_a_page_share_memory_with_its_worker(tmp_path):
    (tmp_path / "pyodide.asm.wasm").write_bytes(b"")
    with served(tmp_path) as address, live.urlopen(f"{address}/pyodide.asm.wasm") as answer:
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert answer.headers["Content-Type"] == "application/wasm"


def test_the_server_says_that_there_is_no_book(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["serve.py", str(tmp_path)])
    with pytest.raises(SystemExit, match="there is no book in .*: run make live"):
        serve.main()


# Cells that run.


class served:
    """The address of a server for a folder, `serve`'s or another."""

    def __init__(self, folder, server=serve.server):
        self.server = server(folder, 0)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def plain_server(folder, port):
    """A server without the two headers, as many are."""
    handler = functools.partial(QuietHandler, directory=folder)
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    """A folder with all that `make live` gathers, with the course as it is now."""
    target = tmp_path_factory.mktemp("gathered") / "live"
    if source := os.environ.get("LIVE_ARCHIVES"):
        live.gather(source, target)
    elif live.LIVE.is_dir():
        shutil.copytree(live.LIVE, target)
        live.write_course(target / "course.zip")
    else:
        assert "CI" not in os.environ, "LIVE_ARCHIVES does not name where Pyodide's archives are"
        pytest.skip("Pyodide's archives are not here: make live")
    return target


def build(paths, gathered, folder):
    """Build these chapters and the landing page, with Python in the page."""
    files = [str(path.relative_to(ROOT).with_suffix("")) for path in paths]
    chapters = [{"file": file} for file in files]
    toc = {"format": "jb-book", "root": "book/index", "chapters": chapters}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    program = Path(sys.executable).with_name("jupyter-book")
    options = ["--path-output", folder, "--toc", folder / "_toc.yml"]
    done = subprocess.run(
        [sys.executable, program, "build", ".", *options],
        cwd=ROOT,
        env=os.environ | {"LIVE": str(gathered)},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return folder / "_build" / "html"


@pytest.fixture(scope="module")
def live_book(chromium, gathered, tmp_path_factory):
    """The folder of the built pages."""
    pages = [*PAGES, ROOT / f"{ASSIGNMENT}.ipynb"]
    return build(pages, gathered, tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def address(live_book):
    """Where the pages are served as by `make serve`."""
    with served(live_book) as address:
        yield address


@pytest.fixture
def context(chromium):
    """A window of the browser, with a memory of its own."""
    context = chromium.new_context()
    context.set_default_timeout(SLOW)
    yield context
    context.close()


def button(page, text, number):
    """A button of a cell."""
    return page.get_by_role("button", name=f"{text}: cell {number}", exact=True)


def stored_output(cell):
    """The text that a notebook has stored for a cell, and the number of pictures."""
    text, pictures = "", 0
    for output in cell.outputs:
        if output.output_type == "stream":
            text += output.text
        elif any(kind.startswith("image/") for kind in output.data):
            pictures += 1
        else:
            text += output.data["text/plain"] + "\n"
    return {"text": text.rstrip(), "pictures": pictures}


def compare(context, address, path):
    """The numbers of the cells that give in the page what is stored, and of those that do not."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    page = context.new_page()
    page.goto(f"{address}/book/{path.stem}.html")
    assert page.evaluate("livePage.cells.length") == len(cells)
    same, others = [], {}
    for number, cell in enumerate(cells, start=1):
        given = page.evaluate(RUN, [number, None])
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            continue
        expected = stored_output(cell)
        if given and given["status"].startswith("Ran in"):
            given = {"text": given["text"].rstrip(), "pictures": given["pictures"]}
        if given == expected:
            same.append(number)
        else:
            others[number] = {"given": given, "stored": expected}
    return same, others


@pytest.mark.parametrize("name", TESTED)
def test_a_chapter_gives_its_stored_outputs(name, context, address):
    (path,) = [path for path in PAGES if path.name.startswith(name)]
    _, others = compare(context, address, path)
    allowed = DIFFERENT.get(path.stem, {})
    assert not {number: seen for number, seen in others.items() if number not in allowed}
    assert not allowed.keys() - others.keys(), "these cells give their stored output now"


@pytest.mark.whole_book
def test_every_chapter_gives_its_stored_outputs(chromium, gathered, tmp_path):
    book, total = build(CHAPTERS, gathered, tmp_path), 0
    unexpected = {}
    with served(book) as address:
        for path in CHAPTERS:
            context = chromium.new_context()
            context.set_default_timeout(SLOW)
            same, others = compare(context, address, path)
            context.close()
            total += len(same)
            print(f"{path.stem}: {len(same)} as stored; others: {sorted(others)}")
            allowed = DIFFERENT.get(path.stem, {})
            wrong = {number: seen for number, seen in others.items() if number not in allowed}
            unexpected |= {path.stem: wrong} if wrong else {}
    assert unexpected == {}, json.dumps(unexpected, indent=1)
    assert total >= 410


def test_nothing_is_loaded_before_the_first_click(context, address):
    requests = []
    page = context.new_page()
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{address}/{FIRST}", wait_until="networkidle")
    assert not [url for url in requests if "pyodide" in url or "course.zip" in url]
    button(page, "Run", 1).click()
    page.get_by_text("Ran in").wait_for()
    assert [url for url in requests if "pyodide.asm.wasm" in url]


def test_the_second_visit_works_as_the_first(context, address):
    for _ in range(2):
        page = context.new_page()
        page.goto(f"{address}/{FIRST}")
        assert page.evaluate(RUN, [1, "print(6 * 7)"])["text"] == "42\n"


def test_stop_keeps_the_variables(context, address):
    page = context.new_page()
    page.goto(f"{address}/{FIRST}")
    page.evaluate(RUN, [1, "kept = 7"])
    page.evaluate("livePage.cells[1].editor.write('while True: pass')")
    button(page, "Run", 2).click()
    page.wait_for_timeout(300)
    button(page, "Stop", 2).click()
    page.get_by_text("Stopped; the variables are kept").wait_for()
    assert "KeyboardInterrupt" in page.locator(".live-output .traceback").inner_text()
    assert page.evaluate(RUN, [3, "print(kept)"])["text"] == "7\n"


def test_stop_without_the_headers_says_that_the_variables_are_gone(context, live_book):
    with served(live_book, plain_server) as address:
        page = context.new_page()
        page.goto(f"{address}/{FIRST}")
        page.evaluate(RUN, [1, "gone = 7"])
        page.evaluate("livePage.cells[1].editor.write('while True: pass')")
        button(page, "Run", 2).click()
        page.wait_for_timeout(300)
        button(page, "Stop", 2).click()
        page.get_by_text("its variables are gone: run the cells above again").wait_for()
        given = page.evaluate(RUN, [3, "print(gone)"])
        assert "Run all above, then Run" in given["status"]


def test_a_cell_is_edited_run_and_reset(context, address):
    page = context.new_page()
    page.goto(f"{address}/{FIRST}")
    cell = page.locator("div.cell").nth(1)
    stored = cell.locator(".cell_input").inner_text()
    button(page, "Edit", 2).click()
    page.locator("div.cell").nth(1).locator("textarea").fill(
        "def half(x):\n    return x / 0\n\nhalf(1)"
    )
    page.locator("div.cell").nth(1).locator("textarea").press("Shift+Enter")
    page.get_by_text("Ended with ZeroDivisionError").wait_for()
    assert cell.locator(".live-output").inner_text().split("\n")[:3] == [
        "Traceback (most recent call last):",
        '  File "<cell 2>", line 4, in <module>',
        "    half(1)",
    ]
    button(page, "Reset", 2).click()
    assert cell.locator(".cell_input").inner_text() == stored
    assert cell.locator(".live-output").count() == 0
    assert cell.locator(".cell_output").is_visible()


def test_the_check_of_an_exercise_names_the_mistake(context, address):
    page = context.new_page()
    page.goto(f"{address}/{FIRST}")
    right, wrong = "check('2.1', 1)", "check('2.1', None)"
    page.evaluate(RUN, [1, None])
    assert page.evaluate(RUN, [2, right])["text"] != page.evaluate(RUN, [2, wrong])["text"]


def test_the_visible_checks_of_an_assignment_run(context, address):
    page = context.new_page()
    page.goto(f"{address}/{ASSIGNMENT}.html")
    page.evaluate(RUN, [1, "STUDENT = 'Ada'"])
    button(page, "Run all above", 12).click()
    page.get_by_text("All cells above have run").wait_for()  # unsolved tasks do not stop that
    page.evaluate(RUN, [6, "forward_by_hand = {'z1': 99.0, 'h1': 0.5, 'z2': 0.1, 'h2': 0.5}"])
    assert page.evaluate(RUN, [7, None])["status"] == "Ended with AssertionError"


def test_a_cell_that_needs_processes_says_so(context, address):
    page = context.new_page()
    page.goto(f"{address}/{WITH_PROCESSES}")
    cell = page.locator("div.cell").nth(18)
    assert "another process, which a page cannot do" in cell.inner_text()
    assert cell.get_by_role("button", name="Run:").count() == 0


def damaged(route):
    """The answer of the server with one byte changed."""
    answer = route.fetch()
    content = bytearray(answer.body())
    content[len(content) // 2] ^= 1
    route.fulfill(response=answer, body=bytes(content))


@pytest.mark.parametrize(
    "files, fault, message",
    [
        ("numpy-*", damaged, "is refused: its checksum differs"),
        ("numpy-*", lambda route: route.abort(), "cannot be fetched: is the network there"),
        ("*", lambda route: route.abort(), "Python could not be loaded. Check the network"),
        ("pyodide.asm.wasm", lambda route: route.abort(), "Python could not be loaded"),
        ("course.zip", lambda route: route.fulfill(status=404), "course.zip is missing (404)"),
    ],
)
def test_what_cannot_be_loaded_is_named_and_the_page_stays(files, fault, message, context, address):
    page = context.new_page()
    page.goto(f"{address}/{FIRST}", wait_until="networkidle")
    context.route(f"**/_static/live/{files}", fault)
    page.evaluate("livePage.cells[1].editor.write('import numpy')")
    button(page, "Run", 2).click()
    page.get_by_text(message).wait_for()
    assert page.locator("div.cell").nth(2).locator(".cell_output").is_visible()
    context.unroute(f"**/_static/live/{files}")
    assert page.evaluate(RUN, [2, "import numpy; print(1)"])["text"] == "1\n"


def test_a_page_from_a_folder_says_how_to_serve_it(context, live_book):
    page = context.new_page()
    page.goto((live_book / FIRST).as_uri())
    button(page, "Run", 2).click()
    page.get_by_text("make serve").wait_for()
    assert page.locator("div.cell").nth(1).locator(".cell_output").is_visible()
