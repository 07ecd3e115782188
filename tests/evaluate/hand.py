"""A second opinion: the same machine worked out with plain Python arithmetic, operator by operator.

Nothing here calls `explorer.physics` or `explorer.evaluate`. Numbers of chips and models come from the presets; every rule is
written out again from its source, for plans that the tests use (powers of two, matmuls whose panels fit the SRAM).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2, sqrt

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
    """One operator on one rank: FLOP, bytes at SRAM and HBM, the rate it computes at."""

    flop: float
    sram: float
    hbm: float
    rate: float

    def seconds(self, s: Scenario) -> float:
        ideal = s.efficiency == "ideal"
        e_hbm = 1.0 if ideal else s.calibration.hbm_fraction
        e_sram = 1.0 if ideal else s.calibration.sram_fraction
        start = 0.0 if ideal or self.hbm == 0 else s.calibration.kernel_latency_s
        ceilings = (self.flop / self.rate, self.sram / (s.chip.sram_bytes_per_s * e_sram), self.hbm / (s.chip.hbm_bytes_per_s * e_hbm))
        return max(ceilings) + start


def bf16_rates(s: Scenario) -> tuple[float, float]:
    """Of matmuls and of attention, BF16."""
    array = s.chip.peak_bf16_flop_per_s * s.chip.array_fraction.get("bf16", 1.0)
    if s.efficiency == "ideal":
        return array, array
    return array * s.calibration.matmul_fraction["bf16"], array * s.calibration.attention_fraction


def decode_operators(s: Scenario, m: dict[str, int]) -> dict[str, tuple[float, Op]]:
    """Operators of one decode step on one rank of a TP group, BF16, with how often each runs."""
    rows, ctx, t = s.job.batch, s.job.context, s.plan.tp
    h, heads, kv = m["h"], m["a"] // t, max(1, m["kv"] // t)
    matmul_rate, attention_rate = bf16_rates(s)
    vector = s.chip.vector_flop_per_s
    ideal = s.efficiency == "ideal"
    cores = s.chip.cores if s.chip.sram_scope == "core" and not ideal else 1  # a bound grants multicast
    weights = 2 * rank_params(m, t)
    cache = rows * ctx * 2 * m["L"] * kv * m["d"] * 2
    kept = 1 - min(1.0, s.chip.sram_bytes / (weights + cache)) if ideal else 1.0

    def matmul(n: float, k: float) -> Op:
        # Few rows: each core takes a slice of the columns and reads all activations; the weights are read once.
        hbm = 2 * rows * k * cores + 2 * k * n + 2 * rows * n
        tile_m, tile_n = s.chip.matmul_tile
        sram = 2 * rows * k * max(1, n / tile_n) + 2 * k * n * max(1, rows / tile_m) + 2 * rows * n
        return Op(2 * rows * n * k, sram, hbm * kept, matmul_rate)

    def light(traffic: float, flop_per_byte: float) -> Op:
        return Op(traffic * flop_per_byte, traffic, 0.0 if ideal else traffic, vector)

    kv_bytes = 2 * rows * ctx * kv * m["d"] * 2 + 2 * rows * heads * m["d"] * 2
    layers = float(m["L"])
    return {
        "embedding": (1, light(4 * rows * h, 0.0)),
        "norm": (layers, light(20 * rows * h, 0.5)),
        "qkv": (layers, matmul((heads + 2 * kv) * m["d"], h)),
        "rotary": (layers, light(4 * rows * (m["a"] + m["kv"]) * m["d"] / t, 0.75)),
        "attention": (layers, Op(4 * rows * ctx * heads * m["d"], kv_bytes, kv_bytes * kept, attention_rate)),
        "out": (layers, matmul(h, heads * m["d"])),
        "gate_up": (layers, matmul(2 * m["f"] / t, h)),
        "activation": (layers, light(6 * rows * m["f"] / t, 1.0)),
        "down": (layers, matmul(h, m["f"] / t)),
        "head": (1, matmul(m["V"] / t, h)),
        "loss": (1, light(8 * rows * m["V"] / t, 1.0)),
    }


def torus_4x4_all_reduce_s(s: Scenario, size: float) -> float:
    """All 16 chips: four half axes of two hops... each way out and back, all four links busy."""
    c = s.calibration
    rate = s.fabric.scale_up.link_bytes_per_s_per_direction * c.scale_up_fraction / (1 + sqrt(c.scale_up_saturation_bytes / size))
    return c.scale_up_launch_s + 2 * (4 * s.fabric.scale_up.link_latency_s + 15 / 16 * size / rate)


def switch_all_reduce_s(s: Scenario, size: float, ranks: int) -> float:
    c, a = s.calibration, s.fabric.scale_up.link_latency_s
    rate = s.fabric.scale_up.link_bytes_per_s_per_direction * c.scale_up_fraction / (1 + sqrt(c.scale_up_saturation_bytes / size))
    one_shot = a + (ranks - 1) * size / rate
    two_shots = 2 * a + 2 * (ranks - 1) / ranks * size / rate
    return c.scale_up_launch_s + min(one_shot, two_shots)


def two_tier_all_reduce_s(s: Scenario, size: float, inside: int, outside: int) -> float:
    """Reduce-scatter inside, all-reduce of the shards across, all-gather inside; chunks of 32 MiB overlap."""
    c, up, out = s.calibration, s.fabric.scale_up, s.fabric.scale_out
    near_rate = up.link_bytes_per_s_per_direction * c.scale_up_fraction / (1 + sqrt(c.scale_up_saturation_bytes / size))
    far_rate = out.bytes_per_s_per_direction * c.scale_out_fraction / (1 + sqrt(c.scale_out_saturation_bytes / size))
    near = 2 * (up.link_latency_s + (inside - 1) / inside * size / near_rate)
    far = 2 * (ceil(log2(outside)) * out.latency_s + (outside - 1) / outside * size / inside / far_rate)
    return c.scale_up_launch_s + c.scale_out_launch_s + max(near, far) + min(near, far) * min(1, 32 * 2**20 / size)
