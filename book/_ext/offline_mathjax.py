"""Serve MathJax from the built book, so that no page asks another host for it."""

from importlib.util import find_spec
from pathlib import Path
from shutil import copy2

SCRIPT = Path("tex-chtml-full.js")
FONTS = Path("output/chtml/fonts/woff-v2")


def copy_mathjax(app, exception):
    """Copy the script and its fonts into the finished book: 1.9 MB of the package's 24."""
    if exception or app.builder.format != "html":
        return
    source = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    (target / FONTS).mkdir(parents=True, exist_ok=True)
    for file in [SCRIPT, *(FONTS / font.name for font in (source / FONTS).iterdir())]:
        copy2(source / file, target / file)


def setup(app):
    app.config.mathjax_path = f"mathjax/{SCRIPT}"
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
