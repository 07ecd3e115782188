"""What a room sees: the charts, big numbers, the step's knobs, and none of the window's furniture. Everything comes back as it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from explorer.app.lessons.callouts import CallOuts
from explorer.app.lessons.halo import BlackOut, Halo
from explorer.app.lessons.knob_strip import KnobStrip
from explorer.app.lessons.player import Player
from explorer.app.lessons.presenter_keys import PresenterKeys
from explorer.app.look import Look
from explorer.charts import names
from explorer.charts.common import Scene
from explorer.charts.style import theme
from explorer.evaluate import Findings, explain
from explorer.lessons.model import Step
from explorer.lessons.results import Results, text_of
from explorer.quantities import QUANTITIES

if TYPE_CHECKING:
    from explorer.app.lessons.teaching import Teaching
    from explorer.app.window import Window

LEAST_PT = 18.0
_USUAL = ("job.batch", "job.context", "chip.hbm_bytes_per_s", "plan.chips")  # without a lesson
_LEAST_CHART = 190  # effective pixels of height, below which charts stand behind tabs


@dataclass(frozen=True)
class _Before:
    look: Look
    theme: str
    scale: float
    filled: str | None
    state: Qt.WindowState
    geometry: QRect
    sizes: QByteArray


class Presenter(QObject):
    """Presents one window. ``full_screen``: take the whole screen meanwhile."""

    def __init__(self, window: Window, teaching: Teaching) -> None:
        super().__init__(teaching)
        self._window, self._teaching = window, teaching
        self.full_screen = True
        self.player = Player(teaching.hand, self)
        self.player.changed.connect(self._say_playing)
        self.keys = PresenterKeys(window, self)
        self.outs: CallOuts | None = None
        self.strip: KnobStrip | None = None
        self.black: BlackOut | None = None
        self.halo: Halo | None = None
        self._before: _Before | None = None
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
        self._before = _Before(
            window.look, window.settings.theme, window.settings.scale, window.panes.filled, window.windowState(), window.geometry(),
            window.split.saveState(),
        )  # fmt: skip
        self._build()
        window.menuBar().setFixedHeight(0)  # hidden, its shortcuts would be deaf
        self._show_chrome(False)
        window.set_look(Look(theme("projector"), 1.0, LEAST_PT))
        if not self._teaching.on:
            window.panes.turn(0)
        if self.full_screen:
            window.showFullScreen()
        self.keys.watch()
        self.fit()
        self.step_aside()
        window.refresher.request()

    def end(self) -> None:
        """The window as it was before: theme, scale, panes, place and size."""
        before, self._before = self._before, None
        if before is None:
            return
        window = self._window
        self.keys.stop()
        self.player.stop()
        for part in (self.outs, self.strip, self.black):
            if part is not None:
                part.hide()
        if self.halo is not None:
            self.halo.set_on(False)
        window.menuBar().setMinimumHeight(0)
        window.menuBar().setMaximumHeight(16_777_215)
        self._show_chrome(True)
        window.settings.theme, window.settings.scale = before.theme, before.scale
        if window.windowState() != before.state:
            window.setWindowState(before.state)
        window.setGeometry(before.geometry)
        window.set_look(before.look)
        window.panes.fill(before.filled)
        window.fit()
        window.split.restoreState(before.sizes)

    def _show_chrome(self, on: bool) -> None:
        window, panel = self._window, self._teaching.panel
        for part in (window.bar, window.knobs):
            part.setVisible(on)
        for pane in (*window.panes.panes.values(), *window.panes.further.values()):
            pane.set_bare(not on)
        if panel is not None:
            panel.set_bare(not on)

    def _build(self) -> None:
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

    # ---- layout

    def fit(self) -> None:
        """Charts, page and knobs for the present size."""
        window, teaching, strip, outs = self._window, self._teaching, self.strip, self.outs
        if strip is None or outs is None:
            return
        if teaching.panel is not None:
            teaching.panel.set_bare(True)
        strip.set_knobs(self.knobs(), window.look)
        strip.setVisible(bool(strip.rows))
        guests: dict[str, QWidget] = {}
        if teaching.on:
            guests = {t: p for t, p, k in (("Verdict", window.verdict, "verdict"), ("Comparison", window.table, "table")) if teaching.shows(k)}
        if teaching.free:
            guests = {}
        room = window.height() - outs.sizeHint().height() - strip.sizeHint().height()
        rows = min(2, len(teaching.charts)) if teaching.charts else 2
        window.panes.set_tabbed(bool(guests) or (rows > 1 and room / rows < window.look.px(_LEAST_CHART)))
        self._house(guests)
        right = round(window.width() * 0.4) if teaching.page_shown is not None else 0
        window.split.setSizes([0, window.width() - right, right])
        if self.black is not None:
            self.black.setGeometry(window.rect())

    def _house(self, guests: dict[str, QWidget]) -> None:
        window, page = self._window, self._teaching.page_shown
        window.panes.set_guests(guests)
        for title, part in (("Verdict", window.verdict), ("Comparison", window.table)):
            if title not in guests:
                window.layout_.bring_home(title, part)
                part.hide()
        if page is not None:
            window.layout_.bring_home("Lesson", page)
            page.show()
        window.side.setVisible(page is not None)

    def knobs(self) -> tuple[str, ...]:
        """Those of the step, or the usual ones; never what the scenario in hand does not have."""
        visit = self._teaching.course.visit
        rows = self._window.knobs.rows
        wanted = _USUAL if visit is None or not visit.step.knobs else visit.step.knobs
        return tuple(k for k in wanted if rows[k].state is not None)

    def step_aside(self) -> None:
        """Keys go to nobody in particular, so that no frame marks what a room need not look at."""
        held = QApplication.focusWidget()
        if self.on and (held is None or self.strip is None or not self.strip.isAncestorOf(held)):
            self._window.setFocus()

    def _drawn(self, scene: Scene, slow: bool) -> None:
        if not self.on or self.outs is None or self.strip is None:
            return
        if self.knobs() != tuple(self.strip.rows):
            self.fit()
        self.strip.show_states(self._window.knobs)
        if slow:
            study, visit = scene.study, self._teaching.course.visit
            key = "" if visit is None or self._teaching.free else key_result(visit.step)
            listed = tuple(
                _named(explain(scene.report, study.scenarios, i, study.baseline), name, said(self._teaching.results, key, i))
                for i, name in enumerate(names(study))
            )
            hidden = visit is not None and visit.unanswered and not self._teaching.course.finished
            self.outs.show_all(self._window.look, listed, study.active, hidden=hidden)

    # ---- what the keys do

    def turn(self, by: int) -> None:
        """The next step or the one before; without a lesson, the next chart."""
        if self._teaching.on:
            self._teaching.next() if by > 0 else self._teaching.back()
        else:
            self._window.panes.turn(by)

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


def _named(found: Findings, name: str, key: tuple[str, str] | None) -> Findings:
    """A verdict in brief, with the result that a step is about in the place of the usual one."""
    return replace(found, name=name) if key is None else replace(found, name=name, headline=key[0], headline_note=key[1])


def key_result(step: Step) -> str:
    """The result that a step asks about, as `quantities` calls it; empty where it is none of them."""
    asked = (step.score, *(c.result for c in step.goal), step.prediction.result if step.prediction else "")
    terms = (term.rpartition(":")[2] for expression in asked for term in expression.split())
    return next((t for t in terms if _quantity(t) in QUANTITIES), "")


def _quantity(term: str) -> str:
    """``memory.total_bytes`` is ``memory_total_bytes`` there."""
    return term.replace(".", "_")


def said(results: Results, key: str, scenario: int) -> tuple[str, str] | None:
    """A scenario's result and its name; None where it has none."""
    value = results.value(f"{scenario + 1}:{key}") if key else None
    return None if value is None else (text_of(value, QUANTITIES[_quantity(key)].unit), QUANTITIES[_quantity(key)].label.lower())
