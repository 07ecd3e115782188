"""Notes for learners: said at the knob where one thing is taken for another, and silent for experts."""

from __future__ import annotations

from window_tools import row_of, settle

from explorer.app.window import Window

CAPACITY = "chip.hbm_bytes"


def rest(window: Window) -> None:
    settle()
    window.refresher.settle()
    settle()


def test_a_note_comes_goes_and_is_switched_off(window: Window) -> None:
    rest(window)
    assert row_of(window, CAPACITY).note.isHidden()
    assert window.document.edit(CAPACITY, 96e9) is None  # the preset has 96 GiB
    rest(window)
    assert "GB or GiB? They differ by 7.4 %" in row_of(window, CAPACITY).note.text()
    assert "The driver shows 96 GiB" in row_of(window, CAPACITY).note.text()
    window.actions_.learner_notes.trigger()
    settle()
    assert row_of(window, CAPACITY).note.text() == "was 96 GiB"
    assert not window.settings.learner_notes
    window.actions_.learner_notes.trigger()
    settle()
    assert "GB or GiB?" in row_of(window, CAPACITY).note.text()
    window.actions_.undo.trigger()
    rest(window)
    assert row_of(window, CAPACITY).note.text() == ""


def test_what_has_no_effect_is_still_said(window: Window) -> None:
    rest(window)
    assert "no effect now: training only" in row_of(window, "plan.virtual_stages").note.text()
