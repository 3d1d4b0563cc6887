"""An isolated process for a student's code, and the communication with it.

On Linux, bubblewrap gives the process namespaces of its own: no network, no other processes, and of
the files only Python, the package ``backprop`` and its data, all read-only, and a small temporary
folder in memory. Code started by root runs as nobody. The worker then limits its own CPU time,
memory, processes and files before any student code runs. When the namespace's first process ends,
all others in it end too, so nothing can be left running.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NoReturn

from coursework.wire import Channel, Closed, Unreadable, put_back

HERE = Path(__file__).resolve().parent
COURSE = HERE.parent
NOBODY = "65534"
SECONDS_TO_START = 20

MISSING = """\
bubblewrap (the program bwrap) is not installed, or may not create namespaces, or root started it
and others may not read this folder (chmod -R a+rX lets them). It keeps the code of students
away from this machine. Without it that code runs with your rights: it can read your files (hidden
tests, grades, other submissions), change them, use the network, and leave processes behind. Limits
on time and memory, and the separation of tests from that code, remain. Install it (Debian, Ubuntu:
apt-get install bubblewrap), or, for code that you trust, add --unsafe.\
"""


class NoJail(Exception):
    """bubblewrap is not installed, or does not work."""


class Ended(Exception):
    """The student's process ended, was ended, or sent an invalid answer; says which."""


class OutOfTime(Exception):
    """The submission has no time left; says so."""


class StudentError(Exception):
    """The student's code raised an error; all details come from the student's process."""

    def __init__(self, kind: object, message: object, line: object):
        self.kind, self.message = str(kind)[:1000], str(message)[:1000]
        self.line = line if isinstance(line, list) else None
        super().__init__(f"{self.kind}: {self.message}" if self.message else self.kind)


@dataclass(frozen=True)
class Limits:
    """The limits of a submission."""

    seconds_a_call: float = 10.0  # for a cell or a function call
    seconds: float = 60.0  # for the whole submission
    memory: int = 2 * 2**30  # bytes of address space
    processes: int = 16
    file: int = 8 * 2**20  # bytes, the largest file
    temporary: int = 32 * 2**20  # bytes, all temporary files together

    def of_process(self) -> dict[str, int]:
        """The limits enforced by the kernel, by their names in `resource`."""
        return {
            "RLIMIT_CPU": int(self.seconds) + 1,
            "RLIMIT_AS": self.memory,
            "RLIMIT_NPROC": self.processes,
            "RLIMIT_FSIZE": self.file,
            "RLIMIT_NOFILE": 64,
            "RLIMIT_CORE": 0,
        }


# The same for every student, whatever the machine's: code that opens a file without naming an
# encoding must not earn different points where the grader's locale is not UTF-8.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",  # also where the system has no such locale
    "MPLBACKEND": "Agg",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "TQDM_DISABLE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


def command(limits: Limits) -> list[str]:
    """The command that starts the worker in a jail. Raises NoJail without bubblewrap."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise NoJail(MISSING)
    root = os.getuid() == 0
    jail = [bwrap, "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    jail += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    if root:  # nobody may not read all that root may mount: mount first, then become nobody
        jail += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        jail += ["--unshare-user", "--uid", NOBODY, "--gid", NOBODY]
    jail += ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"]
    # Before the following folders, which may be inside it.
    jail += ["--perms", "1777", "--size", str(limits.temporary), "--tmpfs", "/tmp"]
    for name in ("/bin", "/lib", "/lib64"):
        if os.path.islink(name):
            jail += ["--symlink", os.readlink(name), name]
        else:
            jail += ["--ro-bind-try", name, name]
    jail += ["--ro-bind-try", "/etc/alternatives", "/etc/alternatives"]
    for folder in dict.fromkeys((sys.base_prefix, sys.prefix)):
        if not folder.startswith("/usr/"):
            for parent in reversed(Path(folder).parents[:-1]):
                jail += ["--dir", str(parent)]  # bubblewrap's own are closed to nobody
            jail += ["--ro-bind", folder, folder]
    if any(COURSE.is_relative_to(folder) for folder in ("/usr", sys.base_prefix, sys.prefix)):
        jail += ["--tmpfs", str(COURSE)]  # the course is in a folder that was just mounted
    jail += ["--ro-bind", str(COURSE / "src"), "/course/src", "--chmod", "0755", "/course"]
    jail += ["--ro-bind", str(COURSE / "data"), "/course/data"]
    for name in ("worker.py", "wire.py"):
        jail += ["--ro-bind", str(HERE / name), f"/course/grading/{name}"]
    jail += ["--chmod", "0755", "/course/grading"]
    jail += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]
    for name, value in (ENVIRONMENT | {"PYTHONPATH": "/course/src"}).items():
        jail += ["--setenv", name, value]
    if root:
        jail += ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        jail += ["--inh-caps=-all", "--bounding-set=-all"]
    return [*jail, sys.executable, "/course/grading/worker.py"]


class Remote:
    """A function or object in the student's process.

    It can be called and its attributes read; both happen in that process, and only plain data comes
    back. It supports nothing else: no method of the student's can influence a comparison.
    """

    def __init__(self, ask: Callable[..., dict], reference: dict, kind: str):
        self._ask, self._reference, self._kind = ask, reference, kind

    def __call__(self, *arguments: object, **keywords: object) -> object:
        """Call it there; changes that the call makes to its arguments are repeated here."""
        given = (list(arguments), keywords)
        answer = self._ask(do="call", target=self, given=given)
        if answer.get("given") is not None:
            put_back(given, answer["given"])
        return answer["value"]

    def __getattr__(self, name: str) -> object:
        # NumPy and others look up such names, which the student's code must not provide.
        if name.startswith("_"):
            raise AttributeError(name)
        return self._ask(do="attribute", target=self, name=name)["value"]

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(
            f"a {self._kind} is not plain data: return a number, string, list, dictionary or NumPy "
            f"array, for instance list(...)"
        )

    __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = __float__ = _refuse

    def __repr__(self) -> str:
        return f"<{self._kind}>"


class Clock:
    """The remaining time of a submission, over all its processes."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.end = time.monotonic() + limits.seconds

    def seconds(self, most: float) -> float:
        """The seconds for a request, at most these. Raises OutOfTime if none are left."""
        remaining = self.end - time.monotonic()
        if remaining <= 0:
            raise OutOfTime(
                f"came after the {self.limits.seconds:.3g} s of this submission were used up"
            )
        return min(most, remaining)


class Process:
    """A student's process, running the worker.

    `sandbox` False runs the code without a jail, with the rights of this process.
    """

    def __init__(self, clock: Clock, sandbox: bool = True):
        self.clock = clock
        self._functions: dict[int, Callable] = {}
        self._numbers = count()
        if sandbox:
            start, environment, folder = command(clock.limits), None, None
        else:
            start = [sys.executable, str(HERE / "worker.py")]
            environment = ENVIRONMENT | {"PYTHONPATH": str(COURSE / "src")}
            folder = "/tmp"
        self._stream, there = socket.socketpair()
        self._popen = subprocess.Popen(
            start,
            stdin=there,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=environment,
            cwd=folder,
        )
        there.close()
        self._channel = Channel(self._stream, self._refer, self._resolve)
        deadline = time.monotonic() + SECONDS_TO_START
        try:
            self._channel.send({"limits": clock.limits.of_process()}, deadline)
            self._channel.receive(deadline)
        except (Closed, Unreadable, TimeoutError):
            self.close()
            raise NoJail(MISSING) from None

    @property
    def alive(self) -> bool:
        """Whether it can still answer."""
        return self._stream.fileno() >= 0

    def close(self) -> None:
        """End the process and, in a jail, all processes that it started."""
        self._stream.close()
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()

    def ask(self, seconds: float | None = None, **request: object) -> dict:
        """The answer to a request, within the time of a call or these seconds.

        Raises StudentError if the student's code raises an error, Ended if the process ends or
        sends an invalid answer, and ValueError for a request too large to send.
        """
        if not self.alive:
            raise Ended("belonged to a process that has ended")
        seconds = self.clock.seconds(seconds or self.clock.limits.seconds_a_call)
        deadline = time.monotonic() + seconds
        try:
            self._channel.send(request, deadline)
            while "call back" in (answer := self._channel.receive(deadline)):
                self._channel.send(self._called_back(answer), deadline)
        except TimeoutError:
            self.close()
            raise Ended(f"did not finish within {seconds:.3g} s") from None
        except Closed:
            self.close()
            raise Ended("ended its process, or used more memory or time than allowed") from None
        except Unreadable:
            self.close()
            raise Ended("returned a value that is too large or not plain data") from None
        if "error" in answer:
            error = answer["error"] if isinstance(answer["error"], dict) else {}
            raise StudentError(*(error.get(key) for key in ("kind", "message", "line")))
        if "value" not in answer:
            self.close()
            raise Ended("returned a value that is not plain data")
        return answer

    def _called_back(self, request: dict) -> dict:
        """Call a function of a test at the request of the student's code."""
        try:
            return {"value": self._functions[request["call back"]](*request["arguments"])}
        except Exception:
            return {"error": True}

    def _refer(self, value: object) -> dict:
        if isinstance(value, Remote):
            return value._reference
        if callable(value):
            number = next(self._numbers)
            self._functions[number] = value
            return {"function": number}
        raise TypeError(f"a test passes a {type(value).__name__}, which is not plain data")

    def _resolve(self, reference: dict) -> Remote:
        number, kind, _ = reference["object"]
        return Remote(self.ask, {"object": int(number)}, str(kind)[:100])


def try_jail() -> None:
    """Start a process in a jail and end it. Raises NoJail if that does not work."""
    Process(Clock(Limits())).close()
