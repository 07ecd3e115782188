"""How unevenly experts are chosen, and what their small kernels take: two constants for every chip, fitted to served models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.library.text_files import read_text
from explorer.library.toml_presets import parse_toml
from explorer.specs import Calibration, Source, SpecError, build

_FIELDS = ("expert_evenness", "expert_layer_s")


def with_experts(calibrations: Mapping[str, Calibration], path: Path) -> dict[str, Calibration]:
    """The calibrations with the constants in a file; as they are without it. Raises `ExplorerError`."""
    if not path.is_file():
        return dict(calibrations)
    where = f"{path.parent.name}/{path.name}"
    table = parse_toml(read_text(path, "constants of experts"), where)
    try:
        values = {name: float(table[name]["value"]) for name in _FIELDS}
        given = {name: {k: v for k, v in table[name].items() if k != "value"} for name in _FIELDS}
        sources = {name: build(Source, entry) for name, entry in given.items()}
        return {chip: c.replace(**values, sources=c.sources | sources) for chip, c in calibrations.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ExplorerError(f"{where}: expected {', '.join(_FIELDS)}, each with a value and its source ({error})") from None
    except SpecError as error:
        raise ExplorerError(f"{where}: {error}") from None
