"""The presets against a table of published values (tests/published/hardware.json): equal, or the file says why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from explorer.library import Library, load_library

PUBLISHED: dict[str, dict[str, Any]] = json.loads((Path(__file__).parents[1] / "published" / "hardware.json").read_text())
LIBRARY = load_library()
FIELDS = (
    "peak_bf16_flop_per_s", "peak_fp8_flop_per_s", "peak_mxfp8_flop_per_s", "peak_fp4_flop_per_s", "peak_fp32_flop_per_s", "hbm_bytes",
    "hbm_bytes_per_s", "cores", "tdp_w", "sram_bytes_per_s",
)  # fmt: skip
# Where another value than the table's stands: the alternatives or the note name the table's.
OTHERWISE = {
    ("b200", "hbm_bytes"): "180 GB", ("h100", "hbm_bytes"): "80 GiB", ("maia100", "hbm_bytes"): "64 GiB", ("mtia-v2", "hbm_bytes"): "decimal",
    ("h200", "peak_fp32_flop_per_s"): "67 TFLOP/s", ("b300", "cores"): "160", ("mtia-v2", "sram_bytes_per_s"): "2.7 TB/s",
    ("mi300x", "sram_bytes_per_s"): "17.2 TB/s",
}  # fmt: skip
# What section 2 of the fact sheet says of sources that disagree: the value is told and the other one named.
DISAGREEMENTS = [
    ("chips", "trainium2", "peak_bf16_flop_per_s", "629"), ("chips", "trainium2", "peak_fp8_flop_per_s", "1,258"),
    ("chips", "trainium3", "peak_bf16_flop_per_s", "629"), ("chips", "trainium3", "peak_fp4_flop_per_s", "converted to MXFP8"),
    ("chips", "trainium3", "peak_fp8_flop_per_s", "629"), ("chips", "trainium3", "hbm_bytes_per_s", "4.7 TB/s"),
    ("chips", "trainium3", "hbm_bytes_per_s", "4.22"), ("chips", "trainium2", "hbm_bytes_per_s", "3 TB/s"),
    ("fabrics", "neuronswitch-144", "scale_up.link_bytes_per_s_per_direction", "704"),
    ("fabrics", "neuronswitch-64", "scale_up.link_bytes_per_s_per_direction", "704"),
    ("fabrics", "neuronlink-torus-4x4x4", "scale_up.link_bytes_per_s_per_direction", "both directions"),
    ("fabrics", "neuronlink-torus-4x4x4", "scale_out.bytes_per_s_per_direction", "3,200"),
    ("chips", "trainium2", "hbm_bytes", "512 GiB"), ("chips", "trainium2", "sparse_flop_per_s.fp8", "5.2 PFLOP/s"),
    ("chips", "b200", "hbm_bytes", "192 GB"), ("chips", "b200", "hbm_bytes_per_s", "8 TB/s"),
    ("chips", "b200", "peak_bf16_flop_per_s", "2500"), ("chips", "b200", "peak_fp32_flop_per_s", "80"),
    ("chips", "b300", "hbm_bytes", "288 GB"), ("chips", "b300", "hbm_bytes_per_s", "8 TB/s"), ("chips", "b300", "peak_fp4_flop_per_s", "15 PFLOP/s"),
    ("chips", "h100", "peak_fp8_flop_per_s", "3,958"), ("chips", "mi355x", "peak_fp4_flop_per_s", "20 PFLOP/s"),
    ("fabrics", "ici-torus-16x20x28-v5p", "scale_up.link_bytes_per_s_per_direction", "90 GB/s"),
    ("fabrics", "ici-torus-16x24x24-v7", "scale_up.link_bytes_per_s_per_direction", "1,200"),
    ("chips", "mi355x", "sram_bytes", "64 MB"), ("fabrics", "nvl72-gb200", "scale_out.bytes_per_s_per_direction", "EFAv3"),
]  # fmt: skip


def told(spec: Any, field: str) -> str:
    """Everything that a preset says about one number beside its value."""
    source = spec.sources.get(field)
    return " ".join([*spec.alternatives.get(field, ()), source.note if source else ""])


@pytest.mark.parametrize("name", PUBLISHED)
def test_values_are_the_published_ones(name: str) -> None:
    chip, table = LIBRARY.chip(name), PUBLISHED[name]
    compared = [field for field in FIELDS if field in table]
    assert len(compared) >= 5
    for field in compared:
        if (name, field) in OTHERWISE:
            assert getattr(chip, field) != pytest.approx(table[field], rel=1e-4), "no longer another value: take it off the list"
            assert OTHERWISE[name, field] in told(chip, field), field
        else:
            assert getattr(chip, field) == pytest.approx(table[field], rel=1e-4), field
    if name != "mtia-v2":  # its local memory is printed in KB
        assert sum(p.bytes for p in chip.sram_parts) == pytest.approx(table["sram_total_bytes"], rel=2e-3)
    for form, rate in (table.get("sparse") or {}).items():
        if form not in ("int8", "tf32"):
            assert chip.sparse_flop_per_s[form] == pytest.approx(rate, rel=1e-4)


@pytest.mark.parametrize("name", PUBLISHED)
def test_links_and_domains_are_the_published_ones(name: str, library: Library) -> None:
    table = PUBLISHED[name]
    fabrics = [library.fabric(f) for f in library.chip(name).fabrics]
    domains = {f.scale_up.domain for f in fabrics}
    assert domains >= set(table["domains"]) - {72 if name == "b300" else 0}  # 72 of them are GB300
    rates = [f.scale_up.link_bytes_per_s_per_direction for f in fabrics]
    if name == "maia100":  # 9 of its 12 links go to the three chips beside it
        assert rates == [pytest.approx(table["link_bytes_per_s_per_direction"] * 9 / 12)]
    else:
        assert max(rates) == pytest.approx(table["link_bytes_per_s_per_direction"])
    if "out_bytes_per_s" in table and name != "maia100":
        assert fabrics[0].scale_out.bytes_per_s_per_direction == pytest.approx(table["out_bytes_per_s"])


@pytest.mark.parametrize("name", PUBLISHED)
def test_prices_are_the_published_ones(name: str, library: Library) -> None:
    for kind in ("on demand", "capacity block"):
        given = PUBLISHED[name].get(kind)
        if given is None:
            continue
        per_chip = "chip-h" in given["unit"] or "GPU-h" in given["unit"]
        kinds = ("list",) if per_chip else (kind,)
        offers = [o for o in library.chip(name).offers if o.kind in kinds]
        machines = [m for m in library.instances.values() if m.chip == name]
        sizes = [1.0] if per_chip else [float(m.chips) for m in machines for o in offers if o.instance in (m.id, m.name)]
        assert any(o.usd_per_chip_h * n == pytest.approx(given["usd_per_h"], rel=1e-6) for o in offers for n in sizes), kind


@pytest.mark.parametrize(("part", "name", "field", "words"), DISAGREEMENTS, ids=lambda x: str(x)[:24])
def test_sources_that_disagree_are_told(part: str, name: str, field: str, words: str) -> None:
    spec = getattr(LIBRARY, part)[name]
    assert field in spec.sources
    assert words in told(spec, field)


def test_every_memory_runs_within_what_its_kind_can() -> None:
    """Rate of one stack: HBM2 0.31, HBM2e 0.46, HBM3 0.82, HBM3e 1.25 TB/s are what the kinds reach."""
    most = {"HBM2": 0.31e12, "HBM2e": 0.47e12, "HBM3": 0.82e12, "HBM3e": 1.26e12}
    checked = 0
    for name, table in PUBLISHED.items():
        kind = table["memory"].split()[0]
        if table.get("stacks") and kind in most:
            each = LIBRARY.chip(name).hbm_bytes_per_s / table["stacks"]
            assert 0.5 * most[kind] <= each <= most[kind], name
            checked += 1
    assert checked >= 13
