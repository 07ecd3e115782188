"""What a real machine loses against its datasheet, with provenance."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from explorer.specs.base import Spec, Text
from explorer.specs.chip import Fraction, Identifier, NotNegative
from explorer.specs.source import Source


class Calibration(Spec):
    """Constants of the ``calibrated`` efficiency set for one chip (model: T = t0 + max(F (K+K0)/K / (P e_c), Q / (W e_m)))."""

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
    sources: dict[str, Source] = Field(default_factory=dict)

    @property
    def provenance(self) -> str:
        """The weakest kind among the constants that set the time of a step."""
        kinds = {s.kind for s in self.sources.values()}
        return next((k for k in ("guess", "transferred", "derived", "measured") if k in kinds), "guess")
