"""Laws of collectives: alone costs nothing, an all-reduce is its two halves, and the shapes of groups on a fabric."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from explorer.physics import collectives

LINK = {"buffer_bytes": 1e8, "bytes_per_s": 5e10, "latency_s": 1e-6}
TORUS = LINK | {"hops": 4.0}
SENT = {"sent_bytes": 1e8, "bytes_per_s": 5e10, "latency_s": 1e-6}
TIERS = {"buffer_bytes": 1e8, "outside_bytes_per_s": 5e10, "outside_latency_s": 1e-5}
ALONE: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (collectives.ring_all_gather_s, LINK),
    (collectives.ring_all_gather_s, LINK | {"bidirectional": 1.0}),
    (collectives.ring_reduce_scatter_s, LINK),
    (collectives.ring_all_reduce_s, LINK),
    (collectives.line_all_gather_s, LINK),
    (collectives.torus_all_gather_s, TORUS),
    (collectives.torus_reduce_scatter_s, TORUS),
    (collectives.torus_all_reduce_s, TORUS),
    (collectives.switch_all_gather_s, LINK),
    (collectives.switch_reduce_scatter_s, LINK),
    (collectives.switch_all_reduce_s, LINK),
    (collectives.in_network_all_reduce_s, LINK),
    (collectives.switch_all_to_all_s, SENT),
    (collectives.ring_all_to_all_s, SENT),
]


@pytest.mark.parametrize(("function", "arguments"), ALONE)
def test_alone_costs_exactly_nothing(function: Callable[..., Any], arguments: dict[str, Any]) -> None:
    assert function(**arguments, ranks=1.0) == 0.0
    assert function(**(arguments | {"bytes_per_s": 0.0}), ranks=1.0) == 0.0
    assert function(**arguments, ranks=2.0) > 0.0


def test_alone_on_two_tiers_and_on_a_torus() -> None:
    here = {"inside": 1.0, "outside": 1.0, "inside_all_gather_s": 0.0}
    assert collectives.two_tier_all_gather_s(**TIERS, **here) == 0.0
    assert collectives.two_tier_all_reduce_s(**TIERS, **here) == 0.0
    rest = {"sent_bytes": 1e8, "longest_axis": 1.0, "bytes_per_s_per_link": 0.0, "latency_s": 1e-6, "hops": 3.0}
    assert collectives.torus_all_to_all_s(**rest, ranks=1.0) == 0.0


@pytest.mark.parametrize(
    ("reduce", "scatter", "gather", "arguments"),
    [
        (collectives.ring_all_reduce_s, collectives.ring_reduce_scatter_s, collectives.ring_all_gather_s, LINK),
        (collectives.torus_all_reduce_s, collectives.torus_reduce_scatter_s, collectives.torus_all_gather_s, TORUS),
    ],
)
def test_all_reduce_is_reduce_scatter_and_all_gather(
    reduce: Any, scatter: Any, gather: Any, arguments: dict[str, Any]
) -> None:
    ranks = np.array([1.0, 2.0, 3.0, 8.0, 64.0])
    both = scatter(**arguments, ranks=ranks) + gather(**arguments, ranks=ranks)
    np.testing.assert_array_equal(reduce(**arguments, ranks=ranks), both)


def test_switch_takes_one_shot_for_short_and_two_for_long_buffers() -> None:
    times = collectives.switch_all_reduce_s(
        buffer_bytes=np.array([8.0, 8e9]), ranks=8.0, bytes_per_s=1e10, latency_s=1e-5
    )
    np.testing.assert_allclose(times, [1e-5 + 7 * 8.0 / 1e10, 2e-5 + 2 * 7 / 8 * 8e9 / 1e10], rtol=1e-14)


def test_bidirectional_ring_halves_the_transfer() -> None:
    ring = {"buffer_bytes": 8e9, "ranks": 8.0, "bytes_per_s": 1e9, "latency_s": 1.0}
    assert collectives.ring_all_gather_s(**ring) == 7.0 + 7.0
    assert collectives.ring_all_gather_s(**ring, bidirectional=1.0) == 4.0 + 3.5


def test_two_tiers_by_hand() -> None:
    time = collectives.two_tier_all_gather_s(
        buffer_bytes=8e9,
        inside=8.0,
        outside=4.0,
        inside_all_gather_s=0.5,
        outside_bytes_per_s=1e9,
        outside_latency_s=0.125,
    )
    assert time == 0.5 + 2 * 0.125 + 0.75
    one = collectives.two_tier_all_gather_s(
        buffer_bytes=8e9,
        inside=8.0,
        outside=1.0,
        inside_all_gather_s=0.5,
        outside_bytes_per_s=0.0,
        outside_latency_s=0.125,
    )
    assert one == 0.5


@pytest.mark.parametrize(
    ("ranks", "stride", "axes", "expected"),
    [
        (16.0, 1.0, (4.0, 4.0, 1.0), (1.0, 1.0, 4.0)),
        (4.0, 1.0, (4.0, 4.0, 1.0), (0.5, 0.5, 2.0)),
        (4.0, 4.0, (4.0, 4.0, 1.0), (0.5, 0.5, 2.0)),
        (8.0, 1.0, (4.0, 4.0, 1.0), (0.75, 0.5, 3.0)),
        (2.0, 1.0, (4.0, 4.0, 1.0), (0.25, 0.25, 1.0)),
        (1.0, 1.0, (4.0, 4.0, 1.0), (0.0, 0.0, 0.0)),
        (2.0, 16.0, (4.0, 4.0, 2.0), (0.0, 0.0, 1.0)),
    ],
)
def test_group_on_a_torus(
    ranks: float, stride: float, axes: tuple[float, float, float], expected: tuple[float, ...]
) -> None:
    """Share of the links, the share that rings through all chips use, and hops."""
    group = collectives.torus_group(ranks=ranks, stride=stride, axes=axes, axis_share=(0.5, 0.5, 0.0))
    assert tuple(float(value) for value in group) == expected


def test_axis_of_two_keeps_both_links() -> None:
    fraction, ring, hops = collectives.torus_group(ranks=2.0, stride=1.0, axes=(2.0, 1.0, 1.0), axis_share=(1.0, 0.0, 0.0))
    assert (fraction, ring, hops) == (1.0, 1.0, 1.0)


def test_groups_over_domains() -> None:
    inside = collectives.group_inside(ranks=np.array([64.0, 4.0, 64.0]), stride=np.array([1.0, 1.0, 8.0]), domain=8.0)
    np.testing.assert_array_equal(inside, [8, 4, 1])
    np.testing.assert_array_equal(
        collectives.group_outside(ranks=np.array([64.0, 4.0, 64.0]), inside=inside), [8, 1, 64]
    )


@pytest.mark.parametrize("length", [2.0, 3.0, 4.0, 5.0, 6.0])
def test_ring_all_to_all_equals_routing_every_message(length: float) -> None:
    count = int(length)
    load = np.zeros((count, 2))
    for source in range(count):
        for distance in range(1, count):
            ways = [1] if distance < count - distance else [-1] if distance > count - distance else [1, -1]
            for way in ways:
                for step in range(distance if way == 1 else count - distance):
                    node = (source + way * step) % count
                    load[node, (way + 1) // 2] += 1.0 / length / len(ways)
    time = collectives.ring_all_to_all_s(sent_bytes=1.0, ranks=length, bytes_per_s=1.0, latency_s=0.0)
    assert time == pytest.approx(load.max())


def test_long_messages_attain_the_efficiency_and_short_ones_less() -> None:
    rate = collectives.effective_bytes_per_s(
        bytes_per_s=1e11, efficiency_fraction=0.8, message_bytes=np.array([1e6, 1e18]), saturation_bytes=1e6
    )
    np.testing.assert_allclose(rate, [4e10, 8e10], rtol=1e-5)
    assert (
        collectives.effective_bytes_per_s(
            bytes_per_s=1e11, efficiency_fraction=1.0, message_bytes=1.0, saturation_bytes=0.0
        )
        == 1e11
    )
