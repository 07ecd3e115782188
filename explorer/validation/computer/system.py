"""What the operating system says of its processor, memory and caches."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_UNKNOWN_MEMORY = 8.0 * 1024**3
_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")


def processor() -> str:
    """The processor's name, as plain text."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        named = next((line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")), "")
    except OSError:
        named = ""
    name = named or platform.processor() or platform.machine() or "computer"
    return "".join(c for c in name if c.isprintable())[:60]


def memory_bytes() -> float:
    """Main memory [B]; 8 GiB where the system does not say."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return _windows_memory()


def _windows_memory() -> float:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong), *((name, ctypes.c_ulonglong) for name in "abcdefg")]

    windows = getattr(ctypes, "windll", None)
    status = Status(length=ctypes.sizeof(Status))
    if windows is None or not windows.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return _UNKNOWN_MEMORY
    return float(status.a)


def reported_caches() -> dict[str, float]:
    """Data caches of the first core by level (``L1``, ``L2``, ``L3``) [B], where Linux lists them; empty elsewhere."""
    found: dict[str, float] = {}
    for index in sorted(_CACHES.glob("index*")):
        try:
            level, kind, size = ((index / name).read_text().strip() for name in ("level", "type", "size"))
            if kind != "Instruction":
                found[f"L{level}"] = float(size.rstrip("KM")) * (1024 if size.endswith("K") else 1024**2)
        except (OSError, ValueError):
            continue
    return found
