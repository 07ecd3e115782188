"""The words that the command line knows. What it does not know is told in one line, with the nearest right word."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from explorer import __version__
from explorer.cli import claims, commands, lesson_verbs, report
from explorer.cli.claims import add_claims
from explorer.cli.compare_args import add_arrangement
from explorer.cli.imports import SHARE, add_share, run_share
from explorer.cli.look_args import add_look
from explorer.cli.measure import EXAMPLES, add_measure, run_measure
from explorer.cli.presets_verbs import add_verbs, check_verb, run_presets
from explorer.cli.study_args import add_study_flags
from explorer.errors import ExplorerError, nearest

_EVAL = """\
examples:
  chip-explorer eval
  chip-explorer eval --chip trainium3 --chip b200 --workload llama3-70b --phase decode \\
                     --batch 32 --context 4096 --chips 16 --tp 16
  chip-explorer eval --set trainium3:chip.hbm_bytes_per_s=4TB/s --efficiency ideal --json
"""
_CHART = """\
examples:
  chip-explorer chart roofline -o roofline.svg
  chip-explorer chart memory --workload llama3.1-405b --precision fp8 -o memory.pdf --size single
  chip-explorer chart time study.json -o time.csv
  chip-explorer chart normalised --per watt -o normalised.svg
  chip-explorer chart roofline --size 1600x900 --dpi 300 --title "Decode on 16 chips" --no-footer -o talk.png
  chip-explorer chart roofline studies/ --format svg -o pictures/
  chip-explorer chart roofline --measured kernels.csv -o roofline.svg
  chip-explorer chart validation my_runs.csv -o validation.svg

validation and validation-ratio draw measured rows: a CSV file of them stands in STUDY's place (default: the shipped ones).
"""
_TABLE = """\
examples:
  chip-explorer table
  chip-explorer table --chip h100 --chip b200 --chips 8 -o comparison.xlsx
  chip-explorer table --per rack --baseline b200 --sort tokens_per_s_per_chip
"""
_REPORT = """\
examples:
  chip-explorer report -o report.pdf
  chip-explorer report study.json -o everything/ --format svg
  chip-explorer report studies/ -o reports/ --format json
"""
_SHOT = """\
examples:
  chip-explorer shot -o window.png
  chip-explorer shot study.json -o window.png --size 1280x720 --theme dark
"""
_PRESETS = """\
examples:
  chip-explorer presets list
  chip-explorer presets show trainium3
  chip-explorer presets check
  chip-explorer presets list -h
  chip-explorer presets import config.json --name "My model"
"""
_VALIDATE = """\
examples:
  chip-explorer validate
  chip-explorer validate my_runs.csv --json
  chip-explorer validate my_runs.csv -o validation.png

without FILE the shipped measurements are predicted; resources/measurements/README.md lists their columns and sources.
"""
_TOP = """\
without a command the window opens; `chip-explorer study.json` opens it with a study, a share string (chipx1:...) with the
study that it holds, a model's config.json or measured points (CSV) with what they hold, once it has been looked at.

examples:
  chip-explorer eval --chip trainium3 --chip b200 --batch 64 --json
  chip-explorer chart roofline -o roofline.svg
  chip-explorer COMMAND -h
"""
COMMANDS = ("eval", "chart", "table", "report", "shot", "presets", "validate", "measure", "claims", "share", "lessons")


class Parser(argparse.ArgumentParser):
    """An `argparse.ArgumentParser` that reports mistakes as `ExplorerError`."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print over several lines."""
        text = message.removeprefix("argument ").replace("the following arguments are required", "missing")
        raise ExplorerError(f"{text} ({self.prog} -h shows how)")

    def options(self) -> list[str]:
        """Every option of this parser, long forms first."""
        return sorted((o for a in self._actions for o in a.option_strings), key=lambda o: not o.startswith("--"))


def make_parser() -> Parser:
    """The parser of all commands."""
    parser = Parser(
        prog="chip-explorer", epilog=_TOP,
        description="Hold an AI chip in your hands: roofline, memory fit and interconnect.",
    )  # fmt: skip
    parser.add_argument("--version", action="store_true", help="print the versions of program and data, and end")
    kinds = parser.add_subparsers(metavar="COMMAND", dest="command", parser_class=Parser)
    _eval(kinds)
    _chart(kinds)
    _table(kinds)
    _report(kinds)
    _shot(kinds)
    _presets(kinds)
    _validate(kinds)
    add_measure(_command(kinds, "measure", "measure this computer, and keep it as a chip beside the others", EXAMPLES, run_measure))
    add_share(_command(kinds, "share", "a study as one string, to paste into a mail or a chat", SHARE, run_share))
    text = "list, check, write, print and open lessons and workshop plans"
    lesson_verbs.add_verbs(_command(kinds, "lessons", text, lesson_verbs.EXAMPLES, lesson_verbs.run_lessons), _command)
    add_claims(_command(kinds, "claims", "a press article's claims against sources and model", claims.EXAMPLES, claims.run_claims))
    return parser


def _command(kinds: Any, name: str, text: str, examples: str, run: Any) -> Parser:
    parser: Parser = kinds.add_parser(name, help=text, description=text, epilog=examples)
    parser.set_defaults(run=run, parser=parser)
    return parser


def _eval(kinds: Any) -> None:
    parser = _command(kinds, "eval", "evaluate scenarios and print the results", _EVAL, commands.run_eval)
    add_study_flags(parser)
    parser.add_argument("--json", action="store_true", help="everything as JSON, in base units; what does not exist is null")


def _chart(kinds: Any) -> None:
    parser = _command(kinds, "chart", "draw one chart into a file", _CHART, commands.run_chart)
    parser.add_argument("name", metavar="NAME", help=f"one of {', '.join(commands.chart_names())}")
    add_study_flags(parser)
    parser.add_argument("--measured", metavar="FILE", help="points to lay over the roofline: a CSV, or an export of Nsight Compute or neuron-profile")
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="the file; its ending says png, svg, pdf or csv")
    parser.add_argument("--knob", metavar="KEY", help="with sweep and heat-map: what goes along x (default job.batch)")
    parser.add_argument("--knob-y", metavar="KEY", help="with heat-map: what goes along y (default job.context)")
    parser.add_argument("--result", metavar="KEY", help="with sweep and heat-map: the result drawn (default tokens_per_s_per_chip)")
    _add_format(parser, "png (default), svg, pdf or csv")
    add_look(parser)


def _add_format(parser: Parser, kinds_of_file: str) -> None:
    parser.add_argument("--format", metavar="KIND", help=f"where STUDY and FILE are folders, each study's file: {kinds_of_file}")


def _report(kinds: Any) -> None:
    text = "everything about a study: verdicts, charts, comparison, assumptions, sources, equations, error bands"
    parser = _command(kinds, "report", text, _REPORT, report.run_report)
    add_study_flags(parser)
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="a .pdf, a .json, or a folder for all charts and tables")
    parser.add_argument("--format", metavar="KIND", help=f"of the files in a folder: {', '.join(report.FORMATS)}")
    parser.add_argument("--paper", default="a4", help="of the PDF: a4 (default), letter or slide")
    add_look(parser)


def _table(kinds: Any) -> None:
    parser = _command(kinds, "table", "the comparison as a table", _TABLE, commands.run_table)
    add_study_flags(parser)
    add_arrangement(parser)
    kinds_of_file = "csv, xlsx, md, tex, html, png, svg or pdf"
    parser.add_argument("-o", "--output", metavar="FILE", help=f"the file; its ending says {kinds_of_file} (else Markdown on stdout)")
    _add_format(parser, f"png (default), {kinds_of_file}")
    add_look(parser)


def _shot(kinds: Any) -> None:
    parser = _command(kinds, "shot", "paint the window into a PNG file, without a display", _SHOT, commands.run_shot)
    add_study_flags(parser)
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="the picture, a .png")
    parser.add_argument("--size", default="1920x1080", help="pixels, WIDTHxHEIGHT (default 1920x1080)")
    parser.add_argument("--theme", default="light", help="light (default), dark, projector or print")
    parser.add_argument("--scale", default="1.0", help="size of text and controls, 0.75 to 2.5 (default 1.0)")


def _presets(kinds: Any) -> None:
    text = "list, show, check or write the chips, fabrics, workloads and rented machines"
    add_verbs(_command(kinds, "presets", text, _PRESETS, run_presets), _command)


def _validate(kinds: Any) -> None:
    text = "predict published measurements, or your own, and sum up the errors"
    parser = _command(kinds, "validate", text, _VALIDATE, commands.run_validate)
    parser.add_argument("file", metavar="FILE", nargs="?", help="a CSV of measurements (default: the shipped ones)")
    parser.add_argument("--json", action="store_true", help="rows, fit calls, skipped rows and summary as JSON")
    kinds_of_file = "png, svg or pdf (predicted against measured), csv, xlsx, md, tex or html (row by row)"
    parser.add_argument("-o", "--output", metavar="FILE", help=f"write this as well; its ending says {kinds_of_file}")
    add_look(parser)


def parse(parser: Parser, words: Sequence[str]) -> argparse.Namespace | None:
    """The arguments, or None where ``-h`` or ``--version`` has been answered. Raises `ExplorerError`."""
    check_verb(list(words))
    check_verb(list(words), "lessons", lesson_verbs.VERBS)
    try:
        found, rest = parser.parse_known_args(words)
    except SystemExit:  # argparse ends so after printing help
        return None
    chosen: Parser = getattr(found, "parser", parser)
    for word in ("study", "file"):
        if len(rest) == 1 and not rest[0].startswith("-") and getattr(found, word, "") is None:
            setattr(found, word, rest.pop())  # argparse loses an optional word that stands behind an option
    if rest:
        raise _not_known(chosen, rest[0])
    if found.version:
        print(f"chip-explorer {__version__} (data {commands.data_version()})")
        return None
    if found.command is None:
        parser.error("COMMAND is missing")
    return found


def _not_known(parser: Parser, word: str) -> ExplorerError:
    name = word.partition("=")[0]
    if not name.startswith("-"):
        return ExplorerError(f"unexpected argument {word[:80]!r} ({parser.prog} -h shows how)")
    hint = nearest(name, parser.options()) or f" ({parser.prog} -h lists them)"
    return ExplorerError(f"unknown option {name[:80]!r}{hint}")
