"""What the pages of the package need besides autodoc: types by their names, no object twice, links.

`autodoc` evaluates annotations, and an alias such as `Schedule` would appear as what it stands for.
So every alias that a module defines is given to it by name.
"""

import re
import sys
from pathlib import Path

from sphinx.util.nodes import make_refnode

PACKAGE = Path(__file__).parents[2] / "src" / "backprop"
ALIAS = re.compile(r"^([A-Z]\w*[a-z]\w*)(?:: TypeAlias)? = ", re.MULTILINE)
CLASS = re.compile(r"^class (\w+)", re.MULTILINE)
FROM_NUMPY = ("ArrayLike", "DTypeLike")


def name_aliases(app, config):
    """Show these names in signatures, and not what they stand for."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    names = {*ALIAS.findall(code), *FROM_NUMPY} - set(CLASS.findall(code))
    config.autodoc_type_aliases = {name: name for name in names}


def skip(app, what, name, member, skip, options):
    """Leave out what a module does not export, and the fields of a named tuple.

    The pages ignore `__all__` otherwise: autodoc would follow its order, which is the alphabet's.
    """
    if type(member).__name__ == "_tuplegetter":  # its text is "Alias for field number 0"
        return True
    module = sys.modules[app.env.temp_data["autodoc:module"]]
    if what == "module" and name not in getattr(module, "__all__", [name]):
        return True
    return None


def shorten_signature(app, what, name, member, options, signature, returned):
    """Write a default that a function makes, as for an empty list, so that it can be parsed.

    A mistake takes the place of a layer and is not made with arguments.
    """
    if hasattr(member, "in_place_of"):
        return "", returned
    return signature and signature.replace("<factory>", "..."), returned


def add_explanation(app, what, name, member, options, lines):
    """Show what a known mistake is called, and what is said of it."""
    if what == "class" and getattr(member, "explanation", ""):
        lines += [f"**{member.form}**: {member.explanation}", ""]


def drop_plain_bases(app, domain, kind, content):
    """Drop the line that says that a class has no base worth a mention."""
    if content.children and content[0].astext() in ("Bases: object", "Bases: ABC"):
        del content[0]


def link_loosely(app, env, node, contnode):
    """Link what Sphinx could not.

    A name in a signature leads to the one object that has it, and `training.train` in the text of a
    docstring to `backprop.training.train`. All else in backquotes there is code.
    """
    if node.get("refdomain") != "py" or node["reftype"] not in ("class", "obj"):
        return None
    find, module, target = env.get_domain("py").find_obj, node.get("py:module"), node["reftarget"]
    in_text = node["reftype"] == "obj"
    if in_text:
        found = find(env, None, None, f"backprop.{target}", None)
    else:
        found = find(env, module, None, target, "class", searchmode=1)
        found = found or find(env, module, None, target, None, searchmode=1)  # an alias
    if len(found) != 1:
        home, _, name = target.rpartition(".")
        not_exported = hasattr(sys.modules.get(home), name)
        return contnode if in_text or not_exported else None
    name, entry = found[0]
    return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, contnode, name)


def setup(app):
    app.connect("config-inited", name_aliases)
    app.connect("autodoc-skip-member", skip)
    app.connect("autodoc-process-signature", shorten_signature)
    app.connect("autodoc-process-docstring", add_explanation)
    app.connect("object-description-transform", drop_plain_bases)
    app.connect("missing-reference", link_loosely)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
