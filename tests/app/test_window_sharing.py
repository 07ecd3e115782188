"""Charts on the clipboard, under a dragging hand, in the dialog with their preview, and by the dozen beside a live window."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from window_tools import OTHER, Answers, drop, edit, exported, settle

import explorer
from explorer.app import sharing
from explorer.app.export_dialog import ExportDialog
from explorer.app.window import Window
from explorer.charts import CHARTS, memory
from explorer.charts.report import exported_scene
from explorer.charts.wording import Wording
from explorer.errors import ExplorerError
from explorer.library import parse_study, read_study
from explorer.render.files import chart_bytes
from explorer.render.metadata import read_study_from
from explorer.render.options import Options


def test_a_pane_is_copied_as_png_and_svg_with_its_study(window: Window) -> None:
    edit(window)
    window.panes.panes["memory"].taken.emit("picture", "memory")
    assert exported(window, True)
    data = QGuiApplication.clipboard().mimeData()
    for kind in ("image/png", "image/svg+xml"):
        text = read_study_from(bytes(data.data(kind).data()))
        assert parse_study(text or "") == window.document.study
    assert data.hasImage()
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (1920, 1080)


def test_the_comparison_is_copied_as_picture_and_as_table(window: Window) -> None:
    window.table.picture_asked.emit()
    assert exported(window, True)
    assert QGuiApplication.clipboard().mimeData().hasImage()
    window.table.copy()
    data = QGuiApplication.clipboard().mimeData()
    assert data.text().splitlines()[1].startswith("Trainium2\t")
    assert "<td>Trainium2</td>" in data.html()


@pytest.mark.parametrize("name", ["roofline", "memory", "interconnect", "time"])
def test_the_numbers_of_every_pane_are_copied_as_a_table(window: Window, name: str) -> None:
    window.panes.panes[name].taken.emit("numbers", name)
    data = QGuiApplication.clipboard().mimeData()
    lines = data.text().splitlines()
    assert len(lines) > 3
    assert len({line.count("\t") for line in lines}) == 1
    assert data.html().count("<tr>") == len(lines)


def test_a_drag_carries_a_file_that_opens_again(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    pulled = []
    monkeypatch.setattr(window.sharing, "pull", pulled.append)
    monkeypatch.setattr(sharing.QGuiApplication, "mouseButtons", staticmethod(lambda: Qt.MouseButton.LeftButton))
    edit(window)
    study = window.document.study
    window.panes.panes["time"].taken.emit("drag", "time")
    qtbot.waitUntil(lambda: bool(pulled), timeout=90_000)
    path = Path(pulled[0].urls()[0].toLocalFile())
    assert path.name == "time.png"
    assert bytes(pulled[0].data("image/png").data()) == path.read_bytes()
    window.document.open(OTHER)
    assert drop(window, path)
    assert window.document.study == study
    window.files.drawing.clear()
    assert not path.exists()


def test_a_hand_that_lets_go_early_drags_nothing(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    pulled = []
    monkeypatch.setattr(window.sharing, "pull", pulled.append)
    window.panes.taken.emit("drag", "time")
    qtbot.waitUntil(lambda: not window.sharing.drags.busy, timeout=90_000)
    settle()
    assert pulled == []
    window.files.drawing.clear()


def test_export_all_fills_a_folder(window: Window, tmp_path: Path, answers: Answers) -> None:
    edit(window)
    answers.path = tmp_path
    assert exported(window, window.files.export_all()), answers.said
    found = {p.name for p in tmp_path.iterdir()}
    assert {f"{name}.png" for name in CHARTS} <= found
    assert {"comparison.csv", "comparison.xlsx", "comparison.tex", "comparison.html", "report.pdf", "report.json"} <= found
    assert read_study(tmp_path / "study.json") == window.document.study
    assert json.loads((tmp_path / "report.json").read_text())["study"] == json.loads((tmp_path / "study.json").read_text())


def test_export_all_stops_when_asked_and_says_nothing_of_it(window: Window, tmp_path: Path, answers: Answers) -> None:
    answers.path = tmp_path
    assert window.files.export_all()
    seen: list[int] = []

    def look(done: int, _total: int, _words: str) -> None:
        seen.append(done)
        if done == 2:
            window.files.exporter.stop()

    window.files.exporter.progressed.connect(look)
    assert exported(window, True), answers.said
    assert seen[-1] < len(CHARTS)
    assert 2 <= len(list(tmp_path.iterdir())) < len(CHARTS)
    assert not [p for p in tmp_path.iterdir() if p.stat().st_size == 0]
    assert exported(window, window.files.export_to("time", tmp_path / "after.csv"))
    assert (tmp_path / "after.csv").exists()


def test_a_report_that_is_stopped_leaves_the_old_file(window: Window, tmp_path: Path, answers: Answers) -> None:
    answers.path = tmp_path / "report.pdf"
    answers.path.write_bytes(b"old")
    assert window.files.export_report()
    window.files.exporter.progressed.connect(lambda *_: window.files.exporter.stop())
    assert exported(window, True)
    assert answers.path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.pdf"]


def test_nothing_is_drawn_in_the_process_of_the_window(tmp_path: Path) -> None:
    """So a drag goes on undisturbed: matplotlib is not even loaded there. The benchmarks have the figures."""
    code = (
        "import sys; from pathlib import Path; from explorer.app import create\n"
        "if __name__ == '__main__':\n"
        "    window = create(size=(1280, 720)); turns = 0\n"
        "    assert window.files.export_to('roofline', Path('a.svg')); window.files.export_table_to(Path('b.xlsx'))\n"
        "    window.files.exporter.finish()\n"
        "    print(window.dialogs.said, [m for m in ('matplotlib', 'PIL', 'xlsxwriter') if m in sys.modules])\n"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, env=_environment())
    assert told.stdout.strip() == "[] []"
    assert {p.name for p in tmp_path.iterdir()} == {"a.svg", "b.xlsx"}


def _environment() -> dict[str, str]:
    return dict(os.environ) | {"PYTHONPATH": str(Path(explorer.__file__).parents[1])}


def test_failures_in_the_thread_are_told_and_the_next_export_runs(window: Window, tmp_path: Path, answers: Answers) -> None:
    def fail() -> None:
        raise ExplorerError("no room on the disk")

    window.files.exporter.submit(fail)
    window.files.export_to("time", tmp_path / "a.csv")
    window.files.exporter.finish(300)
    assert answers.said == ["Not exported: no room on the disk"]
    assert (tmp_path / "a.csv").exists()


def dialog(qtbot: QtBot, drawn: list[tuple[Options, int]]) -> ExportDialog:
    chart = memory(exported_scene(OTHER))

    def draft(options: Options, dpi: int) -> bytes:
        drawn.append((options, dpi))
        return chart_bytes(chart, ".png", options, dpi)

    made = ExportDialog("Export", draft, Options())
    qtbot.addWidget(made)
    made.resize(980, 560)
    made.show()
    return made


def test_the_dialog_previews_what_is_chosen(qtbot: QtBot) -> None:
    drawn: list[tuple[Options, int]] = []
    made = dialog(qtbot, drawn)
    qtbot.waitUntil(lambda: not made.preview.pixmap().isNull(), timeout=90_000)
    assert drawn[0][0] == Options()
    before = made.preview.pixmap().toImage()
    made.theme.setCurrentText("dark")
    made.title.setText("My title")
    made.with_footer.setChecked(False)
    made.transparent.setChecked(True)
    made.size_box.setCurrentText("1600x900")
    qtbot.waitUntil(lambda: made.preview.pixmap().toImage() != before, timeout=90_000)
    assert len(drawn) == 2, "changes in a row are drawn once"
    assert drawn[-1][0] == Options("dark", "1600x900", None, True, Wording(title="My title", footer=""))
    assert made.options() == drawn[-1][0]


def test_the_dialog_says_what_is_wrong_and_saves_nothing_then(qtbot: QtBot) -> None:
    made = dialog(qtbot, [])
    for field, wrong, right in ((made.dpi, "9", "300"), (made.size_box.lineEdit(), "12x", "single")):
        field.setText(wrong)
        qtbot.waitUntil(lambda: bool(made.problem.text()), timeout=5_000)
        assert not made.save.isEnabled()
        field.setText(right)
        qtbot.waitUntil(lambda: not made.problem.text(), timeout=5_000)
        assert made.save.isEnabled()
    assert made.options() == Options(size="single", dpi=300)
    qtbot.waitUntil(lambda: not made.worker.busy, timeout=90_000)


def test_every_field_of_the_dialog_has_a_name(qtbot: QtBot) -> None:
    made = dialog(qtbot, [])
    for field in (made.theme, made.size_box, made.dpi, made.title, made.x_label, made.y_label, made.footer, made.preview):
        assert field.accessibleName()
    qtbot.waitUntil(lambda: not made.worker.busy, timeout=90_000)
