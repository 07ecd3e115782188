"""Collectives inside one domain: by the textbook, by a library's kernels, or among cores, whichever each point of the batch has.

Times have shape (kinds, ...) or (kinds, rows, n). Only formulas that some point of the batch follows are computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.link_columns import AMONG_CORES, LIBRARY, TEXTBOOK
from explorer.evaluate.tapes import stack
from explorer.physics import collective_tiers, collective_times, collectives

Kind = tuple[float, float]
GATHER, SCATTER, REDUCE = (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)
"""Phases that gather and phases that reduce: all-gather, reduce-scatter, all-reduce."""


@dataclass(frozen=True, eq=False)
class Tier:
    """One group on the machine: its ranks inside one domain and across, and what it sees of the links, each (n,).

    ``rate_fraction`` of a chip's rate serves the group, ``ring_fraction`` of it rings through all its chips; ``hops`` is the longest
    way. ``cores`` take part in each domain; None: all those of its chips, which are several.
    """

    ranks: Array
    stride: Array
    inside: Array
    outside: Array
    rate_fraction: Array
    ring_fraction: Array
    hops: Array
    cores: Array | None = None


@lru_cache(maxsize=32)
def _phases(kinds: tuple[Kind, ...], dimensions: int) -> tuple[Array, Array, Array]:
    shape = (len(kinds), *(1 for _ in range(dimensions)))
    gathers, reduces = (np.array([k[i] for k in kinds]).reshape(shape) for i in (0, 1))
    return gathers, reduces, gathers + reduces


def phases_of(kinds: tuple[Kind, ...], message: Array) -> Array:
    """Phases of each kind, to broadcast against the message."""
    return _phases(kinds, message.ndim)[2]


def some(mask: NDArray[np.bool_]) -> bool:
    """Whether any is true: what no point asks for need not be computed."""
    return bool(np.count_nonzero(mask))


def collective_s(c: Columns, tier: Tier, message: Array, kinds: tuple[Kind, ...]) -> Array:
    """Each kind of collective of a ``message`` of so many bytes, whole buffer, in a domain [s], (kinds, ...).

    Where ``kinds`` has an all-reduce, its all-gather stands before it.
    """
    time: Array | None = None
    for model, act in ((TEXTBOOK, _textbook), (LIBRARY, _library), (AMONG_CORES, _among_cores)):
        here = c.link_model == model
        if some(here):
            found = act(c, tier, message, kinds)
            time = found if time is None else np.where(here, found, time)
    assert time is not None
    return time


def _textbook(c: Columns, tier: Tier, message: Array, kinds: tuple[Kind, ...]) -> Array:
    stretched = collective_times.saturated_bytes(buffer_bytes=message, saturation_bytes=c.up_saturation_bytes)
    place = {
        "buffer_bytes": stretched, "ranks": tier.inside, "bytes_per_s": c.link_bytes_per_s * tier.rate_fraction * c.up_fraction,
        "latency_s": c.link_latency_s,
    }  # fmt: skip
    phases, on_torus = phases_of(kinds, message), c.torus > 0
    start = np.where(tier.inside > 1, c.up_launch_s, 0.0)
    if on_torus.all():
        return phases * collectives.torus_all_gather_s(**place, hops=tier.hops) + start
    gather = collectives.switch_all_gather_s(**place)
    time = stack(_switch_all_reduce_s(c, place) if kind == REDUCE else gather for kind in kinds)
    if some(on_torus):
        time = np.where(on_torus, phases * collectives.torus_all_gather_s(**place, hops=tier.hops), time)
    whole: Array = time + start
    return whole


def _switch_all_reduce_s(c: Columns, place: dict[str, Array]) -> Array:
    reduce = collectives.switch_all_reduce_s(**place)
    if not some(c.in_network > 0):
        return reduce
    return np.where(c.in_network > 0, np.minimum(reduce, collectives.in_network_all_reduce_s(**place)), reduce)


def _port(c: Columns, share: Array) -> Array:
    """Seconds a byte takes through a share of a chip's links."""
    port: Array = 1.0 / (c.link_bytes_per_s * share)
    return port


def _crowded(port: Array, ranks: Array, contention: Array) -> Array:
    if not some(contention > 0):
        return port
    return collective_times.contended_s_per_byte(s_per_byte=port, ranks=ranks, contention=contention)


def _library(c: Columns, tier: Tier, message: Array, kinds: tuple[Kind, ...]) -> Array:
    port, ranks = _port(c, tier.rate_fraction), tier.inside
    time = _rings(c, ranks, _crowded(port, ranks, c.ring_contention), message, phases_of(kinds, message))
    if REDUCE not in kinds:
        return time
    # An all-reduce is never quicker than its all-gather, whatever the library's table picks.
    gather = time[0]
    reduce = np.minimum(np.maximum(time[1], gather), 2.0 * gather)
    added = (c.reducing > 0) & (ranks > 2)
    if some(added):
        reduce = np.where(added, np.minimum(reduce, np.maximum(_reducing(c, ranks, port, message), gather)), reduce)
    own = (c.direct > 0) & (tier.outside == 1)
    if some(own):
        reduce = np.where(own, np.minimum(reduce, _engine(c, ranks, port, message)), reduce)
        # What reduces a buffer that is zero elsewhere gathers it.
        gather = np.where(own, np.minimum(gather, reduce), gather)
    both: Array = stack((gather, reduce))
    return both


def _rings(c: Columns, ranks: Array, port: Array, message: Array, phases: Array) -> Array:
    """The library's protocols. Each is charged up to its limit and the costliest taken, so that the steps between only go up."""
    steps = phases * (collective_times.hop_count(ranks=ranks) if some(ranks > collective_times.SERVER_RANKS) else ranks - 1.0)
    moved = collective_times.port_s(buffer_bytes=message, ranks=ranks, phases=phases, s_per_byte=port)
    until, last = collective_times.booked_limits(
        steps=steps, wide_base_s=c.book_wide_base_s, wide_step_s=c.book_wide_step_s, bulk_base_s=c.book_bulk_base_s,
        bulk_step_s=c.book_bulk_step_s, last_base_s=c.book_last_base_s, last_step_s=c.book_last_step_s,
    )  # fmt: skip
    time = collective_times.quick_ring_s(
        buffer_bytes=message, steps=steps, moved_s=np.minimum(moved, until), launch_s=c.ring_launch_s, step_s=c.ring_step_s,
        rate_fraction=c.ring_quick_fraction, ramp_fraction=c.ring_ramp_fraction, ramp_bytes=c.ring_ramp_bytes,
    )  # fmt: skip
    longer = moved > until
    if some(longer):
        wide = collective_times.wide_ring_s(
            steps=steps, moved_s=np.minimum(moved, last), launch_s=c.ring_launch_s, step_s=c.ring_wide_step_s,
            rate_fraction=c.ring_wide_fraction,
        )  # fmt: skip
        bulk = collective_times.bulk_ring_s(
            buffer_bytes=message, ranks=ranks, steps=steps, moved_s=moved, launch_s=c.ring_launch_s, step_s=c.ring_bulk_step_s,
            rate_fraction=c.ring_bulk_fraction, serial_fraction=c.ring_serial_fraction, own_bytes_per_s=c.ring_own_bytes_per_s,
        )  # fmt: skip
        wide = np.where(moved > last, np.maximum(wide, bulk), wide)
        time = np.where(longer, np.maximum(time, wide), time)
    return np.where(ranks > 1, time, 0.0)


def _reducing(c: Columns, ranks: Array, port: Array, message: Array) -> Array:
    return collective_times.reducing_switch_s(
        buffer_bytes=message, ranks=ranks, s_per_byte=port, launch_s=c.reducing_launch_s,
        efficiency_fraction=c.reducing_efficiency_fraction, saturation_bytes=c.reducing_saturation_bytes,
    )  # fmt: skip


def _engine(c: Columns, ranks: Array, port: Array, message: Array) -> Array:
    return collective_times.direct_all_reduce_s(
        buffer_bytes=message, ranks=ranks, s_per_byte=port, rank_s=c.direct_rank_s,
        launch_s=c.direct_launch_s, one_shot_fraction=c.direct_one_shot_fraction,
        second_launch_s=c.direct_second_launch_s, two_shot_fraction=c.direct_two_shot_fraction,
    )  # fmt: skip


def _among_cores(c: Columns, tier: Tier, message: Array, kinds: tuple[Kind, ...]) -> Array:
    gathers, reduces, _ = _phases(kinds, message.ndim)
    shared = {
        "buffer_bytes": message, "ranks": tier.inside * c.among_ranks_per_chip if tier.cores is None else tier.cores,
        "gathers": gathers, "reduces": reduces, "launch_s": c.among_launch_s, "add_s": c.among_add_s,
    }  # fmt: skip
    time = collective_tiers.core_collective_s(
        **shared, chips=tier.inside, s_per_byte=_port(c, tier.ring_fraction), port_s_per_byte=1.0 / c.link_bytes_per_s,
        mesh_step_s=c.among_mesh_step_s, mesh_fraction=c.among_mesh_fraction,
        halving_step_s=c.among_halving_step_s, halving_fraction=c.among_halving_fraction, ring_step_s=c.among_ring_step_s,
        ring_fraction=c.among_ring_fraction, add_fraction=c.among_add_fraction,
    )  # fmt: skip
    if tier.cores is None:
        return time
    alone = collective_tiers.chip_collective_s(
        **shared, inside_bytes_per_s=c.among_inside_bytes_per_s, add_fraction=c.among_add_inside_fraction
    )
    return np.where(tier.inside > 1, time, alone)


def exchange_s(c: Columns, ranks: Array, share: Array, hops: Array, piece: Array, own_bytes_per_s: Array) -> Array:
    """Each of ``ranks`` sends every other one a ``piece`` over its ``share`` of the chip's links, and copies its own [s]."""
    library = c.link_model == LIBRARY
    time: Array = np.zeros(1)
    if not library.all():
        stretched = collective_times.saturated_bytes(buffer_bytes=piece * ranks, saturation_bytes=c.up_saturation_bytes)
        time = collectives.switch_all_to_all_s(
            sent_bytes=stretched, ranks=ranks, bytes_per_s=c.link_bytes_per_s * share * c.up_fraction,
            latency_s=c.link_latency_s * hops + c.up_launch_s,
        )  # fmt: skip
    if not library.any():
        return time
    own = collective_times.exchange_s(
        buffer_bytes=piece * ranks, ranks=ranks, s_per_byte=_crowded(_port(c, share), ranks, c.exchange_contention),
        launch_s=c.exchange_launch_s, peer_bytes_per_s=c.exchange_peer_bytes_per_s,
        bulk_launch_s=c.exchange_bulk_launch_s, efficiency_fraction=c.exchange_efficiency_fraction,
        saturation_bytes=c.exchange_saturation_bytes, own_bytes_per_s=own_bytes_per_s,
    )  # fmt: skip
    return np.where(library, own, time)
