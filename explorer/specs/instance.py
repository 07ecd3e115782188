"""A machine that one can rent, by the name under which it is rented."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from explorer.specs.base import Spec, Text
from explorer.specs.chip import Identifier, Name
from explorer.specs.source import Source


class Instance(Spec):
    """``chips`` chips called ``chip``, joined by the fabric called ``fabric``. Prices are the chip's offers that name the instance."""

    id: Identifier
    name: Name
    provider: Name
    chip: Identifier
    chips: Annotated[int, Field(ge=1, le=200_000)]
    fabric: Identifier
    note: Text = ""
    sources: dict[str, Source] = Field(default_factory=dict)
