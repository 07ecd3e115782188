"""What the charts share: a scene of scenarios with their report, footers, and names told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer import __version__
from explorer.evaluate import Report, evaluate_study
from explorer.specs import CONFIDENCE, Study

Array = NDArray[np.float64]
_MOST_SOURCES = 4


@dataclass(frozen=True, eq=False)
class Scene:
    """A study with its report: what every chart is drawn from. ``metadata`` goes into exported files."""

    study: Study
    report: Report
    metadata: tuple[tuple[str, str], ...] = ()

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(enumerate(self.study.scenarios))


def scene(study: Study, metadata: dict[str, str] | None = None) -> Scene:
    """Evaluate ``study`` once for all its charts."""
    return Scene(study, evaluate_study(study, search=True), tuple((metadata or {}).items()))


def at(array: Array, point: int) -> Array:
    """The values of one scenario, wherever all scenarios may share them."""
    value: Array = array[..., point if array.shape[-1] > 1 else 0]
    return value


def names(study: Study) -> tuple[str, ...]:
    """Scenario names, numbered where two are equal."""
    given = [s.name for s in study.scenarios]
    return tuple(n if given.count(n) == 1 else f"{n} ({i + 1})" for i, n in enumerate(given))


def workload_line(study: Study) -> str:
    """``Llama 3 70B · decode · batch 32 · context 4,096 · 16 chips`` as far as all scenarios agree."""
    s = study.scenarios
    parts = (
        (lambda x: x.workload.name),
        (lambda x: str(x.job.phase)),
        (lambda x: f"batch {x.job.batch:,}"),
        (lambda x: f"context {x.job.context:,}"),
        (lambda x: f"{x.plan.chips:,} chip{'s' if x.plan.chips > 1 else ''}"),
    )
    agreed = [part(s[0]) for part in parts if len({part(x) for x in s}) == 1]
    return " · ".join(agreed)


def footer(study: Study) -> str:
    """Where the numbers come from: chips' sources, efficiency set, program and data version."""
    found: dict[str, None] = {}
    for s in study.scenarios:
        for field in ("hbm_bytes_per_s", "peak_bf16_flop_per_s"):
            source = s.chip.sources.get(field)
            if source:
                found[f"{s.chip.name}: {source.ref} ({CONFIDENCE[source.kind]})"] = None
    sets = sorted({s.efficiency for s in study.scenarios})
    text = "; ".join(list(found)[:_MOST_SOURCES])
    data = f", data {study.data_version}" if study.data_version else ""
    return f"Sources: {text}. Efficiency: {' and '.join(sets)}. Chip Architecture Explorer {__version__}{data}."
