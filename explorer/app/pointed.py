"""What the box under the verdict says about a mark of a chart, and where the numbers of the table come from."""

from __future__ import annotations

from explorer.app.references import reference
from explorer.app.states import source_lines
from explorer.evaluate import TIME_PARTS
from explorer.evaluate.memory import PARTS
from explorer.knobs import KNOBS, was
from explorer.library import Library
from explorer.quantities import QUANTITIES
from explorer.specs import Study, matmul_format

_OPERATOR = "operator time = max(FLOP / rate, HBM bytes / HBM rate, SRAM bytes / SRAM rate) + what these do not hide + launch"
_MESSAGE = "time = launch + steps x latency + bytes / rate; the fastest algorithm of the group"
_TIME = {
    "matmul": f"sum over the matmuls of a step\n{_OPERATOR}",
    "attention": f"sum over the attention of a step\n{_OPERATOR}",
    "elementwise": f"sum over norms, activations and the like\n{_OPERATOR}",
    "optimizer_step": "optimizer state read and written once / HBM rate",
    "network": QUANTITIES["network_exposed_s"].equation,
    "pipeline": "time until the last stage is done - time in which the chip works",
    "host": "fixed time of a step that the host takes",
}
_CURVES = {
    "topology": "TP innermost, then CP, DP, PP; a group crosses domains where stride x ranks > domain",
    "bandwidth": f"bus bandwidth = bytes of the whole buffer x what crosses a port for each / time\n{_MESSAGE}",
    "exposed": f"exposed = {QUANTITIES['network_exposed_s'].equation}",
    "frontier-latency": f"{QUANTITIES['step_s'].label} = {QUANTITIES['step_s'].equation}, at each batch",
    "frontier": f"{QUANTITIES['largest_batch'].label} = {QUANTITIES['largest_batch'].equation}, at each context",
    "precision": "attained = MFU x peak of the format; memory = sum of the parts, fullest stage",
    "sensitivity": "step with the number changed / step - 1",
    "cost": f"{QUANTITIES['usd_per_million_tokens'].label} = {QUANTITIES['usd_per_million_tokens'].equation}; shared out like the time",
    "energy": QUANTITIES["joules_per_token"].equation,
    "radar": "value / best value; where less is better, best value / value",
    "efficiency": "tokens/s per chip / that of the smallest cluster that can be",
    "scaling": "tokens/s per chip, all sizes of cluster in one batch",
    "sweep": "the result at each stop of the knob, all else as it is",
    "heat-map": "the result at each pair of stops, all else as it is",
}
_STACK = "calibrated training: every part / share that the training stack keeps"
_MEMORY = {
    "weights": "parameters of the stage / TP x bytes of a weight; ZeRO 3: / DP",
    "gradients": "parameters of the rank x 4 B; ZeRO 2 and 3: / DP",
    "optimizer": "parameters of the rank x 12 B; ZeRO 1 to 3: / DP",
    "activations": "inference: what one layer holds at a time; training: layers x micro-batches in flight x bytes kept of a layer",
    "kv_cache": "2 x layers x KV heads of the rank x head size x tokens x bytes",
    "logits": "positions x vocabulary / TP x 4 B (training: 8 B) + one matmul workspace",
    "communication": "2 x tokens x hidden x bytes where TP > 1; training: + gradient buckets where DP > 1",
    "reserve": "fixed bytes + fraction x the parts that come and go",
}
_KNOBS = {k.key: k for k in KNOBS}
_HARDWARE = {"hbm_bytes_per_s": "chip.hbm_bytes_per_s", "hbm_bytes": "chip.hbm_bytes", "usd_per_million_tokens": "offer.usd_per_chip_h"}


def formula(chart: str, title: str) -> str:
    """How the number of a mark comes about. ``chart``: its key; ``title``: the first line of its read-out."""
    part = title.partition(" · ")[0]
    if chart == "memory":
        names, known, whole = PARTS, _MEMORY, QUANTITIES["memory_total_bytes"]
    elif chart == "time":
        names, known, whole = TIME_PARTS, _TIME, QUANTITIES["step_s"]
    else:
        return _of_curve(chart, title)
    found = next((known[key] for key, label in names.items() if label == part), f"{whole.label} = {whole.equation}")
    return f"{found}\n{_STACK}" if known is _TIME else found


def _of_curve(chart: str, title: str) -> str:
    if chart.startswith("roofline"):
        point = " · " in title
        return f"attained = FLOP / time\n{_OPERATOR}" if point else "roof = min(peak, intensity x rate of the memory)"
    known = next((text for key, text in _CURVES.items() if chart.startswith(key)), "")
    if known:
        return known
    exposed = title.endswith("this step")
    return f"{_MESSAGE}\nexposed = {QUANTITIES['network_exposed_s'].equation}" if exposed else _MESSAGE


def mark_source(chart: str, said: str) -> tuple[str, tuple[str, ...], str]:
    """Title, lines and formula for the box, from the read-out of a mark."""
    title, *lines = said.split("\n")
    return title, tuple(lines), formula(chart, title)


def cell_sources(library: Library, opened: Study, study: Study) -> dict[tuple[int, str], str]:
    """Where the hardware numbers behind a cell come from, by row and column key."""
    found = {}
    for i, scenario in enumerate(study.scenarios):
        before = reference(library, opened, study, i)
        peak = f"chip.peak_{matmul_format(scenario.job.weight_format, scenario.job.activation_format)}_flop_per_s"
        for column, key in (*_HARDWARE.items(), ("peak", peak)):
            row = _KNOBS.get(key)
            if row is not None and row.get(scenario) is not None:
                lines = source_lines(row, scenario, was(key, scenario, before))[2:]
                found[i, column] = "\n".join((f"{row.label} {row.text(row.get(scenario))}", *lines))
    return found
