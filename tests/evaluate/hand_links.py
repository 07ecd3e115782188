"""A second opinion on collectives: the library's protocols, engines' kernels, cores on a torus and two tiers in plain Python.

Nothing here calls `explorer.physics` or `explorer.evaluate`; constants come from the presets, every rule is written out again.
"""

from __future__ import annotations

from math import ceil, log2, sqrt

from explorer.specs import Scenario


def port(s: Scenario, share: float = 1.0) -> float:
    return s.fabric.scale_up.link_bytes_per_s_per_direction * share


def ring_s(s: Scenario, size: float, ranks: int, phases: int) -> float:
    """The protocol that the library books the cheapest, of a group that fits in a server."""
    links, hop = s.calibration.links, s.fabric.scale_up.link_latency_s
    r, b = links.ring, links.book
    steps, bytes_sent = phases * (ranks - 1), phases * (ranks - 1) / ranks * size
    rates = [port(s) * share for share in (b.quick_fraction, b.wide_fraction, b.bulk_fraction)]
    booked = [bytes_sent / rates[0], b.wide_base_s + steps * b.wide_step_s + bytes_sent / rates[1], b.bulk_base_s + steps * b.bulk_step_s + bytes_sent / rates[2]]
    quick = (r.launch_s + steps * (hop + r.step_s)) * (1 + r.ramp_fraction * size / (size + r.ramp_bytes)) + bytes_sent / (port(s) * r.quick_fraction)
    wide = r.launch_s + steps * (hop + r.wide_step_s) + bytes_sent / (port(s) * r.wide_fraction)
    fill, moving = steps * (hop + r.bulk_step_s), bytes_sent / (port(s) * r.bulk_fraction)
    bulk = r.launch_s + size / ranks / r.own_bytes_per_s + sqrt(fill**2 + moving**2 + 2 * r.serial_fraction * fill * moving)
    return (quick, wide, bulk)[booked.index(min(booked))]


def reducing_s(s: Scenario, size: float, ranks: int) -> float:
    """Up to the switch, added there, and down again."""
    r, hop = s.calibration.links.reducing, s.fabric.scale_up.link_latency_s
    return r.launch_s + 2 * hop + (1 + 1 / ranks) * size / (port(s) * r.efficiency_fraction) * (1 + sqrt(r.saturation_bytes * ranks / size))


def all_reduce_s(s: Scenario, size: float, ranks: int) -> float:
    """The quicker of the rings and of the switch, in training."""
    rings = ring_s(s, size, ranks, 2)
    return rings if s.calibration.links.reducing is None else min(rings, reducing_s(s, size, ranks))


def engine_s(s: Scenario, size: float, ranks: int) -> float:
    """TensorRT-LLM's kernel: one shot or two."""
    k, hop = s.calibration.links.trtllm, s.fabric.scale_up.link_latency_s
    one = k.launch_s + hop + (ranks - 1) * size / (port(s) * k.one_shot_fraction)
    two = k.second_launch_s + 2 * hop + 2 * (ranks - 1) / ranks * size / (port(s) * k.two_shot_fraction)
    return (ranks - 1) * k.rank_s + min(one, two)


def cores_s(s: Scenario, size: float, chips: int, share: float, gathers: int, reduces: int) -> float:
    """Mesh, recursive halving and doubling, or a ring through all cores, over a ``share`` of the links."""
    c, hop = s.calibration.links.cores, s.fabric.scale_up.link_latency_s
    ranks, phases = chips * c.ranks_per_chip, gathers + reduces
    moved = (ranks - 1) / ranks * size
    slowed = moved * gathers + moved * reduces / c.add_fraction
    mesh = phases * ((ranks - 1) * c.mesh_step_s + moved / port(s, min(c.mesh_fraction, share)))
    halving = phases * ceil(log2(chips)) * (hop + c.halving_step_s) + slowed / (port(s, share) * c.halving_fraction)
    ring = phases * (ranks - 1) * (hop + c.ring_step_s) + slowed / (port(s, share) * c.ring_fraction)
    return c.launch_s + hop + reduces * c.add_s + min(mesh, halving, ring)


def across_s(s: Scenario, size: float, inside: int, outside: int, inside_s: float, phases: int) -> float:
    """The shards travel between domains while the domains work on theirs."""
    out, o = s.fabric.scale_out, s.calibration.links.outside
    shard = size / inside
    rate = out.bytes_per_s_per_direction * o.efficiency_fraction / (1 + sqrt(o.saturation_bytes / shard))
    steps = phases * ceil(log2(outside)) * out.latency_s
    return o.launch_s + steps + max(inside_s, phases * (outside - 1) / outside * shard / rate)
