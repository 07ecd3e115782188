"""One config.json key by key: what the file says, what its class takes where it says nothing, and a note of which was which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.errors import ExplorerError, nearest
from explorer.library.model_table import Architecture
from explorer.specs import Source

MOST = 10_000_000
_CORE = ("layers", "hidden", "heads", "vocab")


@dataclass
class ConfigReader:
    """Takes numbers from ``data`` and remembers where each came from. ``nested``: a wrapped text model, whose file may
    leave out whatever its class says anyway; any other must give its dimensions."""

    where: str
    name: str
    data: Mapping[str, Any]
    of: Architecture
    class_source: Source
    nested: bool = False
    sources: dict[str, Source] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)

    def fail(self, message: str) -> ExplorerError:
        """An error in one line that names the file."""
        return ExplorerError(f"{self.where}: {message}")

    def told(self, spec_key: str, key: str) -> None:
        """``spec_key`` stands in the file under ``key``."""
        self.sources[spec_key] = Source(kind="vendor doc", ref=f"config.json of {self.name}", note=f"Its {key}.")

    def derived(self, spec_key: str, value: object, why: str) -> None:
        """``spec_key`` follows from other keys."""
        self.sources[spec_key] = Source(kind="derived", ref=f"config.json of {self.name}", note=f"{why}.")
        self.assumed.append(f"{spec_key} {_text(value)}: {why}")

    def default(self, spec_key: str, key: str, value: object) -> None:
        """``spec_key`` is the class's own, as ``key`` is not in the file."""
        noted = f" {self.of.note}" if self.of.note else ""
        self.sources[spec_key] = self.class_source.replace(note=f"The file has no {key}: the default of {self.of.type}.{noted}")
        self.assumed.append(f"{spec_key} {_text(value)}: the file has no {key}, this is the default of {self.of.type}")

    def whole(self, key: str, least: int = 1) -> int | None:
        """The whole number under ``key``; None where it is missing or null. Raises `ExplorerError` for anything else."""
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST:
            raise self.fail(f"{key} is {_shown(value)}, not a whole number from {least} to {MOST:,}")
        return value

    def flag(self, key: str) -> bool | None:
        """The true or false under ``key``; None where it is missing or null."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.fail(f"{key} is {_shown(value)}, not true or false")
        return value

    def listed(self, key: str, kind: type, length: int) -> list[Any] | None:
        """The list of ``length`` entries under ``key``, one a layer; None where it is missing or null."""
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(v, kind) for v in value):
            raise self.fail(f"{key} is not a list of {'numbers' if kind is int else 'words'}")
        if len(value) < length:
            raise self.fail(f"{key} has {len(value)} entries for {length} layers")
        return value[:length]

    def keys(self, role: str) -> tuple[str, ...]:
        """The keys under which ``role`` may stand."""
        return self.of.keys.get(role, ())

    def present(self, role: str) -> str | None:
        """The key under which the file gives ``role``, if it does."""
        return next((key for key in self.keys(role) if self.data.get(key) is not None), None)

    def count(self, role: str, spec_key: str = "", least: int = 1, label: str = "") -> int | None:
        """A number by its role: from the file, else the class's default, else None. ``label``: what it is, where ``spec_key`` follows from it."""
        spec_key = spec_key or role
        key = self.present(role)
        if key is not None:
            value = self.whole(key, least)
            assert value is not None
            self.told(spec_key, key)
            self.read.append(f"{label or spec_key} {value:,} ({key})")
            return value
        found = next(((k, self.of.defaults[k]) for k in self.keys(role) if k in self.of.defaults), None)
        if found is None or (role in _CORE and not self.nested):
            return None
        if any(k in self.data for k in self.keys(role)):
            return None  # the file says null: none, rather than the default
        self.default(spec_key, *found)
        return int(found[1])

    def need(self, role: str, spec_key: str = "") -> int:
        """As `count`, where there must be one. Raises `ExplorerError` that names the key."""
        value = self.count(role, spec_key)
        if value is None:
            key = next((k for k in self.keys(role) if k in self.of.defaults), (self.keys(role) or (role,))[0])
            others = {k for known in self.of.keys.values() for k in known}
            raise self.fail(f"{key} is missing{nearest(key, [k for k in self.data if k not in others][:500])}")
        return value

    def choice(self, key: str, spec_key: str) -> bool:
        """True or false under ``key``, or the class's default. Raises `ExplorerError` where there is neither."""
        value = self.flag(key)
        if value is not None:
            self.told(spec_key, key)
            return value
        if key not in self.of.defaults:
            raise self.fail(f"{key} is missing")
        self.default(spec_key, key, bool(self.of.defaults[key]))
        return bool(self.of.defaults[key])


def _text(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value).casefold()


def _shown(value: object) -> str:
    """A value as a few plain characters, whatever it is: a number of 4,000 digits cannot even be written."""
    if isinstance(value, dict | list):
        return f"a {'table' if isinstance(value, dict) else 'list'}"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**18:
        return "a huge number"
    return repr(value if not isinstance(value, str) else "".join(c if c.isprintable() else "?" for c in value[:40]))
