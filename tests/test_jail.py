"""The jail against submissions that reach for what is outside, or take more than they may."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from hostile import ALL, LARGE, NAME, REACHES, TAKES, TOOLS, TRIPLE
from solutions import solved

from coursework import notebook
from coursework.grader import grade
from coursework.sandbox import doors, groups, jail, process
from coursework.sandbox.jail import Limits

ROOT = Path(__file__).resolve().parents[1]
QUICK = Limits(seconds_a_call=4, seconds=30, memory=2**28)
TOKEN = f"SECRET-of-the-grader-{os.getpid()}"  # also the name of a socket, one on the machine
# Not everywhere can a control group be made, and a container may have few users.
OPEN_IN_PLACES = {"memory as a whole", "shared user"}

# Root gives up other rights in a jail.
pytestmark = [pytest.mark.also_as_root, pytest.mark.usefixtures("jailed")]


@pytest.fixture
def outside(tmp_path):
    """A file that everybody may write."""
    for folder in (tmp_path, *tmp_path.parents):
        with suppress(OSError):
            folder.chmod(folder.stat().st_mode | 0o111)
    path = tmp_path / "outside"
    path.write_text("as it was", encoding="utf-8")
    path.chmod(0o666)
    return path


@pytest.fixture
def left(monkeypatch):
    """A function that says which processes of jails are still there ten seconds after the end."""
    started = set()
    close = process.Process.close

    def remember(student):  # before it is told that it may end
        started.update(map(identity, groups.family(student._running._process.pid)))
        close(student)

    monkeypatch.setattr(process.Process, "close", remember)

    def left():
        assert len(started) > 1
        for _ in range(200):
            there = {each for each in started if identity(each[0]) == each} - {(0, "")}
            if not there:
                break
            time.sleep(0.05)
        return there

    return left


def identity(number):
    """A process's number, which others have later, and the time of its start."""
    try:
        text = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0, ""
    return number, text.rpartition(")")[2].split()[19]


def with_tools(cell, outside):
    """The source of a cell, with the functions that it uses and the names of what is outside."""
    source = f"{TOOLS}\n{cell}"
    # Newer than the library's own list: the same on all machines.
    numbers = {"statmount": 457, "listmount": 458} | doors.named()
    values = {"TOKEN": TOKEN, "HOST": socket.gethostname(), "COURSE": str(ROOT)}
    for name, value in (values | {"OUTSIDE": str(outside), "NUMBERS": repr(numbers)}).items():
        source = source.replace(f"${name}", value)
    return source


def graded(overlay, cell=None, triple=TRIPLE, limits=QUICK):
    """The grade of right solutions with one more cell, or with another `triple`."""
    content = solved(NAME, {"triple": triple}, overlay)
    if cell is not None:
        content.cells.insert(2, nbformat.v4.new_code_cell(cell, id="added"))
    assignment = notebook.read_assignment(NAME, overlay)
    return grade(assignment, notebook.as_text(content).encode(), "reference", limits)


def points(result):
    return {mark.grade_id: mark.points for mark in result.marks}


@pytest.mark.parametrize("title", REACHES)
def test_nothing_outside_can_be_reached(title, overlay, outside, left, monkeypatch):
    monkeypatch.setenv("TOKEN", TOKEN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"\0{TOKEN}")
        listening.listen()
        result = graded(overlay, with_tools(REACHES[title], outside))
    assert points(result) == ALL and result.reason == "Graded." and result.notes == []
    assert TOKEN not in json.dumps(result.as_dict())
    assert outside.read_text(encoding="utf-8") == "as it was"
    assert left() == set()


UNGROUPED = ("memory in many processes", "files without end")


@pytest.mark.parametrize(
    ("title", "grouped"), [*((title, True) for title in TAKES), *((t, False) for t in UNGROUPED)]
)
def test_what_is_taken_has_a_limit(title, grouped, overlay, outside, left, monkeypatch):
    monkeypatch.setenv("TOKEN", TOKEN)
    if not grouped:
        monkeypatch.setattr(groups, "make", lambda *_: [])
    source, says = TAKES[title]
    result = graded(overlay, with_tools(source, outside))
    assert points(result) == ALL and result.reason == "Graded."
    notes = " ".join(result.as_dict()["notes"])
    assert re.search(says, notes), notes
    assert TOKEN not in json.dumps(result.as_dict())
    assert left() == set()


@pytest.mark.parametrize("title", LARGE)
def test_an_answer_of_any_size_costs_its_own_points_only(title, overlay):
    result = graded(overlay, triple=LARGE[title])
    assert points(result) == ALL | {"check_triple": 0}
    assert 0 < len(result.marks[0].message) <= 2000


MEASURED = """\
import sys
from pathlib import Path
import test_jail
for title in ("the largest array", "long integers", "a long text"):
    test_jail.graded(Path(sys.argv[1]), triple=test_jail.LARGE[title])
names = test_jail.LARGE["the largest array"] + "\\ntriple = square = triple(1.0)"
test_jail.graded(Path(sys.argv[1]), triple=names)
lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
print([int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")][0])
"""


def test_the_values_of_names_are_together_as_small_as_one_message(overlay):
    source = f"{LARGE['the largest array']}\ntriple = square = triple(1.0)"
    result = graded(overlay, triple=source)
    assert points(result) == ALL | {"check_triple": 0}
    assert "`triple` was left out: it is too large, or the names before it are." in result.notes


def test_the_grader_stays_small_whatever_comes(overlay):
    path = os.pathsep.join([str(ROOT), str(ROOT / "src"), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(overlay)],
        env=os.environ | {"PYTHONPATH": path},
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 200


def test_a_test_cannot_take_all_memory_of_the_grader():
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with jail.limited_growth(2**27):
        with pytest.raises(MemoryError):
            bytearray(2**28)
        student = process.Process(process.Clock(Limits()))
        try:  # the student's own limit is another
            assert value(student, "found = len(bytearray(2**29))") == 2**29
        finally:
            student.close()
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert len(bytearray(2**28)) == 2**28


# Two submissions at the same time


@pytest.fixture
def two():
    """Two processes in jails of their own."""
    processes = [process.Process(process.Clock(Limits())) for _ in range(2)]
    yield processes
    for each in processes:
        each.close()


def value(student, source, name="found"):
    student.ask(do="run", source=source, name="cell")
    return student.ask(do="names", names=[name])["value"][name]


def test_the_processes_of_one_submission_count_for_no_other(two):
    sleeps = (
        "import os, signal\nfound = 0\n"
        "try:\n"
        "    while found < 14:\n"
        "        if os.fork() == 0: signal.pause()\n"
        "        found += 1\n"
        "except OSError: pass"
    )
    threads = (
        "import threading\nfound = []\n"
        "them = [threading.Thread(target=found.append, args=(n,)) for n in range(10)]\n"
        "for one in them: one.start()\n"
        "for one in them: one.join()"
    )
    assert value(two[0], sleeps) >= 13
    assert sorted(value(two[1], threads)) == list(range(10))


def test_a_process_starts_with_nothing_and_ends_first(two, monkeypatch):
    number = two[0]._running._process.pid
    numbers = groups.family(number)
    scores = [Path(f"/proc/{n}/oom_score_adj").read_text(encoding="ascii") for n in numbers]
    assert len(numbers) >= 3 and {int(score) for score in scores} == {1000}
    with suppress(PermissionError):  # bubblewrap's own, which was readable in the jail's /proc
        assert Path(f"/proc/{number}/environ").read_bytes() in (b"", b"PWD=/\0")
    expected = jail.ENVIRONMENT | {"PYTHONPATH": "/course/src", "PWD": "/tmp"}
    assert value(two[0], "import os\nfound = dict(os.environ)") == expected
    assert value(two[0], "found = sorted(os.listdir('/etc'))") in ([], ["alternatives"])
    assert value(two[0], "found = sorted(os.listdir('/dev'))") == ["null", "random", "urandom"]


def test_the_limits_of_a_process_are_set(two):
    limits = Limits(copies=5).of_process()
    assert limits["RLIMIT_NPROC"] == Limits().processes + 5
    kinds = sorted(limits)
    source = f"import resource\nfound = [resource.getrlimit(getattr(resource, k)) for k in {kinds}]"
    ordinary = Limits().of_process()
    assert value(two[0], source) == [(ordinary[kind], ordinary[kind]) for kind in kinds]


def test_each_submission_has_a_user_of_its_own(two):
    users = [value(student, "import os\nfound = os.getuid()") for student in two]
    if os.getuid() == 0 and not jail.shares_its_user():
        assert len(set(users)) == 2 and min(users) >= jail.FIRST_USER
    else:  # nobody, in a user namespace of its own
        assert users == [jail.NOBODY, jail.NOBODY]


def test_a_machine_with_few_users_has_nobody(tmp_path, monkeypatch):
    for text, known in (("0 0 4294967295", True), ("0 100000 65536", False)):
        (tmp_path / "map").write_text(text, encoding="ascii")
        monkeypatch.setattr(jail, "USERS_HERE", tmp_path / "map")
        assert (jail.user_of_its_own() >= jail.FIRST_USER) is known
        assert (jail.user_of_its_own() == jail.NOBODY) is not known


@pytest.mark.parametrize("mode", [0o755, 0o4755])
@pytest.mark.parametrize("help_", ["--disable-userns", "--other"])
def test_bubblewrap_closes_namespaces_if_it_can(mode, help_, tmp_path, monkeypatch):
    bwrap = tmp_path / "bwrap"
    bwrap.write_text(f"#!/bin/sh\necho '  {help_}  Disable'\n", encoding="ascii")
    bwrap.chmod(mode)  # the program with root's rights does not have this option
    monkeypatch.setattr(jail.shutil, "which", lambda _: str(bwrap))
    monkeypatch.setattr(jail.os, "getuid", lambda: 1000)
    can = help_ == "--disable-userns" and mode == 0o755
    assert ("--disable-userns" in jail.command(QUICK)) is can


# The doors


def opened(monkeypatch, **changes):
    """The names of the doors that are open in a jail with these changes."""
    for name, change in changes.items():
        monkeypatch.setattr(jail, name, change)
    said = process.try_jail()
    found = {door.name for door in doors.DOORS for line in said if door.sentence in line}
    assert len(found) == len(said)
    return found - OPEN_IN_PLACES


def test_all_doors_are_closed_here(monkeypatch):
    assert opened(monkeypatch) == set()


COMMAND = jail.command


def replaced(*pairs):
    """The command that starts a jail, with other texts in the place of some."""

    def command(*arguments):
        found = COMMAND(*arguments)
        for old, new in pairs:
            assert old in found
            where = found.index(old)
            found[where : where + 1] = new
        return found

    return command


OPENED = {
    "/proc": replaced(("--ro-bind", ["--proc", "/proc", "--ro-bind"])),
    "host name": replaced(("--hostname", ["--setenv", "PWD"])),
    "environment": replaced(("--clearenv", ["--clearenv", "--setenv", "TOKEN", "x"])),
    "hidden memory": replaced(
        ("--remount-ro", ["--dev-bind", "/dev/zero", "/dev/zero", "--remount-ro"])
    ),
}


@pytest.mark.parametrize("name", OPENED)
def test_an_open_door_is_told(name, monkeypatch):
    assert name in opened(monkeypatch, command=OPENED[name])


def test_an_open_file_is_told(monkeypatch, outside):
    start = jail.start
    with outside.open("rb") as file:
        monkeypatch.setattr(
            process,
            "start",
            lambda *given: start(*given[:3], [*given[3], file.fileno()], *given[4:]),
        )
        assert opened(monkeypatch) == {"open files"}


def test_a_limit_that_others_use_up_is_told(monkeypatch):
    of_process = Limits.of_process
    for processes in (Limits().processes - 6, 1):
        limits = of_process(Limits()) | {"RLIMIT_NPROC": processes}
        monkeypatch.setattr(Limits, "of_process", lambda _, limits=limits: limits)
        assert opened(monkeypatch) == {"shared limit"}


def test_a_user_and_a_group_that_are_shared_are_told(monkeypatch):
    monkeypatch.setattr(groups, "make", lambda *_: [])
    monkeypatch.setattr(process, "shares_its_user", lambda: True)
    said = " ".join(process.try_jail())
    assert all(
        door.sentence in said
        for door in doors.DOORS
        if door.name in ("shared user", "memory as a whole")
    )


def test_calls_that_the_library_does_not_know_are_told(monkeypatch):
    if doors.library() is None:
        pytest.skip("libseccomp is not installed")
    refuses = doors.unnamed
    doors.filter_program.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(doors, "unnamed", lambda: [])
        assert doors.filter_program()
    try:  # Linux itself does not have most of these numbers
        expected = {"newer calls"} if release() >= (6, 8) else set()
        assert opened(monkeypatch) >= expected and refuses()
    finally:
        doors.filter_program.cache_clear()


def release():
    """The version of the kernel."""
    return tuple(map(int, re.findall(r"\d+", os.uname().release)[:2]))


def test_without_the_library_it_grades_and_says_what_is_open(monkeypatch, overlay):
    caches = (doors.library, doors.named, doors.filter_program)
    for cached in caches:
        cached.cache_clear()
    monkeypatch.setattr(doors, "PROGRAM", "libnone.so.0")
    try:
        by_filter = {door.name for door in doors.DOORS if doors.by_filter(door)}
        found = opened(monkeypatch)
        said = process.try_jail()
        assert points(graded(overlay)) == ALL
    finally:
        for cached in caches:
            cached.cache_clear()
    # An ordinary user's jail has no further namespaces, by bubblewrap's own means.
    assert by_filter - {"namespaces"} <= found <= by_filter
    assert sum("libnone.so.0 is not installed" in line for line in said) == len(found)


def test_every_system_call_that_is_refused_has_a_known_name():
    known = doors.library()
    if known is None:
        pytest.skip("libseccomp is not installed")
    for door in doors.DOORS:
        for name in set(door.calls) - {"statmount", "listmount"}:  # newer than some libraries
            assert known.seccomp_syscall_resolve_name(name.encode()) != -1, name


def test_the_page_on_security_has_every_door():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+?) \| a submission ([^|]+?) \|", text, flags=re.MULTILINE)
    assert rows == [(door.name, door.sentence) for door in doors.DOORS]


# Control groups


VERSION_1 = """\
25 1 0:22 / {0}/memory rw,relatime - cgroup cgroup rw,memory
26 1 0:23 / {0}/pids rw,relatime - cgroup cgroup rw,pids
27 1 0:24 / {0}/unified rw - cgroup2 cgroup2 rw
"""
VERSION_2 = "25 1 0:22 {root} {point} rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"


def tree(folder, given):
    """A folder like a group of version 2, which gives these controllers to those below it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cgroup.subtree_control").write_text(given, encoding="ascii")
    (folder / "cgroup.procs").touch()
    return folder


def test_a_group_is_made_below_the_own_one_in_version_1(tmp_path):
    found = groups.parents(VERSION_1.format(tmp_path), "8:pids:/\n4:memory:/a/b\n0::/\n")
    assert found == {
        "memory": ("cgroup", tmp_path / "memory" / "a" / "b"),
        "pids": ("cgroup", tmp_path / "pids"),
    }


def test_a_group_is_made_next_to_the_own_one_in_version_2(tmp_path):
    slice_ = tree(tmp_path / "user" / "app.slice", "memory pids\n")
    tree(slice_ / "run.scope", "")
    mounts = VERSION_2.format(root="/", point=tmp_path)
    found = groups.parents(mounts, "0::/user/app.slice/run.scope\n")
    assert found == dict.fromkeys(("memory", "pids"), ("cgroup2", slice_))
    # In a container, whose tree is a part of the machine's.
    mounts = VERSION_2.format(root="/user", point=tmp_path / "user")
    assert groups.parents(mounts, "0::/user/app.slice/run.scope\n") == found
    tree(slice_, "memory\n")
    assert groups.parents(mounts, "0::/user/app.slice/run.scope\n") == {}


def test_a_group_has_its_limits_and_is_removed(tmp_path, monkeypatch):
    tree(tmp_path, "memory pids")
    monkeypatch.setattr(
        groups, "parents", lambda *_: dict.fromkeys(groups.CONTROLLERS, ("cgroup2", tmp_path))
    )
    written = {}
    monkeypatch.setattr(groups, "can_be_entered", lambda _: True)
    monkeypatch.setattr(groups, "write", lambda file, limit: written.update({file.name: limit}))
    gone = tmp_path / "coursework-999999999-0"
    gone.mkdir()
    [made] = groups.make(2**20, 7)
    assert written == {"memory.max": 2**20, "memory.swap.max": 0, "pids.max": 7}
    assert made.parent == tmp_path and not gone.exists()
    groups.remove([made])
    assert not made.exists()


def test_where_no_group_can_be_made_there_is_none(tmp_path, monkeypatch):
    nowhere = dict.fromkeys(groups.CONTROLLERS, ("cgroup2", tmp_path / "missing"))
    for above in ({}, nowhere, {"memory": ("cgroup2", tmp_path)}):
        monkeypatch.setattr(groups, "parents", lambda *_, above=above: above)
        assert groups.make(2**20, 7) == []
    # A limit that cannot be written: what was made before is removed.
    monkeypatch.setattr(
        groups, "parents", lambda *_: dict.fromkeys(groups.CONTROLLERS, ("cgroup2", tmp_path))
    )
    monkeypatch.setattr(groups, "write", lambda file, _: (file / "below").mkdir())
    assert groups.make(2**20, 7) == [] and not list(tmp_path.glob("coursework-*"))


def test_a_group_that_cannot_be_entered_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(
        groups, "parents", lambda *_: dict.fromkeys(groups.CONTROLLERS, ("cgroup2", tmp_path))
    )
    monkeypatch.setattr(groups, "write", lambda *_: None)
    tried = []
    monkeypatch.setattr(groups, "can_be_entered", tried.append)
    assert groups.make(2**20, 7) == [] and len(tried) == 1 and not tried[0].exists()
    monkeypatch.undo()
    assert groups.can_be_entered(tmp_path)
    assert not groups.can_be_entered(tmp_path / "missing")


def test_a_limit_that_this_machine_does_not_have_is_left_out(tmp_path):
    groups.write(tmp_path / "memory.swap.max", 0)
    assert not (tmp_path / "memory.swap.max").exists()
    groups.write(tmp_path / "memory.max", 5)
    assert (tmp_path / "memory.max").read_text(encoding="ascii") == "5"


def test_the_groups_of_a_submission_are_removed_when_it_ends():
    student = process.Process(process.Clock(Limits()))
    made = student._running.groups
    if not made:
        student.close()
        pytest.skip("no control group can be made here")
    assert all((group / "cgroup.procs").read_text(encoding="ascii") for group in made)
    student.close()
    assert not any(group.exists() for group in made)


def test_a_group_says_whether_the_kernel_ended_a_process(tmp_path):
    assert not groups.ran_out(tmp_path)
    for name in ("memory.events", "memory.oom_control"):
        for count in (0, 2):
            (tmp_path / name).write_text(f"low 0\noom 1\noom_kill {count}\n", encoding="ascii")
            assert groups.ran_out(tmp_path) is (count > 0)
        (tmp_path / name).unlink()


def test_memory_that_processes_share_counts_once():
    source = (
        "import os, signal\nkept = bytearray(b'x') * (80 * 2**20)\n"
        "for n in range(4):\n    if os.fork() == 0: signal.pause()"
    )
    student = process.Process(process.Clock(Limits()))
    try:
        student.ask(do="run", source=source, name="cell")
        processes = groups.family(student._running._process.pid)
        assert len(processes) >= 6  # bubblewrap's, the worker and its four copies
        assert groups.used_memory(processes, 2**40) > 5 * 80 * 2**20
        assert 80 * 2**20 < groups.used_memory(processes, 0) < 2 * 80 * 2**20
    finally:
        student.close()
