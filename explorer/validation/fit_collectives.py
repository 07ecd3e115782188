"""Fits the constants of collectives, chip by chip, to measured sweeps: ``python -m explorer.validation.fit_collectives ROWS.csv``.

Part by part, each with the earlier ones held: ring protocols, all-to-all, in-network reduction, custom kernels, the outer network.
What is predicted is what `explorer.evaluate` predicts. Same rows, same constants: no chance, three significant digits.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from explorer import paths
from explorer.errors import ExplorerError
from explorer.evaluate import Columns, lower
from explorer.library import load_library
from explorer.library.link_presets import RELATIVES, completed, read_relatives
from explorer.physics.arrays import Array
from explorer.specs import LinkPart, SpecError, build
from explorer.specs.links import PART_KINDS
from explorer.validation.aliases import load_aliases
from explorer.validation.collective_columns import columns_with, predict_s, seconds_with
from explorer.validation.collective_report import Errors, errors, summary, toml
from explorer.validation.collective_rows import Message, Sweep, message_of, sweep_of
from explorer.validation.collective_stages import Stage, book_of, stages
from explorer.validation.collectives import scene_of
from explorer.validation.rows import RowError, read_table
from explorer.validation.scenes import Setting
from explorer.validation.simplex import minimise

FEW = 10  # rows of a rank count or half a chip below which an error says nothing
ROWS_PER_CONSTANT = 2  # a part with fewer is not fitted
PULL = 1e-3  # towards the start: what the rows do not tell stays where it was
UNFELT_BYTES_PER_S = 1e15  # a rate beyond this costs nothing; rows that do not feel it say no more
Parts = dict[str, LinkPart]
_ORDER = tuple(PART_KINDS)


@dataclass(frozen=True, eq=False)
class Subject:
    """A chip to fit: its columns, its rows, and what others lend it."""

    id: str
    name: str
    base: Columns
    ranks_per_chip: int
    sweep: Sweep
    lent: Mapping[str, LinkPart]

    def whole(self, found: Mapping[str, LinkPart]) -> Parts:
        """Own parts, and those that others lend."""
        return {**self.lent, **found}


def fit(subject: Subject, sweep: Sweep) -> Parts:
    """Own parts, fitted to the rows of ``sweep``."""
    found: Parts = {}
    for stage in stages(subject.id):
        rows = sweep.pick(stage.rows(sweep))
        if len(rows.ids) < ROWS_PER_CONSTANT * len(stage.start) or (stage.name == "vllm_eager" and "vllm_graph" not in found):
            continue
        if stage.name == "ring":
            found["book"] = book_of(subject.id)
        found[stage.name] = _fit_stage(subject, rows, stage, found)
    return found


def _fit_stage(subject: Subject, rows: Sweep, stage: Stage, found: Parts) -> LinkPart:
    names = tuple(stage.start)
    before = {k: v for k, v in subject.whole(found).items() if _ORDER.index(k) < _ORDER.index(stage.name)}
    prepared = columns_with(subject.base, before, rows, stage.name)
    start = np.log(np.array([stage.start[name] for name in names]))

    def made(point: Array, digits: int = 17) -> LinkPart:
        return _complete(subject, stage, dict(zip(names, (float(v) for v in np.exp(point)), strict=True)), digits)

    def loss(point: Array) -> float:
        ratio = seconds_with(prepared, stage.name, made(point), rows) / rows.measured_s
        return float(np.mean(np.abs(ratio - 1.0)) + np.mean(np.abs(np.log(ratio))) + PULL * np.mean((point - start) ** 2))

    best = made(minimise(loss, start), digits=3)
    off = np.abs(seconds_with(prepared, stage.name, best, rows) / rows.measured_s - 1.0)
    return best.replace(provenance="measured", band_fraction=_rounded(float(np.quantile(off, 0.9)), 2))


def _complete(subject: Subject, stage: Stage, values: dict[str, float], digits: int) -> LinkPart:
    """A part from its fitted constants; fractions end at 1, so that nothing beats the ideal."""
    for name, value in values.items():
        top = 1.0 if name.endswith("_fraction") else UNFELT_BYTES_PER_S if name == "own_bytes_per_s" else value
        values[name] = _rounded(min(value, top), digits)
    extra = stage.extra(values, float(subject.base.link_latency_s[0]), subject.lent.get(stage.name))
    counted = {"ranks_per_chip": subject.ranks_per_chip} if stage.name == "cores" else {}
    return build(PART_KINDS[stage.name], {**values, **{k: _rounded(v, max(digits, 5)) for k, v in extra.items()}, **counted})


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def check(subject: Subject) -> dict[str, Errors]:
    """Errors on the half that a fit of the other half never saw, and on each rank count left out."""
    sweep = subject.sweep
    fitted, rest = sweep.pick(sweep.half), sweep.pick(~sweep.half)
    result = {"held_out_half": _errors(subject, fit(subject, fitted), rest)}
    domain = float(subject.base.domain[0])
    for ranks in (4.0, 8.0, 16.0):
        without, only = sweep.pick(sweep.ranks != ranks), sweep.pick(sweep.ranks == ranks)
        counts = set(without.ranks[(without.kernel == "library") & (without.chips <= domain)])
        if np.all(only.chips <= domain) and len(only.ids) >= FEW and len(counts) > 1:
            result[f"held_out_{ranks:.0f}_ranks"] = _errors(subject, fit(subject, without), only)
    return result


def _errors(subject: Subject, found: Mapping[str, LinkPart], rows: Sweep) -> Errors:
    return errors(predict_s(subject.base, subject.whole(found), rows), rows)


class Fits:
    """All chips of a file, lenders before those they lend to."""

    def __init__(self, setting: Setting, messages: Mapping[str, list[Message]], relatives: Mapping[str, Any]) -> None:
        self._setting, self._messages, self._relatives = setting, messages, relatives
        self.found: dict[str, Parts] = {}

    def parts(self, chip: str) -> Parts:
        """Own and lent parts of a chip."""
        return completed(chip, self._own(chip), self._relatives, self.parts)

    def _own(self, chip: str) -> Parts:
        if chip not in self.found:
            self.found[chip] = {}
            if chip in self._messages:
                subject = self.subject(chip)
                self.found[chip] = fit(subject, subject.sweep)
        return self.found[chip]

    def subject(self, chip: str) -> Subject:
        """What is known of a chip before its fit."""
        messages = self._messages[chip]
        first, sweep = messages[0], sweep_of(messages)
        if not self._setting.fabric(first.chip).scale_up.in_network_reduction:
            sweep = replace(sweep, reducible=np.zeros(len(messages), dtype=bool))
        base = lower([scene_of(self._setting, first.row, first.chip)])
        cores = int(np.max(np.ceil(sweep.ranks / sweep.chips)))
        return Subject(chip, first.chip.name, base, cores, sweep, completed(chip, {}, self._relatives, self.parts))

    def text(self, chip: str) -> str:
        """The chip's file; empty where its rows tell nothing of its own."""
        found = self._own(chip)
        if not found:
            return ""
        subject = self.subject(chip)
        predicted = predict_s(subject.base, subject.whole(found), subject.sweep)
        told = {"in_sample": errors(predicted, subject.sweep)} | summary(predicted, subject.sweep)
        if kin := self._relatives.get("kin", {}).get(chip):
            told[f"with_constants_of_{kin}"] = errors(predict_s(subject.base, self.parts(kin), subject.sweep), subject.sweep)
        if len(subject.sweep.ids) >= 3 * FEW:
            told |= check(subject)
        return toml(chip, subject.name, found, subject.sweep, told)


def read_messages(setting: Setting, path: Path) -> tuple[dict[str, list[Message]], int]:
    """Rows of quality A and A- by chip, and how many say too little. Raises `ExplorerError`."""
    table = read_table(path)
    if table.kind != "collectives":
        raise ExplorerError(f"{path.name} holds {table.kind} rows, not collectives")
    kept: dict[str, list[Message]] = {}
    skipped = len(table.broken)
    for row in table.rows:
        try:
            message = message_of(setting, row)
        except RowError:
            skipped += 1
        else:
            kept.setdefault(message.chip.id, []).append(message)
    return kept, skipped


def main(arguments: list[str] | None = None) -> int:
    """Fit, print one line, write ``<chip>.toml``. Exit 2 with one line on a bad file."""
    folder = paths.presets() / "calibration" / "links"
    parser = argparse.ArgumentParser(prog="fit_collectives", description="Fit the constants of collectives to measured rows.")
    parser.add_argument("rows", type=Path, metavar="ROWS.csv")
    parser.add_argument("-o", "--output", type=Path, default=folder, metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        setting = Setting(load_library(), load_aliases())
        messages, skipped = read_messages(setting, options.rows)
        fits = Fits(setting, messages, read_relatives(folder / RELATIVES))
        texts = {chip: text for chip in messages if (text := fits.text(chip))}
        if not texts:
            raise ExplorerError(f"{options.rows.name}: no chip has rows enough")
        options.output.mkdir(parents=True, exist_ok=True)
        for chip, text in texts.items():
            (options.output / f"{chip}.toml").write_text(text, encoding="utf-8", newline="\n")
    except (ExplorerError, SpecError, OSError) as error:
        print(f"fit_collectives: {error}", file=sys.stderr)
        return 2
    print(f"{len(texts)} chips fitted, {skipped} rows of quality A and A- say too little")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

