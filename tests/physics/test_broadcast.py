"""One code path: a point in a batch equals the point alone bit for bit, shapes broadcast, nothing warns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from physics_formulas import DRAWS, formulas, samples

FORMULAS = formulas()


def _point(value: Any, index: int) -> Any:
    return tuple(float(v[index]) for v in value) if isinstance(value, tuple) else float(value[index])


def _tuple(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


@pytest.mark.parametrize("name", FORMULAS)
def test_point_in_a_batch_equals_the_point_alone(name: str) -> None:
    arguments = samples(FORMULAS[name])
    batch = _tuple(FORMULAS[name](**arguments))
    assert all(np.asarray(column).dtype == np.float64 for column in batch)
    assert all(np.shape(column) == (DRAWS,) for column in batch)
    for index in range(0, DRAWS, 7):
        alone = _tuple(FORMULAS[name](**{key: _point(value, index) for key, value in arguments.items()}))
        assert [float(c[index]) for c in batch] == [float(value) for value in alone]


@pytest.mark.parametrize("name", FORMULAS)
def test_result_is_float64_for_whole_numbers(name: str) -> None:
    ints = {k: _whole(v) for k, v in samples(FORMULAS[name]).items()}
    assert all(np.asarray(result).dtype == np.float64 for result in _tuple(FORMULAS[name](**ints)))


def _whole(value: Any) -> Any:
    return tuple(_whole(v) for v in value) if isinstance(value, tuple) else int(max(1.0, value[0]))


@pytest.mark.parametrize("name", FORMULAS)
def test_one_column_against_one_row(name: str) -> None:
    arguments = samples(FORMULAS[name])
    first = next(iter(arguments))
    if isinstance(arguments[first], tuple) or len(arguments) < 2:
        pytest.skip("one column only")
    flat = _tuple(FORMULAS[name](**arguments))
    arguments[first] = arguments[first][:3, np.newaxis]
    table = _tuple(FORMULAS[name](**arguments))
    for column, grid in zip(flat, table, strict=True):
        assert np.shape(grid) == (3, DRAWS)
        assert [float(grid[i, i]) for i in range(3)] == [float(column[i]) for i in range(3)]
