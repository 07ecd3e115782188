"""The same plan on more and more chips, up to 131,072: weak scaling (the load grows with them) and strong (it does not).

Tensor, pipeline, context and expert parallelism stay; replicas multiply. All sizes of both kinds are one batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.evaluate import Report, evaluate, lower
from explorer.specs import Scenario

Array = NDArray[np.float64]
Kind = Literal["weak", "strong"]
KINDS: tuple[Kind, ...] = ("weak", "strong")
MOST_CHIPS = 1 << 17


@dataclass(frozen=True, eq=False)
class Scaling:
    """One kind of scaling of one scenario; every array has a value for each of ``chips``, NaN where the plan cannot be.

    ``tokens_per_s_per_chip`` is the step's; ``run_tokens_per_s_per_chip`` has stragglers and failures in it (in inference
    replicas wait for nobody, so both are the same). ``kept_fraction``: of a chip's rate in the smallest cluster that can be; ``fits``
    is 1 where the memory suffices.
    """

    kind: Kind
    chips: Array
    batch: Array
    tokens_per_s_per_chip: Array
    run_tokens_per_s_per_chip: Array
    kept_fraction: Array
    goodput_fraction: Array
    network_exposed_fraction: Array
    fits: Array

    @property
    def any(self) -> bool:
        """Whether the plan can be at any size."""
        return bool(np.isfinite(self.tokens_per_s_per_chip).any())


def scaling(scenario: Scenario, most_chips: int = MOST_CHIPS) -> dict[Kind, Scaling]:
    """Both kinds of scaling from one replica to ``most_chips``; the scenario's own size is among them."""
    chips = sizes(scenario, most_chips)
    batches = {kind: _batches(scenario, chips, kind) for kind in KINDS}
    both = np.concatenate([batches[kind] for kind in KINDS])
    # A batch that cannot be shared out is asked for as it is: half a sequence makes no plan.
    able = np.equal(both, np.floor(both))
    report = evaluate(lower([scenario]).replace(chips=np.tile(chips, len(KINDS)), batch=np.maximum(1.0, np.floor(both))))
    return {
        kind: _scaling(report, kind, chips, batches[kind], able, slice(i * len(chips), (i + 1) * len(chips)))
        for i, kind in enumerate(KINDS)
    }


def sizes(s: Scenario, most_chips: int = MOST_CHIPS) -> Array:
    """Clusters of 1, 2, 4 ... replicas, and the scenario's own."""
    replica = s.plan.tp * s.plan.pp * s.plan.cp
    doubled = [replica << i for i in range(max(1, (most_chips // replica).bit_length()))]
    return np.array(sorted({*doubled, s.plan.chips}), dtype=np.float64)


def _batches(s: Scenario, chips: Array, kind: Kind) -> Array:
    """Batch as the job counts it, of all in training and of a replica in inference; not whole where it cannot be shared out."""
    if (kind == "weak") == (s.job.phase != "training"):  # what each replica has stays, or what all have together
        return np.full_like(chips, s.job.batch)
    return s.job.batch * (chips / s.plan.chips if kind == "weak" else s.plan.chips / chips)


def _scaling(report: Report, kind: Kind, chips: Array, batch: Array, able: NDArray[np.bool_], part: slice) -> Scaling:
    def of(key: str) -> Array:
        whole = report.columns.full(report.values[key])
        return np.where(able[part] & (batch >= 1), whole[part], np.nan)

    step = of("tokens_per_s_per_chip")
    run = of("run_tokens_per_s") / chips
    run = np.where(np.isnan(run) & np.isnan(of("goodput_fraction")), step, run)
    first = step[np.isfinite(step)][:1]
    kept = run / first if len(first) else np.full_like(step, np.nan)
    return Scaling(kind, chips, batch, step, run, kept, of("goodput_fraction"), of("network_exposed_fraction"), report.columns.full(report.fits)[part])
