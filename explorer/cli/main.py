"""From the words after ``chip-explorer`` to an exit status: 0 for an answer, 1 where a part of it is missing, 2 for bad input told in one line."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from explorer.cli.output import SeveralError, say, tolerant
from explorer.cli.parser import COMMANDS, make_parser, parse
from explorer.errors import ExplorerError, unknown

_ENDINGS = (".json", ".png", ".svg", ".pdf", ".csv", ".tsv")


def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit status: 0, 1 for a part, 2 for bad input (one line on stderr), 130 when interrupted."""
    words = sys.argv[1:] if argv is None else argv
    tolerant()
    try:
        return _run(words)
    except ExplorerError as error:
        for line in error.lines if isinstance(error, SeveralError) else [str(error)]:
            print(f"chip-explorer: {line}", file=sys.stderr)
        return int(getattr(error, "status", 2))
    except BrokenPipeError:
        _drop_output()
        return 0  # whoever reads has enough
    except KeyboardInterrupt:
        return 130


def _run(words: list[str]) -> int:
    first = words[0] if words else ""
    if not first:
        return _open_window(None)
    if not first.startswith("-") and first not in COMMANDS:
        return _open_window(_asked_for(words))
    parser = make_parser()
    arguments = parse(parser, words)
    say("" if arguments is None else arguments.run(arguments))  # None: -h or --version, which have been answered
    return 0


def _asked_for(words: list[str]) -> str:
    """``chip-explorer study.json`` opens the window with a study, a share string or another file; any other first word is meant to be a command."""
    from explorer.cli.study_args import open_study
    from explorer.library.readers import FILE_READERS, KEPT_AS, kind_of_file
    from explorer.library.share import is_share, read_share

    name, path = words[0], Path(words[0])
    shared = is_share(name)
    if not shared and path.suffix.lower() not in _ENDINGS:
        raise unknown("command", name, COMMANDS)
    if len(words) > 1:
        raise ExplorerError(f"unexpected argument {words[1][:80]!r}: the window opens one study")
    # What is wrong with it is told here, before a window appears.
    if shared:
        read_share(name)
    else:
        FILE_READERS.get(KEPT_AS.get(kind_of_file(path), ""), open_study)(path)
    return name


def _open_window(asked: str | None) -> int:
    from explorer.app.probe import problem

    reason = problem(offscreen=False)
    if reason:
        raise ExplorerError(reason)
    from explorer.app import start

    return start(asked)


def _drop_output() -> None:
    """Send what is still buffered nowhere, or the interpreter complains about the closed pipe when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return  # no real file behind stdout, so nothing is left to flush
