"""Shapes that a machine takes badly: blocks of an array that are not full, rows across cache lines, heads that matrix units cannot load."""

from __future__ import annotations

import pytest

from explorer.evaluate import TIME_PARTS, evaluate_study
from explorer.library import Library, make_scenario


def _seconds(library: Library, part: str, chip: str, efficiency: str, **changed: int) -> float:
    """Time of a part of a long prompt: all of it is arithmetic."""
    s = make_scenario(
        library, chip=chip, workload="llama3-8b", phase="prefill", batch=8, context=8192, chips=1, efficiency=efficiency,
        precision="w=bf16,a=bf16,kv=bf16",
    )  # fmt: skip
    s = s.replace(workload=s.workload.replace(**changed), plan=s.plan.replace(fused_attention=False))
    return float(evaluate_study([s]).time_parts[list(TIME_PARTS).index(part), 0])


@pytest.mark.parametrize(("chip", "ffn", "least", "most"), [
    ("tpu-v5e", 14336, 1.0, 1.0),
    ("tpu-v5e", 14337, 1.004, 1.02),  # a 113th block of 128 for one column: 0.9 % of gate, up and down, which are most of the time
    ("h100", 14337, 1.0, 1.001),
    ("a100-80gb", 14337, 1.2, 1 / 0.7),  # three matmuls of five take 1 / 0.7 of their time
    ("a100-80gb", 14400, 1.0, 1.02),
])  # fmt: skip
def test_feed_forward_layers_of_odd_width(library: Library, chip: str, ffn: int, least: float, most: float) -> None:
    wide, plain = (_seconds(library, "matmul", chip, "calibrated", ffn=n) for n in (ffn, 14336))
    assert least * 0.9999 <= wide / plain <= most
    bound, plain = (_seconds(library, "matmul", chip, "ideal", ffn=n) for n in (ffn, 14336))
    assert bound / plain <= ffn / 14336 + 1e-9


def test_heads_that_are_not_whole_loads_leave_the_matrix_units(library: Library) -> None:
    """Heads of 108 elements are 216 bytes, not a multiple of 16; on an A100 vector units have a sixteenth of the rate."""
    odd, even = (_seconds(library, "attention", "a100-80gb", "calibrated", head_dim=n) for n in (108, 112))
    assert odd > 2 * even
    odd, even = (_seconds(library, "attention", "a100-80gb", "ideal", head_dim=n) for n in (108, 112))
    assert odd < even
