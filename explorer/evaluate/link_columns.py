"""Columns of what collectives lose on the links, and of the tiers of the outer network.

``link_model`` says which formulas a point's collectives follow inside a domain: the textbook's (every bound, and chips of which only
shares of the links are known), those of a communication library, or those among the cores of a chip with engines of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from explorer.specs import Scenario
from explorer.specs.links import Among, Book, Direct, Exchange, LinkPart, Links, Outside, Plain, Reducing, Ring

TEXTBOOK, LIBRARY, AMONG_CORES = 0.0, 1.0, 2.0
Getter = Callable[[Scenario], float]
Read = Callable[[Any], float]


def _crossing_s(base_s: float, slow: float, fast: float) -> float:
    """Time at the nominal port at which a protocol that starts ``base_s`` later and is faster is booked cheaper."""
    return base_s / (1.0 / slow - 1.0 / fast)


def _quick_wide(base: str) -> Read:
    """The quick against the wide protocol; a library without the wide one never gets there."""
    return lambda b: _crossing_s(getattr(b, base), b.quick_fraction, b.wide_fraction) if b.wide_fraction else _NEVER[base]


def _wide_bulk(kind: str) -> Read:
    def read(b: Book) -> float:
        base: float = getattr(b, f"bulk_{kind}_s") - getattr(b, f"wide_{kind}_s")
        return _crossing_s(base, b.wide_fraction, b.bulk_fraction) if b.wide_fraction else 0.0

    return read


_NEVER = {"wide_base_s": math.inf, "wide_step_s": 0.0}


def _quick_bulk(base: str) -> Read:
    return lambda b: _crossing_s(getattr(b, base), b.quick_fraction, b.bulk_fraction)


def _plain(name: str) -> Read:
    return lambda part: float(getattr(part, name))


def _peer_rate(e: Exchange) -> float:
    return math.inf if e.peer_bytes_per_s is None else e.peer_bytes_per_s


def _short_launch(e: Exchange) -> float:
    """Without a rate of one channel short pieces have no way of their own."""
    return math.inf if e.peer_bytes_per_s is None else e.launch_s


def _ports(o: Outside) -> float:
    return math.inf if o.ports is None else o.ports


# Of each part: column, how it is read from the part's constants, the links crossed meanwhile, and its value without losses.
Row = tuple[str, Read, float, float]
# Times of a step and of kernels that cross a link once or twice: the link's own latency is the fabric's.
_HOPS = {
    "ring_step_s": 1.0, "ring_wide_step_s": 1.0, "ring_bulk_step_s": 1.0, "exchange_launch_s": 1.0, "exchange_bulk_launch_s": 1.0,
    "reducing_launch_s": 2.0, "direct_launch_s": 1.0, "direct_second_launch_s": 2.0, "among_launch_s": 1.0,
    "among_halving_step_s": 1.0, "among_ring_step_s": 1.0,
}  # fmt: skip


def _rows(prefix: str, zero: tuple[str, ...] = (), one: tuple[str, ...] = (), endless: tuple[str, ...] = ()) -> tuple[Row, ...]:
    lossless = {**dict.fromkeys(zero, 0.0), **dict.fromkeys(one, 1.0), **dict.fromkeys(endless, math.inf)}
    return tuple(_row(f"{prefix}_{name}", _plain(name), value) for name, value in lossless.items())


def _row(column: str, read: Read, lossless: float) -> Row:
    return column, read, _HOPS.get(column, 0.0), lossless


PARTS: dict[type[LinkPart], tuple[Row, ...]] = {
    Ring: _rows(
        "ring", ("launch_s", "step_s", "wide_step_s", "bulk_step_s", "serial_fraction", "ramp_fraction", "contention"),
        ("quick_fraction", "wide_fraction", "bulk_fraction", "ramp_bytes"), ("own_bytes_per_s",),
    ),
    Book: (
        _row("book_wide_base_s", _quick_wide("wide_base_s"), 0.0), _row("book_wide_step_s", _quick_wide("wide_step_s"), 0.0),
        _row("book_bulk_base_s", _quick_bulk("bulk_base_s"), 0.0), _row("book_bulk_step_s", _quick_bulk("bulk_step_s"), 0.0),
        _row("book_last_base_s", _wide_bulk("base"), 0.0), _row("book_last_step_s", _wide_bulk("step"), 0.0),
    ),
    Exchange: (
        _row("exchange_launch_s", _short_launch, 0.0), _row("exchange_peer_bytes_per_s", _peer_rate, math.inf),
        *_rows("exchange", ("bulk_launch_s", "saturation_bytes", "contention"), ("efficiency_fraction",), ("own_bytes_per_s",)),
    ),
    Reducing: _rows("reducing", ("launch_s", "saturation_bytes"), ("efficiency_fraction",)),
    Direct: _rows("direct", ("launch_s", "rank_s", "second_launch_s"), ("one_shot_fraction", "two_shot_fraction")),
    Among: _rows(
        "among", ("launch_s", "add_s", "mesh_step_s", "halving_step_s", "ring_step_s"),
        ("mesh_fraction", "halving_fraction", "ring_fraction", "add_inside_fraction", "add_fraction", "ranks_per_chip"),
        ("inside_bytes_per_s",),
    ),
    Plain: (
        _row("up_launch_s", _plain("launch_s"), 0.0), _row("up_fraction", _plain("efficiency_fraction"), 1.0),
        _row("up_saturation_bytes", _plain("saturation_bytes"), 0.0),
    ),
    Outside: (
        _row("out_launch_s", _plain("launch_s"), 0.0), _row("out_fraction", _plain("efficiency_fraction"), 1.0),
        _row("out_saturation_bytes", _plain("saturation_bytes"), 0.0), _row("out_ports", _ports, math.inf),
    ),
}  # fmt: skip


def values_of(part: LinkPart, hop_s: float) -> dict[str, float]:
    """The columns that a part's constants are, over links of a latency."""
    return {column: read(part) + hops * hop_s for column, read, hops, _ in PARTS[type(part)]}


def links_of(s: Scenario) -> Links | None:
    """Fitted collectives that count: none in a bound."""
    return None if s.efficiency == "ideal" else s.calibration.links


def engine_of(s: Scenario) -> Direct | None:
    """The engine's own all-reduce: serving only, where the chip has one."""
    links = links_of(s)
    return None if links is None or s.job.phase == "training" else links.engine(s.calibration.server)


def _of(name: str) -> Callable[[Scenario], LinkPart | None]:
    def part(s: Scenario) -> LinkPart | None:
        links = links_of(s)
        return None if links is None else getattr(links, name)

    return part


_WHERE: dict[type[LinkPart], Callable[[Scenario], LinkPart | None]] = {
    Ring: _of("ring"), Book: _of("book"), Exchange: _of("exchange"), Reducing: _of("reducing"), Direct: engine_of, Among: _of("cores"),
    Plain: lambda s: None if s.efficiency == "ideal" else s.calibration.inner,
    Outside: lambda s: None if s.efficiency == "ideal" else s.calibration.outer,
}  # fmt: skip


def _getter(where: Callable[[Scenario], LinkPart | None], read: Read, hops: float, lossless: float) -> Getter:
    def get(s: Scenario) -> float:
        part = where(s)
        return lossless if part is None else read(part) + hops * s.fabric.scale_up.link_latency_s

    return get


def _model(s: Scenario) -> float:
    links = links_of(s)
    if links is None:
        return TEXTBOOK
    return LIBRARY if links.ring is not None else AMONG_CORES if links.cores is not None else TEXTBOOK


def _all_hides(s: Scenario) -> bool:
    """Whether messages that hide cost nothing: in a bound, and where the plan asks for everything."""
    return s.efficiency == "ideal" or s.plan.overlap == "max"


def _reducing(s: Scenario) -> bool:
    links = links_of(s)
    return links is not None and links.reducing is not None and s.fabric.scale_up.in_network_reduction


LOSSLESS = {row[0]: row[3] for rows in PARTS.values() for row in rows}
LINKS: dict[str, Getter] = {
    "link_model": _model,
    "reducing": _reducing,
    "direct": lambda s: engine_of(s) is not None,
    **{row[0]: _getter(_WHERE[kind], *row[1:]) for kind, rows in PARTS.items() for row in rows},
    "out_radix": lambda s: s.fabric.scale_out.radix or math.inf,
    "out_oversubscription": lambda s: s.fabric.scale_out.oversubscription or 1.0,
    "out_tier_latency_s": lambda s: 0.0 if s.efficiency == "ideal" else s.fabric.scale_out.tier_latency_s or 0.0,
    "taken_up": lambda s: 0.0 if _all_hides(s) else s.calibration.collective_core_fraction_up or 0.0,
    "taken_out": lambda s: 0.0 if _all_hides(s) else s.calibration.collective_core_fraction_out or 0.0,
}
