"""Measured points from CSV files and profilers: every row is a point or is listed with the reason why not."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from explorer.library.measured_points import Measured, profilers, read_measured
from explorer.library.readers import FILE_READERS, TEXT_READERS, kind_of_file
from explorer.specs import MOST_POINTS


def read(folder: Path, text: str | bytes, name: str = "points.csv") -> Measured:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_measured(path)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("name,intensity [FLOP/B],FLOP/s", "a,200,4e14"), ("name,intensity,flop_per_s", "a,200,400000000000000"),
        ("Kernel,Arithmetic Intensity (FLOP/Byte),Performance (GFLOP/s)", "a,200,400000"), ("op,AI,TFLOP/s", 'a,200,"400"'),
        ("label,operational_intensity,Achieved [TFLOPS]", "a,200.0,400"), ("KERNEL NAME,flop/byte,GFLOPs", 'a,2e2,"400,000.0"'),
        ("name,FLOP per byte,throughput [PFLOP/s]", "a,200,0.4"), ("chip,name,intensity,tflops", "b200,a,200,400"),
    ],
)  # fmt: skip
def test_a_header_may_be_spelt_in_many_ways(tmp_path: Path, header: str, row: str) -> None:
    found = read(tmp_path, f"\ufeff{header}\r\n{row}\r\n")
    (point,) = found.points
    assert (point.name, point.flop_per_byte, point.flop_per_s) == ("a", 200.0, 4e14)
    assert point.chip == ("b200" if "chip" in header else "")
    assert found.skipped == ()


@pytest.mark.parametrize(
    "header",
    ["name,intensity", "name,intensity,time", "name,intensity [B/FLOP],FLOP/s", "name,intensity,performance", "name,intensity,performance [s]", "name;intensity;FLOP/s", "a\tb"],
)  # fmt: skip
def test_columns_without_a_meaning_are_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(ExplorerError, match=r"needs the columns name, intensity \[FLOP/B\] and FLOP/s"):
        read(tmp_path, f"{header}\na,1,2\n")


def test_rows_that_give_no_point_are_listed_with_the_reason(tmp_path: Path) -> None:
    rows = ["good,1,2", "nan,nan,2", "inf,1,inf", "huge,1e400,2", "zero,0,2", "less,-1,2", "short,1", "digits," + "9" * 5000 + ",1", "<b>\u202ex,1,2", ",3,4"]
    found = read(tmp_path, "name,intensity,flop_per_s\n" + "\n".join(rows) + "\n")
    assert [p.name for p in found.points] == ["good", "<b> x", "line 11"]
    assert [where for where, _ in found.skipped] == ["line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "line 9"]
    assert all(reason.isprintable() and len(reason) < 200 for _, reason in found.skipped)
    assert found.line() == "CSV: 3 points, 7 rows left out"


def test_a_file_without_a_point_says_why(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="no point that can be used: line 2: FLOP/s is empty"):
        read(tmp_path, "name,intensity,FLOP/s\na,1,\n")
    with pytest.raises(ExplorerError, match="no point that can be used: it has no rows"):
        read(tmp_path, "name,intensity,FLOP/s\n")


def test_more_points_than_a_study_holds_are_counted(tmp_path: Path) -> None:
    found = read(tmp_path, "name,intensity,FLOP/s\n" + "a,1,2\n" * (MOST_POINTS + 2500))
    assert len(found.points) == MOST_POINTS
    assert len(found.skipped) + found.more == 2500


NCU = '"ID","Process ID","Process Name","Host Name","Kernel Name","Context","Stream","Block Size","Grid Size","Device","CC"'
FP32 = [f"smsp__sass_thread_inst_executed_op_f{op}_pred_on.sum" for op in ("add", "mul", "fma")]


def raw_page(metrics: dict[str, tuple[str, str]], capability: str = "9.0", kernel: str = "sgemm(float*, int)") -> str:
    """One kernel as `ncu --csv --page raw` prints it, behind what the profiled program printed."""
    units = ",".join([*['""'] * 11, *(f'"{unit}"' for unit, _ in metrics.values())])
    values = ",".join(['"0"', '"7"', '"a.out"', '"h"', f'"{kernel}"', '"1"', '"7"', '"(256, 1, 1)"', '"(8, 8, 1)"', '"0"', f'"{capability}"'])
    cells = ",".join(f'"{value}"' for _, value in metrics.values())
    names = ",".join(f'"{name}"' for name in metrics)
    return f"==PROF== Connected to process 7\nresult: ok, 3.5\n{NCU},{names}\n{units}\n{values},{cells}\n"


WHOLE = {
    "dram__bytes.sum": ("Mbyte", "2.5"), "gpu__time_duration.sum": ("us", "10"), FP32[0]: ("inst", "1,000,000"), FP32[1]: ("inst", "500,000"),
    FP32[2]: ("Minst", "49.25"),
}  # fmt: skip


def test_nsight_compute_raw_page(tmp_path: Path) -> None:
    found = read(tmp_path, raw_page(WHOLE))
    (point,) = found.points
    assert found.kind == "nsight"
    assert point.name == "sgemm(float*, int)"
    assert point.flop_per_byte == pytest.approx(100e6 / 2.5e6)  # 1 + 0.5 + 2 x 49.25 million FLOP
    assert point.flop_per_s == pytest.approx(100e6 / 10e-6)
    assert point.note == "Nsight Compute, counted: fadd, fmul, ffma"
    assert point.chip == "compute capability 9.0"


def test_nsight_compute_one_line_a_metric(tmp_path: Path) -> None:
    lines = [f'{NCU},"Section Name","Metric Name","Metric Unit","Metric Value"']
    for launch, time_ns in (("0", "10,000"), ("1", "20,000")):
        for name, (unit, value) in {**WHOLE, "gpu__time_duration.sum": ("ns", time_ns)}.items():
            lines.append(f'"{launch}","7","a","h","gemm","1","7","(1,1,1)","(1,1,1)","0","8.0","","{name}","{unit}","{value}"')
    found = read(tmp_path, "\n".join(lines) + "\n")
    assert [p.flop_per_s for p in found.points] == [pytest.approx(1e13), pytest.approx(5e12)]


def test_time_may_come_from_cycles(tmp_path: Path) -> None:
    metrics = {k: v for k, v in WHOLE.items() if "time" not in k}
    metrics |= {"sm__cycles_elapsed.avg": ("cycle", "14,000"), "sm__cycles_elapsed.avg.per_second": ("cycle/nsecond", "1.4")}
    with pytest.raises(ExplorerError, match=r"sm__cycles_elapsed.avg.per_second is in 'cycle/nsecond', a unit that is not known"):
        read(tmp_path, raw_page(metrics))
    metrics["sm__cycles_elapsed.avg.per_second"] = ("Ghz", "1.4")
    assert read(tmp_path, raw_page(metrics)).points[0].flop_per_s == pytest.approx(1e13)


def test_tensor_operations_are_counted_once(tmp_path: Path) -> None:
    ops = "sm__ops_path_tensor_src_bf16_dst_fp32"
    both = {f"{ops}_sparsity_off.sum": ("", "300"), f"{ops}_sparsity_on.sum": ("", "100")}
    integers = {"sm__ops_path_tensor_src_int8.sum": ("", "1,000,000,000")}
    for tensor in (both, {f"{ops}.sum": ("", "400")}, both | {f"{ops}.sum": ("", "400")}, both | integers):
        found = read(tmp_path, raw_page({"dram__bytes_read.sum": ("byte", "150"), "dram__bytes_write.sum": ("byte", "50"), "gpu__time_duration.sum": ("s", "1e-6"), **tensor}))
        assert found.points[0].flop_per_byte == pytest.approx(2.0)
        assert "tensor operations" in found.points[0].note


def test_tensor_instructions_count_only_where_it_is_documented(tmp_path: Path) -> None:
    metrics = WHOLE | {"sm__inst_executed_pipe_tensor.sum": ("inst", "1,000,000")}
    assert read(tmp_path, raw_page(metrics, "7.0")).points[0].flop_per_byte == pytest.approx((100e6 + 512e6) / 2.5e6)
    with pytest.raises(ExplorerError, match=r"what a tensor instruction does on compute capability 8\.0 is not documented"):
        read(tmp_path, raw_page(metrics, "8.0"))
    none = WHOLE | {"sm__inst_executed_pipe_tensor.sum": ("inst", "0")}
    assert read(tmp_path, raw_page(none, "8.0")).points[0].flop_per_byte == pytest.approx(40.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dram__bytes.sum": None}, "dram__bytes.sum is missing"), ({"gpu__time_duration.sum": None}, "gpu__time_duration.sum is missing"),
        ({"dram__bytes.sum": ("sector", "5")}, "is in 'sector', a unit that is not known"), ({FP32[2]: ("inst", "n/a")}, "is 'n/a', not a number"),
        ({"dram__bytes.sum": ("byte", "27.595.520")}, "is '27.595.520', not a number"), ({"dram__bytes.sum": ("byte", "0")}, "no byte of device memory"),
        (dict.fromkeys(FP32), "no metric of floating-point operations is there"), (dict.fromkeys(FP32, ("inst", "0")), "no floating-point operation was counted"),
    ],
)  # fmt: skip
def test_a_kernel_that_lacks_something_is_named(tmp_path: Path, change: dict[str, tuple[str, str] | None], said: str) -> None:
    text = raw_page({k: v for k, v in (WHOLE | change).items() if v is not None})
    with pytest.raises(ExplorerError) as caught:
        read(tmp_path, text)
    assert "sgemm(float*, int)" in str(caught.value)
    assert said in str(caught.value)


SUMMARY = {"total_time": 0.002, "mm_arithmetic_intensity": 120.5, "hbm_read_bytes": 3_000_000_000, "hbm_write_bytes": 1_000_000_000, "mfu_estimated_percent": 0.3}


@pytest.mark.parametrize("data", [SUMMARY, {"nc0": SUMMARY}, [{"summary": {"core 0": SUMMARY}}]])
def test_neuron_summaries(tmp_path: Path, data: object) -> None:
    found = read(tmp_path, json.dumps(data), "summary.json")
    (point,) = found.points
    assert found.kind == "neuron"
    assert point.flop_per_byte == 120.5
    assert point.flop_per_s == pytest.approx(120.5 * 4e9 / 0.002)
    assert kind_of_file(tmp_path / "summary.json") == "measured"


def test_a_neuron_summary_that_lacks_something_is_named(tmp_path: Path) -> None:
    bad = [{**SUMMARY, "name": "a", "total_time": t} for t in (None, 0, -1, "x", True, [1], 10**400)]
    found = read(tmp_path, json.dumps([SUMMARY, *bad]), "summary.json")
    assert len(found.points) == 1
    assert len(found.skipped) == len(bad)
    header = ",".join(SUMMARY)
    assert read(tmp_path, f"{header}\n{','.join(map(str, SUMMARY.values()))}\n").points[0].flop_per_byte == 120.5
    with pytest.raises(ExplorerError, match="it has no mm_arithmetic_intensity"):
        read(tmp_path, "{}", "summary.json")


HOSTILE: dict[str, bytes] = {
    "empty": b"", "nul": b"name,intensity,FLOP/s\na,1,2\0\n", "binary": bytes(range(256)) * 100, "utf16": "name,intensity,FLOP/s\na,1,2\n".encode("utf-16"),
    "long line": b"a" * 10_000_000, "quote": b'name,intensity,FLOP/s\n"' + b"a" * 60_000, "many lines": b"\n" * 300_000, "nested": b"[" * 100_000,
    "wide": b"name,intensity,FLOP/s" + b",x" * 20_000 + b"\n" + b"a,1,2\n", "markup": b"<b>x</b>\n", "big number": b'{"total_time":' + b"9" * 5000 + b"}",
}  # fmt: skip


@pytest.mark.parametrize("name", ["points.csv", "points.json"])
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_get_one_line_at_once(tmp_path: Path, case: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[case])
    for read_one in FILE_READERS.values():
        start = time.process_time()
        with pytest.raises(ExplorerError) as caught:
            read_one(path)
        assert time.process_time() - start < 0.25
        assert str(caught.value).isprintable()
    assert kind_of_file(path) in ("study", "measured")


def test_what_is_no_regular_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    with (tmp_path / "sparse.csv").open("wb") as file:
        file.truncate(1 << 30)
    for name in ("pipe.csv", "folder.csv", "loop.csv", "sparse.csv", "missing.csv", "\0.csv"):
        for read_one in FILE_READERS.values():
            with pytest.raises(ExplorerError):
                read_one(tmp_path / name)


def test_every_reader_is_on_the_list() -> None:
    assert set(FILE_READERS) >= {"study", "model configuration", "measured points"}
    assert set(TEXT_READERS) >= {"study", "model configuration", "share string"}
    for text_reader in TEXT_READERS.values():
        for text in ("", "\0", "[" * 100_000, "chipx1:", '{"model_type": "llama"}', "9" * 10_000):
            with pytest.raises(ExplorerError):
                text_reader(text)


def test_the_sources_of_the_columns_are_named() -> None:
    for profiler in ("nsight", "neuron"):
        assert profilers()[profiler]["source"]["url"].startswith("https://")
