"""Fit one constant a training stack: ``python -m explorer.validation.fit_stacks TRAINING.csv -o training.toml``, or a serving engine:
``... INFERENCE.csv -o serving.toml``.

Of the rows of quality A and A- that say how fast a step was (of an engine: how soon the first token came), half (by a hash of the id) decide, the other half judge: the
constant is the one, on a grid of 0.01 up to 1, with the least mean error, every source counting by the root of its rows, so that
one machine with many rows does not speak for a stack, nor a single run as loudly as a sweep. A stack with fewer than four rows, or than two that decide, gets none of its own;
``default`` is fitted to all stacks, or to all engines without a constant of their own, where there are twenty rows; else it is 1.
Rows of a stack that is like another speak for that one, but for models with experts, whose host may be what they wait for; those of an
engine that is like another do not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer import paths
from explorer.errors import ExplorerError
from explorer.evaluate import evaluate, lower
from explorer.library.stack_presets import read_likes
from explorer.validation.aliases import load_aliases
from explorer.validation.cases import Prediction
from explorer.validation.fitting import fold
from explorer.validation.rows import read_table
from explorer.validation.validate import validate

FEWEST, FEWEST_SEEN, FEWEST_DEFAULT = 4, 2, 20
REFS = {
    "training": "Published training runs: Megatron-LM, NeMo, llm-foundry, BigScience, SimuMax, torchtitan, MaxText and more; half of each stack's rows",
    "inference": "Published times to the first token: AWS Neuron, FasterTransformer, aiconfigurator; half of each engine's rows",
}
URLS = {
    "training": "https://github.com/NVIDIA/Megatron-LM",
    "inference": "https://awsdocs-neuron.readthedocs-hosted.com/en/latest/about-neuron/benchmarks/",
}
_COLUMNS = {"training": "framework", "inference": "backend"}
_TIMES = ("step_time_s", "ttft_ms")
GRID = np.arange(30, 101) / 100.0
_HEADS = {
    "training": "# Speed of training under a software stack, against kernels, links and bubbles alone; written by explorer.validation.fit_stacks.\n",
    "inference": "# Speed of prompts under a serving engine, against kernels and links alone; written by explorer.validation.fit_stacks.\n",
}
Array = NDArray[np.float64]


class Rows:
    """The rows of one stack: times without the stack's loss, as parts of the measured ones, and which of them decide."""

    def __init__(self, rows: Sequence[Prediction]) -> None:
        self.ratio: Array = np.array([_plain_ratio(r) for r in rows])
        self.is_time = np.array([r.quantity in _TIMES for r in rows])
        self.sources = np.array([r.source for r in rows])
        self.seen = fold([r.id for r in rows], 2) == 0

    def cost(self, fraction: float) -> float:
        """Mean over the sources of their mean errors, weighted with the root of their rows, on the rows that decide."""
        off, sources = self.off(fraction)[self.seen], self.sources[self.seen]
        names, rows = np.unique(sources, return_counts=True)
        return float(np.average([off[sources == name].mean() for name in names], weights=np.sqrt(rows)))

    def off(self, fraction: float) -> Array:
        """Absolute errors of the measured quantity."""
        slowed = self.ratio / fraction
        return np.asarray(np.abs(np.where(self.is_time, slowed, 1.0 / slowed) - 1.0))


class EngineRows(Rows):
    """Rows of a serving engine. Its constant does not slow the reading of weights, so each of the grid is tried by itself."""

    def __init__(self, rows: Sequence[Prediction]) -> None:
        super().__init__(rows)
        self._scenarios = [r.scenario for r in rows if r.scenario is not None]
        self._measured = np.array([r.measured for r in rows]) * 1e-3

    def off(self, fraction: float) -> Array:
        """Absolute errors of the time to the first token."""
        if not self._scenarios:
            return np.zeros(0)
        tried = lower(s.replace(calibration=s.calibration.replace(server_fraction=fraction)) for s in self._scenarios)
        return np.asarray(np.abs(tried.full(evaluate(tried).values["step_s"]) / self._measured - 1.0))


def _plain_ratio(row: Prediction) -> float:
    """Time over measured time; rows come without the constants that are fitted here."""
    ratio = row.predicted / row.measured
    return ratio if row.quantity in _TIMES else 1.0 / ratio


def stacks_of(path: Path) -> dict[str, str]:
    """The stack of each row's id; "" where the table of aliases has none."""
    aliases, table = load_aliases(), read_table(path)
    said = _COLUMNS[table.kind]
    return {
        row.id: aliases.stack(aliases.chip_name(row.text("chip")).id, row.text(said), row.text("notes")) or ""
        for row in table.rows
    }


@dataclass(frozen=True, eq=False)
class Fitted:
    """A stack's constant and the rows it comes from; the same of models with experts, where there are enough."""

    fraction: float
    rows: Rows
    experts: float | None = None
    expert_rows: Rows | None = None


def plain_rows(path: Path) -> list[Prediction]:
    """The rows of a file, predicted without any stack's or engine's constant."""
    return validate(path, lambda c: c.replace(stack_fraction=1.0, expert_stack_fraction=1.0, server_fraction=1.0)).rows


def fit_stacks(found: Sequence[Prediction], names: Mapping[str, str]) -> dict[str, Fitted]:
    """Constants and rows of every stack with enough of them, and of ``default``."""
    likes = read_likes(paths.presets() / "calibration" / "stacks" / "traits.toml")
    trained = [r for r in found if r.kind == "training" and r.quantity != "peak_mem_gb"]
    if not trained:
        return _fit_engines([r for r in found if r.quantity == "ttft_ms" and names[r.id] not in likes], names)
    trained = [r for r in trained if not (_has_experts(r) and names[r.id] in likes)]
    names = {row: likes.get(name, name) for row, name in names.items()}
    dense, mixed = ([r for r in trained if _has_experts(r) == experts] for experts in (False, True))
    own, own_mixed = _groups(dense, names), _groups(mixed, names)
    return {
        name: Fitted(_best(rows), rows, *_of_experts(own_mixed.get(name)))
        for name, rows in ({"default": Rows(dense)} | own).items()
    } | {"default": Fitted(_best(Rows(dense)), Rows(dense), *_of_experts(Rows(mixed) if mixed else None))}


def _has_experts(row: Prediction) -> bool:
    return row.scenario is not None and row.scenario.workload.experts is not None


def _of_experts(rows: Rows | None) -> tuple[float | None, Rows | None]:
    return (None, None) if rows is None else (_best(rows), rows)


def _groups(rows: Sequence[Prediction], names: Mapping[str, str]) -> dict[str, Rows]:
    """Rows of each stack that has enough of them."""
    groups = {
        name: Rows([r for r in rows if names[r.id] == name]) for name in sorted({names[r.id] for r in rows}) if name
    }
    return {name: g for name, g in groups.items() if g.ratio.size >= FEWEST and g.seen.sum() >= FEWEST_SEEN}


def _fit_engines(rows: Sequence[Prediction], names: Mapping[str, str]) -> dict[str, Fitted]:
    """Engines: one whose prompts run on other hardware does not speak for the others."""
    own = {name: EngineRows([r for r in rows if names[r.id] == name]) for name in _groups(rows, names)}
    others = EngineRows([r for r in rows if names[r.id] not in own])
    default = _best(others) if others.ratio.size >= FEWEST_DEFAULT else 1.0
    return {"default": Fitted(default, others)} | {name: Fitted(_best(g), g) for name, g in own.items()}


def _best(rows: Rows) -> float:
    """The constant with the least cost; 1 without a row that decides."""
    return float(min(GRID, key=rows.cost)) if rows.seen.any() else 1.0


def toml(fitted: Mapping[str, Fitted], kind: str) -> str:
    """The file's text; the same rows give the same bytes."""
    parts = [_HEADS[kind]]
    for name, f in fitted.items():
        note = _note(f.fraction, f.rows)
        experts = ""
        if f.experts is not None and f.expert_rows is not None:
            experts, note = f"experts = {f.experts}\n", f"{note} Models with experts: {_note(f.experts, f.expert_rows)}"
        known = "measured" if name != "default" else "guess" if f.fraction == 1.0 else "transferred"
        source = f'kind = "{known}"\nref = "{REFS[kind]}"\nurl = "{URLS[kind]}"\nnote = "{note}"\n'
        parts.append(f"\n[{name}]\nfraction = {f.fraction}\n{experts}{source}")
    return "".join(parts)


def _note(fraction: float, rows: Rows) -> str:
    inside, outside = rows.off(fraction)[rows.seen], rows.off(fraction)[~rows.seen]
    fit = f"Fitted to {inside.size} rows (mean error {inside.mean():.1%})" if inside.size else "Fitted to none"
    held = (
        f"on the other {outside.size}: mean error {outside.mean():.1%}, median {np.median(outside):.1%}"
        if outside.size
        else "none held out"
    )
    return f"{fit}; {held}."


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Exit status 2 with one line for bad input."""
    parser = argparse.ArgumentParser(prog="fit_stacks", description=__doc__)
    parser.add_argument("rows", type=Path, metavar="ROWS.csv")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.toml")
    options = parser.parse_args(arguments)
    try:
        text = toml(fit_stacks(plain_rows(options.rows), stacks_of(options.rows)), read_table(options.rows).kind)
        options.output.write_text(text, encoding="utf-8")
    except (ExplorerError, OSError) as problem:
        print(f"fit_stacks: {problem}", file=sys.stderr)
        return 2
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
