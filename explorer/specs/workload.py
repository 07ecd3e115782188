"""A model's architecture, as in its published configuration."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from explorer.specs.base import Spec
from explorer.specs.chip import Identifier, Name
from explorer.specs.source import Source

Count = Annotated[int, Field(ge=1, le=10_000_000)]


class Workload(Spec):
    """A dense decoder: grouped-query attention, gated or plain feed-forward, causal."""

    id: Identifier
    name: Name
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
    published_params: Annotated[float, Field(gt=0)] | None = None
    sources: dict[str, Source] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _heads_divide(self) -> Workload:
        if self.heads % self.kv_heads:
            raise ValueError(f"{self.heads} query heads do not divide among {self.kv_heads} KV heads")
        return self
