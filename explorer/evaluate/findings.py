"""Words for a Report: what `explain` returns and the verdict panel shows. Plain text only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["normal", "good", "bad", "warn"]


@dataclass(frozen=True)
class Paragraph:
    """A titled paragraph; an empty title means that the text stands alone."""

    title: str
    text: str
    severity: Severity = "normal"


@dataclass(frozen=True)
class Findings:
    """The verdict on one scenario: tagline ("HBM-bound, 92 % of its roof"), headline ("6.5 ms"), what it means, details."""

    name: str
    slot: int
    tagline: str
    headline: str
    headline_note: str
    change: str
    change_severity: Severity
    paragraphs: tuple[Paragraph, ...]
    not_modelled: tuple[str, ...]

    def text(self) -> str:
        """All of it as plain text, for copying and for screen readers."""
        lines = [f"{self.name}: {self.headline} {self.headline_note}", self.tagline, self.change]
        lines += [f"{p.title}: {p.text}" if p.title else p.text for p in self.paragraphs]
        lines.append(f"Not modelled: {', '.join(self.not_modelled)}")
        return "\n".join(line for line in lines if line)
