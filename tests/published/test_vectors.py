"""Every formula vector of a file, through the project's own functions. What was measured is validated elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mapping import MAPPED

SHIPPED = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))["vectors"]


def test_vector(vector: dict[str, Any]) -> None:
    name = vector["fn"]
    assert name in MAPPED, f"{name} is mapped to no function"
    value = MAPPED[name](**vector["inputs"])
    assert value == pytest.approx(vector["expected"], rel=vector["rtol"], abs=0.0)
    if vector.get("published") is not None and vector.get("published_rtol") is not None:
        assert value == pytest.approx(vector["published"], rel=vector["published_rtol"])


def test_the_table_and_the_shipped_vectors_name_the_same_functions() -> None:
    names = [v["fn"] for v in SHIPPED if v["kind"] == "formula"]
    assert len(names) == 179
    assert set(names) == MAPPED.keys()
