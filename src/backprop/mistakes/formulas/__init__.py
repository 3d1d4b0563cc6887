"""Single formulas with the known mistakes in them, one file for each topic.

A new file in this folder is found: each `Formula` in it has its mistakes with it.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from backprop.mistakes.formula import Formula

__all__ = ["all_formulas"]


def all_formulas() -> dict[str, Formula]:
    """Every formula that has mistakes, by its file and name, such as 'update.NEW_WEIGHT'."""
    names = [module.name for module in iter_modules(__path__)]
    return {
        f"{name}.{constant}": value
        for name in names
        for constant, value in vars(import_module(f"{__name__}.{name}")).items()
        if isinstance(value, Formula)
    }
