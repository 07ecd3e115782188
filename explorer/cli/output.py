"""What is printed: text on stdout that a full disk or an old terminal cannot turn into a traceback."""

from __future__ import annotations

import sys

from explorer.charts.records import as_json
from explorer.errors import ExplorerError

__all__ = ["as_json", "say", "tolerant"]


class SeveralError(ExplorerError):
    """More than one thing is wrong: a line for each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = [str(ExplorerError(line)) for line in lines]


def tolerant() -> None:
    """A terminal that lacks a character shows a question mark in its place."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def say(text: str) -> None:
    """Print ``text``, all of it, and whatever waits before it.

    Raises `ExplorerError` where it cannot be written, `BrokenPipeError` where nobody reads.
    """
    try:
        print(text.rstrip("\n"), end="\n" if text else "", flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ExplorerError(f"cannot write the output: {(error.strerror or str(error)).lower()}") from None

