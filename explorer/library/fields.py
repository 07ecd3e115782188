"""Every field of a chip, fabric or workload as a row: where it stands, what it is called, in which unit, which way is better."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from explorer.knobs import KNOBS
from explorer.library.sourced import unit_of
from explorer.specs import FORMATS, Spec, source_key

RowKind = Literal["number", "count", "numbers", "choice", "switch", "text"]
APART = ("id", "sources", "alternatives", "based_on", "fabrics", "stand_ins", "announced")
# Group, label and better direction (1: more, -1: less) by the field's name; others go by their name, in words.
_SAID: Mapping[str, tuple[str, str, int]] = {
    "name": ("About", "Name", 0), "vendor": ("About", "Vendor", 0), "family": ("About", "Family", 0),
    "released": ("About", "Released", 0), "published_params": ("About", "Published parameters", 0),
    "peak_bf16_flop_per_s": ("Compute", "", 1), "peak_fp8_flop_per_s": ("Compute", "", 1), "peak_mxfp8_flop_per_s": ("Compute", "", 1),
    "peak_fp4_flop_per_s": ("Compute", "", 1), "peak_fp32_flop_per_s": ("Compute", "", 1),
    "vector_flop_per_s": ("Compute", "Vector units", 1), "array_fraction": ("Compute", "Array share", 1),
    "sparse_flop_per_s": ("Compute", "Sparse peak", 1), "cores": ("Compute", "Cores", 0), "matmul_tile": ("Compute", "Matmul tile", 0),
    "hbm_bytes": ("Memory", "", 1), "hbm_bytes_per_s": ("Memory", "", 1), "reserve_bytes": ("Memory", "Reserve", -1),
    "reserve_fraction": ("Memory", "Reserve, share", -1), "sram_bytes": ("SRAM", "", 1), "sram_bytes_per_s": ("SRAM", "", 1),
    "sram_scope": ("SRAM", "Scope", 0), "sram_parts": ("SRAM", "", 0), "host_bytes_per_s": ("Host and power", "", 1),
    "tdp_w": ("Host and power", "", -1), "offers": ("Prices", "", -1),
    "at_least": ("Announced", "At least", 0), "at_most": ("Announced", "At most", 0),
    "in_network_reduction": ("Scale-up", "Reduces in the switch", 0), "axes": ("Scale-up", "Axes", 0),
    "axis_share": ("Scale-up", "Share of each axis", 0), "domain": ("Scale-up", "", 0),
    "link_bytes_per_s_per_direction": ("Scale-up", "Rate, one way", 1), "link_latency_s": ("Scale-up", "Latency", -1),
    "bytes_per_s_per_direction": ("Scale-out", "Rate, one way", 1), "latency_s": ("Scale-out", "Latency", -1),
    "radix": ("Scale-out", "Switch radix", 0), "oversubscription": ("Scale-out", "Oversubscription", -1),
    "tier_latency_s": ("Scale-out", "Latency of a tier", -1),
    "hidden": ("Layers", "Hidden size", 0), "heads": ("Layers", "Query heads", 0), "kv_heads": ("Layers", "KV heads", 0), "head_dim": ("Layers", "Head size", 0), "ffn": ("Layers", "Feed-forward width", 0),
    "ffn_gated": ("Layers", "Gated feed-forward", 0), "vocab": ("Layers", "Vocabulary", 0), "max_context": ("Layers", "Longest context", 0),
    "tied_embeddings": ("Layers", "Tied embeddings", 0), "positions": ("Layers", "Learned positions", 0),
    "streams": ("Layers", "Streams", 0), "modulation": ("Layers", "Modulation matrices", 0), "input_width": ("Layers", "Input width", 0),
}  # fmt: skip
_GROUPS = {"experts": "Experts", "latent": "Latent attention", "window": "Window", "scale_up": "Scale-up", "scale_out": "Scale-out"}
_WORDS = {"kv": "KV", "dim": "size", "count": "number", "usd": "USD"}
# Said by the label of a part, or by its source.
_UNSAID = {"offers": ("kind", "instance", "date", "source"), "sram_parts": ("name",)}
_UNPUBLISHED = ("chip.vector_flop_per_s", "workload.published_params")
GROUPS = (
    "About", "Compute", "Memory", "SRAM", "Host and power", "Prices", "Announced", "Scale-up", "Scale-out", "Layers", "Experts",
    "Latent attention", "Window", "More",
)  # fmt: skip
_KNOBS = {k.key: k for k in KNOBS}
# Fields of parts that a workload may lack say by themselves whose they are.
_OF_PARTS = ("experts", "latent", "window")


@dataclass(frozen=True)
class Row:
    """One field. ``path`` begins with chip, fabric, workload or offer; ``key`` is the same wherever products have the same field.

    ``part_of``: the path of the part, such as experts, that a spec may lack and that this field belongs to.
    """

    path: str
    key: str
    label: str
    group: str
    unit: str
    kind: RowKind
    better: int = 0
    words: tuple[str, ...] = ()
    optional: bool = False
    part_of: str = ""

    @property
    def missing(self) -> str:
        """What stands where there is no value."""
        if self.path in _KNOBS:
            return _KNOBS[self.path].missing_text
        return "not published" if self.path in _UNPUBLISHED else "none"

    @property
    def fact(self) -> bool:
        """Whether this is a name or a date, which no model reads."""
        return self.kind == "text"


def rows_of(root: str, spec: Spec) -> tuple[Row, ...]:
    """The rows of a chip, fabric, workload or offer, group by group; numbers that nobody has published are among them."""
    found = tuple(_rows(type(spec), spec, root, root, spec))
    groups = {g: i for i, g in enumerate((*GROUPS, *dict.fromkeys(r.group for r in found if r.group not in GROUPS)))}
    return tuple(sorted(found, key=lambda row: groups[row.group]))


def _rows(kind: type[Spec], spec: Spec | None, path: str, key: str, whole: Spec, part_of: str = "") -> Iterator[Row]:
    for name in kind.model_fields:
        if name in APART or name in _UNSAID.get(key.split(".")[1] if "." in key else "", ()):
            continue
        value, shape = getattr(spec, name) if spec is not None else None, _shape(kind, name)
        here, there = f"{path}.{name}", f"{key}.{name}"
        if shape.inner is not None and shape.many:
            for i, part in enumerate(value or ()):
                yield from _rows(shape.inner, part, f"{here}.{i}", f"{there}.{_called(part, value or ())}", whole)
        elif shape.inner is not None:
            yield from _rows(shape.inner, value, here, there, whole, here if shape.optional else "")
        elif shape.table:
            entries = dict.fromkeys((*(value or {}), *(_formats(whole) if name in ("array_fraction", "sparse_flop_per_s") else ())))
            for entry in entries:
                row = _row(f"{here}.{entry}", f"{there}.{entry}", name, shape)
                yield replace(row, optional=True, unit=unit_of(name if unit_of(name) != "1" else entry))
        else:
            yield replace(_row(here, there, name, shape), part_of=part_of)


def _called(part: Any, beside: tuple[Any, ...]) -> str:
    """A part by its name; an offer by its kind, and all but the first of a kind by their machine too."""
    if hasattr(part, "name"):
        return str(part.name)
    first = next(other for other in beside if other.kind == part.kind)
    return str(part.kind) if part is first else f"{part.kind} {part.instance}".strip()


def _entry(entry: str) -> str:
    return FORMATS[entry].label if entry in FORMATS else label_of(f"chip.{entry}")


def _formats(chip: Spec) -> list[str]:
    return [name for name in FORMATS if getattr(chip, f"peak_{name}_flop_per_s", None) is not None]


def _row(path: str, key: str, name: str, shape: _Shape) -> Row:
    group, _, better = _SAID.get(name, ("", "", 0))
    parts = key.split(".")
    if len(parts) > 2 and parts[1] in _GROUPS:
        group = _GROUPS[parts[1]]
    if len(parts) > 2 and parts[1] in ("offers", "sram_parts"):
        group, _, better = _SAID[parts[1]]
        better = better if shape.kind == "number" else 0
    return Row(path, key, label_of(key), group or _usual(parts[0]), unit_of(name), shape.kind, better, shape.words, shape.optional)


def _usual(root: str) -> str:
    return {"workload": "Layers", "fabric": "Scale-up", "offer": "Prices"}.get(root, "More")


def label_of(key: str) -> str:
    """What the field at a path is called: the knob's label where it is a knob, else a name of its own."""
    if key in _KNOBS:
        return _KNOBS[key].label
    parts = key.split(".")
    if len(parts) > 3 and parts[1] in ("offers", "sram_parts"):
        name = ".".join(parts[2:-1])
        return {"usd_per_chip_h": f"Price, {name}", "bytes": f"Size of {name}"}.get(parts[-1], f"{_words(parts[-1])} of {name}")
    for part in (parts[-1], *parts[-2:-1]):
        if part in _SAID and _SAID[part][1]:
            entry = f", {_entry(parts[-1])}" if part != parts[-1] else ""
            return f"{_SAID[part][1]}{entry}"
    return f"{_words(parts[1])}: {_lower(_words(parts[-1]))}" if len(parts) > 2 and parts[1] in _OF_PARTS else _words(parts[-1])


def _lower(text: str) -> str:
    return text if text[:2].isupper() else f"{text[:1].lower()}{text[1:]}"


def _words(name: str) -> str:
    words = [_WORDS.get(w, w) for w in name.removesuffix("_flop_per_s").removesuffix("_bytes").split("_")]
    text = " ".join(words)
    return f"{text[:1].upper()}{text[1:]}"


@dataclass(frozen=True)
class _Shape:
    """What a field holds: plain values, a table of numbers, or specs of its own."""

    kind: RowKind
    words: tuple[str, ...] = ()
    optional: bool = False
    inner: type[Spec] | None = None
    many: bool = False
    table: bool = False


@cache
def _shape(kind: type[Spec], name: str) -> _Shape:
    annotation = kind.model_fields[name].annotation
    optional = type(None) in typing.get_args(annotation)
    for part in _flat(annotation):
        origin, arguments = typing.get_origin(part), typing.get_args(part)
        if isinstance(part, type) and origin is None and issubclass(part, Spec):
            return _Shape("text", optional=optional, inner=part)
        if origin is tuple:
            inside = next(iter(_flat(arguments[0])))
            many = isinstance(inside, type) and issubclass(inside, Spec)
            return _Shape("text" if many or inside is str else "numbers", optional=optional, inner=inside if many else None, many=many)
        if origin is dict:
            return _Shape("number", table=True)
        if origin is Literal:
            return _Shape("choice", tuple(str(a) for a in arguments), optional)
        if part in _PLAIN:
            return _Shape(_PLAIN[part], optional=optional)
    return _Shape("text")


_PLAIN: dict[Any, RowKind] = {bool: "switch", int: "count", float: "number", str: "text"}


def _flat(annotation: Any) -> Iterator[Any]:
    """The types of an optional or annotated one, without None."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _flat(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            yield from _flat(part)
    elif annotation is not type(None):
        yield annotation


def source_of(spec: Spec, path: str) -> Any:
    """The source of the field at ``path`` inside ``spec`` (without chip, fabric ...), if there is one."""
    own: Any = spec
    for part in path.split(".")[:-1]:
        own = own[int(part)] if isinstance(own, tuple) else own.get(part) if isinstance(own, dict) else getattr(own, part, None)
    found = getattr(spec, "sources", {}).get(source_key(spec, path))
    return found if found is not None else getattr(own, "source", None)


__all__ = ["APART", "Row", "label_of", "rows_of", "source_of"]
