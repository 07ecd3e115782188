"""The project's own files, for tests that read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "explorer"


def modules(folder: Path = PACKAGE) -> list[Path]:
    """Python files of the package, or of one folder."""
    return [p for p in sorted(folder.rglob("*.py")) if "__pycache__" not in p.parts]


def name(path: Path) -> str:
    """A file's path inside the project."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def nodes(*kinds: type[ast.AST], folder: Path = PACKAGE) -> Iterator[tuple[Path, ast.AST]]:
    """Every node of these kinds with its file."""
    for path in modules(folder):
        for node in ast.walk(parsed(path)):
            if isinstance(node, kinds):
                yield path, node
