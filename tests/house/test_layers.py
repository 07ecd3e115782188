"""The rooms: imports go down only, nothing goes in a circle, physics knows numpy alone, and Qt stays in the window."""

from __future__ import annotations

import ast
import graphlib
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from house_tree import PACKAGE, ROOT, modules, name, parsed

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the tree in ``folder``."""
    return subprocess.run(
        [sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )


def test_imports_go_down_only():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


VIOLATIONS = [
    ("physics/roofline.py", "import explorer.specs"),
    ("physics/roofline.py", "import pydantic"),
    ("physics/roofline.py", "from explorer import units"),
    ("specs/job.py", "from explorer import knobs"),
    ("specs/job.py", "from explorer.physics import links"),
    ("units.py", "from explorer import paths"),
    ("errors.py", "from explorer import units"),
    ("evaluate/explain.py", "from explorer.explore import next_best"),
    ("library/studies.py", "from explorer.explore import next_best"),
    ("charts/bars.py", "import PySide6"),
    ("charts/bars.py", "import pyqtgraph"),
    ("render/figure.py", "import explorer.app"),
    ("cli/main.py", "from PySide6.QtWidgets import QApplication"),
    ("app/window.py", "import explorer.cli"),
    ("newroom.py", "import explorer.errors"),
]


@pytest.mark.parametrize(("path", "line"), VIOLATIONS, ids=[f"{p}: {line}" for p, line in VIOLATIONS])
def test_a_violation_is_found(tmp_path: Path, path: str, line: str):
    shutil.copytree(PACKAGE, tmp_path / "explorer", ignore=shutil.ignore_patterns("__pycache__", "_data"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "explorer" / path).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    done = lint(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr


def test_no_import_circle(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(ROOT)
    graph = grimp.build_graph("explorer", exclude_type_checking_imports=True, cache_dir=None)
    order = graphlib.TopologicalSorter({m: graph.find_modules_directly_imported_by(m) for m in graph.modules})
    order.prepare()  # raises CycleError, naming the circle


def test_physics_imports_numpy_and_the_standard_library():
    foreign = []
    for path in modules(PACKAGE / "physics"):
        for node in ast.walk(parsed(path)):
            found = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            found += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
            for module in found:
                top = module.partition(".")[0]
                if top not in ("numpy", *sys.stdlib_module_names) and not module.startswith("explorer.physics"):
                    foreign.append(f"{name(path)}: {module}")
    assert foreign == []


IMPORT_ALL = """
import importlib, pathlib, sys, explorer
root = pathlib.Path(explorer.__file__).parent
left_out = tuple(sys.argv[2:])
for path in sorted(root.rglob("*.py")):
    module = ".".join(("explorer", *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__")
    if module != "explorer.__main__" and not f"{module}.".startswith(left_out):
        importlib.import_module(module)
print(sum(m.startswith("explorer.") for m in sys.modules))
print(*sorted({m.partition(".")[0] for m in sys.modules} & set(sys.argv[1].split(","))))
"""


def imported(toolkits: str, *left_out: str) -> tuple[int, str]:
    """Import every module but the ones left out in a fresh interpreter: how many there are, which toolkits came along."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, toolkits, *left_out], cwd=ROOT, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    count, found = done.stdout.split("\n")[:2]
    return int(count), found


def test_no_qt_outside_the_window():
    count, found = imported("PySide6,shiboken6,pyqtgraph", "explorer.app.")
    assert count > 60
    assert found == ""


def test_matplotlib_waits_for_the_first_drawing():
    _, found = imported("matplotlib,xlsxwriter,pint", "explorer.app.", "explorer.render.")
    assert found == ""


def test_the_probe_and_the_command_line_bring_no_qt():
    code = "import sys, explorer.app.probe, explorer.cli; print(*{'PySide6', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == ""
