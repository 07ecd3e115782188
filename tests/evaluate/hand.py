"""A second opinion: the same machine worked out with plain Python arithmetic, operator by operator.

Nothing here calls `explorer.physics` or `explorer.evaluate`. Numbers of chips and models come from the presets; every rule is
written out again from its source, for plans that the tests use (powers of two, matmuls whose panels fit the SRAM).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from explorer.specs import Scenario

LLAMA_70B = {"L": 80, "h": 8192, "a": 64, "kv": 8, "d": 128, "f": 28672, "V": 128256}
LLAMA_405B = {"L": 126, "h": 16384, "a": 128, "kv": 8, "d": 128, "f": 53248, "V": 128256}
LLAMA_8B = {"L": 32, "h": 4096, "a": 32, "kv": 8, "d": 128, "f": 14336, "V": 128256}


def forward_flop_per_token(m: dict[str, int]) -> float:
    """Matmuls of all layers: 2 FLOP for every weight."""
    weights = m["h"] * m["d"] * (2 * m["a"] + 2 * m["kv"]) + 3 * m["h"] * m["f"]
    return 2.0 * m["L"] * weights


def params(m: dict[str, int]) -> int:
    layer = m["h"] * m["d"] * (2 * m["a"] + 2 * m["kv"]) + 3 * m["h"] * m["f"] + 2 * m["h"]
    return m["L"] * layer + 2 * m["V"] * m["h"] + m["h"]


def rank_params(m: dict[str, int], tp: int) -> float:
    """One stage: matrices over tp ranks (KV heads copied when they are fewer), norms on every rank."""
    kv_here = max(1, m["kv"] // tp)
    layer = m["h"] * m["d"] * (2 * m["a"] / tp + 2 * kv_here) + 3 * m["h"] * m["f"] / tp + 2 * m["h"]
    return m["L"] * layer + 2 * m["V"] * m["h"] / tp + m["h"]


@dataclass
class Op:
    """One operator on one rank: FLOP, bytes at SRAM and HBM, the time of its arithmetic and of its traffic, and what neither hides."""

    flop: float
    sram: float
    hbm: float
    compute_s: float
    read_s: float
    apart_s: float = 0.0
    overlap: float = 1.0

    def seconds(self, s: Scenario) -> float:
        e_sram = 1.0 if s.efficiency == "ideal" else s.calibration.sram_fraction
        ceilings = (self.compute_s, self.sram / (s.chip.sram_bytes_per_s * e_sram), self.read_s)
        return max(ceilings) + (1 - self.overlap) * min(self.compute_s, self.read_s) + self.apart_s


@dataclass
class Bench:
    """One decode step of one rank, BF16: makes its operators from their sizes."""

    s: Scenario
    rows: int
    kept: float

    @property
    def ideal(self) -> bool:
        return self.s.efficiency == "ideal"

    @property
    def peak(self) -> float:
        return self.s.chip.peak_bf16_flop_per_s * self.s.chip.array_fraction.get("bf16", 1.0)

    def matmul(self, n: float, k: float) -> Op:
        """Few rows: each private memory takes a slice of the columns and reads all activations; the weights are read once."""
        chip, rows = self.s.chip, self.rows
        copies = chip.cores if chip.sram_scope == "core" and not self.ideal else 1
        hbm = (2 * rows * k * copies + 2 * k * n + 2 * rows * n) * self.kept
        tile_m, tile_n = chip.matmul_tile
        sram = 2 * rows * k * max(1, n / tile_n) + 2 * k * n * max(1, rows / tile_m) + 2 * rows * n
        flop = 2 * rows * n * k
        if self.ideal:
            return Op(flop, sram, hbm, flop / self.peak, hbm / chip.hbm_bytes_per_s)
        g = self.s.calibration.gemm("bf16")
        waves = ceil(rows / 128) * ceil(n / 256) / chip.cores
        longer = 1 + g.wave_fraction * (ceil(waves) / waves - 1) if waves > 1 else 1.0
        compute = (k + g.prologue_k) * max(2 * rows * n * longer / (self.peak * g.compute_fraction), g.step_s)
        return Op(flop, sram, hbm, compute, hbm / (chip.hbm_bytes_per_s * g.memory_fraction), g.launch_s, g.overlap_fraction)

    def light(self, traffic: float, flop_per_byte: float, kernels: int = 1, timed_elsewhere: bool = False) -> Op:
        chip, losses = self.s.chip, self.s.calibration
        flop = traffic * flop_per_byte
        if self.ideal or timed_elsewhere:
            return Op(flop, traffic, 0.0, flop / chip.vector_flop_per_s, 0.0)
        start = min(losses.kernel_latency_s, losses.gemm("bf16").launch_s)
        return Op(
            flop, traffic, traffic, flop / chip.vector_flop_per_s, traffic / (chip.hbm_bytes_per_s * losses.hbm_fraction),
            kernels * start,
        )  # fmt: skip

    def attention(self, context: int, heads: float, kv: float, d: int) -> Op:
        chip, rows = self.s.chip, self.rows
        stream = 2 * rows * heads * d * 2
        read = 2 * rows * context * kv * d * 2 + stream
        flop = 4 * rows * context * heads * d
        if self.ideal:
            return Op(flop, read, read * self.kept, flop / self.peak, read * self.kept / chip.hbm_bytes_per_s)
        a = self.s.calibration.attention("decode", "bf16")
        on_matmul = a.group_least <= heads / kv <= a.group_most
        rate = self.peak * a.compute_fraction if on_matmul else chip.vector_flop_per_s * a.vector_fraction
        slow = read * (1 + a.ramp_bytes / (read + a.ramp_bytes))
        around = 0.0 if a.io_fraction is None else stream / (chip.hbm_bytes_per_s * a.io_fraction)
        return Op(
            flop, read, read, flop / rate, slow / (chip.hbm_bytes_per_s * a.memory_fraction),
            around + a.launch_s + a.token_s * context,
        )  # fmt: skip


def decode_operators(s: Scenario, m: dict[str, int]) -> dict[str, tuple[float, Op]]:
    """Operators of one decode step on one rank of a TP group, BF16, with how often each runs."""
    rows, ctx, t = s.job.batch, s.job.context, s.plan.tp
    h, heads, kv = m["h"], m["a"] // t, max(1, m["kv"] // t)
    weights = 2 * rank_params(m, t)
    cache = rows * ctx * 2 * m["L"] * kv * m["d"] * 2
    kept = 1 - min(1.0, s.chip.sram_bytes / (weights + cache)) if s.efficiency == "ideal" else 1.0
    b = Bench(s, rows, kept)
    fused = s.calibration.attention("decode", "bf16").io_fraction is not None
    layers = float(m["L"])
    return {
        "embedding": (1, b.light(4 * rows * h, 0.0)),
        "norm": (layers, b.light(20 * rows * h, 0.5, kernels=2)),
        "qkv": (layers, b.matmul((heads + 2 * kv) * m["d"], h)),
        "rotary": (layers, b.light(4 * rows * (m["a"] + m["kv"]) * m["d"] / t, 0.75, timed_elsewhere=fused)),
        "attention": (layers, b.attention(ctx, heads, kv, m["d"])),
        "out": (layers, b.matmul(h, heads * m["d"])),
        "gate_up": (layers, b.matmul(2 * m["f"] / t, h)),
        "activation": (layers, b.light(6 * rows * m["f"] / t, 1.0)),
        "down": (layers, b.matmul(h, m["f"] / t)),
        "head": (1, b.matmul(m["V"] / t, h)),
        "loss": (1, b.light(8 * rows * m["V"] / t, 1.0)),
    }
