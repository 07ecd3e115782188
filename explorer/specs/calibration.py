"""What a real machine loses against its datasheet, with provenance."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from explorer.specs.bands import BandKind, KindBand
from explorer.specs.base import Spec, Text
from explorer.specs.chip import Fraction, Identifier, NotNegative
from explorer.specs.kernels import AttentionKernel, GemmKernel, Kernels, plain_attention, plain_gemm
from explorer.specs.source import Source


class Calibration(Spec):
    """Constants of the ``calibrated`` efficiency set for one chip.

    ``kernels`` holds what was fitted to timings of single kernels; `gemm` and `attention` fall back on the shares of whole
    machines (``matmul_fraction``, ``attention_fraction``, ``kernel_latency_s``), which also serve elementwise kernels.
    ``stack_fraction`` is the speed of training under the software ``stack`` against kernels, links and bubbles alone.
    ``bands`` are the errors against published rows; ``band_fraction`` is what is assumed where a kind has none.
    """

    id: Identifier
    matmul_fraction: dict[str, Fraction]
    attention_fraction: Fraction
    hbm_fraction: Fraction
    sram_fraction: Fraction
    prologue_k: dict[str, NotNegative] = Field(default_factory=dict)
    kernel_latency_s: NotNegative
    host_s_per_step: NotNegative
    scale_up_fraction: Fraction
    scale_up_saturation_bytes: NotNegative
    scale_up_launch_s: NotNegative
    scale_out_fraction: Fraction
    scale_out_saturation_bytes: NotNegative
    scale_out_launch_s: NotNegative
    tp_overlap_fraction: Annotated[float, Field(ge=0, le=1)]
    dp_overlap_fraction: Annotated[float, Field(ge=0, le=1)]
    pp_overlap_fraction: Annotated[float, Field(ge=0, le=1)]
    idle_power_fraction: Annotated[float, Field(ge=0, lt=1)]
    hbm_j_per_byte: NotNegative
    link_j_per_byte: NotNegative
    band_fraction: Annotated[float, Field(ge=0, le=2)]
    band_note: Text = ""
    bands: dict[BandKind, KindBand] = Field(default_factory=dict)
    kernels: Kernels | None = None
    stack: Text = "default"
    stack_fraction: Fraction = 1.0
    sources: dict[str, Source] = Field(default_factory=dict)

    def gemm(self, number_format: str) -> GemmKernel:
        """Matmul kernels in a format; the shares of whole machines where no kernel was fitted. Unknown formats take the lowest share."""
        fitted = self.kernels.gemm.get(number_format) if self.kernels else None
        if fitted is not None:
            return fitted
        share = self.matmul_fraction.get(number_format) or min(self.matmul_fraction.values())
        return plain_gemm(share, self.hbm_fraction, self.prologue_k.get(number_format, 0.0), self.kernel_latency_s)

    def attention(self, phase: str, kv_format: str) -> AttentionKernel:
        """Attention kernels of a phase over a cache in a format; a format without timings takes those of BF16."""
        found = {} if self.kernels is None else self.kernels.decode if phase == "decode" else self.kernels.prefill
        fitted = found.get(kv_format) or found.get("bf16")
        return fitted or plain_attention(self.attention_fraction, self.hbm_fraction, self.kernel_latency_s)

    @property
    def start_s(self) -> float:
        """Start of a queued elementwise kernel: no later than that of a matmul, where one was timed."""
        timed = self.kernels.gemm.get("bf16") if self.kernels else None
        return min(self.kernel_latency_s, timed.launch_s) if timed else self.kernel_latency_s

    @property
    def provenance(self) -> str:
        """The weakest kind among the constants that set the time of a step."""
        kinds = {str(s.kind) for name, s in self.sources.items() if not name.startswith("bands.")} | (self.kernels.provenances if self.kernels else set())
        return next((k for k in ("guess", "transferred", "derived", "measured") if k in kinds), "guess")
