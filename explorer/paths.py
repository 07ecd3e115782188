"""Where the shipped content lies: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def _root() -> Path:
    installed = _PACKAGE / "_data"
    return installed if installed.is_dir() else _PACKAGE.parent


def presets() -> Path:
    """The folder of shipped chips, fabrics, workloads, calibrations and studies."""
    return _root() / "presets"


def resources() -> Path:
    """The folder of themes, icons, help texts and evidence."""
    return _root() / "resources"
