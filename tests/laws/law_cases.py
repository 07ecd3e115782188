"""Random scenarios for the laws: every chip, fabric, workload, phase and format, plans that can be and plans that cannot."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from explorer.library import load_library, make_scenario
from explorer.specs import Scenario

LIBRARY = load_library()
law = settings(
    max_examples=60, deadline=None, database=None, derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip

_CHIPS = tuple(sorted(LIBRARY.chips))
_BATCHES = (1, 2, 3, 7, 8, 24, 32, 100, 256, 2048)
_CONTEXTS = (1, 17, 512, 2048, 4096, 8192, 32768)


@st.composite
def scenarios(draw: st.DrawFn, phase: str | None = None, efficiency: str | None = None) -> Scenario:
    """A scenario whose plan is built from factors, so that most of them can be carried out."""
    chip = draw(st.sampled_from(_CHIPS))
    tp, pp = draw(st.sampled_from((1, 2, 4, 8, 16, 32))), draw(st.sampled_from((1, 1, 2, 3, 4, 8, 16)))
    dp, microbatch = draw(st.sampled_from((1, 1, 2, 3, 8, 64))), draw(st.sampled_from((1, 2, 4)))
    phase = phase or draw(st.sampled_from(("decode", "prefill", "training")))
    batch = draw(st.sampled_from(_BATCHES)) * (dp * microbatch if phase == "training" else 1)
    precisions = ("bf16", "bf16", "fp8", "fp8", "fp32", "w=fp8,a=bf16,kv=fp8", "fp4", "mxfp8")
    scenario = make_scenario(
        LIBRARY, chip=chip, workload=draw(st.sampled_from(("llama3-8b", "llama3-70b", "llama3.1-405b"))), phase=phase,
        batch=batch, context=draw(st.sampled_from(_CONTEXTS)), chips=tp * pp * dp, tp=tp, pp=pp, microbatch=microbatch,
        recompute=draw(st.sampled_from(("none", "selective", "full"))), zero=draw(st.sampled_from((0, 1, 2, 3))),
        virtual_stages=draw(st.sampled_from((1, 1, 1, 2, 4))), precision=draw(st.sampled_from(precisions)),
        fabric=draw(st.sampled_from(LIBRARY.chip(chip).fabrics)),
        efficiency=efficiency or draw(st.sampled_from(("ideal", "calibrated"))),
    )  # fmt: skip
    sequence_parallel = draw(st.booleans())
    return scenario.replace(plan=scenario.plan.replace(sequence_parallel=sequence_parallel))
