"""What is known of each architecture's config.json: the table ``resources/model_configs.toml``, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from explorer import paths
from explorer.errors import ExplorerError, nearest
from explorer.library.text_files import read_text
from explorer.library.toml_presets import parse_toml
from explorer.specs import Source, build

Default = int | bool
WINDOWS = ("", "all", "pattern", "late", "marks")
EXPERTS = ("", "all", "first", "step", "beside")


@dataclass(frozen=True)
class Architecture:
    """One ``model_type``: under which keys its numbers stand, its class's defaults, and what no key says."""

    type: str
    title: str
    gated: bool
    biases: bool | str = False
    positions: int | None = None
    window: str = ""
    every: int = 0
    experts: str = ""
    latent: bool = False
    heads_of: str = ""
    ffn_factor: int = 0
    same: tuple[str, ...] = ()
    zero: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    note: str = ""
    keys: Mapping[str, tuple[str, ...]] = None  # type: ignore[assignment]  # always given
    defaults: Mapping[str, Default] = None  # type: ignore[assignment]  # always given


@dataclass(frozen=True)
class ModelTable:
    """All architectures by ``model_type``, where their defaults come from, and what cannot be read and why."""

    source: Source
    models: Mapping[str, Architecture]
    wrapped: Mapping[str, str]
    unsupported: Mapping[str, str]

    def find(self, name: str, where: str) -> Architecture:
        """The architecture called ``name``. Raises `ExplorerError` that says why not, and what is known."""
        shown = "".join(c if c.isprintable() else "?" for c in name[:60])
        if name in self.models:
            return self.models[name]
        base = max((u for u in self.unsupported if name == u or name.startswith(f"{u}_")), key=len, default="")
        if base:
            raise ExplorerError(f"{where}: {shown} cannot be read: {self.unsupported[base]}")
        hint = nearest(name, self.models) or f" (known: {', '.join(sorted(self.models, key=str.casefold))})"
        raise ExplorerError(f"{where}: unknown architecture {shown!r}{hint}")


@cache
def model_table() -> ModelTable:
    """The table, read once. Raises `ExplorerError` where it is wrong."""
    path = paths.resources() / "model_configs.toml"
    table = parse_toml(read_text(path, "the table of model configurations"), path.name)
    source = build(Source, {n: str(v) for n, v in table["source"].items()})
    entries: dict[str, dict[str, Any]] = table["models"]
    wrapped = {outer: key for key, outers in table["wrapped"].items() for outer in outers}
    models = {name: _architecture(name, entries, table["keys"]) for name in entries}
    return ModelTable(source, models, wrapped, table["unsupported"])


def _architecture(name: str, entries: Mapping[str, dict[str, Any]], keys: Mapping[str, list[str]]) -> Architecture:
    whole = _merged(name, entries)
    named = {**keys, **whole.pop("keys", {})}
    for listed in ("same", "zero", "left_out"):
        whole[listed] = tuple(whole.get(listed, ()))
    try:
        found = Architecture(
            type=name, keys={role: tuple(k) for role, k in named.items()}, defaults=whole.pop("defaults", {}), **whole,
        )  # fmt: skip
    except TypeError as error:
        raise ExplorerError(f"model_configs.toml: models.{name}: {error}") from None
    if found.window not in WINDOWS or found.experts not in EXPERTS:
        raise ExplorerError(f"model_configs.toml: models.{name}: window and experts are among {WINDOWS} and {EXPERTS}")
    return found


def _merged(name: str, entries: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """An entry over the one that it is like. A note is its own."""
    own = dict(entries[name])
    like = own.pop("like", None)
    if like is None:
        return own
    base = _merged(like, entries)
    base.pop("note", None)
    for part in ("keys", "defaults"):
        own[part] = {**base.get(part, {}), **own.get(part, {})}
    return {**base, **own}
