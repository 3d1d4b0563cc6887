"""Put explorers into the pages, and their scripts only into pages that have one.

A code cell whose metadata names an explorer, `"explorer": "one-weight"`, keeps its output as the
still picture of it, for paper and for browsers without scripts. A page in Markdown names the
element itself: `<one-weight></one-weight>`. Settings to start with are in
`"explorer_settings": {"rate": 1}` or `<one-weight data-rate="1"></one-weight>`.
"""

from pathlib import Path

from docutils import nodes

from backprop.explorers import EXPLORERS, SHARED, STYLE, element, read, scripts_of

FOLDER = "explorers"
NEAR = "near.js"  # loads the explorers with large weights


def place_elements(app, doctree, name):
    """Insert the element before the output of each cell that names one."""
    for cell in doctree.findall(nodes.container):
        metadata = cell.get("cell_metadata", {})
        explorer = metadata.get("explorer")
        if explorer is None:
            continue
        if explorer not in EXPLORERS:
            raise ValueError(f"{name}: there is no explorer {explorer!r}: {sorted(EXPLORERS)}")
        place = next(i for i, child in enumerate(cell.children) if is_output(child))
        given = element(explorer, metadata.get("explorer_settings", {}))
        cell.insert(place, nodes.raw("", given, format="html"))


def is_output(node):
    return node.get("nb_element") == "cell_code_output"


def write_scripts(app):
    """Write the scripts before any page asks for their checksums."""
    if app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    texts = scripts_of(*EXPLORERS) | {name: read(name) for name in (NEAR, STYLE)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def add_scripts(app, page, template, context, doctree):
    """Classic scripts: a browser refuses a module to a page that is opened from a folder."""
    body = context.get("body", "")
    used = [name for name in EXPLORERS if f"</{name}>" in body]
    heavy = [name for name in used if EXPLORERS[name].weights]
    scripts = list(scripts_of(*(name for name in used if name not in heavy))) if used else []
    if not used and 'class="question"' in body:
        scripts = [SHARED[0]]
    for script in scripts:
        app.add_js_file(f"{FOLDER}/{script}", loading_method="defer")
    for name in heavy:
        own = [script for script in scripts_of(name) if script not in SHARED]
        given = {"data-element": name, "data-scripts": " ".join(own)}
        app.add_js_file(f"{FOLDER}/{NEAR}", loading_method="defer", **given)
    if used:
        app.add_css_file(f"{FOLDER}/{STYLE}")


def setup(app):
    app.connect("builder-inited", write_scripts)
    app.connect("doctree-resolved", place_elements)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
