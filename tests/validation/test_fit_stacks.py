"""Constants of whole steps: recovered from made-up rows, sources counting by the root of their rows, the same file twice."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from validate_samples import INFERENCE, TRAINING, run

from explorer.evaluate import evaluate_study
from explorer.library import load_library
from explorer.validation import fit_host, fit_launches, fit_stacks

TRAIN = {
    "model": "Llama-3-8B", "chip": "A100-80GB-SXM", "chips": 64, "tp": 2, "pp": 1, "seq": 8192, "mbs": 1, "precision": "bf16",
    "recompute": "full", "zero": "ZeRO-1", "framework": "llm-foundry",
}  # fmt: skip
BATCHES = tuple(64 * k for k in range(1, 17))


def _rows(folder: Path, fraction: float, **more: object) -> list[dict[str, object]]:
    """Steps as they would be measured, times and rates in turns."""
    plain = run(folder, TRAINING, *(TRAIN | {"gbs": b, "step_time_s": 1} for b in BATCHES)).rows
    bare = [r.predicted * load_library().stacks["llm-foundry"].fraction for r in plain]
    rows: list[dict[str, object]] = []
    for batch, seconds in zip(BATCHES, bare, strict=True):
        speed = {"tokens_per_s_per_chip": batch * 8192 / 64 / (seconds / fraction)} if batch % 128 else {"step_time_s": seconds / fraction}
        rows.append(TRAIN | {"gbs": batch} | speed | more)
    return rows


def test_a_stacks_constant_is_found_again(tmp_path: Path) -> None:
    run(tmp_path, TRAINING, *_rows(tmp_path, 0.6))
    found = fit_stacks.plain_rows(tmp_path / "rows.csv")
    fitted = fit_stacks.fit_stacks(found, fit_stacks.stacks_of(tmp_path / "rows.csv"))
    assert {name: f.fraction for name, f in fitted.items()} == {"default": 0.6, "llm-foundry": 0.6}
    target = tmp_path / "training.toml"
    assert fit_stacks.main([str(tmp_path / "rows.csv"), "-o", str(target)]) == 0
    first = target.read_bytes()
    assert fit_stacks.main([str(tmp_path / "rows.csv"), "-o", str(target)]) == 0
    assert target.read_bytes() == first
    assert tomllib.loads(first.decode())["llm-foundry"]["fraction"] == 0.6


def test_one_source_with_many_rows_does_not_decide_alone(tmp_path: Path) -> None:
    many, few = _rows(tmp_path, 0.5), _rows(tmp_path, 0.9, source="T")
    run(tmp_path, TRAINING, *many, *many, *many, *few)
    alone = fit_stacks.fit_stacks(fit_stacks.plain_rows(tmp_path / "rows.csv"), fit_stacks.stacks_of(tmp_path / "rows.csv"))["llm-foundry"].rows
    # One source right, the other 80 % (times) or 44 % (rates) off; counted by rows it would be half as much.
    assert 0.22 <= alone.cost(0.5) <= 0.4
    assert alone.off(0.5)[alone.seen].mean() < 0.2


def test_host_time_is_what_the_kernels_leave(tmp_path: Path) -> None:
    serve = {"model": "Llama-3-70B", "chip": "H100-80GB-SXM", "isl": 1000, "osl": 200, "tp": 8, "pp": 1, "precision": "fp8", "backend": "vllm"}
    rows = [serve | {"isl": 500 + 100 * k, "batch_or_concurrency": 1, "tpot_ms": 10, "mode": "online"} for k in range(12)]
    predicted = [r.predicted for r in run(tmp_path, INFERENCE, *rows).rows]
    known = load_library().calibration("h100").host_s_per_step
    later = [row | {"tpot_ms": p + 1e3 * (0.0012 - known)} for row, p in zip(rows, predicted, strict=True)]
    run(tmp_path, INFERENCE, *later)
    (host,) = fit_host.fit_host(fit_host.plain_rows(tmp_path / "rows.csv"))
    assert (host.chip, host.host_s) == ("h100", pytest.approx(0.0012))
    assert host.fitted.n + host.held_out.n == 12
    assert host.held_out.worst < 1e-3


def test_an_engines_constant_slows_all_but_the_reading_of_weights(tmp_path: Path) -> None:
    serve = {"model": "Llama-3-8B", "chip": "Trainium1", "tp": 32, "pp": 1, "precision": "bf16", "backend": "Transformers NeuronX", "mode": "static batch"}
    rows = [serve | {"isl": 128 * 2**k, "osl": 8, "batch_or_concurrency": b} for k in range(6) for b in (1, 4)]
    plain = [r.scenario for r in run(tmp_path, INFERENCE, *(r | {"ttft_ms": 1} for r in rows)).rows]
    steps = []
    for fraction in (1.0, 0.5):
        slowed = [s.replace(calibration=s.calibration.replace(server_fraction=fraction)) for s in plain if s is not None]
        steps.append([evaluate_study([s]).value("step_s", 0) or 0.0 for s in slowed])
    # One short prompt reads all weights for few tokens, four long ones hardly wait for them.
    assert steps[1][0] / steps[0][0] < 1.8
    assert 1.9 < steps[1][-1] / steps[0][-1] <= 2.0
    run(tmp_path, INFERENCE, *(r | {"ttft_ms": 1e3 * s} for r, s in zip(rows, steps[1], strict=True)))
    fitted = fit_stacks.fit_stacks(fit_stacks.plain_rows(tmp_path / "rows.csv"), fit_stacks.stacks_of(tmp_path / "rows.csv"))
    assert fitted["neuron"].fraction == 0.5


def test_the_time_of_launches_is_found_again(tmp_path: Path) -> None:
    eager = {
        "model": "Qwen3_30B_a3B", "chip": "H100-80GB-SXM", "chips": 16, "tp": 1, "pp": 1, "ep": 16, "seq": 4096, "mbs": 1, "precision": "FP8",
        "framework": "Megatron-Bridge 26.04 NeMo Container",
    }  # fmt: skip
    rows = [eager | {"gbs": 64 * k} for k in range(1, 13)]
    bound = [r.predicted for r in run(tmp_path, TRAINING, *(r | {"step_time_s": 1} for r in rows)).rows]
    known = load_library().stacks["nemo-eager"].traits["expert_launch_s"]
    # 48 layers of gbs / 16 micro-batches: each 3 ms longer.
    later = [r | {"step_time_s": b + 48 * r["gbs"] / 16 * 0.003} for r, b in zip(rows, bound, strict=True)]
    run(tmp_path, TRAINING, *later)
    found, fitted, held = fit_launches.fit_launches(tmp_path / "rows.csv")
    assert found == pytest.approx(known + 0.003)
    assert fitted.n + held.n == 12
    assert held.worst < 1e-3
    # What a host holds up says nothing of the stack.
    assert not fit_stacks.fit_stacks(fit_stacks.plain_rows(tmp_path / "rows.csv"), fit_stacks.stacks_of(tmp_path / "rows.csv"))["default"].rows.ratio.size


@pytest.mark.parametrize("command", [fit_host.main, fit_stacks.main, fit_launches.main])
def test_a_wrong_file_is_one_line(command: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command([str(tmp_path / "none.csv"), "-o", "never.toml"]) == 2  # type: ignore[operator]
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "none.csv" in told
