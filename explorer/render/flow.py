"""Running text: lines of words that fit a width, none of them cut, with words too long for any line broken."""

from __future__ import annotations

from collections.abc import Iterator

from explorer.render.sheet import Kind, Sheet


def flowed(sheet: Sheet, text: str, kind: Kind, room: float, first: float = 0.0) -> list[str]:
    """The text in as many lines as it needs, each at most ``room`` points wide; the first one ``first`` points less.

    The first line is empty where not even a word fits beside what stands there.
    """
    space = sheet.width("n n", kind) - sheet.width("nn", kind)
    lines: list[str] = []
    line: list[str] = []
    used = first
    for word in _pieces(sheet, text, kind, room):
        wide = sheet.width(word, kind)
        if (line or (first and not lines)) and used + (space if line else 0.0) + wide > room:
            lines.append(" ".join(line))
            line, used = [], 0.0
        used += (space if line else 0.0) + wide
        line.append(word)
    return [*lines, " ".join(line)] if line else lines


def _pieces(sheet: Sheet, text: str, kind: Kind, room: float) -> Iterator[str]:
    """The words of a text, those that are wider than ``room`` in pieces: a web address has no spaces."""
    for word in text.split():
        rest = word
        while sheet.width(rest, kind) > room and len(rest) > 1:
            low, high = 1, len(rest)
            while low < high:
                middle = (low + high + 1) // 2
                low, high = (middle, high) if sheet.width(rest[:middle], kind) <= room else (low, middle - 1)
            yield rest[:low]
            rest = rest[low:]
        yield rest
