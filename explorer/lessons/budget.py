"""What a chip of one's own would take to make: area, power and price, as a sum over its parts. For a lesson; guesses, marked as such."""

from __future__ import annotations

from functools import cache

from pydantic import Field

from explorer import paths
from explorer.library.toml_presets import read_preset
from explorer.specs import Scenario, Source, Spec
from explorer.specs.chip import Identifier, Name, NotNegative

_TERA, _MIB, _GIB = 1e12, 1024.0**2, 1024.0**3


class Sum(Spec):
    """So much for a start, and so much for each TFLOP/s (BF16), MiB of SRAM, TB/s of HBM, TB/s of links one way, GiB of HBM."""

    fixed: NotNegative
    a_tflop: NotNegative
    a_sram_mib: NotNegative
    a_hbm_tb_per_s: NotNegative
    a_link_tb_per_s: NotNegative
    a_hbm_gib: NotNegative = 0.0


class Budget(Spec):
    """Area [mm2], power [W] and price [USD] of a chip, each a sum over its parts."""

    id: Identifier
    name: Name
    area: Sum
    power: Sum
    price: Sum
    sources: dict[str, Source] = Field(default_factory=dict)


@cache
def shipped_budget() -> Budget:
    """The budget that lessons use. Raises `ExplorerError` for a file that is wrong."""
    return read_preset(paths.presets() / "budgets" / "accelerator.toml", Budget)


def design(scenario: Scenario, budget: Budget | None = None) -> dict[str, float]:
    """``area_mm2``, ``power_w`` and ``price_usd`` of the scenario's chip with its links. Formats share multipliers: the
    highest of the BF16 peak, half the FP8 peak and a quarter of the FP4 peak counts."""
    budget = shipped_budget() if budget is None else budget
    return {
        "area_mm2": _of(budget.area, scenario), "power_w": _of(budget.power, scenario), "price_usd": _of(budget.price, scenario),
    }  # fmt: skip


def _of(part: Sum, s: Scenario) -> float:
    chip = s.chip
    narrow = ((chip.peak_fp8_flop_per_s, 2), (chip.peak_mxfp8_flop_per_s, 2), (chip.peak_fp4_flop_per_s, 4))
    flop_per_s = max(chip.peak_bf16_flop_per_s or 0.0, *((peak or 0.0) / share for peak, share in narrow))
    return (
        part.fixed
        + part.a_tflop * flop_per_s / _TERA
        + part.a_sram_mib * chip.sram_bytes / _MIB
        + part.a_hbm_tb_per_s * chip.hbm_bytes_per_s / _TERA
        + part.a_link_tb_per_s * s.fabric.scale_up.link_bytes_per_s_per_direction / _TERA
        + part.a_hbm_gib * chip.hbm_bytes / _GIB
    )
