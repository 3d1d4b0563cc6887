"""Runs in the student's process: runs the student's cells, and calls their functions.

Started by ``jail`` with a socket as its standard input. It has only the student's code: no test, no
expected value, no grade. None of its answers is trusted, so code that takes this program apart
gains nothing by it. Standard library only, and IPython's translator for cells that are not Python.
"""

from __future__ import annotations
import __future__

import ast
import inspect
import os
import socket
import sys
import time
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from itertools import count
from types import CodeType

from submission import BadSubmission, read_cells
from wire import Channel, Closed, content, put_back

LONGEST_TEXT = 1000  # characters of an error's message
MOST_NOTES = 20  # of one cell
SECONDS_TO_MAKE_ROOM = 2.0
FUTURE = 0
for feature in __future__.all_feature_names:
    FUTURE |= getattr(__future__, feature).compiler_flag


def limit_this_process(limits: dict[str, int]) -> None:
    """Set hard limits that code without privileges cannot raise again."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    for name, value in limits.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            _, hard = resource.getrlimit(kind)
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (value, value))
    try:
        # If memory runs out, this process is killed first. In the jail, which has no /proc, this
        # was done before it started.
        with open("/proc/self/oom_score_adj", "w", encoding="utf-8") as file:
            file.write("1000")
    except OSError:
        pass


class NotAvailable(ImportError):
    """A module that the assignment takes away was imported, perhaps by another module."""


class Absent:
    """Stands for what a forbidden module has: any use of it says that it is not available."""

    def __init__(self, error: NotAvailable):
        self._error = error

    def __call__(self, *_: object, **__: object) -> None:
        """Raise the error of the import."""
        raise self._error

    def __getattr__(self, name: str) -> None:
        raise self._error


class Forbidden:
    """Refuses the import of modules that an assignment takes away."""

    def __init__(self, modules: list[str]):
        self.modules = modules

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise NotAvailable for a forbidden module, and leave all others to Python."""
        for module in self.modules:
            if name == module or name.startswith(f"{module}."):
                raise NotAvailable(f"{module} is not available in this assignment")


# Cells


class Shell:
    """Stands in for IPython's shell: Python in a magic runs, and everything else is left out."""

    RUNS = ("time", "capture", "prun")
    SILENT = ("matplotlib", "config", "load_ext", "autoreload", "reload_ext", "precision")

    def __init__(self, run: Callable[[str], None]):
        self.run = run
        self.left_out: list[str] = []

    def run_line_magic(self, name: str, line: str, *_: object, **__: object) -> None:
        """Run the code after ``%time``; leave other line magics out."""
        if name in self.RUNS:
            self.run(line)
        elif name.startswith("pinfo"):
            self.left_out.append(f"{line}?")
        elif name not in self.SILENT:
            self.left_out.append(f"%{name}")

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """Run the code below ``%%time`` or ``%%capture``, write a file; leave others out."""
        if name in self.RUNS:
            self.run(cell)
        elif name in ("writefile", "file"):
            *options, path = line.split()
            with open(path, "a" if "-a" in options else "w", encoding="utf-8") as file:
                file.write(cell)
        else:
            self.left_out.append(f"%%{name}")

    def system(self, line: str) -> None:
        """Leave a shell command out."""
        self.left_out.append(f"!{line[:60]}")

    def getoutput(self, line: str, *_: object, **__: object) -> list[str]:
        """Leave a shell command out; its output is empty."""
        self.system(line)
        return []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def parsed(source: str, name: str) -> ast.Module:
    """A cell as Python; one with magics or shell lines is first translated as IPython does it."""
    try:
        return ast.parse(source, f"<{name}>")
    except SyntaxError as error:
        try:
            from IPython.core.inputtransformer2 import TransformerManager

            translated = TransformerManager().transform_cell(source)
            return ast.parse(translated, f"<{name}>")
        except (ImportError, SyntaxError):
            raise error from None


def statements(source: str, name: str) -> Iterator[tuple[ast.stmt, CodeType]]:
    """The top-level statements of a cell, each with its code. Raises SyntaxError."""
    tree = parsed(source, name)
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    flags |= compile(tree, f"<{name}>", "exec", flags, dont_inherit=True).co_flags & FUTURE
    for statement in tree.body:
        module = ast.Module([statement], [])
        yield statement, compile(module, f"<{name}>", "exec", flags, dont_inherit=True)


def execute(code: CodeType, names: dict[str, object]) -> None:
    """Run code in a namespace; a cell may await at its top level."""
    if code.co_flags & inspect.CO_COROUTINE:
        import asyncio  # slow to import, and seldom needed

        asyncio.run(eval(code, names))
    else:
        exec(code, names)


class Student:
    """The student's names and objects, and the answers to the grader's requests about them."""

    def __init__(self, stream: socket.socket, spare: list[socket.socket]):
        self.channel = Channel(stream, self.refer, self.resolve)
        self.spare = spare
        self.file = bytearray()
        self.names: dict[str, object] = {"__name__": "__main__", "display": print}
        self.objects: dict[int, object] = {}
        self.numbers = count()
        self.process = os.getpid()

    def refer(self, value: object) -> dict:
        """A reference to an object that stays here."""
        number = next(self.numbers)
        self.objects[number] = value
        return {"object": [number, type(value).__name__, callable(value)]}

    def resolve(self, reference: dict) -> object:
        """The target of a reference from the grader: an object here, or a function over there."""
        ((kind, number),) = reference.items()
        if kind == "object":
            return self.objects.get(number)
        if kind == "name":
            return self.names.get(number)
        return lambda *arguments, **keywords: self.call_back(number, (list(arguments), keywords))

    def call_back(self, number: int, given: tuple[list, dict]) -> object:
        """Call a function of the grader's, in the grader's process."""
        self.channel.send({"call back": number, "given": given})
        answer = self.channel.receive()
        if "value" not in answer:
            raise RuntimeError(f"a function that your code called raised {answer.get('error')}")
        if answer.get("given") is not None:
            put_back(given, answer["given"])
        return answer["value"]

    def answer(self, request: dict) -> dict:
        """Carry out a request; an error in the student's code is an answer too."""
        try:
            return getattr(self, "do_" + request.pop("do"))(**request)
        except BaseException as error:  # SystemExit and KeyboardInterrupt too
            return {"error": describe(error)}

    def end_if_copied(self) -> None:
        """End a copy of this process that the student's code made: it has no one to answer."""
        if os.getpid() != self.process:
            os._exit(0)

    def do_load(self, part: bytes) -> dict:
        """Take a part of the submitted file."""
        self.file += part
        return {"value": None}

    def do_read(self) -> dict:
        """The cells of the submitted file, or the reason why it has none."""
        content, self.file = bytes(self.file), bytearray()
        try:
            return {"value": read_cells(content)}
        except BadSubmission as error:
            return {"value": str(error)}

    def do_run(self, source: str, name: str, skip: Collection[int] = (), without: str = "") -> dict:
        """Run a cell, statement by statement, so that one that fails costs only itself.

        Left out are the statements with the numbers `skip`, and those that the cell `without` has
        too; its imports are made, for the other statements. Before each statement the grader is
        told its number and line: one that never ends can then be left out. The value lists the
        errors, and what stands for a magic or a command.
        """
        errors: list[dict] = []

        def run(source: str) -> None:
            for _, code in statements(source, name):
                execute(code, self.names)

        shell = Shell(run)
        self.names["get_ipython"] = lambda: shell
        known = set()
        for statement, code in statements(without, name):
            known.add(ast.dump(statement))
            if isinstance(statement, ast.Import | ast.ImportFrom):
                with suppress(ImportError):
                    execute(code, self.names)
        for number, (statement, code) in enumerate(statements(source, name)):
            if number in skip or ast.dump(statement) in known:
                continue
            self.end_if_copied()
            self.channel.send({"at": [number, statement.lineno]})
            try:
                execute(code, self.names)
            except MemoryError:
                raise
            except BaseException as error:
                errors.append(describe(error))
                if isinstance(error, NotAvailable) and isinstance(statement, ast.ImportFrom):
                    names = [alias.asname or alias.name for alias in statement.names]
                    self.names.update(dict.fromkeys(names, Absent(error)))
        return {"value": [errors[:MOST_NOTES], shell.left_out[:MOST_NOTES]]}

    def do_snapshot(self) -> dict:
        """Go on as two processes: this one, and a copy that answers on a stream of its own."""
        stream = self.spare[-1]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about threads of the student's, which are not copied
            copy = fork()
        self.spare.pop()
        if copy:
            stream.close()
            return {"value": None}
        os.setsid()  # a signal to its group reaches only itself
        for other in (self.channel.stream, *self.spare):
            other.close()
        self.process, self.spare = os.getpid(), []
        self.channel = Channel(stream, self.refer, self.resolve)
        self.serve()

    def do_names(self, names: list[str]) -> dict:
        """The values of these names, for those that exist."""
        return {"value": {name: self.names[name] for name in names if name in self.names}}

    def do_call(self, target: object, given: tuple[list, dict]) -> dict:
        """Call a function; arguments changed in place are sent back with the value."""
        arguments, keywords = given
        before = content(given)
        value = target(*arguments, **keywords)
        return {"value": value, "given": given if content(given) != before else None}

    def do_attribute(self, target: object, name: str) -> dict:
        """An attribute of an object here."""
        return {"value": getattr(target, name)}

    def do_define(self, names: dict[str, object]) -> dict:
        """Replace names by the grader's, such as a function by a right one."""
        self.names.update(names)
        return {"value": None}

    def serve(self) -> None:
        """Answer until the grader has no more requests; does not return."""
        try:
            while True:
                request = self.channel.receive()
                answer = self.answer(request)
                self.end_if_copied()
                try:
                    self.channel.send(answer)
                except (ValueError, TypeError, RecursionError, MemoryError) as error:
                    self.channel.send({"error": describe(error)})
        except Closed:
            os._exit(0)


def fork() -> int:
    """Fork, as soon as processes that the student's code left behind have made room for a copy.

    Each of them ends at its next statement, or after an error such as that there are too many.
    Raises OSError if there is no room for a copy after `SECONDS_TO_MAKE_ROOM`.
    """
    last = time.monotonic() + SECONDS_TO_MAKE_ROOM
    while True:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # ended, and counted until then
                pass
        try:
            return os.fork()
        except BlockingIOError:
            if time.monotonic() > last:
                raise
        time.sleep(0.01)


def describe(error: BaseException) -> dict:
    """The kind of an error, its message, and the line of the student's code where it arose."""
    line, trace = None, error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith("<"):
            line = [code.co_filename[1:-1], trace.tb_lineno]
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and str(error.filename).startswith("<"):
        line = [error.filename[1:-1], error.lineno or 1]
    try:
        message = str(getattr(error, "msg", None) or error)[:LONGEST_TEXT]
    except BaseException:  # it is the student's error, with methods of its own
        message = ""
    return {"kind": type(error).__name__[:LONGEST_TEXT], "message": message, "line": line}


def main() -> None:
    """Take the socket from standard input, wait for the limits, then serve."""
    stream = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    student = Student(stream, [])
    start = student.channel.receive()
    student.spare = [socket.socket(fileno=number) for number in start["spare"]]
    limit_this_process(start["limits"])
    sys.meta_path.insert(0, Forbidden(start["forbidden"]))
    sys.path.insert(0, "")
    student.channel.send({"ready": True})
    student.serve()


if __name__ == "__main__":
    main()
