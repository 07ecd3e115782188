"""The fabric as it is drawn: every chip once, groups where the model has them, traffic on the links between members."""

from __future__ import annotations

import time

import numpy as np
import pytest

from explorer.charts import CHARTS, Chart, scene
from explorer.charts.topology_cluster import blocks_of, span_domains
from explorer.charts.topology_layout import layout
from explorer.charts.topology_ranks import SIDES, Group, group_of, main_side, ranks_of, sent_along
from explorer.evaluate.tiers import group as tier_of
from explorer.library import Library, make_scenario
from explorer.specs import Scenario, Study


def _make(library: Library, chip: str, plan: dict[str, int] | None = None, **more: object) -> Scenario:
    asked = {"workload": "llama3.1-405b", "phase": "training", "batch": 2048, "context": 8192, "chips": 16} | more
    made = make_scenario(library, chip=chip, **asked)  # type: ignore[arg-type]
    return made.replace(plan=made.plan.replace(**(plan or {})))


def _studies(library: Library) -> dict[str, Study]:
    v3 = {"workload": "deepseek-v3", "phase": "decode", "batch": 64, "context": 4096}
    found = {
        "h100 of 16,384": _make(library, "h100", chips=16384, tp=8, pp=16),
        "h100 with contexts": _make(library, "h100", {"cp": 4}, chips=1024, tp=8, pp=4),
        "v5p": _make(library, "tpu-v5p", chips=8192, tp=8),
        "trainium2": _make(library, "trainium2", chips=64, tp=16, pp=4),
        "experts": _make(library, "gb200", {"ep": 16}, chips=144, tp=4, **v3),
        "sliced experts": _make(library, "h100", {"ep": 4, "tp": 16, "expert_tp": 4}, chips=128, tp=8, **v3),
        "mesh": _make(library, "mi300x", {"ep": 64}, chips=128, tp=8, **v3),
        "131,072": _make(library, "b200", chips=131072, tp=8, pp=2, batch=65536),
        "one": _make(library, "h100", workload="llama3-8b", phase="decode", chips=1, batch=1),
    }
    return {name: Study(scenarios=(s,)) for name, s in found.items()}


NAMES = ("h100 of 16,384", "h100 with contexts", "v5p", "trainium2", "experts", "sliced experts", "mesh", "131,072", "one")


@pytest.fixture(scope="module")
def studies(library: Library) -> dict[str, Study]:
    return _studies(library)


def _marks(chart: Chart, role: str) -> int:
    return sum(len(s.x) for s in chart.series if s.key == f"chips-{role}")


@pytest.mark.parametrize("case", NAMES)
@pytest.mark.parametrize("side", SIDES)
def test_group_has_the_tiers_of_the_model(studies: dict[str, Study], case: str, side: str) -> None:
    drawn = scene(studies[case])
    group, domain = group_of(drawn, 0, side), studies[case].scenarios[0].fabric.scale_up.domain  # type: ignore[arg-type]
    tier = tier_of(drawn.report.columns, np.array([float(group.ranks)]), np.array([float(group.stride)]))
    aligned = domain % group.stride == 0 or group.stride > domain
    if aligned:
        assert span_domains(group, domain) == int(tier.outside[0])
    crossing = sent_along(drawn, 0, side).tier == 2  # type: ignore[arg-type]
    if sent_along(drawn, 0, side).bytes > 0:  # type: ignore[arg-type]
        assert crossing == (span_domains(group, domain) > 1)


@pytest.mark.parametrize("case", NAMES)
@pytest.mark.parametrize("side", SIDES)
def test_every_member_is_drawn_in_the_first_domain_and_no_other(studies: dict[str, Study], case: str, side: str) -> None:
    drawn = scene(studies[case])
    chart, s = CHARTS[f"topology-{side}"](drawn), studies[case].scenarios[0]
    group, domain = group_of(drawn, 0, side), s.fabric.scale_up.domain  # type: ignore[arg-type]
    plan = layout(s.fabric.scale_up.kind, domain, tuple(int(v[0]) for v in (drawn.report.columns.axis_0, drawn.report.columns.axis_1, drawn.report.columns.axis_2)))  # type: ignore[arg-type]
    members = {m * group.stride for m in range(group.ranks) if m * group.stride < domain} if group.ranks > 1 else set()
    assert _marks(chart, "group") == len({int(plan.cell[m]) for m in members})
    assert _marks(chart, "group") + _marks(chart, "used") + _marks(chart, "free") == len(plan.x)
    blocks = blocks_of(group, domain)
    assert blocks.held.sum() == (group.ranks if group.ranks > 1 else 0)
    assert blocks.last[-1] == s.plan.chips


def test_traffic_runs_where_the_group_sends(studies: dict[str, Study]) -> None:
    drawn = scene(studies["trainium2"])
    inner, outer = CHARTS["topology-tp"](drawn), CHARTS["topology-pp"](drawn)
    keys = {s.key for s in inner.series}, {s.key for s in outer.series}
    assert "traffic" in keys[0]
    assert "traffic-out" not in keys[0]
    assert "traffic" not in keys[1]
    assert "traffic-out" in keys[1]
    assert "slowest: scale-up, 512 GB/s" in inner.annotations[-1].text
    assert "slowest: scale-out tier 1, 25 GB/s" in outer.annotations[-1].text
    silent = CHARTS["topology-dp"](scene(studies["experts"]))
    assert not {"traffic", "traffic-out"} & {s.key for s in silent.series}
    assert "nothing is sent along it in decode" in silent.summary


def test_tiers_of_switches_stand_above_the_domains(studies: dict[str, Study]) -> None:
    s = studies["h100 of 16,384"].scenarios[0]
    out = s.fabric.scale_out.replace(radix=64, oversubscription=4.0, tier_latency_s=1e-6)
    drawn = scene(Study(scenarios=(s.replace(fabric=s.fabric.replace(scale_out=out)),)))
    chart = CHARTS["topology-dp"](drawn)
    words = [a.text for a in chart.annotations]
    assert [w for w in words if "leaf" in w or "tier" in w][:3] == [
        "256 leaf switches of 64 chips", "tier 2: 4:1 oversubscribed", "tier 3: 16:1 oversubscribed",
    ]  # fmt: skip
    assert "slowest: scale-out tier 2, 50 GB/s" in words[-1]  # 128 x 8 chips: more than 64, less than 64^2 / 2
    assert "slowest: scale-out tier 3" in CHARTS["topology-pp"](drawn).annotations[-1].text
    tiers = next(x for x in chart.series if x.key == "tiers")
    assert len(tiers.x) == 3
    traffic = next(x for x in chart.series if x.key == "traffic-out")
    assert traffic.y.max() == tiers.y[1]


def test_bytes_said_are_those_of_the_report(studies: dict[str, Study]) -> None:
    drawn = scene(studies["h100 of 16,384"])
    t = drawn.report.traffic
    parts = [sent_along(drawn, 0, side).bytes for side in SIDES]
    assert sum(parts) == pytest.approx(float(np.sum(t.sent_bytes * t.count)))
    exposed = sum(sent_along(drawn, 0, side).exposed_s for side in SIDES)
    assert exposed == pytest.approx(float(np.sum(drawn.report.exposed_s)))
    assert main_side(drawn, 0) == "tp"


def test_ranks_count_up_tensor_first(studies: dict[str, Study]) -> None:
    drawn = scene(studies["h100 with contexts"])  # TP 8, CP 4, DP 8, PP 4
    assert ranks_of(drawn, 0, 0) == "TP 0, CP 0, DP 0, PP 0"
    assert ranks_of(drawn, 0, 7) == "TP 7, CP 0, DP 0, PP 0"
    assert ranks_of(drawn, 0, 8) == "TP 0, CP 1, DP 0, PP 0"
    assert ranks_of(drawn, 0, 32) == "TP 0, CP 0, DP 1, PP 0"
    assert ranks_of(drawn, 0, 1023) == "TP 7, CP 3, DP 7, PP 3"
    assert "ranks: TP innermost, then CP, DP, PP" in CHARTS["topology"](drawn).subtitle
    strides = {side: (group_of(drawn, 0, side).ranks, group_of(drawn, 0, side).stride) for side in ("tp", "cp", "dp", "pp")}
    assert strides == {"tp": (8, 1), "cp": (4, 8), "dp": (32, 8), "pp": (4, 256)}
    assert "DP x CP 32 in 32 domains" in CHARTS["topology-dp"](drawn).summary
    assert "CP 4 in 4 domains" in CHARTS["topology-cp"](drawn).summary


@pytest.mark.parametrize(
    ("kind", "domain", "axes", "marks", "links"),
    [
        ("switch", 8, (1, 1, 1), 8, 8),
        ("switch", 144, (1, 1, 1), 144, 144),
        ("mesh", 8, (1, 1, 1), 8, 28),
        ("ring", 12, (12, 1, 1), 12, 12),
        ("ring", 2, (2, 1, 1), 2, 1),
        ("torus", 16, (4, 4, 1), 16, 32),
        ("torus", 64, (4, 4, 4), 64, 192),
        ("torus", 8960, (16, 20, 28), 140, 140 * 3),
        ("switch", 1, (1, 1, 1), 1, 0),
    ],
)
def test_links_of_a_domain(kind: str, domain: int, axes: tuple[int, int, int], marks: int, links: int) -> None:
    plan = layout(kind, domain, axes)
    assert len(plan.x) == marks
    assert len(np.unique(plan.link_of)) == links
    assert np.array_equal(np.unique(plan.cell), np.arange(marks))
    inside = (plan.x > 0) & (plan.x < plan.width) & (plan.y > 0) & (plan.y < plan.height)
    assert inside.all()
    assert len(np.unique(np.column_stack((plan.x, plan.y)).round(6), axis=0)) == marks


def test_wrap_links_carry_only_whole_rings() -> None:
    plan = layout("torus", 16, (4, 4, 1))
    row, half, column = (np.isin(np.arange(16), who) for who in ([0, 1, 2, 3], [0, 1], [0, 4, 8, 12]))
    used = [len(np.unique(plan.link_of[plan.carrying(who)[plan.link_of]])) for who in (row, half, column)]
    assert used == [4, 1, 4]


def test_group_counts_its_members_in_any_range() -> None:
    group = Group("dp", 10, 3, 100)
    members = np.arange(10) * 3
    for first in range(0, 40, 7):
        for last in range(first, 60, 5):
            counted = int(np.sum((members >= first) & (members < last)))
            assert group.within(np.array([float(first)]), np.array([float(last)]))[0] == counted


def test_a_plan_that_cannot_be_has_no_group(library: Library) -> None:
    broken = _make(library, "h100", {"tp": 7}, chips=24, tp=8, workload="llama3-8b", batch=24)
    chart = CHARTS["topology"](scene(Study(scenarios=(broken,))))
    assert "cannot be" in chart.summary
    assert _marks(chart, "group") == 0
    assert _marks(chart, "used") == 8


def test_a_drag_can_draw_it(studies: dict[str, Study]) -> None:
    drawn = scene(studies["131,072"])
    CHARTS["topology"](drawn)
    took = []
    for _ in range(7):
        start = time.perf_counter()
        CHARTS["topology-dp"](drawn)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.008


def test_the_heading_names_the_domain_first_so_that_a_narrow_pane_keeps_it(library: Library) -> None:
    drawn = CHARTS["topology"](scene(Study(scenarios=(_make(library, "tpu-v7", chips=131072, batch=131072, fabric="ici-torus-16x24x24-v7"),))))
    heads = [note.text for note in drawn.annotations if note.y > 11]
    assert heads == ["torus 16 x 24 x 24, 9,216 chips · a square: 4 x 4 x 4 chips", "15 such domains"]
