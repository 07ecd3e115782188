"""``presets``: lists with filters, one preset in full, a check of everything, and files to fill in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from explorer import paths
from explorer.library import load_library


def ids(text: str) -> list[str]:
    """First words of the rows of a list."""
    return [line.split()[0] for line in text.splitlines() if line.startswith("  ")]


def test_lists_are_filtered(cli):
    every = cli("presets", "list")
    library = load_library()
    assert len(ids(every.out)) == sum(map(len, (library.chips, library.fabrics, library.workloads, library.instances, library.runs)))
    aws = ids(cli("presets", "list", "--kind", "chips", "--vendor", "aws").out)
    assert aws == ["inferentia2", "trainium1", "trainium2", "trainium3", "trainium4"]
    assert ids(cli("presets", "list", "--kind", "chip", "--vendor", "AWS", "--year", "2023-2024").out) == ["inferentia2", "trainium2"]
    high = set(ids(cli("presets", "list", "--kind", "chips", "--confidence", "high").out))
    medium = set(ids(cli("presets", "list", "--kind", "chips", "--confidence", "medium").out))
    assert high < medium < set(library.chips)
    assert "trainium4" not in medium
    undated = sum(not chip.released for chip in library.chips.values())
    assert undated > 1
    assert cli("presets", "list", "--kind", "chips", "--year", "1999").out == (
        f"nothing fits these filters\n\nno year of release is known here of {undated} more chips\n"
    )
    assert cli("presets", "list", "--kind", "chips", "--vendor", "AWS", "--year", "1999").out == "nothing fits these filters\n"
    assert "announced" in next(line for line in every.out.splitlines() if " trainium4 " in line)


def test_a_chip_is_shown_with_sources_prices_and_links(cli):
    shown = cli("presets", "show", "trainium2").out
    assert "hbm_bytes_per_s = 2.9 TB/s" in shown
    assert "also published: 3 TB/s (NKI guide, rounded)" in shown
    assert "array_fraction.bf16 = 94.318%" in shown
    assert "trn2.48xlarge: AWS, 16 chips, neuronlink-torus-4x4; capacity block $35.7608/h ($2.235/h a chip), 2026-10-08" in shown
    assert "https://awsdocs-neuron.readthedocs-hosted.com/" in shown
    calibration = cli("presets", "show", "calibration/trainium2").out
    assert "hbm_fraction" in calibration
    assert "hbm_bytes" not in calibration


def test_an_announced_chip_is_shown_with_its_bands(cli):
    shown = cli("presets", "show", "trainium4").out
    assert "announced, not published" in shown
    assert "hbm_bytes_per_s = 19.6 TB/s  (17.15 TB/s to 22.05 TB/s)" in shown
    assert "peak_fp4_flop_per_s = 15.102 PFLOP/s  (15.102 PFLOP/s at least)" in shown
    assert "sram_bytes = 256 MiB  (not announced: stands in)" in shown
    assert "peak_bf16" not in shown


def test_a_machine_is_shown_with_its_prices(cli):
    shown = cli("presets", "show", "p5.48xlarge").out
    assert "price = on demand $55.04/h ($6.88/h a chip), 2026-07-28" in shown
    assert "price: none is published" in cli("presets", "show", "u-trn2x64").out


@pytest.mark.parametrize("flag", ["--chip", "--instance"])
def test_a_machine_brings_its_chip_fabric_size_and_price(cli, flag):
    found = cli("eval", flag, "trn2u.48xlarge", flag, "p5.48xlarge", flag, "u-p6e-gb200x36", "--workload", "llama3-8b", "--json").json["scenarios"]
    assert [(s["chip"], s["fabric"], s["chips"]) for s in found] == [
        ("trainium2", "neuronlink-torus-4x4x4", 16), ("h100", "nvswitch-8-h100", 8), ("gb200", "nvl36-gb200", 36),
    ]  # fmt: skip
    assert found[1]["offer"]["usd_per_chip_h"] == pytest.approx(41.528 / 8)
    wider = cli("eval", flag, "p5.48xlarge", "--chips", "64", "--fabric", "nvswitch-8-h100-roce", "--json").json["scenarios"][0]
    assert (wider["chips"], wider["fabric"]) == (64, "nvswitch-8-h100-roce")


def test_an_announced_chip_has_an_answer_or_a_reason(cli):
    refused = cli("eval", "--chip", "trainium4")
    assert refused.status == 0
    assert "nobody has published a BF16 rate of Trainium4: assume one, or choose MXFP8, FP4" in " ".join(refused.out.split())
    given = cli("eval", "--chip", "trainium4", "--precision", "fp4", "--json").json["scenarios"][0]
    assert given["valid_plan"]
    bands = given["announced"]["bands"]
    assert bands["hbm_bytes"] == [231928233984.0, 386547056640.0]
    assert bands["peak_fp4_flop_per_s"][1] is None
    assert given["announced"]["step_fast_s"] < given["step_s"] < given["announced"]["step_slow_s"]
    assert "sram_bytes" in given["announced"]["stand_ins"]
    assert cli("eval", "--chip", "trainium3", "--json").json["scenarios"][0]["announced"] is None


def test_the_check_counts_numbers_by_kind_of_source(cli):
    lines = cli("presets", "check").out.splitlines()
    head = lines[0]
    for kind in ("datasheet", "vendor doc", "derived", "guess", "vendor's own"):
        assert kind in head
    rows = {line.split()[0]: line.split() for line in lines[1:] if line}
    library = load_library()
    assert int(rows["chips"][1]) == len(library.chips)
    assert rows["workloads"][-1].endswith("%")
    assert int(rows["all"][1]) == sum(int(rows[part][1]) for part in ("chips", "fabrics", "workloads", "instances", "runs", "calibration"))
    total = int(rows["all"][2].replace(",", ""))
    assert sum(int(n.replace(",", "")) for n in rows["all"][3:-1]) == total
    assert "all right (data 20" in lines[-1]


def test_every_mistake_has_a_line_of_its_own(cli, tmp_path: Path):
    for part, name in (("chips", "b200"), ("fabrics", "nvswitch-8-b200"), ("instances", "p5.48xlarge"), ("chips", "h100"), ("workloads", "llama3-8b")):
        (tmp_path / "mine" / part).mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / part / f"{name}.toml").write_bytes((paths.presets() / part / f"{name}.toml").read_bytes())
    right = cli("presets", "check", "mine")
    assert (right.status, right.err) == (0, "")
    assert "2 chips, 1 fabric, 1 workload, 1 instance: all right" in right.out
    chip, fabric, machine = tmp_path / "mine/chips/b200.toml", tmp_path / "mine/fabrics/nvswitch-8-b200.toml", tmp_path / "mine/instances/p5.48xlarge.toml"
    chip.write_text(chip.read_text().replace('"7.7 TB/s"', '"7.7 TBs"'))
    fabric.write_text(fabric.read_text().replace("domain =", "domian ="))
    machine.write_text(machine.read_text().replace('"h100"', '"h10"'))
    wrong = cli("presets", "check", "mine")
    assert (wrong.status, wrong.out) == (2, "")
    lines = wrong.err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("chip-explorer: ") for line in lines)
    assert "chips/b200.toml:18: hbm_bytes_per_s" in lines[0]
    wrong_line = 1 + fabric.read_text().splitlines().index(next(line for line in fabric.read_text().splitlines() if line.startswith("domian =")))
    assert f"fabrics/nvswitch-8-b200.toml:{wrong_line}: scale_up.domian: unknown key (did you mean domain?)" in lines[1]
    assert "instances/p5.48xlarge.toml:4: chip: unknown chip 'h10' (did you mean h100?)" in lines[2]


def test_all_mistakes_of_a_file_are_told_from_top_to_bottom(cli, tmp_path: Path):
    text = (paths.presets() / "chips" / "b200.toml").read_text(encoding="utf-8")
    wrong = text.replace('"7.7 TB/s"', '"7.7 TBs"').replace('vendor = "NVIDIA"', 'vendor = ""').replace('sram_scope = "chip"', 'sram_scop = "chip"').replace("date = 2026-08-01", "day = 2026-08-01")
    (tmp_path / "b200.toml").write_text(wrong, encoding="utf-8")
    answer = cli("presets", "check", "b200.toml")
    assert (answer.status, answer.out) == (2, "")
    found = [line.split(":")[:4] for line in answer.err.splitlines()]
    assert [key.strip() for *_, key in found] == ["vendor", "hbm_bytes_per_s", "sram_scop", "offers.0.day"]
    places = [int(line) for _, _, line, _ in found]
    assert places == sorted(places)
    lines = wrong.splitlines()
    assert all(words in lines[place - 1] for words, place in zip(("vendor", "TBs", "sram_scop", "[[offers]]"), places, strict=True))
    assert [Path(line.split(":")[1].strip()).name for line in answer.err.splitlines()] == ["b200.toml"] * 4


def test_a_template_that_is_filled_in_is_right(cli, tmp_path: Path):
    given = {"name": "Mine", "vendor": "Me", "based_on": "b200", "ref": "My datasheet"}
    for kind in ("fabric", "workload", "instance", "chip"):
        assert cli("presets", "new", kind, f"my-{kind}", "-o", str(tmp_path)).status == 0
    empty = cli("presets", "check", str(tmp_path))
    assert empty.status == 2
    for told in ("my-chip.toml:9: peak_bf16_flop_per_s: a number is missing", "my-instance.toml:6: provider", "my-workload.toml:8: layers", "my-fabric.toml:5: name"):
        assert told in empty.err
    numbers = {"peak_bf16_flop_per_s": "1 PFLOP/s", "hbm_bytes": "100 GiB", "hbm_bytes_per_s": "5 TB/s", "sram_bytes": "100 MiB", "reserve_bytes": "1 GiB", "reserve_fraction": "4%"}
    chip = tmp_path / "my-chip.toml"
    lines = []
    for line in chip.read_text(encoding="utf-8").splitlines():
        key = line.partition(" ")[0]
        line = line.replace('value = ""', f'value = "{numbers[key]}"', 1) if key in numbers else line.replace('""', f'"{given[key]}"', 1) if key in given else line
        lines.append(line.replace("value = 0", "value = 8").replace("[0, 0]", "[128, 128]").replace('[""]', '["nvswitch-8-b200"]'))
    chip.write_text("\n".join(lines), encoding="utf-8")
    assert "1 chip: all right" in cli("presets", "check", str(chip)).out


@pytest.mark.parametrize(("part", "name"), [("chips", "b200"), ("fabrics", "nvl72-gb200"), ("workloads", "dit-xl-2"), ("instances", "u-p6e-gb200x72")])
def test_one_file_is_checked_wherever_it_lies(cli, tmp_path: Path, part, name):
    (tmp_path / f"{name}.toml").write_bytes((paths.presets() / part / f"{name}.toml").read_bytes())
    assert "all right" in cli("presets", "check", f"{name}.toml").out
    (tmp_path / "other.toml").write_bytes((tmp_path / f"{name}.toml").read_bytes())
    refused = cli("presets", "check", "other.toml")
    assert refused.status == 2
    assert "id must be the file's name, 'other'" in refused.err
    (tmp_path / "none.toml").write_text("x = 3\n")
    assert "no telling what it is" in cli("presets", "check", "none.toml").err


def test_a_chip_of_ones_own_needs_a_lender(cli, tmp_path: Path):
    text = (paths.presets() / "chips" / "b200.toml").read_text().replace('id = "b200"', 'id = "mine"')
    (tmp_path / "mine.toml").write_text(text)
    assert "chips/mine.toml: based_on is missing" in cli("presets", "check", "mine.toml").err
    (tmp_path / "mine.toml").write_text(text.replace('id = "mine"', 'id = "mine"\nbased_on = "b20"'))
    assert "unknown calibration 'b20'" in cli("presets", "check", "mine.toml").err


def test_a_new_file_is_written_once(cli, tmp_path: Path):
    assert 'id = "b400"' in cli("presets", "new", "chip", "b400").out
    written = cli("presets", "new", "chip", "b400", "-o", "b400.toml")
    assert (written.status, written.err) == (0, "")
    assert "wrote b400.toml" in written.out
    before = (tmp_path / "b400.toml").read_bytes()
    again = cli("presets", "new", "chip", "b400", "-o", "b400.toml")
    assert (again.status, again.out) == (2, "")
    assert "b400.toml is there already: it is not written over" in again.err
    assert (tmp_path / "b400.toml").read_bytes() == before
    told = cli("presets", "check", "b400.toml").err.splitlines()
    assert "chip-explorer: b400.toml:9: peak_bf16_flop_per_s: a number is missing" in told
    assert all(line.startswith("chip-explorer: b400.toml:") for line in told)
    (tmp_path / "chips").mkdir()
    copied = cli("presets", "new", "chip", "b200-mine", "-o", "chips", "--like", "b200")
    assert copied.status == 0
    assert cli("presets", "check", "chips/b200-mine.toml").status == 0
    assert "based_on" in (tmp_path / "chips" / "b200-mine.toml").read_text()


def test_a_schema_is_printed(cli):
    found = json.loads(cli("presets", "schema", "fabric").out)
    assert found["properties"]["scale_up"]["properties"]["domain"]["description"].startswith("Chips in the domain.")
    for verb in ("list", "show", "check", "new", "schema"):
        told = cli("presets", verb, "-h")
        assert told.status == 0
        assert f"chip-explorer presets {verb}" in told.out
