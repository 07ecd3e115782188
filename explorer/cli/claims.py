"""``chip-explorer claims``: what an article says, what the sources say, and what the model computes of it today."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.output import as_json
from explorer.errors import ExplorerError, unknown
from explorer.library import Library, study_text, user_library, write_whole

if TYPE_CHECKING:
    from explorer.lessons.claims import Claim, Computed

EXAMPLES = """\
examples:
  chip-explorer claims
  chip-explorer claims sram-3x
  chip-explorer claims --verdict contradicted
  chip-explorer claims price-30-40 -o price.json    (a study in which to make it true)
"""
_WIDTH = 110


def add_claims(parser: Any) -> None:
    """The arguments of ``claims``."""
    parser.add_argument("id", metavar="ID", nargs="?", help="one claim, in full (default: all of them, a line each)")
    parser.add_argument("--verdict", metavar="WORD", help="only those that are supported, partly, contradicted or unverifiable")
    parser.add_argument("--json", action="store_true", help="everything as JSON")
    parser.add_argument("-o", "--output", metavar="FILE", help="with ID: write the claim's study (.json)")


def run_claims(arguments: argparse.Namespace) -> str:
    """All claims or one of them, with live numbers."""
    from explorer.lessons.claims import VERDICTS, read_claims

    listed = {c.id: c for c in read_claims().claims}
    if arguments.verdict is not None and arguments.verdict not in VERDICTS:
        raise unknown("verdict", arguments.verdict, VERDICTS)
    if arguments.id is not None and arguments.id not in listed:
        raise unknown("claim", arguments.id, listed)
    if arguments.output is not None and arguments.id is None:
        raise ExplorerError("-o writes the study of one claim: name it (chip-explorer claims lists them)")
    chosen = [c for c in listed.values() if arguments.id in (None, c.id) and arguments.verdict in (None, c.verdict)]
    library, _ = user_library()
    found = [(claim, _computed(claim, library)) for claim in chosen]
    if arguments.output is not None:
        return _study(found[0], Path(arguments.output))
    if arguments.json:
        return as_json({"claims": [_record(claim, live) for claim, live in found]})
    return _in_full(*found[0]) if arguments.id else "\n".join(_line(claim, live) for claim, live in found)


def _computed(claim: Claim, library: Library) -> Computed | None:
    from explorer.lessons.claims import computed

    return computed(claim, library) if claim.live else None


def _study(found: tuple[Claim, Computed | None], path: Path) -> str:
    claim, live = found
    if live is None:
        raise ExplorerError(f"claim {claim.id!r} has no study: it cannot be computed")
    write_whole(path, study_text(live.study).encode())
    return ""


def _line(claim: Claim, live: Computed | None) -> str:
    quote = textwrap.shorten(claim.quote, 66, placeholder=" ...")
    return f"{claim.id:20} {claim.verdict:13} {'live' if live else '':5} {quote!r}".rstrip()


def _in_full(claim: Claim, live: Computed | None) -> str:
    from explorer.lessons.prose import plain_text

    lines = [f'"{claim.quote}"', f"{claim.verdict}", *textwrap.wrap(claim.right, _WIDTH), f"Source: {claim.source}"]
    if live is not None and claim.live is not None:
        lines += ["", "Computed with the present presets:"]
        lines += [f"  {label:44} {text}" for label, text, _ in live.numbers]
        lines += textwrap.wrap(plain_text(claim.live.says, live.study), _WIDTH)
        lines += [f"{'True' if check.met else 'Not true'}: {check.asks} (now {check.now})" for check in live.checks]
        lines += [f"It would be true with {setting}" for setting in claim.live.becomes_true]
    return "\n".join(lines)


def _record(claim: Claim, live: Computed | None) -> dict[str, Any]:
    plain = {key: getattr(claim, key) for key in ("id", "topic", "quote", "verdict", "right", "source")}
    if live is None or claim.live is None:
        return {**plain, "live": None}
    return {**plain, "live": {
        "holds": live.holds,
        "numbers": [{"label": label, "text": text, "value": value} for label, text, value in live.numbers],
        "conditions": [{"asks": c.asks, "now": c.now, "met": c.met} for c in live.checks],
        "knobs": list(claim.live.knobs), "becomes_true": list(claim.live.becomes_true),
    }}  # fmt: skip
