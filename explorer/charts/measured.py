"""Predicted rows to choose from: what is measured in them, which kinds, chips and sources there are, and who shares a hue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

from explorer.library import load_library
from explorer.units import format_number, format_quantity
from explorer.validation import Found, Prediction, Skip, chip_of

ALL = ""
OTHERS = "others"
_MOST_GROUPS = 6


@dataclass(frozen=True)
class Measure:
    """A measured quantity in words; a value of the rows times ``factor`` is in the base ``unit``."""

    label: str
    unit: str = "1"
    factor: float = 1.0


MEASURES: dict[str, Measure] = {
    "training step_time_s": Measure("Training: time of a step", "s"),
    "training tokens_per_s_per_chip": Measure("Training: tokens a second, each chip", "tokens/s"),
    "training tokens_per_s": Measure("Training: tokens a second", "tokens/s"),
    "training samples_per_s": Measure("Training: samples a second"),
    "training tflops_per_chip": Measure("Training: rate of a chip", "FLOP/s", 1e12),
    "training peak_mem_gb": Measure("Training: peak memory (GB or GiB, as published)"),
    "inference tpot_ms": Measure("Time per token", "s", 1e-3),
    "inference ttft_ms": Measure("Time to the first token", "s", 1e-3),
    "inference output_tok_s": Measure("Tokens a second of a full server", "tokens/s"),
    "memory measured_gb": Measure("Memory (GB, GiB or %, as published)"),
    "collectives time_us": Measure("Collectives: time", "s", 1e-6),
    "collectives algbw_gbps": Measure("Collectives: bandwidth", "B/s", 1e9),
    "gemm time_us": Measure("Matmul: time", "s", 1e-6),
    "gemm tflops": Measure("Matmul: rate", "FLOP/s", 1e12),
    "gemm gbps": Measure("HBM: copy rate", "B/s", 1e9),
    "attention time_us": Measure("Attention: time", "s", 1e-6),
}
"""By kind of row and name of its column."""

GROUPS = {
    "training": "training", "inference": "inference", "memory": "memory", "collectives": "collectives", "gemm": "matmul",
    "attention": "attention",
}  # fmt: skip
"""Kinds of rows, in the order of their hues."""


@dataclass(frozen=True)
class Choice:
    """Which rows are shown (`ALL`: whatever they are), and whether as a ratio. ``kind``: a key of `MEASURES`."""

    kind: str = ALL
    chip: str = ALL
    source: str = ALL
    ratio: bool = False

    def narrowed(self, name: str, key: str) -> Choice:
        """With another key in the filter called ``name``."""
        return Choice(**(asdict(self) | {name: key}))

    def takes(self, row: Prediction, but: str = "") -> bool:
        """Whether a row is chosen; ``but`` names a filter that does not count."""
        return all(
            name == but or wanted in (ALL, given)
            for name, wanted, given in (("kind", self.kind, key_of(row)), ("chip", self.chip, row.chip), ("source", self.source, row.source))
        )

    def concerns(self, skip: Skip) -> bool:
        """Whether a skipped row would have been chosen, as far as is known."""
        return (
            (self.kind == ALL or self.kind.partition(" ")[0] == skip.kind)
            and self.chip in (ALL, chip_of(skip))
            and self.source in (ALL, skip.source)
        )


Option = tuple[str, str]


@dataclass(frozen=True)
class Options:
    """What the filters offer, (key, label), the most rows first; each with the others as they are, so that none leads to nothing."""

    kind: tuple[Option, ...]
    chip: tuple[Option, ...]
    source: tuple[Option, ...]


def options(found: Found, choice: Choice) -> Options:
    """The entries of the three filters. Kinds stand in the order of `MEASURES`."""
    kinds = _counted(found, choice, "kind", key_of)
    order = [*MEASURES, *sorted(kinds.keys() - MEASURES.keys())]
    return Options(
        kind=((ALL, "all kinds"), *((key, f"{measure(key).label.partition(' (')[0]} ({kinds[key]:,})") for key in order if kinds[key])),
        chip=((ALL, "all chips"), *_listed(_counted(found, choice, "chip", lambda row: row.chip), chip_name)),
        source=((ALL, "all sources"), *_listed(_counted(found, choice, "source", lambda row: row.source), str)),
    )


def _counted(found: Found, choice: Choice, name: str, value: Callable[[Prediction], str]) -> Counter[str]:
    return Counter(value(row) for row in found.rows if choice.takes(row, but=name))


def _listed(counts: Counter[str], label: Callable[[str], str]) -> list[Option]:
    return [(key, f"{label(key) or 'not named'} ({n:,})") for key, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if key]


def key_of(row: Prediction) -> str:
    """The row's key in `MEASURES`."""
    return f"{row.kind} {row.quantity}"


def measure(key: str) -> Measure:
    """What a key stands for; a column that has no words of its own is called by its name."""
    return MEASURES.get(key) or Measure(key)


def chip_name(chip: str) -> str:
    """The chip's name; its id where no preset has it."""
    found = load_library().chips.get(chip)
    return found.name if found else chip


def said(value: float, key: str) -> str:
    """A measured or predicted value with its unit."""
    what = measure(key)
    if what.unit == "1":
        return format_number(value)
    return format_quantity(value * what.factor, what.unit)


def by_hue(rows: Sequence[Prediction], choice: Choice) -> list[tuple[str, int, list[Prediction]]]:
    """Label, slot and rows of every hue: by kind, within one kind by chip, within one chip by source."""
    if choice.kind == ALL:
        slots = list(GROUPS)
        groups = _split(rows, lambda row: row.kind)
        known = sorted(groups, key=lambda kind: slots.index(kind) if kind in slots else len(slots))
        return [(GROUPS.get(kind, kind), i if kind not in slots else slots.index(kind), groups[kind]) for i, kind in enumerate(known)]
    groups = _split(rows, (lambda row: chip_name(row.chip)) if choice.chip == ALL else (lambda row: row.source))
    ranked = sorted(groups, key=lambda name: (-len(groups[name]), name))
    if len(ranked) > _MOST_GROUPS:
        kept, rest = ranked[: _MOST_GROUPS - 1], ranked[_MOST_GROUPS - 1 :]
        groups = {name: groups[name] for name in kept} | {f"{len(rest)} {OTHERS}": [row for name in rest for row in groups[name]]}
        ranked = list(groups)
    return [(name, slot, groups[name]) for slot, name in enumerate(ranked)]


def _split(rows: Iterable[Prediction], name: Callable[[Prediction], str]) -> dict[str, list[Prediction]]:
    found: dict[str, list[Prediction]] = {}
    for row in rows:
        found.setdefault(name(row), []).append(row)
    return found
