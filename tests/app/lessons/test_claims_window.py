"""Claims beside the window: filtered, opened, dragged until they are true."""

from __future__ import annotations

from class_tools import begin, rest
from window_tools import settle

from explorer.app.lessons.claims_dialog import ClaimsDialog
from explorer.app.window import Window
from explorer.lessons.claims import VERDICTS


def dialog_of(window: Window) -> ClaimsDialog:
    window.actions_.all["Claims of a press release"].trigger()
    settle()
    found = window.teaching.claims
    assert found is not None
    assert found.isVisible()
    return found


def choose(dialog: ClaimsDialog, claim: str) -> None:
    index = [dialog.list.item(i).data(0x100) for i in range(dialog.list.count())].index(claim)
    dialog.list.setCurrentRow(index)
    settle()


def test_all_are_listed_and_each_verdict_filters(window: Window) -> None:
    dialog = dialog_of(window)
    assert dialog.list.count() == 52
    counted = 0
    for verdict in VERDICTS:
        dialog.filter(verdict=verdict)
        counted += dialog.list.count()
        assert dialog.claim is not None
        assert dialog.claim.verdict == verdict
        assert verdict.capitalize() in dialog.verdict.text()
    assert counted == 52
    dialog.filter(verdict="All verdicts", topic="Compute")
    assert 0 < dialog.list.count() < 52
    dialog.filter(verdict="Computed live", topic="All topics")
    assert dialog.list.count() == sum(c.live is not None for c in dialog.claims) > 8


def test_a_filter_that_leaves_none_says_so(window: Window) -> None:
    dialog = dialog_of(window)
    dialog.filter(verdict="contradicted", topic=next(c.topic for c in dialog.claims if c.topic and not any(
        d.topic == c.topic and d.verdict == "contradicted" for d in dialog.claims)))
    assert dialog.list.count() == 0
    assert dialog.verdict.text() == "No claim of this kind"
    assert not dialog.opener.isEnabled()


def test_every_claim_has_its_words_and_live_ones_their_numbers(window: Window) -> None:
    dialog = dialog_of(window)
    for i, claim in enumerate(dialog.claims):
        dialog.list.setCurrentRow(i)
        assert dialog.quote.text() == f"“{claim.quote}”"
        assert dialog.right.text() == claim.right
        assert claim.source in dialog.source.text()
        assert dialog.opener.isEnabled() == (claim.live is not None)
        assert dialog.numbers.isVisible() == (claim.live is not None)
        if claim.live is not None:
            assert len(dialog.numbers.text().splitlines()) == len(claim.live.shows)


def test_a_claim_opens_and_is_dragged_until_it_is_true(window: Window) -> None:
    before = window.document.study
    dialog = dialog_of(window)
    choose(dialog, "perf-2x")
    assert "1.94" in dialog.numbers.text()
    dialog.opener.click()
    rest(window)
    panel = window.teaching.claim_desk.panel
    assert panel is not None
    assert panel.isVisible()
    assert "1.94" in panel.says.spoken()
    assert {k for k, row in window.knobs.rows.items() if row.isVisible()} <= set(window.teaching.claim_desk.knobs)
    assert window.panes.visible_keys() == ("roofline",)
    assert panel.checks.rows[0].text().startswith("○")
    assert window.document.study.active == 1, "Trainium3, of which it speaks"
    for peak, met in ((1000e12, False), (1334e12, True), (900e12, False)):
        window.document.edit("chip.peak_bf16_flop_per_s", peak)
        rest(window)
        assert panel.checks.rows[0].text().startswith("✓" if met else "○")
        assert dialog.heading.text().startswith("✓" if met else "It would"), "the list follows"
    panel.solve.click()
    rest(window)
    assert panel.heading.text() == "✓ True of this study"
    panel.leave.click()
    rest(window)
    assert window.document.study == before
    assert not panel.isVisible()
    assert len(window.panes.visible_keys()) == 4


def test_undo_and_another_study_leave_no_wrong_tick(window: Window) -> None:
    dialog = dialog_of(window)
    choose(dialog, "perf-2x")
    dialog.opener.click()
    rest(window)
    panel = window.teaching.claim_desk.panel
    assert panel is not None
    window.scenarios.remove(1)
    rest(window)
    assert panel.heading.text() == "The study is another one now"
    assert not panel.solve.isEnabled()
    panel.again.click()
    rest(window)
    assert panel.heading.text() == "It would be true if"


def test_every_live_claim_opens_and_becomes_true(window: Window) -> None:
    dialog = dialog_of(window)
    live = [c for c in dialog.claims if c.live is not None]
    for claim in live[::3]:
        choose(dialog, claim.id)
        dialog.open_claim()
        rest(window)
        panel = window.teaching.claim_desk.panel
        assert panel is not None
        assert "–" not in panel.says.spoken().replace(" – ", "")
        if claim.live and claim.live.becomes_true and panel.solve.isEnabled():
            panel.solve.click()
            rest(window)
            assert panel.heading.text() == "✓ True of this study", claim.id


def test_a_lesson_puts_the_claim_away_and_the_other_way_round(window: Window) -> None:
    dialog = dialog_of(window)
    choose(dialog, "perf-2x")
    dialog.opener.click()
    rest(window)
    begin(window, "roofline")
    assert not window.teaching.claim_desk.on
    assert window.teaching.panel is not None
    assert window.teaching.panel.isVisible()
    dialog.opener.click()
    rest(window)
    assert not window.teaching.on
    assert not window.teaching.panel.isVisible()
    assert window.teaching.claim_desk.panel is not None
    assert window.teaching.claim_desk.panel.isVisible()
