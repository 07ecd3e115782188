"""How far predictions were from published rows, of every kind and chip: written by ``explorer.validation.bands``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError, unknown
from explorer.library.text_files import read_text
from explorer.library.toml_presets import parse_toml
from explorer.specs import BAND_KINDS, BandKind, Calibration, ErrorBand, KindBand, Source, SpecError, build

_ABOUT = "about"
_LONGEST_REF = 600


@dataclass(frozen=True)
class Bands:
    """The errors of one kind: over all chips, chip by chip, and which rows they come from."""

    every: ErrorBand
    sources: tuple[str, ...]
    url: str = ""
    chips: Mapping[str, ErrorBand] = field(default_factory=dict)

    def of(self, chip: str) -> KindBand:
        """What a chip is told: its own errors where it has rows, and those of all chips."""
        return KindBand(chips=len(self.chips), every=self.every, own=self.chips.get(chip))

    def source(self, chip: str) -> Source:
        """The publications whose rows were predicted, those with most rows first."""
        ref = "; ".join(self.sources)
        return Source(
            kind="measured" if chip in self.chips else "transferred",
            ref=ref if len(ref) <= _LONGEST_REF else f"{ref[:_LONGEST_REF].rpartition('; ')[0]}; and more",
            url=self.url,
            note="Published rows, predicted by this program and compared: presets/calibration/bands.",
        )


def read_bands(path: Path) -> Mapping[BandKind, Bands]:
    """The bands in a file; none without the file. Raises `ExplorerError`."""
    if not path.is_file():
        return {}
    where = f"{path.parent.name}/{path.name}"
    table = parse_toml(read_text(path, "error bands"), where)
    table.pop(_ABOUT, None)
    kinds: dict[str, BandKind] = {kind: kind for kind in BAND_KINDS}
    for name in table:
        if name not in kinds:
            raise ExplorerError(f"{where}: {unknown('kind', name, BAND_KINDS)}")
    return {kinds[name]: _bands(entry, f"{where}: {name}") for name, entry in table.items()}


def _bands(entry: Any, where: str) -> Bands:
    values = dict(entry) if isinstance(entry, dict) else {}
    chips, sources, url = (values.pop(name, None) for name in ("chips", "sources", "url"))
    if not isinstance(chips, dict) or not chips or not isinstance(sources, list) or not all(isinstance(s, str) for s in (*sources, url)):
        raise ExplorerError(f"{where}: expected a table with sources, url and one for each of the chips")
    each = {chip: _errors(errors, f"{where}.chips.{chip}") for chip, errors in chips.items()}
    return Bands(_errors(values, where), tuple(sources), url, each)


def _errors(values: Any, where: str) -> ErrorBand:
    try:
        return build(ErrorBand, values if isinstance(values, dict) else {"table": values}, where)
    except SpecError as error:
        raise ExplorerError(str(error)) from None


def with_bands(calibrations: Mapping[str, Calibration], bands: Mapping[BandKind, Bands]) -> dict[str, Calibration]:
    """The calibrations, each with what is known of its chip."""
    return {chip: _told(calibration, bands) if bands else calibration for chip, calibration in calibrations.items()}


def _told(calibration: Calibration, bands: Mapping[BandKind, Bands]) -> Calibration:
    sources = {f"bands.{kind}": found.source(calibration.id) for kind, found in bands.items()}
    return calibration.replace(
        bands={kind: found.of(calibration.id) for kind, found in bands.items()}, sources=calibration.sources | sources
    )
