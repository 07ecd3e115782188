"""Every formula vector, through the project's own functions; a name that has none is skipped with its reason, never dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mapping import MAPPED, NOT_MAPPED

SHIPPED = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))["vectors"]


def test_vector(vector: dict[str, Any]) -> None:
    name = vector["fn"]
    if name in NOT_MAPPED:
        pytest.skip(f"{name}: {NOT_MAPPED[name]}")
    assert name in MAPPED, f"{name} is neither mapped to a function nor listed with a reason"
    value = float(MAPPED[name](**vector["inputs"]))
    assert value == pytest.approx(vector["expected"], rel=vector["rtol"], abs=0.0)
    if vector.get("published") is not None and vector.get("published_rtol") is not None:
        assert value == pytest.approx(vector["published"], rel=vector["published_rtol"])


def test_no_name_is_both_mapped_and_left_out() -> None:
    assert not MAPPED.keys() & NOT_MAPPED.keys()


def test_shipped_vectors_are_covered() -> None:
    names = [v["fn"] for v in SHIPPED if v["kind"] == "formula"]
    assert len(names) == 179
    assert set(names) == MAPPED.keys() | NOT_MAPPED.keys()
    assert sum(name in MAPPED for name in names) >= 165
