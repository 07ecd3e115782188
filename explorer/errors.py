"""The one error type that people see, and the hint at the nearest right name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST = 560  # characters of a line; what a file says may be longer


class ExplorerError(Exception):
    """Bad input, told in one line: what, where, and the nearest right name. The command line ends with exit status 2."""

    def __init__(self, message: str) -> None:
        line = "".join(c if c.isprintable() else "?" for c in " ".join(message[:_LONGEST].split()))
        super().__init__(line if len(message) <= _LONGEST else f"{line}...")


def nearest(name: str, names: Iterable[str]) -> str:
    """A hint such as ``' (did you mean b200?)'``, or the empty string when nothing comes close."""
    known = {n.casefold(): n for n in names}
    found = difflib.get_close_matches(name.casefold()[:200], known, n=1, cutoff=0.5)
    return f" (did you mean {known[found[0]]}?)" if found else ""


def unknown(kind: str, name: str, names: Iterable[str]) -> ExplorerError:
    """The error for a name that nobody knows: the nearest one, or the first few that exist."""
    names = list(names)
    hint = nearest(name, names) or f" (known: {', '.join(names[:8])}{', ...' if len(names) > 8 else ''})"
    return ExplorerError(f"unknown {kind} {name[:80]!r}{hint}")
