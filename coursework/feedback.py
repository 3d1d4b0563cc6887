"""Pages: a student's feedback, one HTML file that runs no code and loads nothing."""

from __future__ import annotations

from collections import Counter
from html import escape

from coursework.files import one_line, printable
from coursework.names import same_name

# Nothing is loaded or run, whatever a text contains; pictures are part of the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src file: 'self'; base-uri 'none'"
GENERATOR = "<meta name=generator content=coursework>"  # known again when a page is out of date

STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
body { overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #8888; padding: .4rem .6rem; text-align: left }
th { white-space: nowrap }
td { vertical-align: top }
td.task { overflow-wrap: break-word }
td.points { white-space: nowrap }
p.message, pre { margin: 0; font: inherit; white-space: pre-wrap }
p.first { border-left: .3rem solid #c60; padding-left: .7rem }
img { max-width: 100% }
@media (max-width: 36rem) {
  tr { display: grid; grid-template-columns: 1fr auto; border-bottom: 1px solid #8888 }
  th, td { border-bottom: none }
  th.why { display: none }
  td.why { grid-column: 1 / -1; padding-top: 0 }
}
"""


def text(words: str) -> str:
    """A text as HTML."""
    return escape(printable(words))


def html(title: str, body: list[str]) -> str:
    """A whole page, from its title and the parts of its body, which are HTML."""
    head = [
        "<!doctype html>",
        "<html lang=en><meta charset=utf-8>",
        f'<meta http-equiv=Content-Security-Policy content="{POLICY}">',
        '<meta name=viewport content="width=device-width, initial-scale=1">',
        GENERATOR,
        f"<title>{text(title)}</title><style>{STYLE}</style>",
        f"<h1>{text(title)}</h1>",
    ]
    return "\n".join([*head, *filter(None, body)]) + "\n"


def number(points: float | None) -> str:
    """Points for display; a question mark if they are yet to come."""
    return "?" if points is None else f"{points:.6g}"


# What a record says


def titles(marks: list[dict]) -> list[str]:
    """A readable name for each mark, different for all of them."""
    names = [one_line(mark["title"]) or in_words(mark["grade_id"]) for mark in marks]
    often = Counter(names)
    names = [
        f"{name} ({in_words(mark['grade_id'])})" if often[name] > 1 else name
        for name, mark in zip(names, marks)
    ]
    often = Counter(names)
    return [
        f"{name} ({one_line(mark['grade_id'])})" if often[name] > 1 else name
        for name, mark in zip(names, marks)
    ]


def in_words(grade_id: str) -> str:
    """An id of a cell, such as check_step, as words."""
    return one_line(grade_id.removeprefix("check_").replace("_", " "))


def differs(record: dict) -> bool:
    """Whether the name in the notebook is not that of the person who handed it in."""
    typed = record.get("typed", "")
    names = [record["student"], *record.get("aliases", []), *record.get("partners", [])]
    return bool(typed.strip()) and not any(same_name(typed, name) for name in names)


def notes_of(record: dict) -> list[str]:
    """What a student is told about a graded notebook as a whole."""
    note = record.get("note", "")
    return [*([f"{note}."] if note else []), *record["notes"]]


# The feedback page


def page(title: str, record: dict) -> str:
    """The feedback on one graded submission, as HTML. All texts are escaped."""
    if not record["graded"]:
        return html(title, [f"<p>{text(record['student'])}: {text(record['reason'])}</p>"])
    other = differs(record)
    waiting = any(mark["points"] is None for mark in record["marks"])
    names = titles(record["marks"])
    rows = "\n".join(row(mark, name) for mark, name in zip(record["marks"], names))
    notes = "".join(f"<li><p class=message>{text(note)}</p></li>" for note in notes_of(record))
    return html(
        title,
        [
            f"<p class=first>{text(record['reason'])}</p>" if other else "",
            f"<p>{text(record['student'])}: <strong>{number(record['points'])} of "
            f"{number(record['maximum'])} points</strong>"
            + (", and those for answers that a person has yet to mark (?)" if waiting else "")
            + f". {text('Graded.' if other else record['reason'])}</p>",
            "<table><thead><tr><th>task<th>points<th class=why>why</tr></thead>"
            f"<tbody>\n{rows}\n</tbody></table>",
            f"<h2>About your notebook</h2><ul>{notes}</ul>" if notes else "",
        ],
    )


def row(mark: dict, name: str) -> str:
    """A line of the table: a task, its points, and why."""
    full = mark["points"] == mark["maximum"]
    message = mark["message"] or ("right" if full else "")
    return (
        f"<tr><td class=task>{text(name)}"
        f"<td class=points>{number(mark['points'])} of {number(mark['maximum'])}"
        f"<td class=why><p class=message>{text(message)}</p></tr>"
    )
