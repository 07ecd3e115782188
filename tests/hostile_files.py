"""Files that no reader should trust: by kind, each with a name. `put` makes one; `CASES` pairs them with every reader."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from readers import READERS, Reader

GIB = 1024**3
_NUMBER = re.compile(rb"(?<![\w.])-?\d+(\.\d+)?([eE][+-]?\d+)?(?![\w.])")
_STRING = re.compile(rb'"[^"\\\n]{2,}"')
Make = Callable[[Path, bytes], None]


def _write(change: Callable[[bytes], bytes]) -> Make:
    return lambda path, valid: path.write_bytes(change(valid)) and None


def _sparse(path: Path, valid: bytes) -> None:
    path.write_bytes(valid)
    os.truncate(path, GIB)


def _linked(target: str) -> Make:
    return lambda path, _valid: path.symlink_to(target)


def _closed(path: Path, valid: bytes) -> None:
    path.write_bytes(valid)
    path.chmod(0)


def _long_line(valid: bytes) -> bytes:
    return valid.replace(b"\n", b" ") + b" " * 900_000


# Whatever a reader expects: none of these is it, or it is and reads as such.
ANY: dict[str, Make] = {
    "empty": _write(lambda _: b""), "one blank": _write(lambda _: b" "), "line ends": _write(lambda _: b"\n" * 5000), "NUL": _write(lambda _: b"\0"),
    "NUL inside": _write(lambda v: v[: len(v) // 2] + b"\0" + v[len(v) // 2 :]), "NULs behind": _write(lambda v: v + b"\0" * 4096),
    "all bytes": _write(lambda _: bytes(range(256)) * 8), "UTF-16": _write(lambda v: v.decode("utf-8", "replace").encode("utf-16")),
    "UTF-16 without mark": _write(lambda v: v.decode("utf-8", "replace").encode("utf-16-le")), "UTF-32": _write(lambda v: v.decode("utf-8", "replace").encode("utf-32")),
    "latin-1": _write(lambda v: v[:40] + b"caf\xe9" + v[40:]), "surrogates": _write(lambda v: v[:40] + b"\xed\xa0\x80" + v[40:]), "overlong": _write(lambda v: v[:40] + b"\xc0\xaf" + v[40:]),
    "BOM": _write(lambda v: b"\xef\xbb\xbf" + v), "two BOMs": _write(lambda v: b"\xef\xbb\xbf" * 2 + v), "CRLF": _write(lambda v: v.replace(b"\n", b"\r\n")),
    "CR": _write(lambda v: v.replace(b"\n", b"\r")), "truncated": _write(lambda v: v[: len(v) * 2 // 3]), "half": _write(lambda v: v[len(v) // 2 :]), "twice": _write(lambda v: v + v),
    "backwards": _write(lambda v: v[::-1]), "one line": _write(_long_line), "a megabyte of brackets": _write(lambda _: b"[" * 2**20), "braces": _write(lambda _: b'{"a":' * 100_000),
    "markup": _write(lambda _: b"<html><img src='file:///etc/passwd'></html>"), "bidi": _write(lambda v: v[:40] + "\u202eevil\u2066".encode() + v[40:]),
    "escape codes": _write(lambda v: b"\x1b]0;title\x07" + v), "zip": _write(lambda _: b"PK\x03\x04" + b"\0" * 2000), "gzip": _write(lambda _: b"\x1f\x8b\x08" + b"\0" * 2000), "a gigabyte": _sparse,
    "folder": lambda path, _: path.mkdir(), "link to itself": lambda path, _: path.symlink_to(path), "link to nothing": _linked("nothing"), "link to a folder": _linked("."),
    "missing": lambda path, _: None, "no permission": _closed,
}  # fmt: skip
if sys.platform != "win32":
    ANY |= {"pipe": lambda path, _: os.mkfifo(path), "endless": _linked("/dev/zero"), "device": _linked("/dev/null"), "random": _linked("/dev/urandom")}
    if os.geteuid() == 0:
        del ANY["no permission"]  # nothing is closed to root

NUMBERS = {
    "NaN": b"NaN", "nan": b"nan", "inf": b"inf", "Infinity": b"Infinity", "-Infinity": b"-Infinity", "1e400": b"1e400", "-1e400": b"-1e400", "1e308": b"1e308", "1e-400": b"1e-400",
    "denormal": b"5e-324", "-0.0": b"-0.0", "negative": b"-17", "zero": b"0", "5,000 digits": b"9" * 5000, "4,000 digits": b"9" * 4000, "digits behind the point": b"0." + b"3" * 4000,
    "true": b"true", "null": b"null", "hex": b"0xff", "underscores": b"1_000", "arabic digits": "\u0661\u0662".encode(), "a list": b"[1, 2]", "a table": b'{"a": 1}',
    "deep": b"[" * 3000 + b"]" * 3000, "deep tables": b'{"a":' * 3000 + b"1" + b"}" * 3000, "a date": b"2026-13-45", "text": b'"x"', "cell with a formula": b'"=1+1"', "2^64": b"18446744073709551616",
}  # fmt: skip
STRINGS = {
    "markup": b'"<img src=file:///etc/passwd>"', "script": b'"<script>alert(1)</script>"', "NUL escaped": b'"a\\u0000b"', "bidi escaped": b'"a\\u202eb"', "surrogate": b'"\\ud800"',
    "line break": b'"a\\nb"', "megabyte": b'"' + b"x" * 2**20 + b'"', "long": b'"' + b"x" * 4000 + b'"', "up": b'"../../../../etc/passwd"', "empty": b'""', "blank": b'" "', "CON": b'"CON"',
    "format": b'"{0.__class__}%s%n"', "quote": b'"\\""', "bad escape": b'"\\x"', "number": b"3", "list": b'["a"]', "tilde": b'"~root"', "a path": b'"C:\\\\x"', "private": '"\ue000\ufffe\U0010ffff"'.encode(),
}  # fmt: skip
TEXTS = {
    "toml": {
        "dotted header": b"[" + b"a." * 20_000 + b"a]\n", "dotted key": b"a." * 2000 + b"a = 1\n", "many dotted headers": b"".join(b"[%s]\n" % (b".".join([b"a"] * n)) for n in range(1, 400)),
        "deep list": b"a = " + b"[" * 4000 + b"]" * 4000, "open string": b'a = """', "the same twice": b"a = 1\na = 2\n", "the same table twice": b"[a]\n[a]\n", "many dotted keys": b"".join(b"%s = 1\n" % (b".".join([b"b%d" % n] + [b"a"] * 300)) for n in range(400)), "many quoted headers": b"".join(b"[%s]\n" % (b".".join([b'"a"'] * n)) for n in range(1, 400)), "deep inline": b"a = " + b"{a = " * 700 + b"1" + b"}" * 700, "many tables": b"[[a]]\n" * 100_000,
        "many keys": b"".join(b"k%d = 1\n" % i for i in range(60_000)), "comment of a megabyte": b"# " + b"x" * 2**20, "date of nonsense": b"a = 9999-99-99\n",
    },
    "json": {
        "the same twice": b'{"format": 1, "format": 2, "scenarios": []}', "comments": b"{} // x", "single quotes": b"{'format': 1}", "many keys": b'{"a":1,' + b",".join(b'"k%d":1' % i for i in range(60_000)) + b"}",
        "many scenarios": b'{"format": 1, "scenarios": [' + b"{}," * 200_000 + b"{}]}", "format 0": b'{"format": 0, "scenarios": []}', "format 1e0": b'{"format": 1e0, "scenarios": []}', "prototype": b'{"__proto__": {}, "__class__": 1}',
    },
    "csv": {
        "quotes": b'"' * 100_000, "open quote": b'id,chip,source,quality\n"a', "many columns": b"a," * 30_000, "many lines": b"a\n" * 300_000, "tabs": b"a\tb\tc\n", "formulas": b"=cmd|' /C calc'!A0,b\n", "header only": b"id,chip,source,quality\n",
    },
    "picture": {
        "no end": b"\x89PNG\r\n\x1a\n" + b"\xff\xff\xff\xffiTXt", "pdf of brackets": b"%PDF-1.4 /Keywords (" + b"(" * 500_000, "many keywords": b"%PDF-1.4 " + b"/Keywords (x) " * 50_000, "svg without end": b"<svg><chip-explorer-study>" + b"x" * 100_000,
        "many svg elements": b"<svg>" + b"<chip-explorer-study " * 50_000, "entities": b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><svg><chip-explorer-study>&a;</chip-explorer-study></svg>", "a picture of chunks": b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0iTXt\0\0\0\0" * 2_000_000, "an svg of elements": b"<chip-explorer-study " * 1_500_000, "a pdf of keywords": b"%PDF-1.4 " + b"/Keywords (" * 3_000_000,
        "ampersands": b"<svg><chip-explorer-study>" + b"&" * 2**21 + b"</chip-explorer-study>", "hexadecimal": b"%PDF-1.4 /Keywords <" + b"7b" * 2**20 + b">", "backslashes": b"%PDF-1.4 /Keywords (" + b"\\" * 500_001,
    },
}  # fmt: skip


def _swaps(valid: bytes, pattern: re.Pattern[bytes], nasty: dict[str, bytes], places: int) -> Iterator[tuple[str, bytes]]:
    """``valid`` with one of its numbers or texts exchanged, at a few places spread over the file."""
    found = list(pattern.finditer(valid))
    for match in found[:: max(1, len(found) // places)][:places]:
        for name, new in nasty.items():
            yield f"{name} for {match[0].decode('ascii', 'replace')[:20]} at {match.start()}", valid[: match.start()] + new + valid[match.end() :]


def _bombs(name: str) -> dict[str, bytes]:
    import struct
    import zlib

    key = b"chip-explorer-study"
    packed = zlib.compress(b"\0" * 2**28, 9)
    chunk = b"iTXt" + key + b"\0\1\0\0\0" + packed
    bomb = b"\x89PNG\r\n\x1a\n" + b"\0" * 25 + struct.pack(">I", len(chunk) - 4) + chunk + b"\0\0\0\0"
    return {"bomb": bomb} if name == "picture .png" else {}


def contents(reader: Reader, places: int = 3) -> Iterator[tuple[str, bytes]]:
    """Contents that are wrong, or at least odd, for a reader's kind of file."""
    valid = reader.valid()
    yield from TEXTS[reader.kind].items()
    yield from _bombs(reader.name).items()
    if reader.kind != "picture":
        yield from _swaps(valid, _NUMBER, NUMBERS, places)
        yield from _swaps(valid, _STRING, STRINGS, places)


CASES = [(reader, name, make) for reader in READERS for name, make in ANY.items()]
