"""Cells that no person would write: each row is predicted or listed, the others stand, and nothing takes for ever."""

from __future__ import annotations

import csv
import json
import random
import time
from pathlib import Path

import pytest
from validate_samples import GEMM, INFERENCE, MEMORY, TRAINING, run

from explorer.library import load_library
from explorer.validation import as_data, printed, shipped_files, validate
from explorer.validation.rows import read_table

CELLS = (
    "", "0", "-1", "1e15", "1e300", "1e-300", "nan", "inf", "x", "1.5", "3", "1e9", "9999999", "131072", "None", "🙂", "=1+1", "a" * 500,
    "H100", "llama", "fp64", "{}", "<b>x</b>", "%s", "training", "decode", "full", "ZeRO-3", "bf16", "Trainium2",
)  # fmt: skip
SERVE = {
    "model": "Llama-3-8B", "chip": "H100-80GB-SXM", "isl": 1000, "osl": 200, "tp": 1, "pp": 1, "precision": "bf16", "output_tok_s": 900,
}  # fmt: skip
TRAIN = {
    "model": "Llama-3-8B", "chip": "H100-80GB-SXM", "chips": 8, "tp": 1, "pp": 1, "seq": 8192, "gbs": 64, "mbs": 1, "precision": "bf16",
    "recompute": "full", "zero": "ZeRO-3", "framework": "llm-foundry", "step_time_s": 3,
}  # fmt: skip


@pytest.mark.parametrize("path", shipped_files(), ids=lambda p: p.stem)
def test_no_cell_stops_a_file(path: Path, tmp_path: Path) -> None:
    chance = random.Random(7)
    with path.open(encoding="utf-8", newline="") as file:
        head, *body = csv.reader(file)
    rows = []
    for i in range(120):
        row = list(chance.choice(body))
        for at in chance.sample([k for k, name in enumerate(head) if name not in ("id", "quality")], 3):
            row[at] = chance.choice(CELLS)
        rows.append([f"row-{i}" if name == "id" else cell for name, cell in zip(head, row, strict=True)])
    made = tmp_path / "odd.csv"
    with made.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    found = validate(made)
    data = json.loads(json.dumps(as_data(found), allow_nan=False))
    said = {r["id"] for key in ("rows", "calls", "skipped") for r in data[key]}
    assert said == {row.id for row in read_table(made).rows}
    assert printed(found, False)


@pytest.mark.parametrize(("cell", "value", "words"), [
    ("chips", "llama", "chips: 'llama' is not a number"),
    ("isl", "1e12", "context: Input should be less than or equal to"),
    ("osl", "many", "osl: 'many' is not a number"),
])  # fmt: skip
def test_a_wrong_row_of_a_full_server_is_listed_and_the_next_one_is_predicted(tmp_path: Path, cell: str, value: str, words: str) -> None:
    found = run(tmp_path, INFERENCE.replace(",isl", ",chips,isl"), SERVE | {cell: value}, SERVE)
    assert [r.id for r in found.rows] == ["r1"]
    assert [s.id for s in found.skipped] == ["r0"]
    assert words in found.skipped[0].reason


@pytest.mark.parametrize("measured", ["1e-300", "1e300", "0", "-3"])
def test_a_measurement_beyond_all_bounds_is_listed(tmp_path: Path, measured: str) -> None:
    found = run(tmp_path, GEMM, {"op": "gemm", "chip": "H100-80GB-SXM", "dtype": "bf16", "m": 1, "n": 1, "k": 1, "time_us": measured})
    assert found.rows == []
    assert "out of range" in found.skipped[0].reason


def test_a_plan_that_cannot_be_is_not_even_evaluated(tmp_path: Path) -> None:
    began = time.perf_counter()
    found = run(tmp_path, TRAINING, TRAIN | {"chips": 131_072, "pp": 131_072, "gbs": 131_072}, TRAIN)
    assert time.perf_counter() - began < 3.0
    assert [r.id for r in found.rows] == ["r1"]
    assert found.skipped[0].reason == "step_time_s: PP 131072 is more than the 32 layers"


def test_the_heads_of_a_wide_model_are_guessed_at_once(tmp_path: Path) -> None:
    row = TRAIN | {"model": "unknown", "phase": "training", "component": "peak", "measured_gb": 60, "unit": "GiB"}
    header = MEMORY.replace(",tp", ",layers,hidden,vocab,tp")
    began = time.perf_counter()
    found = run(tmp_path, header, *(row | {"layers": 2, "hidden": h, "vocab": 100} for h in (9_999_999, 2_147_483_648, 10**15)))
    assert time.perf_counter() - began < 3.0
    assert [r.id for r in found.rows] + [s.id for s in found.skipped] == ["r0", "r1", "r2"]


def test_what_a_spec_refuses_is_the_rows_own_problem(tmp_path: Path) -> None:
    windowed = next(w.id for w in load_library().workloads.values() if w.window is not None)
    header = TRAINING.replace(",tp", ",layers,tp")
    found = run(tmp_path, header, TRAIN | {"model": windowed, "layers": 10**15}, TRAIN)
    assert [r.id for r in found.rows] == ["r1"]
    assert "layers: Input should be less than" in found.skipped[0].reason
