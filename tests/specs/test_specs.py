"""Specs refuse what cannot be, in one line, and never change in place."""

from __future__ import annotations

import math
from typing import Any

import pydantic
import pytest

from explorer.errors import ExplorerError
from explorer.specs import (
    FORMATS,
    Calibration,
    Chip,
    Fabric,
    Job,
    Plan,
    ScaleOut,
    ScaleUp,
    Scenario,
    Source,
    SpecError,
    Study,
    Workload,
    build,
    build_json,
    get_path,
    matmul_format,
    set_path,
)  # fmt: skip

CHIP: dict[str, Any] = {
    "id": "toy", "name": "Toy", "vendor": "Nobody", "family": "asic", "peak_bf16_flop_per_s": 1e14, "vector_flop_per_s": 1e12,
    "cores": 2, "matmul_tile": (16, 16), "hbm_bytes": 2.0**34, "hbm_bytes_per_s": 1e12, "sram_bytes": 2.0**24,
    "sram_bytes_per_s": 1e13, "sram_scope": "core", "tdp_w": 100, "reserve_bytes": 0, "reserve_fraction": 0.0,
}  # fmt: skip
UP: dict[str, Any] = {"kind": "switch", "domain": 4, "link_bytes_per_s_per_direction": 1e11, "link_latency_s": 1e-6}
CALIBRATION: dict[str, Any] = {
    "id": "toy", "matmul_fraction": {"bf16": 0.8}, "attention_fraction": 0.5, "hbm_fraction": 0.9, "sram_fraction": 0.9,
    "kernel_latency_s": 0, "host_s_per_step": 0, "scale_up_fraction": 0.8, "scale_up_saturation_bytes": 0,
    "scale_up_launch_s": 0, "scale_out_fraction": 0.8, "scale_out_saturation_bytes": 0, "scale_out_launch_s": 0,
    "tp_overlap_fraction": 0, "dp_overlap_fraction": 1, "pp_overlap_fraction": 1, "idle_power_fraction": 0.3,
    "hbm_j_per_byte": 0, "link_j_per_byte": 0, "band_fraction": 0.2,
}  # fmt: skip
WORKLOAD: dict[str, Any] = {
    "id": "tiny", "name": "Tiny", "layers": 2, "hidden": 64, "heads": 4, "kv_heads": 2, "head_dim": 16, "ffn": 256,
    "ffn_gated": True, "vocab": 1000, "max_context": 128, "tied_embeddings": False,
}  # fmt: skip


def scenario() -> Scenario:
    return Scenario(
        name="One", chip=Chip(**CHIP), workload=Workload(**WORKLOAD), calibration=Calibration(**CALIBRATION),
        fabric=Fabric(id="f", name="F", scale_up=ScaleUp(**UP), scale_out=ScaleOut(bytes_per_s_per_direction=1e9, latency_s=0)),
        job=Job(phase="decode", batch=1, context=128), plan=Plan(chips=4, tp=4),
    )  # fmt: skip


@pytest.mark.parametrize("value", [0, -1.0, math.nan, math.inf, -math.inf, 1e25, "1e12", None, [1.0]])
def test_a_rate_is_a_positive_finite_number(value: Any) -> None:
    with pytest.raises(SpecError, match=r"^toy: hbm_bytes_per_s: "):
        build(Chip, CHIP | {"hbm_bytes_per_s": value}, "toy")
    with pytest.raises(SpecError, match=r"^hbm_bytes_per_s: "):
        Chip(**CHIP).replace(hbm_bytes_per_s=value)


@pytest.mark.parametrize("changes", [
    {"hbm_byte": 1.0}, {"id": "Toy"}, {"id": ""}, {"name": ""}, {"name": "x" * 81}, {"name": "a\tb"}, {"name": "a\u2028b"},
    {"cores": 0}, {"cores": 1.5}, {"matmul_tile": (16,)}, {"matmul_tile": [16, 16]}, {"reserve_fraction": 1.0},
    {"array_fraction": {"bf16": 1.2}}, {"array_fraction": {"int8": 0.9}}, {"sparse_flop_per_s": {"bf61": 1.0}},
    {"sram_scope": "rack"}, {"family": "npu"}, {"tdp_w": True}, {"fabrics": ("a b",)},
])  # fmt: skip
def test_a_chip_that_cannot_be(changes: dict[str, Any]) -> None:
    with pytest.raises(SpecError) as caught:
        Chip(**CHIP).replace(**changes)
    assert "\n" not in str(caught.value)
    assert next(iter(changes)) in str(caught.value)


def test_specs_are_frozen() -> None:
    chip = Chip(**CHIP)
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        chip.hbm_bytes = 1.0
    changed = chip.replace(hbm_bytes=1.0)
    assert (chip.hbm_bytes, changed.hbm_bytes) == (2.0**34, 1.0)
    assert changed.replace(hbm_bytes=2.0**34) == chip
    assert isinstance(SpecError("x"), ExplorerError)


def test_specs_do_not_share_their_dictionaries() -> None:
    assert Chip(**CHIP).sources is not Chip(**CHIP).sources


def test_a_missing_peak_is_none() -> None:
    chip = Chip(**CHIP)
    assert chip.peak_flop_per_s("bf16") == 1e14
    assert chip.peak_flop_per_s("fp4") is None


@pytest.mark.parametrize("changes", [
    {"kind": "torus"}, {"axes": (2, 2), "axis_share": (0.5, 0.5)}, {"kind": "torus", "axes": (2, 2), "axis_share": (1.0,)},
    {"kind": "torus", "axes": (2,) * 4, "axis_share": (0.25,) * 4}, {"kind": "torus", "axes": (0, 4), "axis_share": (0.5, 0.5)},
    {"domain": 0}, {"link_latency_s": -1e-9}, {"link_bytes_per_s_per_direction": 0}, {"kind": "clos"},
    {"kind": "mesh", "in_network_reduction": True}, {"kind": "mesh", "axes": (2, 2), "axis_share": (0.5, 0.5)},
])  # fmt: skip
def test_a_fabric_that_cannot_be(changes: dict[str, Any]) -> None:
    with pytest.raises(SpecError):
        build(ScaleUp, UP | changes)


def test_heads_divide() -> None:
    with pytest.raises(SpecError, match=r"^4 query heads do not divide among 3 KV heads"):
        build(Workload, WORKLOAD | {"kv_heads": 3})


def test_paths() -> None:
    one = scenario()
    assert get_path(one, "fabric.scale_up.domain") == 4
    other = set_path(one, "fabric.scale_up.domain", 8)
    assert (other.fabric.scale_up.domain, one.fabric.scale_up.domain) == (8, 4)
    assert set_path(one, "name", "Two").name == "Two"
    with pytest.raises(SpecError, match=r"no field 'chip\.hbm'"):
        get_path(one, "chip.hbm")
    with pytest.raises(SpecError, match=r"no field 'offer\.usd_per_chip_h'"):
        get_path(one, "offer.usd_per_chip_h")
    with pytest.raises(SpecError, match="hbm_bytes: Input should be greater than 0"):
        set_path(one, "chip.hbm_bytes", -1.0)
    with pytest.raises(SpecError, match="hbm_bytes: 1e-30 is as good as nothing: 1e-09 at least"):
        set_path(one, "chip.hbm_bytes", 1e-30)
    for path in ("chip.hbm", "ship.hbm_bytes", "offer.usd_per_chip_h", "chip.hbm_bytes.unit"):
        with pytest.raises(SpecError, match="no field"):
            set_path(one, path, 1.0)


def test_a_study_knows_its_scenarios() -> None:
    one = scenario()
    study = Study(scenarios=(one, one), active=1)
    assert study.with_scenario(1, one.replace(name="Two")).scenarios[1].name == "Two"
    for changes in ({"active": 2}, {"baseline": 2}, {"active": -1}, {"scenarios": ()}, {"scenarios": (one,) * 7}, {"format": 3}):
        with pytest.raises(SpecError):
            study.replace(**changes)
    assert study.replace(baseline=None).baseline is None


def test_json_and_back() -> None:
    study = Study(scenarios=(scenario(),))
    assert build_json(Study, study.model_dump_json()) == study
    with pytest.raises(SpecError, match=r"^here: Invalid JSON"):
        build_json(Study, "{", "here")


def test_formats_count_their_scales() -> None:
    assert {n: f.bytes_per_element for n, f in FORMATS.items()} == {
        "fp32": 4, "bf16": 2, "fp8": 1, "mxfp8": 1.03125, "fp4": 0.53125,
    }  # fmt: skip


@pytest.mark.parametrize(("weights", "activations", "runs_in"), [
    ("fp8", "bf16", "bf16"), ("bf16", "fp8", "bf16"), ("fp8", "mxfp8", "mxfp8"), ("mxfp8", "fp8", "fp8"),
    ("fp4", "fp8", "fp8"), ("fp32", "bf16", "fp32"), ("fp4", "fp4", "fp4"),
])  # fmt: skip
def test_a_matmul_runs_in_the_wider_format(weights: str, activations: str, runs_in: str) -> None:
    assert matmul_format(weights, activations) == runs_in


def test_a_source_in_one_line() -> None:
    source = Source(kind="vendor doc", ref="Guide", checked="2026-01-01", note="rounded")
    assert source.line() == "Guide · published by the vendor (documentation) · checked 2026-01-01 · rounded"
    with pytest.raises(SpecError, match="note: plain text on one line"):
        source.replace(note="a\nb")


def test_the_weakest_source_names_the_provenance() -> None:
    def kind(*kinds: str) -> str:
        sources = {str(i): Source(kind=k, ref="r") for i, k in enumerate(kinds)}  # type: ignore[arg-type]
        return Calibration(**CALIBRATION).replace(sources=sources).provenance

    assert kind("measured", "guess") == "guess"
    assert kind("measured", "transferred", "derived") == "transferred"
    assert kind("measured") == "measured"
    assert kind() == "guess"
