"""Reading text files that others wrote: regular files only, capped before anything looks inside, one clear line if not."""

from __future__ import annotations

import stat
from pathlib import Path

from explorer.errors import ExplorerError

MIB = 1024 * 1024


def shown(path: Path | str) -> str:
    """A path as one line of plain text, whatever characters it holds."""
    text = str(path)
    plain = "".join(c if c.isprintable() else "?" for c in text)
    return plain if len(plain) <= 200 else f"...{plain[-197:]}"


def reason(error: OSError) -> str:
    """Why the system refused, in its own few words."""
    return (error.strerror or type(error).__name__).lower()


def read_text(path: Path, what: str, most_bytes: int = MIB) -> str:
    """The text of a regular UTF-8 file of at most ``most_bytes``; ``what`` it should be goes into the error.

    Raises `ExplorerError` for all that `read_bytes` refuses, and for what is not UTF-8.
    """
    try:
        return read_bytes(path, what, most_bytes).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExplorerError(f"{shown(path)} is not {what}: byte {error.start} is not UTF-8 text") from None


def read_bytes(path: Path, what: str, most_bytes: int = MIB) -> bytes:
    """The content of a regular file of at most ``most_bytes``; ``what`` it should be goes into the error.

    Raises `ExplorerError` for a missing or unreadable file, a folder, a pipe or device, or one that is too large. A pipe
    is never opened, so nothing waits for a writer.
    """
    name = shown(path)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ExplorerError(f"{name} is a folder, not {what}")
        if not stat.S_ISREG(mode):
            raise ExplorerError(f"{name} is not a regular file")
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise ExplorerError(f"cannot read {name}: {reason(error)}") from None
    except ValueError:
        raise ExplorerError(f"cannot read {name}: not a possible file name") from None
    if len(content) > most_bytes:
        raise ExplorerError(f"{name} is not {what}: it is larger than {most_bytes // MIB} MiB")
    return content


def check_table(path: Path, name: str, what: str, most_bytes: int) -> int:
    """The size [B] of a regular file that is then read line by line; ``name`` and ``what`` it should be go into the error.

    Raises `ExplorerError` for what cannot be, a folder, a pipe or device (never opened, so nothing waits for a writer), or one that is too large.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise ExplorerError(f"cannot read {name}: {reason(error)}") from None
    except ValueError:
        raise ExplorerError(f"cannot read {name}: not a possible file name") from None
    if stat.S_ISDIR(found.st_mode):
        raise ExplorerError(f"{name} is a folder, not {what}")
    if not stat.S_ISREG(found.st_mode):
        raise ExplorerError(f"{name} is not a regular file")
    if found.st_size > most_bytes:
        raise ExplorerError(f"{name} is larger than {most_bytes // MIB} MiB: split the measurements")
    return found.st_size
