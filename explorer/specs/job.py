"""What is asked of the chips, and how they share it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from explorer.specs.base import Spec
from explorer.specs.formats import FormatName

Phase = Literal["decode", "prefill", "training"]
PHASES: tuple[Phase, ...] = ("decode", "prefill", "training")
Recompute = Literal["none", "selective", "full"]
RECOMPUTES: tuple[Recompute, ...] = ("none", "selective", "full")


class Job(Spec):
    """Phase and load. ``batch``: sequences per replica in inference, global in training. ``context`` in tokens."""

    phase: Phase
    batch: Annotated[int, Field(ge=1, le=10_000_000)]
    context: Annotated[int, Field(ge=1, le=100_000_000)]
    weight_format: FormatName = "bf16"
    activation_format: FormatName = "bf16"
    kv_format: FormatName = "bf16"


class Plan(Spec):
    """How a job is spread over ``chips``. Data parallelism is what remains: chips / (tp x pp).

    ``virtual_stages``: pieces of the model on each pipeline stage in training (interleaved 1F1B); 1 is plain 1F1B.
    """

    chips: Annotated[int, Field(ge=1, le=10_000_000)]
    tp: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    pp: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    virtual_stages: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    microbatch: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    recompute: Recompute = "none"
    zero: Annotated[int, Field(ge=0, le=3)] = 1
    sequence_parallel: bool = True
