"""``pytest tests/published --vectors PATH`` runs another file of vectors in the same form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--vectors", default=None, metavar="PATH", help="formula vectors to run instead of the ones beside the test"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "vector" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--vectors", default=None)
        path = Path(chosen) if chosen else HERE / "vectors.json"
        vectors = [v for v in json.loads(path.read_text(encoding="utf-8"))["vectors"] if v["kind"] == "formula"]
        metafunc.parametrize("vector", vectors, ids=[f"{v['id']}-{v['fn']}" for v in vectors])
