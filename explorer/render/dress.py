"""What stands around every chart and table: title and subtitle above, the load and the sources below."""

from __future__ import annotations

from explorer.render.box import Box
from explorer.render.sheet import Kind, Sheet

_MOST_NOTE_LINES = 8
_MOST_CONTEXT_LINES = 3
_NOTE_SHARE = 0.24  # of the height, at most


def dress(title: str, subtitle: str, context: str, note: str, sheet: Sheet) -> Box:
    """Write title, subtitle and footer, which begins with the load that is shown; the room that is left between them."""
    margin = 1.1 * sheet.em
    room = sheet.wide - 2 * margin
    top = head(title, subtitle, sheet, Box(margin, 0.9 * margin, sheet.wide - margin, sheet.high))
    bottom = _foot(context, note, sheet, margin, room)
    return Box(margin, top, sheet.wide - margin, bottom)


def head(title: str, subtitle: str, sheet: Sheet, box: Box, kind: Kind = "title") -> float:
    """Write title and subtitle at the top of a box, beside each other where there is room; where what follows begins."""
    em, theme, y = sheet.em, sheet.theme, box.top
    lines = sheet.wrap(title, kind, box.wide, 2)
    for line in lines:
        y += 0.8 * em
        sheet.text(box.left, y, line, kind, theme.text)
        y += 0.85 * em
    used = sheet.width(lines[-1], kind) + 0.9 * em if lines else 0.0
    if lines and used + sheet.width(subtitle, "base") <= box.wide:
        sheet.text(box.left + used, y - 0.81 * em, subtitle, "base", theme.muted)
        return y + 0.35 * em
    for line in sheet.wrap(subtitle, "base", box.wide, 2):
        y += 0.65 * em
        sheet.text(box.left, y, line, "base", theme.muted)
        y += 0.65 * em
    return y + 0.35 * em


def _foot(context: str, note: str, sheet: Sheet, margin: float, room: float) -> float:
    step = 1.3 * sheet.size("note")
    most = min(_MOST_NOTE_LINES, max(1, int(_NOTE_SHARE * sheet.high / step)))
    loads = sheet.wrap(context, "note", room, min(most, _MOST_CONTEXT_LINES))
    lines = [*loads, *sheet.wrap(note, "note", room, most - len(loads))]
    top = sheet.high - 0.75 * margin - step * len(lines)
    for i, line in enumerate(lines):
        sheet.text(margin, top + (i + 0.5) * step, line, "note", sheet.theme.text if i < len(loads) else sheet.theme.muted)
    return top - (0.55 * sheet.em if lines else 0.0)


def say(text: str, sheet: Sheet, area: Box) -> None:
    """A few words in the middle of the area, where there is nothing to draw."""
    lines = sheet.wrap(text, "base", 0.8 * area.wide, 4)
    step = 1.4 * sheet.em
    for i, line in enumerate(lines):
        y = area.middle + (i - (len(lines) - 1) / 2) * step
        sheet.text((area.left + area.right) / 2, y, line, "base", sheet.theme.muted, "center")
