"""This computer measured: with a device whose rates are known, then for real in its short form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from explorer.evaluate import evaluate_study
from explorer.library import make_scenario, save_preset, user_library
from explorer.specs import Study
from explorer.validation.computer import Band, CancelledError, chip_of, devices, measure, report_lines, timing
from explorer.validation.computer.devices import Work
from explorer.validation.computer.timing import SETS, knees

MIB = 2.0**20


class Clock:
    """A clock that only moves when somebody works, so that a busy machine changes nothing."""

    now = 0.0

    def perf_counter(self) -> float:
        self.now += 1e-9
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


CLOCK = Clock()


@pytest.fixture
def _own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "time", CLOCK)


class Known:
    """Takes as long as a device of 100 GFLOP/s would, and copies at two speeds."""

    key, name, software, cores, memory_bytes, formats = "known", "Known", "a test", 4, 64 * MIB, ("fp32",)

    def matmul(self, number_format: str, side: int) -> Work:
        return Work(lambda: CLOCK.wait(2 * side**3 / 100e9), 2.0 * side**3)

    @contextmanager
    def copy(self, working_set_bytes: int) -> Iterator[Work]:
        rate = 50e6 if working_set_bytes <= MIB else 5e6
        yield Work(lambda: CLOCK.wait(working_set_bytes / 100 / rate), working_set_bytes / 100)


@pytest.mark.usefixtures("_own_clock")
def test_known_rates_are_found() -> None:
    heard: list[tuple[float, str]] = []
    found = measure(Known(), 1.5, lambda share, text: heard.append((share, text)))
    best = found.peak("fp32")
    assert best is not None
    assert best.flop_per_s == pytest.approx(100e9, rel=1e-3)
    assert found.memory_bytes_per_s == pytest.approx(5e6, rel=1e-3)
    assert [c.working_set_bytes for c in found.caches] == [MIB]
    assert found.peak("bf16") is None
    shares = [share for share, _ in heard]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert any("matmul of 512 x 512" in text for _, text in heard)


def test_levels_of_a_hierarchy() -> None:
    rates = [300, 310, 295, 300, 200, 100, 104, 99, 101, 60, 20, 21, 19, 20]
    bands = [Band(float(size), float(rate)) for size, rate in zip(SETS, rates, strict=False)]
    found = knees(bands)
    assert [b.working_set_bytes for b in found] == [SETS[3], SETS[8]]
    assert [b.bytes_per_s for b in found] == pytest.approx([302, 102], abs=5)
    assert knees([Band(1.0, 5.0), Band(2.0, 5.1), Band(4.0, 4.9)]) == ()
    assert knees([]) == ()


@pytest.mark.usefixtures("_own_clock")
def test_it_can_be_called_off() -> None:
    asked = iter([False, False, True])
    with pytest.raises(CancelledError, match="nothing was saved"):
        measure(Known(), 5, cancelled=lambda: next(asked))


@pytest.mark.usefixtures("_own_clock")
def test_the_preset_stands_beside_the_others(tmp_path: Path) -> None:
    chip = chip_of(measure(Known(), 1.0), "My laptop", "my-laptop", "2026-11-28")
    assert {s.kind for s in chip.sources.values()} == {"measured", "guess"}
    assert chip.peak_bf16_flop_per_s == chip.peak_fp32_flop_per_s
    save_preset(chip, tmp_path)
    library, told = user_library(tmp_path)
    assert told == ()
    assert library.chip("my-laptop") == chip
    scenarios = tuple(
        make_scenario(library, chip=name, workload="llama3-8b", phase="decode", batch=1, context=128, chips=1) for name in ("my-laptop", "b200")
    )
    report = evaluate_study(Study(scenarios=scenarios))
    mine, b200 = report.values["step_s"]
    weights = scenarios[0].workload.published_params
    assert weights is not None
    assert mine > 2 * weights * 0.9 / chip.hbm_bytes_per_s
    assert b200 < mine


def test_this_computer_for_real() -> None:
    found = measure(devices("cpu")[0], 3.0)
    best = found.peak("fp32")
    assert best is not None
    assert best.flop_per_s > 1e7  # no clock is asserted: others may use this machine too
    assert all(r.flop_per_s > 0 for r in found.rates)
    assert all(b.bytes_per_s > 1e6 for b in found.bands)
    assert found.memory_bytes > 2**28
    assert "main memory" in report_lines(found)[-1]


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(ExplorerError, match="there is no device 'cuda:7' here"):
        devices("cuda:7")
