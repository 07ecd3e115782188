"""Changes written as text, ``job.batch=64`` or ``b200:chip.hbm_bytes=192GiB``: the command line's ``--set``, and what lessons ask for."""

from __future__ import annotations

from collections.abc import Iterable

from explorer.errors import ExplorerError, unknown
from explorer.knobs import knob
from explorer.specs import Scenario, Study


def numbered(study: Study) -> tuple[str, ...]:
    """Scenario names as given, numbered where two are equal."""
    given = [s.name for s in study.scenarios]
    return tuple(n if given.count(n) == 1 else f"{n} ({i + 1})" for i, n in enumerate(given))


def apply_settings(study: Study, settings: Iterable[str], what: str = "--set ") -> Study:
    """The study after each ``KEY=VALUE`` or ``NAME:KEY=VALUE`` in turn. Raises `ExplorerError`, quoting the key after ``what``."""
    for setting in settings:
        target, equals, text = setting.rpartition("=")
        if not equals:
            raise ExplorerError(f"{what}{setting[:80]}: write KEY=VALUE, such as chip.hbm_bytes_per_s=4TB/s")
        name, _, key = target.rpartition(":")
        for i in chosen(study, name.strip()):
            study = study.with_scenario(i, _set(study.scenarios[i], key.strip(), text, what))
    return study


def chosen(study: Study, name: str) -> list[int]:
    """Scenarios called ``name``, by their own name, their chip's id or their number from 1; all of them where it is empty."""
    if not name:
        return list(range(len(study.scenarios)))
    listed = [(n, s.name, s.chip.id) for n, s in zip(numbered(study), study.scenarios, strict=True)]
    found = [i for i, calls in enumerate(listed) if name.casefold() in (c.casefold() for c in calls)]
    if not found and name.isdecimal() and 1 <= int(name[:3]) <= len(study.scenarios):
        return [int(name[:3]) - 1]
    if not found:
        raise unknown("scenario", name, dict.fromkeys(c for calls in listed for c in (calls[2], calls[0])))
    return found


def _set(scenario: Scenario, key: str, text: str, what: str) -> Scenario:
    row = knob(key)
    try:
        return row.set(scenario, row.parse(text))
    except ExplorerError as error:
        raise ExplorerError(f"{what}{key}: {str(error).removeprefix(f'{row.label}: ')}") from None
