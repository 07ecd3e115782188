"""System calls that fail: the N-th one of a save, for every N."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from explorer.library import locks

CALLS = ("open", "write", "fsync", "fstat", "stat", "lstat", "chmod", "replace", "rename", "close", "access", "mkdir", "unlink")
ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.EDQUOT)


class Calls:
    """Counts system calls and lets one of them fail, having done nothing (a ``close`` has closed)."""

    def __init__(self, at: int, code: int) -> None:
        self.at, self.code, self.count, self.failed = at, code, 0, ""

    def wrap(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            self.count += 1
            if self.count == self.at:
                self.failed = name
                if name == "close":
                    act(*args, **named)
                raise OSError(self.code, os.strerror(self.code))
            return act(*args, **named)

        return call


@contextmanager
def failing(at: int, code: int = errno.EIO) -> Iterator[Calls]:
    """The ``at``-th system call from here on fails with ``code``; 0: none does."""
    calls = Calls(at, code)
    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, calls.wrap(name, getattr(os, name)))
        patch.setattr(locks, "_take", calls.wrap("lock", locks._take))
        yield calls
