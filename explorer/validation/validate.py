"""``validate``: measured rows in, predictions beside them out, as data, as text and as JSON."""

from __future__ import annotations

import json as json_text
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from explorer import paths
from explorer.errors import ExplorerError
from explorer.library import load_library
from explorer.specs import Calibration
from explorer.validation import collectives, inference, kernels, memory, training
from explorer.validation.aliases import load_aliases
from explorer.validation.cases import Found, Skip
from explorer.validation.rows import Row, read_table
from explorer.validation.scenes import Setting
from explorer.validation.summary import summarise
from explorer.validation.text import report

_PREDICT: dict[str, Callable[[Setting, Found, tuple[Row, ...]], None]] = {
    "training": training.predict,
    "inference": inference.predict,
    "memory": memory.predict,
    "collectives": collectives.predict,
    "gemm": kernels.predict_gemm,
    "attention": kernels.predict_attention,
}


def shipped_files() -> list[Path]:
    """The measurement files that come with the program."""
    return sorted((paths.resources() / "measurements").glob("*.csv"))


def validate(path: Path | None = None, change: Callable[[Calibration], Calibration] | None = None) -> Found:
    """Predict the rows of a measurement file, or of the shipped choice. Raises `ExplorerError` for a file that is none.

    ``change`` exchanges constants of each chip's calibration, as fits do that must not see their own results.
    """
    files = [path] if path is not None else shipped_files()
    if not files:
        raise ExplorerError("no measurements are shipped: the installation is incomplete")
    setting, found = Setting(load_library(), load_aliases(), change), Found()
    for file in files:
        table = read_table(file)
        found.below_quality += table.below_quality
        found.skipped += [Skip(identity, reason, table.kind) for identity, reason in table.broken]
        _PREDICT[table.kind](setting, found, table.rows)
    return found


def as_data(found: Found) -> dict[str, Any]:
    """What ``--json`` prints."""
    return {
        "rows": [
            {
                "id": r.id, "kind": r.kind, "chip": r.chip, "source": r.source, "quantity": r.quantity,
                "measured": r.measured, "predicted": r.predicted, "error_fraction": r.error_fraction,
            }
            for r in found.rows
        ],
        "calls": [{"id": c.id, "measured_fits": c.measured_fits, "predicted_fits": c.predicted_fits} for c in found.calls],
        "skipped": [{"id": s.id, "reason": s.reason} for s in found.skipped],
        "below_quality": found.below_quality,
        "summary": [asdict(line) for line in summarise(found)],
    }  # fmt: skip


def printed(found: Found, json: bool) -> str:
    """The text that ``chip-explorer validate`` prints."""
    if json:
        return json_text.dumps(as_data(found), indent=1, ensure_ascii=False, allow_nan=False)
    return report(found)


def command(path: Path | None, json: bool) -> str:
    """Predict a file, or the shipped rows, and print what came of it. Raises `ExplorerError` in one line."""
    return printed(validate(path), json)
