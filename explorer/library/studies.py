"""Study files: JSON with a format number, read with suspicion, written so that a crash leaves the old file or the new."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.library.disk_state import Stamp
from explorer.library.text_files import MIB, read_text, shown
from explorer.library.whole_files import write_whole
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


def format_in(content: bytes) -> int | None:
    """The format number of a study file; None where there is none that can be told. Never raises."""
    try:
        found = json.loads(content[: MIB + 1].decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    number = found.get("format") if isinstance(found, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


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
        raise ExplorerError(f"{where} comes from a newer version: format {str(found)[:20]}, and this one reads up to {newest}")
    study: dict[str, Any] = data
    for step in range(found, newest):
        study = migrations[step](study) | {"format": step + 1}
    return study


def study_text(study: Study) -> str:
    """The study as JSON: the same study, the same text; every float with all its digits."""
    return json.dumps(study.model_dump(mode="json"), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_study(path: Path | str, study: Study) -> Stamp:
    """Write a study file. An interrupted save leaves the old file whole; links and permissions are kept.

    Raises `ExplorerError` where the path cannot be written; nothing is left behind then.
    """
    return write_whole(Path(path), study_text(study).encode())


def _not_a_number(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


def _refused(where: str, why: str) -> ExplorerError:
    return ExplorerError(f"{where} is not a study: {why}")
