"""Finds every public formula by itself, reads the units in its docstring, and makes sample arguments for it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import zlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pint

import explorer.physics

REGISTRY = pint.UnitRegistry(None)
for definition in (
    "s = [time]",
    "h = 3600 * s",
    "B = [information]",
    "FLOP = [operation]",
    "token = [text]",
    "Mtoken = 1e6 * token",
    "USD = [money]",
    "J = [energy]",
    "W = J / s",
):
    REGISTRY.define(definition)
DIMENSIONS = ("[time]", "[information]", "[operation]", "[text]", "[money]", "[energy]")
DRAWS = 64
ENTRY = re.compile(r"^(\w+(?:, \w+)*) : \[([^\]]+)\] \S")
FLAGS = {"load_hidden", "sequence_parallel", "bidirectional", "pipelined", "scores_stored", "wrapped", "active_only"}
STAGES = {"zero": 4, "recompute": 3}
RESULT = re.compile(r"^(?:\w+ : )?\[([^\]]+)\]")
TUPLES = {
    "axes": (4.0, 4.0, 2.0),
    "axis_share": (0.5, 0.3, 0.2),
    "children": (8.0, 32.0, 4.0),
    "child_bytes_per_s": (4.5, 4.0, 12.8),
}


def modules() -> list[ModuleType]:
    """Every module of the package."""
    names = [info.name for info in pkgutil.iter_modules(explorer.physics.__path__)]
    return [importlib.import_module(f"explorer.physics.{name}") for name in names]


def formulas() -> dict[str, Callable[..., Any]]:
    """Every public function, by ``module.name``, once and where it is written."""
    return {
        f"{module.__name__.rsplit('.', 1)[1]}.{name}": function
        for module in modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == module.__name__
    }


def powers(unit: str) -> dict[str, float]:
    """Power of each dimension in a unit such as ``FLOP/B``; unknown units raise."""
    return {name: float(power) for name, power in REGISTRY.parse_units(unit).dimensionality.items()}


def documented(function: Callable[..., Any]) -> tuple[dict[str, str], list[str]]:
    """Units of the parameters by name, and of the results in order, as the docstring states them."""
    parameters: dict[str, str] = {}
    results: list[str] = []
    section = ""
    for line in (inspect.getdoc(function) or "").splitlines():
        if line.rstrip() in ("Parameters", "Returns"):
            section = line.rstrip()
        elif line.startswith("Equation:"):
            section = ""
        elif section == "Parameters" and (entry := ENTRY.match(line)):
            parameters |= dict.fromkeys(entry[1].split(", "), entry[2])
        elif section == "Returns" and (result := RESULT.match(line)):
            results.append(result[1])
    return parameters, results


def samples(function: Callable[..., Any]) -> dict[str, Any]:
    """The same arguments at every run: columns of draws, whole numbers for counts, decades for quantities."""
    units, _ = documented(function)
    parameters = inspect.signature(function).parameters
    return {
        name: _several(name) if _is_tuple(parameter) else _sample(name, units.get(name, "1"))
        for name, parameter in parameters.items()
    }


def _is_tuple(parameter: inspect.Parameter) -> bool:
    return any(word in str(parameter.annotation) for word in ("Axes", "tuple", "Sequence"))


def _several(name: str) -> tuple[Any, ...]:
    return tuple(np.full(DRAWS, value) for value in TUPLES[name])


def _sample(name: str, unit: str) -> Any:
    random = np.random.default_rng(zlib.crc32(name.encode()))
    if name.endswith("fraction"):
        return random.uniform(0.1, 0.9, DRAWS)
    if name in FLAGS or name in STAGES:
        return np.floor(random.uniform(0.0, STAGES.get(name, 2), DRAWS))
    if unit == "1":
        return np.floor(random.uniform(1.0, 17.0, DRAWS))
    return 10.0 ** random.uniform(-1.0, 3.0, DRAWS)


def scaled(value: Any, factor: float) -> Any:
    """The value, or each value of a tuple, times a factor."""
    return tuple(each * factor for each in value) if isinstance(value, tuple) else value * factor
