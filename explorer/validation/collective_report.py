"""Errors of predicted collectives, and the constants of a chip as a TOML file that says where they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from explorer.physics.arrays import Array
from explorer.specs import LinkPart
from explorer.validation.collective_rows import LARGE_BYTES, Mask, Sweep

NOTES = {
    "ring": "All-gather, reduce-scatter and all-reduce of the library: launch, step of each protocol, part of the port each attains.",
    "book": "Where the library changes protocol, by its own table (NCCL, src/graph/tuning.cc).",
    "exchange": "All-to-all of the library: one channel a peer for short pieces, all channels for long ones.",
    "reducing": "All-reduce added in the switch.",
    "trtllm": "TensorRT-LLM's custom all-reduce; the library takes over where it is quicker.",
    "vllm_graph": "vLLM's custom all-reduce inside a graph; the library takes over where it is quicker.",
    "vllm_eager": "The same launched from the host: the host's time, and a copy of the buffer.",
    "outside": "Beyond one domain, pipelined with the inner part; ports: chips of a domain that carry one collective.",
    "plain": "A launch and a part of the chip's links: too few rows for more.",
    "cores": "Collectives among cores: the quickest of mesh, recursive halving and doubling, and rings.",
}


@dataclass(frozen=True)
class Errors:
    """Absolute errors as fractions of the measured time, of n rows; ``large``: of those from 32 MiB."""

    n: int
    mean: float
    median: float
    p90: float
    worst: float
    worst_id: str
    large_n: int
    large_mean: float


def errors(predicted_s: Array, sweep: Sweep) -> Errors:
    """Errors of the rows of a sweep (at least one)."""
    off = np.abs(predicted_s / sweep.measured_s - 1.0)
    large = off[sweep.buffer_bytes >= LARGE_BYTES]
    return Errors(
        n=len(off),
        mean=float(off.mean()),
        median=float(np.median(off)),
        p90=float(np.quantile(off, 0.9)),
        worst=float(off.max()),
        worst_id=str(sweep.ids[int(np.argmax(off))]),
        large_n=len(large),
        large_mean=float(large.mean()) if len(large) else 0.0,
    )


def summary(predicted_s: Array, sweep: Sweep) -> dict[str, Errors]:
    """Errors by operation, by number of ranks and by kernel."""
    return {name: errors(predicted_s[mask], sweep.pick(mask)) for name, mask in _groups(sweep)}


def _groups(sweep: Sweep) -> Iterator[tuple[str, Mask]]:
    for operation in sorted(set(sweep.operation)):
        yield str(operation), np.asarray(sweep.operation == operation)
    for ranks in sorted(set(sweep.ranks)):
        yield f"{ranks:.0f}_ranks", np.asarray(sweep.ranks == ranks)
    for kernel in sorted(set(sweep.kernel)):
        yield f"{kernel}_kernels", np.asarray(sweep.kernel == kernel)


def toml(chip: str, name: str, parts: Mapping[str, LinkPart], sweep: Sweep, found: dict[str, Errors]) -> str:
    """The file of one chip. Numbers are in base units (s, B, B/s); ``_fraction`` is a part of the nominal port."""
    lines = [
        f"# Collectives of {name}: written by python -m explorer.validation.fit_collectives, not by hand.",
        "# Fractions are parts of the nominal rate of one chip's links; times of a step come on top of the link's own latency.",
        f'id = "{chip}"',
    ]
    for stage, part in parts.items():
        values = {k: v for k, v in part.model_dump().items() if v not in (None, "") and k != "provenance"}
        lines += ["", f"[{stage}]  # {NOTES[stage]}", f'provenance = "{part.provenance}"', *(f"{k} = {_text(v)}" for k, v in values.items())]
    lines += ["", "[errors]  # absolute errors as parts of the measured time; large: from 32 MiB"]
    lines += [f"{key} = {{ {_errors(each)} }}" for key, each in sorted(found.items())]
    lines += ["", "[source]  # rows of quality A and A-: first and last id, and how many of each source (library)", *_origin(sweep)]
    return "\n".join(lines) + "\n"


def _origin(sweep: Sweep) -> Iterator[str]:
    ids = sorted(str(i) for i in sweep.ids)
    yield f'rows = ["{_plain(ids[0])}", "{_plain(ids[-1])}"]'
    for name in sorted(set(sweep.source)):
        yield f'"{_plain(str(name))}" = {int(np.sum(sweep.source == name))}'


def _plain(text: str) -> str:
    """Fit for a quoted TOML string, whatever the file of rows held."""
    return "".join(c if c.isprintable() and c not in '"\\' else " " for c in text)


def _text(value: float) -> str:
    return repr(value if isinstance(value, int) else float(f"{value:.6g}"))


def _errors(e: Errors) -> str:
    parts = [f"{name} = {getattr(e, name):.4f}" for name in ("mean", "median", "p90", "worst")]
    return ", ".join([f"n = {e.n}", *parts, f'worst_id = "{_plain(e.worst_id)}"', f"large_n = {e.large_n}", f"large_mean = {e.large_mean:.4f}"])
