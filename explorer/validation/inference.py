"""Inference rows: time to the first token, time per token, tokens a second."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.evaluate import evaluate, lower
from explorer.specs import Scenario, SpecError
from explorer.validation.cases import Answers, CallCase, Case, Found, answer, listed
from explorer.validation.rows import Row, RowError
from explorer.validation.running import Running, running_at_once
from explorer.validation.scenes import Setting
from explorer.validation.servers import Server, server_of

KIND = "inference"
_TOKENS_AT_ONCE = 8192  # of prompts that are read together (TensorRT-LLM's and vLLM's default)
_MOST_OFFLINE = 2048  # sequences that a server batches at most (TensorRT-LLM's default)
_UNDER_LOAD = "under load the first token waits in a queue, which is out of scope"
_UNKNOWN_DRAFT = "speculative decoding: the row does not say how many tokens are guessed and how many of them accepted"

_IMPOSSIBLE = "tpot_ms: shorter than a decode step of that batch takes at the full rates of its chips: fewer sequences ran at once than the row says"


def predict(setting: Setting, found: Found, rows: tuple[Row, ...]) -> None:
    """Predict all rows; those without a batch size first get the one that fits, all together."""
    offline = tuple(row for row in rows if not row.text("batch_or_concurrency") and "disagg" not in row.text("mode"))
    apart = set(map(id, offline))
    rest = tuple(row for row in rows if id(row) not in apart)
    running = running_at_once(setting, rest)
    cases = listed(found, KIND, rest, lambda row: _cases(setting, found, row, running.get(id(row))))
    answer(found, cases + _offline(setting, found, offline))


def _cases(setting: Setting, found: Found, row: Row, running: Running | None) -> list[Case | CallCase]:
    if "disagg" in row.text("mode"):
        return _apart(setting, found, row)
    server, ttft = server_of(setting, row), row.positive("ttft_ms")
    if ttft is None and row.positive("tpot_ms") is None and row.positive("output_tok_s") is None:
        raise RowError("nothing is measured")
    load = _load(setting, server, running)
    prefill = server.scenario(setting, "prefill", load.together, server.prompt)
    cases: list[Case | CallCase] = []
    if ttft is not None and load.static:
        cases.append(Case(KIND, row, "ttft_ms", ttft, (prefill,), lambda a: 1e3 * a.value("step_s")))
    elif ttft is not None:
        found.skip(KIND, row, f"ttft_ms: {_UNDER_LOAD}")
    decode = server.scenario(setting, "decode", load.batch, server.middle)
    return cases + _answers(found, server, load, (decode, prefill))


@dataclass(frozen=True)
class _Load:
    """What a replica works on: its ``batch``, prompts read ``together``, those of ``others`` that come in while one answer is made."""

    batch: int
    static: bool
    together: int
    others: float
    least_s: float


def _load(setting: Setting, server: Server, running: Running | None) -> _Load:
    row, sequences = server.row, server.row.count("batch_or_concurrency")
    batch = server.share(sequences)
    if "static" in row.text("mode") or sequences == 1:
        return _Load(batch, True, batch, 0.0, 0.0)
    batch = batch if running is None else running.sequences
    waves = setting.aliases.begins("waves", f"{row.text('backend')} {row.text('backend_version')}") is not None
    # Of sequences that start together, one waits for the prompts behind its own, which are half of the others'.
    others = (batch - 1) / (2.0 if waves else 1.0)
    return _Load(batch, False, _prompts_together(server, batch), others, 0.0 if running is None else running.least_s)


def _answers(found: Found, server: Server, load: _Load, pair: tuple[Scenario, Scenario]) -> list[Case | CallCase]:
    """Time per token, or tokens a second where no time is said."""
    row, tpot, rate = server.row, server.row.positive("tpot_ms"), server.row.positive("output_tok_s")
    if tpot is None and rate is None:
        return []
    if "speculative" in row.text("notes").casefold() and not server.draft:
        found.skip(KIND, row, f"{'tpot_ms' if tpot else 'output_tok_s'}: {_UNKNOWN_DRAFT}")
    elif tpot is not None and 1e-3 * tpot < load.least_s:
        found.skip(KIND, row, _IMPOSSIBLE)
    elif tpot is not None:
        return [Case(KIND, row, "tpot_ms", tpot, pair, lambda a: 1e3 * _token_s(a, server, load.others, load.together))]
    elif rate is not None:
        served = min(row.count("batch_or_concurrency"), load.batch * server.replicas)
        return [Case(KIND, row, "output_tok_s", rate, pair, lambda a: served / _token_s(a, server, load.others, load.together))]
    return []


def _apart(setting: Setting, found: Found, row: Row) -> list[Case | CallCase]:
    """Servers for prompts and servers for answers: on the latter no prompt comes in between."""
    tpot = row.positive("tpot_ms")
    if tpot is None or not row.text("decode_tp") or not row.text("decode_batch"):
        raise RowError("separate servers for prefill and decode: the row does not say the decode server and its batch")
    if row.positive("ttft_ms") is not None:
        found.skip(
            KIND,
            row,
            "ttft_ms: separate servers for prefill: the first token waits for them in a queue, which is out of scope",
        )
    server = server_of(setting, row, "decode")
    decode = server.scenario(setting, "decode", server.share(row.count("decode_batch")), server.middle)
    return [Case(KIND, row, "tpot_ms", tpot, (decode,), lambda a: 1e3 * a.value("step_s"))]


def _prompts_together(server: Server, most: int) -> int:
    """Prompts that a server reads at once: as many as its budget of tokens takes on each stage, no more than there are sequences."""
    return max(1, min(most, max(1, _TOKENS_AT_ONCE // server.prompt) * server.plan.pp))


def _token_s(a: Answers, server: Server, others: float, together: int = 1) -> float:
    """Mean time between two tokens: a decode step, and the prompts that come in meanwhile.

    While one sequence makes its answer, each of the ``others`` ends once and is followed by another one, whose prompt is
    computed between the decode steps, in the same scheduling loop, so its host time is spent already. This holds on average
    over any closed loop that runs long, half of it where all start together; no queue is involved. Prompts are read ``together``, and stages never run empty.
    """
    prompt = (a.value("step_s", 1) - a.part("host", 1) - a.part("pipeline", 1)) / together
    return a.value("step_s") + others * prompt / server.answer


def _offline(setting: Setting, found: Found, rows: tuple[Row, ...]) -> list[Case | CallCase]:
    """Rows of a full server: as many sequences as fit with their whole answers, at the mean context."""
    servers: list[Server] = []
    smallest: list[Scenario] = []
    for row in rows:
        try:
            if row.positive("output_tok_s") is None or not row.text("osl"):
                raise RowError("batch_or_concurrency is missing")
            server = server_of(setting, row)
            smallest.append(server.scenario(setting, "decode", max(1, server.plan.pp), server.prompt + server.answer))
            servers.append(server)
        except (RowError, SpecError) as problem:
            found.skip(KIND, row, str(problem))
    if not servers:
        return []
    held = evaluate(lower(smallest))
    cases: list[Case | CallCase] = []
    for i, server in enumerate(servers):
        largest = held.value("largest_batch", i) or 0
        if largest < 1:
            found.skip(KIND, server.row, "the model finds no room for one sequence")
            continue
        try:
            cases.append(_full(setting, server, int(min(largest, _MOST_OFFLINE * server.plan.pp))))
        except (RowError, SpecError) as problem:
            found.skip(KIND, server.row, str(problem))
    return cases


def _full(setting: Setting, server: Server, batch: int) -> Case:
    """Tokens a second of a server that is always full."""
    servers = max(1, server.row.count("chips", 1) // server.plan.chips)
    decode = server.scenario(setting, "decode", batch, server.middle)
    together = _prompts_together(server, batch)
    prefill = server.scenario(setting, "prefill", together, server.prompt)
    measured = server.row.positive("output_tok_s") or 1.0
    return Case(
        KIND, server.row, "output_tok_s", measured, (decode, prefill),
        lambda a: servers * server.replicas * batch / _token_s(a, server, batch, together),
    )  # fmt: skip
