"""The shipped choice, the errors in sum, and what the command prints."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from explorer.validation import Found, Prediction, Skip, as_data, command, shipped_files, summarise, validate
from explorer.validation.rows import KINDS, read_table


@pytest.fixture(scope="module")
def shipped() -> Found:
    return validate()


def test_the_shipped_choice_covers_all_kinds_and_names_its_sources(shipped: Found) -> None:
    tables = [read_table(path) for path in shipped_files()]
    assert sorted(t.kind for t in tables) == sorted(KINDS)
    rows = [row for table in tables for row in table.rows]
    assert len(rows) >= 300
    assert len({row.text("source") for row in rows}) >= 30
    assert all(row.text("source") for row in rows)
    assert len({row.text("chip") for row in rows}) >= 30
    assert not any(table.broken or table.below_quality for table in tables)
    assert len({row.id for row in rows}) == len(rows)
    assert len({r.id for r in shipped.rows}) >= 300


def test_share_alike_rows_are_told_in_the_readme() -> None:
    folder = shipped_files()[0].parent
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "CC-BY-SA-4.0" in readme
    for path in shipped_files():
        assert f"`{path.name}`" in readme
        with path.open(encoding="utf-8", newline="") as file:
            shared = any(row["source"].startswith("stas00/ml-engineering") for row in csv.DictReader(file))
        told = next(line for line in readme.splitlines() if "share alike" in line)
        assert (f"`{path.name}`" in told) == shared


def test_no_row_is_dropped(shipped: Found) -> None:
    every = {row.id for path in shipped_files() for row in read_table(path).rows}
    said = {r.id for r in shipped.rows} | {c.id for c in shipped.calls} | {s.id for s in shipped.skipped}
    assert said == every


def test_every_prediction_is_a_number_and_every_skip_has_a_reason(shipped: Found) -> None:
    assert all(0 < r.predicted < 1e30 and r.measured > 0 and r.source and r.chip for r in shipped.rows)
    assert all(s.reason for s in shipped.skipped)
    assert {r.kind for r in shipped.rows} == set(KINDS)


def test_nothing_is_skipped_for_want_of_a_preset(shipped: Found) -> None:
    assert [s.reason for s in shipped.skipped if "no preset" in s.reason or "unknown model" in s.reason] == []
    mixtures = {r.scenario.workload.name for r in shipped.rows if r.scenario is not None and r.scenario.workload.experts}
    assert len(mixtures) >= 10


def test_json_has_the_agreed_form(shipped: Found) -> None:
    data = json.loads(command(None, True))
    assert set(data) == {"rows", "calls", "skipped", "below_quality", "summary"}
    assert set(data["rows"][0]) == {"id", "kind", "chip", "source", "quantity", "measured", "predicted", "error_fraction"}
    assert set(data["calls"][0]) == {"id", "measured_fits", "predicted_fits"}
    assert set(data["skipped"][0]) == {"id", "reason"}
    assert data == json.loads(json.dumps(as_data(shipped)))
    assert sum(line["n"] for line in data["summary"] if line["by"] == "source") == len(data["rows"])
    assert sum(line["n"] for line in data["summary"] if line["by"] == "chip") == len(data["rows"])
    assert sum(line["skipped"] for line in data["summary"] if line["by"] == "kind") == len(data["skipped"])


def test_the_text_names_every_row_and_sums_up(shipped: Found) -> None:
    text = command(None, False)
    for row in (*shipped.rows[:20], *shipped.skipped[-20:]):
        assert row.id in text
    for words in ("training, by source", "gemm, by chip", "median", "p90", "worst row", "rows below quality A-", "Fits or out of memory"):
        assert words in text
    assert text.splitlines()[-1].startswith(f"{len(shipped.rows):,} predictions, ")


def test_errors_in_sum() -> None:
    found = Found()
    for i, predicted in enumerate((1.1, 0.8, 1.3, 1.0)):
        found.rows.append(Prediction(f"r{i}", "gemm", "h100" if i else "b200", "S", "time_us", 1.0, predicted))
    found.skipped.append(Skip("r9", "why", "gemm", "T", "H100-80GB-SXM"))
    lines = {(line.by, line.name): line for line in summarise(found)}
    every = lines["kind", "gemm"]
    assert (every.n, every.skipped, every.worst_id) == (4, 1, "r2")
    assert every.mean == pytest.approx(0.15)
    assert every.median == pytest.approx(0.15)
    assert every.p90 == pytest.approx(0.27)
    assert every.worst == pytest.approx(0.3)
    assert every.bias == pytest.approx(0.05)
    assert (lines["chip", "h100"].n, lines["chip", "h100"].skipped) == (3, 1)
    assert (lines["source", "T"].n, lines["source", "T"].mean) == (0, None)


def test_a_batch_predicts_what_each_row_alone_predicts(tmp_path: Path) -> None:
    path = next(p for p in shipped_files() if p.stem == "training")
    lines = path.read_text(encoding="utf-8").splitlines()
    together = {(r.id, r.quantity): r.predicted for r in validate(path).rows}
    for line in lines[1::23]:
        alone = tmp_path / "one.csv"
        alone.write_text(f"{lines[0]}\n{line}\n", encoding="utf-8")
        for row in validate(alone).rows:
            assert row.predicted == together[row.id, row.quantity]


def test_a_file_that_is_none_is_one_line(tmp_path: Path) -> None:
    for content in (b"", b"\0", b"a,b\n1,2\n", b"\xff\xfe\x00"):
        path = tmp_path / "bad.csv"
        path.write_bytes(content)
        with pytest.raises(ExplorerError) as caught:
            command(path, True)
        assert "\n" not in str(caught.value)
        assert "bad.csv" in str(caught.value)


def test_a_file_of_nothing_but_problems_is_a_report(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("id,op,chip,dtype,m,n,k,time_us,source,quality\na,gemm,h100,bf16,x,1,1,1,s,A\nb,gemm,h10,bf16,1,1,1,1,s,B\n")
    text = command(path, False)
    assert "a: m: 'x' is not a number" in text
    assert text.endswith("0 predictions, 0 calls, 1 skipped, 1 rows below quality A-")
    data = json.loads(command(path, True))
    assert data["rows"] == []
    assert data["summary"][0]["mean"] is None
    path.write_text("id,op,chip,dtype,m,n,k,time_us,source,quality\n")
    assert command(path, False) == "0 predictions, 0 calls, 0 skipped, 0 rows below quality A-"
