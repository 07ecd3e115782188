"""What the charts share: a scene of scenarios with their report, footers, and names told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from textwrap import shorten

import numpy as np
from numpy.typing import NDArray

from explorer import __version__
from explorer.charts.choices import choices
from explorer.evaluate import Report, evaluate_study
from explorer.evaluate.changes import change_text
from explorer.library import edits, load_library
from explorer.library.changes import numbered
from explorer.library.edits import hand_edits, same_data
from explorer.specs import FORMATS, Scenario, Study, matmul_format

Array = NDArray[np.float64]
_MOST_EDIT_LETTERS = 160
_MOST_LETTERS = 125  # of the sources in a footer: three lines of a figure one column wide hold them with the rest


@dataclass(frozen=True, eq=False)
class Scene:
    """A study with its report: what every chart is drawn from. ``metadata`` goes into exported files."""

    study: Study
    report: Report
    metadata: tuple[tuple[str, str], ...] = ()

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(enumerate(self.study.scenarios))


def scene(study: Study, metadata: dict[str, str] | None = None) -> Scene:
    """Evaluate ``study`` once for all its charts."""
    return Scene(study, evaluate_study(study, search=True), tuple((metadata or {}).items()))


def at(array: Array, point: int) -> Array:
    """The values of one scenario, wherever all scenarios may share them."""
    value: Array = array[..., point if array.shape[-1] > 1 else 0]
    return value


def against_base(scene: Scene, i: int, of: Callable[[int], float | None], unit: str) -> str:
    """``▲ 12% against Trainium2``: a number of a scenario against that of the baseline, on a line of its own; empty where there is none."""
    base = scene.study.baseline
    now, then = (None, None) if base is None or base == i else (of(i), of(base))
    change = change_text(now, then, unit) if now is not None and then is not None else ""
    return f"\n{change} against {scene.study.scenarios[base].name}" if change and base is not None else ""


def names(study: Study) -> tuple[str, ...]:
    """Scenario names, numbered where two are equal; ``B200 (edited)`` where hardware numbers are not the preset's."""
    library = load_library()
    return tuple(_marked(n) if hand_edits(library, study, i) else n for i, n in enumerate(numbered(study)))


def _marked(name: str) -> str:
    return name if name.endswith("edited)") else f"{name} (edited)"


def workload_line(study: Study) -> str:
    """``Llama 3 70B · decode · batch 32 · context 4,096 · 16 chips`` as far as all scenarios agree."""
    s = study.scenarios
    parts = (
        (lambda x: x.workload.name),
        (lambda x: str(x.job.phase)),
        (lambda x: f"batch {x.job.batch:,}"),
        (lambda x: f"context {x.job.context:,}"),
        (lambda x: f"{x.plan.chips:,} chip{'s' if x.plan.chips > 1 else ''}"),
    )
    agreed = [part(s[0]) for part in parts if len({part(x) for x in s}) == 1]
    return " · ".join(agreed)


def _of_one_study(act: Callable[[Study], str]) -> Callable[[Study], str]:
    """What all charts of a frame say alike is said once; a study is frozen, so the same object says the same."""
    last: list[tuple[Study, str]] = []

    @wraps(act)
    def said(study: Study) -> str:
        known = last[0] if last else None
        if known is None or known[0] is not study:
            known = study, act(study)
            last[:] = [known]
        return known[1]

    return said


@_of_one_study
def context_line(study: Study) -> str:
    """What an exported file must say of its load: model, phase, batch, context, chips, plan and formats.

    ``Llama 3 70B · decode · batch 32 · context 4,096 · 16 chips · TP 16 / TP 16 / TP 8 × 2 · BF16``: what differs is
    given for one scenario after the other.
    """
    parts = (
        (lambda x: x.workload.name),
        (lambda x: str(x.job.phase)),
        (lambda x: f"batch {x.job.batch:,}"),
        (lambda x: f"context {x.job.context:,}"),
        (lambda x: f"{x.plan.chips:,} chip{'s' if x.plan.chips > 1 else ''}"),
        plan_text,
        _formats_text,
        lambda x: ", ".join(choices(x)),
    )
    said = [[part(s) for s in study.scenarios] for part in parts]
    return " · ".join(filter(None, (each[0] if len(set(each)) == 1 else " / ".join(text or "as usual" for text in each) for each in said)))


def plan_text(s: Scenario) -> str:
    """``TP 8 PP 2 CP 2 EP 8 × 4``."""
    dp = max(1, s.plan.chips // (s.plan.tp * s.plan.pp * s.plan.cp))
    staged = f"PP {s.plan.pp}" + (f" VPP {s.plan.virtual_stages}" if s.plan.virtual_stages > 1 and s.job.phase == "training" else "")
    parts = [f"TP {s.plan.tp}"] + [staged] * (s.plan.pp > 1) + [f"CP {s.plan.cp}"] * (s.plan.cp > 1)
    parts += [f"EP {s.plan.ep}"] * (s.plan.ep > 1 and s.workload.experts is not None) + [f"× {dp}"] * (dp > 1)
    return " ".join(parts)


def _formats_text(s: Scenario) -> str:
    """The format of the matmuls, and that of the KV cache where it is another one."""
    matmul, cache = FORMATS[matmul_format(s.job.weight_format, s.job.activation_format)].label, FORMATS[s.job.kv_format].label
    return matmul if cache == matmul else f"{matmul}, KV {cache}"


@_of_one_study
def footer(study: Study) -> str:
    """Where the numbers come from, short enough for a narrow figure: edits, the chips' sources, efficiency, program, data.

    Chips with the same source share an entry. Entries beyond `_MOST_LETTERS` are counted, not named.
    """
    sets = sorted({s.efficiency for s in study.scenarios})
    data = f", data {study.data_version}" if study.data_version else ""
    sources = _counted(_source_entries(study), _MOST_LETTERS) or "none given"
    return f"{_edits(study)}Sources: {sources}. Efficiency: {' and '.join(sets)}. Chip Architecture Explorer {__version__}{data}."


def _edits(study: Study) -> str:
    """``Set by you: B200 HBM capacity 500 GiB, was 179 GiB. ``; nothing where all hardware is as shipped.

    A study that is older than the presets may differ from them without any hand, and is told so.
    """
    library = load_library()
    each = [(name, edit) for name, s in zip(numbered(study), study.scenarios, strict=True) for edit in edits(library, s)]
    same = same_data(library, study)
    by_hand = [f"{name} {edit.text()}" for name, edit in each if same or edit.by_hand]
    older = [f"{name} {edit.text('now')}" for name, edit in each if not (same or edit.by_hand)]
    said = (("Set by you", by_hand), ("Unlike the presets", older))
    return "".join(f"{title}: {_counted(entries, _MOST_EDIT_LETTERS)}. " for title, entries in said if entries)


def _counted(entries: list[str], most: int) -> str:
    """As many entries as ``most`` letters hold, one at least, and the number of the others."""
    shown = [e for i, e in enumerate(entries) if len("; ".join(entries[: i + 1])) <= most] or entries[:1]
    rest = [f"{len(entries) - len(shown)} more in the study"] if len(shown) < len(entries) else []
    return "; ".join([*shown, *rest])


def _source_entries(study: Study) -> list[str]:
    """``Trainium2, Trainium3: AWS Neuron docs (vendor doc)``, one for each source of a bandwidth or a peak rate.

    A number that somebody changed has its source no longer.
    """
    chips: dict[str, dict[str, None]] = {}
    for s in study.scenarios:
        changed = {e.key for e in edits(load_library(), s)}
        for field in ("hbm_bytes_per_s", "peak_bf16_flop_per_s"):
            source = s.chip.sources.get(field)
            if source and f"chip.{field}" not in changed:
                chips.setdefault(_short(source.ref, source.kind), {})[s.chip.name] = None
    return [e if _named(e, list(c)) else f"{', '.join(c)}: {e}" for e, c in chips.items()]


def _named(entry: str, chips: list[str]) -> bool:
    """Whether a source names its only chip itself."""
    return len(chips) == 1 and bool(set(chips[0].split()[:1]) & set(entry.split()))


@lru_cache(maxsize=256)
def _short(ref: str, kind: str) -> str:
    """The work that is cited first, without its chapter, and of what kind it is."""
    work = shorten(ref.split(";")[0].split(",")[0].replace("documentation", "docs"), 60, placeholder="…")
    kind = {"user": "entered by you", "guess": "assumed", "recalled": "not re-checked"}.get(kind, kind)
    return work if kind in work.replace("data sheet", "datasheet") else f"{work} ({kind})"
