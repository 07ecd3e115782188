"""Reports as drawings: charts and tables that are data, for the window and for files."""

from collections.abc import Callable
from functools import partial

from explorer.charts.bars import memory, time
from explorer.charts.common import Scene, names, scene, workload_line
from explorer.charts.compare import comparison, other_offers
from explorer.charts.interconnect import OPERATIONS, interconnect, interconnect_of
from explorer.charts.model import Annotation, Axis, Bar, Cell, Chart, Column, Mark, Segment, Series, Table
from explorer.charts.roofline import roofline
from explorer.charts.scaling import scaling
from explorer.errors import unknown
from explorer.library.changes import numbered

CHARTS: dict[str, Callable[[Scene], Chart]] = {
    "roofline": roofline,
    "memory": memory,
    "interconnect": interconnect,
    "time": time,
    "roofline-sram": lambda s: roofline(s, "sram"),
    "roofline-link": lambda s: roofline(s, "link"),
    "scaling": scaling,
    "scaling-strong": lambda s: scaling(s, "strong"),
    **{f"interconnect-{o}": partial(interconnect_of, operation=o) for o in OPERATIONS},
}
"""Charts by the name under which the command line and the window know them."""

VARIANTS: dict[str, tuple[tuple[str, str], ...]] = {
    "roofline": (("roofline", "HBM"), ("roofline-sram", "SRAM"), ("roofline-link", "links")),
    "interconnect": (("interconnect", "this plan"), *((f"interconnect-{o}", o) for o in OPERATIONS), ("scaling", "weak scaling"), ("scaling-strong", "strong scaling")),
    "validation": (("validation", "predicted"), ("validation-ratio", "ratio")),
}
"""What else a pane can show: chart names with their short labels. `explorer.charts.validation` draws those of measured rows."""


def chart(name: str, scene: Scene) -> Chart:
    """Draw one chart by name. Raises `ExplorerError` with the nearest name."""
    if name not in CHARTS:
        raise unknown("chart", name, CHARTS)
    return CHARTS[name](scene)


__all__ = [
    "CHARTS", "VARIANTS", "Annotation", "Axis", "Bar", "Cell", "Chart", "Column", "Mark", "Scene", "Segment", "Series", "Table",
    "chart", "comparison", "interconnect", "memory", "names", "numbered",
    "other_offers", "roofline", "scaling", "scene", "time", "workload_line",
]  # fmt: skip
