"""Changing a preset file without losing what its owner wrote around the numbers: comments, order and blank lines stay."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Item, Trivia

from explorer.errors import ExplorerError, unknown
from explorer.library.toml_presets import parse_toml

_MOST_LINES = 1000  # tomlkit takes its time
_NUMBER = "value"  # of a table such as { value = "96 GiB", source = "S" }


def with_value(text: str, key: str, value: str | float | int | bool, where: str = "the preset") -> str:
    """The TOML ``text`` with the value at a dotted ``key`` exchanged; a number's source and note stay as they are.

    Raises `ExplorerError` for a text that is no TOML, and for a key that it does not have.
    """
    document = _parsed(text, where)
    *parts, last = key.split(".")
    table: Any = document
    for part in parts:
        table = table.get(part) if isinstance(table, MutableMapping) else None
    if not isinstance(table, MutableMapping) or last not in table:
        raise ExplorerError(f"{where}: {unknown('key', key, list(table) if isinstance(table, MutableMapping) else [])}")
    held = table[last]
    if isinstance(held, MutableMapping):
        if _NUMBER not in held:
            raise ExplorerError(f"{where}: {key!r} is a table: name one of {', '.join(list(held)[:8])}")
        table, last = held, _NUMBER
    _put(table, last, value)
    return _checked(document, where)


def merged_text(text: str, wanted: str, where: str = "the preset") -> str:
    """``wanted``, written into ``text``: what is the same stays as it is written there, with the comments around it.

    Raises `ExplorerError` where either is no TOML, or the two cannot be brought together.
    """
    document, new = _parsed(text, where), parse_toml(wanted, where)
    try:
        _merge(document, new)
        merged = _checked(document, where)
    except TOMLKitError as error:
        raise ExplorerError(f"{where}: {error}") from None
    if parse_toml(merged, where) != new:
        raise ExplorerError(f"{where}: its layout cannot be kept")
    return merged


def _parsed(text: str, where: str) -> tomlkit.TOMLDocument:
    parse_toml(text, where)  # says what is wrong, in bounded time
    if text.count("\n") > _MOST_LINES:
        raise ExplorerError(f"{where}: more than {_MOST_LINES:,} lines: too long to keep its layout")
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, RecursionError, ValueError) as error:
        raise ExplorerError(f"{where}: {error}") from None


def _checked(document: tomlkit.TOMLDocument, where: str) -> str:
    text = tomlkit.dumps(document)
    parse_toml(text, where)
    return text


def _merge(old: MutableMapping[str, Any], new: Mapping[str, Any]) -> None:
    for key in [key for key in old if key not in new]:
        del old[key]
    for key, value in new.items():
        held = old.get(key)
        if isinstance(held, MutableMapping) and isinstance(value, Mapping):
            _merge(held, value)
        elif key not in old or _plain(held) != value:
            _put(old, key, value)


def _plain(held: Any) -> Any:
    return held.unwrap() if isinstance(held, Item) else held


def _put(table: MutableMapping[str, Any], key: str, value: Any) -> None:
    """Exchange a value; the comment behind it and the blanks before that stay."""
    trivia: Trivia | None = getattr(table.get(key), "trivia", None)
    item = tomlkit.item(value)
    if trivia is not None:
        item.trivia.indent, item.trivia.comment_ws = trivia.indent, trivia.comment_ws
        item.trivia.comment, item.trivia.trail = trivia.comment, trivia.trail
    table[key] = item


