"""What may not be in the code: ways to run text as a program, formats that do so, warnings swallowed in silence."""

from __future__ import annotations

import ast
import re
import socket
import tomllib

import pytest
from house_tree import ROOT, modules, name, nodes, parsed

MODULES = {
    "pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "yaml", "ruamel", "code", "codeop", "dbm", "xmlrpc",
    "requests", "urllib", "urllib3", "http", "httpx", "aiohttp", "socketserver", "ftplib", "smtplib", "telnetlib", "ssl", "asyncio", "multiprocessing",
}  # fmt: skip
CALLS = {"eval", "exec", "compile", "__import__", "input", "breakpoint"}
ATTRIBUTES = {"configfile", "system", "popen", "loads_unsafe", "literal_eval", "getattr_static", "fromfile", "read_pickle", "to_pickle", "startfile"}
QT = {"QSettings", "QDataStream", "QtNetwork", "QtWebEngineWidgets", "QtQml", "QDesktopServices"}
"""PySide unpickles Python objects that it finds in settings and data streams; the others reach a network or run code."""
SINKS = {"setHtml", "setMarkdown", "insertHtml", "appendHtml", "setTextFormat", "drawStaticText", "setSearchPaths", "loadResource"}


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


def test_banned_parts_of_qt():
    found = {f"{name(p)}: {a.name}" for p, n in nodes(ast.ImportFrom) for a in n.names if QT & {a.name, *(n.module or "").split(".")}}
    found |= {f"{name(p)}: {n.attr}" for p, n in nodes(ast.Attribute) if n.attr in QT}
    # Pages of sources and the folder of the user's library, on a click: the librarian lets only http and https through.
    assert found <= {"explorer/app/dialogs.py: QDesktopServices"}


def test_rich_text_is_set_where_it_is_known_to_be_harmless():
    """Each of these may open files that a text names: the list says where they stand and why that is safe."""
    found = {f"{name(p)}: {n.func.attr}" for p, n in nodes(ast.Call) if isinstance(n.func, ast.Attribute) and n.func.attr in SINKS}
    plain = {"explorer/app/dialogs.py", "explorer/app/export_dialog.py", "explorer/app/widgets/text.py"}  # PlainText, each time
    lessons = {"explorer/app/lessons/prose.py: setMarkdown"}  # MarkdownNoHTML, and loadResource gives nothing, whatever is named
    clipboard = {"explorer/app/sharing.py: setHtml", "explorer/app/widgets/compare_table.py: setHtml"}  # of QMimeData, escaped: shown nowhere here
    assert found <= {f"{file}: setTextFormat" for file in plain} | lessons | clipboard
    formats = {n.attr for p, n in nodes(ast.Attribute) if isinstance(n.value, ast.Attribute) and n.value.attr == "TextFormat"}
    assert formats == {"PlainText"}


def test_tooltips_are_plain_text_or_our_own_words():
    """A tooltip reads markup: what is not written in the code goes through `look.tip`."""
    found = []
    for path, node in nodes(ast.Call):
        called = node.func
        if not (isinstance(called, ast.Attribute) and called.attr in ("setToolTip", "setWhatsThis", "showText")):
            continue
        text = node.args[-1] if called.attr != "showText" else node.args[1]
        own = any(isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "tip" for n in ast.walk(text))
        if not own and not _written_in_code(text, name(path)):
            found.append(f"{name(path)}:{node.lineno}")
    assert found == []


OWN_WORDS = {"explorer/app/views/parts.py": "name", "explorer/app/views/pane.py": "_SHRINK"}  # names of icons and of buttons


def _written_in_code(text: ast.expr, file: str) -> bool:
    words = {n.id for n in ast.walk(text) if isinstance(n, ast.Name)}
    return not words or OWN_WORDS.get(file) in words


def test_numpy_reads_no_objects():
    """``np.load`` with pickles, and text read as code."""
    found = [f"{name(p)}:{n.lineno}" for p, n in nodes(ast.keyword) if n.arg == "allow_pickle" and not (isinstance(n.value, ast.Constant) and n.value.value is False)]
    assert found == []


def test_no_program_is_started_through_a_shell():
    found = [f"{name(p)}:{n.value.lineno}" for p, n in nodes(ast.keyword) if n.arg == "shell"]
    started = {name(p) for p, n in nodes(ast.Import) if any(a.name == "subprocess" for a in n.names)}
    assert found == []
    assert started <= {"explorer/validation/refit.py", "explorer/render/apart.py"}


def test_no_test_reaches_the_network():
    with pytest.raises(RuntimeError, match="reaches for the network"):
        socket.socket(socket.AF_INET)
    with pytest.raises(RuntimeError, match="reaches for the network"):
        socket.getaddrinfo("localhost", 80)


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
