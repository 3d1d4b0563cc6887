"""The known mistakes: in the backward pass of each kind of layer, and in single formulas.

A new file in this folder is found. Its tuple `MISTAKES` has the mistakes of one kind of layer, in
the order of the search; `backprop.diagnosis` compares the gradients that they give with a learner's
gradient. What is not a gradient of a network has its mistakes in `formulas`; `backprop.practice`
compares answers with what they give. This is the only list of either.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from backprop.mistakes import sections
from backprop.mistakes.formula import Formula, WrongFormula, WrongValue
from backprop.mistakes.mistake import Context, Examination, Mistake, WrongGradient

__all__ = [
    "Context",
    "Examination",
    "Formula",
    "Mistake",
    "WrongFormula",
    "WrongGradient",
    "WrongValue",
    "all_mistakes",
    "sections",
]


def all_mistakes() -> list[type[Mistake]]:
    """The mistakes of all kinds of layers."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return [kind for module in modules for kind in getattr(module, "MISTAKES", ())]
