"""Files that one owner holds. The system lets go of them when the owner ends, however it ends."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

_REFUSED = (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK)
_PAUSE_S = 0.005

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def locked(handle: int) -> bool:
    """Lock an open file; False while another has it locked. Raises `OSError` where files cannot be locked."""
    try:
        _take(handle)
    except OSError as error:
        if error.errno in _REFUSED:
            return False
        raise
    return True


def still_there(handle: int, path: Path) -> bool:
    """Whether ``path`` still names the open file: another may have removed it before it was locked."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


class Held:
    """A lock file in one's own hands."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path, self._handle = path, handle

    def release(self) -> None:
        """Remove the file and let go. Nobody else can have it in between."""
        if self._handle < 0:
            return
        with contextlib.suppress(OSError):  # Windows removes it only after it is closed
            self.path.unlink()
        with contextlib.suppress(OSError):  # closed it is, whatever the answer
            os.close(self._handle)
        self._handle = -1
        if sys.platform == "win32":
            with contextlib.suppress(OSError):
                self.path.unlink()

    def __enter__(self) -> Held:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def hold(path: Path, wait_s: float = 0.0) -> Held | None:
    """Hold ``path``, made where it is missing; None while another holds it, ``wait_s`` long.

    Raises `OSError` where it cannot be made or locked.
    """
    end = time.monotonic() + wait_s
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            mine = locked(handle)
            if mine and still_there(handle, path):
                return Held(path, handle)
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        if not mine and time.monotonic() >= end:
            return None
        time.sleep(0 if mine else _PAUSE_S)


def clear(folder: Path, keep: Callable[[Path], bool] = lambda _: False) -> None:
    """Remove the lock files in ``folder`` that nobody holds, but those to ``keep``. Never raises."""
    with contextlib.suppress(OSError):
        for path in folder.glob("*.lock"):
            with contextlib.suppress(OSError):
                held = None if keep(path) else hold(path)
                if held is not None:
                    held.release()
