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
        # A whole run, its site and a fleet.
        Quantity("time_to_train_s", "time to train", "time", "less", "All tokens of the run, with stragglers, failures and checkpoints (ideal: without them).", "tokens x straggling / (tokens_per_s x goodput)"),
        Quantity("goodput_fraction", "goodput", "fraction", "more", "Share of the time that makes progress: not writing checkpoints, restarting, or doing lost work again. Exponential failures.", "tau / (M e^(R / M) (e^((tau + delta) / M) - 1))"),
        Quantity("straggler_fraction", "lost to stragglers", "fraction", "less", "Share of a step for which the mean chip waits for the slowest one.", "1 - 1 / (1 + cv sqrt(2 ln chips))"),
        Quantity("job_mtbf_s", "time between failures", "time", "more", "Mean time until something in the whole cluster breaks.", "MTBF of a chip / chips"),
        Quantity("checkpoint_every_s", "checkpoint every", "time", "neither", "Time between checkpoints: the best one unless it is set, and a step at least.", "sqrt(2 delta M)(1 + sqrt(delta / 2 M) / 3 + delta / 18 M) - delta"),
        Quantity("run_tokens_per_s", "tokens/s over the run", "tokens/s", "more", "All replicas together, with stragglers and failures.", "tokens_per_s x goodput / straggling"),
        Quantity("train_chip_h", "chip-hours", "chip-h", "less", "Chips rented for as long as the run takes.", "chips x time to train"),
        Quantity("train_usd", "cost to train", "USD", "less", "Rent of the chips for the final run; no failed runs, experiments or people.", "chip-hours x price"),
        Quantity("train_energy_j", "energy to train", "energy", "less", "Chips at the power of a step, hosts and cooling, for as long as the run takes.", "chips x (power + host) x PUE x time to train"),
        Quantity("site_power_w", "site power", "W", "less", "What the site must supply: chips at rated power, hosts, network and cooling.", "chips x (rated power + host) x PUE"),
        Quantity("served_usd_per_million_tokens", "$ / M tokens, fleet", "USD", "less", "As $ / M tokens, for a fleet that is busy only part of the time.", "$ / M tokens / share of the time in use"),
    )
}


def quantity(key: str) -> Quantity:
    """The row of one key."""
    return QUANTITIES[key]
