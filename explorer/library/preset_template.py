"""A preset file to fill in: every field with what it means, those that must be there open, the rest behind a comment sign."""

from __future__ import annotations

import datetime
import re
import typing
from typing import Any, Literal

from pydantic.fields import FieldInfo

from explorer.errors import ExplorerError
from explorer.library.schema import described, spec_inside
from explorer.library.sourced import is_numeric, unit_of
from explorer.specs import Spec

_APART = ("sources", "alternatives", "source", "announced", "at_least", "at_most", "stand_ins")
# Optional in a file, and needed by a chip of one's own all the same.
_NEEDED = ("peak_bf16_flop_per_s", "fabrics", "Chip.based_on")
_ID = re.compile(r"[a-z0-9][a-z0-9.\-]{0,63}")
_HEAD = """\
# {title}. Fill in what is empty, take the comment sign from what you know, and leave out what nobody has published.
# A number stands with its unit and its source: {{ value = "7.7 TB/s", source = "S", note = "...", alternatives = ["8 TB/s (press)"] }}.
# chip-explorer presets check {name}.toml says what is missing.
"""
_TAIL = """\
[sources.S]  # one table for each reference
ref = ""  # who says so: title of the page or paper
url = ""
kind = "datasheet"  # datasheet, vendor doc, vendor blog, press, derived, recalled, measured, transferred or guess
checked = {today}
"""


def check_id(name: str) -> str:
    """``name`` where it can be an id. Raises `ExplorerError`."""
    if not _ID.fullmatch(name):
        raise ExplorerError(f"{name[:80]!r} cannot be an id: lower case letters, digits, dots and dashes, 64 at most")
    return name


def template(kind: type[Spec], name: str, today: datetime.date | None = None) -> str:
    """The text of a preset called ``name`` to fill in."""
    head = _HEAD.format(title=f"{'An' if kind.__name__[0] in 'AEIO' else 'A'} {kind.__name__.lower()} called {name}", name=name)
    day = (today or datetime.date.today()).isoformat()
    return "\n".join([head + f'id = "{name}"', *_fields(kind, kind, "", closed=False), "", _TAIL.format(today=day)])


def _fields(root: type[Spec], kind: type[Spec], prefix: str, *, closed: bool) -> list[str]:
    """Plain fields first, then tables, as TOML wants it. ``closed``: all of it behind the comment sign."""
    lines, tables = [], []
    for name, about in kind.model_fields.items():
        key = f"{prefix}{name}"
        if name in _APART or key == "id":
            continue
        needed = about.is_required() or name in _NEEDED or f"{root.__name__}.{key}" in _NEEDED
        sign = "# " if closed or not needed else ""
        inner = spec_inside(about.annotation)
        if inner is not None or typing.get_origin(about.annotation) is dict:
            tables += _table(root, about, key, inner, closed=bool(sign))
        else:
            lines.append(f"{sign}{name} = {_blank(name, about)}  # {described(root, name, key)}")
    return lines + tables


def _table(root: type[Spec], about: FieldInfo, key: str, inner: type[Spec] | None, *, closed: bool) -> list[str]:
    sign, listed = "# " if closed else "", typing.get_origin(about.annotation) is tuple
    name = key.rpartition(".")[2]
    lines = ["", f"{sign}{f'[[{key}]]' if listed else f'[{key}]'}  # {described(root, name, key)}"]
    if inner is None:
        return [*lines, '# bf16 = { value = "", source = "S" }']
    return lines + _fields(root, inner, f"{key}.", closed=closed)


def _blank(name: str, about: FieldInfo) -> str:
    annotation: Any = about.annotation
    if typing.get_origin(annotation) is tuple:
        empty = "0, 0" if is_numeric(annotation) else '""'
        return f'{{ value = [{empty}], source = "S" }}'
    if is_numeric(annotation):
        return '{ value = 0, source = "S" }' if unit_of(name) == "1" else '{ value = "", source = "S" }'
    if typing.get_origin(annotation) is Literal:
        return f'"{typing.get_args(annotation)[0]}"'
    return ("true" if about.default is True else "false") if annotation is bool else '""'


def like(text: str, own: str, name: str, *, based: bool) -> str:
    """The text of the preset ``own`` as that of a new one called ``name``; ``based``: it says whose losses it shares."""
    extra = f'\nbased_on = "{own}"' if based and not re.search(r"^based_on\s*=", text, re.MULTILINE) else ""
    found = re.sub(rf'^id = "{re.escape(own)}"$', lambda m: f'id = "{name}"{extra}', text, count=1, flags=re.MULTILINE)
    if found == text:
        raise ExplorerError(f"{own} cannot be copied: its file does not set id on a line of its own")
    return found
