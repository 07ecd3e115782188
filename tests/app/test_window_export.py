"""Charts and the comparison as files; a picture carries its study back into the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from window_tools import OTHER, Answers, drop, edit, exported

from explorer.app.panes import PANES
from explorer.app.window import Window
from explorer.charts import CHARTS, VARIANTS


@pytest.mark.parametrize("name", [key for key, _ in PANES])
@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "csv"])
def test_each_chart_exports_and_pictures_open_again(
    window: Window, tmp_path: Path, answers: Answers, name: str, suffix: str
) -> None:
    edit(window)
    study = window.document.study
    answers.path = tmp_path / f"{name}.{suffix}"
    assert exported(window, window.files.export(name)), answers.said
    content = answers.path.read_bytes()
    start = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF", "csv": b""}[suffix]
    assert content.startswith(start)
    assert len(content) > 200
    assert window.isWindowModified(), "an export is no save"
    if suffix != "csv":
        window.document.open(OTHER)
        assert drop(window, answers.path)
        assert window.document.study == study
        assert window.document.path is None


def test_every_entry_of_the_export_menu_exports(window: Window, tmp_path: Path, answers: Answers) -> None:
    entries = window.actions_.export.actions()
    assert len(entries) >= len(PANES) + 1
    for i, entry in enumerate(entries):
        answers.path = tmp_path / (f"{i}.pdf" if entry.text() == "Report…" else f"{i}.csv")
        if entry.text() == "Export all…":
            answers.path.mkdir()
        entry.trigger()
        assert exported(window, True), answers.said
        assert answers.path.stat().st_size > 100 or any(answers.path.iterdir()), entry.text()
    assert answers.said == []


def test_a_pane_exports_what_it_shows(window: Window, tmp_path: Path, answers: Answers) -> None:
    answers.path = tmp_path / "pane.csv"
    window.panes.panes["time"].export_asked.emit(window.panes.panes["time"].chart.key)
    assert exported(window, True)
    assert answers.path.exists()
    assert all(pane.chart.key in CHARTS for pane in window.panes.panes.values())
    assert {name for pane, _ in PANES for name, _ in VARIANTS[pane]} == set(CHARTS), "every chart stands in the menu of a pane"


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "md", "tex", "html", "png", "svg", "pdf"])
def test_the_comparison_exports(window: Window, tmp_path: Path, answers: Answers, suffix: str) -> None:
    answers.path = tmp_path / f"table.{suffix}"
    assert exported(window, window.files.export_table()), answers.said
    assert answers.path.stat().st_size > 200


@pytest.mark.parametrize("path", ["missing/x.png", "x.doc", "x"])
def test_an_export_that_cannot_be_written_is_told(window: Window, tmp_path: Path, answers: Answers, path: str) -> None:
    answers.path = tmp_path / path
    assert not window.files.export("roofline")
    assert len(answers.said) == 1
    assert answers.said[0].startswith("Not exported: ")
    assert "\n" not in answers.said[0]
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_when_no_name_is_given(window: Window, tmp_path: Path, answers: Answers) -> None:
    answers.path = None
    assert not window.files.export("roofline")
    assert not window.files.export_table()
    assert not window.files.save_as()
    window.actions_.all["Open"].trigger()
    assert answers.said == []


def test_the_verdict_can_be_copied(window: Window) -> None:
    window.actions_.all["Copy verdict"].trigger()
    assert QGuiApplication.clipboard().text() == window.verdict.shown_text()
