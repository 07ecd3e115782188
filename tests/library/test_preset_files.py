"""A preset written by hand: what is accepted, and the one line that a wrong one gets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from explorer.library.sourced import unit_of
from explorer.library.toml_presets import line_of, read_preset
from explorer.specs import Chip, Fabric, Workload

WORKLOAD = """
id = "tiny"
name = "Tiny"
default_source = "S"
layers = 2
hidden = 64
heads = 4
kv_heads = 2
head_dim = 16
ffn = { value = 256, note = "four times hidden" }
ffn_gated = true
vocab = 1000
max_context = 128
tied_embeddings = false
[sources.S]
ref = "made up for a test"
kind = "guess"
checked = 2026-01-31
"""
FABRIC = """
id = "pair"
name = "Pair"
[scale_up]
kind = "switch"
domain = { value = 2, source = "S" }
link_bytes_per_s_per_direction = { value = "2*128 GB/s", source = ["S", "R"], kind = "derived", alternatives = ["300 GB/s"] }
link_latency_s = { value = "15 us", source = "S" }
[scale_out]
bytes_per_s_per_direction = { value = "200 Gbps", source = "S" }
latency_s = { value = 2e-5, source = "S" }
[sources.S]
ref = "first"
kind = "guess"
[sources.R]
ref = "second"
kind = "press"
url = "https://example.org"
"""


def refusal(folder: Path, name: str, text: str, kind: type[Workload] | type[Fabric] | type[Chip] = Workload) -> str:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ExplorerError) as caught:
        read_preset(file, kind)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 600
    assert name in message
    return message


def test_a_workload_with_one_source_for_all(tmp_path: Path) -> None:
    file = tmp_path / "tiny.toml"
    file.write_text(WORKLOAD)
    tiny = read_preset(file, Workload)
    assert tiny.ffn == 256
    assert tiny.sources["ffn"].note == "four times hidden"
    assert tiny.sources["layers"].checked == "2026-01-31"
    assert "name" not in tiny.sources


PARTS = """[experts]
count = { value = 8, source = "S", note = "eight" }
active = 2
width = 32
layers = 1
leading_dense = false
[window]
tokens = 16
layers = 1
[sources.S]"""


def test_the_parts_of_a_workload_carry_their_sources(tmp_path: Path) -> None:
    file = tmp_path / "tiny.toml"
    file.write_text(WORKLOAD.replace("[sources.S]", PARTS))
    tiny = read_preset(file, Workload)
    assert tiny.experts is not None
    assert (tiny.experts.count, tiny.experts.shared_width, tiny.experts.leading_dense) == (8, 0, False)
    assert tiny.window is not None
    assert tiny.window.tokens == 16
    assert tiny.sources["experts.count"].note == "eight"
    assert tiny.sources["window.layers"].kind == "guess"
    assert "experts.leading_dense" not in tiny.sources


@pytest.mark.parametrize(("old", "new", "told"), [
    ("[experts]", "[experts]\nnumber = 3", "tiny.toml:16: experts.number: unknown key"),
    ("active = 2", "active = 9", "tiny.toml: 9 active of 8 experts"),
    ("active = 2\n", "", "experts.active: Field required"),
    ("layers = 1\n[sources", "layers = 3\n[sources", "window.layers is 3, but there are 2 layers"),
    ("[window]\ntokens = 16\nlayers = 1\n", "[latent]\n", "tiny.toml:21: latent.query_rank: Field required"),
    ("tokens = 16", 'tokens = "16 GiB"', "window.tokens: 'GiB' is not a unit of 1"),
])  # fmt: skip
def test_a_wrong_part_gets_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = WORKLOAD.replace("[sources.S]", PARTS)
    assert old in text
    assert told in refusal(tmp_path, "tiny", text.replace(old, new, 1))


def test_a_part_that_is_no_table_gets_one_line(tmp_path: Path) -> None:
    assert "experts: expected a table" in refusal(tmp_path, "tiny", WORKLOAD.replace("vocab = 1000", "vocab = 1000\nexperts = 8"))


def test_units_follow_from_the_names_and_sources_join(tmp_path: Path) -> None:
    file = tmp_path / "pair.toml"
    file.write_text("\ufeff" + FABRIC.replace("\n", "\r\n"), encoding="utf-8")
    pair = read_preset(file, Fabric)
    assert pair.scale_up.link_bytes_per_s_per_direction == 256e9
    assert pair.scale_up.link_latency_s == 1.5e-5
    assert pair.scale_out.bytes_per_s_per_direction == 25e9
    source = pair.sources["scale_up.link_bytes_per_s_per_direction"]
    assert (source.ref, source.kind) == ("first; second", "derived")
    assert pair.alternatives == {"scale_up.link_bytes_per_s_per_direction": ("300 GB/s",)}


@pytest.mark.parametrize(("name", "unit"), [
    ("hbm_bytes", "B"), ("bytes", "B"), ("hbm_bytes_per_s", "B/s"), ("bytes_per_s_per_direction", "B/s"),
    ("peak_fp8_flop_per_s", "FLOP/s"), ("sparse_flop_per_s", "FLOP/s"), ("link_latency_s", "s"), ("host_s_per_step", "s"),
    ("tdp_w", "W"), ("hbm_j_per_byte", "J"), ("usd_per_chip_h", "USD/h"), ("band_fraction", "fraction"), ("heads", "1"),
    ("prologue_k", "1"), ("scale_out_saturation_bytes", "B"), ("axis_share", "fraction"),
])  # fmt: skip
def test_unit_of(name: str, unit: str) -> None:
    assert unit_of(name) == unit


@pytest.mark.parametrize(("old", "new", "told"), [
    ('default_source = "S"\n', "", "tiny.toml:4: layers: a number without a source"),
    ("kv_heads = 2", "kv_head = 2", "tiny.toml:8: kv_head: unknown key (did you mean kv_heads?)"),
    ("kv_heads = 2", "kv_heads = 3", "4 query heads do not divide among 3 KV heads"),
    ("layers = 2", "layers = -2", "tiny.toml:5: layers: Input should be greater than or equal to 1 (given '-2')"),
    ("layers = 2", "layers = nan", "tiny.toml:5: layers"),
    ("layers = 2", 'layers = "2 GiB"', "tiny.toml:5: layers: 'GiB' is not a unit of 1"),
    ("layers = 2", "layers = 2\nlayers = 3", "tiny.toml:6: Cannot overwrite a value"),
    ("layers = 2", "layers = " + "9" * 4000, "tiny.toml"),
    ("layers = 2", "layers = [" * 2000, "tiny.toml"),
    ("layers = 2", "layers = { value = 2, sauce = 1 }", "tiny.toml:5: layers.sauce: unknown key (did you mean source?)"),
    ("layers = 2", "layers = { note = 'x' }", "tiny.toml:5: layers: value is missing"),
    ("layers = 2", "layers = { value = 2, source = 'T' }", "unknown source 'T' (known: S)"),
    ("layers = 2", "layers = { value = 2, source = [] }", "source is missing"),
    ("layers = 2", "layers = { value = 2, alternatives = ['3'] }", "keeps no alternatives"),
    ("layers = 2", "layers = { value = 2, kind = 'hearsay' }", "tiny.toml:5: layers: kind: Input should be 'datasheet'"),
    ("layers = 2", "layers = ", "tiny.toml:5: Invalid value"),
    ('kind = "guess"', "", "sources.S: kind: Field required"),
    ('kind = "guess"', 'kind = "guess"\nlink = "x"', "sources.S.link: unknown key"),
    ("[sources.S]", "[sources]\nS = 3\n[other]", "tiny.toml:16: sources.S: expected a table"),
    ('name = "Tiny"\n', "", "name: Field required"),
    ('name = "Tiny"', 'name = "Ti\\u0000ny"', "tiny.toml:3: name: plain text on one line"),
    ('id = "tiny"', 'id = "huge"', "tiny.toml:2: id must be the file's name, 'tiny'"),
    ("ffn_gated = true", "ffn_gated = 1", "ffn_gated: Input should be a valid boolean"),
    ('name = "Tiny"', 'name = "' + "x" * 5000 + '"', "tiny.toml:3: a line of 5009 characters"),
])  # fmt: skip
def test_a_wrong_preset_gets_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in WORKLOAD
    assert told in refusal(tmp_path, "tiny", WORKLOAD.replace(old, new, 1))


@pytest.mark.parametrize(("old", "new", "told"), [
    ("[scale_up]", "[scale_up.more]", "scale_up.more: unknown key"),
    ('kind = "switch"', 'kind = "bus"', "pair.toml:5: scale_up.kind: Input should be 'switch', 'torus', 'ring' or 'mesh'"),
    ('"15 us"', '"15 GB"', "pair.toml:8: scale_up.link_latency_s: 'GB' is not a unit of s"),
    ('"15 us"', '"-15 us"', "pair.toml:8: scale_up.link_latency_s: Input should be greater than or equal to 0"),
    ('"15 us"', '"1e999 s"', "is not a finite number"),
    ("[scale_out]", "[[scale_out]]", "scale_out: expected a table"),
    ('alternatives = ["300 GB/s"]', "alternatives = 3", "alternatives are a list of texts"),
    ("domain = { value = 2, source = \"S\" }", "domain = 2", "pair.toml:6: scale_up.domain: a number without a source"),
])  # fmt: skip
def test_a_wrong_table_inside_gets_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in FABRIC
    assert told in refusal(tmp_path, "pair", FABRIC.replace(old, new, 1), Fabric)


def test_files_that_are_none(tmp_path: Path) -> None:
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    with pytest.raises(ExplorerError, match="is a folder"):
        read_preset(folder, Workload)
    with pytest.raises(ExplorerError, match=r"cannot read .*gone\.toml: no such file"):
        read_preset(tmp_path / "gone.toml", Workload)
    (tmp_path / "latin.toml").write_bytes(WORKLOAD.encode() + b"# caf\xe9")
    with pytest.raises(ExplorerError, match=r"latin\.toml is not a preset: byte \d+ is not UTF-8"):
        read_preset(tmp_path / "latin.toml", Workload)
    (tmp_path / "big.toml").write_text("# x\n" * 300_000)
    with pytest.raises(ExplorerError, match="larger than 1 MiB"):
        read_preset(tmp_path / "big.toml", Workload)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.toml")
        with pytest.raises(ExplorerError, match="not a regular file"):
            read_preset(tmp_path / "pipe.toml", Workload)


def test_line_of() -> None:
    assert line_of(FABRIC, "scale_up.domain") == 6
    assert line_of(FABRIC, "scale_out.latency_s") == 11
    assert line_of(FABRIC, "scale_out.missing") == 9
    assert line_of(FABRIC, "sources.R.url") == 18
    assert line_of(FABRIC, "nothing") == 0
