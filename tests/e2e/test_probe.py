"""The window's probe: it names the library's package before Qt can abort."""

from __future__ import annotations

import ctypes
import importlib
import sys

import pytest

from explorer.app import probe

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux libraries")


def test_all_is_well_offscreen():
    assert probe.problem(offscreen=True) is None


def test_pyside_is_missing(monkeypatch):
    monkeypatch.setattr(probe, "_installed", lambda name: None)
    assert "pip install 'PySide6-Essentials" in (probe.problem(offscreen=True) or "")


@pytest.mark.parametrize(
    ("version", "python", "refused"),
    [
        ("6.12.0", (3, 11), True),
        ("6.12.3", (3, 11), True),
        ("6.12.0", (3, 12), False),
        ("6.11.9", (3, 11), False),
        ("6.13.0", (3, 11), False),
    ],
)
def test_the_pyside_that_crashes_python_311(monkeypatch, version, python, refused):
    class Version(tuple):
        major, minor = python

    monkeypatch.setattr(probe, "_installed", lambda name: version)
    monkeypatch.setattr(probe.sys, "version_info", Version(python))
    said = probe._wheel()
    assert (said is not None) == refused
    if said:
        assert f"PySide6 {version} crashes on Python 3.11: pip install 'PySide6-Essentials<6.12'" in said


@LINUX
def test_a_library_that_qt_misses_is_named_with_its_package(monkeypatch):
    def fail(name: str):
        raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(importlib, "import_module", fail)
    said = probe.problem(offscreen=False) or ""
    assert "libEGL.so.1" in said
    assert "apt-get install libegl1" in said
    assert "chip-explorer eval" in said
    assert "\n" not in said


@LINUX
def test_all_libraries_that_the_platform_misses_are_named_at_once(monkeypatch):
    gone = {"libxcb-cursor.so.0", "libxcb-icccm.so.4"}
    real = ctypes.CDLL

    def load(name: str, *rest, **named):
        missing = "libxcb-cursor.so.0" if name.endswith("libqxcb.so") else name
        if missing in gone:
            raise OSError(f"{missing}: cannot open shared object file: No such file or directory")
        return real(name, *rest, **named)

    monkeypatch.setattr(probe.ctypes, "CDLL", load)
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    said = probe.problem(offscreen=False) or ""
    assert "apt-get install libxcb-cursor0 libxcb-icccm4" in said


@LINUX
@pytest.mark.parametrize(
    ("asked", "display", "wayland", "expected"),
    [
        ("", ":0", "", ["xcb"]),
        ("", ":0", "wayland-0", ["wayland", "xcb"]),
        ("", "", "wayland-0", ["wayland"]),
        ("", "", "", []),
        ("offscreen:size=10x10", "", "", ["offscreen"]),
        ("wayland;xcb", ":0", "", ["wayland", "xcb"]),
    ],
)
def test_the_platforms_that_qt_will_try(monkeypatch, asked, display, wayland, expected):
    for name, value in (("QT_QPA_PLATFORM", asked), ("DISPLAY", display), ("WAYLAND_DISPLAY", wayland)):
        monkeypatch.setenv(name, value)
    assert probe._platforms(offscreen=False) == expected
    assert probe._platforms(offscreen=True) == ["offscreen"]


@LINUX
def test_wayland_that_nobody_serves(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    assert "WAYLAND_DISPLAY='wayland-7' cannot be reached" in (probe._wayland() or "")
