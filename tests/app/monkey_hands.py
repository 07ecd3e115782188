"""A hand that does anything at all to the window, in an order that a seed fixes."""

from __future__ import annotations

import random
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QWidget
from window_tools import LEFT, Answers, mouse, move, press, release

from explorer.app.widgets import KnobSlider
from explorer.app.widgets.choice import Segments
from explorer.app.window import Window
from explorer.charts.style import theme_names

_TEXTS = (
    "4.9 TB/s", "96 GiB", "96*2", "1e15", "7", "16", "2.5", "0", "-3", "1e400", "nan", "many", "", "9" * 150, "1/0",
    "((((", "<b>x</b>", "12 parsecs", "4,096", "3 TB/s/s", "µ", "１２", "10 us", "0.1 TB", "1e-9",
)  # fmt: skip
_NAMES = ("Mine", "x" * 200, "<img src=x>", "Ünïcödé 芯片", " ", "Trainium2", "a\nb", "=1+1")
_SLIDER_KEYS = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_Up, Qt.Key.Key_Backspace,
)  # fmt: skip
_ANY_KEYS = (
    *_SLIDER_KEYS, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space,
    Qt.Key.Key_Delete, Qt.Key.Key_F2, Qt.Key.Key_A, Qt.Key.Key_B, Qt.Key.Key_Z, Qt.Key.Key_Menu,
)  # fmt: skip
_MODIFIERS = (*[Qt.KeyboardModifier.NoModifier] * 6, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier)
_NEVER = ("Quit",)
_RARELY = ("New", "About", "Keyboard shortcuts")


class Monkey:
    """Does one thing a `step`; ``last`` names the latest ones."""

    def __init__(self, window: Window, answers: Answers, seed: int) -> None:
        self.window, self.answers, self.random = window, answers, random.Random(seed)
        self.last: list[str] = []
        self._rescue = QTimer(window, interval=15)  # a button's menu runs an event loop of its own
        self._rescue.timeout.connect(self._leave)
        self._rescue.start()
        acts: tuple[tuple[int, Callable[[], str]], ...] = (
            (30, self.drag), (20, self.slider_key), (8, self.wheel), (8, self.type), (6, self.choose), (8, self.pill),
            (8, self.menu_action), (5, self.any_key), (6, self.chart), (3, self.table), (3, self.fold), (2, self.resize),
            (1, self.look), (3, self.undo), (2, self.button), (3, self.context_menu), (2, self.tab), (1, self.bar_menu),
        )  # fmt: skip
        self._acts = [act for weight, act in acts for _ in range(weight)]

    def step(self) -> None:
        """Do one thing and let some of it happen."""
        act = self.random.choice(self._acts)
        self.answers.line = self.random.choice((None, *_NAMES))
        self.last = [*self.last[-19:], f"{act.__name__}: {act() or ''}"]
        self._close_popups()
        if self.random.random() < 0.5:
            QApplication.processEvents()

    def _close_popups(self) -> None:
        for _ in range(5):
            popup = QApplication.activePopupWidget()
            if popup is None:
                return
            if isinstance(popup, QMenu) and self.random.random() < 0.5:
                enabled = [a for a in popup.actions() if a.isEnabled() and a.menu() is None and not a.isSeparator()]
                if enabled and enabled[0].text() != "&New":
                    self.random.choice(enabled).trigger()
            popup.close()

    def _leave(self) -> None:
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()

    def _slider(self) -> KnobSlider | None:
        bodies = [r.editor.body for r in self.window.knobs.rows.values() if not r.isHidden()]
        sliders = [b for b in bodies if isinstance(b, KnobSlider)]
        return self.random.choice(sliders) if sliders else None

    def _at(self, part: QWidget) -> QPoint:
        return QPoint(self.random.randrange(max(1, part.width())), self.random.randrange(max(1, part.height())))

    # ---- the knobs

    def drag(self) -> str:
        slider = self._slider()
        if slider is None:
            return "nothing"
        press(slider, self.random.choice((None, self.random.uniform(0, slider.maximum()))))
        for _ in range(self.random.randrange(6)):
            move(slider, self.random.uniform(-20, slider.maximum() + 20))
            if self.random.random() < 0.6:
                QApplication.processEvents()
        if self.random.random() < 0.95:
            release(slider)
        else:  # lost on the way: another button, a double click, a hidden row
            mouse(slider, QMouseEvent.Type.MouseButtonDblClick, 10)
        return slider.accessibleName()

    def slider_key(self) -> str:
        slider = self._slider()
        if slider is None:
            return "nothing"
        slider.setFocus()
        key = self.random.choice(_SLIDER_KEYS)
        QTest.keyClick(slider, key, self.random.choice(_MODIFIERS))
        return f"{slider.accessibleName()} {key.name}"

    def type(self) -> str:
        first = [r.editor.controls[0] for r in self.window.knobs.rows.values() if not r.isHidden()]
        fields = [f for f in first if isinstance(f, QLineEdit)]
        if not fields:
            return "nothing"
        field, text = self.random.choice(fields), self.random.choice(_TEXTS)
        field.setFocus()
        field.selectAll()
        for letter in text:  # QTest knows ASCII only
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(field, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))
        end = self.random.choice((Qt.Key.Key_Return, Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Escape))
        QTest.keyClick(field, end)
        return f"{field.accessibleName()} {text!r}"

    def choose(self) -> str:
        rows = [r for r in self.window.knobs.rows.values() if not r.isHidden() and r.knob.kind == "choice"]
        if not rows:
            return "nothing"
        row = self.random.choice(rows)
        if isinstance(row.editor.head, Segments):
            QTest.mouseClick(self.random.choice(row.editor.head.buttons), LEFT)
        else:
            QTest.keyClick(row.editor.head, self.random.choice((Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_F4, Qt.Key.Key_F)))
        return row.knob.key

    def fold(self) -> str:
        header = self.random.choice(list(self.window.knobs.headers.values()))
        QTest.mouseClick(header, LEFT)
        return header.text()

    # ---- the bar and the menus

    def pill(self) -> str:
        pill = self.random.choice(self.window.bar.pills)
        how = self.random.randrange(8)
        if how < 4:
            QTest.mouseClick(pill, LEFT)
        elif how == 4:
            QTest.mouseDClick(pill, LEFT)
        elif how == 5:
            key = self.random.choice((Qt.Key.Key_Delete, Qt.Key.Key_F2, Qt.Key.Key_Right))
            QTest.keyClick(pill, key, Qt.KeyboardModifier.ControlModifier)
        elif how == 6:
            QTest.mousePress(pill, LEFT)
            QTest.mouseRelease(pill, LEFT, pos=QPoint(self.random.randrange(-400, 400), 5))
        else:
            QTest.mouseClick(self.window.bar.plus, LEFT)
        return f"{pill.name[:20]} {how}"

    def menu_action(self) -> str:
        found = self.window.actions_.all
        name = self.random.choice([n for n in found if n not in _NEVER and (n not in _RARELY or self.random.random() < 0.05)])
        self.answers.path = None
        found[name].trigger()
        return name

    def bar_menu(self) -> str:
        menu = self.random.choice((self.window.actions_.workload, self.window.actions_.fabric, self.window.actions_.add))
        menu.aboutToShow.emit()
        if menu.actions():
            self.random.choice(menu.actions()).trigger()
        return menu.title()

    def button(self) -> str:
        shown = [b for b in (*self.window.bar.buttons, self.window.bar.more) if b.isVisible()]
        if not shown:
            return "nothing"
        button = self.random.choice(shown)
        QTest.mouseClick(button, LEFT)
        return button.accessibleName()

    def undo(self) -> str:
        which = self.random.choice((self.window.actions_.undo, self.window.actions_.redo))
        for _ in range(self.random.randrange(1, 6)):
            which.trigger()
        return which.text()

    # ---- what is shown

    def chart(self) -> str:
        keys, panes = self.window.panes.visible_keys(), {**self.window.panes.panes, **self.window.panes.further}
        pane = panes[self.random.choice(keys)] if keys else None
        if pane is None or pane.view is None:
            return "nothing"
        target = self.random.choice([pane.view, *(w for w in pane.view.findChildren(QWidget) if w.isVisible())])
        how = self.random.randrange(5)
        if how == 0:
            QTest.mouseMove(target, self._at(target))
        elif how == 1:
            QTest.mouseClick(target, LEFT, pos=self._at(target))
        elif how == 2:
            QTest.mouseDClick(target, LEFT, pos=self._at(target))
        elif how == 3:
            QTest.keyClick(target, self.random.choice(_ANY_KEYS))
        else:
            QTest.mouseClick(pane._grow, LEFT)
        return f"{pane.chart.key} {how}"

    def table(self) -> str:
        view = self.window.table.view
        how = self.random.randrange(3)
        if how == 0:
            QTest.mouseClick(self.window.table.toggle, LEFT)
        elif how == 1:
            QTest.mouseDClick(view.viewport(), LEFT, pos=self._at(view.viewport()))
        else:
            QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        return str(how)

    def tab(self) -> str:
        tabs = self.window.panes._tabs
        tabs.setCurrentIndex(self.random.randrange(tabs.count()))
        return str(tabs.currentIndex())

    # ---- anything, anywhere

    def _anywhere(self) -> QWidget:
        parts = [w for w in self.window.findChildren(QWidget) if w.isVisible()]
        return self.random.choice(parts) if parts else self.window

    def wheel(self) -> str:
        part = self._slider() if self.random.random() < 0.5 else self._anywhere()
        part = part or self.window
        if self.random.random() < 0.5:
            part.setFocus()
        at = QPointF(self._at(part))
        angle = QPoint(0, self.random.choice((-240, -120, 40, 120, 360)))
        event = QWheelEvent(
            at, part.mapToGlobal(at), QPoint(), angle, Qt.MouseButton.NoButton, self.random.choice(_MODIFIERS),
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(part, event)
        return type(part).__name__

    def any_key(self) -> str:
        part = self.window.focusWidget() or self.window
        key = self.random.choice(_ANY_KEYS)
        modifiers = self.random.choice(_MODIFIERS)
        QTest.keyClick(part, key, modifiers)
        return f"{type(part).__name__} {modifiers.name} {key.name}"

    def context_menu(self) -> str:
        part = self._anywhere()
        at = self._at(part)
        QApplication.sendEvent(part, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, part.mapToGlobal(at)))
        return type(part).__name__

    def resize(self) -> str:
        self.window.resize(self.random.randrange(300, 2400), self.random.randrange(240, 1400))
        return f"{self.window.width()} x {self.window.height()}"

    def look(self) -> str:
        self.window.wear(self.random.choice(theme_names()), self.random.choice((0.75, 1.0, 1.0, 1.5, 2.5)))
        return self.window.look.theme.name
