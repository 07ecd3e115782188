"""SRAM decides the traffic of a matmul: never below the compulsory bytes, never more with more SRAM, Smith's bound in the limit."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.physics import matmul

SIZES = {"a_bytes_per_element": 2.0, "b_bytes_per_element": 1.0, "c_bytes_per_element": 4.0}
SHAPES = [
    (1.0, 8192.0, 8192.0),
    (4096.0, 28672.0, 8192.0),
    (65536.0, 128.0, 4096.0),
    (7.0, 3.0, 11.0),
    (32.0, 1e6, 8.0),
]
SRAM = np.geomspace(1e2, 1e10, 200)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("cores", [1.0, 8.0, 132.0])
def test_between_compulsory_and_monotone(shape: tuple[float, float, float], cores: float) -> None:
    m, n, k = shape
    traffic = matmul.tiled_bytes(m=m, n=n, k=k, **SIZES, sram_bytes=SRAM, cores=cores)
    assert np.all(traffic >= matmul.compulsory_bytes(m=m, n=n, k=k, **SIZES))
    assert np.all(np.diff(traffic) <= traffic[:-1] * 1e-12)


def test_one_large_memory_moves_the_compulsory_bytes_exactly() -> None:
    shape = {"m": 4096.0, "n": 8192.0, "k": 1024.0}
    assert matmul.tiled_bytes(**shape, **SIZES, sram_bytes=1e12, cores=1.0) == matmul.compulsory_bytes(**shape, **SIZES)


def test_reaches_the_io_lower_bound_of_a_large_problem() -> None:
    elements, side = 1e6, np.array([1e4, 1e5, 1e6, 1e7])
    one_byte = dict.fromkeys(SIZES, 1.0) | {"c_bytes_per_element": 0.0}
    reads = matmul.tiled_bytes(m=side, n=side, k=side, **one_byte, sram_bytes=elements, cores=1.0)
    bound = matmul.io_lower_bound_elements(m=side, n=side, k=side, sram_elements=elements)
    assert np.all(reads >= bound)
    excess = reads / bound - 1.0
    assert np.all(np.diff(excess) <= 0.0)
    assert excess[-1] < 1e-9


def test_a_narrow_output_keeps_its_whole_height_and_a_long_block() -> None:
    """A million elements hold 100 rows of 10,000 columns: A is read for each of 5 blocks, B once."""
    one_byte = dict.fromkeys(SIZES, 1.0)
    for m, n in ((100.0, 5e4), (5e4, 100.0)):
        traffic = matmul.tiled_bytes(m=m, n=n, k=1000.0, **one_byte, sram_bytes=1e6, cores=1.0)
        assert traffic == 100 * 1000 * 5 + 5e4 * 1000 + 100 * 5e4


def test_private_memories_read_operands_again() -> None:
    shape = {"m": 8192.0, "n": 8192.0, "k": 8192.0}
    shared = matmul.tiled_bytes(**shape, **SIZES, sram_bytes=1e12, cores=1.0)
    private = matmul.tiled_bytes(**shape, **SIZES, sram_bytes=1e12, cores=16.0)
    assert private - shared == 8192.0**2 * 3 * (2.0 + 1.0)


@pytest.mark.parametrize(("m", "n"), [(1.0, 1e6), (1e6, 1.0), (4096.0, 4096.0), (100.0, 900.0)])
def test_core_grid_has_all_cores_and_whole_sides(m: float, n: float) -> None:
    rows, columns = matmul.core_split(m=m, n=n, cores=16.0)
    assert 1.0 <= rows <= 16.0
    assert 1.0 <= columns <= 16.0
    assert rows * columns == pytest.approx(16.0)


def test_empty_operators_move_nothing_and_do_not_warn() -> None:
    assert matmul.tiled_bytes(m=0.0, n=0.0, k=0.0, **SIZES, sram_bytes=0.0, cores=8.0) == 0.0


def test_fractions_are_whole_when_the_shape_fits_and_halve_when_it_just_does_not() -> None:
    fits = matmul.tile_fraction(m=np.array([256.0, 257.0]), n=128.0, tile_m=256.0, tile_n=128.0)
    np.testing.assert_allclose(fits, [1.0, 257 / 512])
    waves = matmul.wave_fraction(
        m=np.array([128.0 * 132, 128.0 * 133]), n=128.0, tile_m=128.0, tile_n=128.0, cores=132.0
    )
    np.testing.assert_allclose(waves, [1.0, 133 / 264])
    assert matmul.systolic_edge_fraction(n=129.0, k=128.0, rows=128.0, columns=128.0) == 129 / 256
    assert matmul.systolic_fill_fraction(moving_rows=512.0, rows=128.0, columns=128.0, load_hidden=1.0) == 512 / 766
