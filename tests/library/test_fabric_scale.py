"""Every fabric carries a cluster of 131,072 chips, through the tiers that its network has."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.evaluate import evaluate_study
from explorer.library import Library, load_library, make_scenario
from explorer.specs import Chip, Fabric, Scenario

LIBRARY = load_library()
MOST = 131_072
SIZES = (1, 8, 64, 512, 4096, 32_768, MOST)


def chip_on(fabric: Fabric) -> Chip:
    """A chip that comes on ``fabric``, with BF16."""
    machines = {m.chip for m in LIBRARY.instances.values() if m.fabric == fabric.id}
    known = (c for c in LIBRARY.chips.values() if (fabric.id in c.fabrics or c.id in machines) and not c.announced)
    return next(known, LIBRARY.chip("h100"))  # one-computer waits for a computer that is measured


def training(fabric: Fabric, chips: int, chip: Chip | None = None) -> Scenario:
    """Data parallel over the whole cluster, one sequence a chip: its gradients cross every tier there is."""
    return make_scenario(
        LIBRARY, chip=(chip or chip_on(fabric)).id, workload="llama3-8b", phase="training", batch=chips, context=512, chips=chips, tp=1, fabric=fabric.id
    )


@pytest.mark.parametrize("fabric", LIBRARY.fabrics.values(), ids=lambda f: f.id)
@pytest.mark.parametrize("efficiency", ["calibrated", "ideal"])
def test_a_cluster_of_any_size_has_an_answer(fabric: Fabric, efficiency: str) -> None:
    scenes = [training(fabric, n).replace(efficiency=efficiency) for n in SIZES]
    report = evaluate_study([s.replace(plan=s.plan.replace(overlap="sum")) for s in scenes])
    step = report.values["step_s"]
    network_s = step * report.values["network_exposed_fraction"]
    assert report.valid_plan.all()
    assert np.all(np.isfinite(step))
    assert network_s[0] == 0
    assert network_s[-3] > 0
    if fabric.scale_up.domain < SIZES[-3]:  # inside a large torus a larger group may fill more of the axes
        assert network_s[-3] <= network_s[-2] * (1 + 1e-9)
    assert network_s[-2] <= network_s[-1] * (1 + 1e-9)


def test_thin_tiers_cost_what_they_are_thinner(library: Library) -> None:
    """Meta's Ethernet is as good as InfiniBand inside a pod of 3,072 GPUs, and seven times thinner above."""
    found = {}
    for name in ("nvswitch-8-h100-infiniband", "nvswitch-8-h100-roce"):
        fabric = library.fabric(name)
        scenes = [training(fabric, n, library.chip("h100")).replace(efficiency="ideal") for n in (1024, 24_576)]
        report = evaluate_study([s.replace(plan=s.plan.replace(overlap="sum", zero=0)) for s in scenes])
        found[name] = report.values["step_s"]
    infiniband, ethernet = found["nvswitch-8-h100-infiniband"], found["nvswitch-8-h100-roce"]
    assert ethernet[0] == pytest.approx(infiniband[0], rel=1e-9)
    assert ethernet[1] >= infiniband[1]


def test_tiers_are_those_of_the_reference_designs(library: Library) -> None:
    """Two tiers of 64 ports serve 2,048 GPUs, of 128 ports 8,192: the sizes at which DGX SuperPODs get a third one."""
    for name, radix, two_tiers in (
        ("nvswitch-8-b200-infiniband", 64, 2048), ("nvswitch-8-h100-infiniband", 64, 2048), ("nvswitch-8-b300-infiniband", 128, 8192),
        ("nvswitch-8-a100-infiniband", 40, 800),
    ):  # fmt: skip
        out = library.fabric(name).scale_out
        assert (out.radix, out.oversubscription) == (radix, 1)
        assert radix * radix / 2 == two_tiers
    meta = library.fabric("nvswitch-8-h100-roce").scale_out
    assert (meta.radix, meta.oversubscription) == (3072, 7)


def test_what_is_assumed_of_tiers_is_marked(library: Library) -> None:
    guessed = 0
    for fabric in library.fabrics.values():
        if fabric.scale_out.radix is None:
            continue
        for field in ("radix", "oversubscription", "tier_latency_s"):
            source = fabric.sources[f"scale_out.{field}"]
            assert source.note
            guessed += field == "radix" and source.kind == "guess"
        assert fabric.sources["scale_out.tier_latency_s"].kind == "guess"
    assert guessed == 12  # those of EFA: AWS publishes layers, not ports
