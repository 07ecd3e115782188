"""Which scenarios move together: a knob that is linked moves in all of them that take part, in one step to undo."""

from __future__ import annotations

from collections.abc import Iterable

from explorer.knobs import KNOBS, SECTIONS
from explorer.specs import Study

# Scenarios stand side by side to be compared under the same load, so the load moves for all of them together.
LINKED = frozenset({"job.phase", "job.batch", "job.context", "efficiency", "workload"})
_KEYS = {section: frozenset(k.key for k in KNOBS if k.section == section) for section in SECTIONS}
_KEYS["Workload"] |= {"workload"}  # the model has no knob: it is chosen from a menu
KNOWN = frozenset().union(*_KEYS.values())


class Links:
    """Keys of the linked knobs, and ids of the scenarios that move alone. How somebody works: no part of the study."""

    def __init__(self, keys: Iterable[str] | None = None) -> None:
        self.keys = LINKED if keys is None else frozenset(keys) & KNOWN
        self.alone: frozenset[str] = frozenset()

    def targets(self, study: Study, key: str) -> tuple[int, ...]:
        """The scenarios that a change of ``key`` in the one in hand reaches."""
        if key not in self.keys or study.scenarios[study.active].id in self.alone:
            return (study.active,)
        return tuple(i for i, s in enumerate(study.scenarios) if s.id not in self.alone)

    def moving(self, study: Study) -> frozenset[str]:
        """Keys of the knobs that move in more than the scenario in hand."""
        return frozenset() if study.scenarios[study.active].id in self.alone else self.keys

    def sections(self) -> dict[str, str]:
        """Of each section ``all``, ``some`` or ``none``: how many of its knobs are linked."""
        return {s: "all" if keys <= self.keys else "some" if keys & self.keys else "none" for s, keys in _KEYS.items()}

    def toggle_section(self, section: str) -> None:
        """Link all knobs of a section, or none where all are linked."""
        keys = _KEYS[section]
        self.keys = self.keys - keys if keys <= self.keys else self.keys | keys

    def toggle_scenario(self, name: str) -> None:
        """Let a scenario, by its id, move alone, or with the others again."""
        self.alone = self.alone ^ {name}
