"""Things to show, made from the shipped presets. Words and figures of the verdict and the table are invented for the layout."""

from __future__ import annotations

from explorer.app.widgets import KnobState
from explorer.charts.model import Cell, Column, Table
from explorer.evaluate.findings import Findings, Paragraph
from explorer.knobs import KNOBS, Knob, Ladder, ladder, was
from explorer.library import default_study, load_library
from explorer.specs import Scenario, Study


def study() -> Study:
    return default_study(load_library())


def ladder_of(knob: Knob) -> Ladder:
    return ladder(knob, load_library().landmarks(knob.key))


def states(scenario: Scenario, before: Scenario | None = None, slot: int = 1, **notes: str) -> dict[str, KnobState]:
    before = before or scenario
    return {
        k.key: KnobState(k.get(scenario), _LADDERS[k.key], was(k.key, scenario, before), notes.get(k.label, ""), k.help, slot)
        for k in KNOBS
    }


_LADDERS = {k.key: ladder_of(k) for k in KNOBS}

FINDINGS = Findings(
    "Trainium3 (edited)", 1, "HBM-bound · 92 % of its roof", "6.5 ms", "a token, 5.7 to 7.5 · 4,920 tokens/s",
    "▲ 52 % over Trainium2", "good",
    (
        Paragraph("Fits", "20.4 of 144 GiB. Batch could be 826, context 105 k.", "good"),
        Paragraph("What limits it", "51 % reading weights and KV cache from HBM, 31 % waiting for 160 small all-reduces."),
        Paragraph("Next best change", "TP 16 → 8: −18 % time, memory still fits."),
        Paragraph("How far to trust it", "Constants transferred from Trainium2, ±12 % more.", "warn"),
    ),
    ("queueing", "sampling", "prefix cache"),
)


def table() -> Table:
    columns = tuple(
        Column(k, label, unit, f"{label} explained", same)
        for k, label, unit, same in (
            ("hbm", "HBM", "B", False), ("bw", "bandwidth", "B/s", False), ("ms", "ms / token", "s", False),
            ("tps", "tokens/s", "tokens/s", False), ("chips", "chips", "1", True), ("bound", "bound by", "", False),
            ("usd", "$ / Mtoken", "USD", False),
        )
    )
    rows = (
        (Cell("96 GiB", 103079215104.0), Cell("2.9 TB/s", 2.9e12), Cell("9.9", 0.0099), Cell("3,232", 3232.0), Cell("16", 16.0), Cell("HBM", "HBM"), Cell("3.07", 3.07)),
        (Cell("144 GiB", 154618822656.0, "+50 %", "good"), Cell("4.9 TB/s", 4.9e12, "+69 %", "good"), Cell("6.5", 0.0065, "−34 %", "good"), Cell("4,923", 4923.0, "+52 %", "good"), Cell("16", 16.0), Cell("HBM", "HBM"), Cell("no price", None, "", "faint")),
        (Cell("179 GiB", 192e9, "+86 %", "good"), Cell("7.7 TB/s", 7.7e12, "+166 %", "good"), Cell("6.0", 0.006, "−39 %", "good"), Cell("5,333", 5333.0, "+65 %", "good"), Cell("16", 16.0), Cell("=HBM", "=HBM"), Cell("10.3", 10.3, "+235 %", "bad")),
    )
    return Table("Comparison", columns, rows, ("Trainium2", "Trainium3 (edited)", "B200"), (0, 1, 2), 0)
