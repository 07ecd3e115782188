"""Study files: JSON with a format number, read with suspicion, written so that a crash leaves the old file or the new."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.library.text_files import MIB, read_text, reason, shown
from explorer.specs import MOST_SCENARIOS, SpecError, Study
from explorer.specs.base import build_json

FORMAT = 2
Migration = Callable[[dict[str, Any]], dict[str, Any]]
# From format n to n + 1. A study of an older format walks the whole chain.
MIGRATIONS: dict[int, Migration] = {1: dict}  # 2 only added fields that may be missing


def read_study(path: Path | str) -> Study:
    """Read a study file. Raises `ExplorerError` in one line that names the file."""
    path = Path(path)
    return parse_study(read_text(path, "a study"), shown(path))


def parse_study(text: str, where: str = "the text") -> Study:
    """A study from JSON text of at most 1 MiB (also one embedded in a picture). Raises `ExplorerError`."""
    if len(text) > MIB:
        raise _refused(where, "it is larger than 1 MiB")
    try:
        data = json.loads(text, parse_constant=_not_a_number)
    except json.JSONDecodeError as error:
        raise _refused(where, f"line {error.lineno}, column {error.colno}: {error.msg.casefold()}") from None
    except RecursionError:
        raise _refused(where, "it is nested too deeply") from None
    except ValueError as error:
        raise _refused(where, "a number has too many digits" if "digits" in str(error) else str(error)) from None
    data = migrate(data, where)
    _check_count(data["scenarios"], where)
    try:
        return build_json(Study, json.dumps(data, allow_nan=False))
    except SpecError as error:
        raise _refused(where, str(error)) from None
    except RecursionError:
        raise _refused(where, "it is nested too deeply") from None
    except ValueError:
        raise _refused(where, "a number is too large") from None


def _check_count(scenarios: Any, where: str) -> None:
    """Say how many scenarios there are in plain words, where that is what is wrong."""
    if not isinstance(scenarios, list):
        raise _refused(where, "its scenarios are no list")
    if not 1 <= len(scenarios) <= MOST_SCENARIOS:
        most = f": {MOST_SCENARIOS} at most" if scenarios else ""
        raise _refused(where, f"it has {len(scenarios) or 'no'} scenarios{most}")


def migrate(
    data: Any, where: str, migrations: Mapping[int, Migration] = MIGRATIONS, newest: int = FORMAT
) -> dict[str, Any]:
    """Bring a study of any known format to the ``newest``, one step after the other. Raises `ExplorerError`."""
    missing = [key for key in ("format", "scenarios") if not isinstance(data, dict) or key not in data]
    if missing:
        raise _refused(where, f"it has no {' and no '.join(missing)}")
    found = data["format"]
    if isinstance(found, bool) or not isinstance(found, int) or found < 1:
        raise _refused(where, f"its format is {str(found)[:20]!r}, not a number from 1 to {newest}")
    if found > newest:
        raise ExplorerError(f"{where} comes from a newer version: format {found}, and this one reads up to {newest}")
    study: dict[str, Any] = data
    for step in range(found, newest):
        study = migrations[step](study) | {"format": step + 1}
    return study


def study_text(study: Study) -> str:
    """The study as JSON: the same study, the same text; every float with all its digits."""
    return json.dumps(study.model_dump(mode="json"), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_study(path: Path | str, study: Study) -> None:
    """Write a study file. An interrupted save leaves the old file whole; links and permissions are kept.

    Raises `ExplorerError` where the path cannot be written; nothing is left behind then.
    """
    write_whole(Path(path), study_text(study).encode())


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file in one step: a temporary file beside it, flushed to the disk, renamed. Raises `ExplorerError`."""
    name = shown(path)
    try:
        target = path.resolve() if path.is_symlink() else path
        mode = target.stat().st_mode if target.exists() else None
        if mode is not None and not stat.S_ISREG(mode):
            raise ExplorerError(f"cannot write {name}: it is {'a folder' if stat.S_ISDIR(mode) else 'not a regular file'}")
        if mode is not None and not os.access(target, os.W_OK):
            raise ExplorerError(f"cannot write {name}: it is read-only")
        _replace(target, content, stat.S_IMODE(mode) if mode is not None else None)
    except OSError as error:
        raise ExplorerError(f"cannot write {name}: {reason(error)}") from None
    except ValueError:
        raise ExplorerError(f"cannot write {name}: not a possible file name") from None


def _replace(target: Path, content: bytes, mode: int | None) -> None:
    temporary = target.parent / f".{target.name[:40]}.{secrets.token_hex(6)}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, 0o666)  # less what the process's mask takes away
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the rename last. Some systems cannot open or flush a folder; the file itself is on the disk already."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _not_a_number(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


def _refused(where: str, why: str) -> ExplorerError:
    return ExplorerError(f"{where} is not a study: {why}")
