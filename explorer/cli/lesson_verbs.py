"""The verbs of ``lessons``, one row each: its help, its flags, what it does."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from explorer.cli import lessons
from explorer.cli.presets_verbs import Verb
from explorer.errors import ExplorerError

VERBS = (
    Verb("list", "lessons and workshop plans, with their minutes", lessons.add_list_flags, lessons.run_list, """\
examples:
  chip-explorer lessons list
"""),
    Verb("show", "one lesson in words, its numbers as they are today", lessons.add_id, lessons.run_show, """\
examples:
  chip-explorer lessons show roofline
  chip-explorer lessons show one-hour
"""),
    Verb("check", "whether lessons are true: a line for each mistake, with file, line and field", lessons.add_check_flags, lessons.run_check, """\
examples:
  chip-explorer lessons check
  chip-explorer lessons check my-lesson.toml
  chip-explorer lessons check my-lessons/

the exit status is 1 where there is a mistake.
"""),
    Verb("new", "a lesson to fill in", lessons.add_new_flags, lessons.run_new, """\
examples:
  chip-explorer lessons new my-lesson -o my-lesson.toml

presets/lessons/AUTHORS.md is the author's guide.
"""),
    Verb("print", "worksheets for participants or the teacher, and workshop plans, as PDF", lessons.add_print_flags, lessons.run_print, """\
examples:
  chip-explorer lessons print roofline
  chip-explorer lessons print roofline --teacher -o teacher.pdf
  chip-explorer lessons print one-hour --all -o workshop.pdf
  chip-explorer lessons print --all
"""),
    Verb("open", "a study that begins a lesson at a step, for a class", lessons.add_open_flags, lessons.run_open, """\
examples:
  chip-explorer lessons open roofline --step 2 -o class.json
  chip-explorer lessons open roofline --share
"""),
)  # fmt: skip
WORDS = "|".join(verb.name for verb in VERBS)
EXAMPLES = """\
examples:
  chip-explorer lessons list
  chip-explorer lessons print roofline --teacher
  chip-explorer lessons new my-lesson -o my-lesson.toml
  chip-explorer lessons check my-lesson.toml
"""


def add_verbs(parser: Any, command: Callable[..., Any]) -> None:
    """A parser for each verb below that of ``lessons``; ``command`` makes one."""
    kinds = parser.add_subparsers(metavar=WORDS, dest="verb", parser_class=type(parser))
    for verb in VERBS:
        verb.flags(command(kinds, verb.name, verb.help, verb.examples, verb.run))


def run_lessons(_arguments: argparse.Namespace) -> str:
    """``lessons`` alone: say which verbs there are. Raises `ExplorerError`."""
    raise ExplorerError(f"missing: {WORDS} (chip-explorer lessons -h shows how)")
