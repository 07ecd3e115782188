"""A chip preset made of what was measured: it stands beside the shipped ones, each number with provenance ``measured``."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.errors import ExplorerError
from explorer.specs import Chip, Source
from explorer.units import format_quantity
from explorer.validation.computer.system import reported_caches
from explorer.validation.computer.timing import Band, Measured

BASED_ON = "this-computer"  # whose calibration says that these rates are attained ones, not a datasheet's
FABRIC = "one-computer"
_GUESS = Source(kind="guess", ref="Assumption of this program")
_FORMATS = {"bf16": "peak_bf16_flop_per_s", "fp32": "peak_fp32_flop_per_s"}


def chip_of(found: Measured, name: str, chip_id: str, date: str, gpu: bool = False) -> Chip:
    """The preset. BF16 that was not measured runs as FP32 here, and takes its rate. Raises `ExplorerError` where nothing
    was measured."""
    best = {f: rate for f in _FORMATS if (rate := found.peak(f)) is not None}
    if not best or not found.bands:
        raise ExplorerError("nothing was measured")
    ref = f"Measured on this computer with {found.software}"
    cache = _last_cache(found, {} if gpu else reported_caches())
    sources = {
        "hbm_bytes": _source(ref, date, "Main memory as the system reports it."),
        "hbm_bytes_per_s": _source(ref, date, "Copies far larger than the caches; bytes read and bytes written both count."),
        "sram_bytes": _source(ref, date, _cache_note(found)),
        "sram_bytes_per_s": _source(ref, date, "Copies that stay within the last cache."),
        "cores": _source(ref, date, "What computes side by side, as the system reports it."),
        "reserve_bytes": _GUESS,
        "reserve_fraction": _GUESS.replace(note="What the system and other programs hold."),
        "matmul_tile": _GUESS.replace(note="Blocks of a tuned BLAS are about this large."),
    }
    peaks: dict[str, float] = {}
    for number_format, field in _FORMATS.items():
        rate = best.get(number_format) or best["fp32"]
        note = f"Best of square products: {rate.side:,} x {rate.side:,}."
        peaks[field] = rate.flop_per_s
        sources[field] = _source(ref, date, note if number_format in best else f"Not measured in BF16: runs as FP32. {note}")
    return Chip(
        id=chip_id, name=name, vendor="This computer", family="gpu" if gpu else "cpu", released=date, based_on=BASED_ON,
        cores=found.cores, matmul_tile=(64, 64), hbm_bytes=found.memory_bytes, hbm_bytes_per_s=found.memory_bytes_per_s,
        sram_bytes=cache.working_set_bytes, sram_bytes_per_s=max(cache.bytes_per_s, found.memory_bytes_per_s), sram_scope="chip",
        reserve_bytes=0.0, reserve_fraction=0.1, fabrics=(FABRIC,), sources=sources,
        peak_bf16_flop_per_s=peaks["peak_bf16_flop_per_s"], peak_fp32_flop_per_s=peaks["peak_fp32_flop_per_s"],
    )  # fmt: skip


def _last_cache(found: Measured, reported: Mapping[str, float]) -> Band:
    """The level above the main memory. A step beyond all caches that the system reports is noise of a busy machine."""
    most = max(reported.values(), default=float("inf"))
    levels = [c for c in found.caches if c.working_set_bytes <= most]
    return levels[-1] if levels else found.bands[0]


def _source(ref: str, date: str, note: str) -> Source:
    return Source(kind="measured", ref=ref, checked=date, note=note)


def _cache_note(found: Measured) -> str:
    levels = ", ".join(f"{format_quantity(c.working_set_bytes, 'B')} at {format_quantity(c.bytes_per_s, 'B/s')}" for c in found.caches)
    told = ", ".join(f"{name} {format_quantity(size, 'B')}" for name, size in reported_caches().items())
    note = f"Working sets at which copies become slower: {levels or 'none found'}."
    return f"{note} The system reports {told} (of one core)." if told else note


def report_lines(found: Measured) -> list[str]:
    """What was found, line by line."""
    lines = [f"{found.device} ({found.software}, {found.cores} cores, {format_quantity(found.memory_bytes, 'B')})", "  matmul"]
    lines += [f"    {r.number_format:5} {r.side:6,} x {r.side:<6,} {format_quantity(r.flop_per_s, 'FLOP/s'):>14}" for r in found.rates]
    lines += ["  copies, read and written"]
    lines += [f"    {format_quantity(b.working_set_bytes, 'B'):>10} {format_quantity(b.bytes_per_s, 'B/s'):>14}" for b in found.bands]
    lines += [f"  a cache ends at {format_quantity(c.working_set_bytes, 'B')}: {format_quantity(c.bytes_per_s, 'B/s')}" for c in found.caches]
    return [*lines, f"  main memory: {format_quantity(found.memory_bytes_per_s, 'B/s')}"]
