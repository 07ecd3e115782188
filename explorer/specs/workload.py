"""A model's architecture, as in its published configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from explorer.specs.base import Spec
from explorer.specs.chip import Identifier, Name
from explorer.specs.source import Source

Count = Annotated[int, Field(ge=1, le=10_000_000)]
CountOrNone = Annotated[int, Field(ge=0, le=10_000_000)]
Matrices = Annotated[float, Field(ge=0, le=100)]
ModelKind = Literal["decoder", "encoder", "diffusion"]


class Latent(Spec):
    """Multi-head latent attention: keys and values are kept as one narrow vector a token, shared by all heads.

    ``query_rank`` 0: queries are projected directly. A head's query and key have ``plain_dim`` + ``rotary_dim`` elements.
    """

    query_rank: CountOrNone
    kv_rank: Count
    plain_dim: Count
    rotary_dim: CountOrNone
    value_dim: Count


class Experts(Spec):
    """A mixture in ``layers`` of the layers: ``active`` of ``count`` experts of ``width`` for each token, and ``shared_width`` for all.

    ``leading_dense``: the layers without experts are the first ones, rather than every other one.
    """

    count: Count
    active: Count
    width: Count
    shared_width: CountOrNone = 0
    layers: Count
    leading_dense: bool = True


class Window(Spec):
    """``layers`` of the layers attend to the last ``tokens`` tokens only."""

    tokens: Count
    layers: Count


class Workload(Spec):
    """A transformer: grouped-query or latent attention, gated or plain feed-forward, dense or with experts.

    A decoder is causal. An encoder (ViT) or a diffusion transformer sees all tokens at once, keeps no cache and has no
    vocabulary: ``vocab`` is what its head gives for an image (classes; elements of a patch), ``input_width`` what a patch holds.
    ``positions``: learned ones. ``streams``: weight sets of a layer of which each token passes one (text and image; a mean
    over the layers). ``modulation``: matrices of hidden x hidden a layer, applied once a sequence (adaLN).
    """

    id: Identifier
    name: Name
    based_on: Identifier | None = None
    kind: ModelKind = "decoder"
    layers: Count
    hidden: Count
    heads: Count
    kv_heads: Count
    head_dim: Count
    ffn: Count
    ffn_gated: bool
    vocab: Count
    max_context: Count
    tied_embeddings: bool
    biases: bool = False
    positions: CountOrNone = 0
    latent: Latent | None = None
    experts: Experts | None = None
    window: Window | None = None
    streams: Annotated[float, Field(ge=1, le=100)] = 1.0
    modulation: Matrices = 0.0
    input_width: CountOrNone = 0
    published_params: Annotated[float, Field(gt=0)] | None = None
    sources: dict[str, Source] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _heads_divide(self) -> Workload:
        if self.heads % self.kv_heads:
            raise ValueError(f"{self.heads} query heads do not divide among {self.kv_heads} KV heads")
        return self

    @model_validator(mode="after")
    def _layers_are_there(self) -> Workload:
        for name, part in (("experts", self.experts), ("window", self.window)):
            if part is not None and part.layers > self.layers:
                raise ValueError(f"{name}.layers is {part.layers}, but there are {self.layers} layers")
        if self.experts is not None and self.experts.active > self.experts.count:
            raise ValueError(f"{self.experts.active} active of {self.experts.count} experts")
        if self.kind != "decoder" and (self.latent or self.experts or self.window):
            raise ValueError(f"a {self.kind} model has no latent attention, experts or window here")
        return self
