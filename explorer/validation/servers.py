"""What serves the requests of an inference row: the model, its formats, and the chips of one server."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from explorer.specs import Chip, Plan, Scenario, Workload
from explorer.validation.aliases import ChipName
from explorer.validation.rows import Row, RowError
from explorer.validation.scenes import Setting, job_of, plan_of, precision_of, scenario_of, workload_of

_SAID_TP = re.compile(r"_tp(\d+)_")


@dataclass(frozen=True, eq=False)
class Server:
    """One server of a row: what all its scenarios share. ``prompt`` and ``answer`` in tokens.

    ``replicas`` groups of ranks run attention apart and, in a mixture, share the experts.
    """

    row: Row
    chip: Chip
    workload: Workload
    plan: Plan
    precision: str
    experts: str | None
    kv_format: str
    prompt: int
    answer: int
    draft: dict[str, float]

    def scenario(self, setting: Setting, phase: str, batch: int, context: int) -> Scenario:
        """The server at ``batch`` sequences of each replica."""
        state = self.draft if phase == "decode" else {}
        job = job_of(phase, batch, context, self.precision, self.kv_format, self.experts, **state)
        return scenario_of(setting, self.row, self.chip, self.workload, job, self.plan)

    @property
    def replicas(self) -> int:
        """Attention's data-parallel groups."""
        return max(1, self.plan.chips // (self.plan.tp * self.plan.pp * self.plan.cp))

    @property
    def middle(self) -> int:
        """Context in the middle of the answer, which is the mean over its tokens."""
        return self.prompt + self.answer // 2

    def share(self, sequences: int) -> int:
        """Sequences of one replica."""
        return math.ceil(sequences / self.replicas)


def server_of(setting: Setting, row: Row, part: str = "") -> Server:
    """The server of a row, or the ``part`` (prefill, decode) of one that has two kinds. Raises `RowError`."""
    name, chip = setting.chip(row)
    plan = _plan(setting, row, name, f"{part}_" if part else "")
    stated = precision_of(setting, row, chip)
    stack = setting.aliases.begins("stacks", row.text("backend")) or row.text("backend")
    said = row.text("kv_dtype")
    kv = (
        setting.aliases.begins("precision", said)
        if said
        else setting.aliases.begins("kv_format", f"{stack} {_served(chip, stated)}")
    )
    if kv is None and said:
        raise RowError(f"kv_dtype {said!r} is not one that the model knows")
    workload = workload_of(setting, row, plan.tp * name.ranks_per_chip)
    precision, experts = _formats(setting, row, chip, workload, stated)
    if workload.experts is None:
        plan = plan.replace(ep=1, expert_tp=0)
    return Server(
        row, chip, workload, plan, precision, experts, kv or "bf16", row.count("isl"), row.count("osl", 1), _draft(row)
    )


def _formats(setting: Setting, row: Row, chip: Chip, workload: Workload, stated: str) -> tuple[str, str | None]:
    """Precision of the model and, where it differs, of its routed experts."""
    dense = _served(chip, precision_of(setting, row, chip, "gemm_quant") if row.text("gemm_quant") else stated)
    if workload.experts is None:
        return dense, None
    experts = _served(chip, precision_of(setting, row, chip, "moe_quant")) if row.text("moe_quant") else dense
    alone = setting.aliases.quantised_experts(row.text("model"))
    if alone is None:
        return dense, experts
    if alone.always:
        return "bf16", _served(chip, alone.always)
    return "bf16" if "fp4" in dense else dense, experts


def _served(chip: Chip, precision: str) -> str:
    """A precision as the chip can run it: a block format that it lacks holds weights alone, and matmuls run in 16 bit."""
    if precision.endswith(",a=mxfp8") and chip.peak_mxfp8_flop_per_s is None:
        return precision.removesuffix(",a=mxfp8")
    return "w=fp4" if precision == "fp4" and chip.peak_fp4_flop_per_s is None else precision


def _plan(setting: Setting, row: Row, name: ChipName, part: str) -> Plan:
    """One server of the row. Experts lie on moe_tp x moe_ep ranks where that is all of them, else on EP and what TP leaves."""
    tp, pp = max(1, row.count(f"{part}tp", 1) // name.ranks_per_chip), row.count("pp", 1)
    replicas = row.count(f"{part}attn_dp" if part else "attention_dp", 1)
    sliced, ep = row.count(f"{part}moe_tp", 1), row.count(f"{part}moe_ep", 1)
    counting = setting.aliases.counting(row.text("source"))
    if counting is not None and not part:
        if counting.squared and sliced == ep > 1 and _squared(row, tp * replicas, ep, counting.largest):
            tp, replicas, sliced = (tp // ep, replicas, 1) if tp > 1 else (tp, replicas // ep, 1)
        if tp * pp * replicas > counting.largest:
            raise RowError(counting.reason)
    cells = {"chips": tp * pp * replicas, "tp": tp, "pp": pp, "ep": ep}
    plan = plan_of(setting, Row(row.line, {k: str(v) for k, v in cells.items()} | {"source": row.text("source")}), 1)
    return plan.replace(expert_tp=sliced) if sliced * ep == tp * replicas else plan


def _squared(row: Row, ranks: int, side: int, largest: int) -> bool:
    """Whether ``ranks`` are those of one side, counted twice: the row's reference says so, or no server is as large."""
    said = _SAID_TP.search(row.text("source_ref"))
    return ranks == side * side and (int(said.group(1)) == side if said else ranks > largest)


def _draft(row: Row) -> dict[str, float]:
    """What a row says of speculative decoding; nothing where it says too little."""
    tokens, acceptance = row.number("draft_tokens"), row.number("draft_acceptance")
    if tokens is None or acceptance is None:
        return {}
    return {"draft_tokens": int(tokens), "draft_acceptance": acceptance}
