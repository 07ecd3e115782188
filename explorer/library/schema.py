"""Preset files described to people and to editors: what each field means, JSON Schema, and a file to fill in."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from explorer import paths
from explorer.library.sourced import is_numeric, unit_of
from explorer.library.text_files import read_text
from explorer.library.toml_presets import parse_toml
from explorer.specs import Source, Spec

_APART = ("sources", "alternatives", "source")
_KINDS = list(typing.get_args(Source.model_fields["kind"].annotation))
_TEXT: dict[str, Any] = {"type": "string"}
_DEFINITIONS: dict[str, Any] = {
    "entry": {
        "type": "object",
        "description": "A value with its source. times and of, or as, refer to another preset instead of giving one.",
        "properties": {
            "value": {"type": ["number", "string", "boolean", "array"]},
            "source": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}], "description": "One entry of [sources], or several."},
            "kind": {"enum": _KINDS}, "note": _TEXT, "alternatives": {"type": "array", "items": _TEXT},
            "times": {"type": "number"}, "of": _TEXT, "at_least": {"type": "boolean"}, "as": _TEXT,
        },
        "additionalProperties": False,
    },
    "reference": {
        "type": "object",
        "properties": {"ref": _TEXT, "url": _TEXT, "kind": {"enum": _KINDS}, "checked": {}, "note": _TEXT},
        "required": ["ref", "kind"],
        "additionalProperties": False,
    },
}  # fmt: skip
_ENTRY = {"$ref": "#/definitions/entry"}


@cache
def field_help() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Help and example of each field, by kind of preset and dotted path."""
    path = paths.presets() / "schema" / "fields.toml"
    return parse_toml(read_text(path, "the help of fields"), path.name)


def help_of(kind: type[Spec], key: str) -> Mapping[str, str]:
    """What is said about one field."""
    return field_help().get(kind.__name__.lower(), {}).get(key, {})


def schema(kind: type[Spec]) -> dict[str, Any]:
    """JSON Schema (draft 7) of a preset file of this kind."""
    title = f"{kind.__name__} preset of Chip Architecture Explorer"
    found = {"$schema": "http://json-schema.org/draft-07/schema#", "title": title, **_object(kind, kind, "")}
    found["properties"] |= {
        "default_source": {**_TEXT, "description": "The entry of [sources] that speaks for every number without one."},
        "sources": {"type": "object", "additionalProperties": {"$ref": "#/definitions/reference"}},
    }
    return {**found, "definitions": _DEFINITIONS}


def _object(root: type[Spec], kind: type[Spec], prefix: str) -> dict[str, Any]:
    fields = {n: f for n, f in kind.model_fields.items() if n not in _APART}
    return {
        "type": "object",
        "properties": {n: _field(root, n, f, f"{prefix}{n}") for n, f in fields.items()},
        "required": [n for n, f in fields.items() if f.is_required()],
        "additionalProperties": False,
    }


def _field(root: type[Spec], name: str, about: FieldInfo, key: str) -> dict[str, Any]:
    return {"description": described(root, name, key), **_shape(root, about.annotation, about.metadata, key)}


def described(root: type[Spec], name: str, key: str) -> str:
    """Help, unit and example of a field in one line."""
    said, unit = help_of(root, key), unit_of(name)
    words = said.get("help", name.replace("_", " "))
    words += f" [{unit}]" if unit not in ("1", "") and unit not in words else ""
    return f"{words} Such as {said['example']}." if "example" in said else words


def _shape(root: type[Spec], annotation: Any, metadata: list[Any], key: str) -> dict[str, Any]:
    inner, parts = spec_inside(annotation), _parts(annotation)
    if typing.get_origin(annotation) is tuple and inner is not None:
        return {"type": "array", "items": _object(root, inner, f"{key}.")}
    if inner is not None:
        return _object(root, inner, f"{key}.")
    if typing.get_origin(annotation) is dict:
        return {"type": "object", "additionalProperties": {"anyOf": [{"type": "number"}, _TEXT, _ENTRY]}}
    if typing.get_origin(annotation) is tuple:
        item = {"type": ["number", "string"]} if is_numeric(annotation) else _TEXT
        return {"anyOf": [{"type": "array", "items": item}, _ENTRY]}
    if is_numeric(annotation):
        return {"anyOf": [{"type": "number", **_bounds(annotation, metadata)}, _TEXT, _ENTRY]}
    if typing.get_origin(annotation) is Literal:
        return {"anyOf": [{"enum": list(typing.get_args(annotation))}, _ENTRY]}
    return {"anyOf": [{"type": "boolean"} if bool in parts else _text(annotation, metadata), _ENTRY]}


def _text(annotation: Any, metadata: list[Any]) -> dict[str, Any]:
    """A text with the pattern of an id, where it has one."""
    every = [*metadata, *(m for part in (annotation, *_parts(annotation)) for m in getattr(part, "__metadata__", ()))]
    infos = [m for m in every if isinstance(m, FieldInfo)]
    patterns = [getattr(m, "pattern", None) for m in (*every, *(inner for info in infos for inner in info.metadata))]
    found = next((p for p in patterns if p and p.startswith("^[a-z")), None)
    return {"type": "string", "pattern": found} if found else dict(_TEXT)


def _bounds(annotation: Any, metadata: list[Any]) -> dict[str, float]:
    """The ends of a number's range. They hold for bare numbers, which are in base units."""
    found: dict[str, float] = {}
    every = [*metadata, *(m for part in _parts(annotation) for m in getattr(part, "__metadata__", ()))]
    for entry in (*every, *(inner for m in every if isinstance(m, FieldInfo) for inner in m.metadata)):
        if isinstance(entry, Ge):
            found["minimum"] = typing.cast(float, entry.ge)
        elif isinstance(entry, Gt):
            found["exclusiveMinimum"] = typing.cast(float, entry.gt)
        elif isinstance(entry, Le):
            found["maximum"] = typing.cast(float, entry.le)
    return found


def _parts(annotation: Any) -> tuple[Any, ...]:
    union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    return typing.get_args(annotation) if union else (annotation,)


def spec_inside(annotation: Any) -> type[Spec] | None:
    """The spec of ``Spec``, ``Spec | None`` or ``tuple[Spec, ...]``."""
    parts = typing.get_args(annotation) if typing.get_origin(annotation) is tuple else _parts(annotation)
    return next((part for part in parts if isinstance(part, type) and issubclass(part, Spec)), None)
