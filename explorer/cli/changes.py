"""Flags applied to a study that already is one."""

from __future__ import annotations

from explorer.cli.flags import Flags
from explorer.knobs import knob
from explorer.library import Library, formats_of
from explorer.specs import Scenario, Study, set_path, taken

_KEYS = {
    "phase": "job.phase", "batch": "job.batch", "context": "job.context", "chips": "plan.chips", "tp": "plan.tp",
    "pp": "plan.pp", "cp": "plan.cp", "vpp": "plan.virtual_stages", "microbatch": "plan.microbatch", "recompute": "plan.recompute", "zero": "plan.zero",
    "efficiency": "efficiency",
}  # fmt: skip


def apply_flags(study: Study, flags: Flags, library: Library) -> Study:
    """The study with every scenario changed as the flags say. Raises `ExplorerError`."""
    if not flags:
        return study
    return study.replace(scenarios=tuple(_changed(s, flags, library) for s in study.scenarios))


def _changed(s: Scenario, flags: Flags, library: Library) -> Scenario:
    if "workload" in flags:
        s = taken(s, workload=library.workload(flags.word("workload", "")))
    if "fabric" in flags:
        s = taken(s, fabric=library.fabric(flags.word("fabric", "")))
    if "precision" in flags:
        formats = formats_of(flags.word("precision", ""))
        for part, name in zip(("weight", "activation", "kv"), formats, strict=True):
            s = knob(f"job.{part}_format").set(s, name)
    if "expert-precision" in flags:
        weights, activations, _ = formats_of(flags.word("expert-precision", ""))
        s = s.replace(job=s.job.replace(expert_weight_format=weights, expert_activation_format=activations))
    for flag, key in _KEYS.items():
        if flag in flags:
            row = knob(key)
            s = row.set(s, row.parse(flags.word(flag, "")) if row.kind == "choice" else flags.count(flag, 0))
    for path, value in flags.further.items():
        s = set_path(s, path, value)
    if "dp" in flags and "chips" not in flags:
        s = knob("plan.chips").set(s, s.plan.tp * s.plan.pp * s.plan.cp * flags.count("dp", 1))
    flags.check_replicas(s)
    return s
