"""The flags that say how a picture looks, and the options that they make."""

from __future__ import annotations

import argparse

from explorer.charts.style import theme_names
from explorer.charts.wording import Wording
from explorer.errors import ExplorerError
from explorer.render.options import SIZES, Options

_WORDS = (
    ("title", "another title"), ("subtitle", "other words beside the title"), ("x-label", "another name of the x axis"),
    ("y-label", "another name of the y axis"), ("footer", "other words below, in place of the load and the sources"),
)  # fmt: skip


def add_look(parser: argparse.ArgumentParser) -> None:
    """Add the flags of pictures."""
    group = parser.add_argument_group("the look")
    group.add_argument("--theme", default="print", help=f"of a picture: {', '.join(theme_names())} (default: print)")
    group.add_argument(
        "--size", default="slide",
        help=f"of a picture: {', '.join(SIZES)}, pixels as 1600x900, or lengths as 89x60mm or 7x4.2in (default: slide)",
    )  # fmt: skip
    group.add_argument("--dpi", metavar="N", help="dots per inch of a PNG, 36 to 1200 (default: as suits the size)")
    for name, words in _WORDS:
        group.add_argument(f"--{name}", metavar="TEXT", help=words)
    group.add_argument("--no-title", action="store_true", help="neither title nor subtitle")
    group.add_argument("--no-footer", action="store_true", help="nothing below")
    group.add_argument("--transparent", action="store_true", help="a picture without a ground")


def options_of(arguments: argparse.Namespace) -> Options:
    """The options that the command line asks for, checked. Raises `ExplorerError`."""
    words = {name.replace("-", "_"): getattr(arguments, name.replace("-", "_")) for name, _ in _WORDS}
    for flag, parts in (("title", ("title", "subtitle")), ("footer", ("footer",))):
        if getattr(arguments, f"no_{flag}"):
            if words[flag] is not None:
                raise ExplorerError(f"give --{flag} or --no-{flag}, not both")
            words |= {part: "" for part in parts if words[part] is None}
    options = Options(arguments.theme, arguments.size, _dpi(arguments.dpi), arguments.transparent, Wording(**words))
    options.paper()
    return options


def _dpi(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.strip().isdecimal() or len(text.strip()) > 5:
        raise ExplorerError(f"--dpi {text[:40]!r}: write a whole number from 36 to 1200")
    return int(text)
