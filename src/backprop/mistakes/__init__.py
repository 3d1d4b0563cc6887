"""The known mistakes of a backward pass, one file for each kind of layer.

A new file in this folder is found: its tuple `MISTAKES` has the mistakes of one kind of layer, in
the order of the search. `backprop.diagnosis` compares the gradients of these mistakes with a
learner's gradient; this is the only list of them.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from backprop.mistakes import sections
from backprop.mistakes.mistake import Context, Examination, Mistake, WrongGradient

__all__ = ["Context", "Examination", "Mistake", "WrongGradient", "all_mistakes", "sections"]


def all_mistakes() -> list[type[Mistake]]:
    """The mistakes of all kinds of layers."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return [kind for module in modules for kind in getattr(module, "MISTAKES", ())]
