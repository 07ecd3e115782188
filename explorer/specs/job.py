"""What is asked of the chips, and how they share it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from explorer.specs.base import Spec
from explorer.specs.formats import FormatName

Phase = Literal["decode", "prefill", "training"]
PHASES: tuple[Phase, ...] = ("decode", "prefill", "training")
Recompute = Literal["none", "selective", "full"]
RECOMPUTES: tuple[Recompute, ...] = ("none", "selective", "full")
Schedule = Literal["1f1b", "zero-bubble"]
SCHEDULES: tuple[Schedule, ...] = ("1f1b", "zero-bubble")
Offload = Literal["none", "optimizer", "activations"]
OFFLOADS: tuple[Offload, ...] = ("none", "optimizer", "activations")
Loss = Literal["plain", "eager", "fused", "chunked"]
AttentionGeneration = Literal["newest", "flash-2", "triton"]
LOSSES: tuple[Loss, ...] = ("plain", "eager", "fused", "chunked")
Overlap = Literal["partial", "max", "sum"]
OVERLAPS: tuple[Overlap, ...] = ("partial", "max", "sum")
Sparsity = Literal["none", "structured"]
SPARSITIES: tuple[Sparsity, ...] = ("none", "structured")
OptimizerState = Literal["fp32-master", "no-master"]
OPTIMIZER_STATES: tuple[OptimizerState, ...] = ("fp32-master", "no-master")
GradientFormat = Literal["fp32", "bf16", "both"]
GRADIENT_FORMATS: tuple[GradientFormat, ...] = ("fp32", "bf16", "both")
LONGEST_CONTEXT = 100_000_000
Degree = Annotated[int, Field(ge=1, le=1_000_000)]


class Job(Spec):
    """Phase and load. ``batch``: sequences per replica in inference, global in training. ``context`` in tokens.

    ``expert_*_format``: formats of routed experts where they differ (None: as the rest). ``expert_imbalance``: load of the
    busiest expert rank against the mean. ``draft_tokens``: tokens guessed ahead of each decode step, each accepted with
    ``draft_acceptance``, at ``draft_cost_fraction`` of a step each. ``sparsity``: weights in the chip's sparse format.
    ``optimizer_state``: with FP32 master weights (Adam), or stochastic rounding without them. Gradients are kept and
    reduced in ``gradient_format``; ``both``: made in 16 bits and added up in FP32 beside them.
    """

    phase: Phase
    batch: Annotated[int, Field(ge=1, le=10_000_000)]
    context: Annotated[int, Field(ge=1, le=LONGEST_CONTEXT)]
    weight_format: FormatName = "bf16"
    activation_format: FormatName = "bf16"
    kv_format: FormatName = "bf16"
    expert_weight_format: FormatName | None = None
    expert_activation_format: FormatName | None = None
    gradient_format: GradientFormat = "fp32"
    optimizer_state: OptimizerState = "fp32-master"
    sparsity: Sparsity = "none"
    expert_imbalance: Annotated[float, Field(ge=1, le=1000)] = 1.0
    draft_tokens: Annotated[int, Field(ge=0, le=1000)] = 0
    draft_acceptance: Annotated[float, Field(ge=0, le=1)] = 0.8
    draft_cost_fraction: Annotated[float, Field(ge=0, le=10)] = 0.02


class Plan(Spec):
    """How a job is spread over ``chips``. Data parallelism is what remains: chips / (tp x pp x cp).

    ``ep`` ranks share the experts, each of which ``expert_tp`` ranks slice (0: what TP is wider than EP); both lie across TP, CP
    and data-parallel ranks, in inference too (attention then runs data-parallel). ``virtual_stages``: pieces of the model on each
    pipeline stage in training (interleaved 1F1B); 1 is plain 1F1B. ``recompute_fraction``: part of the layers that ``recompute``
    speaks of. ``loss``: how much of the logits exists at once in training: FP32 and their gradient; every step of an eager
    framework; 16 bits and their gradient; nothing, chunk by chunk. ``fused_attention`` False: scores are stored, as before
    FlashAttention; ``attention_kernel``: the newest, or an older one where the calibration knows its speed. ``overlap``: what hides behind
    what: as measured, everything, or nothing.
    """

    chips: Annotated[int, Field(ge=1, le=10_000_000)]
    tp: Degree = 1
    pp: Degree = 1
    cp: Degree = 1
    ep: Degree = 1
    expert_tp: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    virtual_stages: Degree = 1
    microbatch: Degree = 1
    recompute: Recompute = "none"
    recompute_fraction: Annotated[float, Field(ge=0, le=1)] = 1.0
    loss: Loss = "plain"
    zero: Annotated[int, Field(ge=0, le=3)] = 1
    sequence_parallel: bool = True
    schedule: Schedule = "1f1b"
    fused_attention: bool = True
    attention_kernel: AttentionGeneration = "newest"
    offload: Offload = "none"
    overlap: Overlap = "partial"

    @model_validator(mode="after")
    def _one_schedule(self) -> Plan:
        if self.schedule == "zero-bubble" and self.virtual_stages > 1:
            raise ValueError("zero-bubble and interleaved pipelines exclude each other: virtual_stages must be 1")
        return self
