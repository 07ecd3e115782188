"""Models of a hub, measured points and share strings by the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.library import read_study, user_library

CONFIGS = Path(__file__).parents[1] / "library" / "configs"
POINTS = "name,intensity,TFLOP/s,chip\ngemm,900,500,b200\nbad,nan,1,\n"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, on every platform."""
    monkeypatch.setattr("explorer.library.user.user_data_path", lambda *_a, **_k: tmp_path / "data")
    return tmp_path / "data" / "presets"


def failed(answer, *words: str) -> None:
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    for word in words:
        assert word in answer.err


def test_a_model_is_imported_and_evaluated(cli, own_folder: Path):
    answer = cli("presets", "import", str(CONFIGS / "gpt-oss-20b.json"), "--name", "My model", "--id", "mine")
    assert answer.status == 0
    assert "My model (mine): gpt-oss, 20.91 billion parameters" in answer.out
    assert "window.tokens 128 (sliding_window)" in answer.out
    assert "not in the file:\n  experts.layers 24: every layer has them" in answer.out
    assert user_library(own_folder)[0].workload("mine").name == "My model"
    found = cli("eval", "--workload", "mine", "--json").json["scenarios"][0]
    shipped = cli("eval", "--workload", "gpt-oss-20b", "--json").json["scenarios"][0]
    assert found["step_s"] == shipped["step_s"]
    failed(cli("presets", "import", str(CONFIGS / "gpt-oss-20b.json"), "--id", "mine"), "there is a preset 'mine' already")
    failed(cli("presets", "import", str(CONFIGS / "gpt-oss-20b.json"), "--id", "gpt-oss-20b"), "the id of a shipped preset")


def test_a_model_is_imported_into_a_file(cli, tmp_path: Path, own_folder: Path):
    answer = cli("presets", "import", str(CONFIGS / "llama4-scout.json"), "-o", "scout.toml")
    assert answer.out.endswith("written: scout.toml\n")
    assert not own_folder.exists()
    folder = own_folder / "workloads"
    folder.mkdir(parents=True)
    (tmp_path / "scout.toml").rename(folder / "scout.toml")
    assert user_library(own_folder)[0].workload("scout").experts.count == 16


def test_what_cannot_be_imported_is_told(cli, tmp_path: Path):
    (tmp_path / "odd.json").write_text('{"model_type": "qwen3_next"}', encoding="utf-8")
    (tmp_path / "lacking.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    failed(cli("presets", "import", "odd.json"), "odd.json: qwen3_next cannot be read: most of its layers attend linearly")
    failed(cli("presets", "import", "lacking.json"), "lacking.json: num_hidden_layers is missing")
    failed(cli("presets", "import", "missing.json"), "cannot read missing.json")
    failed(cli("presets", "import"), "which file?")
    failed(cli("presets", "import", "odd.json", "-o", "odd.json"), "writes .toml files")
    failed(cli("presets", "import", str(CONFIGS / "gpt2.json"), "-o", "Upper case.toml"), "a file's name is its preset's id")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["lacking.json", "odd.json"]


@pytest.mark.parametrize("whole", [(), ("--whole",)])
def test_a_study_is_shared_and_evaluated(cli, tmp_path: Path, whole: tuple[str, ...]):
    words = ("--chip", "h100", "--batch", "7", "--set", "chip.hbm_bytes_per_s=3.21TB/s")
    shared = cli("share", *words, *whole).out.strip()
    assert shared.startswith("chipx1:")
    assert "\n" not in shared
    assert cli("eval", shared, "--json").json == cli("eval", "--json", *words).json
    assert cli("eval", f"see: '{shared[:50]}\n {shared[50:]}'", "--json").json == cli("eval", "--json", *words).json
    failed(cli("eval", shared[:200]), "it is cut off after 193 letters of")
    failed(cli("eval", "chipx1:"), "it is cut off after 0 letters")


def test_measured_points_are_drawn_and_kept_in_the_picture(cli, tmp_path: Path):
    (tmp_path / "points.csv").write_text(POINTS, encoding="utf-8")
    answer = cli("chart", "roofline", "--measured", "points.csv", "-o", "out.svg")
    assert answer.out == "CSV: 1 point, 1 row left out\n  line 3: intensity is 'nan', not a number\n"
    assert "<!-- Measured -->" in (tmp_path / "out.svg").read_text(encoding="utf-8")
    table = cli("chart", "roofline", "out.svg", "-o", "out.csv")
    assert table.status == 0
    assert "gemm" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    failed(cli("chart", "memory", "--measured", "points.csv", "-o", "no.svg"), "--measured lays points over the roofline")
    failed(cli("chart", "roofline", "--measured", "none.csv", "-o", "no.svg"), "cannot read none.csv")
    assert not (tmp_path / "no.svg").exists()


def test_a_study_with_points_is_read_again(cli, tmp_path: Path):
    (tmp_path / "points.csv").write_text(POINTS, encoding="utf-8")
    cli("chart", "roofline", "--measured", "points.csv", "-o", "out.png")
    shared = cli("share", "out.png").out.strip()
    cli("chart", "roofline", shared, "-o", "again.png")
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "out.png").read_bytes()
    with pytest.raises(Exception, match="not a study"):
        read_study(tmp_path / "out.png")
