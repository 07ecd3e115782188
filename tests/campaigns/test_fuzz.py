"""Random damage to files that a reader takes: it takes them still, or says why not in one line, in time, and never anything else."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hostile_files import NUMBERS, STRINGS
from readers import READERS, Reader

from explorer.errors import ExplorerError

SHORT_S, LONG_S = 10.0, 60.0
LIMIT_S = 0.25
TOKENS = [*NUMBERS.values(), *(s for s in STRINGS.values() if len(s) < 10_000), b"{", b"}", b"[", b"]", b'"', b",", b":", b"=", b"\n", b"\\", b"\0", b"\xff", b"#", b".", b"-", b"'''", b'"""', b"(", b")", b"<", b">", b"/Keywords", b"iTXt"]


def _flip(rng: random.Random, text: bytearray) -> None:
    for _ in range(rng.choice((1, 1, 1, 4, 32))):
        text[rng.randrange(len(text))] = rng.randrange(256)


def _insert(rng: random.Random, text: bytearray) -> None:
    at = rng.randrange(len(text) + 1)
    text[at:at] = rng.choice(TOKENS) * rng.choice((1, 1, 1, 2, 100))


def _delete(rng: random.Random, text: bytearray) -> None:
    at = rng.randrange(len(text))
    del text[at : at + rng.choice((1, 1, 2, 10, 100, len(text) // 2))]


def _copy(rng: random.Random, text: bytearray) -> None:
    at, to, size = rng.randrange(len(text)), rng.randrange(len(text)), rng.choice((1, 10, 100, 5000))
    text[to:to] = text[at : at + size]


def _swap(rng: random.Random, text: bytearray) -> None:
    lines = bytes(text).split(b"\n")
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    text[:] = b"\n".join(lines)


def _number(rng: random.Random, text: bytearray) -> None:
    digits = [i for i in (rng.randrange(len(text)) for _ in range(60)) if text[i : i + 1].isdigit()]
    if digits:
        text[digits[0] : digits[0] + rng.choice((0, 1, 3))] = rng.choice(TOKENS)


CHANGES: list[Callable[[random.Random, bytearray], None]] = [_flip, _insert, _delete, _copy, _swap, _number, _number]


def mutant(rng: random.Random, valid: bytes) -> bytes:
    """A damaged copy."""
    text = bytearray(valid)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        if text:
            rng.choice(CHANGES)(rng, text)
    return bytes(text)


def tried(reader: Reader, path: Path) -> str | None:
    """What it said, or None. Slow ones get a second try: the machine may have been busy."""
    spent = []
    for _ in range(2):
        began = time.thread_time()
        try:
            reader.read(path)
            said = None
        except ExplorerError as error:
            said = str(error)
        spent.append(time.thread_time() - began)
        if spent[-1] < LIMIT_S:
            return said
    raise AssertionError(f"took {min(spent):.2f} s")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: writing to a disk would take most of the time."""
    memory = Path("/dev/shm")
    if not (memory.is_dir() and os.access(memory, os.W_OK)):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)


@pytest.mark.parametrize("seconds", [SHORT_S, pytest.param(LONG_S, marks=pytest.mark.slow)], ids=["short", "long"])
@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)
def test_random_damage(reader: Reader, folder: Path, seconds: float) -> None:
    path, valid = folder / reader.file, reader.valid()
    end, seed, refused = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end:
        content = mutant(random.Random(seed), valid)
        path.write_bytes(content)
        try:
            said = tried(reader, path)
        except Exception as error:
            raise AssertionError(f"{reader.name}, seed {seed}: {type(error).__name__}: {str(error)[:200]}") from error
        assert said is None or (said.isprintable() and len(said) <= 600), f"seed {seed}: {said}"
        refused += said is not None
        seed += 1
    assert path.read_bytes() == content
    print(f"{reader.name}: {seed} damaged files, {refused} refused")
    assert seed > 20
    assert refused > 0
