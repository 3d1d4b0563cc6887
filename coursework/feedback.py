"""A student's feedback: one HTML file that runs no code."""

from __future__ import annotations

from html import escape

STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #8888; padding: .4rem .6rem; text-align: left }
td { vertical-align: top }
td.points { white-space: nowrap }
p.message { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap }
"""


def number(points: float | None) -> str:
    """Points for display; a question mark if they are yet to come."""
    return "?" if points is None else f"{points:g}"


def page(title: str, record: dict) -> str:
    """The feedback on one graded submission, as HTML. All texts are escaped."""
    open_marks = any(mark["points"] is None for mark in record["marks"])
    rows = "\n".join(map(row, record["marks"]))
    notes = "".join(f"<li><p class=message>{escape(note)}</p></li>" for note in record["notes"])
    parts = [
        "<!doctype html>",
        f"<html lang=en><meta charset=utf-8><title>{escape(title)}</title><style>{STYLE}</style>",
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(record['student'])}: <strong>{number(record['points'])} of "
        f"{number(record['maximum'])} points</strong>"
        + (", and those for answers that a person has yet to mark (?)" if open_marks else "")
        + f". {escape(record['reason'])}</p>",
        f"<table><thead><tr><th>task<th>points<th>why</tr></thead><tbody>\n{rows}\n</tbody></table>",
        f"<h2>About your notebook</h2><ul>{notes}</ul>" if notes else "",
    ]
    return "\n".join(filter(None, parts)) + "\n"


def row(mark: dict) -> str:
    """A line of the table: a task, its points, and why."""
    full = mark["points"] == mark["maximum"]
    message = mark["message"] or ("right" if full else "")
    return (
        f"<tr><td>{escape(mark['title'] or mark['grade_id'])}"
        f"<td class=points>{number(mark['points'])} of {number(mark['maximum'])}"
        f"<td><p class=message>{escape(message)}</p></tr>"
    )
