"""Training rows: a step's time (or the rate that follows from it) and the peak of memory."""

from __future__ import annotations

from collections.abc import Callable

from explorer.physics.transformer import training_flop_per_token
from explorer.specs import Scenario, Workload
from explorer.validation.cases import Answers, CallCase, Case, Found, answer, listed
from explorer.validation.rows import Row, RowError
from explorer.validation.scenes import Setting, job_of, plan_of, precision_of, scenario_of, state_of, workload_of

KIND = "training"


def predict(setting: Setting, found: Found, rows: tuple[Row, ...]) -> None:
    """Predict all rows in one batch."""
    answer(found, listed(found, KIND, rows, lambda row: _cases(setting, row)))


def training_scenario(setting: Setting, row: Row) -> Scenario:
    """The scenario of a training row. Raises `RowError`."""
    name, chip = setting.chip(row)
    plan = plan_of(setting, row, name.ranks_per_chip)
    workload = workload_of(setting, row, plan.tp * name.ranks_per_chip)
    job = job_of("training", row.count("gbs"), row.count("seq"), precision_of(setting, row, chip), **state_of(setting, row))
    return scenario_of(setting, row, chip, workload, job, plan)


def _cases(setting: Setting, row: Row) -> list[Case | CallCase]:
    quantity, measured, read = _speed(row)
    peak = row.positive("peak_mem_gb")
    if measured is None and peak is None:
        raise RowError("nothing is measured")
    scenario = training_scenario(setting, row)
    cases: list[Case | CallCase] = []
    if measured is not None:
        cases.append(Case(KIND, row, quantity, measured, (scenario,), read(scenario)))
    if peak is not None:
        cases.append(Case(KIND, row, "peak_mem_gb", peak, (scenario,), lambda a: peak_gb(a, row)))
    return cases


Reader = Callable[[Scenario], Callable[[Answers], float]]


def _speed(row: Row) -> tuple[str, float | None, Reader]:
    """The first of the columns that say how fast it ran; times and rates of tokens before rates of FLOP."""
    chips, gbs = row.count("chips"), row.count("gbs")
    readers: dict[str, Reader] = {
        "step_time_s": lambda s: lambda a: a.value("step_s"),
        "tokens_per_s_per_chip": lambda s: lambda a: a.value("tokens_per_s_per_chip"),
        "tokens_per_s": lambda s: lambda a: a.value("tokens_per_s"),
        "samples_per_s": lambda s: lambda a: gbs / a.value("step_s"),
        "tflops_per_chip": lambda s: _tflops(row, s, chips),
    }
    for column, reader in readers.items():
        measured = row.positive(column)
        if measured is not None:
            return column, measured, reader
    return "", None, readers["step_time_s"]


def _tflops(row: Row, s: Scenario, chips: int) -> Callable[[Answers], float]:
    """TFLOP/s a chip as the source counts them: attention in full or its causal half, recomputation with it or not."""
    w, words = s.workload, row.text("flops_convention").casefold()
    if "recompute" in words or "sc21" in words:
        h, length = w.hidden, w.layers
        flop = 96 * length * h * h * (1 + s.job.context / (6 * h) + w.vocab / (16 * length * h))
    elif w.latent is not None:
        raise RowError("TFLOP/s of a model with latent attention: the row needs the step's time or tokens a second")
    else:
        causal = "causal" in words and "non-causal" not in words
        flop = float(training_flop_per_token(
            layers=w.layers, hidden=w.hidden, heads=w.heads, kv_heads=w.kv_heads, head_dim=w.head_dim, ffn=_active_ffn(w),
            ffn_matrices=3 if w.ffn_gated else 2, vocab=w.vocab, context=s.job.context, causal_fraction=0.5 if causal else 1.0,
        ))  # fmt: skip
    return lambda a: flop * a.value("tokens_per_s") / 1e12 / chips


def _active_ffn(w: Workload) -> float:
    """Width of the feed-forward that one token passes, a mean over the layers."""
    if w.experts is None:
        return w.ffn
    mixed = w.experts.active * w.experts.width + w.experts.shared_width
    return ((w.layers - w.experts.layers) * w.ffn + w.experts.layers * mixed) / w.layers


_GIB = 1024.0**3
_ALL = ("weights", "gradients", "optimizer", "activations", "kv_cache", "logits", "communication")


def peak_gb(answers: Answers, row: Row, k: int = 0) -> float:
    """Peak memory in the row's unit: what the allocator handed out, or with the context and fragments that the driver shows."""
    unit = f"{row.text('unit')} {row.text('notes')} {row.text('source')}".casefold()
    driver = any(words in unit for words in ("nvidia-smi", "bigscience", "max_memory_reserved"))
    taken = answers.memory(*_ALL, k=k)
    if driver:
        return (taken + answers.memory("reserve", k=k)) / 1e9
    return taken / (1e9 if row.text("unit").startswith("GB") else _GIB)
