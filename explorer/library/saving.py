"""Saving over a file that others may have changed, or that an older version wrote: nothing goes without a word."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.library import disk_state
from explorer.library.disk_state import Stamp, digest
from explorer.library.locks import Held, hold
from explorer.library.state_folder import state_folder
from explorer.library.studies import FORMAT, format_in, study_text
from explorer.library.text_files import MIB, read_bytes, reason, shown
from explorer.library.whole_files import sweep, write_whole
from explorer.specs import Study

_WAIT_S = 2.0
_MOST_KEPT = 100


class ChangedOnDiskError(ExplorerError):
    """The file is not what this window read or wrote last. ``found`` is what lies there now."""

    def __init__(self, path: Path, found: Stamp) -> None:
        super().__init__(f"{shown(path)} was changed by another program")
        self.found = found


@dataclass(frozen=True)
class Saved:
    """What a save did: the file's stamp, where the original of an older format was kept, whether the file had gone."""

    stamp: Stamp
    kept: Path | None = None
    anew: bool = False


def save_study(path: Path, study: Study, known: Stamp | None = None) -> Saved:
    """Write ``study``; where ``known`` is given, only over a file that is still so (or gone, or the same already).

    Raises `ChangedOnDiskError` where it is not, `ExplorerError` where the path cannot be written.
    """
    content = study_text(study).encode()
    with _alone(path):
        found = disk_state.stamp(path) if known is not None else None
        if found is not None and known is not None and found.digest not in (known.digest, digest(content)):
            raise ChangedOnDiskError(path, found)
        kept = keep_original(path)
        written = write_whole(path, content)
    sweep(path.parent)
    return Saved(written, kept, anew=known is not None and found is None)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other window looks or writes meanwhile. Where locks cannot be had, saving matters more."""
    try:
        held = hold(lock_path(path, "save"), _WAIT_S)
    except OSError:
        yield
        return
    if held is None:
        raise ExplorerError(f"cannot write {shown(path)}: another window is saving it")
    with held:
        yield


def hold_open(path: Path) -> Held | None:
    """Say that a window has ``path`` open; None where another says so already. Raises `OSError` where it cannot be said."""
    return hold(lock_path(path, "open"))


def lock_path(path: Path, what: str) -> Path:
    """The lock that speaks for a file: in our own folder, never beside it. Raises `OSError` where there is no such folder."""
    folder = state_folder() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        real = path.resolve()
    except (RuntimeError, ValueError):
        real = path
    return folder / f"{digest(str(real).encode(errors='surrogateescape'))[:32]}.{what}.lock"


def keep_original(path: Path) -> Path | None:
    """Keep a copy of a study that an older version wrote, beside it (``study.format1.json``); None where there is no need.

    Raises `ExplorerError` where the copy cannot be written: then the original must not be overwritten either.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError as error:
        raise ExplorerError(f"cannot read {shown(path)}: {reason(error)}") from None
    if not stat.S_ISREG(found.st_mode) or found.st_size > MIB:
        return None
    content = read_bytes(path, "a study")
    number = format_in(content)
    if number is None or not 0 < number < FORMAT:
        return None
    try:
        copy, there = _copy(path, number, content)
    except OSError as error:
        raise ExplorerError(f"cannot keep the original of {shown(path)}: {reason(error)}") from None
    if not there:
        write_whole(copy, content)
    return copy


def _copy(path: Path, number: int, content: bytes) -> tuple[Path, bool]:
    """A free name beside ``path``, or one under which the same content lies already."""
    for again in range(1, _MOST_KEPT):
        copy = path.with_name(f"{path.stem}.format{number}{f'-{again}' if again > 1 else ''}{path.suffix}")
        if not copy.exists():
            return copy, False
        with contextlib.suppress(ExplorerError):
            if read_bytes(copy, "a study") == content:
                return copy, True
    raise ExplorerError(f"cannot keep the original of {shown(path)}: too many copies lie beside it")
