"""A figure of matplotlib as a part of a page, in the colours of the page.

Each colour of `backprop.figures.style` becomes a variable, `var(--figure-blue, #1f5fa8)`, with a
value for light and one for dark mode in style.css. The book's build does this with the stored
figures, and Python in the page with those that a reader draws.
"""

import re
from html import escape

from backprop.figures.style import PALETTE

VARIABLES = {color: f"var(--figure-{name}, {color})" for name, color in PALETTE.items()}
SIZE = re.compile(r'<svg [^>]*?width="(.+?)pt" height="(.+?)pt" (viewBox=".+?")[^>]*>')
# It would hold for the whole page; style.css says the same of figures.
STYLE_SHEET = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
COLOR = re.compile("(?<=: )#[0-9a-f]{6}")
ID = re.compile('(?<= )id="(.+?)"')
REFERENCE = re.compile(r'(href="#|url\(#)([^")]+)')
PIXELS_PER_POINT = 96 / 72


def foreign_colors(svg):
    """The colours of a figure for which the page has no variable."""
    return sorted(set(COLOR.findall(svg)) - set(VARIABLES))


def as_part_of_page(svg, text, prefix):
    """The SVG of matplotlib as an element of a page, with its alternative text.

    Only ids that something refers to are kept, and `prefix` makes them different from those of
    other figures.
    """
    width, height, view = SIZE.match(svg).groups()
    width, height = (round(float(size) * PIXELS_PER_POINT) for size in (width, height))
    start = f'<svg class="figure" role="img" aria-label="{escape(text)}"'
    start += f' style="aspect-ratio: {width} / {height}" width="{width}" height="{height}" {view}>'
    svg = start + STYLE_SHEET.sub("", SIZE.sub("", svg, count=1), count=1)
    used = {name for _, name in REFERENCE.findall(svg)}
    svg = ID.sub(lambda found: f'id="{prefix}{found[1]}"' if found[1] in used else "", svg)
    svg = REFERENCE.sub(rf"\g<1>{prefix}\g<2>", svg)
    return COLOR.sub(lambda found: VARIABLES.get(found[0], found[0]), svg)
