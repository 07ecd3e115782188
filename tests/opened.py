"""Whether anybody opens a file: asked of the kernel, so that what Qt opens by itself is seen too. Linux only."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OPEN, _ACCESS, _NONBLOCK = 0x20, 0x1, 0o4000


class Trap:
    """A picture that nobody should open."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path, self._handle = path, handle

    @property
    def markup(self) -> str:
        """What would make a text sink open it."""
        return f"<img src='{self.path.as_uri()}'><b>x</b>"

    def sprung(self) -> bool:
        """Whether somebody has opened it since the last time."""
        try:
            return bool(os.read(self._handle, 65536))
        except BlockingIOError:
            return False


@contextmanager
def trap(path: Path) -> Iterator[Trap]:
    """Watch ``path``, which exists. Raises `OSError` where the system cannot."""
    if not sys.platform.startswith("linux"):
        raise OSError("no inotify here")
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init1(_NONBLOCK)
    if handle < 0 or libc.inotify_add_watch(handle, os.fsencode(path), _OPEN | _ACCESS) < 0:
        raise OSError(ctypes.get_errno(), "inotify")
    try:
        yield Trap(path, handle)
    finally:
        os.close(handle)
