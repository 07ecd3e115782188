"""The claims of the article: all of them, with their verdicts, and each live one computed from the present presets."""

from __future__ import annotations

from collections import Counter

import pytest

from explorer.errors import ExplorerError
from explorer.knobs import knob
from explorer.lessons.claims import computed, read_claims
from explorer.lessons.openings import changed
from explorer.lessons.prose import pieces
from explorer.lessons.results import Results
from explorer.library import Library

CLAIMS = {c.id: c for c in read_claims().claims}
LIVE = [c.id for c in CLAIMS.values() if c.live]
# What the ledger says; the model's number must agree with it.
KNOWN = {
    ("perf-2x", 0): 1.94, ("perf-2x", 1): 1.006, ("price-30-40", 0): 3.35, ("price-30-40", 2): 5.25, ("price-30-40", 3): 5.49,
    ("trillions", 0): 20736 * 2.0**30, ("tflops-per-watt", 0): 2.517 / 4.5, ("tflops-per-watt", 1): 0.671 / 2.25,
    ("tflops-per-dollar", 0): 1 / 0.64, ("tflops-per-dollar", 1): 1 / 0.61, ("hbm-96", 0): 144 * 2.0**30, ("hbm-96", 2): 1.5,
    ("neuronlink", 0): 2.56e12, ("neuronlink", 1): 1.28e12, ("efa", 0): 3200e9 / 8, ("efa", 2): 1.0, ("sram-3x", 2): 1.143,
    ("13b-70b", 0): 5.4,
}  # fmt: skip


def test_all_claims_with_their_verdicts() -> None:
    assert len(CLAIMS) == 52
    assert Counter(c.verdict for c in CLAIMS.values()) == {"supported": 21, "partly": 15, "contradicted": 6, "unverifiable": 10}
    assert {"perf-2x", "hbm-96", "neuronlink", "sram-3x", "efa", "price-30-40", "cost-70b", "13b-70b", "trillions", "100k"} <= set(LIVE)



@pytest.mark.parametrize(("name", "row"), KNOWN, ids=str)
def test_numbers_agree_with_the_ledger(library: Library, name: str, row: int) -> None:
    near = 0.12 if name == "13b-70b" else 0.01  # the ledger counts 6 N D; the model has attention and efficiency besides
    assert computed(CLAIMS[name], library).numbers[row][2] == pytest.approx(KNOWN[name, row], rel=near)


@pytest.mark.parametrize("name", LIVE)
def test_a_live_claim_holds_where_it_was_found_true(library: Library, name: str) -> None:
    claim = CLAIMS[name]
    found = computed(claim, library)
    assert found.holds == (claim.verdict == "supported" or name == "hbm-96")  # ">96 GB" is true to the letter


@pytest.mark.parametrize("name", LIVE)
def test_a_live_claim_becomes_true_by_its_knobs(library: Library, name: str) -> None:
    claim = CLAIMS[name]
    assert claim.live is not None
    found = computed(claim, library)
    assert bool(claim.live.becomes_true) != found.holds
    assert computed(claim, library, changed(found.study, claim.live.becomes_true)).holds
    for setting in claim.live.becomes_true:
        assert setting.rpartition("=")[0].rpartition(":")[2] in claim.live.knobs
    for key in claim.live.knobs:
        knob(key)


@pytest.mark.parametrize("name", LIVE)
def test_the_sum_in_words_has_its_numbers(library: Library, name: str) -> None:
    claim = CLAIMS[name]
    assert claim.live is not None
    results = Results(computed(claim, library).study)
    texts = [results.text(p.what) for p in pieces(claim.live.says) if p.kind == "result"]
    assert texts
    assert "none" not in texts


def test_what_is_not_live_says_so(library: Library) -> None:
    with pytest.raises(ExplorerError, match="'ceo' cannot be computed: contradicted"):
        computed(CLAIMS["ceo"], library)
