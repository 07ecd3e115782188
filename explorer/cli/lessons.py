"""The verbs of ``lessons``: what there is, one in words, checked, begun, printed, and opened at a step for a class."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cli.lesson_files import all_pages, checked, chosen, lines_of, only_lesson
from explorer.cli.output import SeveralError
from explorer.errors import ExplorerError
from explorer.library import load_library, study_text, write_whole
from explorer.library.preset_template import check_id
from explorer.library.share import share_text
from explorer.library.text_files import shown

if TYPE_CHECKING:
    from explorer.charts.page import Page

_WIDTH = 110


class WrongLessonsError(SeveralError):
    """A line for each mistake; they are what was asked for, so the exit status is that of an incomplete answer."""

    status = 1


def add_list_flags(_parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run_list(_arguments: argparse.Namespace) -> str:
    """Ids, minutes and titles of lessons and workshop plans."""
    found = chosen()
    lines = [f"Lessons ({len(found.lessons)}): id, minutes, title"]
    lines += [f"  {x.id:16} {x.minutes:>3} min  {x.title}" for x in found.lessons.values()]
    lines += ["", f"Workshops ({len(found.workshops)})"]
    return "\n".join([*lines, *(f"  {w.id:16} {sum(s.minutes for s in w.sessions):>3} min  {w.title}" for w in found.workshops.values())])


def add_id(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("id", metavar="ID", help="a lesson's or workshop's id, or a lesson file of your own (.toml)")


def run_show(arguments: argparse.Namespace) -> str:
    """One lesson in words, with its numbers as they are today."""
    return "\n".join(lines_of(arguments.id, load_library(), _WIDTH))


def add_check_flags(parser: argparse.ArgumentParser) -> None:
    """What to check."""
    parser.add_argument("paths", metavar="PATH", nargs="*", help="lesson files, or folders of them (default: the shipped ones)")


def run_check(arguments: argparse.Namespace) -> str:
    """How many are right. Raises `WrongLessonsError` with one line for each mistake: file, line, field."""
    found, wrong = checked(arguments.paths, load_library())
    if wrong:
        raise WrongLessonsError(wrong)
    return f"{', '.join(found)}: all right"


def add_new_flags(parser: argparse.ArgumentParser) -> None:
    """How it is called and where it goes."""
    parser.add_argument("id", metavar="ID", help="its name: lower case letters, digits, dots and dashes")
    parser.add_argument("-o", "--output", metavar="FILE", help="ID.toml, or a folder for it (else it is printed); never written over")


def run_new(arguments: argparse.Namespace) -> str:
    """Write, or print, a lesson to fill in; it is a true one as it stands."""
    from explorer.cli.presets_new import new_path
    from explorer.lessons.read import new_lesson

    name = check_id(arguments.id)
    if arguments.output is None:
        return new_lesson(name)
    path = new_path(arguments.output, name, "a lesson")
    write_whole(path, new_lesson(name).encode())
    return f"wrote {shown(path)}; chip-explorer lessons check {shown(path)} says what is not true"


def add_print_flags(parser: argparse.ArgumentParser) -> None:
    """Which sheets, for whom, where to."""
    parser.add_argument("id", metavar="ID", nargs="?", help="a lesson, a workshop (its plan), or a lesson file of your own (.toml)")
    parser.add_argument("--teacher", action="store_true", help="with answers, reasons, solutions and notes")
    parser.add_argument("--all", action="store_true", help="every lesson; with a workshop, its plan and all its lessons")
    parser.add_argument("--paper", default="a4", help="a4 (default) or letter")
    parser.add_argument("-o", "--output", metavar="FILE", help="the .pdf (default: named after the lesson, in this folder)")


def run_print(arguments: argparse.Namespace) -> str:
    """Worksheets or a plan as a PDF."""
    if arguments.id is None and not arguments.all:
        raise ExplorerError("lessons print: which one? give an id, or --all (chip-explorer lessons list)")
    if arguments.paper not in ("a4", "letter"):
        raise ExplorerError(f"--paper {arguments.paper[:40]!r}: worksheets are printed on a4 or letter")
    found = chosen(arguments.id)
    kind = "teacher" if arguments.teacher else "worksheet"
    stem = next(iter((*found.workshops, *found.lessons))) if arguments.id is not None else "lessons"
    path = Path(arguments.output if arguments.output is not None else f"{stem}-{kind}.pdf")
    if path.suffix.lower() != ".pdf":
        raise ExplorerError(f"cannot write {shown(path)}: worksheets are .pdf files")
    title, pages = all_pages(found, load_library(), teacher=arguments.teacher, every=arguments.all)
    _write(path, title, pages, arguments.paper)
    return f"wrote {shown(path)}"


def _write(path: Path, title: str, pages: list[Page], paper: str) -> None:
    from explorer.lessons.worksheets import bound
    from explorer.library import default_study
    from explorer.render.pages import render_booklet  # matplotlib takes its time

    write_whole(path, render_booklet(bound(pages, title, default_study(load_library())), paper=paper))


def add_open_flags(parser: argparse.ArgumentParser) -> None:
    """Where a class begins."""
    add_id(parser)
    parser.add_argument("--step", metavar="N", default="1", help="the step at which it begins (default 1)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write this study (.json); the window opens it in the lesson")
    parser.add_argument("--share", action="store_true", help="print a string to paste instead of writing a file")


def run_open(arguments: argparse.Namespace) -> str:
    """A study that begins a lesson at a step, as a file or as a string."""
    from explorer.lessons.openings import study_at

    if (arguments.output is None) != arguments.share:
        raise ExplorerError("lessons open: give -o FILE.json or --share, one of them")
    lesson = only_lesson(arguments.id)
    step = int(arguments.step) if arguments.step.isascii() and arguments.step.isdecimal() and len(arguments.step) < 5 else 0
    if not 1 <= step <= len(lesson.steps):
        raise ExplorerError(f"--step {arguments.step[:40]!r}: {lesson.id} has steps 1 to {len(lesson.steps)}")
    study = study_at(load_library(), lesson, step - 1)
    if arguments.share:
        return share_text(study)
    path = Path(arguments.output)
    if path.suffix.lower() != ".json":
        raise ExplorerError(f"cannot write {shown(path)}: studies are .json files")
    write_whole(path, study_text(study).encode())
    return f"wrote {shown(path)}: {lesson.title}, step {step}"
