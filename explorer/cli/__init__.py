"""The command line: the same numbers as the window, without a display."""

from explorer.cli.main import main

__all__ = ["main"]
