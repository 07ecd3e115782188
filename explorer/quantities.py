"""One row a result. JSON, tables, tooltips and searches all read this list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["more", "less", "neither"]


@dataclass(frozen=True)
class Quantity:
    """A result of an evaluation: its key in a Report, how it is written, which way is better, and where it comes from."""

    key: str
    label: str
    unit: str
    better: Better
    help: str
    equation: str
    scale: float = 1.0  # shown value = value x scale, for quantities read per million


QUANTITIES: dict[str, Quantity] = {
    q.key: q
    for q in (
        Quantity("step_s", "time of a step", "s", "less", "One token for every sequence (decode), one batch of prompts (prefill), one optimizer step (training).", "(pipeline((sum of operators) + exposed network) + host) / share that a training stack keeps (1 in inference and in ideal)"),
        Quantity("step_low_s", "step, low end", "s", "less", "Low end of the range: the step less the error band of its kind, but never below the time of the busiest resource, with everything overlapped.", "max(step / (1 + band), busiest resource)"),
        Quantity("step_high_s", "step, high end", "s", "less", "High end of the range: the step and the error band of its kind, which held nine in ten published rows.", "step x (1 + band)"),
        Quantity("tokens_per_s", "tokens/s", "tokens/s", "more", "All replicas together.", "tokens of a step / step time"),
        Quantity("tokens_per_s_per_chip", "tokens/s per chip", "tokens/s", "more", "The fair figure between clusters of different size.", "tokens_per_s / chips used"),
        Quantity("tokens_per_s_per_user", "tokens/s per user", "tokens/s", "more", "How fast one sequence grows while decoding.", "1 / step time"),
        Quantity("mfu", "MFU", "fraction", "more", "Model FLOPs of a step against the headline dense peak of the matmul format.", "model FLOP / (chips x peak x step)"),
        Quantity("memory_total_bytes", "memory used", "B", "less", "The fullest pipeline stage, reserve included.", "sum of the parts, maximum over stages"),
        Quantity("memory_capacity_bytes", "HBM capacity", "B", "more", "As the driver reports it.", "chip.hbm_bytes"),
        Quantity("largest_batch", "largest batch", "1", "more", "Sequences per replica (micro-batch in training) that still fit at this context.", "floor((capacity - fixed) / bytes of a sequence)"),
        Quantity("longest_context", "longest context", "tokens", "more", "Tokens a sequence may hold at this batch.", "floor((capacity - fixed) / bytes of a token)"),
        Quantity("fewest_chips", "fewest chips", "1", "less", "Smallest power-of-two tensor x pipeline group that holds one replica at this batch and context.", "min tp x pp with total <= capacity"),
        Quantity("network_exposed_s", "network, exposed", "s", "less", "Communication that no computation hides.", "sum of max(0, t - overlap x window)"),
        Quantity("network_exposed_fraction", "network share", "fraction", "less", "Exposed communication in the time of a step.", "network_exposed_s / step_s"),
        Quantity("joules_per_token", "J / token", "J", "less", "All chips of the plan: an idle share and a share for the work of the rated power, and the bytes of HBM and links; at most the rated power. Hosts and cooling not counted.", "chips x min(P T, P (idle T + (1 - idle) FLOP / peak) + bytes x J/B) / tokens"),
        Quantity("usd_per_million_tokens", "$ / M tokens", "USD", "less", "Chips only, at full use.", "chips x price / 3600 / tokens_per_s x 1e6"),
    )
}


def quantity(key: str) -> Quantity:
    """The row of one key."""
    return QUANTITIES[key]
