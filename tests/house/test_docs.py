"""Docs match the code: knobs, results, public names, the README's commands, and nothing about anybody's machine."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from house_tree import ROOT, modules, name, parsed

import explorer
from explorer.knobs import KNOBS, SECTIONS
from explorer.library import default_study, load_library, write_study
from explorer.quantities import QUANTITIES

RUN = "pip install . && chip-explorer"
TEST = 'pip install ".[test]" && pytest'
README = ROOT / "README.md"
TEXTS = (".py", ".md", ".toml", ".json", ".txt", ".cfg", ".svg", ".yml", ".csv", "")


@pytest.mark.parametrize("knob", KNOBS, ids=lambda k: k.key)
def test_every_knob_is_documented_and_real(knob):
    assert knob.label
    assert knob.section in SECTIONS
    assert knob.help.endswith(".")
    assert knob.enters
    assert len(knob.stops) >= 2
    for scenario in default_study(load_library()).scenarios:
        knob.get(scenario)  # the path exists


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=lambda q: q.key)
def test_every_result_is_documented(quantity):
    assert quantity.label
    assert quantity.help.endswith(".")
    assert quantity.equation
    assert QUANTITIES[quantity.key] is quantity


def public(tree: ast.Module) -> list[ast.FunctionDef | ast.ClassDef]:
    """Public functions, classes and methods. Qt's own names (mixed case) and setters say what they are by themselves."""
    found: list[ast.FunctionDef | ast.ClassDef] = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            found.append(node)
            found += [n for n in node.body if isinstance(node, ast.ClassDef) and isinstance(n, ast.FunctionDef)]
    return [n for n in found if not _explains_itself(n)]


def _explains_itself(node: ast.FunctionDef | ast.ClassDef) -> bool:
    if isinstance(node, ast.ClassDef):
        return False
    setter = any(isinstance(d, ast.Attribute) and d.attr == "setter" for d in node.decorator_list)
    return node.name.startswith("_") or setter or bool(re.search("[a-z][A-Z]", node.name)) or node.name in QT_WORDS


QT_WORDS = {"data", "paint", "event"}


def test_public_names_are_documented():
    missing = [
        f"{name(path)}: {node.name}"
        for path in modules()
        for node in public(parsed(path))
        if not ast.get_docstring(node)
    ]
    assert missing == []


def test_every_module_says_what_it_is():
    assert [name(p) for p in modules() if p.stat().st_size and not ast.get_docstring(parsed(p))] == []


def test_readme_commands_are_those_that_ci_runs():
    text = README.read_text(encoding="utf-8")
    assert RUN in text
    assert TEST in text
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert TEST in script.splitlines()


def test_readme_picture_exists():
    text = README.read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)
    assert "resources/window.png" in pictures
    assert [p for p in pictures if not (ROOT / p).is_file()] == []


def readme_commands() -> list[list[str]]:
    """The words after ``chip-explorer`` in the README's fenced examples, except those that open a window."""
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    found = [shlex.split(line, comments=True) for line in lines if line.startswith("chip-explorer ")]
    return [words[1:] for words in found if words[1:]]


def test_the_readme_shows_commands():
    assert len(readme_commands()) >= 6


@pytest.mark.parametrize("words", readme_commands(), ids=lambda w: " ".join(w)[:60])
def test_readme_examples_are_true(words, tmp_path: Path):
    write_study(tmp_path / "study.json", default_study(load_library()))
    shutil.copy(ROOT / "tests" / "library" / "configs" / "deepseek-v3.json", tmp_path / "config.json")
    environment = {**os.environ, "PYTHONPATH": str(Path(explorer.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-m", "explorer", *words], cwd=tmp_path, env=environment, capture_output=True, text=True,
        encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    if "-o" in words:
        assert (tmp_path / words[words.index("-o") + 1]).stat().st_size > 100
    else:
        assert done.stdout


def test_changelog_knows_this_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(explorer.__version__)}\]", text, flags=re.MULTILINE)


def own_files() -> list[Path]:
    """Text files of the project, wherever they would be published from."""
    found = [p for folder in ("explorer", "presets", "resources", "tests", ".ci") for p in (ROOT / folder).rglob("*")]
    found += [p for p in ROOT.iterdir() if not p.name.endswith("_cache") and p.name != ".git"]  # a file in a worktree
    kept = (p for p in found if p.is_file() and p.suffix in TEXTS and "__pycache__" not in p.parts)
    return [p for p in kept if p != Path(__file__)]


MACHINE = re.compile(r"(?<![\w.])/(?:tmp|work|root|home|Users|private)/\w")


def test_no_paths_of_anybodys_machine():
    found = []
    for path in own_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if MACHINE.search(line):
                found.append(f"{name(path)}:{number}")
    assert found == []


def test_licence_is_the_one_that_is_named():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
