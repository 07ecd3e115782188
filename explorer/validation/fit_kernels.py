"""Fit the constants of matmul and attention kernels: ``python -m explorer.validation.fit_kernels ROWS.csv... -o FOLDER``.

Each chip gets a file with one table per kind of kernel and number format. Errors are given on the rows of the fit and on rows
the fit did not see: half the rows by a hash of their id, and whole shapes by a hash of the shape (five folds); fewer than ten rows are left out one by one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from explorer.errors import ExplorerError
from explorer.validation import fitting
from explorer.validation.fitting import Constant, Errors, errors
from explorer.validation.kernel_models import FEW_ROWS, KINDS, Array, Machine, to_fit
from explorer.validation.kernel_rows import Gathered, Group, Key, gather, machine_of_key, notes

ROW_FOLDS, SHAPE_FOLDS = 2, 5


@dataclass
class Fitted:
    """Constants of one kind of kernel on one chip, and how far they can be trusted."""

    key: Key
    chip: str
    constants: dict[str, float]
    provenance: str
    sources: list[str]
    in_sample: Errors
    held_out: dict[str, Errors] = field(default_factory=dict)
    left_out: int = 0
    note: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: fit, write a file a chip, print the table of errors. Exit status 2 with one line for bad input."""
    parser = argparse.ArgumentParser(prog="fit_kernels", description=__doc__)
    parser.add_argument("rows", nargs="+", type=Path, metavar="ROWS.csv")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        found = gather(options.rows)
        fitted = fit_all(found)
        write(fitted, options.output)
    except (ExplorerError, OSError) as problem:
        print(f"fit_kernels: {problem}", file=sys.stderr)
        return 2
    print(table(fitted))
    print(f"{len(found.skipped)} rows skipped, {found.below_quality} below quality A-")
    return 0


def fit_all(found: Gathered) -> list[Fitted]:
    """Fit every group, a chip's BF16 matmul first: its launch time is that of the other formats too."""
    fitted: dict[Key, Fitted] = {}
    like = notes()["like"]
    for key in sorted(found.groups, key=lambda key: (_chip(key) in like, key.kind, key.number_format != "bf16", key)):
        if key.kind not in KINDS:
            continue
        result = _fit_group(key, found.groups[key], fitted)
        if result is not None:
            fitted[key] = result
    return sorted(fitted.values(), key=lambda each: (each.chip, each.key.kind, each.key.number_format))


def _chip(key: Key) -> str:
    return machine_of_key(key).chip


def _fit_group(key: Key, group: Group, fitted: Mapping[Key, Fitted]) -> Fitted | None:
    machine, every = machine_of_key(key), group.columns
    keep = possible(key, every, machine)
    rows = {name: values[keep] for name, values in every.items()}
    wanted, given = to_fit(key.kind, machine, rows)
    like = notes()["like"].get(machine.chip)
    base = {c.name: c for c in wanted}
    if like is not None:
        given = given | _constants(fitted, like["chip"], key)
        base = base if like["fitted"] else {}
    elif key.kind == "gemm" and key.number_format != "bf16":
        given = given | {n: v for n, v in _constants(fitted, machine.chip, key._replace(number_format="bf16")).items() if n == "launch_s"}
        base.pop("launch_s" if "launch_s" in given else "", None)
    chosen = tuple(base.values())
    if not chosen and like is None:
        return None
    run = Run(key, machine, chosen, {n: v for n, v in given.items() if n not in base})
    constants = run.fit(rows)
    predicted = run.predict(rows, constants)
    kept = [i for i in range(len(group.ids)) if keep[i]]
    return Fitted(
        key, machine.chip, constants, "measured" if chosen else "transferred",
        sorted({f"{group.sources[i]}; {group.libraries[i]}" for i in kept}), errors(predicted, rows["time_s"]),
        run.held_out(rows, [group.ids[i] for i in kept], [group.shapes[i] for i in kept]), int(np.sum(~keep)),
        "" if like is None else f"from {like['chip']}: {', '.join(n for n in constants if n not in base)}",
    )  # fmt: skip


def _constants(fitted: Mapping[Key, Fitted], chip: str, key: Key) -> dict[str, float]:
    same = (f for k, f in fitted.items() if f.chip == chip and (k.kind, k.number_format) == (key.kind, key.number_format))
    return dict(next((f.constants for f in same), {}))


def possible(key: Key, rows: Mapping[str, Array], machine: Machine) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """False where a cache far larger than the chip's own would have been read faster than the HBM delivers."""
    if key.kind != "decode":
        return np.ones(rows["time_s"].shape, dtype=np.bool_)
    cache = 2.0 * rows["sequences"] * rows["key_tokens"] * rows["kv_heads"] * rows["head_dim"] * rows["kv_bytes"]
    return ~((cache > 2.0 * machine.cache_bytes) & (cache / rows["time_s"] > machine.hbm_bytes_per_s))


@dataclass(frozen=True)
class Run:
    """One group's model: which constants are searched, which are given."""

    key: Key
    machine: Machine
    wanted: tuple[Constant, ...]
    given: Mapping[str, float]

    def predict(self, rows: Mapping[str, Array], constants: Mapping[str, float]) -> Array:
        """Times of the rows [s]."""
        model = KINDS[self.key.kind]
        return np.asarray(model(rows, self.machine, self.key.number_format, {**self.given, **constants}))

    def fit(self, rows: Mapping[str, Array]) -> dict[str, float]:
        """All constants, the given ones among them."""
        search = fitting.fit(self.wanted, lambda x: self.predict(rows, x), rows["time_s"]) if self.wanted else {}
        return {**self.given, **search}

    def held_out(self, rows: Mapping[str, Array], ids: Sequence[str], shapes: Sequence[str]) -> dict[str, Errors]:
        """Errors on rows that the fit did not see."""
        if not self.wanted:
            return {}
        if len(ids) < FEW_ROWS:
            return {"held_out_rows": self._folded(rows, np.arange(len(ids)))}
        return {
            "held_out_rows": self._folded(rows, fitting.fold(ids, ROW_FOLDS)),
            "held_out_shapes": self._folded(rows, fitting.fold(shapes, SHAPE_FOLDS)),
        }

    def _folded(self, rows: Mapping[str, Array], folds: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Errors:
        predicted = np.empty(folds.shape)
        for out in (folds == part for part in np.unique(folds)):
            seen = {name: values[~out] for name, values in rows.items()}
            unseen = {name: values[out] for name, values in rows.items()}
            predicted[out] = self.predict(unseen, self.fit(seen))
        return errors(predicted, rows["time_s"])


def write(fitted: Sequence[Fitted], folder: Path) -> None:
    """One file a chip; the same rows give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for chip in sorted({each.chip for each in fitted}):
        tables = "\n".join(_toml(each) for each in fitted if each.chip == chip)
        head = f"# Constants of single kernels on {chip}, written by explorer.validation.fit_kernels. Fractions are of the preset's rates.\n"
        (folder / f"{chip}.toml").write_text(f'{head}id = "{chip}"\n\n{tables}', encoding="utf-8")


def _toml(each: Fitted) -> str:
    name = f"{each.key.kind}.{each.key.number_format}"
    lines = [f"[{name}]", *(f"{key} = {value!r}" for key, value in each.constants.items())]
    lines += [f'provenance = "{each.provenance}"', f"rows = {each.in_sample.n}"]
    lines += [f"sources = [{', '.join(_quoted(source) for source in each.sources)}]"]
    seen = f"rows of quality A and A- named {each.key.name}" if each.provenance == "measured" else "no row of this chip"
    lines += [f'fitted_on = "{seen}"']
    lines += [f"left_out = {each.left_out}  # faster than the HBM can deliver"] if each.left_out else []
    lines += [f'note = "{each.note}"'] if each.note else []
    lines += ["", f"[{name}.error]"]
    first = "in_sample" if each.provenance == "measured" else "unseen"
    for label, found in ((first, each.in_sample), *each.held_out.items()):
        numbers = ", ".join(f"{key} = {value if key == 'n' else round(value, 4)}" for key, value in asdict(found).items())
        lines.append(f"{label} = {{ {numbers} }}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else " " for c in text) + '"'


def table(fitted: Sequence[Fitted]) -> str:
    """Errors in percent: on the fit's rows, on held-out rows, on held-out shapes."""
    lines = ["chip         kernel           n   mean median p90 worst | held-out rows          | held-out shapes"]
    for each in fitted:
        parts = [each.in_sample, *each.held_out.values()]
        cells = " | ".join(f"{100 * e.mean:5.1f} {100 * e.median:5.1f} {100 * e.p90:5.1f} {100 * e.worst:4.0f}" for e in parts)
        lines.append(f"{each.chip:12s} {each.key.kind:7s} {each.key.number_format:6s} {each.in_sample.n:4d}  {cells}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
