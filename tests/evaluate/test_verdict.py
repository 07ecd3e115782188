"""What the verdict says of a model that does not fit, and of how well the losses are known."""

from __future__ import annotations

import pytest

from explorer.evaluate import Findings, evaluate_study, explain
from explorer.library import Library, make_scenario
from explorer.specs import Scenario


def _made(library: Library, chip: str, workload: str, chips: int) -> Scenario:
    return make_scenario(library, chip=chip, workload=workload, phase="decode", batch=32, context=4096, chips=chips)


def _verdict(scenarios: tuple[Scenario, ...], point: int, baseline: int | None) -> Findings:
    return explain(evaluate_study(list(scenarios), search=True), scenarios, point, baseline)


@pytest.fixture
def pair(library: Library) -> tuple[Scenario, Scenario]:
    """One that does not fit, and one that does."""
    return _made(library, "b200", "llama3.1-405b", 2), _made(library, "trainium2", "llama3-70b", 16)


def test_what_does_not_fit_is_no_result(pair: tuple[Scenario, Scenario]) -> None:
    said = _verdict(pair, 0, 1)
    assert said.headline == "does not fit"
    assert "ms a token if it fitted" in said.headline_note
    assert (said.change, said.change_severity) == ("", "normal")


def test_what_fits_gains_nothing_on_what_does_not(pair: tuple[Scenario, Scenario]) -> None:
    said = _verdict(pair, 1, 0)
    assert said.headline.endswith("ms")
    assert said.change == "nothing to compare with: B200 does not fit"
    assert said.change_severity == "normal"


def test_fewest_chips_in_words_is_a_group_that_fits(library: Library) -> None:
    """The smallest group may need tensor parallelism beyond one domain: 405B training in 8-chip domains."""
    made = make_scenario(
        library, chip="h100", workload="llama3.1-405b", phase="training", batch=2048, context=8192, chips=16384, tp=8, pp=1
    )
    fewest = evaluate_study([made], search=True).value("fewest_chips", 0)
    assert fewest is not None
    wide = made.replace(plan=made.plan.replace(tp=32))
    if evaluate_study([wide]).fits[0]:
        assert fewest <= 32


@pytest.mark.parametrize(("chip", "told"), [
    ("h100", "matmul, attention, HBM, host, scale-up network and scale-out network measured; kernel starts derived; "),
    ("trainium2", "scale-up network measured; matmul, attention, HBM and scale-out network carried over from similar chips; "),
])  # fmt: skip
def test_losses_are_told_one_by_one(library: Library, chip: str, told: str) -> None:
    said = _verdict((_made(library, chip, "llama3-70b", 16),), 0, None)
    trust = next(p.text for p in said.paragraphs if p.title == "How far to trust it")
    assert told in trust
    assert trust.split(". ")[0].endswith("assumed")
