"""What of the window is in sight at a step, or with a claim: its knobs, its charts, words and table."""

from __future__ import annotations

from collections.abc import Iterable

from explorer.app.lessons.claim_desk import ClaimDesk
from explorer.app.lessons.course import Course

_CHART = "time"  # stands with a step that looks at words and numbers only


class Sights:
    """Asks the course and the desk of claims. ``panes``: the charts that there are."""

    def __init__(self, course: Course, claims: ClaimDesk, panes: Iterable[str]) -> None:
        self._course, self._claims, self._panes = course, claims, tuple(panes)

    @property
    def free(self) -> bool:
        """Whether all knobs and charts are in sight."""
        visit = self._course.visit
        return visit is None or visit.free or self._course.finished

    @property
    def knobs(self) -> tuple[str, ...] | None:
        """The knobs of the claim or the step; None where all are in sight."""
        if self._claims.on:
            return self._claims.knobs
        visit = self._course.visit
        return None if visit is None or self.free else visit.step.knobs

    @property
    def charts(self) -> tuple[str, ...]:
        """The charts that the step or the claim looks at; nothing where all are in sight."""
        look = self.look
        charts = tuple(k for k in look if k in self._panes)
        return charts or (_CHART,) * bool(look)

    @property
    def look(self) -> tuple[str, ...]:
        """What the step or the claim looks at, in its order."""
        if self._claims.on:
            return self._claims.look
        visit = self._course.visit
        return () if visit is None or self.free else visit.step.look

    def shows(self, part: str) -> bool:
        """Whether ``verdict`` or ``table`` is in sight."""
        return not self.look or part in self.look
