r"""Make the fonts in `book/_static/fonts`: the signs and the weights that the book uses.

Run it in an environment of its own, since only a change of the fonts needs it:

    python3 -m venv /tmp/fonts
    /tmp/fonts/bin/pip install fonttools==4.68.0 brotli==1.2.1 \
        fontpkg-source-sans-3==3.52 fontpkg-source-code-pro==1.26
    /tmp/fonts/bin/python tools/fonts.py
"""

from importlib.resources import files
from pathlib import Path

from fontTools import subset, ttLib
from fontTools.varLib import instancer

TARGET = Path(__file__).resolve().parents[1] / "book" / "_static" / "fonts"
SANS, CODE = "fontpkg_source_sans_3", "fontpkg_source_code_pro"
# By the new name: package, file and weight. A range can be set to every weight in it.
FONTS = {
    "Course Sans": (SANS, "SourceSans3[wght].ttf", (400, 700)),
    "Course Sans Italic": (SANS, "SourceSans3-Italic[wght].ttf", 400),
    "Course Code": (CODE, "SourceCodePro[wght].ttf", 400),
}
# Latin as in English and in names, Greek, punctuation, raised and lowered signs, fractions, arrows
# and mathematics. What a font does not have is left to the reader's system.
RANGES = "20-7E A0-FF 131 141-142 15A-15D 160-161 17B-17E 302-303 391-3C9 2010-2033 2070-208E"
RANGES += " 1D40 1D57 1D62 2150-215E 2190-2193 2202 2206 220F-2212 221A 221E 2248 2260 2264-2265"
FEATURES = ["ccmp", "kern", "mark", "tnum"]
NAMES = {1, 3, 4, 6, 16, 25}  # the entries of the table of names that hold the font's own


def characters() -> list[int]:
    """The numbers of the characters in `RANGES`."""
    found: list[int] = []
    for part in RANGES.split():
        first, _, last = part.partition("-")
        found += range(int(first, 16), int(last or first, 16) + 1)
    return found


def rename(font: ttLib.TTFont, name: str) -> None:
    """Give it the new name: the licence reserves the word Source for the whole, unchanged font."""
    for entry in font["name"].names:
        if entry.nameID in NAMES:
            entry.string = name.replace(" ", "") if entry.nameID in (6, 25) else name


def make(name: str, package: str, file: str, weight: tuple[int, int] | int) -> None:
    """Write one font."""
    font = ttLib.TTFont(files(package) / "files" / file, recalcTimestamp=False)
    options = subset.Options(flavor="woff2", layout_features=FEATURES, hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": weight})
    rename(font, name)
    target = TARGET / f"{name.lower().replace(' ', '-')}.woff2"
    subset.save_font(font, target, options)
    print(f"{target.stat().st_size:7,} bytes  {target.name}")


if __name__ == "__main__":
    TARGET.mkdir(exist_ok=True)
    for name, settings in FONTS.items():
        make(name, *settings)
