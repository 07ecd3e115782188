"""Whether a window can open here, asked before Qt is: without its libraries or a display Qt ends the process by itself.

Imports no Qt at module level; `problem` answers in one line that names what to install and what works without it.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.metadata
import os
import re
import socket
import sys
from pathlib import Path

_OTHERWISE = "without a window: chip-explorer eval, chart or table"
_DESKTOP = "start it from a desktop session, or install xvfb and use xvfb-run chip-explorer"
_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libfreetype.so.6": "libfreetype6",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
"""Debian's package for each system library that Qt's wheel leaves to the system."""
_CORE = tuple(_PACKAGES)[:6]
_X11 = tuple(n for n in _PACKAGES if n.startswith(("libxcb", "libX11", "libxkbcommon")))
_SUSPECTS = {"xcb": _X11, "wayland": tuple(n for n in _PACKAGES if n.startswith("libwayland"))}
_NOT_FOUND = re.compile(r"([\w.+-]+\.so(?:\.\d+)*): cannot open shared object file")
_WAIT_S = 3.0


def problem(offscreen: bool) -> str | None:
    """Why no window can open here, in one line; None when one can.

    ``offscreen``: the window is only painted, so that no display is needed. Imports Qt's modules as far as they load.
    """
    return _wheel() or _display(offscreen) or _modules(offscreen) or _plugin(offscreen)


def _advice(reason: str, *, offscreen: bool = False) -> str:
    return reason if offscreen else f"{reason} ({_OTHERWISE})"


def _wheel() -> str | None:
    """PySide6 is there, and it is not the one that loses references to None on Python 3.11."""
    version = _installed("PySide6-Essentials") or _installed("PySide6")
    if version is None:
        return _advice("the window needs PySide6: pip install 'PySide6-Essentials>=6.8.3,<6.12'")
    numbers = tuple(int(n) for n in re.findall(r"\d+", version)[:2])
    if numbers == (6, 12) and sys.version_info < (3, 12):
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        return _advice(f"PySide6 {version} crashes on Python {python}: pip install 'PySide6-Essentials<6.12'")
    return None


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _unix_desktop() -> bool:
    return sys.platform.startswith(("linux", "freebsd", "openbsd"))


def _platforms(offscreen: bool) -> list[str]:
    """The platform plugins that Qt will try, in its order."""
    if offscreen:
        return ["offscreen"]
    asked = os.environ.get("QT_QPA_PLATFORM", "").split(";")
    named = [a.partition(":")[0].strip() for a in asked if a.strip()]
    return named or ["wayland"] * bool(os.environ.get("WAYLAND_DISPLAY")) + ["xcb"] * bool(os.environ.get("DISPLAY"))


def _display(offscreen: bool) -> str | None:
    """Cheap questions first: is there anything to show a window on."""
    if not _unix_desktop() or _platforms(offscreen):
        return None
    return _advice(f"there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set; {_DESKTOP}")


def _modules(offscreen: bool) -> str | None:
    """Qt's own modules load."""
    try:
        importlib.import_module("PySide6.QtWidgets")
    except ImportError as error:
        return _missing(str(error), _CORE, offscreen)
    return None


def _plugin(offscreen: bool) -> str | None:
    """One platform plugin loads, and what it talks to answers: Qt aborts where all of them fail."""
    if not _unix_desktop():
        return None
    answers = {"xcb": _x_server, "wayland": _wayland}
    reasons = []
    for platform in _platforms(offscreen):
        reason = _loads(platform, offscreen) or answers.get(platform, lambda: None)()
        if reason is None:
            return None
        reasons.append(reason)
    return reasons[-1]


def _loads(platform: str, offscreen: bool) -> str | None:
    folder = _plugin_folder()
    path = folder / f"libq{platform}.so"
    if not path.is_file():
        known = ", ".join(sorted(p.stem.removeprefix("libq") for p in folder.glob("libq*.so")))
        return _advice(f"QT_QPA_PLATFORM={platform}: Qt has no such platform here (it has {known})", offscreen=offscreen)
    try:
        ctypes.CDLL(str(path))
    except OSError as error:
        return _missing(str(error), _SUSPECTS.get(platform, _CORE), offscreen)
    return None


def _plugin_folder() -> Path:
    core = importlib.import_module("PySide6.QtCore")
    library = core.QLibraryInfo
    return Path(library.path(library.LibraryPath.PluginsPath)) / "platforms"


def _missing(error: str, suspects: tuple[str, ...], offscreen: bool) -> str:
    """Name every missing library of the kind, so that one installation is enough."""
    found = _NOT_FOUND.search(error)
    if not found:
        return _advice(f"Qt does not load: {' '.join(error.split())[:300]}", offscreen=offscreen)
    names = dict.fromkeys([found[1], *(n for n in suspects if not _is_there(n))])
    packages = dict.fromkeys(_PACKAGES[n] for n in names if n in _PACKAGES)
    install = f"; on Debian or Ubuntu: apt-get install {' '.join(packages)}" if packages else ""
    return _advice(f"Qt needs the system's {', '.join(names)}{install}", offscreen=offscreen)


def _is_there(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _wayland() -> str | None:
    name = os.environ.get("WAYLAND_DISPLAY") or "wayland-0"
    if _connects(os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), name)):
        return None
    return _advice(f"the display WAYLAND_DISPLAY={name[:60]!r} cannot be reached; {_DESKTOP}")


def _connects(address: str) -> bool:
    """Whether somebody listens at a Unix socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.settimeout(_WAIT_S)
        try:
            one.connect(address)
        except OSError:
            return False
    return True


def _x_server() -> str | None:
    """The X server takes us: asked through the library that Qt uses, so permissions count too."""
    name = os.environ.get("DISPLAY", "")
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if refused:
        return _advice(f"the display DISPLAY={name[:60]!r} cannot be reached; {_DESKTOP}")
    return None
