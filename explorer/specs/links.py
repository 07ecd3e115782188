"""What collectives lose on a chip's links: constants fitted to timings, as `explorer.physics.collective_times` takes them.

Fractions are parts of the nominal rate of one chip's links; times of a step come on top of the link's own latency. Each part says
where its constants come from, and how far off nine rows in ten of those it was fitted to are at most.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from pydantic import Field, model_validator

from explorer.specs.base import Spec, Text
from explorer.specs.chip import Fraction, NotNegative, Positive
from explorer.specs.kernels import KernelProvenance, Share


class LinkPart(Spec):
    """Where the constants of one kind of collective come from."""

    provenance: KernelProvenance = "guess"
    band_fraction: NotNegative | None = None
    note: Text = ""


class Book(LinkPart):
    """Where the library changes protocol by its own table: seconds beyond the quick protocol, once and a step; rates (wide 0: none)."""

    wide_base_s: NotNegative
    wide_step_s: NotNegative
    bulk_base_s: NotNegative
    bulk_step_s: NotNegative
    quick_fraction: Fraction
    wide_fraction: Share
    bulk_fraction: Fraction

    @model_validator(mode="after")
    def _rates_rise(self) -> Book:
        if not self.quick_fraction < self.bulk_fraction or (self.wide_fraction and not self.quick_fraction < self.wide_fraction < self.bulk_fraction):
            raise ValueError("the booked rates rise from the quick protocol to the bulk one")
        return self


class Ring(LinkPart):
    """All-gather, reduce-scatter and all-reduce of the library, by rings of three protocols."""

    launch_s: NotNegative
    step_s: NotNegative
    wide_step_s: NotNegative
    bulk_step_s: NotNegative
    quick_fraction: Fraction
    wide_fraction: Fraction
    bulk_fraction: Fraction
    serial_fraction: Share
    ramp_fraction: NotNegative
    ramp_bytes: Positive
    own_bytes_per_s: Positive
    contention: NotNegative = 0.0


class Exchange(LinkPart):
    """All-to-all and sends of the library. Without a rate of one peer's channel all channels serve short pieces too."""

    launch_s: NotNegative = 0.0
    peer_bytes_per_s: Positive | None = None
    bulk_launch_s: NotNegative
    efficiency_fraction: Fraction
    saturation_bytes: NotNegative
    own_bytes_per_s: Positive
    contention: NotNegative = 0.0


class Reducing(LinkPart):
    """All-reduce added in the switch."""

    launch_s: NotNegative
    efficiency_fraction: Fraction
    saturation_bytes: NotNegative


class Direct(LinkPart):
    """All-reduce by the kernels of a serving engine."""

    launch_s: NotNegative
    rank_s: NotNegative
    one_shot_fraction: Fraction
    second_launch_s: NotNegative
    two_shot_fraction: Fraction


class Eager(LinkPart):
    """A serving engine's all-reduce launched from the host: the host's time, and a copy of the buffer."""

    host_s: NotNegative
    copy_bytes_per_s: Positive


class Among(LinkPart):
    """Collectives among the cores of a torus of chips: the quickest of mesh, recursive halving and doubling, and rings."""

    ranks_per_chip: Annotated[int, Field(ge=1, le=1024)]
    inside_bytes_per_s: Positive
    launch_s: NotNegative
    add_s: NotNegative
    mesh_step_s: NotNegative
    mesh_fraction: Fraction
    halving_step_s: NotNegative
    halving_fraction: Fraction
    ring_step_s: NotNegative
    ring_fraction: Fraction
    add_inside_fraction: Fraction
    add_fraction: Fraction


class Plain(LinkPart):
    """A launch and a part of the links by the textbook's algorithms, where timings tell no more."""

    launch_s: NotNegative
    efficiency_fraction: Fraction
    saturation_bytes: NotNegative = 0.0


class Outside(LinkPart):
    """Beyond one domain: what going outside costs once, the part of a chip's share that long shards attain, and the ports in use.

    ``ports`` chips of a domain carry one collective at the most; None: all of them.
    """

    launch_s: NotNegative
    efficiency_fraction: Fraction
    saturation_bytes: NotNegative
    ports: Positive | None = None


PART_KINDS: dict[str, type[LinkPart]] = {
    "book": Book, "ring": Ring, "exchange": Exchange, "reducing": Reducing, "trtllm": Direct, "vllm_graph": Direct,
    "vllm_eager": Eager, "cores": Among, "plain": Plain, "outside": Outside,
}  # fmt: skip


class Links(Spec):
    """Fitted collectives of a chip: of a library of kernels (``ring``, ``book`` and ``exchange``), among its cores, or plain ones."""

    ring: Ring | None = None
    book: Book | None = None
    exchange: Exchange | None = None
    reducing: Reducing | None = None
    trtllm: Direct | None = None
    vllm_graph: Direct | None = None
    vllm_eager: Eager | None = None
    cores: Among | None = None
    plain: Plain | None = None
    outside: Outside | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Links:
        library = [part is not None for part in (self.ring, self.book, self.exchange)]
        if any(library) != all(library):
            raise ValueError("ring, book and exchange go together")
        if all(library) + (self.cores is not None) + (self.plain is not None) > 1:
            raise ValueError("one of ring, cores and plain")
        return self

    @property
    def parts(self) -> dict[str, LinkPart]:
        """What there is, by name."""
        found = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: part for name, part in found if part is not None}

    def engine(self, stack: str) -> Direct | None:
        """The all-reduce kernel of a serving engine: vLLM's own under vLLM, TensorRT-LLM's for the others; what there is otherwise."""
        first, other = (self.vllm_graph, self.trtllm) if "vllm" in stack.casefold() else (self.trtllm, self.vllm_graph)
        return first or other


@lru_cache(maxsize=256)
def plain_links(launch_s: float | None, fraction: float | None, saturation_bytes: float | None) -> Plain:
    """Links inside a domain of which nobody has published timings; what is None is no loss."""
    return Plain(launch_s=launch_s or 0.0, efficiency_fraction=fraction or 1.0, saturation_bytes=saturation_bytes or 0.0)


@lru_cache(maxsize=256)
def plain_outside(launch_s: float | None, fraction: float | None, saturation_bytes: float | None) -> Outside:
    """The same beyond a domain."""
    return Outside(launch_s=launch_s or 0.0, efficiency_fraction=fraction or 1.0, saturation_bytes=saturation_bytes or 0.0)
