"""Words that no page, docstring or message uses: the field has another, or English has."""

import io
import re
import tokenize
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ["book", "src", "coursework", "benchmarks", "tools", "data"]
SKIPPED = {"_build", "release", "__pycache__", ".ipynb_checkpoints"}

# What must not appear, and what to write.
INSTEAD = {
    r"\bmend(?:s|ed|ing)?\b": "fix, correct",
    r"\banew\b": "again",
    r"\bslip(?:s|ped)?\b": "mistake; a bug, if it is in code",
    r"\bbeside\b": "next to, against, compared with",
    r"\bways? back\b": "backward pass",
    r"\b(?:stands? still|comes? to rest|at rest)\b": "converges, at the fixed point",
    r"\bhand(?:s|ed|ing)? (?:it |them |the \w+ )?(?:on|back|down)\b": "passes",
    r"\b(?:derivative|gradient|slope)s? (?:of [^.;:,]{1,30} )?by "
    r"(?:\$|(?:the|its|their|an?) (?:weight|bias|input|parameter|output|state|sum|result))": (
        "with respect to"
    ),
    r"\bdifferentiated? (?:[^.;:]{1,30} )?by \$": "with respect to",
    r"\b(?:for|of|by) who\b|\bwhoever\b": "anyone who",
    r"\b(?:next|last) but one\b": "the section's name",
    r"\bby heart\b": "memorize",
    r"\bprice\b": "cost, overhead",
    r"\bshall\b": "will, should",
    r"\blowest points?\b": "minimum",
    r"\bheld back\b": "regularized; held out, if it is data",
    r"\bthis is no (?!longer|more|less)\w+": "this is not a",
    r"\bhow (?:many|much) \w+ (?:has|have) (?:an?|the|its)\b": "how many … does … have",
    r"\b(?:factor|updates?|rows?|products?) an? (?:step|epoch|layer|sample|second)\b": "per",
    r"\bknown are\b|\bexpected are\b": "choose from",
    r"\b(?:memori|standardi|regulari|normali|initiali|recogni|optimi|penali)s(?:e|ing|ation)": (
        "-ize, as in the code"
    ),
}


def python_prose(source):
    """The comments and the strings of a program."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    kinds = (tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1))
    return "\n\n".join(token.string for token in tokens if token.type in kinds)


def prose(path):
    """What people read in a file, as a list of passages."""
    if path.suffix == ".py":
        return [python_prose(path.read_text(encoding="utf-8"))]
    if path.suffix == ".md":
        return [path.read_text(encoding="utf-8")]
    passages = []
    for cell in nbformat.read(path, as_version=4).cells:
        passages.append(cell.source)
        passages.append(cell.metadata.get("mystnb", {}).get("image", {}).get("alt", ""))
    return passages


def files():
    found = [*ROOT.glob("*.md")]
    for folder in FOLDERS:
        found += [path for path in (ROOT / folder).rglob("*") if not SKIPPED & {*path.parts}]
    return sorted(path for path in found if path.suffix in (".md", ".py", ".ipynb"))


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_fields_words(path):
    found = []
    for passage in prose(path):
        for line in re.split(r"\n\s*\n", passage):
            line = " ".join(line.split())
            for pattern, instead in INSTEAD.items():
                for match in re.finditer(pattern, line, flags=re.IGNORECASE):
                    around = line[max(0, match.start() - 40) : match.end() + 30]
                    found.append(f"…{around}…  write: {instead}")
    assert not found, "\n".join(found)
