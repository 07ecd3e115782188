"""Fit one constant a training stack: ``python -m explorer.validation.fit_stacks TRAINING.csv -o training.toml``.

Of the rows of quality A and A- that say how fast a step was, half (by a hash of the id) decide, the other half judge: the
constant is the one, on a grid of 0.01 up to 1, with the least mean error, every source counting as much as any other, so that
one machine with many rows does not speak for a stack. A stack with fewer than four rows, or than two that decide, gets none of its own;
``default`` is fitted to all stacks.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ExplorerError
from explorer.validation.aliases import load_aliases
from explorer.validation.cases import Prediction
from explorer.validation.fitting import fold
from explorer.validation.rows import read_table
from explorer.validation.validate import validate

FEWEST, FEWEST_SEEN = 4, 2
REF = "Published training runs: Megatron-LM, NeMo, llm-foundry, BigScience, SimuMax, torchtitan, MaxText and more; half of each stack's rows"
URL = "https://github.com/NVIDIA/Megatron-LM"
GRID = np.arange(30, 101) / 100.0
_HEAD = "# Speed of training under a software stack, against kernels, links and bubbles alone; written by explorer.validation.fit_stacks.\n"
Array = NDArray[np.float64]


class Rows:
    """The rows of one stack: times without the stack's loss, as parts of the measured ones, and which of them decide."""

    def __init__(self, rows: Sequence[Prediction]) -> None:
        self.ratio: Array = np.array([_plain_ratio(r) for r in rows])
        self.is_time = np.array([r.quantity == "step_time_s" for r in rows])
        self.sources = np.array([r.source for r in rows])
        self.seen = fold([r.id for r in rows], 2) == 0

    def cost(self, fraction: float) -> float:
        """Mean over the sources of their mean errors, on the rows that decide."""
        off, sources = self.off(fraction)[self.seen], self.sources[self.seen]
        return float(np.mean([off[sources == name].mean() for name in np.unique(sources)]))

    def off(self, fraction: float) -> Array:
        """Absolute errors of the measured quantity."""
        slowed = self.ratio / fraction
        return np.asarray(np.abs(np.where(self.is_time, slowed, 1.0 / slowed) - 1.0))


def _plain_ratio(row: Prediction) -> float:
    fraction = row.scenario.calibration.stack_fraction if row.scenario else 1.0
    ratio = row.predicted / row.measured
    return fraction * (ratio if row.quantity == "step_time_s" else 1.0 / ratio)


def stacks_of(path: Path) -> dict[str, str]:
    """The stack of each row's id; "" where the table of aliases has none."""
    aliases = load_aliases()
    return {row.id: aliases.begins("stacks", row.text("framework")) or "" for row in read_table(path).rows}


def fit_stacks(found: Sequence[Prediction], names: Mapping[str, str]) -> dict[str, tuple[float, Rows]]:
    """Constant and rows of every stack with enough of them, and of ``default``."""
    speeds = [r for r in found if r.quantity != "peak_mem_gb"]
    groups = {name: Rows([r for r in speeds if names[r.id] == name]) for name in sorted({names[r.id] for r in speeds})}
    large = {name: rows for name, rows in groups.items() if name and rows.ratio.size >= FEWEST and rows.seen.sum() >= FEWEST_SEEN}
    return {name: (float(min(GRID, key=rows.cost)), rows) for name, rows in ({"default": Rows(speeds)} | large).items()}


def toml(fitted: Mapping[str, tuple[float, Rows]]) -> str:
    """The file's text; the same rows give the same bytes."""
    parts = [_HEAD]
    for name, (fraction, rows) in fitted.items():
        inside, outside = rows.off(fraction)[rows.seen], rows.off(fraction)[~rows.seen]
        held = f"on the other {outside.size}: mean error {outside.mean():.1%}, median {np.median(outside):.1%}" if outside.size else "none held out"
        note = f"Fitted to {inside.size} rows (mean error {inside.mean():.1%}); {held}."
        kind = "transferred" if name == "default" else "measured"
        parts.append(f'\n[{name}]\nfraction = {fraction}\nkind = "{kind}"\nref = "{REF}"\nurl = "{URL}"\nnote = "{note}"\n')
    return "".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Exit status 2 with one line for bad input."""
    parser = argparse.ArgumentParser(prog="fit_stacks", description=__doc__)
    parser.add_argument("rows", type=Path, metavar="TRAINING.csv")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.toml")
    options = parser.parse_args(arguments)
    try:
        fitted = fit_stacks(validate(options.rows).rows, stacks_of(options.rows))
        text = toml(fitted)
        options.output.write_text(text, encoding="utf-8")
    except (ExplorerError, OSError) as problem:
        print(f"fit_stacks: {problem}", file=sys.stderr)
        return 2
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
