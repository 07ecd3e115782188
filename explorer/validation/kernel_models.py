"""Which constants each kind of kernel has, and its prediction from rows, a chip and those constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.physics.kernels import (
    attention_decode_kernel_s,
    attention_prefill_kernel_s,
    gemm_kernel_s,
    quantise_kernel_s,
)
from explorer.validation.fitting import Constant

Array = NDArray[np.float64]
Columns = Mapping[str, Array]

BLOCK_TOKENS = 128.0  # queries of a block in the fused attention kernels of these rows

FULL_ROWS = 40  # from here on every constant of a kind is fitted
FEW_ROWS = 10  # from here on the few below; with fewer rows only the two that every row shows
TINY_ROWS = 4
FEW = ("compute_fraction", "memory_fraction", "launch_s", "overlap_fraction")
TINY = ("compute_fraction", "launch_s")

GEMM = (
    Constant("compute_fraction", 0.8, 0.2, 1.0),
    Constant("memory_fraction", 0.85, 0.4, 1.0),
    Constant("launch_s", 2.5e-6, 0.3e-6, 60e-6),
    Constant("overlap_fraction", 0.7, 0.0, 1.0, linear=True),
    Constant("prologue_k", 100.0, 0.0, 3000.0, linear=True),
    Constant("step_s", 0.8e-9, 0.02e-9, 10e-9),
    Constant("wave_fraction", 0.5, 0.0, 1.0, linear=True),
)
QUANTISE = (Constant("quantise_fraction", 0.4, 0.05, 1.0), Constant("quantise_launch_s", 5e-6, 0.1e-6, 30e-6))
NO_EFFECT = {"prologue_k": 0.0, "step_s": 0.0, "wave_fraction": 0.0, "overlap_fraction": 0.7, "memory_fraction": 0.85}

PREFILL = (
    Constant("compute_fraction", 0.6, 0.1, 1.0),
    Constant("io_fraction", 0.3, 0.02, 1.0),
    Constant("launch_s", 12e-6, 1e-6, 60e-6),
)

DECODE = (
    Constant("memory_fraction", 0.88, 0.4, 1.0),
    Constant("compute_fraction", 0.1, 0.005, 1.0),
    Constant("vector_fraction", 0.08, 0.01, 1.0),
    Constant("io_fraction", 0.2, 0.03, 1.0),
    Constant("token_s", 0.3e-9, 0.001e-9, 20e-9),
    Constant("launch_s", 10e-6, 1e-6, 40e-6),
)
COLD = Constant("ramp_bytes", 40e6, 0.0, 300e6, linear=True)
WARM = Constant("cache_bytes_per_s", 15e12, 1e12, 100e12)


@dataclass(frozen=True)
class Machine:
    """What a kernel's time depends on besides its shape: the part of a chip that ran it, in base units."""

    chip: str
    peak_flop_per_s: Mapping[str, float]
    vector_flop_per_s: float
    hbm_bytes_per_s: float
    cores: float
    cache_bytes: float
    warm: bool = False
    group_least: float = 1.0
    group_most: float = np.inf


def gemm_s(rows: Columns, machine: Machine, number_format: str, constants: Mapping[str, float]) -> Array:
    """Times of matmul rows [s]: columns m, n, k, groups, bytes (of an operand), quantised (0 or 1)."""
    own = {name: constants[name] for name in (c.name for c in GEMM)}
    kernel = gemm_kernel_s(
        m=rows["m"], n=rows["n"], k=rows["k"], groups=rows["groups"], a_bytes_per_element=rows["bytes"],
        b_bytes_per_element=rows["bytes"], c_bytes_per_element=2.0,
        peak_flop_per_s=machine.peak_flop_per_s[number_format], hbm_bytes_per_s=machine.hbm_bytes_per_s,
        cores=machine.cores, **own,
    )  # fmt: skip
    if not np.any(rows["quantised"]):
        return kernel
    quantise = quantise_kernel_s(
        m=rows["m"], k=rows["k"], from_bytes_per_element=2.0, to_bytes_per_element=rows["bytes"],
        hbm_bytes_per_s=machine.hbm_bytes_per_s, quantise_fraction=constants["quantise_fraction"],
        launch_s=constants["quantise_launch_s"],
    )  # fmt: skip
    return kernel + rows["quantised"] * quantise


def prefill_s(rows: Columns, machine: Machine, number_format: str, constants: Mapping[str, float]) -> Array:
    """Times of causal prefill attention rows [s]: columns sequences, query_tokens, key_tokens, heads, kv_heads, head_dim."""
    return attention_prefill_kernel_s(
        sequences=rows["sequences"], query_tokens=rows["query_tokens"], key_tokens=rows["key_tokens"],
        heads=rows["heads"], kv_heads=rows["kv_heads"], head_dim=rows["head_dim"], activation_bytes_per_element=2.0,
        peak_flop_per_s=machine.peak_flop_per_s[number_format], hbm_bytes_per_s=machine.hbm_bytes_per_s,
        cores=machine.cores, block_tokens=BLOCK_TOKENS, overlap_fraction=0.0,
        causal_fraction=1.0 - 0.5 * rows["query_tokens"] / rows["key_tokens"], **constants,
    )  # fmt: skip


def decode_s(rows: Columns, machine: Machine, number_format: str, constants: Mapping[str, float]) -> Array:
    """Times of decode attention rows [s]: columns sequences, key_tokens, heads, kv_heads, head_dim, kv_bytes."""
    return attention_decode_kernel_s(
        sequences=rows["sequences"], context=rows["key_tokens"], heads=rows["heads"], kv_heads=rows["kv_heads"],
        head_dim=rows["head_dim"], activation_bytes_per_element=2.0, kv_bytes_per_element=rows["kv_bytes"],
        peak_flop_per_s=machine.peak_flop_per_s["bf16"], vector_flop_per_s=machine.vector_flop_per_s,
        hbm_bytes_per_s=machine.hbm_bytes_per_s, group_least=machine.group_least, group_most=machine.group_most,
        cache_bytes=0.5 * machine.cache_bytes if machine.warm else 0.0, **constants,
    )  # fmt: skip


KINDS = {"gemm": gemm_s, "prefill": prefill_s, "decode": decode_s}


def to_fit(kind: str, machine: Machine, rows: Columns) -> tuple[tuple[Constant, ...], dict[str, float]]:
    """The constants that these rows can tell, and the values of those they cannot. Nothing to fit: too few rows."""
    count = len(next(iter(rows.values())))
    if kind == "prefill":
        return (PREFILL if count >= FEW_ROWS else ()), {}
    if kind == "decode":
        return ((*DECODE, WARM if machine.warm else COLD) if count >= FULL_ROWS else ()), {}
    wanted = GEMM + (QUANTISE if np.any(rows["quantised"]) else ())
    if count >= FULL_ROWS:
        return wanted, {}
    quantised = bool(np.any(rows["quantised"]))
    names = FEW if count >= FEW_ROWS else TINY if count >= TINY_ROWS and not quantised else ()
    chosen = tuple(c for c in wanted if c.name in names or (names and c in QUANTISE))
    return chosen, {name: value for name, value in NO_EFFECT.items() if name not in names}
