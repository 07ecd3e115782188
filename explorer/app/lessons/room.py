"""Where things stand in front of a room, and what the big numbers say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from explorer.charts import names
from explorer.charts.common import Scene
from explorer.evaluate import Findings, explain
from explorer.lessons.model import Step
from explorer.lessons.results import Results, text_of
from explorer.quantities import QUANTITIES

if TYPE_CHECKING:
    from explorer.app.lessons.callouts import CallOuts
    from explorer.app.lessons.knob_strip import KnobStrip
    from explorer.app.lessons.teaching import Teaching
    from explorer.app.window import Window

_USUAL = ("job.batch", "job.context", "chip.hbm_bytes_per_s", "plan.chips")  # without a lesson
_LEAST_CHART = 190  # effective pixels of height, below which charts stand behind tabs
_PAGE = 0.4  # of the window's width


class Room:
    """Arranges one window in front of a room."""

    def __init__(self, window: Window, teaching: Teaching) -> None:
        self._window, self._teaching = window, teaching

    def fit(self, strip: KnobStrip, outs: CallOuts) -> None:
        """Charts, page and knobs for the present size."""
        window, teaching, sights = self._window, self._teaching, self._teaching.sights
        if teaching.panel is not None:
            teaching.panel.set_bare(True)
        strip.set_knobs(self.knobs(), window.look)
        strip.setVisible(bool(strip.rows))
        parts = (("Verdict", window.verdict, "verdict"), ("Comparison", window.table, "table"))
        guests: dict[str, QWidget] = {t: p for t, p, k in parts if sights.look and k in sights.look}
        room = window.height() - outs.sizeHint().height() - strip.sizeHint().height()
        rows = min(2, len(sights.charts)) if sights.charts else 2
        window.panes.set_tabbed(bool(guests) or (rows > 1 and room / rows < window.look.px(_LEAST_CHART)))
        self._house(guests)
        right = round(window.width() * _PAGE) if teaching.page_shown is not None else 0
        window.split.setSizes([0, window.width() - right, right])

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

    def show_results(self, scene: Scene, outs: CallOuts) -> None:
        """What each scenario comes to; nothing of it before a guess."""
        study, visit = scene.study, self._teaching.course.visit
        key = "" if visit is None or self._teaching.sights.free else key_result(visit.step)
        found = [explain(scene.report, study.scenarios, i, study.baseline) for i in range(len(study.scenarios))]
        results = self._teaching.desk.results
        listed = tuple(_named(f, name, said(results, key, i)) for i, (f, name) in enumerate(zip(found, names(study), strict=True)))
        hidden = visit is not None and visit.unanswered and not self._teaching.course.finished
        outs.show_all(self._window.look, listed, study.active, hidden=hidden)


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
