"""Files are written whole or not at all, by every writer and whatever is at the path."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from backprop import files
from backprop.files import write_whole
from backprop.idx import read_idx, write_idx
from backprop.network import Network
from backprop.saving import load_network, save_network

OLD, NEW = b"what was there", b"what is new " * 1000


def write_bytes(path):
    write_whole(path, NEW)


def write_with_a_function(path):
    write_whole(path, lambda file: [file.write(NEW[:5]), file.write(NEW[5:])])


def write_array(path):
    write_idx(np.arange(300, dtype=np.uint8), path)


def write_network(path):
    save_network(Network([2, 3, 1], generator=np.random.default_rng(1)), path)


# Everything in the package that writes a file, and how the result is recognized.
WRITERS = {
    write_bytes: lambda path: path.read_bytes() == NEW,
    write_with_a_function: lambda path: path.read_bytes() == NEW,
    write_array: lambda path: read_idx(path).size == 300,
    write_network: lambda path: load_network(path).sizes == [2, 3, 1],
}
every_writer = pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
not_on_windows = pytest.mark.skipif(os.name == "nt", reason="no such files on Windows")
by_an_ordinary_user = pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere"
)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def umask():
    """Sets the umask, and sets it back afterwards."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


@every_writer
def test_a_new_file_and_an_old_one_replaced(tmp_path, write):
    path = tmp_path / "file"
    for _ in range(2):
        write(path)
        assert WRITERS[write](path) and os.listdir(tmp_path) == ["file"]
        path.write_bytes(OLD)
    write(str(path))
    assert WRITERS[write](path)


@every_writer
@not_on_windows
def test_a_link_stays_and_its_target_is_replaced(tmp_path, write):
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "target"
    target.write_bytes(OLD)
    (tmp_path / "elsewhere" / "second").symlink_to("target")
    link = tmp_path / "link"
    link.symlink_to(Path("elsewhere", "second"))
    write(link)
    assert link.is_symlink() and (tmp_path / "elsewhere" / "second").is_symlink()
    assert not target.is_symlink() and WRITERS[write](target)
    assert sorted(os.listdir(tmp_path / "elsewhere")) == ["second", "target"]
    assert sorted(os.listdir(tmp_path)) == ["elsewhere", "link"]


@every_writer
@not_on_windows
def test_a_link_to_nothing_stays_and_the_file_is_made(tmp_path, write):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "first").symlink_to("second")
    (tmp_path / "second").symlink_to(tmp_path / "elsewhere" / "target")
    write(tmp_path / "first")
    assert (tmp_path / "first").is_symlink() and (tmp_path / "second").is_symlink()
    assert WRITERS[write](tmp_path / "elsewhere" / "target")


@not_on_windows
def test_links_that_lead_nowhere_are_rejected(tmp_path):
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    with pytest.raises(OSError, match="one"):
        write_whole(tmp_path / "one", NEW)
    (tmp_path / "three").symlink_to(Path("no folder", "file"))
    with pytest.raises(FileNotFoundError, match="there is no folder .*no folder; create it first"):
        write_whole(tmp_path / "three", NEW)
    assert sorted(os.listdir(tmp_path)) == ["one", "three", "two"]


@every_writer
@not_on_windows
@pytest.mark.parametrize("kept", [0o640, 0o600, 0o644, 0o755, 0o666])
def test_the_mode_of_an_old_file_is_kept(tmp_path, umask, write, kept):
    path = tmp_path / "file"
    path.write_bytes(OLD)
    path.chmod(kept)
    umask(0o077)
    write(path)
    assert mode(path) == kept


@every_writer
@not_on_windows
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_mode_that_the_umask_asks_for(tmp_path, umask, write, mask):
    umask(mask)
    write(tmp_path / "file")
    assert mode(tmp_path / "file") == 0o666 & ~mask


@not_on_windows
def test_a_private_file_is_private_while_it_is_written(tmp_path, umask):
    path = tmp_path / "file"
    path.write_bytes(OLD)
    path.chmod(0o600)
    umask(0)
    write_whole(path, lambda file: modes.append(stat.S_IMODE(os.fstat(file.fileno()).st_mode)))
    assert modes == [0o600]


modes = []


@pytest.mark.needs_root  # to give a file away
def test_owner_and_group_are_kept(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(OLD)
    os.chown(path, 12345, 23456)
    path.chmod(0o640)
    write_whole(path, NEW)
    assert (path.stat().st_uid, path.stat().st_gid, mode(path)) == (12345, 23456, 0o640)


@not_on_windows
def test_where_the_owner_cannot_be_kept_the_file_is_written_all_the_same(tmp_path, monkeypatch):
    def refuse(*arguments):
        raise PermissionError("not allowed")

    monkeypatch.setattr(os, "chown", refuse)
    (tmp_path / "file").write_bytes(OLD)
    write_whole(tmp_path / "file", NEW)
    assert (tmp_path / "file").read_bytes() == NEW


def test_a_folder_where_no_file_may_be_made_is_named(tmp_path, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PermissionError, match="may not create files in .*; choose another folder"):
        write_whole(tmp_path / "file", NEW)


@not_on_windows
def test_another_hard_link_keeps_the_old_content(tmp_path):
    (tmp_path / "one").write_bytes(OLD)
    (tmp_path / "two").hardlink_to(tmp_path / "one")
    write_whole(tmp_path / "one", NEW)
    assert (tmp_path / "one").read_bytes() == NEW and (tmp_path / "two").read_bytes() == OLD


def make_socket(path):
    here = os.getcwd()
    os.chdir(path.parent)  # the path of a socket has at most about a hundred characters
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(here)


def make_device(path):
    """A link to a device: a device of one's own needs root."""
    path.symlink_to("/dev/full")


SPECIAL = {
    "folder": (Path.mkdir, "it is a folder; give the name of a file"),
    "pipe": (os.mkfifo if hasattr(os, "mkfifo") else None, "it is a device, pipe or socket"),
    "socket": (make_socket, "it is a device, pipe or socket"),
    "device": (make_device, "it is a device, pipe or socket"),
}


@every_writer
@not_on_windows
@pytest.mark.filterwarnings("ignore:unclosed <socket")
@pytest.mark.parametrize("kind", SPECIAL)
@pytest.mark.parametrize("linked", [False, True])
def test_anything_but_a_regular_file_is_rejected_and_stays(tmp_path, write, kind, linked):
    make, message = SPECIAL[kind]
    path = tmp_path / "special"
    make(path)
    before = path.lstat().st_mode, path.lstat().st_ino
    if linked:
        (tmp_path / "link").symlink_to(path)
    content = sorted(os.listdir(tmp_path))
    with pytest.raises(OSError, match=message):
        write(tmp_path / "link" if linked else path)
    assert (path.lstat().st_mode, path.lstat().st_ino) == before
    assert sorted(os.listdir(tmp_path)) == content


def test_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder .*nothing; create it first"):
        write_whole(tmp_path / "nothing" / "file", NEW)
    assert os.listdir(tmp_path) == []


@by_an_ordinary_user
def test_a_write_protected_file_is_rejected(tmp_path):
    (tmp_path / "file").write_bytes(OLD)
    (tmp_path / "file").chmod(0o444)
    with pytest.raises(PermissionError, match="file is write-protected"):
        write_whole(tmp_path / "file", NEW)
    assert (tmp_path / "file").read_bytes() == OLD


def test_write_protection_is_asked_of_the_system(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(OLD)
    monkeypatch.setattr(files.os, "access", lambda path, kind: False)
    with pytest.raises(PermissionError, match="file is write-protected"):
        write_whole(tmp_path / "file", NEW)
    assert (tmp_path / "file").read_bytes() == OLD


@pytest.mark.parametrize("problem", [ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("existing", [False, True])
def test_a_writer_that_fails_leaves_everything_as_it_was(tmp_path, problem, existing):
    path = tmp_path / "file"
    if existing:
        path.write_bytes(OLD)

    def fail(file):
        file.write(NEW)
        raise problem

    with pytest.raises(problem):
        write_whole(path, fail)
    assert os.listdir(tmp_path) == ["file"] * existing
    assert not existing or path.read_bytes() == OLD


def test_a_rename_that_fails_leaves_everything_as_it_was(tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError("busy")

    (tmp_path / "file").write_bytes(OLD)
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="busy"):
        write_whole(tmp_path / "file", NEW)
    assert os.listdir(tmp_path) == ["file"] and (tmp_path / "file").read_bytes() == OLD


FILL = """
import sys
from pathlib import Path
import test_files
{limit}
path = Path(sys.argv[1]) / "file"
path.write_bytes(test_files.OLD)
try:
    getattr(test_files, sys.argv[2])(path)
except OSError as problem:
    print(problem.errno, [entry.name for entry in path.parent.iterdir()], path.read_bytes())
"""
LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))"


def fill(command, limit, folder, write):
    """What is left when `write` runs out of room, in a process of its own."""
    program = [sys.executable, "-c", FILL.format(limit=limit), str(folder), write.__name__]
    done = subprocess.run(
        [*command, *program],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return done


@every_writer
@not_on_windows
def test_a_file_that_becomes_too_large_leaves_the_old_one(tmp_path, write):
    done = fill([], LIMIT, tmp_path, write)
    assert done.stdout == f"27 ['file'] {OLD!r}\n", done.stderr  # EFBIG


@every_writer
@not_on_windows
def test_a_full_disk_leaves_the_old_file(tmp_path, write):
    """A file system of one page, which the process alone sees; it ends with the process."""
    mount = f"mount -t tmpfs -o size=4k,mode=777 tmpfs '{tmp_path}' && exec \"$@\""
    command = ["unshare", "--mount", "--map-root-user", "sh", "-c", mount, "sh"]
    if shutil.which("unshare") is None or subprocess.run([*command, "true"]).returncode:
        pytest.skip("this system lets nobody mount a file system of their own")
    done = fill(command, "", tmp_path, write)
    assert done.stdout == f"28 ['file'] {OLD!r}\n", done.stderr  # ENOSPC
    assert os.listdir(tmp_path) == []


def test_two_who_write_at_once_each_write_whole(tmp_path):
    """Both writers are in the middle of their file when the other begins; one of the two wins."""
    path, meet = tmp_path / "file", threading.Barrier(2, timeout=10)

    def write(letter):
        def content(file):
            file.write(letter * 100_000)
            file.flush()
            meet.wait()
            file.write(letter * 100_000)

        write_whole(path, content)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in (b"a" * 200_000, b"b" * 200_000)
    assert os.listdir(tmp_path) == ["file"]


def test_a_name_as_long_as_the_system_allows(tmp_path):
    path = tmp_path / ("n" * 255)
    try:
        path.write_bytes(OLD)
    except OSError:
        pytest.skip("this system has shorter names")
    write_whole(path, NEW)
    assert path.read_bytes() == NEW


def test_a_relative_path_is_one_of_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_whole("file", NEW)
    assert (tmp_path / "file").read_bytes() == NEW
