"""The study inside a picture: put in and taken out without any picture library, and without decoding a pixel.

A PNG carries it as compressed iTXt, an SVG as an element of its ``<metadata>``, a PDF as the keywords of its information
dictionary. Other programs may drop it; a picture without one is no error.
"""

from __future__ import annotations

import html
import re
import struct
import zlib
from collections.abc import Iterator
from itertools import islice

from explorer.errors import ExplorerError

KEY = "chip-explorer-study"
MOST_BYTES = 64 * 2**20
_MOST_STUDY_BYTES = 4 * 2**20  # a study has at most 2^20 letters, and a letter at most four bytes
_PNG = b"\x89PNG\r\n\x1a\n"
_HEADER_END = 8 + 25  # signature and IHDR
_NO_LETTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ELEMENT = re.compile(rb"<(?:[\w.-]{1,40}:)?chip-explorer-study\b[^<>]{0,400}>([^<]*)</")
_LONGEST_PREFIX = 42
_KEYWORDS = re.compile(rb"/Keywords\s{0,20}([(<])")
# How much of a picture is looked at: one made to keep a reader busy is no picture of ours.
_MOST_CHUNKS, _MOST_PLACES, _MOST_BRACKETS, _MOST_ESCAPES = 10_000, 16, 50_000, 100_000
_PDF_ESCAPE = re.compile(rb"\\(\r\n|[0-7]{1,3}|[\s\S])")
_PDF_BRACKET = re.compile(rb"(?:\\[\s\S])+|([()])")
_PDF_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}


def writable(study: str) -> str:
    """Study text (JSON) as every kind of file can hold it: letters that none can are written as JSON escapes."""
    return _NO_LETTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", study)


def embed_study(picture: bytes, study: str) -> bytes:
    """The same PNG or SVG with a study (JSON text) in it. A PDF is written with its keywords: see `writable`."""
    if picture.startswith(_PNG):
        chunk = b"iTXt" + KEY.encode() + b"\0\1\0\0\0" + zlib.compress(writable(study).encode(), 9)
        whole = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        return picture[:_HEADER_END] + whole + picture[_HEADER_END:]
    text = html.escape(writable(study), quote=False).replace("\r", "&#13;").encode()
    element = b'<chip-explorer-study xmlns="urn:chip-explorer:study">%b</chip-explorer-study>' % text
    return picture.replace(b"<metadata>", b"<metadata>\n  " + element, 1)


def read_study_from(picture: bytes) -> str | None:
    """The study text in a PNG, SVG or PDF, or none where it carries none that can be read.

    Raises `ExplorerError` for a picture beyond 64 MiB or a study beyond its size.
    """
    if len(picture) > MOST_BYTES:
        raise ExplorerError(f"a picture of {len(picture) / 2**20:.0f} MiB is too large: 64 MiB at most")
    if picture.startswith(_PNG):
        return next((t for t in map(_itxt, _chunks(picture)) if t is not None), None)
    if picture.startswith(b"%PDF-"):
        return _pdf_keywords(picture)
    return _svg_element(picture)


def _svg_element(picture: bytes) -> str | None:
    at = -1
    for _ in range(_MOST_PLACES):
        at = picture.find(KEY.encode(), at + 1)
        if at < 0:
            break
        element = _ELEMENT.match(picture, max(0, picture.rfind(b"<", max(0, at - _LONGEST_PREFIX), at)))
        if element and _sized(element[1]).count(b"&") <= _MOST_ESCAPES:
            return html.unescape(element[1].decode("utf-8", "replace"))
    return None


def _sized(study: bytes) -> bytes:
    if len(study) > _MOST_STUDY_BYTES:
        raise ExplorerError("the study in this picture is too large: 1 MiB at most")
    return study


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each chunk, as far as the file goes."""
    at = len(_PNG)
    for _ in range(_MOST_CHUNKS):
        if at + 12 > len(picture):
            return
        size = int.from_bytes(picture[at : at + 4], "big")
        kind, content = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + size]
        if len(content) < size:
            return
        yield kind, content if kind == b"iTXt" else b""
        at += size + 12


def _itxt(chunk: tuple[bytes, bytes]) -> str | None:
    kind, content = chunk
    if kind != b"iTXt" or not content.startswith(KEY.encode() + b"\0"):
        return None
    packed, rest = content[len(KEY) + 1 : len(KEY) + 2], content[len(KEY) + 3 :]
    parts = rest.split(b"\0", 2)  # language, translated key, text
    if len(parts) < 3:
        return None
    try:
        text = zlib.decompressobj().decompress(parts[2], _MOST_STUDY_BYTES + 1) if packed == b"\1" else parts[2]
    except zlib.error:
        return None
    return _sized(text).decode("utf-8", "replace")


def _pdf_keywords(picture: bytes) -> str | None:
    """The last keywords that hold JSON; those of a packed or encrypted PDF cannot be read."""
    at = len(picture)
    for _ in range(_MOST_PLACES):
        at = picture.rfind(b"/Keywords", 0, at)
        if at < 0:
            break
        found = _KEYWORDS.match(picture, at)
        if found is None:
            continue
        rest = picture[found.end() : found.end() + 4 * _MOST_STUDY_BYTES]
        text = _pdf_text(_hexadecimal(rest) if found[1] == b"<" else _literal(rest))
        if text.lstrip().startswith("{"):
            return text
    return None


def _pdf_text(text: bytes) -> str:
    _sized(text)
    if text.startswith(b"\xfe\xff"):
        return text[2:].decode("utf-16-be", "replace")
    return text.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def _hexadecimal(rest: bytes) -> bytes:
    digits = b"".join(rest.partition(b">")[0].split())
    try:
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    except ValueError:
        return b""


def _literal(rest: bytes) -> bytes:
    """A PDF string up to the bracket that closes it, its escapes undone."""
    depth = 1
    for found in islice(_PDF_BRACKET.finditer(rest), _MOST_BRACKETS):
        depth += {b"(": 1, b")": -1}.get(found[1], 0)
        if depth == 0:
            text = rest[: found.start()]
            return _PDF_ESCAPE.sub(_unescaped, text) if text.count(b"\\") <= _MOST_ESCAPES else b""
    return b""


def _unescaped(found: re.Match[bytes]) -> bytes:
    code: bytes = found[1]
    return bytes([int(code, 8) & 255]) if code.isdigit() and code < b"8" else _PDF_NAMED.get(code, code)
