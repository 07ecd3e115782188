"""Random scenarios for the laws: every chip, fabric, kind of model, phase and format, plans that can be and plans that cannot."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from explorer.library import load_library, make_scenario
from explorer.specs import Plan, Scenario, Workload
from explorer.specs.job import LOSSES

LIBRARY = load_library()
law = settings(
    max_examples=int(os.environ.get("LAW_EXAMPLES", "60")), deadline=None, database=None, derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip

_CHIPS = tuple(sorted(LIBRARY.chips))
_BATCHES = (1, 2, 3, 7, 8, 24, 32, 100, 256, 2048)
_CONTEXTS = (1, 17, 512, 2048, 4096, 8192, 32768)
_FORMATS = ("bf16", "fp8", "mxfp8", "fp4", "fp32")


def _kind(w: Workload) -> str:
    """What sets a model apart from the others."""
    if w.kind != "decoder":
        return w.kind
    parts = ("latent" if w.latent else "", "experts" if w.experts else "", "window" if w.window else "")
    return "+".join(p for p in parts if p) or ("plain" if w.biases else "dense")


KINDS: dict[str, tuple[str, ...]] = {}
for _id, _workload in sorted(LIBRARY.workloads.items()):
    KINDS[_kind(_workload)] = (*KINDS.get(_kind(_workload), ()), _id)

DECODERS = tuple(kind for kind in sorted(KINDS) if kind not in ("encoder", "diffusion"))


@st.composite
def scenarios(
    draw: st.DrawFn, phase: str | None = None, efficiency: str | None = None, kinds: tuple[str, ...] | None = None
) -> Scenario:
    """A scenario whose plan is built from factors, so that most of them can be carried out."""
    chip = draw(st.sampled_from(_CHIPS))
    workload = draw(st.sampled_from(KINDS[draw(st.sampled_from(kinds or (*sorted(KINDS), "dense")))]))
    sloppy = draw(st.integers(0, 9)) == 0  # a plan that may ask for what chip or model cannot do
    heads, context = LIBRARY.workload(workload).heads, draw(st.sampled_from(_CONTEXTS))
    tp = draw(st.sampled_from([n for n in (1, 2, 4, 8, 16, 32) if sloppy or heads % n == 0]))
    pp = draw(st.sampled_from((1, 1, 2, 3, 4, 8, 16)))
    dp, microbatch = draw(st.sampled_from((1, 1, 2, 3, 8, 64))), draw(st.sampled_from((1, 2, 4)))
    cp = draw(st.sampled_from((1, 1, 1, 2, 4) if sloppy or context % 4 == 0 else (1,)))
    phases = ("decode", "prefill", "training") if LIBRARY.workload(workload).kind == "decoder" else ("prefill", "training")
    phase = phase or draw(st.sampled_from(phases))
    batch = draw(st.sampled_from(_BATCHES)) * (dp * microbatch if phase == "training" else 1)
    able = [f for f in ("bf16", "bf16", *_FORMATS) if sloppy or LIBRARY.chip(chip).peak_flop_per_s(f)]
    scenario = make_scenario(
        LIBRARY, chip=chip, workload=workload, phase=phase, batch=batch, context=context,
        chips=tp * pp * dp * cp, tp=tp, pp=pp, microbatch=microbatch, recompute=draw(st.sampled_from(("none", "selective", "full"))),
        zero=draw(st.sampled_from((0, 1, 2, 3))), virtual_stages=draw(st.sampled_from((1, 1, 1, 2, 4))),
        precision=draw(st.sampled_from((*able, "w=fp8,a=bf16,kv=fp8"))), fabric=draw(st.sampled_from(LIBRARY.chip(chip).fabrics)),
        efficiency=efficiency or draw(st.sampled_from(("ideal", "calibrated"))),
    )  # fmt: skip
    return draw(_varied(scenario.replace(plan=scenario.plan.replace(cp=cp)), sloppy))


@st.composite
def _varied(draw: st.DrawFn, scenario: Scenario, sloppy: bool) -> Scenario:
    """The rest of plan and job."""
    plan, job, chip = scenario.plan, scenario.job, scenario.chip
    offloads = ("none", "none", "optimizer", "activations") if sloppy or chip.host_bytes_per_s else ("none",)
    sparse = ("none", "none", "structured") if sloppy or "bf16" in chip.sparse_flop_per_s else ("none",)
    formats = [f for f in _FORMATS if sloppy or chip.peak_flop_per_s(f)]
    plan = plan.replace(
        sequence_parallel=draw(st.booleans()), fused_attention=draw(st.sampled_from((True, True, False))),
        schedule="zero-bubble" if plan.virtual_stages == 1 and draw(st.booleans()) else "1f1b",
        offload=draw(st.sampled_from(offloads)),
        overlap=draw(st.sampled_from(("partial", "partial", "max", "sum"))), loss=draw(st.sampled_from(LOSSES)),
        recompute_fraction=draw(st.sampled_from((1.0, 1.0, 0.0, 0.3))), attention_kernel=draw(st.sampled_from(("newest", "newest", "flash-2", "triton"))),
    )  # fmt: skip
    job = job.replace(
        sparsity=draw(st.sampled_from(sparse)),
        optimizer_state=draw(st.sampled_from(("fp32-master", "no-master"))), gradient_format=draw(st.sampled_from(("fp32", "bf16"))),
        draft_tokens=draw(st.sampled_from((0, 0, 1, 3))), draft_acceptance=draw(st.sampled_from((0.0, 0.7, 1.0))),
    )  # fmt: skip
    if scenario.workload.experts:
        plan = draw(_spread(scenario.workload.experts.count, plan))
        job = job.replace(
            expert_weight_format=draw(st.sampled_from((None, None, *formats))),
            expert_activation_format=draw(st.sampled_from((None, None, *formats))),
            expert_imbalance=draw(st.sampled_from((1.0, 1.2, 3.0))),
        )  # fmt: skip
    return scenario.replace(plan=plan, job=job)


@st.composite
def _spread(draw: st.DrawFn, experts: int, plan: Plan) -> Plan:
    """Experts over ranks of a stage: mostly ranks that they divide among."""
    ranks = plan.chips // plan.pp
    able = [
        (ep, sliced) for ep in (1, 2, 4, 8, 16, 32, 64) for sliced in (0, 1, 2, 4)
        if experts % ep == 0 and ranks % (ep * (sliced or max(1, plan.tp // ep))) == 0
    ]  # fmt: skip
    ep, sliced = draw(st.sampled_from(able)) if able and draw(st.integers(0, 9)) else draw(st.sampled_from(((3, 0), (8, 4), (2, 1))))
    return plan.replace(ep=ep, expert_tp=sliced)
