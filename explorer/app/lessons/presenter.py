"""What a room sees: the charts, big numbers, the step's knobs, and none of the window's furniture. Everything comes back as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from explorer.app.lessons.backstage import Before, bring_back, kept, show_chrome
from explorer.app.lessons.player import Player
from explorer.app.lessons.presenter_keys import PresenterKeys
from explorer.app.lessons.room import Room
from explorer.app.look import Look
from explorer.charts.common import Scene
from explorer.charts.style import theme

if TYPE_CHECKING:
    from explorer.app.lessons.callouts import CallOuts
    from explorer.app.lessons.halo import BlackOut, Halo
    from explorer.app.lessons.knob_strip import KnobStrip
    from explorer.app.lessons.teaching import Teaching
    from explorer.app.window import Window

LEAST_PT = 18.0


class Presenter(QObject):
    """Presents one window. ``full_screen``: take the whole screen meanwhile."""

    def __init__(self, window: Window, teaching: Teaching) -> None:
        super().__init__(teaching)
        self._window, self._teaching = window, teaching
        self.full_screen = True
        self.player = Player(teaching.hand, self)
        self.player.changed.connect(self._say_playing)
        self.keys, self.room = PresenterKeys(window, self), Room(window, teaching)
        self.outs: CallOuts | None = None
        self.strip: KnobStrip | None = None
        self.black: BlackOut | None = None
        self.halo: Halo | None = None
        self._before: Before | None = None
        self._held: QWidget | None = None
        window.refresher.drawn.connect(self._drawn)

    @property
    def on(self) -> bool:
        """Whether a room is looking."""
        return self._before is not None

    def toggle(self) -> None:
        """Begin or end."""
        if self.on:
            self.end()
        else:
            self.start()

    def start(self) -> None:
        """Show the room what it came for."""
        window = self._window
        self._before = kept(window)
        self._build()
        show_chrome(window, False)
        window.set_look(Look(theme("projector"), 1.0, LEAST_PT))
        if not self._teaching.on:
            _turn_chart(window, 0)
        if self.full_screen:
            window.showFullScreen()
        self.keys.watch()
        self.fit()
        self.step_aside()
        window.refresher.request()

    def end(self) -> None:
        """The window as it was before."""
        before, self._before = self._before, None
        if before is None:
            return
        self.keys.stop()
        self.player.stop()
        for part in (self.outs, self.strip, self.black):
            if part is not None:
                part.hide()
        if self.halo is not None:
            self.halo.set_on(False)
        show_chrome(self._window, True)
        bring_back(self._window, before)

    def _build(self) -> None:
        from explorer.app.lessons.callouts import CallOuts  # not at launch
        from explorer.app.lessons.halo import BlackOut, Halo
        from explorer.app.lessons.knob_strip import KnobStrip

        window = self._window
        if self.outs is None or self.strip is None:
            self.outs, self.strip = CallOuts(), KnobStrip()
            self.black = BlackOut(window)
            self.black.ended.connect(self.black_out)
            self.outs.activated.connect(window.document.activate)
            for name in ("edited", "reset_asked", "gesture_ended"):
                getattr(self.strip, name).connect(getattr(window.knobs, name))
            window.rows.insertWidget(0, self.outs)
            window.column.addWidget(self.strip)
        if self.halo is not None:
            self.halo.deleteLater()
        self.halo = Halo(window, Look(theme("projector")))
        self.outs.show()

    def fit(self) -> None:
        """Charts, page and knobs for the present size."""
        if self.strip is not None and self.outs is not None:
            self.room.fit(self.strip, self.outs)
            if self.black is not None:
                self.black.setGeometry(self._window.rect())

    def step_aside(self) -> None:
        """Keys go to nobody in particular, so that no frame marks what a room need not look at."""
        held = QApplication.focusWidget()
        if self.on and (held is None or self.strip is None or not self.strip.isAncestorOf(held)):
            self._window.setFocus()

    def _drawn(self, scene: Scene, slow: bool) -> None:
        if not self.on or self.outs is None or self.strip is None:
            return
        if self.room.knobs() != tuple(self.strip.rows):
            self.fit()
        self.strip.show_states(self._window.knobs)
        if slow:
            self.room.show_results(scene, self.outs)

    # ---- what the keys do

    def turn(self, by: int) -> None:
        """The next step or the one before; without a lesson, the next chart."""
        if self._teaching.on:
            self._teaching.desk.next() if by > 0 else self._teaching.course.back()
        else:
            _turn_chart(self._window, by)

    def scroll(self, by: int) -> None:
        """Read on in the page."""
        if self._teaching.panel is not None:
            self._teaching.panel.turn_page(by)

    def black_out(self) -> None:
        """Black, or no longer."""
        if self.black is None:
            return
        on = self.black.isHidden()
        if on:
            self._held = QApplication.focusWidget()
        self.black.set_on(on)
        if not on:  # else Qt hands the keys to whatever comes next, a field perhaps
            (self._held if self._held is not None and isValid(self._held) else self._window).setFocus()

    def toggle_halo(self) -> None:
        """A ring around the pointer, or none."""
        if self.halo is not None:
            self.halo.set_on(self.halo.isHidden())

    def play(self) -> None:
        """Run the knob in the hand through its stops, or pause."""
        if self.strip is not None:
            self.player.toggle(self.strip.focused())
            if not self.player.on:
                self._window.refresher.end_gesture()

    def _say_playing(self) -> None:
        if self.strip is not None:
            row = self.strip.rows.get(self.player.key)
            said = f"▶ {row.knob.label}, {self.player.speed:g}x (Space pauses, + and - set the pace)" if row and self.player.on else ""
            self.strip.playing.show_text(said)
            self.strip.playing.setVisible(bool(said))


def _turn_chart(window: Window, by: int) -> None:
    panes = window.panes
    keys, seen = list(panes.panes), panes.visible_keys()
    panes.fill(keys[(keys.index(seen[0]) + by) % len(keys) if len(seen) == 1 and seen[0] in keys else 0])
