"""Sizes: a file, a function's body and a class stay small enough to be read in one go."""

from __future__ import annotations

import ast

from house_tree import modules, name, nodes

LINES, PHYSICS_LINES, BODY, CLASS = 250, 400, 30, 150
CLASS_BUDGETS = {"Window": 200, "Document": 120}


def test_files():
    over = [
        f"{name(path)}: {lines} lines"
        for path in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > (PHYSICS_LINES if "physics" in path.parts else LINES)
    ]
    assert over == []


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    first = node.body[1] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or 0) - first.lineno + 1


def test_function_bodies():
    over = [
        f"{name(path)}: {node.name} has {lines} lines"
        for path, node in nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        if (lines := body_lines(node)) > BODY
    ]
    assert over == []


def test_classes():
    over = [
        f"{name(path)}: class {node.name} has {lines} lines"
        for path, node in nodes(ast.ClassDef)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > CLASS_BUDGETS.get(node.name, CLASS)
    ]
    assert over == []


def test_the_ruler_itself():
    source = "def f():\n    '''Doc.\n\n    More.\n    '''\n    a = 1\n    b = 2\n\n    return a + b\n"
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert body_lines(function) == 4
