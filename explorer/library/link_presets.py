"""Fitted constants of collectives, one file a chip, made part of the chip's calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.library.text_files import read_text
from explorer.library.toml_presets import parse_toml
from explorer.specs import Calibration, LinkPart, Links, Source, SpecError, build
from explorer.specs.links import PART_KINDS

RELATIVES = "_relatives.toml"
_TIMED = "https://pypi.org/project/aiconfigurator-core/"
_ELSEWHERE = {
    "book": "https://github.com/NVIDIA/nccl", "cores": "https://github.com/mmcclean-aws/LLM-Viewer",
    "plain": "https://github.com/AI-Hypercomputer/tpu-recipes", "outside": "https://github.com/aws-samples/awsome-distributed-training",
}  # fmt: skip
Parts = Mapping[str, LinkPart]


def with_links(calibrations: Mapping[str, Calibration], folder: Path) -> dict[str, Calibration]:
    """The calibrations with what the files in ``folder`` say of their chips, or of their relatives. Raises `ExplorerError`."""
    if not (folder / RELATIVES).is_file():
        return dict(calibrations)
    relatives = read_relatives(folder / RELATIVES)
    own = {path.stem: _parts(path) for path in sorted(folder.glob("*.toml")) if path.name != RELATIVES}

    def whole(chip: str) -> Parts:
        return completed(chip, own.get(chip, {}), relatives, whole)

    return {chip: _merged(calibration, whole(chip)) for chip, calibration in calibrations.items()}


def read_relatives(path: Path) -> dict[str, Any]:
    """Who lends which parts to whom. Raises `ExplorerError`."""
    where = f"links/{path.name}"
    table = parse_toml(read_text(path, "relatives"), where)
    band, chips = table.get("band_fraction"), table.get("chips")
    if not isinstance(band, float) or not isinstance(chips, dict):
        raise ExplorerError(f"{where}: expected a band_fraction and a table of chips")
    for chip, entries in chips.items():
        if not isinstance(entries, list) or not all(isinstance(e, dict) and isinstance(e.get("from"), str) for e in entries):
            raise ExplorerError(f"{where}: {chip}: expected a list of tables that say from whom")
        if unknown := [p for e in entries for p in e.get("parts", ()) if p not in PART_KINDS]:
            raise ExplorerError(f"{where}: {chip}: no part {str(unknown[0])[:40]!r} (known: {', '.join(PART_KINDS)})")
    return table


def completed(chip: str, own: Parts, relatives: Mapping[str, Any], lender: Callable[[str], Parts]) -> dict[str, LinkPart]:
    """A chip's own parts, and of the rest what its relatives lend, marked as such."""
    found = dict(own)
    for entry in relatives["chips"].get(chip, ()):
        lent = lender(entry["from"])
        for name in entry.get("parts", lent):
            if name in lent and name not in found:
                note = f"From {entry['from']}. {entry.get('note', '')}".strip()
                band = entry.get("band_fraction", relatives["band_fraction"])
                found[name] = lent[name].replace(provenance="transferred", band_fraction=band, note=note, **entry.get("set", {}))
    return {name: found[name] for name in PART_KINDS if name in found}


def part_of(name: str, values: Mapping[str, Any], where: str) -> LinkPart:
    """One table of a file. Raises `ExplorerError`."""
    try:
        return build(PART_KINDS[name], dict(values))
    except SpecError as error:
        raise ExplorerError(f"{where}: {name}: {error}") from None


def _parts(path: Path) -> Parts:
    where = f"links/{path.name}"
    data = parse_toml(read_text(path, "fitted constants"), where)
    return {name: part_of(name, data[name], where) for name in PART_KINDS if name in data}


def _merged(calibration: Calibration, parts: Parts) -> Calibration:
    if not parts:
        return calibration
    sources = {
        f"links.{name}": Source(
            kind=part.provenance, ref=f"Fit to timings of collectives: presets/calibration/links, {name}",
            url=_ELSEWHERE.get(name, _TIMED), note=_note(part),
        )
        for name, part in parts.items()
    }  # fmt: skip
    try:
        links = build(Links, dict(parts))
    except SpecError as error:
        raise ExplorerError(f"links of {calibration.id}: {error}") from None
    return calibration.replace(links=links, sources=calibration.sources | sources)


def _note(part: LinkPart) -> str:
    band = "" if part.band_fraction is None else f"Nine in ten within {part.band_fraction:.0%}."
    return f"{part.note} {band}".strip()
