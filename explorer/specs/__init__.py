"""Nouns: frozen descriptions of chips, fabrics, workloads, jobs, plans, scenarios and studies. They compute nothing."""

from explorer.specs.bands import BAND_KINDS, BandKind, ErrorBand, KindBand
from explorer.specs.base import Spec, SpecError, build, build_json
from explorer.specs.calibration import Calibration
from explorer.specs.chip import Chip, Offer, SramPart
from explorer.specs.edited import OWN, as_it_was, set_by_hand, source_key, taken, value_at
from explorer.specs.fabric import Fabric, ScaleOut, ScaleUp
from explorer.specs.formats import FORMATS, Format, matmul_format
from explorer.specs.instance import Instance
from explorer.specs.job import (
    GRADIENT_FORMATS,
    LOSSES,
    OFFLOADS,
    OPTIMIZER_STATES,
    OVERLAPS,
    PHASES,
    RECOMPUTES,
    SCHEDULES,
    SPARSITIES,
    Job,
    Plan,
)
from explorer.specs.kernels import AttentionKernel, GemmKernel, Kernels
from explorer.specs.links import LinkPart, Links
from explorer.specs.run import Run
from explorer.specs.source import CONFIDENCE, Source
from explorer.specs.study import (
    EFFICIENCIES,
    MOST_POINTS,
    MOST_SCENARIOS,
    UNITS,
    LessonPlace,
    MeasuredPoint,
    Per,
    Scenario,
    Study,
    Was,
    get_path,
    set_path,
)
from explorer.specs.workload import Experts, Latent, Window, Workload

__all__ = [
    "BAND_KINDS", "CONFIDENCE", "EFFICIENCIES", "FORMATS", "GRADIENT_FORMATS", "LOSSES", "MOST_POINTS", "MOST_SCENARIOS", "OFFLOADS",
    "OPTIMIZER_STATES", "OVERLAPS", "OWN", "PHASES", "RECOMPUTES", "SCHEDULES", "SPARSITIES", "UNITS", "AttentionKernel", "BandKind",
    "Calibration", "Chip", "ErrorBand", "Experts", "Fabric", "Format", "GemmKernel", "Instance", "Job", "Kernels", "KindBand", "Latent",
    "LessonPlace", "LinkPart", "Links", "MeasuredPoint", "Offer", "Per", "Plan", "Run", "ScaleOut", "ScaleUp", "Scenario", "Source", "Spec", "SpecError",
    "SramPart", "Study", "Was", "Window", "Workload", "as_it_was", "build", "build_json", "get_path", "matmul_format", "set_by_hand",
    "set_path", "source_key", "taken", "value_at",
]
