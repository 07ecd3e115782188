"""Text from files stays text: whatever a study says, no part of the window opens a file that it names."""

from __future__ import annotations

import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from opened import Trap, trap
from PySide6.QtCore import QEvent, QPoint, QTimer
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QTextBrowser, QToolTip, QWidget
from window_tools import OTHER, Answers, settle

from explorer.app.crash import CrashDialog
from explorer.app.dialogs import Modal
from explorer.app.look import tip
from explorer.app.restore_dialog import RestoreDialog
from explorer.app.session import line
from explorer.app.widgets.text import ElidedLabel, PlainLabel
from explorer.app.window import Window
from explorer.library import write_study
from explorer.library.journal import Entry
from explorer.specs import MeasuredPoint, Scenario, Source, Study

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs inotify")


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


@pytest.fixture
def bait() -> Iterator[Trap]:
    """A picture under watch, with a path so short that a name of 80 letters can hold it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.png"
        path.write_bytes(png())
        with trap(path) as made:
            yield made


def marked(scenario: Scenario, text: str) -> Scenario:
    """A scenario whose every text is ``text`` (as far as it fits)."""
    source = Source(kind="press", ref=text, url=text, checked=text, note=text)

    def spoilt(spec):  # type: ignore[no-untyped-def]
        return spec.replace(name=text, sources=dict.fromkeys(spec.sources, source))

    return scenario.replace(
        name=text, chip=spoilt(scenario.chip), fabric=spoilt(scenario.fabric), workload=spoilt(scenario.workload),
        calibration=scenario.calibration.replace(sources=dict.fromkeys(scenario.calibration.sources, source)),
    )  # fmt: skip


@pytest.fixture
def spoilt(bait: Trap) -> Study:
    """A study that is all markup."""
    text = bait.markup
    if len(text) > 80:
        pytest.skip("the folder for temporary files has too long a name")
    scenarios = tuple(marked(s, text) for s in OTHER.scenarios * 2)
    return OTHER.replace(scenarios=scenarios, title=text, measured=(MeasuredPoint(name=text, flop_per_byte=1.0, flop_per_s=1e12, note=text),))


def test_the_trap_itself(bait: Trap, window: Window) -> None:
    """Qt's own sinks do open the file: so the silence of ours means something."""
    assert not bait.sprung()
    label = QLabel(bait.markup)
    label.grab()
    assert bait.sprung()
    browser = QTextBrowser()
    browser.setHtml(bait.markup)
    browser.grab()
    assert bait.sprung()
    QToolTip.showText(QPoint(5, 5), bait.markup, window)
    settle()
    QToolTip.hideText()
    assert bait.sprung()
    assert not bait.sprung()


def tips(window: Window) -> int:
    """Ask every widget for its tooltip, in its middle; how many have a text of their own."""
    found = 0
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        found += bool(widget.toolTip())
        at = widget.rect().center()
        QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
        if QToolTip.isVisible():
            QApplication.processEvents()
            QToolTip.hideText()
    return found


def test_a_study_of_markup_in_every_part_of_the_window(window: Window, bait: Trap, spoilt: Study, tmp_path: Path, answers: Answers) -> None:
    write_study(tmp_path / "s.json", spoilt)
    assert not bait.sprung()
    assert window.files.open_path(tmp_path / "s.json")
    settle()
    window.refresher.settle()
    settle()
    assert window.document.study == spoilt
    assert tips(window) > 20
    for key in [k for k in window.actions_.all if k.startswith("Fill with")]:
        window.actions_.all[key].trigger()
        settle()
        window.grab()
        window.actions_.all["All panes"].trigger()
    for menu in window.findChildren(QMenu):
        menu.aboutToShow.emit()
        menu.grab()
    window.resize(700, 500)  # tabs
    settle()
    window.grab()
    window.files.copy_verdict()
    assert not bait.sprung()


def test_exports_of_markup(window: Window, bait: Trap, spoilt: Study, tmp_path: Path, answers: Answers) -> None:
    window.document.open(spoilt)
    for suffix in (".png", ".svg", ".pdf", ".csv"):
        assert window.files.export_to("roofline", tmp_path / f"out{suffix}"), answers.said
    for suffix in (".csv", ".md", ".xlsx", ".svg"):
        assert window.files.export_table_to(tmp_path / f"table{suffix}"), answers.said
    window.files.exporter.finish(300)
    assert "<img" not in (tmp_path / "out.svg").read_text(encoding="utf-8")
    assert not bait.sprung()


def modal(window: Window, act: str, text: str) -> None:
    """Open one of the real dialogs, look at it, close it."""
    seen: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        dialog.grab()
        tips_of = [w.toolTip() for w in dialog.findChildren(QWidget)]
        seen.append(f"{type(dialog).__name__} {len(tips_of)}")
        dialog.close()

    QTimer.singleShot(0, look)
    dialogs = Modal(window)
    {
        "tell": lambda: dialogs.tell(text, text), "close": lambda: dialogs.confirm_close(text), "changed": lambda: dialogs.changed_on_disk(text),
        "text": lambda: dialogs.text(text, text, text), "restore": lambda: dialogs.restore([text, text]),
        "preview": lambda: dialogs.preview(text, text, text, text),
    }[act]()  # fmt: skip
    assert seen


@pytest.mark.parametrize("act", ["tell", "close", "changed", "text", "restore", "preview"])
def test_dialogs(window: Window, bait: Trap, act: str) -> None:
    modal(window, act, bait.markup)
    assert not bait.sprung()


def test_small_parts(window: Window, bait: Trap) -> None:
    text = bait.markup
    for part in (PlainLabel(text), PlainLabel(text, wrap=True, select=True), ElidedLabel(text), CrashDialog(text), RestoreDialog([line(Entry(OTHER.replace(title=text)))])):
        part.grab()
    QToolTip.showText(QPoint(5, 5), tip(text), window)
    settle()
    QToolTip.hideText()
    assert not bait.sprung()


def test_the_style_sheet_names_no_file(window: Window, bait: Trap) -> None:
    for widget in (window, *window.findChildren(QWidget)):
        assert "url(" not in widget.styleSheet()
    assert not bait.sprung()
