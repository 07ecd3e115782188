"""Fit how experts are served: ``python -m explorer.validation.fit_experts INFERENCE.csv -o routing.toml``.

Two constants for all chips and engines: how evenly experts are chosen, and what the small kernels of a layer with experts take.
Of the rows of quality A and A- that give the time of a token of a model with experts, half (by a hash of the id) decide, the other
half judge: the pair is the one, on a grid, with the least mean error, every model counting as much as any other.
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
from explorer.specs import Calibration
from explorer.validation.cases import Prediction
from explorer.validation.fitting import Errors, errors, fold
from explorer.validation.validate import validate

EVENNESS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0, 1.25, 1.5, 2.0, 3.0)
LAYER_S = tuple(i * 2.5e-6 for i in range(25))
REF = "Time per token of served models with experts: aiconfigurator-core 0.12.0 silicon_sample.csv and gpt-fast, half of the rows"
URL = "https://github.com/ai-dynamo/aiconfigurator"
_HEAD = "# How experts are served, one pair of constants for all chips; written by explorer.validation.fit_experts.\n"
Array = NDArray[np.float64]


class Rows:
    """Rows of served models with experts: what is measured, and the step's time under every evenness without small kernels."""

    def __init__(self, rows: Sequence[Prediction]) -> None:
        scenarios = [r.scenario for r in rows if r.scenario is not None]
        self.columns = lower(scenarios)
        self.measured = np.array([r.measured for r in rows]) * 1e-3
        now = self._steps()
        self.rest = np.array([r.predicted for r in rows]) * 1e-3 - now  # prompts that come in between
        self.layers = np.asarray(self.columns.expert_layers)
        self.names = np.array([s.workload.name for s in scenarios])
        self.seen = fold([r.id for r in rows], 2) == 0
        self.steps = {a: self._steps(expert_evenness=a, expert_layer_s=0.0) for a in EVENNESS}

    def _steps(self, **changes: float) -> Array:
        c = self.columns.replace(**changes)
        return c.full(evaluate(c).values["step_s"])

    def predicted(self, evenness: float, layer_s: float) -> Array:
        """Time of a token [s]."""
        return np.asarray(self.steps[evenness] + self.rest + self.layers * layer_s)

    def cost(self, evenness: float, layer_s: float) -> float:
        """Mean over the models of their mean errors, on the rows that decide."""
        off = np.abs(self.predicted(evenness, layer_s) / self.measured - 1.0)[self.seen]
        names = self.names[self.seen]
        return float(np.mean([off[names == name].mean() for name in np.unique(names)]))


def _neutral(c: Calibration) -> Calibration:
    """Without what is fitted here, or after it."""
    return c.replace(expert_evenness=1e6, expert_layer_s=0.0, server_fraction=1.0)


def fit_experts(found: Sequence[Prediction]) -> tuple[float, float, Errors, Errors]:
    """Evenness, seconds of a layer's small kernels, and errors on the rows that decide and on the others."""
    rows = Rows([r for r in found if r.quantity == "tpot_ms" and r.scenario is not None and r.scenario.workload.experts])
    best = min(((a, s) for a in EVENNESS for s in LAYER_S), key=lambda pair: rows.cost(*pair))
    predicted = rows.predicted(*best)
    inside, outside = (errors(predicted[part], rows.measured[part]) for part in (rows.seen, ~rows.seen))
    return best[0], best[1], inside, outside


def toml(evenness: float, layer_s: float, inside: Errors, outside: Errors) -> str:
    """The file's text; the same rows give the same bytes."""
    note = (
        f"Fitted to {inside.n} rows (mean error {inside.mean:.1%}); on the other {outside.n}: "
        f"mean error {outside.mean:.1%}, median {outside.median:.1%}."
    )
    entry = '\n[{}]\nvalue = {}\nkind = "measured"\nref = "{}"\nurl = "{}"\nnote = "{}"\n'
    values = {"expert_evenness": evenness, "expert_layer_s": round(layer_s, 9)}
    return _HEAD + "".join(entry.format(name, value, REF, URL, note) for name, value in values.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Exit status 2 with one line for bad input."""
    parser = argparse.ArgumentParser(prog="fit_experts", description=__doc__)
    parser.add_argument("rows", type=Path, metavar="INFERENCE.csv")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.toml")
    options = parser.parse_args(arguments)
    try:
        text = toml(*fit_experts(validate(options.rows, _neutral).rows))
        options.output.write_text(text, encoding="utf-8")
    except (ExplorerError, OSError) as problem:
        print(f"fit_experts: {problem}", file=sys.stderr)
        return 2
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
