"""One command over a folder of studies: each study into a file of its own, what fails told, the others written all the same."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from explorer.cli.study_args import PICTURES, study_of
from explorer.errors import ExplorerError
from explorer.library.text_files import reason, shown
from explorer.specs import Study

STUDIES = (".json", *PICTURES)
Write = Callable[[Study, Path], object]


class UnfinishedError(ExplorerError):
    """A part of what was asked for is not there; the rest is. The command ends with status 1."""

    status = 1


def is_folder(arguments: argparse.Namespace) -> bool:
    """Whether a folder stands where a study would."""
    try:
        return arguments.study is not None and bool(arguments.study.strip()) and Path(arguments.study).is_dir()
    except (OSError, ValueError):
        return False


def progress(done: int, total: int, words: str) -> None:
    """One line on stderr, where it mixes with no output."""
    print(f"{done}/{total} {words}", file=sys.stderr, flush=True)


def suffix_of(arguments: argparse.Namespace, known: tuple[str, ...]) -> str:
    """What the files of a folder of studies end in: ``--format``, or .png. Raises `ExplorerError`."""
    suffix = f".{(arguments.format or 'png').lstrip('.').lower()}"
    if suffix not in known:
        raise ExplorerError(f"--format {arguments.format[:40]!r}: write one of {', '.join(k[1:] for k in known)}")
    return suffix


def no_format(arguments: argparse.Namespace) -> None:
    """A lone file says by its own ending what it is. Raises `ExplorerError`."""
    if arguments.format is not None:
        raise ExplorerError("--format goes with a folder of studies; the ending of a lone file says what it is")


def each_study(arguments: argparse.Namespace, suffix: str, write: Write) -> None:
    """Write every study of a folder, changed as the flags say, to a file of its own name with ``suffix`` in the output folder.

    Raises `ExplorerError` before anything is written where there is nothing to do or no folder to write to, and
    `UnfinishedError` at the end where not all could be written.
    """
    if arguments.chip:
        raise ExplorerError("give a folder of studies or --chip, not both")
    source, target = Path(arguments.study), Path(arguments.output)
    found = studies_in(source)
    ready(target)
    failed = 0
    for i, (path, name) in enumerate(zip(found, _names(found, suffix), strict=True), start=1):
        try:
            write(study_of(argparse.Namespace(**vars(arguments) | {"study": str(path)})), target / name)
            progress(i, len(found), f"{shown(path.name)} -> {shown(target / name)}")
        except ExplorerError as error:
            failed += 1
            progress(i, len(found), f"{shown(path.name)} FAILED: {error}")
    if failed:
        raise UnfinishedError(f"{failed} of {len(found)} studies could not be written; the others are in {shown(target)}")


def studies_in(folder: Path) -> list[Path]:
    """Study files, and pictures that may carry one, by name. Raises `ExplorerError` where there are none."""
    try:
        found = sorted(p for p in folder.iterdir() if p.suffix.lower() in STUDIES and not p.name.startswith("."))
    except OSError as error:
        raise ExplorerError(f"cannot read {shown(folder)}: {reason(error)}") from None
    if not found:
        raise ExplorerError(f"{shown(folder)} holds no studies ({', '.join(STUDIES)})")
    return found


def ready(folder: Path) -> None:
    """Make the output folder where it is not there yet. Raises `ExplorerError`."""
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError:
        raise ExplorerError(f"{shown(folder)} is no folder: a folder of studies goes into a folder") from None
    except OSError as error:
        raise ExplorerError(f"cannot make the folder {shown(folder)}: {reason(error)}") from None
    except ValueError:
        raise ExplorerError(f"cannot make the folder {shown(folder)}: not a possible name") from None


def _names(found: list[Path], suffix: str) -> list[str]:
    """``a.svg`` for ``a.json``; where ``a.png`` stands beside it, ``a.json.svg`` and ``a.png.svg``."""
    stems = [p.stem.casefold() for p in found]
    return [f"{p.name if stems.count(p.stem.casefold()) > 1 else p.stem}{suffix}" for p in found]
