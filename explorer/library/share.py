"""A study as one string that can be pasted anywhere, and back: compressed, checked, capped before and after it is unpacked.

``chipx1:`` and base64url of: length (3 bytes), CRC-32 of what follows (4), form (1), digest of the study's JSON (8), data. The *whole* form
holds the study; the *short* one what differs from the presets, by id, so it can be read where the presets are the same,
which the digest tells. Line breaks, quotation marks and text around the string do no harm.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import lzma
import zlib
from collections.abc import Mapping
from typing import Any

from explorer.errors import ExplorerError
from explorer.library.json_patch import difference, patched
from explorer.library.presets import Library, load_library
from explorer.library.studies import parse_study
from explorer.library.text_files import MIB
from explorer.specs import MOST_SCENARIOS, Scenario, Spec, Study

PREFIX = "chipx1:"
MOST_LETTERS = 256 * 1024
MOST_BYTES = MIB  # of the study's JSON, as of a file
_WHERE = "the share string"
_SHORT, _WHOLE = b"D", b"W"
_HEAD = 16
_CODE = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
# What mail programs and chats put in between: quotation marks, soft breaks, spaces that are not seen.
_BETWEEN = set(" \t\r\n\v\f>|=\u00a0\u00ad\u200b\u200c\u200d\u2060\ufeff\"'`*")
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": MIB}]
_PARTS = ("chip", "fabric", "workload", "calibration", "run")


def share_text(study: Study, *, whole: bool = False) -> str:
    """``study`` as a share string; ``whole``: readable with any presets, and some twenty times as long. Raises `ExplorerError` for one that is too large."""
    data = study.model_dump(mode="json")
    text = _canonical(data)
    if len(text) > MOST_BYTES:
        raise ExplorerError("the study is larger than 1 MiB: share it as a file")
    digest = hashlib.sha256(text).digest()[:8]
    packed = None if whole else _short(study, data, text)
    form, body = (_WHOLE, lzma.compress(text, lzma.FORMAT_RAW, filters=_FILTERS)) if packed is None else (_SHORT, packed)
    rest = form + digest + body
    framed = len(rest).to_bytes(3, "big") + zlib.crc32(rest).to_bytes(4, "big") + rest
    return PREFIX + base64.urlsafe_b64encode(framed).decode().rstrip("=")


def read_share(text: str) -> Study:
    """The study of the share string that stands somewhere in ``text``. Raises `ExplorerError` in one line."""
    rest = _unframed(text)
    form, digest, body = rest[:1], rest[1:9], rest[9:]
    if form == _WHOLE:
        found = _unpacked(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_FILTERS), body)
        if hashlib.sha256(found).digest()[:8] != digest:
            raise _broken("it holds something else than was put in")
        return parse_study(_decoded(found), _WHERE)
    if form != _SHORT:
        raise _broken("it comes from a newer version")
    return _unshortened(_unpacked(zlib.decompressobj(), body), digest)


def is_share(text: str) -> bool:
    """Whether a share string stands in ``text``."""
    return PREFIX in text[: MOST_LETTERS * 2]


def _broken(why: str) -> ExplorerError:
    return ExplorerError(f"{_WHERE} cannot be read: {why}")


def _canonical(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _unframed(text: str) -> bytes:
    """What follows the checksum of the string, whose letters may be scattered over lines."""
    if len(text) > 2 * MOST_LETTERS:
        raise _broken(f"the text is longer than {2 * MOST_LETTERS:,} letters")
    start = text.find(PREFIX)
    if start < 0:
        raise ExplorerError(f"there is no share string: one begins with {PREFIX}")
    letters: list[str] = []
    for letter in text[start + len(PREFIX) :]:
        if letter in _CODE:
            letters.append(letter)
        elif letter not in _BETWEEN:
            break
    head = _bytes("".join(letters[:4]))
    count = -(-(int.from_bytes(head, "big") + 7) * 4 // 3)
    if len(head) < 3 or len(letters) < count:
        raise _broken(f"it is cut off after {len(letters):,} letters{f' of {count:,}' if len(head) == 3 else ''}")
    if count > MOST_LETTERS:
        raise _broken(f"it is longer than {MOST_LETTERS:,} letters")
    framed = _bytes("".join(letters[:count]))
    rest = framed[7:]
    if zlib.crc32(rest) != int.from_bytes(framed[3:7], "big") or len(rest) < _HEAD - 7:
        raise _broken("some of its letters were changed on the way")
    return rest


def _bytes(letters: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        raise _broken("some of its letters were changed on the way") from None


def _unpacked(machine: Any, body: bytes) -> bytes:
    """Decompressed, at most 1 MiB: a bomb stops there."""
    try:
        found: bytes = machine.decompress(body, MOST_BYTES + 1)
    except (zlib.error, lzma.LZMAError, EOFError):
        raise _broken("it is damaged") from None
    if len(found) > MOST_BYTES:
        raise _broken("it unpacks to more than 1 MiB")
    if not machine.eof:
        raise _broken("it is damaged")
    return found


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise _broken("it holds no text") from None


def _base(library: Library, scenario: Scenario, part: str) -> tuple[list[str], dict[str, Any]] | None:
    """The names under which the presets have what a part of ``scenario`` was made from, and its data."""
    chip = scenario.chip.based_on if scenario.chip.id not in library.chips else scenario.chip.id
    spec = getattr(scenario, part)
    named = {
        "chip": [chip], "fabric": [scenario.fabric.based_on if scenario.fabric.id not in library.fabrics else scenario.fabric.id],
        "workload": [scenario.workload.based_on if scenario.workload.id not in library.workloads else scenario.workload.id],
        "calibration": [chip, scenario.calibration.stack, scenario.calibration.server], "run": [getattr(spec, "id", None)],
    }[part]  # fmt: skip
    words = [str(n) for n in named]
    try:
        return words, _preset(library, part, words)
    except (ExplorerError, KeyError):
        return None


def _preset(library: Library, part: str, named: list[str]) -> dict[str, Any]:
    if part == "calibration":
        return library.calibration(*named[:3]).model_dump(mode="json")
    tables: dict[str, Mapping[str, Spec]] = {
        "chip": library.chips, "fabric": library.fabrics, "workload": library.workloads, "run": library.runs,
    }  # fmt: skip
    return tables[part][named[0]].model_dump(mode="json")


def _short(study: Study, data: dict[str, Any], text: bytes) -> bytes | None:
    """The difference from the presets, compressed; None where that is no shorter or does not lead back exactly."""
    library = load_library()
    scenarios = []
    for scenario, values in zip(study.scenarios, data["scenarios"], strict=True):
        based: dict[str, Any] = {}
        for part in _PARTS:
            base = _base(library, scenario, part)
            if base is not None and isinstance(values[part], dict):
                based[part] = [base[0], difference(base[1], values[part])]
        scenarios.append([{k: v for k, v in values.items() if k not in based}, based])
    short = _canonical([{**data, "scenarios": None}, scenarios])
    try:
        if _canonical(_rebuilt(library, json.loads(short))) != text:
            return None
    except (ValueError, TypeError, KeyError, ExplorerError):
        return None
    return zlib.compress(short, 9)


def _rebuilt(library: Library, data: Any) -> dict[str, Any]:
    whole, scenarios = data
    if len(scenarios) > MOST_SCENARIOS:  # each takes much more room than its difference
        raise ValueError("too many scenarios")
    listed = []
    for rest, based in scenarios:
        parts = {part: patched(_preset(library, part, named), change) for part, (named, change) in based.items()}
        values = {**rest, **parts}
        listed.append({k: values[k] for k in Scenario.model_fields if k in values} | values)
    return {**whole, "scenarios": listed}


def _unshortened(short: bytes, digest: bytes) -> Study:
    library = load_library()
    try:
        data = json.loads(_decoded(short))
        made = str(data[0].get("data_version", ""))[:60]
    except (ValueError, RecursionError, LookupError, AttributeError, TypeError):
        raise _broken("it is damaged") from None
    try:
        text = _canonical(_rebuilt(library, data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ExplorerError):
        text = b""
    if hashlib.sha256(text).digest()[:8] != digest:
        plain = "".join(c if c.isprintable() else "?" for c in made)
        raise _broken(f"it builds on other presets (its data {plain or 'unknown'}, here {library.data_version}): ask for the whole form")
    return parse_study(text.decode(), _WHERE)


def described(study: Study) -> tuple[str, ...]:
    """What a study holds, in a few lines, for a look before it is taken."""
    lines = [study.title] if study.title else []
    for s in study.scenarios:
        load = f"{s.workload.name}, {s.job.phase}, batch {s.job.batch:,}, context {s.job.context:,}"
        lines.append(f"{s.name}: {s.plan.chips:,} x {s.chip.name}, {load}")
    if study.measured:
        lines.append(f"{len(study.measured):,} measured points")
    if study.lesson:
        lines.append(f"Lesson {study.lesson.lesson}, step {study.lesson.step}")
    lines.append(f"Chip data of {study.data_version.partition('+')[0]}" if study.data_version else "Chip data of an unknown date")
    return tuple(lines)
