"""What is fitted of a chip's collectives, in which order, from where the search starts, and the rows that speak for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from explorer.specs import LinkPart, build
from explorer.specs.links import Book, Outside
from explorer.validation.collective_rows import Mask, Sweep

RAMP_BYTES = 12288.0  # one value for every chip: fitted apart, it stays between 6 and 20 KB and gains nothing
PCIE, CORES, PLAIN, RACKS = ("l40s", "rtx-pro-6000-server"), ("trainium2",), ("tpu-v7",), ("gb200", "gb300")


def _nvlink(quick: float, wide: float, bulk: float, rate: float) -> Book:
    """NCCL's bus bandwidths of its three protocols in GB/s, as parts of the port's ``rate``."""
    fractions = {f"{name}_fraction": round(v / rate, 4) for name, v in (("quick", quick), ("wide", wide), ("bulk", bulk))}
    latencies = {"wide_base_s": 7.4e-6, "wide_step_s": 1.3e-6, "bulk_base_s": 1.8e-6, "bulk_step_s": 2.8e-6}
    return build(Book, {**latencies, **fractions, "provenance": "derived"})


# LL moves at most a quarter of a PCIe bus; its steps are booked at 1.0 us, those of Simple at 5.7 us. No LL128.
_PCIE = Book(
    wide_base_s=0.0, wide_step_s=0.0, bulk_base_s=1.8e-6, bulk_step_s=4.7e-6, quick_fraction=0.25, wide_fraction=0.0,
    bulk_fraction=1.0, provenance="derived",
)  # fmt: skip
_AMPERE, _HOPPER, _BLACKWELL = _nvlink(87.7, 221, 240, 300), _nvlink(141, 340, 370, 450), _nvlink(282, 530, 722, 900)
_BOOKS = {"a100-80gb": _AMPERE, "h100": _HOPPER, "h200": _HOPPER, **dict.fromkeys(PCIE, _PCIE)}

_RING = {
    "launch_s": 5e-6, "step_s": 0.2e-6, "bulk_step_s": 4e-6, "quick_fraction": 0.3, "wide_fraction": 0.65, "bulk_fraction": 0.8,
    "serial_fraction": 0.5, "ramp_fraction": 0.2, "own_bytes_per_s": 1e12,
}  # fmt: skip
_EXCHANGE = {
    "launch_s": 7e-6, "peer_bytes_per_s": 6.5e9, "bulk_launch_s": 1.4e-5, "efficiency_fraction": 0.7,
    "saturation_bytes": 1e5, "own_bytes_per_s": 1.5e12,
}  # fmt: skip
_REDUCING = {"launch_s": 3e-5, "efficiency_fraction": 0.65, "saturation_bytes": 2e6}
_DIRECT = {"launch_s": 2e-6, "rank_s": 1e-7, "one_shot_fraction": 0.7, "second_launch_s": 1e-5, "two_shot_fraction": 0.7}
_EAGER = {"host_s": 2e-5, "copy_bytes_per_s": 1.3e12}
_OUTSIDE = {"launch_s": 3e-5, "efficiency_fraction": 0.7, "saturation_bytes": 1e6}
_RACKS = {"launch_s": 1e-4, "ports": 10.0, "saturation_bytes": 1e6}
_PLAIN = {"launch_s": 1e-5, "efficiency_fraction": 0.5}
_CORES = {
    "inside_bytes_per_s": 1.4e11, "launch_s": 8e-6, "add_s": 2e-6, "mesh_step_s": 1.7e-7, "mesh_fraction": 0.1,
    "halving_step_s": 1.5e-6, "halving_fraction": 0.35, "ring_step_s": 1.2e-6, "ring_fraction": 0.74,
    "add_inside_fraction": 0.6, "add_fraction": 0.9,
}  # fmt: skip


def book_of(chip: str) -> Book:
    """Where the library changes protocol on the chip's links."""
    return _BOOKS.get(chip, _BLACKWELL)


Extra = Callable[[dict[str, float], float, LinkPart | None], dict[str, float]]


def _nothing(values: dict[str, float], hop_s: float, lent: LinkPart | None) -> dict[str, float]:
    return {}


@dataclass(frozen=True)
class Stage:
    """One part: where its search starts, the rows that speak for it, and the constants that follow from the fitted ones.

    ``extra`` is also told the time of a hop and the part that a relative lends.
    """

    name: str
    start: dict[str, float]
    rows: Callable[[Sweep], Mask]
    extra: Extra = _nothing


def _ring_extra(values: dict[str, float], hop_s: float, lent: LinkPart | None) -> dict[str, float]:
    # The library books a wide step at 1.9 us and a quick one at 0.6; fitted apart it stays near twice the quick one.
    wide = {} if "wide_fraction" in values else {"wide_fraction": 1.0}
    return {"wide_step_s": hop_s + 2.0 * values["step_s"], "ramp_bytes": RAMP_BYTES, **wide}


def _racks_extra(values: dict[str, float], hop_s: float, lent: LinkPart | None) -> dict[str, float]:
    # Between racks the few ports in use limit, which leaves the share of a port to be told by servers.
    return {"efficiency_fraction": lent.efficiency_fraction} if isinstance(lent, Outside) else {"efficiency_fraction": 1.0}


def _inside(sweep: Sweep) -> Mask:
    return np.asarray((sweep.kernel == "library") & (sweep.chips <= sweep.domain), dtype=bool)


def _ring_rows(sweep: Sweep) -> Mask:
    # From five ranks on the library lets the switch add wherever it can.
    added = sweep.reducible & (sweep.ranks > 4)
    return np.asarray(_inside(sweep) & (sweep.operation != "alltoall") & ~added, dtype=bool)


def _reducing_rows(sweep: Sweep) -> Mask:
    return np.asarray(_inside(sweep) & sweep.reducible & (sweep.ranks > 4), dtype=bool)


def _exchange_rows(sweep: Sweep) -> Mask:
    return np.asarray(_inside(sweep) & (sweep.operation == "alltoall"), dtype=bool)


def _outside_rows(sweep: Sweep) -> Mask:
    return np.asarray((sweep.kernel == "library") & (sweep.chips > sweep.domain), dtype=bool)


def _timed(kernel: str) -> Callable[[Sweep], Mask]:
    return lambda sweep: np.asarray(sweep.kernel == kernel, dtype=bool)


def _without(start: dict[str, float], *names: str, **more: float) -> dict[str, float]:
    return {k: v for k, v in start.items() if k not in names} | more


def stages(chip: str) -> tuple[Stage, ...]:
    """What is fitted for a chip, in order."""
    if chip in CORES or chip in PLAIN:
        name, start = ("cores", _CORES) if chip in CORES else ("plain", _PLAIN)
        return (Stage(name, start, _inside),)
    shared = chip in PCIE
    return (
        Stage("ring", _without(_RING, "wide_fraction", contention=0.3) if shared else _RING, _ring_rows, _ring_extra),
        Stage("exchange", _without(_EXCHANGE, "launch_s", "peer_bytes_per_s", contention=0.3) if shared else _EXCHANGE, _exchange_rows),
        Stage("reducing", _REDUCING, _reducing_rows),
        *(Stage(kernel, _DIRECT, _timed(kernel)) for kernel in ("trtllm", "vllm_graph")),
        Stage("vllm_eager", _EAGER, _timed("vllm_eager")),
        Stage("outside", _RACKS, _outside_rows, _racks_extra) if chip in RACKS else Stage("outside", _OUTSIDE, _outside_rows),
    )
