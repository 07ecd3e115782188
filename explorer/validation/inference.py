"""Inference rows: time to the first token, time per token, tokens a second."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.evaluate import evaluate, lower
from explorer.specs import Chip, Plan, Scenario, Workload
from explorer.validation.aliases import ChipName
from explorer.validation.cases import Answers, CallCase, Case, Found, answer, listed
from explorer.validation.rows import Row, RowError
from explorer.validation.scenes import Setting, job_of, plan_of, precision_of, scenario_of, workload_of

KIND = "inference"
_MOST_OFFLINE = 2048  # sequences that a server batches at most (TensorRT-LLM's default)
_UNDER_LOAD = "under load the first token waits in a queue, which is out of scope"


@dataclass(frozen=True, eq=False)
class _Server:
    """One row's serving: what every scenario of it shares. ``prompt`` and ``answer`` in tokens."""

    row: Row
    chip: Chip
    workload: Workload
    plan: Plan
    precision: str
    kv_format: str
    prompt: int
    answer: int

    def scenario(self, setting: Setting, phase: str, batch: int, context: int) -> Scenario:
        job = job_of(phase, batch, context, self.precision, self.kv_format)
        return scenario_of(setting, self.row, self.chip, self.workload, job, self.plan)

    @property
    def middle(self) -> int:
        """Context in the middle of the answer, which is the mean over its tokens."""
        return self.prompt + self.answer // 2


def predict(setting: Setting, found: Found, rows: tuple[Row, ...]) -> None:
    """Predict all rows; those without a batch size first get the one that fits, all together."""
    offline = tuple(row for row in rows if not row.text("batch_or_concurrency"))
    batched = tuple(row for row in rows if row.text("batch_or_concurrency"))
    cases = listed(found, KIND, batched, lambda row: _cases(setting, found, row))
    answer(found, cases + _offline(setting, found, offline))


def _server(setting: Setting, row: Row) -> _Server:
    if "speculative" in row.text("notes").casefold():
        raise RowError("speculative decoding is not modelled yet")
    if row.count("attention_dp", 1) > 1:
        raise RowError("attention data parallelism is not modelled yet")
    if "disagg" in row.text("mode"):
        raise RowError("separate servers for prefill and decode are not modelled yet")
    name, chip = setting.chip(row)
    plan = _plan(setting, row, name)
    precision = precision_of(setting, row, chip)
    stack = setting.aliases.begins("stacks", row.text("backend")) or row.text("backend")
    said = row.text("kv_dtype")
    kv = setting.aliases.begins("precision", said) if said else setting.aliases.begins("kv_format", f"{stack} {precision}")
    if kv is None and said:
        raise RowError(f"kv_dtype {said!r} is not one that the model knows")
    workload = workload_of(setting, row, plan.tp)
    return _Server(row, chip, workload, plan, precision, kv or "bf16", row.count("isl"), row.count("osl", 1))


def _plan(setting: Setting, row: Row, name: ChipName) -> Plan:
    """One replica of the row: TP x PP chips."""
    tp, pp = max(1, row.count("tp", 1) // name.ranks_per_chip), row.count("pp", 1)
    replica = Row(row.line, {"chips": str(tp * pp), "tp": str(tp), "pp": str(pp)})
    return plan_of(setting, replica, 1)


def _cases(setting: Setting, found: Found, row: Row) -> list[Case | CallCase]:
    server, batch = _server(setting, row), row.count("batch_or_concurrency")
    ttft, tpot, rate = row.positive("ttft_ms"), row.positive("tpot_ms"), row.positive("output_tok_s")
    if ttft is None and tpot is None and rate is None:
        raise RowError("nothing is measured")
    static = "static" in row.text("mode") or batch == 1
    decode = server.scenario(setting, "decode", batch, server.middle)
    prefill = server.scenario(setting, "prefill", batch if static else 1, server.prompt)
    cases: list[Case | CallCase] = []
    if ttft is not None and static:
        cases.append(Case(KIND, row, "ttft_ms", ttft, (prefill,), lambda a: 1e3 * a.value("step_s")))
    elif ttft is not None:
        found.skip(KIND, row, f"ttft_ms: {_UNDER_LOAD}")
    others = 0 if static else batch - 1
    pair = (decode, prefill)
    if tpot is not None:
        cases.append(Case(KIND, row, "tpot_ms", tpot, pair, lambda a: 1e3 * _token_s(a, server, others)))
    elif rate is not None:
        cases.append(Case(KIND, row, "output_tok_s", rate, pair, lambda a: batch / _token_s(a, server, others)))
    return cases


def _token_s(a: Answers, server: _Server, others: int) -> float:
    """Mean time between two tokens: a decode step, and the prompts that come in meanwhile.

    While one sequence makes its answer, each of the ``others`` ends once and is followed by another one, whose prompt is
    computed between the decode steps, in the same scheduling loop, so its host time is spent already. This holds on average
    over any closed loop that runs long; no queue is involved.
    """
    prompt = a.value("step_s", 1) - a.part("host", 1)
    return a.value("step_s") + others * prompt / server.answer


def _offline(setting: Setting, found: Found, rows: tuple[Row, ...]) -> list[Case | CallCase]:
    """Rows of a full server: as many sequences as fit, at the mean context."""
    servers: list[_Server] = []
    smallest: list[Scenario] = []
    for row in rows:
        try:
            if row.positive("output_tok_s") is None or not row.text("osl"):
                raise RowError("batch_or_concurrency is missing")
            server = _server(setting, row)
            smallest.append(server.scenario(setting, "decode", max(1, server.plan.pp), server.middle))
            servers.append(server)
        except RowError as problem:
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
        except RowError as problem:
            found.skip(KIND, server.row, str(problem))
    return cases


def _full(setting: Setting, server: _Server, batch: int) -> Case:
    """Tokens a second of a server that is always full."""
    replicas = max(1, server.row.count("chips", 1) // server.plan.chips)
    decode = server.scenario(setting, "decode", batch, server.middle)
    prefill = server.scenario(setting, "prefill", 1, server.prompt)
    measured = server.row.positive("output_tok_s") or 1.0
    return Case(
        KIND, server.row, "output_tok_s", measured, (decode, prefill), lambda a: replicas * batch / _token_s(a, server, batch)
    )
