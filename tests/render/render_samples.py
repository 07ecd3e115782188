"""Charts and tables built by hand for the tests of the files. Their numbers are made up."""

from __future__ import annotations

import numpy as np

from explorer.charts.model import Annotation, Axis, Bar, Cell, Chart, Column, Mark, Segment, Series, Table

NAMES = ("Trainium2", "Trainium3 (edited)", "B200")
OPERATORS = ("norm", "attention", "QKV", "O", "FFN gate+up", "FFN down", "rope", "head", "all-reduce")
INTENSITY = np.array([1.0, 7.9, 31.2, 30.1, 32.0, 31.6, 0.75, 60.0, 2.4])
STUDY = '{"name": "Größe 日本 \U0001f680 (a) \\\\ <b>&amp;</b> )(", "format": 1,\r\n "scenarios": []}'
NOTE = "Sources: Trainium2: vendor's architecture page (vendor doc); B200: datasheet. Efficiency: calibrated. Version 1.2.3."


def roofline(**more: object) -> Chart:
    """Three scenarios, each a roof of three vertices and nine operators."""
    series = []
    for slot, (name, band, peak) in enumerate(zip(NAMES, (2.9e12, 4.9e12, 7.7e12), (667e12, 671e12, 2250e12), strict=True)):
        x = np.array([0.5, peak / band, 4000.0])
        series.append(Series(f"roof-{slot}", name, slot, "roof", x, np.minimum(x * band, peak)))
        y = np.minimum(INTENSITY * band, peak) * 0.92
        series.append(Series(f"points-{slot}", name, slot, "points", INTENSITY, y, (), OPERATORS))
    given: dict = {
        "key": "roofline", "title": "Roofline", "subtitle": "decode is far left of every ridge",
        "x": Axis("Arithmetic intensity at HBM", "FLOP/B", "log", (0.5, 4000.0)),
        "y": Axis("Attainable", "FLOP/s", "log", (1e12, 5e15)),
        "series": tuple(series), "note": NOTE, "summary": "All three are bound by HBM.", "metadata": {"study": STUDY},
    }  # fmt: skip
    return Chart(**(given | more))


def interconnect() -> Chart:
    """Lines with a band, a mark, an annotation and ranges on points."""
    x = np.logspace(4, 9, 41)
    y = 1e-5 + x / 1e11
    here = Series("here", "Trainium2", 0, "points", x[10:11], y[10:11], low=y[10:11] * 0.8, high=y[10:11] * 1.3)
    return Chart(
        "interconnect", "Interconnect", "TP 16", Axis("Message", "B", "log"), Axis("Time", "s", "log"),
        series=(Series("line-0", "Trainium2", 0, "line", x, y, low=y * 0.8, high=y * 1.2), here),
        marks=(Mark("x", 512e3, "this step: 512 kB"), Mark("y", 1e-3, "a millisecond", 1)),
        annotations=(Annotation(1e8, 5e-5, "far\nout"),), note=NOTE,
    )  # fmt: skip


PARTS = (("weights", "weights"), ("kv_cache", "KV cache"), ("reserve", "reserve"))


def memory(*, names: tuple[str, ...] = NAMES, note: str = "19.0 GiB used · batch up to 529 · context up to 67 k") -> Chart:
    """Bars against their limit, the third beyond it."""
    amounts = ((8.8, 5.0, 4.0), (8.8, 5.0, 5.0), (120.0, 60.0, 18.0)) * 2
    limits = (96.0, 144.0, 179.0) * 2
    bars = []
    for slot, (name, values, limit) in enumerate(zip(names, amounts, limits, strict=False)):
        over = sum(values) > limit
        segments = tuple(Segment(p, label, v * 2**30) for (p, label), v in zip(PARTS, values, strict=True))
        bars.append(
            Bar(name, slot, segments, limit * 2**30, f"{limit:.0f} GiB", "198 GiB" if over else "",
                "short by 19 GiB" if over else note, "bad" if over else "normal")
        )  # fmt: skip
    return Chart("memory", "Memory fit", "per chip", Axis("HBM", "B"), bars=tuple(bars), legend=PARTS, note=NOTE)


def step_time() -> Chart:
    """Bars with whiskers and a ghost; one that cannot be."""
    segments = (Segment("matmul", "matmul", 3.5e-3), Segment("network", "network, exposed", 2.9e-3))
    bar = Bar("Trainium2", 0, segments, end_label="6.4 ms", note="3,232 tokens/s", low=5.6e-3, high=7.4e-3, ghost=5e-3)
    none = Bar("B200", 2, (), end_label="cannot be", note="see the verdict", severity="bad")
    return Chart("time", "Time of a step", "", Axis("Time", "s"), bars=(bar, none), note=NOTE)


def table() -> Table:
    """Two scenarios with every kind of cell."""
    columns = (
        Column("plan", "plan", "1", ""), Column("rate", "bandwidth", "B/s", ""), Column("t", "tokens/s", "tokens/s", ""),
        Column("usd", "price", "USD", ""),
    )  # fmt: skip
    rows = (
        (Cell("TP 16", "TP 16"), Cell("2.9 TB/s", 2.9e12), Cell("3,232", 3232.25), Cell("no price", None)),
        (Cell("=1+1", "=1+1"), Cell("4.9 TB/s", 4.9e12, "+69%", "good"), Cell("-", float("nan")), Cell("$3.07", 3.07)),
    )
    return Table("Comparison", columns, rows, ("Trainium2", "@cmd|x"), (0, 1), 0, "-source: a page")
