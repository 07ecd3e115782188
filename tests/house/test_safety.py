"""What may not be in the code: ways to run text as a program, formats that do so, warnings swallowed in silence."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest
from house_tree import ROOT, modules, name, nodes, parsed

MODULES = {"pickle", "cPickle", "dill", "shelve", "marshal", "yaml", "requests", "urllib", "http", "socketserver", "ftplib"}
CALLS = {"eval", "exec", "compile", "__import__", "input", "breakpoint"}
ATTRIBUTES = {"configfile", "system", "popen", "loads_unsafe"}


def test_banned_modules():
    found = []
    for path, node in nodes(ast.Import, ast.ImportFrom):
        used = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        used += [f"{node.module}.{a.name}" for a in node.names] if isinstance(node, ast.ImportFrom) else []
        found += [f"{name(path)}: {m}" for m in used if MODULES & set(m.split(".")[:1]) or m.endswith(".configfile")]
    assert found == []


def test_banned_calls():
    found = []
    for path, node in nodes(ast.Call):
        called = node.func
        if isinstance(called, ast.Name) and called.id in CALLS:
            found.append(f"{name(path)}:{node.lineno}: {called.id}")
        if isinstance(called, ast.Attribute) and called.attr in ATTRIBUTES:
            found.append(f"{name(path)}:{node.lineno}: {called.attr}")
    assert found == []


def test_no_attribute_of_pyqtgraphs_config_files():
    found = [f"{name(p)}:{n.lineno}" for p, n in nodes(ast.Attribute) if n.attr == "configfile"]
    assert found == []


def test_a_socket_only_where_the_display_is_probed():
    found = {name(p) for p, n in nodes(ast.Import) if any(a.name == "socket" for a in n.names)}
    assert found <= {"explorer/app/probe.py"}


def test_no_error_is_swallowed():
    """``except: pass``, and ``except Exception`` that does nothing, hide what should be told."""
    found = []
    for path, node in nodes(ast.ExceptHandler):
        broad = node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
        if broad and all(isinstance(s, ast.Pass) for s in node.body):
            found.append(f"{name(path)}:{node.lineno}")
    assert found == []


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "XX" + "X", "breakpoint("])
def test_nothing_is_left_for_later(word):
    found = [name(p) for p in modules() if re.search(rf"(?<!\w){re.escape(word)}", p.read_text(encoding="utf-8"))]
    assert found == []


def test_no_stub():
    found = [f"{name(p)}:{n.lineno}" for p, n in nodes(ast.Raise) if "NotImplemented" in ast.dump(n)]
    assert found == []


def test_the_pyside_that_crashes_is_kept_out():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    qt = [d for d in wanted if d.lower().startswith("pyside")]
    assert len(qt) == 1
    assert qt[0].startswith("PySide6-Essentials")
    assert "<6.12" in qt[0]
    assert ">=6.8.3" in qt[0]


def test_the_ruler_itself():
    tree = ast.parse("import pickle\nfrom yaml import load\neval('1')\n")
    names = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    assert MODULES & set(names) == {"pickle"}
    assert parsed(modules()[0]).body is not None
