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


_QUANTITIES = (
    ("plan", ("TP 16", "TP 16", "TP 8 × 2"), ("", "", "")), ("step", ("12.5 ms", "8.75 ms", "8.5 ms"), ("", "−30%", "−32%")),
    ("tokens/s", ("2,560", "3,657", "7,530"), ("", "+43%", "+194%")), ("per chip", ("160", "228.6", "470.6"), ("", "+43%", "+194%")),
    ("bound by", ("HBM", "network", "HBM"), ("", "", "")), ("$ / M tokens", ("$4.46", "no price", "$17.49"), ("", "", "other offer")),
    ("J / token", ("1.44 J", "1.74 J", "914 mJ"), ("", "+21%", "−37%")), ("memory", ("14.1 GiB", "14.1 GiB", "23.2 GiB"), ("", "", "+65%")),
    ("fits", ("yes", "yes", "no"), ("", "", "")), ("MFU", ("3.13%", "5.13%", "3.05%"), ("", "+64%", "−3%")),
    ("network", ("40.7%", "31.3%", "22.2%"), ("", "−23%", "−45%")), ("HBM rate", ("2.9 TB/s", "4.9 TB/s", "7.7 TB/s"), ("", "+69%", "+166%")),
    ("HBM", ("96 GiB", "144 GiB", "179 GiB"), ("", "+50%", "+86%")), ("matmul", ("BF16",) * 3, ("",) * 3), ("chips", ("16",) * 3, ("",) * 3),
    ("peak", ("667 TFLOP/s", "671 TFLOP/s", "2,250 TFLOP/s"), ("", "+1%", "+237%")),
)  # fmt: skip
_LESS_IS_BETTER = ("step", "J / token", "memory", "network")


def _cell(label: str, text: str, change: str) -> Cell:
    if change == "other offer":
        return Cell(text, 1.0, change, "warn")
    if change:
        return Cell(text, 1.0, change, "good" if (change[0] == "+") != (label in _LESS_IS_BETTER) else "bad")
    return Cell(text, text, severity={"no": "bad", "no price": "faint"}.get(text, "normal"))


def wide_table(count: int = 3) -> Table:
    """A comparison with as many columns as the real one and one to six scenarios, the first the baseline."""
    names = (*NAMES[:1], "Trainium3", "B200", "Trainium2 (edited)", "Trainium3 (2)", "B200 (wide)")[:count]
    columns = tuple(Column(label, label, "1", "", same=count > 1 and len(set(texts)) == 1) for label, texts, _ in _QUANTITIES)
    rows = tuple(
        tuple(_cell(label, texts[i % 3], changes[i % 3]) for label, texts, changes in _QUANTITIES) for i in range(count)
    )
    return Table("Comparison", columns, rows, names, tuple(range(count)), 0, NOTE)


def hostile_table() -> Table:
    """Texts longer than any paper, words that are no words, and two dozen columns."""
    texts = ("x" * 300, "$x^2$ & <b>bold</b>", "日本語 \U0001f680\x07\n second line", "long words " * 40, "", "-")
    columns = tuple(Column(f"c{i}", texts[i % 4] if i % 3 else f"c{i}", "1", "", same=i % 5 == 4) for i in range(24))
    rows = tuple(
        tuple(Cell(texts[(i + j) % 6], None, texts[(i + 2 * j) % 6] if i else "", "bad") for j in range(24)) for i in range(6)
    )
    return Table("Comparison " * 20, columns, rows, tuple(t or "?" for t in texts), tuple(range(6)), 0, NOTE * 9)
