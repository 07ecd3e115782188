"""What every test shares: no display, none of the user's own settings, and the long campaigns on request."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_NETWORK = (socket.AF_INET, socket.AF_INET6)
_LOOK_UPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request")


def _no_network(event: str, arguments: tuple[object, ...]) -> None:
    """No test opens a socket to a network or looks a name up; what only this machine sees (Unix sockets) may be opened."""
    if event in _LOOK_UPS or (event == "socket.__new__" and arguments[1] in (*_NETWORK, -1)):
        raise RuntimeError(f"a test reaches for the network: {event}")


sys.addaudithook(_no_network)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--long`` runs the long forms of the campaigns."""
    parser.addoption("--long", action="store_true", default=False, help="run the long forms of the campaigns")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked slow wait for ``--long``."""
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="slow: run with --long")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def _no_user_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Settings, studies and logs of the person who runs the tests are neither read nor written."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(home / name.lower()))
        yield
