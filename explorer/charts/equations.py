"""The equations behind the numbers: those of the results, and those of the physics that an evaluation calls."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import CodeType, FunctionType, ModuleType

import explorer.evaluate
import explorer.physics

_EQUATION = re.compile(r"^\s*Equation:\s*(.+?)(?=^\s*(?:Reference|Leaves out):|\Z)", re.MULTILINE | re.DOTALL)
_REFERENCE = re.compile(r"^\s*Reference:\s*(.+?)(?=^\s*Leaves out:|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Equation:
    """One formula: what it gives, how, and who says so."""

    name: str
    what: str
    equation: str
    reference: str


@cache
def equations_used() -> tuple[Equation, ...]:
    """The documented formulas of `explorer.physics` that an evaluation reaches, by module and in their order there."""
    functions = {f.__name__: f for module in _modules(explorer.physics) for f in _functions(module)}
    names = {n for module in _modules(explorer.evaluate) for f in _functions(module) for n in _names(f.__code__)}
    reached: set[str] = set()
    while found := (names & functions.keys()) - reached:
        reached |= found
        names |= {n for name in found for n in _names(functions[name].__code__)}
    told = (_told(f) for name, f in functions.items() if name in reached and not name.startswith("_"))
    return tuple(filter(None, told))


def _told(function: FunctionType) -> Equation | None:
    doc = inspect.getdoc(function) or ""
    equation, reference = _EQUATION.search(doc), _REFERENCE.search(doc)
    if equation is None:
        return None
    said = " ".join(equation[1].replace("``", "").split())
    who = " ".join(reference[1].split()) if reference else ""
    return Equation(function.__name__, doc.split("\n", 1)[0].rstrip("."), said, who)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{found.name}")


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    """Functions and methods that the module itself holds."""
    for value in vars(module).values():
        if isinstance(value, FunctionType) and value.__module__ == module.__name__:
            yield value
        elif inspect.isclass(value) and value.__module__ == module.__name__:
            yield from (f for f in vars(value).values() if isinstance(f, FunctionType))


def _names(code: CodeType) -> Iterator[str]:
    """Every name that a function's code asks for, that of functions inside it too."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
