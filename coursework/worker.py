"""Runs in the student's process: runs the student's cells, and calls their functions.

Started by ``jail`` with a socket as its standard input. It has only the student's code: no test, no
expected value, no grade. None of its answers is trusted, so code that takes this program apart
gains nothing by it. Standard library only.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from itertools import count

from wire import Channel, Closed, encode

LONGEST_TEXT = 1000  # characters of an error's message
COMMAND = re.compile(r"^(\s*)[%!?].*$", flags=re.MULTILINE)  # such as %matplotlib inline


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
        # If memory runs out, this process is killed first.
        with open("/proc/self/oom_score_adj", "w", encoding="utf-8") as file:
            file.write("1000")
    except OSError:
        pass


class Student:
    """The student's names and objects, and the answers to the grader's requests about them."""

    def __init__(self, stream: socket.socket):
        self.channel = Channel(stream, self.refer, self.resolve)
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
        ((kind, content),) = reference.items()
        if kind == "object":
            return self.objects.get(content)
        if kind == "name":
            return self.names.get(content)
        return lambda *arguments: self.call_back(content, arguments)

    def call_back(self, number: int, arguments: tuple) -> object:
        """Call a function that the grader passed, in the grader's process."""
        self.channel.send({"call back": number, "arguments": arguments})
        answer = self.channel.receive()
        if "value" not in answer:
            raise RuntimeError("a function that the test passed to your code raised an error")
        return answer["value"]

    def answer(self, request: dict) -> dict:
        """Carry out a request; an error in the student's code is an answer too."""
        try:
            return getattr(self, "do_" + request.pop("do"))(**request)
        except BaseException as error:  # SystemExit and KeyboardInterrupt too
            return {"error": describe(error)}

    def do_run(self, source: str, name: str) -> dict:
        """Run a cell; IPython's own commands in it are left out."""
        try:
            code = compile(source, f"<{name}>", "exec")
        except SyntaxError:
            code = compile(COMMAND.sub(r"\1pass", source), f"<{name}>", "exec")
        exec(code, self.names)
        return {"value": None}

    def do_names(self, names: list[str]) -> dict:
        """The values of these names, for those that exist."""
        return {"value": {name: self.names[name] for name in names if name in self.names}}

    def do_call(self, target: object, given: tuple[list, dict]) -> dict:
        """Call a function; arguments changed in place are sent back with the value."""
        arguments, keywords = given
        before = self.content(given)
        value = target(*arguments, **keywords)
        changed = self.content(given) != before
        return {"value": value, "given": given if changed else None}

    def do_attribute(self, target: object, name: str) -> dict:
        """An attribute of an object here."""
        return {"value": getattr(target, name)}

    def content(self, value: object) -> tuple:
        """A copy of a value, to detect later changes."""
        arrays: list[bytes] = []
        return encode(value, arrays, lambda value: {"same": id(value)}), arrays

    def serve(self) -> None:
        """Answer until the grader has no more requests."""
        while True:
            request = self.channel.receive()
            answer = self.answer(request)
            if os.getpid() != self.process:  # a copy of this process, made by the student's code
                os._exit(0)
            try:
                self.channel.send(answer)
            except (ValueError, TypeError, RecursionError, MemoryError) as error:
                self.channel.send({"error": describe(error)})


def describe(error: BaseException) -> dict:
    """The kind of an error, its message, and the line of the student's code where it arose."""
    line, trace = None, error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith("<"):
            line = [code.co_filename[1:-1], trace.tb_lineno]
        trace = trace.tb_next
    try:
        message = str(error)[:LONGEST_TEXT]
    except BaseException:  # it is the student's error, with methods of its own
        message = ""
    return {"kind": type(error).__name__[:LONGEST_TEXT], "message": message, "line": line}


def main() -> None:
    """Take the socket from standard input, wait for the limits, then serve."""
    stream = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    student = Student(stream)
    limit_this_process(student.channel.receive()["limits"])
    sys.path.insert(0, "")
    student.channel.send({"ready": True})
    try:
        student.serve()
    except Closed:
        os._exit(0)


if __name__ == "__main__":
    main()
