"""Fits the constants of collectives, chip by chip, to measured sweeps: ``python -m explorer.validation.fit_collectives ROWS.csv``.

Stage by stage, each with the earlier ones held: ring protocols, all-to-all, in-network reduction, custom kernels, the outer network.
Same rows, same constants: no chance, three significant digits.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer import paths
from explorer.errors import ExplorerError
from explorer.physics.arrays import Array
from explorer.validation.collective_model import LINKS, Constants, Link, predict_s
from explorer.validation.collective_report import Errors, errors, summary, toml
from explorer.validation.collective_rows import Mask, Sweep, read_sweeps
from explorer.validation.simplex import minimise

FEW = 10  # rows of a rank count or half a chip below which an error says nothing
ROWS_PER_CONSTANT = 2  # a stage with fewer is not fitted
PULL = 1e-3  # towards the start: what the rows do not tell stays where it was
UNFELT_BYTES_PER_S = 1e15  # a rate beyond this costs nothing; rows that do not feel it say no more

RING = {
    "launch_s": 5e-6, "step_s": 0.8e-6, "bulk_step_s": 4e-6, "quick_fraction": 0.3, "wide_fraction": 0.65,
    "bulk_fraction": 0.8, "serial_fraction": 0.5, "ramp_fraction": 0.2, "own_bytes_per_s": 1e12,
}  # fmt: skip
PCIE_RING = {key: value for key, value in RING.items() if key != "wide_fraction"} | {"contention": 0.3}
EXCHANGE = {
    "launch_s": 7e-6, "peer_bytes_per_s": 6.5e9, "bulk_launch_s": 1.4e-5, "efficiency_fraction": 0.7,
    "saturation_bytes": 1e5, "own_bytes_per_s": 1.5e12,
}  # fmt: skip
PCIE_EXCHANGE = {k: v for k, v in EXCHANGE.items() if k not in ("launch_s", "peer_bytes_per_s")} | {"contention": 0.3}
REDUCING = {"launch_s": 3e-5, "efficiency_fraction": 0.65, "saturation_bytes": 2e6}
DIRECT = {
    "launch_s": 3e-6, "rank_s": 1e-7, "one_shot_fraction": 0.7, "second_launch_s": 1e-5, "two_shot_fraction": 0.7,
}  # fmt: skip
EAGER = {"host_s": 2e-5, "copy_bytes_per_s": 1.3e12}
OUTSIDE = {"step_s": 3e-5, "efficiency_fraction": 0.7, "saturation_bytes": 1e6}
PLAIN = {"launch_s": 1e-5, "efficiency_fraction": 0.5}
CORES = {
    "inside_bytes_per_s": 1.4e11, "launch_s": 8e-6, "add_s": 2e-6, "mesh_step_s": 1.7e-7, "mesh_bytes_per_s": 5e10,
    "halving_step_s": 3e-6, "halving_fraction": 0.35, "ring_step_s": 2.7e-6, "ring_fraction": 0.74,
    "add_inside_fraction": 0.6, "add_fraction": 0.9,
}  # fmt: skip
# What a chip's own rows cannot tell, and the chip it is taken from: racks of GB200 give four rows with more than four ranks,
# racks of GB300 none, MI300X one row in all.
BORROWS = {
    "gb200": ("b200", ("reducing",)), "gb300": ("b300", ("reducing",)), "mi300x": ("h100", ("ring", "exchange")),
}  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """One set of constants: where it starts, and the rows that speak for it."""

    name: str
    start: dict[str, float]
    rows: Callable[[Link, Sweep], Mask]


def _ring_rows(link: Link, sweep: Sweep) -> Mask:
    ring = (sweep.kernel == "library") & (sweep.operation != "alltoall") & (sweep.ranks <= link.domain)
    # From five ranks on the library lets the switch add wherever it can.
    return np.asarray(ring & ~(sweep.reducible & (sweep.ranks > 4) & link.in_network), dtype=bool)


def _reducing_rows(link: Link, sweep: Sweep) -> Mask:
    inside = (sweep.kernel == "library") & (sweep.ranks > 4) & (sweep.ranks <= link.domain)
    return np.asarray(inside & sweep.reducible, dtype=bool)


def stages(link: Link) -> tuple[Stage, ...]:
    """What is fitted for a chip with such links, in order."""
    if link.book is None:
        name, start = ("cores", CORES) if link.cores_per_chip > 1 else ("plain", PLAIN)
        return (Stage(name, start, _kernel_rows("library")),)
    wide = link.book.wide_bytes_per_s > 0
    return (
        Stage("ring", RING if wide else PCIE_RING, _ring_rows),
        Stage("exchange", EXCHANGE if wide else PCIE_EXCHANGE, lambda link, sweep: sweep.operation == "alltoall"),
        *((Stage("reducing", REDUCING, _reducing_rows),) if link.in_network else ()),
        *(Stage(kernel, DIRECT, _kernel_rows(kernel)) for kernel in ("trtllm", "vllm_graph")),
        Stage("vllm_eager", EAGER, _kernel_rows("vllm_eager")),
        Stage("outside", OUTSIDE, lambda link, sweep: (sweep.ranks > link.domain) & (link.out_bytes_per_s > 0)),
    )


def _kernel_rows(kernel: str) -> Callable[[Link, Sweep], Mask]:
    return lambda link, sweep: np.asarray(sweep.kernel == kernel, dtype=bool)


def fit(link: Link, sweep: Sweep, borrowed: Constants | None = None) -> dict[str, dict[str, float]]:
    """Constants by stage. A stage without rows takes them from ``borrowed``, or is left out."""
    found: dict[str, dict[str, float]] = {}
    for stage in stages(link):
        rows = sweep.pick(stage.rows(link, sweep))
        if len(rows.ids) >= ROWS_PER_CONSTANT * len(stage.start) and _needed(stage, found):
            found[stage.name] = _fit_stage(link, rows, stage, found)
        elif borrowed and stage.name in borrowed:
            found[stage.name] = dict(borrowed[stage.name])
    return found


def _needed(stage: Stage, found: Constants) -> bool:
    return stage.name != "vllm_eager" or "vllm_graph" in found


def _fit_stage(link: Link, rows: Sweep, stage: Stage, found: Constants) -> dict[str, float]:
    names = tuple(stage.start)

    def loss(point: Array) -> float:
        ratio = predict_s(link, {**found, stage.name: _complete(stage, names, point)}, rows) / rows.measured_s
        return float(np.mean(np.abs(ratio - 1.0)) + np.mean(np.abs(np.log(ratio))) + PULL * np.mean((point - start) ** 2))

    start = np.log(np.array([stage.start[name] for name in names]))
    best = _complete(stage, names, minimise(loss, start))
    return {name: float(f"{value:.3g}") for name, value in best.items()}


def _complete(stage: Stage, names: tuple[str, ...], point: Array) -> dict[str, float]:
    """Constants from their logarithms; fractions end at 1, so that nothing beats the ideal."""
    values = dict(zip(names, (float(v) for v in np.exp(point)), strict=True))
    values = {k: min(v, 1.0) if k.endswith("_fraction") else v for k, v in values.items()}
    values = {k: min(v, UNFELT_BYTES_PER_S) if k == "own_bytes_per_s" else v for k, v in values.items()}
    if stage.name == "ring":
        # The library books a wide step at 1.9 us and a quick one at 0.6; fitted apart it stays near twice the quick one.
        values |= {"wide_step_s": 2.0 * values["step_s"]} | ({} if "wide_fraction" in names else {"wide_fraction": 1.0})
    if stage.name == "exchange" and "launch_s" not in names:
        values |= {"launch_s": 0.0, "peer_bytes_per_s": 0.0}
    return values


def check(link: Link, sweep: Sweep, borrowed: Constants | None) -> dict[str, Errors]:
    """Errors on all rows in sample, on the half that a fit of the other half never saw, and on each rank count left out."""
    fitted = sweep.pick(sweep.half)
    rest = sweep.pick(~sweep.half)
    result = {"held_out_half": errors(predict_s(link, fit(link, fitted, borrowed), rest), rest)}
    for ranks in (4.0, 8.0, 16.0):
        if ranks > link.domain:
            continue
        without, only = sweep.pick(sweep.ranks != ranks), sweep.pick(sweep.ranks == ranks)
        counts = set(without.ranks[(without.kernel == "library") & (without.ranks <= link.domain)])
        if len(only.ids) >= FEW and len(counts) > 1:
            result[f"held_out_{ranks:.0f}_ranks"] = errors(predict_s(link, fit(link, without, borrowed), only), only)
    return result


def fit_all(sweeps: Mapping[str, Sweep]) -> dict[str, str]:
    """TOML text of each chip's constants, by chip id."""
    texts: dict[str, str] = {}
    known: dict[str, Constants] = {}
    for link in LINKS:
        if link.name not in sweeps:
            continue
        sweep = sweeps[link.name]
        lender, names = BORROWS.get(link.id, ("", ()))
        lent = {name: known[lender][name] for name in names if name in known.get(lender, {})}
        constants = known[link.id] = fit(link, sweep, lent)
        if not constants:
            continue
        predicted = predict_s(link, constants, sweep)
        found = {"in_sample": errors(predicted, sweep)} | summary(predicted, sweep)
        if len(sweep.ids) >= 3 * FEW:
            found |= check(link, sweep, lent)
        texts[link.id] = toml(link, constants, sweep, found, tuple(lent))
    return texts


def main(arguments: list[str] | None = None) -> int:
    """Fit, print one line a chip, write ``<chip>.toml``. Exit 2 with one line on a bad file."""
    parser = argparse.ArgumentParser(prog="fit_collectives", description="Fit the constants of collectives to measured rows.")
    parser.add_argument("rows", type=Path, metavar="ROWS.csv")
    parser.add_argument("-o", "--output", type=Path, default=paths.presets() / "calibration" / "links", metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        sweeps, skipped = read_sweeps(options.rows)
        texts = fit_all(sweeps)
        if not texts:
            raise ExplorerError(f"{options.rows.name}: no row of a chip whose links are known")
        options.output.mkdir(parents=True, exist_ok=True)
        for chip, text in texts.items():
            (options.output / f"{chip}.toml").write_text(text, encoding="utf-8", newline="\n")
    except (ExplorerError, OSError) as error:
        print(f"fit_collectives: {error}", file=sys.stderr)
        return 2
    print(f"{len(texts)} chips fitted, {len(skipped)} rows of quality A and A- say too little")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
