"""A spec as the text of a preset file: the way back from `toml_presets`, so that what is written reads as the same spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit import items

from explorer.library.sourced import unit_of
from explorer.specs import OWN, Source, Spec
from explorer.units import exact_text, parse_quantity

_APART = ("sources", "alternatives")


class _Writer:
    """What has been written so far, and the references that it needs. Notes stand at each number, the rest in [sources]."""

    def __init__(self, sources: Mapping[str, Source], alternatives: Mapping[str, tuple[str, ...]]) -> None:
        self._sources, self._alternatives = sources, alternatives
        self._names: dict[Source, str] = {}

    def reference(self, source: Source) -> str:
        """The name under which ``source``, less its note, stands in the file."""
        return self._names.setdefault(source.replace(note=""), f"S{len(self._names) + 1}")

    def entry(self, key: str, field: str, value: Any, own: Source | None = None) -> Any:
        """One number or fact at a dotted ``key``, with its source where it has one. Numbers always have one."""
        number = isinstance(value, float | int) and not isinstance(value, bool)
        numbers = isinstance(value, tuple) and any(isinstance(v, float | int) for v in value)
        source = own or self._sources.get(key) or (OWN if number or numbers else None)
        plain = [_plain(field, v) for v in value] if isinstance(value, tuple) else _plain(field, value)
        if source is None:
            return plain
        table = tomlkit.inline_table()
        table.update({"value": plain, "source": self.reference(source)})
        if source.note:
            table["note"] = source.note
        if key in self._alternatives:
            table["alternatives"] = list(self._alternatives[key])
        return table

    def fields(self, spec: Spec, prefix: str, into: Any) -> None:
        """All fields of ``spec`` that differ from their defaults or have a source; tables last, as TOML wants it."""
        tables: list[tuple[str, Any]] = []
        for name, about in type(spec).model_fields.items():
            value, key = getattr(spec, name), f"{prefix}{name}"
            if name in _APART or value is None or (value == about.get_default(call_default_factory=True) and key not in self._sources):
                continue
            if isinstance(value, Spec):
                table = tomlkit.table()
                self.fields(value, f"{key}.", table)
                tables.append((name, table))
            elif isinstance(value, dict):
                table = tomlkit.table()
                table.update({k: self.entry(f"{key}.{k}", name, v) for k, v in value.items()})
                tables.append((name, table))
            elif isinstance(value, tuple) and value and isinstance(value[0], Spec):
                tables.append((name, self._rows(value, key)))
            else:
                into[name] = self.entry(key, name, value)
        for name, table in tables:
            into[name] = table

    def _rows(self, rows: tuple[Spec, ...], key: str) -> items.AoT:
        """A list of specs, such as offers. One that has a source of its own lends it to its first number."""
        listed = tomlkit.aot()
        for position, row in enumerate(rows):
            table, own = tomlkit.table(), getattr(row, "source", None)
            path = f"{key}.{getattr(row, 'name', position)}"
            for name, about in type(row).model_fields.items():
                value = getattr(row, name)
                if name == "source" or (value == about.get_default(call_default_factory=True)):
                    continue
                number = isinstance(value, float)
                table[name] = self.entry(f"{path}.{name}", name, value, own if number else None)
                own = None if number else own
            listed.append(table)
        return listed

    def references(self) -> items.Table:
        """The [sources] table."""
        table = tomlkit.table(is_super_table=True)
        for source, name in self._names.items():
            table[name] = tomlkit.item({k: v for k, v in source.model_dump().items() if v != ""})
        return table


def preset_text(spec: Spec) -> str:
    """``spec`` (a chip, fabric or workload) as the text of a preset file. Read again it is the same spec, bit for bit;
    numbers without a source get one that says that they are the user's."""
    document = tomlkit.document()
    sources: Mapping[str, Source] = getattr(spec, "sources", {})
    writer = _Writer(sources, getattr(spec, "alternatives", {}))
    writer.fields(spec, "", document)
    document["sources"] = writer.references()
    return tomlkit.dumps(document)


def _plain(field: str, value: Any) -> Any:
    """As people write it, where that reads back as exactly the same number."""
    unit = unit_of(field)
    if not isinstance(value, float) or unit == "1":
        return value
    text = exact_text(value, unit)
    # The reader keeps 15 digits of a text, all of a bare number.
    return text if float(f"{parse_quantity(text, unit):.15g}") == value else value


__all__ = ["OWN", "preset_text"]
