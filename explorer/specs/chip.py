"""A chip as its vendor describes it, with the source of each number."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from explorer.specs.base import PLAIN, Spec, Text
from explorer.specs.formats import FORMATS
from explorer.specs.source import Source

LEAST = 1e-9  # positive numbers below this are mistakes, and work divided by them would overflow


def _no_speck(value: float) -> float:
    if value < LEAST:
        raise ValueError(f"{value:g} is as good as nothing: {LEAST:g} at least")
    return value


Positive = Annotated[float, Field(gt=0, le=1e24), AfterValidator(_no_speck)]
NotNegative = Annotated[float, Field(ge=0, le=1e24)]
Fraction = Annotated[float, Field(gt=0, le=1), AfterValidator(_no_speck)]
TileSide = Annotated[int, Field(ge=1, le=1_000_000)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.\-]{0,63}$")]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=PLAIN)]


class SramPart(Spec):
    """One kind of on-chip memory. ``scope``: each core its own, or shared by the chip. Sizes are whole-chip totals."""

    name: Name
    bytes: Positive
    scope: Literal["core", "chip"]
    role: Literal["tiles", "accumulators", "operands", "registers"]


class Offer(Spec):
    """A price: what one chip costs an hour, and what kind of offer that is."""

    kind: Literal["on demand", "capacity block", "list", "assumed"]
    usd_per_chip_h: Annotated[float, Field(ge=0, le=1e6)]
    instance: Text = ""
    date: Text = ""
    source: Source


class Chip(Spec):
    """Rates are dense, per chip and per second; capacities are what the driver reports.

    ``peak_*_flop_per_s`` is the vendor's headline; ``array_fraction`` says which share of it the matmul array alone
    delivers. ``sram_bytes`` holds matmul tiles against the HBM; ``sram_bytes_per_s`` feeds the matrix units; ``host_bytes_per_s`` is the way to the host's memory, one direction. A rate or a
    power that nobody has published is None: that ceiling is not counted, and the energy is unknown. ``based_on`` is the shipped chip
    of which this one is somebody's copy: it lends its calibration.

    A chip that is only ``announced``, as multiples of another one, holds the multiples as announced; ``at_least`` and ``at_most``
    say, by field, between what the number then lies. ``stand_ins`` are fields of which nothing is announced: the other chip's values
    stand there until somebody assumes better ones.
    """

    id: Identifier
    name: Name
    vendor: Name
    family: Literal["gpu", "trainium", "tpu", "asic", "cpu"]
    released: Text = ""
    announced: bool = False
    peak_bf16_flop_per_s: Positive | None = None
    peak_fp8_flop_per_s: Positive | None = None
    peak_mxfp8_flop_per_s: Positive | None = None
    peak_fp4_flop_per_s: Positive | None = None
    peak_fp32_flop_per_s: Positive | None = None
    vector_flop_per_s: Positive | None = None
    array_fraction: dict[str, Fraction] = Field(default_factory=dict)
    sparse_flop_per_s: dict[str, Positive] = Field(default_factory=dict)
    cores: Annotated[int, Field(ge=1, le=100_000)]
    matmul_tile: tuple[TileSide, TileSide]
    hbm_bytes: Positive
    hbm_bytes_per_s: Positive
    sram_bytes: Positive
    sram_bytes_per_s: Positive | None = None
    sram_scope: Literal["core", "chip"]
    sram_parts: tuple[SramPart, ...] = ()
    host_bytes_per_s: Positive | None = None
    tdp_w: Positive | None = None
    reserve_bytes: NotNegative
    reserve_fraction: Annotated[float, Field(ge=0, lt=1)]
    based_on: Identifier | None = None
    fabrics: tuple[Identifier, ...] = ()
    offers: tuple[Offer, ...] = ()
    sources: dict[str, Source] = Field(default_factory=dict)
    alternatives: dict[str, tuple[Text, ...]] = Field(default_factory=dict)
    at_least: dict[str, Positive] = Field(default_factory=dict)
    at_most: dict[str, Positive] = Field(default_factory=dict)
    stand_ins: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _computes_something(self) -> Chip:
        if not any(self.peak_flop_per_s(name) for name in FORMATS):
            raise ValueError("a chip needs the peak of one format at least, such as peak_bf16_flop_per_s")
        if not self.announced and self.peak_bf16_flop_per_s is None:
            raise ValueError("peak_bf16_flop_per_s: Field required")
        return self

    @model_validator(mode="after")
    def _bands_are_of_numbers(self) -> Chip:
        for field, high in self.at_most.items():
            if high < self.at_least.get(field, high):
                raise ValueError(f"at_most.{field} ({high:g}) is below at_least ({self.at_least[field]:g})")
        for field in (*self.at_least, *self.at_most, *self.stand_ins):
            if field.partition(".")[0] not in type(self).model_fields:
                raise ValueError(f"at_least, at_most and stand_ins name fields of a chip; {field!r} is none")
        return self

    @model_validator(mode="after")
    def _formats_exist(self) -> Chip:
        for name in (*self.array_fraction, *self.sparse_flop_per_s):
            if name not in FORMATS:
                raise ValueError(f"array_fraction and sparse_flop_per_s name formats; {name!r} is none")
        return self

    def peak_flop_per_s(self, number_format: str) -> float | None:
        """Headline dense peak in ``number_format`` [FLOP/s]; None where the chip has no such matmul."""
        value: float | None = getattr(self, f"peak_{number_format}_flop_per_s")
        return value
