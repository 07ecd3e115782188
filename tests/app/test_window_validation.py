"""The validation pane: predicted beside the window, filtered, hovered, loaded as scenarios, exported."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from window_tools import Answers, exported, scenario, settle, study_of

from explorer.app import validator as validating
from explorer.app.views import ChartView
from explorer.app.views.validation_pane import ValidationPane
from explorer.app.window import Window
from explorer.charts.measured import Choice
from explorer.charts.validation import chosen
from explorer.errors import ExplorerError
from explorer.validation import Found, Prediction, Skip, shipped_files, validate

TPOT = "inference tpot_ms"
GEMM = "id,op,chip,dtype,m,n,k,time_us,source,quality\n"


@pytest.fixture
def pane(window: Window, qtbot: QtBot) -> ValidationPane:
    """The pane, filling the centre, with the shipped rows in it."""
    window.actions_.all["Fill with validation"].trigger()
    done(window, qtbot)
    return window.panes.validation


def done(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.validator.worker.busy, timeout=20_000)
    settle()


def view_of(pane: ValidationPane) -> ChartView:
    assert isinstance(pane.view, ChartView)
    return pane.view


def pointer(view: ChartView, kind: QEvent.Type, at: QPointF) -> None:
    port = view.canvas.viewport()
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    held = Qt.MouseButton.LeftButton if kind == QEvent.Type.MouseButtonPress else Qt.MouseButton.NoButton
    QApplication.sendEvent(port, QMouseEvent(kind, at, port.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier))


def click(view: ChartView, at: QPointF, slip: float = 0.0) -> None:
    pointer(view, QEvent.Type.MouseButtonPress, at)
    pointer(view, QEvent.Type.MouseButtonRelease, at + QPointF(slip, 0))


def lonely(pane: ValidationPane) -> tuple[Prediction, QPointF]:
    """A row whose point lies apart from the others, so that a hand can mean it alone."""
    view = view_of(pane)
    spots = view.picture.positions()
    every = [(x, y, key, i) for key in pane._rows for i, (x, y) in enumerate(spots[key].tolist())]
    for x, y, key, i in every:
        if all(abs(x - u) + abs(y - v) > 12 for u, v, other, j in every if (key, i) != (other, j)):
            return pane._rows[key][i], QPointF(x, y)
    raise AssertionError("all points lie in a heap")


def test_nothing_is_predicted_before_the_pane_is_seen(window: Window, qtbot: QtBot) -> None:
    assert not window.validator.worker.busy
    assert window.panes.validation.found is None
    assert not window.panes.validation.isVisible()
    window.panes.fill("validation")
    assert window.validator.worker.busy
    assert "Predicting" in window.panes.validation.chart.empty
    assert not any(box.isVisible() for box in window.panes.validation.filters.boxes.values())
    done(window, qtbot)
    assert not window.panes.validation.chart.empty
    rows = window.panes.validation.found
    assert rows is not None
    assert len(rows.rows) == len(validate().rows)


def test_the_window_lives_while_rows_are_predicted(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    go, threads = threading.Event(), list[threading.Thread]()

    def slow(path: Path | None) -> Found:
        threads.append(threading.current_thread())
        assert go.wait(20)
        return Found()

    monkeypatch.setattr(validating, "_predict", slow)
    window.panes.fill("validation")
    assert window.document.edit("job.batch", 64) is None
    settle()
    assert window.validator.worker.busy
    assert "batch 64" in window.bar.summary.text()
    go.set()
    done(window, qtbot)
    assert threads[0] is not threading.main_thread()
    assert "No row" in window.panes.validation.chart.empty


def test_a_later_question_is_answered_whatever_an_earlier_one_says(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    first, real, waiting = threading.Event(), validating._predict, list[threading.Thread]()

    def slow(path: Path | None) -> Found:
        if path is None:
            waiting.append(threading.current_thread())
            assert first.wait(20)
            return Found()
        return real(path)

    monkeypatch.setattr(validating, "_predict", slow)
    window.validator.begin()
    window.validator.begin(shipped_files()[0])
    done(window, qtbot)
    shown = window.panes.validation.found
    first.set()
    waiting[0].join(20)
    settle()
    assert window.panes.validation.found is shown
    assert shown is not None
    assert shown.rows


def test_a_window_may_close_while_rows_are_predicted(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.app import create

    go, ended = threading.Event(), threading.Event()

    def slow(path: Path | None) -> Found:
        assert go.wait(20)
        ended.set()
        return Found()

    monkeypatch.setattr(validating, "_predict", slow)
    window = create()
    window.panes.fill("validation")
    window.close()
    window.deleteLater()
    settle()
    go.set()
    assert ended.wait(20)
    QTest.qWait(50)


def test_what_nobody_expected_is_told_and_reaches_the_guard(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    caught: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: caught.append(args.exc_value))

    def broken(path: Path | None) -> Found:
        raise ZeroDivisionError("odd")

    monkeypatch.setattr(validating, "_predict", broken)
    window.panes.fill("validation")
    done(window, qtbot)
    assert window.panes.validation.chart.empty == "Nothing is predicted: something unexpected went wrong."
    qtbot.waitUntil(lambda: bool(caught))
    assert isinstance(caught[0], ZeroDivisionError)


def test_shortcut_menu_and_card_lead_in_and_out(window: Window, qtbot: QtBot) -> None:
    assert window.actions_.all["Fill with validation"].shortcut().toString() == "Ctrl+5"
    QTest.keyClick(window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    done(window, qtbot)
    assert window.panes.visible_keys() == ("validation",)
    assert window.panes.visible_charts() == ()
    assert not window.panes.panes["roofline"].isVisible()
    QTest.mouseClick(window.panes.validation._grow, Qt.MouseButton.LeftButton)
    settle()
    assert window.panes.visible_keys() == tuple(window.panes.panes)
    assert not window.panes.validation.isVisible()
    window.resize(1000, 640)
    settle()
    window.panes._tabs.setCurrentIndex(4)
    settle()
    assert window.panes._tabs.tabText(4) == "Validation"
    assert window.panes.validation.isVisible()


def test_filters_have_names_and_narrow_what_is_drawn(pane: ValidationPane) -> None:
    names = {key: box.accessibleName() for key, box in pane.filters.boxes.items()}
    assert names == {"kind": "Filter by kind", "chip": "Filter by chip", "source": "Filter by source"}
    found = pane.found
    assert found is not None
    for name, key in (("kind", TPOT), ("chip", "h100")):
        box = pane.filters.boxes[name]
        at = [k for k, _ in _entries(pane, name)].index(key)
        box.setFocus()
        box.setCurrentIndex(at)
    assert pane.choice == Choice(TPOT, "h100")
    rows = chosen(found, Choice(TPOT, "h100"))
    assert sum(len(members) for members in pane._rows.values()) == len(rows)
    assert pane.chart.subtitle.startswith(f"{len(rows):,} row")
    QTest.keyClick(pane.filters.boxes["chip"], Qt.Key.Key_Backspace)
    assert pane.choice == Choice(TPOT)
    assert pane.filters.boxes["chip"].currentText() == "all chips"


def _entries(pane: ValidationPane, name: str) -> list[tuple[str, str]]:
    box = pane.filters.boxes[name]
    return [(str(box._words[i]), box.itemText(i)) for i in range(box.count())]


def test_predicted_or_ratio(pane: ValidationPane) -> None:
    assert pane.variants is not None
    pane.filters.chosen.emit("kind", TPOT)
    pane.variants.setCurrentIndex(1)
    assert pane.chart.key == "validation-ratio"
    assert pane.choice == Choice(TPOT, ratio=True)
    pane.filters.chosen.emit("kind", "")
    assert pane.chart.key == "validation-ratio", "a filter keeps the view"
    pane.variants.setCurrentIndex(0)
    assert pane.chart.key == "validation"


def test_hover_names_the_row(pane: ValidationPane) -> None:
    pane.filters.chosen.emit("kind", TPOT)
    row, at = lonely(pane)
    pointer(view_of(pane), QEvent.Type.MouseMove, at + QPointF(2, 1))
    text = view_of(pane).tip.text
    assert text.splitlines()[0] == row.id
    assert row.source in text
    assert "measured" in text
    assert "predicted" in text
    assert view_of(pane).tip.isVisible()


def test_click_loads_the_rows_scenario_as_one_undoable_step(window: Window, pane: ValidationPane) -> None:
    pane.filters.chosen.emit("kind", TPOT)
    row, at = lonely(pane)
    before = window.document.study
    click(view_of(pane), at)
    settle()
    after = window.document.study
    assert row.scenario is not None
    assert after.scenarios == (*before.scenarios, row.scenario.replace(id=after.scenarios[-1].id))
    assert after.active == len(before.scenarios)
    assert after.baseline == before.baseline
    assert window.document.undo_stack.count() == 1
    assert row.id in pane.hint.text()
    assert row.id in window.verdict.shown_text()
    window.refresher.settle()
    window.document.undo_stack.undo()
    assert window.document.study == before


def test_a_drag_loads_nothing(window: Window, pane: ValidationPane) -> None:
    pane.filters.chosen.emit("kind", TPOT)
    _, at = lonely(pane)
    click(view_of(pane), at, slip=9.0)
    click(view_of(pane), QPointF(2, 2))
    assert window.document.undo_stack.count() == 0


def test_the_keyboard_loads_a_row(window: Window, pane: ValidationPane) -> None:
    pane.filters.chosen.emit("kind", TPOT)
    view = view_of(pane)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert window.document.undo_stack.count() == 0, "nothing is picked yet"
    QTest.keyClick(view, Qt.Key.Key_Right)
    named = view.tip.text.splitlines()[0]
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert window.document.study.scenarios[-1].name == named


def test_every_control_is_reached_with_tab(window: Window, pane: ValidationPane) -> None:
    wanted: list[QWidget] = [*pane.filters.boxes.values(), pane.filters.open, view_of(pane), pane.skipped]
    pane.filters.boxes["kind"].setFocus()
    reached = []
    for _ in range(12):
        reached.append(QApplication.focusWidget())
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
    places = [reached.index(part) for part in wanted]
    assert places == sorted(places)


def test_six_scenarios_are_enough(window: Window, pane: ValidationPane, answers: Answers) -> None:
    window.document.open(study_of(*(scenario(c) for c in ("trainium1", "trainium2", "trainium3", "b200", "h100", "h200"))))
    pane.filters.chosen.emit("kind", TPOT)
    before = window.document.study
    _, at = lonely(pane)
    click(view_of(pane), at)
    assert window.document.study is before
    assert answers.said == ["Load a row: A study holds 6 scenarios at most: remove one first."]


def test_a_kernel_has_no_scenario_and_says_so(window: Window, pane: ValidationPane) -> None:
    pane.filters.chosen.emit("kind", "gemm time_us")
    _, at = lonely(pane)
    click(view_of(pane), at)
    assert window.document.undo_stack.count() == 0
    assert "no scenario to load" in pane.hint.text()


@pytest.mark.parametrize("kind", ["inference tpot_ms", "inference ttft_ms", "training step_time_s", "memory measured_gb"])
def test_loaded_rows_live_on_like_any_scenario(window: Window, pane: ValidationPane, answers: Answers, kind: str) -> None:
    found = pane.found
    assert found is not None
    row = chosen(found, Choice(kind))[0]
    window.document.open(study_of(scenario()))
    window.validator.load(row)
    settle()
    window.refresher.settle()
    settle()
    assert window.document.edit("chip.hbm_bytes_per_s", 5e12) is None
    window.scenarios.add("b200")  # the same load, though no preset has the row's model
    settle()
    assert [s.workload for s in window.document.study.scenarios[1:]] == [row.scenario.workload] * 2  # type: ignore[union-attr]
    assert answers.said == []


def test_own_measurements_are_opened_and_left_again(window: Window, pane: ValidationPane, answers: Answers, qtbot: QtBot, tmp_path: Path) -> None:
    answers.path = tmp_path / "<b>mine</b>.csv".replace("/", "")
    answers.path.write_text(GEMM + "<i>odd</i>,gemm,H100-80GB-SXM,bf16,4096,4096,4096,250,Me,A\nx,gemm,H1,bf16,1,1,1,1,Me,A\ny,gemm,h,b,1,1,1,1,Me,C\n")
    QTest.mouseClick(pane.filters.open, Qt.MouseButton.LeftButton)
    done(window, qtbot)
    assert pane.chart.title == f"Validation: {answers.path.name}"
    assert [r.id for members in pane._rows.values() for r in members] == ["<i>odd</i>"]
    assert pane.skipped.text().startswith("1 skipped, 1 below quality A-")
    assert pane.filters.back.isVisible()
    QTest.mouseClick(pane.filters.back, Qt.MouseButton.LeftButton)
    done(window, qtbot)
    assert pane.chart.title == "Validation"
    assert not pane.filters.back.isVisible()


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", GEMM.replace("chip,", ""), "\0"])
def test_a_file_that_is_none_is_one_line_and_loses_nothing(
    window: Window, pane: ValidationPane, answers: Answers, qtbot: QtBot, tmp_path: Path, content: str
) -> None:
    pane.filters.chosen.emit("kind", TPOT)
    shown = pane.found
    answers.path = tmp_path / "bad.csv"
    answers.path.write_text(content)
    window.validator.ask_open()
    done(window, qtbot)
    assert len(answers.said) == 1
    assert answers.said[0].startswith("Not opened: ")
    assert "\n" not in answers.said[0]
    assert pane.found is shown
    assert pane.choice == Choice(TPOT)
    assert not pane.chart.empty
    assert pane.filters.boxes["kind"].isVisible()
    answers.path = tmp_path / "after.csv"
    assert exported(window, window.files.export("validation")), answers.said


def test_without_any_rows_the_reason_stands_in_the_card(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(path: Path | None) -> Found:
        raise ExplorerError("no measurements are shipped: the installation is incomplete")

    monkeypatch.setattr(validating, "_predict", nothing)
    window.panes.fill("validation")
    done(window, qtbot)
    assert window.panes.validation.chart.empty == "Nothing is predicted: no measurements are shipped: the installation is incomplete."


def test_what_was_skipped_folds_out(pane: ValidationPane) -> None:
    assert not pane.reasons.isVisible()
    QTest.mouseClick(pane.skipped, Qt.MouseButton.LeftButton)
    assert pane.reasons.isVisible()
    found = pane.found
    assert found is not None
    assert found.skipped[0].reason in pane.reasons.toPlainText()
    pane.show_found(Found(rows=found.rows, skipped=[Skip("a", "<b>why</b>", "gemm")]))
    assert "<b>why</b>" in pane.reasons.toPlainText()
    assert pane.reasons.isVisible(), "it stays as the hand has left it"
    QTest.mouseClick(pane.skipped, Qt.MouseButton.LeftButton)
    assert not pane.reasons.isVisible()


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "csv"])
def test_the_pane_exports_what_it_shows(window: Window, pane: ValidationPane, answers: Answers, tmp_path: Path, suffix: str) -> None:
    pane.filters.chosen.emit("kind", TPOT)
    pane.filters.chosen.emit("chip", "b200")
    answers.path = tmp_path / f"v.{suffix}"
    pane.export_asked.emit(pane.chart.key)
    window.files.exporter.finish(300)
    assert answers.said == []
    assert answers.path.stat().st_size > 300
    if suffix == "csv":
        found = pane.found
        assert found is not None
        assert len(answers.path.read_text(encoding="utf-8").splitlines()) == 1 + len(chosen(found, Choice(TPOT, "b200")))


@pytest.mark.parametrize("theme", ["light", "dark", "projector"])
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_nothing_in_the_card_is_cut(window: Window, pane: ValidationPane, theme: str, size: tuple[int, int]) -> None:
    window.wear(theme)
    window.resize(*size)
    settle()
    assert pane.isVisible()
    parts: list[QWidget] = [*pane.filters.boxes.values(), pane.filters.open, view_of(pane), pane.hint, pane.skipped]
    whole = pane.rect()
    for part in parts:
        corner = part.mapTo(pane, part.rect().topLeft())
        box = part.rect().translated(corner)
        assert whole.contains(box), part.accessibleName()
    boxes = [p.rect().translated(p.mapTo(pane, p.rect().topLeft())) for p in parts]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
    for button in (pane.filters.open, pane.skipped):
        assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())


def test_showing_emits_nothing(pane: ValidationPane) -> None:
    heard: list[object] = []
    signals: tuple[Callable[..., object], ...] = tuple(
        getattr(pane, name).connect for name in ("row_chosen", "open_asked", "back_asked", "variant_chosen")
    )
    for connect in signals:
        connect(lambda *a: heard.append(a))
    pane.filters.chosen.connect(lambda *a: heard.append(a))
    assert pane.found is not None
    pane.show_found(pane.found, "x")
    pane.show_words("wait")
    pane.show_again()
    assert heard == []


def test_the_pane_in_sight_stays_when_tabs_come_and_go(window: Window, pane: ValidationPane) -> None:
    for size, tabbed in (((1000, 640), True), ((1600, 900), False)):
        window.resize(*size)
        settle()
        assert window.panes._tabs.isVisible() == tabbed
        assert pane.isVisible()
    window.panes.fill(None)
    window.resize(1000, 640)
    settle()
    window.panes._tabs.setCurrentIndex(4)
    window.resize(1600, 900)
    settle()
    assert window.panes.filled == "validation"
