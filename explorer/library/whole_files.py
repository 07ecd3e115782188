"""Files written so that a crash leaves the old one or the new one, and what a killed save left behind is found again."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import sys
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.library.disk_state import Stamp
from explorer.library.locks import locked, still_there
from explorer.library.text_files import reason, shown

_OPEN = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_PART = re.compile(r"\..{0,40}\.[0-9a-f]{12}\.part", re.DOTALL)
# What a system answers that cannot open or flush a folder; the file itself is on the disk by then.
_NO_FOLDERS = {errno.EACCES, errno.EPERM, errno.EINVAL, errno.EBADF, errno.ENOSYS, errno.ENOTSUP, errno.EISDIR}


def write_whole(path: Path, content: bytes) -> Stamp:
    """Replace a file in one step: a temporary file beside it, flushed to the disk, renamed. Links and permissions stay.

    Raises `ExplorerError` where that is not possible; the old file is whole then, or the new one where only the last flush failed.
    """
    name = shown(path)
    try:
        target = path.resolve() if path.is_symlink() else path
        mode = target.stat().st_mode if target.exists() else None
        if mode is not None and not stat.S_ISREG(mode):
            raise ExplorerError(f"cannot write {name}: it is {'a folder' if stat.S_ISDIR(mode) else 'not a regular file'}")
        if mode is not None and not os.access(target, os.W_OK):
            raise ExplorerError(f"cannot write {name}: it is read-only")
        return _replace(target, content, stat.S_IMODE(mode) if mode is not None else None)
    except OSError as error:
        raise ExplorerError(f"cannot write {name}: {reason(error)}") from None
    except ValueError:
        raise ExplorerError(f"cannot write {name}: not a possible file name") from None
    except RuntimeError:  # what pathlib makes of a link that leads to itself
        raise ExplorerError(f"cannot write {name}: too many levels of symbolic links") from None


def _replace(target: Path, content: bytes, mode: int | None) -> Stamp:
    temporary, handle = _temporary(target)
    try:
        try:
            _fill(handle, content)
            if mode is not None:
                os.chmod(temporary, mode)
            os.fsync(handle)
            written = Stamp.of(os.fstat(handle), content)
            if sys.platform != "win32":  # where an open file can be renamed, nobody can take it for left behind
                os.replace(temporary, target)
        finally:
            os.close(handle)
        if sys.platform == "win32":
            os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(target.parent)
    return written


def _temporary(target: Path) -> tuple[Path, int]:
    """A new file beside ``target``, open and locked: one that is not locked has lost its writer."""
    while True:
        path = target.parent / f".{target.name[:40]}.{secrets.token_hex(6)}.part"
        handle = os.open(path, _OPEN | os.O_CREAT | os.O_EXCL, 0o666)  # less what the process's mask takes away
        try:
            with contextlib.suppress(OSError):  # a file system without locks
                locked(handle)
            if still_there(handle, path):
                return path, handle
        except BaseException:
            os.close(handle)
            with contextlib.suppress(OSError):
                os.unlink(path)
            raise
        os.close(handle)


def _fill(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]


def _sync_folder(folder: Path) -> None:
    """Make the rename last."""
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDERS:
            raise


def sweep(folder: Path) -> int:
    """Remove the temporary files of saves that were killed in ``folder``; how many there were. Never raises."""
    found = 0
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if _PART.fullmatch(path.name):
                with contextlib.suppress(OSError):
                    found += _removed(path)
    return found


def _removed(path: Path) -> bool:
    if not stat.S_ISREG(path.lstat().st_mode):
        return False
    handle = os.open(path, _OPEN)
    try:
        if not (locked(handle) and still_there(handle, path)):
            return False
        path.unlink()
    finally:
        os.close(handle)
    return True
