"""From the state to what is seen: many changes, one redraw, and the slower answers once the hand rests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from explorer import charts
from explorer.app.document import Document
from explorer.app.knob_notes import knob_notes
from explorer.app.pointed import cell_sources, mark_source
from explorer.app.references import edited, reference
from explorer.app.states import knob_states, ladders, source_lines
from explorer.charts.common import Scene
from explorer.evaluate import Findings, Paragraph, evaluate_study, explain
from explorer.explore import (
    Advice,
    ServingSplit,
    announced,
    announced_paragraph,
    next_best,
    serving_paragraph,
    serving_splits,
)
from explorer.knobs import knob, was
from explorer.specs import Scenario, Study

if TYPE_CHECKING:
    from explorer.app.window import Window

_REST_MS = 140
_GHOST_MS = 1000
_WORDS_MS = 90  # nobody reads faster: while a hand moves, verdict and table follow at this pace, curves and bars at once


@dataclass(frozen=True)
class Slow:
    """Answers that may lag behind a drag by a moment, and the scenario they were given for."""

    scenario: Scenario | None = None
    notes: tuple[tuple[str, str], ...] = ()
    advice: tuple[Advice, ...] = ()
    split: ServingSplit | None = None
    announced: Paragraph | None = None
    learning: bool = True

    def about(self, scenario: Scenario) -> bool:
        """Whether these answers are about this scenario, at its present values or earlier ones."""
        then = self.scenario
        return then is not None and (then.id, then.chip.id) == (scenario.id, scenario.chip.id)


def _answers(document: Document, *, learning: bool) -> Slow:
    """What takes a moment to find out about the scenario in hand."""
    study = document.study
    active, report = study.scenarios[study.active], evaluate_study(study)
    split = serving_splits([active])[0] if report.valid_plan[study.active] else None
    known = announced(active)
    notes = knob_notes(document, study, report, learning=learning)
    return Slow(active, notes, next_best(active), split, announced_paragraph(known) if known else None, learning)


class Refresher(QObject):
    """Evaluates the study once a redraw and hands each widget what it shows. ``silent``: the knobs give no answer away."""

    drawn = Signal(object, bool)  # the scene, and whether its words are shown by now as well

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.stops = ladders(window.document.library)
        window.document.library_changed.connect(self._restock)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.draw)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self.settle)
        self._forget = QTimer(self, singleShot=True, interval=_GHOST_MS)
        self._forget.timeout.connect(lambda: window.panes.show_ghost(None))
        self._words = QTimer(self, singleShot=True, interval=_WORDS_MS)
        self._words.timeout.connect(self._catch_up)
        self._late = False
        self._cast: tuple[object, ...] = ()
        self._ghosts_of: list[str] = []
        self._slow = Slow()
        self._gesture = -1
        self._pointed = self._chart = ""
        self.silent = False
        self.scene: Scene | None = None

    def request(self, _study: Study | None = None) -> None:
        """Redraw at the next turn of the event loop, however often this is called until then."""
        if self.scene is not None:  # before the window is shown there is nothing to draw again
            self._soon.start()
            self._rest.start()

    def _restock(self) -> None:
        """Other presets: other names among the stops, perhaps other marks."""
        self.stops = ladders(self._window.document.library)
        self.request()

    def draw(self) -> None:
        """Evaluate and show the present state now."""
        self._soon.stop()
        self._rest.start()
        study = self._window.document.study
        if self._slow.scenario is not None and not self._slow.about(study.scenarios[study.active]):
            self.settle()  # what was said about another scenario must not stand beside this one
        else:
            self._show(search=False)

    def settle(self) -> None:
        """The hand rests: what has no effect, what to change next, the fewest chips."""
        self._rest.stop()
        study = self._window.document.study
        active = study.scenarios[study.active]
        learning = self._window.settings.learner_notes
        if (active, learning) != (self._slow.scenario, self._slow.learning):
            self._slow = _answers(self._window.document, learning=learning)
        self._show(search=True)

    def point(self, key: str) -> None:
        """Show where the number of a knob comes from, until another one is pointed at."""
        self._pointed, self._chart = key, ""
        self._show_source()

    def point_mark(self, pane: str, said: str) -> None:
        """Show how the number of a mark in a chart comes about; it stays until the next redraw when the hand has left it."""
        if said:
            self._pointed, self._chart = "", pane
            self._show_source()

    def begin_gesture(self, gesture: int) -> None:
        """A drag begins: remember what was, and keep the axes still."""
        if gesture == self._gesture:
            return
        self._gesture = gesture
        self._forget.stop()
        if self.scene is not None:
            seen = self._window.panes.visible_charts()
            self._window.panes.show_ghost({k: charts.chart(k, self.scene) for k in seen})
        self._window.panes.hold_axes(True)
        self._window.knobs.hold_rows(True)

    def end_gesture(self, ghost_ms: int = _GHOST_MS) -> None:
        """The drag is over: fit the axes again; the ghost stays a moment longer."""
        self._gesture = -1
        self._window.knobs.hold_rows(False)
        if not self._window.isVisible():  # sliders that go away end their gestures too
            return
        self.draw()
        self._window.panes.hold_axes(False)
        self._forget.start(ghost_ms)

    def _show(self, *, search: bool) -> None:
        window, study = self._window, self._window.document.study
        self.scene = Scene(study, evaluate_study(study, search=search))
        window.panes.show_charts({k: charts.chart(k, self.scene) for k in window.panes.visible_charts()})
        # A note that is a moment old is better than rows that jump while the hand moves.
        notes = {} if self.silent else dict(self._slow.notes)
        moving = window.document.links.moving(study)
        window.knobs.show_states(knob_states(window.document.library, window.document.opened, study, self.stops, notes, moving))
        cast = (study.active, study.baseline, tuple((s.id, s.name) for s in study.scenarios))
        if [s.id for s in study.scenarios] != self._ghosts_of:
            self._ghosts_of = [s.id for s in study.scenarios]
            window.panes.show_ghost(None)  # of scenarios that stand elsewhere now, or are gone
        self._late = self._gesture != -1 and self._words.isActive() and cast == self._cast
        self._cast = cast
        if not self._late:
            self._show_words()
        self.drawn.emit(self.scene, not self._late)

    def _show_words(self) -> None:
        window, scene = self._window, self.scene
        if scene is None:
            return
        self._late = False
        self._words.start()
        document = window.document
        window.table.show_table(charts.comparison(scene), cell_sources(document.library, document.opened, scene.study))
        window.verdict.show_findings(_findings(scene, self._slow))
        marks = tuple(edited(window.document.library, scene.study, i) for i in range(len(scene.study.scenarios)))
        window.bar.show_study(scene.study, marks, charts.workload_line(scene.study))
        self._show_source()

    def _catch_up(self) -> None:
        if self._late:
            self._show_words()
            self.drawn.emit(self.scene, True)

    def _show_source(self) -> None:
        if self._chart:
            said = self._window.panes.said(self._chart)
            key = self._window.panes.panes[self._chart].chart.key
            self._window.verdict.show_source(*(mark_source(key, said) if said else ("",)))
        if not self._pointed:
            return
        document, row = self._window.document, knob(self._pointed)
        scenario = document.study.scenarios[document.study.active]
        earlier = was(row.key, scenario, reference(document.library, document.opened, document.study, document.study.active))
        lines = source_lines(row, scenario, earlier, document.links.moving(document.study))
        self._window.verdict.show_source(f"{row.label}  {row.text(row.get(scenario))}", (lines[0], *lines[2:]), row.enters)


def _findings(scene: Scene, slow: Slow) -> Findings:
    """The verdict on the scenario in hand, with the answers that lag behind."""
    study = scene.study
    found = explain(scene.report, study.scenarios, study.active, study.baseline)
    found = replace(found, name=charts.names(study)[study.active])
    added = [] if slow.announced is None else [slow.announced]
    if slow.advice:
        added.append(Paragraph("Next best change", " ".join(f"{a.text}." for a in slow.advice)))
    if slow.split is not None:
        added.append(serving_paragraph(slow.split))
    paragraphs = list(found.paragraphs)
    paragraphs[2:2] = added
    return replace(found, paragraphs=tuple(paragraphs))
