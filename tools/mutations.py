"""All mutants of a Python file: one operator, constant or statement changed in each.

A mutation replaces a few bytes of the source, so that the rest of the file does not change. Code
that computes nothing is left alone: annotations, decorators, docstrings, other strings, imports.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

COMPARISONS = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
OPERATORS = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "/",
    ast.Mod: "*",
    ast.Pow: "*",
    ast.MatMult: "*",
    ast.LShift: ">>",
    ast.RShift: "<<",
    ast.BitAnd: "|",
    ast.BitOr: "&",
    ast.BitXor: "&",
}
UNARY = {ast.Not: "not", ast.USub: "-", ast.Invert: "~"}
CONNECTIVES = {ast.And: "or", ast.Or: "and"}
OPERATOR = re.compile(rb"not\s+in|is\s+not|not|and|or|in|is|[-+*/%@<>=!&|^]+")
DELETABLE = (ast.Expr, ast.AugAssign, ast.Raise, ast.Assert, ast.Delete, ast.Break, ast.Continue)


@dataclass(frozen=True)
class Mutation:
    """The bytes from `start` to `end` become `text`."""

    start: int
    end: int
    text: str
    function: str  # its qualified name; empty outside functions and classes
    lines: range  # of the statement, or of the head of a compound statement

    def apply(self, source: bytes) -> bytes:
        """The mutated source."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    def line(self, source: bytes) -> int:
        """The number of the line where the change begins, from 1."""
        return source.count(b"\n", 0, self.start) + 1

    def before_and_after(self, source: bytes) -> tuple[str, str]:
        """The changed lines before and after, with single spaces."""
        first = source.rfind(b"\n", 0, self.start) + 1
        last = source.find(b"\n", self.end)
        last = len(source) if last < 0 else last
        after = source[first : self.start] + self.text.encode() + source[self.end : last]
        return tuple(" ".join(text.decode().split()) for text in (source[first:last], after))


def mutations(source: bytes) -> list[Mutation]:
    """All mutations of a file, in the order of their positions."""
    found = set(_Finder(source).of(ast.parse(source), _Place()))
    return sorted(found, key=lambda mutation: (mutation.start, mutation.end, mutation.text))


@dataclass
class _Place:
    """Where a node is."""

    function: str = ""
    lines: range = range(0)
    bound: set[str] = field(default_factory=set)  # the names that already have a value


class _Finder:
    def __init__(self, source: bytes):
        self.source = source
        self.starts = [0]  # of the lines; the parser counts bytes from there
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def of(self, node: ast.AST, place: _Place) -> Iterator[Mutation]:
        """All mutations of a node and of its children."""
        if isinstance(node, ast.stmt):
            last = node.body[0].lineno - 1 if hasattr(node, "body") else node.end_lineno
            place = _Place(
                place.function, range(node.lineno, max(last, node.lineno) + 1), place.bound
            )
        for start, end, text in self._changes(node, place):
            yield Mutation(start, end, text, place.function, place.lines)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for child in _outside(node):
                yield from self.of(child, place)
            name = f"{place.function}.{node.name}".strip(".")
            place, children = _Place(name, place.lines, _arguments(node)), node.body
        else:
            children = _computing(node)
        for child in children:
            yield from self.of(child, place)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            place.bound.add(node.id)

    def _changes(self, node: ast.AST, place: _Place) -> Iterator[tuple[int, int, str]]:
        start, end = self._span(node) if hasattr(node, "lineno") else (0, 0)
        match node:
            case ast.Compare():
                operands = [node.left, *node.comparators]
                for left, operator, right in zip(operands, node.ops, operands[1:]):
                    yield (*self._between(left, right), COMPARISONS[type(operator)])
            case ast.BoolOp():
                for left, right in zip(node.values, node.values[1:]):
                    yield (*self._between(left, right), CONNECTIVES[type(node.op)])
            case ast.BinOp() if not (_is_text(node.left) or _is_text(node.right)):
                yield (*self._between(node.left, node.right), OPERATORS[type(node.op)])
            case ast.AugAssign():
                operator = OPERATORS[type(node.op)] + "="
                yield (*self._between(node.target, node.value), operator)
            case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
                yield start, start + len(UNARY[type(node.op)]), ""
            case ast.Constant(value=bool()):
                yield start, end, str(not node.value)
            case ast.Constant(value=int() | float()) if node.value + 1 != node.value:
                yield start, end, repr(node.value + 1)
            case ast.Return(value=ast.expr()) if not _is_none(node.value):
                yield start, end, "return None"
        if isinstance(node, ast.If | ast.While | ast.IfExp) and _is_plain(node.test):
            start_test, end_test = self._span(node.test)
            yield start_test, end_test, f"(not ({self.source[start_test:end_test].decode()}))"
        if isinstance(node, ast.stmt) and _may_be_deleted(node, place.bound):
            yield start, end, "pass"

    def _span(self, node: ast.AST) -> tuple[int, int]:
        start = self.starts[node.lineno - 1] + node.col_offset
        return start, self.starts[node.end_lineno - 1] + node.end_col_offset

    def _between(self, left: ast.AST, right: ast.AST) -> tuple[int, int]:
        """Where the operator between two operands is, past parentheses and comments."""
        first, last = self._span(left)[1], self._span(right)[0]
        between = re.sub(rb"#.*", lambda comment: b" " * len(comment[0]), self.source[first:last])
        operator = OPERATOR.search(between)
        return first + operator.start(), first + operator.end()


def _computing(node: ast.AST) -> list[ast.AST]:
    """The children of a node that compute something, in the order in which they are evaluated."""
    match node:
        case ast.JoinedStr():  # a string; and Python 3.11 does not know where its parts are
            return []
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return []
        case ast.Assign() | ast.AugAssign():
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            return [node.value, *targets]
        case ast.AnnAssign():
            return [child for child in (node.value, node.target) if child]
        case ast.arguments():
            return [child for child in (*node.defaults, *node.kw_defaults) if child]
    return list(ast.iter_child_nodes(node))


def _outside(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[ast.AST]:
    """The expressions evaluated where a function or class is defined: bases and defaults."""
    if isinstance(node, ast.ClassDef):
        return node.bases
    return [node.args]


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> set[str]:
    """The names that have a value at the start of the body."""
    parts = () if isinstance(node, ast.ClassDef) else ast.walk(node.args)
    return {part.arg for part in parts if isinstance(part, ast.arg)}


def _may_be_deleted(node: ast.stmt, bound: set[str]) -> bool:
    """Whether the program without this statement still has a value for every name."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return False
        case ast.Return(value=None):
            return True
        case ast.Assign() | ast.AnnAssign(value=ast.expr()):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            stored = [part for target in targets for part in ast.walk(target)]
            names = [part for part in stored if isinstance(part, ast.Name)]
            return {name.id for name in names if isinstance(name.ctx, ast.Store)} <= bound
    return isinstance(node, DELETABLE)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), str)


def _is_plain(test: ast.expr) -> bool:
    """Whether a condition has no operator whose change would be a mutation of its own."""
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    return not (negated or isinstance(test, ast.Compare | ast.BoolOp | ast.Constant))
