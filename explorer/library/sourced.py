"""From a preset's table, where each number stands with its source, to a spec's values and its ``sources``."""

from __future__ import annotations

import datetime
import types
import typing
from dataclasses import dataclass, field
from typing import Any

from explorer.errors import ExplorerError, nearest
from explorer.library import announced
from explorer.specs import Source, Spec, SpecError, build
from explorer.units import UnitError, parse_quantity

_ENTRY_KEYS = ("value", "source", "kind", "note", "alternatives", *announced.KEYS)
_SOURCE_KEYS = ("ref", "url", "kind", "checked", "note")
_NOT_WRITTEN = ("sources", "alternatives")
# First rule whose text occurs in the field's name.
_UNITS = (
    ("j_per_byte", "J"), ("bytes_per_s", "B/s"), ("flop_per_s", "FLOP/s"), ("usd_per_chip_h", "USD/h"),
    ("fraction", "fraction"), ("axis_share", "fraction"), ("bytes", "B"), ("_s_per_", "s"),
)  # fmt: skip


class PresetError(ExplorerError):
    """Something wrong with one key of a preset."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}" if key else message)
        self.key = key


def unit_of(name: str) -> str:
    """The base unit that a field's name implies: ``hbm_bytes_per_s`` is in B/s, ``tdp_w`` in W, ``heads`` in 1."""
    for text, unit in _UNITS:
        if text in name:
            return unit
    return "s" if name.endswith("_s") else "W" if name.endswith("_w") else "1"


@dataclass
class _Reader:
    """What a file's ``[sources]`` say, and what has been collected so far."""

    known: dict[str, dict[str, Any]]
    default: str | None
    relative: announced.Relative | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    alternatives: dict[str, tuple[str, ...]] = field(default_factory=dict)
    low: dict[str, float] = field(default_factory=dict)
    high: dict[str, float] = field(default_factory=dict)
    stand_ins: list[str] = field(default_factory=list)


def split(kind: type[Spec], table: dict[str, Any], relative: announced.Relative | None = None) -> dict[str, Any]:
    """The spec's values, with `sources` and, where the spec has it, `alternatives`. Raises `PresetError`.

    ``relative`` finds another preset by its id, for numbers that are announced as multiples of that one's.
    """
    table = dict(table)
    known = _source_table(table.pop("sources", {}))
    default = table.pop("default_source", None)
    reader = _Reader(known, default, relative)
    values = _spec_values(reader, kind, table, "")
    values["sources"] = reader.sources
    if "alternatives" in kind.model_fields:
        values["alternatives"] = reader.alternatives
    elif reader.alternatives:
        raise PresetError(next(iter(reader.alternatives)), f"a {kind.__name__.lower()} keeps no alternatives")
    return values | _announced(reader, values)


def _announced(reader: _Reader, values: dict[str, Any]) -> dict[str, Any]:
    """What multiples of another chip's numbers add: ends of bands, each with its number's source, and stand-ins."""
    found: dict[str, Any] = {}
    for name, ends in (("at_least", reader.low), ("at_most", reader.high)):
        if ends:
            found[name] = values.get(name, {}) | ends
            reader.sources.update({f"{name}.{key}": reader.sources[key] for key in ends})
    if reader.stand_ins:
        found["stand_ins"] = (*values.get("stand_ins", ()), *reader.stand_ins)
    return found


def _source_table(table: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(table, dict):
        raise PresetError("sources", "expected a table of references")
    for name, entry in table.items():
        key = f"sources.{name}"
        if not isinstance(entry, dict):
            raise PresetError(key, "expected a table with ref, url, kind and checked")
        _refuse_unknown(entry, _SOURCE_KEYS, key)
        _source_of({n: _plain(v) for n, v in entry.items()}, key)
    return {name: {n: _plain(v) for n, v in entry.items()} for name, entry in table.items()}


def _source_of(values: dict[str, Any], key: str) -> Source:
    try:
        return build(Source, values)
    except SpecError as error:
        raise PresetError(key, str(error)) from None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date | datetime.datetime) else value


def _refuse_unknown(table: dict[str, Any], names: typing.Iterable[str], key: str) -> None:
    names = list(names)
    for name in table:
        if name not in names:
            path = f"{key}.{name}" if key else name
            hint = nearest(name, names) or f" (known: {', '.join(names)})"
            raise PresetError(path[:120], f"unknown key{hint}")


def _spec_values(reader: _Reader, kind: type[Spec], table: dict[str, Any], prefix: str) -> dict[str, Any]:
    fields = {n: f.annotation for n, f in kind.model_fields.items() if n not in _NOT_WRITTEN}
    _refuse_unknown(table, fields, prefix.rstrip("."))
    return {name: _field_value(reader, fields[name], table[name], f"{prefix}{name}") for name in table}


def _field_value(reader: _Reader, annotation: Any, given: Any, key: str) -> Any:
    inner, unit = _spec_inside(annotation), unit_of(key.rpartition(".")[2])
    if inner is not None and typing.get_origin(annotation) is tuple:
        return _rows(reader, inner, given, key)
    if inner is not None:
        if not isinstance(given, dict):
            raise PresetError(key, "expected a table")
        return _spec_values(reader, inner, given, f"{key}.")
    if typing.get_origin(annotation) is dict:
        if not isinstance(given, dict):
            raise PresetError(key, "expected a table of numbers")
        return {name: _number(reader, entry, f"{key}.{name}", unit if unit != "1" else unit_of(name)) for name, entry in given.items()}
    if is_numeric(annotation):
        return _number(reader, given, key, unit)
    return _fact(reader, given, key)


def _rows(reader: _Reader, kind: type[Spec], given: Any, key: str) -> tuple[dict[str, Any], ...]:
    """A list of tables, such as offers. A row that has a ``source`` of its own takes that of its number."""
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise PresetError(key, "expected a list of tables")
    rows = []
    for position, row in enumerate(given):
        path = f"{key}.{row.get('name', position)}"
        values = _spec_values(reader, kind, row, f"{path}.")
        if "source" in kind.model_fields and "source" not in row:
            found = [p for p in reader.sources if p.startswith(f"{path}.")]
            if found:
                values["source"] = reader.sources.pop(found[0])
        rows.append(values)
    return tuple(rows)


def _number(reader: _Reader, given: Any, key: str, unit: str) -> Any:
    if not isinstance(given, dict):
        if reader.default is None:
            raise PresetError(key, 'a number without a source: write { value = ..., source = "..." }')
        given = {"value": given}
    return _entry(reader, given, key, unit)


def _fact(reader: _Reader, given: Any, key: str) -> Any:
    if isinstance(given, dict):
        return _entry(reader, given, key, None)
    return tuple(given) if isinstance(given, list) else _plain(given)


def _entry(reader: _Reader, entry: dict[str, Any], key: str, unit: str | None) -> Any:
    _refuse_unknown(entry, _ENTRY_KEYS, key)
    if announced.is_derived(entry):
        return _of_another(reader, entry, key, unit)
    if "value" not in entry:
        raise PresetError(key, "value is missing")
    reader.sources[key] = _reference(reader, entry, key)
    if "alternatives" in entry:
        others = entry["alternatives"]
        if not isinstance(others, list) or not all(isinstance(o, str) for o in others):
            raise PresetError(key, "alternatives are a list of texts")
        reader.alternatives[key] = tuple(others)
    value = entry["value"]
    if isinstance(value, list):
        return tuple(_read(v, key, unit) for v in value)
    return _read(value, key, unit)


def _of_another(reader: _Reader, entry: dict[str, Any], key: str, unit: str | None) -> Any:
    """A number as a multiple of another chip's, or that chip's own in its place."""
    if reader.relative is None:
        raise PresetError(key, "a preset to which others refer gives its own numbers")
    try:
        found = announced.derived(entry, key, unit, reader.relative)
    except (ValueError, ExplorerError) as error:
        raise PresetError(key, str(error)) from None
    note = f"{found.note} {entry.get('note', '')}".strip()
    reader.sources[key] = _reference(reader, {"kind": found.kind, **entry, "note": note}, key)
    if "as" in entry:
        reader.stand_ins.append(key)
    reader.low.update({key: found.low} if found.low is not None else {})
    reader.high.update({key: found.high} if found.high is not None else {})
    return found.value


def _read(value: Any, key: str, unit: str | None) -> Any:
    if unit is None or not isinstance(value, str):
        return value
    try:
        # Prefix times number leaves noise in the last bit (15 us is not quite 1.5e-5 s): keep what was written.
        return float(f"{parse_quantity(value, unit):.15g}")
    except UnitError as error:
        raise PresetError(key, str(error)) from None


def _reference(reader: _Reader, entry: dict[str, Any], key: str) -> Source:
    """One `Source` for a number: the first named entry, further ones joined to its ``ref``; kind and note its own."""
    named = entry.get("source", reader.default)
    names = [named] if isinstance(named, str) else named
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        raise PresetError(key, 'source is missing: name an entry of [sources], such as source = "T2"')
    for name in names:
        if name not in reader.known:
            hint = nearest(name, reader.known) or f" (known: {', '.join(reader.known)})"
            raise PresetError(key, f"unknown source {name[:40]!r}{hint}")
    found = [reader.known[n] for n in names]
    values = {**found[0], "ref": "; ".join(dict.fromkeys(f["ref"] for f in found))}
    values |= {n: entry[n] for n in ("kind", "note") if n in entry}
    return _source_of(values, key)


def _spec_inside(annotation: Any) -> type[Spec] | None:
    """The spec of ``Spec``, ``Spec | None`` or ``tuple[Spec, ...]``."""
    parts = typing.get_args(annotation) if typing.get_origin(annotation) in (tuple, typing.Union, types.UnionType) else (annotation,)
    return next((part for part in parts if isinstance(part, type) and issubclass(part, Spec)), None)


def is_numeric(annotation: Any) -> bool:
    """Whether a field holds numbers: int, float, an optional or annotated one, or a tuple of them (bool is none)."""
    if annotation in (int, float):
        return True
    if typing.get_origin(annotation) in (typing.Annotated, typing.Union, types.UnionType, tuple):
        return any(is_numeric(part) for part in typing.get_args(annotation) if isinstance(part, type) or typing.get_origin(part))
    return False
