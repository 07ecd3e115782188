"""The units in each docstring hold: scale everything that carries bytes, and the result scales by its power of bytes.

A formula keeps its units when, for each dimension on its own (time, bytes, operations, tokens, money, energy), inputs multiplied by
``x**power`` give a result multiplied by ``x**power``. Unlike quantities that numpy has to understand, this holds for every function,
whatever it calls. The constants that carry a unit (operations of a multiply-add, rows of a token) are scaled with the inputs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pint
import pytest
from physics_formulas import DIMENSIONS, documented, formulas, modules, powers, samples, scaled

from explorer.physics import arrays

FORMULAS = formulas()
FACTOR = 3.0


def check_documentation(function: Callable[..., Any]) -> None:
    """Raise unless every argument is keyword-only and documented with a unit, and the result, equation and source are there."""
    parameters = inspect.signature(function).parameters
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters.values()), "arguments are keyword-only"
    units, results = documented(function)
    assert set(units) == set(parameters), "each argument has a line 'name : [unit] meaning'"
    assert results, "the result has a line '[unit] shape'"
    text = inspect.getdoc(function) or ""
    for heading in ("Equation:", "Reference:", "Leaves out:"):
        assert any(line.startswith(heading + " ") for line in text.splitlines()), f"the docstring has '{heading}'"


def check_dimensions(function: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise unless the result scales with each dimension as its declared unit says."""
    units, results = documented(function)
    arguments = samples(function)
    plain = _as_list(function(**arguments))
    assert len(plain) == len(results), "each result has its unit"
    assert all(np.any(np.isfinite(value) & (value != 0.0)) for value in plain), "the samples reach no result"
    for dimension in DIMENSIONS:
        changed = {n: scaled(v, FACTOR ** powers(units[n]).get(dimension, 0.0)) for n, v in arguments.items()}
        with monkeypatch.context() as patch:
            _scale_constants(patch, dimension)
            after = _as_list(function(**changed))
        for before, value, unit in zip(plain, after, results, strict=True):
            expected = before * FACTOR ** powers(unit).get(dimension, 0.0)
            np.testing.assert_allclose(value, expected, rtol=1e-9, err_msg=f"{dimension} against [{unit}]")


def _scale_constants(patch: pytest.MonkeyPatch, dimension: str) -> None:
    for name, unit in arrays.UNIT_CONSTANTS.items():
        value = getattr(arrays, name) * FACTOR ** powers(unit).get(dimension, 0.0)
        for module in modules():
            if hasattr(module, name):
                patch.setattr(module, name, value)


def _as_list(result: Any) -> list[Any]:
    return [np.asarray(each) for each in (result if isinstance(result, tuple) else (result,))]


def test_formulas_are_found() -> None:
    assert {"roofline.ceiling_s", "collectives.ring_all_reduce_s", "memory.weight_bytes"} <= set(FORMULAS)
    assert len(FORMULAS) > 100


@pytest.mark.parametrize("name", FORMULAS)
def test_documented(name: str) -> None:
    check_documentation(FORMULAS[name])


@pytest.mark.parametrize("name", FORMULAS)
def test_dimensions(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check_dimensions(FORMULAS[name], monkeypatch)


def test_a_formula_without_units_fails() -> None:
    def area_bytes(*, rows: float) -> float:
        """Bytes of some rows."""
        return rows

    with pytest.raises(AssertionError, match="each argument"):
        check_documentation(area_bytes)


def test_a_wrong_unit_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def moving_s(*, size_bytes: float, bytes_per_s: float) -> float:
        """Time, upside down.

        Parameters
        ----------
        size_bytes : [B] size
        bytes_per_s : [B/s] rate

        Returns
        -------
        [s] shape

        Equation: wrong
        """
        return bytes_per_s / size_bytes

    with pytest.raises(AssertionError, match="against"):
        check_dimensions(moving_s, monkeypatch)


def test_an_unknown_unit_fails() -> None:
    with pytest.raises(pint.UndefinedUnitError):
        powers("furlong")


@pytest.mark.parametrize(
    ("name", "ending"), [("_bytes", "B"), ("_s", "s"), ("_j", "J"), ("_w", "W"), ("_flop", "FLOP")]
)
def test_names_end_in_the_unit_of_the_result(name: str, ending: str) -> None:
    for key, function in FORMULAS.items():
        if key.endswith(name) and not key.endswith("_per_s"):
            assert documented(function)[1] == [ending], key
