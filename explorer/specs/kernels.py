"""What single kernels lose: constants of matmul and attention kernels, as `explorer.physics.kernels` takes them."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field

from explorer.specs.base import Spec, Text
from explorer.specs.chip import Fraction, NotNegative

KernelProvenance = Literal["measured", "derived", "transferred", "guess"]
Share = Annotated[float, Field(ge=0, le=1)]


class GemmKernel(Spec):
    """One matmul kernel in one format (`physics.kernels.gemm_kernel_s`), and what quantising its inputs costs where it is not fused.

    ``compute_fraction`` is of the array's own peak, the others of the HBM's bandwidth. Times are those of queued kernels.
    """

    compute_fraction: Fraction
    memory_fraction: Fraction
    overlap_fraction: Share = 1.0
    prologue_k: NotNegative = 0.0
    step_s: NotNegative = 0.0
    wave_fraction: Share = 0.0
    launch_s: NotNegative = 0.0
    quantise_fraction: Fraction = 1.0
    quantise_launch_s: NotNegative = 0.0
    provenance: KernelProvenance = "guess"
    note: Text = ""


class AttentionKernel(Spec):
    """Attention with the small kernels around it (`physics.kernels.attention_prefill_kernel_s`, `attention_decode_kernel_s`).

    ``io_fraction``: queries, outputs and what stands around the kernel, as a part of the bandwidth; None: hidden, and rotary
    embedding and cache write run apart.
    """

    compute_fraction: Fraction
    memory_fraction: Fraction
    vector_fraction: Fraction = 1.0
    io_fraction: Fraction | None = None
    ramp_bytes: NotNegative = 0.0
    token_s: NotNegative = 0.0
    block_tokens: NotNegative = 0.0
    group_least: NotNegative = 0.0
    group_most: NotNegative = 1e9
    launch_s: NotNegative = 0.0
    provenance: KernelProvenance = "guess"
    note: Text = ""


class Kernels(Spec):
    """Fitted kernels of a chip: matmuls by format, attention by the format of the KV cache."""

    gemm: dict[str, GemmKernel] = Field(default_factory=dict)
    prefill: dict[str, AttentionKernel] = Field(default_factory=dict)
    decode: dict[str, AttentionKernel] = Field(default_factory=dict)

    @property
    def provenances(self) -> set[str]:
        """Of everything here."""
        return {k.provenance for kind in (self.gemm, self.prefill, self.decode) for k in kind.values()}


@lru_cache(maxsize=256)
def plain_gemm(compute_fraction: float, memory_fraction: float, prologue_k: float, launch_s: float) -> GemmKernel:
    """A matmul kernel of which nobody has published timings: attained shares of the two rates, all overlapped."""
    return GemmKernel(
        compute_fraction=compute_fraction, memory_fraction=memory_fraction, prologue_k=prologue_k, launch_s=launch_s
    )


@lru_cache(maxsize=256)
def plain_attention(compute_fraction: float, memory_fraction: float, launch_s: float) -> AttentionKernel:
    """Attention of which nobody has published timings."""
    return AttentionKernel(compute_fraction=compute_fraction, memory_fraction=memory_fraction, launch_s=launch_s)
