"""The one door for what a user changes in chip, fabric, workload and offer: what it was is kept, and whose number it is now."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from typing import Any

from explorer.specs.base import Spec, SpecError, build
from explorer.specs.chip import Offer
from explorer.specs.source import Source
from explorer.specs.study import Scenario, Was, set_path

OWN = Source(kind="user", ref="Entered by you")
PARTS = ("chip", "fabric", "workload")
PRICE = "offer.usd_per_chip_h"
_OF_AN_OFFER = ("kind", "instance", "date")
Say = Callable[[str, Any], str]
_MOST_KEPT = 64
_kept: dict[tuple[int, ...], tuple[tuple[Any, tuple[Was, ...]], Any]] = {}  # with what the ids in the key are of


def value_at(spec: Any, path: str) -> Any:
    """The value at a dotted ``path``, in which a part may be a key of a table or a place in a list. None where nothing is there."""
    for part in path.split("."):
        if isinstance(spec, Spec):
            if part not in type(spec).model_fields:
                raise SpecError(f"no field {path!r}")
            spec = getattr(spec, part)
        elif isinstance(spec, Mapping):
            spec = spec.get(part)
        elif isinstance(spec, tuple):
            spec = spec[int(part)] if part.isdigit() and int(part) < len(spec) else None
        if spec is None:
            return None
    return spec


def source_key(spec: Any, path: str) -> str:
    """The key in ``sources`` for a path inside a chip, fabric or workload: lists of named parts go by their names."""
    parts, at = [], spec
    for part in path.split("."):
        inside = value_at(at, part)
        parts.append(inside.name if isinstance(at, tuple) and hasattr(inside, "name") else part)
        at = inside
    return ".".join(parts)


def exchanged(spec: Any, changes: Mapping[str, Any]) -> Any:
    """A validated copy of a spec with values at dotted paths exchanged, all at once. Raises `SpecError`.

    A part that a spec may lack (``experts``) goes when one of its values becomes None, and comes when all are given.
    """
    grouped: dict[str, dict[str, Any]] = {}
    for path, value in changes.items():
        head, _, rest = path.partition(".")
        grouped.setdefault(head, {})[rest] = value
    made = {head: inner[""] if "" in inner else _inside(spec, head, inner) for head, inner in grouped.items()}
    if isinstance(spec, Spec):
        unknown = [head for head in made if head not in type(spec).model_fields]
        if unknown:
            raise SpecError(f"no field {unknown[0]!r}")
        return spec.replace(**made)
    if isinstance(spec, Mapping):
        return {key: value for key, value in {**spec, **made}.items() if value is not None}
    return tuple(made.get(str(i), value) for i, value in enumerate(spec))


def _inside(spec: Any, head: str, changes: Mapping[str, Any]) -> Any:
    part = value_at(spec, head)
    kind = _may_lack(spec, head)
    if kind is not None and None in changes.values():
        return None
    if kind is not None and part is None:
        return build(kind, dict(changes), head)
    if part is None:
        raise SpecError(f"no field {head!r}")
    return exchanged(part, changes)


def _may_lack(spec: Any, head: str) -> type[Spec] | None:
    """The kind of an optional part; None for all other fields."""
    if not isinstance(spec, Spec) or head not in type(spec).model_fields:
        return None
    found = typing.get_args(type(spec).model_fields[head].annotation)
    kinds = [k for k in found if isinstance(k, type) and issubclass(k, Spec)]
    return kinds[0] if kinds and type(None) in found else None


def _plain(_path: str, value: Any) -> str:
    return str(value)


def set_by_hand(scenario: Scenario, changes: Mapping[str, Any], say: Say = _plain) -> Scenario:
    """``scenario`` after its user set values at dotted paths, validated. Raises `SpecError`.

    In chip, fabric, workload and offer the first change of a number keeps what it was and where that came from in ``was``, and
    the number's source becomes the user; a change back to what it was leaves no trace. ``say`` writes a value as people do.
    """
    was, parts = dict(scenario.was), {}
    for root in dict.fromkeys(path.partition(".")[0] for path in changes):
        inner = {path.partition(".")[2]: value for path, value in changes.items() if path.startswith(f"{root}.")}
        if root in PARTS:
            parts[root] = _part(scenario, root, inner, was, say)
        elif PRICE in changes and root == "offer":
            parts[root] = _priced(scenario, changes[PRICE], was, say)
        else:
            for path, value in inner.items() or {root: changes.get(root)}.items():
                scenario = set_path(scenario, f"{root}.{path}" if inner else root, value)
    return scenario.replace(**parts, was=was) if parts else scenario


def _part(scenario: Scenario, root: str, changes: Mapping[str, Any], was: dict[str, Was], say: Say) -> Any:
    """The changed chip, fabric or workload; ``was`` is brought up to date."""
    part = getattr(scenario, root)
    sources: dict[str, Source | None] = dict(part.sources)
    own: dict[str, Source | None] = {}  # parts that hold their source themselves, such as offers
    for path, value in changes.items():
        full, known, old = f"{root}.{path}", was.get(f"{root}.{path}"), value_at(part, path)
        key, kept = _where(part, path, sources, own)
        if known is None and old != value:
            was[full] = known = Was(value=old, source=kept.get(key))
            kept[key] = _yours(known, full, say)
        elif known is not None and known.value == value:
            kept[key] = was.pop(full).source
    listed = {key: source for key, source in sources.items() if source is not None}
    return exchanged(part, {**changes, **{key: source for key, source in own.items() if source}, "sources": listed})


def _where(part: Spec, path: str, sources: dict[str, Source | None], own: dict[str, Source | None]) -> tuple[str, dict[str, Source | None]]:
    """Under which key, and in which of the two tables, the source of the value at ``path`` stands."""
    if "." not in path:
        return path, sources
    holder, key = path.rpartition(".")[0], f"{path.rpartition('.')[0]}.source"
    held = value_at(part, holder)
    if "source" not in getattr(type(held), "model_fields", ()):
        return source_key(part, path), sources
    own.setdefault(key, held.source)
    return key, own


def _yours(was: Was, path: str, say: Say) -> Source:
    """Entered by you, with a note that tells what it was."""
    old = "not published" if was.value is None else say(path, was.value)
    said = f": {was.source.ref} ({was.source.kind})" if was.source is not None else ""
    return OWN.replace(note=f"Was {old}{said}"[:2000])


def _priced(scenario: Scenario, price: float | None, was: dict[str, Was], say: Say) -> Offer | None:
    """The offer at another price, which is an assumed one; at its old price it is the old offer again."""
    old, known = scenario.offer, was.get(PRICE)
    if known is None and price == (old.usd_per_chip_h if old else None):
        return old
    if known is None:
        was[PRICE] = known = Was(value=old.usd_per_chip_h if old else None, source=old.source if old else None)
        was.update({f"offer.{name}": Was(value=getattr(old, name)) for name in _OF_AN_OFFER if old is not None})
    elif known.value == price:
        back = {name: was.pop(f"offer.{name}").value for name in _OF_AN_OFFER if f"offer.{name}" in was}
        del was[PRICE]
        return None if price is None else build(Offer, {**back, "usd_per_chip_h": price, "source": known.source or OWN})
    return None if price is None else build(Offer, {"kind": "assumed", "usd_per_chip_h": price, "source": _yours(known, PRICE, say)}, "offer")


def as_it_was(scenario: Scenario) -> Scenario:
    """``scenario`` without anything that its user changed in chip, fabric, workload and offer."""
    if not scenario.was:
        return scenario
    parts: dict[str, Any] = {root: _part_as_it_was(scenario, root) for root in PARTS}
    if PRICE in scenario.was:
        parts["offer"] = without(scenario, (PRICE,)).offer
    return scenario.replace(**parts, was={})


def _part_as_it_was(scenario: Scenario, root: str) -> Any:
    """The chip, fabric or workload before its user's changes. Kept, for while one part is dragged the others stand still."""
    part, was = getattr(scenario, root), {p: w for p, w in scenario.was.items() if p.startswith(f"{root}.")}
    if not was:
        return part
    key = (id(part), *(id(w) for w in was.values()))
    found = _kept.get(key)
    if found is None:
        while len(_kept) >= _MOST_KEPT:
            del _kept[next(iter(_kept))]
        back = {path.partition(".")[2]: w.value for path, w in was.items()}
        found = _kept[key] = (part, tuple(was.values())), _part(scenario, root, back, was, _plain)
    return found[1]


def without(scenario: Scenario, paths: tuple[str, ...]) -> Scenario:
    """``scenario`` with some of its user's changes taken back."""
    back = {path: scenario.was[path].value for path in paths if path in scenario.was and (path == PRICE or not path.startswith("offer."))}
    return set_by_hand(scenario, back) if back else scenario


def taken(scenario: Scenario, **parts: Any) -> Scenario:
    """``scenario`` with another chip, fabric, workload or offer, as it comes: what was changed in the old one is forgotten."""
    was = {path: found for path, found in scenario.was.items() if path.partition(".")[0] not in parts}
    return scenario.replace(**parts, was=was)


__all__ = ["OWN", "PARTS", "PRICE", "as_it_was", "exchanged", "set_by_hand", "source_key", "taken", "value_at", "without"]
