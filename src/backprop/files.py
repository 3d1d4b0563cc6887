"""Write a file completely or not at all.

An interrupted program or a full disk must not leave half a file in place of a complete one. So the
content goes into a new file in the same folder, which then replaces the old one in a single step:
at any moment a reader finds either the old content or the new.
"""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

__all__ = ["write_whole"]

BINARY = getattr(os, "O_BINARY", 0)  # Windows would change line ends without it
Content = bytes | Callable[[BinaryIO], object]
"""Bytes, or a function that writes to an open binary file."""


def write_whole(path: str | Path, content: Content) -> None:
    """Write `content` to the file at `path`; if that fails, nothing changes.

    `content` is bytes, or a function that writes to an open binary file. A symbolic link is kept,
    and the file that it points to is written. An existing file keeps its mode and, if the user may
    set them, its owner and group; a new file gets its mode from the umask. The file itself is new,
    so another hard link to the old file keeps the old content.

    Raises OSError if the folder does not exist, if the folder or the file is write-protected, or if
    the path leads to anything but a regular file (a folder, device, pipe or socket), and any error
    that `content` raises.
    """
    target = Path(os.path.realpath(path))  # the end of all links, whether it exists or not
    old = status(Path(path), target)
    unfinished = target.with_name(f".{uuid.uuid4().hex}.part")
    # The replacement of a private file must never be readable by others.
    mode = 0o666 if old is None else 0o600
    try:
        number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, mode)
    except PermissionError:
        raise PermissionError(
            f"cannot write {path}: you may not create files in {target.parent}; choose another "
            f"folder"
        ) from None
    try:
        with os.fdopen(number, "wb") as file:
            if callable(content):
                content(file)
            else:
                file.write(content)
            file.flush()
            os.fsync(file.fileno())  # a rename that reaches the disk first would name an empty file
        if old is not None:
            keep_owner_and_mode(unfinished, old)
        unfinished.replace(target)
    except BaseException:  # Ctrl-C too
        unfinished.unlink(missing_ok=True)
        raise
    flush_folder(target.parent)


def status(path: Path, target: Path) -> os.stat_result | None:
    """The status of the file at `path`, None if there is none; OSError if it cannot be replaced."""
    try:
        old = path.stat()
    except FileNotFoundError:
        if not target.parent.is_dir():
            raise FileNotFoundError(
                f"cannot write {path}: there is no folder {target.parent}; create it first"
            ) from None
        return None
    if stat.S_ISDIR(old.st_mode):
        raise IsADirectoryError(f"cannot write {path}: it is a folder; give the name of a file")
    if not stat.S_ISREG(old.st_mode):
        raise OSError(
            f"cannot write {path}: it is a device, pipe or socket; give the name of a regular file"
        )
    if not os.access(target, os.W_OK):
        raise PermissionError(
            f"cannot write {path}: the file is write-protected; give another name, or change its "
            f"permissions"
        )
    return old


def keep_owner_and_mode(path: Path, old: os.stat_result) -> None:
    """Give the file at `path` the mode of `old`, and its owner and group as far as permitted."""
    if hasattr(os, "chown"):  # not on Windows
        with suppress(OSError):
            os.chown(path, -1, old.st_gid)
        with suppress(OSError):
            os.chown(path, old.st_uid, -1)
    path.chmod(stat.S_IMODE(old.st_mode))


def flush_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power failure, where the system can."""
    with suppress(OSError):  # Windows opens no folders, and some file systems flush none
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
