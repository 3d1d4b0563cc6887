"""Repair in the finished pages what the theme and other tools do wrong for a screen reader.

`tests/test_accessibility.py` finds such faults. Each repair names the tool at fault: when a newer
version no longer needs it, the repair can go. `light_pages` applies them to every page.
"""

import re


def with_scope(scope):
    """Give each header cell in one part of a table its scope."""

    def repair(part):
        headers = re.sub(r"<th(?![\w-])(?![^>]*\bscope=)", f'<th scope="{scope}"', part[0])
        return re.sub(r"<th[^>]*>\s*(?:<p>\s*</p>)?\s*</th>", "<td></td>", headers)

    return repair


def plain_parameters(listed):
    """The parameters of a signature, one per line, as lines."""
    lines = re.sub(r"<dd>(.*?)</dd>", r'<span class="parameter">\1</span>', listed[1], flags=re.S)
    return f'<span class="parameters">{lines}</span>'


REPAIRS = [
    # myst-nb: its label hides the word to be read, "Solution", and that word is there twice.
    (
        r'<summary aria-label="Toggle hidden content">\s*'
        r'<p class="collapsed admonition-title">(.*?)</p>.*?</summary>',
        r"<summary>\1</summary>",
    ),
    # pandas and docutils: header cells without a scope, and empty ones.
    (r"<thead>.*?</thead>", with_scope("col")),
    (r"<tbody>.*?</tbody>", with_scope("row")),
    # docutils: a citation list has other children than list items, with a role that is deprecated.
    (r'role="doc-biblioentry"', 'role="listitem"'),
    # Sphinx: a list of definitions without a term, inside a term.
    (r"<dl>\s*((?:<dd><em class=\"sig-param\">.*?</dd>\s*)+)</dl>", plain_parameters),
    # The theme: a fold in the contents without a name, content outside any landmark, a second
    # level-one heading, and a logo without its size, which style.css has.
    (r'<summary>(<span class="toctree-toggle")', r'<summary aria-label="More pages">\1'),
    (r'(?<!"Home">)(<a class="navbar-brand logo".*?</a>)', r'<nav aria-label="Home">\1</nav>'),
    (r'(sidebar-indices-items__title" role="heading" aria-level=)"1"', r'\1"2"'),
    (r"<img (?=[^>]*logo__image)(?!width)", '<img width="88" height="88" '),
]


def repaired(html):
    """The page after all repairs; a second time changes nothing."""
    for pattern, replacement in REPAIRS:
        html = re.sub(pattern, replacement, html, flags=re.DOTALL)
    return html
