"""What a real machine loses against its datasheet, with provenance."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from explorer.specs.bands import BandKind, KindBand
from explorer.specs.base import Spec, Text
from explorer.specs.chip import Fraction, Identifier, NotNegative, Positive
from explorer.specs.kernels import AttentionKernel, GemmKernel, Kernels, Share, plain_attention, plain_gemm
from explorer.specs.links import Links, Outside, Plain, plain_links, plain_outside
from explorer.specs.source import Source


class Calibration(Spec):
    """Constants of the ``calibrated`` efficiency set for one chip.

    ``kernels`` holds what was fitted to timings of single kernels; `gemm` and `attention` fall back on the shares of whole
    machines (``matmul_fraction``, ``attention_fraction``, ``kernel_latency_s``), which also serve elementwise kernels.
    ``older_attention``: what earlier attention kernels attain of the peak, by their name in a plan. ``links`` holds what was fitted to timings of collectives; the ``scale_up_`` and ``scale_out_`` constants serve what it leaves out.
    ``misaligned_fraction``: speed of a matmul of operands whose rows are not whole cache lines.
    ``host_update_params_per_s``: a chip's share of the parameters that its host's processors update with Adam; a server does about
    4e9 (Ren et al. 2021, ZeRO-Offload, CPU-Adam: 0.22 to 0.26 s a billion; recalled), for eight chips.
    ``collective_core_fraction_up`` and ``_out`` are the share of the cores that a collective takes from the computing it hides behind.
    ``rated_w`` is the power under which all this holds: a chip that may draw less runs at a lower clock.
    ``sparse_fraction``: what structured sparsity attains of its rate, against dense matmuls (1.5 of 2 times; model.md 3.7).
    ``tp_backward_overlap_fraction``: gradients of inputs travel while those of weights are computed (Megatron-LM, Korthikanti et al.
    2022). ``cp_overlap_fraction``: half of the ring hides behind attention; ``ep_overlap_fraction``: tokens on their way to experts hide
    behind nothing, unless a stack runs two batches in turn. Both are guesses until a chip's file says otherwise.
    ``stack_fraction`` is the speed of training under the software ``stack`` against kernels, links and bubbles alone
    (``expert_stack_fraction`` where layers have experts, None: the same), ``stack_reserve_bytes`` what it keeps beside the chip's own
    reserve,
    ``server_fraction`` that of prompts under a serving engine. ``expert_evenness`` says how alike experts are chosen (a fact of
    routers, which the ideal set takes too), ``expert_layer_s`` what the small kernels of a layer with experts take.
    ``expert_launch_s``: in training, the time in which a host starts the kernels of a layer with experts, forward and backward, one by
    one; the chip waits where it is done sooner. 0: they are started together, as a CUDA graph.
    ``bands`` are the errors against published rows; ``band_fraction`` is what is assumed where a kind has none.
    """

    id: Identifier
    matmul_fraction: dict[str, Fraction]
    attention_fraction: Fraction
    older_attention: dict[str, Fraction] = Field(default_factory=dict)
    misaligned_fraction: Fraction = 1.0
    hbm_fraction: Fraction
    sram_fraction: Fraction
    prologue_k: dict[str, NotNegative] = Field(default_factory=dict)
    kernel_latency_s: NotNegative
    host_s_per_step: NotNegative
    host_update_params_per_s: Positive = 5e8
    scale_up_fraction: Fraction | None = None
    scale_up_saturation_bytes: NotNegative | None = None
    scale_up_launch_s: NotNegative | None = None
    scale_out_fraction: Fraction | None = None
    scale_out_saturation_bytes: NotNegative | None = None
    scale_out_launch_s: NotNegative | None = None
    collective_core_fraction_up: Share | None = None
    collective_core_fraction_out: Share | None = None
    tp_overlap_fraction: Annotated[float, Field(ge=0, le=1)]
    tp_backward_overlap_fraction: Annotated[float, Field(ge=0, le=1)] = 0.8
    cp_overlap_fraction: Annotated[float, Field(ge=0, le=1)] = 0.5
    ep_overlap_fraction: Annotated[float, Field(ge=0, le=1)] = 0.0
    dp_overlap_fraction: Annotated[float, Field(ge=0, le=1)]
    pp_overlap_fraction: Annotated[float, Field(ge=0, le=1)]
    sparse_fraction: Fraction = 0.75
    expert_evenness: Positive = 1e6
    expert_layer_s: NotNegative = 0.0
    expert_launch_s: NotNegative = 0.0
    idle_power_fraction: Annotated[float, Field(ge=0, lt=1)]
    hbm_j_per_byte: NotNegative
    link_j_per_byte: NotNegative
    rated_w: Positive | None = None
    band_fraction: Annotated[float, Field(ge=0, le=2)]
    band_note: Text = ""
    bands: dict[BandKind, KindBand] = Field(default_factory=dict)
    kernels: Kernels | None = None
    links: Links | None = None
    stack: Text = "default"
    stack_fraction: Fraction = 1.0
    expert_stack_fraction: Fraction | None = None
    stack_reserve_bytes: NotNegative = 0.0
    server: Text = "default"
    server_fraction: Fraction = 1.0
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
    def inner(self) -> Plain:
        """Links inside a domain by the textbook's algorithms. What is not fitted among cores goes at their rings' launch and share."""
        fitted = self.links or Links()
        if fitted.cores is not None:
            return plain_links(fitted.cores.launch_s, fitted.cores.ring_fraction, 0.0)
        return fitted.plain or plain_links(self.scale_up_launch_s, self.scale_up_fraction, self.scale_up_saturation_bytes)

    @property
    def outer(self) -> Outside:
        """The network beyond a domain: fitted, or the share of it that is assumed."""
        fitted = self.links.outside if self.links else None
        return fitted or plain_outside(self.scale_out_launch_s, self.scale_out_fraction, self.scale_out_saturation_bytes)

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
