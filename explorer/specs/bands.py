"""How far predictions were from published measurements, by kind of question."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from explorer.specs.base import Spec, Text

BandKind = Literal["decode", "prefill", "training", "experts", "memory", "collectives"]
BAND_KINDS: tuple[BandKind, ...] = ("decode", "prefill", "training", "experts", "memory", "collectives")
Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1e9)]


class ErrorBand(Spec):
    """Errors over ``n`` published rows: absolute ones as parts of the measured value, and the ``worst``, signed.

    Nine in ten of the measured values lie between prediction / (1 + ``range_fraction``) and prediction x (1 + ``range_fraction``).
    """

    n: Count
    mean: Share
    median: Share
    p90: Share
    range_fraction: Share
    worst: Annotated[float, Field(ge=-1, le=1e9)]
    worst_id: Text = ""


class KindBand(Spec):
    """Errors of one kind: over the rows of all ``chips``, and over those of one chip, where it has any."""

    chips: Count
    every: ErrorBand
    own: ErrorBand | None = None
