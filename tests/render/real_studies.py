"""Studies as people have them: the default one, a training run of six, a mixture of experts, one chip alone; and one with hostile names."""

from __future__ import annotations

from functools import cache

from explorer.charts import CHARTS, Chart, Scene, chart
from explorer.charts.report import exported_scene
from explorer.library import default_study, load_library, make_scenario
from explorer.specs import Study

HOSTILE = ("=1+1 $x^2$ & <b>bold</b> \\frac{1}{2} %_#~", "日本語 と Größe", "A name that somebody made very long indeed, to see where it goes")


def _study(title: str, *made: dict) -> Study:
    library = load_library()
    scenarios = tuple(make_scenario(library, **m) for m in made)
    return default_study(library).replace(title=title, scenarios=scenarios, active=0, baseline=0)


def _training(chip: str, **more: object) -> dict:
    load = {"workload": "llama3.1-405b", "phase": "training", "batch": 512, "context": 8192, "chips": 512, "tp": 8, "pp": 8, "recompute": "full"}
    return {"chip": chip} | load | more


@cache
def studies() -> dict[str, Study]:
    """By a short name."""
    library = load_library()
    default = default_study(library)
    named = tuple(s.replace(name=n) for s, n in zip(default.scenarios, HOSTILE, strict=True))
    return {
        "default": default,
        "training": _study("", *(_training(c) for c in ("h100", "h200", "b200", "mi300x", "trainium2", "trainium3"))),
        "experts": _study(
            "Experts", *({"chip": c, "workload": "deepseek-v3", "phase": "decode", "batch": 64, "context": 8192, "chips": 64} for c in ("gb200", "h200")),
        ),
        "alone": _study("One chip", {"chip": "h100", "workload": "llama3-8b", "phase": "prefill", "batch": 4, "context": 2048, "chips": 1, "efficiency": "ideal"}),
        "hostile": default.replace(title="$title$ & <i>", scenarios=named),
    }  # fmt: skip


@cache
def scene_of(study: str) -> Scene:
    """A study by its short name, evaluated once."""
    return exported_scene(studies()[study])


@cache
def real_chart(study: str, name: str) -> Chart:
    """A chart of a study."""
    return chart(name, scene_of(study))


PAIRS = [(study, name) for study in ("default", "training", "experts", "alone", "hostile") for name in CHARTS]
