"""What must be among the presets, and bounds that no real product leaves."""

from __future__ import annotations

import re

import pytest

from explorer.library import Library, catalogue, load_library
from explorer.library.catalogue import VENDOR_KINDS
from explorer.specs import Chip, Instance

LIBRARY = load_library()
CHIPS = {
    "trainium1", "trainium2", "trainium3", "trainium4", "inferentia2", "a100-80gb", "h100", "h200", "b200", "gb200", "b300", "tpu-v5p", "tpu-v6e",
    "tpu-v7", "maia100", "mtia-v2", "mi300x", "mi355x",
}  # fmt: skip
# Domain, kind of its links, and what lies above it.
DOMAINS = {
    "neuronlink-v2-torus-4x4": (16, "torus", "EFA"), "neuronlink-torus-4x4": (16, "torus", "EFA"), "neuronlink-torus-4x4x4": (64, "torus", "EFA"),
    "neuronswitch-64": (64, "switch", ""), "neuronswitch-144": (144, "switch", "EFA"), "nvswitch-8-h100": (8, "switch", "EFA"),
    "nvswitch-8-h100-infiniband": (8, "switch", "NDR"), "nvswitch-8-h100-roce": (8, "switch", "RoCE"), "nvswitch-8-b200": (8, "switch", "EFA"),
    "nvswitch-8-b200-infiniband": (8, "switch", "NDR"), "nvswitch-8-b300": (8, "switch", "EFA"), "nvswitch-8-b300-infiniband": (8, "switch", "XDR"),
    "nvswitch-8-a100": (8, "switch", "EFA"), "nvswitch-8-a100-infiniband": (8, "switch", "HDR"), "nvl72-gb200": (72, "switch", "28.8 Tbps"),
    "nvl72-gb200-infiniband": (72, "switch", "NDR"), "nvl36-gb200": (36, "switch", ""), "nvl72-gb300": (72, "switch", ""),
    "ici-torus-16x20x28-v5p": (8960, "torus", ""), "ici-torus-16x24x24-v7": (9216, "torus", ""), "ici-torus-4x4x4-v7": (64, "torus", ""),
    "ici-torus-16x16-v6e": (256, "torus", ""), "xgmi-mesh-8-mi300x": (8, "mesh", ""), "xgmi-mesh-8-mi355x": (8, "mesh", ""),
}  # fmt: skip
WORKLOADS = {
    "llama2-7b", "llama2-13b", "llama2-70b", "llama3-8b", "llama3-70b", "llama3.1-405b", "mistral-7b", "falcon-40b", "falcon-180b", "qwen2.5-72b",
    "gpt3-13b", "gpt3-175b", "megatron-22b", "megatron-530b", "megatron-1t", "mixtral-8x7b", "mixtral-8x22b", "deepseek-v3", "qwen3-235b-a22b",
    "gpt-oss-120b", "llama4-maverick", "dit-xl-2", "sd3-medium", "flux.1-dev", "vit-b-16", "vit-l-16", "vit-h-14",
}  # fmt: skip
# Of the models in the measurements; those that are not modelled yet are named with the reason in aliases.toml.
MEASURED = {
    "minimax-m2.5", "minimax-m3", "qwen3-0.6b", "qwen3-1.7b", "qwen3-30b-a3b", "qwen3-32b", "qwen3-8b", "qwen3-coder-480b-a35b", "mimo-7b",
    "mimo-v2-flash", "deepseek-v3.2", "gemma-4-26b-a4b", "gemma-4-31b", "llama4-scout", "llama3.1-70b", "llama3.1-8b", "kimi-k2", "glm-5",
    "gpt-oss-20b", "step-3.7-flash", "mpt-125m", "mpt-70b", "maxtext-16b", "maxtext-1024b",
}  # fmt: skip
MACHINES = {
    "trn1.2xlarge": ("trainium1", 1), "trn1.32xlarge": ("trainium1", 16), "trn1n.32xlarge": ("trainium1", 16), "inf2.xlarge": ("inferentia2", 1),
    "inf2.8xlarge": ("inferentia2", 1), "inf2.24xlarge": ("inferentia2", 6), "inf2.48xlarge": ("inferentia2", 12), "trn2.3xlarge": ("trainium2", 1),
    "trn2.48xlarge": ("trainium2", 16), "trn2u.48xlarge": ("trainium2", 16), "u-trn2x64": ("trainium2", 64), "trn3-gen1-ultraserver": ("trainium3", 64),
    "trn3-gen2-ultraserver": ("trainium3", 144), "p4de.24xlarge": ("a100-80gb", 8), "p5.4xlarge": ("h100", 1), "p5.48xlarge": ("h100", 8),
    "p5e.48xlarge": ("h200", 8), "p5en.48xlarge": ("h200", 8), "p6-b200.48xlarge": ("b200", 8), "p6-b300.48xlarge": ("b300", 8),
    "p6e-gb200.36xlarge": ("gb200", 4), "u-p6e-gb200x36": ("gb200", 36), "u-p6e-gb200x72": ("gb200", 72), "tpu7x-standard-4t": ("tpu-v7", 4),
    "bm.gpu.mi300x.8": ("mi300x", 8), "nd-mi300x-v5": ("mi300x", 8), "bm.gpu.mi355x.8": ("mi355x", 8),
}  # fmt: skip
# Price of the whole machine an hour, as published, by kind of offer.
PRICES = {
    ("trn2.48xlarge", "capacity block"): 35.7608, ("trn2.3xlarge", "capacity block"): 2.235, ("p5.48xlarge", "on demand"): 55.04,
    ("p5.48xlarge", "capacity block"): 41.528, ("p6-b200.48xlarge", "on demand"): 113.9328, ("p6-b200.48xlarge", "capacity block"): 98.84,
    ("u-p6e-gb200x72", "capacity block"): 761.904, ("trn1.32xlarge", "on demand"): 21.5, ("trn1n.32xlarge", "on demand"): 24.78,
    ("inf2.48xlarge", "on demand"): 12.98127, ("p5en.48xlarge", "capacity block"): 54.92, ("p6-b300.48xlarge", "on demand"): 142.416,
    ("bm.gpu.mi355x.8", "list"): 68.8, ("nd-mi300x-v5", "list"): 48.0,
}  # fmt: skip
WITHOUT_HBM = {"mtia-v2", "l40", "l40s", "rtx-pro-6000-server"}  # LPDDR5 and GDDR: less rate for their capacity
REAL = [c for c in LIBRARY.chips.values() if not c.announced]


def test_everything_named_is_there(library: Library) -> None:
    assert set(library.chips) >= CHIPS
    assert set(library.workloads) >= WORKLOADS | MEASURED
    assert {k: (m.chip, m.chips) for k, m in library.instances.items() if k in MACHINES} == MACHINES
    for name, (domain, kind, above) in DOMAINS.items():
        fabric = library.fabric(name)
        assert (fabric.scale_up.domain, fabric.scale_up.kind) == (domain, kind)
        assert above in fabric.sources["scale_out.bytes_per_s_per_direction"].note


@pytest.mark.parametrize("chip", REAL, ids=lambda c: c.id)
def test_rates_stand_in_proportion(chip: Chip) -> None:
    bf16, rate = chip.peak_bf16_flop_per_s or 0.0, chip.hbm_bytes_per_s
    assert 35 < bf16 / rate < 900  # FLOP/B of the ridge: H20 37, MTIA v2 864
    low, high = (0.05, 0.7) if chip.id in WITHOUT_HBM else (0.015, 0.05)
    assert low < chip.hbm_bytes / rate < high  # seconds to read all of the memory
    for form, least, most in (("fp8", 1.0, 2.1), ("mxfp8", 1.0, 3.8), ("fp4", 2.0, 6.3)):
        peak = chip.peak_flop_per_s(form)
        assert peak is None or least * bf16 <= peak * 1.001 <= most * bf16 * 1.001, form
    assert chip.peak_fp32_flop_per_s is None or chip.peak_fp32_flop_per_s < bf16
    assert all(0.85 < share <= 1 for share in chip.array_fraction.values())
    assert chip.vector_flop_per_s is None or chip.vector_flop_per_s < bf16
    assert chip.sram_bytes_per_s is None or chip.sram_bytes_per_s > 3 * rate
    assert chip.sram_bytes < chip.hbm_bytes / 50
    assert chip.tdp_w is None or 0.1e12 < bf16 / chip.tdp_w < 3.5e12  # FLOP/J at the rated power
    tile = chip.matmul_tile[0] * chip.matmul_tile[1]
    assert 16 * 16 <= tile <= 1024 * 1024


@pytest.mark.parametrize("chip", LIBRARY.chips.values(), ids=lambda c: c.id)
def test_a_release_is_a_day_of_the_past(chip: Chip) -> None:
    if chip.released:
        assert re.fullmatch(r"(announced )?20(1[7-9]|2[0-6])(-\d\d){0,2}(, expected .*)?", chip.released)


@pytest.mark.parametrize("machine", LIBRARY.instances.values(), ids=lambda m: m.id)
def test_a_machine_is_consistent(machine: Instance, library: Library) -> None:
    chip, fabric = library.chip(machine.chip), library.fabric(machine.fabric)
    assert fabric.id in chip.fabrics
    assert machine.chips <= fabric.scale_up.domain
    assert machine.provider in ("AWS", "Azure", "Google Cloud", "Oracle Cloud")
    for offer in library.offers_of(machine):
        assert offer.date


def test_machines_cost_what_is_published(library: Library) -> None:
    for (name, kind), price in PRICES.items():
        machine = library.instance(name)
        offers = [o for o in library.offers_of(machine) if o.kind == kind]
        assert [o.usd_per_chip_h * machine.chips for o in offers] == [pytest.approx(price, rel=1e-9)], name


def test_every_offer_names_a_machine(library: Library) -> None:
    known = {label for m in library.instances.values() for label in (m.id, m.name)}
    older = {"TPU v4", "TPU v5e"}  # priced by the chip in every size
    assert {o.instance for c in library.chips.values() for o in c.offers} - known == older


def test_the_catalogue_counts_what_the_vendor_says(library: Library) -> None:
    entries = {(e.part, e.spec.id): e for e in catalogue(library)}
    assert len(entries) == sum(map(len, (library.chips, library.fabrics, library.workloads, library.instances, library.runs)))
    b200, maia, announced = (entries["chips", name] for name in ("b200", "mtia-v2", "trainium4"))
    own = sum(1 for s in library.chip("b200").sources.values() if s.kind in VENDOR_KINDS)
    own += sum(1 for o in library.chip("b200").offers if o.source.kind in VENDOR_KINDS)
    assert b200.vendor_fraction * sum(b200.counts.values()) == pytest.approx(own)
    assert b200.vendor_fraction > maia.vendor_fraction > announced.vendor_fraction == 0
    assert (b200.year, b200.vendors, announced.confidence) == (2025, ("NVIDIA",), "low")
    assert entries["fabrics", "neuronlink-torus-4x4"].vendors == ("AWS",)
    assert entries["instances", "p5.48xlarge"].year == 2022
