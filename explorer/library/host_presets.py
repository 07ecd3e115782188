"""Host times of a step: fitted ones, and those that chips without rows of their own take from a relative."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.library.text_files import read_text
from explorer.library.toml_presets import parse_toml
from explorer.specs import Calibration, Source, SpecError, build
from explorer.units import parse_quantity

_FIELD = "host_s_per_step"


def with_host_times(calibrations: Mapping[str, Calibration], folder: Path) -> dict[str, Calibration]:
    """The calibrations with the host times in ``steps.toml`` and ``relatives.toml``; as they are without them. Raises `ExplorerError`."""
    if not (folder / "steps.toml").is_file():
        return dict(calibrations)
    steps, relatives = (parse_toml(read_text(folder / f"{n}.toml", "host times"), f"{folder.name}/{n}.toml") for n in ("steps", "relatives"))
    known = {chip: _host(entry, f"{folder.name}/steps.toml: {chip}") for chip, entry in steps.items()}
    found = dict(calibrations)
    for chip, calibration in calibrations.items():
        other = chip if chip in known else relatives.get(chip)
        if other is None:
            continue
        if other not in known:
            raise ExplorerError(f"{folder.name}/relatives.toml: {chip}: {other!r} has no host time of its own")
        seconds, source = known[other]
        source = source if other == chip else source.replace(kind="transferred", note=f"From {other}.")
        found[chip] = calibration.replace(host_s_per_step=seconds, sources=calibration.sources | {_FIELD: source})
    return found


def _host(entry: object, where: str) -> tuple[float, Source]:
    if not isinstance(entry, dict) or not isinstance(entry.get("value"), str):
        raise ExplorerError(f'{where}: expected a table with a value such as "0.50 ms"')
    try:
        return parse_quantity(entry["value"], "s", low=0, high=10), build(Source, {k: v for k, v in entry.items() if k != "value"})
    except SpecError as error:
        raise ExplorerError(f"{where}: {error}") from None
