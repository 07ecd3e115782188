"""What the tests of lessons share."""

from __future__ import annotations

import pytest

from explorer.library import Library, load_library


@pytest.fixture(scope="session")
def library() -> Library:
    """The shipped presets."""
    return load_library()
