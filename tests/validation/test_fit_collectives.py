"""The fit finds what made the data, twice the same, says what it leaves out, and its shipped constants are parts of every calibration."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import numpy as np
import pytest
from validate_samples import COLLECTIVES

from explorer import paths
from explorer.evaluate import lower
from explorer.library import load_library
from explorer.library.link_presets import RELATIVES, read_relatives
from explorer.specs import LinkPart, build
from explorer.specs.links import PART_KINDS
from explorer.validation import fit_collectives
from explorer.validation.aliases import load_aliases
from explorer.validation.collective_columns import predict_s
from explorer.validation.collective_rows import Sweep
from explorer.validation.collectives import scene_of
from explorer.validation.fit_collectives import Subject, fit
from explorer.validation.rows import Row
from explorer.validation.scenes import Setting
from explorer.validation.simplex import minimise

LINKS = paths.presets() / "calibration" / "links"
SHIPPED = sorted(path for path in LINKS.glob("*.toml") if path.name != RELATIVES)
TRUTH = {
    "launch_s": 5.5e-6, "step_s": 5e-7, "bulk_step_s": 8e-6, "quick_fraction": 0.35, "wide_fraction": 0.55, "bulk_fraction": 0.85,
    "serial_fraction": 0.4, "ramp_fraction": 0.25, "ramp_bytes": 12288.0, "own_bytes_per_s": 7e11, "wide_step_s": 1.6e-6,
}  # fmt: skip


def sweep(operations: tuple[str, ...] = ("all_gather", "all_reduce"), ranks: tuple[float, ...] = (2.0, 4.0, 8.0), cores: int = 1) -> Sweep:
    grid = [(o, n, 2.0**k) for o in operations for n in ranks for k in range(9, 30)]
    counts = np.array([n for _, n, _ in grid])
    return Sweep(
        ids=np.array([f"row-{i}" for i in range(len(grid))]),
        source=np.full(len(grid), "made"),
        operation=np.array([o for o, _, _ in grid]),
        kernel=np.full(len(grid), "library"),
        buffer_bytes=np.array([v for _, _, v in grid]),
        ranks=counts,
        chips=np.ceil(counts / cores),
        domain=np.full(len(grid), 16.0 if cores > 1 else 8.0),
        reducible=np.zeros(len(grid), dtype=bool),
        measured_s=np.ones(len(grid)),
    )


def subject(chip: str, rows: Sweep, parts: dict[str, LinkPart], cores: int = 1, lent: dict[str, LinkPart] | None = None) -> Subject:
    """A chip whose measured times are what ``parts`` make them."""
    setting = Setting(load_library(), load_aliases())
    base = lower([scene_of(setting, Row(1, {"id": chip}), setting.library.chip(chip))])
    if parts:
        rows = dataclasses.replace(rows, measured_s=predict_s(base, parts, rows))
    return Subject(chip, chip, base, cores, rows, lent or {})


def shipped(chip: str) -> dict[str, LinkPart]:
    links = load_library().calibration(chip).links
    assert links is not None
    return links.parts


def test_simplex_finds_the_bottom_of_a_valley() -> None:
    def loss(x: np.ndarray) -> float:
        return float((1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2)

    np.testing.assert_allclose(minimise(loss, np.array([-1.2, 1.0])), [1.0, 1.0], atol=1e-3)


def test_refit_recovers_what_made_the_data() -> None:
    truth = {"book": fit_collectives.book_of("a100-80gb"), "ring": build(PART_KINDS["ring"], TRUTH)}
    made = subject("a100-80gb", sweep(), truth)
    found = fit(made, made.sweep)
    assert set(found) == {"book", "ring"}
    error = np.abs(predict_s(made.base, found, made.sweep) / made.sweep.measured_s - 1.0)
    assert error.mean() < 0.01
    for name in ("launch_s", "step_s", "quick_fraction", "bulk_fraction", "ramp_fraction"):
        assert getattr(found["ring"], name) == pytest.approx(TRUTH[name], rel=0.05), name
    assert fit(made, made.sweep) == found


def test_refit_of_half_the_rows_predicts_the_other_half() -> None:
    operations = ("all_gather", "reduce_scatter", "all_reduce")
    made = subject("trainium2", sweep(operations, (4.0, 8.0, 16.0, 32.0, 64.0), 4), {"cores": shipped("trainium2")["cores"]}, 4)
    found = fit(made, made.sweep.pick(made.sweep.half))
    other = made.sweep.pick(~made.sweep.half)
    assert np.mean(np.abs(predict_s(made.base, found, other) / other.measured_s - 1.0)) < 0.02


def test_a_part_without_rows_is_borrowed_or_left_out() -> None:
    few = sweep(("all_gather",), (2.0,)).pick(np.arange(21) < 3)
    assert fit(subject("gb300", few, {}), few) == {}
    lent = {"reducing": shipped("b300")["reducing"]}
    made = subject("gb300", few, {}, lent=lent)
    assert fit(made, few) == {}
    assert made.whole({}) == lent


def test_every_shipped_file_says_how_well_it_does() -> None:
    assert len(SHIPPED) >= 10
    for path in SHIPPED:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        assert data["id"] == path.stem
        assert data["source"]["rows"]
        errors = data["errors"]["in_sample"]
        assert 0.0 <= errors["median"] <= errors["p90"] <= errors["worst"]
        assert errors["mean"] < 0.15
        parts = {name: data[name] for name in PART_KINDS if name in data}
        assert parts
        for name, values in parts.items():
            assert values["provenance"] == ("derived" if name == "book" else "measured")
            assert name == "book" or 0.0 < values["band_fraction"] < 0.5
            constant = load_library().calibration(path.stem).links
            assert constant is not None
            assert all(getattr(constant.parts[name], k) == v for k, v in values.items())


def test_bands_of_what_is_carried_over_are_what_it_costs() -> None:
    """Nine in ten of the rows predicted with the constants of the same links, and of another generation."""
    relatives = read_relatives(LINKS / RELATIVES)
    p90 = {}
    for chip, kin in relatives["kin"].items():
        p90[chip] = tomllib.loads((LINKS / f"{chip}.toml").read_text(encoding="utf-8"))["errors"][f"with_constants_of_{kin}"]["p90"]
    generations = [p90.pop("b200"), p90.pop("a100-80gb")]
    assert max(p90.values()) <= 0.15
    assert max(generations) <= relatives["band_fraction"] < 1.1 * max(generations)
    stated = {e["band_fraction"] for entries in relatives["chips"].values() for e in entries if "band_fraction" in e}
    assert stated == {0.15}


def test_every_chip_has_its_links_or_shares_of_them() -> None:
    library = load_library()
    for chip in library.chips.values():
        found = library.calibration(chip.id)
        inner = found.links.parts.keys() & {"ring", "cores", "plain"} if found.links else set()
        assert bool(inner) != (found.scale_up_fraction is not None), chip.id
        outer = found.links is not None and found.links.outside is not None
        assert outer != (found.scale_out_fraction is not None), chip.id
        for name, part in (found.links.parts if found.links else {}).items():
            own = tomllib.loads((LINKS / f"{chip.id}.toml").read_text()) if (LINKS / f"{chip.id}.toml").exists() else {}
            assert (part.provenance == "transferred") == (name not in own), (chip.id, name)
            assert part.provenance != "transferred" or part.note.startswith("From ")


def write(path: Path, *rows: dict[str, str], columns: str = COLLECTIVES + ",library,algorithm,dtype") -> Path:
    names = columns.split(",")
    path.write_text("\n".join([columns, *(",".join(row.get(n, "") for n in names) for row in rows)]) + "\n", encoding="utf-8")
    return path


def row(**changed: str) -> dict[str, str]:
    base = {"id": "r1", "op": "all_reduce", "chip": "B200", "ranks": "8", "size_bytes": "1024", "time_us": "10", "source": "s", "quality": "A"}
    return base | changed


def test_rows_that_say_too_little_are_counted(tmp_path: Path) -> None:
    path = write(
        tmp_path / "rows.csv", row(), row(id="r2", op="moe_dispatch"), row(id="r3", size_bytes="-"), row(id="r4", time_us="fast"),
        row(id="r5", quality="B"), row(id="r6", time_us="-", algbw_gbps="1.024"), row(id="r7", ranks="1"),
        row(id="r8", library="vllm 0.24 custom allreduce", algorithm="eager"), row(id="r9", dtype="int8"), row(id="r10", algorithm="Ring"),
    )  # fmt: skip
    kept, skipped = fit_collectives.read_messages(Setting(load_library(), load_aliases()), path)
    assert list(kept) == ["b200"]
    assert skipped == 4
    first, rate, eager, integers, forced = kept["b200"]
    assert rate.seconds == pytest.approx(1e-6)
    assert (first.kernel, eager.kernel) == ("library", "vllm_eager")
    assert [m.reducible for m in (first, integers, forced)] == [True, False, False]


def test_a_bad_file_is_one_line_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    few = write(tmp_path / "c.csv", row())
    other = write(tmp_path / "d.csv", row(chip="Abacus"))
    short = write(tmp_path / "e.csv", row(), columns="id,op,chip,ranks,size_bytes,algbw_gbps,busbw_gbps,ranks_per_node,source,quality")
    for path in (tmp_path / "none.csv", tmp_path / "b.csv", few, other, short):
        assert fit_collectives.main([str(path), "-o", str(tmp_path / "out")]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_program_writes_constants(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Four chips on a quarter of an axis of 16 reach half of a third of 600 GB/s; hops of 1 us come on top of the launch."""
    rows = [
        row(id=f"t{k}", op="all_gather", chip="TPU v7x (Ironwood)", ranks="4", size_bytes=str(2**k), time_us=str(14 + 2**k * 8e-6))
        for k in range(18, 29)
    ]
    assert fit_collectives.main([str(write(tmp_path / "rows.csv", *rows)), "-o", str(tmp_path / "out")]) == 0
    data = tomllib.loads((tmp_path / "out" / "tpu-v7.toml").read_text(encoding="utf-8"))
    assert data["plain"]["launch_s"] == pytest.approx(1.1e-5, rel=0.02)
    assert data["plain"]["efficiency_fraction"] == pytest.approx(0.75 / 8e-12 / 100e9, rel=0.02)
