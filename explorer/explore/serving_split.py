"""Prompts and answers on different chips: how many servers read prompts for one that answers, and what the hand-over takes.

A decode scenario and its twin, the same chips reading one prompt, are evaluated in one batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np

from explorer.evaluate import Report, evaluate, lower
from explorer.evaluate.findings import Paragraph
from explorer.evaluate.memory import ROW
from explorer.physics import collectives, serving
from explorer.specs import Scenario
from explorer.units import format_number, format_quantity


@dataclass(frozen=True)
class ServingSplit:
    """One decode replica (a server) and the servers of the same size that read its prompts.

    ``answer_s``: from a sequence's first token to its last. ``tokens_per_s_per_chip``: answered, over servers of both kinds.
    ``first_token_s`` without queueing.
    """

    server_chips: int
    prompt_tokens: int
    answer_tokens: int
    prefill_s: float
    handover_bytes: float
    handover_s: float
    answer_s: float
    first_token_s: float
    prefill_servers: float
    tokens_per_s_per_chip: float
    fits: bool = True

    def record(self) -> dict[str, float | int | bool]:
        """As plain data, for JSON."""
        return asdict(self)


def serving_splits(scenarios: Iterable[Scenario]) -> list[ServingSplit | None]:
    """The split of each scenario; None for one that does not decode, or whose plan cannot be."""
    listed = list(scenarios)
    decoding = [i for i, s in enumerate(listed) if s.job.phase == "decode"]
    found: list[ServingSplit | None] = [None] * len(listed)
    if decoding:
        every = [listed[i] for i in decoding]
        report = evaluate(lower([*every, *map(prefill_twin, every)]))
        for place, i in enumerate(decoding):
            found[i] = _split(report, listed[i], place, place + len(every))
    return found


def prefill_twin(s: Scenario) -> Scenario:
    """The chips of one replica, reading one prompt as long as the context."""
    return s.replace(job=s.job.replace(phase="prefill", batch=1), plan=s.plan.replace(chips=_replica(s)))


def _replica(s: Scenario) -> int:
    return s.plan.tp * s.plan.pp * s.plan.cp


def _split(report: Report, s: Scenario, decode: int, prefill: int) -> ServingSplit | None:
    step_s, prefill_s = report.value("step_s", decode), report.value("step_s", prefill)
    rate, each = report.value("tokens_per_s", decode), report.value("tokens_per_s_per_user", decode)
    if step_s is None or prefill_s is None or not rate or not each:
        return None
    c, batch, answer = report.columns, s.job.batch, s.run.answer_tokens
    cache = report.memory.parts[ROW["kv_cache"]]
    handed = float(cache[decode if len(cache) > 1 else 0]) / batch  # each chip sends its own part
    handover_s = collectives.point_to_point_s(
        message_bytes=handed, bytes_per_s=_at(c.out_bytes_per_s, decode) * _at(c.out_fraction, decode),
        latency_s=_at(c.out_latency_s, decode) + _at(c.out_launch_s, decode),
    )  # fmt: skip
    servers = serving.prefill_servers_per_decode_server(
        prefill_s=prefill_s, sequences=batch, step_s=1.0 / each, generated_tokens=answer
    )
    first = serving.first_token_s(prefill_s=prefill_s, handover_s=handover_s, step_s=step_s)
    return ServingSplit(
        server_chips=_replica(s), prompt_tokens=s.job.context, answer_tokens=answer, prefill_s=prefill_s,
        handover_bytes=handed * _replica(s), handover_s=float(handover_s), answer_s=answer / each, first_token_s=float(first),
        prefill_servers=float(servers), tokens_per_s_per_chip=batch * each / (_replica(s) * (1.0 + float(servers))),
        fits=bool(_at(report.fits, decode)),
    )  # fmt: skip


def _at(column: np.ndarray, point: int) -> float:
    return float(column[point if len(column) > 1 else 0])


def serving_paragraph(split: ServingSplit) -> Paragraph:
    """The split in words, for the verdict."""
    chips = f"{split.server_chips:,} chip{'s' if split.server_chips > 1 else ''}"
    return Paragraph(
        "Prefill apart from decode" + ("" if split.fits else ", if it fitted"),
        f"Reading a prompt of {split.prompt_tokens:,} tokens takes {format_quantity(split.prefill_s, 's')}, handing its cache over "
        f"{format_quantity(split.handover_s, 's')}; the first token comes after {format_quantity(split.first_token_s, 's')} if nobody "
        f"waits. At answers of {split.answer_tokens:,} tokens one decode server ({chips}) keeps {format_number(split.prefill_servers)} prefill "
        f"servers busy: {format_number(split.tokens_per_s_per_chip)} tokens/s a chip in all.",
    )
