"""The verbs of ``presets``, one row each: its help, its flags, what it does."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from explorer.cli import imports, presets_check, presets_list, presets_new, presets_show
from explorer.errors import ExplorerError, nearest


@dataclass(frozen=True)
class Verb:
    """One word behind ``presets``."""

    name: str
    help: str
    flags: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], str]
    examples: str = ""


VERBS = (
    Verb("list", "ids and names, filtered by kind, vendor, year and confidence", presets_list.add_flags, presets_list.run, """\
examples:
  chip-explorer presets list
  chip-explorer presets list --kind chips --vendor AWS
  chip-explorer presets list --year 2024-2026 --confidence high
"""),
    Verb("show", "one preset: values, sources, what others publish, prices", presets_show.add_flags, presets_show.run, """\
examples:
  chip-explorer presets show trainium3
  chip-explorer presets show p5.48xlarge
  chip-explorer presets show calibration/b200
"""),
    Verb("check", "read every file again: a line for each mistake, and where the numbers come from", presets_check.add_flags, presets_check.run, """\
examples:
  chip-explorer presets check
  chip-explorer presets check my_presets
  chip-explorer presets check my_presets/chips/b400.toml
"""),
    Verb("new", "a preset to fill in, or a copy of one under another name", presets_new.add_new_flags, presets_new.run_new, """\
examples:
  chip-explorer presets new chip b400 -o b400.toml
  chip-explorer presets new chip b200-mine --like b200 -o b200-mine.toml
"""),
    Verb("import", "a model hub's config.json as a workload of your own", imports.add_import, imports.run_import, """\
examples:
  chip-explorer presets import config.json --name "My model"
  chip-explorer presets import config.json -o my-model.toml
"""),
    Verb("schema", "JSON Schema of a kind of preset file, for editors", presets_new.add_schema_flags, presets_new.run_schema, """\
examples:
  chip-explorer presets schema chip

presets/schema/ holds them all; presets/README.md says how editors use them.
"""),
)  # fmt: skip
WORDS = "|".join(verb.name for verb in VERBS)


def add_verbs(parser: Any, command: Callable[..., Any]) -> None:
    """A parser for each verb below that of ``presets``; ``command`` makes one."""
    kinds = parser.add_subparsers(metavar=WORDS, dest="verb", parser_class=type(parser))
    for verb in VERBS:
        verb.flags(command(kinds, verb.name, verb.help, verb.examples, verb.run))


def run_presets(_arguments: argparse.Namespace) -> str:
    """``presets`` alone: say which verbs there are. Raises `ExplorerError`."""
    raise ExplorerError(f"missing: {WORDS} (chip-explorer presets -h shows how)")


def check_verb(words: list[str], command: str = "presets", verbs: tuple[Verb, ...] = VERBS) -> None:
    """Refuse an unknown word behind ``command`` in our own words. Raises `ExplorerError`."""
    names = [verb.name for verb in verbs]
    if len(words) > 1 and words[0] == command and not words[1].startswith("-") and words[1] not in names:
        known = f"{', '.join(names[:-1])} or {names[-1]}"
        raise ExplorerError(f"{command} {words[1][:40]!r}: write {known}{nearest(words[1], names)}")
