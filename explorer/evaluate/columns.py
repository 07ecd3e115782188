"""Nouns to numbers: a study becomes columns, one value a scenario, that physics can take at once.

Each column is a float64 array of shape (scenarios,), or (1,) where all points share the value: a sweep over one knob
widens that column alone, and what depends on the others only is computed once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.evaluate.bands import range_fraction
from explorer.specs import FORMATS, PHASES, RECOMPUTES, Scenario, Study, matmul_format

Array = NDArray[np.float64]
DECODE, PREFILL, TRAINING = range(len(PHASES))
NAN = math.nan


def _matmul(s: Scenario) -> str:
    return matmul_format(s.job.weight_format, s.job.activation_format)


def _peak(s: Scenario) -> float:
    return s.chip.peak_flop_per_s(_matmul(s)) or NAN


def _uncounted(rate: float | None) -> float:
    """A rate that nobody has published is no ceiling: work passes it in no time, and `explain.not_modelled` says so."""
    return math.inf if rate is None else rate


def _attention_format(s: Scenario) -> str:
    """Attention kernels keep 16-bit operands unless the job is FP32 throughout."""
    return "fp32" if s.job.activation_format == "fp32" else "bf16"


def _attention_peak(s: Scenario) -> float:
    name = _attention_format(s)
    return (s.chip.peak_flop_per_s(name) or NAN) * s.chip.array_fraction.get(name, 1.0)


def _stream(s: Scenario) -> float:
    """Bytes of an element between matmuls: norms, residuals and collectives stay at 16 bits or more."""
    return max(2.0, FORMATS[s.job.activation_format].bytes_per_element)


def _axes(s: Scenario) -> tuple[float, float, float, float, float, float]:
    """Torus axes and their shares. A domain that the knob changed stretches the last axis."""
    up = s.fabric.scale_up
    if up.kind in ("switch", "mesh"):
        return 1.0, 1.0, 1.0, 0.0, 0.0, 0.0
    if not up.axes:  # a ring is a torus of one axis
        return float(up.domain), 1.0, 1.0, 1.0, 0.0, 0.0
    axes = [float(a) for a in up.axes]
    axes[-1] *= up.domain / math.prod(axes)
    ones, nothing = [1.0] * (3 - len(axes)), [0.0] * (3 - len(axes))
    a, b, c = *axes, *ones
    x, y, z = *up.axis_share, *nothing
    return a, b, c, x, y, z


def _lossless(s: Scenario) -> bool:
    return s.efficiency == "ideal"


def _loss(name: str, ideal: float) -> Callable[[Scenario], float]:
    return lambda s: ideal if s.efficiency == "ideal" else float(getattr(s.calibration, name))


def _gemm(name: str, ideal: float) -> Callable[[Scenario], float]:
    return lambda s: ideal if _lossless(s) else float(getattr(s.calibration.gemm(_matmul(s)), name))


def _core(name: str, ideal: float) -> Callable[[Scenario], float]:
    return lambda s: ideal if _lossless(s) else float(getattr(s.calibration.attention(s.job.phase, s.job.kv_format), name))


def _around(s: Scenario) -> float:
    """Traffic around the attention kernel at full bandwidth, against one pass over Q, K, V and O; 0 where all is hidden."""
    share = None if _lossless(s) else s.calibration.attention(s.job.phase, s.job.kv_format).io_fraction
    return 0.0 if share is None else 1.0 / share


def _private_srams(s: Scenario) -> float:
    """Memories that each read their own operands. A bound must grant multicast: the cores then share one."""
    return 1.0 if _lossless(s) or s.chip.sram_scope == "chip" else float(s.chip.cores)


Getter = Callable[[Scenario], float]
_GETTERS: dict[str, Getter] = {
    # job
    "phase": lambda s: PHASES.index(s.job.phase),
    "batch": lambda s: s.job.batch,
    "context": lambda s: s.job.context,
    "weight_bytes_per_element": lambda s: FORMATS[s.job.weight_format].bytes_per_element,
    "activation_bytes_per_element": lambda s: FORMATS[s.job.activation_format].bytes_per_element,
    "kv_bytes_per_element": lambda s: FORMATS[s.job.kv_format].bytes_per_element,
    "stream_bytes_per_element": _stream,
    # plan
    "chips": lambda s: s.plan.chips,
    "tp": lambda s: s.plan.tp,
    "pp": lambda s: s.plan.pp,
    "virtual_stages": lambda s: s.plan.virtual_stages,
    "microbatch": lambda s: s.plan.microbatch,
    "recompute": lambda s: RECOMPUTES.index(s.plan.recompute),
    "zero": lambda s: s.plan.zero,
    "sequence_parallel": lambda s: s.plan.sequence_parallel,
    # workload
    "layers": lambda s: s.workload.layers,
    "hidden": lambda s: s.workload.hidden,
    "heads": lambda s: s.workload.heads,
    "kv_heads": lambda s: s.workload.kv_heads,
    "head_dim": lambda s: s.workload.head_dim,
    "ffn": lambda s: s.workload.ffn,
    "ffn_matrices": lambda s: 3.0 if s.workload.ffn_gated else 2.0,
    "vocab": lambda s: s.workload.vocab,
    "embedding_matrices": lambda s: 1.0 if s.workload.tied_embeddings else 2.0,
    "max_context": lambda s: s.workload.max_context,
    # chip
    "peak_flop_per_s": _peak,
    "array_flop_per_s": lambda s: _peak(s) * s.chip.array_fraction.get(_matmul(s), 1.0),
    "attention_flop_per_s": _attention_peak,
    "vector_flop_per_s": lambda s: _uncounted(s.chip.vector_flop_per_s),
    "hbm_bytes": lambda s: s.chip.hbm_bytes,
    "hbm_bytes_per_s": lambda s: s.chip.hbm_bytes_per_s,
    "sram_bytes": lambda s: s.chip.sram_bytes,
    "sram_bytes_per_s": lambda s: _uncounted(s.chip.sram_bytes_per_s),
    "sram_cores": _private_srams,
    "cores": lambda s: s.chip.cores,
    "tile_m": lambda s: s.chip.matmul_tile[0],
    "tile_n": lambda s: s.chip.matmul_tile[1],
    "tdp_w": lambda s: s.chip.tdp_w or NAN,
    "reserve_bytes": lambda s: s.chip.reserve_bytes,
    "reserve_fraction": lambda s: s.chip.reserve_fraction,
    "usd_per_chip_h": lambda s: s.offer.usd_per_chip_h if s.offer else NAN,
    # fabric
    "torus": lambda s: s.fabric.scale_up.kind in ("torus", "ring"),
    "mesh": lambda s: s.fabric.scale_up.kind == "mesh",
    "domain": lambda s: s.fabric.scale_up.domain,
    "axis_0": lambda s: _axes(s)[0],
    "axis_1": lambda s: _axes(s)[1],
    "axis_2": lambda s: _axes(s)[2],
    "share_0": lambda s: _axes(s)[3],
    "share_1": lambda s: _axes(s)[4],
    "share_2": lambda s: _axes(s)[5],
    "link_bytes_per_s": lambda s: s.fabric.scale_up.link_bytes_per_s_per_direction,
    "link_latency_s": lambda s: 0.0 if _lossless(s) else s.fabric.scale_up.link_latency_s,
    # A bound must grant the switch its best algorithm; calibrated rates were fitted without it.
    "in_network": lambda s: s.fabric.scale_up.in_network_reduction and _lossless(s),
    "out_bytes_per_s": lambda s: s.fabric.scale_out.bytes_per_s_per_direction,
    "out_latency_s": lambda s: 0.0 if _lossless(s) else s.fabric.scale_out.latency_s,
    # losses
    "ideal": _lossless,
    "gemm_compute": _gemm("compute_fraction", 1.0),
    "gemm_memory": _gemm("memory_fraction", 1.0),
    "gemm_overlap": _gemm("overlap_fraction", 1.0),
    "gemm_prologue_k": _gemm("prologue_k", 0.0),
    "gemm_step_s": _gemm("step_s", 0.0),
    "gemm_wave": _gemm("wave_fraction", 0.0),
    "gemm_launch_s": _gemm("launch_s", 0.0),
    "quantise_fraction": _gemm("quantise_fraction", 1.0),
    "quantise_launch_s": _gemm("quantise_launch_s", 0.0),
    # Stacks quantise to 8 bits in the norm or activation before the matmul; block scales of 4 bits take a kernel of their own.
    "quantised_apart": lambda s: 0.0 if _lossless(s) else float(_matmul(s) == "fp4"),
    "core_compute": _core("compute_fraction", 1.0),
    "core_memory": _core("memory_fraction", 1.0),
    "core_vector": _core("vector_fraction", 1.0),
    "core_around": _around,
    "core_ramp_bytes": _core("ramp_bytes", 0.0),
    "core_token_s": _core("token_s", 0.0),
    "core_block_tokens": _core("block_tokens", 0.0),
    "core_group_least": _core("group_least", 0.0),
    "core_group_most": _core("group_most", 1e9),
    "core_launch_s": _core("launch_s", 0.0),
    "warm_bytes": lambda s: 0.0,  # weights pass between two reads of a layer's KV cache
    "warm_bytes_per_s": lambda s: math.inf,
    "hbm_fraction": _loss("hbm_fraction", 1.0),
    "sram_fraction": _loss("sram_fraction", 1.0),
    "kernel_latency_s": _loss("start_s", 0.0),
    "host_s": _loss("host_s_per_step", 0.0),
    "stack_fraction": lambda s: s.calibration.stack_fraction if s.job.phase == "training" and not _lossless(s) else 1.0,
    "up_fraction": _loss("scale_up_fraction", 1.0),
    "up_saturation_bytes": _loss("scale_up_saturation_bytes", 0.0),
    "up_launch_s": _loss("scale_up_launch_s", 0.0),
    "out_fraction": _loss("scale_out_fraction", 1.0),
    "out_saturation_bytes": _loss("scale_out_saturation_bytes", 0.0),
    "out_launch_s": _loss("scale_out_launch_s", 0.0),
    "tp_overlap": _loss("tp_overlap_fraction", 1.0),
    "dp_overlap": _loss("dp_overlap_fraction", 1.0),
    "pp_overlap": _loss("pp_overlap_fraction", 1.0),
    "band_fraction": range_fraction,
    "idle_power_fraction": lambda s: s.calibration.idle_power_fraction,
    "hbm_j_per_byte": lambda s: s.calibration.hbm_j_per_byte,
    "link_j_per_byte": lambda s: s.calibration.link_j_per_byte,
}
COLUMN_NAMES = tuple(_GETTERS)


class Columns:
    """Read-only arrays by name, as attributes: ``columns.hbm_bytes_per_s``."""

    def __init__(self, arrays: dict[str, Array]) -> None:
        self._arrays = arrays
        self.width = max(a.shape[0] for a in arrays.values())

    def __getattr__(self, name: str) -> Array:
        try:
            return self.__dict__["_arrays"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(f"no column {name!r}") from None

    def replace(self, **changes: Any) -> Columns:
        """Columns with some exchanged; each is an array of shape (n,) or a number. All widths are equal or 1."""
        arrays = {k: np.atleast_1d(np.asarray(v, dtype=np.float64)) for k, v in changes.items()}
        for name, array in arrays.items():
            if name not in self._arrays:
                raise AttributeError(f"no column {name!r}")
            array.setflags(write=False)
        return Columns({**self._arrays, **arrays})

    def take(self, points: slice | NDArray[np.intp]) -> Columns:
        """The points named; columns that all points share stay as they are."""
        return Columns({k: v if v.shape[0] == 1 else v[points] for k, v in self._arrays.items()})

    def full(self, value: Array) -> Array:
        """``value`` repeated to the full width."""
        return np.broadcast_to(value, (*value.shape[:-1], self.width))


def lower(scenarios: Study | Iterable[Scenario]) -> Columns:
    """Columns of shape (scenarios,) from a study, or from any number of scenarios."""
    listed = scenarios.scenarios if isinstance(scenarios, Study) else tuple(scenarios)
    table = np.array([[getter(s) for s in listed] for getter in _GETTERS.values()], dtype=np.float64)
    table.setflags(write=False)
    return Columns(dict(zip(COLUMN_NAMES, table, strict=True)))
