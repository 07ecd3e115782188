"""What a window has not saved yet, kept a moment behind its owner's hands, and found again after a crash."""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.library.disk_state import Stamp
from explorer.library.locks import Held, clear, hold
from explorer.library.studies import parse_study
from explorer.library.text_files import MIB, read_text, shown
from explorer.library.whole_files import sweep, write_whole
from explorer.specs import Study

_LOG = logging.getLogger("explorer")
_MARK = "chip-explorer-journal"
_LONGEST_HEAD = 16 * 1024
_MOST_UNREADABLE = 20


@dataclass(frozen=True)
class Entry:
    """A study that is not saved, the file that it came from, and what lay in that file."""

    study: Study
    path: Path | None = None
    stamp: Stamp | None = None
    written: str = ""

    def content(self) -> bytes:
        """As it is written: one line about the study, then the study."""
        head = {_MARK: 1, "written": datetime.now(UTC).isoformat(timespec="seconds"), "path": str(self.path) if self.path else None,
                "stamp": vars(self.stamp) if self.stamp else None}  # fmt: skip
        return f"{json.dumps(head)}\n{self.study.model_dump_json()}\n".encode()  # fast: a drag waits for whoever has the interpreter


def read_entry(path: Path) -> Entry:
    """Read a journal. Raises `ExplorerError`."""
    head, _, body = read_text(path, "a journal", MIB + _LONGEST_HEAD).partition("\n")
    where = shown(path)
    try:
        found = json.loads(head) if len(head) <= _LONGEST_HEAD else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get(_MARK) != 1:
        raise ExplorerError(f"{where} is not a journal")
    name, written = found.get("path"), found.get("written")
    return Entry(
        parse_study(body, where),
        Path(name) if isinstance(name, str) and name and "\0" not in name else None,
        _stamp(found.get("stamp")),
        shown(written) if isinstance(written, str) else "",
    )


def _stamp(found: Any) -> Stamp | None:
    kinds = {"mtime_ns": int, "size": int, "inode": int, "digest": str}
    if not isinstance(found, dict) or {k: type(v) for k, v in found.items()} != kinds:
        return None
    return Stamp(**found)


class Journal:
    """One window's journal, written by a thread of its own: asking for it costs nothing. The latest wish wins."""

    def __init__(self, folder: Path) -> None:
        """Raises `OSError` where the folder cannot be made or locked."""
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"session-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.json"
        held = hold(self.path.with_suffix(".lock"))
        assert held is not None  # nobody else draws this name
        self._held = held
        self.failure = ""
        self._changed = threading.Condition()
        self._wish: Entry | None = None
        self._asked = self._busy = self._ended = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def keep(self, entry: Entry) -> None:
        """Write ``entry`` soon."""
        self._ask(entry)

    def drop(self) -> None:
        """There is nothing to lose: no file, soon."""
        self._ask(None)

    def _ask(self, wish: Entry | None) -> None:
        with self._changed:
            self._wish, self._asked = wish, True
            self._changed.notify_all()

    def settle(self, wait_s: float = 10.0) -> bool:
        """Wait until all wishes are fulfilled; False where that takes too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._asked and not self._busy, wait_s)

    def close(self) -> None:
        """The window ends as it should: nothing is left behind."""
        self.drop()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join(10.0)
        self._held.release()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._asked or self._ended)
                if not self._asked:
                    return
                wish, self._asked, self._busy = self._wish, False, True
            try:
                self._fulfil(wish)
                self.failure = ""
            except (ExplorerError, OSError, ValueError) as error:
                self.failure = str(error)
                _LOG.warning("the journal could not be written: %s", error)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _fulfil(self, wish: Entry | None) -> None:
        if wish is None:
            self.path.unlink(missing_ok=True)
        else:
            write_whole(self.path, wish.content())


@dataclass(frozen=True)
class Crashed:
    """A journal whose window ended without closing. It stays in one's hands until it is discarded or left."""

    entry: Entry
    path: Path
    held: Held

    def discard(self) -> None:
        """Remove the journal."""
        with contextlib.suppress(OSError):
            self.path.unlink()
        self.held.release()

    def leave(self) -> None:
        """Leave it for another time."""
        self.held.release()


def crashed(folder: Path) -> tuple[list[Crashed], list[Path]]:
    """Journals that nobody holds, newest first, and those that cannot be read, set aside. Never raises.

    Journals of windows that live are left alone, and so are those that another start has in its hands.
    """
    found: list[Crashed] = []
    unreadable: list[Path] = []
    with contextlib.suppress(OSError):
        sweep(folder)
        for path in sorted(folder.glob("session-*.json"), reverse=True):
            with contextlib.suppress(OSError):
                held = hold(path.with_suffix(".lock"))
                if held is not None:
                    _sort(path, held, found, unreadable)
        _clear_locks(folder)
    return found, unreadable


def _sort(path: Path, held: Held, found: list[Crashed], unreadable: list[Path]) -> None:
    try:
        found.append(Crashed(read_entry(path), path, held))
    except ExplorerError as error:
        _LOG.warning("a journal could not be read: %s", error)
        try:
            if path.exists():  # else its window has just closed
                unreadable.append(path.rename(path.with_suffix(".unreadable")))
        finally:
            held.release()


def _clear_locks(folder: Path) -> None:
    """Locks of windows that ended with nothing to keep, and all but the latest of what could not be read."""
    clear(folder, keep=lambda lock: lock.with_suffix(".json").exists())
    old: Sequence[Path] = sorted(folder.glob("session-*.unreadable"))[:-_MOST_UNREADABLE]
    for path in old:
        with contextlib.suppress(OSError):
            path.unlink()
