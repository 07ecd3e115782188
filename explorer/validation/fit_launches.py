"""Fit what a host takes to start a layer with experts: ``python -m explorer.validation.fit_launches TRAINING.csv -o launches.toml``.

One time for all stacks that start each kernel by themselves, beside the constants of the stacks that they are like. Of the rows of
quality A and A- of models with experts under them, half (by a hash of the id) decide, the other half judge: the time is the one, on
a grid of 0.1 ms, with the least mean error, every model and chip counting as much as any other.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ExplorerError
from explorer.evaluate import evaluate, lower
from explorer.validation.cases import Prediction
from explorer.validation.fitting import Errors, errors, fold
from explorer.validation.validate import validate

EAGER = ("nemo-eager", "megatron-bridge-eager")
GRID = tuple(i * 1e-4 for i in range(201))
REF = "Training of models with experts by Megatron-Bridge recipes without CUDA graphs, half of the rows"
URL = "https://github.com/NVIDIA-NeMo/Megatron-Bridge"
_HEAD = "# Time in which a host starts the kernels of a layer with experts, forward and backward, one by one; written by explorer.validation.fit_launches.\n"
Array = NDArray[np.float64]


class Rows:
    """Rows of those stacks: measured seconds of a step, and which of them decide."""

    def __init__(self, rows: Sequence[Prediction]) -> None:
        scenarios = [r.scenario for r in rows if r.scenario is not None]
        self.columns = lower(scenarios)
        ratio = np.array([r.measured / r.predicted if r.quantity == "step_time_s" else r.predicted / r.measured for r in rows])
        self.measured: Array = self.predicted(self.columns.full(self.columns.expert_launch_s)) * ratio
        self.groups = np.array([f"{s.workload.name} {s.chip.id}" for s in scenarios])
        self.seen = fold([r.id for r in rows], 2) == 0

    def predicted(self, launch_s: Array | float) -> Array:
        """Seconds of a step."""
        c = self.columns.replace(expert_launch_s=launch_s)
        return np.asarray(c.full(evaluate(c).values["step_s"]))

    def cost(self, launch_s: float) -> float:
        """Mean over models and chips of their mean errors, on the rows that decide."""
        off, groups = np.abs(self.predicted(launch_s) / self.measured - 1.0)[self.seen], self.groups[self.seen]
        return float(np.mean([off[groups == group].mean() for group in np.unique(groups)]))

    def errors(self, launch_s: float) -> tuple[Errors, Errors]:
        """Of the rows that decide, and of the others."""
        found = self.predicted(launch_s)
        return errors(found[self.seen], self.measured[self.seen]), errors(found[~self.seen], self.measured[~self.seen])


def fit_launches(path: Path) -> tuple[float, Errors, Errors]:
    """The time, and the errors of the rows that decide and of the others. Raises `ExplorerError` where there are none."""
    found = [r for r in validate(path).rows if r.kind == "training" and r.quantity != "peak_mem_gb"]
    rows = [r for r in found if r.scenario is not None and r.scenario.calibration.stack in EAGER and r.scenario.workload.experts]
    if not rows:
        raise ExplorerError(f"{path.name}: no row of a model with experts under {' or '.join(EAGER)}")
    own = Rows(rows)
    best = min(GRID, key=own.cost)
    return best, *own.errors(best)


def toml(launch_s: float, fit: Errors, held: Errors) -> str:
    """The file's text; the same rows give the same bytes."""
    note = f"Fitted to {fit.n} rows (mean error {fit.mean:.1%}); on the other {held.n}: mean error {held.mean:.1%}, median {held.median:.1%}."
    source = f'kind = "measured"\nref = "{REF}"\nurl = "{URL}"\nnote = "{note}"\n'
    return _HEAD + "".join(f'\n[{stack}]\nexpert_launch = "{launch_s * 1e3:.1f} ms"\n{source}' for stack in EAGER)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Exit status 2 with one line for bad input."""
    parser = argparse.ArgumentParser(prog="fit_launches", description=__doc__)
    parser.add_argument("rows", type=Path, metavar="TRAINING.csv")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.toml")
    options = parser.parse_args(arguments)
    try:
        text = toml(*fit_launches(options.rows))
        options.output.write_text(text, encoding="utf-8")
    except (ExplorerError, OSError) as problem:
        print(f"fit_launches: {problem}", file=sys.stderr)
        return 2
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
