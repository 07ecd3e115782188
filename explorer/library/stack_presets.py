"""What training stacks and serving engines lose beside kernels, links and bubbles: one constant each, fitted to whole steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from explorer.errors import ExplorerError
from explorer.library.text_files import read_text
from explorer.library.toml_presets import parse_toml
from explorer.specs import Calibration, Source, SpecError, build
from explorer.units import parse_quantity

DEFAULT = "default"

_OVERLAPS = ("tp_overlap_fraction", "ep_overlap_fraction")
_AMOUNTS = {"reserve_bytes": ("stack_reserve_bytes", "B"), "expert_launch": ("expert_launch_s", "s")}


@dataclass(frozen=True)
class Stack:
    """The speed of a stack against kernels, links and bubbles alone, in (0, 1], and where it comes from; ``experts``: that of
    models with experts, None where it is the same. ``traits``: what it does beside the usual; ``like``: the stack whose speed it takes."""

    fraction: float
    source: Source
    experts: float | None = None
    traits: Mapping[str, float] = field(default_factory=dict)
    trait_sources: Mapping[str, Source] = field(default_factory=dict)
    like: str = ""


def read_stacks(path: Path, *traits: Path) -> Mapping[str, Stack]:
    """The stacks in a file, ``default`` among them, with their ``traits``; none without the file. Raises `ExplorerError`."""
    if not path.is_file():
        return MappingProxyType({})
    where = f"{path.parent.name}/{path.name}"
    stacks = {name: _stack(entry, f"{where}: {name}") for name, entry in parse_toml(read_text(path, "stacks"), where).items()}
    if DEFAULT not in stacks:
        raise ExplorerError(f"{where}: no entry {DEFAULT!r}")
    for file in traits:
        stacks = _with_traits(stacks, file)
    return MappingProxyType(stacks)


def read_likes(path: Path) -> Mapping[str, str]:
    """The stacks in a file of traits that take the speed of another, and which. Raises `ExplorerError`."""
    table = parse_toml(read_text(path, "traits of stacks"), f"{path.parent.name}/{path.name}") if path.is_file() else {}
    return {name: str(entry["like"]) for name, entry in table.items() if isinstance(entry, dict) and "like" in entry}


def _with_traits(stacks: dict[str, Stack], path: Path) -> dict[str, Stack]:
    """The stacks with what a file says that they do beside the usual."""
    if not path.is_file():
        return stacks
    where = f"{path.parent.name}/{path.name}"
    for name, entry in parse_toml(read_text(path, "traits of stacks"), where).items():
        if not isinstance(entry, dict):
            raise ExplorerError(f"{where}: {name}: expected a table")
        traits, source = _traits(entry, f"{where}: {name}"), _source(entry, f"{where}: {name}")
        like = str(entry.get("like", ""))
        stack = stacks.get(like or name)
        if stack is not None:
            known, sources = {**stack.traits, **traits}, {**stack.trait_sources, **dict.fromkeys(traits, source)}
            stacks[name] = replace(stack, traits=known, trait_sources=sources, like=like or stack.like)
    return stacks


def _traits(entry: Mapping[str, object], where: str) -> Mapping[str, float]:
    """Fields of a calibration and their values. `build` checks them once they stand in one."""
    found: dict[str, float] = {}
    for name in _OVERLAPS:
        part = entry.get(name)
        if part is None:
            continue
        if not isinstance(part, float) or not 0 <= part <= 1:
            raise ExplorerError(f"{where}: {name}: expected a number from 0 to 1")
        found[name] = part
    for name, (field_name, unit) in _AMOUNTS.items():
        if name in entry:
            found[field_name] = parse_quantity(str(entry[name]), unit, low=0, high=1e15)
    if not found and "like" not in entry:
        raise ExplorerError(f"{where}: expected {', '.join((*_OVERLAPS, *_AMOUNTS))} or like")
    return MappingProxyType(found)


def _stack(entry: object, where: str) -> Stack:
    if not isinstance(entry, dict):
        raise ExplorerError(f"{where}: expected a table with a fraction above 0 and at most 1")
    value, experts = entry.get("fraction"), entry.get("experts")
    for number in (value, value if experts is None else experts):
        if not isinstance(number, float) or not 0 < number <= 1:
            raise ExplorerError(f"{where}: expected a table with a fraction above 0 and at most 1")
    assert isinstance(value, float)
    return Stack(value, _source(entry, where), experts)


def _source(entry: Mapping[str, object], where: str) -> Source:
    given = {name: entry[name] for name in ("kind", "ref", "url", "note") if name in entry}
    try:
        return build(Source, given)
    except SpecError as error:
        raise ExplorerError(f"{where}: {error}") from None


def under(calibration: Calibration, name: str, stack: Stack) -> Calibration:
    """The calibration of a chip that trains under a stack."""
    sources = calibration.sources | {"stack_fraction": stack.source}
    if stack.experts is not None:
        sources |= {"expert_stack_fraction": stack.source}
    sources |= stack.trait_sources
    return calibration.replace(
        stack=name, stack_fraction=stack.fraction, expert_stack_fraction=stack.experts, **stack.traits, sources=sources
    )


def served_by(calibration: Calibration, name: str, engine: Stack) -> Calibration:
    """The calibration of a chip that serves with an engine."""
    sources = calibration.sources | {"server_fraction": engine.source}
    return calibration.replace(server=name, server_fraction=engine.fraction, sources=sources)
