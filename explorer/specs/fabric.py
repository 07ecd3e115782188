"""How chips are joined: a scale-up domain, and a scale-out network above it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from explorer.specs.base import Spec, Text
from explorer.specs.chip import Fraction, Identifier, Name, NotNegative, Positive
from explorer.specs.source import Source

Axis = Annotated[int, Field(ge=1, le=200_000)]


class ScaleUp(Spec):
    """The fast domain. ``link_bytes_per_s_per_direction`` is the sum of one chip's links, one way.

    A torus has ``axes`` (their product is the domain) and the share of the chip's rate that each axis carries. On a mesh each
    chip has links of its own to every other, so two chips share 1 / (domain - 1) of the rate.
    """

    kind: Literal["switch", "torus", "ring", "mesh"]
    domain: Axis
    axes: tuple[Axis, ...] = ()
    axis_share: tuple[Fraction, ...] = ()
    link_bytes_per_s_per_direction: Positive
    link_latency_s: NotNegative
    in_network_reduction: bool = False

    @model_validator(mode="after")
    def _axes_make_the_domain(self) -> ScaleUp:
        if self.kind in ("switch", "mesh") and self.axes:
            raise ValueError(f"a {self.kind} has no axes")
        if self.kind == "mesh" and self.in_network_reduction:
            raise ValueError("a mesh has no switch that could reduce")
        if len(self.axes) != len(self.axis_share) or len(self.axes) > 3:
            raise ValueError("axes and axis_share go in pairs, three at most")
        if self.kind == "torus" and not self.axes:
            raise ValueError("a torus needs its axes")
        return self


class ScaleOut(Spec):
    """The network between domains, seen from one chip.

    ``radix`` chips share the first tier of switches; a group that reaches further passes a second tier (a third beyond radix^2 / 2
    chips), each of which adds ``tier_latency_s`` and carries ``oversubscription`` times less than what enters it from below. Without
    a radix the network is one flat switch.
    """

    bytes_per_s_per_direction: Positive
    latency_s: NotNegative
    radix: Annotated[int, Field(ge=2, le=200_000)] | None = None
    oversubscription: Annotated[float, Field(ge=1, le=1e4)] | None = None
    tier_latency_s: NotNegative | None = None

    @model_validator(mode="after")
    def _tiers_need_a_radix(self) -> ScaleOut:
        if self.radix is None and (self.oversubscription is not None or self.tier_latency_s is not None):
            raise ValueError("oversubscription and tier_latency_s need a radix")
        return self


class Fabric(Spec):
    """Scale-up domain and scale-out network of one chip. ``rack_chips``: chips that stand in one rack; None where nobody has published it."""

    id: Identifier
    name: Name
    based_on: Identifier | None = None
    rack_chips: Axis | None = None
    scale_up: ScaleUp
    scale_out: ScaleOut
    sources: dict[str, Source] = Field(default_factory=dict)
    alternatives: dict[str, tuple[Text, ...]] = Field(default_factory=dict)
