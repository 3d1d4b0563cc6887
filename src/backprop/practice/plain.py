"""Formulas as plain text, for where they are not typeset: a terminal."""

from __future__ import annotations

import re

__all__ = ["without_formulas"]

SIGNS = {
    "partial": "∂",
    "cdot": "· ",
    "odot": "⊙ ",
    "sum": "Σ ",
    "top": "T",
    "leftarrow": "← ",
    "le": "≤ ",
    "ge": "≥ ",
    "approx": "≈ ",
    "times": "× ",
    "ln": "ln ",
    "tanh": "tanh ",
    "max": "max ",
    "alpha": "α",
    "beta": "β",
    "delta": "δ",
    "eta": "η",
    "kappa": "κ",
    "rho": "ρ",
    "mu": "μ",
    "sigma": "σ",
    "varepsilon": "ε",
    "quad": " ",
    ",": " ",
    "bigl": "",
    "bigr": "",
    "left": "",
    "right": "",
}
REPLACED = (
    (re.compile(r"\\begin\{pmatrix\}(.*?)\\end\{pmatrix\}"), lambda m: in_rows(m[1])),
    (re.compile(r"\\tfrac12 ?"), lambda m: "½ "),
    (re.compile(r"\\t?frac\{([^{}]*)\}\{([^{}]*)\}"), lambda m: f"{group(m[1])}/{group(m[2])}"),
    (re.compile(r"\\t?frac(\w)(\w)"), lambda m: f"{m[1]}/{m[2]}"),
    (re.compile(r"\\sqrt\{([^{}]*)\}"), lambda m: f"√{group(m[1])}"),
    (re.compile(r"\\tilde\{? ?(\w)\}?"), lambda m: f"{m[1]}\u0303"),
    (re.compile(r"\\(?:text|mathrm)\{([^{}]*)\}"), lambda m: m[1]),
    (re.compile(r"([_^])\{([^{}]*)\}"), lambda m: m[1] + group(m[2])),
    (re.compile(r"\\([a-zA-Z]+|,) ?"), lambda m: SIGNS.get(m[1], m[0])),
    (re.compile(r"[_^](?=T)"), lambda m: "ᵀ"),
    (re.compile(r"ᵀT"), lambda m: "ᵀ"),
)


def in_rows(entries: str) -> str:
    """The rows of a matrix, one after another."""
    rows = [", ".join(part.strip() for part in row.split("&")) for row in entries.split(r"\\")]
    return f"[{', '.join(f'[{row}]' for row in rows)}]"


def group(text: str) -> str:
    """A text, in brackets if it is more than one sign or number."""
    return text if re.fullmatch(r"[\d.]+|\w|\(.*\)", text) else f"({text})"


def without_formulas(markdown: str) -> str:
    """A Markdown text with its formulas as one would type them."""

    def plain(formula: re.Match[str]) -> str:
        text = formula[1]
        for pattern, replacement in REPLACED:
            text = pattern.sub(replacement, text)
        return text.replace("{", "").replace("}", "")

    return re.sub(r"\$([^$]*)\$", plain, markdown)
