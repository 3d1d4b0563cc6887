"""Add the scripts that run Python in the page, in a build that asks for them: `make live`.

The environment variable LIVE names the folder that `tools/live.py` has filled. Without it nothing
is added, so that no page of `make book` has a button that does nothing.

The scripts are kept outside `_static`: Jupyter Book adds every script that it finds there to every
page. They are classic scripts, since a browser refuses a module to a page opened from a folder.
"""

import os
from pathlib import Path
from shutil import copytree, ignore_patterns, rmtree

LIVE = os.environ.get("LIVE")
SCRIPTS = Path(__file__).parents[1] / "live"
ON_PAGES = ("session.js", "editor.js", "output.js", "live.js")


def add_scripts(app, page, template, context, doctree):
    """Add the scripts to the pages that have code cells."""
    if "cell_input" in context.get("body", ""):
        for name in ON_PAGES:
            app.add_js_file(f"live/{name}", loading_method="defer")
        app.add_css_file("live/live.css")


def copy_files(app, exception):
    """Copy the scripts and Python into the finished book, or remove those of another build."""
    if exception or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "live"
    rmtree(target, ignore_errors=True)
    if LIVE:
        copytree(LIVE, target)
        # Its Python is in course.zip.
        in_zip = ignore_patterns("*.py", "*.toml", "__pycache__")
        copytree(SCRIPTS, target, dirs_exist_ok=True, ignore=in_zip)


def setup(app):
    if LIVE:
        app.connect("html-page-context", add_scripts)
    app.connect("build-finished", copy_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
