"""Models, measured points and share strings in the window: shown first, taken in one undoable step or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from window_tools import OTHER, Answers, drop, edit, exported, settle

from explorer.app.preview import Preview
from explorer.app.session import Session
from explorer.app.window import Window
from explorer.library import study_text, user_folder, write_study
from explorer.library.share import PREFIX, share_text
from explorer.specs import Study

CONFIGS = Path(__file__).parents[1] / "library" / "configs"
POINTS = "name,intensity,TFLOP/s\ngemm,900,500\nbad,nan,1\n"


class Deciding(Answers):
    """Answers that also decide about previews."""

    def __init__(self) -> None:
        super().__init__()
        self.decision = "take"
        self.previews: list[tuple[str, str, str]] = []

    def preview(self, title: str, text: str, act: str, option: str = "") -> str:
        self.previews.append((title, text, option))
        return self.decision


@pytest.fixture
def answers() -> Deciding:
    return Deciding()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder of the test's own, on every platform."""
    monkeypatch.setattr("explorer.library.user.user_data_path", lambda *_a, **_k: tmp_path / "data")


def state(window: Window) -> tuple[Study, int]:
    return window.document.study, window.document.undo_stack.count()


def test_a_dropped_config_becomes_the_workload_of_all_scenarios(window: Window, answers: Deciding) -> None:
    before = window.document.study
    assert drop(window, CONFIGS / "gpt-oss-20b.json")
    settle()
    (title, text, option), = answers.previews
    assert title == "Import gpt-oss-20b"
    assert "20.91 billion parameters" in text
    assert "experts.layers 24: every layer has them" in text
    assert option == "Use and save"
    models = [s.workload for s in window.document.study.scenarios]
    assert {(m.id, m.layers) for m in models} == {("gpt-oss-20b-2", 24)}
    window.document.undo_stack.undo()
    assert window.document.study == before
    assert not user_folder().exists()


def test_a_model_can_be_kept(window: Window, answers: Deciding) -> None:
    answers.path, answers.decision = CONFIGS / "qwen3-8b.json", "keep"
    window.actions_.all["Import model"].trigger()
    settle()
    assert (user_folder() / "workloads" / "qwen3-8b-2.toml").is_file()
    assert window.document.library.workload("qwen3-8b-2") == window.document.study.scenarios[0].workload


@pytest.mark.parametrize("name", ["gpt-oss-20b.json", "points.csv"])
def test_what_is_not_taken_changes_nothing(window: Window, answers: Deciding, tmp_path: Path, name: str) -> None:
    (tmp_path / "points.csv").write_text(POINTS, encoding="utf-8")
    before, answers.decision = state(window), "cancel"
    drop(window, (tmp_path if name == "points.csv" else CONFIGS) / name)
    assert state(window) == before
    assert len(answers.previews) == 1


def test_measured_points_are_laid_over_the_roofline_and_saved(window: Window, answers: Deciding, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(POINTS, encoding="utf-8")
    drop(window, tmp_path / "points.csv")
    settle()
    assert "line 3: intensity is 'nan', not a number" in answers.previews[0][1]
    assert [m.name for m in window.document.study.measured] == ["gemm"]
    chart = window.panes.panes["roofline"].chart
    assert "measured" in {s.key for s in chart.series}
    answers.path = tmp_path / "points.csv"
    window.actions_.all["Import measured points"].trigger()
    assert len(window.document.study.measured) == 2
    window.actions_.all["Clear measured points"].trigger()
    assert window.document.study.measured == ()
    window.document.undo_stack.undo()
    assert len(window.document.study.measured) == 2
    answers.path = tmp_path / "kept.json"
    assert window.files.save_as()
    assert window.files.open_path(tmp_path / "kept.json")
    assert len(window.document.study.measured) == 2


def test_copied_and_pasted_is_the_same_study(window: Window, answers: Deciding) -> None:
    edit(window)
    study = window.document.study
    for name in ("Copy as share string", "Copy as share string, whole"):
        window.actions_.all[name].trigger()
        assert QApplication.clipboard().text().startswith(PREFIX)
        window.document.open(OTHER)
        window.actions_.all["Paste study"].trigger()
        assert window.document.study == study
        assert window.document.path is None
    QApplication.clipboard().setText(study_text(OTHER))
    window.actions_.all["Paste study"].trigger()
    assert window.document.study == OTHER
    assert "B200" in answers.previews[-1][1]


@pytest.mark.parametrize("text", ["", "hello", "{", f"{PREFIX}AAAA", "9" * 5000])
def test_a_clipboard_without_a_study_is_told(window: Window, answers: Deciding, text: str) -> None:
    before = state(window)
    QApplication.clipboard().setText(text)
    window.actions_.all["Paste study"].trigger()
    assert len(answers.said) == 1
    assert state(window) == before


def test_unsaved_changes_are_asked_about_before_a_study_is_pasted(window: Window, answers: Deciding) -> None:
    edit(window)
    before = state(window)
    QApplication.clipboard().setText(share_text(OTHER))
    answers.leave = "cancel"
    window.actions_.all["Paste study"].trigger()
    assert state(window) == before


def test_a_share_string_may_be_dropped(window: Window) -> None:
    for text, taken in ((f"look: {share_text(OTHER)}", True), ("some text", False)):
        data = QMimeData()
        data.setText(text)
        args = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        entering = QDragEnterEvent(QPoint(50, 50), *args)
        entering.ignore()
        window.dragEnterEvent(entering)
        assert entering.isAccepted() == taken
        window.dropEvent(QDropEvent(QPointF(50, 50), *args))
    assert window.document.study == OTHER


def test_studies_and_pictures_are_dropped_as_before(window: Window, tmp_path: Path) -> None:
    write_study(tmp_path / "other.json", OTHER)
    drop(window, tmp_path / "other.json")
    assert window.document.study == OTHER
    assert exported(window, window.files.export_to("memory", tmp_path / "picture.svg"))
    edit(window)
    drop(window, tmp_path / "picture.svg")
    assert window.document.study == OTHER


def test_hostile_files_change_nothing_and_are_told_in_a_line(window: Window, answers: Deciding, tmp_path: Path) -> None:
    before = state(window)
    for i, (name, content) in enumerate({
        "a.csv": b"", "b.csv": b"\0", "c.csv": b"name,intensity,FLOP/s\na,nan,1\n", "d.json": b'{"model_type": "zzz"}', "e.json": b"[" * 200_000,
        "f.json": b'{"model_type": "llama", "num_hidden_layers": 1e400}', "g.json": b'{"mm_arithmetic_intensity": "<b>"}', "h.json": b"\xff" * 5_000_000,
    }.items()):  # fmt: skip
        (tmp_path / name).write_bytes(content)
        drop(window, tmp_path / name)
        assert len(answers.said) == i + 1, name
        assert answers.said[-1].isprintable()
    assert state(window) == before
    assert answers.previews == []


def test_the_preview_shows_plain_text_and_asks(window: Window) -> None:
    made = Preview(window, "Title", "<b>bold</b>\nsecond", "Use it", "Keep it")
    assert made.text.toPlainText() == "<b>bold</b>\nsecond"
    assert made.text.isReadOnly()
    assert made.take.text() == "Use it"
    assert made.keep is not None
    for button, said in ((made.take, "take"), (made.keep, "keep")):
        made.setResult(0)
        button.click()
        assert made.result() == 1
        assert made.said() == said
    assert Preview(window, "Title", "text", "Use it").keep is None
    made.deleteLater()


@pytest.mark.parametrize("kind", ["share string", "model", "points"])
def test_what_was_asked_for_at_the_start_waits_for_the_window(window: Window, answers: Deciding, tmp_path: Path, kind: str) -> None:
    (points := tmp_path / "points.csv").write_text(POINTS)
    asked = {"share string": share_text(OTHER), "model": str(CONFIGS / "gpt-oss-20b.json"), "points": str(points)}[kind]
    session = Session(window, tmp_path / "journal")
    before = state(window)
    session.take_up(asked)
    assert (answers.previews, state(window)) == ([], before)
    session.offer()
    settle()
    assert len(answers.previews) == 1
    study = window.document.study
    assert {"share string": study == OTHER, "model": "gpt-oss" in study.scenarios[0].workload.id, "points": len(study.measured) == 1}[kind]
    session.offer()
    assert len(answers.previews) == 1
    session.end()


def test_file_open_takes_a_file_for_what_it_is(window: Window, answers: Deciding, tmp_path: Path) -> None:
    answers.path = CONFIGS / "gpt-oss-20b.json"
    window.actions_.all["Open"].trigger()
    settle()
    assert "gpt-oss" in window.document.study.scenarios[0].workload.id
    answers.path = tmp_path / "points.csv"
    answers.path.write_text(POINTS)
    window.actions_.all["Open"].trigger()
    assert len(window.document.study.measured) == 1
    assert answers.said == []
