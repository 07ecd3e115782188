"""What the campaigns share."""

from __future__ import annotations

import pytest

from explorer.library import Library, default_study, load_library
from explorer.specs import Study


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def study(library: Library) -> Study:
    return default_study(library)


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each campaign has journals and locks of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
