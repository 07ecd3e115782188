"""Error bands: what a row counts for, figures by hand, the same file twice, and wrong files in one line."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest
from validate_samples import COLLECTIVES, INFERENCE, MEMORY, TRAINING, run

from explorer import paths
from explorer.errors import ExplorerError
from explorer.library import load_library
from explorer.library.band_presets import read_bands, with_bands
from explorer.validation import Prediction, bands, validate
from explorer.validation.bands import band_kind, grouped, main, toml

FILE = paths.presets() / "calibration" / "bands" / "measured.toml"
SERVE = {"model": "Llama-3-8B", "chip": "H100-80GB-SXM", "isl": 1000, "osl": 200, "tp": 1, "pp": 1, "precision": "bf16", "mode": "static"}
TRAIN = {
    "model": "Llama-3-8B", "chip": "H100-80GB-SXM", "chips": 8, "tp": 1, "pp": 1, "seq": 8192, "gbs": 64, "mbs": 1, "precision": "bf16",
    "recompute": "full", "zero": "ZeRO-3", "framework": "llm-foundry",
}  # fmt: skip


def rows(*errors: float, chip: str = "h100", source: str = "S") -> list[Prediction]:
    """Collectives that are off by so much."""
    return [Prediction(f"{chip}-{i}", "collectives", chip, source, "time_us", 2.0, 2.0 * (1 + e)) for i, e in enumerate(errors)]


def test_what_a_row_counts_for(tmp_path: Path) -> None:
    serving = run(tmp_path, INFERENCE, SERVE | {"batch_or_concurrency": 1, "ttft_ms": 50, "tpot_ms": 10}).rows
    assert [(r.quantity, band_kind(r)) for r in serving] == [("ttft_ms", "prefill"), ("tpot_ms", "decode")]
    training = run(tmp_path, TRAINING, TRAIN | {"step_time_s": 3, "peak_mem_gb": 60}).rows
    assert [(r.quantity, band_kind(r)) for r in training] == [("step_time_s", "training"), ("peak_mem_gb", "memory")]
    assert band_kind(rows(0.1)[0]) == "collectives"
    assert band_kind(Prediction("g", "gemm", "h100", "S", "time_us", 1.0, 1.0)) is None
    assert list(grouped([*serving, *training])) == ["decode", "prefill", "training", "memory"]


def test_figures_by_hand() -> None:
    made = tomllib.loads(toml({"collectives": [*rows(0.1, -0.5, 0.3, 0.0, source="owner/repo README"), *rows(1.0, chip="b200")]}))
    every, own = made["collectives"], made["collectives"]["chips"]["h100"]
    assert (every["n"], every["mean"], every["median"], every["worst"], every["worst_id"]) == (5, 0.38, 0.3, 1.0, "b200-0")
    assert every["p90"] == pytest.approx(0.8)
    assert every["range_fraction"] == pytest.approx(1.0), "half as much and twice as much are as far apart"
    assert (own["n"], own["worst"], own["worst_id"]) == (4, -0.5, "h100-1")
    assert every["sources"] == ["owner/repo README", "S"]
    assert every["url"] == "https://github.com/owner/repo"


def test_nine_in_ten_measured_values_lie_in_the_range() -> None:
    for kind, members in grouped(validate().rows).items():
        half = 1 + tomllib.loads(toml({kind: members}))[kind]["range_fraction"] * 1.001
        inside = [r.predicted / half <= r.measured <= r.predicted * half for r in members]
        assert sum(inside) == pytest.approx(0.9 * len(inside), abs=1.5), kind


def measured(folder: Path) -> Path:
    """A folder of four small files."""
    for name, header in (("training", TRAINING), ("inference", INFERENCE), ("memory", MEMORY), ("collectives", COLLECTIVES)):
        (folder / f"{name}.csv").write_text(header + "\n")
    row = {"id": "a", "op": "all_reduce", "chip": "H100-80GB-SXM", "ranks": "8", "size_bytes": "1e6", "time_us": "30", "source": 'S "q" \\', "quality": "A"}
    with (folder / "collectives.csv").open("a", newline="") as file:
        csv.DictWriter(file, COLLECTIVES.split(",")).writerow(row)
    return folder


def test_the_same_rows_give_the_same_file_and_the_library_reads_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "bands" / "measured.toml"
    target.parent.mkdir()
    folder = measured(tmp_path)
    assert main([str(folder), "-o", str(target)]) == 0
    first = target.read_bytes()
    assert main([str(folder), "-o", str(target)]) == 0
    assert target.read_bytes() == first
    read = read_bands(target)
    assert list(read) == ["collectives"]
    assert read["collectives"].sources == ('S "q" \\',)
    assert read["collectives"].every.n == 1
    capsys.readouterr()
    told = with_bands(load_library().calibrations, read)
    assert told["h100"].bands["collectives"].own == read["collectives"].every
    assert told["h100"].sources["bands.collectives"].kind == "measured"
    assert told["b200"].bands["collectives"].own is None
    assert told["b200"].sources["bands.collectives"].kind == "transferred"


def test_bands_do_not_change_how_the_losses_are_known() -> None:
    for calibration in load_library().calibrations.values():
        bare = {name: s for name, s in calibration.sources.items() if not name.startswith("bands.")}
        assert calibration.replace(sources=bare).provenance == calibration.provenance


def test_the_shipped_file_names_its_rows() -> None:
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    assert set(table.pop("about")) == set(bands.KINDS_OF_FILES)
    assert {"decode", "prefill", "training", "memory", "collectives"} <= set(table)
    for entry in table.values():
        assert entry["sources"]
        assert sum(chip["n"] for chip in entry["chips"].values()) == entry["n"]
        assert set(entry["chips"]) <= set(load_library().chips)


def test_a_wrong_folder_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "-o", str(tmp_path / "never.toml")]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "has no training.csv, inference.csv, memory.csv, collectives.csv" in told
    assert not (tmp_path / "never.toml").exists()


@pytest.mark.parametrize(("text", "words"), [
    ("[decod]\n", "unknown kind 'decod' (did you mean decode?)"),
    ("[decode]\nn = 1\n", "decode: expected a table with sources"),
    ("decode = 3\n", "decode: expected a table with sources"),
    ('[decode]\nurl=""\nsources=[]\nn=1\nmean=nan\n[decode.chips.h100]\nn=0\n', "decode.chips.h100: n: Input should be greater"),
    ('[decode]\nurl=""\nsources=[]\nn=1\nmean=0.1\nmedian=0.1\np90=0.1\nrange_fraction=0.1\nworst=0.1\n[decode.chips]\nh100=1\n', "decode.chips.h100: "),
    ("[decode\n", "measured.toml:1: "),
])  # fmt: skip
def test_a_damaged_file_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "measured.toml"
    path.write_text(text)
    with pytest.raises(ExplorerError) as caught:
        read_bands(path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_file_no_bands(tmp_path: Path) -> None:
    assert read_bands(tmp_path / "none.toml") == {}
