"""The links of each chip in the measured sweeps, and their collectives predicted from a set of named constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from explorer.physics import collective_tiers as tiers
from explorer.physics import collective_times as times
from explorer.physics.arrays import Array
from explorer.validation.collective_rows import Sweep

Constants = Mapping[str, Mapping[str, float]]
RAMP_BYTES = 12288.0  # one value for every chip: fitted apart, it stays between 6 and 20 KB and gains nothing


@dataclass(frozen=True)
class Book:
    """What NCCL's own table books: seconds of wide and bulk beyond quick, once and a step; rates of the three (wide 0: none)."""

    wide_base_s: float
    wide_step_s: float
    bulk_base_s: float
    bulk_step_s: float
    quick_bytes_per_s: float
    wide_bytes_per_s: float
    bulk_bytes_per_s: float


def _nvlink(quick: float, wide: float, bulk: float) -> Book:
    return Book(7.4e-6, 1.3e-6, 1.8e-6, 2.8e-6, quick * 1e9, wide * 1e9, bulk * 1e9)


def _pcie(rate: float) -> Book:
    # LL moves at most a quarter of the bus; its steps are booked at 1.0 us, those of Simple at 5.7 us. No LL128.
    return Book(0.0, 0.0, 1.8e-6, 4.7e-6, rate / 4, 0.0, rate)


AMPERE, HOPPER, BLACKWELL = _nvlink(87.7, 221, 240), _nvlink(141, 340, 370), _nvlink(282, 530, 722)


@dataclass(frozen=True)
class Link:
    """Nominal links of a chip: one rank's port one way, what adds in the network, how many ranks share a domain."""

    id: str
    name: str
    bytes_per_s: float
    book: Book | None
    domain: int = 8
    in_network: bool = False
    out_bytes_per_s: float = 0.0
    cores_per_chip: int = 1
    axes: tuple[float, float, float] = (1.0, 1.0, 1.0)
    axis_share: tuple[float, float, float] = (0.0, 0.0, 0.0)


LINKS = (
    Link("a100-80gb", "A100-80GB-SXM", 300e9, AMPERE, out_bytes_per_s=6.25e9),
    Link("h100", "H100-80GB-SXM", 450e9, HOPPER, in_network=True, out_bytes_per_s=50e9),
    Link("h200", "H200-141GB-SXM", 450e9, HOPPER, in_network=True),
    Link("b200", "B200", 900e9, BLACKWELL, in_network=True),
    Link("b300", "B300", 900e9, BLACKWELL, in_network=True),
    Link("gb200", "GB200", 900e9, BLACKWELL, domain=72, in_network=True, out_bytes_per_s=50e9),
    Link("gb300", "GB300", 900e9, BLACKWELL, domain=72, in_network=True),
    Link("l40s", "L40S", 32e9, _pcie(32e9)),
    Link("rtx-pro-6000-server", "RTX PRO 6000 Server", 64e9, _pcie(64e9)),
    Link("mi300x", "MI300X", 448e9, HOPPER),
    Link("tpu-v7", "TPU v7x (Ironwood)", 600e9, None),
    Link("trainium2", "Trainium2", 512e9, None, 64, cores_per_chip=4, axes=(4.0, 4.0, 1.0), axis_share=(0.5, 0.5, 0.0)),
)  # fmt: skip


def predict_s(link: Link, constants: Constants, sweep: Sweep) -> Array:
    """Time of each row [s]."""
    if "cores" in constants:
        return _cores(link, constants["cores"], sweep)
    if "plain" in constants:
        return _plain(link, constants["plain"], sweep)
    return _kernels(constants, sweep, link, _library(link, constants, sweep))


def _library(link: Link, constants: Constants, sweep: Sweep) -> Array:
    outside = np.ceil(sweep.ranks / link.domain)
    inside = sweep.ranks / outside
    time = ring_s(link, constants["ring"], sweep, inside)
    if "reducing" in constants and link.in_network:
        added = times.reducing_switch_s(
            buffer_bytes=sweep.buffer_bytes, ranks=inside, bytes_per_s=link.bytes_per_s, **constants["reducing"]
        )
        gather = ring_s(link, constants["ring"], sweep, inside, phases=1.0)
        able = sweep.reducible & (inside > 2)
        time = np.where(able, np.minimum(time, np.maximum(added, gather)), time)
    if "exchange" in constants:
        time = np.where(sweep.operation == "alltoall", _exchange(link, constants, sweep), time)
    if "outside" not in constants:
        return time
    return tiers.tiered_all_reduce_s(
        buffer_bytes=sweep.buffer_bytes, inside=inside, outside=outside, inside_all_reduce_s=time,
        bytes_per_s=link.out_bytes_per_s, **constants["outside"],
    )  # fmt: skip


def ring_s(link: Link, ring: Mapping[str, float], sweep: Sweep, ranks: Array, phases: float | None = None) -> Array:
    """Ring collectives of the library; an all-reduce is never quicker than its all-gather, whatever the library's table picks."""
    several = sweep.gathers + sweep.reduces if phases is None else np.full(len(ranks), phases)
    time = _ring(link, ring, sweep.buffer_bytes, ranks, several)
    half = _ring(link, ring, sweep.buffer_bytes, ranks, np.ones(len(ranks)))
    return np.maximum(time, half)


def _ring(link: Link, ring: Mapping[str, float], size: Array, ranks: Array, phases: Array) -> Array:
    assert link.book is not None
    quick, wide = times.booked_limits(steps=phases * (ranks - 1), **vars(link.book))
    return times.library_ring_s(
        buffer_bytes=size, ranks=ranks, phases=phases, bytes_per_s=_port(link, ring, ranks),
        quick_until_bytes=quick, wide_until_bytes=wide, ramp_bytes=RAMP_BYTES, **_without_contention(ring),
    )  # fmt: skip


def _port(link: Link, values: Mapping[str, float], ranks: Array) -> Array:
    contention = values.get("contention", 0.0)
    return times.contended_bytes_per_s(bytes_per_s=link.bytes_per_s, ranks=ranks, contention=contention)


def _without_contention(values: Mapping[str, float]) -> dict[str, float]:
    return {key: value for key, value in values.items() if key != "contention"}


def _exchange(link: Link, constants: Constants, sweep: Sweep) -> Array:
    return times.exchange_s(
        buffer_bytes=sweep.buffer_bytes, ranks=sweep.ranks,
        bytes_per_s=_port(link, constants["exchange"], sweep.ranks), **_without_contention(constants["exchange"]),
    )  # fmt: skip


def _kernels(constants: Constants, sweep: Sweep, link: Link, library: Array) -> Array:
    """Custom kernels where a row timed them, and the library beyond the size to which they pay."""
    time = library
    for kernel, values in constants.items():
        if kernel not in ("trtllm", "vllm_graph", "vllm_eager"):
            continue
        graph = constants["vllm_graph"] if kernel == "vllm_eager" else values
        direct = times.direct_all_reduce_s(
            buffer_bytes=sweep.buffer_bytes, ranks=sweep.ranks, bytes_per_s=link.bytes_per_s, **graph
        )
        own = np.minimum(direct, library)
        if kernel == "vllm_eager":
            own = times.staged_s(buffer_bytes=sweep.buffer_bytes, collective_s=own, **values)
        time = np.where(sweep.kernel == kernel, own, time)
    return time


def _cores(link: Link, cores: Mapping[str, float], sweep: Sweep) -> Array:
    chips = np.ceil(sweep.ranks / link.cores_per_chip)
    share = tiers.wrapped_rate_fraction(ranks=chips, axes=link.axes, axis_share=link.axis_share)
    return tiers.core_collective_s(
        buffer_bytes=sweep.buffer_bytes, ranks=sweep.ranks, chips=chips, gathers=sweep.gathers, reduces=sweep.reduces,
        link_bytes_per_s=link.bytes_per_s * share, **cores,
    )  # fmt: skip


def _plain(link: Link, plain: Mapping[str, float], sweep: Sweep) -> Array:
    moved = times.ring_bytes(buffer_bytes=sweep.buffer_bytes, ranks=sweep.ranks, phases=sweep.gathers + sweep.reduces)
    rate = link.bytes_per_s * plain["efficiency_fraction"]
    return times.saturating_s(moved_bytes=moved, launch_s=plain["launch_s"], bytes_per_s=rate, saturation_fraction=0.0)
