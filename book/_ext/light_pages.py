"""Keep what the pages use of the theme, and drop the rest: 543 kB of scripts, 180 kB of icons.

The theme draws its icons with a font, and also loads a script with all of them, for custom icons.
It loads the index of the search into every page, for a search while you type, which is not turned
on. Neither is needed. Of the font and its style sheet only the icons of these pages remain, and
scripts no longer keep a page from being shown.
"""

import re
from importlib.util import find_spec
from pathlib import Path

from accessible_pages import repaired
from fontTools import subset

THEME = Path(find_spec("pydata_sphinx_theme").origin).parent / "theme/pydata_sphinx_theme/static"
STYLES = Path("styles/pydata-sphinx-theme.css")
FONTS = Path("vendor/fontawesome/webfonts")
FONT = "fa-solid-900"
SEARCH_SCRIPTS = ("searchtools", "language_data", "searchindex")

SCRIPT = re.compile(
    r'[ \t]*<script(?P<rest>[^>]* src="[^"]*?(?P<name>[\w.-]+)\.js[^"]*")></script>\n?'
)
ICON = re.compile(r"\bfa-([a-z0-9-]+)")
ICON_RULE = re.compile(r'((?:\.fa-[a-z0-9-]+:before,?)+)\{content:"\\([0-9a-f]+) ?"\}')
FONT_FILE = re.compile(r'src:url\([^)]*/([\w-]+)\.woff2\) format\("woff2"\)[^}]*')
PRIVATE_LETTERS = range(0xE000, 0xF900)  # where an icon font has its icons


def lighten(app, exception):
    """Change the finished book."""
    if exception or app.builder.format != "html":
        return
    used = set()
    for page in Path(app.outdir).rglob("*.html"):
        html = read(page)
        better = repaired(with_scripts_it_needs(html, page.name))
        if better != html:
            page.write_text(better, encoding="utf-8")
        used |= set(ICON.findall(better))
    static = Path(app.outdir) / "_static"
    (static / "scripts" / "fontawesome.js").unlink(missing_ok=True)
    for script in static.rglob("*.js"):
        used |= set(ICON.findall(read(script)))
    keep_icons(static, used)


def with_scripts_it_needs(html, page):
    """The page without scripts that do nothing in it; the others wait until it is shown."""

    def replace(script):
        name = script["name"]
        if name == "fontawesome" or (name in SEARCH_SCRIPTS and page != "search.html"):
            return ""
        # Scripts within pages write into the options at once.
        waits = "defer" in script["rest"] or name == "documentation_options"
        return script[0] if waits else script[0].replace("<script", "<script defer", 1)

    return SCRIPT.sub(replace, html)


def keep_icons(static, used):
    """Write the style sheet and the font with these icons, and those that other rules draw."""
    kept = set()

    def replace(rule):
        if used.isdisjoint(ICON.findall(rule[1])):
            return ""
        kept.add(int(rule[2], 16))
        return rule[0]

    css = ICON_RULE.sub(replace, read(THEME / STYLES))
    for file in static.rglob("*.css"):
        text = css if file.match(str(STYLES)) else read(file)
        kept |= {ord(letter) for letter in text if ord(letter) in PRIVATE_LETTERS}
    css = FONT_FILE.sub(rf'src:url(../{FONTS}/\1.woff) format("woff")', css)
    (static / STYLES).write_text(css, encoding="utf-8")
    write_font(static / FONTS, kept)


def write_font(folder, kept):
    """The font with these letters alone, in the form that needs no other package to write."""
    options = subset.Options(flavor="woff", recalc_timestamp=False)
    font = subset.load_font(THEME / FONTS / f"{FONT}.ttf", options)
    part = subset.Subsetter(options)
    part.populate(unicodes=kept)
    part.subset(font)
    subset.save_font(font, folder / f"{FONT}.woff", options)
    for file in [*folder.glob("*.woff2"), *folder.glob("*.ttf")]:
        file.unlink()


def read(path):
    return path.read_text(encoding="utf-8")


def setup(app):
    app.connect("build-finished", lighten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
