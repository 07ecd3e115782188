"""Knobs and the columns that they are: what a sweep may widen without going through a Scenario."""

from __future__ import annotations

# Knobs whose value is a column as it stands, so that a sweep may widen the column without touching a Scenario.
KNOB_COLUMNS = {
    "chip.hbm_bytes": "hbm_bytes",
    "chip.hbm_bytes_per_s": "hbm_bytes_per_s",
    "chip.sram_bytes": "sram_bytes",
    "chip.sram_bytes_per_s": "sram_bytes_per_s",
    "chip.tdp_w": "tdp_w",
    "offer.usd_per_chip_h": "usd_per_chip_h",
    "fabric.scale_up.link_bytes_per_s_per_direction": "link_bytes_per_s",
    "fabric.scale_out.bytes_per_s_per_direction": "out_bytes_per_s",
    "plan.chips": "chips",
    "plan.tp": "tp",
    "plan.pp": "pp",
    "plan.virtual_stages": "virtual_stages",
    "plan.microbatch": "microbatch",
    "job.batch": "batch",
    "job.context": "context",
    "run.tokens": "run_tokens",
    "run.checkpoint_s": "checkpoint_s",
    "run.checkpoint_interval_s": "checkpoint_interval_s",
    "run.restart_s": "restart_s",
    "run.pue": "pue",
    "run.host_w": "host_w",
    "run.fleet_fraction": "fleet_fraction",
}
