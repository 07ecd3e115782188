"""Hostile and broken files: each reader takes them, or says in one line within a quarter of a second why not; nothing changes."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hostile_files import CASES, Make, contents
from readers import READERS, Reader

from explorer.errors import ExplorerError

LIMIT_S = 0.25
LONGEST = 600


def told(reader: Reader, path: Path) -> str | None:
    """One line, in time, or None where the reader takes the file. Anything but `ExplorerError` fails the test."""
    before, entries = _state(path), sorted(os.listdir(path.parent))
    began = time.thread_time()
    try:
        reader.read(path)
        said = None
    except ExplorerError as error:
        said = str(error)
    spent = time.thread_time() - began
    assert spent < LIMIT_S, f"{spent:.3f} s"
    assert _state(path) == before
    assert sorted(os.listdir(path.parent)) == entries
    if said is not None:
        assert said.isprintable(), said
        assert len(said) <= LONGEST, said
        assert path.stem in said or "share string" in said, said
    return said


def _state(path: Path) -> object:
    if not os.path.lexists(path):
        return None
    found = path.lstat()
    small = path.is_file() and not path.is_symlink() and found.st_size < 2**22
    return found.st_mode, found.st_size, found.st_mtime_ns, path.read_bytes() if small and os.access(path, os.R_OK) else b""


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)
def test_the_sample_itself_is_taken(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / reader.file).write_bytes(reader.valid())
    assert told(reader, tmp_path / reader.file) is None


TAKEN = {"BOM", "CRLF", "CR", "two BOMs", "one line", "twice", "truncated", "NULs behind", "link to a file", "latin-1", "surrogates", "overlong", "escape codes", "bidi", "NUL inside", "half", "line ends"}


@pytest.mark.parametrize(("reader", "name", "make"), CASES, ids=[f"{r.name}: {n}" for r, n, _ in CASES])
def test_a_file_that_is_none(reader: Reader, name: str, make: Make, tmp_path: Path) -> None:
    path = tmp_path / reader.file
    make(path, reader.valid())
    assert told(reader, path) is not None or name in TAKEN


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)
def test_contents(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / reader.file
    refused = 0
    wrong = []
    for name, content in contents(reader):
        path.write_bytes(content)
        try:
            refused += told(reader, path) is not None
        except Exception as error:  # noqa: BLE001 - all of them are told together
            wrong.append(f"{name}: {type(error).__name__}: {str(error)[:300]}")
    assert wrong == []
    assert refused >= 5  # a cell that is no number costs its row only; settings take what they know
