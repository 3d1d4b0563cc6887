"""The book on paper: what is printed, in which order, and whether its page numbers are true."""

import re
from pathlib import Path

import browser
import nbformat
import paper
import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["book/index", "book/02_two_two_one_by_hand", "book/notation"]
CHAPTER = PAGES[1]
CHAPTERS = [entry for entry in paper.entries(ROOT / "_toc.yml") if entry.number]

if not browser.missing():
    import pdf
    from pypdf import PdfReader


@pytest.fixture(scope="module")
def cells():
    return nbformat.read(ROOT / f"{CHAPTER}.ipynb", as_version=4).cells


@pytest.fixture(scope="module")
def file(book, chromium, tmp_path_factory):
    """The PDF file of three pages of the book; the document that was printed is beside it."""
    file = tmp_path_factory.mktemp("print") / "some.pdf"
    chosen = [entry for entry in paper.entries(ROOT / "_toc.yml") if entry.name in PAGES]
    pdf.print_book(chromium, book, chosen, file)
    return file


@pytest.fixture(scope="module")
def document(file):
    return BeautifulSoup(file.with_suffix(".html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def printed(file):
    return PdfReader(file)


@pytest.fixture(scope="module")
def texts(printed):
    """The text of each page; running heads and page numbers are in it."""
    return [" ".join(page.extract_text().split()) for page in printed.pages]


@pytest.fixture(scope="module")
def places(printed):
    """The page of each place that something leads to, counted from 0."""
    return {
        name.lstrip("/"): printed.get_destination_page_number(place)
        for name, place in printed.named_destinations.items()
    }


def flat(outline, depth=1):
    """The lines of an outline: how deep each is, and its text."""
    for line in outline:
        if isinstance(line, list):
            yield from flat(line, depth + 1)
        else:
            yield depth, line.title


def test_the_first_page_has_title_edition_and_licence(texts):
    for words in ("Backpropagation in Python", "Edition", "CC BY 4.0", "MIT licence"):
        assert words in texts[0]


def test_every_page_but_the_first_has_its_number_and_the_title_of_its_chapter(texts, places):
    for number, text in enumerate(texts[1:], start=2):
        assert re.search(rf"\b{number}\b", text), number
    assert "2. The 2-2-1 network by hand" in texts[places[CHAPTER] + 1]


def test_the_outline_is_that_of_the_headings(printed, document):
    headings = document.find_all(re.compile(r"h\d"))
    wanted = [(int(one.name[1]), " ".join(one.get_text().split())) for one in headings]
    found = list(flat(printed.outline))
    assert [title for _, title in found] == [title for _, title in wanted]
    chapter = found.index((2, "2. The 2-2-1 network by hand"))
    assert found[chapter - 1][0] == wanted[chapter - 1][0]
    assert found[chapter:] == wanted[chapter:]


def test_the_contents_give_the_pages_of_chapters_and_sections(document, texts, places):
    lines = document.select("nav.listing p:not(.part)")
    listed = " ".join(texts[places[PAGES[0]] - 1 : places[PAGES[0]]])
    assert len(lines) > len(PAGES) + 8
    for line in lines:
        target, title = line.a["href"][1:], " ".join(line.select_one(".title").get_text().split())
        page = places[target]
        assert re.search(rf"{re.escape(title)} {page + 1}\b", listed), title
        assert title in texts[page], title


def test_every_link_leads_to_a_place(printed, places, document):
    links = [
        annotation.get_object()
        for page in printed.pages
        for annotation in page.get("/Annots", [])
        if annotation.get_object()["/Subtype"] == "/Link"
    ]
    inside = [link["/Dest"].lstrip("/") for link in links if "/Dest" in link]
    assert set(inside) == {link["href"][1:] for link in document.select("a[href^='#']")}
    assert set(inside) <= set(places)
    outside = [link["/A"]["/URI"] for link in links if "/Dest" not in link]
    assert all(address.startswith("http") for address in outside)


def test_the_formulas_are_typeset(texts):
    assert not any("\\frac" in text or "\\(" in text for text in texts)


def test_solutions_and_hints_follow_the_exercises(cells, texts, places):
    exercises = [cell for cell in cells if cell.source.startswith("### Exercise")]
    tasks = [place for place in places if re.search(r"--exercise-\d[^/]*$", place)]
    ends = [place for place in tasks if place.endswith(("--hint", "--solution"))]
    starts = [place for place in tasks if place not in ends]
    assert len(starts) == len(exercises) == len(ends) / 2
    last = max(places[place] for place in starts)
    for kind in ("hint", "solution"):
        assert all(places[place] >= last for place in ends if place.endswith(kind))
    first = min(places[place] for place in ends)
    between = " ".join(texts[places[f"{CHAPTER}--exercises"] : first])
    assert "Solution in words" not in between and "Hint 1" not in between


@pytest.mark.parametrize("entry", CHAPTERS, ids=lambda entry: entry.number)
def test_every_solution_is_whole(book, entry, tmp_path):
    """Its words once, and its code in full, however long."""
    cells = nbformat.read(ROOT / f"{entry.name}.ipynb", as_version=4).cells
    chapter = paper.read_chapter(entry, book, tmp_path, {entry.name})
    solutions = chapter.article.find(id=f"{entry.name}--solutions")
    code = "".join(pre.get_text() for pre in solutions.select("div.cell_input pre"))
    kept = [cell.source for cell in cells if "hide-cell" in cell.metadata.get("tags", [])]
    assert code.split() == "\n".join(kept).split()
    tasks = [cell for cell in cells if cell.source.startswith("### Exercise")]
    titles = [label.get_text() for label in solutions.select("p.label")]
    assert titles == ["Solution in words"] * len(tasks)


def test_a_question_keeps_its_options_and_its_answer_is_at_the_end(book, document, places):
    page = BeautifulSoup((book / f"{CHAPTER}.html").read_text(encoding="utf-8"), "html.parser")
    questions = page.select("details.question")
    asked = document.find(id=CHAPTER).select(".asked")
    answered = document.find(id=f"{CHAPTER}--answers").select(".answered")
    assert len(questions) == len(asked) == len(answered) > 3
    for question, options, answer in zip(questions, asked, answered):
        labels = [one.summary.get_text(strip=True) for one in question.select(".option")]
        right = question.select_one("[data-right] summary").get_text(strip=True)
        assert [option.get_text() for option in options.select("li")] == labels
        lines = [line.get_text().strip() for line in answer.select(".option")]
        letter = "abcdefghijkl"[labels.index(right)]
        assert lines[0].startswith(f"✓ {letter}) {right}: Right.")
        assert len(lines) == len(labels)
        assert places[answer["id"]] > places[options["id"]]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (r'<span class="math">\(x\)</span>', "formula not typeset: "),
        ('<img src="missing.png" alt="">', "image missing: missing.png"),
        ('<a href="#nowhere">there</a>', "dead link to nowhere: there"),
        ('<pre style="width: 9000px">long</pre>', "wider than the page: PRE long"),
        ('<span class="page-of" data-target="nowhere"></span>', "no page has the place nowhere"),
    ],
)
def test_what_is_wrong_stops_the_print(chromium, tmp_path, body, fault):
    (tmp_path / "bad.html").write_text(f"<main>{body}</main>", encoding="utf-8")
    with pytest.raises(pdf.PrintError, match=re.escape(fault)):
        pdf.print_document(chromium, tmp_path / "bad.html", tmp_path / "bad.pdf")


def test_a_number_that_moves_its_own_page_is_noticed(chromium, tmp_path):
    """As soon as its number is known, this place slips to the next page."""
    rule = "@page { size: A4 } .page-of:not(:empty) { display: block; break-after: page }"
    body = '<a href="#b"><span class="page-of" data-target="b"></span></a><p id="b">b</p>'
    html = f"<style>{rule}</style><main>{body}</main>"
    (tmp_path / "bad.html").write_text(html, encoding="utf-8")
    with pytest.raises(pdf.PrintError, match="b is on page 2, and not on page 1"):
        pdf.print_document(chromium, tmp_path / "bad.html", tmp_path / "bad.pdf")
