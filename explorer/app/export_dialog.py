"""The dialog before an export: the picture as it will be, and what may be changed about it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QBrush, QImage, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from explorer.app.worker import Worker
from explorer.charts.style import theme_names
from explorer.charts.wording import Wording
from explorer.errors import ExplorerError
from explorer.render.options import SIZES, Draft, Options

_WAIT_MS = 180
_SMALLEST = QSize(520, 340)
_LEAST_DPI = 36


class Preview(QLabel):
    """A picture as large as the room it has, whole, on a dotted ground where it has none of its own."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(_SMALLEST)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAccessibleName("Preview")
        self._image = QImage()

    def show_image(self, image: QImage) -> None:
        """Show a picture."""
        self._image = image
        self._fit()

    def say(self, words: str) -> None:
        """Words in the picture's place."""
        self._image = QImage()
        self.setText(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if not self._image.isNull():
            ratio = self.devicePixelRatioF()
            mode = Qt.AspectRatioMode.KeepAspectRatio
            scaled = self._image.scaled(self.size() * ratio, mode, Qt.TransformationMode.SmoothTransformation)
            shown = QPixmap(scaled.size())
            shown.fill(Qt.GlobalColor.white)
            painter = QPainter(shown)
            painter.fillRect(shown.rect(), QBrush(Qt.GlobalColor.lightGray, Qt.BrushStyle.Dense6Pattern))
            painter.drawImage(0, 0, scaled)
            painter.end()
            shown.setDevicePixelRatio(ratio)
            self.setPixmap(shown)


class ExportDialog(QDialog):
    """Asks how a picture shall look. ``draft`` draws it in a thread; what is chosen meanwhile is drawn next."""

    def __init__(self, title: str, draft: Draft, given: Options, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._draft, self._again = draft, False
        self.preview = Preview(self)
        self.theme, self.size_box, self.dpi = QComboBox(self), QComboBox(self), QLineEdit(self)
        self.title, self.x_label, self.y_label = QLineEdit(self), QLineEdit(self), QLineEdit(self)
        self.footer = QPlainTextEdit(self)
        self.with_title, self.with_footer = QCheckBox("Title", self), QCheckBox("Footer: load, sources, version and date", self)
        self.transparent = QCheckBox("Transparent ground", self)
        self.problem = QLabel(self)
        self._fill(given)
        self._build()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._draw)
        self.worker = Worker()
        self.worker.done.connect(self._drawn)
        self._connect()
        self.preview.say("Drawing…")
        self._draw()

    def _fill(self, given: Options) -> None:
        self.theme.addItems(theme_names())
        self.theme.setCurrentText(given.theme)
        self.size_box.setEditable(True)
        self.size_box.addItems([*SIZES, "1600x900", "89x60mm"])
        self.size_box.setCurrentText(given.size)
        self.dpi.setText(str(given.dpi or ""))
        self.dpi.setPlaceholderText("as suits the size")
        for field in (self.title, self.x_label, self.y_label, self.footer):
            field.setPlaceholderText("the program's own words")
        self.footer.setTabChangesFocus(True)
        self.footer.setMaximumHeight(4 * self.fontMetrics().height() + 12)
        self.with_title.setChecked(True)
        self.with_footer.setChecked(True)
        self.transparent.setChecked(given.transparent)

    def _build(self) -> None:
        form = QFormLayout()
        rows = (
            ("Theme", self.theme), ("Size", self.size_box), ("Dots per inch", self.dpi), ("", self.with_title), ("Another title", self.title),
            ("X axis", self.x_label), ("Y axis", self.y_label), ("", self.with_footer), ("Another footer", self.footer), ("", self.transparent),
        )  # fmt: skip
        for name, field in rows:
            form.addRow(name, field)
            if name:
                field.setAccessibleName(name)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.save = self.buttons.addButton("Save…", QDialogButtonBox.ButtonRole.AcceptRole)
        self.save.setProperty("kind", "primary")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        side = QVBoxLayout()
        side.addLayout(form)
        side.addWidget(self.problem)
        side.addStretch(1)
        side.addWidget(self.buttons)
        whole = QHBoxLayout(self)
        whole.addWidget(self.preview, 1)
        whole.addLayout(side)

    def _connect(self) -> None:
        for signal in (
            self.theme.currentTextChanged, self.size_box.currentTextChanged, self.dpi.textChanged, self.title.textChanged,
            self.x_label.textChanged, self.y_label.textChanged, self.footer.textChanged, self.with_title.toggled,
            self.with_footer.toggled, self.transparent.toggled,
        ):  # fmt: skip
            signal.connect(lambda *_: self._timer.start())
        self.with_title.toggled.connect(self.title.setEnabled)
        self.with_footer.toggled.connect(self.footer.setEnabled)

    def options(self) -> Options:
        """What is chosen just now. Raises `ExplorerError` for a size or a fineness that is none."""
        dpi = self.dpi.text().strip()
        if dpi and (not dpi.isdecimal() or len(dpi) > 5):
            raise ExplorerError(f"{dpi[:40]!r} is no number of dots per inch: 36 to 1200")
        titled, footed = self.with_title.isChecked(), self.with_footer.isChecked()
        words = Wording(
            title=(self.title.text().strip() or None) if titled else "", subtitle=None if titled else "",
            x_label=self.x_label.text().strip() or None, y_label=self.y_label.text().strip() or None,
            footer=(self.footer.toPlainText().strip() or None) if footed else "",
        )  # fmt: skip
        found = Options(self.theme.currentText(), self.size_box.currentText(), int(dpi) if dpi else None, self.transparent.isChecked(), words)
        found.paper()
        return found

    def _draw(self) -> None:
        if self.worker.busy:  # what is chosen meanwhile is drawn when that is done
            self._again = True
            return
        try:
            options = self.options()
        except ExplorerError as error:
            self._say(str(error))
            return
        self._say("")
        paper = options.paper()
        across = self.preview.width() * self.devicePixelRatioF()
        dpi = int(min(max(across / paper.width_in, _LEAST_DPI), paper.dpi, 300))
        self.worker.start(lambda: self._draft(options, dpi))

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.save.setEnabled(not problem)

    def _drawn(self, content: bytes | None, problem: str) -> None:
        if self._again:
            self._again = False
            self._draw()
        if content is None:
            self.preview.say(problem)
        else:
            self.preview.show_image(QImage.fromData(content))

    def ask(self) -> Options | None:
        """Ask, and give what was chosen, or None."""
        self.resize(980, 560)
        chosen = self.options() if self.exec() else None
        self.deleteLater()
        return chosen and replace(chosen)
