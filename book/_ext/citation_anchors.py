"""Let notebooks cite with plain links: [Werbos (1974)](references.md#werbos1974).

A plain link reads well in JupyterLab too, where a citation role would show as raw text. MyST
resolves `file.md#anchor` against the anchors that it knows of each page; this adds the keys of
the bibliography to those of the references page. The entries carry the keys as their HTML ids
because `bibtex_cite_id` says so.
"""

REFERENCES = "book/references"


def add_citation_keys(app, env):
    """Register every key of the bibliography as an anchor of the references page."""
    anchors = env.metadata[REFERENCES].setdefault("myst_slugs", {})
    for key, entry in env.get_domain("cite").bibdata.data.entries.items():
        anchors[key] = (0, key, entry.fields.get("title", key))


def setup(app):
    app.connect("env-updated", add_citation_keys)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
