"""A formula with its known mistakes as JavaScript, so that an explorer has no list of its own.

A formula is a lambda of one expression. Its arithmetic is written the same way in both languages,
and `", ".join(…)` the other way round; anything else raises NotImplementedError.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable, Sequence
from typing import Any

from backprop.mistakes import Formula, WrongFormula
from backprop.practice.plain import without_formulas

__all__ = ["as_javascript", "formulas_as_javascript"]

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.USub: "-",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "===",
}
# Functions that formulas call, where JavaScript has another name for them or none.
SIGMOID = "((z) => 0.5 * (1 + Math.tanh(z / 2)))"
FUNCTIONS = {"abs": "Math.abs", "exp": "Math.exp", "sqrt": "Math.sqrt", "tanh": "Math.tanh"}
FUNCTIONS |= {"sigmoid": SIGMOID, "sigma": SIGMOID}


def formulas_as_javascript(formulas: dict[str, Formula]) -> str:
    """Statements that add each formula to the object `Formulas` by its name.

    There it has `compute` and `mistakes`; each mistake has `form`, `explanation`, `section` and
    `compute`.
    """
    lines = ["var Formulas = globalThis.Formulas || {};"]
    for name, formula in formulas.items():
        mistakes = ", ".join(map(mistake_as_javascript, formula.mistakes))
        right = as_javascript(formula.compute)
        lines.append(f"Formulas.{name} = {{compute: {right}, mistakes: [{mistakes}]}};")
    return "\n".join(lines) + "\n"


def mistake_as_javascript(mistake: WrongFormula) -> str:
    words = {
        "form": mistake.form,
        "explanation": without_formulas(mistake.explanation),
        "section": mistake.section,
    }
    parts = [f"{name}: {json.dumps(text, ensure_ascii=False)}" for name, text in words.items()]
    return f"{{{', '.join(parts)}, compute: {as_javascript(mistake.compute)}}}"


def as_javascript(function: Callable[..., Any]) -> str:
    """A lambda of one expression of numbers, or of a text, as a JavaScript function.

    Raises NotImplementedError for anything else.
    """
    node = lambda_of(function)
    parameters = ", ".join(argument.arg for argument in node.args.args)
    return f"({parameters}) => {expression(node.body)}"


def lambda_of(function: Callable[..., Any]) -> ast.Lambda:
    """The lambda expression of a function, from the source of its module."""
    code = function.__code__
    module = inspect.getmodule(function)
    assert module is not None  # a function of a formula is written in a module
    found = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno
    ]
    if len(found) != 1:
        raise NotImplementedError(
            f"line {code.co_firstlineno} of {module.__name__} has {len(found)} lambda expressions: "
            "a formula for an explorer is one lambda on a line of its own"
        )
    return found[0]


def expression(node: ast.expr) -> str:
    """An expression of numbers or a text, every part of it in parentheses."""
    match node:
        case ast.Name():
            return node.id
        case ast.Constant(value=bool() | int() | float() | str()):
            return json.dumps(node.value)
        case ast.BinOp() if type(node.op) in OPERATORS:
            left, right = expression(node.left), expression(node.right)
            return f"({left} {OPERATORS[type(node.op)]} {right})"
        case ast.UnaryOp() if type(node.op) in OPERATORS:
            return f"({OPERATORS[type(node.op)]}{expression(node.operand)})"
        case ast.Compare(ops=[operator]) if type(operator) in OPERATORS:
            left, right = expression(node.left), expression(node.comparators[0])
            return f"({left} {OPERATORS[type(operator)]} {right})"
        case ast.IfExp():
            parts = [node.test, node.body, node.orelse]
            return "({} ? {} : {})".format(*map(expression, parts))
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name in FUNCTIONS:
            return f"{FUNCTIONS[name]}({listed(node.args)})"
        case ast.Call(func=ast.Attribute(ast.Constant(str(between)), "join"), args=[parts]):
            return f"{expression(parts)}.join({json.dumps(between)})"
        case ast.List() | ast.Tuple():
            return f"[{listed(node.elts)}]"
    raise NotImplementedError(f"`{ast.unparse(node)}` is not written the same way in JavaScript")


def listed(nodes: Sequence[ast.expr]) -> str:
    return ", ".join(map(expression, nodes))
