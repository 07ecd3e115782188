"""Where a number comes from."""

from __future__ import annotations

from typing import Literal

from explorer.specs.base import Spec, Text

SourceKind = Literal[
    "datasheet", "vendor doc", "vendor blog", "press", "derived", "recalled", "measured", "transferred", "guess", "user"
]

# Best first; the interface shows the rank as a confidence.
CONFIDENCE: dict[str, str] = {
    "datasheet": "published by the vendor (datasheet)",
    "vendor doc": "published by the vendor (documentation)",
    "vendor blog": "published by the vendor (blog)",
    "measured": "measured",
    "press": "press report",
    "derived": "derived from published numbers",
    "transferred": "carried over from a similar part",
    "recalled": "public knowledge, not re-checked",
    "guess": "assumed",
    "user": "entered by you",
}


class Source(Spec):
    """One reference, for one number."""

    kind: SourceKind
    ref: Text
    url: Text = ""
    checked: Text = ""
    note: Text = ""

    def line(self) -> str:
        """One line for tooltips and footers."""
        parts = [self.ref, CONFIDENCE[self.kind], f"checked {self.checked}" if self.checked else "", self.note]
        return " · ".join(p for p in parts if p)
