"""Colours as eyes have them: contrast (WCAG 2.2), how people without one kind of cone see, and distance (CIEDE2000)."""

from __future__ import annotations

import numpy as np

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear sRGB.
CONES = {
    "all cones": np.eye(3),
    "protanopia": np.array([(0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)]),
    "deuteranopia": np.array([(0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)]),
    "tritanopia": np.array([(1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)]),
}
_XYZ = np.array([(0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041)])


def linear(color: str) -> np.ndarray:
    """Linear sRGB, 0 to 1, of ``#rrggbb``."""
    v = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def luminance(color: str) -> float:
    """Relative luminance (WCAG)."""
    return float(linear(color) @ _XYZ[1])


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21 (WCAG 2.2, 1.4.3)."""
    a, b = sorted((luminance(one), luminance(other)))
    return (b + 0.05) / (a + 0.05)


def lab(color: str, cones: str = "all cones") -> np.ndarray:
    """CIELAB (D65) of a colour as somebody with these cones sees it."""
    seen = np.clip(CONES[cones] @ linear(color), 0, 1)
    t = _XYZ @ seen / (_XYZ @ np.ones(3))
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array((116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])))


def lightness(color: str) -> float:
    """L*: what a grey print leaves of a colour."""
    return float(lab(color)[0])


def ciede2000(a: np.ndarray, b: np.ndarray) -> float:
    """Distance of two CIELAB colours (Sharma, Wu and Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = a, b
    mean_c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(y, x)) % 360 for y, x in ((b1, a1), (b2, a2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    dl, dc, dh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    ml, mc = (l1 + l2) / 2, (c1 + c2) / 2
    if not c1 * c2:
        mh = h1 + h2
    elif abs(h1 - h2) <= 180:
        mh = (h1 + h2) / 2
    else:
        mh = (h1 + h2 + (360 if h1 + h2 < 360 else -360)) / 2
    t = 1 - 0.17 * _cos(mh - 30) + 0.24 * _cos(2 * mh) + 0.32 * _cos(3 * mh + 6) - 0.20 * _cos(4 * mh - 63)
    sl = 1 + 0.015 * (ml - 50) ** 2 / np.sqrt(20 + (ml - 50) ** 2)
    sc, sh = 1 + 0.045 * mc, 1 + 0.015 * mc * t
    rt = -np.sin(np.radians(60 * np.exp(-(((mh - 275) / 25) ** 2)))) * 2 * np.sqrt(mc**7 / (mc**7 + 25.0**7))
    return float(np.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * (dc / sc) * (dh / sh)))


def _cos(degrees: float) -> float:
    return float(np.cos(np.radians(degrees)))
