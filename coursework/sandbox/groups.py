"""What all processes of a submission use together: control groups of Linux, and a watch.

A control group limits memory and processes in the kernel. This program can make one if root runs
it, or if systemd has given the user a part of the tree (``systemd-run --user --scope``). Otherwise
the `Watch` adds up, several times per second, what the processes use.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

CONTROLLERS = ("memory", "pids")
# Version of the control groups, controller, file, and the limit that is written into it.
SETTINGS = (
    ("cgroup2", "memory", "memory.max", "memory"),
    ("cgroup2", "memory", "memory.swap.max", "nothing"),
    ("cgroup2", "pids", "pids.max", "processes"),
    ("cgroup", "memory", "memory.limit_in_bytes", "memory"),
    ("cgroup", "memory", "memory.memsw.limit_in_bytes", "memory"),
    ("cgroup", "pids", "pids.max", "processes"),
)
OPTIONAL = {"memory.swap.max", "memory.memsw.limit_in_bytes"}  # not where nothing is swapped
PREFIX = "coursework"
SECONDS_TO_END = 5.0
SECONDS_BETWEEN_LOOKS = 0.1
KB = 1024

_numbers = count()


def parents(mounts: str, own: str) -> dict[str, tuple[str, Path]]:
    """Where a group can be made: for each controller the version, and the folder above it.

    `mounts` and `own` are the texts of ``/proc/self/mountinfo`` and ``/proc/self/cgroup``. Version
    1 has one tree for each controller, and a group is made below the one of this process. In
    version 2 the group of a process has no others below it, so the new one goes next to it, or
    higher.
    """
    paths = dict(line.split(":", 2)[1:] for line in own.splitlines())
    found = {}
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        root, point = before.split()[3:5]
        version, _, options = after.split()[:3]
        if version == "cgroup2" and "" in paths:
            folder = below(point, root, paths[""])
            for above in (folder, *folder.parents):
                control = above / "cgroup.subtree_control"
                given = control.read_text(encoding="ascii").split() if control.is_file() else []
                # To move a process, one has to be allowed to write into the group above both.
                may = os.access(above / "cgroup.procs", os.W_OK)
                if may and set(CONTROLLERS) <= set(given):
                    found |= dict.fromkeys(CONTROLLERS, (version, above))
                    break
        elif version == "cgroup":
            for controller in set(CONTROLLERS) & set(options.split(",")) & set(paths):
                found.setdefault(controller, (version, below(point, root, paths[controller])))
    return found


def below(point: str, root: str, path: str) -> Path:
    """The folder of a group, where the tree's part `root` is mounted at `point`."""
    return Path(point) / path.removeprefix(root.rstrip("/")).lstrip("/")


def make(memory: int, processes: int) -> list[Path]:
    """New control groups with these limits, or an empty list where none can be made."""
    made: list[Path] = []
    limits = {"memory": memory, "processes": processes, "nothing": 0}
    name = f"{PREFIX}-{os.getpid()}-{next(_numbers)}"
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
        above = parents(mounts, Path("/proc/self/cgroup").read_text(encoding="utf-8"))
        if set(above) != set(CONTROLLERS):
            return []
        for version, folder in dict.fromkeys(above.values()):
            remove_old(folder)
            (folder / name).mkdir()
            made.append(folder / name)
            for kind, controller, file, limit in SETTINGS:
                if above[controller] == (version, folder) and kind == version:
                    write(folder / name / file, limits[limit])
        if not all(map(can_be_entered, made)):
            raise PermissionError
    except (OSError, ValueError):
        remove(made)
        return []
    return made


def can_be_entered(group: Path) -> bool:
    """Whether this user may move a process into a group, which takes more than to make it."""
    enter = ["/bin/sh", "-c", 'echo 0 >"$1/cgroup.procs"', "sh", str(group)]
    return subprocess.run(enter, stderr=subprocess.DEVNULL).returncode == 0


def write(file: Path, value: int) -> None:
    """Write a limit; a file that a machine without swap space does not have is left out."""
    if file.exists() or file.name not in OPTIONAL:
        file.write_text(str(value), encoding="ascii")


def remove(groups: list[Path]) -> None:
    """End all processes in these groups, and remove the groups."""
    for group in groups:
        with suppress(OSError), (group / "cgroup.kill").open("r+", encoding="ascii") as file:
            file.write("1")  # version 2, from Linux 5.14
        end = time.monotonic() + SECONDS_TO_END
        while group.exists() and time.monotonic() < end:
            with suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.002)  # its processes were killed, and are ending


def remove_old(folder: Path) -> None:
    """Remove the empty groups of graders that were killed before they could do it."""
    for group in folder.glob(f"{PREFIX}-*-*"):
        if not Path("/proc", group.name.split("-")[1]).exists():
            with suppress(OSError):
                group.rmdir()


# The watch


def family(process: int) -> list[int]:
    """A process and all below it, in whatever namespace they are."""
    found = [process]
    for parent in found:  # which grows meanwhile
        folder, threads = Path(f"/proc/{parent}/task"), []
        with suppress(OSError):  # it has ended
            threads = os.listdir(folder)
        for thread in threads:
            with suppress(OSError):  # this one has ended; the others still count
                children = (folder / thread / "children").read_text(encoding="ascii")
                found += map(int, children.split())
    return found


def resident(process: int) -> int:
    """The bytes of a process in memory; those that it shares count in full."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def share(process: int) -> int:
    """The bytes of a process in memory; of those that it shares with others, its share."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return sum(int(line.split()[1]) * KB for line in lines if line.startswith("Pss:"))
    except (OSError, ValueError):
        return resident(process)


def used_memory(processes: list[int], limit: int) -> int:
    """The bytes that processes use together, exactly only if they could be above a limit."""
    most = sum(map(resident, processes))
    return most if most <= limit else sum(map(share, processes))


def used_files(processes: list[int]) -> int:
    """The number of files and folders in the temporary folder of these processes."""
    for process in reversed(processes):
        with suppress(OSError):
            folder = f"/proc/{process}/root/tmp"
            if os.stat(folder).st_dev != os.stat("/tmp").st_dev:  # or it is not in the jail yet
                found = os.statvfs(folder)
                return found.f_files - found.f_ffree
    return 0


def ran_out(group: Path) -> bool:
    """Whether the kernel ended a process of this group because the group's memory ran out."""
    for name in ("memory.events", "memory.oom_control"):
        with suppress(OSError):
            lines = (group / name).read_text(encoding="ascii").splitlines()
            return any(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    return False


class Watch(threading.Thread):
    """Looks, several times per second, at what a process and those below it use together.

    If it is more memory or more files than these, `end` is called. Where there are control groups,
    the kernel itself limits the memory; then `end` is called if it had to end a process.
    """

    def __init__(
        self, process: int, groups: list[Path], memory: int, files: int, end: Callable[[], None]
    ):
        super().__init__(daemon=True)
        self._process, self._groups, self._end = process, groups, end
        self._memory, self._files = memory, files
        self._stopped = threading.Event()

    def _too_much(self) -> bool:
        processes = family(self._process)
        if used_files(processes) > self._files:
            return True
        if self._groups:
            return any(map(ran_out, self._groups))
        return used_memory(processes, self._memory) > self._memory

    def run(self) -> None:
        """Look until stopped."""
        while not self._stopped.wait(SECONDS_BETWEEN_LOOKS):
            if self._too_much():
                self._end()
                return

    def stop(self) -> None:
        """Stop looking."""
        self._stopped.set()
        if threading.current_thread() is not self:
            self.join()
