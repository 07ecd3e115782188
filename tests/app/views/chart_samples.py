"""Charts built by hand for the tests of the views. Their numbers are made up."""

from __future__ import annotations

import numpy as np

from explorer.charts.model import Annotation, Axis, Bar, Chart, Mark, Segment, Series

NAMES = ("Trainium2", "Trainium3 (edited)", "B200")
OPERATORS = ("norm", "attention", "QKV", "O", "FFN gate+up", "FFN down", "rope", "head", "all-reduce")
INTENSITY = np.array([1.0, 7.9, 31.2, 30.1, 32.0, 31.6, 0.75, 60.0, 2.4])


def roofline(bandwidths=(2.9e12, 4.9e12, 7.7e12), peaks=(667e12, 671e12, 2250e12), shift=1.0) -> Chart:
    """Three scenarios, each a roof of three vertices and nine operators."""
    series = []
    for slot, (name, band, peak) in enumerate(zip(NAMES, bandwidths, peaks, strict=True)):
        ridge = peak / band
        x = np.array([0.5, ridge, 4000.0])
        series.append(Series(f"roof {slot}", name, slot, "roof", x, np.minimum(x * band, peak)))
    for slot, (name, band, peak) in enumerate(zip(NAMES, bandwidths, peaks, strict=True)):
        x = INTENSITY * shift
        tips = tuple(f"{o} · {name}\n{i:.1f} FLOP/B\nHBM-bound, 92 % of the roof" for o, i in zip(OPERATORS, x, strict=True))
        series.append(
            Series(f"points {slot}", name, slot, "points", x, np.minimum(x * band, peak) * 0.92, tips, OPERATORS)
        )
    return Chart(
        "roofline", "Roofline", "decode is far left of every ridge",
        Axis("Arithmetic intensity at HBM", "FLOP/B", "log", (0.5, 4000.0)), Axis("Attainable", "FLOP/s", "log"),
        series=tuple(series), summary="All three chips are bound by HBM in decode.",
    )


def interconnect(latency=1.0) -> Chart:
    """Three lines over message size and the size of this step."""
    x = np.logspace(3.8, 9.2, 60)
    lines = [
        Series(
            f"line {slot}", name, slot, "line", x, a * 1e-6 * latency + x / b,
            tuple(f"all-reduce · {name}\n{v / 1e3:.0f} kB" for v in x),
        )
        for slot, (name, a, b) in enumerate(zip(NAMES, (18, 12, 26), (1e11, 3e11, 4e10), strict=True))
    ]
    return Chart(
        "interconnect", "Interconnect", "TP 16, all-reduce", Axis("All-reduce message per chip", "B", "log"),
        Axis("Time", "s", "log"), series=tuple(lines),
        marks=(Mark("x", 512e3, "this step: 512 kB, 160 times"),), annotations=(Annotation(1e8, 5e-5, "latency ends here"),),
        summary="Small messages pay latency.",
    )


PARTS = (("weights", "weights"), ("kv_cache", "KV cache"), ("activations", "activations"), ("buffers", "buffers"),
         ("reserve", "reserve"))


def memory(weights=8.8) -> Chart:
    """Three chips, the last one over its limit."""
    gib = 2.0**30
    amounts = ((weights, 5.0, 0.6, 0.6, 4.0), (weights, 5.0, 0.6, 1.0, 5.0), (120.0, 60.0, 2.0, 2.0, 14.0))
    bars = []
    for slot, (name, values, limit) in enumerate(zip(NAMES, amounts, (96.0, 144.0, 179.0), strict=True)):
        segments = tuple(
            Segment(part, label, v * gib, f"{label} · {name}\n{v:.1f} GiB")
            for (part, label), v in zip(PARTS, values, strict=True)
        )
        bars.append(
            Bar(name, slot, segments, limit * gib, f"{limit:.0f} GiB",
                note=f"{sum(values):.1f} GiB used · batch up to 529 · context up to 67 k" if slot < 2 else "short by 19 GiB",
                severity="normal" if slot < 2 else "bad", end_label="" if slot < 2 else "198 GiB")
        )
    return Chart("memory", "Memory fit", "per chip", Axis("HBM", "B"), bars=tuple(bars), legend=PARTS,
                 summary="B200 does not fit.")


def step_time(scale=1.0) -> Chart:
    """Three bars with whiskers."""
    parts = (("matmul", "matmul"), ("attention", "attention"), ("elementwise", "other HBM"),
             ("network", "network, exposed"), ("host", "host"))
    amounts = ((3.5, 2.1, 0.5, 2.9, 0.9), (2.1 * scale, 1.2, 0.3, 2.0, 0.9), (2.6, 0.9, 0.3, 1.3, 0.9))
    bars = []
    for slot, (name, values) in enumerate(zip(NAMES, amounts, strict=True)):
        segments = tuple(
            Segment(p, label, v * 1e-3, f"{label} · {name}\n{v:.1f} ms") for (p, label), v in zip(parts, values, strict=True)
        )
        total = sum(values) * 1e-3
        bars.append(Bar(name, slot, segments, end_label=f"{total * 1e3:.1f} ms", note="3,232 tokens/s · range 8.6 to 11.4 ms",
                        low=total * 0.87, high=total * 1.15))
    return Chart("time", "Time of a step", "calibrated, with range", Axis("Time", "s"), bars=tuple(bars), legend=parts,
                 summary="HBM takes most of the step.")
