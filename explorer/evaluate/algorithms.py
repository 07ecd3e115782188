"""All-reduce inside a domain, algorithm by algorithm: what the model chooses from."""

from __future__ import annotations

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.inside import Tier
from explorer.evaluate.link_columns import AMONG_CORES, LIBRARY
from explorer.physics import collective_tiers, collective_times, collectives

_TWO = np.full(1, 2.0)  # an all-reduce has two phases
_NEVER = np.full(1, np.inf)


def all_reduce_algorithms_s(c: Columns, tier: Tier, message: Array) -> dict[str, Array]:
    """Seconds of an all-reduce among the ranks of ``tier`` in one domain by each algorithm that a single point's links have.

    The quickest, or the one that a library's table books, is what the model charges.
    """
    model = float(c.link_model[0])
    found = _library(c, tier, message) if model == LIBRARY else _among_cores(c, tier, message) if model == AMONG_CORES else _textbook(c, tier, message)
    return {name: np.broadcast_to(time, message.shape) for name, time in found.items()}


def _textbook(c: Columns, tier: Tier, message: Array) -> dict[str, Array]:
    stretched = collective_times.saturated_bytes(buffer_bytes=message, saturation_bytes=c.up_saturation_bytes)
    place = {
        "ranks": tier.inside, "bytes_per_s": c.link_bytes_per_s * tier.rate_fraction * c.up_fraction, "latency_s": c.link_latency_s,
    }  # fmt: skip
    start = c.up_launch_s
    if c.torus[0] > 0:
        rings = 2.0 * collectives.torus_all_gather_s(buffer_bytes=stretched, hops=tier.hops, **place)
        return {"rings along the axes": rings + start}
    found = {
        "one shot": collectives.switch_all_gather_s(buffer_bytes=stretched * tier.inside, **place) + start,
        "two shots": 2.0 * collectives.switch_all_gather_s(buffer_bytes=stretched, **place) + start,
    }
    if c.in_network[0] > 0:
        found["in the switch"] = collectives.in_network_all_reduce_s(buffer_bytes=stretched, **place) + start
    return found


def _library(c: Columns, tier: Tier, message: Array) -> dict[str, Array]:
    ranks, port = tier.inside, 1.0 / (c.link_bytes_per_s * tier.rate_fraction)
    crowded = port
    if c.ring_contention[0] > 0:
        crowded = collective_times.contended_s_per_byte(s_per_byte=port, ranks=ranks, contention=c.ring_contention)
    found = _rings(c, ranks, crowded, message)
    if c.reducing[0] > 0 and ranks[0] > 2:
        found["in the switch"] = collective_times.reducing_switch_s(
            buffer_bytes=message, ranks=ranks, s_per_byte=port, launch_s=c.reducing_launch_s,
            efficiency_fraction=c.reducing_efficiency_fraction, saturation_bytes=c.reducing_saturation_bytes,
        )  # fmt: skip
    if c.direct[0] > 0 and tier.outside[0] == 1:
        shots = {
            "buffer_bytes": message, "ranks": ranks, "s_per_byte": port, "rank_s": c.direct_rank_s,
            "one_shot_fraction": c.direct_one_shot_fraction, "two_shot_fraction": c.direct_two_shot_fraction,
        }  # fmt: skip
        one = collective_times.direct_all_reduce_s(launch_s=c.direct_launch_s, second_launch_s=_NEVER, **shots)
        two = collective_times.direct_all_reduce_s(launch_s=_NEVER, second_launch_s=c.direct_second_launch_s, **shots)
        found |= {"one shot": one, "two shots": two}
    return found


def _rings(c: Columns, ranks: Array, port: Array, message: Array) -> dict[str, Array]:
    """The rings of the library by their protocols."""
    many = ranks[0] > collective_times.SERVER_RANKS
    steps = _TWO * (collective_times.hop_count(ranks=ranks) if many else ranks - 1.0)
    moved = collective_times.port_s(buffer_bytes=message, ranks=ranks, phases=_TWO, s_per_byte=port)
    found = {
        "LL ring": collective_times.quick_ring_s(
            buffer_bytes=message, steps=steps, moved_s=moved, launch_s=c.ring_launch_s, step_s=c.ring_step_s,
            rate_fraction=c.ring_quick_fraction, ramp_fraction=c.ring_ramp_fraction, ramp_bytes=c.ring_ramp_bytes,
        )
    }  # fmt: skip
    if c.ring_wide_fraction[0] > 0:
        found["LL128 ring"] = collective_times.wide_ring_s(
            steps=steps, moved_s=moved, launch_s=c.ring_launch_s, step_s=c.ring_wide_step_s, rate_fraction=c.ring_wide_fraction
        )
    found["Simple ring"] = collective_times.bulk_ring_s(
        buffer_bytes=message, ranks=ranks, steps=steps, moved_s=moved, launch_s=c.ring_launch_s, step_s=c.ring_bulk_step_s,
        rate_fraction=c.ring_bulk_fraction, serial_fraction=c.ring_serial_fraction, own_bytes_per_s=c.ring_own_bytes_per_s,
    )  # fmt: skip
    return found


def _among_cores(c: Columns, tier: Tier, message: Array) -> dict[str, Array]:
    """Mesh, halving and doubling, and rings among the cores of the chips: the others barred one after the other."""
    fixed = {
        "buffer_bytes": message, "ranks": tier.inside * c.among_ranks_per_chip, "chips": tier.inside, "gathers": np.ones(1),
        "reduces": np.ones(1), "s_per_byte": 1.0 / (c.link_bytes_per_s * tier.ring_fraction), "port_s_per_byte": 1.0 / c.link_bytes_per_s,
        "launch_s": c.among_launch_s, "add_s": c.among_add_s, "mesh_fraction": c.among_mesh_fraction,
        "halving_fraction": c.among_halving_fraction, "ring_fraction": c.among_ring_fraction, "add_fraction": c.among_add_fraction,
    }  # fmt: skip
    steps = {"mesh_step_s": c.among_mesh_step_s, "halving_step_s": c.among_halving_step_s, "ring_step_s": c.among_ring_step_s}
    labels = {"mesh_step_s": "mesh", "halving_step_s": "halving and doubling", "ring_step_s": "ring"}
    return {
        labels[own]: collective_tiers.core_collective_s(**fixed, **{k: v if k == own else _NEVER for k, v in steps.items()})
        for own in steps
    }
