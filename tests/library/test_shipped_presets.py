"""Every shipped number is there, plausible, and says where it comes from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import explorer
from explorer import paths
from explorer.errors import ExplorerError
from explorer.library import Library, load_library, read_library
from explorer.library.sourced import is_numeric
from explorer.specs import Calibration, Chip, Fabric, LinkPart, Offer, Source, Spec, Workload

LIBRARY = load_library()
SPECS: list[Spec] = [
    *LIBRARY.chips.values(), *LIBRARY.fabrics.values(), *LIBRARY.workloads.values(), *LIBRARY.calibrations.values(),
]  # fmt: skip
BOUNDS = {
    "peak_bf16_flop_per_s": (1e14, 1e16), "hbm_bytes": (16 * 2**30, 512 * 2**30), "hbm_bytes_per_s": (2e11, 2e13),
    "sram_bytes": (6 * 2**20, 2**30), "sram_bytes_per_s": (1e13, 2e14), "vector_flop_per_s": (2e12, 2e14),
    "tdp_w": (90, 2000), "host_bytes_per_s": (1.5e10, 4.6e11), "reserve_bytes": (2**28, 2**32), "cores": (1, 320),
}  # fmt: skip
CAPACITY_GIB = {
    "a100-40gb": 40.0, "a100-80gb": 80.0, "a100-80gb-pcie": 80.0, "b200": 179.06, "b300": 268.59, "gaudi3": 128.0,
    "gb200": 185.0, "gb300": 268.22, "gh200": 141.0, "h100": 79.65, "h100-96gb-hbm2e": 95.58, "h100-pcie": 79.65,
    "h20": 95.58, "h200": 141.0, "h200-nvl": 141.0, "h800": 79.65, "inferentia2": 32.0, "l40": 44.99, "l40s": 44.99,
    "maia100": 59.60, "mi210": 64.0, "mi250x-gcd": 64.0, "mi300x": 192.0, "mi325x": 256.0, "mi355x": 288.0,
    "mtia-v2": 119.21, "rtx-pro-6000-server": 95.59, "tpu-v4": 32.0, "tpu-v5e": 16.0, "tpu-v5p": 95.0,
    "tpu-v6e": 32.0, "tpu-v7": 192.0, "trainium1": 32.0, "trainium2": 96.0, "trainium3": 144.0, "v100-32gb": 32.0,
}  # fmt: skip
# Numbers that nobody has published, so that a new gap is seen.
UNPUBLISHED = {
    "inferentia2": ("tdp_w", "host_bytes_per_s"), "trainium1": ("tdp_w", "host_bytes_per_s"), "trainium3": ("host_bytes_per_s",),
    "maia100": ("sram_bytes_per_s", "vector_flop_per_s"), "tpu-v4": ("host_bytes_per_s",), "tpu-v5e": ("tdp_w", "host_bytes_per_s"),
    "tpu-v5p": ("tdp_w", "host_bytes_per_s"), "tpu-v6e": ("tdp_w",), "tpu-v7": ("host_bytes_per_s",),
}  # fmt: skip


def numbers_of(spec: Spec, prefix: str = "") -> Iterator[str]:
    """Dotted paths of all numbers in a spec that are not left at their default; offers carry their own source."""
    for name, field in type(spec).model_fields.items():
        value = getattr(spec, name)
        if not field.is_required() and value == field.default:
            continue
        if isinstance(value, LinkPart):  # its constants come from one fit
            yield f"{prefix}{name}"
        elif isinstance(value, Spec) and not isinstance(value, Source):
            yield from numbers_of(value, f"{prefix}{name}.")
        elif isinstance(value, dict) and name not in ("sources", "alternatives"):
            yield from (f"{prefix}{name}.{key}" for key in value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Spec):
            for row in value:
                if not isinstance(row, Offer):
                    yield from numbers_of(row, f"{prefix}{name}.{row.name}.")
        elif is_numeric(field.annotation) and value not in (None, ()):
            yield f"{prefix}{name}"


def test_headlines_are_dense(library: Library) -> None:
    """The figures that tables most often print with sparsity."""
    for chip, number_format, tera in (
        ("a100-80gb", "bf16", 312), ("h200", "fp8", 1979), ("b300", "fp4", 14000), ("gb200", "fp4", 10000),
        ("mi300x", "fp8", 2614.9), ("mi355x", "fp4", 10066.3), ("l40s", "bf16", 362.05), ("tpu-v7", "fp8", 4614),
    ):  # fmt: skip
        assert library.chip(chip).peak_flop_per_s(number_format) == pytest.approx(tera * 1e12)


def test_links_count_one_direction(library: Library) -> None:
    """Vendors add both directions; here a chip's links count one way."""
    for fabric, giga in (
        ("nvswitch-8-a100", 300), ("nvl72-gb200", 900), ("xgmi-mesh-8-mi300x", 448), ("xgmi-mesh-8-mi355x", 537.6),
        ("ici-torus-16x24x24-v7", 600), ("nvswitch-8-h800", 200),
    ):  # fmt: skip
        assert library.fabric(fabric).scale_up.link_bytes_per_s_per_direction == pytest.approx(giga * 1e9)


def test_all_that_the_first_issue_names_is_there(library: Library) -> None:
    assert set(library.chips) >= {"trainium2", "trainium3", "b200", "h100"}
    assert set(library.workloads) >= {"llama3-8b", "llama3-70b", "llama3.1-405b"}
    assert {f.scale_up.domain for f in library.fabrics.values()} >= {8, 16, 64, 144}


@pytest.mark.parametrize("spec", SPECS, ids=lambda s: f"{type(s).__name__}-{s.id}")
def test_every_number_has_a_source(spec: Chip | Fabric | Workload | Calibration) -> None:
    found = list(numbers_of(spec))
    assert len(found) >= 4
    missing = [path for path in found if path not in spec.sources]
    assert not missing
    for source in spec.sources.values():
        assert source.ref
        assert source.line()
        assert source.kind in ("guess", "recalled") or source.url.startswith("https://")
    sentinel = {path for path in spec.sources if path != "fabrics" and not path.endswith("in_network_reduction")}
    fitted = {"server_fraction", "expert_stack_fraction"}  # 1, and the same as without experts, where nothing is known
    assert sentinel - fitted == set(found) - fitted


@pytest.mark.parametrize("chip", [c for c in LIBRARY.chips.values() if not c.announced], ids=lambda c: c.id)
def test_a_chip_is_plausible(chip: Chip, library: Library) -> None:
    for name, (low, high) in BOUNDS.items():
        value = getattr(chip, name)
        assert value is None if name in UNPUBLISHED.get(chip.id, ()) else low <= value <= high, name
    assert chip.hbm_bytes / 2**30 == pytest.approx(CAPACITY_GIB[chip.id], abs=0.005)
    formats = {f for f in ("fp32", "bf16", "fp8", "mxfp8", "fp4") if chip.peak_flop_per_s(f)}
    assert set(chip.array_fraction) == formats
    assert set(library.calibration(chip.id).matmul_fraction) == formats
    assert set(library.calibration(chip.id).prologue_k) <= formats
    assert chip.sram_bytes == next(p.bytes for p in chip.sram_parts if p.role == "tiles")
    assert chip.sram_scope == next(p.scope for p in chip.sram_parts if p.role == "tiles")
    for name, sparse in chip.sparse_flop_per_s.items():
        assert sparse > (chip.peak_flop_per_s(name) or 0)
    for offer in chip.offers:
        assert 0.5 < offer.usd_per_chip_h < 20
        assert offer.date
        assert offer.instance
        assert offer.source.url


def test_array_peaks_follow_from_the_array(library: Library) -> None:
    array = 8 * 128 * 128 * 2 * 2.4e9
    for chip, number_format, factor in (
        ("trainium2", "bf16", 1), ("trainium2", "fp8", 2), ("trainium3", "bf16", 1), ("trainium3", "fp8", 2),
        ("trainium3", "mxfp8", 4), ("trainium3", "fp4", 4),
    ):  # fmt: skip
        found = library.chip(chip)
        peak = found.peak_flop_per_s(number_format)
        assert peak is not None
        assert peak * found.array_fraction[number_format] == pytest.approx(array * factor, rel=2e-4)


def test_what_a_chip_does_not_have_is_missing(library: Library) -> None:
    assert library.chip("trainium2").peak_fp4_flop_per_s is None
    assert library.chip("trainium2").peak_mxfp8_flop_per_s is None
    assert library.chip("h100").peak_fp4_flop_per_s is None
    assert library.chip("trainium3").offers == ()


@pytest.mark.parametrize("fabric", LIBRARY.fabrics.values(), ids=lambda f: f.id)
def test_a_fabric_is_consistent(fabric: Fabric) -> None:
    up = fabric.scale_up
    if up.kind == "torus":
        product = 1
        for axis in up.axes:
            product *= axis
        assert product == up.domain
        assert sum(up.axis_share) == pytest.approx(1)
    # PCIe cards and chips without links of their own reach the network about as fast as each other; Maia's are all Ethernet.
    closest = 1 if "pcie" in fabric.id or up.domain == 1 else 3 if "maia" in fabric.id else 4
    assert up.link_bytes_per_s_per_direction >= closest * fabric.scale_out.bytes_per_s_per_direction
    assert 1e-7 < up.link_latency_s < fabric.scale_out.latency_s < 1e-4


def test_calibrations_say_how_far_to_trust_them(library: Library) -> None:
    for calibration in library.calibrations.values():
        assert calibration.band_note
        assert calibration.provenance in ("measured", "transferred", "derived", "guess")
    assert library.calibration("trainium3").sources["links.cores"].kind == "transferred"
    assert library.calibration("b200").sources["links.ring"].kind == "measured"
    assert library.calibration("trainium3").band_fraction > library.calibration("b200").band_fraction


def test_an_unknown_name_gets_the_nearest_one(library: Library) -> None:
    with pytest.raises(ExplorerError, match=r"unknown chip 'trainium5' \(did you mean trainium"):
        library.chip("trainium5")
    with pytest.raises(ExplorerError, match="did you mean llama3-70b"):
        library.workload("llama-70b")
    with pytest.raises(ExplorerError, match="did you mean neuronswitch-64"):
        library.fabric("neuronswitch64")
    with pytest.raises(ExplorerError, match="unknown calibration"):
        library.calibration("\x00<b>")


def test_landmarks_are_sorted_and_joined(library: Library) -> None:
    rates = library.landmarks("chip.hbm_bytes_per_s")
    assert rates == tuple(sorted(rates))
    assert len({value for value, _ in rates}) == len(rates)
    assert [value for value, label in rates if "Trainium" in label] == [0.82e12, 2.9e12, 4.9e12]
    assert (4.9e12, "GH200, Trainium3") in rates
    assert (7.7e12, "B200, B300") in rates
    assert dict(library.landmarks("chip.tdp_w"))[1000.0] == "B200, GH200, MI325X, Trainium3"
    assert {8, 16, 64, 72, 144} <= {value for value, _ in library.landmarks("fabric.scale_up.domain")}
    prices = [label for _, label in library.landmarks("offer.usd_per_chip_h")]
    assert [p for p in prices if p in ("Trainium2", "H100 SXM", "B200")] == ["Trainium2", "H100 SXM", "B200"]
    assert "A100 SXM 80 GB" not in prices  # on demand only: not compared with capacity blocks
    assert library.landmarks("job.batch") == ()
    assert library.landmarks("efficiency") == ()
    assert library.landmarks("chip.name") == ()
    with pytest.raises(ExplorerError, match="no field"):
        library.landmarks("chip.hbm_byte")
    with pytest.raises(ExplorerError, match="unknown path"):
        library.landmarks("ship.hbm_bytes")


def test_the_data_version_follows_the_files(library: Library, tmp_path: Path) -> None:
    copied = tmp_path / "presets"
    for folder in ("chips", "fabrics", "workloads", "calibration", "calibration/kernels", "calibration/links", "calibration/stacks", "calibration/experts", "calibration/host", "calibration/bands", "runs", "instances"):
        (copied / folder).mkdir(parents=True)
        for file in (paths.presets() / folder).glob("*.toml"):
            (copied / folder / file.name).write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    (copied / "VERSION").write_text((paths.presets() / "VERSION").read_text())
    assert read_library(copied).data_version == library.data_version
    chip = copied / "chips" / "b200.toml"
    chip.write_text(chip.read_text().replace('"7.7 TB/s"', '"8 TB/s"'))
    changed = read_library(copied)
    assert changed.data_version != library.data_version
    assert changed.chip("b200").hbm_bytes_per_s == 8e12
    (copied / "calibration" / "h100.toml").unlink()
    with pytest.raises(ExplorerError, match="unknown calibration 'h100'"):
        read_library(copied)


def test_an_empty_installation_says_so(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="installation is incomplete"):
        read_library(tmp_path)


def test_presets_are_found_from_any_folder(tmp_path: Path) -> None:
    code = "import json, explorer.library as l; print(json.dumps(sorted(l.load_library().chips)))"
    environment = os.environ | {"PYTHONPATH": str(Path(explorer.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert "b200" in json.loads(done.stdout)
