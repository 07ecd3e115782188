"""Measured collectives predicted by the evaluation from a set of parts, one chip at a time: what the fit asks again and again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from explorer.evaluate import Columns
from explorer.evaluate.columns import Array
from explorer.evaluate.link_columns import AMONG_CORES, LIBRARY, LOSSLESS, TEXTBOOK, values_of
from explorer.specs import LinkPart
from explorer.specs.links import Eager
from explorer.validation.collective_rows import Sweep
from explorer.validation.collectives import seconds

ENGINES = ("trtllm", "vllm_graph")
Parts = Mapping[str, LinkPart]


def columns_with(base: Columns, parts: Parts, rows: Sweep, stage: str = "") -> Columns:
    """One chip's columns under ``parts`` alone, ready for the constants of ``stage``, for rows of one kernel."""
    names = {*parts, stage}
    kernel = "vllm_graph" if rows.kernel[0] == "vllm_eager" else str(rows.kernel[0])
    model = LIBRARY if "ring" in names else AMONG_CORES if "cores" in names else TEXTBOOK
    used = [part for name, part in parts.items() if name not in (*ENGINES, "vllm_eager") or name == kernel]
    values: dict[str, float] = dict(LOSSLESS)
    for part in used:
        values |= values_of(part, float(base.link_latency_s[0]))
    direct = float(kernel in ENGINES and kernel in names)
    adding = rows.reducible.astype(np.float64) if "reducing" in names else 0.0
    return base.replace(**values, link_model=model, direct=direct, reducing=adding, domain=rows.domain)


def seconds_with(prepared: Columns, stage: str, part: LinkPart, rows: Sweep) -> Array:
    """Time of each row with the constants of one stage [s]."""
    if isinstance(part, Eager):
        return seconds(prepared, rows, part.host_s, part.copy_bytes_per_s)
    return seconds(prepared.replace(**values_of(part, float(prepared.link_latency_s[0]))), rows)


def predict_s(base: Columns, parts: Parts, sweep: Sweep) -> Array:
    """Time of each row of a chip, whichever kernel it timed [s]."""
    time = np.zeros(len(sweep.ids))
    for kernel in sorted(set(sweep.kernel)):
        here = sweep.kernel == kernel
        rows = sweep.pick(here)
        eager = parts.get("vllm_eager") if kernel == "vllm_eager" else None
        prepared = columns_with(base, parts, rows)
        time[here] = seconds(prepared, rows) if eager is None else seconds_with(prepared, "vllm_eager", eager, rows)
    return time
