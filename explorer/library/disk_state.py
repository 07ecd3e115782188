"""What lay on the disk when a file was read or written, and whether it still does."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.library.text_files import read_bytes, reason, shown


@dataclass(frozen=True)
class Stamp:
    """Time, size, place and a hash of a file's content."""

    mtime_ns: int
    size: int
    inode: int
    digest: str

    @classmethod
    def of(cls, found: os.stat_result, content: bytes) -> Stamp:
        """The stamp of a file with this content."""
        return cls(found.st_mtime_ns, found.st_size, found.st_ino, digest(content))

    def untouched(self, found: os.stat_result) -> bool:
        """Whether a file looks as it did, without reading it."""
        return (self.mtime_ns, self.size, self.inode) == (found.st_mtime_ns, found.st_size, found.st_ino)


def digest(content: bytes) -> str:
    """A hash of a file's content."""
    return hashlib.sha256(content).hexdigest()


def stamp(path: Path, like: Stamp | None = None) -> Stamp | None:
    """The stamp of a file of study size; None where there is none. ``like`` saves reading a file that looks the same.

    Raises `ExplorerError` where something else stands in its place, or it cannot be read.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ExplorerError(f"cannot read {shown(path)}: {reason(error)}") from None
    except ValueError:
        raise ExplorerError(f"cannot read {shown(path)}: not a possible file name") from None
    if like is not None and like.untouched(found):
        return like
    return Stamp.of(found, read_bytes(path, "a study"))
