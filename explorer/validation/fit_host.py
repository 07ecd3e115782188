"""Fit the host time of a step: ``python -m explorer.validation.fit_host INFERENCE.csv`` prints one constant a chip.

Of the rows of quality A and A- that give the time of a token, half (by a hash of the id) decide, the other half judge: the
constant is the one, on a grid of 0.05 ms from 0 on, with the least mean error. It is written into `presets/calibration` by hand.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.errors import ExplorerError
from explorer.library import load_library
from explorer.validation.cases import Prediction
from explorer.validation.fitting import Errors, errors, fold
from explorer.validation.validate import validate

STEP_S, MOST_S = 5e-5, 6e-3


@dataclass(frozen=True)
class Host:
    """The host time of a chip's steps [s] and its errors on the rows of the fit and on the others."""

    chip: str
    host_s: float
    fitted: Errors
    held_out: Errors


def fit_host(rows: Sequence[Prediction]) -> list[Host]:
    """One constant for each chip with rows of ``tpot_ms``; models with experts have small kernels of their own (fit_experts)."""
    tokens = [r for r in rows if r.quantity == "tpot_ms" and r.scenario is not None and r.scenario.workload.experts is None]
    return [_fit(chip, [r for r in tokens if r.chip == chip]) for chip in sorted({r.chip for r in tokens})]


def _fit(chip: str, rows: Sequence[Prediction]) -> Host:
    measured = np.array([r.measured for r in rows]) * 1e-3
    without = np.array([r.predicted for r in rows]) * 1e-3 - load_library().calibration(chip).host_s_per_step
    seen = fold([r.id for r in rows], 2) == 0
    if not seen.any():
        seen[:] = True
    grid = np.arange(round(MOST_S / STEP_S) + 1) * STEP_S
    best = min(grid, key=lambda host: errors(without[seen] + host, measured[seen]).mean)
    found = [errors(without[part] + best, measured[part]) for part in (seen, ~seen)]
    return Host(chip, float(best), *found)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Exit status 2 with one line for bad input."""
    parser = argparse.ArgumentParser(prog="fit_host", description=__doc__)
    parser.add_argument("rows", type=Path, metavar="INFERENCE.csv")
    try:
        found = fit_host(validate(parser.parse_args(arguments).rows, lambda c: c.replace(server_fraction=1.0)).rows)
    except (ExplorerError, OSError) as problem:
        print(f"fit_host: {problem}", file=sys.stderr)
        return 2
    for each in found:
        cells = (f"n {e.n:3d} mean {e.mean:6.1%} median {e.median:6.1%}" for e in (each.fitted, each.held_out))
        print(f"{each.chip:20s} {each.host_s * 1e3:5.2f} ms   fitted on {next(cells)}   held out {next(cells)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
