"""The difference between two pieces of JSON data, itself as JSON: what to set, what to drop, what to change further inside."""

from __future__ import annotations

from typing import Any


def difference(base: Any, wanted: Any) -> dict[str, Any]:
    """What makes ``wanted`` of ``base``, two tables; empty where they are the same. Lists are exchanged whole."""
    sets: dict[str, Any] = {}
    inner: dict[str, Any] = {}
    for key, value in wanted.items():
        if key in base and same(base[key], value):
            continue
        if key in base and isinstance(value, dict) and isinstance(base[key], dict):
            inner[key] = difference(base[key], value)
        else:
            sets[key] = value
    drops = [key for key in base if key not in wanted]
    return {k: v for k, v in (("+", sets), ("-", drops), ("~", inner)) if v}


def patched(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """``base`` with a `difference` applied, keys in the order of ``base``. Raises `ValueError` for one that does not fit."""
    if not set(change) <= {"+", "-", "~"}:
        raise ValueError("not a difference")
    found = {k: v for k, v in base.items() if k not in change.get("-", ())}
    found |= change.get("+", {})
    for key, inner in change.get("~", {}).items():
        if not isinstance(found.get(key), dict):
            raise ValueError("not a difference of this")
        found[key] = patched(found[key], inner)
    return found


def same(one: Any, other: Any) -> bool:
    """Equal in value and in type: 1, 1.0 and true are three things, and so are 0.0 and -0.0."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(v, other[k]) for k, v in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and repr(one) == repr(other)
