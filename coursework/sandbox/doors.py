"""The doors of the jail: what a submission could reach, how each is closed, and a probe of each.

The table `DOORS` is the only list. The filter of system calls is made of it, the command tries each
door before it grades and says which are open, and ``SECURITY.md`` describes each by its name.
"""

from __future__ import annotations

import ctypes
import errno
import os
from dataclasses import dataclass
from functools import cache

PROGRAM = "libseccomp.so.2"
MOST_CALLS = 1024  # numbers of system calls; Linux has had fewer than 500 in 35 years

# From the header files of Linux and libseccomp.
ALLOW, REFUSE, KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
ACTION_FOR_OTHER_ARCHITECTURES = 2
NOT_EQUAL, MASKED_EQUAL = 1, 7
UNIX = 1  # the family of sockets within one machine
SET_PIPE_SIZE = 1031
NEW_NAMESPACES = (0x20000, *(1 << bit for bit in range(25, 31)))  # flags of clone, from NEWNS
SHARED_WITHOUT_FILE = (0x2F, 0x21)  # mask and value: flags of mmap


@dataclass(frozen=True)
class Door:
    """Something that a submission could reach, use without limit, or leave behind.

    It is open if one of its system calls exists in the jail, or if its probe is true there. A
    probe is a Python expression; `PROBES` defines the functions that it may use.
    """

    name: str
    sentence: str  # what is possible while it is open
    calls: tuple[str, ...] = ()
    probe: str = ""


DOORS = (
    Door(
        "environment",
        "can read the environment of this program, and passwords in it",
        probe="set(os.environ) - set(expected) or contains('/proc/1/environ')",
    ),
    Door(
        "/proc",
        "can read in /proc about this machine: folders, users and processes",
        probe="os.path.exists('/proc/self') or os.path.exists('/sys/kernel')",
    ),
    Door("host name", "can read the name of this machine", probe="os.uname().nodename != 'jail'"),
    Door(
        "open files",
        "can use files that this program has open",
        probe="any(map(is_file, range(3, 64)))",
    ),
    Door(
        "namespaces",
        "can make namespaces, and mount file systems without limits in them",
        calls=(
            *("unshare", "setns", "clone3", "mount", "umount", "umount2", "pivot_root", "chroot"),
            *("fsopen", "fsconfig", "fsmount", "fspick", "move_mount", "open_tree"),
            *("mount_setattr", "statmount", "listmount", "name_to_handle_at", "open_by_handle_at"),
        ),
        probe="makes_namespace()",
    ),
    Door(
        "keys",
        "can read the kernel's keys of this session, and leave some for the next submission",
        calls=("add_key", "request_key", "keyctl"),
    ),
    Door(
        "hidden memory",
        "can use memory that counts for none of its processes",
        calls=(
            *("memfd_create", "memfd_secret", "vmsplice", "io_setup", "io_submit", "ipc"),
            *("shmget", "shmat", "shmdt", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl"),
            *("semget", "semop", "semctl", "semtimedop"),
            *("mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify"),
            "mq_getsetattr",
        ),
        probe="maps_shared() or os.path.exists('/dev/zero')",
    ),
    Door("large pipes", "can enlarge the memory of its pipes", probe="enlarges_pipe()"),
    Door(
        "sockets",
        "can open sockets of other kinds, such as those between a virtual machine and its host",
        probe="any(map(opens_socket, (2, 10, 16, 17, 38, 40)))",
    ),
    Door(
        "other processes",
        "can read and change the memory of its other processes",
        calls=(
            *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise"),
            *("process_mrelease", "kcmp", "pidfd_getfd"),
        ),
    ),
    Door(
        "kernel interfaces",
        "can use parts of the kernel that no coursework needs, and that have had many faults",
        calls=(
            *("bpf", "perf_event_open", "userfaultfd", "seccomp", "syslog", "personality"),
            *("io_uring_setup", "io_uring_enter", "io_uring_register", "modify_ldt"),
            *("inotify_init", "inotify_init1", "fanotify_init", "fanotify_mark"),
            *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load"),
            *("reboot", "swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "vhangup"),
            *("iopl", "ioperm", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime"),
            *("sethostname", "setdomainname", "lookup_dcookie", "move_pages", "migrate_pages"),
        ),
    ),
    Door(
        "newer calls",
        "can use system calls that are newer than the filter",
        probe="any_exists(unnamed)",
    ),
    Door(
        "shared user",
        "runs as the same user as others, and can use up what that user may have",
        probe="shared_user",
    ),
    Door(
        "shared limit",
        "shares the limit on processes with everything that you run: close other programs, "
        "and use --jobs 1",
        probe="shared_limit()",
    ),
    Door(
        "memory as a whole",
        "has no control group: its memory is checked ten times per second, "
        "and what the kernel stores for it has no limit",
        probe="not grouped",
    ),
)

# Defined in the student's process before the doors are tried. Each attempt is made by a process of
# its own, which ends with it.
PROBES = """\
import ctypes, errno, mmap, os, signal, socket, stat

LIBRARY = ctypes.CDLL(None, use_errno=True)

def contains(path):
    try:
        with open(path, "rb") as file:
            return bool(file.read(1))
    except OSError:
        return False

def is_file(number):
    try:
        mode = os.fstat(number).st_mode
    except OSError:
        return False
    return not (stat.S_ISSOCK(mode) or stat.S_ISCHR(mode))

def status(attempt):
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if attempt() else 1)
        except BaseException:
            os._exit(1)
    return os.waitpid(child, 0)[1]

def works(attempt):
    return status(attempt) == 0

# Linux lets two calls through every filter, since only its own code for debuggers can use them:
# anybody else gets ENXIO from uprobe, and is ended by uretprobe.

def exists(number):
    ctypes.set_errno(0)
    LIBRARY.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
    return ctypes.get_errno() not in (errno.ENOSYS, errno.ENXIO)

def any_exists(numbers):
    ended = status(lambda: any(map(exists, numbers)))
    if not os.WIFSIGNALED(ended):
        return ended == 0
    half = len(numbers) // 2
    return half > 0 and (any_exists(numbers[:half]) or any_exists(numbers[half:]))

def makes_namespace():
    return works(lambda: LIBRARY.unshare(0x10000000) == 0)

def maps_shared():
    return works(lambda: mmap.mmap(-1, 4096))

def enlarges_pipe():
    import fcntl
    return works(lambda: fcntl.fcntl(os.pipe()[1], 1031, 2**18))

def opens_socket(family):
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET)
    return any(works(lambda: socket.socket(family, kind)) for kind in kinds)

def shared_limit():
    children = []
    try:
        while len(children) < wanted:
            child = os.fork()
            if child == 0:
                signal.pause()
            children.append(child)
    except OSError:
        pass
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return len(children) < wanted

def is_open(calls, probe):
    try:
        return bool(probe and eval(probe)) or bool(calls) and any_exists(calls)
    except BlockingIOError:  # no more processes: the door of the shared limit tells that
        return False

found = [name for name, calls, probe in doors if is_open(calls, probe)]
"""


# The filter of system calls


class Comparison(ctypes.Structure):
    """A condition on an argument of a system call, as libseccomp takes it."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


@cache
def library() -> ctypes.CDLL | None:
    """The library that knows the numbers of the system calls, if it is installed."""
    try:
        seccomp = ctypes.CDLL(PROGRAM)
    except OSError:
        return None
    seccomp.seccomp_init.restype = ctypes.c_void_p
    seccomp.seccomp_syscall_resolve_num_arch.restype = ctypes.c_char_p
    return seccomp


@cache
def named() -> dict[str, int]:
    """The system calls of this machine that the library knows, with their numbers."""
    seccomp = library()
    if seccomp is None:
        return {}
    names = (seccomp.seccomp_syscall_resolve_num_arch(0, number) for number in range(MOST_CALLS))
    return {name.decode(): number for number, name in enumerate(names) if name}


def numbers_of(door: Door) -> list[int]:
    """The numbers of a door's system calls, for those that this machine has."""
    return [named()[name] for name in door.calls if name in named()]


def unnamed() -> list[int]:
    """The numbers that the library does not know: of newer calls, which programs can do without."""
    return sorted(set(range(MOST_CALLS)) - set(named().values()))


@cache
def filter_program() -> bytes | None:
    """The filter, as the kernel takes it. None if the library is not installed or fails.

    What is refused does not exist, as on an older kernel: programs then use something else.
    """
    seccomp = library()
    if seccomp is None:
        return None
    context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(ALLOW)))
    failed = 0

    def refuse(call: str | int, error: int, *condition: int) -> None:
        nonlocal failed
        number = named().get(call) if isinstance(call, str) else call
        if number is not None:  # not every kind of processor has every call
            array = Comparison(*condition)
            action, length = ctypes.c_uint32(REFUSE | error), int(bool(condition))
            failed |= seccomp.seccomp_rule_add_array(
                context, action, number, length, ctypes.byref(array)
            )

    failed |= seccomp.seccomp_attr_set(
        context, ACTION_FOR_OTHER_ARCHITECTURES, ctypes.c_uint32(KILL_PROCESS)
    )
    for call in (*unnamed(), *(name for door in DOORS for name in door.calls)):
        refuse(call, errno.ENOSYS)
    for flag in NEW_NAMESPACES:
        refuse("clone", errno.EPERM, 0, MASKED_EQUAL, flag, flag)
    for call in ("socket", "socketpair"):
        refuse(call, errno.EAFNOSUPPORT, 0, NOT_EQUAL, UNIX, 0)
    # With masks, since the kernel looks only at the lower half of these arguments.
    for call in ("fcntl", "fcntl64"):
        refuse(call, errno.EPERM, 1, MASKED_EQUAL, 2**32 - 1, SET_PIPE_SIZE)
    for call in ("mmap", "mmap2"):
        refuse(call, errno.EPERM, 3, MASKED_EQUAL, *SHARED_WITHOUT_FILE)
    with open(os.memfd_create("filter"), "w+b") as file:
        failed |= seccomp.seccomp_export_bpf(context, file.fileno())
        seccomp.seccomp_release(context)
        file.seek(0)
        return None if failed else file.read()


def to_try(processes: int, shared_user: bool, grouped: bool, expected: set[str]) -> dict:
    """The names that `PROBES` needs."""
    return {
        "doors": [[door.name, numbers_of(door), door.probe] for door in DOORS],
        "unnamed": unnamed() if library() else [],
        "wanted": processes,
        "shared_user": shared_user,
        "grouped": grouped,
        "expected": sorted(expected),
    }


def sentences(found: object) -> list[str]:
    """What is possible, one sentence for each door that is open.

    `found` are the names of those that the jail found open. Without a filter, those that only the
    filter closes are open, too.
    """
    found = set(found) if isinstance(found, list) else {door.name for door in DOORS}
    if filter_program() is None:
        found |= {door.name for door in DOORS if door.calls and not door.probe}
        found |= {"hidden memory", "newer calls"}
    missing = "" if library() else f" ({PROGRAM} is not installed)"
    return [
        f"a submission {door.sentence}{missing if by_filter(door) else ''}"
        for door in DOORS
        if door.name in found
    ]


def by_filter(door: Door) -> bool:
    """Whether the filter of system calls closes this door."""
    return bool(door.calls) or door.name in ("large pipes", "sockets", "newer calls")
