"""From a vector's function name to the project's function: arguments renamed and units brought to base units.

Where a vector covers several equations (a GEMM's time, a layer's activations times the layers held), the project's functions are
chained; no equation is written here again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mapping_collectives
import mapping_memory
import mapping_operations
import mapping_runs

MAPPED: dict[str, Callable[..., Any]] = (
    mapping_operations.MAPPED | mapping_memory.MAPPED | mapping_collectives.MAPPED | mapping_runs.MAPPED
)

NOT_MAPPED = {
    "gb_to_gib": "a change of units, tested with the units",
    "link_uni": "a change of units, tested with the chips",
    "params_mla_moe": "experts and compressed attention are not modelled yet",
    "train_flops_per_token_mla": "experts and compressed attention are not modelled yet",
    "train_flops_per_token_moe": "experts are not modelled yet",
    "mla_kv_bytes_per_token": "compressed attention is not modelled yet",
    "ep_tpot": "expert parallelism is not modelled yet",
}
