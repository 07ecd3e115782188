"""Fit the host time of a step: ``python -m explorer.validation.fit_host INFERENCE.csv -o steps.toml``, one constant a chip.

Of the rows of quality A and A- that give the time of a token, half (by a hash of the id) decide, the other half judge: the
constant is the one, on a grid of 0.05 ms from 0 on, with the least mean error. A chip with fewer than eight such rows, or
whose best constant still misses those that decide by more than 30 % on average, gets none of its own; what it takes from which relative is in the file of relatives.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.errors import ExplorerError
from explorer.validation.cases import Prediction
from explorer.validation.fitting import Errors, errors, fold
from explorer.validation.validate import validate

STEP_S, MOST_S = 5e-5, 8e-3
FEWEST, MOST_OFF = 8, 0.3
REF = "Time per token of served models without experts: aiconfigurator-core 0.12.0, AWS Neuron and gpt-fast, half of each chip's rows"
URL = "https://github.com/ai-dynamo/aiconfigurator"
_HEAD = "# Host time of a step, beside fitted kernels and links; written by explorer.validation.fit_host.\n"


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
    groups = {chip: [r for r in tokens if r.chip == chip] for chip in sorted({r.chip for r in tokens})}
    found = [_fit(chip, group) for chip, group in groups.items() if len(group) >= FEWEST]
    return [host for host in found if host.fitted.mean <= MOST_OFF]


def _fit(chip: str, rows: Sequence[Prediction]) -> Host:
    measured = np.array([r.measured for r in rows]) * 1e-3
    without = np.array([r.predicted for r in rows]) * 1e-3
    seen = fold([r.id for r in rows], 2) == 0
    if not seen.any():
        seen[:] = True
    grid = np.arange(round(MOST_S / STEP_S) + 1) * STEP_S
    best = min(grid, key=lambda host: errors(without[seen] + host, measured[seen]).mean)
    found = [errors(without[part] + best, measured[part]) for part in (seen, ~seen)]
    return Host(chip, float(best), *found)


def plain_rows(path: Path) -> list[Prediction]:
    """The rows of a file, predicted without host time and without what is fitted after it."""
    return validate(path, lambda c: c.replace(host_s_per_step=0.0, server_fraction=1.0)).rows


def toml(found: Sequence[Host]) -> str:
    """The file's text; the same rows give the same bytes."""
    parts = [_HEAD]
    for each in found:
        held = each.held_out
        note = (
            f"Fitted to {each.fitted.n} rows (mean error {each.fitted.mean:.1%}); on the other {held.n}: "
            f"mean error {held.mean:.1%}, median {held.median:.1%}."
        )
        value = f"{each.host_s * 1e3:.2f} ms"
        parts.append(f'\n[{each.chip}]\nvalue = "{value}"\nkind = "measured"\nref = "{REF}"\nurl = "{URL}"\nnote = "{note}"\n')
    return "".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Exit status 2 with one line for bad input."""
    parser = argparse.ArgumentParser(prog="fit_host", description=__doc__)
    parser.add_argument("rows", type=Path, metavar="INFERENCE.csv")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.toml")
    options = parser.parse_args(arguments)
    try:
        text = toml(fit_host(plain_rows(options.rows)))
        options.output.write_text(text, encoding="utf-8")
    except (ExplorerError, OSError) as problem:
        print(f"fit_host: {problem}", file=sys.stderr)
        return 2
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
