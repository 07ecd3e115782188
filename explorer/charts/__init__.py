"""Reports as drawings: charts and tables that are data, for the window and for files."""

from collections.abc import Callable
from functools import partial

from explorer.charts.bandwidth import algorithms, bus
from explorer.charts.bars import memory, time
from explorer.charts.common import Scene, names, scene, workload_line
from explorer.charts.compare import comparison, other_offers
from explorer.charts.exposed import exposed
from explorer.charts.frontier import frontier, latency_frontier
from explorer.charts.interconnect import OPERATIONS, interconnect, interconnect_of
from explorer.charts.model import Annotation, Axis, Bar, Cell, Chart, Column, Mark, Segment, Series, Table
from explorer.charts.money import cost, energy
from explorer.charts.normalised import normalised
from explorer.charts.precision import precision, precision_memory
from explorer.charts.radar import radar
from explorer.charts.roofline import roofline
from explorer.charts.roofline_change import roofline_change
from explorer.charts.scaling import efficiency, scaling
from explorer.charts.sensitivity import sensitivity
from explorer.charts.sweeps import HEAT_MAPS, SWEEPS, heat, swept
from explorer.charts.topology import topology
from explorer.charts.topology_ranks import SIDES
from explorer.errors import unknown
from explorer.library.changes import numbered

CHARTS: dict[str, Callable[[Scene], Chart]] = {
    "roofline": roofline,
    "memory": memory,
    "interconnect": interconnect,
    "time": time,
    "roofline-sram": lambda s: roofline(s, "sram"),
    "roofline-link": lambda s: roofline(s, "link"),
    "roofline-change": roofline_change,
    "scaling": scaling,
    "scaling-strong": lambda s: scaling(s, "strong"),
    "efficiency-weak": efficiency,
    "efficiency-strong": lambda s: efficiency(s, "strong"),
    **{f"interconnect-{o}": partial(interconnect_of, operation=o) for o in OPERATIONS},
    **{f"bandwidth-{o}": partial(bus, operation=o) for o in OPERATIONS},
    "algorithms": algorithms,
    "exposed": exposed,
    "topology": topology,
    **{f"topology-{side}": partial(topology, side=side) for side in SIDES},
    "frontier": frontier,
    "frontier-latency": latency_frontier,
    "precision": precision,
    "precision-memory": precision_memory,
    "sensitivity": sensitivity,
    "sensitivity-double": lambda s: sensitivity(s, 2.0),
    **{name: partial(swept, key=key, name=name) for name, key in SWEEPS.items()},
    **{name: partial(heat, first=pair[0], second=pair[1], name=name) for name, pair in HEAT_MAPS.items()},
    "cost": cost,
    "energy": energy,
    "radar": radar,
    "normalised": normalised,
}
"""Charts by the name under which the command line and the window know them."""

VARIANTS: dict[str, tuple[tuple[str, str], ...]] = {
    "roofline": (("roofline", "HBM"), ("roofline-sram", "SRAM"), ("roofline-link", "links"), ("roofline-change", "change"), ("precision", "precision")),
    "memory": (("memory", "parts"), ("frontier", "frontier"), ("precision-memory", "precision")),
    "interconnect": (
        ("interconnect", "this plan"),
        ("exposed", "exposed share"),
        ("topology", "topology"),
        *((f"topology-{side}", f"topology: {side.upper()}") for side in SIDES),
        ("algorithms", "algorithms"),
        *((f"interconnect-{o}", o) for o in OPERATIONS),
        *((f"bandwidth-{o}", f"B/s {o}") for o in OPERATIONS),
        ("scaling", "weak scaling"), ("scaling-strong", "strong scaling"),
        ("efficiency-weak", "weak, efficiency"), ("efficiency-strong", "strong, efficiency"),
    ),
    "time": (
        ("time", "this step"), ("normalised", "normalised"), ("frontier-latency", "latency"), ("sensitivity", "± 10 %"), ("sensitivity-double", "÷ 2, x 2"),
        ("sweep", "over batch"), ("sweep-context", "over context"), ("sweep-hbm", "over HBM"), ("sweep-links", "over links"),
        ("sweep-tp", "over TP"), ("heat-map", "heat map"), ("heat-map-plan", "TP and PP"),
        ("cost", "cost"), ("energy", "energy"), ("radar", "radar"),
    ),
    "validation": (("validation", "predicted"), ("validation-ratio", "ratio")),
}  # fmt: skip
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
