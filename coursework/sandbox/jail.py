"""The jail: an isolated process for a student's code.

On Linux, bubblewrap gives the process namespaces of its own: no network, no other processes, and of
the files only Python, the package ``backprop`` and its data, all read-only, and a small temporary
folder in memory. A filter refuses system calls that no coursework needs (``doors``). Code started
by root runs as a user of its own, which no other process has. The worker then limits its own CPU
time, memory, processes and files before any student code runs, and what all its processes use
together is limited or watched (``groups``). When the namespace's first process ends, all others in
it end too, so nothing can be left running. ``SECURITY.md`` says what this promises.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

from coursework.sandbox import groups
from coursework.sandbox.doors import filter_program

HERE = Path(__file__).resolve().parent
COURSE = HERE.parents[1]
NOBODY = 65534
# Nothing uses these ids of users: https://systemd.io/UIDS-GIDS. There are 64 for each process id.
FIRST_USER, USERS = 1_879_048_192, 2**28
USERS_HERE = Path("/proc/self/uid_map")  # in a container, there may be fewer

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


@dataclass(frozen=True)
class Limits:
    """The limits of a submission."""

    seconds_a_call: float = 10.0  # for a cell or a function call
    seconds: float = 60.0  # for the whole submission
    memory: int = 2 * 2**30  # bytes of address space, and of memory for all processes together
    processes: int = 16  # and threads
    copies: int = 0  # further processes, for copies of the worker that the grader asks for
    file: int = 8 * 2**20  # bytes, the largest file
    temporary: int = 32 * 2**20  # bytes, all temporary files together
    files: int = 10_000  # temporary files and folders

    def of_process(self) -> dict[str, int]:
        """The limits enforced by the kernel, by their names in `resource`."""
        return {
            "RLIMIT_CPU": int(self.seconds) + 1,
            "RLIMIT_AS": self.memory,
            "RLIMIT_DATA": self.memory,  # where the grader has a smaller one for itself
            "RLIMIT_NPROC": self.processes + self.copies,
            "RLIMIT_FSIZE": self.file,
            "RLIMIT_NOFILE": 64 + self.copies,
            "RLIMIT_CORE": 0,
            "RLIMIT_MEMLOCK": 0,
            "RLIMIT_MSGQUEUE": 0,
            "RLIMIT_SIGPENDING": 256,  # and timers
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


@contextmanager
def limited_growth(more: int = 160 * 2**20) -> Iterator[None]:
    """Meanwhile this process can use only so many more bytes of memory; then MemoryError is raised.

    A test that computes with a student's answer, such as the outer product of a long array, then
    fails like any other test, and does not take the machine's memory.
    """
    try:
        import resource
    except ImportError:  # not on Windows
        yield
        return
    lines = Path("/proc/self/status")
    used = lines.read_text(encoding="ascii").partition("VmData:")[2] if lines.exists() else ""
    before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if used:
        most = int(used.split()[0]) * 1024 + more
        for limit in {before, hard} - {resource.RLIM_INFINITY}:
            most = min(most, limit)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, hard))


# Started without an environment, and before anything else: what it starts belongs to the groups.
# If memory runs out, these processes are ended first.
ENTER = """\
echo 1000 >/proc/self/oom_score_adj
while [ "$1" != -- ]; do echo 0 >"$1/cgroup.procs" || exit 1; shift; done
shift
exec "$@"
"""
SPARE_PROCESSES = 4  # bubblewrap's own

_numbers = count()


class Running:
    """A worker that was started, in a jail or without one."""

    def __init__(
        self, process: subprocess.Popen, made: list[Path], watched: Limits | None = None
    ) -> None:
        self._process, self.groups, self._watch = process, made, None
        if watched is not None:
            limits = watched.memory, watched.files
            self._watch = groups.Watch(process.pid, made, *limits, self._kill)
            self._watch.start()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """End the process and, in a jail, all processes that it started."""
        if self._watch is not None:
            self._watch.stop()
        if self._process.returncode is None:
            self._kill()
        self._process.wait()
        groups.remove(self.groups)


def start(
    limits: Limits,
    there: socket.socket,
    sandbox: bool = True,
    pass_fds: Sequence[int] = (),
    forbidden: Sequence[str] = (),
) -> Running:
    """Start the worker with a socket as its standard input, in a jail unless `sandbox` is False.

    The worker also inherits `pass_fds`, and nothing else; in a jail it has no files of the modules
    `forbidden`. Raises NoJail without bubblewrap.
    """
    options = {"stdin": there, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options |= {"start_new_session": True}
    if not sandbox:
        worker = [sys.executable, str(HERE / "worker.py")]
        environment = ENVIRONMENT | {"PYTHONPATH": str(COURSE / "src")}
        process = subprocess.Popen(
            worker, env=environment, cwd="/tmp", pass_fds=pass_fds, **options
        )
        return Running(process, [])
    program = filter_program()
    with open(os.memfd_create("filter"), "w+b") as file:
        file.write(program or b"")
        file.seek(0)
        jail = command(limits, file.fileno() if program else None, forbidden)
        made = groups.make(limits.memory, limits.processes + limits.copies + SPARE_PROCESSES)
        enter = ["/bin/sh", "-c", ENTER, "sh", *map(str, made), "--", *jail]
        if program:  # bubblewrap closes it
            pass_fds = (*pass_fds, file.fileno())
        try:
            process = subprocess.Popen(enter, env={}, cwd="/", pass_fds=pass_fds, **options)
        except BaseException:
            groups.remove(made)
            raise
    return Running(process, made, watched=limits)


@cache
def has_option(bwrap: str, option: str) -> bool:
    """Whether this bubblewrap has an option."""
    done = subprocess.run([bwrap, "--help"], capture_output=True, encoding="utf-8")
    return option in done.stdout + done.stderr


def user_of_its_own() -> int:
    """The number of a user for one submission, or nobody's where root may not choose freely."""
    lines = USERS_HERE.read_text(encoding="ascii").splitlines()
    ranges = [list(map(int, line.split())) for line in lines]
    if any(first + length >= FIRST_USER + USERS for first, _, length in ranges):
        return FIRST_USER + (os.getpid() * 64 + next(_numbers) % 64) % USERS
    return NOBODY


def shares_its_user() -> bool:
    """Whether submissions that run at the same time are of the same user for the kernel.

    In a user namespace of its own each has its own limits.
    """
    return os.getuid() == 0 and user_of_its_own() == NOBODY


def command(
    limits: Limits, filter_number: int | None = None, forbidden: Sequence[str] = ()
) -> list[str]:
    """The command that starts the worker in a jail. Raises NoJail without bubblewrap.

    `filter_number` is the number of the open file with the filter of system calls. The files of the
    modules `forbidden` are empty there.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise NoJail(MISSING)
    root = os.getuid() == 0
    jail = [bwrap, "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    jail += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    jail += ["--hostname", "jail"]
    if root:  # the user may not read all that root may mount: mount first, then become that user
        jail += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        jail += ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]
        if has_option(bwrap, "--disable-userns") and not os.stat(bwrap).st_mode & stat.S_ISUID:
            jail += ["--disable-userns"]
    if filter_number is not None:
        jail += ["--seccomp", str(filter_number)]
    jail += ["--ro-bind", "/usr", "/usr"]
    # No /proc: Python needs none, and it tells much about the machine. Of the devices only these:
    # memory that is mapped from /dev/zero counts for no process.
    jail += ["--perms", "0755", "--tmpfs", "/dev"]
    for device in ("/dev/null", "/dev/random", "/dev/urandom"):
        jail += ["--dev-bind", device, device]
    # Before the following folders, which may be inside it.
    jail += ["--perms", "1777", "--size", str(limits.temporary), "--tmpfs", "/tmp"]
    for name in ("/bin", "/lib", "/lib64"):
        if os.path.islink(name):
            jail += ["--symlink", os.readlink(name), name]
        else:
            jail += ["--ro-bind-try", name, name]
    jail += ["--dir", "/etc", "--ro-bind-try", "/etc/alternatives", "/etc/alternatives"]
    for folder in dict.fromkeys((sys.base_prefix, sys.prefix)):
        if not folder.startswith("/usr/"):
            for parent in reversed(Path(folder).parents[:-1]):
                jail += ["--dir", str(parent)]  # bubblewrap's own are closed to nobody
            jail += ["--ro-bind", folder, folder]
    if any(COURSE.is_relative_to(folder) for folder in ("/usr", sys.base_prefix, sys.prefix)):
        jail += ["--tmpfs", str(COURSE)]  # the course is in a folder that was just mounted
    jail += ["--ro-bind", str(COURSE / "src"), "/course/src", "--chmod", "0755", "/course"]
    jail += ["--ro-bind", str(COURSE / "data"), "/course/data"]
    for module in forbidden:
        file = Path("src", *module.split("."))
        if (COURSE / file).is_dir():
            jail += ["--tmpfs", f"/course/{file}"]
        else:
            jail += ["--ro-bind", "/dev/null", f"/course/{file}.py"]
    for name in ("worker.py", "wire.py", "submission.py"):
        jail += ["--ro-bind", str(HERE / name), f"/course/grading/{name}"]
    jail += ["--chmod", "0755", "/course/grading"]
    jail += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]
    for name, value in (ENVIRONMENT | {"PYTHONPATH": "/course/src"}).items():
        jail += ["--setenv", name, value]
    if root:
        user = user_of_its_own()
        jail += ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        jail += ["--inh-caps=-all", "--bounding-set=-all"]
    return [*jail, sys.executable, "/course/grading/worker.py"]
