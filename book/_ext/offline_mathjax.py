"""Serve MathJax from the built book, so that no page asks another host for it.

One file has the parts that the book needs, at half the size of MathJax's own combination, which
includes a menu that is turned off here. `formulas.js` ends it: it starts the typesetting.
"""

from importlib.util import find_spec
from pathlib import Path
from shutil import copytree

SCRIPT = "mathjax/formulas.js"
FONTS = Path("output/chtml/fonts/woff-v2")
PARTS = (
    "startup",
    "core",
    "input/tex",
    "output/chtml",
    "output/chtml/fonts/tex",
    "a11y/assistive-mml",  # MathML for screen readers
)


def write_mathjax(app, exception):
    """Write the script and copy its fonts into the finished book."""
    if exception or app.builder.format != "html":
        return
    source = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
    script = Path(app.outdir) / "_static" / SCRIPT
    files = [*(source / f"{part}.js" for part in PARTS), Path(__file__).with_name("formulas.js")]
    copytree(source / FONTS, script.parent / FONTS, dirs_exist_ok=True)
    texts = [file.read_text(encoding="utf-8") for file in files]
    script.write_text(";\n".join(texts), encoding="utf-8")


def setup(app):
    app.config.mathjax_path = SCRIPT
    app.connect("build-finished", write_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
