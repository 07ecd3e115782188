"""A whole run from the command line: JSON, text, table, chart, and sliders by name."""

from __future__ import annotations

from pathlib import Path

import pytest

TRAINING = ("--chip", "h100", "--workload", "llama3-8b", "--phase", "training", "--chips", "1024", "--tp", "2", "--batch", "1024", "--context", "8192")


def test_training_has_a_run_and_no_split(cli):
    found = cli("eval", "--json", *TRAINING).json["scenarios"][0]
    for key in ("time_to_train_s", "goodput_fraction", "train_usd", "train_energy_j", "train_chip_h", "site_power_w", "job_mtbf_s"):
        assert found[key] > 0, key
    assert found["serving"] is None
    assert found["served_usd_per_million_tokens"] is None
    assert found["time_to_train_s"] == pytest.approx(15e12 / found["run_tokens_per_s"])


def test_decode_has_a_split_and_no_run(cli):
    found = cli("eval", "--json", "--chip", "b200", "--phase", "decode").json["scenarios"][0]
    assert found["time_to_train_s"] is None
    assert found["serving"]["prefill_servers"] > 0
    assert found["serving"]["answer_tokens"] == 512
    longer = cli("eval", "--json", "--chip", "b200", "--phase", "decode", "--set", "run.answer_tokens=1024").json["scenarios"][0]
    assert longer["serving"]["prefill_servers"] == pytest.approx(found["serving"]["prefill_servers"] / 2)


def test_sliders_of_the_run_by_name(cli):
    plain = cli("eval", "--json", *TRAINING).json["scenarios"][0]
    sets = ("--set", "run.tokens=1.5T", "--set", "run.chip_mtbf_s=10000 h", "--set", "run.restart_s=10 min")
    changed = cli("eval", "--json", *TRAINING, *sets).json["scenarios"][0]
    assert changed["job_mtbf_s"] == pytest.approx(10_000 * 3600 / 1024)
    assert changed["goodput_fraction"] < plain["goodput_fraction"]
    assert changed["time_to_train_s"] == pytest.approx(plain["time_to_train_s"] / 10 * plain["goodput_fraction"] / changed["goodput_fraction"])
    wrong = cli("eval", *TRAINING, "--set", "run.pue=0.5")
    assert wrong.status == 2
    assert "run.pue" in wrong.err


def test_text_and_table(cli):
    text = cli("eval", *TRAINING).out
    assert "The whole run: 15 T tokens take" in text
    assert "time to train" in text
    assert "Prefill apart from decode" in cli("eval", "--chip", "b200").out
    table = cli("table", *TRAINING).out
    assert "time to train" in table
    assert "$ / M tokens, fleet" not in table
    assert "time to train" not in cli("table", "--chip", "b200").out


@pytest.mark.parametrize(("name", "most"), [("scaling", 131_072), ("scaling-strong", 2048)])
def test_scaling_as_a_file(cli, tmp_path: Path, name: str, most: int):
    """Strong scaling of 1,024 sequences ends at 1,024 replicas of two chips."""
    answer = cli("chart", name, *TRAINING, "-o", "out.csv")
    assert (answer.status, answer.err) == (0, "")
    rows = [line.split(",") for line in (tmp_path / "out.csv").read_text().splitlines() if ",line," in line]
    assert max(float(row[3]) for row in rows) == most
