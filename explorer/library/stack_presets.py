"""What training stacks and serving engines lose beside kernels, links and bubbles: one constant each, fitted to whole steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from explorer.errors import ExplorerError
from explorer.library.text_files import read_text
from explorer.library.toml_presets import parse_toml
from explorer.specs import Calibration, Source, SpecError, build

DEFAULT = "default"


@dataclass(frozen=True)
class Stack:
    """The speed of a stack against kernels, links and bubbles alone, in (0, 1], and where it comes from; ``experts``: that of
    models with experts, None where it is the same."""

    fraction: float
    source: Source
    experts: float | None = None
    tp_overlap: float | None = None
    trait: Source | None = None


def read_stacks(path: Path, traits: Path | None = None) -> Mapping[str, Stack]:
    """The stacks in a file, ``default`` among them, with their ``traits``; none without the file. Raises `ExplorerError`."""
    if not path.is_file():
        return MappingProxyType({})
    where = f"{path.parent.name}/{path.name}"
    stacks = {name: _stack(entry, f"{where}: {name}") for name, entry in parse_toml(read_text(path, "stacks"), where).items()}
    if DEFAULT not in stacks:
        raise ExplorerError(f"{where}: no entry {DEFAULT!r}")
    return MappingProxyType(stacks if traits is None else _with_traits(stacks, traits))


def _with_traits(stacks: dict[str, Stack], path: Path) -> dict[str, Stack]:
    """The stacks with what a file says that they do beside the usual."""
    if not path.is_file():
        return stacks
    where = f"{path.parent.name}/{path.name}"
    for name, entry in parse_toml(read_text(path, "traits of stacks"), where).items():
        value = entry.get("tp_overlap_fraction") if isinstance(entry, dict) else None
        if not isinstance(value, float) or not 0 <= value <= 1:
            raise ExplorerError(f"{where}: {name}: expected a table with a tp_overlap_fraction from 0 to 1")
        if name in stacks:
            stacks[name] = replace(stacks[name], tp_overlap=value, trait=_source(entry, f"{where}: {name}"))
    return stacks


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
    changed = {"stack": name, "stack_fraction": stack.fraction, "expert_stack_fraction": stack.experts}
    if stack.tp_overlap is not None and stack.trait is not None:
        changed["tp_overlap_fraction"] = stack.tp_overlap
        sources |= {"tp_overlap_fraction": stack.trait}
    return calibration.replace(**changed, sources=sources)


def served_by(calibration: Calibration, name: str, engine: Stack) -> Calibration:
    """The calibration of a chip that serves with an engine."""
    sources = calibration.sources | {"server_fraction": engine.source}
    return calibration.replace(server=name, server_fraction=engine.fraction, sources=sources)
