"""The names that sources use, and what they are called here: `presets/aliases.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from explorer import paths
from explorer.errors import ExplorerError, nearest
from explorer.library import Library
from explorer.library.text_files import read_text
from explorer.library.toml_presets import parse_toml
from explorer.specs import Chip, Workload
from explorer.validation.rows import RowError

_TABLES = (
    "precision", "recompute", "recompute_fraction", "loss", "microbatches", "networks", "offload", "zero", "stacks", "unfused_attention", "attention_kernel", "virtual_stages",
    "expert_tp",
    "gradients", "optimizer", "kv_format", "waves", "noted_stacks",
)  # fmt: skip


@dataclass(frozen=True)
class ChipName:
    """A preset; what the source calls a rank is one of ``ranks_per_chip``; ``share`` of a chip was measured."""

    id: str
    ranks_per_chip: int = 1
    share: float = 1.0


@dataclass(frozen=True)
class ExpertsAlone:
    """Models, by a part of their name, whose 4-bit weights are routed experts; ``always``: in this format whatever a row says."""

    contains: tuple[str, ...]
    always: str = ""


@dataclass(frozen=True)
class Counting:
    """How a source counts the chips of a server; see the table of that name."""

    source: str
    largest: int
    squared: bool
    reason: str


@dataclass(frozen=True, eq=False)
class Aliases:
    """Tables by casefolded name; ``names`` are those of chips and models as written; ``not_modelled`` is (parts of names, reason)."""

    chips: Mapping[str, ChipName]
    models: Mapping[str, str]
    not_modelled: tuple[tuple[tuple[str, ...], str], ...]
    experts_alone: tuple[ExpertsAlone, ...]
    countings: tuple[Counting, ...]
    tables: Mapping[str, Mapping[str, str]]
    names: Mapping[str, tuple[str, ...]]

    def chip_name(self, name: str) -> ChipName:
        """What a source means by ``name``: an alias, else the id of a preset, which need not exist."""
        return self.chips.get(name.casefold(), ChipName(name.casefold()))

    def chip(self, library: Library, name: str) -> tuple[ChipName, Chip]:
        """The chip that a source calls ``name``. Raises `RowError` with the nearest name."""
        found = self.chip_name(name)
        if found.id not in library.chips:
            known = name.casefold() in self.chips
            hint = "" if known else nearest(name, [*self.names["chips"], *library.chips])
            raise RowError(f"no preset for the chip {name!r}{hint}" if name else "chip is missing")
        return found, library.chips[found.id]

    def model(self, library: Library, name: str) -> Workload | None:
        """The workload that a source calls ``name``, None where nothing is known. Raises `RowError` for one that waits."""
        folded = name.casefold()
        for parts, reason in self.not_modelled:
            if any(part in folded for part in parts):
                raise RowError(reason)
        return library.workloads.get(self.models.get(folded, folded))

    def unknown_model(self, library: Library, name: str) -> RowError:
        """The problem of a model that nobody knows."""
        hint = nearest(name, [*self.names["models"], *library.workloads])
        return RowError(f"unknown model {name!r}{hint}" if name else "model is missing")

    def quantised_experts(self, name: str) -> ExpertsAlone | None:
        """How the experts of a model are quantised apart from the rest; None where all of it is."""
        folded = name.casefold()
        return next((entry for entry in self.experts_alone if any(part in folded for part in entry.contains)), None)

    def counting(self, source: str) -> Counting | None:
        """How a source counts chips, where that is known to need care."""
        folded = source.casefold()
        return next((entry for entry in self.countings if folded.startswith(entry.source)), None)

    def within(self, table: str, cell: str) -> str | None:
        """The first entry of a table whose name occurs in ``cell``; None where none does."""
        folded = cell.casefold()
        return next((entry for key, entry in self.tables[table].items() if key in folded), None)

    def begins(self, table: str, cell: str) -> str | None:
        """The entry of a table of beginnings that fits ``cell`` best; None where none does."""
        folded, entries = cell.casefold(), self.tables[table]
        fitting = [key for key in entries if folded.startswith(key) and (key or not folded)]
        return entries[max(fitting, key=len)] if fitting else None

    def stack(self, chip: str, said: str, notes: str = "") -> str | None:
        """The stack that a source names, on a chip for which it has kernels of another generation, or as its notes say that it ran.

        None where none is known.
        """
        return self.within("noted_stacks", notes) or self.begins("stacks", f"{chip} | {said}") or self.begins("stacks", said)


@cache
def load_aliases() -> Aliases:
    """The shipped aliases, read once. Raises `ExplorerError` naming file and key."""
    path = paths.presets() / "aliases.toml"
    return parse_aliases(read_text(path, "the table of aliases"), path.name)


def parse_aliases(text: str, where: str) -> Aliases:
    """Check and fold a table of aliases. Raises `ExplorerError`."""
    table = parse_toml(text, where)
    try:
        return Aliases(
            chips={name.casefold(): _chip_name(entry) for name, entry in table["chips"].items()},
            models={name.casefold(): str(entry) for name, entry in table["models"].items()},
            not_modelled=tuple(
                (tuple(map(str.casefold, e["contains"])), str(e["reason"])) for e in table["not_modelled"]
            ),
            experts_alone=tuple(
                ExpertsAlone(tuple(map(str.casefold, e["contains"])), str(e.get("always", "")))
                for e in table["experts_alone"]
            ),
            countings=tuple(
                Counting(str(e["source"]).casefold(), int(e["largest"]), bool(e["squared"]), str(e["reason"]))
                for e in table["counting"]
            ),
            tables={key: {name.casefold(): str(entry) for name, entry in table[key].items()} for key in _TABLES},
            names={key: tuple(table[key]) for key in ("chips", "models")},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ExplorerError(f"{where}: not a table of aliases ({error})") from None


def _chip_name(entry: Any) -> ChipName:
    return ChipName(entry) if isinstance(entry, str) else ChipName(**entry)
