"""Fitted kernels and stacks become part of the calibrations, with where they come from; a wrong file is told in one line."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from explorer import paths
from explorer.errors import ExplorerError
from explorer.library import Library
from explorer.library.presets import read_library


def test_constants_are_those_of_the_files(library: Library) -> None:
    data = tomllib.loads((paths.presets() / "calibration" / "kernels" / "h100.toml").read_text())
    kernel = library.calibration("h100").gemm("fp8")
    for name in ("compute_fraction", "memory_fraction", "launch_s", "step_s", "prologue_k", "quantise_launch_s"):
        assert getattr(kernel, name) == data["gemm"]["fp8"][name]
    assert library.calibration("h100").attention("decode", "fp8").launch_s == data["decode"]["fp8"]["launch_s"]


def test_what_is_carried_over_says_from_where(library: Library) -> None:
    assert library.calibration("gh200").gemm("bf16").note == "From h200."
    assert library.calibration("gh200").attention("decode", "bf16").provenance == "transferred"
    assert library.calibration("b200").gemm("fp4").provenance == "transferred"
    assert library.calibration("h800").provenance in ("transferred", "guess")
    # Timings that a host waited for do not tell how long a queued kernel takes to start.
    assert library.calibration("mi210").gemm("bf16").launch_s < 1e-5
    assert library.calibration("trainium3").kernels is None


def test_a_stack_of_its_own_and_the_default(library: Library) -> None:
    assert library.calibration("h100").stack == "default"
    assert library.calibration("h100").stack_fraction == library.stacks["default"].fraction
    known = library.calibration("h100", "llm-foundry")
    assert (known.stack, known.stack_fraction) == ("llm-foundry", library.stacks["llm-foundry"].fraction)
    assert known.sources["stack_fraction"].note.startswith("Fitted to ")
    with pytest.raises(ExplorerError, match=r"unknown stack 'llm-foundri' \(did you mean llm-foundry"):
        library.calibration("h100", "llm-foundri")


def test_a_stack_like_another_takes_its_speed_and_has_traits_of_its_own(library: Library) -> None:
    usual, eager = (library.calibration("h100", name) for name in ("nemo", "nemo-eager"))
    assert (eager.stack_fraction, eager.expert_stack_fraction) == (usual.stack_fraction, usual.expert_stack_fraction)
    assert (eager.tp_overlap_fraction, usual.expert_launch_s) == (usual.tp_overlap_fraction, 0.0)
    assert 0.001 < eager.expert_launch_s < 0.1
    assert eager.sources["expert_launch_s"].note.startswith("Fitted to ")
    assert library.calibration("h100", "torchtitan-async").tp_overlap_fraction > library.calibration("h100", "torchtitan").tp_overlap_fraction


@pytest.mark.parametrize(("file", "old", "new", "told"), [
    ("stacks/traits.toml", "tp_overlap_fraction = 0.8", "tp_overlap_fraction = 8.0", "stacks/traits.toml: nemo: tp_overlap_fraction"),
    ("stacks/traits.toml", 'like = "nemo"', "", "stacks/traits.toml: nemo-eager: expected"),
    ("kernels/h100.toml", "compute_fraction = 0.8306", "compute_fraction = 1.5", "kernels/h100.toml: gemm.bf16: compute_fraction"),
    ("kernels/h100.toml", "[gemm.bf16]", "[gemm.bf16", "kernels/h100.toml:"),
    ("stacks/training.toml", "[default]", "[other]", "stacks/training.toml: no entry 'default'"),
    ("stacks/training.toml", "fraction = 0.", "fraction = 2.", "expected a table with a fraction"),
])  # fmt: skip
def test_a_wrong_file_is_told_in_one_line(tmp_path: Path, file: str, old: str, new: str, told: str) -> None:
    copied = tmp_path / "presets"
    shutil.copytree(paths.presets(), copied)
    target = copied / "calibration" / file
    assert old in target.read_text()
    target.write_text(target.read_text().replace(old, new, 1))
    with pytest.raises(ExplorerError) as caught:
        read_library(copied)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_kernels_and_stacks_the_shares_serve(tmp_path: Path) -> None:
    copied = tmp_path / "presets"
    shutil.copytree(paths.presets(), copied)
    for folder in ("kernels", "stacks"):
        shutil.rmtree(copied / "calibration" / folder)
    found = read_library(copied).calibration("h100")
    assert (found.kernels, found.stack_fraction) == (None, 1.0)
    assert found.gemm("bf16").compute_fraction == found.matmul_fraction["bf16"]
