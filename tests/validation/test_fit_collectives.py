"""The fit finds what made the data, twice the same, says what it leaves out, and its shipped constants obey the laws."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import paths
from explorer.errors import ExplorerError
from explorer.validation import fit_collectives
from explorer.validation.collective_model import LINKS, Link, predict_s
from explorer.validation.collective_rows import COLUMNS, Sweep, read_sweeps
from explorer.validation.simplex import minimise

BY_ID = {link.id: link for link in LINKS}
SHIPPED = sorted((paths.presets() / "calibration" / "links").glob("*.toml"))
TRUTH = {
    "launch_s": 5.5e-6, "step_s": 1.1e-6, "bulk_step_s": 9e-6, "quick_fraction": 0.35, "wide_fraction": 0.55,
    "bulk_fraction": 0.85, "serial_fraction": 0.4, "ramp_fraction": 0.25, "own_bytes_per_s": 7e11, "wide_step_s": 2.2e-6,
}  # fmt: skip
STAGES = ("ring", "exchange", "reducing", "trtllm", "vllm_graph", "vllm_eager", "outside", "cores", "plain")


def sweep(operations: tuple[str, ...] = ("all_gather", "all_reduce"), ranks: tuple[float, ...] = (2.0, 4.0, 8.0)) -> Sweep:
    grid = [(o, n, 2.0**k) for o in operations for n in ranks for k in range(9, 30)]
    phases = {"all_gather": (1, 0), "reduce_scatter": (0, 1), "all_reduce": (1, 1), "alltoall": (1, 0)}
    return Sweep(
        ids=np.array([f"row-{i}" for i in range(len(grid))]),
        source=np.full(len(grid), "made"),
        operation=np.array([o for o, _, _ in grid]),
        kernel=np.full(len(grid), "library"),
        buffer_bytes=np.array([v for _, _, v in grid]),
        ranks=np.array([n for _, n, _ in grid]),
        gathers=np.array([float(phases[o][0]) for o, _, _ in grid]),
        reduces=np.array([float(phases[o][1]) for o, _, _ in grid]),
        reducible=np.zeros(len(grid), dtype=bool),
        measured_s=np.ones(len(grid)),
    )


def measured(link: Link, constants: Any, rows: Sweep) -> Sweep:
    fields = {name: getattr(rows, name) for name in rows.__dataclass_fields__}
    return Sweep(**(fields | {"measured_s": predict_s(link, constants, rows)}))


def constants_of(path: Path) -> dict[str, dict[str, float]]:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return {stage: {k: v for k, v in data[stage].items() if k != "kind"} for stage in STAGES if stage in data}


def test_simplex_finds_the_bottom_of_a_valley() -> None:
    def loss(x: np.ndarray) -> float:
        return float((1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2)

    np.testing.assert_allclose(minimise(loss, np.array([-1.2, 1.0])), [1.0, 1.0], atol=1e-3)


def test_refit_recovers_what_made_the_data() -> None:
    link = BY_ID["a100-80gb"]
    rows = measured(link, {"ring": TRUTH}, sweep())
    found = fit_collectives.fit(link, rows)
    assert set(found) == {"ring"}
    error = np.abs(predict_s(link, found, rows) / rows.measured_s - 1.0)
    assert error.mean() < 0.01
    for name in ("launch_s", "step_s", "quick_fraction", "bulk_fraction", "ramp_fraction"):
        assert found["ring"][name] == pytest.approx(TRUTH[name], rel=0.05), name
    assert fit_collectives.fit(link, rows) == found


def test_refit_of_half_the_rows_predicts_the_other_half() -> None:
    link = BY_ID["trainium2"]
    truth = constants_of(paths.presets() / "calibration" / "links" / "trainium2.toml")
    rows = measured(link, truth, sweep(("all_gather", "reduce_scatter", "all_reduce"), (4.0, 8.0, 16.0, 32.0, 64.0)))
    found = fit_collectives.fit(link, rows.pick(rows.half))
    other = rows.pick(~rows.half)
    assert np.mean(np.abs(predict_s(link, found, other) / other.measured_s - 1.0)) < 0.02


def test_stage_without_rows_is_borrowed_or_left_out() -> None:
    link = BY_ID["gb300"]
    few = sweep(("all_gather",), (2.0,)).pick(np.arange(21) < 3)
    assert fit_collectives.fit(link, few) == {}
    lent = {"reducing": {"launch_s": 1e-5, "efficiency_fraction": 0.6, "saturation_bytes": 1e5}}
    assert fit_collectives.fit(link, few, lent) == lent


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_shipped_constants_obey_the_laws(path: Path) -> None:
    link, constants = BY_ID[path.stem], constants_of(path)
    sizes = np.geomspace(512.0, 2.0**34, 200)
    for ranks in (2.0, 4.0, 8.0, 16.0, 64.0):
        if ranks > link.domain and "outside" not in constants:
            continue
        if link.cores_per_chip > 1 and ranks < link.cores_per_chip:
            continue
        times = {o: predict_s(link, constants, _line(o, ranks, sizes)) for o in ("all_gather", "reduce_scatter", "all_reduce")}
        for time in times.values():
            assert np.all(np.isfinite(time))
            assert np.all(np.diff(time) >= 0.0)
        assert np.all(times["all_reduce"] >= np.maximum(times["all_gather"], times["reduce_scatter"]) * (1 - 1e-12))


def _line(operation: str, ranks: float, sizes: np.ndarray) -> Sweep:
    n = len(sizes)
    phases = {"all_gather": (1.0, 0.0), "reduce_scatter": (0.0, 1.0), "all_reduce": (1.0, 1.0)}[operation]
    return Sweep(
        ids=np.arange(n).astype(str), source=np.full(n, ""), operation=np.full(n, operation), kernel=np.full(n, "library"),
        buffer_bytes=sizes, ranks=np.full(n, ranks), gathers=np.full(n, phases[0]), reduces=np.full(n, phases[1]),
        reducible=np.full(n, operation == "all_reduce"), measured_s=np.ones(n),
    )  # fmt: skip


def test_every_shipped_file_says_how_well_it_does() -> None:
    assert len(SHIPPED) >= 10
    for path in SHIPPED:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        assert data["id"] == path.stem
        assert data["source"]["rows"]
        errors = data["errors"]["in_sample"]
        assert 0.0 <= errors["median"] <= errors["p90"] <= errors["worst"]
        stages = constants_of(path)
        assert stages
        assert all(data[stage]["kind"] in ("measured", "transferred") for stage in stages)
        for values in stages.values():
            assert all(v >= 0.0 and (not k.endswith("_fraction") or v <= 1.0) for k, v in values.items())


def write(path: Path, rows: list[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(**changed: str) -> dict[str, str]:
    base = dict(zip(COLUMNS, ("r1", "all_reduce", "B200", "8", "1024", "fp16", "10", "", "NCCL 2", "", "s", "A"), strict=True))
    return base | changed


def test_rows_that_say_too_little_are_listed(tmp_path: Path) -> None:
    rows = [
        row(), row(id="r2", op="moe_dispatch"), row(id="r3", size_bytes="-"), row(id="r4", time_us="fast"),
        row(id="r5", quality="B"), row(id="r6", time_us="", algbw_gbps="1.024"), row(id="r7", time_us="inf"),
    ]  # fmt: skip
    sweeps, skipped = read_sweeps(write(tmp_path / "rows.csv", rows))
    assert list(sweeps["B200"].ids) == ["r1", "r6"]
    np.testing.assert_allclose(sweeps["B200"].measured_s, [1e-5, 1e-6])
    assert [i for i, _ in skipped] == ["r2", "r3", "r4", "r7"]


def test_what_can_be_added_in_the_switch(tmp_path: Path) -> None:
    rows = [row(), row(id="r2", dtype="int8"), row(id="r3", algorithm="Ring (NVLS off)"), row(id="r4", op="all_gather")]
    sweeps, _ = read_sweeps(write(tmp_path / "rows.csv", rows))
    assert list(sweeps["B200"].reducible) == [True, False, False, False]


def test_bad_files_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ExplorerError, match="no column 'op'"):
        read_sweeps(write(tmp_path / "a.csv", [], tuple(c for c in COLUMNS if c != "op")))
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none.csv", tmp_path / "b.csv", write(tmp_path / "c.csv", [row(chip="Abacus")])):
        assert fit_collectives.main([str(path), "-o", str(tmp_path / "out")]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_program_writes_constants(tmp_path: Path) -> None:
    link = BY_ID["tpu-v7"]
    rows = [
        row(id=f"t{k}", op="all_gather", chip=link.name, ranks="4", size_bytes=str(2**k), time_us=str(14 + 2**k * 8e-6))
        for k in range(18, 29)
    ]
    assert fit_collectives.main([str(write(tmp_path / "rows.csv", rows)), "-o", str(tmp_path / "out")]) == 0
    data = tomllib.loads((tmp_path / "out" / "tpu-v7.toml").read_text(encoding="utf-8"))
    assert data["plain"]["launch_s"] == pytest.approx(1.4e-5, rel=0.02)
    assert data["plain"]["efficiency_fraction"] == pytest.approx(0.75 / 8e-12 / link.bytes_per_s, rel=0.02)
