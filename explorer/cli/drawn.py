"""Which chart ``chart`` draws: by its name, and by the knobs and the result that sweeps and heat maps take."""

from __future__ import annotations

import argparse

from explorer import charts
from explorer.charts.fair_rates import RATE
from explorer.charts.sweeps import heat, swept
from explorer.errors import ExplorerError, unknown
from explorer.knobs import knob
from explorer.quantities import QUANTITIES


def drawn_chart(arguments: argparse.Namespace, scene: charts.Scene) -> charts.Chart:
    """The chart that the arguments name. Raises `ExplorerError` for an unknown knob or result, and for one the chart does not take."""
    name, chosen = arguments.name, {"--knob": arguments.knob, "--knob-y": arguments.knob_y, "--result": arguments.result}
    given = [option for option, value in chosen.items() if value is not None]
    taken = {"sweep": ("--knob", "--result"), "heat-map": ("--knob", "--knob-y", "--result")}.get(name, ())
    for option in given:
        if option not in taken:
            raise ExplorerError(f"chart {name} takes no {option}: it is for {'heat-map' if option == '--knob-y' else 'sweep and heat-map'}")
    if not given:
        return charts.chart(name, scene)
    result = arguments.result or RATE
    if result not in QUANTITIES:
        raise unknown("result", result, QUANTITIES)
    x, y = knob(arguments.knob or "job.batch").key, knob(arguments.knob_y or "job.context").key
    if name == "heat-map" and x == y:
        raise ExplorerError(f"heat-map: --knob and --knob-y are both {x}: give two")
    return swept(scene, x, result) if name == "sweep" else heat(scene, x, y, result)
