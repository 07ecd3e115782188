"""The kernel fit: recovers constants from made-up rows, gives the same bytes twice, refuses bad files in one line."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import paths
from explorer.errors import ExplorerError
from explorer.validation import fit_kernels
from explorer.validation.fitting import Constant, errors, fit, fold
from explorer.validation.kernel_constants import kernel_constants, predict
from explorer.validation.kernel_models import decode_s, gemm_s, prefill_s
from explorer.validation.kernel_rows import Key, gather, machine

GEMM_COLUMNS = ("id", "op", "chip", "dtype", "m", "n", "k", "batch", "groups", "time_us", "library", "source", "quality")
ATTENTION_COLUMNS = (
    "id", "op", "chip", "batch", "isl_new", "kv_len", "heads", "kv_heads", "head_dim", "window", "kv_dtype", "time_us",
    "library", "source", "quality",
)  # fmt: skip
MATMUL = {
    "compute_fraction": 0.77, "memory_fraction": 0.83, "launch_s": 3e-6, "overlap_fraction": 0.6, "prologue_k": 150.0,
    "step_s": 0.9e-9, "wave_fraction": 0.4,
}  # fmt: skip
QUANTISED = MATMUL | {"quantise_fraction": 0.35, "quantise_launch_s": 7e-6}
PREFILL = {"compute_fraction": 0.55, "io_fraction": 0.3, "launch_s": 12e-6}
DECODE = {
    "memory_fraction": 0.9, "compute_fraction": 0.08, "vector_fraction": 0.07, "io_fraction": 0.2, "token_s": 1e-10,
    "launch_s": 9e-6, "ramp_bytes": 5e7,
}  # fmt: skip
Row = dict[str, Any]


def write(path: Path, columns: tuple[str, ...], rows: list[Row]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def matmul_rows(dtype: str, constants: Mapping[str, float]) -> list[Row]:
    cells = list(product((1, 16, 128, 512, 1024, 2048, 8192), ((512, 4096), (4096, 512), (4096, 4096), (8192, 8192), (10240, 8192), (1024, 8192))))
    quantised = float(dtype == "fp8")
    columns = {
        "m": np.array([m for m, _ in cells], float), "n": np.array([s[0] for _, s in cells], float),
        "k": np.array([s[1] for _, s in cells], float), "groups": np.ones(len(cells)),
        "bytes": np.full(len(cells), 1.0 if dtype == "fp8" else 2.0), "quantised": np.full(len(cells), quantised),
    }  # fmt: skip
    times = gemm_s(columns, machine("H100-80GB-SXM"), dtype, constants)
    return [
        {"id": f"g-{dtype}-{i}", "op": "gemm", "chip": "H100-80GB-SXM", "dtype": dtype, "m": m, "n": n, "k": k, "batch": 1,
         "time_us": 1e6 * times[i], "library": "trtllm 1", "source": "made up", "quality": "A"}
        for i, (m, (n, k)) in enumerate(cells)
    ]  # fmt: skip


def attention_rows(op: str, predict_s: Callable[..., Any], constants: Mapping[str, float]) -> list[Row]:
    tokens = (128, 512, 2048, 8192)
    cells = [(b, s, h, kv) for b, s, h, kv in product((1, 8, 64), tokens, (8, 32, 64), (1, 8))]
    columns = {
        name: np.array(values, float)
        for name, values in zip(("sequences", "key_tokens", "heads", "kv_heads"), zip(*cells, strict=True), strict=True)
    }
    columns |= {"head_dim": np.full(len(cells), 128.0), "kv_bytes": np.full(len(cells), 2.0)}
    columns |= {"query_tokens": columns["key_tokens"]}
    times = predict_s(columns, machine("H100-80GB-SXM"), "bf16", constants)
    return [
        {"id": f"a-{op}-{i}", "op": op, "chip": "H100-80GB-SXM", "batch": b, "isl_new": s if op == "prefill" else 1,
         "kv_len": s, "heads": h, "kv_heads": kv, "head_dim": 128, "window": 0, "kv_dtype": "bfloat16",
         "time_us": 1e6 * times[i], "library": "trtllm 1", "source": "made up", "quality": "A"}
        for i, (b, s, h, kv) in enumerate(cells)
    ]  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    bad = {"id": "bad", "op": "gemm", "chip": "Abacus 3000", "dtype": "bf16", "m": 1, "n": 1, "k": 1, "time_us": 1, "quality": "A"}
    matmuls = [*matmul_rows("bf16", MATMUL), *matmul_rows("fp8", QUANTISED), bad, bad | {"id": "b", "quality": "B"}]
    attention = [*attention_rows("prefill", prefill_s, PREFILL), *attention_rows("decode", decode_s, DECODE)]
    return [
        write(tmp_path / "gemm.csv", GEMM_COLUMNS, matmuls),
        write(tmp_path / "attention.csv", ATTENTION_COLUMNS, attention),
    ]


def test_made_up_rows_give_their_constants_back(files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fit_kernels.main([*map(str, files), "-o", str(tmp_path / "out")]) == 0
    assert "1 rows skipped, 1 below quality" in capsys.readouterr().out
    written = tomllib.loads((tmp_path / "out" / "h100.toml").read_text("utf-8"))
    for kind, number_format, wanted in (
        ("gemm", "bf16", MATMUL), ("gemm", "fp8", QUANTISED), ("prefill", "bf16", PREFILL), ("decode", "bf16", DECODE),
    ):  # fmt: skip
        table = written[kind][number_format]
        assert {name: table[name] for name in wanted} == {name: pytest.approx(v, rel=0.02) for name, v in wanted.items()}
        assert table["provenance"] == "measured"
        assert table["error"]["in_sample"]["mean"] < 1e-3
        assert table["error"]["held_out_shapes"]["n"] == table["rows"]


def test_the_same_rows_give_the_same_bytes(files: list[Path], tmp_path: Path) -> None:
    for name in ("one", "two"):
        fit_kernels.main([str(files[0]), "-o", str(tmp_path / name)])
    assert (tmp_path / "one" / "h100.toml").read_bytes() == (tmp_path / "two" / "h100.toml").read_bytes()


def test_written_constants_predict_the_rows(files: list[Path], tmp_path: Path) -> None:
    fit_kernels.main([*map(str, files), "-o", str(tmp_path / "out")])
    for key, group in gather(files).groups.items():
        assert errors(predict(key, group, tmp_path / "out"), group.columns["time_s"]).mean < 1e-3


def test_impossible_decode_rows_are_left_out() -> None:
    rows = {name: np.array([v, v]) for name, v in {"sequences": 64.0, "key_tokens": 65536.0, "kv_heads": 8.0, "head_dim": 128.0}.items()}
    rows |= {"kv_bytes": np.array([2.0, 2.0]), "time_s": np.array([3e-3, 9e-3])}
    key = Key("decode", "A100-80GB-SXM", "bf16")
    assert fit_kernels.possible(key, rows, machine(key.name)).tolist() == [False, True]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"op": "mamf"}, "the best of many shapes"),
        ({"op": "hbm_copy"}, "not a matmul"),
        ({"dtype": "int3"}, "unknown number format 'int3'"),
        ({"m": "many"}, "m is 'many', not a number"),
        ({"m": "nan"}, "not a positive number"),
        ({"time_us": ""}, "time_us is ''"),
        ({"chip": "Abacus"}, "no preset for the chip 'Abacus'"),
        ({"dtype": "nvfp4"}, "h100 has no nvfp4 matmul"),
    ],
)
def test_rows_that_cannot_be_used_say_why(change: Row, reason: str, tmp_path: Path) -> None:
    row = matmul_rows("bf16", MATMUL)[0] | change
    found = gather([write(tmp_path / "g.csv", GEMM_COLUMNS, [row])])
    assert not found.groups
    [(identifier, text)] = found.skipped
    assert identifier == "g-bf16-0"
    assert reason in text


def test_bad_files_end_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.csv").write_text("id,op,chip\n1,gemm,b200\n", encoding="utf-8")
    for name, message in (("x.csv", "no column 'quality'"), ("none.csv", "no such file"), ("e.csv", "no column 'id'")):
        (tmp_path / "e.csv").write_text("", encoding="utf-8")
        assert fit_kernels.main([str(tmp_path / name), "-o", str(tmp_path / "out")]) == 2
        said = capsys.readouterr().err
        assert message in said
        assert said.count("\n") == 1


def test_no_rows_no_constants() -> None:
    assert fit([Constant("e", 0.5, 0.1, 1.0)], lambda x: np.zeros(0), np.zeros(0)) == {"e": 0.5}
    with pytest.raises(ExplorerError, match="no fitted constants of gemm kernels in bf16 on trainium3"):
        kernel_constants("trainium3", "gemm", "bf16")


@pytest.mark.parametrize(("rows", "fitted"), [(20, {"quantise_fraction", "overlap_fraction"}), (6, set())])
def test_few_rows_fit_few_constants(rows: int, fitted: set[str], tmp_path: Path) -> None:
    path = write(tmp_path / "g.csv", GEMM_COLUMNS, matmul_rows("fp8", QUANTISED)[::2][:rows])
    results = fit_kernels.fit_all(gather([path]))
    assert [fitted <= set(each.constants) and each.constants["prologue_k"] == 0.0 for each in results] == [True] * bool(fitted)


def test_folds_depend_on_the_key_alone() -> None:
    assert fold(["a", "b", "a"], 5).tolist()[0] == fold(["c", "a"], 5).tolist()[1]
    assert set(fold([str(i) for i in range(100)], 2).tolist()) == {0, 1}


SHIPPED = sorted(p.stem for p in (paths.presets() / "calibration" / "kernels").glob("[!_]*.toml"))


@pytest.mark.parametrize("chip", SHIPPED)
def test_shipped_constants_are_physical_and_beat_their_target(chip: str) -> None:
    data = tomllib.loads((paths.presets() / "calibration" / "kernels" / f"{chip}.toml").read_text("utf-8"))
    assert data["id"] == chip
    for kind, tables in data.items():
        for number_format, table in tables.items() if kind != "id" else ():
            constants = kernel_constants(chip, kind, number_format)
            assert constants
            for name, value in constants.items():
                assert 0.0 <= value <= (1.0 if name.endswith("_fraction") else np.inf), name
            assert table["provenance"] in ("measured", "transferred")
            found = table["error"].get("in_sample") or table["error"]["unseen"]
            assert found["median"] <= (0.08 if kind == "gemm" else 0.125)


def test_held_out_rows_are_not_seen() -> None:
    shapes = ["64x64", next(f"{i}x64" for i in range(100) if fold([f"{i}x64"], 5)[0] != fold(["64x64"], 5)[0])]
    time = np.array([10e-6] * 10 + [20e-6] * 10)
    rows = dict.fromkeys(("m", "n", "k"), np.full(20, 64.0)) | {"groups": np.ones(20), "bytes": np.full(20, 2.0)}
    rows |= {"quantised": np.zeros(20), "time_s": time}
    key = Key("gemm", "H100-80GB-SXM", "bf16")
    given = {name: value for name, value in MATMUL.items() if name != "launch_s"}
    run = fit_kernels.Run(key, machine(key.name), (Constant("launch_s", 3e-6, 1e-7, 1e-3),), given)
    found = run.held_out(rows, [str(i) for i in range(20)], [shapes[0]] * 10 + [shapes[1]] * 10)
    assert found["held_out_shapes"].mean == pytest.approx(0.75, abs=0.01)
