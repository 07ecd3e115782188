"""What surrounds a step: how long a training run is, what breaks, and what a site and a fleet add to the chips."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from explorer.specs.base import Spec
from explorer.specs.chip import Fraction, Identifier, Name
from explorer.specs.source import Source

Duration = Annotated[float, Field(ge=1e-9, le=1e12)]
DurationOrNone = Annotated[float, Field(ge=0, le=1e12)]


class Run(Spec):
    """A training run, its failures, and the site. The values here serve studies that say nothing; ``presets/runs`` has their sources.

    ``tokens``: trained on. ``chip_mtbf_s``: time between failures of one chip with its share of the machine. ``checkpoint_s``: for
    which training stands still while one is written; ``checkpoint_interval_s`` 0: the best one. ``restart_s``: from a failure to
    the next step, lost work not counted. ``straggler_cv``: spread of the chips' step times against their mean. ``host_w``: host,
    network and fans of one chip. ``fleet_fraction``: share of its time that a serving fleet is busy. ``answer_tokens``: made for
    each prompt.
    """

    id: Identifier = "usual"
    name: Name = "Usual run"
    tokens: Annotated[float, Field(ge=1, le=1e18)] = 15e12
    chip_mtbf_s: Duration = 182_437_208.591885  # 54 days x 16,384 chips / 419 failures
    checkpoint_s: DurationOrNone = 30.0
    checkpoint_interval_s: DurationOrNone = 0.0
    restart_s: DurationOrNone = 300.0
    straggler_cv: Annotated[float, Field(ge=0, le=1)] = 0.01
    pue: Annotated[float, Field(ge=1, le=10)] = 1.15
    host_w: Annotated[float, Field(ge=0, le=1e6)] = 575.0
    fleet_fraction: Fraction = 0.5
    answer_tokens: Annotated[int, Field(ge=1, le=100_000_000)] = 512
    sources: dict[str, Source] = Field(default_factory=dict)
