"""What these tests share."""

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
